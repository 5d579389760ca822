# The daily recipes. `just` lists them.

_default:
    @just --list --unsorted

# Format, clippy with warnings denied, tests
check:
    cargo fmt --all -- --check
    rustfmt --check --edition 2024 benches/generate.rs benches/access.rs benches/peers/src/main.rs
    cargo clippy --all-targets --locked -- -D warnings
    cargo test --locked

# Write the generated files anew: schema, rule pages, completions, transcripts
bless:
    KEYROLL_BLESS=1 SNAPSHOTS=overwrite TRYCMD=overwrite cargo test

# Run the fixtures of the rule book, or of one rule
rule NAME='':
    cargo test --test rules {{ if NAME == '' { '' } else { replace(NAME, '-', '_') } }}

# Time keyroll beside its peers: inventories of 100 to 100,000 accounts, questions to 100 to 1,000,000 assignments
bench *ARGS:
    cargo build --release --locked
    sh benches/run.sh {{ARGS}}
    sh benches/access.sh {{ARGS}}
    sh benches/logs.sh

# Build the peers that questions about access are timed beside: casbin and Cedar; takes minutes
bench-peers:
    cargo build --release --locked --manifest-path benches/peers/Cargo.toml

# Fuzz a target for so many seconds: manifest, config or baseline; needs cargo-fuzz and a C++ compiler
fuzz TARGET='manifest' SECONDS='600':
    RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none {{TARGET}} fuzz/corpus/{{TARGET}} fuzz/seeds/{{TARGET}} -- \
        -dict=fuzz/dictionary.txt -rss_limit_mb=2048 -timeout=10 -max_len=65536 -max_total_time={{SECONDS}}

# The documentation of the crate, opened
docs:
    cargo doc --no-deps --open
