"""What users type and see: help, examples, exit codes, refusals, problems, and how the server starts and stops.

    .venv-tests/bin/python Tests/Acceptance/surface.py [--seed N] [--binary PROGRAM]
"""

import http.client
import http.server
import json
import os
import random
import re
import shlex
import signal
import socket
import subprocess
import threading
import time

import acceptance
import inference
from acceptance import Checks, Server, arguments, demo_files, expect, expect_in, expect_that, folder, run

LINES = {"Content-Type": "application/x-ndjson"}
SECOND = """
kind: Stream
name: second
description: Changes and goes.
owner: acceptance
spec:
  partitions: 2
  format: json
  key: number
  time: at
  fields: {number: int64, at: timestamp}
"""
BROKEN = """kind: Stream
name: broken
owner: acceptance
description: Everything about it is wrong.
spec:
  partitons: 2
  format: jsn
  key: numbr
  time: at
  fields:
    number: int64
    size: int46
    at: timestamp
"""


# Help and examples.


def commands():
    """The parser's own tree: every command and its help text."""
    found, open_paths = {}, [()]
    while open_paths:
        path = open_paths.pop(0)
        text = run("help", *path).stdout if path else run("--help").stdout
        found[path] = text
        inside = re.search(r"^SUBCOMMANDS:\n(.*?)\n\n", text, re.MULTILINE | re.DOTALL)
        if inside:
            open_paths += [(*path, name) for name in re.findall(r"^  ([a-z]+)(?=\s|$)", inside[1], re.MULTILINE)]
    return found


def example(text):
    found = re.findall(r"^Example: tributary (.*?)\n\n", text, re.MULTILINE | re.DOTALL)
    expect(len(found), 1, "examples in the help")
    return shlex.split(found[0].replace("\n", " "))


def until_may(server, place):
    """The first months of the demo in the log, two versions of its dataset and of its model, the second in production."""
    part = place / "part"
    part.mkdir()
    for stream, time_field in (("flights.scheduled", "scheduled"), ("flights.arrived", "known_at")):
        with open(place / "demo" / f"{stream}.jsonl") as whole, open(part / f"{stream}.jsonl", "w") as first:
            # In both files the text of the time begins with the day.
            first.writelines(line for line in whole if json.loads(line)[time_field] < "2013-05-02")
    for stream in ("planes", "weather.observed", "flights.scheduled", "flights.arrived"):
        file = (part if stream.startswith("flights") else place / "demo") / f"{stream}.jsonl"
        server.run("publish", stream, "--file", file, "--complete-until", "2014-02-01T00:00:00Z")
    server.settle()
    for begin, end in (("2013-01-01T00:00:00-05:00", "2013-03-30T00:00:00-04:00"),
                       ("2013-04-01T00:00:00-04:00", "2013-05-01T00:00:00-04:00")):
        server.run("dataset", "seal", "late_arrivals", "--from", begin, "--to", end)
        server.run("train", "late-arrival", "--dataset", "late_arrivals@1")
    server.run("model", "approve", "late-arrival@2", "--actor", "grace")
    server.run("model", "promote", "late-arrival@2", "--stage", "production", "--actor", "ada")
    deadline = time.monotonic() + 600
    while (count := server.json("GET", "/api/v1/endpoints/late-arrival")["status"]["predictions"]) < 9_000:
        expect_that(time.monotonic() < deadline, f"{count} predictions within ten minutes")
        time.sleep(0.1)
    return f"{count} predictions"


def with_real_runs(server, words):
    """The examples name runs that nobody has; here are real ones in their place."""
    runs = [each["run"] for each in server.json("GET", "/api/v1/runs")["items"]]
    places = [index for index, word in enumerate(words) if word == "RUN" or re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}", word)]
    for index, run in zip(places, runs):
        words[index] = run


def try_example(server, place, tree, path):
    text = tree[path]
    expect_that(text.startswith("OVERVIEW: "), "the help does not say what the command is for")
    words = example(text)
    expect(tuple(words[:len(path)]), path, "the command that the example shows")
    if words[0] in ("serve", "broker"):
        return try_serving(place, words)
    # The files that the examples name are made where they are asked for.
    if "--file" in words:
        at = words.index("--file") + 1
        words[at] = str(place / "demo" / words[at])
    if words[0] == "demo":
        words[words.index("--from") + 1] = str(place / "demo")
        words[words.index("--into") + 1] = str(place / "again")
    with_real_runs(server, words)
    # A group of commands shows one of its own.
    shown = max((each for each in tree if tuple(words[:len(each)]) == each), key=len)
    more = ["--server", server.address] if "--server" in tree[shown] else []
    if path == ("audit", "accept"):
        # On a sound server there is nothing that waits for somebody's decision.
        return expect_in("nothing to accept", run(*words, *more, status=1).stderr, "what is said")
    ran = run(*words, *more)
    expect_that(ran.stdout.strip(), "the example prints nothing")
    return " ".join(words)


def try_serving(place, words):
    other = Server(place / f"example-{words[0]}", only_broker=words[0] == "broker")
    with other:
        # The example, with a folder and ports of its own.
        kept = [word for word in words if not word.startswith(("--", "127.", ".tributary"))]
        expect(kept, [words[0]], "words of the example beside data and ports")
        other.start()
        other.stop()
    return " ".join(words)


# Exit codes.


