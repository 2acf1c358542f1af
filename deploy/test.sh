#!/usr/bin/env bash
# Sets up what the tests need and runs them all: types, lint, web build, unit, integration and browser tests.
# The last line is "N passed, N failed". With CI=true nothing may be left out.
# Arguments are vitest's: `deploy/test.sh realtime/fanout` runs only these tests, set up in the same way.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
. deploy/lib/common.sh
# shellcheck source=deploy/test-machine.sh
. deploy/test-machine.sh
# shellcheck source=deploy/lib/toolchain.sh
. deploy/lib/toolchain.sh

PACKAGES="docker.io docker-compose docker-registry busybox-static chromium-headless-shell git nginx libnginx-mod-nchan redis-server strace iptables iproute2 openssl procps shellcheck curl e2fsprogs lsof logrotate systemd acl attr python3-socketio python3-websocket python3-aiohttp python3-requests"
CI="${CI:-}"
[ "$CI" = true ] && export REQUIRE_ALL=1

work="$(mktemp -d "${TMPDIR:-/tmp}/aid.XXXXXX")"
alone_pid=""
policy_made=""

clean_up() {
  [ -n "$policy_made" ] && rm -f /usr/sbin/policy-rc.d
  # All that runs in the namespaces ends with their first process.
  if [ -n "$alone_pid" ]; then
    kill -KILL "$alone_pid" 2>/dev/null || true
    wait "$alone_pid" 2>/dev/null || true
  fi
  remove_cgroup
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

if [ -r /etc/debian_version ] && [ "$(id -u)" = 0 ]; then install_debian_packages; fi
install_packages
# shellcheck disable=SC2119
bring_toolchain
if [ -n "$NODE_PACKAGE" ]; then
  # Fetched now, since the tests reach no registry: what they unpack to stand for other hosts.
  npm cache add --prefer-offline --loglevel=error "$NODE_PACKAGE@18.20.8" "$NODE_PACKAGE@20.19.6" "$NODE_PACKAGE@22.23.3" npm@9.2.0 "npm@$NPM_VERSION" || fail "npm could not fetch what the tests need."
fi
export NODE
mkdir -p "$work/tmp" "$work/home"
# Some tests run programs as other users, who have to reach their files.
chmod 711 "$work" "$work/tmp"

machine_state "$work/before"
status=0
if can_run_alone; then
  export RUNS_ALONE=1
  # Of the home folder only npm's settings and downloads are used.
  export npm_config_userconfig="${npm_config_userconfig:-$HOME/.npmrc}" npm_config_cache="${npm_config_cache:-$HOME/.npm}"
  export npm_config_logs_max=0
  HOME="$work/home" run_alone bash deploy/test-run.sh "$work" "$@" || status=$?
else
  bash deploy/test-run.sh "$work" "$@" || status=$?
fi
read -r passed failed 2>/dev/null <"$work/counts" || { passed=0 && failed=1; }
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi

remove_cgroup
machine_state "$work/after"
left="$(diff -r "$work/before" "$work/after" || true)$(left_behind)"
if [ -z "$left" ]; then
  passed=$((passed + 1))
  say "ok: the machine is as it was"
else
  failed=$((failed + 1))
  printf '%s\n' "$left"
  say "FAILED: the machine is as it was"
fi
if grep -qs '^left out' "$work/tests.log"; then
  say "Left out on this machine:"
  grep -h '^left out' "$work/tests.log" | sort -u
fi
# Last of all, so that the end of a long output names them.
if [ -s "$work/unsteady" ]; then
  say "Passed at the second try only:"
  cat "$work/unsteady"
fi
if [ -s "$work/failures" ]; then
  say "Failed:"
  cat "$work/failures"
fi
say "$passed passed, $failed failed"
[ "$failed" = 0 ]
