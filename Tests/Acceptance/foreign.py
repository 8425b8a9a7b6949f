"""Reads what another's broker may hold: batches that no door of ours lets in, each in a stream of its own.

    python3 Tests/Acceptance/foreign.py [--seed N] [--binary PROGRAM]

The broker is OpenDoor, a program of the tests ($OPENDOOR, or beside the program), which looks into no batch; the server
is pointed at it with `--kafka`. What can be read becomes records and dead letters; where that is not so the stream stands
still, and readiness and an alert name it. The others go on all the while. `audit verify` finds no difference, SIGTERM
ends the server within 10 s, and a restart comes up and says the same.

Two kinds are left out, because the library that reads the log, librdkafka 2.0.2, does not survive them: a compressed
batch that unpacks to nothing ends its process, and a gzip payload without its end is unpacked for ever.
"""

import gzip
import json
import os
import pathlib
import re
import socket
import subprocess
import time

import zstandard
from confluent_kafka.admin import AdminClient, NewTopic

import acceptance
import wire
from acceptance import ROOT, Checks, Server, arguments, expect, expect_in, expect_that, folder, free_port
from hostile import CALM, GOOD, GZIP, LZ4, NONE, SNAPPY, ZSTD, Stand, declaration, records_of

#: Seconds until readiness has to name what cannot be read, on a busy machine.
WITHIN = 60


def unread():
    """Batches behind which nothing can be read, and what each is."""
    good = records_of(GOOD)
    yield "bytes that are no gzip", wire.batch(b"\x1f\x8bgarbage", 1, GZIP)
    yield "bytes that are no snappy", wire.batch(b"\xff" * 40, 1, SNAPPY)
    yield "bytes that are no lz4", wire.batch(b"\x04\x22\x4d\x18garbage", 1, LZ4)
    yield "bytes that are no zstd", wire.batch(b"\x28\xb5\x2f\xfdgarbage", 1, ZSTD)
    yield "a codec that does not exist", wire.batch(good, 1, 5)
    yield "a record longer than its batch", wire.batch(wire.varint(1_000_000) + good, 1)
    yield "a third record that is none", wire.batch(records_of(GOOD, GOOD) + wire.varint(100_000) + b"x", 3)
    yield "a control batch of a client", wire.batch(good, 1, 32)
    yield "a record far beyond the end", wire.batch(wire.record(1_000_000, b"a", GOOD), 1)
    yield "a gigabyte of nothing in zstd", wire.batch(zstandard.ZstdCompressor().compress(b"\0" * (1 << 30)), 1, ZSTD)
    yield "another checksum", wire.batch(good, 1, crc=1)


def read():
    """Batches that can be read: what each is, how many records it gives, and the reason of a dead letter."""
    good = records_of(GOOD)
    yield "more records than there are", wire.batch(gzip.compress(good), 2, GZIP), 1, None
    yield "two billion records", wire.batch(gzip.compress(good), 2**31 - 1, GZIP), 1, None
    yield "a last offset that disagrees", wire.batch(good, 1, last=7), 1, None
    yield "a transaction", wire.batch(good, 1, 16), 1, None
    yield "a sequence without a producer", wire.batch(good, 1, producer=(-2, 3, 4)), 1, None
    yield "a record of two billion headers", wire.batch(gzip.compress(
        wire.varint(12) + b"\0\0\0" + wire.varint(-1) * 2 + wire.varint(2**31 - 1) + b"\0\0"), 1, GZIP), 0, "emptyValue"
    yield "300 MB in little", wire.batch(gzip.compress(records_of(b"7" * 300_000_000), 1), 1, GZIP), 0, "tooLarge"
    yield "no value", wire.batch(wire.record(0, None, None), 1), 0, "emptyValue"
    yield "no JSON", wire.batch(records_of(b"oops"), 1), 0, "notJSON"
    yield "the end of all time", wire.batch(good, 1, timestamp=2**63 - 1), 1, None
    yield "a time before Christ", wire.batch(good, 1, timestamp=-10**15), 1, None
    future = b'{"k":"a","at":"2099-01-01T00:00:00Z"}'
    yield "an event of 2099", wire.batch(records_of(future), 1, timestamp=4_070_908_800_000), 1, None


