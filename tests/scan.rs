//! `keyroll import scan` tells what files name, and nothing of what they hold: whatever the form, in whatever output.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use binary::{Home, as_nobody, finish, set_mode};

/// How much of a value alone is as bad as the whole of it, in bytes.
const PIECE: usize = 6;

/// Files of every form; `@1` to `@9` are values.
const FILES: &[(&str, &str)] = &[
    (
        "jobs/.env",
        "MAXIMO_PROD_URL=https://femo.maximo.prod.example.net\nMAXIMO_PROD_USER=@1\nMAXIMO_PROD_PASSWORD=@2\n\
        #ODOO_TOKEN=@3\nSAP_PASSWORD=\"@4\n @5\"\nDATABASE_URL=postgres://@6:@7@db.example/x?password=@8\nSESSION_SECRET=@9\n",
    ),
    (
        "jobs/a.ini",
        "[maximo-test]\nlogin = @1\npassword = @2 ; @3\napikey: @4\n@5\n@6 = @7\n",
    ),
    (
        "jobs/b.toml",
        "[odoo]\npassword = \"@1\"\nkeys = { api-key = \"@2\", other = '@3' }\ntoken = '''\n@4\npassword = @5\n'''\n",
    ),
    (
        "jobs/c.yaml",
        "services:\n  sync:\n    environment:\n      - UNICMMS_KEY=@1\n      - \"SNOW_CLIENT_SECRET=@2\"\n\
        password: |\n  @3\n  token: @4\n# password: @5\nenv:\n- name: SAP_SECRET\n  value: '@6'\n- name: @7\n  value: @8\n",
    ),
    (
        "jobs/d.json",
        "{\"maximo\":{\"password\":\"@1\",\"url\":\"https://@2:@3@maximo.example/?api_key=@4\"},\"other\":{\"token\":\"@6\"}}",
    ),
    (
        "jobs/e.properties",
        "mxe.db.password=@1\\\n  token=@2\nodoo.api.key: @3\n",
    ),
    (
        "jobs/f.sh",
        "export MAXIMO_API_KEY='@1 password=@2'\ncurl -H \"Authorization: Bearer @3\" -u @4:@5 --token @6 https://h.example/?token=@7\n\
        cat <<END\npassword=@8\nEND\n",
    ),
    (
        "jobs/g.service",
        "[Service]\nEnvironment=\"ODOO_PASSWORD=@1 @2\" UNICMMS_TOKEN=@3\nExecStart=/bin/x --password @4\n",
    ),
    (
        "cron.d/h",
        "SAP_PASSWORD = @1\n0 * * * * root ATLAS_API_KEY=@2 run --password=@3\n",
    ),
    (
        "home/.netrc",
        "machine femo.service-now.com login @1 password @2\n",
    ),
    (
        "home/Dockerfile",
        "ENV MAXIMO_TOKEN @1\nARG ODOO_PASSWORD=@2\nRUN X_PASSWORD=@3 run\n",
    ),
    (
        "home/id.pem.yaml",
        "tls: |\n  -----BEGIN PRIVATE KEY-----\n  @1\n  @2=\n  -----END PRIVATE KEY-----\n",
    ),
];

/// How many of the values of these files are of accounts, each behind a key or in a form of its own.
const KEYS: usize = 33;

/// Values without any look of a secret, so that nothing hides them but that they are not told: none is made by chance.
fn values(seed: u64) -> Vec<String> {
    let mut state = seed;
    let mut sign = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(b"bcdfghjkmnpqrtvwxzBCDFGHJKMNPQRTVWXZ"[(state >> 33) as usize % 36])
    };
    (0..FILES.len() * 9)
        .map(|_| (0..14).map(|_| sign()).collect())
        .collect()
}

/// Writes the files with values in their places.
fn write(home: &Home, values: &[String]) {
    for (at, (name, text)) in FILES.iter().enumerate() {
        let mut text = (*text).to_owned();
        for number in 1..=9 {
            text = text.replace(&format!("@{number}"), &values[at * 9 + number - 1]);
        }
        set_mode(home.file(&format!("files/{name}"), text), 0o600);
    }
}

