//! When a credential must be rotated and when it ends. The store indexes what this says; the rules judge by it.

use std::collections::BTreeMap;

use crate::model::access::words;
use crate::model::account::{Account, AccountStatus};
use crate::model::credential::{Version, VersionStage};
use crate::model::date::Date;
use crate::model::fact::Fact;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::key::VersionKey;
use crate::model::rotation::Rotation;

/// How many days before a due day warnings begin, where the policy does not say.
pub const WARN_DAYS: i64 = 14;

words! {
    /// What is due.
    DueKind {
        Rotation = "rotation",
        Expiry = "expiry",
    }
}

words! {
    /// What makes it due.
    Cause {
        /// The value was read by somebody who may not know it any more.
        Exposed = "exposed",
        OwnerChange = "owner-change",
        Policy = "policy",
        AccountEnd = "account-end",
        VersionEnd = "version-end",
    }
}

/// One dated duty of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    pub what: DueKind,
    /// The first day of the warning.
    pub warn_on: Date,
    /// The last good day: of a rotation the last in time, of an end the last on which the provider accepts it.
    pub due_on: Date,
    pub cause: Cause,
}

/// The days on which accounts changed owners, as recorded.
#[derive(Debug, Default)]
pub struct OwnerChanges<'a>(BTreeMap<&'a AccountId, Vec<Date>>);

impl<'a> OwnerChanges<'a> {
    pub fn of(inventory: &'a Inventory) -> OwnerChanges<'a> {
        let mut changes = OwnerChanges::default();
        for fact in inventory.facts.values() {
            if let Some((account, on)) = owner_change(fact) {
                changes.0.entry(account).or_default().push(on);
            }
        }
        changes
    }

    /// The first day on which an owner changed after a version was issued. A change on the day of issue is answered by it.
    pub fn since(&self, account: &AccountId, version: Option<&Version>) -> Option<Date> {
        let issued = version?.issued;
        let days = self.0.get(account)?.iter().copied();
        days.filter(|day| *day > issued).min()
    }
}

/// The account and the day, where a fact is the change of an owner.
pub fn owner_change(fact: &Fact) -> Option<(&AccountId, Date)> {
    let Fact::OwnerChanged { account, on } = fact else {
        return None;
    };
    Some((account, *on))
}

/// The day from which somebody could still know a version who should not.
pub fn exposed(version: &Version) -> Option<Date> {
    version.held.as_ref()?.exposed
}

/// The current version of an account's credential: of those that stand as current, the newest.
pub fn current<'v>(
    versions: &'v BTreeMap<VersionKey, Version>,
    account: &AccountId,
) -> Option<&'v Version> {
    newest(versions, account).map(|(_, version)| version)
}

/// The same, with its key.
pub fn newest<'v>(
    versions: &'v BTreeMap<VersionKey, Version>,
    account: &AccountId,
) -> Option<(&'v VersionKey, &'v Version)> {
    let [from, to] = [0, u32::MAX].map(|number| VersionKey {
        account: account.clone(),
        number,
    });
    versions
        .range(from..=to)
        .rev()
        .find(|(_, version)| version.stage == VersionStage::Current)
}

/// The duties of one account of an inventory.
pub fn of(
    inventory: &Inventory,
    changes: &OwnerChanges<'_>,
    id: &AccountId,
    account: &Account,
) -> Vec<Due> {
    let current = current(&inventory.versions, id);
    let policy = account.rotation.as_ref();
    let policy = policy.and_then(|name| inventory.rotations.get(name));
    dates(account, current, policy, changes.since(id, current))
}

