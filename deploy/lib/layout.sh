# shellcheck shell=bash
# Paths of an installation, and functions that build a release. Sourced after common.sh.
# shellcheck disable=SC2034 # some variables are for the scripts that source it
# ROOT is empty on a server. Tests set it to a folder that represents the whole file system.

ROOT="${ROOT:-}"
APP="$ROOT/opt/ai-desktop"            # releases/<time>, and current, a link to one of them
STATE_HOME="$ROOT/var/lib/ai-desktop" # home of the service user
STATE="$STATE_HOME/data"
ETC="$ROOT/etc/ai-desktop"
BACKUPS="$ROOT/var/backups/ai-desktop"
SETTINGS="$ETC/env"
SERVICE_USER=ai-desktop
LOG="$ROOT/var/log/ai-desktop.log" # what the commands that change the installation printed
LOCK="$ROOT/run/ai-desktop.lock"    # held by the one that does; during a switch, the id of its session
RELEASES_KEPT=3
BACKUPS_KEPT=5

# "su" without "-" keeps a PATH without the programs of administration, and their output is translated otherwise.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" LC_ALL=C.UTF-8
unset LANGUAGE

# Whether this is a real server, not a folder that represents one.
is_real() { [ -z "$ROOT" ]; }
has_systemd() { is_real && [ -d /run/systemd/system ]; }

# one_at_a_time: ends the script if another one changes the installation. Descriptor 8 holds the lock; what outlives the script
# must not inherit it. Only root can open the file, so nobody else can hold it.
one_at_a_time() {
  if [ -n "${AI_DESKTOP_LOCKED:-}" ] || ! have flock; then return; fi
  mkdir -p "$ROOT/run"
  (umask 077 && : >>"$LOCK")
  chmod 600 "$LOCK"
  exec 8>>"$LOCK"
  # What a killed command has begun may take a moment to end.
  flock -w 5 8 || fail "Another command is changing the installation. What it prints is also in $LOG"
  : >"$LOCK"
  export AI_DESKTOP_LOCKED=1
}

# keep_going <argument…>: runs the script again with these arguments, in a session of its own that has the lock, and waits for
# it. There, neither a lost connection nor Ctrl-C reaches a program; Ctrl-C ends all of them as long as nothing has changed, see
# cannot_interrupt. What the session prints is also appended to LOG.
keep_going() {
  if in_session; then
    [ "$AI_DESKTOP_SESSION" = new ] || return 0
    export AI_DESKTOP_SESSION="$$"
    one_at_a_time
    write_log "$(basename "$0")"
    return
  fi
  trap '' HUP
  AI_DESKTOP_SESSION=new setsid "$PWD/deploy/$(basename "$0")" "$@" </dev/null &
  session=$!
  trap 'interrupted=1 && end_session' INT TERM
  interrupted=1
  while [ -n "$interrupted" ]; do
    interrupted=""
    code=0
    wait "$session" || code=$?
  done
  exit "$code"
}

# Whether this is the session of keep_going.
in_session() { [ -n "${AI_DESKTOP_SESSION:-}" ]; }

end_session() {
  if [ "$(cat "$LOCK" 2>/dev/null)" = "$session" ]; then
    warn "The services are being changed, which is finished first."
  else
    warn "Interrupted."
    kill -TERM -- "-$session" 2>/dev/null || true
  fi
}

# cannot_interrupt: from here on the script is not interrupted any more.
cannot_interrupt() {
  trap '' HUP INT TERM
  if in_session; then printf '%s' "$AI_DESKTOP_SESSION" >"$LOCK"; fi
}

# write_log <title>: appends all that the script prints to LOG, if it can be written, and goes on when nobody reads any more.
write_log() {
  part=""
  if mkdir -p "$(dirname "$LOG")" && part="$(mktemp "$LOG.XXXXXX")" &&
    { tail -n 2000 "$LOG" || true; } >"$part" && printf '== %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" >>"$part" && mv "$part" "$LOG"; then :; else
    rm -f "$part"
    LOG=/dev/null
  fi 2>/dev/null
  # One writer where both go to one place, so that the order stays.
  if [ /dev/fd/1 -ef /dev/fd/2 ]; then
    exec > >(writes_log) 2>&1
    writers="$!"
  else
    exec > >(writes_log)
    writers="$!"
    exec 2> >(writes_log >&2)
    writers="$writers $!"
  fi
  at_exit end_log
}
writes_log() { trap '' HUP INT TERM PIPE && exec tee -ap "$LOG" 2>/dev/null 8>&-; }

