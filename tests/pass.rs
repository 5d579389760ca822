//! `command:NAME` with the real `pass`, and with programs that mean no good.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use keyroll::model::command::{Call, LineEnd, Template};
use keyroll::model::credential::{Credential, CredentialKind};
use keyroll::model::id::{AccountId, Name};
use keyroll::model::sealed::Held;
use keyroll::secret::{Envelope, Secret, Value};
use keyroll::secrets::{Commands, Place, SecretError, Slot, builtin_command};
use serde_json::json;

const CANARY: &str = "canary-q7Rz2mWc9LxK";

/// A password store of its own, with a key of its own.
struct Store {
    home: tempfile::TempDir,
}

impl Store {
    fn new() -> Store {
        let home = tempfile::tempdir().unwrap();
        let store = Store { home };
        std::fs::create_dir(store.home.path().join("gpg")).unwrap();
        let modes = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(store.home.path().join("gpg"), modes).unwrap();
        let key = "keyroll test <test@example.org>";
        store.run(&[
            "gpg",
            "--batch",
            "--quiet",
            "--passphrase",
            "",
            "--quick-generate-key",
            key,
            "future-default",
            "default",
            "never",
        ]);
        store.run(&["pass", "init", "test@example.org"]);
        store
    }

    fn environment(&self) -> [String; 3] {
        let home = self.home.path().display();
        [
            format!("HOME={home}"),
            format!("GNUPGHOME={home}/gpg"),
            format!("PASSWORD_STORE_DIR={home}/store"),
        ]
    }

