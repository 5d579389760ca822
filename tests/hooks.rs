//! Hooks: what a program is told, what it is not given, and whose configuration may name one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::fs;

use binary::{Home, Ran, finish, set_mode};

/// Writes what it is told, and what surrounds it, beside its configuration.
const MAIL: &str = "#!/bin/sh\ncat > told.json\nenv > surroundings\npwd > folder\necho \"$@\" > arguments\n\
    ls /dev/fd/ > descriptors\n";

const INVITE: &[&str] = &[
    "person",
    "invite",
    "zoe",
    "name=Zoë Ek",
    "email=zoe@femo.example",
    "--reason",
    "new at the press",
];

fn configured(home: &Home, program: &str, mode: u32) {
    let text = "[hooks]\non-invite = [\"./mail.sh\", \"a b; $(touch no)\"]\non-revoke-invite = [\"./mail.sh\"]\n";
    home.file("config/keyroll/keyroll.toml", text);
    let program = home.file("config/keyroll/mail.sh", program);
    set_mode(program, mode);
}

fn written(home: &Home, name: &str) -> String {
    fs::read_to_string(home.path().join("config/keyroll").join(name)).unwrap()
}

fn was_told(home: &Home) -> bool {
    home.path().join("config/keyroll/told.json").exists()
}

fn person(home: &Home, format: &str) -> Ran {
    home.run(&["person", "show", "zoe", "--format", format])
}

#[test]
fn a_hook_is_told_by_stdin_and_given_no_secret_of_ours() {
    let home = Home::new();
    home.run(&["init", "--no-secrets"]).ok(0);
    configured(&home, MAIL, 0o700);
    let mut command = home.shell("exec \"$0\" \"$@\" 9</dev/zero", INVITE);
    command
        .env("VAULT_TOKEN", "hvs.of-nobody")
        .env("KEYROLL_IDENTITY_FILE", "/nowhere")
        .env("CREDENTIALS_DIRECTORY", "/nowhere")
        .env("SMTP_PASSWORD", "of-nobody")
        .env("LC_TIME", "C");
    finish(command).ok(0).says("sent by the hook on-invite");
    let told: serde_json::Value = serde_json::from_str(&written(&home, "told.json")).unwrap();
    assert_eq!(told["version"], 1);
    assert_eq!(told["event"], "invite");
    assert_eq!(told["email"], "zoe@femo.example");
    assert_eq!(told["reason"], "new at the press");
    let surroundings = written(&home, "surroundings");
    assert!(surroundings.contains("LC_TIME="), "{surroundings}");
    for secret in [
        "VAULT_TOKEN",
        "KEYROLL_IDENTITY_FILE",
        "CREDENTIALS_DIRECTORY",
        "SMTP_PASSWORD",
    ] {
        assert!(!surroundings.contains(secret), "{surroundings}");
    }
    assert_eq!(written(&home, "arguments"), "a b; $(touch no)\n");
    let folder = home.path().join("config/keyroll").canonicalize().unwrap();
    assert_eq!(written(&home, "folder").trim(), folder.to_str().unwrap());
    assert!(!folder.join("no").exists());
    let trail = home.run(&["audit", "log"]).ok(0).stdout;
    assert!(trail.contains("notify"), "{trail}");
    home.run(&["audit", "verify"]).ok(0);
}

#[test]
fn an_invitation_stands_whose_message_was_not_sent_and_is_sent_again() {
    let home = Home::new();
    home.run(&["init", "--no-secrets"]).ok(0);
    configured(
        &home,
        "#!/bin/sh\ntouch told.json\necho 'no route to mx' >&2\nexit 7\n",
        0o700,
    );
    let failed = home.run(INVITE).ok(1);
    failed
        .says("the invitation stands, and the message was not sent")
        .says("`./mail.sh` ended with status 7: no route to mx")
        .says("`keyroll person invite zoe` sends it again");
    assert!(was_told(&home));
    person(&home, "json").ok(0).says("\"status\": \"pending\"");
    configured(&home, MAIL, 0o700);
    home.run(&["person", "invite", "zoe"])
        .ok(0)
        .says("sent by the hook");
    let trail = home.run(&["audit", "log"]).ok(0).stdout;
    assert_eq!(trail.matches("notify").count(), 2, "{trail}");
    home.run(&["person", "revoke-invite", "zoe"])
        .ok(0)
        .says("sent by the hook on-revoke-invite");
    let told: serde_json::Value = serde_json::from_str(&written(&home, "told.json")).unwrap();
    assert_eq!(told["event"], "revoke-invite");
}

