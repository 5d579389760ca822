//! The placeholders in probes, steps and what programs read: each must be one that something fills.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::access::words;
use crate::model::finding::FieldPath;
use crate::model::id::Name;
use crate::model::placeholder::{self, Plain};
use crate::model::probe::{HttpRequest, Probe, ProbeKind};
use crate::model::procedure::Procedure;
use crate::model::record::{Kind, RecordId};
use crate::model::text::Text;
use crate::rules::unknown_reference::walk::Walk;

words! {
    /// Those that stand for a secret, where one is near.
    Secrets {
        Secret = "secret",
        Admin = "admin",
        Basic = "basic",
        BasicForm = "basic-form",
        AdminBasic = "admin.basic",
        AdminBasicForm = "admin.basic-form",
    }
}

/// What one probe or step may name, and where its fields stand.
struct Scope<'s> {
    owner: &'s RecordId,
    base: FieldPath,
    taken: Vec<&'s Name>,
}

impl Walk<'_, '_> {
    pub(super) fn placeholders(&mut self) {
        let inventory = self.inventory;
        for (id, platform) in &inventory.platforms {
            let here = RecordId::new(Kind::Platform, id);
            self.probes(&here, &platform.test);
        }
        for (id, provider) in &inventory.providers {
            let here = RecordId::new(Kind::Provider, id);
            self.probes(&here, &provider.test);
        }
        for (id, procedure) in &inventory.procedures {
            self.steps(&RecordId::new(Kind::Procedure, id), procedure);
        }
    }

    fn probes(&mut self, owner: &RecordId, tests: &BTreeMap<ProbeKind, Probe>) {
        for (kind, probe) in tests {
            let scope = Scope {
                owner,
                base: FieldPath::of("test").key(kind.as_str()),
                taken: probe.taken().collect(),
            };
            for (field, http) in probe.requests() {
                self.request(&scope, &field, http);
            }
            for (field, words) in probe.commands() {
                self.command(&scope, &field, words);
            }
            self.stdin(&scope, probe.stdin.as_ref());
        }
    }

    fn steps(&mut self, owner: &RecordId, procedure: &Procedure) {
        for (at, step) in procedure.step.iter().enumerate() {
            let scope = Scope {
                owner,
                base: FieldPath::of("step").index(at),
                taken: step.taken().collect(),
            };
            for (field, http) in step.requests() {
                self.request(&scope, &field, http);
            }
            for (field, words) in step.commands() {
                self.command(&scope, &field, words);
            }
            self.stdin(&scope, step.stdin.as_ref());
        }
    }

    fn request(&mut self, scope: &Scope<'_>, field: &FieldPath, http: &HttpRequest) {
        let below = |key: &str| field.clone().key(key);
        self.text(scope, &below("path"), http.path.as_str());
        for (key, tables) in [("header", &http.header), ("form", &http.form)] {
            for (name, text) in tables {
                self.text(scope, &below(key).key(name), text.as_str());
            }
        }
        if let Some(body) = &http.body {
            self.json(scope, below("body"), body);
        }
    }

    fn json(&mut self, scope: &Scope<'_>, field: FieldPath, value: &Value) {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
            Value::String(text) => self.text(scope, &field, text),
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.json(scope, field.clone().index(at), item);
                }
            }
            Value::Object(fields) => {
                for (key, value) in fields {
                    self.json(scope, field.clone().key(key), value);
                }
            }
        }
    }

    fn command(&mut self, scope: &Scope<'_>, field: &FieldPath, words: &[Text]) {
        for (at, word) in words.iter().enumerate() {
            self.text(scope, &field.clone().index(at), word.as_str());
        }
    }

    fn stdin(&mut self, scope: &Scope<'_>, stdin: Option<&Text>) {
        if let Some(text) = stdin {
            self.text(scope, &FieldPath::of("stdin"), text.as_str());
        }
    }

    fn text(&mut self, scope: &Scope<'_>, field: &FieldPath, text: &str) {
        for name in placeholder::names(text) {
            let is_taken = scope.taken.iter().any(|taken| taken.as_str() == name);
            if is_taken || placeholder::sort(name).is_some() {
                continue;
            }
            let known = Plain::ALL.iter().map(|word| word.as_str());
            let known = known.chain(Secrets::ALL.iter().map(|word| word.as_str()));
            let known = known.chain(scope.taken.iter().map(|taken| taken.as_str()));
            let near = self.findings.near(name, known);
            let fix = near.map_or_else(
                || {
                    "name one that is filled, or take it from the answer of a request `before`"
                        .to_owned()
                },
                |near| format!("did you mean `{{{near}}}`?"),
            );
            let mut whole = scope.base.clone();
            whole.0.extend(field.0.iter().cloned());
            let message = format!("nothing fills `{{{name}}}`");
            self.findings
                .at(scope.owner.clone(), whole, message)
                .fix(fix);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::unknown_reference::tests::one;
    use serde_json::json;

    #[test]
    fn a_placeholder_that_nothing_fills_is_found_where_it_stands() {
        let read = |http: serde_json::Value| {
            json!({ "provider/unicmms": { "test": { "read": { "http": http,
            "before": [{ "http": { "method": "POST", "path": "/" }, "take": { "token": "/t" } }] } } } })
        };
        for (http, field) in [
            (
                json!({ "method": "GET", "path": "/{canary.visibel}" }),
                "path",
            ),
            (
                json!({ "method": "GET", "path": "/{id}", "header": { "A": "Bearer {token} {tokn}" } }),
                "header.A",
            ),
            (
                json!({ "method": "POST", "path": "/", "body": { "a": ["{tag}", "{tga}"] } }),
                "body.a[1]",
            ),
            (
                json!({ "method": "POST", "path": "/", "form": { "a": "{previous.secret}" } }),
                "form.a",
            ),
        ] {
            one(
                read(http),
                "provider/unicmms",
                &format!("test.read.http.{field}"),
            );
        }
        let step =
            json!({ "title": "t", "command": ["x", "{id}"], "stdin": "{admin}\n{sekret}\n" });
        one(
            json!({ "procedure/unicmms-revoke": { "step": [step] } }),
            "procedure/unicmms-revoke",
            "step[0].stdin",
        );
    }
}
