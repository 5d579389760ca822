//! How the invitations of people stand: in a list of them, and of one. Reads; changes nothing.

use std::collections::BTreeMap;

use crate::cli::failure::Failure;
use crate::model::date::Date;
use crate::model::party::{Invitation, InvitationStatus};
use crate::model::record::{Kind, Record};
use crate::operations::records;
use crate::report::view::{Cell, Column, View};
use crate::store::Store;

/// How the invitations of people stand, as columns. A table for people has them where anybody was invited.
///
/// # Errors
/// When the store cannot be read.
pub fn list(
    view: &mut View,
    people: &[Record],
    store: &Store,
    as_of: Date,
    is_table: bool,
) -> Result<(), Failure> {
    let mut invitations = BTreeMap::new();
    for record in store.records(Kind::Invitation)? {
        if let Record::Invitation(person, body) = record {
            invitations.insert(person.to_string(), body);
        }
    }
    if invitations.is_empty() && is_table {
        return Ok(());
    }
    // Behind the full name, where a narrow terminal shows it too; the days give way first.
    let at = view.columns.len().min(2);
    view.columns.insert(at, Column::new("invitation"));
    let days = ["since", "until"].map(|day| {
        let column = Column::new(format!("invitation-{day}")).spare();
        column.titled(day)
    });
    view.columns.extend(days);
    for (row, record) in view.rows.iter_mut().zip(people) {
        let invitation = invitations.get(&*record.id().name);
        let date = |date: Option<Date>| date.map_or_else(Cell::missing, Cell::date);
        row.insert(at, Cell::optional(invitation.map(|body| word(body, as_of))));
        row.push(date(invitation.map(|body| body.since)));
        row.push(date(invitation.and_then(|body| body.until)));
    }
    Ok(())
}

/// How an invitation stands, in a word.
fn word(invitation: &Invitation, as_of: Date) -> &'static str {
    let is_past = invitation.until.is_some_and(|until| until < as_of);
    match invitation.status {
        InvitationStatus::Pending if is_past => "ended",
        status @ (InvitationStatus::Pending
        | InvitationStatus::Accepted
        | InvitationStatus::Revoked) => status.as_str(),
    }
}

/// The invitation of a record, where it is a person's and there is one.
///
/// # Errors
/// When the store cannot be read.
pub fn stored(record: &Record, store: &Store) -> Result<Option<Invitation>, Failure> {
    let Record::Person(id, _) = record else {
        return Ok(None);
    };
    let found = records::find(store, Kind::Invitation, id.as_str())?;
    let Some(Record::Invitation(_, body)) = found else {
        return Ok(None);
    };
    Ok(Some(*body))
}

/// How an invitation stands, in words.
pub fn standing(invitation: &Invitation, as_of: Date) -> String {
    let Invitation { since, until, .. } = invitation;
    match (invitation.status, until) {
        (InvitationStatus::Pending, Some(until)) if *until < as_of => {
            format!("pending since {since}, ended {until}")
        }
        (InvitationStatus::Pending, Some(until)) => format!("pending since {since}, until {until}"),
        (status, _) => format!("{status} since {since}"),
    }
}
