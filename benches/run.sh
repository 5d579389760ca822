#!/bin/sh
# Times keyroll beside its peers, one after the other in the same run, and prints ratios of medians.
#
#   sh benches/run.sh [ACCOUNTS ...]      default: 100 1000 10000 100000
#
# A peer that is not installed is said to be missing, never passed over in silence. Absolute figures drift from machine
# to machine; quote the ratios. Peers: sqlite3 (its own shell), check-jsonschema (Python), hyperfine takes the time.
set -eu
cd "$(dirname "$0")/.."
sizes=${*:-100 1000 10000 100000}
cargo build --release --quiet --locked --bins --examples
keyroll=$PWD/target/release/keyroll
generate=$PWD/target/release/examples/generate
work=$PWD/target/bench
rm -rf "$work"; mkdir -p "$work"
as_of=2026-11-22

have() { command -v "$1" >/dev/null 2>&1; }
have hyperfine || { echo 'hyperfine is missing: nothing can be timed' >&2; exit 1; }
have sqlite3 || echo 'peer missing: sqlite3'
have check-jsonschema || echo 'peer missing: check-jsonschema'

# median NAME COMMAND: the median CPU time (user + system) in milliseconds, of at least five runs.
median() {
  hyperfine --shell=none --warmup 1 --min-runs "${runs:-7}" --ignore-failure --export-json "$work/out.json" "$1" >/dev/null 2>&1
  awk -F'[:,]' '/"user"/ {u=$2} /"system"/ {s=$2} END {printf "%.2f", (u+s)*1000}' "$work/out.json"
}

row() { # what, keyroll's command, peer's name, peer's command ('' where there is none)
  mine=$(median "$2")
  if [ -n "$4" ]; then
    peer=$(median "$4")
    ratio=$(awk "BEGIN {printf \"%.2f\", $mine / $peer}")
    printf '| %s | %s | %s %s | %s |\n' "$1" "$mine" "$3" "$peer" "$ratio"
  else
    printf '| %s | %s | %s | |\n' "$1" "$mine" "${3:-}"
  fi
}

printf '\n| path | keyroll, CPU ms | peer, CPU ms | ratio |\n|---|---|---|---|\n'
printf 'fn main() { println!("hello"); }\n' > "$work/hello.rs" && rustc -O -o "$work/hello" "$work/hello.rs"
row 'cold start, `--version`' "$keyroll --version" 'Rust hello' "$work/hello"

for n in $sizes; do
  "$generate" "$n" "$work/$n"
  store=$work/$n/roll.db
  "$keyroll" --store "$store" init 2>/dev/null
  [ "$n" -gt 10000 ] && runs=3 || runs=7
  row "validate, $n accounts" "$keyroll validate $work/$n/inventory" \
      "$(have check-jsonschema && [ "$n" -le 10000 ] && echo check-jsonschema || echo '')" \
      "$(have check-jsonschema && [ "$n" -le 10000 ] && echo check-jsonschema --schemafile "$PWD/schema/inventory.schema.json" "$work/$n"/inventory/*.toml || true)"
  # An apply changes the store, so it is timed once, on a fresh one.
  /usr/bin/time -f '%U %S %M' -o "$work/time" "$keyroll" --store "$store" apply "$work/$n/inventory" --yes >/dev/null 2>&1
  awk -v n="$n" '{printf "| apply, %s accounts, once | %.0f | | peak %d MiB |\n", n, ($1+$2)*1000, $3/1024}' "$work/time"
  /usr/bin/time -f '%U %S %M' -o "$work/time" "$keyroll" --store "$store" import facts "$work/$n/facts.jsonl" >/dev/null 2>&1
  awk -v n="$n" '{printf "| import facts, %s, once | %.0f | | peak %d MiB |\n", n, ($1+$2)*1000, $3/1024}' "$work/time"
  row "check --due, $n accounts, 5 % due" "$keyroll --store $store check --due --as-of $as_of --format csv" \
      sqlite3 "$(have sqlite3 && echo sqlite3 "$store" "\"select what, account, warn_on, due_on from due where warn_on <= '$as_of'\"" || true)"
  row "check --due --quiet, $n accounts" "$keyroll --store $store check --due --quiet --as-of $as_of" '' ''
  row "check, whole rule book, $n accounts" "$keyroll --store $store check --quiet --as-of $as_of" '' ''
  row "account list, $n accounts" "$keyroll --store $store account list --format csv" \
      sqlite3 "$(have sqlite3 && echo sqlite3 "$store" '"select * from account"' || true)"
  row "audit verify, $((n * 3)) events" "$keyroll --store $store audit verify" '' ''
  row "plan, $n accounts" "$keyroll --store $store plan $work/$n/inventory" '' ''
done
