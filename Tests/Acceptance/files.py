"""Publishes files as people have them: with faults, packed, from other systems.

    python3 Tests/Acceptance/files.py [--binary PROGRAM]

Where something is wrong that can be seen in a file, nothing of it is sent and the exit code is 1; what the stream refuses
for what came before is counted when all is folded.
"""

import gzip
import os
import signal
import subprocess
import time

import acceptance
from acceptance import Checks, Server, arguments, expect, expect_in, expect_that, folder

STREAM = """kind: Stream
name: {name}
spec:
  key: k
  time: at
  identity: n
  fields: {{k: string, at: timestamp, n: int32, x: float?}}
"""
HEAD = b"k,at,n,x\n"
LINE = b'{"k": "a", "at": "2026-01-01T00:00:%02dZ", "n": %d}\n'


class Place:
    """A server, and files beside it; each check has a stream of its own."""

    def __init__(self, server, folder):
        self.server, self.folder, self.streams = server, folder, 0

    def stream(self):
        self.streams += 1
        name = f"files.{self.streams}"
        path = self.folder / f"{name}.yaml"
        path.write_text(STREAM.format(name=name))
        self.server.run("apply", path)
        return name

    def publish(self, stream, name, content, *more, status=0):
        path = self.folder / name
        path.write_bytes(content)
        return self.server.run("publish", stream, "--file", path, *more, status=status)

    def end(self, stream):
        """How many records the topic has."""
        return len(self.server.events(stream))

    def accepted(self, stream):
        return self.server.json("GET", f"/api/v1/streams/{stream}")["status"]["records"]


def rows(count, start=0):
    return b"".join(b"a,2026-01-01T00:00:%02dZ,%d,0.5\n" % (n, n) for n in range(start, start + count))


def faults(place):
    """Each with what is said of it; nothing is sent."""
    good = LINE % (1, 1)
    for name, content, said in [
        ("type.csv", HEAD + rows(20) + b"a,2026-01-01T00:00:30Z,oops,1\n", "line 22: `n` is a string, not an int32."),
        ("short.csv", HEAD + rows(2) + b"a,b\n" + rows(2, 10), "line 4: there are 2 values for 4 columns."),
        ("bytes.csv", HEAD + b"\xff,2026-01-01T00:00:30Z,1,\n", "line 2, column 1: `k` is not UTF-8."),
        ("break.csv", HEAD + b'"a\nb",2026-01-01T00:00:30Z,1,\nc\n', "line 4: there are 1 values for 4 columns."),
        ("quote.csv", HEAD + rows(2) + b'"a,b\n' + rows(2, 10), "line 4, column 1: a quote is never closed."),
        ("head.csv", b"k,n\na,1\n", "line 1: there is no column `at`."),
        ("empty.csv", b"", "line 1: there is no header."),
        ("large.csv", HEAD + b"a,2026-01-01T00:00:30Z,1,9007199254740993\n", "line 2: `x` is 9007199254740993"),
        ("bytes.jsonl", good + b'"\xff"\n', "line 2: Byte 1 is not UTF-8."),
        ("time.jsonl", good + b'{"k": "a", "at": "2015-02-04 17:51:00", "n": 2}\n', "line 2: `at` is `2015-02-04 17:51:00`"),
        ("large.jsonl", good + b"x" * (2 << 20) + b"\n", "line 2: The record has 2097152 bytes"),
        ("huge.jsonl", good + b"x" * (40 << 20) + b"\n" + good, "line 2: the line has 41943040 bytes"),
        ("zip.jsonl", b"PK\x03\x04" + good, "is zip"), ("zstd.jsonl", b"\x28\xb5\x2f\xfd" + good, "is zstd"),
        ("wide.csv", "k,at\n".encode("utf-16"), "is UTF-16"),
        ("cut.jsonl.gz", gzip.compress(good * 10)[:-9], "cannot be unpacked: its gzip is broken: it ends too early"),
        ("broken.jsonl.gz", gzip.compress(good * 10)[:10] + b"\xff" * 40, "cannot be unpacked: its gzip is broken: zlib says"),
    ]:
        stream = place.stream()
        refused = place.publish(stream, name, content, status=1)
        expect_in(said, refused.stderr, name)
        expect_in("refused: ", refused.stderr.strip().splitlines()[-1], f"the last line of {name}")
        expect(place.end(stream), 0, f"the records of {name}")


