"""Sends what nobody should send, of each kind, to one stream of three, and looks whether the others go on.

    python3 Tests/Acceptance/hostile.py [--seed N] [--binary PROGRAM]

Batches by Kafka's protocol as no client library would write them, records by confluent-kafka, bodies and requests over
HTTP and raw sockets, an administrator's requests about the platform's own topics, files through `tributary publish`,
clocks that are wrong. After each kind the two calm streams take a record by Kafka and one over HTTP. In the end the
server is ready, `audit verify` holds, SIGTERM ends it within 10 s, and it comes up again with everything that it had
acknowledged.
"""

import contextlib
import gzip
import json
import os
import pathlib
import random
import socket
import struct
import time

import lz4.frame
import snappy
import zstandard
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, ResourceType)

import acceptance
import wire
from acceptance import Checks, Server, arguments, expect, expect_in, expect_that, folder

CALM = ("calm.north", "calm.south")
LINES = {"Content-Type": "application/x-ndjson"}
GOOD = b'{"k":"a","at":"2026-01-01T00:00:00Z"}'
NONE, CORRUPT, TOO_LARGE, INVALID_TIMESTAMP, OTHER_FORMAT, NO_CODEC, INVALID = 0, 2, 10, 32, 43, 76, 87
GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4
MIB = 1 << 20


def declaration(name, more=""):
    return f"kind: Stream\nname: {name}\nspec: {{key: k, time: at, lateness: 366d, {more} fields: {{k: string, at: timestamp, n: int32?}}}}\n"


class Stand:
    """A server with three streams, and what it has acknowledged of the calm ones."""

    def __init__(self, server):
        self.server = server
        self.accepted = dict.fromkeys(CALM, 0)

    def declare(self):
        text = "---\n".join(declaration(name) for name in (*CALM, "struck"))
        self.server.json("POST", "/api/v1/apply", {"files": [{"name": "three.yaml", "text": text}]})
        self.others_go_on()

    def status(self, name):
        return self.server.json("GET", f"/api/v1/streams/{name}")["status"]

    def until(self, holds, what, seconds=60):
        """Waits for what must come: how long that takes is no concern of these checks."""
        deadline = time.monotonic() + seconds
        while not (found := holds()):
            expect_that(time.monotonic() < deadline, f"{what}, within {seconds} s")
            time.sleep(0.05)
        return found

    def others_go_on(self):
        producer = Producer({"bootstrap.servers": self.server.kafka_address, "acks": "all", "message.timeout.ms": 30_000})
        for name in CALM:
            producer.produce(name, GOOD, b"a")
            answer = self.server.ask("POST", f"/api/v1/streams/{name}/records", GOOD + b"\n", LINES)
            expect(answer.status, 200, f"a record for {name} over HTTP: {answer.content[:200]}")
        expect(producer.flush(30), 0, "records of the calm streams that the broker did not take")
        for name in CALM:
            self.accepted[name] += 2
            self.until(lambda name=name: self.status(name)["records"] == self.accepted[name], f"{name} went on")

    def is_ready(self):
        answer = self.server.ask("GET", "/health/ready")
        return answer.status == 200

    def refused(self, reason):
        return self.status("struck")["refused"].get(reason, 0)


# Batches.


def records_of(*values):
    return b"".join(wire.record(number, b"a", value) for number, value in enumerate(values))


def xerial(data):
    """snappy-java's framing, which Java clients write."""
    block = snappy.compress(data)
    return b"\x82SNAPPY\0" + struct.pack(">iii", 1, 1, len(block)) + block


