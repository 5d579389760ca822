//! The further endpoints that probes and steps name: the environments that they are done in must declare each.

use std::collections::BTreeMap;

use crate::model::account::Account;
use crate::model::finding::FieldPath;
use crate::model::id::{AccountId, EnvironmentName, Name, ProcedureId};
use crate::model::probe::{Probe, ProbeKind};
use crate::model::provider::Environment;
use crate::model::record::{Kind, RecordId};
use crate::rules::unknown_reference::walk::Walk;

impl<'a> Walk<'_, 'a> {
    pub(super) fn origins(&mut self) {
        let inventory = self.inventory;
        for (id, platform) in &inventory.platforms {
            let here = RecordId::new(Kind::Platform, id);
            self.of_probes(&here, &platform.test, &platform.environment);
        }
        for (id, provider) in &inventory.providers {
            let here = RecordId::new(Kind::Provider, id);
            self.of_probes(&here, &provider.test, &provider.environment);
        }
        for id in inventory.procedures.keys() {
            self.of_steps(id);
        }
    }

    /// Every environment is probed alike.
    fn of_probes(
        &mut self,
        owner: &RecordId,
        tests: &BTreeMap<ProbeKind, Probe>,
        environments: &BTreeMap<EnvironmentName, Environment>,
    ) {
        for (kind, probe) in tests {
            for (field, http) in probe.requests() {
                let Some(name) = &http.at else { continue };
                let without =
                    |all: &&EnvironmentName| !environments[*all].endpoints.contains_key(name);
                let Some(environment) = environments.keys().find(without) else {
                    continue;
                };
                let mut whole = FieldPath::of("test").key(kind.as_str());
                whole.0.extend(field.key("at").0);
                let message = format!("the environment `{environment}` has no endpoint `{name}`");
                self.undeclared(owner.clone(), whole, message, name);
            }
        }
    }

    /// A step is done where the accounts work that name its procedure; where none does yet, anywhere.
    fn of_steps(&mut self, id: &ProcedureId) {
        let inventory = self.inventory;
        let procedure = &inventory.procedures[id];
        let asked = procedure.step.iter().enumerate().flat_map(|(at, step)| {
            let base = move |field: FieldPath| {
                let mut whole = FieldPath::of("step").index(at);
                whole.0.extend(field.key("at").0);
                whole
            };
            let requests = step.requests();
            requests.filter_map(move |(field, http)| Some((base(field), http.at.as_ref()?)))
        });
        let asked: Vec<(FieldPath, &Name)> = asked.collect();
        if asked.is_empty() {
            return;
        }
        let places: Vec<_> = self.users(id).collect();
        for (field, name) in asked {
            let without = places
                .iter()
                .find(|(_, _, it)| !it.endpoints.contains_key(name));
            let message = match without {
                Some((account, at, _)) => format!(
                    "`account/{account}` is to be asked for at the endpoint `{name}`, and its environment `{at}` has none"
                ),
                None if places.is_empty() && !self.is_known_anywhere(name) => {
                    format!("no environment has an endpoint `{name}`")
                }
                None => continue,
            };
            self.undeclared(RecordId::new(Kind::Procedure, id), field, message, name);
        }
    }

    /// The accounts that name a procedure, and where they work.
    fn users(
        &self,
        id: &ProcedureId,
    ) -> impl Iterator<Item = (&'a AccountId, &'a EnvironmentName, &'a Environment)> {
        let inventory = self.inventory;
        let names = |account: &Account| {
            let named = [&account.rotate, &account.revoke, &account.controls.rollback];
            named.into_iter().flatten().any(|named| named == id)
        };
        let accounts = inventory.accounts.iter();
        let users = accounts.filter(move |(_, account)| names(account));
        let users: Vec<_> = users.collect();
        users.into_iter().filter_map(|(id, account)| {
            let provider = inventory.providers.get(&account.provider)?;
            let environment = provider.environment.get(&account.environment)?;
            Some((id, &account.environment, environment))
        })
    }

    fn is_known_anywhere(&self, name: &Name) -> bool {
        let providers = self.inventory.providers.values();
        let mut environments = providers.flat_map(|provider| provider.environment.values());
        environments.any(|environment| environment.endpoints.contains_key(name))
    }

    fn undeclared(&mut self, owner: RecordId, field: FieldPath, message: String, name: &Name) {
        let fix = format!("declare it: `endpoints = {{ {name} = \"https://...\" }}`");
        self.findings.at(owner, field, message).fix(fix);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::ACCOUNT;
    use crate::rules::unknown_reference::tests::one;
    use serde_json::{Value, json};

    fn step(at: &str) -> Value {
        json!({ "step": [{ "title": "t", "http": { "method": "GET", "path": "/", "at": at } }] })
    }

    #[test]
    fn an_endpoint_that_no_environment_has_is_found_in_a_step() {
        let place = "procedure/unicmms-revoke";
        one(json!({ place: step("auth") }), place, "step[0].http.at");
        // Nobody names it, and nobody could do it.
        let unused = "procedure/unused";
        let mut body = step("auth");
        body["kind"] = json!("rollback");
        one(json!({ unused: body }), unused, "step[0].http.at");
        let mut logon = step("auth");
        logon["step"][0]["before"] = json!([logon["step"][0]]);
        logon["step"][0]["http"]["at"] = Value::Null;
        logon["step"][0]["before"][0]
            .as_object_mut()
            .unwrap()
            .remove("title");
        one(json!({ place: logon }), place, "step[0].before[0].http.at");
    }

    #[test]
    fn an_endpoint_must_be_one_of_the_environment_that_the_account_works_in() {
        let place = "procedure/unicmms-revoke";
        let other = json!({ "environment": { "other": { "endpoint": "https://a.example",
            "endpoints": { "auth": "https://login.example" } } } });
        let records = json!({ place: step("auth"), "provider/unicmms": other,
            ACCOUNT: { "revoke": "unicmms-revoke" } });
        one(records, place, "step[0].http.at");
    }
}