def exit_codes(server, place):
    run("version", status=0)
    run("status", "--server", server.address, status=0)
    run("nonsense", status=2)
    run("get", "nonsense", "--server", server.address, status=2)
    run("wait", "--server", server.address, status=2)
    run("publish", "planes", "--server", server.address, status=2)
    refused = run("describe", "stream", "nobody", "--server", server.address, status=1)
    last = refused.stderr.strip().splitlines()[-1]
    expect_in("nobody", last, "the last line")
    refused = run("publish", "nobody", "--file", "/dev/null", "--server", server.address, status=1)
    expect_in("nobody", refused.stderr.strip().splitlines()[-1], "the last line")
    run("apply", place / "missing.yaml", "--server", server.address, status=1)
    run("status", "-o", "csv", "--server", server.address, status=2)
    for command, words in (("features get", ["planes", "tailnum"]), ("model approve", ["late-arrival"]),
                           ("describe", ["version", "late-arrival"]), ("serve", ["--http", "nonsense"]),
                           ("get", ["stream", "--server", "nonsense"])):
        said = run(*command.split(), *words, status=2).stderr
        expect_in(f"Usage: tributary {command} ", said, f"how {command} is used")
    audit = run("audit", "verify", "--server", server.address).stdout.splitlines()
    expect(audit[0].split()[:3], ["PROJECTION", "POSITION", "ROWS"], "the first line of an audit")
    taken = run("serve", "--data", place / "taken", "--http", server.address, "--kafka-listen", "127.0.0.1:0", status=1)
    expect_in(f"HTTP cannot be served at {server.address}", taken.stderr.strip().splitlines()[-1], "the last line")
    nobody = run("status", "--server", "127.0.0.1:9", status=3)
    expect_in("tributary serve", nobody.stderr, "what to do where no server is")


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers every request with the problem that its class was given."""
    status, kind = 504, ""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"type": self.kind, "title": "t", "status": self.status, "detail": "the detail"}).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def exit_codes_of_problems():
    """Only an outcome that is unknown ends with 4, whatever the status of the answer is."""
    for kind, status, code in (("notReached", 504, 1), ("outcomeUnknown", 504, 4), ("unavailable", 503, 1)):
        handler = type("Handler", (Answering,), {"status": status, "kind": kind})
        with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            address = f"127.0.0.1:{server.server_port}"
            try:
                ran = run("wait", "--settled", "--server", address, status=code)
                train = run("train", "late-arrival", "--dataset", "late_arrivals@1", "--key", "k1", "--server", address,
                            status=code)
            finally:
                server.shutdown()
                thread.join(10)
            expect_in("the detail", ran.stderr, f"what {kind} says")
            expect("--key k1" in train.stderr, code == 4, f"whether {kind} names the key: {train.stderr}")


def other_addresses(place):
    for option in ("--http", "--kafka-listen"):
        for address in ("0.0.0.0:0", "[::]:0", "192.0.2.1:0"):
            ran = run("serve", "--data", place / "elsewhere", option, address, status=1, timeout=20)
            expect_in("loopback", ran.stderr.strip().splitlines()[-1], f"{option} {address}")
    run("serve", "--data", place / "elsewhere", "--http", "nonsense", status=2, timeout=20)


# HTTP.


def problem(answer, status, kind=None):
    expect(answer.status, status, f"the status ({answer.content[:200]})")
    expect(answer.getheader("Content-Type"), "application/problem+json", "the content type")
    body = json.loads(answer.content)
    expect(body.get("status"), status, "the status in the body")
    for member in ("type", "title", "detail"):
        expect_that(isinstance(body.get(member), str) and body[member], f"`{member}` is missing: {body}")
    expect_that(re.fullmatch(r"[a-z][A-Za-z]*", body["type"]), f"`type` is no plain word: {body['type']}")
    if kind:
        expect(body["type"], kind, "the type")
    return body


def with_host(server, host, headers=(), method="GET", path="/api/v1/status", body=b""):
    connection = http.client.HTTPConnection("127.0.0.1", server.http, timeout=20)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    if host is not None:
        connection.putheader("Host", host)
    for name, value in headers:
        connection.putheader(name, value)
    if body:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
    answer = connection.getresponse()
    answer.content = answer.read()
    connection.close()
    return answer


def hosts(server):
    for host in (server.address, f"localhost:{server.http}", "127.8.9.1", "LOCALHOST", "[::1]:80"):
        expect(with_host(server, host).status, 200, f"Host {host}")
    for host in ("example.com", f"example.com:{server.http}", "127.0.0.1.example.com", "localhost.example.com", "10.0.0.1",
                 "127.0.0.1@example.com", "", "0.0.0.0", "127.1"):
        problem(with_host(server, host), 421, "foreignHost")


def origins(server):
    own = [("Origin", f"http://{server.address}")], [("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", "none")]
    for headers in own:
        expect(with_host(server, server.address, headers).status, 200, f"{headers}")
    for site in ("cross-site", "same-site"):
        problem(with_host(server, server.address, [("Sec-Fetch-Site", site)]), 403, "foreignOrigin")
    for origin in (
            "http://localhost:3000", "http://127.0.0.1", f"http://localhost:{server.http}", "http://example.com",
            "https://127.0.0.1.example.com", "null", "file://", "http://localhost.example.com"):
        problem(with_host(server, server.address, [("Origin", origin)]), 403, "foreignOrigin")
        problem(
            with_host(
                server, server.address, [("Origin", origin), ("Content-Type", "application/json")], "POST",
                "/api/v1/apply", b"{}"), 403, "foreignOrigin")


def media_types(server):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", ""):
        for path in ("/api/v1/apply", "/api/v1/wait", "/api/v1/audit/verify", "/api/v1/streams/planes/records"):
            problem(server.ask("POST", path, b"{}", {"Content-Type": kind}), 415, "mediaType")
    problem(server.ask("POST", "/api/v1/apply", b"{}", {"Content-Type": "application/x-ndjson"}), 415, "mediaType")
    problem(with_host(server, server.address, [], "POST", "/api/v1/apply", b"{}"), 415, "mediaType")


def problems(server):
    problem(server.ask("GET", "/api/v1/streams/nobody"), 404, "notFound")
    problem(server.ask("GET", "/api/v1/nonsense"), 404, "noSuchRoute")
    problem(server.ask("GET", "/api/v1/events/nobody"), 404, "notFound")
    problem(server.ask("DELETE", "/api/v1/streams/nobody"), 404, "notFound")
    problem(server.ask("POST", "/api/v1/apply", b"{", {"Content-Type": "application/json"}), 400, "malformed")
    body = problem(server.ask("POST", "/api/v1/apply", {"files": []}), 400, "malformed")
    expect(body.get("pointer"), "/files", "where in the request")
    body = problem(server.ask("POST", "/api/v1/apply", {"files": [{"name": "a.yaml"}]}), 400, "malformed")
    expect(body.get("pointer"), "/files/0", "where in the request")
    problem(server.ask("GET", "/api/v1/events/planes?limit=many"), 400, "invalid")
    problem(server.ask("GET", "/api/v1/streams?as_of=yesterday"), 400, "invalid")
    problem(server.ask("POST", "/api/v1/streams/nobody/records", b"{}\n", LINES), 404, "notFound")
    problem(server.ask("GET", "/api/v1/streams", headers={"Tributary-At-Least": "nonsense"}), 400, "invalid")
    problem(
        server.ask("GET", "/api/v1/streams", headers={"Tributary-At-Least": "tributary.streams/0@999999"}), 504,
        "notReached")


DEPARTURE = {"carrier": "B6", "destination": "LAX", "tailnum": "N804JB", "origin": "JFK", "distance": 2475,
             "scheduled": "2013-04-05T18:00:00-04:00"}


def problems_of_the_job(server):
    """What is unknown, missing or of another type is named, whatever it belongs to."""
    wrong = []

    def names(part, method, path, body, status, kind):
        try:
            expect_in(part, problem(server.ask(method, path, body), status, kind)["detail"], "the detail")
        except AssertionError as error:
            wrong.append(f"{method} {path} {json.dumps(body) if body else ''}: {error}")

    for path in ("features/nobody", "datasets/nobody", "datasets/late_arrivals@9", "models/nobody", "models/late-arrival@9",
                 "models/nobody/history", "endpoints/nobody", "runs/nobody", "predictions/nobody",
                 "datasets/late_arrivals@9/rows.csv"):
        names("", "GET", f"/api/v1/{path}", None, 404, "notFound")
    names("Did you mean `weather`?", "POST", "/api/v1/features/read", {"view": "wether", "entities": {}}, 404, "notFound")
    names("`carrier`", "POST", "/api/v1/features/read", {"view": "carrier_punctuality", "entities": {}}, 400, "invalid")
    names("`carrer`", "POST", "/api/v1/features/read",
          {"view": "carrier_punctuality", "entities": {"carrier": "B6", "carrer": "B6"}}, 400, "invalid")
    names("`distance`", "POST", "/api/v1/features/read", {"model": "late-arrival", "entities": {"carrier": "B6"}}, 400, "invalid")
    names("`yesterday`", "POST", "/api/v1/features/read",
          {"view": "weather", "entities": {"origin": "JFK"}, "at": "yesterday"}, 400, "invalid")
    names("RFC 3339 time with an offset", "POST", "/api/v1/datasets/late_arrivals/seal",
          {"from": "yesterday", "to": "2013-02-01T00:00:00Z"}, 400, "invalid")
    names("nobody", "POST", "/api/v1/datasets/nobody/seal",
          {"from": "2013-01-01T00:00:00Z", "to": "2013-02-01T00:00:00Z"}, 404, "notFound")
    names("2014-01-30", "POST", "/api/v1/datasets/late_arrivals/seal",
          {"from": "2013-01-01T00:00:00Z", "to": "2014-03-01T00:00:00Z"}, 409, "refused")
    names("version 9", "POST", "/api/v1/models/late-arrival/train", {"dataset": "late_arrivals@9"}, 404, "notFound")
    names("approve", "POST", "/api/v1/models/late-arrival/versions/1/promote", {"stage": "production"}, 409, "refused")
    names("no version late-arrival@9", "POST", "/api/v1/models/late-arrival/versions/9/promote", {"stage": "production"}, 404,
          "notFound")
    names("test or production", "POST", "/api/v1/models/late-arrival/versions/1/promote", {"stage": "prod"}, 400, "invalid")
    predict = "/api/v1/endpoints/late-arrival/predict"
    infer = "/v2/models/late-arrival/infer"
    for at in ("yesterday", 5):
        names("`at`", "POST", predict, {**DEPARTURE, "at": at}, 400, "invalid")
        names("`at`", "POST", "/api/v1/features/read",
              {"view": "aircraft", "entities": {"tailnum": "N804JB"}, "at": at}, 400, "invalid")
        names("`at`", "POST", "/get-online-features",
              {"features": ["aircraft:seats"], "entities": {"tailnum": ["N804JB"]}, "at": at}, 400, "invalid")
        answer = server.ask("POST", infer, {
            "inputs": [{"name": "carrier", "shape": [1], "datatype": "BYTES", "data": ["B6"]}], "parameters": {"at": at}})
        expect((answer.status, b"`at`" in answer.content), (400, True), "an `at` that is none, of the inference protocol")
    names("twice", "POST", "/get-online-features",
          {"features": ["aircraft:seats"] * 2, "entities": {"tailnum": ["N804JB"]}}, 400, "invalid")
    names("1,000,000", "POST", "/get-online-features",
          {"features": [f"aircraft:a{number}" for number in range(101)], "entities": {"tailnum": ["N804JB"] * 10000}},
          400, "invalid")
    names("`distance`", "POST", predict, {**DEPARTURE, "distance": 2475.5}, 400, "invalid")
    names("`scheduled`", "POST", predict, {**DEPARTURE, "scheduled": "2013-04-05T18:00:00"}, 400, "invalid")
    names("Did you mean `destination`?", "POST", predict, {**DEPARTURE, "destinaton": "LAX"}, 400, "invalid")
    names("`carrier`, `destination`", "POST", predict,
          {name: value for name, value in DEPARTURE.items() if name not in ("carrier", "destination")}, 400, "invalid")
    names("instance 1", "POST", predict, {"instances": [DEPARTURE, {"carrier": "B6"}]}, 400, "invalid")
    names("nobody", "POST", "/api/v1/endpoints/nobody/predict", DEPARTURE, 404, "notFound")
    for path in ("features/weather", "datasets/late_arrivals", "models/late-arrival", "streams/flights.arrived"):
        names("", "DELETE", f"/api/v1/{path}", None, 409, "refused")
    infer = server.ask("POST", "/v2/models/nobody/infer", {"inputs": [{"name": "carrier", "shape": [1], "data": ["B6"]}]})
    expect((infer.status, list(json.loads(infer.content))), (404, ["error"]), "an error of the inference protocol")
    expect_that(not wrong, f"{len(wrong)} answers are not as they should be:" + "".join(f"\n    {each}" for each in wrong))


def a_prediction(server):
    """The same answer through every door, and the same again out of the log."""
    words = [f"{name}={value}" for name, value in DEPARTURE.items()]
    predicted = server.json("POST", "/api/v1/endpoints/late-arrival/predict", DEPARTURE)
    column = [{"name": name, "shape": [1], "datatype": "INT32" if name == "distance" else "BYTES", "data": [value]}
              for name, value in DEPARTURE.items()]
    inferred = server.json("POST", "/v2/models/late-arrival/infer", {"id": "7", "inputs": column})
    outputs = server.json("GET", "/v2/models/late-arrival")["outputs"]
    expect([each["name"] for each in inferred["outputs"]], [each["name"] for each in outputs], "the outputs")
    expect(inferred["outputs"][0]["data"], [predicted["outputs"]["probability"]], "what the inference protocol gives")
    expect(inferred["id"], "7", "the id of the request")
    said = server.json("GET", f"/api/v1/predictions/{inferred['parameters']['prediction_id']}")
    expect(said["outputs"]["probability"], predicted["outputs"]["probability"], "the prediction that was logged")
    features = server.json("POST", "/api/v1/endpoints/late-arrival/predict", {**DEPARTURE, "features": True})["features"]
    read = json.loads(server.run("features", "get", "late-arrival", *words, "-o", "json").stdout)
    expect((read["features"], read["version"]), (features, predicted["model"]["version"]), "what the model would read")
    # It is in the log, and what asks for it waits until it is folded.
    again = server.run("explain", predicted["id"], "--execute").stdout
    expect_in("no difference", again, "computed again")
    said = server.run("predict", "late-arrival", *words).stdout
    expect_in(str(predicted["outputs"]["probability"]), said, "what the command line gives")


def forms(server, tree):
    """Every answer comes in every form that the help names."""
    with_forms = {path for path, text in tree.items() if "--output" in text} - {("dataset", "rows")}
    for path in with_forms:
        expect_in("values: table, json, yaml;", " ".join(tree[path].split()), f"the forms of {path}")
    asked = {("features", "get"): ["weather", "origin=JFK"], ("model", "history"): ["late-arrival"], ("status",): [],
             ("describe",): ["stream", "planes"], ("get",): ["model"]}
    for path, words in asked.items():
        first = {form: server.run(*path, *words, "-o", form).stdout.split()[0] for form in ("table", "json", "yaml")}
        expect_that(first["json"] == "{" and first["yaml"].endswith(":"), f"{path}: {first}")
    lines = server.run("audit", "verify", "streams", "feature views", "intake of planes").stdout.splitlines()
    begins = {re.search(r"\S+/\d+@\d+", line).start() for line in lines[1:-1]} | {lines[0].index("POSITION")}
    expect(len(begins), 1, "places where the second column begins")


# One way on the command line.


def leaves(tree):
    """The commands that do something themselves."""
    return [path for path in tree if path and "SUBCOMMANDS:" not in tree[path]]


def json_everywhere(server, place, tree):
    """Whatever prints an answer prints it as JSON too, and what goes wrong then is a problem."""
    without = [path for path in leaves(tree) if "--output" not in tree[path]]
    expect(without, [], "commands without --output")
    page = (acceptance.ROOT / "Docs" / "Commands.md").read_text()
    unknown = [path for path in leaves(tree) for word in path if f"`{word}" not in page and f" {word}`" not in page]
    expect([path for path in unknown if path != ("help",)], [], "commands that Docs/Commands.md does not name")
    runs = [each["run"] for each in server.json("GET", "/api/v1/runs")["items"]]
    planes = place / "demo" / "planes.jsonl"
    (place / "second.yaml").write_text(SECOND.replace("second", "shortlived"))
    asked = [
        (["apply", place / "second.yaml"], "results"), (["delete", "stream", "shortlived"], "action"),
        (["publish", "planes", "--file", planes], "arrivedBefore"), (["wait", "--settled"], "settled"),
        (["dataset", "verify", "late_arrivals@1"], "intact"), (["run", "compare", *runs[:2]], "differing"),
        (["run", "show", runs[0]], "run"), (["model", "approve", "late-arrival@2", "--actor", "grace"], "action"),
        (["model", "promote", "late-arrival@2", "--stage", "production"], "action"),
        (["model", "history", "late-arrival"], "items"), (["audit", "verify", "streams"], "projections"),
        (["status"], "ready"), (["get", "alert"], "items"), (["events", "planes", "--limit", "1"], "position")]
    for words, member in asked:
        expect_in(member, json.loads(server.run(*words, "-o", "json").stdout), f"{words[:2]} as JSON")
    expect_that(json.loads(run("version", "-o", "json").stdout)["version"], "the version as JSON")
    expect_in("{", server.run("dataset", "rows", "late_arrivals@1", "-o", "json").stdout[:1], "rows as JSON")
    for words, status, kind in (
            (["describe", "stream", "nobody"], 1, "notFound"), (["get", "nonsense"], 2, "usage"),
            (["publish", "nobody", "--file", planes], 1, "refused")):
        said = json.loads(server.run(*words, "-o", "json", status=status).stderr.splitlines()[-1])
        expect(said["type"], kind, f"the problem of {words}")
        expect_that(said["title"] and said["detail"], f"{said}")
    nobody = run("status", "--server", "127.0.0.1:9", "-o", "json", status=3)
    expect(json.loads(nobody.stderr)["type"], "noServer", "the problem where no server is")
    return f"{len(asked)} commands"


def environment(server, tree):
    """Every option can stand in the environment, by one rule, and a wrong value is blamed on its variable."""
    names = {}
    for path in leaves(tree):
        part = re.search(r"^ENVIRONMENT:\n(.*)", tree[path], re.MULTILINE | re.DOTALL)
        listed = dict(re.findall(r"^  --([a-z-]+) +(TRIBUTARY_[A-Z_]+)$", part[1], re.MULTILINE)) if part else {}
        options = set(re.findall(r"^  (?:-[a-z], )?--([a-z-]+)", tree[path].split("ENVIRONMENT:")[0], re.MULTILINE))
        expect(set(listed), options - {"help", "version"}, f"the options of {path} in the environment")
        for option, name in listed.items():
            expect(name, "TRIBUTARY_" + "_".join([*path, option]).upper().replace("-", "_"), f"the variable of --{option}")
            names.setdefault(name, []).append((path, option))
    expect([name for name, of in names.items() if len(of) > 1], [], "variables of two options")

    def told(*words, status=0, **variables):
        return run(*words, status=status, env={**os.environ, **variables})

    here = {"TRIBUTARY_SERVER": f"http://{server.address}/"}
    expect_in(server.address, told("status", **here).stdout, "`status` of the server in the environment")
    told("status", status=3, **here, TRIBUTARY_STATUS_SERVER="127.0.0.1:9")
    told("status", "--server", server.address, TRIBUTARY_SERVER="127.0.0.1:9")
    json.loads(told("get", "stream", **here, TRIBUTARY_OUTPUT="json").stdout)
    expect_in("kind: Stream", told("get", "stream", "-o", "yaml", **here, TRIBUTARY_OUTPUT="json").stdout, "-o before it")
    only = told("get", "stream", "-o", "json", **here, TRIBUTARY_GET_FILTER="name=planes,topic=planes").stdout
    expect([each["name"] for each in json.loads(only)["items"]], ["planes"], "filters of the environment")
    expect_in("unchanged", told("apply", acceptance.DEMO, **here, TRIBUTARY_DRY_RUN="yes").stdout, "a dry run")
    # What does not apply to what is asked is left out, and stays an error of whoever types it.
    lists = {"TRIBUTARY_GET_LIMIT": "1", "TRIBUTARY_FILTER": "name=nobody", "TRIBUTARY_SINCE": "2026-01-01T00:00:00Z"}
    one = json.loads(told("get", "stream", "planes", "-o", "json", **here, **lists).stdout)
    expect(one["name"], "planes", "one stream, with defaults of lists in the environment")
    shown = told("get", "stream", "-o", "json", **here, **lists | {"TRIBUTARY_FILTER": ""}).stdout
    expect(len(json.loads(shown)["items"]), 1, "streams, with a limit and an instant in the environment")
    instant = {"TRIBUTARY_AS_OF": "2026-01-01T00:00:00Z"}
    told("get", "alert", **here, **instant)
    told("get", "prediction", **here, **instant)
    prediction = json.loads(told("get", "prediction", "-o", "json", **here, TRIBUTARY_LIMIT="1").stdout)["items"][0]["id"]
    told("explain", prediction, **here, TRIBUTARY_EXPLAIN_ENDPOINT="late-arrival")
    for words in (["get", "stream", "planes", "--limit", "1"], ["get", "stream", "--since", instant["TRIBUTARY_AS_OF"]],
                  ["get", "alert", "--as-of", "1"], ["explain", prediction, "--endpoint", "late-arrival"]):
        expect_in("Usage: tributary", told(*words, status=2, **here, **lists, **instant).stderr, f"what is said of {words}")
    for name, value, words in (
            ("TRIBUTARY_DRY_RUN", "perhaps", ["apply", acceptance.DEMO]), ("TRIBUTARY_OUTPUT", "csv", ["status"]),
            ("TRIBUTARY_KAFKA_MEMORY", "0", ["broker"]), ("TRIBUTARY_WAIT_SECONDS", "soon", ["wait", "--settled"]),
            ("TRIBUTARY_SERVER", "nonsense", ["status"])):
        said = told(*words, status=2, **{name: value}).stderr
        expect_that(name in said and f"`{value}`" in said, f"{name}={value}: {said}")
    return f"{len(names)} variables"


def beginnings(server):
    """As much of an id as no other has will do."""
    runs = [each["run"] for each in server.json("GET", "/api/v1/runs")["items"]]
    length = next(length for length in range(1, 37) if len({run[:length] for run in runs}) == len(runs))
    for words in (["run", "show"], ["get", "run"], ["describe", "run"]):
        found = json.loads(server.run(*words, runs[0][:length], "-o", "json").stdout)
        expect(found["run"], runs[0], f"what {words} finds")
    expect_in(runs[1][:13], server.run("run", "compare", runs[0], runs[1][:length]).stdout, "runs side by side")
    expect_in("is empty", server.run("run", "show", "", status=1).stderr, "an empty id")
    # Ids of runs follow from keys: whether two begin alike is chance.
    shared = runs[0][:length - 1]
    if shared and sum(each.startswith(shared) for each in runs) > 1:
        several = server.run("run", "show", shared, status=1).stderr
        expect_in("several runs begin with", several, "what is said of several runs")
        expect(sorted(each for each in runs if each in several),
               sorted(each for each in runs if each.startswith(shared)), "the runs that are named")
    expect_in("there is no run fff", server.run("run", "show", "fff", status=1).stderr, "an unknown run")
    several = server.run("explain", "01", status=1).stderr
    expect(len(re.findall(r"01[0-9a-f]{6}-[0-9a-f-]{27}", several)), 5, f"predictions that are named: {several}")
    expect_in("and more", several, "what is said of the others")
    expect_in("there is no prediction ffffff", server.run("explain", "ffffff", status=1).stderr, "an unknown prediction")


def lists(server):
    def items(*words, status=0):
        return json.loads(server.run("get", *words, "-o", "json", status=status).stdout)

    everything = items("run")["items"]
    expect("more" in items("run"), False, "whether there are more of all")
    first = items("run", "--limit", "1")
    expect((first["items"], first["more"]), (everything[:1], True), "one run")
    expect_in("There are more", server.run("get", "run", "--limit", "1").stdout, "the last line of a table")
    for kind, given in (("run", "status=succeeded"), ("version", "stage=production"), ("stream", "topic=planes"),
                        ("endpoint", "model=late-arrival@production"), ("featureview", "stream=planes")):
        name, value = given.split("=")
        found, whole = items(kind, "--filter", given)["items"], items(kind)["items"]
        expect(found, [each for each in whole if str(each[name]) == value], f"{kind}s with {given}")
        expect_that(found, f"no {kind} with {given}")
    expect(items("run", "--filter", "model=nobody")["items"], [], "runs of nobody")
    expect_in("Did you mean `model`?", server.run("get", "run", "--filter", "modl=x", status=1).stderr, "an unknown field")
    versions = items("version")["items"]
    expect([each["name"] for each in versions], ["late-arrival@1", "late-arrival@2"], "the versions")
    expect(items("version", "--since", versions[1]["registeredAt"])["items"], versions[1:], "versions since then")
    server.run("get", "stream", "--since", "2026-01-01T00:00:00Z", status=2)
    newest = items("prediction", "--limit", "3")
    expect((len(newest["items"]), newest["more"]), (3, True), "predictions")
    same = items("prediction", "--limit", "3", "--filter", "endpoint=late-arrival", "--filter", "version=2")
    expect(same, newest, "predictions of an endpoint")
    known = server.json("GET", f"/api/v1/predictions/{newest['items'][0]['id']}")
    for name in ("endpoint", "at", "complete", "decidedAt"):
        expect(newest["items"][0][name], known[name], f"`{name}` of a prediction in the list")
    expect(len(items("prediction")["items"]), 20, "predictions without a limit")


def order_of_names(server, place):
    names = [f"v{number}" for number in (1, 10, 2)]
    (place / "names.yaml").write_text("---".join(SECOND.replace("second", name) for name in names))
    server.run("apply", place / "names.yaml")
    listed = [each["name"] for each in json.loads(server.run("get", "stream", "-o", "json").stdout)["items"]]
    expect([name for name in listed if name in names], ["v1", "v2", "v10"], "names with numbers")
    for name in names:
        server.run("delete", "stream", name)


def applied_again(server):
    """What `get` prints as YAML can be applied, one or all."""
    def apply(text, *words):
        ran = run("apply", *words, "--server", server.address, input=text)
        return [line.split()[:3] for line in ran.stdout.splitlines() if not line.startswith("note:")]

    count = 0
    for kind in ("stream", "featureview", "dataset", "model", "endpoint"):
        names = [each["name"] for each in json.loads(server.run("get", kind, "-o", "json").stdout)["items"]]
        everything = server.run("get", kind, "-o", "yaml").stdout
        done = apply(everything, "-")
        expect([each[1] for each in done], names, f"{kind}s that were applied")
        one = server.run("get", kind, names[0], "-o", "yaml").stdout
        done += apply(one, "-f", "-") + apply(server.run("describe", kind, names[0]).stdout, "/dev/stdin")
        expect({each[2] for each in done}, {"unchanged"}, f"what was done with {kind}s")
        count += len(names)
    return f"{count} resources"


def pins(server, place):
    """What a version stays with, whatever its views are by now."""
    described = json.loads(server.run("describe", "version", "late-arrival@2", "-o", "json").stdout)
    sealed = server.json("GET", "/api/v1/datasets/late_arrivals@1")
    pinned = described["pinned"]
    expect((pinned["dataset"], pinned["content"]), ("late_arrivals@1", sealed["content"]), "the dataset")
    expect({name: view["generation"] for name, view in pinned["views"].items()}, sealed["views"], "the views")
    expect({view["current"] for view in pinned["views"].values()}, {True}, "whether they are current")
    endpoint = json.loads(server.run("describe", "endpoint", "late-arrival", "-o", "json").stdout)["status"]["pinned"]
    expect(endpoint, {"version": "late-arrival@2", **pinned}, "what the endpoint is pinned to")
    model = json.loads(server.run("describe", "model", "late-arrival", "-o", "json").stdout)["status"]["pinned"]
    expect(model, {"late-arrival@2": pinned}, "what the model is pinned to")
    view = server.run("get", "featureview", "aircraft", "-o", "yaml").stdout
    (place / "view.yaml").write_text(view.replace("ttl: forever", "ttl: 900d"))
    (place / "former.yaml").write_text(view)
    expect_in("changed", server.run("apply", place / "view.yaml").stdout, "changing a view")
    deadline = time.monotonic() + 60
    while json.loads(server.run("describe", "version", "late-arrival@2", "-o", "json").stdout)["pinned"]["views"][
            "aircraft"]["current"]:
        expect_that(time.monotonic() < deadline, "a changed view is still said to be current")
        time.sleep(0.1)
    server.run("apply", place / "former.yaml")
    server.settle()


def notes(server, place):
    """What would be refused later, or surprises, is said when it is applied, and fails nothing."""
    def said(text):
        (place / "notes.yaml").write_text(text)
        applied = server.run("apply", "--dry-run", place / "notes.yaml").stdout
        return [line for line in applied.splitlines() if line.startswith("note: ")]

    expect(said(SECOND), [], "notes on what nothing is to be said of")
    server.run("apply", acceptance.DEMO)
    strings = """
