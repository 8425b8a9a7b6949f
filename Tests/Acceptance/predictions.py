"""The year answered: features, predictions and their proof, held against what others make of the same records.

    python3 Tests/Acceptance/predictions.py [--seed N] [--pairs 1000] [--kills 3] [--until 2013-06-01] [--binary PROGRAM]

The job of the demo is run once, undisturbed: 84,000 departures are answered. Then features are computed anew with
pandas from the topics, the rows of datasets are compared with what was predicted from, every prediction is computed
again, and falsified ones must be found. At last the job is run with `kill -9` in it, on the records up to `--until`
(2014-02-01 for all of them), and must come to the same.
"""

import contextlib
import csv
import io
import json
import random
import re

import numpy
import pandas

import disturbed
import falsified
import flights
import lifecycle
import recompute
import topics
from acceptance import Checks, arguments, demo_files, expect, expect_that, folder

# Relative, as the features of two programs that add up in another order may differ.
AGREES = 1e-9


def run_job(job, checks):
    check = checks.check
    job.server.start()
    job.apply()
    check("the streams, and the views over them", lambda: job.timed("publish", job.publish) or job.settle())
    check("training on what was not sealed is refused", lifecycle.refuses_unsealed_training, job.server)
    sealed = check("a dataset is sealed", lambda: job.timed("seal", job.seal))
    trained = check("a model is trained", lambda: job.timed("train", job.train))
    expect_that(sealed and trained, "there is no model, so nothing is left to look at")
    expect(sealed["rows"], flights.ROWS, "rows sealed")
    check("promotion without approval is refused", lifecycle.refuses_without_approval, job.server)
    check("promotion by the one who approved is refused", lifecycle.refuses_one_pair_of_eyes, job.server)
    job.approve()
    job.promote()
    check("every departure from 1 April on is answered", lambda: job.timed("answers", job.wait_for_answers))


def pairs(histories, count, chance):
    """View, entity and instant: on an event, a window after one, of nobody, or anywhere in the year."""
    year = topics.microseconds("2013-01-01T00:00:00-05:00"), topics.microseconds("2014-01-01T00:00:00-05:00")
    for number in range(count):
        name = chance.choice(sorted(histories))
        history = histories[name]
        entity = chance.choice(sorted(history.entities))
        event = int(chance.choice(history.times[entity]))
        match number % 5:
            case 0: yield "on an event", name, entity, event
            case 1: yield "a window after one", name, entity, event + chance.choice(history.view.widths)
            case 2: yield "of nobody", name, f"none-{chance.randrange(10 ** 6)}", event + 1
            case _: yield "anywhere", name, entity, chance.randrange(*year)


def same(found, wanted):
    if found is None or wanted is None:
        return found is wanted
    return abs(found - wanted) <= AGREES * max(abs(found), abs(wanted))


def agree(server, histories, count, chance):
    """Asks in both ways, and compares with the recomputed values; counts also by the records behind them."""
    values = nulls = counted = 0
    for kind, name, entity, at in pairs(histories, count, chance):
        view = histories[name].view
        wanted, places = histories[name].read(entity, at)
        asked = f"{name} of {entity} at {topics.rfc3339(at)} ({kind})"
        answer = server.json("POST", "/api/v1/features/read", {
            "view": name, "entities": {view.entity: entity}, "at": topics.rfc3339(at), "records": True})
        expect(answer["complete"], True, f"complete: {asked}")
        expect(sorted(answer["features"]), sorted(wanted), f"features: {asked}")
        online = server.json("POST", "/get-online-features", {
            "features": [f"{name}:{feature}" for feature in wanted], "entities": {view.entity: [entity]},
            "at": topics.rfc3339(at)})
        columns = dict(zip(online["metadata"]["feature_names"], (each["values"][0] for each in online["results"])))
        for feature, value in wanted.items():
            found = answer["features"][feature]
            expect_that(same(found["value"], value), f"{feature}, {asked}: found {found['value']}, wanted {value}")
            expect(columns[feature], found["value"], f"online {feature}, {asked}")
            values, nulls = values + 1, nulls + (value is None)
            if feature in places:
                expect(sorted(found["records"]), places[feature], f"records of {feature}, {asked}")
                counted += len(places[feature])
    return f"{count} pairs, {values} values, {nulls} of them null, {counted} records behind the counts"


def logged(history, predictions):
    at = numpy.array([each.at for each in predictions])
    carrier = numpy.array([each.request["carrier"] for each in predictions])
    wanted = topics.bits(recompute.carriers(history, carrier, at))
    found = topics.bits(numpy.array([each.features[:10] for each in predictions]))
    wrong = numpy.argwhere(found != wanted)
    first = [(predictions[row].flight, int(column), hex(found[row, column]), hex(wanted[row, column]))
             for row, column in wrong[:3]]
    expect_that(not len(wrong), f"{len(wrong)} values differ, first (flight, column, found, wanted): {first}")
    return f"{len(predictions)} predictions, {wanted.size} values, equal bits"