/// The values of which a piece stands there.
fn leaked<'v>(values: &'v [String], place: &[u8]) -> Vec<&'v str> {
    let text = String::from_utf8_lossy(place).to_lowercase();
    let stands = |value: &&String| {
        let value = value.to_lowercase();
        (0..=value.len() - PIECE).any(|at| text.contains(&value[at..at + PIECE]))
    };
    values.iter().filter(stands).map(String::as_str).collect()
}

#[test]
fn no_piece_of_a_value_leaves_the_process_in_any_form() {
    let home = Home::filled();
    let values = values(7);
    write(&home, &values);
    // What is looked for is found where it stands.
    assert_eq!(
        leaked(
            &values,
            &fs::read(home.path().join("files/home/.netrc")).unwrap()
        )
        .len(),
        2
    );
    let mut seen = 0;
    for format in ["table", "json", "jsonl", "csv", "tsv", "md"] {
        let trace = home.path().join("trace");
        let keyroll = home.command(&[
            "import", "scan", "files", "--format", format, "--out", "out.toml", "--force",
        ]);
        let mut traced = Command::new("strace");
        traced.args([
            "-f",
            "-v",
            "-s",
            "100000",
            "-e",
            "trace=execve,write,writev,pwrite64,pwritev,sendto,sendmsg",
            "-o",
        ]);
        traced
            .arg(&trace)
            .arg(keyroll.get_program())
            .args(keyroll.get_args());
        for (name, value) in keyroll.get_envs() {
            match value {
                Some(value) => traced.env(name, value),
                None => traced.env_remove(name),
            };
        }
        traced
            .current_dir(home.path())
            .stdin(std::process::Stdio::null());
        let traced = traced.output().expect("strace is there");
        let told = String::from_utf8_lossy(&traced.stdout).into_owned();
        seen = seen.max(told.lines().count());
        for place in [
            traced.stdout,
            traced.stderr,
            fs::read(&trace).unwrap(),
            fs::read(home.path().join("out.toml")).unwrap(),
        ] {
            assert!(!place.is_empty());
            assert_eq!(
                leaked(&values, &place),
                [""; 0],
                "{format}: {}",
                String::from_utf8_lossy(&place)
            );
        }
        fs::remove_file(trace).unwrap();
    }
    assert!(seen > 25, "the keys were found: {seen}");
    let trail = home.run(&["audit", "log", "--format", "json"]).ok(0);
    assert_eq!(leaked(&values, trail.stdout.as_bytes()), [""; 0]);
    assert_eq!(leaked(&values, &fs::read(home.store()).unwrap()), [""; 0]);
    assert!(
        !trail.stdout.contains("import scan"),
        "nothing was recorded"
    );
}

#[test]
fn what_is_told_is_the_same_whatever_the_values_are() {
    let told = |seed| {
        let home = Home::new();
        write(&home, &values(seed));
        let ran = home
            .run(&["import", "scan", "files", "--format", "csv"])
            .ok(0);
        assert_eq!(ran.stdout.lines().count(), 1 + KEYS, "{}", ran.stdout);
        ran.stdout + &ran.stderr
    };
    assert_eq!(told(1), told(2));
}

#[test]
fn files_that_others_may_read_or_that_git_keeps_are_findings() {
    let home = Home::new();
    let file = home.file("jobs/.env", "MAXIMO_API_KEY=not-a-real-one\n");
    set_mode(&file, 0o600);
    let scan = ["import", "scan", "jobs", "--format", "csv"];
    home.run(&scan).ok(0).says(",no,no\n");
    set_mode(&file, 0o640);
    home.run(&scan).ok(3).says(",others-read,");
    home.run(&["import", "scan", "jobs", "--fail-on", "error"])
        .ok(0);
    set_mode(&file, 0o602);
    home.run(&scan).ok(3).says(",others-write,");
    set_mode(&file, 0o600);
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.args(args)
            .current_dir(home.path().join("jobs"))
            .env("HOME", home.path());
        assert!(git.status().unwrap().success());
    };
    git(&["init", "--quiet"]);
    home.run(&scan).ok(0);
    // What a repository names is not run.
    home.file("hook.sh", "#!/bin/sh\ntouch ../run\n");
    set_mode(home.path().join("hook.sh"), 0o700);
    git(&["add", ".env"]);
    git(&["config", "core.fsmonitor", "../hook.sh"]);
    // The folder above is no repository: the file is asked of the one that it lies in.
    home.run(&["import", "scan", ".", "--fail-on", "error"])
        .ok(4)
        .says("in-git");
    assert!(!home.path().join("run").exists());
    let reference = home.file("jobs/.env", "MAXIMO_API_KEY=${FROM_ELSEWHERE}\n");
    set_mode(reference, 0o644);
    home.run(&scan).ok(0).says(",reference,");
}

