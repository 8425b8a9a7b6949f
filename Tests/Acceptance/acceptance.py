"""What the acceptance scripts share: the program, a server of one's own, and checks that are counted."""

import argparse
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "Deploy" / "Demo"


def arguments(description, **numbers):
    """Reads `--binary`, `--seed` and the numbers named, and says the seed."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--binary", default=os.environ.get("TRIBUTARY"), help="the program; default $TRIBUTARY")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000, help="of all that is random")
    parser.add_argument("--keep", action="store_true", help="leave the data folders where they are")
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    chosen = parser.parse_args()
    global BINARY
    BINARY = find_binary(chosen.binary)
    print(f"{BINARY}, seed {chosen.seed}", flush=True)
    return chosen


def find_binary(named):
    for path in [named] if named else [ROOT / ".build/release/tributary", ROOT / ".build/debug/tributary"]:
        if path and os.access(path, os.X_OK):
            return str(pathlib.Path(path).resolve())
    sys.exit("There is no program: build it, or name it with --binary or $TRIBUTARY.")


BINARY = None


@contextlib.contextmanager
def folder(keep=False):
    path = pathlib.Path(tempfile.mkdtemp(prefix="tributary-acceptance-"))
    try:
        yield path
    finally:
        if keep:
            print(f"kept: {path}")
        else:
            shutil.rmtree(path, ignore_errors=True)


def free_port(first, last):
    # Two scripts at once begin their search at different places.
    count = last - first + 1
    for port in (first + (os.getpid() + step) % count for step in range(count)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                if port not in taken:
                    taken.add(port)
                    return port
    raise RuntimeError(f"No port from {first} to {last} is free.")


taken = set()


class Server:
    """A server with a data folder and ports of its own, or only its broker."""

    def __init__(self, data, only_broker=False, http=None, kafka=None, options=()):
        self.data = pathlib.Path(data)
        self.options = [str(option) for option in options]
        self.only_broker = only_broker
        self.http, self.kafka = http, kafka
        self.process = None
        self.seconds_to_start = None
        self.log = self.data.parent / f"{self.data.name}.server.log"

    @property
    def address(self):
        return f"127.0.0.1:{self.http}"

    @property
    def kafka_address(self):
        return f"127.0.0.1:{self.kafka}"

    def command(self):
        if self.only_broker:
            return [BINARY, "broker", "--data", str(self.data), "--kafka-listen", self.kafka_address,
                    *self.options]
        return [
            BINARY, "serve", "--data", str(self.data), "--http", self.address, "--kafka-listen", self.kafka_address,
            *self.options]

    def start(self, before=(), wait=120, ready=lambda answer: answer.status == 200):
        # Chosen at the last moment, and kept for every later start.
        self.http = self.http or free_port(18080, 18099)
        self.kafka = self.kafka or free_port(19090, 19099)
        began = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([*before, *self.command()], stdout=log, stderr=log, cwd=ROOT)
        while not self.answers(ready):
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}: {self.last_lines()}")
            if time.monotonic() - began > wait:
                raise AssertionError(f"the server did not answer within {wait} s: {self.last_lines()}")
            time.sleep(0.01)
        self.seconds_to_start = time.monotonic() - began
        return self

    def answers(self, ready):
        try:
            if self.only_broker:
                socket.create_connection(("127.0.0.1", self.kafka), 1).close()
                return True
            return ready(self.ask("GET", "/health/ready"))
        except OSError:
            return False
        except http.client.HTTPException:
            return False

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait()
        self.process = None

    def stop(self, within=120):
        """Asks it to stop, and returns how many seconds that took."""
        if not self.process:
            return 0
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server was still there {within} s after SIGTERM") from None
        self.process = None
        return time.monotonic() - began

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def last_lines(self, count=5):
        with contextlib.suppress(OSError):
            return " | ".join(self.log.read_text(errors="replace").splitlines()[-count:])
        return ""

    def ask(self, method, path, body=None, headers=None, timeout=320):
        """One request as it is said; a body that is not bytes goes as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=timeout)
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            answer.content = answer.read()
            return answer
        finally:
            connection.close()

    def json(self, method, path, body=None, headers=None):
        answer = self.ask(method, path, body, headers)
        if answer.status >= 400:
            raise AssertionError(f"{method} {path} answered {answer.status}: {answer.content[:500]}")
        return json.loads(answer.content)

    def run(self, *words, status=0, timeout=600):
        """A command of the program, asked of this server."""
        return run(*words, "--server", self.address, status=status, timeout=timeout)

    def verify(self, status=0):
        """What `audit verify` finds, by projection and partition."""
        ran = self.run("audit", "verify", "-o", "json", status=status)
        expect_that(ran.stdout.startswith("{"), f"`audit verify` proved nothing: {ran.stderr}")
        found = json.loads(ran.stdout)["projections"]
        ran.findings = {(each["projection"], each["position"].rsplit("@", 1)[0]): each for each in found}
        return ran

    def events(self, topic, *more):
        ran = self.run("events", topic, *more)
        return [json.loads(line) for line in ran.stdout.splitlines()]

    def settle(self):
        self.run("wait", "--settled")


def run(*words, status=0, timeout=600, **more):
    """A command of the program. Another exit status than the one wanted is an error; None wants none."""
    ran = subprocess.run([BINARY, *map(str, words)], capture_output=True, text=True, timeout=timeout, cwd=ROOT, **more)
    if status is not None and ran.returncode != status:
        said = (ran.stdout[-600:] + ran.stderr[-600:]).strip()
        raise AssertionError(f"tributary {' '.join(map(str, words))}: exit {ran.returncode}, wanted {status}: {said}")
    return ran


def demo_files(into):
    """The records of the demo's streams, as JSON lines."""
    into = pathlib.Path(into)
    into.mkdir(parents=True, exist_ok=True)
    for packed in (DEMO / "data").glob("*.csv.gz"):
        with gzip.open(packed) as source, open(into / packed.stem, "wb") as table:
            shutil.copyfileobj(source, table)
    run("demo", "--from", into, "--into", into)
    return into


class Checks:
    """Counts what passed, and says what did not."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, body, *given):
        began = time.monotonic()
        try:
            said = body(*given)
        except Exception as error:
            self.failed += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            print(f"FAILED  {name}: {type(error).__name__}: {error} ({place.name}, line {place.lineno})", flush=True)
            return None
        self.passed += 1
        note = f": {said}" if isinstance(said, str) else ""
        print(f"passed  {name}{note} ({time.monotonic() - began:.2f} s)", flush=True)
        return said

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


def expect(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: found {str(found)[:300]}, wanted {str(wanted)[:300]}")


def expect_in(part, whole, what):
    if part not in whole:
        raise AssertionError(f"{what}: `{part}` is not in: {str(whole)[-600:]}")


def expect_that(holds, what):
    if not holds:
        raise AssertionError(what)
