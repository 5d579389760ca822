//! Whether assertions hold: what access is meant to be, against what it is. Judges, and tells why; shows nothing.
//!
//! `allowed` needs the whole path: a principal that is there, the grant, its condition and, for an account, both sides and the
//! approval. `denied` is broken by whoever would be let through, at the place or anywhere below it: an account that only
//! lacks an approval, or whose other side lacks the right, has the key to the door all the same. What proves nothing is
//! broken.

mod denied;
mod verdict;

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeSet, HashMap};

use crate::access::ask::{Answer, Question, ask};
use crate::access::glossary::glossary_among;
use crate::access::granting::{Granting, Wanted};
use crate::access::holdings::Holdings;
use crate::access::terms::Terms;
use crate::model::assertion::{Assertion, Expectation, Given};
use crate::model::entitlement::CatalogName;
use crate::model::id::Principal;
use crate::model::key::{AssertionKey, Whom};

pub use verdict::{Breach, Broken, How, Idle, Verdict};

/// How many holders and assignments are looked at for all assertions together: 2,000 times 10,000. Those behind it are
/// broken, as they were not judged.
const MOST: usize = 20_000_000;

/// What assertions are judged by; made once for many.
pub struct Assertions<'h, 'a> {
    holdings: &'h Holdings<'a>,
    terms: &'h dyn Terms<'a>,
    granting: Granting<'h, 'a>,
    used: BTreeSet<&'a CatalogName>,
    /// How many assignments each principal has.
    loads: HashMap<&'a str, usize>,
    people: OnceCell<HashMap<&'a str, Vec<&'a str>>>,
    left: Cell<usize>,
}

/// Every assertion of the inventory with how it stands, in their order.
pub fn verdicts<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
) -> Vec<(&'a AssertionKey, Verdict<'a>)> {
    let all = &holdings.inventory.assertions;
    if all.is_empty() {
        return Vec::new();
    }
    let judge = Assertions::of(holdings, terms);
    let judged = all.iter().map(|(key, body)| (key, judge.judge(key, body)));
    judged.collect()
}

/// What ends a judgement before its time.
type Ended<'a, T> = Result<T, Idle<'a>>;

impl<'h, 'a> Assertions<'h, 'a> {
    pub fn of(holdings: &'h Holdings<'a>, terms: &'h dyn Terms<'a>) -> Assertions<'h, 'a> {
        let mut loads: HashMap<&str, usize> = HashMap::new();
        for id in holdings.inventory.assignments.keys() {
            *loads.entry(id.principal.as_str()).or_default() += 1;
        }
        Assertions {
            holdings,
            terms,
            granting: Granting::of(holdings, terms),
            used: holdings.catalogs(),
            loads,
            people: OnceCell::new(),
            left: Cell::new(MOST),
        }
    }

    /// The same, that looks at no more than so many holders and assignments.
    pub fn at_most(self, most: usize) -> Assertions<'h, 'a> {
        self.left.set(most);
        self
    }