def batches():
    """What is sent, and the errors that Kafka's broker has for it."""
    good = records_of(GOOD)
    packed = gzip.compress(good)
    yield "an empty gzip payload", wire.batch(gzip.compress(b""), 1, GZIP), {INVALID, CORRUPT}
    yield "an empty zstd frame", wire.batch(zstandard.compress(b""), 1, ZSTD), {INVALID, CORRUPT}
    yield "an empty lz4 frame", wire.batch(lz4.frame.compress(b""), 1, LZ4), {INVALID, CORRUPT}
    yield "an empty snappy payload", wire.batch(snappy.compress(b""), 1, SNAPPY), {INVALID, CORRUPT}
    yield "no payload at all", wire.batch(b"", 1, GZIP), {INVALID, CORRUPT}
    yield "bytes that are no gzip", wire.batch(b"\x1f\x8bgarbage", 1, GZIP), {INVALID, CORRUPT}
    yield "bytes that are no snappy", wire.batch(b"\xff" * 40, 1, SNAPPY), {INVALID, CORRUPT}
    yield "bytes that are no lz4", wire.batch(b"\x04\x22\x4d\x18garbage", 1, LZ4), {INVALID, CORRUPT}
    yield "bytes that are no zstd", wire.batch(b"\x28\xb5\x2f\xfdgarbage", 1, ZSTD), {INVALID, CORRUPT}
    yield "a gzip payload without its end", wire.batch(packed[:-8], 1, GZIP), {INVALID, CORRUPT}
    yield "a codec that does not exist", wire.batch(good, 1, 5), {INVALID, CORRUPT, NO_CODEC}
    yield "more records than there are", wire.batch(packed, 2, GZIP), {INVALID, CORRUPT}
    yield "fewer records than there are", wire.batch(gzip.compress(records_of(GOOD, GOOD)), 1, GZIP), {INVALID, CORRUPT}
    yield "two billion records", wire.batch(packed, 2**31 - 1, GZIP), {INVALID, CORRUPT}
    yield "no record", wire.batch(b"", 0), {INVALID, CORRUPT}
    yield "a negative count", wire.batch(good, -1), {INVALID, CORRUPT}
    yield "a last offset that disagrees", wire.batch(good, 1, last=7), {INVALID, CORRUPT}
    yield "a record longer than its batch", wire.batch(wire.varint(1_000_000) + good, 1), {INVALID, CORRUPT}
    yield "a record of two billion headers", wire.batch(gzip.compress(
        wire.varint(12) + b"\0\0\0" + wire.varint(-1) * 2 + wire.varint(2**31 - 1) + b"\0\0"), 1, GZIP), {INVALID, CORRUPT}
    yield "another checksum", wire.batch(good, 1, crc=1), {CORRUPT}
    yield "an older format", wire.batch(good, 1, magic=1), {OTHER_FORMAT, INVALID, CORRUPT}
    yield "a format of the future", wire.batch(good, 1, magic=3), {INVALID, CORRUPT, OTHER_FORMAT}
    yield "a transaction", wire.batch(good, 1, 16), {INVALID, CORRUPT}
    yield "a control batch", wire.batch(good, 1, 32), {INVALID, CORRUPT}
    yield "a sequence without a producer", wire.batch(good, 1, producer=(-2, 3, 4)), {INVALID, CORRUPT}
    yield "half a batch", wire.batch(good, 1)[:40], {INVALID, CORRUPT}
    yield "a length that does not fit", wire.batch(good, 1)[:-3], {INVALID, CORRUPT}
    bomb = zstandard.ZstdCompressor().compress(b"\0" * (1 << 30))
    yield "a gigabyte of nothing in little", wire.batch(bomb, 1, ZSTD), {INVALID, CORRUPT, TOO_LARGE}


def refuses_batches(stand):
    count = 0
    for what, stored, wanted in batches():
        found = wire.produce(stand.server.kafka_address, "struck", stored)
        expect_that(found in wanted, f"{what}: the broker answered {found}, and not one of {sorted(wanted)}")
        count += 1
    stand.others_go_on()
    return f"{count} kinds of batches"


def takes_every_codec(stand):
    payload = records_of(*[GOOD] * 20)
    before = stand.status("struck")["records"]
    for codec, packed in (
            (0, payload), (GZIP, gzip.compress(payload)), (SNAPPY, snappy.compress(payload)), (SNAPPY, xerial(payload)),
            (LZ4, lz4.frame.compress(payload)), (ZSTD, zstandard.compress(payload))):
        expect(wire.produce(stand.server.kafka_address, "struck", wire.batch(packed, 20, codec)), NONE, f"codec {codec}")
    stand.until(lambda: stand.status("struck")["records"] == before + 120, "every record is there")
    return "none, gzip, snappy twice, lz4, zstd"


# Records.


