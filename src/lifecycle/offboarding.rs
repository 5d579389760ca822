//! Somebody leaves: what they own, approved, keep and know, who takes it over, and the changes that make it so. Decides;
//! writes nothing.

mod changes;
mod heirs;
mod secrets;

use std::collections::BTreeMap;

use crate::lifecycle::membership;
use crate::model::access::words;
use crate::model::account::AccountStatus;
use crate::model::date::{Date, Timestamp};
use crate::model::id::{AccountId, ConsumerId, PersonId, Principal, RecipientId, TeamId};
use crate::model::inventory::Inventory;
use crate::model::key::{ApprovalKey, AssignmentKey, VersionKey};
use crate::model::record::{Kind, Record, RecordId};
use crate::model::references;

pub use changes::changes;
pub use heirs::{Heir, Seat, Why};
pub use secrets::{Known, Way};

words! {
    /// What somebody is of an account.
    Part {
        Business = "business",
        Technical = "technical",
        Rotation = "rotation",
        /// Who reviews what it drafts.
        Supervisor = "supervisor",
    }
}

words! {
    /// How the audit trail saw somebody with a secret.
    Hand {
        Revealed = "revealed",
        /// Given to a program of theirs.
        Run = "run",
        /// Given by them to be stored.
        Stored = "stored",
    }
}

/// When somebody last had the value of a version in their hands, and how.
pub type Handed = BTreeMap<(VersionKey, Hand), Timestamp>;

/// Who takes over, where that was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Whatever has no heir of its own.
    pub to: Option<Principal>,
    pub business: Option<Principal>,
    pub technical: Option<Principal>,
    pub rotation: Option<Principal>,
}

/// Who leaves, when, and what there is to know of it.
pub struct Leaving<'a> {
    pub person: &'a PersonId,
    /// The first day without access.
    pub on: Date,
    pub inventory: &'a Inventory,
    pub choice: &'a Choice,
    pub handed: &'a Handed,
    /// Whether a person of the roll is there on that day.
    pub is_there: &'a dyn Fn(&PersonId) -> bool,
}

/// Something that somebody signed, and until when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub record: RecordId,
    pub until: Option<Date>,
    /// Whether they answer for it from now on, rather than having signed it once.
    pub owned: bool,
}

/// A team that somebody is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    pub team: TeamId,
    /// By itself, rather than by a part of it.
    pub is_member: bool,
    /// Whether nobody who is there is left in it.
    pub is_empty: bool,
}

/// What becomes of all that somebody had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What needs another owner.
    pub seats: Vec<Seat>,
    /// What they own by a team that goes on owning it.
    pub through: Vec<(AccountId, Part, TeamId)>,
    pub secrets: Vec<Known>,
    /// What they approved and is not over, and until when.
    pub approvals: Vec<(ApprovalKey, Option<Date>)>,
    /// Their keys that open the secrets.
    pub recipients: Vec<RecipientId>,
    /// What they use by hand.
    pub consumers: Vec<ConsumerId>,
    pub assignments: Vec<AssignmentKey>,
    pub teams: Vec<Joined>,
    pub signed: Vec<Signed>,
    /// Other records that name them.
    pub named: Vec<RecordId>,
}

impl Report {
    /// The seats that nobody would take, of those that an account has to have.
    pub fn orphans(&self) -> impl Iterator<Item = &Seat> {
        let vacant = self.seats.iter().filter(|seat| seat.heir.is_none());
        vacant.filter(|seat| match seat.part {
            Part::Business | Part::Technical => true,
            Part::Rotation | Part::Supervisor => false,
        })
    }
}

impl Leaving<'_> {
    /// Whether a principal is whoever leaves.
    fn is_them(&self, principal: &Principal) -> bool {
        principal.parts() == ("person", self.person.as_str())
    }

    /// Whether a principal can take something over: somebody else who is there, or a team with such a one.
    pub fn is_fit(&self, principal: &Principal) -> bool {
        match principal.parts() {
            ("person", name) => {
                let known = self.inventory.people.get_key_value(name);
                known.is_some_and(|(id, _)| self.is_other(id))
            }
            ("team", name) => {
                membership::has(&self.inventory.teams, name, &|person| self.is_other(person))
            }
            _ => false,
        }
    }

    fn is_other(&self, person: &PersonId) -> bool {
        person != self.person
            && self.inventory.people.contains_key(person)
            && (self.is_there)(person)
    }

    fn is_over(&self, until: Option<Date>) -> bool {
        until.is_some_and(|until| until < self.on)
    }
}

