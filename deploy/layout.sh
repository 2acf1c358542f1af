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

# make_release <source>: a copy of the source with its packages and the built web app, beside the others.
# Sets RELEASE. What is half done has another name, so that a broken run leaves no release.
make_release() {
  RELEASE="$APP/releases/$(date -u +%Y%m%dT%H%M%SZ)"
  draft="$RELEASE.part"
  rm -rf "$APP"/releases/*.part
  mkdir -p "$draft"
  if [ -d "$1/.git" ] && have git && git -C "$1" rev-parse HEAD >/dev/null 2>&1; then
    git -C "$1" archive HEAD | tar -C "$draft" -x
  else
    tar -C "$1" --exclude ./node_modules --exclude ./.data --exclude ./.env --exclude ./.git -c . | tar -C "$draft" -x
  fi
  # Releases are never written to: the packages of the one in use may be shared when they are the same, and so may those
  # that lie ready in AI_DESKTOP_PACKAGES, for a server without a package registry.
  for ready in "$APP/current" "${AI_DESKTOP_PACKAGES:-}"; do
    if [ -d "$ready/node_modules" ] && [ ! -d "$draft/node_modules" ] && cmp -s "$ready/package-lock.json" "$draft/package-lock.json"; then
      cp -al "$(readlink -f "$ready")/node_modules" "$draft/node_modules" 2>/dev/null || rm -rf "$draft/node_modules"
    fi
  done
  (
    cd "$draft"
    [ -d node_modules ] || npm ci --ignore-scripts --omit=dev --prefer-offline --no-audit --no-fund --loglevel=error
    if same_web "$APP/current" "$draft"; then
      cp -al "$(readlink -f "$APP/current")/web/dist" web/dist
    else
      PATH="$draft/node_modules/.bin:$PATH" npm run --silent build -- --logLevel warn
    fi
  ) || { rm -rf "$draft" && fail "The release could not be built."; }
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
