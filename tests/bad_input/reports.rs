//! What `validate` reads, at its worst, with every form of report: the status is the same in each, and no report passes for one
//! where nothing was judged.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::binary::{EXAMPLE, Home, Ran};
use crate::files::{fifo, within_256_mib};

/// Every form, with what a whole report ends with.
const FORMATS: [(&str, &str); 10] = [
    ("table", ""),
    ("json", "}\n"),
    ("jsonl", "}\n"),
    ("csv", "\n"),
    ("tsv", "\n"),
    ("md", "\n"),
    ("sarif", "}\n"),
    ("junit", "</testsuites>\n"),
    ("github", "\n"),
    ("gitlab", "]\n"),
];

/// A whole report in every form, with the same status, within bounds of memory and time.
fn told_in_every_form(home: &Home, words: &[&str], status: i32, told: &str) {
    for (format, end) in FORMATS {
        let words = [&["validate", "--format", format], words].concat();
        let mut ran = within_256_mib(home, &words);
        if format == "tsv" {
            ran.stdout = ran.stdout.replace('\t', " ");
        }
        let ran = ran.ok(status);
        assert!(ran.stdout.ends_with(end), "{format}: {:.400}", ran.stdout);
        assert!(ran.stdout.contains(told), "{format}: {:.400}", ran.stdout);
        assert!(ran.stdout.len() < 32 << 20, "{format}");
    }
}

/// No report in any form: what could not be read is the user's to mend, and nothing was judged.
fn judged_in_no_form(home: &Home, words: &[&str], told: &str) {
    for (format, _) in FORMATS {
        let words = [&["validate", "--format", format, EXAMPLE], words].concat();
        let ran: Ran = within_256_mib(home, &words).refused_at_once(2).says(told);
        assert!(ran.stderr.len() < 20_000, "{:.400}", ran.stderr);
    }
}

#[test]
fn ten_thousand_files_are_judged_in_every_form_and_one_more_is_told() {
    let home = Home::new();
    for n in 0..10_000 {
        let text = format!("[team.t{n}]\nname = \"Team {n}\"\n");
        home.file(&format!("many/{}/{n}.toml", n % 10), text);
    }
    home.file("many/0/0.toml", "[team.t0]\nname = 1\n");
    let folder = home.path().join("many");
    let folder = folder.to_str().unwrap();
    told_in_every_form(&home, &[folder], 4, "many/0/0.toml");
    home.file("many/last.toml", "");
    told_in_every_form(&home, &[folder], 4, "there are more than 10000 files");
}

#[test]
fn pipes_and_devices_are_told_in_every_form_and_never_opened() {
    let home = Home::new();
    home.file("all/team.toml", "[team.a]\nname = \"A\"\n");
    let at = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    fifo(at("all/pipe.toml").as_ref());
    symlink("/dev/zero", at("all/zero.toml")).unwrap();
    told_in_every_form(&home, &[&at("all")], 4, "not a regular file");
    told_in_every_form(&home, &[&at("all")], 4, "symbolic link");
    for device in ["/dev/zero", "/dev/tty", "/dev/stdin"] {
        told_in_every_form(&home, &[device], 4, device);
    }
}

#[test]
fn a_baseline_that_cannot_be_read_is_no_report_in_any_form() {
    let home = Home::new();
    let at = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let head = "{\"keyroll-baseline\":1}\n";
    let line = "{\"rule\":\"missing-owner\",\"subject\":\"account/a\",\"count\":1}\n";
    let large = head.to_owned() + &line.repeat((64 << 20) / line.len());
    fifo(at("pipe.jsonl").as_ref());
    symlink(at("large.jsonl"), at("link.jsonl")).unwrap();
    let cases = [
        (home.file("large.jsonl", large), "larger than 16 MiB"),
        (
            home.file("twice.jsonl", head.to_owned() + line + line),
            "twice",
        ),
        (home.file("nul.jsonl", b"\0\0"), "no baseline"),
        (home.file("bytes.jsonl", b"\xff\xfe\x1b[2J"), "not UTF-8"),
        (
            home.file("deep.jsonl", head.to_owned() + &"[".repeat(1 << 20)),
            "no finding",
        ),
        (home.file("empty.jsonl", ""), "empty"),
        (
            home.file("raw.jsonl", head.replace('1', "1,\"\u{1b}]0;x\":1")),
            "no baseline",
        ),
        (at("pipe.jsonl"), "not a regular file"),
        (at("link.jsonl"), "symbolic link"),
        (at("missing.jsonl"), "no such file"),
        ("/dev/zero".to_owned(), "not a regular file"),
    ];
    for (path, told) in cases {
        judged_in_no_form(&home, &["--baseline", &path], told);
    }
    home.file("keyroll.toml", "baseline = \"missing.jsonl\"\n");
    judged_in_no_form(&home, &[], "no such file");
    let before = fs::read(at("large.jsonl")).unwrap();
    home.run(&["validate", EXAMPLE, "--write-baseline", &at("large.jsonl")])
        .refused_at_once(2);
    assert_eq!(fs::read(at("large.jsonl")).unwrap(), before);
}

#[test]
fn a_hostile_configuration_is_no_report_in_any_form() {
    let home = Home::new();
    let config = home.path().join("keyroll.toml");
    let rules: String = (0..30_000).map(|n| format!("\"rule-{n}\",\n")).collect();
    let texts = [
        ("x = ".to_owned() + &"[".repeat(500_000), "deep"),
        (
            format!("x = \"{}\"", "y".repeat(4 << 20)),
            "larger than 1 MiB",
        ),
        (format!("select = [{rules}]\n"), "and 29995 more"),
        ("\u{1b}]0;x\u{7} = 1\n".to_owned(), "keyroll.toml:1"),
        (
            "\"##[error]\\u001b[2J\" = \"::error::x\"\n".to_owned(),
            "keyroll.toml:1",
        ),
        ("[severity]\n".repeat(90_000), "keyroll.toml:2"),
        ("baseline = \"../../../etc/passwd\"\n".to_owned(), "beside"),
        ("baseline = \"/dev/zero\"\n".to_owned(), "beside"),
        ("fail-on = \"sometimes\"\n".to_owned(), "keyroll.toml:1"),
    ];
    for (text, told) in texts {
        home.file("keyroll.toml", text);
        judged_in_no_form(&home, &[], told);
    }
    let no_text = [
        (&b"\xff\xfe"[..], "not UTF-8"),
        (&b"\0\0\0\0"[..], "keyroll.toml"),
    ];
    for (bytes, told) in no_text {
        home.file("keyroll.toml", bytes);
        judged_in_no_form(&home, &[], told);
    }
    let replaced = |make: &dyn Fn(&Path)| {
        fs::remove_file(&config).unwrap();
        make(&config);
    };
    replaced(&|path| fifo(path));
    judged_in_no_form(&home, &[], "not a regular file");
    replaced(&|path| symlink("/dev/zero", path).unwrap());
    judged_in_no_form(&home, &[], "keyroll.toml");
    judged_in_no_form(&home, &["--config", "/dev/zero"], "not a regular file");
}