def strange_records(chance):
    yield "notJSON", b"oops"
    yield "notUTF8", b'{"k":"\xff\xfe"}'
    yield "notAnObject", b"[]"
    yield "duplicateKey", b'{"k":"a","k":"b","at":"2026-01-01T00:00:00Z"}'
    yield "tooDeep", b"[" * 100_000
    yield "missingField", b'{"k":"a"}'
    yield "nullField", b'{"k":null,"at":"2026-01-01T00:00:00Z"}'
    yield "wrongType", b'{"k":1,"at":"2026-01-01T00:00:00Z"}'
    yield "integerOutOfRange", b'{"k":"a","at":"2026-01-01T00:00:00Z","n":' + b"9" * 400 + b"}"
    yield "fractionalInteger", b'{"k":"a","at":"2026-01-01T00:00:00Z","n":1.5}'
    yield "notATimestamp", b'{"k":"a","at":"yesterday"}'
    yield "inTheFuture", b'{"k":"a","at":"2099-01-01T00:00:00Z"}'
    yield "late", b'{"k":"a","at":"1970-01-01T00:00:00Z"}'
    yield "emptyValue", b""
    yield "emptyValue", None
    yield "tooLarge", b'{"k":"' + b"a" * 2 * MIB + b'"}'
    yield None, bytes(chance.randrange(256) for _ in range(1_000))


def refuses_records(stand, chance):
    before = stand.status("struck")
    producer = Producer({
        "bootstrap.servers": stand.server.kafka_address, "acks": "all", "message.max.bytes": 40 * MIB, "compression.type": "gzip"})
    sent = list(strange_records(chance))
    for _, value in sent:
        headers = [("name", None), ("name", b"\xff" * 1_000), ("", b""), ("ce_sequence", b"x"), ("ce_source", b"")]
        producer.produce("struck", value, chance.choice([None, b"", b"a", b"\xff" * 10_000]), headers=headers)
    expect(producer.flush(60), 0, "records that the broker did not take")
    stand.others_go_on()
    count = sum(before["refused"].values()) + len(sent)
    refused = stand.until(
        lambda: (found := stand.status("struck")["refused"]) and sum(found.values()) == count and found,
        f"each of {len(sent)} became a dead letter")
    for word in {word for word, _ in sent if word}:
        expect_that(refused.get(word, 0) > before["refused"].get(word, 0), f"none was refused as {word}: {refused}")
    expect(stand.status("struck")["records"], before["records"], "accepted records")
    return f"{len(sent)} records"


def many_refusals_are_told(stand):
    """A stream of which much is refused is an alert within seconds, which names the stream and a reason."""
    producer = Producer({"bootstrap.servers": stand.server.kafka_address, "acks": "all"})
    for _ in range(400):
        producer.produce("struck", b"oops")
    expect(producer.flush(60), 0, "records that the broker did not take")

    def alert():
        alerts = stand.server.json("GET", "/api/v1/alerts")["items"]
        return next((each for each in alerts if each["kind"] == "recordsRefused" and not each.get("resolvedAt")), None)

    found = stand.until(alert, "an alert tells that records are refused")
    expect_in("struck", found["subject"] + found["summary"], "whom the alert is about")
    expect_in("notJSON", json.dumps(found), "what the alert says")
    stand.others_go_on()


def long_records_hold_nobody_up(stand):
    """As long as the topic takes, so that a dead letter which held all of it would be too long for its own."""
    before = stand.refused("tooLarge")
    packed = gzip.compress(records_of(b"\7" * 33_400_000), 1)
    expect(wire.produce(stand.server.kafka_address, "struck", wire.batch(packed, 1, GZIP)), NONE, "33.4 MB in little")
    answer = stand.server.ask("POST", "/api/v1/streams/struck/records", b"7" * 33_554_300 + b"\n", LINES)
    expect_that(answer.status in (200, 413), f"a line of 33,554,300 bytes: {answer.status} {answer.content[:200]}")
    sent = 1 + (answer.status == 200)
    stand.others_go_on()
    stand.until(lambda: stand.refused("tooLarge") == before + sent, f"{sent} became dead letters")
    stand.until(stand.is_ready, "the server is ready")
    letters = [each["fact"].get("refused", {}) for each in stand.server.events("tributary.deadletters")]
    if sent == 2:
        expect_that(
            any(each.get("valueOmitted") and each["valueBytes"] == "33554300" for each in letters),
            "a dead letter says that it leaves out a value of 33,554,300 bytes")
    return f"{sent} records"


