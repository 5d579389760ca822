//! One change in words. The text is not escaped yet; what looks like a secret is.

use std::fmt::Display;

use crate::access::diff::{Aspect, Change, Entitled, Grant, Place, Turn, What};
use crate::model::access::{ActionClass, Level};
use crate::model::account::AccountStatus;
use crate::model::entitlement::Side;
use crate::model::text::shape;

/// How many of those concerned are named.
const MOST_NAMED: usize = 5;

/// A change in words.
pub(super) struct Line {
    pub sign: char,
    pub word: &'static str,
    pub text: String,
    /// The entitlements, where there are several.
    pub items: Vec<String>,
}

impl Line {
    pub fn of(change: &Change) -> Line {
        let mut items = Vec::new();
        let text = match &change.what {
            What::Account { from, to } => account(*from, *to),
            What::Level {
                from,
                to,
                gained,
                lost,
            } => level(*from, *to, gained, lost),
            What::Grant(grant) => {
                let noun = match grant.side {
                    Side::Provider => "permission",
                    Side::Platform => "scope",
                };
                let what = match &grant.entitlements[..] {
                    [one] => format!("{noun} {}", entitled(one)),
                    several => {
                        items = several.iter().map(entitled).collect();
                        format!("{} {noun}s", several.len())
                    }
                };
                what + &reach(grant) + &via(grant)
            }
            What::Value {
                aspect,
                of,
                from,
                to,
            } => value(*aspect, of.as_deref(), from.as_ref(), to.as_ref()),
            What::Effect { key, from, to } => {
                let said = |rating: Option<String>| rating.unwrap_or("(not listed)".to_owned());
                let [from, to] = [from, to].map(|r| said(r.as_ref().map(ToString::to_string)));
                format!("what {} does: {from} -> {to}", masked(key))
            }
        };
        Line {
            sign: sign(change.turn),
            word: word(change),
            text: text + &concerned(change),
            items,
        }
    }
}

/// A text with stars in place of what looks like a secret.
pub(super) fn masked(text: impl Display) -> String {
    shape::masked(&text.to_string()).into_owned()
}

fn sign(turn: Turn) -> char {
    match (turn.gains(), turn.loses()) {
        (true, false) => '+',
        (false, true) => '-',
        (true, true) | (false, false) => '~',
    }
}

/// The sign of a record: whether it comes, goes or stays.
pub(super) fn sign_of(changes: &[Change]) -> char {
    let mut signs = changes.iter().map(|change| match &change.what {
        What::Account { from: None, .. } => '+',
        What::Account { to: None, .. } => '-',
        What::Account { .. }
        | What::Level { .. }
        | What::Grant(_)
        | What::Value { .. }
        | What::Effect { .. } => '~',
    });
    signs.find(|sign| *sign != '~').unwrap_or('~')
}

fn word(change: &Change) -> &'static str {
    match &change.what {
        What::Account { from, to } => match (from, to) {
            (None, _) => "added",
            (_, None) => "removed",
            (_, Some(AccountStatus::Retired)) => "retired",
            (
                Some(AccountStatus::Suspended | AccountStatus::Retired),
                Some(AccountStatus::Active),
            ) => "reactivated",
            (_, Some(AccountStatus::Active)) => "activated",
            (_, Some(AccountStatus::Suspended)) => "suspended",
            (_, Some(AccountStatus::Proposed)) => "proposed",
        },
        What::Value {
            aspect: Aspect::Member | Aspect::Part | Aspect::RolePermission,
            from,
            ..
        } if change.turn == Turn::Changed => match from {
            None => "added",
            Some(_) => "removed",
        },
        What::Level { .. } | What::Grant(_) | What::Value { .. } | What::Effect { .. } => {
            change.turn.as_str()
        }
    }
}

fn account(from: Option<AccountStatus>, to: Option<AccountStatus>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("status {from} -> {to}"),
        (Some(status), None) | (None, Some(status)) => format!("account, {status}"),
        (None, None) => "account".to_owned(),
    }
}

fn level(
    from: Option<Level>,
    to: Option<Level>,
    gained: &[ActionClass],
    lost: &[ActionClass],
) -> String {
    let classes = |verb: &str, classes: &[ActionClass]| match classes {
        [] => String::new(),
        classes => format!("; {verb} {}", joined(classes)),
    };
    match (from, to) {
        (Some(from), Some(to)) => {
            let classes = classes("gains", gained) + &classes("loses", lost);
            format!("level {from} -> {to}{classes}")
        }
        (Some(level), None) | (None, Some(level)) => format!("level {level}"),
        (None, None) => "level".to_owned(),
    }
}

