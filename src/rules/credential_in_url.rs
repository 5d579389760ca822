//! `credential-in-url`: a probe or step that puts a secret into a URL or an argument, or an endpoint with a password.

use crate::model::finding::{FieldPath, Severity};
use crate::model::id::Name;
use crate::model::placeholder;
use crate::model::probe::HttpRequest;
use crate::model::record::{Kind, RecordId};
use crate::model::text::Text;
use crate::model::text::url;
use crate::rules::endpoints;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "credential-in-url",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a probe or step that puts a secret into a URL or an argument",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The path of a request, an endpoint or an argument of a command holds a secret or the placeholder of one: `{secret}`,
`{secret.FIELD}`, `{admin}`, `{new}`. URLs stand in the logs of every proxy and server on the way, arguments in the list of
processes that every user of the machine can read. What a request took from an answer, such as a token, is a secret too.
What is no secret may stand there: `{credential.id}`, `{identity}`, `{canary.visible}`.

## Fix

Send the secret in a header; give it to a command on its standard input. A provider that takes it in the URL alone should be
asked for another way.

## Example

```toml
# bad: the key stands in every log
[provider.unicmms.test.authenticate]
http = { method = "GET", path = "/me?key={secret}" }
```

```toml
# good
[provider.unicmms.test.authenticate]
http = { method = "GET", path = "/me", header = { Authorization = "Bearer {secret}" } }
```

Source: OWASP NHI 2:2025
"#;

const IN_URL: &str = "send the secret in a header, such as `Authorization`";
const IN_ARGUMENT: &str = "give the secret to the command on its standard input";

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let inventory = facts.inventory;
    for (owner, field, url) in endpoints::addresses(inventory) {
        if url::has_user_info(url) {
            let message = "the endpoint holds a name or a password";
            findings
                .at(owner.clone(), field.clone(), message)
                .fix("write the address alone, and rotate what stood there");
        }
        in_url(url, &[], findings, || (owner.clone(), field.clone()));
    }
    let platforms = inventory.platforms.iter();
    let platforms = platforms.map(|(id, it)| (RecordId::new(Kind::Platform, id), &it.test));
    let providers = inventory.providers.iter();
    let providers = providers.map(|(id, it)| (RecordId::new(Kind::Provider, id), &it.test));
    for (owner, tests) in platforms.chain(providers) {
        for (kind, probe) in tests {
            let field = || FieldPath::of("test").key(kind.as_str());
            let taken: Vec<&str> = probe.taken().map(Name::as_str).collect();
            for (below, http) in probe.requests() {
                request(http, &taken, &owner, || joined(field(), &below), findings);
            }
            for (below, words) in probe.commands() {
                arguments(words, &owner, || joined(field(), &below), findings);
            }
        }
    }
    for (id, procedure) in &inventory.procedures {
        let owner = RecordId::new(Kind::Procedure, id);
        for (at, step) in procedure.step.iter().enumerate() {
            let field = || FieldPath::of("step").index(at);
            let taken: Vec<&str> = step.taken().map(Name::as_str).collect();
            for (below, http) in step.requests() {
                request(http, &taken, &owner, || joined(field(), &below), findings);
            }
            for (below, words) in step.commands() {
                arguments(words, &owner, || joined(field(), &below), findings);
            }
        }
    }
    for (id, consumer) in &inventory.consumers {
        let owner = RecordId::new(Kind::Consumer, id);
        let field = || FieldPath::of("health.command");
        let command = consumer.health.as_ref();
        if let Some(command) = command.and_then(|health| health.command.as_ref()) {
            arguments(command, &owner, field, findings);
        }
    }
}

/// A field below another one.
fn joined(mut above: FieldPath, below: &FieldPath) -> FieldPath {
    above.0.extend(below.0.iter().cloned());
    above
}

fn request(
    http: &HttpRequest,
    taken: &[&str],
    owner: &RecordId,
    field: impl Fn() -> FieldPath,
    findings: &mut Findings,
) {
    let path = http.path.as_str();
    let spot = || (owner.clone(), field().key("path"));
    if url::has_user_info(path) {
        let (owner, field) = spot();
        findings
            .at(owner, field, "the URL holds a name or a password")
            .fix("write the path alone, and rotate what stood there");
    }
    in_url(path, taken, findings, spot);
}

