"""Predictions that are not what was predicted: an output, a feature or the model changed by one bit."""

import hashlib
import json
import shutil
import struct

import numpy
import zstandard

from acceptance import Server, expect, expect_in, expect_that
from flights import ENDPOINT
from proof import batches, crc32c


def reexecuted(server, status=0):
    return json.loads(server.run("explain", "--endpoint", ENDPOINT, "--execute", "-o", "json", status=status).stdout)


def nothing_differs(server, wanted):
    found = reexecuted(server)
    expect((found["predictions"], found["differences"]), (wanted, 0), "predictions and differences")
    return f"{found['predictions']} predictions, {found['differences']} differences"


def copy_of(server, place, name):
    other = Server(place / name, http=server.http, kafka=server.kafka)
    shutil.copytree(server.data, other.data)
    return other


def flip(log, prediction, at):
    """The last bit of the number at a place of the prediction's value, and the CRC of the batch around it."""
    partition, _ = prediction.place
    for segment in (log / "topics").glob(f"tributary.predictions-*/{partition}-*.log"):
        data = bytearray(segment.read_bytes())
        start = data.find(prediction.value)
        if start < 0:
            continue
        expect(data.find(prediction.value, start + 1), -1, "a second record with the same value")
        data[start + at] ^= 1
        place = 0
        for batch in batches(bytes(data)):
            end = place + len(batch)
            if place <= start < end:
                struct.pack_into(">I", data, place + 17, crc32c(batch[21:]))
            place = end
        segment.write_bytes(data)
        return
    raise AssertionError(f"the prediction at {prediction.place} is in no segment")


def bits_of(number):
    return f"0x{number:x}"


def told(server, prediction, what, stored, recomputed):
    """Whether explaining the one prediction names what differs, and both values."""
    explained = json.loads(server.run("explain", prediction.event, "--execute", "-o", "json", status=1).stdout)
    (difference,) = explained["differences"]
    expect(difference["what"], what, "what differs")
    expect_in(stored, difference["stored"], "the value that was stored")
    expect_in(recomputed, difference["recomputed"], "the value that comes out")
    said = server.run("explain", prediction.event, "--execute", status=1)
    for part in (what, stored, recomputed):
        expect_in(part, said.stdout + said.stderr, "what `explain` prints")
    return difference


def numbers_changed(server, place, predictions, columns, chance):
    """Three predictions in one copy: of one the output, of one a feature, of one the artifact that it names."""
    # The last record of a partition is also known by its CRC, so another one is taken.
    last = {max(each.place for each in predictions if each.place[0] == partition) for partition in range(4)}
    output, input, named = chance.sample([each for each in predictions if each.place not in last], 3)
    index = chance.choice([index for index, value in enumerate(input.features) if not numpy.isnan(value)])
    column = columns[index]
    with copy_of(server, place, "numbers") as other:
        flip(other.data / "log", output, output.probability_at)
        flip(other.data / "log", input, input.features_at + 4 * index)
        flip(other.data / "log", named, named.artifact_at)
        (other.data / "log" / "checkpoint").unlink(missing_ok=True)
        for journal in (other.data / "log" / "journal").iterdir():
            journal.unlink()
        other.start()
        feature = int(input.features.view("<u4")[index])
        wanted = {
            output.event: ("probability", bits_of(output.probability ^ 1), bits_of(output.probability)),
            input.event: (column, bits_of(feature ^ 1), bits_of(feature)),
            named.event: ("artifact", f"{int(named.artifact[:2], 16) ^ 1:02x}{named.artifact[2:]}", named.artifact)}
        for prediction in (output, input, named):
            told(other, prediction, *wanted[prediction.event])
        found = reexecuted(other, status=1)
        expect((found["predictions"], found["differences"]), (len(predictions), 3), "predictions and differences")
        for difference in found["first"]:
            what, stored, recomputed = wanted.pop(difference["id"])
            expect(difference["what"], what, "what differs")
            expect_in(stored, difference["stored"], "the value that was stored")
            expect_in(recomputed, difference["recomputed"], "the value that comes out")
        other.stop()
    shutil.rmtree(other.data)
    return (f"probability of {output.event[:8]}, {column} of {input.event[:8]}, artifact of {named.event[:8]}, "
            f"3 of {found['predictions']} reported")


def model_changed(server, place, predictions, chance):
    """A byte of the file in the archive, then a byte of what it holds when unpacked."""
    prediction = chance.choice(predictions)
    with copy_of(server, place, "model") as other:
        digest = prediction.artifact
        path = other.data / "archive" / digest[:2] / f"{digest[2:]}.zst"
        whole = path.read_bytes()
        broken = bytearray(whole)
        # Behind the head of the frame, where some bits mean nothing.
        broken[chance.randrange(32, len(broken))] ^= 1 << chance.randrange(8)
        path.write_bytes(broken)
        # It is not ready, and says why.
        other.start(ready=lambda answer: answer.status == 503 and digest in answer.content.decode())
        first = told(other, prediction, "artifact", digest, "")
        found = reexecuted(other, status=1)
        expect((found["predictions"], found["differences"]), (len(predictions),) * 2, "predictions and differences")
        for difference in found["first"]:
            expect((difference["what"], difference["stored"]), ("artifact", digest), "what differs, and the digest")
        unpacked = bytearray(zstandard.ZstdDecompressor().decompress(whole))
        unpacked[chance.randrange(len(unpacked))] ^= 1
        path.write_bytes(zstandard.ZstdCompressor().compress(bytes(unpacked)))
        second = told(other, prediction, "artifact", digest, hashlib.sha256(unpacked).hexdigest())
        other.stop()
    shutil.rmtree(other.data)
    expect_that(first["recomputed"], "nothing is said of what was found instead")
    return f"{found['differences']} reported: {first['recomputed']}; {second['recomputed']}"


def check(checks, server, place, predictions, columns, chance):
    checks.check(
        "an output, a feature and an artifact's name changed by a bit are found", numbers_changed, server, place, predictions, columns,
        chance)
    checks.check("a changed model is found", model_changed, server, place, predictions, chance)