def a_flood_holds_nobody_up(stand):
    """A stream of which every record is refused: each has one dead letter, and the others go on meanwhile."""
    consumer = Consumer({"bootstrap.servers": stand.server.kafka_address, "group.id": "counts"})

    def letters():
        ends = (consumer.get_watermark_offsets(TopicPartition("tributary.deadletters", each), 30) for each in range(4))
        return sum(end for _, end in ends)

    stand.server.settle()
    before, count = letters(), 100_000
    stand.server.json("POST", "/api/v1/apply", {"files": [{"name": "flooded.yaml", "text": declaration("flooded")}]})
    producer = Producer({"bootstrap.servers": stand.server.kafka_address, "acks": "all", "queue.buffering.max.messages": count})
    for number in range(count):
        producer.produce("flooded", b"oops %d" % number)
    expect(producer.flush(60), 0, "records that the broker did not take")
    began, longest = time.monotonic(), 0
    while sum(stand.status("flooded")["refused"].values()) < count:
        expect_that(time.monotonic() < began + 300, f"{stand.status('flooded')['refused']} of {count}, within 300 s")
        asked = time.monotonic()
        stand.others_go_on()
        longest = max(longest, time.monotonic() - asked)
    seconds = time.monotonic() - began
    stand.server.settle()
    expect(letters() - before, count, "dead letters in the log")
    consumer.close()
    reactors = stand.server.json("GET", "/api/v1/status")["reactors"]
    expect([each["waiting"] for each in reactors if each["reactor"] == "dead letters of flooded"], [0], "who still waits")
    return f"{count} dead letters after {seconds:.1f} s, others went on within {longest:.2f} s"


def topics_that_cannot_be_had(stand):
    """They are refused when they are declared, and keep no later stream from its topic."""
    names = ("__consumer_offsets", "tributary.models", "..", "a" * 250, "with spaces", "")
    for number, topic in enumerate(names):
        text = declaration(f"homeless{number}", f"topic: {json.dumps(topic)},")
        answer = stand.server.ask(
            "POST", "/api/v1/apply", json.dumps({"files": [{"name": "a.yaml", "text": text}]}).encode(),
            {"Content-Type": "application/json"})
        expect(answer.status, 422, f"a stream in the topic `{topic[:30]}`: {answer.content[:300]}")
    stand.server.json("POST", "/api/v1/apply", {"files": [{"name": "later.yaml", "text": declaration("later")}]})
    answer = stand.server.ask("POST", "/api/v1/streams/later/records", GOOD + b"\n", LINES)
    expect(answer.status, 200, f"a record for the later stream: {answer.content[:200]}")
    stand.until(lambda: stand.status("later")["records"] == 1, "the later stream has its record")
    stand.others_go_on()
    return f"{len(names)} topics"


