#!/usr/bin/env bash
# Installs what the lock file names, builds the web app, starts all three services and prints the address.
# Needs curl, tar and openssl; Node and npm are brought along. Ctrl-C stops everything. Docker and PM2 may be absent.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/common.sh
. deploy/common.sh
# shellcheck source=deploy/toolchain.sh
. deploy/toolchain.sh

install_packages

if ! page_is_new .; then
  say "Building the web app…"
  "$NODE" --run build -- --logLevel warn || fail "The web app could not be built."
fi

# A broken half-start helps nobody: the supervisor checks the ports first and waits for all three.
exec "$NODE" deploy/dev.ts
