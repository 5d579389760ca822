//! What an account can really do: an action needs a right at the provider, a right on the platform, and its approval. The
//! rule on half-grants, the matrix and the questions all judge by this.

use crate::access::holdings::{Holding, Holdings};
use crate::access::terms::Terms;
use crate::model::access::{ActionClass, words};
use crate::model::account::Account;
use crate::model::entitlement::{CatalogName, Side};
use crate::model::id::{BoundaryPath, Principal};

words! {
    /// Whether one side of the integration allows an action.
    Allows {
        Yes = "yes",
        No = "no",
        /// Something is granted that no glossary explains: it may be what allows it.
        Unclear = "unclear",
        /// The account has no such side: no platform, and no scope.
        Apart = "apart",
    }
}

words! {
    /// How far an account can do the actions of one class.
    Reach {
        /// Both sides allow it, and it is approved.
        Full = "full",
        /// Both sides allow it, and no approval holds: the systems let it through, and nobody has allowed it.
        Unapproved = "unapproved",
        /// Only the provider allows it.
        ProviderOnly = "provider-only",
        /// Only the platform allows it.
        PlatformOnly = "platform-only",
        /// It cannot be told, as a glossary is missing or does not list what is granted.
        Unclear = "unclear",
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
            // What one side surely refuses, no doubt on the other can allow.
            (Unclear, No) | (No, Unclear) => Reach::Nothing,
            (Unclear, Yes | Unclear | Apart) | (Yes | Apart, Unclear) => Reach::Unclear,
        }
    }
}

/// A set of action classes, and whether something could not be told.
#[derive(Clone, Copy, Default)]
struct Sides {
    classes: u16,
    unclear: bool,
}

impl Sides {
    fn allows(self, class: ActionClass) -> Allows {
        if self.classes & bit(class) != 0 {
            Allows::Yes
        } else if self.unclear {
            Allows::Unclear
        } else {
            Allows::No
        }
    }
}

fn bit(class: ActionClass) -> u16 {
    1 << class as u16
}

/// Every action class of an account at a boundary, or anywhere where none is named.
pub fn actions<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    principal: &Principal,
    at: Option<&BoundaryPath>,
) -> Vec<Action> {
    let Some(account) = holdings.account(principal) else {
        return Vec::new();
    };
    let held = holdings.all(principal);
    let here = |held: &&Holding<'a>| match at {
        Some(at) => held.reaches(at),
        None => held.at.is_some(),
    };
    let here: Vec<&Holding<'a>> = held.iter().filter(here).collect();
    let [provider, platform] = [Side::Provider, Side::Platform].map(|side| {
        let (catalog, own) = match side {
            Side::Provider => (
                holdings.provider_catalog(account),
                account.permissions.len(),
            ),
            Side::Platform => (holdings.platform_catalog(account), account.scopes.len()),
        };
        side_of(&here, terms, account, catalog, own > 0)
    });
    // Scopes held elsewhere make it an account of two sides here too.
    let name = holdings.platform_catalog(account);
    let is_scope = |held: &Holding<'a>| {
        held.at.is_some() && !held.keys.is_empty() && name.is_some() && held.catalog == name
    };
    let has_platform =
        account.platform.is_some() || !account.scopes.is_empty() || held.iter().any(is_scope);
    let policy = terms.level(account.level);
    let own = policy.actions.first().copied();
    let judge = |class: &ActionClass| {
        // The further actions of a level have no effect of their own: the same rights carry them.
        let known = match policy.actions.contains(class) {
            true => own.unwrap_or(*class),
            false => *class,
        };
        // A level that does not write at the provider needs only to read there.
        let there = match policy.writes || !policy.actions.contains(class) {
            true => known,
            false => ActionClass::Read,
        };
        let allows =
            |sides: Option<Sides>, class| sides.map_or(Allows::Unclear, |s| s.allows(class));
        Action {
            class: *class,
            provider: allows(provider, there),
            platform: match has_platform {
                true => allows(platform, known),
                false => Allows::Apart,
            },
            approved: is_approved(holdings, principal, *class, terms),
        }
    };
    ActionClass::ALL.iter().map(judge).collect()
}

/// What the rights of one side allow; none where there are some and no glossary.
fn side_of<'a>(
    here: &[&Holding<'a>],
    terms: &dyn Terms<'a>,
    account: &Account,
    name: Option<&CatalogName>,
    has_own: bool,
) -> Option<Sides> {
    let Some(name) = name else {
        return (!has_own).then(Sides::default);
    };
    let catalog = terms.glossary(name)?;
    let mut sides = Sides::default();
    for key in here
        .iter()
        .filter(|held| held.catalog == Some(name))
        .flat_map(|held| held.keys)
    {
        match catalog.entitlements.get(key) {
            Some(known) => {
                let class = terms.action_at(account.level, known.effect);
                sides.classes |= class.map_or(0, bit);
            }
            None => sides.unclear = true,
        }
    }
    Some(sides)
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
