//! The review of accounts, each quarter: which are due, and what becomes of a verdict. Decides; writes nothing.
//!
//! CIS Control 5.5 wants every service account reviewed at least each quarter, and shown to be authorised still. Who owns an
//! account answers for it, so an owner may review it; a machine, and somebody who is not there, may not.

use std::collections::BTreeMap;

use crate::lifecycle::approval::Maker;
use crate::lifecycle::{logins, membership};
use crate::model::access::words;
use crate::model::account::{Account, AccountStatus};
use crate::model::change::Change;
use crate::model::date::{Date, Timestamp};
use crate::model::fact::{Detail, Fact, ReviewVerdict};
use crate::model::id::{AccountId, PersonId, Principal};
use crate::model::inventory::Inventory;
use crate::model::key::FactKey;
use crate::model::text::{Text, could_be_secret};

mod past;

pub use past::{Past, newest, one, past};

words! {
    /// How the review of an account stands.
    Standing {
        /// Its last good day is past.
        Overdue = "overdue",
        /// Nobody ever reviewed it, and since when it is in use is not known.
        Never = "never",
        Due = "due",
        Later = "later",
    }
}

/// How the review of one account stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty<'a> {
    pub id: &'a AccountId,
    pub account: &'a Account,
    pub last: Option<Past>,
    /// The last good day; none where nobody knows from when to count.
    pub due_on: Option<Date>,
    pub standing: Standing,
}

/// The duties of every account in use, those that are late first. One is due `within` so many days before its last good day.
///
/// It counts from the last review, else from the day of the first known version, as the rule `review-overdue` does.
pub fn duties(inventory: &Inventory, limit: u32, within: i64, as_of: Date) -> Vec<Duty<'_>> {
    let last = newest(inventory, as_of);
    let mut began: BTreeMap<&AccountId, Date> = BTreeMap::new();
    for (key, version) in &inventory.versions {
        let day = began.entry(&key.account).or_insert(version.issued);
        *day = version.issued.min(*day);
    }
    let duty = |(id, account)| {
        let last: Option<Past> = last.get(id).cloned();
        let since = last.as_ref().map(|past| past.on);
        let since = since.or_else(|| began.get(id).copied());
        let due_on = since.map(|day| day.plus_days(limit.into()));
        let standing = match due_on.map(|due| as_of.days_until(due)) {
            None => Standing::Never,
            Some(left) if left < 0 => Standing::Overdue,
            Some(left) if left <= within => Standing::Due,
            Some(_) => Standing::Later,
        };
        Duty {
            id,
            account,
            last,
            due_on,
            standing,
        }
    };
    let in_use = |(_, account): &(&AccountId, &Account)| match account.status {
        AccountStatus::Active | AccountStatus::Suspended => true,
        AccountStatus::Proposed | AccountStatus::Retired => false,
    };
    let mut all: Vec<Duty<'_>> = inventory.accounts.iter().filter(in_use).map(duty).collect();
    all.sort_by(|a, b| (a.standing, a.due_on, a.id).cmp(&(b.standing, b.due_on, b.id)));
    all
}

/// Whether somebody owns an account, by themselves or by a team.
pub fn owns(inventory: &Inventory, who: &Principal, account: &Account) -> bool {
    let owner = &account.owner;
    let mut owners = [&owner.business, &owner.technical, &owner.rotation]
        .into_iter()
        .flatten();
    let teams = match who.parts() {
        ("person", name) => match inventory.people.get_key_value(name) {
            Some((id, _)) => membership::teams_of(&inventory.teams, id),
            None => Default::default(),
        },
        (_, _) => Default::default(),
    };
    owners.any(|owner| match owner.parts() {
        ("team", name) => owner == who || teams.iter().any(|team| team.as_str() == name),
        (_, _) => owner == who,
    })
}

/// A verdict that is to be recorded, and what there is to know of it.
pub struct Asked<'a> {
    pub account: &'a AccountId,
    pub verdict: ReviewVerdict,
    pub by: &'a Principal,
    pub on: Date,
    /// The moment, where it is given now.
    pub at: Option<Timestamp>,
    pub note: Option<Text>,
    /// Whether it is said now, and counts though it was said before on the day and another verdict came between. What stands
    /// in a file does not: it is taken once, however often it is read.
    pub again: bool,
    /// The account with its facts, people and teams.
    pub inventory: &'a Inventory,
    pub makers: &'a [Maker],
    /// Why a person could review nothing on that day.
    pub absence: &'a dyn Fn(&PersonId) -> Option<String>,
    pub today: Date,
}

/// Why a verdict is not recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReview {
    #[error("there is no account `{0}`")]
    NoAccount(AccountId),
    #[error("`account/{account}` is {status}: there is nothing to review")]
    NotInUse {
        account: AccountId,
        status: AccountStatus,
    },
    #[error("`{0}` is an account: a machine reviews nothing")]
    Machine(Principal),
    #[error("`{by}` {why}")]
    Absent { by: Principal, why: String },
    #[error("`{0}` has nobody who is there")]
    Nobody(Principal),
    #[error("{on} has not come: today is {today}")]
    Ahead { on: Date, today: Date },
    #[error("the note has the look of a secret")]
    Secret,
    #[error("`{by}` said {verdict} of `account/{account}` on {on} already, with another note")]
    Recorded {
        account: AccountId,
        by: Principal,
        verdict: ReviewVerdict,
        on: Date,
    },
}

