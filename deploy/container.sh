#!/bin/sh
# Runs the service of this container as its only process: AI_DESKTOP_SERVICE is web, api or realtime.
set -eu
cd "$(dirname "$0")/.."
# Read by the C library before the first line of the service; see shared/server/heap.ts.
export MALLOC_ARENA_MAX=2
case "${AI_DESKTOP_SERVICE:-}" in
  web | api | realtime) exec node --max-semi-space-size=4 --require ./shared/server/compile-cache.cjs "$AI_DESKTOP_SERVICE/main.ts" ;;
  *) echo "AI_DESKTOP_SERVICE must be web, api or realtime." >&2 && exit 1 ;;
esac
