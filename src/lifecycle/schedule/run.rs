//! The rotations and the ends of one account: each rotation in a window that meets its day, and those that follow it.

use crate::lifecycle::due::{self, Cause, Due, DueKind, OwnerChanges};
use crate::lifecycle::openings::{Opening, Openings};
use crate::model::access::words;
use crate::model::account::Account;
use crate::model::date::{Date, Timestamp};
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::rotation::Rotation;

/// The most rotations of one account that are looked ahead.
const MOST: usize = 5_000;

words! {
    /// How a run stands to its day.
    Standing {
        OnTime = "on-time",
        /// No window opens before the day: it runs after it.
        Late = "late",
        /// The day has passed.
        Overdue = "overdue",
        /// No window opens for more than a year.
        NoWindow = "no-window",
    }
}

/// One thing that is to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub what: DueKind,
    pub cause: Cause,
    /// The last good day.
    pub due_on: Date,
    /// When a rotation may run; none of an end, or where no window opens.
    pub opening: Option<Opening>,
    pub standing: Standing,
}

impl Run {
    /// The day on which it is to happen.
    pub fn day(&self) -> Date {
        self.opening
            .map_or(self.due_on, |opening| opening.from.date())
    }

    /// Whether a rotation is to run at this moment: its window is open.
    pub fn is_time(&self, now: Timestamp) -> bool {
        self.what == DueKind::Rotation && self.opening.is_some_and(|opening| opening.holds(now))
    }
}

/// The next rotation of an account, looked at from a moment; none where nothing makes it due.
///
/// It is planned for the first window of its warning in which its day is met; where there is none, for the last one before
/// the warning; for the next one where that day cannot be met.
pub fn next(
    inventory: &Inventory,
    changes: &OwnerChanges<'_>,
    id: &AccountId,
    account: &Account,
    now: Timestamp,
) -> Option<Run> {
    let dues = due::of(inventory, changes, id, account);
    let due = dues.iter().find(|due| due.what == DueKind::Rotation)?;
    let policy = policy_of(inventory, account);
    let openings = policy.map(Openings::of);
    let day = Day::of(due, policy);
    Some(rotation(day, openings.as_ref(), now, now))
}

/// All that is to happen to an account from a moment on, until the day `until`, which is not part of it: by when it happens.
///
/// Behind the next rotation stand those that follow it, each counted from the day that the one before it is planned for.
pub fn runs(
    inventory: &Inventory,
    changes: &OwnerChanges<'_>,
    id: &AccountId,
    account: &Account,
    now: Timestamp,
    until: Date,
) -> Vec<Run> {
    let dues = due::of(inventory, changes, id, account);
    let ends = account.expires;
    let mut runs: Vec<Run> = Vec::new();
    if let Some(due) = dues.iter().find(|due| due.what == DueKind::Rotation) {
        let policy = policy_of(inventory, account);
        let openings = policy.map(Openings::of);
        let mut next = rotation(Day::of(due, policy), openings.as_ref(), now, now);
        while next.day() < until && runs.len() < MOST && ends.is_none_or(|end| next.day() <= end) {
            runs.push(next);
            let following =
                policy.and_then(|policy| following(&next, policy, openings.as_ref(), now));
            match following {
                Some(run) => next = run,
                None => break,
            }
        }
    }
    let rotates = runs.first().map(Run::day);
    let current = due::current(&inventory.versions, id);
    let version_end = current.and_then(|version| version.expires);
    // A version that is replaced before its end does not reach it.
    let version_end = version_end.filter(|end| rotates.is_none_or(|day| *end < day));
    let version_end = version_end.filter(|end| ends.is_none_or(|last| *end < last));
    let all = [(ends, Cause::AccountEnd), (version_end, Cause::VersionEnd)];
    let is_in_force = dues.iter().any(|due| due.what == DueKind::Expiry);
    let all = all.into_iter().filter(|_| is_in_force);
    let ending = all.filter_map(|(end, cause)| Some((end?, cause)));
    let ending = ending.map(|(due_on, cause)| Run {
        what: DueKind::Expiry,
        cause,
        due_on,
        opening: None,
        standing: match due_on < now.date() {
            true => Standing::Overdue,
            false => Standing::OnTime,
        },
    });
    runs.extend(ending.filter(|run| run.day() < until));
    runs.sort_by_key(|run| (run.day(), run.due_on, run.what));
    runs
}

pub(super) fn policy_of<'a>(inventory: &'a Inventory, account: &Account) -> Option<&'a Rotation> {
    inventory.rotations.get(account.rotation.as_ref()?)
}

/// When a rotation is due, and the first day on which it is done.
#[derive(Clone, Copy)]
struct Day {
    due_on: Date,
    begins_on: Date,
    cause: Cause,
}

impl Day {
    fn of(due: &Due, policy: Option<&Rotation>) -> Day {
        match (due.cause, policy) {
            (Cause::Policy, Some(policy)) => Day::by(policy, due.due_on),
            (
                Cause::Exposed
                | Cause::OwnerChange
                | Cause::Policy
                | Cause::AccountEnd
                | Cause::VersionEnd,
                _,
            ) => Day {
                due_on: due.due_on,
                begins_on: due.due_on,
                cause: due.cause,
            },
        }
    }

    fn by(policy: &Rotation, due_on: Date) -> Day {
        Day {
            due_on,
            begins_on: due::begins_on(policy, due_on),
            cause: Cause::Policy,
        }
    }
}

/// A rotation that is due on a day, planned: not before `from`, and looked at from `now`.
fn rotation(day: Day, openings: Option<&Openings>, from: Timestamp, now: Timestamp) -> Run {
    let Day { due_on, cause, .. } = day;
    let by = Timestamp::from(due_on.plus_days(1));
    let (in_time, next) = match openings {
        Some(openings) => {
            let first = openings.next(from.max(Timestamp::from(day.begins_on)));
            let first = first.filter(|opening| opening.from < by);
            let in_time = first.or_else(|| openings.last(from, by));
            (in_time, in_time.or_else(|| openings.next(from)))
        }
        // Without a policy there is no window to wait for.
        None => {
            let day = from.date().max(due_on);
            let opening = Opening {
                from: Timestamp::from(day),
                until: Timestamp::from(day.plus_days(1)),
            };
            (Some(opening).filter(|_| day <= due_on), Some(opening))
        }
    };
    Run {
        what: DueKind::Rotation,
        cause,
        due_on,
        opening: next,
        standing: match (in_time, next) {
            _ if due_on < now.date() => Standing::Overdue,
            (Some(_), _) => Standing::OnTime,
            (None, Some(_)) => Standing::Late,
            (None, None) => Standing::NoWindow,
        },
    }
}

/// The rotation after a planned one.
fn following(
    before: &Run,
    policy: &Rotation,
    openings: Option<&Openings>,
    now: Timestamp,
) -> Option<Run> {
    let opening = before.opening?;
    let ran = opening.from.max(now);
    let day = Day::by(policy, policy.every.after(ran.date()));
    let next = rotation(day, openings, opening.until, now);
    // At the far end of the calendar nothing lies behind it.
    (next.day() > before.day()).then_some(next)
}

#[cfg(test)]
mod tests;
