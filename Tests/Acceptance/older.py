"""Opens what release 0.1.0 left behind: a data folder that was stopped, and one that was copied while it was written.

    python3 Tests/Acceptance/older.py [--seed N] [--binary PROGRAM]
    python3 Tests/Acceptance/older.py --write --binary PROGRAM_OF_0.1.0

Both folders are in Tests/Golden, each with what the server of that release told of it. Today's program must open them,
fold anew what it folds otherwise, prove all of it, compute every prediction again to equal bits, keep the offsets of
consumer groups, take records, and start a second time. Where the folder was copied while it was written, the end of the
journal is also followed by half an entry.

`--write` made them, and is kept for the next release.
"""

import hashlib
import io
import json
import pathlib
import random
import shutil
import struct
import sys
import tarfile
import threading
import time

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

import acceptance
from acceptance import Checks, Server, arguments, expect, expect_that, folder, free_port
from proof import crc32c

RELEASE = "0.1.0"
GOLDEN = acceptance.ROOT / "Tests" / "Golden"
GROUP, GROUP_OFFSETS = "readers", {0: 17, 1: 23}
FLIGHTS, START = 240, 1_372_550_400  # 2013-06-30T00:00:00Z
CLOSED = "2013-07-06T00:00:00Z"
ANSWERED_FROM = "2013-07-03T00:00:00Z"
REQUEST = {"carrier": "AA", "scheduled": "2013-07-04T12:00:00Z", "distance": 1200}
RESOURCES = """
kind: Stream
name: departures
spec:
  partitions: 2
  retention: forever
  format: json
  key: id
  time: scheduled
  identity: id
  lateness: 0s
  fields: {id: int64, scheduled: timestamp, carrier: string, distance: int32}
---
kind: Stream
name: outcomes
spec:
  partitions: 2
  retention: forever
  format: json
  key: id
  time: known_at
  identity: id
  lateness: 1h
  fields:
    id: int64
    known_at: timestamp
    carrier: string
    status: {type: string, oneOf: [landed, cancelled]}
    delay: int32?
    late: bool?
---
kind: FeatureView
name: punctuality
spec:
  stream: outcomes
  entity: carrier
  where: status == "landed"
  ttl: 7d
  features:
    flights: {count: true, over: [6h, 24h]}
    delay: {mean: delay, over: [6h, 24h]}
    last: {last: delay}
---
kind: FeatureView
name: flight
spec:
  request: {scheduled: timestamp, distance: int32}
  features:
    hour: local(scheduled).getHours()
    distance: double(distance)
---
kind: Dataset
name: late
spec:
  rows: departures
  id: id
  features: [punctuality, flight]
  label: {stream: outcomes, match: id, value: late, within: 12h}
  where: label != null
---
kind: Model
name: lateness
spec:
  task: binary
  dataset: late
  recipe:
    engine: xgboost
    rounds: 5
    seed: 7
    parameters: {max_depth: 3, eta: 0.3, min_child_weight: 1}
    validate: 12h
  metrics: [log_loss, auc]
  promotion:
    production: {approvals: 1, fourEyes: true}
---
kind: Endpoint
name: lateness
spec:
  model: lateness@production
  answer: {stream: departures, from: %s, wait: unlimited}
  durability: acked
  missing: keep
""" % ANSWERED_FROM


def instant(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START + seconds))


def flights():
    """One departure each half hour, and how it ended."""
    chance = random.Random(2013)
    for number in range(FLIGHTS):
        carrier, distance = chance.randrange(3), chance.randrange(100, 2500)
        delay = chance.randrange(-20, 30) + 8 * carrier + distance // 200
        scheduled = number * 1800
        flight = {"id": number, "carrier": ["AA", "B6", "DL"][carrier]}
        ending = {"status": "landed", "delay": delay, "late": delay > 15} if number % 17 < 16 else {"status": "cancelled"}
        yield ({**flight, "scheduled": instant(scheduled), "distance": distance},
               {**flight, "known_at": instant(scheduled + 3600 + 60 * delay + number % 60), **ending})


def lines_of(rows):
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


# What the release of then is asked to do.


