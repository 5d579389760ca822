//! The versions of credentials, as facts make and replace them.

use std::collections::BTreeMap;

use crate::lifecycle::due;
use crate::lifecycle::facts::BadFact;
use crate::model::change::Change;
use crate::model::credential::{Version, VersionStage};
use crate::model::date::Date;
use crate::model::fact::Fact;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::key::VersionKey;

/// The versions as recorded, and those that the facts change.
pub(super) struct Versions<'a> {
    recorded: &'a Inventory,
    new: BTreeMap<VersionKey, Version>,
}

impl<'a> Versions<'a> {
    pub fn of(recorded: &'a Inventory) -> Versions<'a> {
        Versions {
            recorded,
            new: BTreeMap::new(),
        }
    }

    fn get(&self, key: &VersionKey) -> Option<&Version> {
        self.new
            .get(key)
            .or_else(|| self.recorded.versions.get(key))
    }

    pub fn has(&self, account: &AccountId, number: u32) -> bool {
        self.get(&VersionKey {
            account: account.clone(),
            number,
        })
        .is_some()
    }

    /// The versions of one account, as the facts so far leave them.
    fn versions(&self, account: &AccountId) -> BTreeMap<VersionKey, Version> {
        let [from, to] = [0, u32::MAX].map(|number| VersionKey {
            account: account.clone(),
            number,
        });
        let recorded = self.recorded.versions.range(from.clone()..=to.clone());
        let new = self.new.range(from..=to);
        recorded
            .chain(new)
            .map(|(key, version)| (key.clone(), version.clone()))
            .collect()
    }

    pub fn take(&mut self, line: usize, fact: &Fact) -> Result<(), BadFact> {
        match fact {
            Fact::Issued {
                account,
                version,
                on,
                expires,
            } => self.issue(line, account, *version, *on, *expires, None),
            Fact::Rotated {
                account,
                version,
                on,
                expires,
                previous_live,
            } => self.issue(line, account, *version, *on, *expires, Some(*previous_live)),
            Fact::Evidence { .. }
            | Fact::Drill { .. }
            | Fact::Seen { .. }
            | Fact::Reconciled { .. }
            | Fact::Listed { .. }
            | Fact::Review { .. }
            | Fact::OwnerChanged { .. }
            | Fact::Acknowledged { .. }
            | Fact::Refused { .. }
            | Fact::FailClosed { .. } => Ok(()),
        }
    }

    fn issue(
        &mut self,
        line: usize,
        account: &AccountId,
        number: u32,
        issued: Date,
        expires: Option<Date>,
        previous_live: Option<bool>,
    ) -> Result<(), BadFact> {
        let account = account.clone();
        if let Some(expires) = expires.filter(|end| *end < issued) {
            return Err(BadFact::EndsBeforeIssue {
                line,
                account,
                number,
                issued,
                expires,
            });
        }
        let key = VersionKey {
            account: account.clone(),
            number,
        };
        let known = self.versions(&account);
        if let Some(recorded) = known.get(&key) {
            return same(line, &key, recorded, (issued, expires)).and_then(|()| {
                let before = known.range(..&key).next_back();
                same_before(
                    line,
                    &key,
                    issued,
                    before.map(|(_, old)| old),
                    previous_live,
                )
            });
        }
        if let Some((old_key, old)) = due::newest(&known, &account) {
            if old_key.number > number {
                return Err(BadFact::Backwards {
                    line,
                    account,
                    number,
                    current: old_key.number,
                });
            }
            if old.issued > issued {
                return Err(BadFact::BeforeCurrent {
                    line,
                    account,
                    number,
                    issued,
                    current: old_key.number,
                    began: old.issued,
                });
            }
            let is_live = previous_live.unwrap_or_default();
            self.new.insert(
                old_key.clone(),
                Version {
                    stage: VersionStage::Previous,
                    retired: if is_live { None } else { Some(issued) },
                    ..old.clone()
                },
            );
        }
        self.new.insert(
            key,
            Version {
                expires,
                ..Version::new(VersionStage::Current, issued)
            },
        );
        Ok(())
    }

    pub fn changes(self) -> Vec<Change> {
        let recorded = &self.recorded.versions;
        self.new
            .into_iter()
            .map(|(key, version)| match recorded.get(&key) {
                Some(old) => {
                    Change::update((key.clone(), old.clone()).into(), (key, version).into())
                }
                None => Change::create((key, version).into()),
            })
            .collect()
    }
}

/// Whether a version that is known is reported with its own day of issue and end.
fn same(
    line: usize,
    key: &VersionKey,
    recorded: &Version,
    reported: (Date, Option<Date>),
) -> Result<(), BadFact> {
    let (account, number) = (key.account.clone(), key.number);
    let (issued, expires) = reported;
    if recorded.issued != issued {
        Err(BadFact::OtherDay {
            line,
            account,
            number,
            recorded: recorded.issued,
            reported: issued,
        })
    } else if recorded.expires != expires {
        Err(BadFact::OtherEnd {
            line,
            account,
            number,
            recorded: recorded.expires,
            reported: expires,
        })
    } else {
        Ok(())
    }
}

/// Whether a rotation that is known is reported as it left the version before it. One that went on since says nothing.
fn same_before(
    line: usize,
    key: &VersionKey,
    issued: Date,
    before: Option<&Version>,
    reported: Option<bool>,
) -> Result<(), BadFact> {
    let recorded = before.and_then(|old| match old.stage {
        VersionStage::Previous => Some(old.retired.is_none_or(|day| day > issued)),
        VersionStage::Pending
        | VersionStage::Current
        | VersionStage::Revoked
        | VersionStage::PossiblyLive => None,
    });
    match recorded.zip(reported) {
        Some((recorded, reported)) if recorded != reported => Err(BadFact::OtherPrevious {
            line,
            account: key.account.clone(),
            number: key.number,
            recorded,
            reported,
        }),
        Some(_) | None => Ok(()),
    }
}
