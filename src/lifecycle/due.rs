//! When a credential must be rotated and when it ends. The store indexes what this says; the rules judge by it.

use std::collections::BTreeMap;

use crate::model::access::words;
use crate::model::account::{Account, AccountStatus};
use crate::model::credential::{Version, VersionStage};
use crate::model::date::Date;
use crate::model::id::AccountId;
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

/// One dated duty of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    pub what: DueKind,
    /// The first day of the warning.
    pub warn_on: Date,
    /// The last good day: of a rotation the last in time, of an end the last on which the provider accepts it.
    pub due_on: Date,
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

/// The duties of one account, given its current version and its policy.
///
/// Rotation counts from the day the version was issued. The end is the earlier of the account's and the version's.
/// Proposed and retired accounts have none; a suspended one is still live at the provider, so it has.
pub fn dates(
    account: &Account,
    current: Option<&Version>,
    rotation: Option<&Rotation>,
) -> Vec<Due> {
    match account.status {
        AccountStatus::Active | AccountStatus::Suspended => {}
        AccountStatus::Proposed | AccountStatus::Retired => return Vec::new(),
    }
    let warn_days = rotation
        .and_then(|policy| policy.warn.as_ref())
        .map_or(WARN_DAYS, |span| i64::from(span.days()));
    let due = |what, due_on: Date| Due {
        what,
        warn_on: due_on.plus_days(-warn_days),
        due_on,
    };

    let by_policy = current
        .zip(rotation)
        .map(|(version, policy)| version.issued.plus_days(i64::from(policy.every.days())));
    let rotate_by = [by_policy, current.and_then(exposed)]
        .into_iter()
        .flatten()
        .min();
    let ends_on = [account.expires, current.and_then(|version| version.expires)]
        .into_iter()
        .flatten()
        .min();
    rotate_by
        .map(|day| due(DueKind::Rotation, day))
        .into_iter()
        .chain(ends_on.map(|day| due(DueKind::Expiry, day)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let due = dates(&account(""), Some(&exposed), policy.as_ref());
            assert_eq!(due[0].due_on.to_string(), "2026-10-05");
        }
    }

    #[test]
    fn the_earlier_end_counts() {
        let due = dates(
            &account(r#","expires":"2027-05-01""#),
            Some(&version("2026-10-01", Some("2027-03-31"))),
            None,
        );
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].due_on.to_string(), "2027-03-31");
        assert_eq!(due[0].warn_on.to_string(), "2027-03-17");
    }

    #[test]
    fn retired_accounts_have_no_duties_and_suspended_ones_do() {
        let version = version("2026-10-01", Some("2027-03-31"));
        assert!(dates(&account(r#","status":"retired""#), Some(&version), None).is_empty());
        assert_eq!(
            dates(&account(r#","status":"suspended""#), Some(&version), None).len(),
            1
        );
    }

    #[test]
    fn the_far_end_of_the_calendar_does_not_overflow() {
        let due = dates(
            &account(""),
            Some(&version("2199-12-31", None)),
            Some(&policy(r#"{"every":"36600d"}"#)),
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
