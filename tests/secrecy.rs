//! What is private stays so: the modes of every file, and values that do not stand where others look.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::fs;

use binary::{Home, finish, mode, set_mode};

#[test]
fn files_and_folders_are_private_whatever_the_umask() {
    let home = Home::new();
    finish(home.shell(
        "umask 000; \"$0\" init && \"$0\" person add zoe name=Zoe",
        &[],
    ))
    .ok(0);
    let folder = home.path().join("data/keyroll");
    assert_eq!(mode(home.path().join("data")), 0o700);
    assert_eq!(mode(&folder), 0o700);
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    assert_eq!(files, 2, "the store and its lock");
}

#[test]
fn the_text_being_edited_is_private_and_gone_afterwards() {
    let home = Home::filled();
    home.run(&["person", "add", "zoe", "name=Zoe"]).ok(0);
    let script = "#!/bin/sh\nstat -c %a \"$1\" > \"$HOME/mode\"\necho \"$1\" > \"$HOME/place\"\n\
                  sed -i 's/\"Zoe\"/\"Zoë Ek\"/' \"$1\"\n";
    let failing = "#!/bin/sh\necho \"$1\" > \"$HOME/place\"\nexit 1\n";
    let spoiling = "#!/bin/sh\necho \"$1\" > \"$HOME/place\"\necho '[[[' > \"$1\"\n";
    for (text, status) in [(script, 0), (failing, 4), (spoiling, 4)] {
        let editor = home.file("editor.sh", text);
        set_mode(&editor, 0o700);
        let before = fs::read(home.store()).unwrap();
        let mut command = home.shell("umask 000; exec \"$0\" person edit zoe", &[]);
        command.env("EDITOR", &editor);
        let ran = finish(command).ok(status);
        let place = fs::read_to_string(home.path().join("place")).unwrap();
        assert!(
            fs::metadata(place.trim()).is_err(),
            "{place} is still there"
        );
        if status != 0 {
            ran.refused(status);
            assert_eq!(fs::read(home.store()).unwrap(), before);
        }
    }
    assert_eq!(
        fs::read_to_string(home.path().join("mode")).unwrap(),
        "600\n"
    );
    home.run(&["person", "show", "zoe"]).ok(0).says("Zoë Ek");
}

#[test]
fn values_of_fields_do_not_stand_in_the_command_of_an_event() {
    let home = Home::filled();
    let lines: [&[&str]; 4] = [
        &[
            "person",
            "add",
            "zoe",
            "name=canary one",
            "email=canary@two.example",
        ],
        &["person", "set", "zoe", "name=canary = three"],
        &[
            "team",
            "add",
            "crew",
            "name=canary\u{2003}four",
            "members+=zoe",
        ],
        &[
            "team",
            "set",
            "crew",
            "members-=zoe",
            "name=\"canary five\"",
            "--reason=canary six",
        ],
    ];
    for words in lines {
        home.run(words).ok(0);
    }
    let log = home.run(&["audit", "log", "--format", "jsonl"]).ok(0);
    let events: Vec<serde_json::Value> = log
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mine: Vec<_> = events.iter().rev().take(lines.len()).collect();
    for event in &mine {
        let command = event["command"].as_str().unwrap();
        assert!(!command.contains("canary"), "{command}");
        assert!(command.contains("name=..."), "{command}");
    }
    assert!(
        mine.iter()
            .any(|event| event["change"].to_string().contains("canary"))
    );
}