fn in_url(
    url: &str,
    taken: &[&str],
    findings: &mut Findings,
    spot: impl Fn() -> (RecordId, FieldPath),
) {
    let handed_on = || placeholder::names(url).find(|name| taken.contains(name));
    if let Some(name) = secret_placeholder(url).or_else(handed_on) {
        let (owner, field) = spot();
        let message = format!("`{{{name}}}` is a secret, and stands in a URL");
        findings.at(owner, field, message).fix(IN_URL);
    }
}

fn arguments(
    command: &[Text],
    owner: &RecordId,
    field: impl Fn() -> FieldPath,
    findings: &mut Findings,
) {
    for (at, word) in command.iter().enumerate() {
        if let Some(name) = secret_placeholder(word.as_str()) {
            let message = format!("`{{{name}}}` is a secret, and stands in an argument");
            findings
                .at(owner.clone(), field().index(at), message)
                .fix(IN_ARGUMENT);
        }
    }
}

/// The first placeholder of a text that stands for a secret. An id of a credential is none.
fn secret_placeholder(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        rest = &rest[at + 1..];
        let name = &rest[..rest.find(['{', '}'])?];
        if rest[name.len()..].starts_with('}') && is_secret(name.trim()) {
            return Some(name.trim());
        }
    }
    None
}

fn is_secret(name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.len() > 80 || !name.chars().all(is_word) {
        return false;
    }
    let (first, below) = name.split_once('.').unwrap_or((name, ""));
    match first {
        "secret" => true,
        "basic" | "basic-form" => true,
        "admin" | "new" => !matches!(below, "id" | "identity"),
        _ => below.split('.').any(|part| part == "secret"),
    }
}

#[cfg(test)]
mod tests {
    use super::secret_placeholder;
    use crate::rules::sample::found;
    use serde_json::{Value, json};

    fn ours(records: Value) -> Vec<String> {
        let mut all = found(records);
        all.retain(|line| line.starts_with("credential-in-url"));
        all
    }

    #[test]
    fn placeholders_of_secrets_are_told_from_others() {
        for (text, name) in [
            ("/me?key={secret}", Some("secret")),
            ("/{identity}/{secret.app-key}", Some("secret.app-key")),
            ("{admin}", Some("admin")),
            ("--key={new}", Some("new")),
            ("{{secret}}", Some("secret")),
            ("{ secret }", Some("secret")),
            ("{previous.secret}", Some("previous.secret")),
            ("{basic}", Some("basic")),
            ("/keys/{credential.id}/{previous.id}/{new.id}", None),
            ("{admin.identity}", None),
            ("/work-orders/{canary.visible}", None),
            ("{identity} {tag} {secrets} {", None),
            ("/secret/admin", None),
        ] {
            assert_eq!(secret_placeholder(text), name, "{text}");
        }
    }

    #[test]
    fn probes_steps_commands_and_endpoints_are_judged() {
        let http = |path| json!({ "method": "GET", "path": path });
        let probe = |path, verify| json!({ "http": http(path), "verify": http(verify) });
        let taking = json!({ "before": [{ "http": http("/logon"), "take": { "token": "/t" } }],
            "http": http("/a?t={token}"), "verify": ["x", "{basic}"] });
        let found = ours(json!({
            "provider/unicmms": {
                "environment": { "staging": { "endpoint": "https://svc@femo-staging.unicmms.example/api",
                    "endpoints": { "auth": "https://login.example/{secret}" } } },
                "test": { "read": probe("/a?key={secret}", "/b"), "write": probe("/a", "/b/{secret}"),
                    "audit": taking } },
            "platform/factverse": { "test": { "read": probe("/{canary.visible}", "/{admin}") } },
            "procedure/unicmms-revoke": { "step": [
                { "title": "a", "http": http("/keys/{credential.id}") },
                { "title": "b", "http": http("/keys/{new}") },
                { "title": "c", "command": ["./revoke.sh", "{credential.id}", "--key={admin}"] } ] },
            "consumer/etl-01": { "health": { "command": ["./health.sh", "{secret}"] } },
        }));
        let expected = [
            "platform/factverse test.read.verify.path",
            "provider/unicmms environment.staging.endpoint",
            "provider/unicmms environment.staging.endpoints.auth",
            "provider/unicmms test.audit.http.path",
            "provider/unicmms test.audit.verify[1]",
            "provider/unicmms test.read.http.path",
            "provider/unicmms test.write.verify.path",
            "procedure/unicmms-revoke step[1].http.path",
            "procedure/unicmms-revoke step[2].command[2]",
            "consumer/etl-01 health.command[1]",
        ];
        let expected = expected.map(|line| format!("credential-in-url {line}"));
        assert_eq!(found, expected);
    }
}
