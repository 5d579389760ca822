//! `secret-in-inventory`: a value anywhere in an inventory that looks like a secret. Says which kind, and repeats nothing.

use crate::model::finding::{FieldPath, FieldStep, Severity};
use crate::model::text::shape::{self, Shape};
use crate::model::texts::Found;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "secret-in-inventory",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a value anywhere that looks like a secret",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
A text of the inventory looks like a secret: a token of a form that its service gives it (AWS, Azure, GitHub, GitLab,
Google, Slack, Stripe, npm, PyPI, OpenAI, Anthropic, Vault, FactVerse, NetBox and others), a private key, an age identity, a
JSON Web Token, a password in a URL or a connection string, a literal credential for a header, or a long word that is
random. Inventories are kept in repositories, mailed and reviewed: what stands in one is known to many and cannot be taken
back. Neither the finding nor the line beside it repeats the value, not even a part of it.

Digests that are called so, by the word before them or by their key (`sha256`, `checksum`, `commit` ...), UUIDs, public keys,
pictures, names, paths and addresses are no secrets. Random words are not looked for in what a provider names: identities
and canary records.

How often it is right was measured. Wrong alarms: 4 in 375 143 values of 3 121 TOML files that are no inventories
(manifests, configurations and data of crates, toolchains, PyPI and npm packages; the search was sharpened on these same
files): three names of functions and one commit that is called a version. None in the examples and the glossaries. Missed:
none of 1 000 made tokens of each of 26 known kinds; of 1 000 random keys of 32 and more signs at most 17, mostly at most 8;
of 20 letters and digits, 24. What no rule can see is a password that reads like words. `tests/precision.rs` measures any
folder of yours; `recall.rs`, beside the search itself, makes the tokens.

## Fix

Rotate it now: it is known. Then take it out, out of the history of the repository too, and keep the new one in a secret
store. Where it is none, write what it is before it (`sha256 ...`), or waive the finding.

## Example

```toml
# bad: a key in a note
[account.unicmms-production-import-hawthorne]
purpose = "Pull work orders with AKIAIOSFODNN7EXAMPLE"
```

```toml
# good
[account.unicmms-production-import-hawthorne]
purpose = "Pull work orders"
```

Source: OWASP NHI 2:2025
"#;

const FIX: &str = "rotate it, then take it out: whoever has read the inventory knows it";

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    facts.inventory.each_text(|id, found, text| {
        if let Some(shape) = shape_of(found, text) {
            let what = if found.is_key { "a key" } else { "the value" };
            let message = format!("{what} looks like {shape}");
            findings.at(id(), told(found.field()), message).fix(FIX);
        }
    });
}

fn shape_of(found: &Found<'_>, text: &str) -> Option<Shape> {
    let key = found.key().unwrap_or_default();
    if !found.is_key && shape::header(key, text) {
        return Some(Shape::Header);
    }
    // The provider chooses these, and may choose what looks random.
    match key {
        "identity" | "visible" | "hidden" => shape::known_shape(text),
        _ if found.is_key => shape::looks_secret(text),
        _ => shape::looks_secret_as(key, text),
    }
}

/// The field, up to a key that is itself a secret.
fn told(field: FieldPath) -> FieldPath {
    let is_plain = |step: &FieldStep| match step {
        FieldStep::Key(key) => shape::looks_secret(key).is_none(),
        FieldStep::Index(_) => true,
    };
    FieldPath(field.0.into_iter().take_while(is_plain).collect())
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::{Value, json};

    fn ours(records: Value) -> Vec<String> {
        findings(records)
            .into_iter()
            .filter(|finding| finding.rule == "secret-in-inventory")
            .map(|f| format!("{} {}: {}", f.subject, f.field, f.message))
            .collect()
    }

    fn key() -> String {
        ["AKIA", "IOSFODNN7EXAMPLE"].concat()
    }

    #[test]
    fn a_secret_is_found_in_any_text_and_called_by_its_kind() {
        let http = json!({ "method": "POST", "path": "/me", "header": { "X-Api-Key": "plain", key(): "x" },
            "body": { "a": [{ "b": key() }] } });
        let found = ours(json!({
            ACCOUNT: { "purpose": format!("with {}", key()), "controls": { "fields": ["a", key()] } },
            "provider/unicmms": { "test": { "read": { "http": http } } },
        }));
        let aws = "looks like an AWS access key id";
        let request = "provider/unicmms test.read.http";
        let expected = [
            format!("{request}.body.a[0].b: the value {aws}"),
            format!("{request}.header: a key {aws}"),
            format!(
                "{request}.header.X-Api-Key: the value looks like a literal credential for a header"
            ),
            format!("{ACCOUNT} controls.fields[1]: the value {aws}"),
            format!("{ACCOUNT} purpose: the value {aws}"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_a_provider_names_may_look_random() {
        let random = ["Zk8vQ3mLpT7x", "R2nB9cW4yH6j"].concat();
        let found = |identity: &str, purpose: &str| {
            let credential = json!({ "identity": [identity] });
            ours(json!({ ACCOUNT: { "credential": credential, "purpose": purpose } }))
        };
        assert_eq!(found(&random, "x"), Vec::<String>::new());
        assert_eq!(found(&key(), &random).len(), 2);
    }

    #[test]
    fn a_secret_in_the_description_of_a_risk_does_not_become_its_name() {
        let account = "unicmms-production-import-hawthorne".parse().unwrap();
        let gap = format!(
            "the key is {} for now",
            ["SK", "0123456789abcdef0123456789abcdef"].concat()
        );
        let key = crate::model::key::RiskKey::new(account, &gap);
        assert!(key.to_string().ends_with(" the-key-is-for-now"), "{key}");
    }
}
