#!/usr/bin/env bash
# Installs the panel on Debian 12/13 or Ubuntu 22.04/24.04, from the folder this script lies in. Prints its plan first.
#   vps-install.sh [--domain NAME | --ip ADDRESS] [--cert FILE --key FILE] [--file-root DIR] [--systemd] [--firewall]
#                  [--no-nginx] [--yes] [--plan]
#   vps-install.sh --uninstall [--purge] [--yes]        data and settings stay unless --purge
# Running it again changes nothing that is right already, and never the settings. Needs root.
set -euo pipefail
umask 022
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source_dir="$PWD"
# shellcheck source=deploy/common.sh
. deploy/common.sh
# shellcheck source=deploy/layout.sh
. deploy/layout.sh
# shellcheck source=deploy/toolchain.sh
. deploy/toolchain.sh

domain="" ip="" cert="" key="" file_root="" wanted_supervisor="" firewall="" use_nginx=1 yes="" plan_only="" uninstall="" purge=""
while [ $# -gt 0 ]; do
  case "$1" in
    --domain) domain="${2:?--domain needs a name}" && shift ;;
    --ip) ip="${2:?--ip needs an address}" && shift ;;
    --cert) cert="${2:?--cert needs a file}" && shift ;;
    --key) key="${2:?--key needs a file}" && shift ;;
    --file-root) file_root="${2:?--file-root needs a folder}" && shift ;;
    --systemd) wanted_supervisor=systemd ;;
    --firewall) firewall=1 ;;
    --no-nginx) use_nginx="" ;;
    --yes) yes=1 ;;
    --plan) plan_only=1 ;;
    --uninstall) uninstall=1 ;;
    --purge) purge=1 ;;
    *) fail "Unknown option: $1" ;;
  esac
  shift
done

site="$ROOT/etc/nginx/sites-available/ai-desktop.conf"
site_link="$ROOT/etc/nginx/sites-enabled/ai-desktop.conf"
units="$ROOT/etc/systemd/system"
tls="$ROOT/etc/ssl/ai-desktop"

confirm() {
  if [ -n "$plan_only" ]; then exit 0; fi
  if [ -n "$yes" ]; then return; fi
  [ -t 0 ] || fail "Nobody is there to ask: say --yes."
  printf 'Go on? [y/N] '
  read -r answer
  case "$answer" in y | Y | yes) ;; *) exit 1 ;; esac
}

reload_nginx() { if has_systemd; then systemctl reload nginx || systemctl restart nginx; elif is_real; then nginx -s reload || nginx; fi; }

uninstall_panel() {
  say "This will stop and remove:"
  say "  the three services, $APP, their units, log rotation and nginx site"
  if [ -n "$purge" ]; then
    say "  and for good: $STATE_HOME, $ETC, $tls, $BACKUPS and the user $SERVICE_USER"
  else
    say "Kept: $STATE_HOME, $ETC, $tls, $BACKUPS"
  fi
  confirm
  stop_services
  if [ "$(supervisor)" = pm2 ] && [ -e "$APP/current" ]; then
    # Somebody else's apps in this PM2 keep running.
    if [ "$(pm2 jlist --silent 2>/dev/null)" = "[]" ]; then pm2 kill --silent >/dev/null 2>&1 || true; else pm2 save --force --silent >/dev/null; fi
  fi
  # shellcheck disable=SC2046 # a list of words
  if has_systemd; then systemctl disable --now ai-desktop-pm2 $(unit_names) >/dev/null 2>&1 || true; fi
  rm -f "$units/ai-desktop@.service" "$units/ai-desktop-pm2.service" "$ROOT/etc/logrotate.d/ai-desktop" "$ROOT/usr/local/bin/ai-desktop"
  if has_systemd; then systemctl daemon-reload; fi
  if [ -e "$site_link" ] || [ -e "$site" ]; then
    rm -f "$site_link" "$site"
    reload_nginx
  fi
  rm -rf "$APP"
  if [ -n "$purge" ]; then
    rm -rf "$STATE_HOME" "$ETC" "$tls" "$BACKUPS"
    if is_real && id "$SERVICE_USER" >/dev/null 2>&1; then userdel "$SERVICE_USER"; fi
  fi
  say "The panel is removed."
}

