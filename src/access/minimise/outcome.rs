//! What a smaller grant changes: how far each action goes, and which assertions would be judged otherwise.

use std::collections::BTreeMap;

use crate::access::ask::{Question, ask};
use crate::access::effective::{Action, Reach, actions, principal_of};
use crate::access::holdings::Holdings;
use crate::access::terms::Terms;
use crate::model::access::{ActionClass, LevelPolicy};
use crate::model::assertion::{Assertion, Expectation, Given};
use crate::model::entitlement::CatalogName;
use crate::model::id::{AccountId, Principal};
use crate::model::key::{AssertionKey, Whom};

/// What an account can do, and which assertions about it are answered with yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    actions: Vec<Action>,
    answers: BTreeMap<AssertionKey, (Expectation, bool)>,
}

impl State {
    /// The state of an account, wherever it acts.
    pub fn of<'a>(holdings: &Holdings<'a>, terms: &dyn Terms<'a>, id: &AccountId) -> State {
        let principal = principal_of(id);
        let all = holdings.inventory.assertions.iter();
        let about = all.filter(|(key, assertion)| is_about(&principal, key, assertion));
        let answers = about.filter_map(|(key, assertion)| {
            let yes = is_allowed(holdings, terms, &principal, (key, assertion))?;
            Some((key.clone(), (assertion.expect, yes)))
        });
        State {
            answers: answers.collect(),
            actions: actions(holdings, terms, &principal, None),
        }
    }
}

fn is_about(principal: &Principal, key: &AssertionKey, assertion: &Assertion) -> bool {
    match &key.principal {
        Whom::One(one) => one == principal,
        Whom::Anyone => !assertion.except.contains(principal),
    }
}

/// Whether the account may do what an assertion is about; none where no glossary of the account lists it.
fn is_allowed<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    principal: &Principal,
    (key, assertion): (&AssertionKey, &'a Assertion),
) -> Option<bool> {
    let account = holdings.account(principal)?;
    let sides = [
        holdings.provider_catalog(account),
        holdings.platform_catalog(account),
    ];
    let lists = |name: &&CatalogName| {
        let catalog = terms.glossary(name);
        catalog.is_some_and(|catalog| catalog.entitlements.contains_key(&key.permission))
    };
    let listed = sides.into_iter().flatten().find(lists);
    let question = Question {
        principal,
        catalog: assertion.catalog.as_ref().or(listed)?,
        permission: &key.permission,
        at: &key.at,
        own: key.given.is_some_and(Given::is_own),
        unresolved: key.given.is_some_and(Given::is_unresolved),
    };
    Some(ask(holdings, terms, &question).is_yes())
}

/// An action that goes less far than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    pub class: ActionClass,
    pub from: Reach,
    pub to: Reach,
    /// Whether it is reading or an action of the level: then something may break.
    pub is_of_level: bool,
}

/// An assertion whose answer for the account changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    pub key: AssertionKey,
    pub expect: Expectation,
    /// Whether the account may do it after; before, it was the other way round.
    pub allowed_after: bool,
}

impl Flip {
    /// Whether it fails from then on; else it holds from then on.
    pub fn breaks(&self) -> bool {
        (self.expect == Expectation::Allowed) != self.allowed_after
    }
}

/// What changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub shifts: Vec<Shift>,
    pub flips: Vec<Flip>,
}

impl Outcome {
    /// What changes between two states of an account of a level.
    pub fn between(before: &State, after: &State, policy: &LevelPolicy) -> Outcome {
        let pairs = before.actions.iter().zip(&after.actions);
        let shifts = pairs.filter_map(|(old, new)| {
            let (from, to) = (old.reach(), new.reach());
            let class = old.class;
            (to > from).then_some(Shift {
                class,
                from,
                to,
                is_of_level: class == ActionClass::Read || policy.actions.contains(&class),
            })
        });
        let flips = before.answers.iter().filter_map(|(key, (expect, was))| {
            let (_, is) = after.answers.get(key)?;
            (was != is).then(|| Flip {
                key: key.clone(),
                expect: *expect,
                allowed_after: *is,
            })
        });
        Outcome {
            shifts: shifts.collect(),
            flips: flips.collect(),
        }
    }
}
