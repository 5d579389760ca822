//! The completion scripts, loaded by the real shells; names of records come from the store, silently.

#![allow(
    clippy::disallowed_methods,
    reason = "a test knows no context of the command line"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

const KEYROLL: &str = env!("CARGO_BIN_EXE_keyroll");

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("completions")
        .join(name)
}

/// A command with keyroll on its path and a store of one person in an empty home.
fn shell(program: &str, home: &Path) -> Command {
    let folder = Path::new(KEYROLL)
        .parent()
        .expect("a program lies in a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    let mut command = Command::new(program);
    command
        .env(
            "PATH",
            std::env::join_paths(paths).expect("paths without colons"),
        )
        .env("HOME", home)
        .env("KEYROLL_STORE", home.join("roll.db"));
    command
}

fn home_with_a_person() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a scratch folder");
    for arguments in [
        &["init", "--no-secrets"][..],
        &["person", "add", "anna-berg", "name=Anna Berg"],
    ] {
        let done = shell(KEYROLL, home.path())
            .args(arguments)
            .output()
            .expect("keyroll runs");
        assert!(done.status.success(), "{done:?}");
    }
    home
}

fn said(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; is the shell installed?"));
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn bash_completes_commands_and_the_names_of_records() {
    let home = home_with_a_person();
    let complete = |words: &str, at: usize| {
        let text = format!(
            "source '{}'; COMP_WORDS=({words} ''); COMP_CWORD={at}; COMP_TYPE=9; \
             $(complete -p keyroll | sed 's/.*-F \\([^ ]*\\).*/\\1/') keyroll '' ''; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            script("keyroll.bash").display()
        );
        said(shell("bash", home.path()).args(["--norc", "-c", &text]))
    };
    assert!(complete("keyroll", 1).contains("validate"));
    assert_eq!(
        complete("keyroll person show", 3).lines().next(),
        Some("anna-berg")
    );
    assert!(complete("keyroll role add fitter --like", 5).contains("unicmms-machine-operator"));
    assert!(complete("keyroll role show", 3).contains("machine-operator"));
}

#[test]
fn fish_completes_commands_and_the_names_of_records() {
    let home = home_with_a_person();
    let complete = |line: &str| {
        let text = format!(
            "source '{}'; complete -C '{line}'",
            script("keyroll.fish").display()
        );
        said(shell("fish", home.path()).args(["--no-config", "-c", &text]))
    };
    assert!(complete("keyroll val").contains("validate"));
    assert!(complete("keyroll person show ").contains("anna-berg"));
    assert!(complete("keyroll assign person/").contains("person/anna-berg"));
}

#[test]
fn zsh_loads_the_script() {
    let home = home_with_a_person();
    let text = format!(
        "autoload -Uz compinit; compinit -u -d '{}/dump'; source '{}'; print $_comps[keyroll]",
        home.path().display(),
        script("_keyroll").display()
    );
    let completer = said(shell("zsh", home.path()).args(["-f", "-c", &text]));
    assert!(!completer.trim().is_empty());
}

#[test]
fn completion_is_silent_whatever_state_the_store_is_in() {
    let home = tempfile::tempdir().expect("a scratch folder");
    std::fs::write(home.path().join("roll.db"), "not a store").expect("a file can be written");
    let mut command = shell(KEYROLL, home.path());
    command
        .env("COMPLETE", "fish")
        .args(["--", "keyroll", "person", "show", ""]);
    let output = command.output().expect("keyroll runs");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    assert!(!String::from_utf8_lossy(&output.stdout).contains("anna"));
}