def run_job(server, place):
    (place / "all.yaml").write_text(RESOURCES)
    departures, outcomes = (list(rows) for rows in zip(*flights()))
    server.start()
    server.run("apply", place / "all.yaml")
    for name, rows in [("departures", departures), ("outcomes", sorted(outcomes, key=lambda row: row["known_at"]))]:
        (place / f"{name}.jsonl").write_bytes(lines_of(rows))
    server.run("publish", "outcomes", "--file", place / "outcomes.jsonl")
    bad = [b"this is not JSON", b'{"id":1000}', json.dumps(outcomes[0]).encode()]
    server.ask("POST", "/api/v1/streams/outcomes/records", b"\n".join(bad), {"Content-Type": "application/x-ndjson"})
    server.run("publish", "departures", "--file", place / "departures.jsonl")
    for name in ["departures", "outcomes"]:
        for partition in range(2):
            server.json("POST", f"/api/v1/streams/{name}/advance", {"partition": partition, "watermark": CLOSED})
    server.settle()
    server.json("POST", "/api/v1/datasets/late/seal", {"from": instant(0), "to": ANSWERED_FROM})
    server.run("train", "lateness", "--dataset", "late@1")
    server.run("model", "approve", "lateness@1", "--actor", "grace", "--reason", "it will do")
    server.run("model", "promote", "lateness@1", "--stage", "production", "--actor", "ada")
    wanted = sum(row["scheduled"] >= ANSWERED_FROM for row in departures)
    deadline = time.monotonic() + 120
    while len(predictions(server)) < wanted:
        expect_that(time.monotonic() < deadline, f"not every departure was answered: {len(predictions(server))}")
        time.sleep(0.1)
    for _ in range(3):
        server.json("POST", "/api/v1/endpoints/lateness/predict", REQUEST)
    commit_offsets(server)
    server.settle()
    server.verify()
    server.settle()


def commit_offsets(server):
    consumer = Consumer({"bootstrap.servers": server.kafka_address, "group.id": GROUP, "enable.auto.commit": False})
    at = [TopicPartition("departures", partition, offset) for partition, offset in GROUP_OFFSETS.items()]
    consumer.commit(offsets=at, asynchronous=False)
    consumer.close()


def predictions(server):
    """Every prediction, by its id: the bits of what came out."""
    return {fact["id"]: fact for fact in server.events("tributary.predictions") if "predicted" in fact["type"].lower()}


def told(server):
    """What a server says of all this that no later release may say otherwise."""
    streams = {name: server.json("GET", f"/api/v1/streams/{name}")["status"] for name in ["departures", "outcomes"]}
    model = server.json("GET", "/api/v1/models/lateness")["status"]
    features = [server.json("POST", "/api/v1/features/read", {
        "view": "punctuality", "entities": {"carrier": carrier}, "at": ANSWERED_FROM, "records": True})
        for carrier in ["AA", "B6", "DL"]]
    rows = server.ask("GET", "/api/v1/datasets/late@1/rows.jsonl")
    return {
        "records": {name: status["records"] for name, status in streams.items()},
        "refused": {name: status["refused"] for name, status in streams.items()},
        "watermarks": {name: [each["watermark"] for each in status["partitions"]] for name, status in streams.items()},
        "features": [{key: each[key] for key in ["entity", "at", "complete", "eventTime", "features"]} for each in features],
        "stages": model["stages"],
        "versions": [{key: each[key] for key in ["name", "artifact", "datasetContent", "metrics", "approvals"]}
                     for each in model["versions"]],
        "rows": hashlib.sha256(rows.content).hexdigest(),
        "predictions": {id: {key: fact["fact"]["predicted"].get(key) for key in [
            "version", "artifact", "input", "request", "features", "complete", "margin", "probability"]}
            for id, fact in predictions(server).items()},
    }


def write():
    """Makes both folders, with a program of that release."""
    with folder() as place, own_server(place / "data") as server:
        run_job(server, place)
        words = told(server)
        expect(sorted(words["refused"]["outcomes"].items()), [("late", 1), ("missingField", 1), ("notJSON", 1)], "refused")
        server.stop()
        pack("stopped", server.data, words)
        server.start()
        copied = copied_while_written(server, place)
        pack("running", copied, words)


def copied_while_written(server, place):
    """A copy, file by file, while records come in. What was folded is copied first: the log may only know more."""
    ends = threading.Event()
    sent = []

    def send():
        number = FLIGHTS
        while not ends.is_set():
            row = {"id": number, "scheduled": instant(10**7 + number), "carrier": "AA", "distance": 100}
            server.ask(
                "POST", "/api/v1/streams/departures/records", lines_of([row]), {"Content-Type": "application/x-ndjson"})
            sent.append(number)
            number += 1

    sender = threading.Thread(target=send)
    sender.start()
    try:
        while len(sent) < 20:
            time.sleep(0.01)
        for attempt in range(100):
            copy = place / f"copy-{attempt}"
            copy.mkdir()
            try:
                for part in ["state", "archive", "log"]:
                    shutil.copytree(server.data / part, copy / part)
                return copy
            except shutil.Error:
                # A file went away in the middle of it.
                shutil.rmtree(copy)
        raise AssertionError("a hundred copies were all disturbed")
    finally:
        ends.set()
        sender.join()


