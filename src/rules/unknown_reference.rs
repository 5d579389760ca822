//! `unknown-reference`: a name of another record that does not exist.

mod logs;
mod origins;
mod placeholders;
mod signed;
mod walk;

use std::collections::BTreeMap;

use crate::model::entitlement::CatalogName;
use crate::model::finding::{FieldPath, Severity};
use crate::model::provider::Environment;
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::unknown_reference::walk::Walk;
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "unknown-reference",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a name of another record that does not exist",
    explain: r##"A record names another one that is not declared: a provider, an environment, a boundary, a person, a team, a role, a rotation, a procedure, a consumer, a glossary. What hangs on the name is then not judged at all, and a procedure that is needed in an emergency may not be there. The same holds for a placeholder of a request or a step that nothing fills, for a further endpoint (`at`) that the environment does not declare, and for the boundaries and environments that the map of a log (`log`) names. Unknown business and technical owners are the matter of `missing-owner`.

## Fix

Correct the name, or declare the record. Files given together are read as one inventory; perhaps a file was left out. A built-in role is a starting point, and gives nothing until it is declared: paste what `keyroll role show NAME --built-in` prints, or copy it into the store with `keyroll role add NAME --like NAME`.

## Example

```toml
boundary = ["femo/hawthorn"]  # bad: no such node
```

```toml
boundary = ["femo/hawthorne"]  # good
```

Source: keyroll's own: every name stands for a record."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let mut walk = Walk {
        facts,
        inventory: facts.inventory,
        findings,
    };
    walk.people();
    walk.boundaries();
    walk.systems();
    walk.placeholders();
    walk.origins();
    walk.logs();
    walk.consumers();
    walk.accounts();
    walk.roles();
    walk.signed();
}

impl Walk<'_, '_> {
    fn people(&mut self) {
        let inventory = self.inventory;
        for (id, person) in &inventory.people {
            let here = || RecordId::new(Kind::Person, id);
            for (at, place) in person.workplace.iter().enumerate() {
                let spot = || (here(), FieldPath::of("workplace").index(at));
                self.want("boundary", &inventory.boundaries, place, spot);
            }
            let Some(tenant) = person.tenant.as_ref().map(|tenant| tenant.as_str()) else {
                continue;
            };
            if !inventory.boundaries.contains_key(tenant) {
                let nodes = inventory.boundaries.keys().map(|node| node.as_str());
                let near = self
                    .findings
                    .near(tenant, nodes.filter(|node| !node.contains('/')));
                self.report("tenant", tenant, near, (here(), FieldPath::of("tenant")));
            }
        }
        for (id, team) in &inventory.teams {
            for (at, member) in team.members.iter().enumerate() {
                let spot = || {
                    (
                        RecordId::new(Kind::Team, id),
                        FieldPath::of("members").index(at),
                    )
                };
                self.want("person", &inventory.people, member, spot);
            }
            for (at, part) in team.teams.iter().enumerate() {
                let spot = || {
                    (
                        RecordId::new(Kind::Team, id),
                        FieldPath::of("teams").index(at),
                    )
                };
                self.want("team", &inventory.teams, part, spot);
            }
        }
    }

    fn boundaries(&mut self) {
        let inventory = self.inventory;
        for path in inventory.boundaries.keys() {
            let above = path.as_str().rsplit_once('/').map(|(above, _)| above);
            let Some(above) = above.filter(|above| !inventory.boundaries.contains_key(*above))
            else {
                continue;
            };
            let nodes = inventory.boundaries.keys().filter(|node| *node != path);
            let near = self.findings.near(above, nodes.map(AsRef::as_ref));
            let spot = (RecordId::new(Kind::Boundary, path), FieldPath::record());
            self.report("boundary above it,", above, near, spot);
        }
    }

    fn systems(&mut self) {
        for (id, platform) in &self.inventory.platforms {
            let here = RecordId::new(Kind::Platform, id);
            self.system(&here, platform.catalog.as_ref(), &platform.environment);
        }
        for (id, provider) in &self.inventory.providers {
            let here = RecordId::new(Kind::Provider, id);
            self.system(&here, provider.catalog.as_ref(), &provider.environment);
        }
    }

