//! What becomes of the versions of a credential when a new value is stored. Decides, writes nothing.

use std::collections::BTreeMap;

use crate::lifecycle::due::newest;
use crate::model::change::{Action, Change};
use crate::model::credential::{Version, VersionStage};
use crate::model::date::Date;
use crate::model::id::AccountId;
use crate::model::key::VersionKey;
use crate::model::record::Record;
use crate::model::sealed::Held;
use crate::model::text::Text;

/// The versions of credentials, as recorded.
pub type Versions = BTreeMap<VersionKey, Version>;

/// What is known of a value that is to be stored.
#[derive(Clone, Debug)]
pub struct Given {
    /// The day it was issued, where that is known.
    pub issued: Option<Date>,
    /// The last day on which the provider accepts it, where that is known.
    pub expires: Option<Date>,
    /// Whether it waits until it is promoted.
    pub pending: bool,
    /// Whether it is a new version even where the current one has no value yet.
    pub new: bool,
    /// What the provider calls it, where it gave it an id.
    pub id: Option<Text>,
}

/// Why there is no version to store a value in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoVersion {
    #[error("version {number} of `{account}` is pending already")]
    Pending { account: AccountId, number: u32 },
    #[error("no version of `{account}` is pending")]
    NonePending { account: AccountId },
    #[error("version {number} of `{account}` is not pending any more")]
    NotPending { account: AccountId, number: u32 },
    #[error("a version cannot be issued on {issued}, which is yet to come")]
    Future { issued: Date },
    #[error("a version cannot end on {expires}, before it is issued on {issued}")]
    EndsBeforeIssue { issued: Date, expires: Date },
    #[error(
        "version {number} of `{account}`, which is current, was issued on {began}, after {issued}"
    )]
    BeforeCurrent {
        account: AccountId,
        number: u32,
        began: Date,
        issued: Date,
    },
}

/// The version that a value goes into: its key, and whether it is one that was recorded without a value.
///
/// The current version, where it has none yet: the value is what the record is of. Else a new one.
///
/// # Errors
/// When one is pending already.
pub fn slot(
    versions: &Versions,
    account: &AccountId,
    given: &Given,
) -> Result<(VersionKey, bool), NoVersion> {
    if let Some(key) = pending(versions, account).filter(|_| given.pending) {
        return Err(NoVersion::Pending {
            account: account.clone(),
            number: key.number,
        });
    }
    let valueless = newest(versions, account).filter(|(_, version)| version.held.is_none());
    if let Some((key, _)) = valueless.filter(|_| !given.new && !given.pending) {
        return Ok((key.clone(), true));
    }
    let last = of(versions, account)
        .next_back()
        .map_or(0, |(key, _)| key.number);
    let key = VersionKey {
        account: account.clone(),
        number: last.saturating_add(1),
    };
    Ok((key, false))
}

/// The changes that record a value in the version that [`slot`] found.
///
/// # Errors
/// When its dates do not fit.
pub fn store(
    versions: &Versions,
    key: &VersionKey,
    given: &Given,
    held: Held,
    today: Date,
) -> Result<Vec<Change>, NoVersion> {
    let before = versions.get(key);
    let issued = given
        .issued
        .or(before.map(|old| old.issued))
        .unwrap_or(today);
    // A day ahead: it may be tomorrow where the provider is.
    if let Some(issued) = given.issued.filter(|issued| *issued > today.plus_days(1)) {
        return Err(NoVersion::Future { issued });
    }
    let expires = given.expires.or(before.and_then(|old| old.expires));
    if let Some(expires) = expires.filter(|end| *end < issued) {
        return Err(NoVersion::EndsBeforeIssue { issued, expires });
    }
    let stage = if given.pending {
        VersionStage::Pending
    } else {
        VersionStage::Current
    };
    let activated = before
        .and_then(|old| old.activated)
        .or((!given.pending).then_some(today));
    let after = Version {
        expires,
        activated,
        id: given
            .id
            .clone()
            .or_else(|| before.and_then(|old| old.id.clone())),
        held: Some(held),
        ..before
            .cloned()
            .unwrap_or_else(|| Version::new(stage, issued))
    };
    let after = Version { issued, ..after };
    let write = match before {
        Some(old) => Change::update(
            (key.clone(), old.clone()).into(),
            (key.clone(), after).into(),
        ),
        None => Change::create((key.clone(), after).into()),
    };
    let mut changes = Vec::new();
    let replaced = newest(versions, &key.account).filter(|_| !given.pending && before.is_none());
    if let Some((old_key, old)) = replaced {
        if old.issued > issued {
            return Err(NoVersion::BeforeCurrent {
                account: key.account.clone(),
                number: old_key.number,
                began: old.issued,
                issued,
            });
        }
        changes.push(supersede(old_key, old));
    }
    changes.push(write);
    Ok(without_overwritten(versions, key, changes))
}

