//! The walk through what is due, at a real pseudo-terminal; and the decisions of a meeting, from a spreadsheet.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::Path;
use std::process::Command;

use rexpect::session::{PtySession, spawn_command};
use serde_json::Value;

const PATIENCE_MS: u64 = 30_000;

fn keyroll(home: &Path, line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command
        .args(line)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("HOME", home)
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_STATE_HOME")
        .env("KEYROLL_STORE", home.join("roll.db"))
        .env("KEYROLL_ACTOR", "tester")
        .env("TERM", "dumb")
        .env("COLUMNS", "120");
    command
}

/// What it says on both streams, and its status.
fn ran(home: &Path, line: &[&str]) -> (Option<i32>, String, String) {
    let output = keyroll(home, line).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn rows(home: &Path, line: &[&str]) -> Vec<Value> {
    let (_, out, error) = ran(home, line);
    let document: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{error}"));
    document["rows"].as_array().unwrap().clone()
}

/// A store with eight accounts in use, none of which was ever reviewed.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for line in [
        &["init", "--no-secrets"][..],
        &["apply", "examples/brookfield", "--yes"],
        &["person", "set", "ana-lima", "login+=tester"],
    ] {
        let (status, _, error) = ran(home.path(), line);
        assert_eq!(status, Some(0), "{error}");
    }
    home
}

fn answer(session: &mut PtySession, question: &str, answer: &str) {
    session
        .exp_string(question)
        .unwrap_or_else(|error| panic!("{question}: {error}"));
    session.send_line(answer).unwrap();
}