/// The duties of one account, given its current version, its policy, and the first day after that version's issue on which
/// an owner changed.
///
/// Rotation counts from the day the version was issued; it is due at once where an owner changed, if the policy says so, or
/// where the value is exposed. The end is the earlier of the account's and the version's.
/// Proposed and retired accounts have none; a suspended one is still live at the provider, so it has.
pub fn dates(
    account: &Account,
    current: Option<&Version>,
    rotation: Option<&Rotation>,
    owner_changed: Option<Date>,
) -> Vec<Due> {
    match account.status {
        AccountStatus::Active | AccountStatus::Suspended => {}
        AccountStatus::Proposed | AccountStatus::Retired => return Vec::new(),
    }
    let due = |what, (due_on, cause): (Date, Cause)| Due {
        what,
        warn_on: warn_on(rotation, due_on),
        due_on,
        cause,
    };
    let ends = [
        (account.expires, Cause::AccountEnd),
        (
            current.and_then(|version| version.expires),
            Cause::VersionEnd,
        ),
    ];
    let end = ends
        .into_iter()
        .filter_map(|(day, cause)| Some((day?, cause)));
    let rotate_by = current.and_then(|version| rotate_by(version, rotation, owner_changed));
    rotate_by
        .map(|by| due(DueKind::Rotation, by))
        .into_iter()
        .chain(end.min().map(|end| due(DueKind::Expiry, end)))
        .collect()
}

/// The first day of the warning of a due day.
fn warn_on(rotation: Option<&Rotation>, due_on: Date) -> Date {
    match rotation.and_then(|policy| policy.warn.as_ref()) {
        Some(warn) => warn.before(due_on),
        None => due_on.plus_days(-WARN_DAYS),
    }
}

/// The first day on which what is due by a policy is rotated: as its warning begins, so that a window in which it fails
/// leaves another, though not before two thirds of the interval are over.
pub fn begins_on(policy: &Rotation, due_on: Date) -> Date {
    let third = due_on.plus_days(-i64::from(policy.every.days() / 3));
    warn_on(Some(policy), due_on).max(third)
}

