"""Fills the disk of the whole data folder, and makes room again.

    python3 Tests/Acceptance/full.py [--seed N] [--binary PROGRAM]

The folder lies on a file system of 192 MiB in a namespace of its own, which every user may make where the system allows
namespaces of users; elsewhere nothing is checked, and that is said. Clients fill it over Kafka and HTTP while a file of
32 MiB takes its part. The server goes on: it says what is the matter, answers reads, and is killed and started again.
When the file is deleted, all is green again by itself, and every acknowledged record is there.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import time

from confluent_kafka import Consumer, Producer

from acceptance import Checks, Server, arguments, expect, expect_in, expect_that, folder

LINES = {"Content-Type": "application/x-ndjson"}
STREAM = """kind: Stream
name: filled
spec: {key: number, time: at, partitions: 2, fields: {number: int64, at: timestamp, more: string?}}
"""
MIB = 1 << 20
#: What a start needs: a checkpoint of the log, and the state's own files.
LITTLE = 4 * MIB


class SmallDisk:
    """A file system of 192 MiB, which lives as long as the process that holds it."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        # Others than root may mount only as the root of a namespace of users.
        apart = ["--mount"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--mount"]
        self.holder = subprocess.Popen(
            ["unshare", *apart, "sh", "-c", 'mount -t tmpfs -o size=192m none "$0" && echo up && exec sleep infinity',
             str(folder)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.is_there = self.holder.stdout.readline() == "up\n"
        named = ["--user", "--preserve-credentials"] if os.geteuid() else []
        #: What stands before a command that is to see it.
        self.inside = ["nsenter", "--target", str(self.holder.pid), *named, "--mount"]
        #: The same folder, seen from outside.
        self.seen = pathlib.Path(f"/proc/{self.holder.pid}/root{folder}")

    def free(self):
        return shutil.disk_usage(self.seen).free

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.holder.kill()
        self.holder.wait()


class Filled:
    """A server on the small disk, and what it has acknowledged."""

    def __init__(self, server, disk):
        self.server, self.disk = server, disk
        self.filler, self.rest = disk.seen / "filler", disk.seen / "rest"
        self.acknowledged = set()
        self.next = 0

    def until(self, holds, what, seconds=90):
        deadline = time.monotonic() + seconds
        while not (found := holds()):
            expect_that(time.monotonic() < deadline, f"{what}, within {seconds} s: {self.reasons()}")
            time.sleep(0.1)
        return found

    def reasons(self):
        return json.loads(self.server.ask("GET", "/health/ready").content)["reasons"]

    def says(self, word):
        return any(each.startswith(f"{word}: ") for each in self.reasons())

    def record(self, size=100_000):
        number, self.next = self.next, self.next + 1
        return number, b'{"number":%d,"at":"2026-01-01T00:00:00Z","more":"%s"}' % (number, b"x" * size)

    def send(self, count, timeout=3_000):
        """Sends over Kafka and HTTP, and returns how many were taken."""
        before = len(self.acknowledged)
        producer = Producer({
            "bootstrap.servers": self.server.kafka_address, "acks": "all", "enable.idempotence": True,
            "message.timeout.ms": timeout})

        def taken(number):
            return lambda error, _: None if error else self.acknowledged.add(number)

        for _ in range(count):
            number, value = self.record()
            producer.produce("filled", value, str(number).encode(), on_delivery=taken(number))
        left = producer.flush(60)
        expect(left, 0, "records without an answer")
        number, value = self.record()
        answer = self.server.ask("POST", "/api/v1/streams/filled/records", value + b"\n", LINES)
        expect_in(answer.status, (200, 503, 504), f"what a record over HTTP is answered with: {answer.content[:200]}")
        if answer.status == 200:
            self.acknowledged.add(number)
        return len(self.acknowledged) - before

    def begin(self):
        (self.disk.folder.parent / "filled.yaml").write_text(STREAM)
        self.server.run("apply", self.disk.folder.parent / "filled.yaml")
        expect(self.send(20), 21, "records taken while there is room")
        self.server.settle()
        self.filler.write_bytes(b"\0" * 32 * MIB)

    def fill(self):
        """Until nothing more is taken."""
        for _ in range(60):
            if not self.send(20, 1_000):
                break
        self.until(lambda: self.says("diskFull"), "readiness says that the disk is full")
        expect(self.server.ask("GET", "/health/live").status, 200, "alive with a full disk")
        expect(self.server.ask("GET", "/api/v1/streams/filled").status, 200, "a read with a full disk")
        expect_in("disk is full", self.server.run("status", status=1).stderr, "the last line of `status`")
        # Nothing ends the process, however often one tries.
        self.send(20, 1_000)
        expect(self.server.process.poll(), None, "how the server ended")
        return f"{len(self.acknowledged)} of {self.next} records taken, {self.disk.free() // 1024} KiB free"

    def kill_and_start(self):
        """Without a byte of room it says so and ends; with a little it comes up, and is red."""
        self.server.kill()
        with contextlib.suppress(OSError), open(self.rest, "wb", buffering=0) as rest:
            while True:
                rest.write(b"\0" * 4096)
        ran = subprocess.run([*self.disk.inside, *self.server.command()], capture_output=True, text=True, timeout=60)
        expect(ran.returncode, 1, f"how a start without room ends: {ran.stderr}")
        expect_in("The disk is full. Make room on it.", ran.stderr, "what a start without room says")
        os.truncate(self.rest, max(0, self.rest.stat().st_size - LITTLE))
        self.server.start(before=self.disk.inside, ready=lambda answer: answer.status in (200, 503))
        self.until(lambda: not self.says("starting"), "it has started with a full disk")
        self.until(lambda: not self.send(20, 1_000) and self.says("diskFull"), "readiness says that the disk is full")
        expect(self.server.process.poll(), None, "how the server ended")

    def make_room(self):
        self.filler.unlink()
        self.rest.unlink()
        self.until(lambda: self.server.ask("GET", "/health/ready").status == 200, "green again by itself")
        self.until(lambda: self.send(1) == 2, "records are taken again")
        self.server.settle()

    def has_everything(self):
        consumer = Consumer({
            "bootstrap.servers": self.server.kafka_address, "group.id": "all", "auto.offset.reset": "earliest",
            "enable.partition.eof": False})
        consumer.subscribe(["filled"])
        found, deadline = {}, time.monotonic() + 60
        while not self.acknowledged <= found.keys() and time.monotonic() < deadline:
            message = consumer.poll(1)
            if message and not message.error():
                number = json.loads(message.value())["number"]
                found[number] = found.get(number, 0) + 1
        consumer.close()
        expect(len(self.acknowledged - found.keys()), 0, "acknowledged records that are missing")
        expect_that(all(count == 1 for number, count in found.items() if number in self.acknowledged), "one came twice")
        self.until(
            lambda: self.server.json("GET", "/api/v1/streams/filled")["status"]["records"] >= len(self.acknowledged),
            "all of them are folded")
        self.server.verify()
        self.until(
            lambda: all(each.get("resolvedAt") for each in self.server.json("GET", "/api/v1/alerts")["items"]),
            "every alert is over")
        return f"{len(self.acknowledged)} records"

    def stop(self):
        seconds = self.server.stop(within=10)
        self.server.start(before=self.disk.inside)
        return f"{seconds:.1f} s"


def main():
    chosen = arguments("A full disk.")
    checks = Checks()
    with folder(chosen.keep) as place, SmallDisk(place / "data") as disk:
        if not disk.is_there:
            checks.check("SKIPPED: this user may mount nothing, not even where nobody else sees it", lambda: None)
            checks.end()
        with Server(place / "data") as server:
            server.log = place / "server.log"
            server.start(before=disk.inside)
            filled = Filled(server, disk)
            checks.check("a stream on a small disk takes records", filled.begin)
            checks.check("a full disk ends nothing, and is said", filled.fill)
            checks.check("killed with a full disk, it comes up", filled.kill_and_start)
            checks.check("with room again it is green by itself", filled.make_room)
            checks.check("every acknowledged record is there once, and folded", filled.has_everything)
            checks.check("it stops, and comes up again", filled.stop)
    checks.end()


if __name__ == "__main__":
    main()