kind: FeatureView
name: last_carrier
description: A text.
owner: acceptance
spec:
  stream: flights.arrived
  entity: destination
  features: {carrier: {last: carrier}}
---
kind: Dataset
name: texts
description: With a text.
owner: acceptance
spec:
  rows: flights.scheduled
  id: flight_id
  features: [last_carrier]
  label: {stream: flights.arrived, match: flight_id, value: late15, within: 48h}
---
kind: Model
name: of-texts
description: It cannot be trained.
owner: acceptance
spec:
  task: binary
  dataset: texts
  recipe: {engine: xgboost, rounds: 5, seed: 7}
---
kind: Endpoint
name: of-texts
description: It cannot answer.
owner: acceptance
spec: {model: of-texts@production}
"""
    found = said(strings)
    for part in ("Dataset texts: no model can be trained on it: the column", "Model of-texts: it cannot be trained on texts",
                 "Model of-texts: texts has no sealed version", "Endpoint of-texts: of-texts has no version at production"):
        expect_in(part, "\n".join(found), "the notes")
    server.run("apply", place / "second.yaml")
    (place / "again.yaml").write_text(SECOND.replace("second", "again"))
    server.run("apply", place / "again.yaml")
    body = b'{"number":1,"at":"2026-01-01T00:00:00Z"}\n' * 3
    server.json("POST", "/api/v1/streams/again/records", body, LINES)
    server.run("delete", "stream", "again")
    expect_in("(3 offsets) is taken in from its beginning", "".join(said(SECOND.replace("second", "again"))), "the notes")
    return f"{len(found)} notes"


class Slow(Answering):
    """Answers when somebody has waited for a while."""
    status, kind = 504, "notReached"

    def do_POST(self):
        time.sleep(3)
        super().do_POST()


def waits(server):
    """What takes long says what is waited for."""
    with http.server.HTTPServer(("127.0.0.1", 0), Slow) as slow:
        threading.Thread(target=slow.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{slow.server_port}"
        try:
            for words, deed in ((["wait", "--settled"], "fold everything that is in the log"),
                                (["train", "m", "--dataset", "d@1"], "train m on d@1"),
                                (["dataset", "seal", "d", "--from", "f", "--to", "t"], "seal d")):
                said = run(*words, "--server", address, status=1).stderr.splitlines()
                expect(said[0], f"waiting for the server at {address} to {deed}", f"what {words[0]} waits for")
        finally:
            slow.shutdown()
    for words, what in ((["get", "stream", "planes", "--watch"], "planes to change"),
                        (["events", "planes", "--follow", "--from=-1"], "to send more of planes")):
        watcher = subprocess.Popen(
            [acceptance.BINARY, *words, "--server", server.address], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True)
        try:
            expect_in(what, watcher.stderr.readline(), f"what {words} says")
        finally:
            watcher.kill()
            watcher.wait(10)
    # What is answered at once says nothing.
    expect(server.run("get", "stream").stderr, "", "what is said of no wait")


def short_status():
    """Of many projections those are shown that have something to say, and two of one name are told apart."""
    seats = [{"projection": f"features of v{number}", "partition": "t/0", "generation": f"{number:064x}", "next": 5, "lag": 0}
             for number in range(80)]
    seats[7]["lag"] = 3
    seats.append({**seats[7], "generation": "f" * 64})
    status = {"version": "1", "ready": True, "kafka": "k", "projections": seats}

    class Doctor(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(status).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Doctor) as doctor:
        threading.Thread(target=doctor.serve_forever, daemon=True).start()
        try:
            address = f"127.0.0.1:{doctor.server_port}"
            short, whole = (run("status", *more, "--server", address).stdout for more in ([], ["--all"]))
        finally:
            doctor.shutdown()
    for name in ("features of v7 (000000000000)", "features of v7 (ffffffffffff)"):
        expect_in(name, short, "the projections that lag")
    expect(short.count("features of"), 2, "projections that are shown")
    expect_in("and 79 that have folded everything: --all", short, "what is said of the others")
    expect(whole.count("features of"), 81, "all projections")


def damage(server):
    """What is damaged in the archive is named, whoever asks for it."""
    def damaged(digest, body):
        path = server.data / "archive" / digest[:2] / f"{digest[2:]}.zst"
        sound = path.read_bytes()
        path.write_bytes(sound[:-9] + bytes([sound[-9] ^ 1]) + sound[-8:])
        try:
            body(digest)
        finally:
            path.write_bytes(sound)

    def artifact(digest):
        answer = server.ask("POST", "/api/v1/models/late-arrival/versions/1/evaluate", {"dataset": "late_arrivals@2"})
        expect_in(digest, problem(answer, 503, "archiveFailed")["detail"], "the detail")

    def chunk(digest):
        said = server.run("dataset", "rows", "late_arrivals@1", status=1).stderr.splitlines()
        expect_in(digest, said[0], "the damaged chunk")
        expect_in("damaged: late_arrivals@1", said[-1], "the last line")

    damaged(server.json("GET", "/api/v1/models/late-arrival@1")["artifact"], artifact)
    damaged(server.json("GET", "/api/v1/datasets/late_arrivals@1")["chunks"][1], chunk)
    server.run("model", "evaluate", "late-arrival@1", "--dataset", "late_arrivals@2")
    server.run("dataset", "verify", "late_arrivals@1")


def methods(server):
    for method in ("PUT", "PATCH", "POST", "DELETE"):
        for path in ("/health/live", "/api/v1/streams", "/api/v1/alerts?x=1", "/api/v1/events/planes"):
            answer = server.ask(method, path)
            expect(answer.status, 405, f"{method} {path}")
            expect(answer.getheader("Allow"), "GET, HEAD, OPTIONS", f"what {path} takes")
            problem(answer, 405, "method")
    for path in ("/health/live", "/api/v1/streams", "/api/v1/alerts?x=1"):
        whole, head = server.ask("GET", path), server.ask("HEAD", path)
        expect((head.status, head.content), (whole.status, b""), f"HEAD {path}")
    for path, takes in (("/api/v1/streams/planes", "DELETE, GET, HEAD, OPTIONS"), ("/api/v1/apply", "OPTIONS, POST"),
                        ("/api/v1/streams/planes/records", "OPTIONS, POST")):
        answer = server.ask("PUT", path, b"{}", {"Content-Type": "text/plain"})
        problem(answer, 405, "method")
        expect(answer.getheader("Allow"), takes, f"what {path} takes")
    nowhere = server.ask("PUT", "/api/v1/nonsense", b"{}", {"Content-Type": "application/json"})
    problem(nowhere, 404, "noSuchRoute")


def idempotency(server, chance):
    def ask(name, key, description="Changes and goes."):
        text = SECOND.replace("second", name).replace("Changes and goes.", description)
        return server.ask(
            "POST", "/api/v1/apply", {"files": [{"name": "a.yaml", "text": text}]}, {"Idempotency-Key": key})

    key = f"key-{chance.getrandbits(64):x}"
    name = f"once{chance.getrandbits(32)}"
    first = ask(name, key)
    expect(first.status, 200, "the first answer")
    again = ask(name, key)
    expect(again.status, 200, f"the second answer ({again.content[:200]})")
    expect(
        again.getheader("Tributary-Position"), first.getheader("Tributary-Position"), "the position of the second answer")
    expect(json.loads(again.content), json.loads(first.content), "the second answer")
    problem(ask(name, key, "Something else."), 422, "keyReused")
    facts = [event for event in server.events("tributary.streams") if name in json.dumps(event)]
    expect(len(facts), 1, "facts about the stream")
    train = ["train", "late-arrival", "--dataset", "late_arrivals@1", "--key", key]
    expect(server.run(*train).stdout, server.run(*train).stdout, "training once more with the same key")
    # A read that waits for the position sees what was written.
    seen = server.ask("GET", f"/api/v1/streams/{name}", headers={"Tributary-At-Least": first.getheader("Tributary-Position")})
    expect(seen.status, 200, "a read behind the write")
    expect(server.ask("DELETE", f"/api/v1/streams/{name}").status, 200, "deleting")


def broken_files(server, place):
    good, bad, worse = place / "good.yaml", place / "broken.yaml", place / "worse.yaml"
    good.write_text(SECOND.replace("second", "good"))
    bad.write_text(BROKEN)
    worse.write_text("kind: Strem\nname: a\n---\nkind: Stream\nname: [\n")
    before = server.run("get", "stream", "-o", "json").stdout
    ran = server.run("apply", good, bad, status=1)
    said = ran.stderr.strip().splitlines()
    places = [re.match(rf"(?:refused: )?{re.escape(str(bad))}:(\d+):(\d+)  (.*)", line) for line in said[:-1]]
    expect_that(all(places), f"a line without file:line:column: {said}")
    lines = {int(match[1]): match[3] for match in places}
    for line, suggestion in {6: "partitions", 7: "json", 8: "number", 12: "int64"}.items():
        expect_in(line, lines, f"the lines with errors {lines}")
        expect_in(suggestion, lines[line], f"the suggestion of line {line}")
    expect_in(f"{len(places)} errors, nothing applied", said[-1], "the last line")
    server.run("apply", good, worse, status=1)
    expect(server.run("get", "stream", "-o", "json").stdout, before, "the streams after a refused apply")
    dry = server.run("apply", "--dry-run", good)
    expect_in("created", dry.stdout, "a dry run")
    expect(server.run("get", "stream", "-o", "json").stdout, before, "the streams after a dry run")
    return f"{len(places)} errors"


def changes(server, place):
    path = place / "second.yaml"
    path.write_text(SECOND)
    expect_in("created", server.run("apply", path).stdout, "the first apply")
    expect_in("unchanged", server.run("apply", path).stdout, "the second apply")
    path.write_text(SECOND.replace("Changes and goes.", "Changed."))
    watcher = subprocess.Popen(
        [acceptance.BINARY, "get", "stream", "second", "--watch", "--server", server.address],
        stdout=subprocess.PIPE, text=True)
    try:
        expect_that(any("Changes and goes." in line for line in watcher.stdout), "what is watched is not shown")
        expect_in("changed", server.run("apply", path).stdout, "the third apply")
        expect_that(any("Changed." in line for line in watcher.stdout), "the change is not shown")
    finally:
        watcher.kill()
        watcher.wait(10)
    expect_in("Changed.", server.run("describe", "stream", "second").stdout, "the description")
    first = [line for line in server.events("tributary.streams") if "second" in json.dumps(line)][0]
    position = first.get("position") or first.get("Position")
    expect_in(
        "Changes and goes.", server.run("describe", "stream", "second", "--as-of", position).stdout, "as it was before")
    server.run("delete", "stream", "second")
    server.run("describe", "stream", "second", status=1)
    server.run("describe", "stream", "second", "--as-of", position)


def events(server, place):
    text = SECOND.replace("second", "counted")
    (place / "counted.yaml").write_text(text)
    server.run("apply", place / "counted.yaml")
    body = b"".join(b'{"number":%d,"at":"2026-01-01T00:00:00Z"}\n' % number for number in range(100))
    expect(server.ask("POST", "/api/v1/streams/counted/records", body, LINES).status, 200, "the status of publishing")
    blank = server.ask("POST", "/api/v1/streams/planes/records", b"\r\n{}\r\n\r\n\n{}\n\r\n", LINES)
    expect(json.loads(blank.content)["appended"], 2, "lines appended, where some are blank")
    everything = server.events("counted")
    expect(sorted(line["value"]["number"] for line in everything), list(range(100)), "all records")
    by_partition = {str(number): [line for line in everything if line["position"].startswith(f"counted/{number}@")]
                    for number in (0, 1)}
    expect_that(all(len(lines) > 5 for lines in by_partition.values()), "both partitions have records")
    for number, lines in by_partition.items():
        expect(server.events("counted", "--partition", number), lines, f"partition {number}")
        expect(server.events("counted", "--partition", number, "--from", "3"), lines[3:], "--from 3")
        expect(server.events("counted", "--partition", number, "--from=-2"), lines[-2:], "--from -2")
        expect(
            server.events("counted", "--partition", number, "--from", "1", "--limit", "2"), lines[1:3], "--limit 2")
    expect(len(server.events("counted", "--limit", "7")), 7, "--limit 7")
    follower = subprocess.Popen(
        [acceptance.BINARY, "events", "counted", "--follow", "--partition", "0", "--from=-1", "--server", server.address],
        stdout=subprocess.PIPE, text=True)
    try:
        expect(json.loads(follower.stdout.readline()), by_partition["0"][-1], "the first line that follows")
        server.ask("POST", "/api/v1/streams/counted/records", body, LINES)
        began = time.monotonic()
        later = json.loads(follower.stdout.readline())
        expect_that(later["value"]["number"] in range(100), f"what came: {later}")
        return f"a follower saw it after {time.monotonic() - began:.2f} s"
    finally:
        follower.send_signal(signal.SIGINT)
        follower.wait(60)


# The Kafka port, starting and stopping.


def http_at_kafka(server):
    for text in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"POST /topics HTTP/1.1\r\n", b"\x16\x03\x01\x02\x00\x01\x00"):
        with socket.create_connection(("127.0.0.1", server.kafka), 5) as connection:
            connection.settimeout(5)
            connection.sendall(text)
            try:
                said = connection.recv(1000)
                # One polite line for those who speak HTTP, and then the end.
                expect_that(not said or said.startswith(b"HTTP/1.1 400 "), f"the broker answered {said}")
                expect(said and connection.recv(1000), b"", "what the broker answered then")
            except ConnectionResetError:
                pass
    with socket.create_connection(("127.0.0.1", server.kafka), 5) as connection:
        connection.settimeout(5)
        before = resident(server)
        connection.sendall(b"\x7f\xff\xff\xff" + b"\0" * 100)
        try:
            expect(connection.recv(1000), b"", "what the broker answered to a length of two gigabytes")
        except ConnectionResetError:
            pass
        expect_that(resident(server) - before < 20, "the broker made room for two gigabytes")
    expect(server.ask("GET", "/health/live").status, 200, "whether it still lives")


def resident(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) / 1024


def start_and_idle(place):
    with Server(place / "idle") as server:
        server.start()
        first = server.seconds_to_start
        server.stop()
        server.start()
        again = server.seconds_to_start
        server.settle()
        megabytes = resident(server)
        server.stop()
    is_release = "release" in acceptance.BINARY
    if is_release:
        expect_that(megabytes < 100, f"it holds {megabytes:.0f} MiB")
    return f"ready after {first:.2f} s, again after {again:.2f} s; {megabytes:.0f} MiB{'' if is_release else ', a debug build'}"


def broker_limits(place):
    """At one tenth of what they are by themselves: each is in `status`, and those of connections and partitions hold."""
    tenth = {
        "connections": 100, "own-connections": 6, "memory": 25, "own-memory": 12, "request": 10, "request-seconds": 3,
        "idle-seconds": 60, "patience": 200, "descriptors": 600, "descriptor-reserve": 51, "partitions": 2_000,
        "groups": 1_000, "members": 2_000, "member-memory": 6, "offset-memory": 12}
    options = [part for name, value in tenth.items() for part in (f"--kafka-{name}", value)]
    with Server(place / "limits", options=options) as server:
        server.start()
        found = server.json("GET", "/api/v1/status")["broker"]
        most = {name: level["most"] for name, level in found.items() if isinstance(level, dict) and "most" in level}
        expect(most, {
            "connections": 100, "ownConnections": 6, "heldBytes": 25 << 20, "ownHeldBytes": 12 << 20, "descriptors": 600,
            "partitions": 2_000, "groups": 1_000, "members": 2_000, "memberBytes": 6 << 20, "offsetBytes": 12 << 20,
        }, "the limits in `status`")
        expect(found["settings"], {
            "requestBytes": 10 << 20, "requestSeconds": 3, "idleSeconds": 60, "patienceMilliseconds": 200,
            "descriptorReserve": 51}, "the settings in `status`")
        shown = server.run("status", status=0).stdout
        for words in ("own connections", "bytes held", str(25 << 20), "bytes of a request", str(10 << 20)):
            expect_in(words, shown, "what `status` prints")
        silent = [socket.create_connection(("127.0.0.1", server.kafka), 5) for _ in range(150)]
        now = server.json("GET", "/api/v1/status")["broker"]["connections"]["now"]
        expect_that(now <= 101, f"{now} connections are open, of 100")
        # One that was not begun and finished in three seconds ends.
        silent[-1].sendall(b"\0\0\0\x20")
        silent[-1].settimeout(60)
        expect(silent[-1].recv(1), b"", "what the broker says to an unfinished request")
        for connection in silent:
            connection.close()
        server.stop()
    for wrong in (("--kafka-memory", "0"), ("--kafka-request", "5000"), ("--kafka-patience", "-1")):
        run("broker", "--data", place / "none", *wrong, status=2)


def said_lines(place):
    """What the server says of itself is text or JSON, from a level on."""
    def said(name, *options):
        with Server(place / name, options=options) as server:
            server.start()
            with socket.create_connection(("127.0.0.1", server.http), 5) as stranger:
                stranger.sendall(b"nonsense\r\n\r\n")
                expect_in(b" 400 ", stranger.recv(100), "the answer to what is no HTTP")
            # What it says by the way it may say until its end.
            server.stop()
            return server.log.read_text().splitlines()

    notice = "HTTP refused 1 requests that are no HTTP"
    expect_that(any(line.endswith(notice) for line in said("text")), "nothing is said as text")
    objects = [json.loads(line) for line in said("json", "--log-format", "json") if line.startswith("{")]
    expect([each["level"] for each in objects if each["message"] == notice], ["info"], "the notice as JSON")
    for each in objects:
        expect(sorted(each), ["level", "message", "time"], "the members of a line")
    expect([line for line in said("quiet", "--log-level", "warning") if notice in line], [], "notices below the level")


def stop_under_load(server):
    is_over = threading.Event()
    sent = [0]

    def load(path, body):
        while not is_over.is_set():
            try:
                server.ask("POST" if body else "GET", path, body, LINES if body else {}, timeout=10)
                sent[0] += 1
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)

    body = b"".join(b'{"number":%d,"at":"2026-01-01T00:00:00Z"}\n' % number for number in range(200))
    threads = [threading.Thread(target=load, args=given, daemon=True) for given in [
        ("/api/v1/streams/counted/records", body), ("/api/v1/streams/counted/records", body), ("/api/v1/status", None),
        ("/api/v1/events/flights.scheduled?follow=true", None), ("/api/v1/events/planes", None)]]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 120
    while sent[0] < 200:
        expect_that(time.monotonic() < deadline, f"{sent[0]} requests were answered within two minutes")
        time.sleep(0.01)
    try:
        seconds = server.stop()
    finally:
        is_over.set()
    for thread in threads:
        thread.join(60)
    server.start()
    server.settle()
    server.verify()
    return f"{seconds:.2f} s, after {sent[0]} requests"


def main():
    chosen = arguments("The surface.")
    chance = random.Random(chosen.seed)
    checks = Checks()
    check = checks.check
    with folder(chosen.keep) as place, Server(place / "data") as server:
        demo_files(place / "demo")
        server.start()
        server.run("apply", acceptance.DEMO)
        check("the job until May", until_may, server, place)
        tree = check("every command is found", commands) or {}
        check("a prediction is the same through every door", a_prediction, server)
        inference.check(checks, server)
        check("problems of the job say what is wrong", problems_of_the_job, server)
        check("damage is named", damage, server)
        check("every form of an answer", forms, server, tree)
        check("every command answers in JSON", json_everywhere, server, place, tree)
        check("every option can stand in the environment", environment, server, tree)
        check("the beginning of an id will do", beginnings, server)
        check("lists have limits and filters", lists, server)
        check("names with numbers are in their order", order_of_names, server, place)
        check("what is printed as YAML can be applied", applied_again, server)
        check("what a version is pinned to is shown", pins, server, place)
        check("what will be refused is said at apply", notes, server, place)
        check("what is waited for is said", waits, server)
        check("status is short", short_status)
        for path in tree:
            # Deleting comes last, so that the other examples find what they name.
            if path != ("delete",):
                check(f"the example of `tributary {' '.join(path)}`", try_example, server, place, tree, path)
        check("the example of `tributary delete`", try_example, server, place, tree, ("delete",))
        check("exit codes", exit_codes, server, place)
        check("exit codes of problems", exit_codes_of_problems)
        check("addresses other than loopback are refused", other_addresses, place)
        check("foreign hosts are refused", hosts, server)
        check("foreign origins are refused", origins, server)
        check("other media types are refused", media_types, server)
        check("methods that a path does not take are refused", methods, server)
        check("problems say what is wrong", problems, server)
        check("a key takes effect once", idempotency, server, chance)
        check("a broken file names all its errors, and nothing is applied", broken_files, server, place)
        check("a stream is created, changed, looked up as it was, and deleted", changes, server, place)
        check("events from a place on, so many, of a partition, and as they come", events, server, place)
        check("HTTP at the Kafka port is refused", http_at_kafka, server)
        check("it starts, and starts again, and needs little memory", start_and_idle, place)
        check("the broker's limits are options, and hold at a tenth of their size", broker_limits, place)
        check("what the server says of itself has the form that was asked for", said_lines, place)
        check("it stops under load", stop_under_load, server)
    checks.end()


if __name__ == "__main__":
    main()
