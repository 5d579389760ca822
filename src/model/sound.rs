//! Whether a probe or a step can be run at all, as far as its text tells: the ways it has, its methods, paths, programs
//! and pointers. Placeholders that nothing fills and secrets in a URL are the matter of rules.

use crate::model::finding::FieldPath;
use crate::model::placeholder::{self, Sort};
use crate::model::probe::{HttpRequest, Probe, ProbeKind};
use crate::model::procedure::{Procedure, Step};
use crate::model::text::{Text, is_unsafe};

/// The methods that a request may have.
pub const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// The most words of a program's call, and the longest of them in bytes.
const MOST: usize = 64;
const LONGEST: usize = 1024;

/// What is wrong with a part of a record, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsound {
    pub field: FieldPath,
    pub message: String,
    pub hint: &'static str,
}

/// What is wrong found so far, below one field.
struct Found {
    base: FieldPath,
    all: Vec<Unsound>,
}

impl Found {
    fn tell(&mut self, field: &FieldPath, message: impl Into<String>, hint: &'static str) {
        let mut whole = self.base.clone();
        whole.0.extend(field.0.iter().cloned());
        self.all.push(Unsound {
            field: whole,
            message: message.into(),
            hint,
        });
    }
}

/// What is wrong with a probe; its fields are named below `test.KIND`.
pub fn probe(kind: ProbeKind, probe: &Probe) -> Vec<Unsound> {
    let mut found = Found {
        base: FieldPath::of("test").key(kind.as_str()),
        all: Vec::new(),
    };
    let is_session = kind == ProbeKind::Session;
    match (&probe.http, &probe.command) {
        (Some(_), None) if is_session => found.tell(
            &FieldPath::of("http"),
            "a held session is asked by a program",
            "write `command`; without one, what the read probe took before its request is the session",
        ),
        (Some(_), None) | (None, Some(_)) => {}
        (Some(_), Some(_)) => found.tell(
            &FieldPath::of("command"),
            "the probe has `http` and `command`",
            "a probe has exactly one of `http` and `command`",
        ),
        (None, None) => found.tell(
            &FieldPath::record(),
            "the probe asks nothing",
            "a probe has exactly one of `http` and `command`",
        ),
    }
    if probe.command.is_some() && !probe.before.is_empty() {
        found.tell(
            &FieldPath::of("before"),
            "requests stand before a program",
            "a program logs on by itself; `before` goes with `http`",
        );
    }
    stdin(&mut found, probe.stdin.is_some() && probe.command.is_none());
    for (field, http) in probe.requests() {
        request(&mut found, &field, http);
    }
    for (field, words) in probe.commands() {
        command(&mut found, &field, words);
    }
    for (at, before) in probe.before.iter().enumerate() {
        for (name, path) in &before.take {
            let field = FieldPath::of("before").index(at).key("take");
            let field = field.key(name.as_str());
            if placeholder::sort(name.as_str()).is_some() {
                let message = format!("`{{{name}}}` is there already");
                found.tell(&field, message, "call what is taken by another name");
            }
            pointer(&mut found, &field, path);
        }
    }
    if let Some(path) = &probe.capabilities {
        pointer(&mut found, &FieldPath::of("capabilities"), path);
    }
    found.all
}

/// What is wrong with the steps of a procedure but their ways, which [`ways`] counts.
pub fn procedure(procedure: &Procedure) -> Vec<Unsound> {
    let mut found = Found {
        base: FieldPath::record(),
        all: Vec::new(),
    };
    if let Some(generate) = &procedure.generate
        && !(16..=256).contains(&generate.length)
    {
        found.tell(
            &FieldPath::of("generate.length"),
            "a value has from 16 to 256 characters",
            "43 letters and digits have 256 bits",
        );
    }
    for (at, step) in procedure.step.iter().enumerate() {
        found.base = FieldPath::of("step").index(at);
        one_step(&mut found, step, procedure.generate.is_some());
    }
    found.all
}

/// Whether a step has exactly one of `manual`, `command` and `http`: which of them it has.
pub fn ways(step: &Step) -> [bool; 3] {
    [
        step.manual.is_some(),
        step.command.is_some(),
        step.http.is_some(),
    ]
}

fn one_step(found: &mut Found, step: &Step, is_ours: bool) {
    stdin(found, step.stdin.is_some() && step.command.is_none());
    for (field, http) in step.requests() {
        request(found, &field, http);
    }
    for (field, words) in step.commands() {
        command(found, &field, words);
    }
    if step.secret.is_some() && is_ours {
        found.tell(
            &FieldPath::of("secret"),
            "the value is made here and taken from an answer",
            "leave out `secret`, or `generate`",
        );
    }
    for (below, path) in step.secret.iter().flat_map(|secret| secret.all()) {
        let mut field = FieldPath::of("secret");
        field.0.extend(below.0);
        pointer(found, &field, path);
    }
    for (name, path) in [("id", &step.id), ("expires", &step.expires)] {
        if let Some(path) = path {
            pointer(found, &FieldPath::of(name), path);
        }
    }
}

fn stdin(found: &mut Found, is_idle: bool) {
    if is_idle {
        found.tell(
            &FieldPath::of("stdin"),
            "nothing reads `stdin`",
            "it is what a `command` reads",
        );
    }
}