#[test]
fn whoever_walks_through_what_is_due_may_stop_anywhere_and_loses_nothing() {
    let home = home();
    let due = rows(home.path(), &["review", "due", "--format", "json"]);
    assert_eq!(due.len(), 8);
    let command = keyroll(home.path(), &["review"]);
    let mut session = spawn_command(command, Some(PATIENCE_MS)).unwrap();
    const QUESTION: &str = "keep, change, retire, skip or quit? [k/c/r/S/q] ";
    session.exp_string("[1/8]").unwrap();
    session.exp_string("never").unwrap();
    answer(&mut session, QUESTION, "what");
    session.exp_string("answer k, c, r, s or q").unwrap();
    answer(&mut session, QUESTION, "k");
    answer(&mut session, "note (none: just Enter): ", "still needed");
    session.exp_string("keep, by person/ana-lima").unwrap();
    session.exp_string("[2/8]").unwrap();
    answer(&mut session, QUESTION, "change");
    answer(&mut session, "what is to change? ", "drop a right");
    session.exp_string("next: keyroll account edit").unwrap();
    answer(&mut session, QUESTION, "");
    session.exp_string("[4/8]").unwrap();
    answer(&mut session, QUESTION, "retire");
    answer(&mut session, "why? (none: just Enter): ", "");
    session.exp_string("next: keyroll account suspend").unwrap();
    answer(&mut session, QUESTION, "q");
    session.exp_string("3 accounts reviewed, 5 left").unwrap();
    session.exp_eof().unwrap();

    let list = rows(home.path(), &["review", "list", "--format", "json"]);
    let told: Vec<_> = list
        .iter()
        .map(|row| (row["verdict"].as_str().unwrap(), row["note"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("keep", Some("still needed")),
            ("change", Some("drop a right")),
            ("retire", None)
        ]
    );
    assert!(
        list.iter()
            .all(|row| row["by"] == "person/ana-lima" && row["at"].is_string())
    );
    assert_eq!(
        rows(home.path(), &["review", "due", "--format", "json"]).len(),
        5
    );
    let (_, verified, _) = ran(home.path(), &["audit", "verify"]);
    assert!(verified.starts_with("intact"), "{verified}");
}

#[test]
fn what_looks_like_a_secret_is_not_taken_as_a_note() {
    let home = home();
    let account = rows(home.path(), &["review", "due", "--format", "json"])[0]["account"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
    let (status, out, error) = ran(home.path(), &["review", &account, "keep", "--note", &token]);
    assert_ne!(status, Some(0));
    assert!(!format!("{out}{error}").contains(&token), "{error}");
    let mut session = spawn_command(
        keyroll(home.path(), &["review", &account]),
        Some(PATIENCE_MS),
    )
    .unwrap();
    answer(&mut session, "[k/c/r/S/q] ", "k");
    answer(&mut session, "note (none: just Enter): ", &token);
    session.exp_string("has the look of a secret").unwrap();
    answer(&mut session, "note (none: just Enter): ", "fine");
    session.exp_string("1 account reviewed").unwrap();
    session.exp_eof().unwrap();
    let file = fs::read(home.path().join("roll.db")).unwrap();
    let is_there = |word: &str| file.windows(word.len()).any(|part| part == word.as_bytes());
    assert!(is_there("fine") && !is_there(&token));
}

#[test]
fn a_meeting_is_taken_over_whole_or_not_at_all() {
    let home = home();
    let due = rows(home.path(), &["review", "due", "--format", "json"]);
    let name = |at: usize| due[at]["account"].as_str().unwrap();
    let file = home.path().join("decisions.csv");
    let path = file.to_str().unwrap();
    let import = |text: &str, more: &[&str]| {
        fs::write(&file, text).unwrap();
        ran(
            home.path(),
            &[&["review", "import", path][..], more].concat(),
        )
    };
    let good = format!(
        "owner;Account;Verdict;By;On;Note\nx;{};keep;;2026-01-20;\ny;{};Retire;bo-berg;2026-01-20;\"old; unused\"\nz;{};;;;\n",
        name(0),
        name(1),
        name(2)
    );
    // Nobody is named in the first row.
    let (status, _, error) = import(&good, &[]);
    assert_eq!(status, Some(4));
    assert!(error.contains("row 2: who decided is not said"), "{error}");
    let (status, shown, said) = import(&good, &["--by", "ana-lima", "--dry-run"]);
    // Each decision is told by account, verdict and who.
    let is_told = |at: usize, words: &str| {
        let mut lines = shown.lines();
        lines.any(|line| line.contains(name(at)) && line.contains(words))
    };
    assert_eq!(status, Some(0), "{said}");
    assert!(
        is_told(0, "keep") && is_told(0, "person/ana-lima"),
        "{shown}"
    );
    assert!(is_told(1, "retire") && is_told(1, "old; unused"), "{shown}");
    assert!(
        said.contains("2 decisions would be recorded; nothing was"),
        "{said}"
    );
    assert_eq!(
        rows(home.path(), &["review", "list", "--format", "json"]).len(),
        0
    );
    let bad = good.replace("Retire;bo-berg", "retire;nobody");
    let (status, _, error) = import(&bad, &["--by", "ana-lima"]);
    assert_eq!(status, Some(4));
    assert!(
        error.contains("row 3") && error.contains("nothing was recorded"),
        "{error}"
    );
    let many = good
        .replace("keep", "kep")
        .replace("2026-01-20", "20.1.2026");
    let (status, _, error) = import(&many, &["--by", "ana-lima"]);
    assert_eq!(status, Some(4));
    assert!(
        error.contains("row 2") && error.contains("2 rows cannot be taken"),
        "{error}"
    );
    assert_eq!(
        rows(home.path(), &["review", "list", "--format", "json"]).len(),
        0
    );

    let (status, _, error) = import(&good, &["--by", "ana-lima"]);
    assert_eq!(status, Some(0), "{error}");
    let list = rows(home.path(), &["review", "list", "--format", "json"]);
    let told: Vec<_> = list
        .iter()
        .map(|row| [&row["by"], &row["verdict"], &row["then"]].map(Value::as_str))
        .collect();
    assert!(told.contains(&[Some("person/ana-lima"), Some("keep"), None]));
    assert!(told.contains(&[Some("person/bo-berg"), Some("retire"), Some("open")]));
    let (status, _, error) = import(&good, &["--by", "ana-lima"]);
    assert_eq!(status, Some(0));
    assert!(error.contains("nothing new in 2 decisions"), "{error}");
    // A sheet that nobody filled in, and a name with a slip.
    let (status, _, error) = import(&format!("account,verdict\n{},\n", name(0)), &[]);
    assert_eq!(status, Some(0));
    assert!(error.contains("no row has a verdict"), "{error}");
    let slip = format!("account,verdict\n{}x,keep\n", name(0));
    let (status, _, error) = import(&slip, &["--by", "ana-lima"]);
    assert_eq!(status, Some(4));
    assert!(
        error.contains(&format!("did you mean `{}`?", name(0))),
        "{error}"
    );
    let (status, _, error) = import("name,decision\na,keep\n", &[]);
    assert_eq!(status, Some(4));
    assert!(error.contains("no column `account`"), "{error}");
    let (status, _, error) = import(
        &good.replace("2026-01-20", "2199-01-20"),
        &["--by", "ana-lima"],
    );
    assert_eq!(status, Some(4));
    assert!(error.contains("has not come"), "{error}");
}

/// The newest verdict on an account, as each list of reviews has it: what is open, what is due, the pack.
fn newest(home: &Path, account: &str) -> [Option<(String, String)>; 3] {
    let ours = |rows: &[Value], verdict: &str, by: &str| {
        let mut ours = rows.iter().filter(|row| row["account"] == account);
        let row = ours.next_back()?;
        let word = |name: &str| Some(row[name].as_str()?.to_owned());
        Some((word(verdict)?, word(by)?))
    };
    let list = rows(home, &["review", "list", "--format", "json"]);
    let due = rows(home, &["review", "due", "--all", "--format", "json"]);
    let (_, pack, _) = ran(home, &["report", "handoff", "--format", "json"]);
    let pack: Value = serde_json::from_str(&pack).unwrap();
    let reviews = pack["sections"]["cis-5-5"]["reviews"].as_array().unwrap();
    [
        ours(&list, "verdict", "by"),
        ours(&due, "last-verdict", "last-by"),
        ours(reviews, "verdict", "by"),
    ]
}

#[test]
fn a_verdict_can_be_taken_back_within_the_second_and_every_list_has_the_last_one() {
    const ACCOUNT: &str = "unicmms-production-status-sync-plant1";
    let home = home();
    let review = |verdict: &str, by: &str| {
        let mut command = keyroll(home.path(), &["review", ACCOUNT, verdict, "--by", by]);
        // Frozen: all of it is of one second.
        command.env("KEYROLL_CLOCK", "2026-11-22T10:00:00Z");
        let ran = command.output().unwrap();
        assert!(ran.status.success());
        String::from_utf8(ran.stderr).unwrap()
    };
    let told = |verdict: &str, by: &str| {
        let one = Some((verdict.to_owned(), format!("person/{by}")));
        [one.clone(), one.clone(), one]
    };
    for (verdict, by) in [
        ("keep", "ana-lima"),
        ("change", "ana-lima"),
        ("retire", "ana-lima"),
        ("change", "ana-lima"),
        ("keep", "ana-lima"),
    ] {
        let said = review(verdict, by);
        assert!(said.contains("1 change recorded"), "{verdict}: {said}");
        assert_eq!(newest(home.path(), ACCOUNT), told(verdict, by));
    }
    assert!(review("keep", "ana-lima").contains("recorded already"));
    let open = rows(
        home.path(),
        &["review", "list", "--open", "--format", "json"],
    );
    assert_eq!(open, Vec::<Value>::new());
    let (_, verified, _) = ran(home.path(), &["audit", "verify"]);
    assert!(verified.starts_with("intact"), "{verified}");
}
