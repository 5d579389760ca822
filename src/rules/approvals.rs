//! What was approved for each account, and what of an account is not approved on the day that is judged.

use std::collections::{BTreeSet, HashMap};

use crate::catalog::Standing;
use crate::model::access::{ActionClass, Effect, Need, Requirement};
use crate::model::account::{Account, AccountStatus};
use crate::model::approval::Approval;
use crate::model::date::Date;
use crate::model::entitlement::EntitlementKey;
use crate::model::finding::FieldPath;
use crate::model::id::AccountId;
use crate::model::key::ApprovalKey;
use crate::model::record::RecordId;
use crate::rules::facts::Facts;
use crate::rules::grants::{Grants, Holder, Origin};

/// An approval and its key.
pub(super) type Signed<'a> = (&'a ApprovalKey, &'a Approval);

/// Every account's approvals.
pub(super) struct Approvals<'a> {
    all: Vec<Signed<'a>>,
    /// From where to where the approvals of each account stand, in the order of the accounts.
    spans: Vec<(u32, u32)>,
    /// What approvals name, by account: looked up, as a hostile file names much and often.
    named: HashMap<(&'a AccountId, &'a EntitlementKey), Named<'a>>,
    /// What needs an approval and has none that holds.
    pub open: Vec<Open<'a>>,
}

/// What the approvals of an account say of an entitlement that they name.
#[derive(Default)]
pub(super) struct Named<'a> {
    state: State<'a>,
    /// The actions of the approvals that hold.
    pub actions: BTreeSet<ActionClass>,
}

/// Something of an account that needs an approval and has none that holds.
pub(super) struct Open<'a> {
    pub id: &'a AccountId,
    pub account: &'a Account,
    pub wanted: Wanted<'a>,
    /// The approval that held last, and its last day.
    pub ended: Option<(Signed<'a>, Date)>,
}

/// What needs an approval.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// An action class of the account's level, or read.
    Action(ActionClass),
    /// A permission that the least-privilege map allows with an approval that names it.
    Permission(Granted<'a>, &'a Requirement),
    /// A right to take data out, which an approval has to name.
    Egress(Granted<'a>),
}

/// An entitlement and what gives it to its account.
#[derive(Clone, Copy)]
pub(super) struct Granted<'a> {
    pub key: &'a EntitlementKey,
    pub origin: Origin<'a>,
    at: usize,
}

impl Granted<'_> {
    /// The record and the field that give it to an account.
    pub fn place(&self, account: &AccountId) -> (RecordId, FieldPath) {
        self.origin.place(account, self.at)
    }
}

impl<'a> Approvals<'a> {
    pub fn of(facts: &Facts<'a>) -> Approvals<'a> {
        let all: Vec<Signed<'a>> = facts.inventory.approvals.iter().collect();
        let mut at = 0;
        let spans = facts.accounts().map(|(id, _)| {
            // Both stand in the order of the accounts' names.
            let mut pass = |goes: &dyn Fn(&AccountId) -> bool| {
                at += all[at..]
                    .iter()
                    .take_while(|(key, _)| goes(&key.account))
                    .count();
                at as u32
            };
            (
                pass(&|account| account < id),
                pass(&|account| account == id),
            )
        });
        let mut approvals = Approvals {
            spans: spans.collect(),
            named: named(&all, facts.as_of),
            open: Vec::new(),
            all,
        };
        approvals.open = approvals.look(facts);
        approvals
    }

    /// The approvals of each account, in the order of [`Facts::accounts`].
    pub fn lists(&self) -> impl Iterator<Item = &[Signed<'a>]> {
        let spans = self.spans.iter();
        spans.map(|(from, to)| &self.all[*from as usize..*to as usize])
    }

    /// What an account's approvals say of an entitlement; none where none names it.
    pub fn named(&self, id: &'a AccountId, key: &'a EntitlementKey) -> Option<&Named<'a>> {
        self.named.get(&(id, key))
    }

