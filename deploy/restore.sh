#!/usr/bin/env bash
# Restores the state from an archive of backup.sh. The panel must be stopped. The current state is kept beside it.
#   restore.sh [--data-dir DIR] FILE.tar.gz
# All users must log in again, so that a session revoked since the backup does not become valid again.
set -euo pipefail
umask 077
started_in="$PWD"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
. deploy/lib/common.sh
# shellcheck source=deploy/lib/layout.sh
. deploy/lib/layout.sh
act_on_installation restore.sh "$started_in" "$@"

data_dir="$(setting DATA_DIR .data)"
archive=""
while [ $# -gt 0 ]; do
  case "$1" in
    --data-dir) data_dir="${2:?--data-dir needs a folder}" && shift 2 ;;
    -*) fail "Unknown option: $1" ;;
    *) archive="$1" && shift ;;
  esac
done
[ -n "$archive" ] || fail "Usage: restore.sh [--data-dir DIR] FILE.tar.gz"
case "$archive" in /*) ;; *) archive="$started_in/$archive" ;; esac
[ -f "$archive" ] || fail "There is no file $archive."
use_project_node
# The address at which the API listens.
api="$("$NODE" -p 'const { localServiceUrl, loopbackAddress } = require("./shared/server/loopback.ts");
  localServiceUrl(process.argv[1] || loopbackAddress(), process.argv[2])' "$(setting HOST '')" "$(setting API_PORT 3006)")"
if [ "$(panel_at "$api/health")" != stopped ]; then
  if [ "${AI_DESKTOP_ENV:-}" = "$SETTINGS" ]; then fail "Stop the panel first: ai-desktop stop"; fi
  fail "Stop the panel first."
fi

state_mount="$(cannot_be_moved "$data_dir")"
[ -z "$state_mount" ] || fail "$state_mount is a mount point, which cannot be renamed. Mount a folder above $data_dir instead; nothing was changed."

mkdir -p "$(dirname "$data_dir")"
work="$(mktemp -d "$(dirname "$data_dir")/.restore.XXXXXX")"
trap 'rm -rf "$work"' EXIT
# Accepts only files and folders below state/: a manipulated archive must not write elsewhere. The lists are written to files:
# in a pipe, grep -q would end tar with an error as soon as it finds a match.
tar -tPzf "$archive" >"$work/names" || fail "This is no archive made by backup.sh."
tar -tPvzf "$archive" >"$work/kinds" || fail "This is no archive made by backup.sh."
if grep -qvE '^state(/|$)' "$work/names" || grep -qE '(^|/)\.\.(/|$)' "$work/names" || grep -qv '^[d-]' "$work/kinds"; then
  fail "This is no archive made by backup.sh."
fi
tar -C "$work" --no-same-owner -xzf "$archive"
"$NODE" deploy/state-check.ts "$work/state" || fail "The archive cannot be used; nothing was changed."
chmod 700 "$work/state"
find "$work/state" -type d -exec chmod 700 {} + -o -type f -exec chmod 600 {} +

# take_back <path in the previous state>: moves it into the restored one.
take_back() {
  if [ ! -e "$kept/$1" ]; then return; fi
  rm -rf "${data_dir:?}/$1"
  mv "$kept/$1" "$data_dir/$1" || warn "Note: $kept/$1 could not be moved to $data_dir; it stays there."
}

# What is done from here on is finished.
trap '' HUP INT TERM
kept=""
if [ -e "$data_dir" ]; then
  kept="$data_dir.before-$(date -u +%Y%m%dT%H%M%SZ)"
  if [ "$(id -u)" = 0 ] && [ "$(uname)" = Linux ]; then chown -R --reference="$data_dir" "$work/state"; fi
  mv "$data_dir" "$kept"
elif is_real && [ "$data_dir" = "$STATE" ] && [ "$(id -u)" = 0 ]; then
  chown -R "$SERVICE_USER:$SERVICE_USER" "$work/state"
fi
if [ -e "$data_dir" ]; then fail "A program has made $data_dir again meanwhile. The previous state is in $kept, and nothing is lost."; fi
if ! mv "$work/state" "$data_dir"; then
  if [ -n "$kept" ]; then mv "$kept" "$data_dir"; fi
  fail "The state could not be put in place; nothing was changed."
fi
if [ -n "$kept" ]; then
  # Stacks are kept: their containers mount files beside the compose files, which the archive does not contain.
  if [ -d "$kept/stacks" ]; then take_back stacks; fi
  # The histories of logs, metrics and actions are not in the archive and are kept.
  for name in history.db activity.db; do
    for end in "" -wal -shm; do take_back "$name$end"; done
  done
  if [ -d "$kept/log-store" ]; then take_back log-store; fi
  say "The previous state is in $kept"
fi
# Previous states contain secrets, so only the newest are kept.
keep_newest "$BACKUPS_KEPT" "$data_dir".before-*
say "Users, passwords, passkeys and API keys are those of the backup. Repeat revocations made since then."
say "Restored $data_dir"
