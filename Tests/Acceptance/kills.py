"""Kills the server and the publisher at random instants, and looks at what is left.

    python3 Tests/Acceptance/kills.py [--count 3] [--pause 1.5] [--seed N] [--binary PROGRAM]

While the year of flights is published, and single records go in over HTTP, `kill -9` strikes the server, the
publisher, or both, so many times. Then everything is started again until all is in, and this is looked at: every
digest equals that of a fresh replay, by the same server and by another one that has only a copy of the log; nothing
that was acknowledged is missing; no id took effect twice; nothing was refused.
"""

import collections
import json
import random
import shutil
import subprocess
import threading
import time

import acceptance
from acceptance import Checks, Server, arguments, demo_files, expect, expect_that, folder

ROWS = 111_279
SIDE = """
kind: Stream
name: side
description: Records that go in over HTTP while others are killed.
owner: acceptance
spec:
  partitions: 2
  format: json
  key: number
  time: sent
  fields:
    number: int64
    sent: timestamp
"""
SIDE_RECORDS, SIDE_BATCH = 5_000, 25


class SideProducer(threading.Thread):
    """Sends numbered records over HTTP, each once, and remembers which were acknowledged."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server = server
        self.acknowledged, self.unknown = set(), set()
        self.total = 0
        self.is_over = threading.Event()

    def run(self):
        # At least so many, and then on until nobody is killed any more.
        while self.total < SIDE_RECORDS or not self.is_over.is_set():
            numbers = range(self.total, self.total + SIDE_BATCH)
            body = b"".join(json.dumps({"number": number, "sent": "2026-01-01T00:00:00Z"}).encode() + b"\n" for number in numbers)
            try:
                answer = self.server.ask(
                    "POST", "/api/v1/streams/side/records", body, {"Content-Type": "application/x-ndjson"}, timeout=30)
                status = answer.status
            except ConnectionRefusedError:
                # Nothing was sent, so the same numbers go again.
                time.sleep(0.02)
                continue
            except Exception:
                status = None
            (self.acknowledged if status == 200 else self.unknown).update(numbers)
            self.total += SIDE_BATCH
            time.sleep(0.02)


class Publishing:
    """`tributary publish` for one file after the other, until all say that they are through."""

    def __init__(self, server, files):
        self.server = server
        self.todo = list(files)
        self.process = None

    @property
    def is_done(self):
        return not self.todo

    def step(self):
        """Starts the next one where none runs, and notes the one that is through."""
        if self.process and self.process.poll() is not None:
            if self.process.returncode == 0:
                self.todo.pop(0)
            self.process = None
        if not self.process and self.todo:
            path = self.todo[0]
            self.process = subprocess.Popen(
                [acceptance.BINARY, "publish", path.stem, "--file", str(path), "--server", self.server.address],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def strike(server, publishing, chosen, chance):
    """The kills. Returns how many struck while records went in."""
    while_publishing = 0
    for number in range(chosen.count):
        publishing.step()
        pause = chance.uniform(0.02, chosen.pause)
        until = time.monotonic() + pause
        while time.monotonic() < until:
            publishing.step()
            time.sleep(0.01)
        victims = chance.choice([("server",), ("server",), ("publisher",), ("server", "publisher")])
        is_under_way = publishing.process is not None and publishing.process.poll() is None
        while_publishing += is_under_way
        if "publisher" in victims:
            publishing.kill()
        if "server" in victims:
            server.kill()
            # A server that is killed while it starts is started again.
            if chance.random() < 0.3:
                try:
                    server.start(wait=chance.uniform(0.02, 0.4))
                except AssertionError:
                    pass
                server.kill()
            server.start()
        print(
            f"kill {number + 1}: {' and '.join(victims)} after {pause:.2f} s"
            f"{'' if is_under_way else ', nothing was being published'}", flush=True)
    return while_publishing


def finish(publishing, seconds=900):
    deadline = time.monotonic() + seconds
    while not publishing.is_done:
        publishing.step()
        expect_that(time.monotonic() < deadline, f"the files were not published within {seconds} s")
        time.sleep(0.05)


def ids(lines):
    """How often each `ce_id` is in a user's topic."""
    return collections.Counter(dict(line.get("headers", [])).get("ce_id") for line in lines)