/// What somebody leaves behind, and who takes it over.
pub fn report(leaving: &Leaving<'_>) -> Report {
    let roll = leaving.inventory;
    let (seats, through) = heirs::seats(leaving);
    let approvals = roll.approvals.iter();
    let approvals = approvals
        .filter(|(_, approval)| leaving.is_them(&approval.by) && !leaving.is_over(approval.until));
    let is_theirs = |person: &Option<PersonId>| person.as_ref() == Some(leaving.person);
    let recipients = roll.recipients.iter();
    let recipients = recipients.filter(|(_, recipient)| is_theirs(&recipient.person));
    let consumers = roll.consumers.iter();
    let consumers = consumers.filter(|(_, consumer)| is_theirs(&consumer.person));
    let assignments = roll.assignments.keys();
    let assignments = assignments.filter(|key| leaving.is_them(&key.principal));
    Report {
        seats,
        through,
        secrets: secrets::known(leaving),
        approvals: approvals
            .map(|(key, approval)| (key.clone(), approval.until))
            .collect(),
        recipients: recipients.map(|(id, _)| id.clone()).collect(),
        consumers: consumers.map(|(id, _)| id.clone()).collect(),
        assignments: assignments.cloned().collect(),
        teams: teams(leaving),
        signed: signed(leaving),
        named: named(leaving),
    }
}

fn teams(leaving: &Leaving<'_>) -> Vec<Joined> {
    let all = membership::teams_of(&leaving.inventory.teams, leaving.person);
    let joined = membership::joined(&leaving.inventory.teams, leaving.person);
    let is_other = |person: &PersonId| leaving.is_other(person);
    let of = |team: &TeamId| Joined {
        team: team.clone(),
        is_member: joined.contains(&team),
        is_empty: !membership::has(&leaving.inventory.teams, team.as_str(), &is_other),
    };
    all.into_iter().map(of).collect()
}

/// The waivers and risks that they answer for, and the decisions that they took.
fn signed(leaving: &Leaving<'_>) -> Vec<Signed> {
    let roll = leaving.inventory;
    let waivers = roll.waivers.iter().filter(|(_, waiver)| {
        let is_theirs = waiver.owner.as_ref().is_some_and(|p| leaving.is_them(p));
        is_theirs && !leaving.is_over(waiver.until)
    });
    let risks = roll
        .residual_risks
        .iter()
        .filter(|(_, risk)| leaving.is_them(&risk.owner) && !leaving.is_over(Some(risk.until)));
    let decisions = roll.decisions.iter();
    let decisions = decisions.filter(|(_, decision)| leaving.is_them(&decision.by));
    let waivers = waivers.map(|(key, waiver)| Signed {
        record: RecordId::new(Kind::Waiver, key),
        until: waiver.until,
        owned: true,
    });
    let risks = risks.map(|(key, risk)| Signed {
        record: RecordId::new(Kind::ResidualRisk, key),
        until: Some(risk.until),
        owned: true,
    });
    let decisions = decisions.map(|(key, _)| Signed {
        record: RecordId::new(Kind::Decision, key),
        until: None,
        owned: false,
    });
    waivers.chain(risks).chain(decisions).collect()
}

/// What else names them: as the administrator of an environment, or in an assertion.
fn named(leaving: &Leaving<'_>) -> Vec<RecordId> {
    let roll = leaving.inventory;
    let platforms = roll.platforms.iter();
    let platforms = platforms.map(|(key, body)| Record::from((key.clone(), body.clone())));
    let providers = roll.providers.iter();
    let providers = providers.map(|(key, body)| Record::from((key.clone(), body.clone())));
    let assertions = roll.assertions.iter();
    let assertions = assertions.map(|(key, body)| Record::from((key.clone(), body.clone())));
    let them = RecordId::new(Kind::Person, leaving.person);
    let all = platforms.chain(providers).chain(assertions);
    all.filter(|record| {
        references::of(record)
            .iter()
            .any(|named| named.record == them)
    })
    .map(|record| record.id())
    .collect()
}

/// Whether an account still needs owners.
fn is_in_use(status: AccountStatus) -> bool {
    match status {
        AccountStatus::Proposed | AccountStatus::Active | AccountStatus::Suspended => true,
        AccountStatus::Retired => false,
    }
}

#[cfg(test)]
mod tests;
