//! What must have been proven of an account's current version, and what was.

use std::collections::BTreeMap;

use crate::lifecycle::whereabouts::Elsewhere;
use crate::model::account::{Account, AccountStatus};
use crate::model::credential::Version;
use crate::model::date::Date;
use crate::model::entitlement::Side;
use crate::model::id::AccountId;
use crate::model::probe::ProbeKind;
use crate::rules::Facts;
use crate::rules::history::{Past, Tested};

/// The proofs of one account.
pub(super) struct Proofs<'f, 'a> {
    pub id: &'a AccountId,
    pub account: &'a Account,
    pub past: &'f Past<'a>,
    /// The current version.
    pub number: u32,
    pub version: &'a Version,
    /// What must be proven, in the order in which it is tested.
    pub needed: Vec<Proof<'f>>,
}

/// One thing that must be proven.
#[derive(Clone, Copy)]
pub(super) struct Proof<'f> {
    pub side: Side,
    pub probe: ProbeKind,
    /// What the tests of it said; none where there was none.
    pub tested: Option<&'f Tested>,
    /// The last test of it that was of another place.
    pub moved: Option<&'f (Date, Elsewhere)>,
}

impl<'f> Proof<'f> {
    /// What is known of one thing that must be proven.
    pub fn of(past: &'f Past<'_>, side: Side, probe: ProbeKind) -> Proof<'f> {
        Proof {
            side,
            probe,
            tested: past.tests.get(&(side, probe)),
            moved: past.moved.get(&(side, probe)),
        }
    }

    /// Whether it proves who the account is; the others prove what it may do.
    pub fn is_authentication(&self) -> bool {
        match self.probe {
            ProbeKind::Authenticate => true,
            ProbeKind::Discover
            | ProbeKind::Read
            | ProbeKind::Write
            | ProbeKind::Foreign
            | ProbeKind::Forbidden
            | ProbeKind::Audit
            | ProbeKind::Session => false,
        }
    }
}

/// The accounts in use whose current version is known, with their proofs. What is only proposed, is suspended or retired
/// has none to give.
pub(super) fn all<'f, 'a>(facts: &'f Facts<'a>) -> impl Iterator<Item = Proofs<'f, 'a>> {
    let in_use = facts
        .accounts()
        .filter(|(_, account)| match account.status {
            AccountStatus::Active => true,
            AccountStatus::Proposed | AccountStatus::Suspended | AccountStatus::Retired => false,
        });
    in_use.filter_map(|(id, account)| of(facts, id, account))
}

/// The proofs of one account, whatever its status; none where its current version is not known.
pub(super) fn of<'f, 'a>(
    facts: &'f Facts<'a>,
    id: &'a AccountId,
    account: &'a Account,
) -> Option<Proofs<'f, 'a>> {
    let past = facts.history().account(id.as_str());
    let (number, version) = past.current?;
    Some(Proofs {
        id,
        account,
        past,
        number,
        version,
        needed: needed(facts, account, past),
    })
}

/// The tests that prove what an account can and cannot do, in their order. A write changes something, an audit record
/// follows from one, and a session is held while a version is revoked: none of them is asked for.
const ASKED: [ProbeKind; 5] = [
    ProbeKind::Authenticate,
    ProbeKind::Discover,
    ProbeKind::Read,
    ProbeKind::Foreign,
    ProbeKind::Forbidden,
];

