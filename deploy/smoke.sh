#!/usr/bin/env bash
# Looks at every part of a running panel and says which is broken; exit 1 when one is.
# smoke.sh [--public https://panel.example.com] [--token-file DATA_DIR/emit-token] [--web|--api|--realtime http://host:port]
# A certificate of your own: NODE_EXTRA_CA_CERTS=/path/to/certificate.pem
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/common.sh
. deploy/common.sh
use_project_node
exec "$NODE" deploy/smoke.ts "$@"