def main():
    chosen = arguments("Kills and recovery.", count=3, pause=1.5)
    chance = random.Random(chosen.seed)
    checks = Checks()
    check = checks.check
    with folder(chosen.keep) as place, Server(place / "data") as server:
        files = demo_files(place / "demo")
        (place / "side.yaml").write_text(SIDE)
        server.start()
        server.run("apply", acceptance.DEMO / "1-streams.yaml", place / "side.yaml")
        publishing = Publishing(server, [files / "flights.scheduled.jsonl", files / "flights.arrived.jsonl"])
        side = SideProducer(server)
        side.start()

        def kills():
            hit = strike(server, publishing, chosen, chance)
            expect_that(hit > 0, "nobody was killed while records were published: choose a shorter --pause")
            return f"{chosen.count}, of them {hit} while records were published"

        def all_in():
            finish(publishing)
            side.is_over.set()
            side.join(300)
            expect_that(not side.is_alive(), "the records over HTTP did not come to an end")
            server.settle()

        def counts():
            found = {}
            for name in ["flights.scheduled", "flights.arrived"]:
                status = server.json("GET", f"/api/v1/streams/{name}")["status"]
                found[name] = status["records"]
                expect(status["records"], ROWS, f"records of {name}")
                expect(status["refused"], {}, f"refused of {name}")
            values = server.json("GET", "/api/v1/streams/flights.arrived")["status"]["values"]
            expect(
                values, {"status=cancelled": 1863, "status=diverted": 337, "status=landed": 109079},
                "how the flights ended")
            expect(server.events("tributary.deadletters"), [], "dead letters")
            return str(found)

        def acknowledged():
            numbers = collections.Counter(line["value"]["number"] for line in server.events("side"))
            missing = sorted(side.acknowledged - set(numbers))
            expect(missing[:10], [], "acknowledged and missing")
            twice = [number for number, times in numbers.items() if times > 1]
            expect(twice[:10], [], "there twice")
            strangers = set(numbers) - side.acknowledged - side.unknown
            expect(sorted(strangers)[:10], [], "there and never sent")
            expect(server.json("GET", "/api/v1/streams/side")["status"]["records"], len(numbers), "records of side")
            return (
                f"{len(side.acknowledged)} acknowledged and there, {len(side.unknown)} without an answer, of which "
                f"{len(side.unknown & set(numbers))} are there")

        def effects():
            said = []
            for name in ["flights.scheduled", "flights.arrived"]:
                found = ids(server.events(name))
                expect(found.pop(None, 0), 0, f"records of {name} without ce_id")
                expect(len(found), ROWS, f"distinct ids of {name}")
                again = sum(times - 1 for times in found.values())
                said.append(f"{name} has {again} records twice in the log")
            revisions, effective = collections.defaultdict(list), collections.Counter()
            for line in server.events("tributary.streams"):
                if line.get("void"):
                    continue
                envelope = {key: line[key] for key in line if isinstance(line[key], (str, int))}
                effective[find(envelope, "id")] += 1
                revisions[find(envelope, "subject")].append(int(find(envelope, "revision")))
            expect([each for each, times in effective.items() if times > 1], [], "facts that took effect twice")
            for subject, found in revisions.items():
                expect(found, list(range(1, len(found) + 1)), f"revisions of {subject}")
            return "; ".join(said)

        check("the kills", kills)
        check("everything is published in the end", all_in)
        check("every record counts once, and none was refused", counts)
        check("nothing acknowledged is missing, nothing is there twice", acknowledged)
        check("no id takes effect twice", effects)
        check("every digest equals that of a replay", lambda: verified(server))
        check("another server, with only the log, comes to the same digests", compare, server, place)
    checks.end()


def find(line, name):
    for key in (name, f"ce_{name}"):
        if key in line:
            return line[key]
    raise AssertionError(f"an event without {name}: {line}")


def verified(server):
    findings = server.verify().findings
    for (projection, partition), finding in findings.items():
        expect(finding["finding"], "equal", f"{projection} on {partition}")
        expect(finding["served"], finding["replayed"], f"digests of {projection} on {partition}")
    rows = sum(finding["entries"] for finding in findings.values())
    expect_that(rows > 0, "nothing was compared")
    return f"{len(findings)} partitions, {rows} rows"


def compare(server, place):
    """Both start from the same log; one has the rows from before, the other folds everything anew."""
    server.stop()
    other = Server(place / "other")
    shutil.copytree(server.data / "log", other.data / "log")
    with other:
        server.start()
        other.start()
        server.settle()
        other.settle()
        here, there = server.verify().findings, other.verify().findings
        expect(sorted(there), sorted(here), "what there is to compare")
        same = 0
        for place_in_log, finding in here.items():
            again = there[place_in_log]
            if place_in_log[0] == "attestations" and again["position"] != finding["position"]:
                # Each of the two wrote down its own proofs since they parted.
                continue
            expect(again["position"], finding["position"], f"the position of {place_in_log}")
            expect(again["served"], finding["served"], f"the digest of {place_in_log} at {finding['position']}")
            expect(again["entries"], finding["entries"], f"the rows of {place_in_log}")
            same += 1
        return f"{same} of {len(here)} partitions at equal positions"


if __name__ == "__main__":
    main()
