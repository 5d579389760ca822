//! One change in access, as a value: whose, what, and which way it turns.

use std::fmt;
use std::sync::Arc;

use crate::model::access::{ActionClass, Condition, Effect, Level, words};
use crate::model::account::AccountStatus;
use crate::model::entitlement::{EntitlementKey, Side};
use crate::model::id::{BoundaryPath, Principal};
use crate::model::record::RecordId;

words! {
    /// Which way a change turns.
    Turn {
        Gained = "gained",
        Widened = "widened",
        Raised = "raised",
        Extended = "extended",
        Loosened = "loosened",
        Lost = "lost",
        Narrowed = "narrowed",
        Lowered = "lowered",
        Shortened = "shortened",
        Tightened = "tightened",
        /// Access elsewhere: something is gained there and lost here.
        Moved = "moved",
        /// Worth knowing; nobody may do more or less for it.
        Changed = "changed",
    }
}

impl Turn {
    /// Whether somebody may do more than before.
    pub fn gains(self) -> bool {
        match self {
            Turn::Gained | Turn::Widened | Turn::Raised | Turn::Extended | Turn::Loosened => true,
            Turn::Lost | Turn::Narrowed | Turn::Lowered | Turn::Shortened | Turn::Tightened => {
                false
            }
            Turn::Moved => true,
            Turn::Changed => false,
        }
    }

    /// Whether somebody may do less than before.
    pub fn loses(self) -> bool {
        self == Turn::Moved || self.back().gains()
    }

    /// The turn of the change that takes this one back.
    pub fn back(self) -> Turn {
        match self {
            Turn::Gained => Turn::Lost,
            Turn::Widened => Turn::Narrowed,
            Turn::Raised => Turn::Lowered,
            Turn::Extended => Turn::Shortened,
            Turn::Loosened => Turn::Tightened,
            Turn::Lost => Turn::Gained,
            Turn::Narrowed => Turn::Widened,
            Turn::Lowered => Turn::Raised,
            Turn::Shortened => Turn::Extended,
            Turn::Tightened => Turn::Loosened,
            Turn::Moved => Turn::Moved,
            Turn::Changed => Turn::Changed,
        }
    }
}

words! {
    /// What has one value before and another after, beside grants and levels.
    Aspect {
        Provider = "provider",
        Platform = "platform",
        Endpoint = "endpoint",
        /// Addresses that a system accepts.
        Allowlist = "allowlist",
        /// The account whose secret is used to rotate and revoke.
        Admin = "admin",
        Identity = "identity",
        Consumer = "consumer",
        /// Who uses a consumer's credential by hand.
        Person = "person",
        Host = "host",
        Tool = "agent-tool",
        EndpointSlice = "endpoint-slice",
        TenantEnabled = "tenant-enabled",
        Field = "writable-field",
        Control = "control",
        Approval = "approval",
        Decision = "decision",
        Expiry = "expiry",
        Left = "left",
        /// How the invitation of a person stands.
        Invitation = "invitation",
        Member = "member",
        /// A team within a team.
        Part = "part",
        /// Of a role that nobody holds.
        RolePermission = "role-permission",
        BusinessOwner = "business-owner",
        TechnicalOwner = "technical-owner",
        RotationOwner = "rotation-owner",
        /// What an assertion expects.
        Assertion = "assertion",
        /// Whom it leaves out.
        Except = "except",
        /// The glossary that it is read by.
        Glossary = "glossary",
    }
}

/// Where a grant holds: a boundary, or none where none is given. None is a fault that a rule reports; it holds nothing
/// below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub Option<BoundaryPath>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(path) => write!(f, "{path}"),
            None => f.write_str("(no boundary)"),
        }
    }
}

/// An entitlement, and what the glossary says it does; none where it says nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entitled {
    pub key: EntitlementKey,
    pub effect: Option<Effect>,
}

/// Entitlements that change their reach alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The provider's are permissions, the platform's are scopes.
    pub side: Side,
    /// Sorted, at least one.
    pub entitlements: Vec<Entitled>,
    /// Where it held, as far as that changes; empty where it is gained.
    pub from: Arc<[Place]>,
    /// Where it holds now, as far as that changes; empty where it is lost.
    pub to: Arc<[Place]>,
    /// The roles that give or gave it, each behind its team where it comes by one; none where the account has it itself.
    pub via: Arc<[RecordId]>,
}

