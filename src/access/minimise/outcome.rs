//! What a smaller grant changes: how far each action goes, and which assertions would be judged otherwise.

use std::collections::BTreeMap;

use crate::access::assertion::{Assertions, Broken, Verdict};
use crate::access::effective::{Action, Reach, actions, principal_of};
use crate::access::holdings::Holdings;
use crate::access::terms::Terms;
use crate::model::access::{ActionClass, LevelPolicy};
use crate::model::assertion::{Assertion, Expectation};
use crate::model::id::{AccountId, Principal};
use crate::model::key::{AssertionKey, Whom};

/// What an account can do, and which assertions about it hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    actions: Vec<Action>,
    holds: BTreeMap<AssertionKey, (Expectation, bool)>,
}

impl State {
    /// The state of an account, wherever it acts.
    pub fn of<'a>(holdings: &Holdings<'a>, terms: &dyn Terms<'a>, id: &AccountId) -> State {
        let principal = principal_of(id);
        let all = holdings.inventory.assertions.iter();
        let mut about = all.filter(|(key, body)| is_about(&principal, key, body));
        let holds = match about.next() {
            None => BTreeMap::new(),
            Some(first) => {
                let judge = Assertions::of(holdings, terms);
                let about = std::iter::once(first).chain(about);
                let judged = about.filter_map(|(key, body)| {
                    let is_held = is_held(&judge.judge(key, body))?;
                    Some((key.clone(), (body.expect, is_held)))
                });
                judged.collect()
            }
        };
        State {
            holds,
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

/// Whether an assertion holds; none where it proves nothing, before as after.
fn is_held(verdict: &Verdict<'_>) -> Option<bool> {
    match verdict {
        Verdict::Held => Some(true),
        Verdict::Broken(Broken::May(..) | Broken::MayNot(_)) => Some(false),
        Verdict::Broken(Broken::Idle(_)) => None,
    }
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

/// An assertion that is judged otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    pub key: AssertionKey,
    pub expect: Expectation,
    /// Whether it fails from then on; else it holds from then on.
    pub breaks: bool,
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
        let flips = before.holds.iter().filter_map(|(key, (expect, held))| {
            let (_, holds) = after.holds.get(key)?;
            (held != holds).then(|| Flip {
                key: key.clone(),
                expect: *expect,
                breaks: !holds,
            })
        });
        Outcome {
            shifts: shifts.collect(),
            flips: flips.collect(),
        }
    }
}
