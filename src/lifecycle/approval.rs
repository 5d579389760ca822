//! Approvals by command: what becomes of one that is asked for. Whoever made what is approved does not approve it. Decides;
//! writes nothing.

use std::collections::BTreeSet;

use crate::lifecycle::{logins, membership};
use crate::model::access::{ActionClass, Level, words};
use crate::model::account::{Account, AccountStatus};
use crate::model::approval::Approval;
use crate::model::change::Change;
use crate::model::date::Date;
use crate::model::entitlement::EntitlementKey;
use crate::model::id::{AccountId, PersonId, Principal};
use crate::model::inventory::Inventory;
use crate::model::key::ApprovalKey;
use crate::model::record::Record;

words! {
    /// What somebody did to an account that another has to approve.
    Made {
        Created = "made",
        Changed = "last changed the rights of",
    }
}

/// Who made what is approved, as the audit trail names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maker {
    pub actor: String,
    pub did: Made,
}

/// What is to be approved, and what there is to know of it.
pub struct Asked<'a> {
    pub account: &'a AccountId,
    pub action: ActionClass,
    pub approval: Approval,
    /// The account with its approvals, people and teams.
    pub inventory: &'a Inventory,
    pub makers: &'a [Maker],
    /// Who asks, as the audit trail will name them.
    pub actor: &'a str,
    /// The actions of the account's level.
    pub actions: &'a [ActionClass],
    /// Why a person may approve nothing today: they have left, or have not accepted the invitation.
    pub absence: &'a dyn Fn(&PersonId) -> Option<String>,
    pub today: Date,
}

/// Why something is not approved, or an approval not withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoApproval {
    #[error("`{0}` is an account: a machine approves nothing")]
    Machine(Principal),
    #[error("`{by}` {why}")]
    Absent { by: Principal, why: String },
    #[error("`{0}` has nobody who is there")]
    Nobody(Principal),
    #[error(
        "`{by}` {did} `account/{account}` (`{actor}`), and nobody approves what they made themselves"
    )]
    Maker {
        by: Principal,
        did: Made,
        account: AccountId,
        actor: String,
    },
    /// Who made it is nobody's login: it may be whoever asks.
    #[error(
        "`{by}` is who runs this, and who {did} `account/{account}` is not known: `{actor}` is nobody's login"
    )]
    MayBeMaker {
        by: Principal,
        did: Made,
        account: AccountId,
        actor: String,
    },
    #[error("`account/{0}` is retired")]
    Retired(AccountId),
    #[error("an approval cannot end on {until}: that day is past on {today}")]
    Past { until: Date, today: Date },
    #[error("{action} of `account/{account}` was approved today already, by `{by}`{}", until.map_or(String::new(), |day| format!(" until {day}")))]
    Given {
        account: AccountId,
        action: ActionClass,
        by: Principal,
        until: Option<Date>,
    },
    #[error("no approval of {action} holds for `account/{account}`")]
    None {
        account: AccountId,
        action: ActionClass,
    },
}

/// What speaks against an approval, and does not stop it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    #[error(
        "who {did} the account is not known: `{actor}` is nobody's login, and may be the one who approves"
    )]
    UnknownMaker { did: Made, actor: String },
    #[error("`{0}` is the technical owner and not the business owner: whoever runs it approves it")]
    TechnicalOwner(Principal),
    #[error("it ends after the account itself, on {0}")]
    BeyondExpiry(Date),
    #[error("the level `{0}` has no such action: nothing comes of it before the level is another")]
    BeyondLevel(Level),
    #[error("the account has no `{0}` of its own")]
    NotHeld(EntitlementKey),
}

/// An approval that is given.
#[derive(Debug, PartialEq, Eq)]
pub struct Given {
    /// None where it stands already.
    pub change: Option<Change>,
    pub doubts: Vec<Doubt>,
}

/// Decides on an approval of today.
///
/// # Errors
/// When nobody may give it, or another of the day is there.
pub fn give(asked: &Asked<'_>, account: &Account) -> Result<Given, NoApproval> {
    let (today, until) = (asked.today, asked.approval.until);
    if account.status == AccountStatus::Retired {
        return Err(NoApproval::Retired(asked.account.clone()));
    }
    if let Some(until) = until.filter(|until| *until < today) {
        return Err(NoApproval::Past { until, today });
    }
    let unknown = asked.may_sign()?;
    let key = ApprovalKey {
        account: asked.account.clone(),
        action: asked.action,
        on: today,
    };
    let mut doubts: Vec<Doubt> = unknown.into_iter().collect();
    doubts.extend(asked.doubts(account));
    let change = match asked.inventory.approvals.get(&key) {
        None => Some(Change::create((key, asked.approval.clone()).into())),
        Some(there) if *there == asked.approval => None,
        Some(there) => {
            return Err(NoApproval::Given {
                account: key.account,
                action: key.action,
                by: there.by.clone(),
                until: there.until,
            });
        }
    };
    Ok(Given { change, doubts })
}

