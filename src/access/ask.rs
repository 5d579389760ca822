//! The answer to one question: may this principal do that there; by what, or what is missing.

use std::fmt;

use crate::access::effective::{self, Action, Allows, Places, Reach};
use crate::access::holdings::{Holding, Holdings};
use crate::access::presence::{Absence, absence};
use crate::access::terms::Terms;
use crate::model::access::{ActionClass, Condition, Effect, Standing};
use crate::model::entitlement::{CatalogName, Entitlement, EntitlementKey, Side};
use crate::model::id::{BoundaryPath, Principal, RoleId};

/// Who, what, where. The glossary lists the permission, and the boundary is in the tree: whoever asks has seen to that.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    pub principal: &'q Principal,
    pub catalog: &'q CatalogName,
    pub permission: &'q EntitlementKey,
    pub at: &'q BoundaryPath,
    /// Whether the record that is touched is the principal's own.
    pub own: bool,
    /// Whether it is not resolved yet.
    pub unresolved: bool,
}

/// Why what is granted cannot be used, or must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// The other side does not allow the action; which one that is.
    Half(Side, ActionClass),
    /// It cannot be told whether the other side does.
    Unclear(Side, ActionClass),
    Unapproved(ActionClass),
    /// Only an approval that names the entitlement would do.
    Unnamed(Effect),
    /// No action class covers it, so that nobody can have approved it.
    Uncovered(Effect),
    /// The account's level has it never, or the least-privilege map forbids it there: no approval brings it in.
    Forbidden(Effect),
}

/// What is missing for a yes: the nearest thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing<'a> {
    /// The principal is not there, or not yet, or no more.
    Absent(Absence),
    /// It is granted, under a condition that was not said to hold.
    Condition(Holding<'a>, Condition),
    /// It is granted to the account, and the rest of its path is not.
    Gate(Holding<'a>, Gate),
    /// Something is held here that may stand for it, and no glossary says whether it does: a wildcard, or a key that is not
    /// listed.
    Doubt(Holding<'a>, &'a EntitlementKey),
    /// It is held at other boundaries, the nearest first.
    Elsewhere(Vec<Holding<'a>>),
    /// Nothing that it holds gives it; what it holds here, and the roles that would give it.
    NotGranted {
        here: Vec<Holding<'a>>,
        giving: Vec<&'a RoleId>,
    },
}

/// Yes, with what gives it, or no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    Yes(Holding<'a>),
    No(Missing<'a>),
}

impl Answer<'_> {
    pub fn is_yes(&self) -> bool {
        matches!(self, Answer::Yes(_))
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let granted = |side: Side| match side {
            Side::Provider => "no permission at the provider allows",
            Side::Platform => "no scope on the platform allows",
        };
        match self {
            Gate::Half(side, class) => write!(f, "{} `{class}`", granted(*side)),
            Gate::Unclear(side, class) => {
                write!(f, "it cannot be told whether the {side} allows `{class}`")
            }
            Gate::Unapproved(class) => write!(f, "no approval of `{class}` holds"),
            Gate::Unnamed(effect) => {
                write!(f, "`{effect}` needs an approval that names the permission")
            }
            Gate::Uncovered(effect) => write!(f, "no action class covers `{effect}`"),
            Gate::Forbidden(effect) => {
                write!(
                    f,
                    "no approval brings `{effect}` by this right into the account's level"
                )
            }
        }
    }
}

/// Answers a question.
pub fn ask<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    question: &Question<'_>,
) -> Answer<'a> {
    ask_by(holdings, terms, question, None)
}

/// As [`ask`], by the rights of an account that were worked out before.
pub fn ask_by<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    question: &Question<'_>,
    places: Option<&Places<'a>>,
) -> Answer<'a> {
    if let Some(absence) = absence(holdings.inventory, question.principal, terms.as_of()) {
        return Answer::No(Missing::Absent(absence));
    }
    let wanted = (question.catalog, question.permission);
    let Some(held) = holdings.giving(question.principal, wanted, question.at) else {
        return Answer::No(
            match holdings.doubtful(question.principal, wanted, question.at) {
                Some((held, key)) => Missing::Doubt(held, key),
                None => missing(holdings, question),
            },
        );
    };
    let known = terms
        .glossary(question.catalog)
        .and_then(|catalog| catalog.entitlements.get(question.permission));
    let Some(known) = known else {
        // Nothing says what it does, so that nobody can have approved it. People hold what they hold.
        let key = held.keys.iter().find(|key| *key == question.permission);
        return match key.filter(|_| holdings.account(question.principal).is_some()) {
            Some(key) => Answer::No(Missing::Doubt(held, key)),
            None => Answer::Yes(held),
        };
    };
    if let Some(condition) = unmet(known, question) {
        return Answer::No(Missing::Condition(held, condition));
    }
    match gate(holdings, terms, question, known, places) {
        Some(gate) => Answer::No(Missing::Gate(held, gate)),
        None => Answer::Yes(held),
    }
}

