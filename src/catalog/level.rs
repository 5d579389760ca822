//! The access levels: what each may do and must have. The table is data.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::access::{ActionClass, Effect, Level, LevelPolicy};
use crate::model::entitlement::EntitlementKey;
use crate::model::id::Name;
use crate::model::text::Text;

/// The controls without which no AI agent acts; a configuration adds to them, and takes none away.
pub const AGENT_GATES: [&str; 3] = ["review-gate", "source-citation", "action-approval"];

/// Every access level, and the action class of each effect.
#[derive(Clone, Debug)]
pub struct Levels {
    policies: Vec<LevelPolicy>,
    actions: BTreeMap<Effect, Option<ActionClass>>,
}

impl Levels {
    /// What one level may do and must have.
    pub fn policy(&self, level: Level) -> &LevelPolicy {
        &self.policies[level as usize]
    }

    /// The levels that ship with the program.
    pub(super) fn shipped() -> Levels {
        let file: File = toml::from_str(include_str!("data/levels.toml"))
            .expect("the shipped levels are read by a test");
        let actions = file
            .effect_action
            .into_iter()
            .map(|(effect, class)| match class {
                Class::Action(action) => (effect, Some(action)),
                Class::None(NoAction::None) => (effect, None),
            });
        Levels {
            policies: file.level.into_iter().map(policy).collect(),
            actions: actions.collect(),
        }
    }

    pub(super) fn policy_mut(&mut self, level: Level) -> &mut LevelPolicy {
        &mut self.policies[level as usize]
    }

    /// Every level, in order.
    pub fn all(&self) -> &[LevelPolicy] {
        &self.policies
    }

    /// The action class of an effect seen alone; none where no level covers it.
    pub fn action_of(&self, effect: Effect) -> Option<ActionClass> {
        self.actions.get(&effect).copied().flatten()
    }

    /// The action class of an effect on an account of this level: what the level allows is part of its own action.
    pub fn action_at(&self, level: Level, effect: Effect) -> Option<ActionClass> {
        let policy = self.policy(level);
        let own = policy.actions.first().copied();
        if effect == Effect::Read {
            return Some(ActionClass::Read);
        }
        let own = own.filter(|_| policy.allowed.contains(&effect));
        own.or_else(|| self.action_of(effect))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    level: Vec<Row>,
    effect_action: BTreeMap<Effect, Class>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: Level,
    title: Text,
    #[serde(rename = "use")]
    usage: Text,
    actions: Vec<ActionClass>,
    allowed: Vec<Effect>,
    never: Vec<Effect>,
    scopes: Vec<EntitlementKey>,
    controls: Vec<Name>,
    writes: bool,
    note: Option<Text>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Class {
    Action(ActionClass),
    None(NoAction),
}

#[derive(Deserialize)]
enum NoAction {
    #[serde(rename = "none")]
    None,
}

fn policy(row: Row) -> LevelPolicy {
    LevelPolicy {
        level: row.name,
        title: row.title,
        usage: row.usage,
        actions: row.actions,
        allowed: row.allowed,
        never: row.never,
        scopes: row.scopes,
        controls: row.controls,
        writes: row.writes,
        note: row.note,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Policy, builtin};

    fn levels() -> &'static Levels {
        Policy::shipped().levels()
    }

    #[test]
    fn every_level_stands_at_its_place() {
        let listed: Vec<_> = levels().all().iter().map(|p| p.level).collect();
        assert_eq!(listed, Level::ALL);
    }

    #[test]
    fn every_effect_has_an_answer() {
        for effect in Effect::ALL {
            assert!(levels().actions.contains_key(effect), "{effect}");
        }
        assert_eq!(levels().action_of(Effect::Read), Some(ActionClass::Read));
        assert_eq!(levels().action_of(Effect::Destroy), None);
    }

    #[test]
    fn what_a_level_allows_counts_as_its_own_action() {
        let at = |level, effect| levels().action_at(level, effect);
        assert_eq!(
            at(Level::WriteBack, Effect::State),
            Some(ActionClass::WriteBack)
        );
        assert_eq!(
            at(Level::ReadOnlyImport, Effect::State),
            Some(ActionClass::Status)
        );
        assert_eq!(at(Level::Closeout, Effect::Read), Some(ActionClass::Read));
    }

    #[test]
    fn no_level_allows_what_it_never_allows() {
        for policy in levels().all() {
            let both = policy.never.iter().find(|e| policy.allowed.contains(e));
            assert_eq!(both, None, "{}", policy.level);
        }
    }

    #[test]
    fn a_level_names_scopes_and_controls_that_exist() {
        let scopes = &builtin("factverse").unwrap().entitlements;
        let account = serde_json::json!({
            "provider": "p", "environment": "e", "workflow": "w", "level": "closeout"
        });
        let account: crate::model::account::Account = serde_json::from_value(account).unwrap();
        let controls = account.stated_controls();
        for policy in levels().all() {
            for scope in &policy.scopes {
                assert!(scopes.contains_key(scope), "{scope}");
            }
            for control in &policy.controls {
                assert!(
                    controls.iter().any(|(key, _)| *key == control.as_str()),
                    "{control}"
                );
            }
        }
    }
}
