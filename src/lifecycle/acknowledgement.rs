//! Acknowledgements: a consumer says that it has a version. Decides what becomes of one; writes nothing.

use crate::model::account::AccountStatus;
use crate::model::change::Change;
use crate::model::consumer::Consumer;
use crate::model::credential::{Version, VersionStage};
use crate::model::date::Timestamp;
use crate::model::fact::{Detail, Fact};
use crate::model::id::{AccountId, ConsumerId, Principal};
use crate::model::inventory::Inventory;
use crate::model::key::{FactKey, VersionKey};

/// What is acknowledged, by whom.
pub struct Asked<'a> {
    pub account: &'a AccountId,
    pub consumer: &'a ConsumerId,
    /// The pending version where it is none, else the current one.
    pub version: Option<u32>,
    /// Who says so, where that is known.
    pub by: Option<&'a Principal>,
    pub at: Timestamp,
}

/// What becomes of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Acknowledged {
    pub version: u32,
    pub stage: VersionStage,
    /// None where it is recorded already.
    pub change: Option<Change>,
}

/// Why a version is not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAcknowledgement {
    #[error("`account/{account}` does not list the consumer `{consumer}`")]
    NotListed {
        account: AccountId,
        consumer: ConsumerId,
    },
    #[error("`account/{0}` is retired")]
    Retired(AccountId),
    #[error(
        "`consumer/{0}` takes the current version through keyroll whenever it starts: it has nothing to acknowledge"
    )]
    Fetches(ConsumerId),
    #[error("`account/{0}` has no version yet")]
    NoVersion(AccountId),
    #[error("`account/{account}` has no version {number}")]
    Unknown { account: AccountId, number: u32 },
    #[error("version {number} of `account/{account}` is {stage}: nobody is waited for to have it")]
    Over {
        account: AccountId,
        number: u32,
        stage: VersionStage,
    },
}

/// Decides on an acknowledgement. `roll` holds the account, the consumer, and the account's versions and facts.
///
/// # Errors
/// When the account does not list the consumer, or no version waits for it.
pub fn acknowledge(asked: &Asked<'_>, roll: &Inventory) -> Result<Acknowledged, NoAcknowledgement> {
    let Asked {
        account, consumer, ..
    } = *asked;
    let listed = roll.accounts.get(account);
    let listed = listed.filter(|body| body.consumers.contains(consumer));
    let body = listed.ok_or_else(|| NoAcknowledgement::NotListed {
        account: account.clone(),
        consumer: consumer.clone(),
    })?;
    if body.status == AccountStatus::Retired {
        return Err(NoAcknowledgement::Retired(account.clone()));
    }
    if roll.consumers.get(consumer).is_some_and(fetches) {
        return Err(NoAcknowledgement::Fetches(consumer.clone()));
    }
    let (key, version) = awaited(asked, roll)?;
    let fact = Fact::Acknowledged {
        account: account.clone(),
        version: key.number,
        consumer: consumer.clone(),
        on: asked.at.date(),
        detail: Some(Box::new(Detail {
            at: Some(asked.at),
            note: asked.by.and_then(|by| format!("by {by}").parse().ok()),
            ..Detail::default()
        })),
    };
    let is_new = !is_acknowledged(roll, account, key.number, consumer);
    let change = is_new.then(|| Change::create((FactKey::of(&fact), fact).into()));
    Ok(Acknowledged {
        version: key.number,
        stage: version.stage,
        change,
    })
}

/// Whether a consumer has said that it has a version.
pub fn is_acknowledged(
    roll: &Inventory,
    account: &AccountId,
    version: u32,
    consumer: &ConsumerId,
) -> bool {
    roll.facts.values().any(|fact| {
        matches!(fact, Fact::Acknowledged { account: a, version: v, consumer: c, .. }
            if (a, *v, c) == (account, version, consumer))
    })
}

fn fetches(consumer: &Consumer) -> bool {
    consumer.fetches
}