def wrong_clocks_move_nothing(stand):
    """A client's clock says what it likes: a record of now is taken, whatever time Kafka's own field claims."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    value = json.dumps({"k": "a", "at": now}).encode()
    before = stand.status("struck")["records"]
    taken = 0
    for what, stamp in (
            ("none", -1), ("in seconds", int(time.time())), ("the end of all time", 2**63 - 1), ("of 2099", 4_070_908_800_000),
            ("before Christ", -10**15)):
        found = wire.produce(stand.server.kafka_address, "struck", wire.batch(records_of(value), 1, timestamp=stamp))
        expect_that(found in (NONE, INVALID_TIMESTAMP), f"a timestamp {what}: {found}")
        taken += found == NONE
    stand.until(lambda: stand.status("struck")["records"] == before + taken, "every record of now was accepted")
    future = b'{"k":"a","at":"2099-01-01T00:00:00Z"}'
    wire.produce(stand.server.kafka_address, "struck", wire.batch(records_of(future), 1, timestamp=4_070_908_800_000))
    before = stand.status("struck")["records"]
    expect(wire.produce(stand.server.kafka_address, "struck", wire.batch(records_of(value), 1)), NONE, "a record of now")
    stand.until(lambda: stand.status("struck")["records"] == before + 1, "a record of now was accepted behind one of 2099")
    stand.others_go_on()
    return f"{taken} of 5 timestamps taken"


# Connections.


def raw_kafka(chance):
    yield "nothing at all", b""
    yield "a length and no more", struct.pack(">i", 1_000)
    yield "a request of two gigabytes", struct.pack(">i", 2**31 - 1) + b"\0\0\0\3"
    yield "a negative length", struct.pack(">i", -1)
    yield "HTTP", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    yield "TLS", bytes.fromhex("1603010200010001fc0303") + b"\0" * 300
    yield "chance", struct.pack(">i", 300) + bytes(chance.randrange(256) for _ in range(300))
    yield "an API that does not exist", struct.pack(">ihhih", 10, 999, 0, 1, -1)
    yield "half a Produce of 20 MB", struct.pack(">ihhih", 20 * MIB, 0, 3, 1, -1) + b"\0" * MIB


def outlives_connections(stand, chance):
    """Each is left open until all were made, thirty of each kind."""
    with contextlib.ExitStack() as all_open:
        for _ in range(30):
            for _, data in raw_kafka(chance):
                connection = all_open.enter_context(wire.connect(stand.server.kafka_address))
                with contextlib.suppress(ConnectionError):
                    connection.sendall(data)
        stand.others_go_on()
    expect(wire.commit(stand.server.kafka_address, "resets", "struck", -2), NONE, "an offset of -2, as KafkaJS commits")
    memory = int(pathlib.Path(f"/proc/{stand.server.process.pid}/status").read_text().split("VmRSS:")[1].split()[0]) // 1024
    return f"{memory} MiB resident afterwards"


def talk(server, data, seconds=30):
    """Sends bytes to the HTTP port as they are, and returns the first line of what comes back."""
    with socket.create_connection(("127.0.0.1", server.http), timeout=seconds) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
        got = b""
        with contextlib.suppress(ConnectionError):
            while b"\r\n" not in got and (more := connection.recv(65_536)):
                got += more
        return got.split(b"\r\n")[0].decode(errors="replace")


def raw_http(port):
    host = f"Host: 127.0.0.1:{port}\r\n"
    records = f"POST /api/v1/streams/struck/records HTTP/1.1\r\n{host}Content-Type: application/x-ndjson\r\n"
    yield "two hosts", f"GET /health/live HTTP/1.1\r\n{host}Host: evil.example\r\n\r\n", "400"
    yield "another host", "GET /health/live HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421"
    yield "a chunk that is none", f"{records}Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400"
    yield "a length that is none", f"{records}Content-Length: many\r\n\r\n", "400"
    yield "a body of 100 GB", f"{records}Content-Length: 107374182400\r\n\r\n", "413"
    yield "bytes that are no gzip", f"{records}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\noops", ("400", "415")
    yield "an encoding that does not exist", f"{records}Content-Encoding: shrink\r\nContent-Length: 4\r\n\r\noops", "415"
    yield "a web form", f"{records.replace('application/x-ndjson', 'text/plain')}Content-Length: 4\r\n\r\noops", "415"
    yield "a page of elsewhere", f"{records}Origin: https://evil.example\r\nContent-Length: 4\r\n\r\noops", ("403", "421")
    yield "no request", "oops\r\n\r\n", "400"
    yield "a long target", f"GET /{'a' * 200_000} HTTP/1.1\r\n{host}\r\n", ("400", "414", "431")
    yield "long headers", f"GET /health/live HTTP/1.1\r\n{host}X: {'a' * 200_000}\r\n\r\n", ("400", "431")
    body = '{"files":' + "[" * 100_000
    yield "JSON too deep", (
        f"POST /api/v1/apply HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"), "400"


def refuses_requests(stand):
    count = 0
    for what, data, wanted in raw_http(stand.server.http):
        line = talk(stand.server, data.encode())
        status = line.split(" ")[1] if line.count(" ") else line
        expect_that(status in (wanted if isinstance(wanted, tuple) else (wanted,)), f"{what}: `{line[:80]}`, wanted {wanted}")
        count += 1
    with contextlib.ExitStack() as all_open:
        for _ in range(200):
            connection = all_open.enter_context(socket.create_connection(("127.0.0.1", stand.server.http), timeout=20))
            connection.sendall(
                f"POST /api/v1/apply HTTP/1.1\r\nHost: 127.0.0.1:{stand.server.http}\r\n"
                "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{".encode())
        stand.others_go_on()
    return f"{count} kinds of requests, 200 unfinished bodies"


def outlives_few_files(place):
    """Fewer files than clients: what is left has to do for the log and the state."""
    with Server(place / "few") as server:
        server.start(before=["sh", "-c", 'ulimit -n 256 && exec "$@"', "few"])
        stand = Stand(server)
        stand.declare()
        with contextlib.ExitStack() as all_open:
            for number in range(400):
                port = (server.kafka, server.http)[number % 2]
                all_open.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            stand.others_go_on()
            expect_that(stand.is_ready(), "not ready with 400 silent clients")
        stand.others_go_on()
        server.verify()
        server.stop(within=10)
    return "400 clients, 256 files"


# Files.


def files(place):
    """What is written, and what `tributary publish` says of it; None where all of it is taken."""
    line = GOOD + b"\n"
    row = b"k,at,n\na,2026-01-01T00:00:00Z,1\n"
    yield "fault.csv", row + b"a,2026-01-01T00:00:00Z,oops\n", "3"
    yield "short.csv", row + b"a\n", "3"
    yield "bytes.csv", row + b"\xff\xfe,2026-01-01T00:00:00Z,1\n", "3"
    yield "long.jsonl", b'{"k":"' + b"a" * 40 * MIB + b'"}\n', "1"
    yield "UPPER.CSV", row, None
    yield "packed.jsonl.gz", gzip.compress(line), None
    yield "packed.unnamed", gzip.compress(line * 2), None
    yield "cut.jsonl.gz", gzip.compress(line * 1_000)[:-20], "gzip"
    yield "mark.jsonl", b"\xef\xbb\xbf" + line, None
    yield "mark.csv", b"\xef\xbb\xbf" + row, None
    yield "windows.jsonl", GOOD + b"\r\n\r\n\r\n" + GOOD + b"\r\n", None


def refuses_files(stand, place):
    for name, content, wanted in files(place):
        path = place / name
        path.write_bytes(content)
        before, refused = (stand.status("struck")[key] for key in ("records", "refused"))
        ran = stand.server.run("publish", "struck", "--file", path, status=0 if wanted is None else 1, timeout=120)
        after = stand.status("struck")
        expect(after["refused"], refused, f"dead letters after {name}")
        if wanted is None:
            expect_that(after["records"] > before, f"{name}: nothing came: {ran.stdout}{ran.stderr}")
        else:
            expect(after["records"], before, f"records after {name}, of which nothing may be sent")
            expect_in(wanted, ran.stderr, f"what is said of {name}")
    os.mkfifo(place / "pipe")
    for name in ("", "pipe", "missing.jsonl"):
        ran = stand.server.run("publish", "struck", "--file", place / name, status=None, timeout=60)
        expect_that(ran.returncode in (1, 2), f"publishing `{name}` ends with {ran.returncode}")
        expect_that("NSCocoa" not in ran.stderr and "Error(" not in ran.stderr, f"publishing `{name}` says {ran.stderr}")
    stand.others_go_on()


# Topics of the platform's own.


def outcome(future):
    """What a broker says of one topic: a code and a sentence."""
    try:
        future.result(30)
    except KafkaException as error:
        return error.args[0].code(), error.args[0].str()
    return NONE, ""


def configuration(topic, **settings):
    return ConfigResource("topic", topic, set_config={key.replace("_", "."): value for key, value in settings.items()})


def changes(admin, topic):
    """Whatever a client can ask of a topic that is there, but to delete its records."""
    yield "more partitions", admin.create_partitions([NewPartitions(topic, 9)])[topic]
    settings = {"max_message_bytes": "100", "retention_ms": "1", "cleanup_policy": "compact"}
    for key, value in settings.items():
        resource = configuration(topic, **{key: value})
        yield f"{key}={value}", admin.alter_configs([resource])[resource]
        entry = ConfigEntry(key.replace("_", "."), value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource("topic", topic, incremental_configs=[entry])
        yield f"{key}={value} alone", admin.incremental_alter_configs([resource])[resource]
    yield "no topic", admin.delete_topics([topic])[topic]


def own_topics_are_nobody_elses(stand):
    """No client changes the platform's topics, makes one, or keeps the server from its next start."""
    admin = AdminClient({"bootstrap.servers": stand.server.kafka_address})
    tried = []
    for topic in ("tributary.streams", "tributary.deadletters"):
        tried += [(f"{what} for {topic}", *outcome(future)) for what, future in changes(admin, topic)]
    tried.append(("a new tributary.x", *outcome(admin.create_topics([NewTopic("tributary.x", 3, 1)])["tributary.x"])))
    for what, code, sentence in tried:
        expect(code, KafkaError.POLICY_VIOLATION, f"the code of {what}: {sentence}")
        # In the versions of DeleteTopics that this client speaks there is no place for a sentence.
        if not what.startswith("no topic"):
            expect_in("belongs to the platform", sentence, f"what is said of {what}")
    admin.list_topics("tributary.x", 30)
    topics = admin.list_topics(timeout=30).topics
    expect_that("tributary.x" not in topics, "a topic came into being because somebody asked for it")
    expect(len(topics["tributary.streams"].partitions), 1, "partitions of tributary.streams")
    stand.others_go_on()
    expect_that(stand.is_ready(), "not ready")
    stand.server.stop(within=10)
    stand.server.start()
    stand.others_go_on()
    return f"{len(tried)} requests"


