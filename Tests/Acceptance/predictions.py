"""The year answered: features, predictions and their proof, held against what others make of the same records.

    python3 Tests/Acceptance/predictions.py [--seed N] [--pairs 1000] [--kills 3] [--until DAY] [--binary PROGRAM]

The job of the demo is run once, undisturbed: 84,000 departures are answered. Then features are computed anew with
pandas from the topics, the rows of datasets are compared with what was predicted from, every prediction is computed
again, and falsified ones must be found. At last the job is run with `kill -9` in it, on the records before `--until`
(1 June 2013; 2014-02-01 for all of them), and must come to the same.
"""

import contextlib
import csv
import io
import json
import random
import re

import numpy
import pandas

import agreement
import disturbed
import falsified
import flights
import lifecycle
import recompute
import topics
from acceptance import DEMO, Checks, arguments, demo_files, expect, expect_that, folder


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


def seal_the_rest(server):
    """Every departure, landed or not. Asks for too much, and takes the latest instant that the refusal names."""
    dataset = (DEMO / "3-model.yaml").read_text().split("---")[0].replace("name: late_arrivals", "name: departures")
    text = "".join(line for line in dataset.splitlines(True) if not line.startswith("  where:"))
    expect_that("where:" not in text and "name: departures" in text, f"the demo's dataset is another:\n{dataset}")
    server.json("POST", "/api/v1/apply", {"files": [{"name": "departures.yaml", "text": text}]})
    body = {"from": flights.ANSWERED_FROM, "to": "2015-01-01T00:00:00Z"}
    answer = server.ask("POST", "/api/v1/datasets/departures/seal", body)
    expect(answer.status in (409, 422), True, f"sealing the future, {answer.status} {answer.content[:300]}")
    latest = re.search(r"latest instant[^0-9]*([0-9T:-]+Z)", json.loads(answer.content)["detail"])
    expect_that(latest, f"the refusal names no latest instant: {answer.content[:300]}")
    return server.json("POST", "/api/v1/datasets/departures/seal", {**body, "to": latest[1]})


def rows_equal_predictions(server, predictions, columns):
    sealed = seal_the_rest(server)
    rows = pandas.read_csv(f"http://{server.address}/api/v1/datasets/{sealed['name']}/rows.csv")
    expect(len(rows), sealed["rows"], "rows read")
    expect(list(rows.columns), ["flight_id", "time", *columns, "late15"], "columns")
    expect([each.flight for each in predictions if not each.complete], [], "predictions that are not complete")
    by_flight = {each.flight: each for each in predictions}
    expect(len(by_flight), flights.ANSWERS, "flights answered")
    expect(len(rows), flights.ANSWERS, "rows of the dataset")
    answered = [by_flight.pop(int(flight)) for flight in rows["flight_id"]]
    found = topics.bits(numpy.array([each.features for each in answered]))
    wanted = topics.bits(rows[columns].to_numpy(dtype=numpy.float64))
    wrong = numpy.argwhere(found != wanted)
    first = [(answered[row].flight, columns[column], hex(found[row, column]), hex(wanted[row, column]))
             for row, column in wrong[:3]]
    expect_that(not len(wrong), f"{len(wrong)} values differ, first (flight, column, found, wanted): {first}")
    lost = {row["flight_id"] for *_, row in topics.records(server, "flights.arrived") if row["status"] != "landed"}
    unknown = set(rows["flight_id"][rows["late15"].isna()])
    expect(sorted(unknown ^ lost.intersection(rows["flight_id"]))[:5], [], "without a label, or never landed, not both")
    return f"{len(rows)} rows, {wanted.size} values, equal bits; {len(unknown)} of them cancelled or diverted"


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
        check("features equal those of pandas", agreement.asked, server, histories, chosen.pairs, chance)
        carriers = histories["carrier_punctuality"]
        check("every logged punctuality equals numpy's", agreement.logged, carriers, predictions)
        check("every logged departure is what the request says", agreement.departures, predictions, columns)
        check(
            "predictions were made from what a dataset holds", rows_equal_predictions, server, predictions, columns)
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
