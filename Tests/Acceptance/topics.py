"""Reads topics with confluent-kafka, as anybody would who has no other access, and the predictions in them."""

import datetime
import json
import struct

import numpy
from confluent_kafka import Consumer, TopicPartition

from acceptance import expect_that

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)


def microseconds(text):
    return (datetime.datetime.fromisoformat(text) - EPOCH) // MICROSECOND


def rfc3339(us):
    return (EPOCH + int(us) * MICROSECOND).isoformat().replace("+00:00", "Z")


def messages(server, topic):
    """Every record of a topic, by partition and offset."""
    consumer = Consumer({
        "bootstrap.servers": server.kafka_address, "group.id": "acceptance", "enable.auto.commit": False,
        "check.crcs": True})
    partitions = consumer.list_topics(topic, 30).topics[topic].partitions
    ends = {each: consumer.get_watermark_offsets(TopicPartition(topic, each), 30)[1] for each in partitions}
    consumer.assign([TopicPartition(topic, each, 0) for each in partitions])
    found, total = [], sum(ends.values())
    while len(found) < total:
        # It waits for as many as it is asked for.
        batch = consumer.consume(min(20_000, total - len(found)), 30)
        expect_that(batch, f"{topic} ended after {len(found)} records of {ends}")
        for message in batch:
            expect_that(message.error() is None, f"{topic}: {message.error()}")
            found.append(message)
    consumer.close()
    return sorted(found, key=lambda message: (message.partition(), message.offset()))


def records(server, topic):
    """The JSON records of a stream, with their places."""
    return [(each.partition(), each.offset(), json.loads(each.value())) for each in messages(server, topic)]


# The wire form of Protobuf: https://protobuf.dev/programming-guides/encoding.

def varint(data, place):
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, place


def fields(data, place=0, end=None):
    """Number, value, and where the value begins: numbers for varints, bytes for all else."""
    end = len(data) if end is None else end
    while place < end:
        tag, place = varint(data, place)
        match tag & 7:
            case 0:
                start = place
                value, place = varint(data, place)
                yield tag >> 3, value, start
                continue
            case 1: size = 8
            case 2: size, place = varint(data, place)
            case 5: size = 4
            case wire: raise AssertionError(f"a field of wire type {wire}")
        yield tag >> 3, data[place:place + size], place
        place += size


class Prediction:
    """A `Predicted` of Topics/predictions.proto, with where its numbers stand in the value."""

    def __init__(self, message):
        value = message.value()
        self.place = message.partition(), message.offset()
        self.event = dict(message.headers())["ce_id"].decode()
        (number, fact, start), = fields(value)
        expect_that(number == 1, f"a fact {number} in {self.place}")
        self.value, self.complete = value, False
        for number, part, at in fields(fact):
            match number:
                case 3: self.flight = int(part)
                case 6: self.artifact, self.artifact_at = part.hex(), start + at
                case 8: self.at = part
                case 10: self.request = json.loads(part)
                case 13: self.features, self.features_at = numpy.frombuffer(part, "<f4"), start + at
                case 14: self.complete = bool(part)
                case 16: self.probability, self.probability_at = struct.unpack("<I", part)[0], start + at


def predictions(server):
    """Each of them once: a second record with the same id is void, wherever a kill left one."""
    found = {}
    for message in messages(server, "tributary.predictions"):
        prediction = Prediction(message)
        found.setdefault(prediction.event, prediction)
    return sorted(found.values(), key=lambda each: each.flight)


def bits(values):
    """The bits of numbers as 32-bit floats, where every NaN is as good as another."""
    singles = numpy.asarray(values, dtype=numpy.float64).astype(numpy.float32)
    found = singles.view(numpy.uint32).copy()
    found[numpy.isnan(singles)] = 0x7FC00000
    return found