    /// Whether an assertion holds.
    pub fn judge(&self, key: &'a AssertionKey, body: &'a Assertion) -> Verdict<'a> {
        match self.judged(key, body) {
            Ok(verdict) => verdict,
            Err(idle) => Verdict::Broken(Broken::Idle(idle)),
        }
    }

    fn judged(&self, key: &'a AssertionKey, body: &'a Assertion) -> Ended<'a, Verdict<'a>> {
        self.names(key, body)?;
        let one = match &key.principal {
            Whom::One(one) => Some(one),
            Whom::Anyone => None,
        };
        self.spend(self.used.len())?;
        let said = body.catalog.as_ref();
        let (holdings, terms) = (self.holdings, self.terms);
        let catalog = glossary_among(holdings, terms, one, &key.permission, said, &self.used)
            .map_err(Idle::NoGlossary)?;
        let wanted = Wanted {
            catalog: &catalog,
            key: &key.permission,
            at: &key.at,
        };
        match (body.expect, one) {
            (Expectation::Allowed, Some(one)) => self.allowed(one, wanted, key.given),
            (Expectation::Allowed, None) => Err(Idle::AllowedToAll),
            (Expectation::Denied, one) => {
                self.can_be_met(wanted, key.given)?;
                match one {
                    Some(one) => self.denied(one, wanted, key.given),
                    None => self.denied_to_all(&body.except, wanted, key.given),
                }
            }
        }
    }

    /// Every name has to lead somewhere, and every word has to mean something.
    fn names(&self, key: &'a AssertionKey, body: &'a Assertion) -> Ended<'a, ()> {
        let inventory = self.holdings.inventory;
        match &key.principal {
            Whom::One(one) if !self.is_there(one) => return Err(Idle::NoPrincipal(one)),
            Whom::One(_) if !body.except.is_empty() => return Err(Idle::ExceptBesideOne),
            Whom::One(_) | Whom::Anyone => {}
        }
        let mut unknown = body.except.iter().enumerate();
        if let Some((at, one)) = unknown.find(|(_, one)| !self.is_there(one)) {
            return Err(Idle::NoException(at, one));
        }
        if !inventory.boundaries.contains_key(&key.at) {
            return Err(Idle::NoBoundary(&key.at));
        }
        self.holdings
            .teams
            .left_out
            .map_or(Ok(()), |team| Err(Idle::Tangle(team)))
    }

    fn is_there(&self, principal: &Principal) -> bool {
        let (kind, name) = principal.parts();
        let inventory = self.holdings.inventory;
        match kind {
            "person" => inventory.people.contains_key(name),
            "team" => inventory.teams.contains_key(name),
            _ => inventory.accounts.contains_key(name),
        }
    }

    fn spend(&self, work: usize) -> Ended<'a, ()> {
        let left = self.left.get().checked_sub(work + 1);
        self.left.set(left.unwrap_or_default());
        left.map_or(Err(Idle::TooMuch), |_| Ok(()))
    }

    /// How much is looked at for one principal.
    fn load(&self, principal: &Principal) -> usize {
        let own = self.loads.get(principal.as_str()).copied();
        let account = self.holdings.account(principal);
        let lists = account.map_or(0, |account| {
            2 * account.boundary.len() + account.permissions.len() + account.scopes.len()
        });
        own.unwrap_or_default() + lists
    }

    fn allowed(
        &self,
        one: &'a Principal,
        wanted: Wanted<'_>,
        given: Option<Given>,
    ) -> Ended<'a, Verdict<'a>> {
        let question = question(one, wanted, given);
        let is_account = self.holdings.account(one).is_some();
        if is_account {
            self.spend(self.load(one))?;
        }
        let teams = self.sitters(one);
        self.spend(teams.len())?;
        let broken = |missing| Verdict::Broken(Broken::MayNot(missing));
        let granted = || {
            self.holdings
                .giving(one, (wanted.catalog, wanted.key), wanted.at)
        };
        // What is missing is looked for everywhere.
        let everywhere = teams
            .iter()
            .map(|team| self.loads.get(team.as_str()).copied().unwrap_or_default());
        let everywhere = everywhere.sum::<usize>() + self.holdings.inventory.roles.len();
        if !is_account && granted().is_none() && self.spend(everywhere).is_err() {
            return Ok(broken(None));
        }
        Ok(match ask(self.holdings, self.terms, &question) {
            Answer::Yes(_) => Verdict::Held,
            Answer::No(missing) => broken(Some(Box::new(missing))),
        })
    }

    /// Whose assignments count for a principal: its own, and those of its teams.
    fn sitters(&self, one: &Principal) -> Vec<String> {
        let teams = match one.parts() {
            ("person", name) => self.holdings.teams.of_person(name),
            ("team", name) => self.holdings.teams.above(name).to_vec(),
            _ => Vec::new(),
        };
        let teams = teams.into_iter().map(|team| format!("team/{team}"));
        std::iter::once(one.to_string()).chain(teams).collect()
    }
}

fn question<'q>(
    principal: &'q Principal,
    wanted: Wanted<'q>,
    given: Option<Given>,
) -> Question<'q> {
    Question {
        principal,
        catalog: wanted.catalog,
        permission: wanted.key,
        at: wanted.at,
        own: given.is_some_and(Given::is_own),
        unresolved: given.is_some_and(Given::is_unresolved),
    }
}
