//! The guessed map as text: the account of a row, its owners and its credential.

use super::records::{place, platform, principal, procedure};
use super::role::Role;
use super::text::Draft;
use super::word;
use crate::spreadsheet::import::quoted;

/// The name of the account in a row.
pub fn account_id(draft: &Draft<'_>) -> String {
    let named = draft
        .value(Role::Account, "|slug")
        .or_else(|| draft.value(Role::Identity, "|slug"));
    named.unwrap_or_else(|| {
        let parts = [Role::Provider, Role::Environment, Role::Level, Role::Site];
        let parts: Vec<String> = parts
            .iter()
            .filter_map(|role| draft.value(*role, "|slug"))
            .collect();
        parts.join("-")
    })
}

/// The table of the account.
pub fn account(draft: &mut Draft<'_>) {
    draft.line("\n[[account]]");
    draft.key("id", &account_id(draft));
    for (key, role, example) in [
        ("provider", Role::Provider, "unicmms"),
        ("environment", Role::Environment, "production"),
    ] {
        match draft.value(role, "|slug") {
            Some(value) => draft.key(key, &value),
            None => draft.lacks(key, example, &[]),
        }
    }
    match place(draft, Role::Site).or_else(|| draft.value(Role::Tenant, "|slug")) {
        Some(place) => draft.key("boundary", &place),
        None => draft.lacks("boundary", "TENANT/SITE", &[]),
    }
    let level = draft.value(Role::Level, "");
    let workflow = draft
        .value(Role::Workflow, "|slug")
        .or_else(|| level.clone());
    match workflow {
        Some(workflow) => draft.key("workflow", &workflow),
        None => draft.lacks("workflow", "import", &[]),
    }
    match level {
        Some(level) => draft.key("level", &level),
        None => draft.lacks("level", "read-only-import", &word::known(Role::Level)),
    }
    draft.key_of("purpose", draft.value(Role::Purpose, ""));
    for (key, role) in [
        ("owner.business", Role::Business),
        ("owner.technical", Role::Technical),
        ("owner.rotation", Role::Rotator),
    ] {
        draft.key_of(key, principal(draft, role));
    }
    draft.key_of("permissions", draft.value(Role::Permissions, ""));
    draft.key_of("scopes", draft.value(Role::Scopes, ""));
    if platform(draft) {
        draft.key("platform", "factverse");
    }
    draft.key_of("expires", draft.value(Role::Expires, ""));
    draft.key_of(
        "rotation",
        draft
            .value(Role::Interval, "")
            .map(|interval| format!("every-{interval}")),
    );
    draft.key_of("rotate", used_procedure(draft, Role::Rotate));
    draft.key_of("revoke", used_procedure(draft, Role::Revoke));
    draft.key_of("audit.sink", draft.value(Role::Sink, ""));
    draft.key_of("consumers", draft.value(Role::Consumers, "|slug"));
    draft.key_of("controls.review-gate", draft.value(Role::Gate, ""));
    draft.key_of("status", draft.value(Role::Status, ""));
    credential(draft);
}

fn used_procedure(draft: &Draft<'_>, role: Role) -> Option<String> {
    procedure(draft, role).map(|(id, _)| id)
}

fn credential(draft: &mut Draft<'_>) {
    let identity = draft
        .value(Role::Identity, "|raw")
        .or_else(|| draft.value(Role::Account, "|raw"));
    match (draft.value(Role::Kind, ""), draft.value(Role::Place, "")) {
        (None, None) => {}
        (Some(kind), Some(place)) => {
            draft.key("credential.kind", &kind);
            draft.key("credential.store", &place);
            draft.key_of("credential.identity", identity);
        }
        (kind, place) => {
            // One of two: nothing is made of it until a person tells the other.
            let kind = kind.unwrap_or_else(|| "api-key".to_owned());
            let place = place.unwrap_or_else(|| "age".to_owned());
            draft.line("# A credential has a kind and a place, and the sheet has one of them.");
            for (key, value) in [("kind", kind), ("store", place)] {
                draft.line(&format!("# credential.{key} = {}", quoted(&value)));
            }
        }
    }
}
