#!/usr/bin/env bash
# Checks every part of a running panel and names the broken ones; exits with 1 if one is broken.
# smoke.sh [--public https://panel.example.com] [--token-file DATA_DIR/emit-token] [--web|--api|--realtime http://host:port]
# A certificate of your own: NODE_EXTRA_CA_CERTS=/path/to/certificate.pem
# On a server, without options: the same as "ai-desktop smoke".
set -euo pipefail
started_in="$PWD"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
. deploy/lib/common.sh
# shellcheck source=deploy/lib/layout.sh
. deploy/lib/layout.sh
act_on_installation smoke.sh "$started_in" "$@"
if [ $# = 0 ] && [ -n "${AI_DESKTOP_ENV:-}" ] && [ "${AI_DESKTOP_ENV:-}" = "$SETTINGS" ]; then exec deploy/ai-desktop smoke; fi
use_project_node
exec "$NODE" deploy/smoke.ts "$@"