/// The version that is meant, where somebody may wait for it to be acknowledged.
fn awaited<'a>(
    asked: &Asked<'_>,
    roll: &'a Inventory,
) -> Result<(&'a VersionKey, &'a Version), NoAcknowledgement> {
    let account = || asked.account.clone();
    let own = roll.versions.iter();
    let own = own.filter(|(key, _)| key.account == *asked.account).rev();
    let Some(number) = asked.version else {
        let newest = |stage| own.clone().find(|(_, version)| version.stage == stage);
        return newest(VersionStage::Pending)
            .or_else(|| newest(VersionStage::Current))
            .ok_or_else(|| NoAcknowledgement::NoVersion(account()));
    };
    let mut own = own;
    let (key, version) =
        own.find(|(key, _)| key.number == number)
            .ok_or_else(|| NoAcknowledgement::Unknown {
                account: account(),
                number,
            })?;
    match version.stage {
        VersionStage::Pending | VersionStage::Current => Ok((key, version)),
        stage @ (VersionStage::Previous | VersionStage::Revoked | VersionStage::PossiblyLive) => {
            Err(NoAcknowledgement::Over {
                account: account(),
                number,
                stage,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;
    use serde_json::{Value, json};

    fn roll(versions: &[(u32, &str)]) -> Inventory {
        let mut records = json!({
            "consumer/job": {}, "consumer/other": {}, "consumer/puller": { "fetches": true },
            "account/etl": { "provider": "p", "environment": "production", "workflow": "import",
                "level": "read-only-import", "consumers": ["job", "puller"] },
        });
        for (number, stage) in versions {
            records[format!("version/etl {number}")] =
                json!({ "stage": stage, "issued": "2026-10-01" });
        }
        let records = records.as_object().unwrap().clone();
        let read =
            |(id, body): (String, Value)| Record::from_value(&id.parse().unwrap(), body).unwrap();
        records.into_iter().map(read).collect()
    }

    fn of(
        roll: &Inventory,
        consumer: &str,
        version: Option<u32>,
    ) -> Result<Acknowledged, NoAcknowledgement> {
        let (account, consumer) = ("etl".parse().unwrap(), consumer.parse().unwrap());
        let asked = Asked {
            account: &account,
            consumer: &consumer,
            version,
            by: None,
            at: "2026-11-22T10:00:00Z".parse().unwrap(),
        };
        acknowledge(&asked, roll)
    }

    #[test]
    fn the_pending_version_is_meant_else_the_current_one() {
        let number = |versions: &[(u32, &str)]| of(&roll(versions), "job", None).unwrap().version;
        assert_eq!(number(&[(1, "current"), (2, "pending")]), 2);
        assert_eq!(number(&[(9, "previous"), (10, "current")]), 10);
        let none = of(&roll(&[(1, "revoked")]), "job", None);
        assert!(matches!(none, Err(NoAcknowledgement::NoVersion(_))));
    }

    #[test]
    fn a_version_is_acknowledged_once_whatever_the_day() {
        let mut roll = roll(&[(1, "current")]);
        let fact = json!({ "fact": "acknowledged", "account": "etl", "version": 1, "consumer": "job",
            "on": "2026-10-02" });
        let id = "fact/acknowledged etl 1 job 2026-10-02".parse().unwrap();
        assert!(of(&roll, "job", None).unwrap().change.is_some());
        roll.put(Record::from_value(&id, fact).unwrap());
        assert_eq!(of(&roll, "job", None).unwrap().change, None);
    }

    #[test]
    fn a_stranger_and_whoever_fetches_have_nothing_to_acknowledge() {
        let roll = roll(&[(1, "previous"), (2, "current")]);
        let why = |consumer, version| of(&roll, consumer, version).unwrap_err();
        assert!(matches!(
            why("other", None),
            NoAcknowledgement::NotListed { .. }
        ));
        assert!(matches!(why("puller", None), NoAcknowledgement::Fetches(_)));
        assert!(matches!(
            why("job", Some(1)),
            NoAcknowledgement::Over { number: 1, .. }
        ));
        assert!(matches!(
            why("job", Some(3)),
            NoAcknowledgement::Unknown { number: 3, .. }
        ));
    }
}
