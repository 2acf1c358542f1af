#!/usr/bin/env bash
# Sets up what the tests need and runs them all: types, lint, web build, unit, integration and browser tests.
# The last line is "N passed, N failed". With CI=true nothing may be left out.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/common.sh
. deploy/common.sh

PACKAGES="docker.io docker-compose docker-registry busybox-static chromium git nginx libnginx-mod-nchan redis-server strace iptables openssl procps shellcheck curl lsof logrotate systemd"
CI="${CI:-}"
[ "$CI" = true ] && export REQUIRE_ALL=1

work="$(mktemp -d "${TMPDIR:-/tmp}/aid.XXXXXX")"
engine_pid=""
policy_made=""
passed=0
failed=0

clean_up() {
  [ -n "$policy_made" ] && rm -f /usr/sbin/policy-rc.d
  if [ -n "$engine_pid" ]; then
    kill "$engine_pid" 2>/dev/null || true
    wait "$engine_pid" 2>/dev/null || true
  fi
  # Mounts of an Engine that did not end cleanly would keep the folder.
  if [ -r /proc/self/mounts ]; then
    awk -v below="$work/" 'index($2, below) == 1 { print $2 }' /proc/self/mounts | sort -r |
      while read -r mount; do umount -l "$mount" 2>/dev/null || true; done
  fi
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

install_debian_packages() {
  missing=""
  for package in $PACKAGES; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
  done
  [ -z "$missing" ] && return
  say "Installing$missing…"
  # The tests start what they need on ports of their own: nothing is to start by being installed.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    policy_made=1
  fi
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # a list of words
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >"$work/apt.log" 2>&1 ||
    { cat "$work/apt.log" && fail "apt-get could not install$missing."; }
  if [ -n "$policy_made" ]; then
    rm -f /usr/sbin/policy-rc.d
    policy_made=""
  fi
}

engine_answers() { have docker && docker version >/dev/null 2>&1; }

# An Engine of our own keeps its data and socket in the work folder and leaves the machine's own alone.
start_engine() {
  engine_answers && return
  if [ "$(id -u)" != 0 ] || ! have dockerd; then return; fi
  say "Starting a Docker Engine…"
  mkdir -p "$work/engine"
  dockerd --data-root "$work/engine/data" --exec-root "$work/engine/exec" --pidfile "$work/engine/docker.pid" \
    --host "unix://$work/engine/docker.sock" --bridge=none --iptables=false >"$work/dockerd.log" 2>&1 &
  engine_pid=$!
  export DOCKER_HOST="unix://$work/engine/docker.sock"
  for _ in $(seq 150); do
    engine_answers && return
    kill -0 "$engine_pid" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 20 "$work/dockerd.log"
  warn "The Docker Engine did not start."
}

# No image is pulled where busybox is at hand: a folder with its links is an image already.
import_image() {
  engine_answers || return 0
  docker image inspect busybox:local >/dev/null 2>&1 && return
  busybox="$(command -v busybox || true)"
  if [ "$(uname)" = Linux ] && [ -n "$busybox" ]; then
    mkdir -p "$work/image/bin" "$work/image/tmp" "$work/image/etc"
    cp "$busybox" "$work/image/bin/busybox"
    for applet in $("$busybox" --list); do
      [ "$applet" = busybox ] || ln -sf busybox "$work/image/bin/$applet"
    done
    printf 'root:x:0:0:root:/:/bin/sh\n' >"$work/image/etc/passwd"
    tar -C "$work/image" -c . | docker import -c 'CMD ["/bin/sh"]' - busybox:local >/dev/null
  else
    { docker pull -q busybox:stable && docker tag busybox:stable busybox:local; } >/dev/null 2>&1 ||
      warn "The image busybox:local could not be made."
  fi
}

# check <name> <command…>: one pass or failure; its output is shown when it fails.
check() {
  name="$1"
  shift
  if "$@" >"$work/check.log" 2>&1; then
    passed=$((passed + 1))
    say "ok: $name"
  else
    failed=$((failed + 1))
    cat "$work/check.log"
    say "FAILED: $name"
  fi
}

# A run that hangs must still end with a result.
limited() {
  if have timeout; then timeout --kill-after=20 "$@"; else shift && "$@"; fi
}

# run_tests <seconds> <vitest arguments…>: adds what vitest counted; a run without a report is a failure.
run_tests() {
  limit="$1"
  shift
  report="$work/report.json"
  rm -f "$report"
  status=0
  TMPDIR="$work/tmp" limited "$limit" "$NODE" node_modules/vitest/vitest.mjs run --reporter=default --reporter=json \
    --outputFile.json="$report" "$@" 2>&1 | tee -a "$work/tests.log" || status=$?
  counts="$("$NODE" deploy/count-tests.ts "$report" "$status")" || counts="0 1"
  passed=$((passed + ${counts%% *}))
  failed=$((failed + ${counts##* }))
}

if [ -r /etc/debian_version ] && [ "$(id -u)" = 0 ]; then install_debian_packages; fi
install_packages
start_engine
import_image
mkdir -p "$work/tmp"

check "types" npm run --silent types
check "lint" npm run --silent lint
check "web build" npm run --silent build
run_tests 1500 --project server --project web
run_tests 600 --project browser

if grep -q '^left out' "$work/tests.log"; then
  say "Left out on this machine:"
  grep -h '^left out' "$work/tests.log" | sort -u
fi
say "$passed passed, $failed failed"
[ "$failed" = 0 ]
