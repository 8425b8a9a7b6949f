#!/usr/bin/env bash
# Installs what the tests need, and runs all of them.
#
#   Deploy/test.sh [--long] [--yes] [STEP…]
#
#   --long    kills server and publisher 20 times instead of 3
#   --yes     installs what is missing without asking
#   STEP      only these steps; --list names them
#
# SEED=N before it repeats what was random.
#
# Every step runs, whatever became of those before. The last line counts them; what failed is listed above it, with the
# command that repeats it. What a step printed is in .build/test-logs. What users run is run as an ordinary user without
# capabilities, in a copy of the files, even where this script is root's.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

kills=3 only=()
all=(packages release debug unit fuzz lint topics imports job kills predictions proof older hostile foreign full interop synced surface openapi files docs)
while [ $# -gt 0 ]; do
    case "$1" in
        --long) kills=20 ;;
        --yes) YES=yes ;;
        --list) printf '%s\n' "${all[@]}"; exit 0 ;;
        -h | --help) sed -n '2,14s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        -*) say "test.sh: there is no option $1; see --help"; exit 2 ;;
        *)
            [[ " ${all[*]} " == *" $1 "* ]] || { say "test.sh: there is no step $1; see --list"; exit 2; }
            only+=("$1")
            ;;
    esac
    shift
done

venv=.venv-tests
logs=$PWD/.build/test-logs
seed=${SEED:-$(($(date +%s) % 1000000))}
scratch=$(mktemp -d)
server=""
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$scratch"
}
trap finish EXIT
rm -rf "$logs"
mkdir -p "$logs"
passed=0 failed=()
export SWIFT_BACKTRACE=interactive=no

