"""What the quickstart waits for, counts and prints. Plain HTTP and the standard library; nothing is kept.

    python3 Deploy/outcome.py predictions 127.0.0.1:8080 late-arrival     counts the predictions, and what became of them

The other words are the quickstart's own: `answered` waits until every departure that an endpoint is to answer has its
prediction, `table` prints the figures of a folder and checks them, and the rest read what a command printed.
"""

import json
import sys
import time
import urllib.parse
import urllib.request
from datetime import datetime

# The demo's records are always the same, and so is what follows from them alone.
ROWS = {"scheduled": 111279, "landed": 109079, "cancelled": 1863, "diverted": 337, "weather": 8706, "planes": 3322,
        "refused": 0}
DATASET_ROWS = 25925
# Nothing is awaited for longer than this without any progress.
PATIENCE_SECONDS = 60


def read(http, path):
    with urllib.request.urlopen(f"http://{http}{path}") as answer:
        return json.load(answer)


def events(http, topic):
    with urllib.request.urlopen(f"http://{http}/api/v1/events/{urllib.parse.quote(topic)}") as lines:
        for line in lines:
            yield json.loads(line)


def answered(http, endpoint, departures):
    """Waits until as many departures are answered as the file holds from the endpoint's `from` on."""
    begin = instant(read(http, f"/api/v1/endpoints/{endpoint}")["spec"]["answer"]["from"])
    with open(departures) as lines:
        wanted = sum(instant(json.loads(line)["scheduled"]) >= begin for line in lines)
    began = progress = time.monotonic()
    known = -1
    while True:
        count = read(http, f"/api/v1/endpoints/{endpoint}")["status"]["predictions"]
        if count >= wanted:
            break
        if count > known:
            known, progress = count, time.monotonic()
        if time.monotonic() - progress > PATIENCE_SECONDS:
            sys.exit(f"{count} of {wanted} departures are answered, and for {PATIENCE_SECONDS} s there was no more.")
        time.sleep(0.1)
    print(f"{wanted} departures from {begin.isoformat()} on are answered, after {time.monotonic() - began:.1f} s")


def predictions(http, endpoint, form="text"):
    """Counts what the endpoint answered by itself, from the log: each input once, whoever asked beside it."""
    unknown = {event["value"]["flight_id"] for event in events(http, "flights.arrived") if event["value"]["late15"] is None}
    inputs, by_hand, without_outcome = set(), 0, 0
    for event in events(http, "tributary.predictions"):
        predicted = event["fact"]["predicted"]
        if predicted["endpoint"] != endpoint:
            continue
        if "input" not in predicted:
            by_hand += 1
        elif event["causation"] not in inputs:
            inputs.add(event["causation"])
            without_outcome += int(event["subject"]) in unknown
    found = {"count": len(inputs), "null_outcomes": without_outcome, "by_hand": by_hand}
    if form == "json":
        print(json.dumps(found))
    else:
        shown(found)


def shown(found):
    print(f"{found['count']} departures predicted, {found['null_outcomes']} of them cancelled or diverted; "
          f"{found['by_hand']} predictions asked for by hand")


