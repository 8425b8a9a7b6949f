"""Requests that /openapi.json describes, and such as it does not, made at random: schemathesis asks a server with them.

    python3 Tests/Acceptance/openapi.py [--binary PROGRAM] [--seed N] [--seconds 60]

No answer is a fault of the server's (5xx), and every 4xx is a problem whose word Docs/Errors.md lists, in the form of its
door. A wait that is asked to be shorter than it takes may be over (504 `notReached`). Needs schemathesis
(Tests/Interop/requirements.txt).
"""

import os
import re
import subprocess
import sys

import acceptance
from acceptance import ROOT, Checks, Server, arguments, expect_that, folder

# What the checks say to schemathesis: it reads this file as its hooks, and runs in a process of its own.
IS_HOOKS = os.environ.get("SCHEMATHESIS_HOOKS") == "openapi"
WORDS = set(re.findall(
    r"^\| `(\w+)` \| [^|]+ \|", (ROOT / "Docs" / "Errors.md").read_text().split("## Not ready")[0], re.MULTILINE))

if IS_HOOKS:
    import schemathesis

    @schemathesis.hook
    def filter_query(context, query):
        # Such an answer has no end.
        return "follow" not in (query or {})

    @schemathesis.hook
    def map_headers(context, headers):
        # The answer waits for the position, up to five seconds.
        return {name: value for name, value in (headers or {}).items() if name != "Tributary-At-Least"}

    @schemathesis.check
    def answers_as_the_page_of_errors_says(context, response, case):
        status, path = response.status_code, case.path
        if status < 400:
            return
        said = response.json()
        if path.startswith("/v2"):
            assert isinstance(said.get("error"), str), f"{status} is in another form than the protocol's: {said}"
            assert status < 500, f"{status}: {said}"
            return
        word = said.get("type")
        assert status < 500 or (path == "/api/v1/wait" and word == "notReached"), f"{status}: {said}"
        assert word in WORDS, f"{status} with `{word}`, which Docs/Errors.md does not list: {said}"
        assert said["status"] == status and said["detail"], f"{status}: {said}"
        types = response.headers["content-type"]
        assert types == ["application/problem+json"], f"{status} has the type {types}"


def ask(server, seed, seconds, place):
    environment = {
        **os.environ, "SCHEMATHESIS_HOOKS": "openapi", "PYTHONPATH": str(ROOT / "Tests" / "Acceptance"),
        "NO_COLOR": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", f"http://{server.address}/openapi.json", "--checks",
         "answers_as_the_page_of_errors_says", "--seed", str(seed), "--max-time", str(seconds), "--phases",
         "examples,coverage,fuzzing", "--workers", "2", "--request-timeout", "30", "--continue-on-failure",
         "--suppress-health-check", "all", "--warnings", "off", "--generation-database", "none"],
        cwd=place, env=environment, capture_output=True, text=True, timeout=seconds + 300, stdin=subprocess.DEVNULL)
    print(ran.stdout[-20_000:], ran.stderr[-5_000:], flush=True)
    counts = re.search(r"(\d+) generated", ran.stdout)
    expect_that(ran.returncode == 0, f"schemathesis ended with {ran.returncode}; what it found stands above")
    expect_that(counts is not None and int(counts[1]) > 100, "there were no requests")


def main():
    options = arguments("Requests made from /openapi.json.", seconds=60)
    checks = Checks()
    with folder() as place:
        with Server(place / "data") as server:
            server.start()
            # The names that the examples speak of.
            server.run("apply", str(ROOT / "Deploy" / "Demo"))
            checks.check("every answer is one of those that are described", ask, server, options.seed, options.seconds, place)
            checks.check("the server is as it should be at the end", lambda: server.run("status"))
    checks.end()


if __name__ == "__main__" and not IS_HOOKS:
    main()
