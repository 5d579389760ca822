//! Whose doing a change in access is: of the events of a record those that touch what the change is about.

use serde_json::Value;

use crate::access::diff::{Aspect, Change, What};
use crate::dossier::past::Told;
use crate::model::change::{FieldChange, Verb};
use crate::model::entitlement::Side;
use crate::model::record::{Kind, RecordId};

/// A change of a record, as far as it says whose doing a change in access is.
pub(super) struct Wrote<'a> {
    pub told: &'a Told,
    id: RecordId,
    verb: Verb,
    changes: Vec<FieldChange>,
}

impl<'a> Wrote<'a> {
    pub fn of(told: &'a Told) -> Option<Wrote<'a>> {
        let (id, verb) = told.change()?;
        let changes = serde_json::from_str(&told.event.change).unwrap_or_default();
        Some(Wrote {
            told,
            id,
            verb,
            changes,
        })
    }

    /// Whether it makes or removes the record, or changes one of some fields, or what is in it.
    fn touches(&self, fields: &[&str]) -> bool {
        match self.verb {
            Verb::Create | Verb::Remove => return true,
            Verb::Update => {}
        }
        let is_in = |changed: &str, field: &str| {
            let rest = changed.strip_prefix(field);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let mut all = self.changes.iter();
        all.any(|change| fields.iter().any(|field| is_in(&change.field, field)))
    }

    /// Whether it makes an account live, or the reverse: what it has counts only while it is.
    fn turns_on(&self) -> bool {
        let is_live = |status: &Option<Value>| {
            let word = status.as_ref().and_then(Value::as_str);
            matches!(word, Some("active" | "suspended"))
        };
        let mut all = self.changes.iter();
        self.id.kind == Kind::Account
            && all.any(|change| {
                change.field == "status" && is_live(&change.from) != is_live(&change.to)
            })
    }

    fn first(&self) -> &str {
        self.id.name.split(' ').next().unwrap_or_default()
    }
}

/// The events that a change in access comes of, as far as the record says: what was signed for an account, where it is about
/// that; else what was written to the record itself, to the fields that it is about before anything else; else the seats
/// that it was given.
pub(super) fn written<'w, 'a>(wrote: &'w [Wrote<'a>], change: &Change) -> Vec<&'w Wrote<'a>> {
    let principal = change.record.to_string();
    let is_signed = matches!(
        change.what,
        What::Value {
            aspect: Aspect::Approval | Aspect::Decision,
            ..
        }
    );
    let via: &[RecordId] = match &change.what {
        What::Grant(grant) => &grant.via,
        What::Account { .. } | What::Level { .. } | What::Value { .. } | What::Effect { .. } => &[],
    };
    let fields = fields(&change.what);
    let signed = |wrote: &&Wrote<'_>| {
        matches!(wrote.id.kind, Kind::Approval | Kind::Decision)
            && is_signed
            && wrote.first() == &*change.record.name
    };
    let own = |wrote: &&Wrote<'_>| wrote.id == change.record;
    let touching = |wrote: &&Wrote<'_>| {
        own(wrote) && via.is_empty() && (wrote.touches(fields) || wrote.turns_on())
    };
    let seats = |wrote: &&Wrote<'_>| {
        let is_seat = wrote.id.kind == Kind::Assignment && wrote.first() == principal;
        is_seat || via.contains(&wrote.id)
    };
    let is_right = matches!(change.what, What::Grant(_) | What::Level { .. });
    let mut ways: [&dyn Fn(&&Wrote<'_>) -> bool; 4] = [&signed, &touching, &own, &seats];
    if is_right {
        ways.swap(2, 3);
    }
    let found = ways
        .iter()
        .map(|way| wrote.iter().filter(|one| way(one)).collect::<Vec<_>>());
    found
        .into_iter()
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// The fields of its record that a change in access comes of.
fn fields(what: &What) -> &'static [&'static str] {
    match what {
        What::Account { .. } => &["status"],
        What::Level { .. } => &["level"],
        What::Grant(grant) => match grant.side {
            Side::Provider => &["permissions", "boundary", "provider", "catalog"],
            Side::Platform => &["scopes", "boundary", "platform", "catalog"],
        },
        What::Value { aspect, .. } => of(*aspect),
        What::Effect { .. } => &["entitlements"],
    }
}

fn of(aspect: Aspect) -> &'static [&'static str] {
    match aspect {
        Aspect::Provider => &["provider", "environment"],
        Aspect::Platform => &["platform", "scopes"],
        Aspect::Endpoint | Aspect::Allowlist | Aspect::Admin => &["environment"],
        Aspect::Identity => &["credential"],
        Aspect::Consumer => &["consumers"],
        Aspect::Person => &["person"],
        Aspect::Host => &["host"],
        Aspect::Tool | Aspect::EndpointSlice | Aspect::TenantEnabled => &["agent"],
        Aspect::Field | Aspect::Control => &["controls"],
        Aspect::Approval | Aspect::Decision => &[],
        Aspect::Expiry => &["expires"],
        Aspect::Left => &["left"],
        Aspect::Invitation => &["status", "until"],
        Aspect::Member => &["members"],
        Aspect::Part => &["teams"],
        Aspect::RolePermission => &["permissions", "catalog"],
        Aspect::BusinessOwner => &["owner.business"],
        Aspect::TechnicalOwner => &["owner.technical"],
        Aspect::RotationOwner => &["owner.rotation"],
        Aspect::Assertion => &["expect"],
        Aspect::Except => &["except"],
        Aspect::Glossary => &["catalog"],
    }
}
