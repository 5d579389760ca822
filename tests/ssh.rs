//! SSH keys as recipients, in a build that takes them: with a key of the real `ssh-keygen`, opened by the stock `age`.

#![cfg(feature = "ssh-recipients")]
#![allow(clippy::unwrap_used, reason = "a test may")]

mod binary;

use binary::Home;

#[test]
fn an_ssh_key_opens_what_was_sealed_to_it_here_and_with_the_stock_age() {
    let home = Home::filled();
    let key = home.path().join("id_ed25519");
    let key = key.to_str().unwrap();
    let script = format!(
        "set -eu
        ssh-keygen -q -t ed25519 -N '' -f {key}
        \"$0\" init --identity-file --no-recovery
        \"$0\" secret recipients add anna \"$(cat {key}.pub)\"
        printf canary-q7Rz2mWc9LxKpV4t | \"$0\" secret set unicmms-production-status-sync-plant1
        sqlite3 data/keyroll/roll.db 'SELECT ciphertext FROM sealed' | age -d -i {key}
        \"$0\" secret get unicmms-production-status-sync-plant1 --identity {key}"
    );
    let ran = binary::finish(home.shell(&script, &[])).ok(0);
    assert_eq!(
        ran.stdout.matches("canary-q7Rz2mWc9LxKpV4t").count(),
        2,
        "{ran:#?}"
    );
}
