//! Files that are no inventory, no facts and no record.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::binary::{Home, Ran, as_nobody, finish, set_mode};

/// The commands that read a file of the user's, with the file last.
const TAKERS: &[&[&str]] = &[
    &["validate"],
    &["plan"],
    &["apply", "--yes"],
    &["matrix", "levels", "--path"],
    &["diff", "store"],
    &["import", "facts"],
    &["person", "add", "zoe", "--from"],
    &["catalog", "show"],
];

/// Hands the file to every command that takes one. None of them may take it, hang, or touch the store.
fn taken_by_none(home: &Home, file: &str) -> Vec<Ran> {
    let before = fs::read(home.store()).unwrap();
    let ran = TAKERS.iter().map(|words| {
        let ran = home.run(&[*words, &[file]].concat()).clean();
        assert!(matches!(ran.status, Some(1 | 2 | 4)), "{ran:#?}");
        match words[0] {
            "validate" => {
                let told =
                    ran.stdout.contains("error[malformed]: ") || ran.stderr.starts_with("error: ");
                assert!(told, "{ran:#?}");
                ran
            }
            // It shows the problems of either side at their lines, and compares nothing.
            "diff" => {
                let status = ran.status.unwrap();
                ran.refused(status)
            }
            _ => {
                let status = ran.status.unwrap();
                ran.refused_at_once(status)
            }
        }
    });
    let ran = ran.collect();
    assert_eq!(fs::read(home.store()).unwrap(), before, "the store changed");
    ran
}

