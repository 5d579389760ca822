//! Whether a principal is there at all: nobody who has left, or has not accepted an invitation, may do anything.

use std::fmt;

use crate::model::account::AccountStatus;
use crate::model::date::Date;
use crate::model::id::Principal;
use crate::model::inventory::Inventory;
use crate::model::party::InvitationStatus;

/// Why a principal may do nothing, whatever it is assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// No record has its name.
    Unknown,
    /// The person left on that day.
    Left(Date),
    /// The person was invited on that day and has not accepted.
    Invited(Date),
    /// The person was invited and accepted only on that day, later than what is judged.
    AcceptedLater(Date),
    /// The invitation was revoked on that day.
    InviteRevoked(Date),
    /// The account is not in use: proposed, suspended or retired.
    NotActive(AccountStatus),
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Absence::Unknown => f.write_str("is not in the roll"),
            Absence::Left(on) => write!(f, "left on {on}"),
            Absence::Invited(on) => write!(f, "was invited on {on} and has not accepted"),
            Absence::AcceptedLater(on) => write!(f, "accepted the invitation only on {on}"),
            Absence::InviteRevoked(on) => {
                write!(f, "was invited, and the invitation was revoked on {on}")
            }
            Absence::NotActive(AccountStatus::Suspended) => f.write_str(
                "is suspended here; its provider lets it in until its credential is revoked there",
            ),
            Absence::NotActive(status) => write!(f, "is {status}"),
        }
    }
}

/// Why a principal may do nothing on a day; none where it may do what it is assigned.
///
/// The day on which a person leaves is the first without access.
pub fn absence(inventory: &Inventory, principal: &Principal, as_of: Date) -> Option<Absence> {
    match principal.parts() {
        ("person", name) => of_person(inventory, name, as_of),
        ("team", name) => (!inventory.teams.contains_key(name)).then_some(Absence::Unknown),
        (_, name) => match inventory.accounts.get(name).map(|account| account.status) {
            None => Some(Absence::Unknown),
            Some(AccountStatus::Active) => None,
            Some(
                status @ (AccountStatus::Proposed
                | AccountStatus::Suspended
                | AccountStatus::Retired),
            ) => Some(Absence::NotActive(status)),
        },
    }
}

/// The same of a person, by name.
pub fn of_person(inventory: &Inventory, name: &str, as_of: Date) -> Option<Absence> {
    let Some(person) = inventory.people.get(name) else {
        return Some(Absence::Unknown);
    };
    if let Some(left) = person.left.filter(|left| *left <= as_of) {
        return Some(Absence::Left(left));
    }
    let invitation = inventory.invitations.get(name)?;
    match invitation.status {
        InvitationStatus::Pending => Some(Absence::Invited(invitation.since)),
        InvitationStatus::Revoked => Some(Absence::InviteRevoked(invitation.since)),
        // What was before is not kept: before the day of accepting there was no access.
        InvitationStatus::Accepted if invitation.since > as_of => {
            Some(Absence::AcceptedLater(invitation.since))
        }
        InvitationStatus::Accepted => None,
    }
}
