//! What is held, read by the glossaries: for lists, which ask about all permissions of somebody and not about one. Every
//! verdict is that of `ask`, so that a list and an answer cannot disagree.

use std::collections::HashMap;

use crate::access::ask::{Answer, Gate, Missing, Question, ask_by, reach_of};
use crate::access::effective::{Places, Reach};
use crate::access::holdings::{Holding, Holdings};
use crate::access::terms::Terms;
use crate::model::access::{Effect, Level, Standing};
use crate::model::entitlement::{Catalog, CatalogName, Entitlement, EntitlementKey};
use crate::model::id::{BoundaryPath, Principal};

/// What a permission is. Without `known`, no glossary says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading<'a> {
    pub catalog: Option<&'a CatalogName>,
    pub known: Option<&'a Entitlement>,
}

impl<'a> Reading<'a> {
    pub fn effect(&self) -> Option<Effect> {
        self.known.map(|known| known.effect)
    }

    /// The heading that a permission stands under; the first part of its key where no glossary knows it.
    pub fn group(&self, key: &'a EntitlementKey) -> &'a str {
        match self.known {
            Some(known) => known.group.as_str(),
            None => key.as_str().split('/').next().unwrap_or_default(),
        }
    }
}

/// Reads what is held.
pub struct Reader<'r, 'a> {
    pub holdings: &'r Holdings<'a>,
    pub terms: &'r dyn Terms<'a>,
    /// The glossaries that are used, which read what a role without one gives.
    used: Vec<(&'a CatalogName, &'a Catalog)>,
}

impl<'r, 'a> Reader<'r, 'a> {
    pub fn of(holdings: &'r Holdings<'a>, terms: &'r dyn Terms<'a>) -> Reader<'r, 'a> {
        let used = holdings.catalogs().into_iter();
        Reader {
            holdings,
            terms,
            used: used
                .filter_map(|name| Some((name, terms.glossary(name)?)))
                .collect(),
        }
    }

    /// Visits each permission of a holding, once for each glossary that reads it.
    pub fn each(&self, held: &Holding<'a>, mut visit: impl FnMut(&'a EntitlementKey, Reading<'a>)) {
        if let Some(name) = held.catalog {
            let catalog = self.terms.glossary(name);
            for key in held.keys {
                let known = catalog.and_then(|catalog| catalog.entitlements.get(key));
                let catalog = Some(name);
                visit(key, Reading { catalog, known });
            }
            return;
        }
        for key in held.keys {
            let mut unread = true;
            for (name, catalog) in &self.used {
                if let Some(known) = catalog.entitlements.get(key) {
                    let (catalog, known) = (Some(*name), Some(known));
                    visit(key, Reading { catalog, known });
                    unread = false;
                }
            }
            if unread {
                let (catalog, known) = (None, None);
                visit(key, Reading { catalog, known });
            }
        }
    }
}

/// How far something goes, and what stands in its way.
pub type Verdict = (Reach, Option<Gate>);

/// What verdicts have in common: the place, the glossary, the effect, and the permission where approvals name it.
type Alike<'r> = (&'r str, &'r str, Effect, Option<&'r str>);

/// Says of one principal, who is there, how far each thing goes that it holds; under every condition.
pub struct Judge<'r, 'a> {
    reader: &'r Reader<'r, 'a>,
    principal: &'r Principal,
    /// The level of an account; people and teams have none, and nothing stands between what they hold and its use.
    level: Option<Level>,
    known: HashMap<Alike<'r>, Verdict>,
    /// The rights of an account at all its places, worked out once.
    places: Option<Places<'a>>,
}

impl<'r, 'a> Judge<'r, 'a> {
    pub fn of(reader: &'r Reader<'r, 'a>, principal: &'r Principal) -> Judge<'r, 'a> {
        let account = reader.holdings.account(principal);
        Judge {
            reader,
            principal,
            level: account.map(|account| account.level),
            known: HashMap::new(),
            places: Places::of(reader.holdings, reader.terms, principal),
        }
    }

    /// How far a permission goes at a boundary where the principal holds it.
    pub fn verdict(
        &mut self,
        key: &'r EntitlementKey,
        reading: Reading<'r>,
        at: &'r BoundaryPath,
    ) -> Verdict {
        let (Some(catalog), Some(known)) = (reading.catalog, reading.known) else {
            return (Reach::Unclear, None);
        };
        let Some(level) = self.level else {
            return (Reach::Full, None);
        };
        let terms = self.reader.terms;
        let is_named = known.effect == Effect::Egress
            || matches!(
                terms.standing(catalog, key, level),
                Some(Standing::Named(_) | Standing::Forbidden(_))
            )
            || terms.forbids(catalog, key, level)
            || terms.action_at(level, known.effect).is_none();
        let name = is_named.then_some(key.as_str());
        let alike = (at.as_str(), catalog.as_str(), known.effect, name);
        if let Some(verdict) = self.known.get(&alike) {
            return *verdict;
        }
        let question = Question {
            principal: self.principal,
            catalog,
            permission: key,
            at,
            own: true,
            unresolved: true,
        };
        let places = self.places.as_ref();
        let answer = ask_by(self.reader.holdings, terms, &question, places);
        let gate = match &answer {
            Answer::No(Missing::Gate(_, gate)) => Some(*gate),
            Answer::Yes(_) | Answer::No(_) => None,
        };
        let verdict = (reach_of(&answer).unwrap_or(Reach::Nothing), gate);
        self.known.insert(alike, verdict);
        verdict
    }
}