# preflight: what would keep the panel from running is said before anything is changed.
preflight() {
  [ "$(uname)" = Linux ] || fail "This installs on Linux; for development there is deploy/dev-start.sh."
  require_supported_machine
  [ -n "$NODE_PACKAGE" ] || fail "The services need an x64 or arm64 processor; this is $(uname -m)."
  if is_real; then
    [ "$(id -u)" = 0 ] || fail "Needs root."
    # shellcheck disable=SC1091
    system="$(. /etc/os-release && printf '%s %s' "$ID" "${VERSION_ID:-}")"
    case "$system" in
      "debian 12" | "debian 13" | "ubuntu 22.04" | "ubuntu 24.04") ;;
      *) warn "Note: made for Debian 12/13 and Ubuntu 22.04/24.04; this is $system." ;;
    esac
  fi
  memory="$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)"
  [ "$memory" -ge 900 ] || warn "Note: $memory MB of memory; building the web app needs about 1 GB."
  free="$(df -Pm "${ROOT:-/}" | awk 'NR == 2 { print $4 }')"
  [ "$free" -ge 2048 ] || fail "$free MB are free on the disk; 2,048 are needed."
  for port in "$(AI_DESKTOP_ENV="$SETTINGS" setting WEB_PORT 3005)" "$(AI_DESKTOP_ENV="$SETTINGS" setting API_PORT 3006)" \
    "$(AI_DESKTOP_ENV="$SETTINGS" setting WS_PORT 3007)"; do
    # Our own services of an earlier run may have them.
    if [ ! -e "$APP/current" ] && port_taken "$port"; then
      fail "Port $port is taken by another program; free it, or set WEB_PORT, API_PORT, WS_PORT in $SETTINGS."
    fi
  done
  case "$domain$ip" in *[!A-Za-z0-9.:-]*) fail "That is no name and no address: $domain$ip" ;; esac
  if [ -n "$cert$key" ]; then
    { [ -r "$cert" ] && [ -r "$key" ]; } || fail "--cert and --key need two files that can be read."
  fi
  case "$file_root" in "" | /*) ;; *) fail "--file-root needs an absolute path." ;; esac
  case "$file_root" in *[!A-Za-z0-9./_-]*) fail "--file-root may hold letters, digits, dot, slash, underscore and hyphen." ;; esac
}

port_taken() {
  hex="$(printf ':%04X' "$1")"
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$hex" '$4 == "0A" && index($2, port) == length($2) - 4 { found = 1 } END { exit !found }'
}

missing_packages() {
  is_real || return 0
  # The release is fetched and checked with these; Node and npm are our own.
  needed="ca-certificates curl tar gzip openssl logrotate"
  if [ -n "$use_nginx" ]; then needed="$needed nginx"; fi
  if [ -n "$firewall" ]; then needed="$needed ufw"; fi
  for package in $needed; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$package"
  done
}

public_name() { printf '%s' "${domain:-${ip:-$(hostname -I 2>/dev/null | awk '{ print $1 }')}}"; }

print_plan() {
  say "Plan:"
  if [ -n "$packages" ]; then say "  install from the system's packages: $packages"; fi
  if is_real && ! id "$SERVICE_USER" >/dev/null 2>&1; then say "  make the user $SERVICE_USER (no login)"; fi
  if is_real && getent group docker >/dev/null; then say "  let $SERVICE_USER use Docker (group docker: as good as root)"; fi
  say "  build a release from $source_dir in $APP"
  if [ -e "$SETTINGS" ]; then say "  keep the settings in $SETTINGS"; else say "  write settings to $SETTINGS for https://$(public_name)"; fi
  say "  keep state in $STATE (0700)"
  if [ "${wanted_supervisor:-$(supervisor)}" = systemd ]; then say "  run three hardened systemd services"; else say "  run three services in a PM2 of $SERVICE_USER, started at boot"; fi
  say "  rotate the logs"
  if [ -n "$use_nginx" ]; then
    say "  add the site ai-desktop.conf to nginx; other sites stay as they are"
    if [ -n "$cert" ]; then say "  use the certificate $cert"; elif [ ! -e "$tls/fullchain.pem" ]; then say "  make a certificate of its own, which browsers warn about"; fi
  fi
  if [ -n "$firewall" ]; then say "  open ports 22, 80 and 443 in ufw and turn it on"; fi
}

install_packages_of_system() {
  [ -n "$packages" ] || return 0
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086 # a list of words
  apt-get install -y -qq --no-install-recommends $packages
}

make_user_and_folders() {
  if is_real; then
    id "$SERVICE_USER" >/dev/null 2>&1 ||
      useradd --system --user-group --home-dir "$STATE_HOME" --shell /usr/sbin/nologin "$SERVICE_USER"
    if getent group docker >/dev/null; then usermod -aG docker "$SERVICE_USER"; fi
  fi
  mkdir -p "$APP/releases" "$ETC" "$BACKUPS"
  for folder in "$STATE_HOME" "$STATE" "$BACKUPS"; do
    mkdir -p "$folder"
    chmod 700 "$folder"
  done
  if is_real; then chown "$SERVICE_USER:$SERVICE_USER" "$STATE_HOME" "$STATE"; fi
}

write_settings() {
  if [ ! -e "$SETTINGS" ]; then
    (
      umask 077
      cat >"$SETTINGS.part" <<SETTINGS_END
# Settings of the panel; docs/configuration.md lists all. After a change: restart the services.
PUBLIC_ORIGIN=https://$(public_name)
DATA_DIR=$STATE
FILE_MANAGER_ROOT=${file_root:-$ROOT/srv}
TRUSTED_PROXIES=127.0.0.1
SETTINGS_END
      # What the caller set for this installation is kept for the next start.
      for name in WEB_PORT API_PORT WS_PORT BASE_PATH DOCKER_HOST REDIS_URL WS_MORE_PORTS MCP_ALLOWED_COMMANDS MCP_ALLOWED_HOSTS \
        FILE_UPLOAD_MAX CATALOGUE_DIR STACKS_DIR STACKS_ROOTS ALERT_ALLOWED_HOSTS UPDATE_CHECK_HOURS; do
        value="$(eval "printf '%s' \"\${$name:-}\"")"
        if [ -n "$value" ]; then printf '%s=%s\n' "$name" "$value" >>"$SETTINGS.part"; fi
      done
    )
    if is_real; then chown "root:$SERVICE_USER" "$SETTINGS.part"; fi
    chmod 640 "$SETTINGS.part"
    mv "$SETTINGS.part" "$SETTINGS"
  fi
  mkdir -p "$(AI_DESKTOP_ENV="$SETTINGS" setting FILE_MANAGER_ROOT "$ROOT/srv")"
  printf '%s' "${wanted_supervisor:-$(supervisor)}" >"$ETC/supervisor.part"
  mv "$ETC/supervisor.part" "$ETC/supervisor"
}

write_units() {
  mkdir -p "$units" "$ROOT/etc/logrotate.d" "$ROOT/usr/local/bin"
  cp "$APP/current/deploy/systemd/ai-desktop@.service" "$APP/current/deploy/systemd/ai-desktop-pm2.service" "$units/"
  # The logs lie in a folder of the service user, so only that user may turn them over.
  owner="$(if is_real; then printf '%s %s' "$SERVICE_USER" "$SERVICE_USER"; else printf '%s %s' "$(id -un)" "$(id -gn)"; fi)"
  cat >"$ROOT/etc/logrotate.d/ai-desktop" <<LOGROTATE_END
$STATE_HOME/.pm2/logs/*.log $STATE_HOME/.pm2/pm2.log {
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
        $ROOT/usr/local/bin/ai-desktop pm2 reloadLogs >/dev/null 2>&1 || true
    endscript
}
LOGROTATE_END
  cat >"$ROOT/usr/local/bin/ai-desktop" <<COMMAND_END
#!/bin/sh
# What is done on the panel's server, as the panel's own user:
#   ai-desktop pm2 list | logs ai-desktop-websocket | restart ai-desktop-backend | ...
#   ai-desktop admin list | create NAME | reset-password NAME | revoke NAME
#   ai-desktop audit verify
set -eu
what="\${1:-}"
[ \$# -eq 0 ] || shift
node="$APP/current/node_modules/.bin/node"
case "\$what" in
  pm2) set -- "$APP/current/node_modules/pm2/bin/pm2" "\$@" ;;
  admin | audit) set -- --env-file="$SETTINGS" "$APP/current/api/cli/\$what.ts" "\$@" ;;
  *) echo "Usage: ai-desktop pm2|admin|audit ..." >&2 && exit 1 ;;
esac
cd "$STATE_HOME"
set -- env HOME="$STATE_HOME" PM2_HOME="$STATE_HOME/.pm2" AI_DESKTOP_ENV="$SETTINGS" \\
  PATH="$APP/current/node_modules/.bin:\$PATH" "\$node" "\$@"
if [ "$ROOT" != "" ] || [ "\$(id -un)" = "$SERVICE_USER" ]; then exec "\$@"; fi
exec runuser -u "$SERVICE_USER" -- "\$@"
COMMAND_END
  chmod 755 "$ROOT/usr/local/bin/ai-desktop"
  has_systemd || return 0
  if ! getent group docker >/dev/null; then sed -i '/^SupplementaryGroups=docker$/d' "$units"/ai-desktop*.service; fi
  sed -i "s|^ReadWritePaths=.*|ReadWritePaths=$STATE_HOME -$(AI_DESKTOP_ENV="$SETTINGS" setting FILE_MANAGER_ROOT /srv)|" "$units/ai-desktop@.service"
  systemctl daemon-reload
  if [ "$(supervisor)" = systemd ]; then
    systemctl disable ai-desktop-pm2 >/dev/null 2>&1 || true
    # shellcheck disable=SC2046 # a list of words
    systemctl enable $(unit_names) >/dev/null 2>&1
  else
    # shellcheck disable=SC2046 # a list of words
    systemctl disable $(unit_names) >/dev/null 2>&1 || true
    systemctl enable ai-desktop-pm2 >/dev/null 2>&1
  fi
}

make_certificate() {
  mkdir -p "$tls"
  chmod 700 "$tls"
  if [ -n "$cert" ]; then
    cp "$cert" "$tls/fullchain.pem"
    (umask 077 && cp "$key" "$tls/privkey.pem")
  elif [ ! -e "$tls/fullchain.pem" ]; then
    case "$(public_name)" in *[!0-9.]*) kind=DNS ;; *) kind=IP ;; esac
    (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 \
      -subj "/CN=$(public_name)" -addext "subjectAltName=$kind:$(public_name)" \
      -keyout "$tls/privkey.pem" -out "$tls/fullchain.pem" 2>/dev/null)
  fi
}

# The site in the form nginx reads; sed's separator cannot be in a name that passed the preflight.
write_site() {
  origin="$(AI_DESKTOP_ENV="$SETTINGS" setting PUBLIC_ORIGIN '')"
  name="$(printf '%s' "$origin" | sed -e 's|,.*||' -e 's|^[a-z]*://||' -e 's|:[0-9]*$||')"
  mkdir -p "$(dirname "$site")" "$(dirname "$site_link")"
  sed -e "s|panel\.example\.com|$name|g" -e "s|/etc/ssl/ai-desktop|$tls|g" \
    -e "s|127\.0\.0\.1:3005|127.0.0.1:$(AI_DESKTOP_ENV="$SETTINGS" setting WEB_PORT 3005)|" \
    -e "s|127\.0\.0\.1:3006|127.0.0.1:$(AI_DESKTOP_ENV="$SETTINGS" setting API_PORT 3006)|" \
    -e "s|127\.0\.0\.1:3007|127.0.0.1:$(AI_DESKTOP_ENV="$SETTINGS" setting WS_PORT 3007)|" \
    -e "s|client_max_body_size 10g|client_max_body_size $(AI_DESKTOP_ENV="$SETTINGS" setting FILE_UPLOAD_MAX 10g)|" \
    deploy/nginx.conf >"$site.part"
  for port in $(more_ports); do
    sed -i "/^    server 127\.0\.0\.1:$(AI_DESKTOP_ENV="$SETTINGS" setting WS_PORT 3007);/a\    server 127.0.0.1:$port;" "$site.part"
  done
  # The door for what backends post is of use with several servers only.
  if [ -n "$(more_ports)" ]; then sed -i -E 's/^#(server|\}|    )/\1/' "$site.part"; fi
  # Another site may be the default one already.
  others="$(grep -RlE '^[^#]*default_server' "$(dirname "$site_link")" "$ROOT/etc/nginx/conf.d" 2>/dev/null || true)"
  if printf '%s\n' "$others" | grep -v '/ai-desktop\.conf$' | grep -q .; then
    sed -i '/^# BEGIN default server/,/^# END default server/d' "$site.part"
  fi
  mv "$site.part" "$site"
  ln -sfn "$site" "$site_link"
  is_real || return 0
  if ! nginx -t >/dev/null 2>&1; then
    rm -f "$site_link"
    nginx -t || true
    fail "nginx does not take the site; it is in $site, not turned on."
  fi
  reload_nginx
}

if [ -n "$uninstall" ]; then
  { ! is_real || [ "$(id -u)" = 0 ]; } || fail "Needs root."
  uninstall_panel
  exit 0
fi

preflight
packages="$(missing_packages)"
print_plan
confirm
install_packages_of_system
make_user_and_folders
write_settings
stop_first=""
if [ -e "$APP/current" ]; then stop_first=1; fi
# The same source again needs no new release.
revision="$(source_revision "$source_dir")"
if [ -z "$revision" ] || [ "$revision" != "$(cat "$APP/current/REVISION" 2>/dev/null)" ]; then
  say "Building the release…"
  make_release "$source_dir"
  printf '%s' "$revision" >"$RELEASE/REVISION"
  if [ -n "$stop_first" ]; then stop_services; fi
  switch_to "$RELEASE"
  drop_old_releases
fi
cd "$APP/current"
use_project_node
write_units
start_services
if [ -n "$use_nginx" ]; then
  make_certificate
  write_site
fi
if [ -n "$firewall" ]; then
  for port in 22 80 443; do ufw allow "$port/tcp" >/dev/null; done
  ufw --force enable >/dev/null
fi
wait_healthy || fail "Installed, but not everything answers; see above."
say ""
address="$(AI_DESKTOP_ENV="$SETTINGS" setting PUBLIC_ORIGIN '')$(AI_DESKTOP_ENV="$SETTINGS" setting BASE_PATH '')"
say "The panel runs at $address"
if [ -r "$STATE/setup-token" ]; then
  say "Make the admin account at $address/setup#token=$(cat "$STATE/setup-token")"
fi