def what_the_refusal_advises_helps(stand):
    """Where a topic of the platform's own was set wrongly by its operator, the start says how to set it right."""
    broker = Server(stand.server.data, only_broker=True, kafka=stand.server.kafka)

    def set_streams(**settings):
        with broker:
            broker.start()
            admin = AdminClient({"bootstrap.servers": broker.kafka_address})
            resource = configuration("tributary.streams", **settings)
            expect(outcome(admin.alter_configs([resource])[resource]), (NONE, ""), "what the broker by itself says")
            broker.stop(within=10)

    stand.server.stop(within=10)
    for wrong in ({"cleanup_policy": "compact"}, {"retention_ms": "86400000"}):
        set_streams(**wrong)
        ran = acceptance.run(*stand.server.command()[1:], status=1)
        (key, value), = wrong.items()
        expect_in(f"tributary.streams has {key.replace('_', '.')}={value},", ran.stderr, "why it does not start")
        expect_in("cleanup.policy=delete, retention.ms=-1 and retention.bytes=-1", ran.stderr, "what is to be set")
        expect_in("`tributary broker --data DIR`", ran.stderr, "by which way")
    set_streams(cleanup_policy="delete", retention_ms="-1", retention_bytes="-1")
    stand.server.start()
    stand.others_go_on()


