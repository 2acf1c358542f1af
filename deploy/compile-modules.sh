#!/bin/sh
# Writes the compiled modules of all services to NODE_COMPILE_CACHE: starts each once, with a state of its own, and stops it.
set -eu
cd "$(dirname "$0")/.."
state="$(mktemp -d)"
trap 'rm -rf "$state"' EXIT
export DATA_DIR="$state" FILE_MANAGER_ROOT="$state" LOG_LEVEL=warn
for AI_DESKTOP_SERVICE in web api realtime; do
  export AI_DESKTOP_SERVICE
  deploy/container.sh &
  service=$!
  until node deploy/container-health.ts; do
    kill -0 "$service" 2>/dev/null || exit 1
    sleep 0.2
  done
  kill -TERM "$service"
  wait "$service"
done
