# shellcheck shell=bash
# shellcheck disable=SC2046,SC2119,SC2120,SC2154 # lists of words; options of smoke; what site.sh sets
# Starts, stops and checks the services of an installation. Sourced after layout.sh.

units="$ROOT/etc/systemd/system"
command_file="$ROOT/usr/local/bin/ai-desktop"
logrotate_file="$ROOT/etc/logrotate.d/ai-desktop"

# as_service <command…>: runs a command as the service user, with its own environment and nothing of the caller's.
as_service() {
  set -- env -i PATH="$APP/current/node_modules/.bin:$APP/npm:/usr/local/bin:/usr/bin:/bin" HOME="$STATE_HOME" LANG=C.UTF-8 \
    PM2_HOME="$STATE_HOME/.pm2" AI_DESKTOP_ENV="$SETTINGS" PM2_DISABLE_VERSION_CHECK=true "$@"
  if is_real && [ "$(id -un)" != "$SERVICE_USER" ]; then
    (cd "$STATE_HOME" && runuser -u "$SERVICE_USER" -- "$@" 8>&-)
  else
    (cd "$STATE_HOME" && "$@" 8>&-)
  fi
}

pm2() { as_service "$APP/current/node_modules/.bin/node" "$APP/current/node_modules/pm2/bin/pm2" "$@"; }

# Prints the supervisor of this installation: pm2 or systemd.
supervisor() { cat "$ETC/supervisor" 2>/dev/null || printf pm2; }

# Prints the ports of further realtime servers, as words.
more_ports() { stored WS_MORE_PORTS '' | tr -c '0-9' ' '; }
unit_names() {
  printf 'ai-desktop@web ai-desktop@api ai-desktop@realtime'
  for port in $(more_ports); do printf ' ai-desktop@realtime-%s' "$port"; done
}

# pm2_daemon: prints the process id of the panel's PM2 if it is running. The pid file belongs to the service user, who must not
# be able to name another user's process.
pm2_daemon() {
  daemon="$(cat "$STATE_HOME/.pm2/pm2.pid" 2>/dev/null || true)"
  case "$daemon" in '' | *[!0-9]*) return 1 ;; esac
  [ "$(stat -c %u "/proc/$daemon" 2>/dev/null)" = "$(stat -c %u "$STATE_HOME")" ] || return 1
  tr '\0' ' ' <"/proc/$daemon/cmdline" 2>/dev/null | grep 'God Daemon' >/dev/null || return 1
  printf '%s' "$daemon"
}

# Starts the services with the supervisor of the installation. Records their release and settings, see services_current.
start_services() {
  if [ "$(supervisor)" = systemd ]; then
    systemctl start $(unit_names) || return 1
  elif [ ! -e "$APP/current/deploy/systemd/pm2" ]; then
    # An upgrade was rolled back to a release without this file.
    pm2 start "$APP/current/deploy/ecosystem.config.cjs" --env production --silent >/dev/null && pm2 save --force --silent >/dev/null || return 1
  elif has_systemd; then
    systemctl start ai-desktop-pm2 || return 1
  else
    as_service "$APP/current/deploy/systemd/pm2" || return 1
  fi
  what_runs >"$ETC/running"
}

# Stops both supervisors, since either can run after an interrupted switch or in an old installation. Other apps in the panel's
# PM2 are saved, and started again with it.
stop_services() {
  rm -f "$ETC/running"
  if pm2_daemon >/dev/null && [ -x "$APP/current/node_modules/.bin/node" ]; then pm2 save --silent >/dev/null 2>&1 || true; fi
  if has_systemd; then
    for unit in 'ai-desktop@*' ai-desktop-pm2; do systemctl stop "$unit" >/dev/null 2>&1 || true; done
    systemctl reset-failed 'ai-desktop@*' ai-desktop-pm2 >/dev/null 2>&1 || true
  fi
  # A daemon outside the unit. It waits until its apps have ended.
  if daemon="$(pm2_daemon)"; then
    kill -TERM "$daemon" 2>/dev/null || true
    for _ in $(seq 300); do
      kill -0 "$daemon" 2>/dev/null || break
      sleep 0.1
    done
    if kill -0 "$daemon" 2>/dev/null; then kill -KILL "$daemon" 2>/dev/null || true; fi
  fi
}

# Prints a checksum of everything that a start depends on.
what_runs() {
  { readlink "$APP/current" && supervisor && cat "$SETTINGS" "$units/ai-desktop@.service" "$units/ai-desktop-pm2.service"; } 2>/dev/null | sha256sum
}

# Whether the services run with the current release, settings and units.
services_current() {
  [ "$(what_runs)" = "$(cat "$ETC/running" 2>/dev/null)" ] || return 1
  # Responses can be slow on a busy machine.
  for _ in $(seq 10); do
    if [ "$(installed_panel)" = runs ]; then return 0; fi
    sleep 1
  done
  return 1
}

