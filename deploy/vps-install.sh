#!/usr/bin/env bash
# Installs the panel on Debian 12/13 or Ubuntu 22.04/24.04, from the folder of this script. Prints its plan first.
#   vps-install.sh [--domain NAME | --ip ADDRESS] [--cert FILE --key FILE] [--file-root DIR] [--systemd | --pm2] [--firewall]
#                  [--helper] [--no-nginx] [--yes] [--plan]
#   vps-install.sh --uninstall [--purge] [--yes]        data and settings stay unless --purge
# Running it again applies the given options and keeps everything else. Needs root.
set -euo pipefail
umask 022
arguments=("$@")
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
# shellcheck source=deploy/lib/uninstall.sh
. deploy/lib/uninstall.sh

domain="" ip="" cert="" key="" file_root="" wanted_supervisor="" firewall="" helper="" use_nginx=1 yes="" plan_only="" uninstall="" purge="" upgraded=""
while [ $# -gt 0 ]; do
  case "$1" in
    --domain) domain="${2:?--domain needs a name}" && shift ;;
    --ip) ip="${2:?--ip needs an address}" && shift ;;
    --cert) cert="${2:?--cert needs a file}" && shift ;;
    --key) key="${2:?--key needs a file}" && shift ;;
    --file-root) file_root="${2:?--file-root needs a folder}" && shift ;;
    --systemd) wanted_supervisor=systemd ;;
    --pm2) wanted_supervisor=pm2 ;;
    --firewall) firewall=1 ;;
    --helper) helper=1 ;;
    --no-nginx) use_nginx="" ;;
    --yes) yes=1 ;;
    --plan) plan_only=1 ;;
    --uninstall) uninstall=1 ;;
    --purge) purge=1 ;;
    *) fail "Unknown option: $1" ;;
  esac
  shift
done

confirm() {
  if [ -n "$plan_only" ]; then exit 0; fi
  if [ -n "$yes" ]; then return; fi
  [ -t 0 ] || fail "There is no terminal for the confirmation; use --yes."
  printf 'Continue? [y/N] '
  read -r answer
  case "$answer" in y | Y | yes) ;; *) exit 1 ;; esac
}

