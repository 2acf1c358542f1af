#!/usr/bin/env bash
# Installs the packages of the lock file, builds the web app, starts all three services and prints the address.
# Needs curl, tar and openssl; fetches Node and npm. Ctrl-C stops everything. Docker and PM2 are optional.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
. deploy/lib/common.sh
# shellcheck source=deploy/lib/toolchain.sh
. deploy/lib/toolchain.sh

install_packages

if ! page_is_new .; then
  say "Building the web app…"
  "$NODE" --run build -- --logLevel warn || fail "The web app could not be built."
fi

# dev.ts checks all ports first and waits for all three services, so that there is no partial start.
exec "$NODE" deploy/dev.ts
