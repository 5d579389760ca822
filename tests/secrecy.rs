//! What is private stays so: the modes of every file, and values that do not stand where others look.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::fs;

use binary::{Home, finish, mode, set_mode};

#[test]
fn files_and_folders_are_private_whatever_the_umask() {
    let home = Home::new();
    finish(home.shell(
        "umask 000; \"$0\" init --no-secrets && \"$0\" person add zoe name=Zoe",
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
        let show = ["person", "show", "zoe", "--format", "json"];
        let before = home.run(&show).ok(0).stdout;
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
            assert_eq!(home.run(&show).ok(0).stdout, before);
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

/// Secrets by the beginning that tells them, and the part that nobody may see.
const SECRETS: &[(&str, &str, &str)] = &[
    ("AKIA", "R7QX2MZK4WPB9TNC", ""),
    ("ghp_", "16C7e42F292c6912E7710c838347Ae178B4a", ""),
    ("xoxb-", "83749201-k", ""),
    ("sk_live_", "51Hqwz7", ""),
    ("SK", "83af01c2749be65d83af01c2749be65d", ""),
    (
        "eyJ",
        "qbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
        "",
    ),
    ("https://svc:", "hunter2-swordfish", "@cmms.example"),
    ("Bearer ", "k7m2q9x4", ""),
    ("", "Zk8vQ3mLpT7xR2nB9cW4yH6j", ""),
];

/// Files, each with a fault at or near the value that stands in for `%`, that is `%a` and `%b` in two halves.
const PLACES: &[&str] = &[
    "[person.a]\nname = \"%\"\ntenant = \"nowhere\"\n",
    "[person.b]\nname = \"B\"\ntenant = \"nowhere\" # %\n",
    "[person.c]\nname = '%'\nworkplace = [\"%\"]\n",
    "[person.d]\nname = \"D\"\nmail = \"%\"\n",
    "[person.e]\n\"%\" = \"E\"\n",
    "[person.\"%\"]\nname = \"F\"\n",
    "[\"%\".g]\nname = \"G\"\n",
    "[person.h]\nname = \"% \\q\"\n",
    "[person.i]\nname = \"%\nemail = 3\n",
    "[person.j]\nname = \"\"\"\n%\"\"\"\nleft = \"%\"\n",
    "[person.k]\nname = \"\"\"%a\\\n   %b\"\"\"\ntenant = \"nowhere\"\n",
    "[person.l]\nname = [\"%\"]\n",
    "[person.m]\nname = \"M\"\ntenant = \"%\"\n",
    "[team.n]\nname = \"N\"\nmembers = [\"gone\", \"%\"]\n",
    "[provider.o.environment.production]\nendpoint = \"%\"\nhosting = \"%\"\n",
    "[provider.p]\nproduct = \"P\" \n[provider.p.environment.production]\nendpoint = \"http://x.example/%\"\n",
    "[provider.q.test.read.http]\nmethod = \"GET\"\npath = \"/a?key={secret}&x=%\"\nheader = { Authorization = \"%\", \"%\" = \"x\" }\n",
    "[procedure.r]\nkind = \"rotate\"\n[[procedure.r.step]]\ntitle = \"R\"\ncommand = [\"a\", \"{secret}\", \"%\"]\n",
    "[account.s]\nprovider = \"none\"\nenvironment = \"production\"\nworkflow = \"x\"\nlevel = \"%\"\n",
    "[account.t]\nprovider = \"%\"\nenvironment = \"production\"\nworkflow = \"x\"\nlevel = \"read-only-import\"\npurpose = \"%\"\npermissions = [\"work-order/%\", \"%\"]\nexpires = \"%\"\n",
    "[account.u]\nprovider = \"none\"\nenvironment = \"production\"\nworkflow = \"x\"\nlevel = \"read-only-import\"\npurpose = \"%\"\npermissions = [\"work-order/%\", \"%\"]\n[account.u.credential]\nkind = \"api-key\"\nstore = \"vault:%\"\nidentity = [\"%\"]\n",
    "[account.v]\nprovider = \"none\"\nenvironment = \"production\"\nworkflow = \"x\"\nlevel = \"read-only-import\"\n[account.v.credential]\nkind = \"api-key\"\nstore = \"%\"\n",
    "[[residual-risk]]\naccount = \"u\"\ngap = \"with % for now\"\nowner = \"person/nobody\"\nuntil = 2020-01-01\n",
    "[[waiver]]\nrule = \"missing-owner\"\nsubject = \"account/%\"\nreason = \"%\"\nuntil = 2020-01-01\n",
    "[consumer.w]\nhost = \"%\"\nhost = \"%\"\n",
    "[consumer.x]\nhost = \"x\"\n[consumer.x]\nhost = \"%\"\n",
    "[consumer.y]\nhost = %\n",
];

/// Every format of `validate`, and a plan: what they say of the files.
fn all_that_is_said(home: &Home, folder: &str) -> String {
    let mut said = String::new();
    for format in ["table", "json", "jsonl", "csv", "tsv", "md"] {
        for more in [&[][..], &["--pedantic", "--color=always"]] {
            let mut words = vec!["validate", folder, "--format", format];
            words.extend(more);
            let ran = home.run(&words);
            assert_eq!(ran.status, Some(4), "{ran:?}");
            said += &(ran.stdout + &ran.stderr);
        }
    }
    said
}

#[test]
fn no_piece_of_a_secret_in_an_inventory_is_printed() {
    let write = |value: &str, body: &str| {
        let home = Home::new();
        for (at, place) in PLACES.iter().enumerate() {
            let cut = value.len() - body.len() / 2;
            let text = place
                .replace("%a", &value[..cut])
                .replace("%b", &value[cut..]);
            home.file(&format!("roll/{at}.toml"), text.replace('%', value));
        }
        home
    };
    // What is no secret is repeated: the test can fail.
    let said = all_that_is_said(&write("plain-marker", "marker"), "roll");
    assert!(said.matches("plain-marker").count() > 100, "{said}");

    for (told_by, body, behind) in SECRETS {
        let home = write(&format!("{told_by}{body}{behind}"), body);
        let said = all_that_is_said(&home, "roll");
        assert!(said.contains("secret-in-inventory"), "{told_by}");
        for piece in body.as_bytes().windows(6) {
            let piece = std::str::from_utf8(piece).unwrap();
            if let Some(at) = said.to_lowercase().find(&piece.to_lowercase()) {
                let around = said.get(at.saturating_sub(900)..at + 100);
                panic!(
                    "{told_by}: `{piece}` is printed: {}",
                    around.unwrap_or(&said)
                );
            }
        }
    }
}

#[test]
fn no_line_of_a_private_key_is_printed() {
    let home = Home::new();
    let lines = ["MIIEvQIBADANBgkq", "hkiG9w0", "Q2xhc3M+", "abcdefg"];
    let key = |lines: &[&str]| {
        let label = "PRIVATE KEY-----";
        format!("-----BEGIN {label}\n{}\n-----END {label}", lines.join("\n"))
    };
    let step = |text: &str| {
        format!(
            "[procedure.a]\nkind = \"rotate\"\n[[procedure.a.step]]\ntitle = \"A\"\nmanual = {text}\n"
        )
    };
    let whole = key(&lines);
    home.file("roll/a.toml", step(&format!("\"\"\"\n{whole}\"\"\"")));
    home.file(
        "roll/b.toml",
        step(&format!("'{}'", whole.replace('\n', "\\n"))),
    );
    for at in 0..lines.len() {
        // An escape that there is none of, on each line: the parser points at it.
        let mut broken = lines.map(str::to_owned);
        broken[at].push_str("\\q");
        let broken: Vec<&str> = broken.iter().map(String::as_str).collect();
        home.file(
            &format!("roll/c{at}.toml"),
            step(&format!("\"\"\"\n{}\"\"\"", key(&broken))),
        );
    }
    let said = all_that_is_said(&home, "roll");
    assert!(said.contains("looks like a private key"), "{said}");
    for line in lines {
        assert!(!said.contains(&line[..6]), "{line}: {said}");
    }
}
