//! What accounts are held to: the shipped levels, least-privilege map and duties, with an organisation's own lines over
//! them.

mod choices;
mod limits;
mod named;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::catalog::duty::shipped_duties;
use crate::catalog::least_privilege::shipped_requirements;
use crate::catalog::level::{AGENT_GATES, Levels};
use crate::catalog::policy::choices::LONGEST_NAMING;
use crate::model::access::{DutyConflict, Level, Need, Requirement};
use crate::model::account::controls;
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::finding::FieldPath;
use crate::model::policy::{Choices, Config, DutySet, LevelSet, Limits, NeedSet, RequirementSet};
use crate::model::text::Text;

/// The most duties of one glossary: a bit each, where they are judged.
const MOST_DUTIES: usize = 64;
/// The most permissions of one glossary that a level requires: each account is asked for all of them.
const MOST_REQUIRED: usize = 256;

/// What accounts are held to.
#[derive(Clone, Debug)]
pub struct Policy {
    levels: Levels,
    requirements: BTreeMap<CatalogName, Vec<Requirement>>,
    duties: BTreeMap<CatalogName, Vec<DutyConflict>>,
    /// What the organisation has chosen centrally.
    choices: Choices,
    pub limits: Limits,
}

/// Why a policy was refused, and which field of the configuration says it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadPolicy {
    pub field: FieldPath,
    pub message: String,
    pub hint: String,
}

