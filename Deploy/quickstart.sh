#!/usr/bin/env bash
# Builds Tributary and runs the demo: a year of flights in, and the proof that the state is what the log says.
#
#   Deploy/quickstart.sh [--yes] [--once] [--data DIR] [--http HOST:PORT] [--kafka-listen HOST:PORT] [--kafka BROKERS]
#                        [--fresh] [--no-kill] [-o json]
#
#   --yes           install what is missing without asking
#   --once          stop the server at the end, check the outcome and exit
#   --data DIR      everything that is kept (default .tributary)
#   --fresh         remove DIR first
#   --no-kill       leave out the kill -9 in the middle
#   -o json         also write outcome.json
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

once="" fresh="" kill_once=yes output="" data=.tributary http=127.0.0.1:8080 kafka_listen=127.0.0.1:9092 kafka=""
while [ $# -gt 0 ]; do
    case "$1" in
        --yes) YES=yes ;;
        --once) once=yes ;;
        --fresh) fresh=yes ;;
        --no-kill) kill_once="" ;;
        --data) data=$2; shift ;;
        --http) http=$2; shift ;;
        --kafka-listen) kafka_listen=$2; shift ;;
        --kafka) kafka=$2; shift ;;
        -o) output=$2; shift ;;
        -h | --help) sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) say "quickstart.sh: there is no option $1; see --help"; exit 2 ;;
    esac
    shift
done

step "What is needed"
need_swift
install_missing "${packages[@]}"
say "Swift and the libraries are there."

step "Building (the first time takes a few minutes)"
swift build -c release --product tributary
bin=$(swift build -c release --show-bin-path)/tributary
tributary() { "$bin" "$@" ; }
at=(--server "$http")

[ -z "$fresh" ] || rm -rf "$data"
mkdir -p "$data"
began=$(date +%s.%N)
since() { python3 -c "import sys; print(round(float(sys.argv[2]) - float(sys.argv[1]), 2))" "$1" "$(date +%s.%N)"; }

server=""
start_server() {
    if curl -fs -o /dev/null "http://$http/health/live"; then
        say "Something answers at http://$http already. Stop it, or choose another --http."
        exit 1
    fi
    local place=(--kafka-listen "$kafka_listen")
    [ -z "$kafka" ] || place=(--kafka "$kafka")
    "$bin" serve --data "$data" --http "$http" "${place[@]}" >>"$data/server.log" 2>&1 &
    server=$!
    echo "$server" >"$data/server.pid"
    local tries
    for tries in $(seq 600); do
        curl -fs -o /dev/null "http://$http/health/ready" && return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.05
    done
    say "The server did not start. The end of $data/server.log:"
    tail -5 "$data/server.log"
    exit 1
}
stop_server() {
    [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" || true; }
    server=""
}
finish() { [ -n "$once" ] && stop_server; return 0; }
trap finish EXIT

step "The server"
start_server
say "http://$http, log in $data/server.log"

step "The records of the year"
demo=$data/demo
mkdir -p "$demo"
for packed in Deploy/Demo/data/*.csv.gz; do
    table=$demo/$(basename "$packed" .gz)
    [ -e "$table" ] || { gzip -dc "$packed" >"$table.part" && mv "$table.part" "$table"; }
done
if [ -e "$demo/planes.jsonl" ]; then say "written before"; else tributary demo --from "$demo" --into "$demo"; fi

step "The streams"
tributary apply "${at[@]}" Deploy/Demo

step "The year goes in"
publishing=$(date +%s.%N)
publish() { tributary publish "${at[@]}" "$1" --file "$demo/$1.jsonl"; }
publish planes
publish weather.observed
if [ -n "$kill_once" ] && [ -z "$kafka" ] && [ ! -e "$data/killed" ]; then
    say "flights.scheduled, with a kill -9 of the server in the middle:"
    publish flights.scheduled &
    publisher=$!
    sleep 0.4
    kill -9 "$server"
    wait "$server" 2>/dev/null || true
    touch "$data/killed"
    start_server
    wait "$publisher" || publish flights.scheduled
fi
publish flights.scheduled
publish flights.arrived
tributary wait "${at[@]}" --settled
seconds_publish=$(since "$publishing")

step "The proof"
proving=$(date +%s.%N)
tributary audit verify "${at[@]}"
tributary audit verify "${at[@]}" -o json >"$data/verify.json"
seconds_verify=$(since "$proving")

step "What came out"
for stream in flights.scheduled flights.arrived weather.observed planes; do
    tributary describe stream "${at[@]}" "$stream" -o json >"$data/$stream.json"
done
python3 - "$data" "$seconds_publish" "$seconds_verify" "$(since "$began")" "$output" "$http" <<'PYTHON'
import json, sys

data, publish, verify, total, output, http = sys.argv[1:]
streams = {name: json.load(open(f"{data}/{name}.json"))["status"] for name in
           ["flights.scheduled", "flights.arrived", "weather.observed", "planes"]}
arrived = streams["flights.arrived"]["values"]
proof = json.load(open(f"{data}/verify.json"))["projections"]
outcome = {
    "rows": {
        "scheduled": streams["flights.scheduled"]["records"],
        "landed": arrived.get("status=landed", 0),
        "cancelled": arrived.get("status=cancelled", 0),
        "diverted": arrived.get("status=diverted", 0),
        "weather": streams["weather.observed"]["records"],
        "planes": streams["planes"]["records"],
        "refused": sum(sum(status["refused"].values()) for status in streams.values()),
    },
    "verify": {"projections": proof},
    "seconds": {"publish": float(publish), "verify": float(verify), "total": float(total)},
}
describe = "tributary describe stream"
rows = [
    ("departures scheduled", outcome["rows"]["scheduled"], f"{describe} flights.scheduled"),
    ("landed", outcome["rows"]["landed"], f"{describe} flights.arrived"),
    ("cancelled", outcome["rows"]["cancelled"], f"{describe} flights.arrived"),
    ("diverted", outcome["rows"]["diverted"], f"{describe} flights.arrived"),
    ("weather observations", outcome["rows"]["weather"], f"{describe} weather.observed"),
    ("aircraft", outcome["rows"]["planes"], f"{describe} planes"),
    ("records refused", outcome["rows"]["refused"], "tributary events tributary.deadletters"),
    ("partitions proven", sum(p["finding"] == "equal" for p in proof), "tributary audit verify"),
    ("seconds to publish", publish, ""),
    ("seconds to prove", verify, ""),
    ("seconds in all", total, ""),
]
for name, value, command in rows:
    print(f"{name:24}{value!s:>10}   {command}")
if output == "json":
    json.dump(outcome, open("outcome.json", "w"), indent=2)
    print("\noutcome.json was written.")
expected = {"scheduled": 111279, "landed": 109079, "cancelled": 1863, "diverted": 337, "weather": 8706, "planes": 3322, "refused": 0}
wrong = {name: (outcome["rows"][name], value) for name, value in expected.items() if outcome["rows"][name] != value}
unproven = [p["projection"] for p in proof if p["finding"] != "equal"]
if wrong or unproven:
    print(f"\nNot as it should be: {wrong} {unproven}")
    sys.exit(1)
print("\nEvery figure is as it should be.")
PYTHON

if [ -z "$once" ]; then
    say ""
    say "The server goes on: http://$http/api/v1/status (pid $server; stop it with: kill $server)"
    say "Kafka for any client: ${kafka:-$kafka_listen}"
    say "The command line: $bin status"
    trap - EXIT
fi
