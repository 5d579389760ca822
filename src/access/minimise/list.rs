//! One list of an account, judged line by line.

use std::collections::BTreeSet;

use crate::access::effective::own_class;
use crate::access::minimise::{Bench, Cut, Keep, Line, SideOf, Verdict};
use crate::model::access::{ActionClass, Effect, Need, Requirement, Standing};
use crate::model::entitlement::{Entitlement, EntitlementKey, Side, is_wildcard};

impl<'a> Bench<'_, 'a> {
    /// An account's own list of one side.
    pub(super) fn list(&self, keys: &'a [EntitlementKey], of: SideOf<'a>) -> Vec<Line<'a>> {
        let needed = self.needed(of);
        let mut seen = BTreeSet::new();
        let mut lines: Vec<Line<'a>> = Vec::new();
        for key in keys {
            let verdict = match seen.insert(key) {
                true => self.verdict(key, of, !needed.is_empty()),
                false => Verdict::Cut(Cut::Duplicate),
            };
            lines.push(Line { key, verdict });
        }
        let wild = |line: &&Line<'a>| line.verdict == Verdict::Cut(Cut::Wildcard);
        let wild: Vec<&EntitlementKey> = lines.iter().filter(wild).map(|line| line.key).collect();
        for key in needed {
            if !seen.contains(key) && wild.iter().any(|wild| wild.covers(key)) {
                let verdict = Verdict::Add;
                lines.push(Line { key, verdict });
            }
        }
        self.carry(&mut lines, of);
        lines
    }

    /// What the level needs of a side by name: what the map requires, the scopes that the level lists. Where that is nothing,
    /// nothing can be told.
    fn needed(&self, of: SideOf<'a>) -> Vec<&'a EntitlementKey> {
        let (Some(name), Some(catalog)) = (of.name, of.catalog) else {
            return Vec::new();
        };
        let level = self.account.level;
        match of.side {
            Side::Provider => {
                let lines = self.terms.lines(name, level).into_iter();
                let required = lines.filter(|line| line.need == Need::Required);
                let keys = required.map(|line: &'a Requirement| &line.permission);
                keys.filter(|key| catalog.entitlements.contains_key(*key))
                    .collect()
            }
            Side::Platform => {
                let scopes = self.terms.level(level).scopes.iter();
                let listed = scopes.filter_map(|key| catalog.entitlements.get_key_value(key));
                listed.map(|(key, _)| key).collect()
            }
        }
    }

    /// What becomes of an entitlement that stands in a list once.
    pub(super) fn verdict(
        &self,
        key: &'a EntitlementKey,
        of: SideOf<'a>,
        is_told: bool,
    ) -> Verdict<'a> {
        if is_wildcard(key.as_str()) {
            return match is_told {
                true => Verdict::Cut(Cut::Wildcard),
                false => Verdict::Keep(Keep::Wildcard),
            };
        }
        let known = of.catalog.and_then(|catalog| catalog.entitlements.get(key));
        let level = self.account.level;
        let standing = of
            .name
            .and_then(|name| self.terms.standing(name, key, level));
        let (Some(known), Some(standing)) = (known, standing) else {
            return Verdict::Keep(Keep::Unknown);
        };
        let otherwise = match is_told {
            true => Verdict::Cut(Cut::Unneeded(known.effect)),
            false => Verdict::Keep(Keep::Fits(known.effect)),
        };
        self.judge(key, known, standing, of.side)
            .unwrap_or(otherwise)
    }

    /// The verdict on what a glossary lists; none where it fits and nothing speaks for or against it.
    fn judge(
        &self,
        key: &'a EntitlementKey,
        known: &Entitlement,
        standing: Standing<'a>,
        side: Side,
    ) -> Option<Verdict<'a>> {
        let named = self.named.contains(key);
        let exports = known.effect == Effect::Egress;
        Some(match standing {
            Standing::Forbidden(line) => Verdict::Cut(Cut::Forbidden(line)),
            Standing::Named(line) if line.need == Need::Required => {
                Verdict::Keep(Keep::Required(line))
            }
            Standing::Named(_) | Standing::Fits | Standing::Exceeds if exports => match named {
                true => Verdict::Keep(Keep::Approved),
                false => Verdict::Cut(Cut::Egress),
            },
            Standing::Exceeds => Verdict::Cut(Cut::Beyond(known.effect)),
            Standing::Named(line) if line.need == Need::NeedsApproval && !named => {
                Verdict::Cut(Cut::Unapproved(line))
            }
            Standing::Fits if side == Side::Platform && self.of_level(key) => {
                Verdict::Keep(Keep::OfLevel)
            }
            Standing::Named(_) | Standing::Fits if !self.may_be_in_use(key) => {
                Verdict::Cut(Cut::Unused)
            }
            Standing::Named(_) | Standing::Fits if named => Verdict::Keep(Keep::Approved),
            Standing::Named(_) | Standing::Fits if self.expected.contains(key) => {
                Verdict::Keep(Keep::Asserted)
            }
            Standing::Named(line) => Verdict::Cut(Cut::Optional(line)),
            Standing::Fits => return None,
        })
    }

    fn of_level(&self, key: &EntitlementKey) -> bool {
        self.terms.level(self.account.level).scopes.contains(key)
    }

    fn may_be_in_use(&self, key: &EntitlementKey) -> bool {
        self.used.is_none_or(|used| used.contains(key))
    }

    /// Keeps what could be spared, where nothing else of the list carries reading or the level's own action any more.
    fn carry(&self, lines: &mut [Line<'a>], of: SideOf<'a>) {
        let policy = self.terms.level(self.account.level);
        let own = match policy.writes || of.side == Side::Platform {
            true => own_class(policy),
            false => ActionClass::Read,
        };
        for class in [ActionClass::Read, own] {
            let carries = |line: &Line<'a>| self.class_of(line.key, of) == Some(class);
            let stays = |line: &Line<'a>| !matches!(line.verdict, Verdict::Cut(_));
            if lines.iter().any(|line| carries(line) && stays(line)) {
                continue;
            }
            for line in lines.iter_mut().filter(|line| carries(line)) {
                let spared = match line.verdict {
                    Verdict::Cut(Cut::Duplicate) | Verdict::Keep(_) | Verdict::Add => false,
                    Verdict::Cut(cut) => !cut.is_refused(),
                };
                if spared {
                    line.verdict = Verdict::Keep(Keep::Carries(class));
                }
            }
        }
    }

    fn class_of(&self, key: &EntitlementKey, of: SideOf<'a>) -> Option<ActionClass> {
        let known = of.catalog?.entitlements.get(key)?;
        self.terms.action_at(self.account.level, known.effect)
    }
}
