//! Roles that give an account what its level may not have. Roles serve others too, and are not edited: the assignment goes.

use std::collections::BTreeMap;

use crate::access::holdings::{Holdings, Source};
use crate::access::minimise::{Bench, Cut, SideOf, Verdict};
use crate::model::access::Requirement;
use crate::model::entitlement::{EntitlementKey, Side};
use crate::model::id::{Principal, RoleId};
use crate::model::key::AssignmentKey;

/// A role of an account that gives too much, and its assignments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleTooWide<'a> {
    pub role: &'a RoleId,
    pub assignments: Vec<&'a AssignmentKey>,
    pub beyond: Vec<(&'a EntitlementKey, Cut<'a>)>,
    /// What the level requires, and the account itself has not: it is to be granted first.
    pub needed: Vec<&'a EntitlementKey>,
}

impl<'a> Bench<'_, 'a> {
    /// The roles of the account that give what its level may not have. A role of another system is judged by its effects.
    pub(super) fn roles(
        &self,
        holdings: &Holdings<'a>,
        principal: &Principal,
        (provider, platform): (SideOf<'a>, SideOf<'a>),
        required: &[&'a Requirement],
    ) -> Vec<RoleTooWide<'a>> {
        let mut found: BTreeMap<&RoleId, RoleTooWide<'a>> = BTreeMap::new();
        for held in holdings.all(principal) {
            let Source::Role(role, assignment) = held.source else {
                continue;
            };
            let wide = found.entry(role).or_insert_with(|| {
                let of = match held.catalog {
                    name if name == provider.name => provider,
                    name if name == platform.name => platform,
                    name => SideOf {
                        side: Side::Provider,
                        name,
                        catalog: name.and_then(|name| self.terms.glossary(name)),
                    },
                };
                RoleTooWide {
                    role,
                    assignments: Vec::new(),
                    beyond: self.beyond(held.keys, of),
                    needed: match of.name == provider.name {
                        true => self.needed_of(held.keys, required),
                        false => Vec::new(),
                    },
                }
            });
            wide.assignments.push(assignment);
        }
        let all = found.into_values();
        all.filter(|wide| !wide.beyond.is_empty()).collect()
    }

    fn beyond(
        &self,
        keys: &'a [EntitlementKey],
        of: SideOf<'a>,
    ) -> Vec<(&'a EntitlementKey, Cut<'a>)> {
        let refused = keys
            .iter()
            .filter_map(|key| match self.verdict(key, of, true) {
                Verdict::Cut(cut) if cut.is_refused() => Some((key, cut)),
                Verdict::Cut(_) | Verdict::Keep(_) | Verdict::Add => None,
            });
        refused.collect()
    }

    fn needed_of(
        &self,
        keys: &'a [EntitlementKey],
        required: &[&'a Requirement],
    ) -> Vec<&'a EntitlementKey> {
        let wanted = required.iter().map(|line| &line.permission);
        let given =
            wanted.filter(|wanted| keys.iter().any(|key| key == *wanted || key.covers(wanted)));
        given
            .filter(|wanted| !self.account.permissions.contains(wanted))
            .collect()
    }
}
