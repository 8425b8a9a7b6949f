# What the scripts share. Sourced, never run.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(librdkafka-dev librocksdb-dev libzstd-dev liblz4-dev libsnappy-dev libsimdjson-dev libxgboost-dev zlib1g-dev curl gzip python3)

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }

missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$package"
    done
}

# Installs Debian packages that are not there. Asks first, unless YES is set or it runs in CI.
install_missing() {
    local missing
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    say "These Debian packages are missing and will be installed: $missing"
    if [ -z "${YES:-}" ] && [ -z "${CI:-}" ]; then
        read -r -p "Go on? [y/N] " answer
        case "$answer" in y | Y | yes) ;; *) say "Nothing was installed."; exit 1 ;; esac
    fi
    local root=""
    [ "$(id -u)" = 0 ] || root=sudo
    $root apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq $missing >/dev/null
}

need_swift() {
    command -v swift >/dev/null || { say "Swift 6.3 is missing: https://www.swift.org/install"; exit 1; }
}
