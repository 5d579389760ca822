//! Questions at a real pseudo-terminal: what is missing is asked for, what was made is shown, and no means no.

use std::path::Path;
use std::process::Command;

use rexpect::session::{PtySession, spawn_command};

const PATIENCE_MS: u64 = 20_000;

fn keyroll(home: &Path, line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command
        .args(line)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("HOME", home)
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_STATE_HOME")
        .env_remove("KEYROLL_IDENTITY_FILE")
        .env("KEYROLL_STORE", home.join("roll.db"))
        .env("TERM", "dumb")
        .env("COLUMNS", "120");
    command
}

fn home_with_the_example() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a scratch folder");
    for line in [
        &["init", "--no-secrets"][..],
        &["apply", "examples/manifest-example", "--yes"],
    ] {
        assert!(
            keyroll(home.path(), line)
                .output()
                .expect("keyroll runs")
                .status
                .success()
        );
    }
    home
}

fn answer(session: &mut PtySession, question: &str, answer: &str) {
    session
        .exp_string(question)
        .unwrap_or_else(|error| panic!("{question}: {error}"));
    session.send_line(answer).expect("a line can be typed");
}

fn shown(home: &Path, line: &[&str]) -> (Option<i32>, String) {
    let output = keyroll(home, line).output().expect("keyroll runs");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

fn add_account(home: &Path, last: &str) {
    let command = keyroll(home, &["account", "add", "workflow=status"]);
    let mut session = spawn_command(command, Some(PATIENCE_MS)).expect("a pseudo-terminal");
    for (question, text) in [
        (
            "Name of the account: ",
            "unicmms-production-status-hawthorne",
        ),
        ("Provider: ", "unicms"),
        ("did you mean `unicmms`?", ""),
        ("Provider: ", "unicmms"),
        ("Environment", "production"),
        ("Access level: ", "status-sync"),
        ("Boundary", "femo/hawthorne"),
        ("Purpose", "Keep status alike"),
        ("Business owner", "person/anna-berg"),
        ("Technical owner", "team/integration"),
        (
            "Provider permissions",
            "work-order/view-work-orders,work-order/manage-work-order-status",
        ),
        ("Platform", "factverse"),
        ("Platform scopes", "cmms.status"),
        ("Last day", "2027-03-31"),
        ("Rotation policy", "standard"),
        ("Procedure that revokes it", "unicmms-revoke"),
        ("Credential", "api-key"),
        ("Where its secret lives", "age"),
    ] {
        if text.is_empty() && question.starts_with("did") {
            session.exp_string(question).expect("the nearest name");
        } else {
            answer(&mut session, question, text);
        }
    }
    session
        .exp_string("[account.unicmms-production-status-hawthorne]")
        .expect("the TOML it made");
    answer(&mut session, "Add this account? [y/N]", last);
    session.exp_eof().expect("it ends");
}

#[test]
fn a_built_in_role_is_shown_before_it_is_copied_and_no_copies_nothing() {
    let home = home_with_the_example();
    let line = [
        "role",
        "add",
        "workshop",
        "--like",
        "workshop-manager",
        "permissions-=machine/edit",
    ];
    for (last, status) in [("n", Some(2)), ("y", Some(0))] {
        let command = keyroll(home.path(), &line);
        let mut session = spawn_command(command, Some(PATIENCE_MS)).expect("a pseudo-terminal");
        let made = session.exp_string("Add this role? [y/N]").expect("it asks");
        assert!(
            made.contains("[role.workshop]") && made.contains("\"machine/show\""),
            "{made}"
        );
        assert!(!made.contains("\"machine/edit\""), "{made}");
        session.send_line(last).expect("a line can be typed");
        session.exp_eof().expect("it ends");
        assert_eq!(shown(home.path(), &["role", "show", "workshop"]).0, status);
    }
}

#[test]
fn account_add_asks_for_what_is_missing_and_prints_the_toml_it_made() {
    let home = home_with_the_example();
    add_account(home.path(), "y");
    let (status, toml) = shown(
        home.path(),
        &["account", "show", "unicmms-production-status-hawthorne"],
    );
    assert_eq!(status, Some(0));
    for part in [
        "level = \"status-sync\"",
        "workflow = \"status\"",
        "boundary = [\"femo/hawthorne\"]",
        "expires = 2027-03-31",
    ] {
        assert!(toml.contains(part), "{part}: {toml}");
    }
}

#[test]
fn no_means_no() {
    let home = home_with_the_example();
    add_account(home.path(), "n");
    let (status, _) = shown(
        home.path(),
        &["account", "show", "unicmms-production-status-hawthorne"],
    );
    assert_eq!(status, Some(2));
}

#[test]
fn an_apply_at_a_terminal_asks_first() {
    let home = tempfile::tempdir().expect("a scratch folder");
    assert!(
        keyroll(home.path(), &["init", "--no-secrets"])
            .output()
            .expect("keyroll runs")
            .status
            .success()
    );
    let command = keyroll(home.path(), &["apply", "examples/brookfield"]);
    let mut session = spawn_command(command, Some(PATIENCE_MS)).expect("a pseudo-terminal");
    answer(&mut session, "Apply these changes? [y/N]", "y");
    session
        .exp_string("45 changes recorded")
        .expect("it is done");
    session.exp_eof().expect("it ends");
}

#[test]
fn how_far_a_log_is_read_is_shown_at_a_terminal_and_taken_away() {
    let home = tempfile::tempdir().expect("a scratch folder");
    for line in [
        &["init", "--no-secrets"][..],
        &["apply", "examples/brookfield", "--yes"],
    ] {
        let done = keyroll(home.path(), line).output().expect("keyroll runs");
        assert!(done.status.success());
    }
    // What a pipe holds may be long: nobody knows before its end.
    let script = "cat examples/brookfield/logs/unicmms-audit.jsonl | \"$0\" audit reconcile --provider unicmms \
        --environment production --provider-log - --dry-run --fail-on never --format csv";
    let mut shell = keyroll(home.path(), &[]);
    let program = shell.get_program().to_owned();
    let mut piped = Command::new("sh");
    piped.args(["-c", script]).arg(program);
    piped.current_dir(env!("CARGO_MANIFEST_DIR"));
    for (key, value) in shell.env("TERM", "xterm").get_envs() {
        match value {
            Some(value) => piped.env(key, value),
            None => piped.env_remove(key),
        };
    }
    let out = piped.output().expect("a shell");
    let unasked = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(
        unasked.contains("20 records") && !unasked.contains("reading"),
        "{unasked}"
    );
    let mut session = spawn_command(piped, Some(PATIENCE_MS)).expect("a pseudo-terminal");
    session.exp_string("reading, ").expect("it says so");
    let rest = session.exp_eof().expect("it ends");
    let (bar, result) = rest.split_once("kind,severity").expect("a table");
    assert!(
        bar.contains(" so far") && !result.contains("so far"),
        "{rest}"
    );
}

/// A home with an identity, and a shell at a pseudo-terminal that runs `secret set` and then says how the terminal is.
fn typing() -> (tempfile::TempDir, PtySession) {
    let home = home_with_the_example();
    let words = ["init", "--identity-file", "id.txt", "--no-recovery"];
    let mut init = keyroll(home.path(), &words);
    init.current_dir(home.path());
    assert!(init.status().expect("keyroll runs").success());
    let mut shell = Command::new("sh");
    let script = "stty echo; before=$(stty -g); \"$0\" secret set \"$1\"; echo \"ended $?\"; \
        [ \"$before\" = \"$(stty -g)\" ] && echo as before; echo over";
    shell
        .args(["-c", script])
        .args([
            env!("CARGO_BIN_EXE_keyroll"),
            "unicmms-production-import-hawthorne",
        ])
        .current_dir(home.path())
        .env("HOME", home.path())
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_STATE_HOME")
        .env("KEYROLL_STORE", home.path().join("roll.db"))
        .env("KEYROLL_IDENTITY_FILE", home.path().join("id.txt"))
        .env("TERM", "dumb");
    let session = spawn_command(shell, Some(PATIENCE_MS)).expect("a pseudo-terminal");
    (home, session)
}

#[test]
fn a_secret_is_typed_without_being_shown() {
    let (_home, mut session) = typing();
    answer(&mut session, "(not shown): ", "canary-q7Rz2mWc9LxK");
    let said = session.exp_string("ended 0").expect("it is stored");
    assert!(
        said.contains("19 characters") && !said.contains("canary"),
        "{said}"
    );
    let terminal = session.exp_string("over").expect("the shell goes on");
    assert!(terminal.contains("as before"), "{terminal}");
}

#[test]
fn what_is_pasted_in_several_lines_is_refused_and_reaches_no_shell() {
    let (_home, mut session) = typing();
    answer(&mut session, "(not shown): ", "first-line\nrm -rf nothing");
    let said = session.exp_string("ended 2").expect("it is refused");
    assert!(said.contains("more than one line"), "{said}");
}

#[test]
fn an_interrupted_prompt_leaves_the_terminal_as_it_was() {
    let (_home, mut session) = typing();
    session.exp_string("(not shown): ").expect("it asks");
    session.send("begun").expect("keys can be pressed");
    session.send_control('c').expect("keys can be pressed");
    session
        .exp_string("ended 130")
        .expect("as if by the signal");
    let terminal = session.exp_string("over").expect("the shell goes on");
    assert!(terminal.contains("as before"), "{terminal}");
}
