"""Looks on as one record is made durable before it is acknowledged.

    python3 Tests/Acceptance/synced.py [--binary PROGRAM]

The broker runs under strace while kcat produces single records with acks=all. Between the write of a record's bytes
to the journal and the answer to the client, an fdatasync of that same file must have begun and ended with 0.
"""

import os
import re
import shutil
import signal
import subprocess
import time

from acceptance import Checks, Server, arguments, expect_that, folder

CALLS = "fdatasync,fsync,openat,write,pwrite64,pwritev,writev,sendto,sendmsg,close"
# With -f and -r absent each line begins with the thread: `123 fdatasync(5) = 0`, or its two halves.
LINE = re.compile(r"^(\d+)\s+(\w+)\((.*)$")
RESUMED = re.compile(r"^(\d+)\s+<\.\.\. (\w+) resumed>(.*)$")
RESULT = re.compile(r"=\s+(-?\d+)[^=]*$")
PATH = re.compile(r"^(\d+)<([^>]*)>")


def steps(trace):
    """(order, name, descriptor and path, arguments, result) of each call, by the moment when it ended."""
    begun, found = {}, []
    for order, line in enumerate(trace.splitlines()):
        if match := RESUMED.match(line):
            thread, name, rest = match.groups()
            start, given = begun.pop((thread, name), (order, ""))
            given += rest
        elif match := LINE.match(line):
            thread, name, given = match.groups()
            if given.endswith("<unfinished ...>"):
                begun[thread, name] = (order, given.removesuffix("<unfinished ...>"))
                continue
            start = order
        else:
            continue
        result = RESULT.search(given)
        place = PATH.match(given)
        found.append({
            "begun": start, "ended": order, "name": name, "path": place[2] if place else "", "given": given,
            "result": int(result[1]) if result else None})
    return found


def produce(server, text):
    subprocess.run(
        ["kcat", "-P", "-b", server.kafka_address, "-t", "single", "-p", "0", "-X", "acks=all"],
        input=text.encode(), check=True, timeout=60, capture_output=True)


def look(server, place, number):
    text = f"a-single-record-{number}-{os.getpid()}"
    mark = len((place / "trace").read_text(errors="replace"))
    produce(server, text)
    deadline = time.monotonic() + 60
    while True:
        # What was traced comes a little later into the file.
        try:
            return order((place / "trace").read_text(errors="replace")[mark:], text)
        except Missing:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


class Missing(AssertionError):
    """A step that the trace does not show, or not yet."""


def order(trace, text):
    """Whether the answer to a record went out behind the sync of its write."""
    found = steps(trace)
    written = [
        step for step in found if "write" in step["name"] and text in step["given"] and "/journal/" in step["path"]]
    if not written:
        raise Missing("no write of the record to a file of the journal")
    write = written[0]
    synced = [
        step for step in found
        if step["name"] in ("fdatasync", "fsync") and step["path"] == write["path"] and step["result"] == 0
        and step["begun"] > write["ended"]]
    if not synced:
        raise Missing(f"no sync of {write['path']} after the write")
    sync = synced[0]
    is_socket = re.compile(r"^\d+<(socket|TCP|TCPv6):")
    # The answer is what the broker sends next on a socket; nothing may go out before the sync has ended.
    sent = [
        step for step in found
        if is_socket.match(step["given"]) and step["name"] in ("write", "writev", "sendto", "sendmsg")
        and step["begun"] > write["begun"] and (step["result"] or 0) > 8]
    if not sent:
        raise Missing("the broker sent nothing after the write")
    early = [step for step in sent if step["begun"] < sync["ended"]]
    expect_that(not early, f"sent before the sync ended: {early[:1]}")
    return f"write, {sync['name']} of {os.path.basename(write['path'])}, answer"


def main():
    arguments("A sync stands between the write and the acknowledgement.")
    checks = Checks()
    with folder() as place, Server(place / "data", only_broker=True) as server:
        strace = shutil.which("strace")
        expect_that(strace, "strace is not installed")
        server.start(before=[strace, "-f", "-yy", "-s", "20000", "-o", str(place / "trace"), "-e", f"trace={CALLS}"])
        produce(server, "the first record makes the topic")
        for number in range(3):
            checks.check(f"record {number + 1}", look, server, place, number)
        # strace passes the signal on only if it is sent to what it traces.
        tracer = server.process.pid
        with open(f"/proc/{tracer}/task/{tracer}/children") as children:
            traced = children.read().split()
        for child in traced:
            os.kill(int(child), signal.SIGTERM)
        server.process.wait(30)
    checks.end()


if __name__ == "__main__":
    main()
