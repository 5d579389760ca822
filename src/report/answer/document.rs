//! An answer as one versioned JSON document. Its keys are a contract: docs/access.md lists them.

use serde_json::{Value, json};

use crate::access::ask::{Answer, Gate, Missing};
use crate::access::explain;
use crate::access::holdings::Holding;
use crate::access::presence::Absence;
use crate::model::text::shape::masked;
use crate::report::answer::{Told, by, ways_out};
use crate::report::json::VERSION;

/// The document of an answer.
pub fn document(told: &Told<'_, '_>) -> Value {
    let question = &told.question;
    let (held, missing) = match &told.answer {
        Answer::Yes(held) => (Some(held), Value::Null),
        Answer::No(missing) => {
            let clause = explain::clause(question, missing);
            (None, what_is_missing(missing, &masked(&clause)))
        }
    };
    let conditions = told.grounds.known.map(|known| known.conditions.as_slice());
    json!({
        "version": VERSION,
        "kind": "answer",
        "answer": if held.is_some() { "yes" } else { "no" },
        "principal": question.principal,
        "permission": question.permission,
        "catalog": question.catalog,
        "at": question.at,
        "as-of": told.as_of.to_string(),
        "own": question.own,
        "unresolved": question.unresolved,
        "by": held.map(holding),
        "conditions": conditions.unwrap_or_default(),
        "action": told.grounds.action.map(|action| json!({
            "class": action.class.as_str(),
            "provider": action.provider.as_str(),
            "platform": action.platform.as_str(),
        })),
        "approval": told.grounds.approval.map(|(key, approval)| json!({
            "action": key.action.as_str(),
            "by": approval.by,
            "on": key.on.to_string(),
            "ticket": approval.ticket.as_ref().map(|ticket| masked(ticket.as_str())),
            "until": approval.until.map(|until| until.to_string()),
        })),
        "missing": missing,
        "ways-out": ways_out(told),
    })
}

/// What gives something: the teams, and a role by an assignment or an account's own list.
fn holding(held: &Holding<'_>) -> Value {
    let (role, assignment, own) = by(held);
    let way: Vec<String> = held.way.iter().map(|team| format!("team/{team}")).collect();
    json!({
        "way": way,
        "role": role,
        "assignment": assignment,
        "own": own.map(|side| side.as_str()),
        "held-at": held.at,
    })
}

fn what_is_missing(missing: &Missing<'_>, clause: &str) -> Value {
    let all = |held: &[Holding<'_>]| -> Value { held.iter().map(holding).collect() };
    let (kind, more) = match missing {
        Missing::Absent(absence) => absent(absence),
        Missing::Condition(held, condition) => (
            "condition",
            json!({ "condition": condition.as_str(), "held": [holding(held)] }),
        ),
        Missing::Gate(held, gate) => {
            let (kind, side, action) = match gate {
                Gate::Half(side, action) => ("half", Some(side), Some(action)),
                Gate::Unclear(side, action) => ("unclear", Some(side), Some(action)),
                Gate::Unapproved(action) => ("unapproved", None, Some(action)),
                Gate::Unnamed(_) => ("unnamed", None, None),
                Gate::Uncovered(_) => ("uncovered", None, None),
                Gate::Forbidden(_) => ("forbidden", None, None),
            };
            let (side, action) = (side.map(|s| s.as_str()), action.map(|a| a.as_str()));
            let more = json!({ "side": side, "action": action, "held": [holding(held)] });
            (kind, more)
        }
        Missing::Doubt(held, key) => ("doubt", json!({ "key": key, "held": [holding(held)] })),
        Missing::Elsewhere(held) => ("elsewhere", json!({ "held": all(held) })),
        Missing::NotGranted { here, giving } => {
            ("not-granted", json!({ "held": all(here), "roles": giving }))
        }
    };
    let mut value = json!({ "kind": kind, "text": clause });
    if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
    value
}

fn absent(absence: &Absence) -> (&'static str, Value) {
    match absence {
        Absence::Unknown => ("unknown", json!({})),
        Absence::Left(on) => ("left", json!({ "on": on.to_string() })),
        Absence::Invited(on) => ("invited", json!({ "on": on.to_string() })),
        Absence::AcceptedLater(on) => ("accepted-later", json!({ "on": on.to_string() })),
        Absence::InviteRevoked(on) => ("invite-revoked", json!({ "on": on.to_string() })),
        Absence::NotActive(status) => ("not-active", json!({ "status": status.as_str() })),
    }
}
