//! Words of the command line that cannot be meant.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::binary::Home;

#[test]
fn hostile_words_are_refused_and_never_shown_raw() {
    let home = Home::filled();
    let before = fs::read(home.store()).unwrap();
    let hostile = [
        "\u{1b}[31mred",
        "../../etc/passwd",
        "a\nerror: b",
        "\u{9b}2J",
        "a\u{7}\u{8}",
        "\u{202e}txt",
        "",
        "Ünïcode",
        "%n%s",
        "' OR 1=1; --",
    ];
    for word in hostile {
        let lines: &[&[&str]] = &[
            &[word],
            &["person", word],
            &["person", "show", word],
            &["person", "set", word, "name=X"],
            &["person", "add", word, "name=X"],
            &["person", "remove", word, "--yes"],
            &["person", "edit", word],
            &["person", "list", "--where", word],
            &["person", "add", "zoe", word],
            &["boundary", "add", word, "kind=tenant"],
            &["assign", word, word, "--at", word],
            &["explain", word],
            &["level", "show", word],
            &["catalog", "show", word],
            &["check", "--as-of", word],
            &["check", "--select", word],
            &["check", "--format", word],
            &["check", "--severity", word],
            &["matrix", "permissions", "--site", word],
            &["validate", word],
            &["import", "facts", word],
            &["completions", word],
        ];
        for line in lines {
            let ran = home.run(line).clean();
            let found_nothing = ran.status == Some(0) && ran.stdout.is_empty();
            let refused = matches!(ran.status, Some(1 | 2 | 4));
            assert!(refused || found_nothing, "{ran:#?}");
            assert!(!ran.stderr.contains('\u{202e}'), "{ran:#?}");
            if word.contains('\n') {
                assert!(!ran.stderr.contains("\nerror: b"), "{ran:#?}");
            }
        }
    }
    assert_eq!(fs::read(home.store()).unwrap(), before, "the store changed");
}

#[test]
fn words_that_are_not_utf8_are_refused() {
    let home = Home::filled();
    let word = OsStr::from_bytes(b"\xff\x1b[31m");
    for line in [
        &[word][..],
        &[OsStr::new("person"), OsStr::new("show"), word],
        &[OsStr::new("check"), OsStr::new("--as-of"), word],
        &[OsStr::new("validate"), word],
        &[OsStr::new("export"), OsStr::new("--store"), word],
        &[OsStr::new("import"), OsStr::new("facts"), word],
    ] {
        let ran = home.run(line).clean();
        let status = ran.status.unwrap();
        assert!(matches!(status, 1 | 2), "{ran:#?}");
        ran.refused_at_once(status);
    }
}

#[test]
fn values_that_cannot_be_are_refused_and_change_nothing() {
    let home = Home::filled();
    home.run(&["person", "add", "zoe", "name=Zoe"]).ok(0);
    let before = fs::read(home.store()).unwrap();
    for value in [
        "left=9999-12-31",
        "left=1969-12-31",
        "left=2026-13-01",
        "name=\u{1b}[31m",
        "tenant=../x",
        "tenant=nowhere",
        "workplace+=a//b",
        "left.deep.er=1",
        "name={ a = 1 }",
        "=x",
        "...=x",
    ] {
        let ran = home.run(&["person", "set", "zoe", value]).clean();
        let status = ran.status.unwrap();
        assert!(
            matches!(status, 2 | 4) || ran.stderr.contains("no change"),
            "{ran:#?}"
        );
        if status != 0 {
            ran.refused(status);
        }
    }
    let deep = format!("name={}", "[".repeat(100_000));
    home.run(&["person", "set", "zoe", &deep]).refused(4);
    let dots = format!("{}=1", "a.".repeat(50_000));
    home.run(&["person", "set", "zoe", &dots]).refused(2);
    assert_eq!(fs::read(home.store()).unwrap(), before, "the store changed");
    for name in ["zoe", "ZOE", "z oe", "zoe/x", "-zoe"] {
        let ran = home.run(&["person", "add", name, "name=Zoe"]).clean();
        let status = ran.status.unwrap();
        assert!(matches!(status, 2 | 4), "{ran:#?}");
        ran.refused_at_once(status);
    }
    for date in ["9999-01-01", "0000-00-00", "tomorrow", ""] {
        home.run(&["check", "--as-of", date]).refused_at_once(2);
    }
    assert_eq!(fs::read(home.store()).unwrap(), before, "the store changed");
}
