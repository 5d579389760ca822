//! What an account can really do: an action needs a right at the provider, a right on the platform, and its approval. The
//! rule on half-grants, the matrix and the questions all judge by this.
//!
//! Whether the account is in use is not looked at: `presence` says that.

mod rights;

use crate::access::holdings::Holdings;
use crate::access::terms::Terms;
use crate::model::access::{ActionClass, LevelPolicy, words};
use crate::model::id::{AccountId, BoundaryPath, Principal};

pub use rights::{Places, Rights, Sides};

words! {
    /// Whether one side of the integration allows an action.
    Allows {
        Yes = "yes",
        No = "no",
        /// Something is granted that no glossary explains, or a wildcard: it may be what allows it.
        Unclear = "unclear",
        /// The account has no such side: no platform, and no scope.
        Apart = "apart",
    }
}

words! {
    /// How far an account can do the actions of one class; the farthest first.
    Reach {
        /// Both sides allow it, and it is approved.
        Full = "full",
        /// Both sides allow it, and no approval holds: the systems let it through, and nobody has allowed it.
        Unapproved = "unapproved",
        /// It cannot be told, as a glossary is missing or does not list what is granted.
        Unclear = "unclear",
        /// Only the provider allows it.
        ProviderOnly = "provider-only",
        /// Only the platform allows it.
        PlatformOnly = "platform-only",
        /// Neither side allows it.
        Nothing = "none",
    }
}

/// One action class of an account, and how far it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    pub class: ActionClass,
    pub provider: Allows,
    pub platform: Allows,
    /// Whether an approval of the class holds.
    pub approved: bool,
}

impl Action {
    pub fn reach(self) -> Reach {
        use Allows::{Apart, No, Unclear, Yes};
        match (self.provider, self.platform) {
            (Yes, Yes | Apart) | (Apart, Yes) if self.approved => Reach::Full,
            (Yes, Yes | Apart) | (Apart, Yes) => Reach::Unapproved,
            (Yes, No) => Reach::ProviderOnly,
            (No, Yes) => Reach::PlatformOnly,
            (No, No | Apart) | (Apart, No | Apart) => Reach::Nothing,
            // What one side surely refuses is no half as long as nobody knows what the other lets through.
            (Unclear, _) | (_, Unclear) => Reach::Unclear,
        }
    }
}

/// The action class that is an account's own: the first of its level; reading, where it has none.
pub fn own_class(policy: &LevelPolicy) -> ActionClass {
    policy.actions.first().copied().unwrap_or(ActionClass::Read)
}

/// An account as a principal.
pub fn principal_of(account: &AccountId) -> Principal {
    let name = format!("account/{account}");
    name.parse()
        .expect("the name of an account is that of a principal")
}

/// Every action class of an account at a boundary; where none is named, at the place where each goes farthest.
///
/// A right at one place and one at another are no whole: both sides must allow an action at the same boundary.
pub fn actions<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    principal: &Principal,
    at: Option<&BoundaryPath>,
) -> Vec<Action> {
    let places = Places::of(holdings, terms, principal);
    places.map_or_else(Vec::new, |places| {
        actions_by(&places, holdings, terms, principal, at)
    })
}

/// As [`actions`], by rights that were worked out before.
pub fn actions_by<'a>(
    places: &Places<'a>,
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    principal: &Principal,
    at: Option<&BoundaryPath>,
) -> Vec<Action> {
    let Some(account) = holdings.account(principal) else {
        return Vec::new();
    };
    let policy = terms.level(account.level);
    let sides = match at {
        Some(at) => vec![places.at(at)],
        None => places.all(),
    };
    let judge = |class: &ActionClass| {
        let approved = is_approved(holdings, principal, *class, terms);
        farthest(&sides, policy, *class, approved)
    };
    ActionClass::ALL.iter().map(judge).collect()
}

/// An account's own action, as far as its rights go anywhere; no approval is looked at.
pub fn own_action<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    principal: &Principal,
) -> Option<Action> {
    let account = holdings.account(principal)?;
    let policy = terms.level(account.level);
    let sides = Places::of(holdings, terms, principal)?.all();
    Some(farthest(&sides, policy, own_class(policy), false))
}

fn farthest(sides: &[Sides], policy: &LevelPolicy, class: ActionClass, approved: bool) -> Action {
    let all = sides
        .iter()
        .map(|sides| sides.action(policy, class, approved));
    let nowhere = Sides::default().action(policy, class, approved);
    all.min_by_key(|action| action.reach()).unwrap_or(nowhere)
}

/// Whether an approval of an action class holds on the day.
pub fn is_approved<'a>(
    holdings: &Holdings<'a>,
    principal: &Principal,
    class: ActionClass,
    terms: &dyn Terms<'a>,
) -> bool {
    let mut signed = holdings.approvals(principal);
    signed.any(|(key, approval)| key.action == class && approval.holds(key.on, terms.as_of()))
}
