//! Which class of OCSF an event is of, and what it did there.

use crate::model::change::{FieldChange, Occurrence, Verb};
use crate::model::event::Event;

/// What an event is to a SIEM.
pub(super) struct Class {
    pub uid: u32,
    pub name: &'static str,
    pub category: u32,
    pub category_name: &'static str,
    pub activity: u32,
    pub activity_name: &'static str,
}

/// Accounts are made, changed and removed as identities are; everything else is a use of an interface.
pub(super) fn class(event: &Event) -> Class {
    let verb = event.action.parse::<Verb>().ok();
    let is_account = event.record.starts_with("account/");
    let (activity, activity_name) = match (is_account, verb) {
        (true, Some(Verb::Create)) => (1, "Create"),
        (true, Some(Verb::Update)) => status(event).unwrap_or((99, "Update")),
        (true, Some(Verb::Remove)) => (6, "Delete"),
        (false, Some(Verb::Create)) => (1, "Create"),
        (false, Some(Verb::Update)) => (3, "Update"),
        (false, Some(Verb::Remove)) => (4, "Delete"),
        (_, None) => match event.action.parse::<Occurrence>() {
            Ok(Occurrence::Reveal | Occurrence::Run | Occurrence::Export | Occurrence::Backup) => {
                (2, "Read")
            }
            Ok(
                Occurrence::Notify
                | Occurrence::Restore
                | Occurrence::Resume
                | Occurrence::Accept
                | Occurrence::Import
                | Occurrence::Refuse
                | Occurrence::Configure,
            )
            | Err(_) => (99, "Other"),
        },
    };
    match is_account && verb.is_some() {
        true => Class {
            uid: 3001,
            name: "Account Change",
            category: 3,
            category_name: "Identity & Access Management",
            activity,
            activity_name,
        },
        false => Class {
            uid: 6003,
            name: "API Activity",
            category: 6,
            category_name: "Application Activity",
            activity,
            activity_name,
        },
    }
}

/// An update that is more to a SIEM than a change of some field.
fn status(event: &Event) -> Option<(u32, &'static str)> {
    let changes: Vec<FieldChange> = serde_json::from_str(&event.change).ok()?;
    let status = changes
        .into_iter()
        .find(|change| change.field == "status")?;
    match status.to?.as_str()? {
        "active" => Some((2, "Enable")),
        "suspended" | "retired" => Some((5, "Disable")),
        _ => None,
    }
}

/// Whether it tells that something was refused.
pub(super) fn is_refused(event: &Event) -> bool {
    event.action.parse::<Occurrence>() == Ok(Occurrence::Refuse)
}