    /// Runs a program of the store, as a person would.
    fn run(&self, words: &[&str]) -> String {
        let output = Command::new("env")
            .args(self.environment())
            .args(words)
            .stdin(Stdio::null())
            .output()
            .expect("env runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words:?} (see .ci/run): {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The built-in `pass`, sent to this store: as the environment would do.
    fn template(&self) -> Template {
        let here = |call: Call| -> Call {
            let environment = self.environment();
            let words = ["env".to_owned()].into_iter().chain(environment);
            let words: Vec<String> = words.chain(Vec::from(call)).collect();
            words.try_into().unwrap()
        };
        let built_in = builtin_command("pass").unwrap();
        Template {
            get: here(built_in.get),
            put: built_in.put.map(here),
            remove: built_in.remove.map(here),
            ..built_in
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // The agent ends by itself once its folder is gone, and sooner when it is told to.
        let mut agent = Command::new("env");
        let agent = agent.args(self.environment());
        let _ = agent.args(["gpgconf", "--kill", "all"]).status();
    }
}

fn value(fields: &[(&str, &str)]) -> Value {
    let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let credential = json!({"kind": "basic", "fields": names, "store": "age"});
    let field = |(name, text): &(&str, &str)| {
        let name: Name = name.parse().unwrap();
        (name, Secret::from((*text).to_owned()))
    };
    let credential: Credential = serde_json::from_value(credential).unwrap();
    Value::of(&credential, fields.iter().map(field).collect()).unwrap()
}

/// Whether what came back is what went.
fn same(one: &Value, two: &Value) -> bool {
    let bytes = |value: &Value| -> Vec<(Name, Vec<u8>)> {
        let field = |(name, secret): (&Name, &Secret)| (name.clone(), secret.expose().to_vec());
        value.fields().map(field).collect()
    };
    bytes(one) == bytes(two)
}

fn single(bytes: &[u8]) -> Value {
    Value::single(Secret::new(bytes.to_vec())).unwrap()
}

fn held() -> Held {
    serde_json::from_str(r#"{"place":"command:x","source":"prompt"}"#).unwrap()
}

/// One place, for version 7 of the account `etl`.
struct At {
    commands: Commands,
    reference: String,
    account: AccountId,
}

impl At {
    fn new(template: Template, fields: &[&str], reference: &str) -> At {
        let fields = fields.iter().map(|field| field.parse().unwrap()).collect();
        let own = BTreeMap::from([("test".parse().unwrap(), template)]);
        At {
            commands: Commands::new(fields, own, Duration::from_secs(60)),
            reference: reference.to_owned(),
            account: "etl".parse().unwrap(),
        }
    }

    fn slot(&self, version: u32) -> Slot<'_> {
        Slot {
            envelope: Envelope {
                store: "s",
                account: &self.account,
                version,
                credential: CredentialKind::ApiKey,
            },
            reference: &self.reference,
        }
    }

    fn put(&self, value: &Value) -> Result<(), SecretError> {
        self.commands.put(&self.slot(7), value).map(|_| ())
    }

    fn get(&self) -> Result<Value, SecretError> {
        self.commands.get(&self.slot(7), &held(), None)
    }

    fn remove(&self) -> Result<(), SecretError> {
        self.commands.remove(&self.slot(7), &held())
    }

    fn why(&self) -> String {
        self.get().err().expect("it is refused").to_string()
    }
}

fn words(words: &[&str]) -> Call {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    words.try_into().unwrap()
}

/// A script of one line; the entry is its `$1`.
fn script(text: &str) -> Call {
    words(&["sh", "-c", text, "sh", "{item}"])
}

fn template(get: Call, put: Option<Call>) -> Template {
    Template {
        get,
        put,
        replace: None,
        remove: None,
        line_end: LineEnd::Kept,
        absent: None,
    }
}

#[test]
fn every_value_comes_back_from_pass_byte_for_byte() {
    let store = Store::new();
    let at = At::new(store.template(), &["secret"], "test");
    for bytes in [
        &b"q7Rz2mWc9LxK"[..],
        b"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----\n",
        b"two\n\n",
        b"carriage\r\n",
        b"\n",
        b"\xff\x00\xfe binary \x80",
        b"{\"secret\":\"x\"}",
    ] {
        at.put(&single(bytes)).unwrap();
        assert!(same(&at.get().unwrap(), &single(bytes)), "{bytes:?}");
    }
    // As a person sees it.
    at.put(&single(b"q7Rz2mWc9LxK")).unwrap();
    assert_eq!(
        store.run(&["pass", "show", "keyroll/etl/7"]),
        "q7Rz2mWc9LxK\n"
    );
}

#[test]
fn several_fields_are_a_json_object_in_pass() {
    let store = Store::new();
    let fields = ["client-id", "client-secret"];
    let at = At::new(store.template(), &fields, "test");
    let two = value(&[("client-id", "app"), ("client-secret", "q7 \"R\"\nz\n")]);
    at.put(&two).unwrap();
    assert!(same(&at.get().unwrap(), &two));
    let shown = store.run(&["pass", "show", "keyroll/etl/7"]);
    assert_eq!(
        shown,
        "{\"client-id\":\"app\",\"client-secret\":\"q7 \\\"R\\\"\\nz\\n\"}\n"
    );
    let three = At::new(
        store.template(),
        &["client-id", "client-secret", "realm"],
        "test",
    );
    assert!(three.why().ends_with("it has no field `realm`"));
    let one = At::new(store.template(), &["client-id", "realm"], "test");
    assert!(one.why().ends_with("it has no field `realm`"));
}

#[test]
fn an_entry_that_people_made_is_read_replaced_and_never_removed() {
    let store = Store::new();
    store.run(&[
        "sh",
        "-c",
        "echo q7Rz2mWc9LxK | pass insert --echo erp/etl >/dev/null",
    ]);
    let at = At::new(store.template(), &["secret"], "test:erp/etl");
    assert!(same(&at.get().unwrap(), &single(b"q7Rz2mWc9LxK")));
    at.put(&single(b"another")).unwrap();
    assert_eq!(store.run(&["pass", "show", "erp/etl"]), "another\n");
    let error = at.remove().err().unwrap().to_string();
    assert!(error.contains("organisation's own"), "{error}");
    assert!(at.get().is_ok());
    let folder = At::new(store.template(), &["secret"], "test:erp");
    assert!(folder.get().is_err(), "a listing is no secret");
}

#[test]
fn a_missing_entry_is_said_and_removing_it_is_no_error() {
    let store = Store::new();
    let at = At::new(store.template(), &["secret"], "test");
    assert_eq!(at.why(), "command:test: there is no entry `keyroll/etl/7`");
    at.remove().unwrap();
    at.put(&single(b"q7Rz2mWc9LxK")).unwrap();
    at.remove().unwrap();
    at.remove().unwrap();
    assert_eq!(at.why(), "command:test: there is no entry `keyroll/etl/7`");
    let files = walk(&store.home.path().join("store"));
    assert!(
        !files.iter().any(|file| file.ends_with(".gpg")),
        "{files:?}"
    );
}

fn walk(folder: &Path) -> Vec<String> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(walk(&path));
        } else {
            out.push(path.display().to_string());
        }
    }
    out
}

#[test]
fn a_program_that_hangs_is_stopped() {
    let hangs = |call: Call| {
        let own = BTreeMap::from([("test".parse().unwrap(), template(call, None))]);
        let fields = vec!["secret".parse().unwrap()];
        let at = At {
            commands: Commands::new(fields, own, Duration::from_millis(200)),
            reference: "test".to_owned(),
            account: "etl".parse().unwrap(),
        };
        at.why()
    };
    let stopped = "command:test: `sh` did not end in 200 ms, and was stopped";
    // With its pipes open; with them closed; and by a child that holds them after it.
    assert_eq!(hangs(script("exec sleep 60")), stopped);
    assert_eq!(hangs(script("exec >&- 2>&-; exec sleep 60")), stopped);
    assert_eq!(hangs(script("sleep 5")), stopped);
}

