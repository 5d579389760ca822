#!/bin/sh
# Reads two logs of LINES lines each and says how long it took and how much memory: the memory must not grow with them.
#
#   sh benches/logs.sh [LINES ...]      default: 10000 100000 1000000
set -eu
cd "$(dirname "$0")/.."
cargo build --release --quiet --locked --bin keyroll
keyroll=$PWD/target/release/keyroll
work=$PWD/target/bench-logs
rm -rf "$work"; mkdir -p "$work"
export KEYROLL_STORE="$work/roll.db"
"$keyroll" init --no-secrets 2>/dev/null
"$keyroll" apply examples/brookfield --yes >/dev/null 2>&1

printf '| lines a log | s | peak MiB |\n|---|---|---|\n'
for lines in ${*:-10000 100000 1000000}; do
  # One in 100,000 writes is missing at the platform; requests come in another order than their ids.
  awk -v lines="$lines" -v provider="$work/provider.jsonl" -v platform="$work/platform.csv" 'BEGIN {
    who = "svc-brookfield-unicmms-prod-status-sync-plant1"
    print "Time,Service account,Action,Record,Environment,Outcome,Request" > platform
    for (i = 0; i < lines; i++) {
      time = 1761955200 + i
      request = (i * 7919) % 1000003
      printf "{\"ts\":%d,\"instance\":\"live\",\"user\":{\"login\":\"%s\",\"kind\":\"service\"},\"event\":\"workorder.status\",\"object\":\"WO-%d\",\"site\":\"PLANT-1\",\"result\":\"ok\",\"request\":\"r-%d\"}\n", time, who, i % 5000, request > provider
      if (i % 100000 != 7) printf "%d,%s,status,WO-%d,production,done,r-%d\n", time, who, i % 5000, request > platform
    }
  }'
  /usr/bin/time -f '%e %M' -o "$work/time" "$keyroll" audit reconcile --provider unicmms --environment production \
    --provider-log "$work/provider.jsonl" --platform-log "$work/platform.csv" --dry-run --fail-on never >"$work/out" 2>&1
  grep -q missing-at-platform "$work/out" || { echo "the write that is missing was not found" >&2; exit 1; }
  awk -v lines="$lines" 'END { printf "| %d | %.1f | %d |\n", lines, $1, $2 / 1024 }' "$work/time"
done