def seal_the_rest(server):
    """Asks for too much, and takes the latest instant that the refusal names."""
    body = {"from": flights.ANSWERED_FROM, "to": "2015-01-01T00:00:00Z"}
    answer = server.ask("POST", "/api/v1/datasets/late_arrivals/seal", body)
    expect(answer.status in (409, 422), True, f"sealing the future, {answer.status} {answer.content[:300]}")
    latest = re.search(r"latest instant[^0-9]*([0-9T:-]+Z)", json.loads(answer.content)["detail"])
    expect_that(latest, f"the refusal names no latest instant: {answer.content[:300]}")
    return server.json("POST", "/api/v1/datasets/late_arrivals/seal", {**body, "to": latest[1]})


def rows_equal_predictions(server, predictions, columns):
    sealed = seal_the_rest(server)
    rows = pandas.read_csv(
        f"http://{server.address}/api/v1/datasets/{sealed['name']}/rows.csv", float_precision="round_trip")
    expect(len(rows), sealed["rows"], "rows read")
    expect(list(rows.columns), ["flight_id", "time", *columns, "late15"], "columns")
    expect([each.flight for each in predictions if not each.complete], [], "predictions that are not complete")
    by_flight = {each.flight: each for each in predictions}
    expect(len(by_flight), flights.ANSWERS, "flights answered")
    answered = [by_flight.pop(int(flight)) for flight in rows["flight_id"]]
    found = topics.bits(numpy.array([each.features for each in answered]))
    wanted = topics.bits(rows[columns].to_numpy(dtype=numpy.float64))
    wrong = numpy.argwhere(found != wanted)
    first = [(answered[row].flight, columns[column], hex(found[row, column]), hex(wanted[row, column]))
             for row, column in wrong[:3]]
    expect_that(not len(wrong), f"{len(wrong)} values differ, first (flight, column, found, wanted): {first}")
    # What has a prediction and no row is what never landed, and nothing else.
    lost = {row["flight_id"] for *_, row in topics.records(server, "flights.arrived") if row["status"] != "landed"}
    strangers = set(by_flight) - lost
    expect(sorted(strangers)[:5], [], "predicted, landed, and not in the dataset")
    return f"{len(rows)} rows, {wanted.size} values, equal bits; {len(by_flight)} cancelled or diverted"


def rows_over_http(server):
    place = f"http://{server.address}/api/v1/datasets/late_arrivals@1/rows"
    table = pandas.read_csv(f"{place}.csv")
    expect(len(table), flights.ROWS, "rows that pandas reads")
    path = "/api/v1/datasets/late_arrivals@1/rows"
    lines = server.ask("GET", f"{path}.jsonl").content.splitlines()
    texts = csv.DictReader(io.StringIO(server.ask("GET", f"{path}.csv").content.decode(), newline=""))
    cells = number = 0
    for number, (line, row) in enumerate(zip(lines, texts, strict=True), 1):
        values = json.loads(line)
        expect(list(values), list(row), f"columns of row {number}")
        for name, value in values.items():
            expect_that(is_written(value, row[name]), f"row {number}, {name}: {row[name]!r} and {value!r}")
        cells += len(values)
    expect(number, flights.ROWS, "JSON lines")
    return f"{number} rows, {cells} cells, equal as CSV and as JSON lines"


def is_written(value, text):
    if value is None or isinstance(value, bool):
        return text == {None: "", True: "true", False: "false"}[value]
    return text == value if isinstance(value, str) else float(text) == value


def main():
    chosen = arguments("Features, predictions and their proof.", pairs=1000, kills=3, until="2013-06-01")
    chance = random.Random(chosen.seed)
    checks = Checks()
    check = checks.check
    with folder(chosen.keep) as place, contextlib.ExitStack() as servers:
        files = demo_files(place / "demo")
        server = servers.enter_context(flights.server_in(place / "data"))
        job = flights.Job(server, files)
        run_job(job, checks)
        check("a dataset as CSV for pandas, and as JSON lines", rows_over_http, server)
        predictions, columns = topics.predictions(server), job.columns()
        tables = recompute.tables(server)
        histories = {name: recompute.History(view, tables[view.stream]) for name, view in recompute.VIEWS.items()}
        check("features equal those of pandas", agree, server, histories, chosen.pairs, chance)
        check("every logged punctuality equals numpy's", logged, histories["carrier_punctuality"], predictions)
        check("predictions were made from what a dataset holds", rows_equal_predictions, server, predictions,
              columns)
        check("every prediction comes out again", falsified.nothing_differs, server, flights.ANSWERS)
        undisturbed = disturbed.Outcome(job.outcome(), predictions)
        server.stop()
        falsified.check(checks, server, place, predictions, columns, chance)
        other = servers.enter_context(flights.server_in(place / "disturbed"))
        disturbed.check(checks, flights.Job(other, files), undisturbed, job.seconds, chosen, chance)
        lifecycle.check(checks, other)
    checks.end()


if __name__ == "__main__":
    main()
