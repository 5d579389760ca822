#!/bin/sh
# The main job on the shipped example, in a scratch store: validate, apply, record facts, check.
set -eu
cd "$(dirname "$0")/.."
cargo build --quiet --locked
PATH="$PWD/target/debug:$PATH"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export KEYROLL_STORE="$scratch/roll.db"

say() { printf '\n$ %s\n' "$*"; "$@"; }

say keyroll validate examples/femo
say keyroll init --no-secrets
say keyroll apply examples/femo --yes
say keyroll import facts examples/femo/facts.jsonl
say keyroll check --as-of 2026-11-22 && echo '(exit 0: nothing is due)'
say keyroll matrix permissions --provider unicmms
say keyroll check --as-of 2027-01-15 --fail-on never
say keyroll audit verify