    /// What a provider or a platform names: its glossary, and the account that administers each environment.
    fn system<K: AsRef<str>>(
        &mut self,
        here: &RecordId,
        catalog: Option<&CatalogName>,
        environments: &BTreeMap<K, Environment>,
    ) {
        if let Some(name) = catalog {
            self.glossary(name, || (here.clone(), FieldPath::of("catalog")));
        }
        for (name, environment) in environments {
            if let Some(admin) = &environment.admin {
                let field = || FieldPath::of("environment").key(name.as_ref()).key("admin");
                self.principal(admin, || (here.clone(), field()));
            }
        }
    }

    fn consumers(&mut self) {
        let inventory = self.inventory;
        for (id, consumer) in &inventory.consumers {
            if let Some(person) = &consumer.person {
                let spot = || (RecordId::new(Kind::Consumer, id), FieldPath::of("person"));
                self.want("person", &inventory.people, person, spot);
            }
        }
    }

    fn accounts(&mut self) {
        let inventory = self.inventory;
        for (id, account) in &inventory.accounts {
            let spot = |field: &str| (RecordId::new(Kind::Account, id), FieldPath::of(field));
            let item = |field: &str, at| {
                (
                    RecordId::new(Kind::Account, id),
                    FieldPath::of(field).index(at),
                )
            };
            self.want("provider", &inventory.providers, &account.provider, || {
                spot("provider")
            });
            let provider = inventory.providers.get(&account.provider);
            let environments = provider.map(|provider| &provider.environment);
            if let Some(known) = environments.filter(|all| !all.contains_key(&account.environment))
            {
                let what = format!("environment of `{}`,", account.provider);
                self.want(&what, known, &account.environment, || spot("environment"));
            }
            for (at, node) in account.boundary.iter().enumerate() {
                self.want("boundary", &inventory.boundaries, node, || {
                    item("boundary", at)
                });
            }
            if let Some(platform) = &account.platform {
                self.want("platform", &inventory.platforms, platform, || {
                    spot("platform")
                });
            }
            if let Some(rotation) = &account.rotation {
                self.want("rotation", &inventory.rotations, rotation, || {
                    spot("rotation")
                });
            }
            let procedures = [
                ("rotate", &account.rotate),
                ("revoke", &account.revoke),
                ("controls.rollback", &account.controls.rollback),
            ];
            for (field, name) in procedures {
                if let Some(name) = name {
                    self.want("procedure", &inventory.procedures, name, || spot(field));
                }
            }
            for (at, consumer) in account.consumers.iter().enumerate() {
                self.want("consumer", &inventory.consumers, consumer, || {
                    item("consumers", at)
                });
            }
            let principals = [
                ("owner.rotation", &account.owner.rotation),
                ("controls.supervisor", &account.controls.supervisor),
            ];
            for (field, principal) in principals {
                if let Some(principal) = principal {
                    self.principal(principal, || spot(field));
                }
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::rules::sample::{ACCOUNT, findings, found};
    use serde_json::{Value, json};

    /// Each change by itself makes one finding of this rule, at the field.
    pub(super) fn one(records: Value, subject: &str, field: &str) {
        let expected = format!("unknown-reference {subject} {field}");
        let found = found(records);
        let ours: Vec<_> = found
            .iter()
            .filter(|line| line.starts_with("unknown-ref"))
            .collect();
        assert_eq!(ours, [expected.trim_end()], "{found:?}");
    }

    #[test]
    fn every_name_in_an_account_is_looked_up() {
        for (change, field) in [
            (json!({ "provider": "unicms" }), "provider"),
            (json!({ "environment": "prodution" }), "environment"),
            (
                json!({ "boundary": ["femo/hawthorne", "femo/hawthorn"] }),
                "boundary[1]",
            ),
            (json!({ "platform": "factvers" }), "platform"),
            (json!({ "rotation": "standart" }), "rotation"),
            (json!({ "rotate": "unicmms-rotate" }), "rotate"),
            (json!({ "revoke": "unicms-revoke" }), "revoke"),
            (json!({ "consumers": ["etl-01", "etl-02"] }), "consumers[1]"),
            (
                json!({ "owner": { "rotation": "team/integraton" } }),
                "owner.rotation",
            ),
            (
                json!({ "controls": { "supervisor": "person/an-berg" } }),
                "controls.supervisor",
            ),
            (
                json!({ "controls": { "rollback": "gone" } }),
                "controls.rollback",
            ),
        ] {
            one(json!({ ACCOUNT: change }), ACCOUNT, field);
        }
    }

    #[test]
    fn every_name_in_other_records_is_looked_up() {
        for (subject, change, field) in [
            (
                "person/jo-miller",
                json!({ "workplace": ["femo/hawthorne", "femo/x"] }),
                "workplace[1]",
            ),
            ("person/jo-miller", json!({ "tenant": "fema" }), "tenant"),
            (
                "team/integration",
                json!({ "members": ["anna-berg", "jo-muller"] }),
                "members[1]",
            ),
            (
                "boundary/femo/billund/hall-1",
                json!({ "kind": "area", "name": "Hall" }),
                "",
            ),
            (
                "platform/factverse",
                json!({ "catalog": "factvers" }),
                "catalog",
            ),
            (
                "provider/unicmms",
                json!({ "catalog": "unicms" }),
                "catalog",
            ),
            (
                "provider/unicmms",
                json!({ "environment": { "staging": { "admin": "account/gone" } } }),
                "environment.staging.admin",
            ),
            (
                "consumer/etl-01",
                json!({ "person": "jo-muller" }),
                "person",
            ),
            (
                "role/machine-operator",
                json!({ "catalog": "unicms" }),
                "catalog",
            ),
            (
                "assignment/person/jo machine-operator femo",
                json!({ "principal": "person/jo", "role": "machine-operator", "at": "femo" }),
                "principal",
            ),
            (
                "assignment/person/jo-miller operator femo/hawthorne",
                json!({ "principal": "person/jo-miller", "role": "operator", "at": "femo/hawthorne" }),
                "role",
            ),
            (
                "assignment/person/jo-miller machine-operator femo/x",
                json!({ "principal": "person/jo-miller", "role": "machine-operator", "at": "femo/x" }),
                "at",
            ),
        ] {
            one(json!({ subject: change }), subject, field);
        }
    }

    #[test]
    fn a_built_in_role_is_unknown_until_it_is_declared() {
        let seat = |role: &str| {
            let id = format!("assignment/person/jo-miller {role} femo/hawthorne");
            let at =
                json!({ "principal": "person/jo-miller", "role": role, "at": "femo/hawthorne" });
            let found = findings(json!({ id: at }));
            found
                .into_iter()
                .map(|f| (f.message, f.fix.unwrap()))
                .next()
        };
        let (message, fix) = seat("workshop-manager").unwrap();
        assert_eq!(message, "there is no role `workshop-manager`");
        for way in [
            "`keyroll role show workshop-manager --built-in`",
            "`keyroll role add workshop-manager --like workshop-manager`",
        ] {
            assert!(fix.contains(way), "{fix}");
        }
        let (_, fix) = seat("workshop-manger").unwrap();
        assert!(
            fix.starts_with("did you mean `workshop-manager`? "),
            "{fix}"
        );
        // What is declared stands before what is built in.
        let (_, fix) = seat("machine-operater").unwrap();
        assert_eq!(fix, "did you mean `machine-operator`?");
        assert_eq!(seat("machine-operator"), None);
    }

    #[test]
    fn the_name_that_was_meant_is_offered() {
        let found = findings(json!({ ACCOUNT: { "owner": { "rotation": "team/integraton" } } }));
        assert_eq!(found[0].message, "there is no team `team/integraton`");
        assert_eq!(
            found[0].fix.as_deref(),
            Some("did you mean `team/integration`?")
        );
    }
}