# Ends.


def is_sound(stand):
    stand.server.settle()
    stand.until(stand.is_ready, f"the server is ready: {stand.server.ask('GET', '/health/ready').content[:300]}")
    ran = stand.server.verify()
    expect_that("different" not in ran.stdout, f"`audit verify` found differences: {ran.stdout[:600]}")
    open_alerts = [
        each["kind"] for each in stand.server.json("GET", "/api/v1/alerts")["items"] if not each.get("resolvedAt")]
    unexpected = set(open_alerts) - {"recordsRefused"}
    expect(unexpected, set(), "alerts that stay open")
    return f"open alerts: {open_alerts or 'none'}"


def what_stands_still_is_said(stand):
    """Somebody deletes the topic of a stream: readiness is red with the reason, and the others go on."""
    admin = AdminClient({"bootstrap.servers": stand.server.kafka_address})
    for done in admin.delete_topics(["struck"]).values():
        done.result(30)
    stand.until(
        lambda: b"topicMissing: " in stand.server.ask("GET", "/health/ready").content, "readiness says that a topic is gone")
    stand.until(
        lambda: any(each["kind"] == "topicMissing" for each in stand.server.json("GET", "/api/v1/alerts")["items"]),
        "an alert says so")
    stand.others_go_on()


def comes_up_again(stand):
    expect(stand.is_ready(), False, "ready while a stream stands still")
    seconds = stand.server.stop(within=10)
    stand.server.start()
    stand.server.settle()
    for name in CALM:
        expect(stand.status(name)["records"], stand.accepted[name], f"records of {name} after a restart")
    stand.server.kill()
    stand.server.start()
    stand.others_go_on()
    stand.until(stand.is_ready, "the topic was made anew, and the server is ready")
    return f"stopped after {seconds:.1f} s"


def numbers_end_nothing(stand):
    """Positions and instants at the end of what can be counted, and a day that is far ahead."""
    none = "0@9223372036854775807"
    for path, headers in (
            (f"/api/v1/streams?as_of=tributary.streams/{none}", {}),
            ("/api/v1/streams", {"Tributary-At-Least": f"x/{none}"}),
            ("/api/v1/streams", {"Tributary-At-Least": f"tributary.streams/{none}"})):
        answer = stand.server.ask("GET", path, None, headers)
        expect(answer.status, 400, f"{path} {headers}: {answer.content[:200]}")
    answer = stand.server.ask(
        "POST", "/api/v1/streams/struck/advance",
        json.dumps({"partition": 0, "watermark": "9999-12-31T23:59:59Z"}).encode(), {"Content-Type": "application/json"})
    expect(answer.status, 409, f"complete until the year 9999: {answer.content[:200]}")
    stand.others_go_on()


