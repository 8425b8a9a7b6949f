#!/usr/bin/env bash
# Builds Tributary and runs the whole job of the demo: a year of flights in, a model trained, promoted and served, every
# departure from April on predicted, each prediction computed again, and the proof that the state is what the log says.
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
#
# With $TRIBUTARY that program is used, and nothing is built. A second run goes on from what is there: what was published,
# sealed, trained and promoted is looked up, and not done again.
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
        -h | --help) sed -n '2,17s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) say "quickstart.sh: there is no option $1; see --help"; exit 2 ;;
    esac
    shift
done

bin=${TRIBUTARY:-}
step "What is needed"
[ -n "$bin" ] || need_swift
install_missing "${packages[@]}"
say "Everything that is needed is there."
if [ -z "$bin" ]; then
    step "Building (the first time takes a few minutes)"
    swift build -c release --product tributary
    bin=$(swift build -c release --show-bin-path)/tributary
fi

# A command of the program, asked of this server and shown as a reader would type it.
ask() { "$bin" "$@" --server "$http"; }
show() { say "\$ tributary $*"; ask "$@"; }
outcome() { python3 Deploy/outcome.py "$@"; }

[ -z "$fresh" ] || rm -rf "$data"
demo=$data/demo figures=$data/figures
mkdir -p "$demo" "$figures"
began=$(date +%s.%N)
: >"$figures/seconds"
# timed NAME COMMAND…: notes how many seconds the command took.
timed() {
    local name=$1 start
    start=$(date +%s.%N)
    shift
    "$@"
    echo "$name $start $(date +%s.%N)" >>"$figures/seconds"
}

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
timed start start_server
say "http://$http, log in $data/server.log"

step "The records of the year"
write_records() {
    local packed table
    for packed in Deploy/Demo/data/*.csv.gz; do
        table=$demo/$(basename "$packed" .gz)
        [ -e "$table" ] || { gzip -dc "$packed" >"$table.part" && mv "$table.part" "$table"; }
    done
    # The planes are written last.
    if [ -e "$demo/planes.jsonl" ]; then say "written before"; else "$bin" demo --from "$demo" --into "$demo"; fi
}
timed records write_records

step "Streams, feature views, dataset, model and endpoint"
show apply Deploy/Demo

step "The year goes in"
publish() { ask publish "$1" --file "$demo/$1.jsonl" --complete-until 2014-02-01T00:00:00Z; }
publish_year() {
    publish planes
    publish weather.observed
    if [ -n "$kill_once" ] && [ -z "$kafka" ] && [ ! -e "$data/killed" ]; then
        say "flights.scheduled, with a kill -9 of the server in the middle:"
        publish flights.scheduled &
        local publisher=$!
        sleep 0.4
        kill -9 "$server"
        wait "$server" 2>/dev/null || true
        touch "$data/killed"
        start_server
        wait "$publisher" || publish flights.scheduled
    fi
    publish flights.scheduled
    publish flights.arrived
}
timed publish publish_year
timed fold ask wait --settled

step "What was known of a carrier at an instant"
show features get carrier_punctuality carrier=B6 --at 2013-07-05T18:00:00-04:00

step "The first quarter is sealed"
# seal VERSION FROM TO: looks first, because to seal an equal span again makes all of its rows again to compare them.
seal() {
    if ask describe dataset "late_arrivals@$1" -o json 2>/dev/null | outcome is-span "$2" "$3"; then
        show dataset verify "late_arrivals@$1"
    else
        show dataset seal late_arrivals --from "$2" --to "$3"
    fi
}
timed seal seal 1 2013-01-01T00:00:00-05:00 2013-03-30T00:00:00-04:00

step "A model of it"
model=late-arrival
# The version at production, or else the newest; nothing where there is none.
version=$(ask describe model $model -o json | outcome version)
if [ -n "$version" ]; then
    say "$model@$version was trained before: tributary describe version $model@$version"
    echo "train 0 0" >>"$figures/seconds"
else
    timed train show train $model --dataset late_arrivals@1
    version=$(ask describe model $model -o json | outcome version)
fi

step "Promotion needs somebody else's approval"
if ! ask describe version "$model@$version" -o json | outcome is-approved; then
    if show model promote "$model@$version" --stage production --actor ada; then
        say "It was promoted without an approval."
        exit 1
    fi
    show model approve "$model@$version" --actor grace --reason "better than the baseline"
fi
show model promote "$model@$version" --stage production --actor ada
show model history $model
ask model history $model -o json >"$figures/history.json"
ask describe version "$model@$version" -o json >"$figures/version.json"

step "Every departure from April on is predicted; April, which the model has not seen, is sealed meanwhile"
timed seal_april seal 2 2013-04-01T00:00:00-04:00 2013-05-01T00:00:00-04:00
timed predict outcome answered "$http" $model "$demo/flights.scheduled.jsonl"
ask wait --settled
show describe endpoint $model
show model evaluate "$model@$version" --dataset late_arrivals@2
ask model evaluate "$model@$version" --dataset late_arrivals@2 -o json >"$figures/april.json"

step "One prediction by hand, and where it comes from"
request=(carrier=B6 destination=LAX tailnum=N804JB origin=JFK distance=2475 scheduled=2013-07-05T18:00:00-04:00)
show predict $model "${request[@]}" | tee "$figures/predicted"
prediction=$(sed -n 's/^id  *\([^ ]*\).*/\1/p' "$figures/predicted")
timed explain show explain "$prediction" --execute

step "Every prediction is computed again; they are counted, and the state is proven, meanwhile"
reexecute() { ask explain --endpoint $model --execute -o json >"$figures/explain.part" && mv "$figures/explain.part" "$figures/explain.json"; }
count() { outcome predictions "$http" $model -o json >"$figures/predictions.part" && mv "$figures/predictions.part" "$figures/predictions.json"; }
verify() { ask audit verify -o json >"$figures/verify.json"; }
reexecution=""
if [ -e "$figures/explain.json" ] && [ -e "$figures/predictions.json" ]; then
    say "An earlier run did both. To do it once more: tributary explain --endpoint $model --execute,"
    say "and python3 Deploy/outcome.py predictions $http $model"
else
    timed reexecute reexecute &
    reexecution=$!
    timed count count
fi
outcome shown <"$figures/predictions.json"
timed verify verify
outcome findings <"$figures/verify.json"
[ -z "$reexecution" ] || wait "$reexecution"
outcome differences <"$figures/explain.json"

step "What came out"
for stream in flights.scheduled flights.arrived weather.observed planes; do
    ask describe stream "$stream" -o json >"$figures/$stream.json"
done
ask describe dataset late_arrivals@1 -o json >"$figures/dataset.json"
ask get alert -o json >"$figures/alerts.json"
echo "total $began $(date +%s.%N)" >>"$figures/seconds"
result=0
outcome table "$figures" "$http" ${output:+"$output"} || result=$?

if [ -z "$once" ]; then
    elsewhere=""
    [ "$http" = 127.0.0.1:8080 ] || elsewhere=" --server $http"
    say ""
    say "The server goes on (pid $server; stop it with: kill $server)"
    say "HTTP              http://$http/api/v1/status, http://$http/api/v1/endpoints/$model, http://$http/v2/models/$model"
    say "Kafka             ${kafka:-$kafka_listen}, for any client"
    say "The command line  $bin status$elsewhere"
    trap - EXIT
fi
exit "$result"