# The last lines arrive before the prompt of the shell. What a program in the background still holds is not waited for.
end_log() {
  exec >&- 2>&-
  for writer in $writers; do
    for _ in $(seq 50); do
      kill -0 "$writer" || break
      sleep 0.02
    done
    kill -KILL "$writer"
  done
}

# same_web <folder> <folder>: whether two folders have the same sources of the web app, and the first has it built.
same_web() {
  [ -e "$1/web/dist/index.html" ] || return 1
  for part in web shared package.json package-lock.json tsconfig.json; do
    diff -rq --exclude dist --exclude '*.test.ts' "$1/$part" "$2/$part" >/dev/null 2>&1 || return 1
  done
}

# copy_source <source> <folder>: copies the committed files; without a readable commit, all files except generated ones.
copy_source() {
  mkdir -p "$2" || return 1
  if [ -e "$1/.git" ] && have git && project_git "$1" rev-parse HEAD >/dev/null; then
    project_git "$1" archive HEAD
  else
    tar -C "$1" --exclude ./node_modules --exclude ./.toolchain --exclude ./web/dist --exclude ./.data --exclude './.env*' --exclude ./.git -c .
  fi | tar -C "$2" --no-same-owner --no-same-permissions -x || return 1
  # The example is the only .env file without private settings.
  if [ -f "$1/.env.example" ] && [ ! -L "$1/.env.example" ]; then cp "$1/.env.example" "$2/.env.example"; fi
}

# link_packages <from> <to>: links the packages if the lock files are equal; copies them if the folders are on different disks.
link_packages() {
  cmp -s "$1/package-lock.json" "$2/package-lock.json" && [ -d "$1/node_modules" ] || return 1
  cp -al "$(readlink -f "$1")/node_modules" "$2/node_modules" 2>/dev/null && return
  rm -rf "$2/node_modules"
  cp -a "$(readlink -f "$1")/node_modules" "$2/node_modules"
}

# build_in <folder>: installs the packages, builds the web app if missing, and removes the packages that the servers do not need.
# AI_DESKTOP_PACKAGES can name a folder with both, for a server without access to a registry or with little memory.
build_in() {
  cd "$1" || exit 1
  require_supported_machine
  if [ -n "${AI_DESKTOP_PACKAGES:-}" ] && ! { link_packages "$AI_DESKTOP_PACKAGES" . && has_packages; }; then
    warn "Note: AI_DESKTOP_PACKAGES does not have the packages of package-lock.json; they are fetched."
  fi
  if ! has_packages; then
    bring_toolchain "$APP/toolchain"
    install_all
  fi
  ready="${AI_DESKTOP_PACKAGES:-}"
  if [ -n "$ready" ] && [ ! -e web/dist/index.html ] && page_is_new "$ready" && same_web "$ready" .; then
    cp -R "$ready/web/dist" web/dist
  fi
  if [ ! -e web/dist/index.html ]; then
    node_modules/.bin/node --run build -- --logLevel warn || fail "The web app could not be built."
  fi
  node_modules/.bin/node deploy/packages.ts prune || fail "The packages of the build could not be removed."
}

# own_release <folder>: only root can change the code that runs with the panel's rights, and the panel can read it.
own_release() {
  if [ "$(id -u)" = 0 ]; then chown -hR root:root "$1"; fi
  chmod -R u+rwX,go=rX,ug-s "$1"
  outside="$(find "$1" -type l -exec readlink -m {} + | awk -v inside="$(readlink -f "$1")/" 'index($0, inside) != 1' | head -n 3)"
  [ -z "$outside" ] || fail "The source has links to files outside of it: $outside"
}