/// What speaks against a verdict, and does not stop it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    #[error("`{by}` {did} it (`{actor}`): let somebody else look at it too")]
    Maker {
        by: Principal,
        did: crate::lifecycle::approval::Made,
        actor: String,
    },
    #[error("`{0}` owns none of it: whoever answers for the account should know of the verdict")]
    Stranger(Principal),
    #[error("what is to change was not said")]
    NoWords,
    #[error("`{0}` said the opposite on the same day: the later verdict counts")]
    Other(Principal),
}

/// A verdict as it is recorded.
#[derive(Debug, PartialEq, Eq)]
pub struct Given {
    /// None where it is recorded already.
    pub change: Option<Change>,
    pub doubts: Vec<Doubt>,
}

/// Decides on a verdict.
///
/// # Errors
/// When whoever gives it may not, or the account is in no use.
pub fn give(asked: &Asked<'_>) -> Result<Given, NoReview> {
    let account = asked.may_be_given()?;
    let fact = Fact::Review {
        account: asked.account.clone(),
        on: asked.on,
        by: asked.by.clone(),
        verdict: asked.verdict,
        detail: asked.detail(),
    };
    let key = FactKey::of(&fact);
    let moment = asked.moment().filter(|_| asked.again && !asked.stands());
    let change = match (asked.inventory.facts.get(&key), moment) {
        (None, _) => Some(Change::create((key, fact).into())),
        (Some(_), Some(at)) => Some(Change::create((key.again(at), fact).into())),
        (Some(there), None) => {
            let noted = there.detail().and_then(|detail| detail.note.as_ref());
            if asked.note.is_some() && noted != asked.note.as_ref() {
                return Err(NoReview::Recorded {
                    account: asked.account.clone(),
                    by: asked.by.clone(),
                    verdict: asked.verdict,
                    on: asked.on,
                });
            }
            None
        }
    };
    Ok(Given {
        change,
        doubts: asked.doubts(account),
    })
}

impl<'a> Asked<'a> {
    fn may_be_given(&self) -> Result<&'a Account, NoReview> {
        let no_account = || NoReview::NoAccount(self.account.clone());
        let account = self
            .inventory
            .accounts
            .get(self.account)
            .ok_or_else(no_account)?;
        match account.status {
            AccountStatus::Active | AccountStatus::Suspended => {}
            status @ (AccountStatus::Proposed | AccountStatus::Retired) => {
                return Err(NoReview::NotInUse {
                    account: self.account.clone(),
                    status,
                });
            }
        }
        if self.on > self.today {
            return Err(NoReview::Ahead {
                on: self.on,
                today: self.today,
            });
        }
        if self
            .note
            .as_ref()
            .is_some_and(|note| could_be_secret(note.as_str()))
        {
            return Err(NoReview::Secret);
        }
        let by = self.by;
        let absent = |why: String| NoReview::Absent {
            by: by.clone(),
            why,
        };
        match by.parts() {
            ("person", name) => {
                let known = self.inventory.people.get_key_value(name);
                let (id, _) = known.ok_or_else(|| absent("is not in the roll".to_owned()))?;
                (self.absence)(id).map_or(Ok(account), |why| Err(absent(why)))
            }
            ("team", name) => {
                let is_there = |person: &PersonId| (self.absence)(person).is_none();
                match membership::has(&self.inventory.teams, name, &is_there) {
                    true => Ok(account),
                    false => Err(NoReview::Nobody(by.clone())),
                }
            }
            (_, _) => Err(NoReview::Machine(by.clone())),
        }
    }

    /// The reviews of the account that were made on the day.
    fn same_day(&self) -> impl Iterator<Item = Past> {
        let all = past(self.inventory, self.on).into_iter();
        all.filter(|past| past.account == *self.account && past.on == self.on)
    }

    /// The moment that is recorded: later than those of the day before it, so that one second tells what came last, too.
    fn moment(&self) -> Option<Timestamp> {
        let last = self.same_day().filter_map(|past| past.at).max();
        let next = last.map(|last| Timestamp::from_unix(last.unix() + 1));
        self.at.map(|at| next.map_or(at, |next| at.max(next)))
    }

    /// Whether the newest review of the day has the same verdict.
    fn stands(&self) -> bool {
        let last = self.same_day().last();
        last.is_some_and(|past| past.verdict == self.verdict)
    }

    fn detail(&self) -> Option<Box<Detail>> {
        let detail = Detail {
            at: self.moment(),
            note: self.note.clone(),
            ..Detail::default()
        };
        (detail != Detail::default()).then(|| Box::new(detail))
    }

    fn doubts(&self, account: &Account) -> Vec<Doubt> {
        let by = self.by;
        let mut doubts = Vec::new();
        let maker = self.makers.iter().find(|maker| {
            let people = logins::people(&self.inventory.people, &maker.actor);
            people
                .iter()
                .any(|id| ("person", id.as_str()) == by.parts())
        });
        doubts.extend(maker.map(|maker| Doubt::Maker {
            by: by.clone(),
            did: maker.did,
            actor: maker.actor.clone(),
        }));
        if !owns(self.inventory, by, account) {
            doubts.push(Doubt::Stranger(by.clone()));
        }
        if self.verdict == ReviewVerdict::Change && self.note.is_none() {
            doubts.push(Doubt::NoWords);
        }
        let mut same_day = self.same_day();
        let other = same_day.find(|past| past.verdict != self.verdict);
        doubts.extend(other.map(|past| Doubt::Other(past.by)));
        doubts
    }
}

#[cfg(test)]
mod tests;
