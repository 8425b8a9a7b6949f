"""Changes one byte of the state, or drops one record of the log, and looks whether `audit verify` says so.

    python3 Tests/Acceptance/proof.py [--seed N] [--binary PROGRAM]

A small job is run, with refused records and an alert. On copies of its data folder, one value byte is changed in each
table of each column family: `audit verify` must exit with 1 and name the projection and the key. Then one record is
dropped from copies of a topic, in three ways.
"""

import ctypes
import json
import random
import re
import shutil
import socket
import struct
import time

import acceptance
from acceptance import Checks, Server, arguments, demo_files, expect, expect_in, expect_that, folder

# Generation (8 bytes) and partition (2 bytes) stand before the table's number; table 0 holds the position.
SHELF_BYTES = 10
GONE = """
kind: Stream
name: gone
owner: acceptance
description: Its topic is deleted, which raises an alert.
spec: {partitions: 1, format: json, key: number, time: at, fields: {number: int64, at: timestamp}}
"""
REFUSED = [
    b"this is not JSON",
    b'{"tailnum":"N1","known_at":"2012-12-31T00:00:00Z","seats":1,"seats":2}',
    b'{"known_at":"2012-12-31T00:00:00Z"}',
    b'{"tailnum":"N2","known_at":"yesterday"}',
    b'{"tailnum":"N3","known_at":"2012-12-31T00:00:00Z","engines":1.5}',
]


class Rocks:
    """A RocksDB through its C interface, as the program's own wrapper uses it, but from outside."""

    def __init__(self, path):
        library = self.library = ctypes.CDLL("librocksdb.so")
        pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t

        def declare(name, result, *parameters):
            function = getattr(library, name)
            function.restype, function.argtypes = result, list(parameters)
            return function

        for name in ["rocksdb_options_create", "rocksdb_readoptions_create", "rocksdb_writeoptions_create"]:
            declare(name, pointer)
        declare("rocksdb_flushoptions_create", pointer)
        declare("rocksdb_list_column_families", ctypes.POINTER(pointer), pointer, text, ctypes.POINTER(size),
                ctypes.POINTER(text))
        declare("rocksdb_open_column_families", pointer, pointer, text, ctypes.c_int, ctypes.POINTER(text),
                ctypes.POINTER(pointer), ctypes.POINTER(pointer), ctypes.POINTER(text))
        declare("rocksdb_create_iterator_cf", pointer, pointer, pointer, pointer)
        declare("rocksdb_iter_seek_to_first", None, pointer)
        declare("rocksdb_iter_valid", ctypes.c_ubyte, pointer)
        declare("rocksdb_iter_next", None, pointer)
        declare("rocksdb_iter_destroy", None, pointer)
        for name in ["rocksdb_iter_key", "rocksdb_iter_value"]:
            declare(name, pointer, pointer, ctypes.POINTER(size))
        declare("rocksdb_writeoptions_disable_WAL", None, pointer, ctypes.c_int)
        declare("rocksdb_put_cf", None, pointer, pointer, pointer, text, size, text, size, ctypes.POINTER(text))
        declare("rocksdb_flush_cf", None, pointer, pointer, pointer, ctypes.POINTER(text))
        declare("rocksdb_column_family_handle_destroy", None, pointer)
        declare("rocksdb_close", None, pointer)

        self.error = text()
        options = library.rocksdb_options_create()
        count = size()
        listed = library.rocksdb_list_column_families(
            options, str(path).encode(), ctypes.byref(count), ctypes.byref(self.error))
        self.refuse("listing the families")
        names = [ctypes.cast(listed[index], text).value for index in range(count.value)]
        handles = (pointer * len(names))()
        self.database = library.rocksdb_open_column_families(
            options, str(path).encode(), len(names), (text * len(names))(*names),
            (pointer * len(names))(*[options] * len(names)), handles, ctypes.byref(self.error))
        self.refuse("opening")
        self.families = {name.decode(): handle for name, handle in zip(names, handles)}

    def refuse(self, doing):
        if self.error.value:
            raise AssertionError(f"RocksDB, {doing}: {self.error.value.decode()}")

    def rows(self, family):
        library, length = self.library, ctypes.c_size_t()
        iterator = library.rocksdb_create_iterator_cf(
            self.database, library.rocksdb_readoptions_create(), self.families[family])
        found = []
        library.rocksdb_iter_seek_to_first(iterator)
        while library.rocksdb_iter_valid(iterator):
            pair = []
            for read in (library.rocksdb_iter_key, library.rocksdb_iter_value):
                start = read(iterator, ctypes.byref(length))
                pair.append(ctypes.string_at(start, length.value))
            found.append(tuple(pair))
            library.rocksdb_iter_next(iterator)
        library.rocksdb_iter_destroy(iterator)
        return found

    def put(self, family, key, value):
        library = self.library
        writing = library.rocksdb_writeoptions_create()
        library.rocksdb_writeoptions_disable_WAL(writing, 1)
        library.rocksdb_put_cf(
            self.database, writing, self.families[family], key, len(key), value, len(value), ctypes.byref(self.error))
        self.refuse("writing")
        library.rocksdb_flush_cf(
            self.database, library.rocksdb_flushoptions_create(), self.families[family], ctypes.byref(self.error))
        self.refuse("flushing")

    def close(self):
        for handle in self.families.values():
            self.library.rocksdb_column_family_handle_destroy(handle)
        self.library.rocksdb_close(self.database)