def corrected(place):
    stream = place.stream()
    place.publish(stream, "new.csv", HEAD + rows(20) + b"a,2026-01-01T00:00:30Z,oops,1\n", status=1)
    said = place.publish(stream, "new.csv", HEAD + rows(20)).stdout
    expect_in("20 records appended, 0 had arrived before; 20 accepted, 0 refused", said, "a corrected file")
    expect(place.end(stream), 20, "its records")


def forms(place):
    """Each is three records, however it is written."""
    lines = b"".join(LINE % (n, n) for n in range(3))
    for name, content in [
        ("ROWS.CSV", HEAD + rows(3)), ("rows.Csv.GZ", gzip.compress(HEAD + rows(3))),
        ("mark.csv", b"\xef\xbb\xbf" + HEAD.replace(b"\n", b"\r\n") + b"\r\n" + rows(3).replace(b"\n", b"\r\n")),
        ("rows.jsonl.gz", gzip.compress(lines)), ("packed.jsonl", gzip.compress(lines)),
        ("members.jsonl", gzip.compress(lines[:100]) + gzip.compress(lines[100:])),
        ("mark.jsonl", b"\xef\xbb\xbf" + lines), ("breaks.jsonl", lines.replace(b"\n", b"\r\n\r\n") + b"\r\n"),
        ("end.jsonl", lines.rstrip(b"\n")),
    ]:
        stream = place.stream()
        expect_in("3 records appended, 0 had arrived before; 3 accepted", place.publish(stream, name, content).stdout, name)
        expect(place.accepted(stream), 3, f"the records of {name}")
        again = place.publish(stream, name, content).stdout
        expect_in("0 records appended, 3 had arrived before; 3 accepted, 0 refused", again, f"{name} again")


def packed_is_the_same(place):
    stream, lines = place.stream(), b"".join(LINE % (n, n) for n in range(3))
    place.publish(stream, "plain.jsonl", lines)
    expect_in("0 records appended, 3 had arrived", place.publish(stream, "plain.gz", gzip.compress(lines)).stdout, "packed")


def refused_for_what_came_before(place):
    stream = place.stream()
    place.publish(stream, "first.jsonl", LINE % (30, 1))
    older = b"".join(LINE % (n, n) for n in range(10, 15)) + LINE % (30, 1) + LINE % (31, 2)
    said = place.publish(stream, "older.jsonl", older, status=1)
    expect_in("7 records appended, 0 had arrived before; 1 accepted, 6 refused: late (5), duplicate (1)", said.stdout, "older")
    expect_in("refused: 6 records of ", said.stderr, "the last line")
    expect_in("lies before the watermark", said.stderr, "the first that was refused")
    again = place.publish(stream, "older.jsonl", older, "--allow-refused")
    expect_in("0 records appended, 7 had arrived before; 1 accepted, 6 refused", again.stdout, "the same again")
    expect(place.end(stream), 8, "the records of the topic")


def dead_letters(place):
    stream = place.stream()
    said = place.publish(
        stream, "both.csv", HEAD + rows(2) + b"a,2026-01-01T00:00:30Z,oops,1\na,yesterday,3,\n", "--allow-refused").stdout
    expect_in("4 records appended, 0 had arrived before; 2 accepted, 2 refused: notATimestamp (1), wrongType (1)", said, "both")
    letters = [each["fact"]["refused"] for each in place.server.events("tributary.deadletters")]
    mine = [each for each in letters if each["stream"] == stream]
    expect(sorted(each["reason"] for each in mine), ["notATimestamp", "wrongType"], "the dead letters")
    # A row that is no row cannot become a record.
    place.publish(place.stream(), "short.csv", HEAD + rows(2) + b"a,b\n", "--allow-refused", status=1)


