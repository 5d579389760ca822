//! The canaries through every command, each under strace.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use command_fds::{CommandFdExt, FdMapping};

use crate::binary::{EXAMPLE, Home, Ran, fed, set_mode};
use crate::finder::Finder;
use crate::trace::{self, Call};
use crate::{CORE, PASSPHRASE, secret};

const ONE: &str = "unicmms-production-read-only-import-plant1";
const TWO: &str = "unicmms-production-status-sync-plant1";
const THREE: &str = "maintainx-production-read-only-import-plant1";

/// Where a command may put a secret, by what it is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Out {
    Nowhere,
    Stdout,
    /// Into the environment of the program that it becomes.
    Variable,
    /// Into a pipe to the program that it becomes.
    Pipe,
}

/// One home, what is looked for in it, and the files that may hold it.
struct Journey {
    home: Home,
    noted: tempfile::TempDir,
    finder: Finder,
    /// A part of the path, and the canary that may be there.
    holders: Vec<(&'static str, &'static str)>,
    steps: usize,
}

/// The characters of a private key that are its own.
fn key_in(file: PathBuf) -> Vec<u8> {
    let text = fs::read_to_string(file).unwrap();
    let key = text
        .split_once("AGE-SECRET-KEY-1")
        .expect("a private key")
        .1;
    key.trim().as_bytes().to_vec()
}

impl Journey {
    fn new() -> Journey {
        let home = Home::new();
        fs::create_dir(home.path().join("tmp")).unwrap();
        Journey {
            home,
            noted: tempfile::tempdir().unwrap(),
            finder: Finder::new(&[
                ("secret", CORE.as_bytes()),
                ("passphrase", PASSPHRASE.as_bytes()),
            ]),
            holders: Vec::new(),
            steps: 0,
        }
    }