# Record batches, version 2: org.apache.kafka.common.record.DefaultRecordBatch.

CASTAGNOLI = []
for number in range(256):
    for _ in range(8):
        number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
    CASTAGNOLI.append(number)


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = CASTAGNOLI[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


def varint(data, place):
    shift = value = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value >> 1 ^ -(value & 1), place


def as_varint(value):
    value = value << 1 ^ value >> 63
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class Batch:
    """One batch of a segment, uncompressed."""

    def __init__(self, data):
        self.base = struct.unpack_from(">q", data, 0)[0]
        self.head = bytearray(data[:61])
        expect(struct.unpack_from(">h", data, 21)[0] & 7, 0, "the codec of the batch")
        place, self.records = 61, []
        while place < len(data):
            length, start = varint(data, place)
            self.records.append(bytes(data[start:start + length]))
            place = start + length

    def bytes(self):
        body = b"".join(as_varint(len(record)) + record for record in self.records)
        head = bytearray(self.head)
        struct.pack_into(">qi", head, 0, self.base, len(head) + len(body) - 12)
        struct.pack_into(">i", head, 57, len(self.records))
        struct.pack_into(">I", head, 17, crc32c(bytes(head[21:]) + body))
        return bytes(head) + body


def batches(data):
    place, found = 0, []
    while place < len(data):
        size = struct.unpack_from(">i", data, place + 8)[0] + 12
        found.append(data[place:place + size])
        place += size
    return found


def with_offset_delta(record, shift):
    _, place = varint(record, 1)
    delta, rest = varint(record, place)
    return record[:place] + as_varint(delta + shift) + record[rest:]


def drop_record(log, topic, chance, closing_up):
    """Drops one record in the middle of partition 0, which leaves a hole or, closing up, moves the rest down by one."""
    segment, = (log / "topics").glob(f"{topic}-*/0-*.log")
    pieces = batches(segment.read_bytes())
    sizes = [struct.unpack_from(">i", piece, 57)[0] for piece in pieces]
    candidates = [place for place, size in enumerate(sizes) if size > 2] or [None]
    expect_that(candidates[0] is not None, f"no batch of {topic} has more than two records")
    place = chance.choice(candidates)
    batch = Batch(pieces[place])
    victim = chance.randrange(1, len(batch.records) - 1)
    del batch.records[victim]
    if closing_up:
        batch.records[victim:] = [with_offset_delta(record, -1) for record in batch.records[victim:]]
        struct.pack_into(">i", batch.head, 23, len(batch.records) - 1)
        for later in range(place + 1, len(pieces)):
            moved = bytearray(pieces[later])
            struct.pack_into(">q", moved, 0, struct.unpack_from(">q", moved, 0)[0] - 1)
            pieces[later] = bytes(moved)
    pieces[place] = batch.bytes()
    segment.write_bytes(b"".join(pieces))
    # What says where batches begin is made again from the segments; whoever drops records drops it too.
    segment.with_suffix(".index").unlink(missing_ok=True)
    (log / "checkpoint").unlink(missing_ok=True)
    for journal in (log / "journal").iterdir():
        journal.unlink()
    return batch.base + victim


def delete_topic(server, topic):
    """A DeleteTopics request of version 1, by hand."""
    name = topic.encode()
    body = struct.pack(">hhih", 20, 1, 1, 5) + b"proof" + struct.pack(">ih", 1, len(name)) + name + struct.pack(">i", 5000)
    with socket.create_connection(("127.0.0.1", server.kafka), 5) as connection:
        connection.sendall(struct.pack(">i", len(body)) + body)
        size = struct.unpack(">i", connection.recv(4, socket.MSG_WAITALL))[0]
        answer = connection.recv(size, socket.MSG_WAITALL)
    expect(struct.unpack(">h", answer[-2:])[0], 0, f"the error of deleting {topic}")


def run_job(server, place):
    files = demo_files(place / "demo")
    (place / "gone.yaml").write_text(GONE)
    server.start()
    server.run("apply", acceptance.DEMO / "1-streams.yaml", place / "gone.yaml")
    for stream in ["planes", "weather.observed"]:
        server.run("publish", stream, "--file", files / f"{stream}.jsonl")
    # The first thousand outcomes of the year: a stream with identities and values that are counted.
    few = place / "few.jsonl"
    few.write_bytes(b"".join((files / "flights.arrived.jsonl").read_bytes().splitlines(True)[:1000]))
    server.run("publish", "flights.arrived", "--file", few)
    answer = server.ask(
        "POST", "/api/v1/streams/planes/records", b"\n".join(REFUSED), {"Content-Type": "application/x-ndjson"})
    expect(answer.status, 200, "the status of publishing what will be refused")
    server.settle()
    delete_topic(server, "gone")
    deadline = time.monotonic() + 120
    while not server.json("GET", "/api/v1/alerts")["items"]:
        expect_that(time.monotonic() < deadline, "a topic is gone for two minutes and there is no alert")
        time.sleep(0.2)
    server.run("delete", "stream", "gone")
    server.settle()
    server.verify()
    server.settle()
    server.verify()
    server.settle()
    findings = server.verify().findings
    refused = server.json("GET", "/api/v1/streams/planes")["status"]["refused"]
    expect(sum(refused.values()), len(REFUSED), f"refused records {refused}")
    empty = [projection for (projection, _), finding in findings.items()
             if projection in {"streams", "alerts", "attestations", "intake of planes"} and not finding["entries"]]
    expect(empty, [], "projections without rows")
    server.settle()
    server.stop()
    return f"{len(findings)} partitions proven, {len(REFUSED)} records refused, one alert"


def copy_of(server, place, name, without=()):
    other = Server(place / name, http=server.http, kafka=server.kafka)
    shutil.copytree(server.data, other.data, ignore=lambda _, names: [each for each in names if each in without])
    return other


def choose_rows(server, place, chance):
    """One row of every table of every family."""
    chosen = []
    scratch = place / "scratch"
    shutil.copytree(server.data / "state", scratch)
    rocks = Rocks(scratch)
    for family in sorted(rocks.families):
        tables = {}
        for key, value in rocks.rows(family):
            if len(key) > SHELF_BYTES and key[SHELF_BYTES] != 0 and value:
                tables.setdefault(key[SHELF_BYTES], []).append((key, value))
        if family == "intake":
            # Identities behind the watermark are as good as forgotten: the newest one surely counts.
            tables[2] = [max(tables[2], key=lambda row: varint(row[1], 0)[0])]
        chosen += [(family, table, *chance.choice(rows)) for table, rows in sorted(tables.items())]
    rocks.close()
    shutil.rmtree(scratch)
    return chosen


def begins(server):
    """Starts it. Where it cannot go on with what it found it says so, and the next start builds the state anew."""
    def stands_still():
        return "a broken state is built anew" in server.log.read_text()

    try:
        server.start(ready=lambda answer: answer.status == 200 or stands_still())
    except AssertionError as error:
        if "the state could not be used at the start" not in str(error):
            raise
    else:
        if not stands_still():
            return None
    said = [line for line in server.log.read_text().splitlines() if "corrupt" in line][0]
    server.kill()
    server.start()
    expect_in("is broken and is dropped: an earlier run found it so", server.log.read_text(), "the log of the server")
    server.settle()
    server.verify(status=0)
    server.stop()
    return said


def changed_byte(server, place, family, table, key, value, at, bit):
    other = copy_of(server, place, f"changed-{family}-{table}-{at}-{bit}")
    with other:
        changed = value[:at] + bytes([value[at] ^ 1 << bit]) + value[at + 1:]
        rocks = Rocks(other.data / "state")
        rocks.put(family, key, changed)
        rocks.close()
        # As if the store itself had written the byte: its list of files is none the wiser.
        (other.data / "state" / "CHECKSUMS").unlink(missing_ok=True)
        begun = begins(other)
        if begun:
            return begun
        # Of a family with the rows of many streams, the projection is named.
        broken = re.compile(rf"rows of {family}( of \S+ on \S+)? are broken and are folded again")
        said = [line for line in other.log.read_text().splitlines() if broken.search(line)]
        if said:
            # The server cannot begin with what cannot be read: it says so, and folds it again.
            other.settle()
            other.verify(status=0)
            other.stop()
            return said[0]
        ran = other.verify(status=1)
        wrong = {place: finding for place, finding in ran.findings.items() if finding["finding"] != "equal"}
        keys = [finding.get("key") for finding in wrong.values()]
        expect_in(key[SHELF_BYTES:].hex(), keys, f"the keys named in {wrong}")
        last_line = ran.stderr.strip().splitlines()[-1]
        names = ", ".join(sorted({projection for projection, _ in wrong}))
        expect_in(names.split(", ")[0], last_line, "the last line")
        expect_in(key[SHELF_BYTES:].hex(), last_line, "the last line")
        other.stop()
    return f"{names}, key {key[SHELF_BYTES:].hex()[:40]}"


def dropped(server, place, name, chance, closing_up=False, without=()):
    other = copy_of(server, place, name, without)
    with other:
        offset = drop_record(other.data / "log", "planes", chance, closing_up)
        other.start()
        other.settle()
        if closing_up:
            # The log ends before what was folded, so it is another one: said at the start, and folded anew.
            alerts = [alert for alert in other.json("GET", "/api/v1/alerts")["items"] if not alert["resolvedAt"]]
            said = [alert for alert in alerts if alert["kind"] == "logChanged" and "planes/0" in alert["subject"]]
            expect_that(said, f"no alert says that planes/0 changed: {alerts}")
        ran = other.verify(status=1)
        finding = ran.findings["intake of planes", "planes/0"]
        expect_that(finding["finding"] != "equal", f"found {finding}")
        said = ran.stderr.strip().splitlines()[-1]
        expect_in("intake of planes", said, "the last line")
        other.stop()
    return f"record {offset}: {said[:200]}"


def main():
    chosen = arguments("Proof by replay.")
    chance = random.Random(chosen.seed)
    checks = Checks()
    with folder(chosen.keep) as place, Server(place / "data") as server:
        if checks.check("a small job", run_job, server, place):
            rows = checks.check("rows of every table", choose_rows, server, place, chance) or []
            families = {family for family, *_ in rows}
            checks.check(
                "every family has rows", expect, sorted(families),
                ["alerts", "attestations", "deadletters", "intake", "streams"], "families with rows")
            for family, table, key, value in rows:
                # The first byte, and of that the first bit, often says how long something is, so that the rest can no
                # longer be read.
                places = {(0, 7), (0, chance.randrange(7)), (chance.randrange(len(value)), chance.randrange(8))}
                for at, bit in sorted(places):
                    checks.check(
                        f"byte {at}, bit {bit} changed in {family}, table {table}", changed_byte, server, place, family,
                        table, key, value, at, bit)
            checks.check("one record dropped, which leaves a hole", dropped, server, place, "hole", chance)
            checks.check(
                "one record dropped and the state built anew", dropped, server, place, "anew", chance, False, ["state"])
            checks.check(
                "one record dropped, the rest moved down by one", dropped, server, place, "moved", chance, True)
    checks.end()


if __name__ == "__main__":
    main()
