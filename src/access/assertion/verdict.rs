//! How an assertion stands, and why.

use crate::access::ask::{Gate, Missing};
use crate::access::glossary::NoGlossary;
use crate::access::holdings::Holding;
use crate::model::assertion::Given;
use crate::model::entitlement::EntitlementKey;
use crate::model::id::{BoundaryPath, Principal, TeamId};
use crate::model::record::{Kind, RecordId};

/// How an assertion stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    Held,
    Broken(Broken<'a>),
}

/// Why an assertion does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken<'a> {
    /// It is denied, and somebody may: the first of them, and how many there are.
    May(Vec<Breach<'a>>, usize),
    /// It is allowed, and the principal may not; with what is missing, unless that would take too long to find.
    MayNot(Option<Box<Missing<'a>>>),
    /// It proves nothing.
    Idle(Idle<'a>),
}

/// Somebody who would be let through, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach<'a> {
    pub who: Principal,
    pub held: Holding<'a>,
    pub how: How<'a>,
}

/// How far somebody comes who is denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How<'a> {
    Whole,
    /// It is granted to the account, and only this stands before its use.
    Gate(Gate),
    /// The account is suspended here, and live at its provider.
    Suspended,
    /// The account is only proposed: it comes with its rights.
    Proposed,
    /// The person is invited, and may from the day on which the invitation is accepted.
    Invited,
    /// The key that it holds may stand for it: a wildcard, or one that no glossary explains.
    Doubt(&'a EntitlementKey),
}

/// Why an assertion proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle<'a> {
    NoPrincipal(&'a Principal),
    /// Of those in `except`, which one.
    NoException(usize, &'a Principal),
    NoBoundary(&'a BoundaryPath),
    NoGlossary(NoGlossary),
    /// That everybody may is not said of anybody.
    AllowedToAll,
    /// There is nobody to leave out where one principal is named.
    ExceptBesideOne,
    /// The permission depends on the record, and so that nobody may is always true; what is to be given.
    GivenMissing(Given),
    /// Nobody knows who is in which team.
    Tangle(&'a TeamId),
    /// There is more to look at than is looked at.
    TooMuch,
}

impl Idle<'_> {
    /// The record that is missed.
    pub fn missed(&self) -> Option<RecordId> {
        match self {
            Idle::NoPrincipal(one) | Idle::NoException(_, one) => one.as_str().parse().ok(),
            Idle::NoBoundary(at) => Some(RecordId::new(Kind::Boundary, at)),
            Idle::NoGlossary(_)
            | Idle::AllowedToAll
            | Idle::ExceptBesideOne
            | Idle::GivenMissing(_)
            | Idle::Tangle(_)
            | Idle::TooMuch => None,
        }
    }
}