/// At the provider a logon and a read, and whatever else it declares a probe for; at the platform what it declares.
fn needed<'f>(facts: &Facts<'_>, account: &Account, past: &'f Past<'_>) -> Vec<Proof<'f>> {
    let proof = |side, probe| Proof::of(past, side, probe);
    let has_foreign = account
        .canary
        .as_ref()
        .is_some_and(|canary| canary.hidden.is_some());
    // Whoever administers others is granted nothing that a probe of theirs could show.
    let is_granted = !account.permissions.is_empty() || !account.scopes.is_empty();
    let can_be_asked = |probe: &ProbeKind| match probe {
        ProbeKind::Authenticate => true,
        ProbeKind::Foreign => is_granted && has_foreign,
        ProbeKind::Discover
        | ProbeKind::Read
        | ProbeKind::Forbidden
        | ProbeKind::Write
        | ProbeKind::Audit
        | ProbeKind::Session => is_granted,
    };
    let mut needed = Vec::new();

    let provider = facts.inventory.providers.get(&account.provider);
    let declares = |probe| provider.is_some_and(|provider| provider.test.contains_key(&probe));
    for probe in ASKED.into_iter().filter(can_be_asked) {
        match probe {
            // Where a read is the only way to ask, one that is allowed was a logon too.
            ProbeKind::Authenticate if declares(ProbeKind::Read) && !declares(probe) => {
                let read = proof(Side::Provider, ProbeKind::Read);
                let logon = proof(Side::Provider, probe);
                let tested = logon.tested.or(read.tested);
                let moved = logon.moved.or(read.moved);
                needed.push(Proof {
                    tested,
                    moved,
                    ..logon
                });
            }
            ProbeKind::Authenticate | ProbeKind::Read => {
                needed.push(proof(Side::Provider, probe));
            }
            ProbeKind::Discover
            | ProbeKind::Foreign
            | ProbeKind::Forbidden
            | ProbeKind::Write
            | ProbeKind::Audit
            | ProbeKind::Session => {
                if declares(probe) {
                    needed.push(proof(Side::Provider, probe));
                }
            }
        }
    }

    let platform = facts.inventory.platform_of(account);
    let platform = platform.and_then(|id| facts.inventory.platforms.get(id));
    let platform =
        platform.filter(|platform| platform.environment.contains_key(&account.environment));
    let declares = |probe: &ProbeKind| {
        platform.is_some_and(|platform| platform.test.contains_key(probe)) && can_be_asked(probe)
    };
    let declared = ASKED.into_iter().filter(declares);
    needed.extend(declared.map(|probe| proof(Side::Platform, probe)));
    needed
}

impl Proofs<'_, '_> {
    /// How to prove what is missing: by the program where all of it has a probe, else by hand.
    pub fn way(&self, facts: &Facts<'_>, missing: &[Proof<'_>]) -> String {
        let id = self.id;
        let provider = facts.inventory.providers.get(&self.account.provider);
        let by_hand = missing.iter().find(|proof| match proof.side {
            Side::Provider => provider.is_none_or(|provider| {
                let declares = |probe| provider.test.contains_key(&probe);
                let by_read = proof.is_authentication() && declares(ProbeKind::Read);
                !declares(proof.probe) && !by_read
            }),
            // What has no probe there is not asked for.
            Side::Platform => false,
        });
        match by_hand {
            None => format!("keyroll test {id}"),
            Some(proof) => format!(
                "declare a probe, [provider.{}.test.{}], then: keyroll test {id}; or test it by hand: keyroll evidence \
                 add {id} {} --outcome pass --file FILE",
                self.account.provider, proof.probe, proof.probe
            ),
        }
    }
}

/// What was to be proven, in words: `read`, or `read` at the platform.
pub(super) fn told(proofs: &[Proof<'_>]) -> String {
    let told = proofs.iter().map(|proof| match proof.side {
        Side::Provider => format!("`{}`", proof.probe),
        Side::Platform => format!("`{}` at the platform", proof.probe),
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Why tests that there are prove nothing of what is missing: they were of another place. Each reason once, with its last day.
pub(super) fn moved(missing: &[Proof<'_>]) -> String {
    let untested = missing.iter().filter(|proof| proof.tested.is_none());
    let mut reasons: BTreeMap<&Elsewhere, Date> = BTreeMap::new();
    for (on, elsewhere) in untested.filter_map(|proof| proof.moved) {
        let last = reasons.entry(elsewhere).or_insert(*on);
        *last = (*last).max(*on);
    }
    let told = reasons
        .into_iter()
        .map(|(elsewhere, on)| format!("; a test of {on} does not count: {elsewhere}"));
    told.collect()
}
