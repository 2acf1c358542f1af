#!/usr/bin/env bash
# Copies the state (users, sessions, keys, MCP servers, audit trail, secrets) to an archive while the panel runs: on a server,
# the state of the installation; in a clone with its own state (.data), that one.
#   backup.sh [--data-dir DIR] FILE.tar.gz
#   backup.sh [--data-dir DIR] s3://bucket/key.tar.gz    needs AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION;
#                                                        S3_ENDPOINT names another store than Amazon's
# The archive contains secrets: it is created with mode 0600, which must not be relaxed.
set -euo pipefail
umask 077
started_in="$PWD"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/common.sh
. deploy/lib/common.sh
# shellcheck source=deploy/lib/layout.sh
. deploy/lib/layout.sh
act_on_installation backup.sh "$started_in" "$@"

data_dir="$(setting DATA_DIR .data)"
target=""
while [ $# -gt 0 ]; do
  case "$1" in
    --data-dir) data_dir="${2:?--data-dir needs a folder}" && shift 2 ;;
    -*) fail "Unknown option: $1" ;;
    *) target="$1" && shift ;;
  esac
done
[ -n "$target" ] || fail "Usage: backup.sh [--data-dir DIR] FILE.tar.gz | s3://bucket/key.tar.gz"
use_project_node

work="$(mktemp -d "${TMPDIR:-/tmp}/aid.XXXXXX")"
trap 'rm -rf "$work"' EXIT
"$NODE" deploy/state-copy.ts "$data_dir" "$work/state" || fail "The state could not be copied."
tar -C "$work" -czf "$work/state.tar.gz" state

case "$target" in
  s3://*/*)
    path="${target#s3://}"
    region="${AWS_REGION:-us-east-1}"
    # The key is passed by stdin: all users of the host can read command lines.
    printf 'user = "%s:%s"\n' "${AWS_ACCESS_KEY_ID:?}" "${AWS_SECRET_ACCESS_KEY:?}" |
      curl --config - --silent --show-error --fail --max-time 3600 --aws-sigv4 "aws:amz:$region:s3" \
        --upload-file "$work/state.tar.gz" "${S3_ENDPOINT:-https://s3.$region.amazonaws.com}/$path" ||
      fail "The archive could not be sent."
    ;;
  *)
    case "$target" in /*) ;; *) target="$started_in/$target" ;; esac
    # The name appears when the archive is complete. Uses a new file: an existing one could belong to another user or be readable
    # by all.
    folder="$(dirname "$target")"
    find "$folder" -maxdepth 1 -type f -name '.ai-desktop-backup.??????' -mmin +1440 -delete 2>/dev/null || true
    part="$(mktemp "$folder/.ai-desktop-backup.XXXXXX")" || fail "No file can be created in $folder."
    trap 'rm -rf "$work" "$part"' EXIT
    cp "$work/state.tar.gz" "$part" && mv "$part" "$target"
    ;;
esac
say "Backed up to $target"