def changed_topics_are_seen(stand):
    """A client gives a topic more partitions than its stream declares, and leaves its timestamps to the writers."""
    admin = AdminClient({"bootstrap.servers": stand.server.kafka_address})

    def declare(partitions):
        text = declaration("widened", f"partitions: {partitions},")
        stand.server.json("POST", "/api/v1/apply", {"files": [{"name": "widened.yaml", "text": text}]})

    def stamp():
        found, = admin.describe_configs([ConfigResource(ResourceType.TOPIC, "widened")]).values()
        return found.result(30)["message.timestamp.type"].value

    declare(1)
    for done in admin.create_partitions([NewPartitions("widened", 3)]).values():
        done.result(30)
    producer = Producer({"bootstrap.servers": stand.server.kafka_address, "acks": "all"})
    producer.produce("widened", GOOD, partition=2)
    expect(producer.flush(30), 0, "records that the broker did not take")
    answer = stand.server.ask("POST", "/api/v1/wait", b"{}", {"Content-Type": "application/json"})
    expect(answer.status, 504, f"whether everything is folded: {answer.content[:200]}")
    stand.until(
        lambda: b"topicUnfit: " in stand.server.ask("GET", "/health/ready").content, "readiness says that the topic is wider")
    stand.others_go_on()
    declare(3)
    stand.until(lambda: stand.status("widened")["records"] == 1, "what lay in the new partition is folded")
    stand.until(stand.is_ready, "the server is ready again")

    change = ConfigEntry("message.timestamp.type", "CreateTime", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, "widened", incremental_configs=[change])
    for done in admin.incremental_alter_configs([resource]).values():
        done.result(30)
    stand.until(lambda: stamp() == "LogAppendTime", "the log stamps the records again")
    stand.until(lambda: stand.status("widened")["arrival"] == "log", "it says so")
    stand.until(
        lambda: all(
            each.get("resolvedAt") for each in stand.server.json("GET", "/api/v1/alerts")["items"]
            if each["kind"] == "topicUnfit"),
        "the alert is over")


def main():
    chosen = arguments("Hostile clients.")
    chance = random.Random(chosen.seed)
    checks = Checks()
    with folder(chosen.keep) as place, Server(place / "data") as server:
        server.start()
        stand = Stand(server)
        checks.check("three streams take records", stand.declare)
        checks.check("batches that are none are refused at the door", refuses_batches, stand)
        checks.check("batches of every codec are taken", takes_every_codec, stand)
        checks.check("records that do not fit become dead letters", refuses_records, stand, chance)
        checks.check("where much is refused, an alert says so", many_refusals_are_told, stand)
        checks.check("records that are too long hold nobody up", long_records_hold_nobody_up, stand)
        checks.check("topics that cannot be had hold nobody up", topics_that_cannot_be_had, stand)
        checks.check("clocks of clients move nothing", wrong_clocks_move_nothing, stand)
        checks.check("numbers and instants without end are refused", numbers_end_nothing, stand)
        checks.check("what clients make of topics is seen", changed_topics_are_seen, stand)
        checks.check("connections that say nothing right are outlived", outlives_connections, stand, chance)
        checks.check("requests that are none are refused", refuses_requests, stand)
        checks.check("clients take no files that the log and the state need", outlives_few_files, place)
        checks.check("files with faults are not sent", refuses_files, stand, place)
        checks.check("topics of the platform's own are changed by no client", own_topics_are_nobody_elses, stand)
        checks.check("one that its operator set wrongly is set right as advised", what_the_refusal_advises_helps, stand)
        checks.check("a flood of what does not fit holds nobody up", a_flood_holds_nobody_up, stand)
        checks.check("the server is ready, and what it serves is what the log says", is_sound, stand)
        checks.check("what stands still is said, and holds up nobody", what_stands_still_is_said, stand)
        checks.check("it stops, and comes up again with everything", comes_up_again, stand)
    checks.end()


if __name__ == "__main__":
    main()
