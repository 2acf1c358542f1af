#!/usr/bin/env bash
# Upgrades an installation to the source of this script (after git pull): backup, new release beside the old one, rehearsal on
# a copy of the state, switch, health check. Rolls back by itself if the new release is not healthy.
#   upgrade.sh
set -euo pipefail
umask 022
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source_dir="$PWD"
# shellcheck source=deploy/lib/common.sh
. deploy/lib/common.sh
# shellcheck source=deploy/lib/layout.sh
. deploy/lib/layout.sh
# shellcheck source=deploy/lib/toolchain.sh
. deploy/lib/toolchain.sh
# shellcheck source=deploy/lib/settings.sh
. deploy/lib/settings.sh
# shellcheck source=deploy/lib/services.sh
. deploy/lib/services.sh
# shellcheck source=deploy/lib/helper.sh
. deploy/lib/helper.sh
# shellcheck source=deploy/lib/host.sh
. deploy/lib/host.sh
# shellcheck source=deploy/lib/site.sh
. deploy/lib/site.sh

# shellcheck disable=SC2034 # the site keeps its certificate
cert="" key=""

[ -e "$APP/current" ] || fail "There is no installation in $APP; create one with deploy/vps-install.sh."
{ ! is_real || [ "$(id -u)" = 0 ]; } || fail "Needs root."
state_mount="$(cannot_be_moved "$STATE")"
[ -z "$state_mount" ] ||
  fail "$state_mount is a mount point, and a way back has to rename it. Mount a folder above $STATE instead."
keep_going "$@"
old="$(readlink -f "$APP/current")"
NODE="$old/node_modules/.bin/node"

say "Backing up the state…"
mkdir -p "$BACKUPS"
backup="$BACKUPS/before-upgrade-$(date -u +%Y%m%dT%H%M%SZ).tar.gz"
"$old/deploy/backup.sh" --data-dir "$STATE" "$backup"

check_space "$APP" 1024
say "Building the release…"
make_release "$source_dir"
source_revision "$source_dir" >"$RELEASE/REVISION"

api_pid="" rehearsal=""
end_rehearsal() {
  if [ -n "$api_pid" ]; then
    kill "$api_pid" 2>/dev/null || true
    wait "$api_pid" 2>/dev/null || true
    api_pid=""
  fi
  if [ -n "$rehearsal" ]; then rm -rf "$rehearsal"; fi
}
# Also when the script is interrupted: the copy has the secrets of the state.
at_exit end_rehearsal

# The new API migrates a copy of the state and must then respond, while the old one still runs.
rehearse() {
  rehearsal="$(mktemp -d "${TMPDIR:-/tmp}/aid.XXXXXX")"
  chmod 700 "$rehearsal"
  "$NODE" "$old/deploy/state-copy.ts" "$STATE" "$rehearsal/data" || return 1
  port="$("$NODE" -e 'const server = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); })')"
  env -i PATH="$RELEASE/node_modules/.bin:/usr/bin:/bin" HOME="$rehearsal" NODE_ENV=production PORT="$port" LOG_LEVEL=warn \
    DATA_DIR="$rehearsal/data" FILE_MANAGER_ROOT="$rehearsal" PM2_HOME="$rehearsal/pm2" DOCKER_HOST=unix:///nonexistent \
    WS_SERVER_URL=http://127.0.0.1:9 LOG_STORE_MAX_BYTES=0 ALERTS_PAUSED=true "$RELEASE/node_modules/.bin/node" "$RELEASE/api/main.ts" >"$rehearsal/log" 2>&1 8>&- &
  api_pid=$!
  answered=1
  deadline=$((SECONDS + 600))
  # The migration of a large state takes a while.
  until [ "$SECONDS" -gt "$deadline" ]; do
    if [ "$(panel_at "http://127.0.0.1:$port/health")" = runs ]; then answered=0 && break; fi
    kill -0 "$api_pid" 2>/dev/null || break
    sleep 0.5
  done
  if [ "$answered" != 0 ]; then tail -n 20 "$rehearsal/log"; fi
  end_rehearsal
  return "$answered"
}
say "Rehearsing on a copy of the state…"
if ! rehearse; then
  rm -rf "$RELEASE"
  fail "The new release does not work with the current state; nothing was changed."
fi

# Updates the nginx site to that of the new release, if there is a site. The installer does so itself, with its options.
renew_site() {
  if [ -z "$(site_places)" ] || [ -n "${AI_DESKTOP_KEEP_SITE:-}" ]; then return 0; fi
  (write_site) || return 1
  ! is_real || check_site
}

cannot_interrupt
say "Switching…"
kept_files="$(mktemp -d "${TMPDIR:-/tmp}/aid.XXXXXX")"
# shellcheck disable=SC2016 # expanded when it runs
at_exit 'rm -rf "$kept_files"'
# shellcheck disable=SC2046 # a list of words
keep_copies "$kept_files" $(host_files)
stop_services
switch_to "$RELEASE"
NODE="$RELEASE/node_modules/.bin/node"
# Every error after this point rolls back to the old release and its state.
if write_units && write_helper && start_services && wait_healthy && renew_site; then
  drop_old_releases
  keep_newest "$BACKUPS_KEPT" "$BACKUPS"/before-upgrade-*.tar.gz
  printf '%s' "$source_dir" >"$ETC/source"
  say "Upgraded to $(basename "$RELEASE"). The previous state is in $backup"
  exit 0
fi

warn "The new release is not healthy: rolling back to $(basename "$old")."
# From here on, no error keeps the old release from being started.
set +e
stop_services
switch_to "$old"
NODE="$old/node_modules/.bin/node"
# shellcheck disable=SC2046 # a list of words
rm -f $(host_files)
put_back "$kept_files"
if has_systemd; then systemctl daemon-reload; fi
# The helper runs the code of the current release, too.
stop_helper
start_helper
if [ -n "$(site_places)" ] && is_real; then reload_nginx; fi
restored=""
"$old/deploy/restore.sh" --data-dir "$STATE" "$backup" && restored=1
start_services
# A short limit for the new release must not make the rollback fail.
if [ "${HEALTH_LIMIT:-60}" -lt 60 ]; then HEALTH_LIMIT=60; fi
wait_healthy || fail "The old release is not healthy either; the previous state is in $backup"
rm -rf "$RELEASE"
[ -n "$restored" ] ||
  fail "Rolled back to $(basename "$old"), but the state could not be restored: it is as the new release left it, and as before in $backup (ai-desktop stop, then ai-desktop restore)."
fail "Rolled back to $(basename "$old"); the panel runs as before. All users must log in again."
