//! The rotations and the ends of one account: each rotation in a window that meets its day, and those that follow it.

use crate::lifecycle::due::{self, Cause, DueKind, OwnerChanges};
use crate::lifecycle::openings::{Opening, Openings};
use crate::model::access::words;
use crate::model::account::Account;
use crate::model::date::{Date, Span, Timestamp};
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
/// It is planned for the last window in which its day is still met; for the next one where that day cannot be met.
pub fn next(
    inventory: &Inventory,
    changes: &OwnerChanges<'_>,
    id: &AccountId,
    account: &Account,
    now: Timestamp,
) -> Option<Run> {
    let dues = due::of(inventory, changes, id, account);
    let due = dues.iter().find(|due| due.what == DueKind::Rotation)?;
    let openings = policy_of(inventory, account).map(Openings::of);
    Some(rotation(due.due_on, due.cause, openings.as_ref(), now, now))
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
        let mut next = rotation(due.due_on, due.cause, openings.as_ref(), now, now);
        while next.day() < until && runs.len() < MOST && ends.is_none_or(|end| next.day() <= end) {
            runs.push(next);
            let following =
                policy.and_then(|policy| following(&next, &policy.every, openings.as_ref(), now));
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

/// A rotation that is due on a day, planned: not before `from`, and looked at from `now`.
fn rotation(
    due_on: Date,
    cause: Cause,
    openings: Option<&Openings>,
    from: Timestamp,
    now: Timestamp,
) -> Run {
    let by = Timestamp::from(due_on.plus_days(1));
    let (in_time, next) = match openings {
        Some(openings) => {
            let in_time = openings.last(from, by);
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
    every: &Span,
    openings: Option<&Openings>,
    now: Timestamp,
) -> Option<Run> {
    let opening = before.opening?;
    let ran = opening.from.max(now);
    let due_on = every.after(ran.date());
    let next = rotation(due_on, Cause::Policy, openings, opening.until, now);
    // At the far end of the calendar nothing lies behind it.
    (next.day() > before.day()).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn inventory(policy: Value, version: Value, over: Value) -> Inventory {
        let mut account = json!({ "provider": "p", "environment": "production", "workflow": "import",
            "level": "read-only-import", "rotation": "standard" });
        for (key, value) in over.as_object().unwrap() {
            account[key] = value.clone();
        }
        let records = [
            ("account/etl", account),
            ("rotation/standard", policy),
            ("version/etl 1", version),
        ];
        let records = records.into_iter().filter(|(_, body)| !body.is_null());
        records
            .map(|(id, body)| Record::from_value(&id.parse().unwrap(), body).unwrap())
            .collect()
    }

    fn issued(day: &str) -> Value {
        json!({ "stage": "current", "issued": day })
    }

    fn of(inventory: &Inventory, now: &str, until: &str) -> Vec<Run> {
        let changes = OwnerChanges::of(inventory);
        let (id, account) = inventory.accounts.iter().next().unwrap();
        runs(
            inventory,
            &changes,
            id,
            account,
            now.parse().unwrap(),
            until.parse().unwrap(),
        )
    }

    fn lines(inventory: &Inventory, now: &str, until: &str) -> Vec<String> {
        let shown = |run: &Run| {
            let opens = run
                .opening
                .map_or("-".to_owned(), |opening| opening.from.to_string());
            format!(
                "{} {} {opens} {} {}",
                run.what, run.due_on, run.cause, run.standing
            )
        };
        of(inventory, now, until).iter().map(shown).collect()
    }

    #[test]
    fn rotations_follow_each_other_by_the_policy() {
        let inventory = inventory(json!({ "every": "3mo" }), issued("2026-11-30"), json!({}));
        assert_eq!(
            lines(&inventory, "2026-12-01T08:00:00Z", "2027-12-01"),
            [
                "rotation 2027-02-28 2027-02-28T00:00:00Z policy on-time",
                "rotation 2027-05-28 2027-05-28T00:00:00Z policy on-time",
                "rotation 2027-08-28 2027-08-28T00:00:00Z policy on-time",
                "rotation 2027-11-28 2027-11-28T00:00:00Z policy on-time",
            ]
        );
    }

    #[test]
    fn the_last_window_that_meets_the_day_is_planned() {
        let policy = json!({ "every": "60d",
            "window": { "days": ["sun"], "from": "02:00", "to": "04:00", "zone": "America/Los_Angeles" },
            "blackout": [{ "from": "2026-12-14", "to": "2027-01-06", "reason": "year end" }] });
        // Due on Wednesday 6 January: the last Sunday before the blackout is 13 December.
        let inventory = inventory(policy, issued("2026-11-07"), json!({}));
        assert_eq!(
            lines(&inventory, "2026-11-22T00:00:00Z", "2027-03-01"),
            [
                "rotation 2027-01-06 2026-12-13T10:00:00Z policy on-time",
                "rotation 2027-02-11 2027-02-07T10:00:00Z policy on-time",
            ]
        );
        // Asked for later, no window is left before the day: the next one is late.
        assert_eq!(
            lines(&inventory, "2026-12-20T00:00:00Z", "2027-02-01"),
            ["rotation 2027-01-06 2027-01-10T10:00:00Z policy late"]
        );
        assert_eq!(
            lines(&inventory, "2027-01-08T00:00:00Z", "2027-02-01"),
            ["rotation 2027-01-06 2027-01-10T10:00:00Z policy overdue"]
        );
    }

    #[test]
    fn what_opens_in_the_evening_far_west_meets_the_day_in_utc() {
        let policy = json!({ "every": "10d",
            "window": { "from": "22:00", "to": "23:00", "zone": "America/Los_Angeles" } });
        // 22:00 there on the due day is the day after in UTC, on which `check` calls it overdue.
        let inventory = inventory(policy, issued("2026-11-20"), json!({}));
        assert_eq!(
            lines(&inventory, "2026-11-22T00:00:00Z", "2026-12-02"),
            ["rotation 2026-11-30 2026-11-30T06:00:00Z policy on-time"]
        );
    }

    #[test]
    fn an_overdue_rotation_runs_as_soon_as_it_may_and_the_next_counts_from_there() {
        let inventory = inventory(json!({ "every": "60d" }), issued("2026-01-01"), json!({}));
        assert_eq!(
            lines(&inventory, "2026-11-22T09:30:00Z", "2027-02-01"),
            [
                "rotation 2026-03-02 2026-11-22T00:00:00Z policy overdue",
                "rotation 2027-01-21 2027-01-21T00:00:00Z policy on-time",
            ]
        );
    }

    #[test]
    fn nothing_is_rotated_after_the_account_has_ended_and_no_version_ends_that_was_replaced() {
        let version =
            json!({ "stage": "current", "issued": "2026-11-01", "expires": "2027-01-31" });
        let quick = inventory(
            json!({ "every": "60d" }),
            version.clone(),
            json!({ "expires": "2027-02-15" }),
        );
        assert_eq!(
            lines(&quick, "2026-11-22T00:00:00Z", "2027-12-01"),
            [
                "rotation 2026-12-31 2026-12-31T00:00:00Z policy on-time",
                "expiry 2027-02-15 - account-end on-time",
            ]
        );
        let slow = inventory(json!({ "every": "180d" }), version, json!({}));
        assert_eq!(
            lines(&slow, "2026-11-22T00:00:00Z", "2027-06-01"),
            [
                "expiry 2027-01-31 - version-end on-time",
                "rotation 2027-04-30 2027-04-30T00:00:00Z policy on-time",
            ]
        );
        let ended = inventory(Value::Null, Value::Null, json!({ "expires": "2026-11-01" }));
        assert_eq!(
            lines(&ended, "2026-11-22T00:00:00Z", "2027-06-01"),
            ["expiry 2026-11-01 - account-end overdue"]
        );
    }

    #[test]
    fn without_a_window_for_ever_the_day_stands_and_nothing_follows() {
        let policy =
            json!({ "every": "60d", "blackout": [{ "from": "2026-11-01", "to": "2199-12-31" }] });
        let inventory = inventory(policy, issued("2026-11-01"), json!({}));
        assert_eq!(
            lines(&inventory, "2026-11-22T00:00:00Z", "2029-01-01"),
            ["rotation 2026-12-31 - policy no-window"]
        );
    }

    #[test]
    fn what_is_exposed_waits_for_no_policy() {
        let version = json!({ "stage": "current", "issued": "2026-11-01",
            "held": { "place": "age", "source": "stdin", "exposed": "2026-11-20" } });
        let inventory = inventory(Value::Null, version, json!({}));
        assert_eq!(
            lines(&inventory, "2026-11-22T00:00:00Z", "2027-06-01"),
            ["rotation 2026-11-20 2026-11-22T00:00:00Z exposed overdue"]
        );
        let run = of(&inventory, "2026-11-22T12:00:00Z", "2027-06-01")[0];
        assert!(run.is_time("2026-11-22T12:00:00Z".parse().unwrap()));
        assert!(!run.is_time("2026-11-23T12:00:00Z".parse().unwrap()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn runs_move_forward_and_are_late_only_where_no_window_is_left(
            every in prop::sample::select(vec!["15m", "1d", "7d", "30d", "1mo", "90d", "1y"]),
            days in prop::sample::subsequence(vec!["mon", "wed", "sat", "sun"], 0..4),
            begins in 0i64..300, lasts in 0i64..60, issued_on in -200i64..0,
        ) {
            let today: Date = "2026-11-22".parse().unwrap();
            let policy = json!({ "every": every,
                "window": { "days": days, "from": "22:00", "to": "04:00", "zone": "Europe/Berlin" },
                "blackout": [{ "from": today.plus_days(begins), "to": today.plus_days(begins + lasts) }] });
            let version = issued(&today.plus_days(issued_on).to_string());
            let inventory = inventory(policy, version, json!({}));
            let found = of(&inventory, "2026-11-22T10:00:00Z", "2027-11-22");
            prop_assert!(found.len() <= 366);
            for pair in found.windows(2) {
                prop_assert!(pair[0].opening.unwrap().until <= pair[1].opening.unwrap().from);
            }
            for run in &found {
                let opening = run.opening.unwrap();
                match run.standing {
                    Standing::OnTime => prop_assert!(opening.from.date() <= run.due_on),
                    Standing::Late => prop_assert!(opening.from.date() > run.due_on),
                    Standing::Overdue => prop_assert!(run.due_on < today),
                    Standing::NoWindow => prop_assert!(false),
                }
            }
        }
    }
}