# installed_url <port variable> <default>: prints the loopback URL of a service.
installed_url() { printf 'http://127.0.0.1:%s' "$(stored "$1" "$2")"; }

# Prints what all three services together are: see panel_at.
installed_panel() {
  panel_at "$(installed_url API_PORT 3006)/health" "$(installed_url WS_PORT 3007)/health" "$(installed_url WEB_PORT 3005)/"
}

# Whether all three run. One that is slow to answer is looked at again.
is_running() {
  for _ in 1 2 3; do
    found="$(installed_panel)"
    if [ "$found" != unclear ]; then break; fi
    sleep 1
  done
  [ "$found" = runs ]
}

# smoke [option…]: runs smoke.ts of the current release for the three services, with further options.
smoke() {
  "$NODE" "$APP/current/deploy/smoke.ts" --web "$(installed_url WEB_PORT 3005)" \
    --api "$(installed_url API_PORT 3006)" --realtime "$(installed_url WS_PORT 3007)" \
    --token-file "$(stored EMIT_TOKEN_FILE "$STATE/emit-token")" "$@"
}

# Looks up to HEALTH_LIMIT times, 1.5 s apart, until all parts are healthy, then prints the state of each. A part that started
# last can appear as down to another for some seconds.
wait_healthy() {
  looks="${HEALTH_LIMIT:-60}"
  if grep -q 'tries:' "$APP/current/deploy/smoke.ts"; then
    smoke --tries "$looks"
    return
  fi
  # An upgrade was rolled back to a release whose program looks once.
  until found="$(smoke)"; do
    looks=$((looks - 1))
    if [ "$looks" -le 0 ]; then break; fi
    sleep 1
  done
  say "$found"
  [ "$looks" -gt 0 ]
}

# Prints the files that an upgrade writes outside of the release and the state.
host_files() { printf '%s\n' "$units"/ai-desktop*.service "$units"/ai-desktop-helper.socket "$logrotate_file" "$command_file" "$site" $(site_places); }

# write_units: writes the units, the log rotation and the ai-desktop command of the current release.
write_units() {
  mkdir -p "$units" "$(dirname "$logrotate_file")" "$(dirname "$command_file")" || return 1
  cp "$APP/current/deploy/systemd/ai-desktop@.service" "$APP/current/deploy/systemd/ai-desktop-pm2.service" "$units/" || return 1
  write_logrotate || return 1
  printf '#!/bin/sh\nROOT=%s exec %s/current/deploy/ai-desktop "$@"\n' "'$ROOT'" "'$APP'" >"$command_file" || return 1
  chmod 755 "$command_file"
  # npx for MCP servers, if the installer brought it.
  npm_folder="$({ find "$APP/toolchain" -mindepth 2 -maxdepth 2 -name bin 2>/dev/null || true; } | sort | tail -n 1)"
  if [ -n "$npm_folder" ]; then ln -sfn "$npm_folder" "$APP/npm"; fi
  has_systemd || return 0
  if ! getent group docker >/dev/null; then sed -i '/^SupplementaryGroups=docker$/d' "$units"/ai-desktop*.service; fi
  sed -i "s|^ReadWritePaths=.*|ReadWritePaths=$STATE_HOME -$(stored FILE_MANAGER_ROOT /srv)|" "$units/ai-desktop@.service" || return 1
  systemctl daemon-reload || return 1
  if [ "$(supervisor)" = systemd ]; then
    systemctl disable ai-desktop-pm2 >/dev/null 2>&1 || true
    enable_units $(unit_names)
  else
    systemctl disable $(unit_names) >/dev/null 2>&1 || true
    enable_units ai-desktop-pm2
  fi
}

enable_units() {
  faults="$(systemctl enable "$@" 2>&1)" || {
    warn "$faults"
    return 1
  }
}

# The log folder belongs to the service user, so logrotate must run as that user. PM2 reopens its apps' logs at SIGUSR2, which
# needs no Node: the unit of logrotate allows no just-in-time compilation.
write_logrotate() {
  owner="$(if is_real; then printf '%s %s' "$SERVICE_USER" "$SERVICE_USER"; else printf '%s %s' "$(id -un)" "$(id -gn)"; fi)"
  as_owner="$(if is_real; then printf 'runuser -u %s -- ' "$SERVICE_USER"; fi)"
  cat >"$logrotate_file" <<LOGROTATE_END
$STATE_HOME/.pm2/logs/*.log {
    su $owner
    weekly
    maxsize 50M
    rotate 8
    compress
    delaycompress
    missingok
    notifempty
    sharedscripts
    postrotate
        ${as_owner}sh -c 'kill -USR2 "\$(cat $STATE_HOME/.pm2/pm2.pid)"' >/dev/null 2>&1 || true
    endscript
}
# PM2 never reopens its own log.
$STATE_HOME/.pm2/pm2.log {
    su $owner
    weekly
    maxsize 50M
    rotate 8
    compress
    delaycompress
    missingok
    notifempty
    copytruncate
}
LOGROTATE_END
}
