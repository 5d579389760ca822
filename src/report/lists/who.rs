//! Who may do something at a boundary.

use crate::access::who::{May, WhoMay};
use crate::model::access::Condition;
use crate::report::lists::{Lists, absent, by, heading, missing, short, words};
use crate::report::view::{Cell, Column, View};

/// The list of who may: people, teams and accounts in tables of their own.
pub fn who(found: &WhoMay<'_>) -> Lists {
    let columns = ["principal", "by", "at", "access", "missing", "conditions"];
    let row = |may: &May<'_>| {
        vec![
            Cell::text(&may.principal),
            Cell::text(by(&may.by)),
            Cell::optional(may.by.at),
            Cell::text(may.reach),
            missing(may.gate),
            Cell::list(&found.conditions),
        ]
    };
    let rows = found.may.iter().map(row).collect();
    Lists {
        tables: ["person", "team", "account"]
            .map(|kind| table(found, kind))
            .into(),
        rows: View::of("who-can", columns, rows),
        notes: notes(found),
    }
}

fn table(found: &WhoMay<'_>, kind: &str) -> View {
    let is_account = kind == "account";
    // The names of accounts are long: what nearly all have by the same gives way.
    let columns = match is_account {
        true => vec![
            heading(kind),
            Column::new("access"),
            Column::new("at"),
            Column::new("by").spare(),
            Column::new("missing").spare(),
        ],
        false => vec![heading(kind), Column::new("by"), Column::new("at")],
    };
    let of_kind = found
        .may
        .iter()
        .filter(|may| may.principal.parts().0 == kind);
    let row = |may: &May<'_>| {
        let name = Cell::text(may.principal.parts().1);
        let (by, at) = (Cell::text(short(&may.by)), Cell::optional(may.by.at));
        match is_account {
            true => vec![name, Cell::text(may.reach), at, by, missing(may.gate)],
            false => vec![name, by, at],
        }
    };
    View {
        rows: of_kind.map(row).collect(),
        ..View::new("who-can", columns)
    }
}

fn notes(found: &WhoMay<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if found.may.is_empty() && found.on_condition.is_empty() {
        notes.push("nobody may".to_owned());
    } else if !found.may.is_empty() && !found.conditions.is_empty() {
        notes.push(format!("conditions: {}", words(&found.conditions)));
    }
    if !found.on_condition.is_empty() {
        let said: Vec<&str> = found.conditions.iter().filter_map(flag).collect();
        notes.push(format!(
            "{} may under conditions ({}): shown with {}",
            found.on_condition.len(),
            words(&found.conditions),
            said.join(" ")
        ));
    }
    notes.extend(absent(&found.absent, "it"));
    notes
}

/// The option that says that a condition holds.
fn flag(condition: &Condition) -> Option<&'static str> {
    match condition {
        Condition::OwnOnly => Some("--own"),
        Condition::UnresolvedOnly => Some("--unresolved"),
        Condition::ProcessConditional | Condition::IncludesDelete => None,
    }
}