# preflight: reports everything that would prevent the panel from running, before anything is changed.
preflight() {
  [ "$(uname)" = Linux ] || fail "The installer supports Linux only; for development, use deploy/dev-start.sh."
  require_supported_machine
  [ -n "$NODE_PACKAGE" ] || fail "The services need an x64 or arm64 processor; this is $(uname -m)."
  if is_real; then
    [ "$(id -u)" = 0 ] || fail "Needs root."
    # shellcheck disable=SC1091
    system="$(. /etc/os-release && printf '%s %s' "$ID" "${VERSION_ID:-}")"
    case "$system" in
      "debian 12" | "debian 13" | "ubuntu 22.04" | "ubuntu 24.04") ;;
      *) warn "Note: supported systems are Debian 12/13 and Ubuntu 22.04/24.04; this is $system." ;;
    esac
  fi
  if is_real && ! id "$SERVICE_USER" >/dev/null 2>&1; then
    members="$(getent group "$SERVICE_USER" | cut -d : -f 4 || true)"
    [ -z "$members" ] || fail "The group $SERVICE_USER exists and has members ($members), who could read the panel's settings."
  elif is_real; then
    home="$(getent passwd "$SERVICE_USER" | cut -d : -f 6)"
    [ "$home" = "$STATE_HOME" ] || fail "The user $SERVICE_USER exists and is not the panel's: its home is $home, not $STATE_HOME."
  fi
  memory="$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)"
  [ "$memory" -ge 900 ] || warn "Note: $memory MB of memory; building the web app needs about 1 GB."
  if needs_release; then check_space "$APP" 2048; fi
  check_space "$STATE" 256
  find_public_name
  check_kept_variables
  check_own_ports
  if is_real && [ -n "$use_nginx" ]; then check_web_ports; fi
  if [ "$wanted_supervisor" = systemd ] && ! has_systemd; then fail "--systemd needs systemd, which does not run here."; fi
  if [ -n "$cert$key" ]; then
    [ -n "$use_nginx" ] || fail "--cert and --key are for nginx; configure the certificate in your own web server."
    { [ -r "$cert" ] && [ -r "$key" ]; } || fail "--cert and --key need two readable files."
    check_certificate "$cert" "$key"
  fi
  case "$file_root" in "" | /*) ;; *) fail "--file-root needs an absolute path." ;; esac
  case "$file_root" in *[!A-Za-z0-9./_-]*) fail "--file-root may hold letters, digits, dot, slash, underscore and hyphen." ;; esac
}

missing_packages() {
  is_real || return 0
  # Needed to fetch and verify the release; Node and npm are included.
  needed="ca-certificates curl tar gzip openssl logrotate"
  if [ -n "$use_nginx" ]; then needed="$needed nginx"; fi
  if [ -n "$firewall" ]; then needed="$needed ufw"; fi
  for package in $needed; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$package"
  done
}

# The same commit needs no new release. Without a commit, a new release is built.
needs_release() {
  revision="$(source_revision "$source_dir")"
  [ -z "$revision" ] || [ "$revision" != "$(cat "$APP/current/REVISION" 2>/dev/null)" ]
}

# Whether there is an installation that is healthy. Responses can be slow on a busy machine.
runs_well() {
  NODE="$APP/current/node_modules/.bin/node"
  [ -x "$NODE" ] && HEALTH_LIMIT=10 wait_healthy >/dev/null 2>&1
}

# keep_state: backs up the state for a new release that is not installed as an upgrade.
keep_state() {
  [ -e "$STATE/state.db" ] || return 0
  backup="$BACKUPS/before-upgrade-$(date -u +%Y%m%dT%H%M%SZ).tar.gz"
  "$RELEASE/deploy/backup.sh" --data-dir "$STATE" "$backup" || warn "Note: the state could not be backed up before the new release runs with it."
}

print_plan() {
  say "Plan:"
  if [ -n "$packages" ]; then say "  install from the system's packages: $packages"; fi
  if is_real && ! id "$SERVICE_USER" >/dev/null 2>&1; then say "  create the user $SERVICE_USER (no login)"; fi
  if is_real && getent group docker >/dev/null; then say "  allow $SERVICE_USER to use Docker (group docker, equivalent to root)"; fi
  if needs_release; then say "  build a release from $source_dir in $APP"; else say "  keep the release in $APP, which is from this source"; fi
  print_changes
  say "  keep state in $STATE (0700)"
  root_folder="${file_root:-$(stored FILE_MANAGER_ROOT "$ROOT/srv")}"
  if [ ! -e "$root_folder" ]; then
    say "  create $root_folder for the file browser, owned by $SERVICE_USER"
  elif ! panel_writes "$root_folder"; then
    say "  show $root_folder in the file browser, read-only: it belongs to $(stat -c %U "$root_folder"). To allow changes in one of its folders:"
    say "    setfacl -R -m u:$SERVICE_USER:rwX -m d:u:$SERVICE_USER:rwX FOLDER   (package acl; or chown it to $SERVICE_USER)"
  fi
  runs="${wanted_supervisor:-$(supervisor)}"
  if [ -e "$APP/current" ] && [ "$runs" != "$(supervisor)" ]; then say "  stop the services that $(supervisor) runs"; fi
  if [ "$runs" = systemd ]; then say "  run three hardened systemd services"; else say "  run three services in a PM2 of $SERVICE_USER, started at boot"; fi
  if [ -n "$helper" ] && ! helper_is_on; then say "  turn on the root helper, which shows the processes of all users; it acts for those in $helper_users only"; fi
  say "  rotate the logs"
  if [ -n "$use_nginx" ]; then
    say "  add the site ai-desktop.conf to nginx; other sites stay as they are"
    if [ -n "$cert" ]; then say "  use the certificate $cert"; elif [ ! -e "$tls/fullchain.pem" ]; then say "  create a self-signed certificate, which browsers warn about"; fi
  elif [ -n "$(site_places)" ]; then
    say "  remove the site ai-desktop.conf from nginx"
  fi
  if [ -n "$firewall" ]; then plan_firewall; fi
  print_notes
}

# Prints what will not be available and how to change that. None of it prevents the panel from running.
print_notes() {
  if is_private_address "$public_name"; then say "Note: $public_name is a private address; use --domain or --ip for another one."; fi
  is_real || return 0
  if ! have docker; then
    say "Note: Docker is not installed, so its pages will be empty. Optional: install it (docker.io in Debian and Ubuntu) and run this again."
  elif ! docker compose version >/dev/null 2>&1 && ! have docker-compose; then
    say "Note: Docker Compose is not installed, so stacks will be read-only. Optional: apt-get install $(compose_package)"
  fi
  other_daemons | while read -r owner folder; do
    if [ -n "$helper" ] || helper_is_on; then
      say "Note: $owner runs another PM2 ($folder). It does not change; the panel shows it. To allow changes: ai-desktop helper allow $owner"
    else
      say "Note: $owner runs another PM2 ($folder). It does not change, and the panel cannot show it: PM2 serves its own user only. With --helper it is shown."
    fi
  done
}

compose_package() {
  for package in docker-compose-v2 docker-compose-plugin docker-compose; do
    if apt-cache show "$package" >/dev/null 2>&1; then printf '%s' "$package" && return; fi
  done
  printf 'docker-compose'
}

# panel_writes <folder>: whether the service user may write to an existing folder.
panel_writes() {
  is_real || return 0
  id "$SERVICE_USER" >/dev/null 2>&1 || return 1
  runuser -u "$SERVICE_USER" -- test -w "$1"
}

open_firewall() {
  for port in $opened; do ufw allow "$port/tcp" >/dev/null || return 1; done
  ufw --force enable >/dev/null
}

# Prints the ports that the firewall opens, and the reachable ports that it closes.
plan_firewall() {
  say "  open the ports $opened in ufw and turn it on (SSH: ${opened%80 443})"
  if is_real && ! ufw status 2>/dev/null | grep '^Status: active' >/dev/null; then
    for port in $(listening_ports | sort -n); do
      case " $opened " in *" $port "*) continue ;; esac
      owner="$(port_owner "$port")"
      say "  this closes port $port of ${owner% *}; to keep it open: ufw allow $port/tcp, before or after"
    done
  fi
}

# apt-get that waits up to ten minutes for another program, removes nothing, and keeps files of settings that exist without
# asking. What it starts has no lock of ours.
apt_get() {
  said="$(mktemp "${TMPDIR:-/tmp}/aid.XXXXXX")"
  for try in $(seq 120); do
    status=0
    apt-get -o DPkg::Lock::Timeout=5 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" 2>"$said" 8>&- || status=$?
    if [ "$status" = 0 ] || ! grep -qE 'Could not get lock|Unable to (acquire|lock)' "$said"; then break; fi
    if [ "$try" = 1 ]; then say "Waiting for another program that uses apt…"; fi
    sleep 5
  done
  cat "$said" >&2
  rm -f "$said"
  return "$status"
}

install_packages_of_system() {
  [ -n "$packages" ] || return 0
  export DEBIAN_FRONTEND=noninteractive
  # Other programs use apt too, right after the start of a machine above all. A source of packages that cannot be reached need
  # not be one of those needed here.
  apt_get update -qq || warn "Note: not all sources of packages could be read; trying with the lists that are there."
  # shellcheck disable=SC2086 # a list of words
  apt_get install -y -qq --no-install-recommends --no-remove $packages ||
    fail "The system's packages could not be installed without removing others; see above. Nothing else was changed."
}

make_user_and_folders() {
  if is_real; then
    id "$SERVICE_USER" >/dev/null 2>&1 ||
      useradd --system "$(if getent group "$SERVICE_USER" >/dev/null; then printf -- '--gid=%s' "$SERVICE_USER"; else printf -- --user-group; fi)" \
        --home-dir "$STATE_HOME" --shell /usr/sbin/nologin "$SERVICE_USER"
    if getent group docker >/dev/null; then usermod -aG docker "$SERVICE_USER"; fi
  fi
  mkdir -p "$APP/releases" "$ETC" "$BACKUPS"
  for folder in "$STATE_HOME" "$STATE" "$BACKUPS"; do
    mkdir -p "$folder"
    chmod 700 "$folder"
  done
  if is_real; then chown "$SERVICE_USER:$SERVICE_USER" "$STATE_HOME" "$STATE"; fi
}

if [ -n "$uninstall" ]; then
  { ! is_real || [ "$(id -u)" = 0 ]; } || fail "Needs root."
  uninstall_panel
  exit 0
fi

preflight
packages="$(missing_packages)"
if [ -n "$firewall" ]; then
  opened="$(ssh_ports)"
  opened="${opened:-22 }80 443"
fi
if ! in_session; then print_plan; fi
confirm
keep_going "${arguments[@]}" --yes
install_packages_of_system
make_user_and_folders
if [ -n "$cert" ]; then check_certificate "$cert" "$key"; fi
if needs_release && runs_well; then
  # With a backup, a rehearsal, and a way back to the release that runs. The site is written below.
  AI_DESKTOP_KEEP_SITE=1 "$source_dir/deploy/upgrade.sh" || exit 1
  upgraded=1
fi
write_settings
# Services that were stopped are started again, whatever fails in between.
stopped=""
# shellcheck disable=SC2016 # expanded when it runs
at_exit 'if [ -n "$stopped" ]; then start_services; fi'
if [ -z "$upgraded" ] && needs_release; then
  say "Building the release…"
  make_release "$source_dir"
  printf '%s' "$revision" >"$RELEASE/REVISION"
  # Checks the new release before the running one is stopped.
  (cd "$RELEASE" && use_project_node)
  keep_state
  cannot_interrupt
  if [ -e "$APP/current" ]; then
    stopped=1
    stop_services
  fi
  switch_to "$RELEASE"
  drop_old_releases
fi
cannot_interrupt
cd "$APP/current"
use_project_node
if [ -n "$helper" ]; then switch_helper_on; fi
write_units
write_helper
if services_current; then
  say "The services already run with this release and these settings."
else
  stopped=1
  stop_services
  start_services || fail "The services did not start; see \"journalctl -u 'ai-desktop*'\" and $STATE_HOME/.pm2/logs."
fi
# shellcheck disable=SC2034 # for the end
stopped=""
if [ -n "$use_nginx" ]; then write_site; else remove_site; fi
if [ -n "$firewall" ]; then open_firewall || warn "Note: ufw could not be set up; see above. The panel works without it."; fi
wait_healthy || fail "Installed, but not all parts are healthy; see above."
if [ -n "$use_nginx" ] && is_real; then
  check_site || fail "Installed, and the services are healthy, but nginx does not serve them at $(public_url); see above."
  check_way_in
fi
say ""
say "The panel runs at $(public_url)"
if helper_is_on; then helper_status || true; fi
if [ -z "$use_nginx" ]; then say "Your own web server must forward to it: docs/operations.md, \"Behind another web server\"."; fi
if [ -r "$STATE/setup-token" ]; then
  say "Create the admin account at $(public_url)/setup#token=$(cat "$STATE/setup-token")"
  say "The link is valid for 30 minutes after a start. Later: ai-desktop admin create NAME"
fi
