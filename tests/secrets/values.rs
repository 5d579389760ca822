//! What is stored comes back as it was.

use std::process::Command;

use rexpect::session::spawn_command;

use crate::binary::{Home, finish};
use crate::{ONE, SECRET, THREE, TWO, got, home, refused, sound, two_fields};

const PEM: &str =
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END PRIVATE KEY-----\n";

#[test]
fn the_fields_of_a_credential_come_from_files_descriptors_and_standard_input() {
    let home = home();
    two_fields(&home);
    let user = home.file("user", "svc\n");
    let password = home.file("password", SECRET);
    let user_file = format!("user={user}");
    home.given(&["secret", "set", TWO, "--from-file", &user_file], SECRET)
        .ok(0);
    assert_eq!(got(&home, &[TWO, "--field", "user"]), "svc");
    assert_eq!(got(&home, &[TWO, "--field", "password"]), SECRET);
    let script = "\"$0\" secret set \"$1\" --fd user=3 --fd password=4 3<\"$2\" 4<\"$3\"";
    finish(home.shell(script, &[TWO, &password, &user])).ok(0);
    assert_eq!(got(&home, &[TWO, "--field", "password"]), "svc");
    home.given(
        &["secret", "set", TWO],
        r#"{"password":"p\"\u00e9","user":"u"}"#,
    )
    .ok(0);
    assert_eq!(
        got(&home, &[TWO, "--format", "json"]),
        "{\"password\":\"p\\\"é\",\"user\":\"u\"}\n"
    );
    assert_eq!(
        got(&home, &[TWO, "--number", "1", "--field", "password"]),
        SECRET
    );
    sound(&home);
}