def table(folder, http, output=None):
    """Prints the figures of a folder, each with the command that shows it again, and checks them."""
    def figure(name):
        with open(f"{folder}/{name}.json") as file:
            return json.load(file)

    streams = {name: figure(name)["status"] for name in ROWS_OF}
    arrived = streams["flights.arrived"]["values"]
    april, version, history = figure("april"), figure("version"), figure("history")["items"]
    counted, explained, proof = figure("predictions"), figure("explain"), figure("verify")["projections"]
    seconds = {}
    with open(f"{folder}/seconds") as lines:
        for name, begin, end in map(str.split, lines):
            seconds[name] = round(float(end) - float(begin), 2)
    outcome = {
        "rows": {
            **{word: streams[name]["records"] for name, word in ROWS_OF.items() if word},
            **{word: arrived.get(f"status={word}", 0) for word in ("landed", "cancelled", "diverted")},
            "refused": sum(sum(status["refused"].values()) for status in streams.values()),
        },
        "dataset": {"rows": figure("dataset")["rows"]},
        "model": {"name": version["name"], "digest": version["artifact"]},
        "promotions": [
            {key: item[key] for key in ("version", "stage", "replaced", "actor", "reason", "at")}
            for item in history if item["kind"] == "promoted"],
        "predictions": {key: counted[key] for key in ("count", "null_outcomes")},
        "april": {"rows": april["rows"], **{engine: {key: april[engine][key] for key in ("auc", "log_loss")}
                                            for engine in ("xgboost", "logistic")}},
        "explain": {"predictions": explained["predictions"], "differences": explained["differences"]},
        "alerts": figure("alerts")["items"],
        "verify": {"projections": proof},
        "seconds": seconds,
    }
    stream, evaluate = "tributary describe stream", f"tributary model evaluate {version['name']} --dataset late_arrivals@2"
    for name, value, command in [
        ("departures scheduled", outcome["rows"]["scheduled"], f"{stream} flights.scheduled"),
        ("landed", outcome["rows"]["landed"], f"{stream} flights.arrived"),
        ("cancelled", outcome["rows"]["cancelled"], f"{stream} flights.arrived"),
        ("diverted", outcome["rows"]["diverted"], f"{stream} flights.arrived"),
        ("weather observations", outcome["rows"]["weather"], f"{stream} weather.observed"),
        ("aircraft", outcome["rows"]["planes"], f"{stream} planes"),
        ("records refused", outcome["rows"]["refused"], "tributary events tributary.deadletters"),
        ("rows to train on", outcome["dataset"]["rows"], "tributary describe dataset late_arrivals@1"),
        ("model", version["artifact"][:12], f"tributary describe version {version['name']}"),
        ("promotions", len(outcome["promotions"]), f"tributary model history {version['model']}"),
        ("departures predicted", counted["count"], f"python3 Deploy/outcome.py predictions {http} {version['model']}"),
        ("  without an outcome", counted["null_outcomes"], "the same"),
        ("AUC in April, xgboost", f"{april['xgboost']['auc']:.4f}", evaluate),
        ("AUC in April, logistic", f"{april['logistic']['auc']:.4f}", "the same"),
        ("log loss, xgboost", f"{april['xgboost']['log_loss']:.4f}", "the same"),
        ("log loss, logistic", f"{april['logistic']['log_loss']:.4f}", "the same"),
        ("computed again", explained["predictions"], f"tributary explain --endpoint {explained['endpoint']} --execute"),
        ("  with differences", explained["differences"], "the same"),
        ("alerts", len(outcome["alerts"]), "tributary get alert"),
        ("partitions proven", sum(each["finding"] == "equal" for each in proof), "tributary audit verify"),
        *[(f"seconds: {name.replace('_', ' ')}", f"{value:.2f}", "Deploy/quickstart.sh --fresh")
          for name, value in seconds.items()],
    ]:
        elsewhere = f" --server {http}" if command.startswith("tributary") and http != "127.0.0.1:8080" else ""
        print(f"{name:26}{value!s:>12}   {command}{elsewhere}")
    if output == "json":
        with open("outcome.json", "w") as file:
            json.dump(outcome, file, indent=2)
        print("\noutcome.json was written.")
    wrong = list(faults(outcome))
    if wrong:
        sys.exit("\nNot as it should be:\n  " + "\n  ".join(wrong))
    print("\nEvery figure is as it should be.")


ROWS_OF = {"flights.scheduled": "scheduled", "flights.arrived": None, "weather.observed": "weather", "planes": "planes"}


def faults(outcome):
    """What must not come out so, in sentences."""
    expected = {("rows", name): count for name, count in ROWS.items()} | {
        ("dataset", "rows"): DATASET_ROWS, ("predictions", "count"): 84000, ("predictions", "null_outcomes"): 1456,
        ("explain", "differences"): 0}
    for (group, name), wanted in expected.items():
        if outcome[group][name] != wanted:
            yield f"{group}.{name} is {outcome[group][name]}, and should be {wanted}."
    model, baseline = outcome["april"]["xgboost"], outcome["april"]["logistic"]
    if model["auc"] <= baseline["auc"] or model["log_loss"] >= baseline["log_loss"]:
        yield f"In April the model is no better than its baseline: {model}, {baseline}."
    if outcome["explain"]["predictions"] < outcome["predictions"]["count"]:
        yield f"Only {outcome['explain']['predictions']} predictions were computed again."
    if not outcome["promotions"]:
        yield "No version was promoted."
    for each in outcome["verify"]["projections"]:
        if each["finding"] != "equal":
            yield f"{each['projection']} at {each['position']} is {each['finding']}."
    for alert in outcome["alerts"]:
        yield f"There is an alert: {alert}."


def version():
    """The number of the version at production, or else of the newest one."""
    status = json.load(sys.stdin)["status"]
    numbers = [each["version"] for each in status["versions"]]
    found = status["stages"].get("production") or max(numbers, default="")
    print(found)


def is_approved():
    sys.exit(0 if json.load(sys.stdin)["approvals"] else 1)


def is_span(begin, end):
    """Whether the dataset version on standard input, if there is one, covers just this."""
    text = sys.stdin.read()
    found = json.loads(text) if text else {}
    same = [instant(found[key]) == instant(wanted) for key, wanted in (("from", begin), ("to", end)) if found]
    sys.exit(0 if same and all(same) else 1)


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def differences():
    found = json.load(sys.stdin)
    print(f"{found['predictions']} predictions of {found['endpoint']} computed again from the log, "
          f"{found['differences']} differences, {found['seconds']:.1f} s")


def findings():
    proof = json.load(sys.stdin)["projections"]
    by_finding = {}
    for each in proof:
        by_finding[each["finding"]] = by_finding.get(each["finding"], 0) + 1
    print(", ".join(f"{count} {finding}" for finding, count in sorted(by_finding.items())), "partitions of projections")


if __name__ == "__main__":
    words = {
        "answered": answered, "predictions": lambda http, endpoint, *form: predictions(http, endpoint, *form[1:]),
        "shown": lambda: shown(json.load(sys.stdin)), "table": table, "version": version, "is-approved": is_approved,
        "is-span": is_span,
        "differences": differences, "findings": findings,
    }
    if len(sys.argv) < 2 or sys.argv[1] not in words:
        sys.exit(__doc__)
    words[sys.argv[1]](*sys.argv[2:])
