//! `keyroll run`: the program gets what it was to get, and nothing else changes for it.

use std::collections::BTreeSet;

use crate::binary::finish;
use crate::{ONE, SECRET, TWO, home, refused, sound, two_fields};

const PASSWORD: &str = "Yb6sTf3nQx8vKd1mZp5w";

fn with_two() -> crate::binary::Home {
    let home = home();
    two_fields(&home);
    let object = format!(r#"{{"user":"svc","password":"{PASSWORD}"}}"#);
    home.given(&["secret", "set", TWO], object).ok(0);
    home
}

#[test]
fn a_program_gets_its_secrets_the_way_that_was_asked_for() {
    let home = with_two();
    let said = |options: &[&str], script: &str| {
        let words = [&["run"], options, &["--", "sh", "-c", script]].concat();
        home.run(&words).ok(0).stdout
    };
    assert_eq!(said(&[ONE], "echo $KEYROLL_SECRET"), format!("{SECRET}\n"));
    let both = "echo $KEYROLL_SECRET_USER $KEYROLL_SECRET_PASSWORD";
    assert_eq!(said(&[TWO], both), format!("svc {PASSWORD}\n"));
    assert_eq!(
        said(&[ONE, "--env", "KEY"], "echo $KEY$KEYROLL_SECRET"),
        format!("{SECRET}\n")
    );
    assert_eq!(said(&[ONE, "--stdin"], "cat"), SECRET);
    assert_eq!(said(&[ONE, "--fd", "9"], "cat <&9"), SECRET);
    assert_eq!(said(&[TWO, "--stdin=password"], "cat"), PASSWORD);
    let (source, sink) = (format!("A={ONE}"), format!("B={TWO}/user"));
    let third = format!("5={TWO}/password");
    let options = [ONE, TWO, "--env", &source, "--env", &sink, "--fd", &third];
    assert_eq!(
        said(&options, "echo $A $B; cat <&5"),
        format!("{SECRET} svc\n{PASSWORD}")
    );
    sound(&home);
}

#[test]
fn the_environment_is_the_callers_and_the_secret() {
    let home = home();
    let lines = |script: &str| -> BTreeSet<String> {
        let ran = finish(home.shell(script, &[ONE])).ok(0);
        let lines = ran.stdout.lines().filter(|line| !line.starts_with("_="));
        lines.map(str::to_owned).collect()
    };
    let mut expected = lines("exec env");
    expected.insert(format!("KEYROLL_SECRET={SECRET}"));
    assert_eq!(lines("exec \"$0\" run \"$1\" -- env"), expected);
    let open = |script: &str| {
        finish(home.shell(script, &[ONE]))
            .ok(0)
            .stdout
            .lines()
            .count()
    };
    let ls = "ls /proc/self/fd";
    assert_eq!(
        open(&format!("exec \"$0\" run \"$1\" -- {ls}")),
        open(&format!("exec {ls}"))
    );
    assert_eq!(
        open(&format!("exec \"$0\" run \"$1\" --fd 9 -- {ls}")),
        open(&format!("exec {ls}")) + 1
    );
}

#[test]
fn exit_status_and_signals_are_the_programs_own() {
    let home = home();
    let status = |script: &str| home.run(&["run", ONE, "--", "sh", "-c", script]).status;
    assert_eq!(status("exit 0"), Some(0));
    assert_eq!(status("exit 77"), Some(77));
    assert_eq!(status("kill -TERM $$"), None);
    let script = "\"$0\" run \"$1\" -- sh -c 'kill -TERM $$'; echo $?";
    assert_eq!(finish(home.shell(script, &[ONE])).ok(0).stdout, "143\n");
    // The same process: what is sent to it reaches the program.
    let script = "\"$0\" run \"$1\" -- sh -c 'echo $$' & echo $!; wait";
    let said = finish(home.shell(script, &[ONE])).ok(0).stdout;
    let ids: Vec<&str> = said.lines().collect();
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn what_cannot_be_handed_on_is_refused_and_not_recorded() {
    let home = with_two();
    for options in [
        &[ONE, TWO][..],
        &[ONE, "--env", "A=nosuch"],
        &[ONE, "--env", "A=nosuch/secret"],
        &[ONE, "--env", "1A"],
        &[ONE, "--env", "A", "--env", "A"],
        &[ONE, "--fd", "2"],
        &[ONE, "--fd", "9", "--fd", "9"],
        &[TWO, "--stdin"],
        &["nosuch"],
    ] {
        refused(&home, &[&["run"], options, &["--", "true"]].concat(), "", 2);
    }
    let before = home.run(&["audit", "log"]).ok(0).stdout.lines().count();
    home.run(&["run", ONE, "--", "/nosuch/program"])
        .refused_at_once(1)
        .says("cannot run `/nosuch/program`");
    let after = home.run(&["audit", "log"]).ok(0).stdout.lines().count();
    assert_eq!(after, before + 1, "it was about to be handed out");
    sound(&home);
}
