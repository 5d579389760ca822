//! Accounts against an evaluator written from the words of the documents: what is granted at the place, by a list of its
//! own or by a role; a right on the other side of the integration for the same action; the approval of that action, or
//! one that names the right; the conditions. It keeps no index and knows nothing of the engine.

use keyroll::access::ask::{Answer, Gate, Missing, Question, ask};
use keyroll::access::effective::{Allows, Reach, actions};
use keyroll::access::holdings::Holdings;
use keyroll::catalog::{Policy, builtin};
use keyroll::model::access::{ActionClass, Condition, Effect, LevelPolicy, Need};
use keyroll::model::entitlement::Side;

use crate::clerk::{Approved, Asked, Clerk, PLACES, clerks};
use crate::{Seen, TODAY, over, terms};

const ACCOUNTS: u32 = 5_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Yes,
    Absent,
    NotHeld,
    Condition,
    Half,
    Unclear,
    Unapproved,
    Forbidden,
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

    /// The actions whose rights carry an action on one side: itself and, as one of the level, what the level allows. A
    /// level that does not write at the provider reads there, and what is read there for the level's own action needs no
    /// scope beside that of the action.
    fn carriers(&self, side: Side, class: ActionClass) -> Vec<ActionClass> {
        let policy = self.policy();
        let own = policy.actions.first().copied();
        let is_of_level = policy.actions.contains(&class);
        match side {
            Side::Provider if is_of_level && !policy.writes => vec![ActionClass::Read],
            Side::Platform if class == ActionClass::Read => {
                own.into_iter().chain([class]).collect()
            }
            Side::Provider | Side::Platform if is_of_level => {
                own.into_iter().chain([class]).collect()
            }
            Side::Provider | Side::Platform => vec![class],
        }
    }

    /// What it is given on one side at a place, or anywhere, whether or not anybody can tell what it means. A role whose
    /// glossary nobody names is of the provider.
    fn given(&self, side: Side, at: Option<&str>) -> Vec<&'static str> {
        let here = |place: &&str| at.is_none_or(|at| reaches(place, at));
        let own = match side {
            Side::Provider => &self.rights,
            Side::Platform => &self.scopes,
        };
        let mut out = match self.places.iter().any(here) {
            true => own.clone(),
            false => Vec::new(),
        };
        for (role, place) in &self.assigned {
            let (of, keys) = &self.roles[*role];
            let of = of.or(self.catalog(Side::Provider));
            let is_of_side = match side {
                Side::Provider => of == self.catalog(side),
                Side::Platform => of.is_some() && of == self.catalog(side),
            };
            if is_of_side && place.as_ref().is_some_and(here) {
                out.extend(keys);
            }
        }
        out
    }

    /// Whether one side allows an action at a place.
    fn allows(&self, side: Side, class: ActionClass, at: &str) -> Allows {
        let has_scope = !self.scopes.is_empty() || !self.given(side, None).is_empty();
        if side == Side::Platform && !self.says_platform && !has_scope {
            return Allows::Apart;
        }
        let keys = self.given(side, Some(at));
        let known = |key: &&str| effect(self.catalog(side)?, key);
        let effects: Vec<Option<Effect>> = keys.iter().map(known).collect();
        let carriers = self.carriers(side, class);
        let mut classes = effects
            .iter()
            .flatten()
            .filter_map(|effect| self.class(*effect));
        if classes.any(|class| carriers.contains(&class)) {
            Allows::Yes
        } else if effects.contains(&None) {
            Allows::Unclear
        } else {
            Allows::No
        }
    }

    /// How far an action goes at the place where it goes farthest, the approval aside: through, in doubt, on one side, or
    /// nowhere.
    fn farthest(&self, class: ActionClass) -> Verdict {
        let at = |at: &&str| {
            let sides = [Side::Provider, Side::Platform].map(|side| self.allows(side, class, at));
            match sides {
                [Allows::Yes, Allows::Yes | Allows::Apart] => Verdict::Yes,
                [Allows::Unclear, _] | [_, Allows::Unclear] => Verdict::Unclear,
                [Allows::Yes, Allows::No] | [Allows::No, Allows::Yes] => Verdict::Half,
                _ => Verdict::NotHeld,
            }
        };
        let all: Vec<Verdict> = PLACES.iter().map(at).collect();
        let order = [Verdict::Yes, Verdict::Unclear, Verdict::Half];
        let found = order.into_iter().find(|verdict| all.contains(verdict));
        found.unwrap_or(Verdict::NotHeld)
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
        let line = self.line(asked);
        if self.is_forbidden(asked, known.effect, line) {
            return Verdict::Forbidden;
        }
        let side = [Side::Provider, Side::Platform];
        let side = side
            .into_iter()
            .find(|side| self.catalog(*side) == Some(asked.catalog));
        let is_named = || self.signed(|one| one.names.contains(&asked.key));
        let Some(class) = self.class(known.effect) else {
            return if is_named() {
                Verdict::Yes
            } else {
                Verdict::Unapproved
            };
        };
        let policy = self.policy();
        let only_reads = !policy.writes && policy.actions.contains(&class);
        let is_change = side == Some(Side::Provider) && known.effect != Effect::Read;
        if is_change && only_reads && line.is_none() {
            return Verdict::Forbidden;
        }
        let other = match side {
            Some(Side::Provider) => Some(Side::Platform),
            Some(Side::Platform) => Some(Side::Provider),
            None => None,
        };
        match other.map(|other| self.allows(other, class, asked.at)) {
            Some(Allows::No) => return Verdict::Half,
            Some(Allows::Unclear) => return Verdict::Unclear,
            Some(Allows::Yes | Allows::Apart) | None => {}
        }
        let is_delicate = known.effect == Effect::Egress || line == Some(Need::NeedsApproval);
        if self.signed(|one| one.class == class) && (!is_delicate || is_named()) {
            Verdict::Yes
        } else {
            Verdict::Unapproved
        }
    }

    /// What the map says of a permission at the account's level.
    fn line(&self, asked: &Asked) -> Option<Need> {
        let lines = Policy::shipped().requirements(asked.catalog).iter();
        let mut mine =
            lines.filter(|line| line.level == self.level && line.permission.as_str() == asked.key);
        mine.next().map(|line| line.need)
    }

    /// What the map forbids, or the level never allows, no approval brings in; an export alone it does, and a scope that the
    /// level lists is of the level.
    fn is_forbidden(&self, asked: &Asked, effect: Effect, line: Option<Need>) -> bool {
        let policy = self.policy();
        let is_never = effect != Effect::Egress && policy.never.contains(&effect);
        let is_listed = policy
            .scopes
            .iter()
            .any(|scope| scope.as_str() == asked.key);
        line == Some(Need::Forbidden) || is_never && !is_listed
    }
}