def archive_of(name):
    return GOLDEN / f"{RELEASE}.{name}.tar.xz"


def pack(name, data, words):
    def slim(entry):
        # Nobody but RocksDB's authors reads its own log.
        return None if pathlib.Path(entry.name).match("state/LOG*") else entry

    with tarfile.open(archive_of(name), "w:xz", preset=9) as archive:
        archive.add(data, "data", filter=slim)
        text = json.dumps(words, indent=1).encode()
        entry = tarfile.TarInfo("told.json")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    print(f"{archive_of(name)}: {archive_of(name).stat().st_size} bytes")


# What today's program makes of it.


def own_server(data):
    return Server(data, http=free_port(18300, 18399), kafka=free_port(19300, 19399))


def opened(name, place):
    with tarfile.open(archive_of(name)) as archive:
        archive.extractall(place / name)
    return own_server(place / name / "data"), json.loads((place / name / "told.json").read_text())


def says_the_same(server, words):
    """Everything that was told is told again, but for records that came after that."""
    found = told(server)
    for key in ["refused", "features", "stages", "versions", "rows"]:
        expect(found[key], words[key], key)
    for name, count in words["records"].items():
        expect_that(found["records"][name] >= count, f"{name} had {count} records and has {found['records'][name]}")
    for id, prediction in words["predictions"].items():
        expect(found["predictions"].get(id), prediction, f"the prediction {id}")
    return f"{len(words['predictions'])} predictions, {sum(words['records'].values())} records and more"


def is_proven(server):
    server.settle()
    ran = server.verify()
    expect([each for each in ran.findings.values() if each["finding"] != "equal"], [], "partitions that are not equal")
    alerts = [each for each in server.json("GET", "/api/v1/alerts")["items"] if not each["resolvedAt"]]
    expect(alerts, [], "open alerts")
    return f"{len(ran.findings)} partitions"


def comes_out_again(server, words):
    ran = server.run("explain", "--endpoint", "lateness", "--execute", "-o", "json")
    found = json.loads(ran.stdout)
    expect(found["differences"], 0, "predictions that come out otherwise")
    expect_that(found["predictions"] >= len(words["predictions"]), f"only {found['predictions']} were computed again")
    return f"{found['predictions']} predictions, equal bits"


def keeps_offsets(server):
    admin = AdminClient({"bootstrap.servers": server.kafka_address})
    found = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(GROUP)])[GROUP].result(30)
    expect({each.partition: each.offset for each in found.topic_partitions}, GROUP_OFFSETS, "offsets of the group")
    consumer = Consumer({
        "bootstrap.servers": server.kafka_address, "group.id": GROUP, "enable.auto.commit": False,
        "auto.offset.reset": "error"})
    try:
        consumer.subscribe(["departures"])
        first = {}
        deadline = time.monotonic() + 60
        while len(first) < len(GROUP_OFFSETS):
            expect_that(time.monotonic() < deadline, f"the group read nothing of a partition: {first}")
            message = consumer.poll(1)
            if message is not None:
                expect_that(message.error() is None, f"reading: {message.error()}")
                first.setdefault(message.partition(), message.offset())
        expect(first, GROUP_OFFSETS, "where the group goes on")
    finally:
        consumer.close()
    return f"{GROUP_OFFSETS}"


def setting(server, topic, name):
    admin = AdminClient({"bootstrap.servers": server.kafka_address})
    resource = ConfigResource(ResourceType.TOPIC, topic)
    return admin.describe_configs([resource])[resource].result(30)[name].value


def is_stamped_by_the_log(server):
    """From now on it is known when a record came; of those that are there it is not."""
    for topic in ["departures", "outcomes"]:
        expect(setting(server, topic, "message.timestamp.type"), "LogAppendTime", f"{topic}: message.timestamp.type")
        expect(setting(server, topic, "retention.ms"), "-1", f"{topic}: retention.ms")
        expect(server.json("GET", f"/api/v1/streams/{topic}")["status"]["arrival"], "log", f"{topic}: arrival")
    return "both topics, with the rest of their settings"