pub fn fifo(path: &std::path::Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

#[test]
fn what_is_no_plain_file_is_refused_and_never_waited_for() {
    let home = Home::filled();
    let at = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(at("folder.toml")).unwrap();
    symlink("nowhere", at("dangling.toml")).unwrap();
    symlink("round.toml", at("round.toml")).unwrap();
    fifo(at("fifo.toml").as_ref());
    for name in [
        "folder.toml",
        "dangling.toml",
        "round.toml",
        "fifo.toml",
        "missing.toml",
    ] {
        taken_by_none(&home, &at(name));
    }
    for device in ["/dev/zero", "/dev/null", "/proc/self/mem"] {
        // Opening is enough to be let down; reading /dev/zero would not end.
        let ran = home.run(&["validate", device]);
        if device != "/proc/self/mem" {
            ran.ok(4).says("not a regular file");
        } else {
            ran.ok(4);
        }
        home.run(&["person", "add", "zoe", "--from", device])
            .refused(1);
    }
    // Below a folder they are told too, and not opened.
    fs::create_dir(at("all")).unwrap();
    fifo(at("all/pipe.toml").as_ref());
    symlink("/etc/passwd", at("all/link.toml")).unwrap();
    let ran = home.run(&["validate", &at("all")]).ok(4);
    assert!(ran.stdout.contains("symbolic link") && ran.stdout.contains("not a regular file"));
}

#[test]
fn a_file_that_may_not_be_read_is_told() {
    let home = Home::filled();
    let file = home.file("secret.toml", "[team.a]\nname = \"A\"\n");
    set_mode(&file, 0o000);
    home.give_away();
    for words in TAKERS {
        let ran = as_nobody(home.command(&[*words, &[&file]].concat())).clean();
        assert!(matches!(ran.status, Some(1 | 4)), "{ran:#?}");
        if ["validate", "diff"].contains(&words[0]) {
            ran.says("may not be read");
        } else {
            let status = ran.status.unwrap();
            ran.refused_at_once(status);
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let home = Home::filled();
    let file = home.file("bytes.toml", b"[team.a]\nname = \"\xff\xfe\x1b[31m\"\n");
    taken_by_none(&home, &file);
    home.run(&["validate", &file]).ok(4).says("not UTF-8");
    let file = home.file("nul.toml", b"\0\0\0\0");
    taken_by_none(&home, &file);
    let file = home.file(
        "escape.toml",
        "[team.a]\nname = \"A\u{1b}[2J\u{7}\"\n\u{1b}]0;x\u{7} = 1\n",
    );
    taken_by_none(&home, &file);
}

/// Runs with at most 256 MiB of address space, so of memory too.
pub fn within_256_mib(home: &Home, args: &[&str]) -> Ran {
    finish(home.shell("ulimit -v 262144 && exec \"$0\" \"$@\"", args))
}

#[test]
fn what_is_too_large_or_too_deep_is_refused_within_256_mib() {
    let home = Home::filled();
    let mut large = String::with_capacity(50 << 20);
    for n in 0.. {
        if large.len() >= 50 << 20 {
            break;
        }
        large.push_str(&format!(
            "[team.t{n}]\nname = \"Team {n}\"\nmembers = [\"a\", \"b\"]\n"
        ));
    }
    let half = large[..1_000_000].rfind("[team").unwrap();
    let half = large[..half].to_owned();
    let keys: String = (0..300_000).map(|n| format!("k{n} = 1\n")).collect();
    let line = format!(
        "{{\"fact\":{}1{}}}\n",
        "[".repeat(30_000),
        "]".repeat(30_000)
    );
    let texts = [
        ("large.toml", large, "larger than 4 MiB"),
        (
            "one-line.toml",
            format!("a = \"{}\"", "x".repeat(50 << 20)),
            "larger than 4 MiB",
        ),
        (
            "tables.toml",
            format!("[{}a]\nb = 1\n", "a.".repeat(10_000)),
            "64 deep",
        ),
        ("inline.toml", "a = { b = ".repeat(10_000), "64 deep"),
        (
            "lists.toml",
            format!("a = {}", "[".repeat(3_000_000)),
            "64 deep",
        ),
        ("headers.toml", "[a]\n".repeat(900_000), ""),
        ("keys.toml", keys, "in one piece"),
        ("quotes.toml", "\"\"\"".repeat(1_000_000), ""),
        ("facts.toml", line, ""),
    ];
    for (name, text, told) in texts {
        let file = home.file(name, text);
        let before = fs::read(home.store()).unwrap();
        within_256_mib(&home, &["validate", &file]).ok(4).says(told);
        let quiet = |words: &&&[&str]| !["validate", "diff"].contains(&words[0]);
        for words in TAKERS.iter().filter(quiet) {
            let ran = within_256_mib(&home, &[*words, &[&file]].concat());
            ran.refused_at_once(4);
        }
        assert_eq!(fs::read(home.store()).unwrap(), before);
        fs::remove_file(&file).unwrap();
    }
    // Much that is allowed and all of it wrong: told once for each fault, within the same bounds of memory and time.
    let half = home.file("half.toml", half);
    let names: Vec<String> = (0..20_000).map(|n| format!("\"p{n}\"")).collect();
    let list = format!("[team.t]\nname = \"T\"\nmembers = [{}]\n", names.join(", "));
    let list = home.file("list.toml", list);
    for file in [half, list] {
        let ran = within_256_mib(&home, &["validate", &file]).ok(4);
        assert!(ran.stderr.contains(" errors in "), "{}", ran.stderr);
    }
}

#[test]
fn a_record_declared_twice_is_told_with_both_places() {
    let home = Home::filled();
    let file = home.file(
        "same.toml",
        "[team.a]\nname = \"A\"\n[team.a]\nname = \"B\"\n",
    );
    taken_by_none(&home, &file);
    home.file("two/one.toml", "[team.a]\nname = \"A\"\n");
    home.file("two/two.toml", "[team.a]\nname = \"B\"\n");
    let folder = home.path().join("two");
    let ran = home.run(&["validate", folder.to_str().unwrap()]).ok(4);
    assert!(
        ran.stdout.contains("one.toml") && ran.stdout.contains("two.toml"),
        "{ran:#?}"
    );
    home.run(&["apply", "--yes", folder.to_str().unwrap()])
        .refused_at_once(4);
}

#[test]
fn dates_names_and_paths_that_cannot_be_are_refused() {
    let home = Home::filled();
    let texts = [
        (
            "[person.a]\nname = \"A\"\nleft = 9999-12-31\n",
            "1970 to 2199",
        ),
        ("[person.a]\nname = \"A\"\nleft = 2026-02-30\n", "error"),
        (
            "[person.\"../../etc/passwd\"]\nname = \"A\"\n",
            "not a name",
        ),
        ("[person.\"a\\u001b[31m\"]\nname = \"A\"\n", "not a name"),
        ("[person.\"\"]\nname = \"A\"\n", "a name is empty"),
        (
            "[boundary.\"a/../a\"]\nkind = \"tenant\"\n",
            "not a boundary",
        ),
        ("[boundary.\"/a\"]\nkind = \"tenant\"\n", "not a boundary"),
        ("[boundary.\"a//b\"]\nkind = \"tenant\"\n", "not a boundary"),
        // A path holds its parents: nothing can be above itself.
        (
            "[boundary.a]\nkind = \"tenant\"\nname = \"A\"\nparent = \"a/b\"\n",
            "not a known key",
        ),
        (
            "[provider.p]\nproduct = \"P\"\ncatalog = \"./../../etc/passwd\"\n",
            "error",
        ),
        (
            "[provider.p]\nproduct = \"P\"\ncatalog = \"/etc/passwd\"\n",
            "error",
        ),
    ];
    for (text, told) in texts {
        let file = home.file("one.toml", text);
        for ran in taken_by_none(&home, &file) {
            assert!(
                !ran.stdout.contains("root:") && !ran.stderr.contains("root:"),
                "{ran:#?}"
            );
        }
        home.run(&["validate", &file]).ok(4).says(told);
    }
}

#[test]
fn a_boundary_without_its_parent_is_refused() {
    let home = Home::filled();
    let before = fs::read(home.store()).unwrap();
    let file = home.file(
        "one.toml",
        "[boundary.\"lost/plant/press\"]\nkind = \"machine\"\nname = \"P\"\n",
    );
    home.run(&["validate", &file]).ok(4).says("lost/plant");
    home.run(&["apply", &file, "--yes"]).refused(4);
    home.run(&["apply", &file, "--yes", "--accept-findings"])
        .refused(4);
    home.run(&[
        "boundary",
        "add",
        "lost/plant/press",
        "kind=machine",
        "name=P",
    ])
    .refused(4);
    assert_eq!(fs::read(home.store()).unwrap(), before);
}

#[test]
fn facts_that_are_none_are_refused_whole() {
    let home = Home::filled();
    let good = "{\"fact\":\"owner-changed\",\"account\":\"maintainx-production-draft-handoff-plant1\",\"on\":\"2026-11-20\"}";
    let bad = [
        "{",
        "[]",
        "null",
        "{\"fact\":\"seen\"}",
        "{\"fact\":\"\u{1b}[31m\"}",
        "{\"fact\":\"seen\",\"account\":\"../x\",\"on\":\"2026-11-20\"}",
        "{\"fact\":\"seen\",\"account\":\"nobody-knows-it\",\"on\":\"2026-11-20\"}",
        "{\"fact\":\"owner-changed\",\"account\":\"maintainx-production-draft-handoff-plant1\",\"on\":\"9999-11-20\"}",
    ];
    let before = fs::read(home.store()).unwrap();
    for line in bad {
        let file = home.file("facts.jsonl", format!("{good}\n{line}\n"));
        home.run(&["import", "facts", &file]).refused(4);
    }
    assert_eq!(fs::read(home.store()).unwrap(), before);
    let file = home.file("facts.jsonl", format!("{good}\n"));
    home.run(&["import", "facts", &file])
        .ok(0)
        .says("1 change recorded");
}
