# shellcheck shell=bash
# shellcheck disable=SC2154 # set by the installer and services.sh
# Removes an installation, also an incomplete one. Sourced by vps-install.sh.

# Prints other apps in the panel's PM2, one per line.
other_apps() {
  if [ -x "$APP/current/node_modules/.bin/node" ] && pm2_daemon >/dev/null; then
    pm2 jlist --silent 2>/dev/null | "$APP/current/node_modules/.bin/node" -e '
      const apps = JSON.parse(require("fs").readFileSync(0, "utf8"));
      for (const { name } of apps) if (!/^ai-desktop-(frontend|backend|websocket)(-\d+)?$/.test(name)) console.log(name);' || true
  fi
}

processes_of() { find /proc -maxdepth 1 -name '[0-9]*' -uid "$1" -printf '%f ' 2>/dev/null || true; }

# Ends the remaining processes of the service user: programs started by hand, or MCP servers of a killed service.
end_processes() {
  is_real && id "$SERVICE_USER" >/dev/null 2>&1 || return 0
  uid="$(id -u "$SERVICE_USER")"
  for signal in TERM KILL; do
    # shellcheck disable=SC2046 # a list of words
    kill -"$signal" $(processes_of "$uid") 2>/dev/null || true
    for _ in $(seq 50); do
      [ -n "$(processes_of "$uid")" ] || return 0
      sleep 0.1
    done
  done
}

plan_uninstall() {
  say "This will stop and remove:"
  say "  the three services, the root helper, $APP, their units, log rotation and nginx site"
  others="$(other_apps)"
  if [ -n "$others" ]; then say "  and stop the other apps in the panel's PM2: $(printf '%s' "$others" | tr '\n' ' ')"; fi
  if [ -n "$purge" ]; then
    say "  and permanently: $STATE_HOME, $ETC, $tls, $BACKUPS and the user $SERVICE_USER"
  else
    say "Kept: $STATE_HOME, $ETC, $tls, $BACKUPS"
  fi
}

uninstall_panel() {
  if ! in_session; then plan_uninstall; fi
  confirm
  keep_going "${arguments[@]}" --yes
  cannot_interrupt
  stop_services
  stop_helper
  remove_helper_units
  # shellcheck disable=SC2046 # a list of words
  if has_systemd; then systemctl disable ai-desktop-pm2 $(unit_names) >/dev/null 2>&1 || true; fi
  rm -f "$units/ai-desktop@.service" "$units/ai-desktop-pm2.service" "$units"/multi-user.target.wants/ai-desktop* "$logrotate_file" "$command_file"
  if has_systemd; then systemctl daemon-reload || true; fi
  end_processes
  remove_site
  remove_unfinished
  rm -rf "$APP" "$ETC/source" "$ETC/running" "$helper_switch" "$helper_log" "$helper_log.1"
  # What root's commands compiled of the releases.
  cache="${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ai-desktop"
  rm -rf "$cache/compiled/$(printf '%s' "$APP" | sed 's|/|%2F|g')"*
  rmdir "$cache/compiled" "$cache" 2>/dev/null || true
  if [ -n "$purge" ]; then
    rm -rf "$STATE_HOME" "$ETC" "$tls" "$BACKUPS" "$LOG" "$LOG".??????
    if is_real && id "$SERVICE_USER" >/dev/null 2>&1; then userdel "$SERVICE_USER" 2>/dev/null || warn "Note: the user $SERVICE_USER could not be removed; try userdel $SERVICE_USER."; fi
    if is_real && getent group "$SERVICE_USER" >/dev/null; then groupdel "$SERVICE_USER" 2>/dev/null || true; fi
  fi
  say "The panel was removed."
}
