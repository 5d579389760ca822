//! What is to be rotated and what ends in the months to come. Values in, values out; the moment is a parameter.

mod run;

use crate::lifecycle::due::{self, DueKind, OwnerChanges};
use crate::lifecycle::openings::Openings;
use crate::model::account::{Account, AccountStatus};
use crate::model::date::{Date, Span, Timestamp};
use crate::model::id::{AccountId, Principal};
use crate::model::inventory::Inventory;
use crate::model::rotation::Rotation;

pub use run::{Run, Standing, next, runs};

/// What is to happen in a span of days.
#[derive(Debug)]
pub struct Schedule<'a> {
    pub from: Date,
    /// The first day that is not part of it.
    pub until: Date,
    /// The accounts that something happens to, sorted.
    pub lines: Vec<Line<'a>>,
    /// Accounts that are in use, and nothing says when they are rotated: no version is recorded, or there is no policy.
    pub unknown: Vec<&'a AccountId>,
}

/// What is to happen to one account.
#[derive(Debug)]
pub struct Line<'a> {
    pub id: &'a AccountId,
    pub account: &'a Account,
    pub policy: Option<&'a Rotation>,
    /// First and last days that are blacked out.
    pub shut: Vec<(Date, Date)>,
    pub runs: Vec<Run>,
}

impl Line<'_> {
    /// Who rotates it: the technical owner where nobody is named for that.
    pub fn owner(&self) -> Option<&Principal> {
        let owner = &self.account.owner;
        let owners = [&owner.rotation, &owner.technical, &owner.business];
        owners.into_iter().find_map(Option::as_ref)
    }

    /// How many days before its day something is warned of.
    pub fn warn_days(&self) -> u32 {
        let warn = self.policy.and_then(|policy| policy.warn.as_ref());
        warn.map_or(due::WARN_DAYS.unsigned_abs() as u32, Span::days)
    }
}

/// All that is to happen to those accounts of an inventory that are wanted, looked at from a moment. What is overdue belongs
/// to the first day.
pub fn schedule<'a>(
    inventory: &'a Inventory,
    is_wanted: &dyn Fn(&AccountId, &Account) -> bool,
    now: Timestamp,
    (from, until): (Date, Date),
) -> Schedule<'a> {
    let changes = OwnerChanges::of(inventory);
    let mut schedule = Schedule {
        from,
        until,
        lines: Vec::new(),
        unknown: Vec::new(),
    };
    let wanted = inventory.accounts.iter();
    for (id, account) in wanted.filter(|(id, account)| is_wanted(id, account)) {
        let mut runs = runs(inventory, &changes, id, account, now, until);
        let is_in_use = account.status == AccountStatus::Active;
        if is_in_use && !runs.iter().any(|run| run.what == DueKind::Rotation) {
            let due = due::of(inventory, &changes, id, account);
            if !due.iter().any(|due| due.what == DueKind::Rotation) {
                schedule.unknown.push(id);
            }
        }
        let is_open = |run: &Run| run.standing == Standing::Overdue && now.date() <= from;
        runs.retain(|run| from <= run.day() || is_open(run));
        if runs.is_empty() {
            continue;
        }
        let policy = run::policy_of(inventory, account);
        schedule.lines.push(Line {
            id,
            account,
            policy,
            shut: policy.map_or_else(Vec::new, |policy| Openings::of(policy).shut().to_vec()),
            runs,
        });
    }
    schedule
}