fn request(found: &mut Found, field: &FieldPath, http: &HttpRequest) {
    if !METHODS.contains(&http.method.as_str()) {
        let shown: String = http.method.as_str().chars().take(20).collect();
        found.tell(
            &field.clone().key("method"),
            format!("`{}` is no method", shown.escape_debug()),
            "write one of GET, HEAD, POST, PUT, PATCH, DELETE",
        );
    }
    let path = http.path.as_str();
    if !path.starts_with('/') || path.contains(['#', '\\']) || path.chars().any(is_blank) {
        found.tell(
            &field.clone().key("path"),
            "it is no path of a request",
            "it begins with `/`, and has no blank, no `#` and no backslash",
        );
    }
    if http.body.is_some() && !http.form.is_empty() {
        found.tell(
            &field.clone().key("form"),
            "the request has `body` and `form`",
            "send JSON or a form",
        );
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_unsafe(c)
}

fn command(found: &mut Found, field: &FieldPath, words: &[Text]) {
    let Some((program, arguments)) = words.split_first() else {
        let hint = "write the name of a program, then its arguments";
        return found.tell(field, "there is no program", hint);
    };
    if program_name(program.as_str()).is_none() {
        found.tell(
            &field.clone().index(0),
            "it is no name of a program",
            "write a bare name, or `./NAME`: it is looked up in the host's own folder of programs",
        );
    }
    if words.len() > MOST {
        let hint = "a program that needs more reads a file of its own";
        found.tell(field, format!("it has more than {MOST} words"), hint);
    }
    for (at, word) in arguments.iter().enumerate() {
        let word = word.as_str();
        let here = || field.clone().index(at + 1);
        if word.len() > LONGEST || word.contains(char::is_control) {
            found.tell(
                &here(),
                "it is no argument",
                "at most 1,024 bytes on one line",
            );
        }
        let plain = |name: &str| placeholder::sort(name) == Some(Sort::Plain);
        if placeholder::whole(word).is_none() && placeholder::names(word).any(plain) {
            found.tell(
                &here(),
                "a placeholder stands inside an argument",
                "give it as an argument of its own",
            );
        }
    }
}

/// The name of a file in the folder of programs; none where it could lead elsewhere, or be taken for an option.
pub fn program_name(word: &str) -> Option<&str> {
    let name = word.strip_prefix("./").unwrap_or(word);
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_name = !name.is_empty() && name.len() <= 100 && name.chars().all(is_word);
    (is_name && !name.starts_with(['-', '.'])).then_some(name)
}

fn pointer(found: &mut Found, field: &FieldPath, path: &Text) {
    if !path.as_str().is_empty() && !path.as_str().starts_with('/') {
        found.tell(
            field,
            "it is no JSON pointer",
            "it begins with `/`: `/token`, `/data/0/key`",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn of_probe(kind: &str, body: Value) -> Vec<String> {
        let body: Probe = serde_json::from_value(body).unwrap();
        let found = probe(kind.parse().unwrap(), &body);
        found.iter().map(|it| it.field.to_string()).collect()
    }

    fn of_step(body: Value) -> Vec<String> {
        let body = json!({ "kind": "rotate", "step": [body] });
        let found = procedure(&serde_json::from_value(body).unwrap());
        found.iter().map(|it| it.field.to_string()).collect()
    }

    #[test]
    fn a_sound_probe_has_one_way_and_names_that_are_free() {
        let get = |path: &str| json!({ "method": "GET", "path": path });
        let none = Vec::<String>::new();
        assert_eq!(of_probe("read", json!({ "http": get("/{id}") })), none);
        assert_eq!(
            of_probe("read", json!({ "command": ["./x", "{id}"] })),
            none
        );
        assert_eq!(of_probe("read", json!({})), ["test.read"]);
        let both = json!({ "http": get("/"), "command": ["x"] });
        assert_eq!(of_probe("read", both), ["test.read.command"]);
        let session = json!({ "http": get("/") });
        assert_eq!(of_probe("session", session), ["test.session.http"]);
        for path in ["me", "/a b", "/a#b", "/\\x", "//\u{202e}"] {
            assert_eq!(
                of_probe("read", json!({ "http": get(path) })),
                ["test.read.http.path"],
                "{path}"
            );
        }
        let before = json!([{ "http": { "method": "FETCH", "path": "/" },
            "take": { "secret": "/a", "token": "b", "other": "/c" } }]);
        assert_eq!(
            of_probe("read", json!({ "before": before, "http": get("/") })),
            [
                "test.read.before[0].http.method",
                "test.read.before[0].take.secret",
                "test.read.before[0].take.token"
            ]
        );
    }

    #[test]
    fn a_program_is_a_name_in_one_folder() {
        for (word, name) in [
            ("pg-admin", Some("pg-admin")),
            ("./revoke.sh", Some("revoke.sh")),
            ("/bin/sh", None),
            ("../sh", None),
            ("a/b", None),
            ("-c", None),
            (".hidden", None),
            ("", None),
            ("a b", None),
        ] {
            assert_eq!(program_name(word), name, "{word}");
        }
        let step = |command: Value| of_step(json!({ "title": "t", "command": command }));
        assert_eq!(step(json!([])), ["step[0].command"]);
        assert_eq!(
            step(json!(["x", "--id={id}", "{id}", "{secret}"])),
            ["step[0].command[1]"]
        );
    }

    #[test]
    fn a_step_takes_one_value_from_one_place() {
        let http = json!({ "method": "POST", "path": "/", "body": {}, "form": { "a": "b" } });
        let step =
            json!({ "title": "t", "http": http, "stdin": "x", "secret": { "key": "k" }, "id": "" });
        assert_eq!(
            of_step(step),
            ["step[0].stdin", "step[0].http.form", "step[0].secret.key"]
        );
        let made = json!({ "kind": "rotate", "generate": { "length": 4 },
            "step": [{ "title": "t", "manual": "m", "secret": "/a" }] });
        let found = procedure(&serde_json::from_value(made).unwrap());
        let fields: Vec<_> = found.iter().map(|it| it.field.to_string()).collect();
        assert_eq!(fields, ["generate.length", "step[0].secret"]);
    }
}
