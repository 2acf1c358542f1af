# shellcheck shell=bash
# shellcheck disable=SC2154 # what the installer sets: public_name, file_root, wanted_supervisor, source_dir
# Reads and changes single lines of an installation's settings file. Sourced after layout.sh.

# Variables that are read from the environment of the installer and stored for all later starts.
KEPT_VARIABLES="WEB_PORT API_PORT WS_PORT BASE_PATH DOCKER_HOST REDIS_URL WS_MORE_PORTS MCP_ALLOWED_COMMANDS MCP_ALLOWED_HOSTS
  FILE_UPLOAD_MAX CATALOGUE_DIR STACKS_DIR STACKS_ROOTS ALERT_ALLOWED_HOSTS UPDATE_CHECK_HOURS"

# stored <name> <default>: prints a setting from the settings file, never from the environment.
stored() {
  value="$(from_file "$SETTINGS" "$1")"
  printf '%s' "${value:-$2}"
}

# set_line <file> <name> <value>: changes the last line with the name, or adds one. Other lines do not change.
set_line() {
  case "$3" in
    *'
'*) fail "$2 cannot hold a line break." ;;
    *[!A-Za-z0-9_./:@,=+*-]*)
      case "$3" in *\'*\"* | *\"*\'*) fail "$2 cannot contain both kinds of quotes." ;; *\'*) quoted="\"$3\"" ;; *) quoted="'$3'" ;; esac
      ;;
    *) quoted="$3" ;;
  esac
  cp -p "$1" "$1.part"
  NAME="$2" LINE="$2=$quoted" awk '
    {
      lines[NR] = name = $0
      sub(/^[ \t]*(export[ \t]+)?/, "", name)
      sub(/[ \t]*=.*/, "", name)
      if (name == ENVIRON["NAME"]) last = NR
    }
    END {
      for (i = 1; i <= NR; i++) print (i == last ? ENVIRON["LINE"] : lines[i])
      if (!last) print ENVIRON["LINE"]
    }' "$1" >"$1.part"
  mv "$1.part" "$1"
}

# host_of <name or address>: prints the host part of a URL, with IPv6 in brackets.
host_of() { case "$1" in *:*) printf '[%s]' "$1" ;; *) printf '%s' "$1" ;; esac; }

# Prints the requested origin; empty if there is none. If there are several origins, only the first one is changed.
wanted_origin() {
  if [ -n "$public_name" ]; then
    others="$(stored PUBLIC_ORIGIN '' | sed -n 's/^[^,]*,/,/p')"
    printf 'https://%s%s' "$(host_of "$public_name")" "$others"
  fi
}

# Ends the script if a stored variable has a line break: the text after it would become another setting.
check_kept_variables() {
  for name in $KEPT_VARIABLES; do
    case "$(eval "printf '%s' \"\${$name:-}\"")" in
      *'
'*) fail "$name cannot hold a line break." ;;
    esac
  done
}

# wanted_changes: prints a line "NAME value" for each requested setting that differs from the file.
wanted_changes() {
  origin="$(wanted_origin)"
  if [ -n "$origin" ] && [ "$origin" != "$(stored PUBLIC_ORIGIN '')" ]; then printf 'PUBLIC_ORIGIN %s\n' "$origin"; fi
  if [ -n "$file_root" ] && [ "$file_root" != "$(stored FILE_MANAGER_ROOT '')" ]; then printf 'FILE_MANAGER_ROOT %s\n' "$file_root"; fi
  for name in $KEPT_VARIABLES; do
    value="$(eval "printf '%s' \"\${$name:-}\"")"
    if [ -n "$value" ] && [ "$value" != "$(stored "$name" '')" ]; then printf '%s %s\n' "$name" "$value"; fi
  done
}

# print_changes: prints the changes for the plan. Only values that cannot contain a password are shown.
print_changes() {
  if [ ! -e "$SETTINGS" ]; then
    say "  write settings to $SETTINGS for $(wanted_origin)"
    return
  fi
  changes="$(wanted_changes)"
  if [ -z "$changes" ]; then say "  keep the settings in $SETTINGS ($(stored PUBLIC_ORIGIN 'no PUBLIC_ORIGIN'))"; fi
  printf '%s\n' "$changes" | while read -r name value; do
    case "$name" in
      '') ;;
      PUBLIC_ORIGIN | FILE_MANAGER_ROOT | *_PORT) say "  change $name in $SETTINGS from $(stored "$name" nothing) to $value" ;;
      *) say "  change $name in $SETTINGS" ;;
    esac
  done
}

write_settings() {
  if [ ! -e "$SETTINGS" ]; then
    (
      umask 077
      cat >"$SETTINGS.new" <<SETTINGS_END
# Settings of the panel; docs/configuration.md lists all. After a change: ai-desktop restart
PUBLIC_ORIGIN=$(wanted_origin)
DATA_DIR=$STATE
FILE_MANAGER_ROOT=${file_root:-$ROOT/srv}
TRUSTED_PROXIES=127.0.0.1
SETTINGS_END
    )
    if is_real; then chown "root:$SERVICE_USER" "$SETTINGS.new"; fi
    chmod 640 "$SETTINGS.new"
    mv "$SETTINGS.new" "$SETTINGS"
  fi
  wanted_changes | while read -r name value; do set_line "$SETTINGS" "$name" "$value"; done
  make_file_root "$(stored FILE_MANAGER_ROOT "$ROOT/srv")"
  printf '%s' "${wanted_supervisor:-$(supervisor)}" >"$ETC/supervisor.part"
  mv "$ETC/supervisor.part" "$ETC/supervisor"
  printf '%s' "$source_dir" >"$ETC/source"
}

# make_file_root <folder>: creates the folder for the service user. An existing folder does not change.
make_file_root() {
  [ ! -e "$1" ] || return 0
  mkdir -p "$1" || return 1
  if is_real; then chown "$SERVICE_USER:$SERVICE_USER" "$1"; fi
}
