//! Which rules run, and how severe their findings are: the configuration and the command line as one value.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog;
use crate::model::finding::Severity;
use crate::rules::rule::{Rule, RuleKind};

/// What to judge by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Kinds of rules that run.
    pub kinds: BTreeSet<RuleKind>,
    /// Only these rules; all where empty.
    pub select: BTreeSet<String>,
    /// Not these rules.
    pub ignore: BTreeSet<String>,
    /// Severities in place of the rules' own.
    pub severities: BTreeMap<String, Severity>,
    /// Whether findings of severity info are shown.
    pub pedantic: bool,
    /// Whether even what is always told is left out where it is not selected: for those who ask one narrow question.
    pub only_selected: bool,
}

/// A rule's id that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule `{id}`")]
pub struct UnknownRule {
    /// Shown escaped.
    pub id: String,
    /// The rule that was meant.
    pub near: Option<&'static str>,
}

impl Selection {
    /// Every rule that needs only what is declared: what `validate` runs.
    pub fn declared() -> Selection {
        Selection {
            kinds: BTreeSet::from([RuleKind::Static, RuleKind::Found]),
            ..Selection::default()
        }
    }

    /// Every rule: what `check` runs.
    pub fn all() -> Selection {
        Selection {
            kinds: RuleKind::ALL.iter().copied().collect(),
            ..Selection::default()
        }
    }

    /// Whether every rule that is named exists.
    ///
    /// # Errors
    /// The first that does not, with the one that was meant.
    pub fn known(&self) -> Result<(), UnknownRule> {
        let named = self.select.iter().chain(&self.ignore);
        named.chain(self.severities.keys()).try_for_each(|id| {
            crate::rules::find(id)
                .map(|_| ())
                .ok_or_else(|| UnknownRule {
                    id: id.chars().take(120).flat_map(char::escape_debug).collect(),
                    near: catalog::nearest(id, crate::rules::ALL.iter().map(|rule| rule.id)),
                })
        })
    }

    /// Whether the rule runs.
    pub fn runs(&self, rule: &Rule) -> bool {
        if rule.is_always_told() && !self.only_selected {
            return self.kinds.contains(&rule.kind);
        }
        self.kinds.contains(&rule.kind)
            && (self.select.is_empty() || self.select.contains(rule.id))
            && !self.ignore.contains(rule.id)
            && self.can_show(rule)
    }

    /// Whether any finding of the rule could be shown: what is only info and not asked for is not judged.
    fn can_show(&self, rule: &Rule) -> bool {
        let severity = self.severities.get(rule.id).copied();
        self.shows(rule.id, severity.unwrap_or(rule.severity))
    }

    /// Whether a finding of the rule is shown. One that was asked for by name always is.
    pub(super) fn shows(&self, rule: &str, severity: Severity) -> bool {
        self.pedantic || severity > Severity::Info || self.select.contains(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_is_none_is_named_with_the_one_that_was_meant() {
        let mut selection = Selection::all();
        assert_eq!(selection.known(), Ok(()));
        selection.ignore.insert("missing-ownr".to_owned());
        let error = selection.known().unwrap_err();
        assert_eq!(error.near, Some("missing-owner"));
        assert_eq!(error.to_string(), "there is no rule `missing-ownr`");
    }
}