def takes_records(server, number):
    """By every way: HTTP, a Kafka client, and `publish`. Then the endpoint answers them."""
    def departure(offset):
        scheduled = f"2015-01-{number // 1000:02}T00:00:{offset:02}Z"
        return {"id": number + offset, "scheduled": scheduled, "carrier": "B6", "distance": 900}

    before = server.json("GET", "/api/v1/streams/departures")["status"]
    answers = len(predictions(server))
    server.ask("POST", "/api/v1/streams/departures/records", lines_of([departure(0)]), {
        "Content-Type": "application/x-ndjson"})
    producer = Producer({"bootstrap.servers": server.kafka_address, "enable.idempotence": True})
    producer.produce("departures", json.dumps(departure(1)), key=str(number + 1))
    expect(producer.flush(30), 0, "records that the broker did not take")
    more = server.data.parent / f"{number}.jsonl"
    more.write_bytes(lines_of([departure(2), departure(3)]))
    server.run("publish", "departures", "--file", more)
    server.settle()
    status = server.json("GET", "/api/v1/streams/departures")["status"]
    expect((status["records"] - before["records"], status["refused"]), (4, before["refused"]), "records taken, refused")
    for partition in range(2):
        server.json("POST", "/api/v1/streams/outcomes/advance", {"partition": partition, "watermark": "2015-02-01T00:00:00Z"})
    deadline = time.monotonic() + 60
    while len(predictions(server)) < answers + 4:
        expect_that(time.monotonic() < deadline, f"{len(predictions(server)) - answers} of 4 departures were answered")
        time.sleep(0.1)
    return "4 records, 4 answers"


def goes_on(checks, name, server, words, number):
    check = checks.check
    check(f"{name}: it says what was said", says_the_same, server, words)
    check(f"{name}: all of it is proven", is_proven, server)
    check(f"{name}: every prediction comes out again", comes_out_again, server, words)
    check(f"{name}: consumer groups go on where they were", keeps_offsets, server)
    check(f"{name}: the log stamps what comes from now on", is_stamped_by_the_log, server)
    check(f"{name}: it takes records, and answers them", takes_records, server, number)
    check(f"{name}: all of it is proven with what came", is_proven, server)


def tear(journal, chance):
    """Ends the newest file of the journal with a group that was not written whole, as a power cut does."""
    path = max(journal.iterdir())
    data = path.read_bytes().rstrip(b"\0")
    order = ">" if data[:8] == b"TRIBJRN1" else "<"
    pages = range(4096, len(data), 4096)
    headers = [struct.unpack_from(f"{order}IIQQI", data, page) for page in pages]
    groups = [header for header in headers if header[0] == 0x54475250]
    expect_that(groups, f"there is no group in {path}")
    _, _, epoch, number, _ = groups[-1]
    length = chance.randrange(500, 9000)
    size = (32 + 4 + length + 4095) // 4096 * 4096
    header = struct.pack(f"{order}IIQQII", 0x54475250, 1, epoch, number + 1, size, length)
    header += struct.pack(f"{order}I", crc32c(header))
    end = (len(data) + 4095) // 4096 * 4096
    with open(path, "r+b") as file:
        file.seek(end)
        file.write(header + chance.randbytes(chance.randrange(length)))
    return f"{length} bytes behind group {number}"


def starts(server):
    return f"ready after {server.start().seconds_to_start:.2f} s"


def check_one(checks, name, place, torn=None):
    server, words = opened(name, place)
    with server:
        if torn:
            name = f"{name}, torn"
            checks.check(f"{name}: half an entry stands at the journal's end", tear, server.data / "log" / "journal", torn)
        if not checks.check(f"{name}: today's program opens it", starts, server):
            return
        goes_on(checks, name, server, words, 5000)
        server.stop()
        if checks.check(f"{name}: it starts a second time", starts, server):
            goes_on(checks, f"{name}, second start", server, words, 6000)
            server.stop()


def main():
    if "--write" in sys.argv:
        sys.argv.remove("--write")
        arguments("Writes what an older release left behind.")
        return write()
    chosen = arguments("What an older release left behind.")
    chance = random.Random(chosen.seed)
    checks = Checks()
    with folder(chosen.keep) as place:
        check_one(checks, "stopped", place / "1")
        check_one(checks, "running", place / "2")
        check_one(checks, "running", place / "3", torn=chance)
    checks.end()


if __name__ == "__main__":
    main()
