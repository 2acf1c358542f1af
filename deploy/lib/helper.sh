# shellcheck shell=bash
# shellcheck disable=SC2094,SC2154 # the log is appended to by both; what services.sh sets: units
# The root helper of an installation: off until root turns it on. Sourced after services.sh.

helper_switch="$ETC/helper-on"    # exists while it is on
helper_users="$ETC/helper.json"   # root's list of users for whom it may act
helper_pid="$ROOT/run/ai-desktop-helper/pid"
helper_log="$ROOT/var/log/ai-desktop-helper.log"

helper_is_on() { [ -e "$helper_switch" ]; }
# An older release has no helper.
release_has_helper() { [ -e "$APP/current/helper/main.ts" ]; }

# Prints the process id of a helper that runs without systemd. Its folder belongs to root.
helper_process() {
  process="$(cat "$helper_pid" 2>/dev/null || true)"
  case "$process" in '' | *[!0-9]*) return 1 ;; esac
  [ -r "/proc/$process/cmdline" ] || return 1
  tr '\0' ' ' <"/proc/$process/cmdline" 2>/dev/null | grep 'helper/main.ts' >/dev/null || return 1
  printf '%s' "$process"
}

stop_helper() {
  if has_systemd; then systemctl stop ai-desktop-helper.socket ai-desktop-helper.service >/dev/null 2>&1 || true; fi
  if process="$(helper_process)"; then
    kill -TERM "$process" 2>/dev/null || true
    for _ in $(seq 100); do
      kill -0 "$process" 2>/dev/null || break
      sleep 0.1
    done
  fi
  if is_real; then rm -rf /run/ai-desktop-helper; fi
}

# Starts the helper of the current release, if it is on. With systemd, the panel's first call does.
start_helper() {
  helper_is_on && release_has_helper && is_real || return 0
  if has_systemd; then
    systemctl start ai-desktop-helper.socket || warn "Note: the root helper did not start; see: systemctl status ai-desktop-helper.socket"
  elif ! helper_process >/dev/null; then
    mkdir -p "$(dirname "$helper_pid")"
    (
      cd / || exit 1
      umask 077
      # The real path: a process keeps its release, whatever becomes the current one.
      setsid env -i PATH=/usr/bin:/bin "$(readlink -f "$APP/current/node_modules/.bin/node")" "$(readlink -f "$APP/current")/helper/main.ts" \
        --user "$SERVICE_USER" --policy "$helper_users" --log "$helper_log" </dev/null >/dev/null 2>>"$helper_log" 8>&- &
      printf '%s' "$!" >"$helper_pid"
    )
    for _ in $(seq 100); do
      if [ -S /run/ai-desktop-helper/socket ] || ! helper_process >/dev/null; then break; fi
      sleep 0.1
    done
  fi
}

# Whether the helper is on with the current release and its units, so that nothing has to be restarted.
helper_current() {
  helper_is_on && release_has_helper && is_real || return 1
  for unit in ai-desktop-helper.socket ai-desktop-helper.service; do
    cmp -s "$APP/current/deploy/systemd/$unit" "$units/$unit" || return 1
  done
  if has_systemd; then
    systemctl is-active --quiet ai-desktop-helper.socket && systemctl is-enabled --quiet ai-desktop-helper.socket || return 1
    process="$(systemctl show --property MainPID --value ai-desktop-helper.service)"
    # The first call starts it.
    if [ "${process:-0}" = 0 ]; then return 0; fi
  else
    process="$(helper_process)" || return 1
  fi
  case "$(readlink "/proc/$process/exe")" in "$(readlink -f "$APP/current")"/*) ;; *) return 1 ;; esac
}

# write_helper: puts the units where systemd finds them if the helper is on, and takes them away otherwise.
write_helper() {
  if helper_current; then return 0; fi
  stop_helper
  if helper_is_on && release_has_helper; then
    cp "$APP/current/deploy/systemd/ai-desktop-helper.socket" "$APP/current/deploy/systemd/ai-desktop-helper.service" "$units/"
    if has_systemd; then
      systemctl daemon-reload
      systemctl enable ai-desktop-helper.socket >/dev/null 2>&1
    fi
    start_helper
  else
    remove_helper_units
  fi
}

remove_helper_units() {
  if has_systemd; then systemctl disable ai-desktop-helper.socket >/dev/null 2>&1 || true; fi
  rm -f "$units"/ai-desktop-helper.* "$units"/sockets.target.wants/ai-desktop-helper.socket
  if has_systemd; then systemctl daemon-reload || true; fi
}

# Marks the helper as on, with a list of users that is empty at first.
switch_helper_on() {
  if [ ! -e "$helper_users" ]; then
    printf '{ "users": [], "privileged": [] }\n' >"$helper_users.part"
    chmod 644 "$helper_users.part"
    mv "$helper_users.part" "$helper_users"
  fi
  : >"$helper_switch"
}

turn_helper_on() {
  release_has_helper || fail "This release has no root helper."
  switch_helper_on
  write_helper
}

turn_helper_off() {
  rm -f "$helper_switch"
  write_helper
}

# Prints whether the helper is on and answers, and the users for whom it may act.
helper_status() {
  if ! helper_is_on; then
    say "The root helper is off. Processes of other users are not shown. To turn it on: ai-desktop helper on"
  elif ! is_real; then
    say "The root helper is on."
  elif found="$(as_service "$NODE" "$APP/current/deploy/helper-users.ts" probe)"; then
    say "The root helper is on. PM2 daemons:"
    say "$found"
  else
    warn "The root helper is on, but does not answer; see: $(if has_systemd; then printf 'journalctl -u ai-desktop-helper'; else printf '%s' "$helper_log"; fi)"
    return 1
  fi
  "$NODE" "$APP/current/deploy/helper-users.ts" list "$helper_users"
}

# helper_command on|off|status|allow|forget [option…]
helper_command() {
  case "${1:-status}" in
    on)
      turn_helper_on
      helper_status
      say "It shows the processes of all users. To allow changes for a user: ai-desktop helper allow USER"
      ;;
    off)
      turn_helper_off
      say "The root helper is off. $helper_users stays."
      ;;
    status) helper_status ;;
    allow | forget)
      what="$1"
      shift
      "$NODE" "$APP/current/deploy/helper-users.ts" "$what" "$helper_users" "$@"
      ;;
    *) fail "Usage: ai-desktop helper on | off | status | allow [--privileged] USER | forget USER" ;;
  esac
}