# wanted NAME: whether the step is to be run.
wanted() { [ ${#only[@]} = 0 ] || [[ " ${only[*]} " == *" $1 "* ]]; }

# why NAME: what the step NAME said of its failures, set apart with a bar, so that no line of it looks like the last one
# of this script.
why() { grep -aE '^FAILED|error:|✘|recorded an issue' "$logs/$1.log" | head -40 | sed 's/^/            | /' || true; }

# try NAME MINUTES "WHAT IT SHOWS" COMMAND…
try() {
    local name=$1 minutes=$2 what=$3 began seconds status=0
    shift 3
    wanted "$name" || return 0
    printf '%-11s %s … ' "$name" "$what"
    began=$(date +%s)
    timeout --kill-after=20 "${minutes}m" "$@" >"$logs/$name.log" 2>&1 </dev/null || status=$?
    seconds=$(($(date +%s) - began))
    if [ "$status" = 0 ]; then
        passed=$((passed + 1))
        say "passed, $seconds s"
        # What the scripts measured and counted is worth a look.
        sed -n 's/^passed  /            /p' "$logs/$name.log" | grep ': ' || true
    else
        failed+=("$name" "$name (exit $status after $seconds s): $*")
        say "FAILED, exit $status after $seconds s"
        why "$name"
        tail -25 "$logs/$name.log" | sed 's/^/            : /'
    fi
}

# Steps that are more than one command.

make_venv() {
    # Debian's own Python, because every user may run it.
    [ -x "$venv/bin/python" ] || PATH=/usr/bin:$PATH python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r Tests/Interop/requirements.txt
}

job() {
    Deploy/quickstart.sh --yes --once -o json --data "$scratch/job" --http 127.0.0.1:18080 --kafka-listen 127.0.0.1:19090
    mv outcome.json "$scratch/outcome.json"
    [ -e "$scratch/job/killed" ] || { say "the server was not killed in the middle"; return 1; }
    # A second run goes on from what is there.
    Deploy/quickstart.sh --yes --once --data "$scratch/job" --http 127.0.0.1:18080 --kafka-listen 127.0.0.1:19090 \
        | tee "$scratch/second"
    local done_before
    for done_before in "written before" "was trained before" "An earlier run did both"; do
        grep -q "$done_before" "$scratch/second" || { say "the second run did again what was done"; return 1; }
    done
}

interop() {
    "$TRIBUTARY" broker --data "$scratch/interop" --kafka-listen 127.0.0.1:19095 &
    local broker=$! status=0 tries
    for tries in $(seq 200); do
        (exec 3<>/dev/tcp/127.0.0.1/19095) 2>/dev/null && break
        sleep 0.05
    done
    "$venv/bin/python" Tests/Interop/interop.py 127.0.0.1:19095 || status=$?
    kill "$broker"
    wait "$broker" || { say "the broker ended with $?"; status=1; }
    return "$status"
}

# Product by product, because a build of all would also build what packages of others have beside what is used of them, such
# as a whole protoc.
debug() {
    local product
    for product in tributaryPackageTests tributary Bench OpenDoor TopicTool; do
        swift build --product "$product" --explicit-target-dependency-import-check error
    done
}
lint() { swift format lint --strict --recursive --parallel --configuration .swift-format Package.swift Sources Tests; }
topics() { "$(swift build --show-bin-path)/TopicTool" check; }
unit() {
    swift test --no-parallel --skip-build --disable-xctest --explicit-target-dependency-import-check error
}
# What is made at random out of what was trouble once: batches, dead letters, beginnings of YAML, requests. A minute in all.
fuzz() {
    say "seed $seed: SEED=$seed Deploy/test.sh fuzz has it again"
    TRIBUTARY_FUZZ_SEED=$seed TRIBUTARY_FUZZ_SECONDS=17 BROKER_FUZZ_SEED=$seed \
        swift test --no-parallel --skip-build --disable-xctest --explicit-target-dependency-import-check error \
        --filter 'at random|under random requests' | tee "$scratch/fuzz"
    # A fuzzer that nothing ran would find nothing.
    local what
    for what in Batches YAML "Dead letters"; do
        grep -q "^$what.* at random: seed $seed" "$scratch/fuzz" || { say "no $what were made"; return 1; }
    done
}
export -f say make_venv job interop debug lint topics unit fuzz
export venv scratch seed

# What stands before a command that a user would run: nothing where an ordinary user runs this script.
ordinary=()
become_ordinary() {
    [ "$(id -u)" = 0 ] && [ -x "$TRIBUTARY" ] || return 0
    local place=$scratch/repository
    mkdir "$place" "$scratch/bin"
    git ls-files -z | xargs -0 cp --parents -t "$place"
    cp "$TRIBUTARY" "$scratch/bin/tributary"
    [ ! -x "$OPENDOOR" ] || cp "$OPENDOOR" "$scratch/bin/OpenDoor"
    cp -a "$venv" "$scratch/venv"
    venv=$scratch/venv PYTHON=$scratch/venv/bin/python
    TRIBUTARY=$scratch/bin/tributary OPENDOOR=$scratch/bin/OpenDoor
    chmod 755 "$scratch"
    chown -R nobody:nogroup "$scratch"
    ordinary=(
        setpriv --reuid=nobody --regid=nogroup --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs
        env -C "$place" HOME="$scratch"
    )
}

say "seed $seed; what the steps print is in $logs"
wanted packages && {
    # Debian asks before it installs, so this is not hidden in a log.
    install_missing "${packages[@]}" kcat strace protobuf-compiler python3-venv
    need_swift
}
try packages 10 "what the tests need is there" bash -euo pipefail -c make_venv
export INTEROP_PYTHON=$PWD/$venv/bin/python PYTHON=$PWD/$venv/bin/python
try release 40 "the program is built for release" swift build -c release --product tributary
TRIBUTARY=${TRIBUTARY:-$(swift build -c release --show-bin-path)/tributary}
# The broker that lets everything in is of the tests, so it is built with them.
OPENDOOR=${OPENDOOR:-$(swift build --show-bin-path)/OpenDoor}
export TRIBUTARY OPENDOOR
try debug 40 "everything is built for debugging" bash -euo pipefail -c debug
try unit 20 "the tests of the modules" bash -euo pipefail -c unit
try fuzz 10 "bytes at random end nothing" bash -euo pipefail -c fuzz
try lint 5 "the code is formatted as it should be" bash -euo pipefail -c lint
try topics 5 "the topics keep what earlier releases said" bash -euo pipefail -c topics
try imports 5 "every import is declared, allowed and used" \
    python3 Tests/Acceptance/imports.py --index "$(swift build --show-bin-path)/index/store"
become_ordinary
try job 10 "the whole job of the demo, with a kill in the middle, and once more" "${ordinary[@]}" bash -euo pipefail -c job
try kills 30 "kills of server and publisher" "${ordinary[@]}" python3 Tests/Acceptance/kills.py --count "$kills" --seed "$seed"
try predictions 20 "features, predictions and their proof" \
    "${ordinary[@]}" "$venv/bin/python" Tests/Acceptance/predictions.py --kills "$kills" --seed "$seed"
try proof 15 "a changed byte and a dropped record are found" "${ordinary[@]}" python3 Tests/Acceptance/proof.py --seed "$seed"
try older 15 "what release 0.1.0 left behind goes on" \
    "${ordinary[@]}" "$venv/bin/python" Tests/Acceptance/older.py --seed "$seed"
try hostile 15 "hostile clients stop nothing" "${ordinary[@]}" "$venv/bin/python" Tests/Acceptance/hostile.py --seed "$seed"
try foreign 15 "what another's broker may hold stops nothing" \
    "${ordinary[@]}" "$venv/bin/python" Tests/Acceptance/foreign.py --seed "$seed"
try full 10 "a full disk is said, and loses nothing" "${ordinary[@]}" "$venv/bin/python" Tests/Acceptance/full.py --seed "$seed"
try interop 15 "the clients that people use" "${ordinary[@]}" bash -euo pipefail -c interop
try synced 5 "a sync stands before the acknowledgement" "${ordinary[@]}" python3 Tests/Acceptance/synced.py --seed "$seed"
try surface 10 "what users type and see" "${ordinary[@]}" "$venv/bin/python" Tests/Acceptance/surface.py --seed "$seed"
try openapi 5 "requests made from /openapi.json at random" \
    "${ordinary[@]}" "$venv/bin/python" Tests/Acceptance/openapi.py --seed "$seed"
try files 5 "files as people have them" "${ordinary[@]}" python3 Tests/Acceptance/files.py
try docs 10 "the commands in the documents" "${ordinary[@]}" python3 Tests/Acceptance/docs.py

[ ! -e "$scratch/outcome.json" ] || cp "$scratch/outcome.json" "$logs/"

if [ ${#failed[@]} -gt 0 ]; then
    say ""
    say "What failed, and how to see it again (with TRIBUTARY=$TRIBUTARY):"
    # Once more, because whoever sees the end of this output only should see it.
    for ((at = 0; at < ${#failed[@]}; at += 2)); do
        say "  ${failed[at + 1]}"
        why "${failed[at]}"
    done
fi
say ""
say "$passed passed, $((${#failed[@]} / 2)) failed"
[ ${#failed[@]} = 0 ]
