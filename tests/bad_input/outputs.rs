//! Outputs that are closed, full, or read by nobody.

use std::fs::File;
use std::process::Stdio;

use crate::binary::{EXAMPLE, Home, finish};

/// Commands that write to stdout, with the status of a good day.
fn talkers() -> Vec<(Vec<&'static str>, i32)> {
    [
        (&["--help"][..], 0),
        (&["--version"], 0),
        (&[], 0),
        (&["account", "list"], 0),
        (&["export"], 0),
        (&["audit", "log"], 0),
        (&["audit", "verify"], 0),
        (&["matrix", "permissions"], 0),
        (&["schema"], 0),
        (&["man"], 0),
        (&["completions", "bash"], 0),
        (&["explain"], 0),
        (&["catalog", "show", "unicmms", "--toml"], 0),
        (&["check", "--as-of", "2027-06-01"], 4),
        (&["doctor"], 0),
        (&["plan", EXAMPLE], 0),
        (&["diff", "store", EXAMPLE, "--format", "json"], 0),
    ]
    .map(|(words, status)| (words.to_vec(), status))
    .to_vec()
}

#[test]
fn a_full_disk_behind_stdout_is_told_with_status_1() {
    let home = Home::filled();
    for (words, _) in talkers() {
        let mut command = home.command(&words);
        command.stdout(File::options().write(true).open("/dev/full").unwrap());
        finish(command)
            .refused(1)
            .says("cannot write to standard output");
    }
}

#[test]
fn a_reader_who_has_gone_is_no_failure() {
    let home = Home::filled();
    for (words, status) in talkers() {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = home.command(&words);
        command.stdout(Stdio::from(writer));
        let ran = finish(command).ok(status);
        assert!(!ran.stderr.contains("error:"), "{ran:#?}");
    }
}

#[test]
fn closed_streams_are_no_panic_and_harm_no_store() {
    let home = Home::filled();
    for (words, status) in talkers() {
        let words: Vec<&str> = words;
        let ran = finish(home.shell("exec \"$0\" \"$@\" >&-", &words)).clean();
        assert!(
            matches!(ran.status, Some(code) if code == status || code == 1),
            "{ran:#?}"
        );
        finish(home.shell("exec \"$0\" \"$@\" 2>&- <&-", &words)).ok(status);
    }
    // A file that the store opens must not become one of the closed streams.
    let script = "exec \"$0\" \"$@\" <&- >&- 2>&-";
    finish(home.shell(script, &["person", "add", "zoe", "name=Zoe"])).ok(0);
    home.run(&["audit", "verify"]).ok(0);
    home.run(&["person", "show", "zoe"]).ok(0);
}
