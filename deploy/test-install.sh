#!/usr/bin/env bash
# Installs the panel for real: on Debian 12 machines that are booted for it, with systemd and a network of their own.
# Not part of test.sh: it takes some ten minutes, 3 GB below CACHE, root, debootstrap and systemd-nspawn.
#   test-install.sh [lived-in] [bare] [conf-d] [rough]      all of them when none is named
# VERBOSE=1 shows what each step printed. CACHE keeps the Debian and the packages for the next time.
# The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
. deploy/lib/common.sh
# shellcheck source=deploy/testing/machine.sh
. deploy/testing/machine.sh
# shellcheck source=deploy/testing/scenarios.sh
. deploy/testing/scenarios.sh

[ "$(id -u)" = 0 ] || fail "Needs root."
for program in debootstrap systemd-nspawn nsenter git tar; do
  have "$program" || fail "Needs $program (Debian: apt-get install debootstrap systemd-container util-linux git tar)."
done
use_project_node
cache="${CACHE:-/var/cache/ai-desktop-test-install}"
work="$(mktemp -d "${TMPDIR:-/tmp}/aid-machines.XXXXXX")"
nspawn="" registry_pid="" machine="" out=""
passed=0
failed=0

clean_up() {
  if [ -n "$nspawn" ] && kill -0 "$nspawn" 2>/dev/null; then
    kill -KILL "$(pgrep -P "$nspawn" | head -n 1)" "$nspawn" 2>/dev/null || true
    wait "$nspawn" 2>/dev/null || true
  fi
  if [ -n "$registry_pid" ]; then kill "$registry_pid" 2>/dev/null || true; fi
  for root in "$work"/*/root; do umount -l "$root" 2>/dev/null || true; done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# check <what> <command…>: one pass or failure, with the output of the last step when it fails.
check() {
  what="$name: $1"
  shift
  if "$@"; then
    passed=$((passed + 1))
    say "ok      $what"
  else
    failed=$((failed + 1))
    say "FAILED  $what"
    printf '%s\n' "$out" | tail -n "${OUTPUT_LINES:-30}" | sed 's/^/        | /'
  fi
}
prints() { printf '%s\n' "$out" | grep -qF -- "$1"; }
lacks() { ! prints "$1"; }

# The source as it is here, changes included, as a commit of a clone that belongs to an ordinary user.
put_source() {
  git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do if [ -e "$file" ]; then printf '%s\0' "$file"; fi; done |
    tar --null -T - -c | tar -C "$machine/root/source" --no-same-owner -x
  source_git init -q
  commit_source first
}
# The clone is an ordinary user's by then, which git would refuse.
source_git() { git -c safe.directory='*' -C "$machine/root/source" "$@"; }
commit_source() {
  source_git add -A
  source_git -c user.name=test -c user.email=test@localhost commit -qm "$1" || fail "The source could not be committed."
}

start_registry() {
  mkdir -p "$work/registry"
  "$NODE" --use-system-ca deploy/testing/registry.ts "$work/registry/socket" "$cache/registry" "$(npm config get registry)" 2>"$work/registry.log" &
  registry_pid=$!
}

make_base
make_node18
start_registry
# From here on a step that fails is counted, and the next one is taken.
set +e
[ $# -gt 0 ] || set -- lived-in bare conf-d rough
for scenario in "$@"; do
  case "$scenario" in
    lived-in) test_lived_in ;;
    bare) test_bare ;;
    conf-d) test_conf_d ;;
    rough) test_rough ;;
    *) fail "There is no scenario $scenario." ;;
  esac
done
say "$passed passed, $failed failed"
[ "$failed" = 0 ]