impl Policy {
    /// The policy that ships with the program; read at its first use.
    pub fn shipped() -> &'static Policy {
        static READ: OnceLock<Policy> = OnceLock::new();
        READ.get_or_init(|| Policy {
            levels: Levels::shipped(),
            requirements: BTreeMap::from([shipped_requirements()]),
            duties: shipped_duties(),
            choices: Choices::default(),
            limits: Limits::default(),
        })
    }

    /// The shipped policy with what a configuration sets over it.
    ///
    /// # Errors
    /// When a level would allow what it never allows or demand a control that accounts cannot state, a line is of a permission
    /// that its built-in glossary does not list, or said twice, a pair is of one permission, a glossary has more than 64, or a
    /// level requires more than 256 permissions of one.
    pub fn of(config: &Config) -> Result<Policy, BadPolicy> {
        let mut policy = Policy::shipped().clone();
        policy.choose(&config.organisation)?;
        policy.limits = limits::of(&config.limits)?;
        for (level, set) in &config.level {
            policy.set_level(*level, set)?;
        }
        for (at, line) in config.requirement.iter().enumerate() {
            policy.require(at, line)?;
        }
        policy.few_required(config)?;
        for (at, pair) in config.duty.iter().enumerate() {
            policy.set_duty(at, pair)?;
        }
        named::check(config, &policy)?;
        Ok(policy)
    }

    fn choose(&mut self, choices: &Choices) -> Result<(), BadPolicy> {
        let field = |key: &str| FieldPath::of("organisation").key(key);
        if choices.secret_stores.as_ref().is_some_and(Vec::is_empty) {
            return Err(bad(
                field("secret-stores"),
                "no secret could live anywhere".to_owned(),
                "name the approved classes of places, or leave the key out",
            ));
        }
        let naming = choices.naming.as_ref();
        if naming.is_some_and(|naming| naming.as_str().len() > LONGEST_NAMING) {
            return Err(bad(
                field("naming"),
                format!("a pattern of names has at most {LONGEST_NAMING} bytes"),
                "shorten it",
            ));
        }
        self.choices = choices.clone();
        Ok(())
    }

    pub fn levels(&self) -> &Levels {
        &self.levels
    }

    /// What the levels say of the permissions of a glossary; nothing for one that the map does not know.
    pub fn requirements(&self, catalog: &str) -> &[Requirement] {
        self.requirements.get(catalog).map_or(&[], Vec::as_slice)
    }

    /// The pairs of a glossary that nobody may hold together; at most 64.
    pub fn duties(&self, catalog: &str) -> &[DutyConflict] {
        self.duties.get(catalog).map_or(&[], Vec::as_slice)
    }

    /// Puts lines of the map in place of those of a glossary, whatever they say.
    #[cfg(test)]
    pub(super) fn put_requirements(&mut self, catalog: &str, lines: Vec<Requirement>) {
        let name = catalog.parse().expect("the name of a glossary");
        self.requirements.insert(name, lines);
    }

    fn set_level(&mut self, level: Level, set: &LevelSet) -> Result<(), BadPolicy> {
        let policy = self.levels.policy_mut(level);
        replace(&mut policy.actions, &set.actions);
        replace(&mut policy.allowed, &set.allowed);
        replace(&mut policy.never, &set.never);
        replace(&mut policy.scopes, &set.scopes);
        replace(&mut policy.controls, &set.controls);
        replace(&mut policy.writes, &set.writes);
        let field = |key: &str| FieldPath::of("level").key(level.as_str()).key(key);
        if let Some(effect) = policy.never.iter().find(|e| policy.allowed.contains(e)) {
            return Err(bad(
                field(if set.allowed.is_some() {
                    "allowed"
                } else {
                    "never"
                }),
                format!("`{level}` would allow `{effect}`, which it never allows"),
                "take it out of `allowed`, or set `never` without it",
            ));
        }
        let known: BTreeSet<&str> = controls().collect();
        if let Some(control) = policy.controls.iter().find(|c| !known.contains(c.as_str())) {
            return Err(bad(
                field("controls"),
                format!("accounts cannot state a control `{control}`"),
                format!(
                    "they know {}",
                    known.into_iter().collect::<Vec<_>>().join(", ")
                ),
            ));
        }
        let demands = |gate: &str| policy.controls.iter().any(|c| c.as_str() == gate);
        let mut gates = AGENT_GATES.iter().filter(|_| level == Level::AiAgentDraft);
        match gates.find(|gate| !demands(gate)) {
            None => Ok(()),
            Some(gate) => Err(bad(
                field("controls"),
                format!("an AI agent would act without `{gate}`"),
                format!("keep {}, and add to them", AGENT_GATES.join(", ")),
            )),
        }
    }

    fn require(&mut self, at: usize, set: &RequirementSet) -> Result<(), BadPolicy> {
        let lines = self.requirements.entry(set.catalog.clone()).or_default();
        let known = lines.len();
        lines.retain(|line| (line.level, &line.permission) != (set.level, &set.permission));
        let need = match set.need {
            NeedSet::Required => Need::Required,
            NeedSet::Optional => Need::Optional,
            NeedSet::NeedsApproval => Need::NeedsApproval,
            NeedSet::Forbidden => Need::Forbidden,
            NeedSet::Unlisted if known == lines.len() => {
                return Err(bad(
                    FieldPath::of("requirement").index(at),
                    "it takes away a line that is none".to_owned(),
                    format!("`keyroll level show {}` lists the lines", set.level),
                ));
            }
            NeedSet::Unlisted => return Ok(()),
        };
        lines.push(Requirement {
            level: set.level,
            permission: set.permission.clone(),
            need,
            why: set.why.clone().unwrap_or_else(chosen),
        });
        Ok(())
    }

    fn few_required(&self, config: &Config) -> Result<(), BadPolicy> {
        for (at, set) in config.requirement.iter().enumerate().rev() {
            let lines = self.requirements(set.catalog.as_str()).iter();
            let own = lines.filter(|line| line.level == set.level && line.need == Need::Required);
            if own.count() > MOST_REQUIRED {
                let message = format!("`{}` requires more than {MOST_REQUIRED}", set.level);
                let hint = "require what it cannot do without; `optional` allows the rest";
                return Err(bad(FieldPath::of("requirement").index(at), message, hint));
            }
        }
        Ok(())
    }

    fn set_duty(&mut self, at: usize, set: &DutySet) -> Result<(), BadPolicy> {
        let field = FieldPath::of("duty").index(at);
        if set.a == set.b {
            return Err(bad(
                field.key("b"),
                format!("`{}` cannot conflict with itself", set.b),
                "name two permissions",
            ));
        }
        let pairs = self.duties.entry(set.catalog.clone()).or_default();
        let known = pairs.len();
        pairs.retain(|pair| !is_pair(pair, &set.a, &set.b));
        if set.allowed {
            return match known == pairs.len() {
                false => Ok(()),
                true => Err(bad(
                    field,
                    "it lifts a pair that is none".to_owned(),
                    "`keyroll level duties` lists the pairs",
                )),
            };
        }
        if pairs.len() == MOST_DUTIES {
            return Err(bad(
                field,
                format!("`{}` has more than {MOST_DUTIES} pairs", set.catalog),
                "lift the ones that you do not need: `allowed = true`",
            ));
        }
        pairs.push(DutyConflict {
            a: set.a.clone(),
            b: set.b.clone(),
            why: set.why.clone().unwrap_or_else(chosen),
        });
        Ok(())
    }

    /// Every glossary that has pairs, with them.
    pub fn all_duties(&self) -> impl Iterator<Item = (&CatalogName, &[DutyConflict])> {
        self.duties.iter().map(|(name, pairs)| (name, &pairs[..]))
    }

    /// Every glossary that the least-privilege map knows, with its lines.
    pub fn all_requirements(&self) -> impl Iterator<Item = (&CatalogName, &[Requirement])> {
        self.requirements
            .iter()
            .map(|(name, lines)| (name, &lines[..]))
    }
}

fn replace<T: Clone>(old: &mut T, set: &Option<T>) {
    if let Some(new) = set {
        old.clone_from(new);
    }
}

fn is_pair(pair: &DutyConflict, a: &EntitlementKey, b: &EntitlementKey) -> bool {
    (&pair.a, &pair.b) == (a, b) || (&pair.a, &pair.b) == (b, a)
}