    /// From now on the private keys are looked for too.
    fn know(&mut self, keys: &[(&'static str, Vec<u8>)]) {
        let mut canaries = vec![
            ("secret", CORE.as_bytes()),
            ("passphrase", PASSPHRASE.as_bytes()),
        ];
        canaries.extend(keys.iter().map(|(name, key)| (*name, &key[..])));
        self.finder = Finder::new(&canaries);
    }

    /// Runs a command with something on standard input and on descriptor 3, and looks everywhere.
    fn step(&mut self, words: &[&str], stdin: &str, third: &str, out: Out, status: i32) -> Ran {
        let command = self.home.command(words);
        let (ran, calls) = self.run(command, stdin, third, &[]);
        let ran = ran.ok(status);
        self.look(&ran, &calls, out);
        ran
    }

    fn run(
        &mut self,
        mut command: Command,
        stdin: &str,
        third: &str,
        more: &[&str],
    ) -> (Ran, Vec<Call>) {
        self.steps += 1;
        let noted = self.noted.path().join(self.steps.to_string());
        command.env("TMPDIR", self.home.path().join("tmp"));
        let mut traced = trace::traced(&command, &noted, more);
        traced.stdout(Stdio::piped()).stderr(Stdio::piped());
        if !third.is_empty() {
            let (parent_fd, mut writer) = std::io::pipe().unwrap();
            std::io::Write::write_all(&mut writer, third.as_bytes()).unwrap();
            let parent_fd = parent_fd.into();
            traced
                .fd_mappings(vec![FdMapping {
                    parent_fd,
                    child_fd: 3,
                }])
                .unwrap();
        }
        (fed(traced, stdin), trace::calls(&noted))
    }

    fn look(&self, ran: &Ran, calls: &[Call], out: Out) {
        let finder = &self.finder;
        let said = finder.find(ran.stderr.as_bytes());
        assert!(said.is_empty(), "{said:?} on stderr of {ran:#?}");
        let shown = finder.find(ran.stdout.as_bytes());
        assert_eq!(!shown.is_empty(), out == Out::Stdout, "{shown:?}: {ran:#?}");
        let mut handed = 0;
        for (number, call) in calls.iter().enumerate() {
            let found = finder.find(&call.bytes);
            if found.is_empty() {
                continue;
            }
            let writes = call.name == "write";
            let is_secret = found.iter().all(|(name, _)| *name == "secret");
            let meant = is_secret
                && match out {
                    Out::Nowhere => false,
                    Out::Stdout => writes && call.on == Some(1),
                    Out::Variable => number > 0 && call.name == "execve",
                    Out::Pipe => {
                        writes && call.on.is_some_and(|on| on > 2) && call.what.starts_with("pipe:")
                    }
                };
            handed += usize::from(meant);
            let kept = writes && self.may_hold(&call.what, &found);
            let Call { name, what, .. } = call;
            assert!(
                meant || kept,
                "{found:?} in {name} to {what} of {}",
                ran.command
            );
        }
        assert_eq!(handed > 0, out != Out::Nowhere, "{}", ran.command);
        self.look_below(&ran.command);
    }

    fn look_below(&self, after: &str) {
        for (path, found) in self.finder.find_below(self.home.path()) {
            assert!(
                self.may_hold(&path, &found),
                "{found:?} in {path} after {after}"
            );
        }
        let left = fs::read_dir(self.home.path().join("tmp")).unwrap().count();
        assert_eq!(left, 0, "temporary files after {after}");
    }

    fn may_hold(&self, path: &str, found: &crate::finder::Found) -> bool {
        found.iter().all(|(canary, _)| {
            let mut holders = self.holders.iter();
            holders.any(|(part, holds)| holds == canary && path.contains(part))
        })
    }
}

/// Where nothing of a secret is to be found.
const QUIET: &[&[&str]] = &[
    &["credential", "list"],
    &["credential", "show", ONE, "--format", "json"],
    &["account", "show", TWO],
    &["account", "list", "--format", "csv"],
    &["audit", "log", "--format", "jsonl"],
    &["audit", "log"],
    &["audit", "verify"],
    &["export", "--format", "json"],
    &["export"],
    &["plan", EXAMPLE],
    &["diff", "store", EXAMPLE],
    &["validate", EXAMPLE],
    &["doctor"],
    &["matrix", "permissions"],
    &["check", "--due", "--fail-on", "never"],
    &[
        "check",
        "--fail-on",
        "never",
        "--format",
        "json",
        "--pedantic",
    ],
    &["completions", "bash"],
    &["identity", "show"],
    &["secret", "verify"],
    &["secret", "verify", "--identity", "recovery.txt"],
    &["secret", "recipients", "list"],
    &[],
];

#[test]
fn no_canary_is_found_where_a_command_does_not_hand_it_out() {
    let mut on = Journey::new();
    let secret = secret();
    let object = format!(
        "{{\"user\":\"svc\",\"password\":{}}}",
        serde_json::json!(secret)
    );

    let init = ["init", "--identity-file", "--recovery-file", "recovery.txt"];
    let command = on.home.command(&init);
    let (ran, calls) = on.run(command, "", "", &[]);
    let ran = ran.ok(0);
    let keys = [
        ("identity", key_in(on.home.identity())),
        ("recovery", key_in(on.home.path().join("recovery.txt"))),
    ];
    on.know(&keys);
    on.holders = vec![
        ("config/keyroll/identities/", "identity"),
        ("recovery.txt", "recovery"),
    ];
    on.look(&ran, &calls, Out::Nowhere);
    on.step(&["apply", EXAMPLE, "--yes"], "", "", Out::Nowhere, 0);
    on.step(
        &[
            "credential",
            "set",
            TWO,
            "kind=basic",
            "fields=user,password",
        ],
        "",
        "",
        Out::Nowhere,
        0,
    );

    // Stored every way.
    on.step(&["secret", "set", ONE], &secret, "", Out::Nowhere, 0);
    on.step(
        &["secret", "set", ONE, "--new"],
        &format!("{secret}\n"),
        "",
        Out::Nowhere,
        0,
    );
    on.step(
        &["secret", "set", ONE, "--fd", "3", "--pending"],
        "",
        &secret,
        Out::Nowhere,
        0,
    );
    on.step(&["secret", "set", TWO], &object, "", Out::Nowhere, 0);
    let file = on.home.file("kept/secret.txt", &secret);
    set_mode(&file, 0o600);
    on.holders.push(("kept/secret.txt", "secret"));
    on.step(
        &["secret", "set", THREE, "--from-file", &file],
        "",
        "",
        Out::Nowhere,
        0,
    );
    on.step(
        &[
            "secret",
            "set",
            TWO,
            "--from-file",
            &format!("password={file}"),
            "--fd",
            "user=3",
        ],
        "",
        "svc",
        Out::Nowhere,
        0,
    );
    fs::remove_file(&file).unwrap();

    // Refused every way.
    let twice = format!("{object}{object}");
    let cut = object.trim_end_matches('}').to_owned();
    let unknown = object.replace("user", CORE);
    let number = format!("{{\"user\":7,\"password\":{}}}", serde_json::json!(secret));
    let large = secret.repeat(3000);
    let refused: &[(&[&str], &str, i32)] = &[
        (&["secret", "set", "nosuch"], &secret, 2),
        (&["secret", "set", TWO], &secret, 2),
        (&["secret", "set", TWO], &cut, 2),
        (&["secret", "set", TWO], &twice, 2),
        (&["secret", "set", TWO], &number, 2),
        (
            &["secret", "set", TWO, "--fd", "user=0", "--fd", "user=0"],
            &secret,
            2,
        ),
        (&["secret", "set", ONE], &large[..64 * 1024], 2),
        (&["secret", "set", ONE, "--pending"], &secret, 4),
        (
            &["secret", "set", ONE, "--expires", "2001-01-01"],
            &secret,
            2,
        ),
        (
            &["secret", "set", ONE, "--identity", "nosuch.txt"],
            &secret,
            1,
        ),
        (
            &["secret", "set", ONE, "--identity", "data/keyroll/roll.db"],
            &secret,
            1,
        ),
        (&["secret", "get", "nosuch"], "", 2),
        (&["secret", "get", TWO, "--field", "nosuch"], "", 2),
        (&["secret", "get", TWO], "", 2),
        (&["secret", "get", ONE, "--number", "77"], "", 2),
        (&["secret", "get", ONE, "--format", "csv"], "", 2),
        (&["run", TWO, "--env", "A=nosuch", "--", "true"], "", 2),
        (&["run", TWO, "--env", "A", "--", "true"], "", 2),
        (&["credential", "move", ONE, "environment:NOSUCH"], "", 4),
    ];
    for (words, stdin, status) in refused {
        on.step(words, stdin, "", Out::Nowhere, *status)
            .refused(*status);
    }
    on.step(&["secret", "set", TWO], &unknown, "", Out::Nowhere, 2)
        .refused(2);
    // The system is asked for the program with its environment.
    on.step(&["run", ONE, "--", "/nosuch"], "", "", Out::Variable, 1)
        .refused(1);

    // Handed out, to where it is wanted alone.
    let got = on.step(&["secret", "get", ONE], "", "", Out::Stdout, 0);
    assert_eq!((got.stdout, got.stderr), (secret.clone(), String::new()));
    let got = on.step(
        &["secret", "get", TWO, "--format", "json"],
        "",
        "",
        Out::Stdout,
        0,
    );
    let got: serde_json::Value = serde_json::from_str(&got.stdout).unwrap();
    assert_eq!(got["password"], secret);
    let script = "[ \"${KEYROLL_SECRET#*%}\" = 20 ]";
    on.step(
        &["run", ONE, "--", "sh", "-c", script],
        "",
        "",
        Out::Variable,
        0,
    );
    let script = "read -r line; [ \"${line#*%}\" = 20 ]";
    on.step(
        &["run", ONE, "--stdin", "--", "sh", "-c", script],
        "",
        "",
        Out::Pipe,
        0,
    );
    let script = "read -r line <&7; [ \"${line#*%}\" = 20 ]";
    on.step(
        &["run", TWO, "--fd", "7=password", "--", "sh", "-c", script],
        "",
        "",
        Out::Pipe,
        0,
    );

    // Sealed anew, promoted, backed up and brought back.
    let anna = on.home.path().join("anna.txt");
    assert!(
        Command::new("age-keygen")
            .arg("-o")
            .arg(&anna)
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    );
    let shown = Command::new("age-keygen")
        .arg("-y")
        .arg(&anna)
        .output()
        .unwrap();
    let public = String::from_utf8(shown.stdout).unwrap();
    let keys = [keys[0].clone(), keys[1].clone(), ("anna", key_in(anna))];
    on.know(&keys);
    on.holders.push(("anna.txt", "anna"));
    for words in [
        &["secret", "recipients", "add", "anna", public.trim()][..],
        &["credential", "promote", ONE],
        &["backup", "roll.age", "--reason", "nightly"],
        &[
            "restore",
            "roll.age",
            "--identity",
            "anna.txt",
            "--store",
            "back/roll.db",
        ],
        &[
            "secret",
            "verify",
            "--identity",
            "anna.txt",
            "--store",
            "back/roll.db",
        ],
        &["secret", "recipients", "remove", "anna", "--yes"],
    ] {
        on.step(words, "", "", Out::Nowhere, 0);
    }
    let old = on
        .home
        .file("old.txt", fs::read(on.home.identity()).unwrap());
    set_mode(&old, 0o600);
    on.holders.push(("old.txt", "identity"));
    on.step(
        &["secret", "get", ONE, "--identity", "anna.txt"],
        "",
        "",
        Out::Nowhere,
        4,
    );

    for words in QUIET {
        let command = on.home.command(words);
        let (ran, calls) = on.run(command, "", "", &[]);
        assert!(
            ran.status.is_some_and(|status| status != 1 && status != 2),
            "{ran:#?}"
        );
        on.look(&ran, &calls, Out::Nowhere);
    }

    // The old key and the new one stand in the file that is written beside it and takes its place.
    on.holders.push(("config/keyroll/", "identity"));
    on.step(&["secret", "rotate-key", "--yes"], "", "", Out::Nowhere, 0);
    on.holders.pop();
    on.look_below("rotate-key");
    on.step(
        &["secret", "get", ONE, "--identity", &old],
        "",
        "",
        Out::Nowhere,
        4,
    );

    // Killed before the journal is taken away: it holds the pages as they were.
    let command = on.home.command(&["secret", "set", ONE]);
    let kill = ["-e", "inject=unlink,unlinkat:signal=KILL:when=1"];
    let (_, calls) = on.run(command, &secret, "", &kill);
    let journal = on.home.path().join("data/keyroll/roll.db-journal");
    assert!(
        fs::metadata(&journal).is_ok_and(|meta| meta.len() > 0),
        "no journal"
    );
    assert!(
        calls
            .iter()
            .any(|call| call.name == "pwrite64" && call.what.ends_with("-journal"))
    );
    for call in &calls {
        assert!(on.finder.find(&call.bytes).is_empty(), "{}", call.name);
    }
    on.look_below("a kill");
    on.step(&["secret", "verify"], "", "", Out::Nowhere, 0);
    on.home.run(&["audit", "verify"]).ok(0);
}

#[test]
fn a_passphrase_is_found_nowhere() {
    let mut on = Journey::new();
    let init = [
        "init",
        "--identity-file",
        "id.txt",
        "--passphrase-fd",
        "3",
        "--no-recovery",
    ];
    on.step(&init, "", PASSPHRASE, Out::Nowhere, 0);
    on.step(&["apply", EXAMPLE, "--yes"], "", "", Out::Nowhere, 0);
    let with = ["--identity", "id.txt", "--passphrase-fd", "3"];
    let line = |words: &[&'static str]| [words, &with[..]].concat();
    on.step(
        &line(&["secret", "set", ONE]),
        &secret(),
        PASSPHRASE,
        Out::Nowhere,
        0,
    );
    let newline = format!("{PASSPHRASE}\n");
    let got = on.step(&line(&["secret", "get", ONE]), "", &newline, Out::Stdout, 0);
    assert_eq!(got.stdout, secret());
    // Wrong, in ways that could be quoted.
    for wrong in [
        PASSPHRASE.to_lowercase(),
        format!("{PASSPHRASE}\n\n"),
        format!("{PASSPHRASE}{}", "x".repeat(60_000)),
    ] {
        on.step(&line(&["secret", "get", ONE]), "", &wrong, Out::Nowhere, 4)
            .refused(4);
    }
    on.step(
        &["secret", "get", ONE, "--identity", "id.txt"],
        "",
        "",
        Out::Nowhere,
        2,
    )
    .refused(2);
    on.step(
        &line(&["secret", "rotate-key", "--yes"]),
        "",
        PASSPHRASE,
        Out::Nowhere,
        2,
    )
    .refused(2);
}
