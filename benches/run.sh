#!/bin/sh
# Times keyroll beside its peers, one after the other in the same run, and prints ratios of medians.
#
#   sh benches/run.sh [ACCOUNTS ...]      default: 100 1000 10000 100000
#
# A peer that is not installed is said to be missing, never passed over in silence. Absolute figures drift from machine
# to machine and hour to hour: quote the ratios. Needs hyperfine; the peers are the sqlite3 shell and check-jsonschema.
set -eu
cd "$(dirname "$0")/.."
sizes=${*:-100 1000 10000 100000}
cargo build --release --quiet --locked --bin keyroll
keyroll=$PWD/target/release/keyroll
schema=$PWD/schema/inventory.schema.json
work=$PWD/target/bench
as_of=2026-11-22
rm -rf "$work"; mkdir -p "$work"
generate=$work/generate
rustc --edition 2024 -O -o "$generate" benches/generate.rs

have() { command -v "$1" >/dev/null 2>&1; }
have hyperfine || { echo 'hyperfine is missing: nothing can be timed' >&2; exit 1; }

# The median CPU time (user and system) of a command over several runs, in milliseconds.
cpu() {
  hyperfine --shell=none --warmup 1 --runs "$runs" --ignore-failure --export-csv "$work/times.csv" "$1" >/dev/null 2>&1
  awk -F, 'NR == 2 { printf "%.2f", ($(NF-3) + $(NF-2)) * 1000 }' "$work/times.csv"
}

alone() { # what, command
  printf '| %s | %s | | |\n' "$1" "$(cpu "$2")"
}

beside() { # what, command, peer, the peer's command
  mine=$(cpu "$2")
  if ! have "$3" && [ ! -x "$3" ]; then
    printf '| %s | %s | %s is missing | |\n' "$1" "$mine" "$3"
    return
  fi
  peer=$(cpu "$4")
  printf '| %s | %s | %s: %s | %s |\n' "$1" "$mine" "$(basename "$3")" "$peer" \
    "$(awk "BEGIN { printf \"%.3f\", $mine / $peer }")"
}

once() { # what, command: a command that changes the store is timed once, with its peak memory
  /usr/bin/time -f '%U %S %M' -o "$work/time" sh -c "$2" >/dev/null 2>&1
  awk -v what="$1" 'END { printf "| %s, once | %.0f | peak %d MiB | |\n", what, ($1 + $2) * 1000, $3 / 1024 }' "$work/time"
}

runs=15
printf '| path | keyroll, CPU ms | peer, CPU ms | ratio |\n|---|---|---|---|\n'
printf 'fn main() { println!("hello"); }\n' > "$work/hello.rs" && rustc -O -o "$work/hello" "$work/hello.rs"
beside 'cold start, `--version`' "$keyroll --version" "$work/hello" "$work/hello"

for n in $sizes; do
  if [ "$n" -gt 10000 ]; then runs=3; else runs=9; fi
  dir=$work/$n
  "$generate" "$n" "$dir"
  store="$keyroll --store $dir/roll.db"
  $store init --no-secrets 2>/dev/null
  if [ "$n" -le 10000 ]; then
    beside "validate, $n accounts" "$keyroll validate $dir/inventory" check-jsonschema \
      "check-jsonschema --schemafile $schema $(echo "$dir"/inventory/*.toml)"
  else
    alone "validate, $n accounts" "$keyroll validate $dir/inventory"
  fi
  once "validate, $n accounts" "$keyroll validate $dir/inventory"
  once "apply, $n accounts" "$store apply $dir/inventory --yes"
  once "import facts, $n" "$store import facts $dir/facts.jsonl"
  beside "check --due, $n accounts, 5 % due" "$store check --due --as-of $as_of --format csv" sqlite3 \
    "sqlite3 $dir/roll.db \"select what, account, warn_on, due_on from due where warn_on <= '$as_of'\""
  alone "check --due --quiet, $n accounts" "$store check --due --quiet --as-of $as_of"
  alone "check, whole rule book, $n accounts" "$store check --quiet --as-of $as_of"
  beside "account list, $n accounts" "$store account list --format csv" sqlite3 \
    "sqlite3 $dir/roll.db \"select * from account\""
  alone "plan, nothing to change, $n accounts" "$store plan $dir/inventory"
  alone "audit verify, $n accounts" "$store audit verify"
done

# Secrets: a store of its own, each sealed to an identity and a recovery key. The peers open and seal one file a run.
secrets=500
dir=$work/secrets
"$generate" $secrets "$dir"
store="$keyroll --store $dir/roll.db"
export KEYROLL_IDENTITY_FILE=$dir/identity.txt
$store init --recovery-file "$dir/recovery.txt" 2>/dev/null
$store apply "$dir/inventory" --yes >/dev/null 2>&1
head -c 24 /dev/urandom | base64 > "$dir/secret"
$store account list --format csv | awk -F, 'NR > 1 { print $1 }' | while read -r account; do
  $store secret set "$account" --new --from-file "$dir/secret" 2>/dev/null
done
account=$($store account list --format csv | awk -F, 'NR == 2 { print $1 }')
sqlite3 "$dir/roll.db" "SELECT ciphertext FROM sealed WHERE account = '$account'" > "$dir/one.age"
runs=15
for peer in rage age; do
  beside 'secret get, its audit record included' "$store secret get $account" "$peer" "$peer -d -i $dir/identity.txt $dir/one.age"
done
stranger=$(age-keygen 2>/dev/null | age-keygen -y 2>/dev/null || true)
if [ -n "$stranger" ]; then
  /usr/bin/time -f '%U %S %e' -o "$work/time" $store secret recipients add another "$stranger" 2>/dev/null
  awk -v n=$secrets 'END { printf "| recipients add, CPU ms a secret of %d | %.3f | | |\n", n, ($1 + $2) * 1000 / n }' "$work/time"
  for peer in rage age; do
    if have $peer; then
      printf '#!/bin/sh\n%s -d -i %s %s | %s -r %s -r %s > %s\n' $peer "$dir/identity.txt" "$dir/one.age" $peer "$stranger" "$stranger" "$dir/two.age" > "$dir/again"
      printf '| one file to new recipients | | %s: %s | |\n' $peer "$(cpu "sh $dir/again")"
    else
      printf '| one file to new recipients | | %s is missing | |\n' $peer
    fi
  done
fi