#[test]
fn a_configuration_that_lies_in_a_folder_runs_nothing() {
    let home = Home::new();
    home.run(&["init", "--no-secrets"]).ok(0);
    home.file("clone/.git/HEAD", "");
    home.file(
        "clone/keyroll.toml",
        "[hooks]\non-invite = [\"./evil.sh\"]\non-revoke-invite = [\"./evil.sh\"]\n",
    );
    let evil = home.file("clone/evil.sh", "#!/bin/sh\ntouch \"$HOME/evil\"\n");
    set_mode(evil, 0o700);
    let folder = home.path().join("clone/deep");
    fs::create_dir(&folder).unwrap();
    for args in [
        INVITE,
        &["person", "revoke-invite", "zoe"],
        &["person", "invite", "zoe"],
        &["person", "accept", "zoe"],
        &["validate", binary::EXAMPLE],
        &["apply", binary::EXAMPLE, "--yes"],
    ] {
        let mut command = home.command(args);
        command.current_dir(&folder);
        finish(command).ok(0);
        assert!(!home.path().join("evil").exists(), "{args:?}");
    }
}

#[test]
fn a_program_beside_the_one_who_runs_it_is_not_the_one_that_is_meant() {
    let home = Home::new();
    home.run(&["init", "--no-secrets"]).ok(0);
    configured(&home, MAIL, 0o700);
    let evil = home.file("clone/mail.sh", "#!/bin/sh\ntouch \"$HOME/evil\"\n");
    set_mode(evil, 0o700);
    let mut command = home.command(INVITE);
    command.current_dir(home.path().join("clone"));
    finish(command).ok(0);
    assert!(was_told(&home) && !home.path().join("evil").exists());
}

#[test]
fn what_others_may_write_to_runs_nothing_and_nothing_is_changed() {
    let home = Home::new();
    home.run(&["init", "--no-secrets"]).ok(0);
    configured(&home, MAIL, 0o777);
    let refused = home.run(INVITE).ok(4);
    refused.says("mail.sh` runs nothing: others may write to it (mode 777)");
    configured(&home, MAIL, 0o700);
    let file = home.path().join("config/keyroll/keyroll.toml");
    set_mode(&file, 0o666);
    home.run(INVITE).ok(4).says("keyroll.toml` runs nothing");
    set_mode(&file, 0o600);
    for (folder, mode) in [
        ("config/keyroll", 0o777),
        ("config/keyroll", 0o770),
        ("config", 0o770),
    ] {
        set_mode(home.path().join(folder), mode);
        let why = format!("/{folder}`: others may write to it (mode {mode:o})");
        home.run(INVITE).ok(4).says(&why);
        set_mode(home.path().join(folder), 0o700);
    }
    assert!(!was_told(&home));
    person(&home, "json").ok(2);
}

#[test]
fn a_program_by_a_bare_name_is_held_to_the_same() {
    let home = Home::new();
    home.run(&["init", "--no-secrets"]).ok(0);
    configured(&home, MAIL, 0o700);
    home.file(
        "config/keyroll/keyroll.toml",
        "[hooks]\non-invite = [\"post\"]\n",
    );
    let post = home.file("bin/post", "#!/bin/sh\ntouch told.json\n");
    let path = format!("{}:/usr/bin:/bin", home.path().join("bin").display());
    let run = || {
        let mut command = home.command(INVITE);
        command.env("PATH", &path);
        finish(command)
    };
    set_mode(&post, 0o720);
    run().ok(4).says("others may write to it (mode 720)");
    assert!(!was_told(&home));
    person(&home, "json").ok(2);
    set_mode(&post, 0o700);
    run().ok(0).says("sent by the hook");
    assert!(was_told(&home));
}

#[test]
fn a_hook_that_is_not_there_is_told_before_anything_is_changed() {
    let home = Home::new();
    home.run(&["init", "--no-secrets"]).ok(0);
    home.file(
        "config/keyroll/keyroll.toml",
        "[hooks]\non-invite = [\"./mail.sh\"]\n",
    );
    home.run(INVITE).ok(2).says("there is no file `");
    person(&home, "json").ok(2);
    home.file(
        "config/keyroll/keyroll.toml",
        "[hooks]\non-invite = \"./mail.sh | sh\"\n",
    );
    home.run(INVITE).ok(2).says("on-invite");
    home.file("config/keyroll/keyroll.toml", "[hooks]\non-invite = []\n");
    home.run(INVITE)
        .ok(2)
        .says("a hook begins with the name of its program");
    person(&home, "json").ok(2);
}

#[test]
fn who_accepts_is_followed_by_what_the_rule_book_newly_finds() {
    let home = Home::new();
    home.run(&["init", "--no-secrets"]).ok(0);
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/manifest-example");
    home.run(&["apply", example, "--yes"]).ok(0);
    let assertion = "[[assert]]\nexpect = \"denied\"\nprincipal = \"person/zoe\"\n\
        permission = \"work-order/fill-work-order-procedures\"\nat = \"femo/hawthorne\"\n";
    let file = home.file("assert.toml", assertion);
    home.run(INVITE).ok(0);
    home.run(&["apply", &file, "--yes"]).ok(0);
    let role = [
        "assign",
        "person/zoe",
        "machine-operator",
        "--at",
        "femo/hawthorne",
    ];
    home.run(&role).ok(0);
    home.run(&["person", "accept", "zoe"])
        .ok(0)
        .says("holds from now on")
        .says("error: assertion-failed assert/person/zoe");
}