#[test]
fn only_plain_files_within_limits_are_opened_and_the_rest_is_told() {
    let home = Home::new();
    let key = "MAXIMO_API_KEY=not-a-real-one\n";
    for name in [
        "a/.env",
        "a/node_modules/b/.env",
        "a/.git/.env",
        "a/notes.txt",
        "elsewhere/.env",
        "a/shut.env",
    ] {
        set_mode(home.file(name, key), 0o600);
    }
    set_mode(home.file("a/large.env", key.repeat(40_000)), 0o600);
    home.file("a/binary.env", [b'A', b'=', 0, 1, 2]);
    home.file("a/latin.env", [b'A', b'=', 0xe9]);
    symlink(home.path().join("elsewhere"), home.path().join("a/link")).unwrap();
    symlink(
        home.path().join("elsewhere/.env"),
        home.path().join("a/link.env"),
    )
    .unwrap();
    let fifo = Command::new("mkfifo")
        .arg(home.path().join("a/pipe.env"))
        .status();
    assert!(fifo.unwrap().success());
    home.give_away();
    set_mode(home.path().join("a/shut.env"), 0);
    let ran = as_nobody(home.command(&["import", "scan", "a", "--format", "csv"])).ok(3);
    assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
    for said in [
        "1 key in 1 of 5 files",
        "passed over: .git/, node_modules/, 2 other files, 2 symbolic links, 2 binary files, 1 larger file",
        "warning: `a/shut.env`: it may not be read",
    ] {
        assert!(ran.stderr.contains(said), "{said}\n{}", ran.stderr);
    }
}

#[test]
fn hostile_names_reach_no_terminal() {
    let home = Home::new();
    let name = "files/a\u{1b}[31m\n::error::\u{202e}.env";
    home.file(
        name,
        "MAXIMO_API_KEY=x9y8z7w6\n\u{1b}]0;PASSWORD=x\nA\u{7}_TOKEN=not-a-real-one\n",
    );
    for format in ["table", "csv", "json", "md"] {
        let ran = finish(home.command(&[
            "import", "scan", "files", "--format", format, "--out", "o.toml", "--force",
        ]));
        let out = fs::read_to_string(home.path().join("o.toml")).unwrap();
        for text in [&ran.stdout, &ran.stderr, &out] {
            assert!(
                !text.contains(['\u{1b}', '\u{7}', '\u{202e}']),
                "{format}: {text:?}"
            );
            assert!(!text.contains("\n::error"), "{format}: {text:?}");
        }
        assert!(ran.stdout.contains("MAXIMO"), "{}", ran.stdout);
    }
}

#[test]
fn a_million_lines_are_looked_at_in_a_moment() {
    let home = Home::new();
    for number in 0..4 {
        let text = match number {
            0 => "A_PASSWORD=b\n".repeat(70_000),
            1 => "[".repeat(1_000_000),
            2 => "- ".repeat(400_000),
            _ => "a: {\n".repeat(190_000),
        };
        for ending in ["env", "json", "yaml", "sh", "toml"] {
            home.file(&format!("files/{number}.{ending}"), &text);
        }
    }
    // The limit on time of every run is the test.
    let ran = home
        .run(&["import", "scan", "files", "--format", "csv"])
        .ok(3);
    assert!(Path::new(&home.path().join("files/0.env")).exists());
    assert!(ran.stdout.lines().count() <= 10_001);
    assert!(
        ran.stderr.contains("there is more than is looked at"),
        "{}",
        ran.stderr
    );
}