#[test]
fn what_is_not_all_the_fields_as_texts_is_refused() {
    let home = home();
    two_fields(&home);
    for (input, words) in [
        ("", "standard input is empty"),
        (SECRET, "no JSON object of texts"),
        (r#"{"user":"u","password":7}"#, "no JSON object of texts"),
        (r#"{"user":"u"}"#, "it has no field `password`"),
        (
            r#"{"user":"u","password":"p","pin":"1"}"#,
            "has no field `pin`",
        ),
        (
            r#"{"user":"u","password":""}"#,
            "its field `password` is empty",
        ),
    ] {
        refused(&home, &["secret", "set", TWO], input, 2).says(words);
    }
    let user = home.file("user", "u");
    let field = format!("user={user}");
    refused(&home, &["secret", "set", TWO, "--from-file", &user], "", 2).says("say which one");
    let twice = [
        "secret",
        "set",
        TWO,
        "--from-file",
        &field,
        "--from-file",
        &field,
    ];
    refused(&home, &twice, "", 2).says("given twice");
    refused(&home, &["secret", "set", TWO, "--fd", "user=77"], "", 2).says("descriptor 77");
    refused(
        &home,
        &["secret", "set", TWO, "--from-file", "user=nosuch"],
        "",
        1,
    );
    refused(&home, &["secret", "set", "nosuch"], "x", 2).says("no account `nosuch`");
    refused(&home, &["secret", "get", "nosuch"], "", 2);
    refused(&home, &["secret", "get", THREE], "", 4).says("no secret is stored");
    refused(&home, &["secret", "get", ONE, "--field", "nosuch"], "", 2);
    refused(&home, &["secret", "get", ONE, "--number", "9"], "", 2);
    home.given(&["secret", "set", TWO], r#"{"user":"u","password":"p"}"#)
        .ok(0);
    refused(&home, &["secret", "get", TWO], "", 2).says("password, user");
}

#[test]
fn a_line_end_is_left_out_of_one_line_and_kept_in_a_block() {
    let home = home();
    let set = |input: &str, more: &[&str]| {
        let words = [&["secret", "set", ONE], more].concat();
        home.given(&words, input).ok(0).stderr
    };
    for ended in [format!("{SECRET}\n"), format!("{SECRET}\r\n")] {
        assert!(set(&ended, &[]).contains("--verbatim keeps it"));
        assert_eq!(got(&home, &[ONE]), SECRET);
    }
    let ended = format!("{SECRET}\n");
    assert!(set(&ended, &["--verbatim"]).contains("ends with a line end"));
    assert_eq!(got(&home, &[ONE]), ended);
    assert!(!set(PEM, &[]).contains("warning"));
    assert_eq!(got(&home, &[ONE]), PEM);
    sound(&home);
}

#[test]
fn bytes_that_are_no_text_come_back_as_they_were() {
    let home = home();
    let bytes: Vec<u8> = (0..=255).cycle().take(32 * 1024).collect();
    home.given(&["secret", "set", ONE], &bytes).ok(0);
    finish(home.shell("\"$0\" secret get \"$1\" >out", &[ONE])).ok(0);
    assert!(std::fs::read(home.path().join("out")).unwrap() == bytes);
    refused(&home, &["secret", "get", ONE, "--format", "json"], "", 2).says("not text");
    refused(&home, &["run", ONE, "--", "true"], "", 2).says("zero byte");
    let longer = [&bytes[..], b"x"].concat();
    refused(&home, &["secret", "set", ONE], longer, 2).says("larger than");
    sound(&home);
}

#[test]
fn a_secret_that_stands_elsewhere_too_is_named() {
    let home = home();
    let ran = home.given(&["secret", "set", THREE], SECRET).ok(0);
    ran.says(&format!("warning: version/{ONE} 1 holds the same secret"));
    let weak = home.given(&["secret", "set", THREE], "hunter2").ok(0);
    weak.says("`secret` is short: 7 characters");
}

#[test]
fn a_pending_version_waits_until_it_is_promoted() {
    let home = home();
    let set = ["secret", "set", ONE, "--pending"];
    home.given(&set, "n3wN3wN3wSecret0fIt")
        .ok(0)
        .says("version 2");
    assert_eq!(got(&home, &[ONE]), SECRET);
    assert_eq!(got(&home, &[ONE, "--number", "2"]), "n3wN3wN3wSecret0fIt");
    refused(&home, &set, "another", 4).says("credential promote");
    home.run(&["credential", "promote", ONE]).ok(0);
    assert_eq!(got(&home, &[ONE]), "n3wN3wN3wSecret0fIt");
    assert_eq!(got(&home, &[ONE, "--number", "1"]), SECRET);
    refused(&home, &["credential", "promote", ONE], "", 4);
    sound(&home);
}

#[test]
fn a_version_that_was_recorded_without_a_value_gets_it_and_keeps_its_dates() {
    let home = Home::with_secrets();
    let facts = format!("{}/facts.jsonl", crate::binary::EXAMPLE);
    home.run(&["import", "facts", &facts]).ok(0);
    let shown = |home: &Home| {
        let ran = home
            .run(&["credential", "show", ONE, "--format", "json"])
            .ok(0);
        let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        json["rows"].as_array().unwrap().clone()
    };
    let before = shown(&home);
    assert!(!before.is_empty());
    home.given(&["secret", "set", ONE], SECRET)
        .ok(0)
        .says("recorded without a value");
    let after = shown(&home);
    assert_eq!(before.len(), after.len());
    assert_eq!(before[0]["issued"], after[0]["issued"]);
    home.given(&["secret", "set", ONE], "n3wN3wN3wSecret0fIt")
        .ok(0);
    assert_eq!(shown(&home).len(), before.len() + 1);
    sound(&home);
}

#[test]
fn a_terminal_gets_a_secret_on_request_alone() {
    let home = home();
    let at_terminal = |words: &[&str]| {
        let mut command: Command = home.command(words);
        command.env("TERM", "dumb").env("COLUMNS", "200");
        // All three are the terminal.
        let terminal = std::process::Stdio::inherit;
        command
            .stdin(terminal())
            .stdout(terminal())
            .stderr(terminal());
        let mut session = spawn_command(command, Some(20_000)).unwrap();
        let said = session.exp_eof().unwrap();
        let status = session.process().wait().unwrap();
        (said, format!("{status:?}"))
    };
    let (said, status) = at_terminal(&["secret", "get", ONE]);
    assert!(
        !said.contains(SECRET) && said.contains("--reveal"),
        "{said}"
    );
    assert!(status.contains(", 2)"), "{status}");
    let (said, status) = at_terminal(&["secret", "get", ONE, "--reveal"]);
    assert_eq!(said.trim(), SECRET);
    assert!(status.contains(", 0)"), "{status}");
    let log = home
        .run(&["audit", "log", "--format", "jsonl"])
        .ok(0)
        .stdout;
    assert_eq!(log.matches("\"action\":\"reveal\"").count(), 1);
    assert!(log.contains("terminal"));
}

#[test]
fn who_took_a_secret_when_and_why_stands_in_the_audit_trail() {
    let home = home();
    let why = ["--reason", "CHG-7: compare"];
    home.run(&[&["secret", "get", ONE][..], &why].concat())
        .ok(0);
    home.run(&["run", ONE, "--reason", "nightly", "--", "true"])
        .ok(0);
    let log = home
        .run(&["audit", "log", "--format", "jsonl"])
        .ok(0)
        .stdout;
    let events: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [reveal, run] = &events[events.len() - 2..] else {
        unreachable!()
    };
    for (event, action, reason) in [(reveal, "reveal", why[1]), (run, "run", "nightly")] {
        assert_eq!(event["action"], action);
        assert_eq!(event["reason"], reason);
        assert_eq!(event["record"], format!("version/{ONE} 1"));
        assert!(event["actor"].as_str().unwrap().starts_with("tester"));
    }
    assert!(run["change"].to_string().contains("true"));
    sound(&home);
}
