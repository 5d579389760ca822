#!/bin/sh
# Times questions about access beside their peers, in the same run and on the same policies, and compares the answers.
#
#   sh benches/access.sh [ASSIGNMENTS ...]      default: 100 10000 100000 1000000
#
# One question to a cold store, against the sqlite3 shell with the same point look-ups; many questions at once; and in
# memory, against hash tables, casbin and Cedar. The last need their own build, which this script does not start:
#
#   cargo build --release --locked --manifest-path benches/peers/Cargo.toml
#
# A peer that is missing is said to be missing. Quote the ratios, never the absolute figures. Needs hyperfine.
set -eu
cd "$(dirname "$0")/.."
sizes=${*:-100 10000 100000 1000000}
cargo build --release --quiet --locked --bin keyroll
keyroll=$PWD/target/release/keyroll
peers=$PWD/benches/peers/target/release/keyroll-peers
work=$PWD/target/bench-access
as_of=2026-11-22
rm -rf "$work"; mkdir -p "$work"
rustc --edition 2024 -O -o "$work/generate" benches/access.rs

have() { command -v "$1" >/dev/null 2>&1; }
have hyperfine || { echo 'hyperfine is missing: nothing can be timed' >&2; exit 1; }

# The median CPU time (user and system) of a command over several runs, in milliseconds.
cpu() {
  hyperfine --shell=none --warmup 2 --runs "$runs" --ignore-failure --export-csv "$work/times.csv" "$1" >/dev/null 2>&1
  awk -F, 'NR == 2 { printf "%.2f", ($(NF-3) + $(NF-2)) * 1000 }' "$work/times.csv"
}

ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }

# What the sqlite3 shell is asked: everybody whose assignments count, every boundary that they may stand at, and whether
# one of their roles holds the permission. CROSS JOIN keeps the order, so that each step is a look-up in an index.
query() { # principal, permission, boundary
  cat <<SQL
WITH RECURSIVE
  there (who) AS (
    SELECT '$1' FROM person WHERE id = substr('$1', 8) AND ifnull(left_on, '9999') > '$as_of'
    AND NOT EXISTS (SELECT 1 FROM invitation WHERE person = id AND status <> 'accepted')),
  who (id) AS (
    SELECT who FROM there
    UNION SELECT 'team/' || team FROM there CROSS JOIN team_member ON person = substr(who, 8)
    UNION SELECT 'team/' || team FROM who CROSS JOIN team_part ON part = substr(who.id, 6)),
  place (id) AS (
    VALUES ('$3')
    UNION ALL SELECT boundary.parent FROM place CROSS JOIN boundary ON boundary.id = place.id WHERE boundary.parent IS NOT NULL)
SELECT count(*) > 0 FROM (
  SELECT 1 FROM who CROSS JOIN place
  CROSS JOIN assignment ON assignment.principal = who.id AND ifnull(assignment.at, '') = place.id
  CROSS JOIN role ON role.id = assignment.role
  WHERE EXISTS (SELECT 1 FROM json_each(role.permissions) WHERE value = '$2') LIMIT 1);
SQL
}

# One question to a cold store, and whether both say the same of a hundred.
cold() { # assignments, folder
  n=$1 dir=$2
  : > "$work/keyroll" && : > "$work/sqlite3"
  sed -n 2,101p "$dir/questions.csv" | while IFS=, read -r who what at; do
    status=0
    $keyroll --store "$dir/roll.db" can "$who" "$what" --at "$at" --as-of $as_of --quiet || status=$?
    case $status in 0) echo 1 ;; 4) echo 0 ;; *) echo "failed: $who $what $at" ;; esac >> "$work/keyroll"
    if have sqlite3; then query "$who" "$what" "$at" | sqlite3 "$dir/roll.db" >> "$work/sqlite3"; fi
  done
  IFS=, read -r who what at <<LINE
$(sed -n 2p "$dir/questions.csv")
LINE
  mine=$(cpu "$keyroll --store $dir/roll.db can $who $what --at $at --as-of $as_of")
  if ! have sqlite3; then
    printf '| can, cold, %s assignments | %s ms | sqlite3 is missing | |\n' "$n" "$mine"
    return
  fi
  cmp -s "$work/keyroll" "$work/sqlite3" || { echo "keyroll and sqlite3 answer differently: $work" >&2; exit 1; }
  query "$who" "$what" "$at" > "$work/query.sql"
  printf '.read %s\n' "$work/query.sql" > "$work/read.sql"
  peer=$(cpu "sqlite3 -init $work/read.sql $dir/roll.db .exit")
  printf '| can, cold, %s assignments | %s ms | sqlite3: %s ms | %s |\n' "$n" "$mine" "$peer" "$(ratio "$mine" "$peer")"
}

# Many questions in one go: what the first costs, loading included, and each further one.
batch() { # assignments, folder
  n=$1 dir=$2
  head -n 2 "$dir/questions.csv" > "$dir/one.csv"
  count=$(($(wc -l < "$dir/questions.csv") - 2))
  first=$(cpu "$keyroll --store $dir/roll.db can --batch $dir/one.csv --as-of $as_of")
  all=$(cpu "$keyroll --store $dir/roll.db can --batch $dir/questions.csv --as-of $as_of")
  each=$(awk "BEGIN { printf \"%.2f\", ($all - $first) * 1000 / $count }")
  printf '| can --batch, %s assignments | %s ms to load | %s us a question | |\n' "$n" "$first" "$each"
}

runs=9
printf '| path | keyroll, CPU | peer, CPU | ratio |\n|---|---|---|---|\n'
for n in $sizes; do
  dir=$work/$n
  "$work/generate" "$n" "$dir" 50000
  $keyroll --store "$dir/roll.db" init --no-secrets 2>/dev/null
  /usr/bin/time -f '%U %S %M' -o "$work/time" \
    "$keyroll" --store "$dir/roll.db" apply "$dir/inventory" --yes > "$dir/apply.log" 2>&1 ||
    { echo "the policy of $n assignments is not applied: $dir/apply.log" >&2; exit 1; }
  awk -v n="$n" 'END { printf "| apply, %s assignments, once | %.1f s | peak %d MiB | |\n", n, $1 + $2, $3 / 1024 }' "$work/time"
  cold "$n" "$dir"
  if [ "$n" -gt 100000 ]; then runs=3; fi
  batch "$n" "$dir"
  runs=9
done

for n in $sizes; do
  echo
  if [ -x "$peers" ]; then
    "$peers" "$work/$n" 10
  else
    echo 'hash tables, casbin and Cedar are missing: build benches/peers'
    break
  fi
done
