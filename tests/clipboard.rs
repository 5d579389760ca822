//! A secret in a real X11 clipboard, in a build that has one: pasted while it is offered, gone when the offer ends.

#![cfg(feature = "clipboard")]
#![allow(clippy::unwrap_used, reason = "a test may")]

mod binary;

use binary::Home;

#[test]
fn a_secret_can_be_pasted_while_it_is_offered_and_not_after_that() {
    let home = Home::with_secrets();
    let script = r#"
        set -eu
        A=unicmms-production-status-sync-plant1
        printf canary-q7Rz2mWc9LxKpV4t | "$0" secret set $A
        # The server says its number when it is ready.
        mkfifo display
        Xvfb -displayfd 3 -nolisten tcp -auth /dev/null 3>display 2>/dev/null &
        server=$!
        trap 'kill $server' EXIT
        read -r number <display
        export DISPLAY=:$number
        printf before | xclip -selection clipboard
        "$0" secret get $A --clipboard &
        offered=$!
        until [ "$(timeout 5 xclip -selection clipboard -o 2>/dev/null)" = canary-q7Rz2mWc9LxKpV4t ]; do
            kill -0 $offered
        done
        kill -TERM $offered
        wait $offered || true
        if timeout 5 xclip -selection clipboard -o 2>/dev/null | grep canary; then exit 9; fi
        "$0" audit log --action reveal --fields
    "#;
    let ran = binary::finish(home.shell(script, &[])).ok(0);
    ran.says("to: clipboard");
}