def no_files(place):
    stream = place.stream()
    pipe = place.folder / "pipe"
    os.mkfifo(pipe)
    closed = place.folder / "closed"
    closed.write_bytes(LINE % (1, 1))
    closed.chmod(0)
    for path, said in [
        (place.folder, "is a folder"), (pipe, "is a pipe or a device"), ("/dev/zero", "is a pipe or a device"),
        (place.folder / "nowhere", "there is no file"),
        *([(closed, "cannot be read: Permission denied")] if os.geteuid() else []),
    ]:
        refused = place.server.run("publish", stream, "--file", path, status=1)
        last = refused.stderr.strip().splitlines()[-1]
        expect_in(said, last, str(path))
        expect_that(last.startswith("refused: "), f"a plain sentence for {path}: {last}")


class Frozen:
    """A server that answers nobody while a file is under way to it: its disk hangs, or its machine sleeps."""

    def __init__(self, place, stream, path):
        self.server, self.stream = place.server, stream
        self.said = place.folder / "said"
        with open(self.said, "wb") as said:
            self.process = subprocess.Popen(
                [acceptance.BINARY, "publish", stream, "--file", str(path), "--server", self.server.address],
                stdout=subprocess.PIPE, stderr=said, text=True)

    def __enter__(self):
        self.until(lambda: self.server.ask("GET", f"/api/v1/events/{self.stream}?limit=1").content, "records that arrive")
        self.server.process.send_signal(signal.SIGSTOP)
        return self

    def __exit__(self, *_):
        self.server.process.send_signal(signal.SIGCONT)

    def until(self, holds, what):
        deadline = time.monotonic() + 120
        while not holds():
            expect(self.process.poll(), None, f"the publisher's exit code before {what} ({self.said.read_text()})")
            expect_that(time.monotonic() < deadline, f"{what}, within two minutes")
            time.sleep(0.02)


def waits(place):
    """What a publisher waits for is said, and it goes on by itself; ended with Ctrl-C it says what arrived."""
    count = 200_000
    lines = b"".join(LINE % (n // 4_000, n) for n in range(count))
    path = place.folder / "long.jsonl"
    path.write_bytes(lines)
    stream = place.stream()
    with Frozen(place, stream, path) as frozen:
        frozen.until(lambda: "waiting for " in frozen.said.read_text(), "a line on what is waited for")
    out = frozen.process.communicate(timeout=600)[0]
    expect((frozen.process.returncode, place.accepted(stream)), (0, count), "exit code and records accepted")
    expect_in(f"{count} records appended", out, "the last line")
    expect_in(f"of {path} arrived in {stream} so far", frozen.said.read_text(), "the line")
    stream = place.stream()
    with Frozen(place, stream, path) as frozen:
        frozen.process.send_signal(signal.SIGINT)
        expect(frozen.process.wait(120), 4, "exit code after Ctrl-C")
    expect_in("ended by Ctrl-C", frozen.said.read_text(), "the line after Ctrl-C")
    expect_in(f"of {path} arrived in {stream} so far", frozen.said.read_text(), "the line after Ctrl-C")
    place.server.run("publish", stream, "--file", path)
    expect(place.accepted(stream), count, "records accepted by both")


def main():
    chosen = arguments(__doc__)
    checks = Checks()
    with folder(chosen.keep) as name, Server(name / "data") as server:
        server.start()
        place = Place(server, name)
        checks.check("what is wrong in a file is seen before anything is sent", faults, place)
        checks.check("a corrected file is there once", corrected, place)
        checks.check("a file may be CSV or JSON lines, in gzip, with marks and carriage returns", forms, place)
        checks.check("a packed file is the same file", packed_is_the_same, place)
        checks.check("what is refused for what came before is counted", refused_for_what_came_before, place)
        checks.check("faulty records become dead letters where that is wanted", dead_letters, place)
        checks.check("what is waited for is said, and Ctrl-C says what arrived", waits, place)
        checks.check("what is no file is said to be none", no_files, place)
    checks.end()


if __name__ == "__main__":
    main()
