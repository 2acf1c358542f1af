# shellcheck shell=bash
# Sourced by the other scripts. Must work with Bash 3.2, the version of macOS.

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
fail() {
  warn "Error: $*"
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# at_exit <command>: runs a command when the script ends, before those given earlier. It does not change the exit status.
EXIT_COMMANDS=""
at_exit() {
  EXIT_COMMANDS="$1; $EXIT_COMMANDS"
  # shellcheck disable=SC2064 # the commands as they are now
  trap "set +e; $EXIT_COMMANDS" EXIT
}

# cannot_be_moved <folder of a state>: prints the part of it that is a mount point, which cannot be renamed; nothing otherwise.
cannot_be_moved() {
  have mountpoint || return 0
  for place in "$1" "$1/stacks" "$1/log-store"; do
    if [ -d "$place" ] && mountpoint -q "$place"; then printf '%s' "$place" && return; fi
  done
}

# Requests to this host must not go to a proxy of the environment, as those of curl and of Node with NODE_USE_ENV_PROXY would.
# Node compares with the host of the URL, curl with the address.
if [ -n "${http_proxy:-}${HTTP_PROXY:-}${https_proxy:-}${HTTPS_PROXY:-}${all_proxy:-}${ALL_PROXY:-}" ]; then
  no_proxy="${no_proxy:-${NO_PROXY:-}}"
  case "$no_proxy" in
    '*' | *'localhost,127.0.0.1,::1,[::1]') ;;
    *) no_proxy="${no_proxy:+$no_proxy,}localhost,127.0.0.1,::1,[::1]" ;;
  esac
  export no_proxy NO_PROXY="$no_proxy"
fi

# node_is_new_enough <node>: whether the version is 24.15 or newer (type stripping, node:sqlite).
node_is_new_enough() {
  "$1" -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 24 || (major === 24 && minor >= 15) ? 0 : 1)' 2>/dev/null
}

# drop_foreign_options <node>: unsets NODE_OPTIONS if this Node rejects them. They may be meant for the host's Node.
drop_foreign_options() {
  if [ -n "${NODE_OPTIONS:-}" ] && ! "$1" -e 0 >/dev/null 2>&1 && NODE_OPTIONS="" "$1" -e 0 >/dev/null 2>&1; then
    warn "Note: NODE_OPTIONS ($NODE_OPTIONS) is not for the Node used here, and is left out."
    unset NODE_OPTIONS
  fi
}

# Sets NODE to the project's own Node if there is one, otherwise to the host's.
use_project_node() {
  export PATH="$PWD/node_modules/.bin:$PATH"
  NODE="$(command -v node)" || fail "Node is needed."
  drop_foreign_options "$NODE"
  node_is_new_enough "$NODE" || fail "Node 24.15 or newer is needed here, but $NODE is $("$NODE" --version)."
}

# from_file <file> <name>: prints the value in the last line with the name, without quotes and comment.
from_file() {
  [ -r "$1" ] || return 0
  NAME="$2" awk '
    {
      line = $0
      sub(/^[ \t]*(export[ \t]+)?/, "", line)
      at = index(line, "=")
      if (!at) next
      name = substr(line, 1, at - 1)
      gsub(/[ \t]/, "", name)
      if (name != ENVIRON["NAME"]) next
      value = substr(line, at + 1)
      gsub(/^[ \t]+|[ \t\r]+$/, "", value)
      quote = substr(value, 1, 1)
      end = index(substr(value, 2), quote)
      if (quote ~ /["\047`]/ && end) value = substr(value, 2, end - 1)
      else { sub(/#.*/, "", value); sub(/[ \t]+$/, "", value) }
    }
    END { printf "%s", value }' "$1"
}

# setting <name> <default>: prints a setting from the environment, the settings file of an installation or .env, or the default.
setting() {
  value="$(eval "printf '%s' \"\${$1:-}\"")"
  if [ -z "$value" ]; then value="$(from_file "${AI_DESKTOP_ENV:-.env}" "$1")"; fi
  printf '%s' "${value:-$2}"
}

# panel_at <url>…: prints `runs` if all of these addresses answer; `stopped` if one refuses the connection, or another program
# answers there; else `unclear`: an answer of the panel is late, or an error.
panel_at() {
  "$NODE" -e '
    const nowhere = ["ECONNREFUSED", "EADDRNOTAVAIL", "EAFNOSUPPORT", "ENETUNREACH", "ENOTFOUND"];
    const look = async (url) => {
      try {
        const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
        if (answer.ok) return "runs";
        const isForeign = answer.status < 500 && !(await answer.text()).includes("\"success\":false");
        return isForeign ? "stopped" : "unclear";
      } catch ({ cause }) {
        return nowhere.includes(cause?.code) ? "stopped" : "unclear";
      }
    };
    void Promise.all(process.argv.slice(1).map(look)).then((found) => {
      console.log(["stopped", "unclear"].find((one) => found.includes(one)) ?? "runs");
      process.exit();
    });' "$@"
}

# page_is_new <folder>: whether the web app was built after the last change of its sources.
page_is_new() {
  [ -f "$1/web/dist/index.html" ] &&
    [ -z "$(find -H "$1/web" "$1/shared" "$1/package-lock.json" -name dist -prune -o -type f -newer "$1/web/dist/index.html" -print | head -n 1)" ]
}

# project_git <folder> <arguments…>: runs git in a folder that may belong to another user, which git refuses by default. The
# caller already runs scripts of that user; hooks and file monitors are disabled nevertheless.
project_git() {
  trusting="$(mktemp "${TMPDIR:-/tmp}/aid.XXXXXX")"
  printf '[safe]\n\tdirectory = *\n' >"$trusting"
  status=0
  folder="$1"
  shift
  GIT_CONFIG_GLOBAL="$trusting" git -C "$folder" -c core.fsmonitor=false -c core.hooksPath=/dev/null "$@" 2>/dev/null || status=$?
  rm -f "$trusting"
  return "$status"
}

# source_revision <folder>: prints the commit of the source; nothing if it has uncommitted changes or is not a git repository.
source_revision() {
  have git && [ -e "$1/.git" ] || return 0
  changes="$(project_git "$1" status --porcelain --untracked-files=no)" || return 0
  [ -z "$changes" ] || return 0
  project_git "$1" rev-parse HEAD || true
}
