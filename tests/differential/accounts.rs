//! Accounts against an evaluator written from the words of the documents: what is granted at the place, by a list of its
//! own or by a role; a right on the other side of the integration for the same action; the approval of that action, or
//! one that names the right; the conditions. It keeps no index and knows nothing of the engine.

use keyroll::access::ask::{Answer, Gate, Missing, Question, ask};
use keyroll::access::effective::{Allows, actions};
use keyroll::access::holdings::Holdings;
use keyroll::catalog::{Policy, builtin};
use keyroll::model::access::{ActionClass, Condition, Effect, LevelPolicy, Need};
use keyroll::model::entitlement::Side;

use crate::clerk::{Approved, Asked, Clerk, clerks};
use crate::{Seen, TODAY, over, terms};

const ACCOUNTS: u32 = 4_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Yes,
    Absent,
    NotHeld,
    Condition,
    Half,
    Unclear,
    Unapproved,
}

fn reaches(high: &str, low: &str) -> bool {
    let (high, low): (Vec<&str>, Vec<&str>) = (high.split('/').collect(), low.split('/').collect());
    low.starts_with(&high)
}

fn effect(catalog: &str, key: &str) -> Option<Effect> {
    Some(builtin(catalog)?.entitlements.get(key)?.effect)
}

impl Clerk {
    /// What it holds of a glossary at a place, or anywhere. A role without a glossary is of the provider's, and where the
    /// provider names none either, it may be read by any.
    fn held(&self, catalog: &str, at: Option<&str>, any: bool) -> Vec<&'static str> {
        let here = |place: &&str| at.is_none_or(|at| reaches(place, at));
        let mut out = Vec::new();
        for (side, keys) in [
            (Side::Provider, &self.rights),
            (Side::Platform, &self.scopes),
        ] {
            if self.catalog(side) == Some(catalog) && self.places.iter().any(here) {
                out.extend(keys);
            }
        }
        for (role, place) in &self.assigned {
            let (of, keys) = &self.roles[*role];
            let of = of.or(self.catalog(Side::Provider));
            if of.map_or(any, |of| of == catalog) && place.as_ref().is_some_and(here) {
                out.extend(keys);
            }
        }
        out
    }

    fn policy(&self) -> &'static LevelPolicy {
        Policy::shipped().levels().policy(self.level)
    }

    /// The action that an effect is part of: reading is reading, what the level allows is its own action.
    fn class(&self, effect: Effect) -> Option<ActionClass> {
        let policy = self.policy();
        match policy.actions.first() {
            _ if effect == Effect::Read => Some(ActionClass::Read),
            Some(own) if policy.allowed.contains(&effect) => Some(*own),
            _ => Policy::shipped().levels().action_of(effect),
        }
    }

    /// Whether one side allows an action at a place.
    fn allows(&self, side: Side, class: ActionClass, at: Option<&str>) -> Allows {
        let policy = self.policy();
        let is_own = policy.actions.contains(&class);
        // All actions of a level are carried by the same rights, and a level that does not write reads at the provider.
        let needed = match side {
            Side::Provider if is_own && !policy.writes => ActionClass::Read,
            Side::Provider | Side::Platform if is_own => policy.actions[0],
            Side::Provider | Side::Platform => class,
        };
        let own = match side {
            Side::Provider => &self.rights,
            Side::Platform => &self.scopes,
        };
        let catalog = self.catalog(side);
        let anywhere = catalog.map_or(Vec::new(), |catalog| self.held(catalog, None, false));
        if side == Side::Platform && !self.says_platform && own.is_empty() && anywhere.is_empty() {
            return Allows::Apart;
        }
        let Some(catalog) = catalog else {
            // Something is granted, and nobody can tell what it means.
            return if own.is_empty() {
                Allows::No
            } else {
                Allows::Unclear
            };
        };
        let keys = self.held(catalog, at, false);
        if builtin(catalog).is_none() {
            return Allows::Unclear;
        }
        let effects: Vec<Option<Effect>> = keys.iter().map(|key| effect(catalog, key)).collect();
        if effects
            .iter()
            .flatten()
            .any(|effect| self.class(*effect) == Some(needed))
        {
            Allows::Yes
        } else if effects.contains(&None) {
            Allows::Unclear
        } else {
            Allows::No
        }
    }

    fn signed(&self, test: impl Fn(&Approved) -> bool) -> bool {
        let holds =
            |one: &&Approved| one.on <= TODAY && one.until.is_none_or(|until| until >= TODAY);
        self.last_words().into_iter().filter(holds).any(test)
    }

    /// One approval for each action and day: the last that was written.
    fn last_words(&self) -> Vec<&Approved> {
        let is_last = |(at, one): &(usize, &Approved)| {
            let later = &self.approvals[at + 1..];
            !later
                .iter()
                .any(|other| (other.class, other.on) == (one.class, one.on))
        };
        self.approvals
            .iter()
            .enumerate()
            .filter(is_last)
            .map(|(_, one)| one)
            .collect()
    }

    fn may(&self, asked: &Asked) -> Verdict {
        if self.status != "active" {
            return Verdict::Absent;
        }
        if !self
            .held(asked.catalog, Some(asked.at), true)
            .contains(&asked.key)
        {
            return Verdict::NotHeld;
        }
        let known = &builtin(asked.catalog).unwrap().entitlements[asked.key];
        let is_unmet = |condition: &Condition| match condition {
            Condition::OwnOnly => !asked.own,
            Condition::UnresolvedOnly => !asked.unresolved,
            Condition::ProcessConditional | Condition::IncludesDelete => false,
        };
        if known.conditions.iter().any(is_unmet) {
            return Verdict::Condition;
        }
        let other = if self.catalog(Side::Provider) == Some(asked.catalog) {
            Side::Platform
        } else if self.catalog(Side::Platform) == Some(asked.catalog) {
            Side::Provider
        } else {
            return Verdict::Yes;
        };
        let class = self.class(known.effect);
        match class.map(|class| self.allows(other, class, Some(asked.at))) {
            Some(Allows::No) => return Verdict::Half,
            Some(Allows::Unclear) => return Verdict::Unclear,
            Some(Allows::Yes | Allows::Apart) | None => {}
        }
        let by_name = known.effect == Effect::Egress || self.needs_name(asked);
        let approved = match class {
            Some(class) if !by_name => self.signed(|one| one.class == class),
            Some(_) | None => self.signed(|one| one.names.contains(&asked.key)),
        };
        if approved {
            Verdict::Yes
        } else {
            Verdict::Unapproved
        }
    }

    fn needs_name(&self, asked: &Asked) -> bool {
        let lines = Policy::shipped().requirements(asked.catalog).iter();
        let mut mine =
            lines.filter(|line| line.level == self.level && line.permission.as_str() == asked.key);
        mine.any(|line| line.need == Need::NeedsApproval)
    }
}

