# shellcheck shell=bash
# Where an installation keeps what, and how its services are started and stopped. Sourced after common.sh.
# shellcheck disable=SC2034 # some are for the scripts that source it
# ROOT is empty on a server; a test sets it to a folder that stands for the whole file system.

ROOT="${ROOT:-}"
APP="$ROOT/opt/ai-desktop"            # releases/<time>, and current, a link to one of them
STATE_HOME="$ROOT/var/lib/ai-desktop" # home of the service user
STATE="$STATE_HOME/data"
ETC="$ROOT/etc/ai-desktop"
BACKUPS="$ROOT/var/backups/ai-desktop"
SETTINGS="$ETC/env"
SERVICE_USER=ai-desktop
RELEASES_KEPT=3

# Whether this is a server with systemd and a service user, not a folder that stands for one.
is_real() { [ -z "$ROOT" ]; }
has_systemd() { is_real && [ -d /run/systemd/system ]; }

# as_service <command…>: as the service user, with an environment of its own and nothing of the caller's.
as_service() {
  set -- env -i PATH="$APP/current/node_modules/.bin:/usr/local/bin:/usr/bin:/bin" HOME="$STATE_HOME" LANG=C.UTF-8 \
    PM2_HOME="$STATE_HOME/.pm2" AI_DESKTOP_ENV="$SETTINGS" PM2_DISABLE_VERSION_CHECK=true "$@"
  if is_real; then (cd "$STATE_HOME" && runuser -u "$SERVICE_USER" -- "$@"); else (cd "$STATE_HOME" && "$@"); fi
}

pm2() { as_service "$APP/current/node_modules/.bin/node" "$APP/current/node_modules/pm2/bin/pm2" "$@"; }

# Which of the two starts the services here: pm2 or systemd.
supervisor() { cat "$ETC/supervisor" 2>/dev/null || printf pm2; }

# Ports of realtime servers beside the first, as words.
more_ports() { AI_DESKTOP_ENV="$SETTINGS" setting WS_MORE_PORTS '' | tr -c '0-9' ' '; }
unit_names() {
  printf 'ai-desktop@web ai-desktop@api ai-desktop@realtime'
  for port in $(more_ports); do printf ' ai-desktop@realtime-%s' "$port"; done
}

# Each release has its own folder, and PM2 remembers the one an app was started from: hence delete and start.
start_services() {
  if [ "$(supervisor)" = systemd ]; then
    # shellcheck disable=SC2046 # a list of words
    systemctl start $(unit_names)
  else
    pm2 start "$APP/current/deploy/ecosystem.config.cjs" --env production --silent >/dev/null
    pm2 save --force --silent >/dev/null
  fi
}

stop_services() {
  if [ "$(supervisor)" = systemd ]; then
    systemctl stop 'ai-desktop@*'
  elif [ -e "$APP/current" ]; then
    pm2 delete '/^ai-desktop-(frontend|backend|websocket)(-[0-9]+)?$/' --silent >/dev/null 2>&1 || true
  fi
}

# The addresses of the three on loopback, by the settings of the installation.
installed_url() {
  printf 'http://127.0.0.1:%s' "$(AI_DESKTOP_ENV="$SETTINGS" setting "$1" "$2")"
}

# Waits up to HEALTH_LIMIT seconds until all three answer, then lets smoke.ts have the last word.
wait_healthy() {
  limit="${HEALTH_LIMIT:-60}"
  while [ "$limit" -gt 0 ]; do
    if answers "$(installed_url API_PORT 3006)/health" && answers "$(installed_url WS_PORT 3007)/health" &&
      answers "$(installed_url WEB_PORT 3005)/"; then break; fi
    sleep 1
    limit=$((limit - 1))
  done
  "$NODE" "$APP/current/deploy/smoke.ts" --web "$(installed_url WEB_PORT 3005)" \
    --api "$(installed_url API_PORT 3006)" --realtime "$(installed_url WS_PORT 3007)" \
    --token-file "$(AI_DESKTOP_ENV="$SETTINGS" setting EMIT_TOKEN_FILE "$STATE/emit-token")"
}

# Whether two releases have the same web app: it is made of these alone.
same_web() {
  [ -e "$1/web/dist/index.html" ] || return 1
  for part in web shared package.json package-lock.json tsconfig.json; do
    diff -rq --exclude dist --exclude '*.test.ts' "$1/$part" "$2/$part" >/dev/null 2>&1 || return 1
  done
}

