//! Looks names up among the records, and reports those that nothing has.

use std::collections::BTreeMap;

use crate::catalog::{builtin_role, builtin_roles};
use crate::model::entitlement::CatalogName;
use crate::model::finding::FieldPath;
use crate::model::id::{Principal, RoleId};
use crate::model::inventory::Inventory;
use crate::model::record::RecordId;
use crate::rules::{Facts, Findings};

/// The advice where no name is near.
const DECLARE: &str = "declare it, or name one that is declared";

/// Where a name stands.
pub(super) type Spot = (RecordId, FieldPath);

/// What looks names up, and reports those that nothing has.
pub(super) struct Walk<'f, 'a> {
    pub(super) facts: &'f Facts<'a>,
    pub(super) inventory: &'a Inventory,
    pub(super) findings: &'f mut Findings,
}

impl<'a> Walk<'_, 'a> {
    /// Reports a name that is not among `known`.
    pub(super) fn want<K: Ord + AsRef<str>, V>(
        &mut self,
        what: &str,
        known: &'a BTreeMap<K, V>,
        name: &K,
        spot: impl FnOnce() -> Spot,
    ) {
        if !known.contains_key(name) {
            let near = self
                .findings
                .near(name.as_ref(), known.keys().map(AsRef::as_ref));
            self.report(what, name.as_ref(), near, spot());
        }
    }

    /// Reports a role that is not declared. One that is built in gives nothing by its name alone.
    pub(super) fn role(&mut self, name: &RoleId, spot: impl FnOnce() -> Spot) {
        let declared = &self.inventory.roles;
        if declared.contains_key(name) {
            return;
        }
        let fix = match builtin_role(name.as_str()) {
            Some(builtin) => builtin.how_to_declare(),
            None => self.role_meant(name),
        };
        self.tell("role", name.as_str(), fix, spot());
    }

    /// What to do about a name of no role: one that is declared was meant, or else one that is built in.
    fn role_meant(&mut self, name: &RoleId) -> String {
        let declared = self.inventory.roles.keys().map(AsRef::as_ref);
        if let Some(near) = self.findings.near(name.as_str(), declared) {
            return meant(near);
        }
        let names = builtin_roles().iter().map(|builtin| builtin.name.as_str());
        let near = self.findings.near(name.as_str(), names);
        near.and_then(builtin_role).map_or_else(
            || DECLARE.to_owned(),
            |builtin| {
                format!(
                    "{} {}",
                    meant(builtin.name.as_str()),
                    builtin.how_to_declare()
                )
            },
        )
    }

    /// Reports a person, team or account that is none.
    pub(super) fn principal(&mut self, principal: &Principal, spot: impl FnOnce() -> Spot) {
        let inventory = self.inventory;
        let (kind, name) = principal.parts();
        let known = match kind {
            "person" => inventory.people.contains_key(name),
            "team" => inventory.teams.contains_key(name),
            _ => inventory.accounts.contains_key(name),
        };
        if known {
            return;
        }
        let near = match kind {
            "person" => self
                .findings
                .near(name, inventory.people.keys().map(AsRef::as_ref)),
            "team" => self
                .findings
                .near(name, inventory.teams.keys().map(AsRef::as_ref)),
            _ => self
                .findings
                .near(name, inventory.accounts.keys().map(AsRef::as_ref)),
        };
        let near = near.map(|near| format!("{kind}/{near}"));
        self.report(kind, principal.as_str(), near.as_deref(), spot());
    }

    /// Reports a glossary that is neither built in nor read.
    pub(super) fn glossary(&mut self, name: &CatalogName, spot: impl FnOnce() -> Spot) {
        if self.facts.glossaries.get(name).is_none() {
            let near = self
                .findings
                .near(name.as_str(), self.facts.glossaries.names());
            self.report("glossary", name.as_str(), near, spot());
        }
    }

    pub(super) fn report(&mut self, what: &str, name: &str, near: Option<&str>, spot: Spot) {
        let fix = near.map_or_else(|| DECLARE.to_owned(), meant);
        self.tell(what, name, fix, spot);
    }

    fn tell(&mut self, what: &str, name: &str, fix: String, (subject, field): Spot) {
        let message = format!("there is no {what} `{name}`");
        // A principal says its kind itself.
        let principal = name
            .starts_with(&format!("{what}/"))
            .then(|| name.to_owned());
        let wants = principal.unwrap_or_else(|| format!("{what}/{name}"));
        self.findings
            .at(subject, field, message)
            .wants(wants.parse().ok())
            .fix(fix);
    }
}

fn meant(near: &str) -> String {
    format!("did you mean `{near}`?")
}