fn verdict(answer: &Answer<'_>) -> Verdict {
    match answer {
        Answer::Yes(_) => Verdict::Yes,
        Answer::No(Missing::Absent(_)) => Verdict::Absent,
        Answer::No(Missing::Condition(..)) => Verdict::Condition,
        Answer::No(Missing::Elsewhere(_) | Missing::NotGranted { .. }) => Verdict::NotHeld,
        Answer::No(Missing::Gate(_, gate)) => match gate {
            Gate::Half(..) => Verdict::Half,
            Gate::Unclear(..) => Verdict::Unclear,
            Gate::Unapproved(_) | Gate::Unnamed(_) | Gate::Uncovered(_) => Verdict::Unapproved,
        },
    }
}

#[test]
fn an_account_may_do_what_both_sides_its_approvals_and_its_boundaries_allow() {
    let seen = Seen::default();
    over(ACCOUNTS, clerks(), |(clerk, asked)| {
        let inventory = clerk.inventory();
        let holdings = Holdings::of(&inventory);
        let terms = terms(&inventory);
        let principal = &"account/sync".parse().unwrap();
        for asked in asked {
            let question = Question {
                principal,
                catalog: &asked.catalog.parse().unwrap(),
                permission: &asked.key.parse().unwrap(),
                at: &asked.at.parse().unwrap(),
                own: asked.own,
                unresolved: asked.unresolved,
            };
            let answer = ask(&holdings, &terms, &question);
            let expected = clerk.may(asked);
            assert_eq!(verdict(&answer), expected, "{asked:?}: {answer:?}");
            seen.note(match expected {
                Verdict::Yes => "yes",
                Verdict::Absent => "absent",
                Verdict::NotHeld => "not held",
                Verdict::Condition => "condition",
                Verdict::Half => "half",
                Verdict::Unclear => "unclear",
                Verdict::Unapproved => "unapproved",
            });
        }
        for at in [None, Some("femo/a"), Some("femora")] {
            let place = at.map(|at| at.parse().unwrap());
            for action in actions(&holdings, &terms, principal, place.as_ref()) {
                let sides = [Side::Provider, Side::Platform]
                    .map(|side| clerk.allows(side, action.class, at));
                assert_eq!(
                    [action.provider, action.platform],
                    sides,
                    "{} at {at:?}",
                    action.class
                );
                assert_eq!(
                    action.approved,
                    clerk.signed(|one| one.class == action.class),
                    "{}",
                    action.class
                );
            }
        }
    });
    seen.at_least(&[
        ("yes", 500),
        ("absent", 500),
        ("not held", 500),
        ("condition", 50),
        ("half", 200),
        ("unclear", 100),
        ("unapproved", 500),
    ]);
}