/// By when a version must have a successor, and why; of several causes the earliest.
fn rotate_by(
    version: &Version,
    rotation: Option<&Rotation>,
    owner_changed: Option<Date>,
) -> Option<(Date, Cause)> {
    let by_policy = rotation.map(|policy| policy.every.after(version.issued));
    let by_owner = rotation
        .filter(|policy| policy.on_owner_change)
        .and(owner_changed);
    let causes = [
        (exposed(version), Cause::Exposed),
        (by_owner, Cause::OwnerChange),
        (by_policy, Cause::Policy),
    ];
    let days = causes
        .into_iter()
        .filter_map(|(day, cause)| Some((day?, cause)));
    days.min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;

    fn account(extra: &str) -> Account {
        let text = format!(
            r#"{{"provider":"p","environment":"production","workflow":"import","level":"read-only-import"{extra}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn version(issued: &str, expires: Option<&str>) -> Version {
        Version {
            expires: expires.map(|day| day.parse().unwrap()),
            ..Version::new(VersionStage::Current, issued.parse().unwrap())
        }
    }

    fn policy(body: &str) -> Rotation {
        serde_json::from_str(body).unwrap()
    }

    #[test]
    fn rotation_counts_from_the_day_of_issue() {
        let due = dates(
            &account(""),
            Some(&version("2026-10-01", None)),
            Some(&policy(r#"{"every":"60d","warn":"7d"}"#)),
            None,
        );
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].due_on.to_string(), "2026-11-30");
        assert_eq!(due[0].warn_on.to_string(), "2026-11-23");
    }

    #[test]
    fn what_a_removed_recipient_could_read_is_due_at_once_with_or_without_a_policy() {
        let mut exposed = version("2026-10-01", None);
        exposed.held =
            serde_json::from_str(r#"{"place":"age","source":"stdin","exposed":"2026-10-05"}"#)
                .unwrap();
        for policy in [Some(policy(r#"{"every":"60d"}"#)), None] {
            let due = dates(&account(""), Some(&exposed), policy.as_ref(), None);
            assert_eq!(due[0].due_on.to_string(), "2026-10-05");
        }
    }

    #[test]
    fn months_are_counted_by_the_calendar() {
        let due = |policy: &str, issued: &str| {
            let policy: Rotation = serde_json::from_str(policy).unwrap();
            let version = version(issued, None);
            dates(&account(""), Some(&version), Some(&policy), None)[0]
        };
        let found = due(r#"{"every":"3mo","warn":"1mo"}"#, "2026-11-30");
        assert_eq!(found.due_on.to_string(), "2027-02-28");
        assert_eq!(found.warn_on.to_string(), "2027-01-28");
        let found = due(r#"{"every":"1y"}"#, "2028-02-29");
        assert_eq!(found.due_on.to_string(), "2029-02-28");
    }

    #[test]
    fn a_change_of_owner_makes_it_due_at_once_where_the_policy_says_so() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let changed = |days: &[&str]| {
            let facts = days.iter().map(|on| {
                let body =
                    serde_json::json!({ "fact": "owner-changed", "account": "etl", "on": on });
                Record::from_value(&format!("fact/changed {on}").parse().unwrap(), body).unwrap()
            });
            facts.collect::<Inventory>()
        };
        let inventory = changed(&["2026-10-20", "2026-10-09", "2026-10-01", "2026-09-01"]);
        let changes = OwnerChanges::of(&inventory);
        let etl = "etl".parse().unwrap();
        let version = version("2026-10-01", None);
        let since = changes.since(&etl, Some(&version));
        assert_eq!(since, Some(day("2026-10-09")));
        assert_eq!(
            changes.since(&"etl-b".parse().unwrap(), Some(&version)),
            None
        );
        assert_eq!(changes.since(&etl, None), None);
        let due = |body: &str| dates(&account(""), Some(&version), Some(&policy(body)), since)[0];
        let found = due(r#"{"every":"60d","on-owner-change":true}"#);
        assert_eq!(
            (found.due_on, found.cause),
            (day("2026-10-09"), Cause::OwnerChange)
        );
        assert_eq!(due(r#"{"every":"60d"}"#).cause, Cause::Policy);
        // What was due already stays due by its day.
        let found = due(r#"{"every":"2d","on-owner-change":true}"#);
        assert_eq!(
            (found.due_on, found.cause),
            (day("2026-10-03"), Cause::Policy)
        );
    }

    #[test]
    fn the_earlier_end_counts() {
        let due = dates(
            &account(r#","expires":"2027-05-01""#),
            Some(&version("2026-10-01", Some("2027-03-31"))),
            None,
            None,
        );
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].due_on.to_string(), "2027-03-31");
        assert_eq!(due[0].warn_on.to_string(), "2027-03-17");
    }

    #[test]
    fn retired_accounts_have_no_duties_and_suspended_ones_do() {
        let version = version("2026-10-01", Some("2027-03-31"));
        assert!(
            dates(
                &account(r#","status":"retired""#),
                Some(&version),
                None,
                None
            )
            .is_empty()
        );
        assert_eq!(
            dates(
                &account(r#","status":"suspended""#),
                Some(&version),
                None,
                None
            )
            .len(),
            1
        );
    }

    #[test]
    fn the_far_end_of_the_calendar_does_not_overflow() {
        let due = dates(
            &account(""),
            Some(&version("2199-12-31", None)),
            Some(&policy(r#"{"every":"36600d"}"#)),
            None,
        );
        assert_eq!(due[0].due_on.to_string(), "2199-12-31");
    }

    #[test]
    fn the_newest_of_the_current_versions_counts() {
        let number = |account: &str, number, stage| {
            let key = VersionKey {
                account: account.parse().unwrap(),
                number,
            };
            let day = format!("2026-01-{:02}", number + 1);
            (
                key,
                Version {
                    stage,
                    ..version(&day, None)
                },
            )
        };
        let versions = BTreeMap::from([
            number("etl", 2, VersionStage::Current),
            number("etl", 10, VersionStage::Current),
            number("etl", 11, VersionStage::Pending),
            number("etl-b", 12, VersionStage::Current),
        ]);
        let found = current(&versions, &"etl".parse().unwrap()).unwrap();
        assert_eq!(found.issued.to_string(), "2026-01-11");
        assert_eq!(current(&versions, &"et".parse().unwrap()), None);
    }
}
