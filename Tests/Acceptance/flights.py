"""The job of the demo in steps: a year of departures, a dataset sealed, a model trained, every departure answered."""

import http.client
import json
import time
import uuid

import acceptance
from acceptance import Server, expect, expect_that, free_port

FROM, TO = "2013-01-01T00:00:00-05:00", "2013-03-30T00:00:00-04:00"
ANSWERED_FROM = "2013-04-01T00:00:00-04:00"
END = "2014-02-01T00:00:00Z"
ROWS, ANSWERS = 25_925, 84_000
TIMES = {
    "planes": "known_at", "weather.observed": "observed_at", "flights.scheduled": "scheduled",
    "flights.arrived": "known_at"}
ENDPOINT = "late-arrival"


def server_in(path):
    return Server(path, http=free_port(18200, 18299), kafka=free_port(19200, 19299))


class Job:
    """One run of the job, on a server of its own. Every step can be asked for again, and then takes effect once."""

    def __init__(self, server, files):
        self.server, self.files = server, files
        self.keys = {}
        self.seconds = {}
        # What a server refused right after a start, and granted once it had settled.
        self.untrue = []

    def apply(self):
        self.server.run("apply", acceptance.DEMO)

    def publish(self, until=END):
        for stream in TIMES:
            self.server.run("publish", stream, "--file", self.files / f"{stream}.jsonl", "--complete-until", until)

    def settle(self):
        # Ten minutes, where the machine has more to do.
        self.server.run("wait", "--settled", "--seconds", "600")

    def ask(self, step, path, body):
        """A request with an idempotency key of its own, asked again until there is an answer."""
        key = self.keys.setdefault(step, str(uuid.uuid4()))
        deadline = time.monotonic() + 600
        is_restarted = False
        while True:
            try:
                answer = self.server.ask("POST", path, body, {"Idempotency-Key": key}, timeout=600)
            except (OSError, http.client.HTTPException):
                is_restarted, answer = True, None
            if answer and answer.status == 409 and is_restarted:
                self.untrue.append(f"{path}: {answer.content.decode()}")
                self.server.run("wait", "--settled", status=None)
                is_restarted = False
            elif answer and answer.status not in (502, 503, 504):
                expect_that(answer.status == 200, f"{path} answered {answer.status}: {answer.content[:500]}")
                return json.loads(answer.content)
            expect_that(time.monotonic() < deadline, f"{path} did not answer within 600 s")
            time.sleep(0.05)

    def seal(self):
        return self.ask("seal", "/api/v1/datasets/late_arrivals/seal", {"from": FROM, "to": TO})

    def train(self):
        return self.ask("train", f"/api/v1/models/{ENDPOINT}/train", {"dataset": "late_arrivals@1"})

    def approve(self):
        self.server.run(
            "model", "approve", f"{ENDPOINT}@1", "--actor", "grace", "--reason", "better than the baseline")

    def promote(self):
        self.server.run("model", "promote", f"{ENDPOINT}@1", "--stage", "production", "--actor", "ada")

    def answers(self):
        return self.server.json("GET", f"/api/v1/endpoints/{ENDPOINT}")["status"]

    def wait_for_answers(self, wanted=ANSWERS, seconds=600):
        deadline = time.monotonic() + seconds
        while (status := self.answers())["predictions"] < wanted:
            expect_that(time.monotonic() < deadline, f"after {seconds} s there are {status}, wanted {wanted}")
            time.sleep(0.2)
        expect(status["predictions"], wanted, "predictions")
        expect(status["incomplete"], 0, "incomplete predictions")

    def columns(self):
        return self.server.json("GET", f"/api/v1/models/{ENDPOINT}")["status"]["versions"][0]["columns"]

    def timed(self, name, body, *given):
        began = time.monotonic()
        found = body(*given)
        self.seconds[name] = time.monotonic() - began
        return found

    def outcome(self):
        """What has to be equal however often the server was killed, except for the predictions themselves."""
        dataset = self.server.json("GET", "/api/v1/datasets/late_arrivals@1")
        status = self.server.json("GET", f"/api/v1/models/{ENDPOINT}")["status"]
        return {
            "rows": dataset["rows"], "chunks": dataset["chunks"], "content": dataset["content"],
            "versions": [
                [each[key] for key in ("name", "stage", "artifact", "baseline", "datasetContent", "metrics")]
                for each in status["versions"]],
            "stages": status["stages"],
        }
