"""Who may promote what, and what may be deleted when."""

import struct
import time
import uuid

from confluent_kafka import Producer

from acceptance import expect, expect_in, expect_that
from flights import ENDPOINT

# Each with one that uses it, in the order in which nothing is used any more.
USED = [
    ("stream", "flights.scheduled", "late_arrivals"), ("stream", "flights.arrived", "carrier_punctuality"),
    ("stream", "weather.observed", "weather"), ("stream", "planes", "aircraft"),
    ("featureview", "weather", "late_arrivals"), ("featureview", "carrier_punctuality", "late_arrivals"),
    ("dataset", "late_arrivals", ENDPOINT), ("model", ENDPOINT, ENDPOINT)]
VIEWS = [
    "carrier_punctuality", "destination_punctuality", "aircraft_punctuality", "weather", "aircraft", "departure"]
ORDER = [
    ("endpoint", ENDPOINT), ("model", ENDPOINT), ("dataset", "late_arrivals"),
    *[("featureview", view) for view in VIEWS],
    *[("stream", stream) for stream in ["flights.arrived", "flights.scheduled", "weather.observed", "planes"]]]


def refused(server, *words, wanted):
    """A command that is refused, and whose last line says each of these."""
    said = server.run(*words, status=1).stderr.strip().splitlines()[-1]
    for part in ["refused: ", *wanted]:
        expect_in(part, said, f"the last line of `{' '.join(words)}`")
    return said


def promotion(actor, version=1):
    return "model", "promote", f"{ENDPOINT}@{version}", "--stage", "production", "--actor", actor


def refuses_unsealed_training(server):
    return refused(server, "train", ENDPOINT, "--dataset", "late_arrivals@1", wanted=["tributary dataset seal"])


def refuses_without_approval(server):
    return refused(server, *promotion("ada"), wanted=[
        "no approval", "Someone other than ada", f"tributary model approve {ENDPOINT}@1"])


def refuses_one_pair_of_eyes(server):
    server.run("model", "approve", f"{ENDPOINT}@1", "--actor", "ada", "--reason", "I like it")
    return refused(server, *promotion("ada"), wanted=[
        "Someone other than ada", f"tributary model approve {ENDPOINT}@1"])


def refuses_an_unsealed_dataset(server):
    """No command registers a version without a sealed dataset, so a version trained elsewhere comes in over Kafka."""
    def part(number, value):
        value = value.encode() if isinstance(value, str) else value
        size = len(value)
        expect_that(size < 128, "a part of the fact is too long for one byte of length")
        return bytes([number << 3 | 2, size]) + value

    model = server.json("GET", f"/api/v1/models/{ENDPOINT}")["status"]
    number = len(model["versions"]) + 1
    column = struct.pack("<d", 0.5)
    fact = (
        part(1, ENDPOINT) + bytes([2 << 3, number]) + part(3, "elsewhere")
        + part(4, bytes.fromhex(model["versions"][0]["artifact"])) + part(5, "xgboost-json")
        + part(6, bytes.fromhex(model["versions"][0]["baseline"]))
        + b"".join(part(9, each) for each in model["versions"][0]["columns"])
        + part(10, part(1, "auc") + bytes([2 << 3 | 1]) + column))
    size = bytes([len(fact) & 0x7F | 0x80, len(fact) >> 7])
    history = [
        line for line in server.events("tributary.models") if line["subject"] == ENDPOINT and not line.get("void")]
    headers = {
        "ce_specversion": "1.0", "ce_id": str(uuid.uuid4()), "ce_source": "/acceptance",
        "ce_type": "tributary.models.v1.VersionRegistered",
        "ce_time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "ce_subject": ENDPOINT, "content-type": "application/protobuf", "ce_revision": str(len(history) + 1),
        "ce_actor": "mallory"}
    producer = Producer({"bootstrap.servers": server.kafka_address, "acks": "all"})
    producer.produce(
        "tributary.models", bytes([3 << 3 | 2]) + size + fact, ENDPOINT, partition=0, headers=list(headers.items()))
    expect(producer.flush(30), 0, "facts that the broker did not take")
    server.settle()
    server.run("model", "approve", f"{ENDPOINT}@{number}", "--actor", "grace", "--reason", "looks fine")
    return refused(server, *promotion("ada", number), wanted=["no sealed dataset", "tributary dataset seal"])


def refuses_what_is_used(server):
    for kind, name, user in USED:
        refused(server, "delete", kind, name, wanted=[user])
    return f"{len(USED)} resources"


def deletes_in_order(server):
    for kind, name in ORDER:
        server.run("delete", kind, name)
    for kind in ["endpoint", "model", "dataset", "featureview", "stream"]:
        left = server.run("get", kind, "-o", "json").stdout.count('"name"')
        expect(left, 0, f"resources of kind {kind} that are left")
    return f"{len(ORDER)} resources"


def check(checks, server):
    checks.check("promotion on an unsealed dataset is refused", refuses_an_unsealed_dataset, server)
    checks.check("what is used is not deleted, and its users are named", refuses_what_is_used, server)
    checks.check("in the right order all is deleted", deletes_in_order, server)