#[test]
fn a_program_that_floods_is_stopped() {
    let flood = At::new(template(script("exec yes"), None), &["secret"], "test");
    assert_eq!(
        flood.why(),
        "command:test: `sh` wrote more than 65536 bytes"
    );
    let noisy = script("yes noise | head -c 5000000 >&2; printf value");
    let noisy = At::new(template(noisy, None), &["secret"], "test");
    assert!(same(&noisy.get().unwrap(), &single(b"value")));
}

#[test]
fn a_program_that_fails_is_quoted_by_one_clean_line() {
    let why = |text: &str| At::new(template(script(text), None), &["secret"], "test").why();
    assert_eq!(
        why("printf '\\n \\033[31mno\\tkey\\r\\nmore' >&2; exit 1"),
        "command:test: `sh` ended with status 1: [31mnokey"
    );
    assert_eq!(why("exit 3"), "command:test: `sh` ended with status 3");
    let long = why("yes x | tr -d '\\n' | head -c 3000 >&2; exit 1");
    assert!(long.chars().count() < 260, "{long}");
    assert!(why("kill -9 $$").contains("signal"));
    let nowhere = At::new(
        template(words(&["no-such-program", "{item}"]), None),
        &["secret"],
        "test",
    );
    assert_eq!(
        nowhere.why(),
        "command:test: `no-such-program` is not installed, or not on the PATH"
    );
}

#[test]
fn nothing_is_shown_of_what_a_program_says_that_was_given_a_value() {
    let long = format!("{CANARY} \"quoted\" and forty-eight characters long");
    let why = |text: &str| {
        let call = Some(script(text));
        let ours = template(script("exit 1"), call.clone());
        let theirs = Template {
            replace: call,
            ..ours.clone()
        };
        let errors = [(ours, "test"), (theirs, "test:erp/etl")].map(|(template, reference)| {
            let at = At::new(template, &["secret"], reference);
            at.put(&single(long.as_bytes())).err().unwrap().to_string()
        });
        assert!(errors.iter().all(|error| !error.contains("canary")));
        errors[0].clone()
    };
    let expected = "command:test: `sh` ended with status 1; run it by hand to see what it says, as that may hold the \
                    value";
    // Whole, in part, escaped, and in another alphabet: there is no end to the ways.
    for text in [
        "echo \"cannot keep: $(cat)\" >&2; exit 1",
        "echo \"cannot keep: $(head -c 15)...\" >&2; exit 1",
        "echo \"cannot keep: $(sed 's/\\\"/\\\\\"/g')\" >&2; exit 1",
        "echo \"cannot keep: $(base64)\" >&2; exit 1",
        "cat >/dev/null; echo 'no such vault' >&2; exit 1",
        "exit 1",
    ] {
        assert_eq!(why(text), expected, "{text}");
    }
}

#[test]
fn a_program_that_wrote_something_and_failed_is_not_quoted() {
    let at = |text: &str| At::new(template(script(text), None), &["secret"], "test").why();
    for text in [
        "echo canary-q7Rz2mWc9LxK; echo 'bad: canary-q7Rz2mWc9LxK' >&2; exit 1",
        "printf canary-q7Rz2mWc9LxK; echo 'bad: canary-q7' >&2; exit 1",
    ] {
        assert_eq!(
            at(text),
            "command:test: `sh` ended with status 1; run it by hand to see what it says, as that may hold the value"
        );
    }
}

#[test]
fn a_program_that_loses_or_changes_the_value_is_found_out() {
    let loses = template(script("printf other"), Some(script("cat >/dev/null")));
    let at = At::new(loses, &["secret"], "test");
    let error = at
        .put(&single(CANARY.as_bytes()))
        .err()
        .unwrap()
        .to_string();
    assert_eq!(
        error,
        "command:test: the value does not read back as it was written"
    );
    let deaf = template(script("printf other"), Some(script("exec <&-")));
    let large = single(&[b'x'; 32 * 1024]);
    let at = At::new(deaf, &["secret"], "test");
    assert!(at.put(&large).is_err());
}

#[test]
fn the_value_is_in_no_argument_and_not_in_the_environment() {
    // The program shows everything it was given but its stdin.
    let home = tempfile::tempdir().unwrap();
    let seen = home.path().join("seen");
    let text = format!(
        "cat >'{0}.value'; tr '\\0' '\\n' </proc/$$/cmdline >'{0}'; env >>'{0}'",
        seen.display()
    );
    let get = script(&format!("cat '{}.value'", seen.display()));
    let at = At::new(template(get, Some(script(&text))), &["secret"], "test");
    at.put(&single(CANARY.as_bytes())).unwrap();
    let seen = std::fs::read_to_string(seen).unwrap();
    assert!(
        seen.contains("keyroll/etl/7") && seen.contains("PATH="),
        "{seen}"
    );
    assert!(!seen.contains(CANARY));
}