/// What a glossary says of an entitlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    pub effect: Effect,
    pub conditions: Vec<Condition>,
}

impl fmt::Display for Rating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.effect)?;
        self.conditions.iter().try_for_each(|c| write!(f, ", {c}"))
    }
}

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The account itself.
    Account {
        from: Option<AccountStatus>,
        to: Option<AccountStatus>,
    },
    Level {
        from: Option<Level>,
        to: Option<Level>,
        /// Action classes that the new level has and the old one had not, and the reverse.
        gained: Vec<ActionClass>,
        lost: Vec<ActionClass>,
    },
    Grant(Grant),
    /// One value for another; one of a list has only a before or an after.
    Value {
        aspect: Aspect,
        /// Which of several: the environment of an endpoint, the action class or the entitlement of an approval, the
        /// boundary of a decision, the key of a control.
        of: Option<String>,
        from: Option<String>,
        to: Option<String>,
    },
    /// What a glossary says that an entitlement does.
    Effect {
        key: EntitlementKey,
        from: Option<Rating>,
        to: Option<Rating>,
    },
}

/// A change in access, at the record where it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub record: RecordId,
    pub turn: Turn,
    pub what: What,
    /// Whom it concerns, where that is not the record itself: whoever holds a role, or is at a provider.
    pub holders: Arc<[Principal]>,
}

impl Change {
    /// How many changes it is: one for each entitlement.
    pub fn weight(&self) -> usize {
        match &self.what {
            What::Grant(grant) => grant.entitlements.len(),
            What::Account { .. }
            | What::Level { .. }
            | What::Value { .. }
            | What::Effect { .. } => 1,
        }
    }

    /// How many bytes it takes to tell, about: a row for each entitlement, in each of them all that it names.
    pub(super) fn told(&self) -> usize {
        let names = self.holders.iter().map(|holder| named(holder.as_str()));
        let row = row(&self.record.name) + names.sum::<usize>();
        let text = |text: &Option<String>| text.as_ref().map_or(0, |text| named(text));
        match &self.what {
            What::Account { .. } | What::Level { .. } => row,
            What::Grant(grant) => grant.told(row),
            What::Value { of, from, to, .. } => row + text(of) + text(from) + text(to),
            What::Effect { key, .. } => row + named(key.as_str()),
        }
    }
}

impl Grant {
    /// As [`Change::told`], where each row takes so much beside what is named here.
    pub(super) fn told(&self, row: usize) -> usize {
        let place = |place: &Place| named(place.0.as_ref().map_or("", BoundaryPath::as_str));
        let places = self.from.iter().chain(&*self.to).map(place);
        let via = self.via.iter().map(|giver| named(&giver.name));
        let each = row + places.sum::<usize>() + via.sum::<usize>();
        let keys = self.entitlements.iter();
        let keys: usize = keys.map(|entitled| named(entitled.key.as_str())).sum();
        self.entitlements.len().saturating_mul(each) + keys
    }
}

/// What a row of `record` takes beside what it names, with its keys as JSON has them.
pub(super) fn row(record: &str) -> usize {
    256 + record.len()
}

/// What a name takes in a list, with its quotes and its line.
pub(super) fn named(name: &str) -> usize {
    16 + name.len()
}

/// How many changes turn which way, each entitlement counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub gains: usize,
    pub losses: usize,
    pub moves: usize,
    pub others: usize,
}

impl Count {
    pub fn add(&mut self, turn: Turn, weight: usize) {
        let side = match (turn.gains(), turn.loses()) {
            (true, false) => &mut self.gains,
            (false, true) => &mut self.losses,
            (true, true) => &mut self.moves,
            (false, false) => &mut self.others,
        };
        *side += weight;
    }

    pub fn total(self) -> usize {
        self.gains + self.losses + self.moves + self.others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_taken_back_turns_the_other_way() {
        for turn in Turn::ALL {
            assert_eq!(turn.back().back(), *turn);
            assert_eq!(turn.gains(), turn.back().loses(), "{turn}");
        }
    }
}
