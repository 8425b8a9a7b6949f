"""Runs the commands in the documents, as a reader would type them.

    python3 Tests/Acceptance/docs.py [--binary PROGRAM]

Blocks that begin with ```sh are run, in order, from the root of the repository, with `tributary` on the PATH and one
fresh server for all of README.md and Docs: README.md first, then Docs/Tour.md, then the other pages. It listens at the default ports, 8080 and 9092; where one of them is taken,
at others, which are then put into the commands in their place. Blocks that begin with ```console show output, and are
not run; a ```python block is run with the Python of $PYTHON, which has Tests/Interop/requirements.txt.
"""

import os
import re
import shutil
import socket
import subprocess

import acceptance
from acceptance import ROOT, Checks, Server, arguments, expect_that, folder, free_port

FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
# The two commands: they build for minutes, and have steps of their own.
NOT_HERE = re.compile(r"Deploy/(quickstart|test)\.sh")
# It fills the server with what the other pages ask about.
TOUR = ROOT / "Docs" / "Tour.md"
PYTHON = os.environ.get("PYTHON", "python3")


def blocks(path):
    text = path.read_text()
    for match in FENCE.finditer(text):
        yield text.count("\n", 0, match.start()) + 2, match[2], re.sub(rf"^{match[1]}", "", match[3], flags=re.MULTILINE)


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def run_block(kind, text, server, place):
    if (server.http, server.kafka) != (8080, 9092):
        # The command line is told by the wrapper on the PATH; addresses that are spelled out are put right here.
        text = re.sub(r"\b8080\b", str(server.http), text)
        text = re.sub(r"\b9092\b", str(server.kafka), text)
    environment = {**os.environ, "PATH": f"{place / 'bin'}:{os.environ['PATH']}"}
    command = ["bash", "-euo", "pipefail", "-c", text] if kind == "sh" else [PYTHON, "-c", text]
    ran = subprocess.run(
        command, cwd=place / "repository", env=environment, capture_output=True, text=True, timeout=300,
        stdin=subprocess.DEVNULL)
    said = (ran.stdout[-500:] + ran.stderr[-500:]).strip()
    expect_that(ran.returncode == 0, f"exit {ran.returncode}: {text.strip()[:300]}\n    {said}")


def asking_commands():
    """The commands that ask a server, by the parser's own list."""
    listed = acceptance.run("--help").stdout.split("SUBCOMMANDS:\n")[1].split("\n\n")[0]
    names = re.findall(r"^  ([a-z]+)(?=\s|$)", listed, re.MULTILINE)
    return [name for name in names if name not in ("serve", "broker", "demo", "version")]


def put_on_path(server, place):
    """`tributary` as a reader has it; with other ports, told where the server is."""
    folder_of_programs = place / "bin"
    folder_of_programs.mkdir()
    wrapper = folder_of_programs / "tributary"
    lines = ["#!/usr/bin/env bash"]
    if server.http != 8080:
        lines += [
            'case "${1:-}" in',
            f"    {' | '.join(asking_commands())})",
            f'        exec "{acceptance.BINARY}" "$@" --server {server.address} ;;', "esac"]
    lines.append(f'exec "{acceptance.BINARY}" "$@"')
    wrapper.write_text("\n".join(lines) + "\n")
    wrapper.chmod(0o755)


def main():
    arguments("The commands in the documents.")
    paths = [ROOT / "README.md", TOUR, *(path for path in sorted((ROOT / "Docs").rglob("*.md")) if path != TOUR)]
    checks = Checks()
    with folder() as place:
        defaults = is_free(8080) and is_free(9092)
        server = Server(
            place / "data", http=8080 if defaults else free_port(18080, 18099),
            kafka=9092 if defaults else free_port(19090, 19099))
        put_on_path(server, place)
        # The commands may write where they stand, so they stand in a copy.
        repository = place / "repository"
        repository.mkdir()
        for name in ("Deploy", "Docs", "Topics", "README.md"):
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, repository / name)
            elif (ROOT / name).exists():
                shutil.copy(ROOT / name, repository / name)
        with server:
            server.start()
            count = 0
            for path in paths:
                for line, kind, text in blocks(path):
                    if kind not in ("sh", "python") or NOT_HERE.search(text):
                        continue
                    count += 1
                    checks.check(f"{path.relative_to(ROOT)}:{line}", run_block, kind, text, server, place)
            checks.check("there are commands in the documents", expect_that, count > 0, "no block is marked ```sh")
            checks.check("the server is as it should be at the end", lambda: (server.settle(), server.run("status")))
    checks.end()


if __name__ == "__main__":
    main()