impl Asked<'_> {
    /// Whether the approver may sign; with the doubt that is left where the maker is not known.
    fn may_sign(&self) -> Result<Option<Doubt>, NoApproval> {
        let by = &self.approval.by;
        let is_there = |person: &PersonId| (self.absence)(person).is_none();
        match by.parts() {
            ("person", name) => {
                let id = self.inventory.people.get_key_value(name);
                let why = match id {
                    Some((id, _)) => (self.absence)(id),
                    None => Some("is not in the roll".to_owned()),
                };
                if let Some(why) = why {
                    return Err(NoApproval::Absent {
                        by: by.clone(),
                        why,
                    });
                }
            }
            ("team", name) => {
                if !membership::has(&self.inventory.teams, name, &is_there) {
                    return Err(NoApproval::Nobody(by.clone()));
                }
            }
            _ => return Err(NoApproval::Machine(by.clone())),
        }
        self.is_another()
    }

    /// Whether somebody else than the makers signs.
    fn is_another(&self) -> Result<Option<Doubt>, NoApproval> {
        let by = &self.approval.by;
        let people = &self.inventory.people;
        let mut makers: BTreeSet<&PersonId> = BTreeSet::new();
        let mut unknown = None;
        for maker in self.makers {
            let known = logins::people(people, &maker.actor);
            unknown = unknown.or(known.is_empty().then_some(maker));
            makers.extend(known);
            if !self.has_other_than(&makers) {
                return Err(NoApproval::Maker {
                    by: by.clone(),
                    did: maker.did,
                    account: self.account.clone(),
                    actor: maker.actor.clone(),
                });
            }
        }
        let Some(maker) = unknown else {
            return Ok(None);
        };
        makers.extend(logins::people(people, self.actor));
        let (did, actor) = (maker.did, maker.actor.clone());
        if !self.has_other_than(&makers) {
            return Err(NoApproval::MayBeMaker {
                by: by.clone(),
                did,
                account: self.account.clone(),
                actor,
            });
        }
        Ok(Some(Doubt::UnknownMaker { did, actor }))
    }

    /// Whether the approver is, or has among its people, somebody who is there and none of these.
    fn has_other_than(&self, makers: &BTreeSet<&PersonId>) -> bool {
        let is_other =
            |person: &PersonId| !makers.contains(person) && (self.absence)(person).is_none();
        match self.approval.by.parts() {
            ("person", name) => makers.iter().all(|maker| maker.as_str() != name),
            (_, name) => membership::has(&self.inventory.teams, name, &is_other),
        }
    }

    fn doubts(&self, account: &Account) -> Vec<Doubt> {
        let by = &self.approval.by;
        let mut doubts = Vec::new();
        let [technical, business] = [&account.owner.technical, &account.owner.business]
            .map(|owner| owner.as_ref().is_some_and(|owner| self.speaks_for(owner)));
        if technical && !business {
            doubts.push(Doubt::TechnicalOwner(by.clone()));
        }
        if let Some((end, until)) = account.expires.zip(self.approval.until)
            && end < until
        {
            doubts.push(Doubt::BeyondExpiry(end));
        }
        if self.action != ActionClass::Read && !self.actions.contains(&self.action) {
            doubts.push(Doubt::BeyondLevel(account.level));
        }
        let held = |key: &&EntitlementKey| {
            account.permissions.contains(*key) || account.scopes.contains(*key)
        };
        let keys = self.approval.permissions.iter();
        let missing = keys.filter(|key| !held(key)).cloned();
        doubts.extend(missing.map(Doubt::NotHeld));
        doubts
    }

    /// Whether the approver is an owner, or one of the team that is.
    fn speaks_for(&self, owner: &Principal) -> bool {
        let by = &self.approval.by;
        match (by.parts(), owner.parts()) {
            (("person", name), ("team", team)) => {
                let is_them = |person: &PersonId| person.as_str() == name;
                membership::has(&self.inventory.teams, team, &is_them)
            }
            _ => by == owner,
        }
    }
}

/// Ends what is approved today or from a later day on. One that held before ends yesterday, so that it is seen to have held;
/// one of today is taken out.
///
/// # Errors
/// When there is none.
pub fn withdraw(
    inventory: &Inventory,
    account: &AccountId,
    action: ActionClass,
    today: Date,
) -> Result<Vec<Change>, NoApproval> {
    let own = inventory.approvals.iter();
    let own = own.filter(|(key, approval)| {
        let ends_later = approval.until.is_none_or(|until| until >= today);
        key.account == *account && key.action == action && ends_later
    });
    let changes: Vec<Change> = own
        .map(|(key, approval)| {
            let record = |approval: &Approval| Record::from((key.clone(), approval.clone()));
            match key.on < today {
                true => {
                    let ended = Approval {
                        until: Some(today.plus_days(-1)),
                        ..approval.clone()
                    };
                    Change::update(record(approval), record(&ended))
                }
                false => Change::remove(record(approval)),
            }
        })
        .collect();
    match changes.is_empty() {
        true => Err(NoApproval::None {
            account: account.clone(),
            action,
        }),
        false => Ok(changes),
    }
}

#[cfg(test)]
mod tests;