/// Why a line is there that gives no reason.
fn chosen() -> Text {
    "the organisation's own choice"
        .parse()
        .expect("a plain sentence is a text")
}

fn bad(field: FieldPath, message: String, hint: impl Into<String>) -> BadPolicy {
    BadPolicy {
        field,
        message,
        hint: hint.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn policy(config: Value) -> Result<Policy, BadPolicy> {
        Policy::of(&serde_json::from_value(config).unwrap())
    }

    const REVIEW: &str = "work-request/review-work-requests";

    #[test]
    fn a_line_of_the_organisation_stands_in_place_of_the_shipped_one() {
        let line = |need: &str| {
            let set = json!({ "requirement": [{ "catalog": "unicmms", "level": "status-sync",
                "permission": "asset/manage-asset-status", "need": need }] });
            let policy = policy(set).unwrap();
            let lines = policy.requirements("unicmms").iter();
            let mut of = lines.filter(|line| {
                line.level == Level::StatusSync
                    && line.permission.as_str() == "asset/manage-asset-status"
            });
            let need = of.next().map(|line| line.need);
            assert!(of.next().is_none());
            need
        };
        assert_eq!(line("forbidden"), Some(Need::Forbidden));
        assert_eq!(line("unlisted"), None);
    }

    #[test]
    fn a_level_takes_what_is_set_and_keeps_the_rest() {
        let set = json!({ "level": { "status-sync": { "controls": ["retry-log"] } } });
        let policy = policy(set).unwrap();
        let level = policy.levels().policy(Level::StatusSync);
        assert_eq!(level.controls.len(), 1);
        assert_eq!(
            level.allowed,
            Policy::shipped().levels().policy(Level::StatusSync).allowed
        );
    }

    #[test]
    fn what_cannot_hold_is_refused_at_its_field() {
        let refused = |config: Value| policy(config).unwrap_err();
        let bad = refused(json!({ "level": { "status-sync": { "allowed": ["destroy"] } } }));
        assert_eq!(bad.field.to_string(), "level.status-sync.allowed");
        let bad = refused(json!({ "level": { "closeout": { "controls": ["fieldz"] } } }));
        assert!(bad.message.contains("`fieldz`"), "{bad:?}");
        let of = |catalog: &str, a: &str, allowed: bool| json!({ "catalog": catalog, "a": a, "b": REVIEW, "allowed": allowed });
        let pair = |a: &str, allowed: bool| of("unicmms", a, allowed);
        let bad = refused(json!({ "duty": [pair(REVIEW, false)] }));
        assert_eq!(bad.field.to_string(), "duty[0].b");
        let bad = refused(json!({ "duty": [pair("asset/view-assets", true)] }));
        assert!(bad.message.contains("none"), "{bad:?}");
        let line = |n: usize| json!({ "catalog": "./mine.toml", "level": "closeout", "permission": format!("a/b{n}"), "need": "required" });
        let bad = refused(json!({ "requirement": (0..300).map(line).collect::<Vec<_>>() }));
        assert_eq!(bad.field.to_string(), "requirement[299]");
        let many: Vec<Value> = (0..65)
            .map(|n| of("./mine.toml", &format!("a/b{n}"), false))
            .collect();
        assert!(
            refused(json!({ "duty": many }))
                .message
                .contains("more than 64")
        );
        let bad = refused(json!({ "limits": { "custodian-share": 101 } }));
        assert_eq!(bad.field.to_string(), "limits.custodian-share");
        let bad = refused(
            json!({ "level": { "ai-agent-draft": { "controls": ["supervisor", "source-citation"] } } }),
        );
        assert_eq!(bad.message, "an AI agent would act without `review-gate`");
        let bad = refused(json!({ "organisation": { "secret-stores": [] } }));
        assert_eq!(bad.field.to_string(), "organisation.secret-stores");
        let bad = refused(json!({ "organisation": { "naming": "x".repeat(201) } }));
        assert_eq!(bad.field.to_string(), "organisation.naming");
        let unlisted = json!({ "catalog": "unicmms", "level": "closeout", "permission": "asset/add-asset", "need": "unlisted" });
        assert!(
            refused(json!({ "requirement": [unlisted] }))
                .message
                .contains("none")
        );
    }

    #[test]
    fn a_shipped_pair_can_be_lifted_whichever_way_it_is_written() {
        let add = "work-request/add-work-requests";
        for (a, b) in [(add, REVIEW), (REVIEW, add)] {
            let set =
                json!({ "duty": [{ "catalog": "unicmms", "a": a, "b": b, "allowed": true }] });
            let lifted = policy(set).unwrap();
            let shipped = Policy::shipped().duties("unicmms").len();
            assert_eq!(lifted.duties("unicmms").len(), shipped - 1);
        }
    }
}
