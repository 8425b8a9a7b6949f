"""Holds each Swift file's imports against the manifest.

    python3 Tests/Acceptance/imports.py

The compiler lets a module import what its dependencies import. Here `import X` of a module of ours, or of a product of
another package, must be a dependency that Package.swift names for that target; and a C library is
imported by the one module that wraps it.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias|actor)\s+)?([A-Za-z_]\w*)", re.MULTILINE)
# What comes with the toolchain.
TOOLCHAIN = {
    "Swift", "Glibc", "Foundation", "FoundationEssentials", "Synchronization", "Testing", "Dispatch", "XCTest",
    "Observation", "RegexBuilder", "PackageDescription",
}


def manifest():
    environment = {key: value for key, value in os.environ.items() if key != "ONLY"}
    with tempfile.TemporaryDirectory() as scratch:
        # A scratch folder of its own, so that a build under way is not waited for.
        said = subprocess.run(
            ["swift", "package", "--scratch-path", scratch, "dump-package"], cwd=ROOT, env=environment, check=True,
            capture_output=True, text=True).stdout
    return json.loads(said)


def dependencies(target):
    names = set()
    for dependency in target["dependencies"]:
        for kind in ("byName", "product", "target"):
            if kind in dependency:
                names.add(dependency[kind][0])
    return names


def main():
    targets = manifest()["targets"]
    wrong, files = [], 0
    for target in targets:
        folder = ROOT / target["path"]
        if not folder.is_dir():
            wrong.append(f"Package.swift: {target['name']} has no folder {target['path']}")
            continue
        allowed = dependencies(target) | TOOLCHAIN
        for path in sorted(folder.rglob("*.swift")):
            files += 1
            # Code that is written by code stands in a text of several lines.
            text = re.sub(r'""".*?"""', lambda found: "\n" * found[0].count("\n"), path.read_text(), flags=re.DOTALL)
            for match in IMPORT.finditer(text):
                name = match[1]
                line = text.count("\n", 0, match.start(1)) + 1
                place = f"{path.relative_to(ROOT)}:{line}"
                if name not in allowed:
                    wrong.append(f"{place}: {target['name']} imports {name}, which Package.swift does not name for it")
                if name in C_LIBRARIES and target["name"].removesuffix("Tests") != C_LIBRARIES[name]:
                    wrong.append(f"{place}: only {C_LIBRARIES[name]} imports {name}")
    for line in wrong:
        print(line)
    print(f"{files} files of {len(targets)} targets: {len(wrong)} imports that are not declared")
    sys.exit(1 if wrong or not files else 0)


# Each C library, and the one module that wraps it; that module's own tests may look at the library too.
C_LIBRARIES = {
    "CBytes": "Bytes", "CRdKafka": "KafkaLog", "CRocksDB": "RocksStore", "CSimdJSON": "JSON", "CWorkers": "Workers"}

if __name__ == "__main__":
    main()
