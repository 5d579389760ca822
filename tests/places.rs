//! One secret through every place, by the commands a user types: a real keyring, a real OpenBao, the real `pass`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(
    clippy::disallowed_methods,
    reason = "a test looks for what `.ci/run` installed"
)]

mod binary;

use binary::Home;
use std::net::TcpListener;
use std::process::Command;

/// Starts what the places need, then runs the rest of the script; every failure ends it.
const SESSION: &str = r#"
set -euo pipefail
keyroll=$0 port=$1
export VAULT_ADDR=http://127.0.0.1:$port VAULT_TOKEN=root-canary BAO_ADDR=http://127.0.0.1:$port BAO_TOKEN=root-canary
export GNUPGHOME=$HOME/gpg PASSWORD_STORE_DIR=$HOME/pass
mkdir -m 700 "$GNUPGHOME"
printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null
bao server -dev -dev-no-store-token -dev-listen-address=127.0.0.1:$port -dev-root-token-id=root-canary >bao.log 2>&1 &
trap 'kill %1; gpgconf --kill all' EXIT
until bao status >/dev/null 2>&1; do kill -0 %1; done
gpg --batch --quiet --passphrase '' --quick-generate-key test@example.org future-default default never 2>/dev/null
pass init test@example.org >/dev/null
run() { echo "\$ keyroll $*" >&2; "$keyroll" "$@"; }
is() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'" >&2; exit 1; }; }
refused() { # STATUS, WORDS, command ...
  local status=0 said; said=$("$keyroll" "${@:3}" 2>&1) || status=$?
  is "$status" "$1"; case $said in *"$2"*) ;; *) echo "'$2' is not in: $said" >&2; exit 1;; esac
}
A=unicmms-production-status-sync-plant1
B=unicmms-staging-read-only-import-plant1
C=maintainx-staging-status-sync-plant1
"#;

fn session(script: &str) {
    let home = Home::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let inventory = std::fs::read_to_string(format!("{}/inventory.toml", binary::EXAMPLE)).unwrap();
    let all = "[\"age\", \"keyring\", \"vault\", \"command\", \"environment\"]";
    home.file(
        "in/inventory.toml",
        inventory.replace("[\"age\", \"keyring\"]", all),
    );
    let glossary = format!("{}/glossaries/maintainx.toml", binary::EXAMPLE);
    home.file(
        "in/glossaries/maintainx.toml",
        std::fs::read(glossary).unwrap(),
    );
    let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/target/ci-tools/bin");
    let path = format!("{}:{tools}", std::env::var("PATH").unwrap());
    let inner = home.command(&["--version"]);
    let mut command = Command::new("timeout");
    command.args([
        "--kill-after=5",
        "120",
        "dbus-run-session",
        "--",
        "bash",
        "-c",
    ]);
    command
        .arg(format!("{SESSION}{script}"))
        .arg(inner.get_program())
        .arg(port);
    command
        .env_clear()
        .env("PATH", path)
        .env("HOME", home.path());
    command
        .env("XDG_RUNTIME_DIR", home.path())
        .current_dir(home.path());
    binary::set_mode(home.path(), 0o700);
    let out = command.output().unwrap();
    assert!(
        out.status.success(),
        "{}\n{}{}",
        out.status,
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
}

#[test]
fn a_secret_moves_through_every_place_and_leaves_no_copy_behind() {
    session(
        r#"
run init --recovery-file recovery.txt
run apply in --yes
canary=canary-q7Rz2mWc9LxKpV4tN8bG
printf $canary | run secret set $A
for place in keyring vault:secret/factory/a command:pass age; do
  run credential move $A $place
  is "$(run secret get $A)" $canary
  run secret verify >/dev/null
  is "$(sqlite3 .local/share/keyroll/roll.db 'SELECT count(*) FROM sealed')" $([ $place = age ] && echo 1 || echo 0)
done
# Nothing of it is left where it was.
is "$(secret-tool search --all service keyroll 2>/dev/null | grep -c canary || true)" 0
bao kv get secret/factory/a 2>&1 | grep -q canary && exit 1
pass show keyroll/$A/1 >/dev/null 2>&1 && exit 1
refused 4 'is there already' credential move $A age
run audit verify
# The recovery key opens it without the keyring.
is "$(DBUS_SESSION_BUS_ADDRESS= run secret get $A --identity recovery.txt)" $canary
"#,
    );
}

#[test]
fn what_is_in_its_place_already_is_recorded_and_a_change_behind_our_back_is_not_handed_out() {
    session(
        r#"
run init --recovery-file recovery.txt
run apply in --yes
bao kv put secret/theirs secret=canary-theirs-w3Yd8kQf1HsJ >/dev/null
run credential set $A store=vault:secret/theirs
run secret set $A --existing
is "$(run secret get $A)" canary-theirs-w3Yd8kQf1HsJ
bao kv put secret/theirs secret=another-value >/dev/null
refused 4 'was changed in vault:secret/theirs' secret get $A
run secret set $A --existing --new
is "$(run secret get $A)" another-value

printf 'canary-entry-Hn4bM8sLpQ\n' | pass insert --multiline --force factory/b >/dev/null
run credential set $B store=command:pass:factory/b
run secret set $B --existing
is "$(run secret get $B)" canary-entry-Hn4bM8sLpQ

run credential set $C store=environment:THEIR_KEY
refused 4 'read only' secret set $C --from-file /etc/hostname
refused 1 'THEIR_KEY is not set' secret set $C --existing
export THEIR_KEY=canary-env-Jm5vB2xZ9s
run secret set $C --existing
is "$(run run $C --env OUT -- printenv OUT)" canary-env-Jm5vB2xZ9s

# The identity is replaced in the keyring, and a place that is out of reach meanwhile is not taken on trust.
unset THEIR_KEY
run secret rotate-key --yes
is "$(run secret get $A)" another-value
export THEIR_KEY=canary-env-Jm5vB2xZ9s
refused 4 'nothing vouches' secret get $C
run secret set $C --existing
is "$(run secret get $C)" canary-env-Jm5vB2xZ9s
run secret verify >/dev/null
run audit verify

# Locked, it is said so in a few seconds; the file is the way out.
run identity show | grep -q identity
dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
  org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
refused 1 'KEYROLL_IDENTITY_FILE' secret get $A
is "$(KEYROLL_IDENTITY_FILE=recovery.txt run secret get $A)" another-value
"#,
    );
}
