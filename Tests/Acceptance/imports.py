"""Holds each Swift file's imports against the manifest, and against what the file uses.

    python3 Tests/Acceptance/imports.py [--index .build/debug/index/store]

The compiler lets a module import what its dependencies import. Here `import X` of a module of ours, or of a product of
another package, must be a dependency that Package.swift names for that target; a C library is wrapped by one module of
Sources; a module stands behind those that it is on; engine and proofs know no domain, domains know Ground, events and
kits, doors do not know each other, and nothing but the programs knows what stands behind the protocols of logs and stores.
With the index that a build for debugging leaves behind, an import of a module of ours must also be of use: something that
the file speaks of is declared there, or has a type that is.
"""

import argparse
import ctypes
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


def folder_of(target):
    """`Data` of a target in Sources/Data/Streams; the name of the folder itself where it stands alone."""
    parts = pathlib.PurePath(target["path"]).parts
    return parts[1] if parts[0] == "Sources" else parts[0]


DOMAINS = {"Data", "Models", "Operations"}
BENEATH_DOMAINS = {"Ground", "Events", "Kits"}
# What stands behind a protocol of Ground: whoever runs the platform chooses it, and nobody else knows it.
CHOSEN = {"KafkaLog", "RocksStore", "Segments", "Broker"}

# What doors are made of.
KITS_OF_DOORS = {"HTTP", "Resources"}


def storeys(targets):
    """Which of our modules may know which: what the manifest must not say."""
    folders = {target["name"]: folder_of(target) for target in targets}
    order = [target["name"] for target in targets]
    wrong = []
    for target in targets:
        name, here = target["name"], folders[target["name"]]
        for other in sorted(dependencies(target) & set(folders)):
            there = folders[other]
            if target["type"] != "test" and order.index(other) > order.index(name):
                wrong.append(f"Package.swift: {name} stands before {other}, which it is on")
            # XGBoost's wrapper stands with the one that trains by it.
            if here in DOMAINS and there not in BENEATH_DOMAINS and other != "CXGBoost":
                wrong.append(f"Package.swift: {name} is a domain's, and must not know {other}")
            if name in ("Engine", "Proof") and (there in DOMAINS | {"Interfaces", "Broker"} or other == "Records"):
                wrong.append(f"Package.swift: {name} must not know {other}, which is a domain's")
            if here == there == "Interfaces" and other not in KITS_OF_DOORS:
                wrong.append(f"Package.swift: {name} must not know {other}: doors do not know each other")
            if name == "HTTP" and (there in DOMAINS or other in ("Platform", "Proof", "Records")):
                wrong.append(f"Package.swift: {name} must not know {other}: what doors share knows the engine only")
            if other in CHOSEN and here not in {"Programs", "Tests", "Broker"}:
                wrong.append(f"Package.swift: {name} must not know {other}: programs choose it")
    return wrong


# Frames of the archive are of no codec of Kafka's.
TWICE = {"CZstd": {"Archive", "Codecs"}}


def wrappers(targets):
    """Each C library, and the modules of Sources that wrap it."""
    libraries = {target["name"] for target in targets
                 if target["type"] == "system" or not any((ROOT / target["path"]).rglob("*.swift"))}
    found = {library: set() for library in libraries}
    for target in targets:
        if target["path"].startswith("Sources/"):
            for library in dependencies(target) & libraries:
                found[library].add(target["name"])
    return found


class Text(ctypes.Structure):
    """A string of the index, which is the index's own."""
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t)]

    def __str__(self):
        return ctypes.string_at(self.data, self.length).decode() if self.data else ""


class Index:
    """What the compiler wrote down about each file: `used` gives the names of all that it speaks of, as the compiler
    mangles them."""

    def __init__(self, path):
        said = subprocess.run(["swift", "-print-target-info"], check=True, capture_output=True, text=True).stdout
        runtime = pathlib.Path(json.loads(said)["paths"]["runtimeResourcePath"])
        self.library = ctypes.CDLL(str(runtime.parent / "libIndexStore.so"))
        pointer, each = ctypes.c_void_p, ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)
        named = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, Text)
        create = self.function("store_create", pointer, ctypes.c_char_p, pointer)
        units = self.function("store_units_apply_f", ctypes.c_bool, pointer, ctypes.c_uint, pointer, named)
        unit = self.function("unit_reader_create", pointer, pointer, ctypes.c_char_p, pointer)
        main_file = self.function("unit_reader_get_main_file", Text, pointer)
        parts = self.function("unit_reader_dependencies_apply_f", ctypes.c_bool, pointer, pointer, each)
        kind = self.function("unit_dependency_get_kind", ctypes.c_int, pointer)
        name = self.function("unit_dependency_get_name", Text, pointer)
        record = self.function("record_reader_create", pointer, pointer, ctypes.c_char_p, pointer)
        symbols = self.function("record_reader_symbols_apply_f", ctypes.c_bool, pointer, ctypes.c_bool, pointer, each)
        mangled = self.function("symbol_get_usr", Text, pointer)
        store = create(str(path).encode(), None)
        if not store:
            sys.exit(f"{path} is no index")
        self.used = {}

        def of_symbol(_, symbol):
            names.add(str(mangled(symbol)))
            return True

        def of_part(_, part):
            is_record = kind(part) == 2
            reader = is_record and record(store, str(name(part)).encode(), None)
            if reader:
                symbols(reader, True, None, each(of_symbol))
            return True

        found = []
        units(store, 0, None, named(lambda _, text: found.append(str(text)) or True))
        for text in found:
            reader = unit(store, text.encode(), None)
            path = reader and str(main_file(reader))
            if path and path.startswith(str(ROOT)):
                names = self.used.setdefault(path, set())
                parts(reader, None, each(of_part))

    def function(self, name, result, *arguments):
        function = getattr(self.library, f"indexstore_{name}")
        function.restype, function.argtypes = result, list(arguments)
        return function

    def uses(self, path, module):
        """Whether something that a file speaks of is declared in a module, or has a type of it."""
        named = re.compile(rf"(?<!\d){len(module)}{module}")
        return any(named.search(name) for name in self.used[str(path)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--index", type=pathlib.Path)
    arguments = parser.parse_args()
    targets = manifest()["targets"]
    index = Index(arguments.index) if arguments.index else None
    ours = {target["name"] for target in targets if target["type"] != "system"}
    wraps = wrappers(targets)
    wrong, files, unknown = storeys(targets), 0, set()
    for library, names in sorted(wraps.items()):
        if len(names) != 1 and names != TWICE.get(library):
            wrong.append(f"Package.swift: {library} is wrapped by {sorted(names)}, and should be by one module")
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
                if index and str(path) not in index.used:
                    unknown.add(path.relative_to(ROOT))
                elif index and name in ours and name not in wraps and not index.uses(path, name):
                    wrong.append(f"{place}: nothing of {name} is used")
    for path in sorted(unknown):
        wrong.append(f"{path}: the index does not know it. Build everything for debugging first")
    for line in wrong:
        print(line)
    print(f"{files} files of {len(targets)} targets: {len(wrong)} imports that should not be there")
    sys.exit(1 if wrong or not files else 0)


if __name__ == "__main__":
    main()