/// The changes, with those versions no longer held whose one place the new value took.
fn without_overwritten(versions: &Versions, key: &VersionKey, changes: Vec<Change>) -> Vec<Change> {
    let place = |version: &Version| {
        let held = version.held.as_ref().filter(|held| held.is_single())?;
        Some(held.place.clone())
    };
    let mut after: Versions = of(versions, &key.account)
        .map(|(key, version)| (key.clone(), version.clone()))
        .collect();
    for change in changes {
        if let Action::Put(Record::Version(key, version)) = change.action {
            after.insert(key, *version);
        }
    }
    let taken = after.get(key).and_then(place);
    let others = |(other, version): &(&VersionKey, &mut Version)| {
        other.account == key.account && *other != key && taken.is_some() && place(version) == taken
    };
    for (_, version) in after.iter_mut().filter(others) {
        version.held = None;
    }
    let changed = after
        .into_iter()
        .filter_map(|(key, new)| match versions.get(&key) {
            Some(old) if *old == new => None,
            Some(old) => Some(Change::update(
                (key.clone(), old.clone()).into(),
                (key, new).into(),
            )),
            None => Some(Change::create((key, new).into())),
        });
    changed.collect()
}

/// The changes that make a pending version the current one: that one, whatever else is pending.
///
/// # Errors
/// When it is not pending.
pub fn promote(
    versions: &Versions,
    key: &VersionKey,
    today: Date,
) -> Result<Vec<Change>, NoVersion> {
    let found = versions.get(key);
    let Some(before) = found.filter(|version| version.stage == VersionStage::Pending) else {
        return Err(NoVersion::NotPending {
            account: key.account.clone(),
            number: key.number,
        });
    };
    let account = &key.account;
    let after = Version {
        stage: VersionStage::Current,
        activated: Some(today),
        ..before.clone()
    };
    let old = newest(versions, account).map(|(key, old)| supersede(key, old));
    let new = Change::update(
        (key.clone(), before.clone()).into(),
        (key.clone(), after).into(),
    );
    Ok(old.into_iter().chain([new]).collect())
}

/// A version that has a successor: still live, until it was seen refused.
fn supersede(key: &VersionKey, old: &Version) -> Change {
    let after = Version {
        stage: VersionStage::Previous,
        ..old.clone()
    };
    Change::update(
        (key.clone(), old.clone()).into(),
        (key.clone(), after).into(),
    )
}

/// The version of an account that is pending.
pub fn pending<'v>(versions: &'v Versions, account: &AccountId) -> Option<&'v VersionKey> {
    let found = of(versions, account)
        .rev()
        .find(|(_, version)| version.stage == VersionStage::Pending);
    found.map(|(key, _)| key)
}