# Removes releases that a killed run left unfinished, and ends the programs it left at work there.
remove_unfinished() {
  releases="$(readlink -m "$APP")/releases"
  for process in /proc/[0-9]*; do
    case "$(readlink "$process/cwd" 2>/dev/null || true)" in
      "$releases"/*.part | "$releases"/*.part/*) kill -KILL "${process##*/}" 2>/dev/null || true ;;
    esac
  done
  for _ in $(seq 50); do
    rm -rf "$APP"/releases/*.part 2>/dev/null && return
    sleep 0.1
  done
  rm -rf "$APP"/releases/*.part
}

# make_release <source>: creates a release from the source, with packages and the built web app. Sets RELEASE.
# An unfinished release has another name, so that a failed run leaves no release. Releases are never written to, so unchanged
# files are shared with the current one.
make_release() {
  RELEASE="$APP/releases/$(date -u +%Y%m%dT%H%M%SZ)"
  draft="$RELEASE.part"
  build="$RELEASE.build.part"
  remove_unfinished
  copy_source "$1" "$draft" || fail "The source cannot be copied."
  if same_web "$APP/current" "$draft"; then cp -al "$(readlink -f "$APP/current")/web/dist" "$draft/web/dist" || true; fi
  link_packages "$APP/current" "$draft" || true
  # Builds in a separate folder with all packages. The release keeps those that the servers need.
  if [ ! -e "$draft/web/dist/index.html" ] || [ ! -e "$draft/node_modules/.bin/node" ]; then
    copy_source "$1" "$build" || fail "The source cannot be copied."
    if [ -e "$draft/web/dist/index.html" ]; then cp -al "$draft/web/dist" "$build/web/dist"; fi
    (build_in "$build") 8>&- || { rm -rf "$draft" "$build" && fail "The release could not be built."; }
    for part in node_modules web/dist; do
      [ -e "$draft/$part" ] || mv "$build/$part" "$draft/$part"
    done
    rm -rf "$build"
  fi
  own_release "$draft"
  lacking="$(cd "$draft" && node_modules/.bin/node deploy/packages.ts missing --servers 2>&1)" || fail "The release is incomplete: $lacking"
  mv "$draft" "$RELEASE"
}

# switch_to <release>: makes a release the current one atomically.
switch_to() {
  ln -sfn "$1" "$APP/current.next"
  mv -T "$APP/current.next" "$APP/current"
}

# Removes old releases, but never the current one.
drop_old_releases() {
  in_use="$(readlink -f "$APP/current")"
  printf "%s\n" "$APP"/releases/* | sort -r | tail -n +$((RELEASES_KEPT + 1)) | while read -r release; do
    [ "$(readlink -f "$release")" = "$in_use" ] || rm -rf "$release"
  done
}

# keep_newest <number> <path…>: removes all but the newest of paths that end with their time.
keep_newest() {
  kept_number="$1"
  shift
  printf '%s\n' "$@" | sort -r | tail -n +$((kept_number + 1)) | while read -r old_path; do rm -rf "$old_path"; done
}

# keep_copies <folder> <file…>: copies the existing files to the folder, with their full paths.
keep_copies() {
  copies="$1"
  shift
  for file in "$@"; do if [ -e "$file" ] || [ -L "$file" ]; then printf '%s\0' "${file#/}"; fi; done |
    tar -C / --null --no-recursion -T - -c | tar -C "$copies" -x
}

# put_back <folder>: restores the copies of keep_copies. Existing folders do not change.
put_back() { (cd "$1" && find . ! -type d -print0) | tar -C "$1" --null -T - -c | tar -C / -xp; }

# act_on_installation <script> <started in> <arguments…>: on a server, scripts of a clone act on the installation, unless the
# clone has its own state. If the clone has no packages, the installation's script runs instead.
act_on_installation() {
  [ -x "$APP/current/node_modules/.bin/node" ] || return 0
  if [ ! -e .data ] && [ ! -e .env ]; then export AI_DESKTOP_ENV="${AI_DESKTOP_ENV:-$SETTINGS}"; fi
  [ ! -x node_modules/.bin/node ] || return 0
  script="$1"
  cd "$2" || exit 1
  shift 2
  exec "$APP/current/deploy/$script" "$@"
}
