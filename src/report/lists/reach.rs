//! Everything that can touch a place: people, and accounts with the jobs that use them.

use crate::access::reaching::{Reached, Touch};
use crate::model::account::Account;
use crate::model::inventory::Inventory;
use crate::report::lists::{Lists, absent, by, heading, short};
use crate::report::view::{Cell, Column, View};

/// The list of all that reaches a place.
pub fn reach(found: &Reached<'_>, inventory: &Inventory) -> Lists {
    let columns = [
        "principal",
        "effect",
        "access",
        "by",
        "at",
        "part",
        "effects",
        "more",
        "provider",
        "environment",
        "level",
        "consumers",
    ];
    let row = |touch: &Touch<'_>| {
        let account = account(touch, inventory);
        vec![
            Cell::text(&touch.principal),
            Cell::optional(touch.effects.first()),
            Cell::text(touch.reach),
            Cell::text(by(&touch.by)),
            Cell::optional(touch.by.at),
            Cell::text(if touch.part { "yes" } else { "no" }),
            Cell::list(&touch.effects),
            Cell::count(touch.more),
            Cell::optional(account.map(|account| &account.provider)),
            Cell::optional(account.map(|account| &account.environment)),
            Cell::optional(account.map(|account| account.level)),
            consumers(account),
        ]
    };
    Lists {
        tables: vec![people(found), accounts(found, inventory)],
        rows: View::of("reach", columns, found.touches.iter().map(row).collect()),
        notes: notes(found),
    }
}

fn account<'i>(touch: &Touch<'_>, inventory: &'i Inventory) -> Option<&'i Account> {
    match touch.principal.parts() {
        ("account", name) => inventory.accounts.get(name),
        _ => None,
    }
}

fn consumers(account: Option<&Account>) -> Cell {
    Cell::list(account.map_or(&[][..], |account| &account.consumers))
}

fn notes(found: &Reached<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if found.touches.is_empty() {
        notes.push("nothing reaches it".to_owned());
    }
    match found.parts {
        0 => {}
        1 => notes.push("1 more reaches only a part of it: shown with --below".to_owned()),
        parts => notes.push(format!(
            "{parts} more reach only a part of it: shown with --below"
        )),
    }
    notes.extend(absent(&found.absent, "something there"));
    notes
}

/// The gravest effect.
fn up_to(touch: &Touch<'_>) -> Cell {
    Cell::text(touch.effects.first().map_or("unknown", |one| one.as_str()))
}

fn part(touch: &Touch<'_>) -> Cell {
    Cell::optional(touch.part.then_some("part"))
}

fn people(found: &Reached<'_>) -> View {
    let columns = vec![
        heading("person"),
        Column::new("effect").titled("Up to"),
        Column::new("by"),
        Column::new("at"),
        Column::new("part"),
    ];
    let of_people = found.touches.iter();
    let of_people = of_people.filter(|touch| touch.principal.parts().0 != "account");
    let row = |touch: &Touch<'_>| {
        vec![
            Cell::text(touch.principal.parts().1),
            up_to(touch),
            Cell::text(short(&touch.by)),
            Cell::optional(touch.by.at),
            part(touch),
        ]
    };
    View {
        rows: of_people.map(row).collect(),
        ..View::new("reach", columns)
    }
}

fn accounts(found: &Reached<'_>, inventory: &Inventory) -> View {
    let columns = vec![
        heading("account"),
        Column::new("effect").titled("Up to"),
        Column::new("access"),
        Column::new("consumers").titled("Used by"),
        Column::new("part"),
        Column::new("at").spare(),
        Column::new("level").spare(),
    ];
    let of_accounts = found.touches.iter();
    let of_accounts = of_accounts.filter(|touch| touch.principal.parts().0 == "account");
    let row = |touch: &Touch<'_>| {
        let account = account(touch, inventory);
        vec![
            Cell::text(touch.principal.parts().1),
            up_to(touch),
            Cell::text(touch.reach),
            consumers(account),
            part(touch),
            Cell::optional(touch.by.at),
            Cell::optional(account.map(|account| account.level)),
        ]
    };
    View {
        rows: of_accounts.map(row).collect(),
        ..View::new("reach", columns)
    }
}