/// The first condition that was not said to hold. What local rules decide, or what includes more than its name says, is
/// no condition on the answer.
pub(super) fn unmet(known: &Entitlement, question: &Question<'_>) -> Option<Condition> {
    let conditions = known.conditions.iter().copied();
    conditions.into_iter().find(|condition| match condition {
        Condition::OwnOnly => !question.own,
        Condition::UnresolvedOnly => !question.unresolved,
        Condition::ProcessConditional | Condition::IncludesDelete => false,
    })
}

/// What stands between an account's grant and its use; nothing for people and teams.
fn gate<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    question: &Question<'_>,
    known: &Entitlement,
    places: Option<&Places<'a>>,
) -> Option<Gate> {
    let account = holdings.account(question.principal)?;
    let (catalog, permission) = (question.catalog, question.permission);
    if terms.forbids(catalog, permission, account.level) {
        return Some(Gate::Forbidden(known.effect));
    }
    let side = match Some(catalog) {
        name if name == holdings.provider_catalog(account) => Some(Side::Provider),
        name if name == holdings.platform_catalog(account) => Some(Side::Platform),
        // Of another system: there is no other side, yet somebody has to have approved it.
        Some(_) | None => None,
    };
    let by_name = terms.goes_by_name((catalog, permission), known.effect, account.level);
    let named = || {
        let mut signed = holdings.approvals(question.principal);
        signed.any(|(key, approval)| {
            approval.permissions.contains(permission) && approval.holds(key.on, terms.as_of())
        })
    };
    let Some(class) = terms.action_at(account.level, known.effect) else {
        let gate = match by_name {
            true => Gate::Unnamed(known.effect),
            false => Gate::Uncovered(known.effect),
        };
        return (!named()).then_some(gate);
    };
    let policy = terms.level(account.level);
    let writes_there = side == Some(Side::Provider) && known.effect != Effect::Read;
    let standing = terms.standing(catalog, permission, account.level);
    let is_named = matches!(standing, Some(Standing::Named(_)));
    if writes_there && !is_named && !policy.writes && policy.actions.contains(&class) {
        // Its action only reads there, so that the approval of it does not cover this; what the map names goes before.
        return Some(Gate::Forbidden(known.effect));
    }
    let (principal, at) = (question.principal, Some(question.at));
    let all = match places {
        Some(places) => effective::actions_by(places, holdings, terms, principal, at),
        None => effective::actions(holdings, terms, principal, at),
    };
    let action = all.iter().find(|action| action.class == class)?;
    gate_of(action, side).or((by_name && !named()).then_some(Gate::Unnamed(known.effect)))
}

/// What keeps an action from going through, seen from the side where the right is.
fn gate_of(action: &Action, side: Option<Side>) -> Option<Gate> {
    let class = action.class;
    let other = match side {
        Some(Side::Provider) => Some((Side::Platform, action.platform)),
        Some(Side::Platform) => Some((Side::Provider, action.provider)),
        None => None,
    };
    match other {
        Some((other, Allows::No)) => Some(Gate::Half(other, class)),
        Some((other, Allows::Unclear)) => Some(Gate::Unclear(other, class)),
        Some((_, Allows::Yes | Allows::Apart)) | None => {
            (!action.approved).then_some(Gate::Unapproved(class))
        }
    }
}

/// The nearest thing that is missing.
fn missing<'a>(holdings: &Holdings<'a>, question: &Question<'_>) -> Missing<'a> {
    let wanted = (question.catalog, question.permission);
    let mut elsewhere = holdings.all_giving(question.principal, wanted);
    if elsewhere.is_empty() {
        return Missing::NotGranted {
            here: holdings.all_reaching(question.principal, question.at),
            giving: holdings.roles_giving(question.catalog, question.permission),
        };
    }
    let shared = |held: &Holding<'a>| {
        let names = held.at.map_or("", BoundaryPath::as_str).split('/');
        names
            .zip(question.at.as_str().split('/'))
            .take_while(|(a, b)| a == b)
            .count()
    };
    elsewhere.sort_by_cached_key(|held| std::cmp::Reverse(shared(held)));
    Missing::Elsewhere(elsewhere)
}

/// How far a question's answer goes for an account, for lists that show more than yes and no.
pub fn reach_of(answer: &Answer<'_>) -> Option<Reach> {
    match answer {
        Answer::Yes(_) => Some(Reach::Full),
        Answer::No(Missing::Gate(_, gate)) => Some(match gate {
            Gate::Half(Side::Platform, _) => Reach::ProviderOnly,
            Gate::Half(Side::Provider, _) => Reach::PlatformOnly,
            Gate::Unclear(..) => Reach::Unclear,
            Gate::Unapproved(_) | Gate::Unnamed(_) | Gate::Uncovered(_) | Gate::Forbidden(_) => {
                Reach::Unapproved
            }
        }),
        Answer::No(Missing::Doubt(..)) => Some(Reach::Unclear),
        Answer::No(
            Missing::Absent(_)
            | Missing::Condition(..)
            | Missing::Elsewhere(_)
            | Missing::NotGranted { .. },
        ) => None,
    }
}