fn joined<T: Display>(items: &[T]) -> String {
    let items = items.iter().map(ToString::to_string);
    items.collect::<Vec<_>>().join(", ")
}

fn entitled(entitled: &Entitled) -> String {
    let key = masked(&entitled.key);
    match entitled.effect {
        Some(effect) => format!("{key} ({effect})"),
        None => format!("{key} (in no glossary)"),
    }
}

fn reach(grant: &Grant) -> String {
    let places = |places: &[Place]| joined(places);
    match (&*grant.from, &*grant.to) {
        ([], to) => format!(" at {}", places(to)),
        (from, []) => format!(" at {}", places(from)),
        (from, to) => format!(" from {} to {}", places(from), places(to)),
    }
}

fn via(grant: &Grant) -> String {
    match &*grant.via {
        [] => String::new(),
        via => format!(" by {}", joined(via)),
    }
}

fn concerned(change: &Change) -> String {
    let holders = &change.holders;
    if holders.is_empty() {
        return String::new();
    }
    let named = joined(holders.get(..MOST_NAMED).unwrap_or(holders));
    match holders.len().saturating_sub(MOST_NAMED) {
        0 => format!(" for {named}"),
        more => format!(" for {named} and {more} more"),
    }
}

fn value(aspect: Aspect, of: Option<&str>, from: Option<&String>, to: Option<&String>) -> String {
    let label = aspect.as_str().replace('-', " ");
    let joint = match aspect == Aspect::Control {
        true => " ",
        false if aspect == Aspect::Decision => " at ",
        false => " of ",
    };
    let label = match of {
        Some(of) => format!("{label}{joint}{}", masked(of)),
        None => label,
    };
    let shown = |value: Option<&String>| value.map_or_else(|| "(none)".to_owned(), masked);
    let listed = match aspect {
        Aspect::Provider
        | Aspect::Platform
        | Aspect::Identity
        | Aspect::Consumer
        | Aspect::Person
        | Aspect::Allowlist
        | Aspect::Tool
        | Aspect::Field
        | Aspect::Decision
        | Aspect::Approval
        | Aspect::Member
        | Aspect::Part
        | Aspect::Except
        | Aspect::RolePermission => true,
        // That it is stated or not; what it says is told where it says something else.
        Aspect::Control if from.is_none() || to.is_none() => return label,
        Aspect::Control => false,
        Aspect::TenantEnabled => return label,
        Aspect::Host
        | Aspect::Admin
        | Aspect::Endpoint
        | Aspect::EndpointSlice
        | Aspect::Expiry
        | Aspect::Left
        | Aspect::Invitation
        | Aspect::BusinessOwner
        | Aspect::TechnicalOwner
        | Aspect::RotationOwner
        | Aspect::Assertion
        | Aspect::Glossary => false,
    };
    match (from, to) {
        (Some(value), None) | (None, Some(value)) if listed => format!("{label} {}", masked(value)),
        (from, to) => format!("{label} {} -> {}", shown(from), shown(to)),
    }
}

/// What a gate that lets no new access pass refuses, one line each: `account/x gains work-order/edit (update) at femo`.
pub fn refusals<'a>(
    gains: impl Iterator<Item = &'a Change> + 'a,
) -> impl Iterator<Item = String> + 'a {
    gains.flat_map(|change| {
        let record = masked(&change.record);
        let verb = match change.turn {
            Turn::Gained => "gains",
            Turn::Widened => "widens",
            Turn::Raised => "raises",
            Turn::Extended => "extends",
            Turn::Loosened => "loosens",
            Turn::Moved => "moves",
            Turn::Lost
            | Turn::Narrowed
            | Turn::Lowered
            | Turn::Shortened
            | Turn::Tightened
            | Turn::Changed => "changes",
        };
        match &change.what {
            What::Grant(grant) => {
                let rest = reach(grant) + &via(grant) + &concerned(change);
                let line = |one| format!("{record} {verb} {}{rest}", entitled(one));
                grant.entitlements.iter().map(line).collect::<Vec<_>>()
            }
            What::Account { .. } => vec![format!("{record} is {}", word(change))],
            What::Level { .. } | What::Value { .. } | What::Effect { .. } => {
                vec![format!("{record} {verb} {}", Line::of(change).text)]
            }
        }
    })
}
