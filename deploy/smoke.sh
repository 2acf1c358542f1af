#!/usr/bin/env bash
# Looks at every part of a running panel and says which is broken; exit 1 when one is.
# smoke.sh [--public https://panel.example.com] [--token-file DATA_DIR/emit-token] [--web|--api|--realtime http://host:port]
# A certificate of your own: NODE_EXTRA_CA_CERTS=/path/to/certificate.pem
# On a server, without options: the same as "ai-desktop smoke".
set -euo pipefail
started_in="$PWD"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/common.sh
. deploy/common.sh
# shellcheck source=deploy/layout.sh
. deploy/layout.sh
act_on_installation smoke.sh "$started_in" "$@"
if [ $# = 0 ] && [ -n "${AI_DESKTOP_ENV:-}" ] && [ "${AI_DESKTOP_ENV:-}" = "$SETTINGS" ]; then exec deploy/ai-desktop smoke; fi
use_project_node
exec "$NODE" deploy/smoke.ts "$@"
