#!/usr/bin/env bash
# Started by test.sh, in most cases alone with the tests: an Engine, its image, then every check and test.
# Writes "<passed> <failed>" into the folder that test.sh made. Arguments are vitest's: then only the tests they name run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
. deploy/lib/common.sh
# shellcheck source=deploy/test-machine.sh
. deploy/test-machine.sh

work="$1"
shift
engine_pid=""
passed=0
failed=0

stop_engine() {
  [ -n "$engine_pid" ] || return 0
  kill "$engine_pid" 2>/dev/null || true
  wait "$engine_pid" 2>/dev/null || true
  engine_pid=""
}
trap stop_engine EXIT
trap 'exit 130' INT TERM

engine_answers() { have docker && docker version >/dev/null 2>&1; }

# An Engine of our own keeps its data and socket in the work folder and leaves the machine's own alone. It has no
# bridge, and would delete that of the machine's own: it is started only where the network is ours.
start_engine() {
  if [ -z "${RUNS_ALONE:-}" ] || ! have dockerd; then return; fi
  say "Starting a Docker Engine…"
  mkdir -p "$work/engine"
  dockerd --data-root "$work/engine/data" --exec-root "$work/engine/exec" --pidfile "$work/engine/docker.pid" \
    --host "unix://$work/engine/docker.sock" --bridge=none --iptables=false \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$(own_cgroup)" >"$work/dockerd.log" 2>&1 &
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

# count <name> <exit code> <file with its output>: one pass or failure; the output is shown when it failed.
count() {
  if [ "$2" = 0 ]; then
    passed=$((passed + 1))
    say "ok: $1"
  else
    failed=$((failed + 1))
    cat "$3"
    say "FAILED: $1"
    printf -- '- %s\n' "$1" >>"$work/failures"
  fi
}

# check <name> <command…>
check() {
  name="$1"
  shift
  status=0
  "$@" >"$work/check.log" 2>&1 || status=$?
  count "$name" "$status" "$work/check.log"
}

# A run that hangs must still end with a result; one beside other work may take a multiple of its time.
limited() {
  if have timeout; then timeout --kill-after=20 "$@"; else shift && "$@"; fi
}

# vitest_run <seconds> <vitest arguments…>: sets run_passed and run_failed; a run without a report is a failure.
vitest_run() {
  limit="$1"
  shift
  report="$work/report.json"
  rm -f "$report" "$work/failed-files" "$work/failed-tests" "$work/run-failures"
  status=0
  TMPDIR="$work/tmp" limited "$limit" "$NODE" node_modules/vitest/vitest.mjs run --reporter=default --reporter=json \
    --outputFile.json="$report" "$@" 2>&1 | tee -a "$work/tests.log" || status=$?
  counts="$("$NODE" deploy/count-tests.ts "$report" "$status" "$work")" || counts="0 1"
  run_passed=${counts%% *}
  run_failed=${counts##* }
}

# run_tests <seconds> <vitest arguments…>: adds what vitest counted. In CI the files in which a test failed run once more,
# after all others: a test fails that failed twice, and one that passed once is named at the end as unsteady.
run_tests() {
  vitest_run "$@"
  list="$work/failures"
  if [ "$run_failed" != 0 ] && [ "${CI:-}" = true ] && [ -s "$work/failed-files" ] &&
    [ "$(wc -l <"$work/failed-files")" -le 6 ]; then
    first_passed=$run_passed
    first_failed=$run_failed
    sort "$work/failed-tests" >"$work/first-tests"
    mv "$work/run-failures" "$work/first-failures"
    mapfile -t files <"$work/failed-files"
    say "Once more: ${files[*]}"
    vitest_run "$1" "${files[@]}"
    run_passed=$first_passed
    if [ -s "$report" ]; then
      run_failed="$(sort "$work/failed-tests" | comm -12 - "$work/first-tests" | wc -l)"
      run_passed=$((first_passed + first_failed - run_failed))
      if [ "$run_failed" = 0 ]; then list="$work/unsteady"; fi
    fi
    cat "$work/first-failures" >>"$work/run-failures"
  fi
  [ ! -f "$work/run-failures" ] || cat "$work/run-failures" >>"$list"
  passed=$((passed + run_passed))
  failed=$((failed + run_failed))
}

run_everything() {
  # The tests need the built page; types and lint need a core for half a minute that the tests leave idle anyway.
  check "web build" npm run --silent build
  npm run --silent types >"$work/types.log" 2>&1 &
  types_pid=$!
  npm run --silent lint >"$work/lint.log" 2>&1 &
  lint_pid=$!
  run_tests 10800 --project alone --project server --project web
  # A page with live data costs processor time as long as it is open: two at once are through sooner than three.
  run_tests 7200 --project browser --maxWorkers=2
  status=0
  wait "$types_pid" || status=$?
  count types "$status" "$work/types.log"
  status=0
  wait "$lint_pid" || status=$?
  count lint "$status" "$work/lint.log"
}

# Half of the start of a server is compiling what the one before has compiled.
export NODE_COMPILE_CACHE="$work/tmp/node-compile-cache"
if [ -n "${RUNS_ALONE:-}" ]; then
  settle_in
  mount_tmp
fi
start_engine
import_image
[ -z "$engine_pid" ] || engine_state | sort >"$work/engine-before"
if [ $# -gt 0 ]; then run_tests 10800 "$@"; else run_everything; fi
if [ -n "$engine_pid" ]; then
  engine_state | sort >"$work/engine-after"
  check "nothing is left in the Engine" diff "$work/engine-before" "$work/engine-after"
fi
stop_engine
[ -z "${RUNS_ALONE:-}" ] || check "nothing is left running" nothing_printed left_running
# From outside, the files of a mount cannot be seen.
[ ! -e "$work/tmp.img" ] || check "no temporary file is left" nothing_printed left_in_tmp
printf '%s %s\n' "$passed" "$failed" >"$work/counts"
