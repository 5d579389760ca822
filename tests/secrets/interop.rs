//! Files go both ways between us and the two other implementations: age, and rage by way of its Python package.

use std::fs;

use rexpect::session::spawn_command;

use crate::binary::{Home, fed, set_mode};
use crate::{ONE, SECRET, age_key, age_opens, ciphertexts, home, stock};

const PASSPHRASE: &str = "correct horse battery staple";

/// A script for rage's library, on the home's files.
fn rage(home: &Home, script: &str, words: &[&str]) -> Vec<u8> {
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/target/ci-tools/bin/python");
    let script = format!(
        "import sys, pathlib, pyrage\n\
         from pyrage import passphrase, x25519\n\
         home = pathlib.Path(sys.argv[1]); words = sys.argv[2:]\n\
         def key(name):\n\
         \x20   lines = (home / name).read_text().splitlines()\n\
         \x20   return x25519.Identity.from_str([l for l in lines if l.startswith('AGE-')][0])\n\
         out = sys.stdout.buffer.write\n{script}"
    );
    let words = [&["-c", &script, home.path().to_str().unwrap()], words].concat();
    let (ok, said) = stock(python, &words, b"");
    assert!(ok, "the library of rage, which .ci/run installs: {script}");
    said
}

fn public(home: &Home) -> String {
    let (ok, key) = stock(
        "age-keygen",
        &["-y", home.identity().to_str().unwrap()],
        b"",
    );
    assert!(ok);
    String::from_utf8(key).unwrap().trim().to_owned()
}

#[test]
fn what_we_seal_opens_with_age_and_rage() {
    let home = home();
    let sealed = ciphertexts(&home).remove(0);
    let inner = age_opens(&home, "recovery.txt", sealed.as_bytes()).unwrap();
    assert!(String::from_utf8(inner.clone()).unwrap().contains(SECRET));
    home.file("sealed.age", &sealed);
    let open = "out(pyrage.decrypt((home / words[0]).read_bytes(), [key(words[1])]))";
    assert_eq!(rage(&home, open, &["sealed.age", "recovery.txt"]), inner);
    home.run(&["backup", "roll.age"]).ok(0);
    let backup = fs::read(home.path().join("roll.age")).unwrap();
    let plain = age_opens(&home, home.identity(), &backup).unwrap();
    assert!(plain.starts_with(b"SQLite format 3\0"));
    assert!(rage(&home, open, &["roll.age", "recovery.txt"]) == plain);
}

#[test]
fn what_age_and_rage_seal_opens_here() {
    let home = home();
    home.run(&["backup", "ours.age"]).ok(0);
    let ours = fs::read(home.path().join("ours.age")).unwrap();
    let plain = age_opens(&home, home.identity(), &ours).unwrap();
    let key = public(&home);
    home.file("by-age", stock("age", &["-r", &key], &plain).1);
    home.file("plain", plain);
    let seal =
        "out(pyrage.encrypt((home / 'plain').read_bytes(), [x25519.Recipient.from_str(words[0])]))";
    home.file("by-rage", rage(&home, seal, &[&key]));
    for file in ["by-age", "by-rage"] {
        let to = format!("{file}.d/roll.db");
        home.run(&["restore", file, "--store", &to]).ok(0);
        home.run(&["secret", "verify", "--store", &to])
            .ok(0)
            .says("all good");
    }
}

#[test]
fn identities_of_age_and_rage_open_here() {
    let home = home();
    let by_age = age_key(&home, "by-age.txt");
    let text = rage(&home, "out(str(x25519.Identity.generate()).encode())", &[]);
    set_mode(home.file("by-rage.txt", &text), 0o600);
    let by_rage = rage(
        &home,
        "out(str(key('by-rage.txt').to_public()).encode())",
        &[],
    );
    let by_rage = String::from_utf8(by_rage).unwrap();
    home.run(&["secret", "recipients", "add", "by-age", &by_age])
        .ok(0);
    home.run(&["secret", "recipients", "add", "by-rage", &by_rage])
        .ok(0);
    for file in ["by-age.txt", "by-rage.txt"] {
        let words = ["secret", "get", ONE, "--identity", file];
        assert_eq!(home.run(&words).ok(0).stdout, SECRET);
    }
    // Under a passphrase, as text and as bytes.
    for armored in ["True", "False"] {
        let protect = format!(
            "out(passphrase.encrypt((home / 'by-age.txt').read_bytes(), words[0], armored={armored}))"
        );
        let file = home.file("protected", rage(&home, &protect, &[PASSPHRASE]));
        set_mode(&file, 0o600);
        let words = [
            "secret",
            "get",
            ONE,
            "--identity",
            &file,
            "--passphrase-fd",
            "0",
        ];
        assert_eq!(home.given(&words, PASSPHRASE).ok(0).stdout, SECRET);
        home.given(&words, "wrong")
            .refused_at_once(4)
            .says("passphrase is wrong");
    }
}

#[test]
fn an_identity_under_a_passphrase_of_ours_opens_with_age_and_rage() {
    let home = Home::new();
    let init = [
        "init",
        "--identity-file",
        "id.age",
        "--passphrase-fd",
        "0",
        "--no-recovery",
    ];
    home.given(&init, PASSPHRASE).ok(0);
    home.run(&["apply", crate::binary::EXAMPLE, "--yes"]).ok(0);
    let words = [
        "secret",
        "set",
        ONE,
        "--identity",
        "id.age",
        "--passphrase-fd",
        "3",
        "--fd",
        "4",
    ];
    let script = "\"$0\" \"$@\" 3<phrase 4<value";
    home.file("phrase", PASSPHRASE);
    home.file("value", SECRET);
    fed(home.shell(script, &words), "").ok(0);
    let text = rage(
        &home,
        "out(passphrase.decrypt((home / 'id.age').read_bytes(), words[0]))",
        &[PASSPHRASE],
    );
    assert!(
        String::from_utf8(text)
            .unwrap()
            .contains("AGE-SECRET-KEY-1")
    );

    // age asks at its terminal.
    let sealed = home.file("sealed.age", ciphertexts(&home).remove(0));
    let mut age = std::process::Command::new("age");
    age.args(["-d", "-i", "id.age", "-o", "opened", &sealed])
        .current_dir(home.path());
    let mut session = spawn_command(age, Some(30_000)).unwrap();
    session.exp_string("passphrase").unwrap();
    session.send_line(PASSPHRASE).unwrap();
    session.exp_eof().unwrap();
    let opened = fs::read_to_string(home.path().join("opened")).unwrap();
    assert!(opened.contains(SECRET));
}