    fn look(&self, facts: &Facts<'a>) -> Vec<Open<'a>> {
        let grants = facts.grants();
        let mut open = Vec::new();
        for (holder, list) in grants.holders.iter().zip(self.lists()) {
            if !is_due(holder.account) {
                continue;
            }
            for wanted in wanted(facts, grants, holder) {
                let state = match &wanted {
                    Wanted::Action(action) => {
                        let own = list.iter().filter(|(key, _)| key.action == *action);
                        own.fold(State::Absent, |state, signed| {
                            state.with(*signed, facts.as_of)
                        })
                    }
                    Wanted::Permission(granted, _) | Wanted::Egress(granted) => self
                        .named(holder.id, granted.key)
                        .map_or(State::Absent, |named| named.state),
                };
                let ended = match state {
                    State::Holds => continue,
                    State::Ended(signed, until) => Some((signed, until)),
                    State::Absent => None,
                };
                open.push(Open {
                    id: holder.id,
                    account: holder.account,
                    wanted,
                    ended,
                });
            }
        }
        open
    }
}

fn named<'a>(
    all: &[Signed<'a>],
    as_of: Date,
) -> HashMap<(&'a AccountId, &'a EntitlementKey), Named<'a>> {
    let mut out: HashMap<_, Named<'a>> = HashMap::new();
    for signed in all {
        let (key, approval) = *signed;
        for permission in &approval.permissions {
            let named = out.entry((&key.account, permission)).or_default();
            named.state = named.state.with(*signed, as_of);
            if holds(signed, as_of) {
                named.actions.insert(key.action);
            }
        }
    }
    out
}

/// Whether the account must be approved by now: one that is only proposed waits for it.
fn is_due(account: &Account) -> bool {
    match account.status {
        AccountStatus::Active | AccountStatus::Suspended => true,
        AccountStatus::Proposed | AccountStatus::Retired => false,
    }
}

/// What of an account needs an approval.
fn wanted<'s, 'a>(
    facts: &Facts<'a>,
    grants: &'s Grants<'a>,
    holder: &'s Holder<'a>,
) -> impl Iterator<Item = Wanted<'a>> + use<'s, 'a> {
    let policy = facts.policy.levels().policy(holder.account.level);
    let actions = policy.actions.iter().copied();
    let actions = std::iter::once(ActionClass::Read).chain(actions);
    let named = grants.lists(holder).flat_map(|(granted, list)| {
        let origin = granted.origin;
        list.iter().enumerate().filter_map(move |(at, grant)| {
            let known = grant.known.filter(|_| !grant.wildcard)?;
            let key = grant.key;
            let granted = Granted { key, origin, at };
            match known.standing {
                Standing::Named(line) if line.need == Need::NeedsApproval => {
                    Some(Wanted::Permission(granted, line))
                }
                Standing::Named(_) | Standing::Fits | Standing::Exceeds => {
                    let exports = known.entitlement.effect == Effect::Egress;
                    exports.then_some(Wanted::Egress(granted))
                }
                Standing::Forbidden(_) => None,
            }
        })
    });
    actions.map(Wanted::Action).chain(named)
}

/// Whether something is approved.
#[derive(Clone, Copy, Default)]
enum State<'a> {
    Holds,
    /// The approval that held last, and its last day.
    Ended(Signed<'a>, Date),
    /// By nothing that has begun.
    #[default]
    Absent,
}

impl<'a> State<'a> {
    /// The state with one more approval of the same.
    fn with(self, signed: Signed<'a>, as_of: Date) -> State<'a> {
        let (key, approval) = signed;
        match (self, approval.until) {
            (State::Holds, _) => State::Holds,
            (state, _) if key.on > as_of => state,
            (State::Ended(_, end), Some(until)) if until < as_of && until <= end => self,
            (_, Some(until)) if until < as_of => State::Ended(signed, until),
            (_, Some(_) | None) => State::Holds,
        }
    }
}

/// Whether an approval holds on a day: it was given by then, and its last day is not past.
pub(super) fn holds((key, approval): &Signed<'_>, as_of: Date) -> bool {
    approval.holds(key.on, as_of)
}