/// The versions of one account, the oldest first.
pub fn of<'v>(
    versions: &'v Versions,
    account: &AccountId,
) -> impl DoubleEndedIterator<Item = (&'v VersionKey, &'v Version)> {
    let [from, to] = [0, u32::MAX].map(|number| VersionKey {
        account: account.clone(),
        number,
    });
    versions.range(from..=to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn held() -> Held {
        serde_json::from_value(json!({ "place": "age", "source": "stdin" })).unwrap()
    }

    fn given() -> Given {
        Given {
            issued: None,
            expires: None,
            pending: false,
            new: false,
            id: None,
        }
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn put(versions: &mut Versions, given: &Given, today: &str) -> Result<u32, NoVersion> {
        let (key, _) = slot(versions, &"etl".parse().unwrap(), given)?;
        let changes = store(versions, &key, given, held(), day(today))?;
        take(versions, changes);
        Ok(key.number)
    }

    fn take(versions: &mut Versions, changes: Vec<Change>) {
        for change in changes {
            if let Action::Put(Record::Version(key, version)) = change.action {
                versions.insert(key, *version);
            }
        }
    }

    fn stages(versions: &Versions) -> Vec<&str> {
        versions
            .values()
            .map(|version| version.stage.as_str())
            .collect()
    }

    #[test]
    fn a_new_value_supersedes_the_current_one_which_stays_live() {
        let mut versions = Versions::new();
        assert_eq!(put(&mut versions, &given(), "2026-10-01"), Ok(1));
        assert_eq!(put(&mut versions, &given(), "2026-11-01"), Ok(2));
        assert_eq!(stages(&versions), ["previous", "current"]);
        let old = versions.values().next().unwrap();
        assert_eq!(old.retired, None);
    }

    #[test]
    fn a_version_recorded_without_a_value_is_filled_and_keeps_its_day() {
        let account: AccountId = "etl".parse().unwrap();
        let key = VersionKey { account, number: 7 };
        let recorded = Version::new(VersionStage::Current, day("2026-09-01"));
        let mut versions = Versions::from([(key.clone(), recorded)]);
        assert_eq!(put(&mut versions, &given(), "2026-10-01"), Ok(7));
        assert_eq!(versions[&key].issued, day("2026-09-01"));
        assert_eq!(stages(&versions), ["current"]);
        let new = Given {
            new: true,
            ..given()
        };
        assert_eq!(put(&mut versions, &new, "2026-10-02"), Ok(8));
    }

    #[test]
    fn a_value_whose_one_place_was_taken_by_a_newer_one_is_held_no_longer() {
        let account: AccountId = "etl".parse().unwrap();
        for (place, is_kept) in [
            ("vault:kv/etl", false),
            ("command:pass:etl", false),
            ("command:pass", true),
        ] {
            let held: Held =
                serde_json::from_value(json!({ "place": place, "source": "existing" })).unwrap();
            let mut versions = Versions::new();
            for _ in 0..2 {
                let (key, _) = slot(&versions, &account, &given()).unwrap();
                let changes =
                    store(&versions, &key, &given(), held.clone(), day("2026-10-01")).unwrap();
                take(&mut versions, changes);
            }
            let kept: Vec<bool> = versions
                .values()
                .map(|version| version.held.is_some())
                .collect();
            assert_eq!(kept, [is_kept, true], "{place}");
        }
    }

    #[test]
    fn a_pending_value_waits_for_its_promotion() {
        let mut versions = Versions::new();
        let account: AccountId = "etl".parse().unwrap();
        put(&mut versions, &given(), "2026-10-01").unwrap();
        let pending = Given {
            pending: true,
            ..given()
        };
        assert_eq!(put(&mut versions, &pending, "2026-10-02"), Ok(2));
        assert_eq!(stages(&versions), ["current", "pending"]);
        let again = put(&mut versions, &pending, "2026-10-02");
        assert_eq!(
            again,
            Err(NoVersion::Pending {
                account: account.clone(),
                number: 2
            })
        );
        let key = super::pending(&versions, &account).unwrap().clone();
        let changes = promote(&versions, &key, day("2026-10-03")).unwrap();
        take(&mut versions, changes);
        assert_eq!(stages(&versions), ["previous", "current"]);
        assert_eq!(
            versions.values().last().unwrap().activated,
            Some(day("2026-10-03"))
        );
        assert!(super::pending(&versions, &account).is_none());
        assert!(promote(&versions, &key, day("2026-10-03")).is_err());
    }

    #[test]
    fn dates_that_cannot_be_are_refused() {
        let mut versions = Versions::new();
        let ended = Given {
            expires: Some(day("2026-01-01")),
            ..given()
        };
        assert!(put(&mut versions, &ended, "2026-10-01").is_err());
        put(&mut versions, &given(), "2026-10-01").unwrap();
        let early = Given {
            issued: Some(day("2026-09-01")),
            ..given()
        };
        assert!(matches!(
            put(&mut versions, &early, "2026-10-02"),
            Err(NoVersion::BeforeCurrent { .. })
        ));
    }
}