fn verdict(answer: &Answer<'_>) -> Verdict {
    match answer {
        Answer::Yes(_) => Verdict::Yes,
        Answer::No(Missing::Absent(_)) => Verdict::Absent,
        Answer::No(Missing::Condition(..)) => Verdict::Condition,
        Answer::No(Missing::Elsewhere(_) | Missing::NotGranted { .. }) => Verdict::NotHeld,
        Answer::No(Missing::Doubt(..)) => Verdict::Unclear,
        Answer::No(Missing::Gate(_, gate)) => match gate {
            Gate::Half(..) => Verdict::Half,
            Gate::Unclear(..) => Verdict::Unclear,
            Gate::Unapproved(_) | Gate::Unnamed(_) | Gate::Uncovered(_) => Verdict::Unapproved,
            Gate::Forbidden(_) => Verdict::Forbidden,
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
                Verdict::Forbidden => "forbidden",
            });
        }
        for action in actions(&holdings, &terms, principal, None) {
            let farthest = match action.reach() {
                Reach::Full | Reach::Unapproved => Verdict::Yes,
                Reach::Unclear => Verdict::Unclear,
                Reach::ProviderOnly | Reach::PlatformOnly => Verdict::Half,
                Reach::Nothing => Verdict::NotHeld,
            };
            assert_eq!(farthest, clerk.farthest(action.class), "{action:?}");
        }
        for at in ["femo/a", "femora"] {
            for action in actions(&holdings, &terms, principal, Some(&at.parse().unwrap())) {
                let sides = [Side::Provider, Side::Platform];
                let sides = sides.map(|side| clerk.allows(side, action.class, at));
                assert_eq!(
                    [action.provider, action.platform],
                    sides,
                    "{action:?} at {at}"
                );
                let approved = clerk.signed(|one| one.class == action.class);
                assert_eq!(action.approved, approved, "{action:?}");
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
        ("forbidden", 200),
    ]);
}