/// Prints its input, and every file that it finds open besides.
const FINDER: &str = "cat; for f in /proc/$$/fd/*; do case ${f##*/} in 0|1|2) ;; *) [ ! -f $f ] || cat $f ;; esac; \
                      done; printf end";

#[test]
fn a_descriptor_that_was_given_to_us_does_not_reach_the_program() {
    const ACCOUNT: &str = "unicmms-production-status-sync-plant1";
    let home = binary::Home::with_secrets();
    home.file("planted", CANARY);
    let commands = format!(
        "[command.finder]\nget = ['sh', '-c', '{FINDER}', 'sh', '{{item}}']\n\
         put = ['sh', '-c', '{{ {FINDER}; }} >seen', 'sh', '{{item}}']\n"
    );
    let commands = home.file("config/keyroll/commands.toml", commands);
    binary::set_mode(Path::new(&commands), 0o600);
    // It finds what there is to be found.
    let control = home.shell(&format!("exec 7<planted; {FINDER}"), &[]);
    assert_eq!(binary::finish(control).stdout, format!("{CANARY}end"));

    let store = "store=command:finder:x";
    home.run(&["credential", "set", ACCOUNT, store]).ok(0);
    home.run(&["secret", "set", ACCOUNT, "--existing"]).ok(0);
    for given in [
        "3<planted",
        "7<planted 200<planted",
        "3<planted 4<&3 <planted",
    ] {
        let script = format!("exec bash -c 'exec \"$0\" secret get \"$1\" {given}' \"$0\" \"$1\"");
        let got = binary::finish(home.shell(&script, &[ACCOUNT]));
        assert_eq!(got.ok(0).stdout, "end", "{given}");
    }
    // The key by stdin is ours alone too, and a program that takes a value finds that and nothing else.
    let key = std::fs::read(home.identity()).unwrap();
    let asked = ["secret", "get", ACCOUNT, "--identity", "-"];
    assert_eq!(home.given(&asked, key).ok(0).stdout, "end");
    let organisation = "[organisation]\nname = \"Dairy\"\nsecret-stores = [\"age\", \"command\"]\n";
    let organisation = home.file("organisation.toml", organisation);
    home.run(&["apply", &organisation, "--yes", "--accept-findings"])
        .ok(0);
    let script = "exec \"$0\" secret set \"$1\" --from-file value --new 7<planted";
    home.file("value", "given");
    binary::finish(home.shell(script, &[ACCOUNT]));
    let seen = std::fs::read_to_string(home.path().join("seen")).unwrap();
    assert_eq!(seen, "givenend");
}

#[test]
fn a_program_that_is_not_there_is_said_whatever_was_given_to_us() {
    let home = binary::Home::with_secrets();
    let commands = "[command.none]\nget = ['no-such-program', '{item}']\n";
    let commands = home.file("config/keyroll/commands.toml", commands);
    binary::set_mode(Path::new(&commands), 0o600);
    let account = "unicmms-production-status-sync-plant1";
    let store = "store=command:none:x";
    home.run(&["credential", "set", account, store]).ok(0);
    let script = "exec \"$0\" secret set \"$1\" --existing 5<\"$0\" 7<\"$0\"";
    let ran = binary::finish(home.shell(script, &[account]));
    let _ = ran.says("`no-such-program` is not installed");
}

#[test]
fn an_entry_that_would_lead_elsewhere_is_refused() {
    let at = |item: &str| {
        let reference = format!("test:{item}");
        At::new(template(script("printf x"), None), &["secret"], &reference).why()
    };
    for item in ["-n", "--clip", "../x", "a/../b", "a//b", "", "/a", "a/."] {
        assert!(at(item).contains("an entry is a path"), "{item}");
    }
    let place = At::new(
        template(script("printf '%s' \"$1\""), None),
        &["secret"],
        "test:$(id);a b",
    );
    assert!(
        place.why().contains("holds its own name"),
        "the shell saw no more than a word"
    );
}

#[test]
fn a_place_without_a_call_for_it_is_read_only_and_an_unknown_one_is_named() {
    let at = At::new(template(script("printf x"), None), &["secret"], "test");
    let refused = |error: SecretError| matches!(error, SecretError::ReadOnly { .. });
    assert!(at.put(&single(b"value")).is_err_and(refused));
    assert!(at.remove().is_err_and(refused));
    let unknown = At::new(template(script("printf x"), None), &["secret"], "other:x");
    assert_eq!(
        unknown.why(),
        "command:other:x: no command of this name is known"
    );
}