# copy_source <source> <folder>: what is committed; where there is no commit to be read, all but what was made there.
copy_source() {
  mkdir -p "$2"
  if [ -e "$1/.git" ] && have git && project_git "$1" rev-parse HEAD >/dev/null; then
    project_git "$1" archive HEAD
  else
    tar -C "$1" --exclude ./node_modules --exclude ./.toolchain --exclude ./web/dist --exclude ./.data --exclude './.env*' --exclude ./.git -c .
  fi | tar -C "$2" --no-same-owner --no-same-permissions -x
}

# link_packages <from> <to>: the packages of the same lock file, under a second name where both are on one disk.
link_packages() {
  cmp -s "$1/package-lock.json" "$2/package-lock.json" && [ -d "$1/node_modules" ] || return 1
  cp -al "$(readlink -f "$1")/node_modules" "$2/node_modules" 2>/dev/null && return
  rm -rf "$2/node_modules"
  cp -a "$(readlink -f "$1")/node_modules" "$2/node_modules"
}

# build_in <folder>: its packages, and its web app where it has none yet. The packages may lie ready in
# AI_DESKTOP_PACKAGES, for a server without a registry. Of them stays what the servers need.
build_in() {
  cd "$1" || exit 1
  require_supported_machine
  if [ -n "${AI_DESKTOP_PACKAGES:-}" ] && ! { link_packages "$AI_DESKTOP_PACKAGES" . && has_packages; }; then
    warn "Note: AI_DESKTOP_PACKAGES does not hold what package-lock.json names; the packages are fetched."
  fi
  if ! has_packages; then
    bring_toolchain "$APP/toolchain"
    install_all
  fi
  if [ ! -e web/dist/index.html ]; then
    node_modules/.bin/node --run build -- --logLevel warn || fail "The web app could not be built."
  fi
  node_modules/.bin/node deploy/packages.ts prune || fail "What only the build needs could not be left out."
}

# own_release <folder>: nobody but root can change what runs with the panel's rights, and the panel can read it.
own_release() {
  if [ "$(id -u)" = 0 ]; then chown -hR root:root "$1"; fi
  chmod -R u+rwX,go=rX,ug-s "$1"
  outside="$(find "$1" -type l -exec readlink -f {} + | awk -v inside="$(readlink -f "$1")/" 'index($0, inside) != 1' | head -n 3)"
  [ -z "$outside" ] || fail "The source has links to what lies elsewhere: $outside"
}

# make_release <source>: a copy of the source with its packages and the built web app, beside the others.
# Sets RELEASE. What is half done has another name, so that a broken run leaves no release.
# Releases are never written to, so what did not change is shared with the one in use.
make_release() {
  RELEASE="$APP/releases/$(date -u +%Y%m%dT%H%M%SZ)"
  draft="$RELEASE.part"
  build="$RELEASE.build.part"
  rm -rf "$APP"/releases/*.part
  copy_source "$1" "$draft" || fail "The source cannot be copied."
  if same_web "$APP/current" "$draft"; then cp -al "$(readlink -f "$APP/current")/web/dist" "$draft/web/dist" || true; fi
  link_packages "$APP/current" "$draft" || true
  # A build of its own folder: with all packages, of which a release keeps what the servers need.
  if [ ! -e "$draft/web/dist/index.html" ] || [ ! -e "$draft/node_modules/.bin/node" ]; then
    copy_source "$1" "$build"
    if [ -e "$draft/web/dist/index.html" ]; then cp -al "$draft/web/dist" "$build/web/dist"; fi
    (build_in "$build") || { rm -rf "$draft" "$build" && fail "The release could not be built."; }
    for part in node_modules web/dist; do
      [ -e "$draft/$part" ] || mv "$build/$part" "$draft/$part"
    done
    rm -rf "$build"
  fi
  own_release "$draft"
  lacking="$(cd "$draft" && node_modules/.bin/node deploy/packages.ts missing --servers 2>&1)" || fail "The release is not whole: $lacking"
  mv "$draft" "$RELEASE"
}

# Points current at a release in one step.
switch_to() {
  ln -sfn "$1" "$APP/current.next"
  mv -T "$APP/current.next" "$APP/current"
}

# Keeps the newest releases, and always the one in use.
drop_old_releases() {
  in_use="$(readlink -f "$APP/current")"
  printf "%s\n" "$APP"/releases/* | sort -r | tail -n +$((RELEASES_KEPT + 1)) | while read -r release; do
    [ "$(readlink -f "$release")" = "$in_use" ] || rm -rf "$release"
  done
}