class Door:
    """The broker that lets everything in."""

    def __init__(self, place):
        beside = pathlib.Path(acceptance.BINARY).parent / "OpenDoor"
        program = os.environ.get("OPENDOOR") or next(
            (str(each) for each in (beside, ROOT / ".build/debug/OpenDoor") if each.exists()), None)
        expect_that(program, "OpenDoor is not built: swift build --product OpenDoor, or name it with $OPENDOOR")
        self.port = free_port(19090, 19099)
        with open(place / "door.log", "wb") as log:
            self.process = subprocess.Popen([program, place / "log", str(self.port)], stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                expect_that(time.monotonic() < deadline and self.process.poll() is None, "OpenDoor does not answer")
                time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class Foreign(Stand):
    """A server on that broker, with a stream for each batch."""

    def __init__(self, server):
        super().__init__(server)
        self.unread = {f"unread.{number}": each for number, each in enumerate(unread())}
        self.read = {f"read.{number}": each for number, each in enumerate(read())}
        self.stuck = set(self.unread)

    def declare(self):
        """Topics with the times of clients, made by somebody else, and streams on them."""
        admin = AdminClient({"bootstrap.servers": self.server.kafka_address})
        made = [NewTopic(name, 1, 1, config={"message.timestamp.type": "CreateTime"}) for name in (*self.unread, *self.read)]
        for done in admin.create_topics(made).values():
            done.result(30)
        more = "partitions: 1,"
        text = "---\n".join([*map(declaration, CALM), *(declaration(name, more) for name in (*self.unread, *self.read))])
        self.server.json("POST", "/api/v1/apply", {"files": [{"name": "foreign.yaml", "text": text}]})
        self.others_go_on()
        return f"{len(self.unread)} and {len(self.read)} streams"

    def send(self, name, batch):
        """The batch, and a good record behind it."""
        for stored in (batch, wire.batch(records_of(GOOD), 1)):
            expect(wire.produce(self.server.kafka_address, name, stored), NONE, f"what the broker says to {name}")

    def reads_what_can_be_read(self):
        for name, (_, batch, *_) in self.read.items():
            self.send(name, batch)
        self.others_go_on()
        for name, (what, _, records, reason) in self.read.items():
            wanted = (records + 1, {reason: 1} if reason else {})
            self.until(
                lambda name=name, wanted=wanted: (self.status(name)["records"], self.status(name)["refused"]) == wanted,
                f"{what} becomes {wanted}: {self.status(name)['records']}, {self.status(name)['refused']}", WITHIN)
        letters = self.server.events("tributary.deadletters")
        expect(len(letters), sum(bool(each[3]) for each in self.read.values()), "dead letters")

    def named(self):
        """The streams that readiness says stand still."""
        reasons = json.loads(self.server.ask("GET", "/health/ready").content)["reasons"]
        return {found[1] for each in reasons if (found := re.match(r"projectionStopped: intake of ([a-z.0-9]+):", each))}

    def alerted(self):
        """The streams of which an open alert says so."""
        return {
            each["subject"].split(",")[0].removeprefix("intake of ")
            for each in self.server.json("GET", "/api/v1/alerts")["items"]
            if each["kind"] == "projectorStopped" and not each.get("resolvedAt")}

    def says_what_cannot_be_read(self):
        for name, (_, batch) in self.unread.items():
            self.send(name, batch)
        self.others_go_on()
        began = time.monotonic()
        for name, (what, _) in self.unread.items():
            self.until(lambda name=name: name in self.named(), f"readiness names {name}, {what}", WITHIN)
        seconds = time.monotonic() - began
        self.until(lambda: self.alerted() == self.stuck, "an alert names each", WITHIN)
        expect(self.named(), self.stuck, "whom readiness names")
        self.others_go_on()
        return f"{len(self.stuck)} kinds, the last after {seconds:.1f} s"

    def is_sound(self):
        ran = self.server.verify()
        for (projection, _), found in ran.findings.items():
            expect_that(found["finding"] != "different", f"{projection}: {found}")

    def comes_up_again(self):
        seconds = self.server.stop(within=10)
        self.server.start(ready=lambda answer: b"starting: " not in answer.content)
        self.others_go_on()
        self.until(lambda: self.named() == self.stuck, "it says the same as before", WITHIN)
        for name, (what, _, records, _) in self.read.items():
            expect(self.status(name)["records"], records + 1, f"records after a restart: {what}")
        self.others_go_on()
        expect_in("projectionStopped", self.server.run("status", status=1).stderr, "the last line of `status`")
        memory = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        peak = int(memory.split("VmHWM:")[1].split()[0]) // 1024
        return f"stopped after {seconds:.1f} s; {peak} MiB at most since"


def a_kafka_that_comes_and_goes(place):
    """It is not there at first, then it is, is killed, and comes back: readiness says so, and goes green by itself."""
    broker = Server(place / "kafka", only_broker=True, kafka=free_port(19090, 19099))
    with broker, Server(place / "of-kafka", kafka=broker.kafka, options=["--kafka", broker.kafka_address]) as server:
        server.start(ready=lambda answer: answer.status == 503)
        stand = Stand(server)

        def words():
            return {reason.split(":")[0] for reason in json.loads(server.ask("GET", "/health/ready").content)["reasons"]}

        def publish():
            return server.ask("POST", "/api/v1/streams/x/records", GOOD + b"\n", {"Content-Type": "application/x-ndjson"})

        stand.until(lambda: words() == {"starting", "kafkaUnreachable"}, "the server says what it waits for")
        expect(server.ask("GET", "/api/v1/status").status, 200, "status while nothing has begun")
        broker.start()
        stand.until(stand.is_ready, "the server has begun")
        server.json("POST", "/api/v1/apply", {"files": [{"name": "x.yaml", "text": declaration("x")}]})
        expect(publish().status, 200, "a record")
        server.settle()
        broker.kill()
        stand.until(lambda: "kafkaUnreachable" in words(), "the server says that Kafka is away")
        expect({each["lag"] for each in server.json("GET", "/api/v1/status")["projections"]}, {None}, "what lags")
        expect(publish().status, 503, "a record that nobody takes")
        broker.start()
        stand.until(stand.is_ready, "the server goes on by itself")
        expect(publish().status, 200, "a record afterwards")
        server.settle()
        expect(stand.status("x")["records"], 2, "records that counted")
        said = [line for line in server.log.read_text().splitlines() if broker.kafka_address in line]
        expect_that(len(said) < 10, f"{len(said)} lines say that Kafka is away: {said[:10]}")
        expect_that(server.stop() < 10, "SIGTERM took 10 s")


def main():
    chosen = arguments("A log of somebody else.")
    checks = Checks()
    with folder(chosen.keep) as place, Door(place) as door:
        checks.check("a Kafka may come and go", a_kafka_that_comes_and_goes, place)
        address = f"127.0.0.1:{door.port}"
        with Server(place / "data", kafka=door.port, options=["--kafka", address]) as server:
            server.start()
            foreign = Foreign(server)
            checks.check("streams on topics of somebody else", foreign.declare)
            checks.check("what can be read becomes records and dead letters", foreign.reads_what_can_be_read)
            checks.check("what cannot be read is named, and holds up nobody", foreign.says_what_cannot_be_read)
            checks.check("what it serves is what the log says", foreign.is_sound)
            checks.check("it stops, comes up again, and says the same", foreign.comes_up_again)
    checks.end()


if __name__ == "__main__":
    main()
