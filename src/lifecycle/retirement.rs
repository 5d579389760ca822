//! The grades by which an account ends: suspended, left to soak, revoked, retired. Decides; changes nothing.

use crate::lifecycle::operation::{Open, Operations, is_live, left, open};
use crate::lifecycle::versions::{Versions, of};
use crate::model::account::AccountStatus;
use crate::model::credential::VersionStage;
use crate::model::date::Date;
use crate::model::id::AccountId;
use crate::model::text::Text;

/// For how many days an account rests before it is retired, where nobody says otherwise: what still needs it shows.
pub const SOAK_DAYS: i64 = 14;

/// Why an account does not get the status that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoGrade {
    #[error("`account/{account}` is {status}")]
    Status {
        account: AccountId,
        status: AccountStatus,
    },
    #[error("{} {} of `account/{}` is open", .0.what, .0.number, .0.account)]
    Open(Open),
    #[error("`account/{account}` is {status}: it is suspended first, to see who needs it")]
    NotSuspended {
        account: AccountId,
        status: AccountStatus,
    },
    #[error("`account/{account}` is suspended since {since}, and rests until {until}")]
    Soaks {
        account: AccountId,
        since: Date,
        until: Date,
    },
    #[error("version {number} of `account/{account}` is possibly live: nobody has seen it refused")]
    PossiblyLive { account: AccountId, number: u32 },
    #[error("version {number} of `account/{account}` is {stage}: its provider still accepts it")]
    Works {
        account: AccountId,
        number: u32,
        stage: VersionStage,
    },
    #[error(
        "what a rotation of `account/{account}` may have made under `{tag}` is possibly live: nobody saw that it is not there"
    )]
    Unseen { account: AccountId, tag: Text },
}

/// That nothing is under way on an account.
///
/// # Errors
/// When something is.
pub fn rests(account: &AccountId, operations: &Operations) -> Result<(), NoGrade> {
    match open(operations, account) {
        None => Ok(()),
        Some((key, operation)) => Err(NoGrade::Open(Open::of(key, operation))),
    }
}

/// That no version of an account could still work, and nothing that nobody saw.
///
/// # Errors
/// When something could.
pub fn is_cut_off(
    account: &AccountId,
    versions: &Versions,
    operations: &Operations,
) -> Result<(), NoGrade> {
    let unseen = left(operations, account, versions);
    if let Some(tag) = unseen.into_iter().find_map(|entry| entry.tag) {
        let account = account.clone();
        return Err(NoGrade::Unseen { account, tag });
    }
    let found = of(versions, account)
        .rev()
        .find(|(_, version)| is_live(version));
    let Some((key, version)) = found else {
        return Ok(());
    };
    let (account, number) = (account.clone(), key.number);
    Err(match version.stage {
        VersionStage::PossiblyLive => NoGrade::PossiblyLive { account, number },
        VersionStage::Pending
        | VersionStage::Current
        | VersionStage::Previous
        | VersionStage::Revoked => NoGrade::Works {
            account,
            number,
            stage: version.stage,
        },
    })
}

/// That an account has rested for so many days. `since` is the day on which it was suspended.
///
/// # Errors
/// When it has not.
pub fn has_soaked(
    account: &AccountId,
    status: AccountStatus,
    since: Option<Date>,
    soak: i64,
    today: Date,
) -> Result<(), NoGrade> {
    let not_suspended = || NoGrade::NotSuspended {
        account: account.clone(),
        status,
    };
    match status {
        AccountStatus::Retired => Err(NoGrade::Status {
            account: account.clone(),
            status,
        }),
        AccountStatus::Active | AccountStatus::Proposed if soak == 0 => Ok(()),
        AccountStatus::Active | AccountStatus::Proposed => Err(not_suspended()),
        AccountStatus::Suspended => {
            let since = since.ok_or_else(not_suspended)?;
            let until = since.plus_days(soak);
            match until <= today {
                true => Ok(()),
                false => Err(NoGrade::Soaks {
                    account: account.clone(),
                    since,
                    until,
                }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::credential::Version;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn an_account_is_retired_once_it_has_rested() {
        let account: AccountId = "etl".parse().unwrap();
        let since = Some(day("2026-11-08"));
        let soaked = |status, soak, today| has_soaked(&account, status, since, soak, day(today));
        let suspended = AccountStatus::Suspended;
        assert!(soaked(suspended, SOAK_DAYS, "2026-11-22").is_ok());
        assert!(soaked(suspended, SOAK_DAYS, "2026-11-21").is_err());
        assert!(soaked(suspended, 0, "2026-11-08").is_ok());
        assert!(soaked(AccountStatus::Active, SOAK_DAYS, "2026-11-22").is_err());
        assert!(soaked(AccountStatus::Retired, 0, "2026-11-22").is_err());
    }

    #[test]
    fn what_could_still_work_keeps_an_account_from_being_retired() {
        use VersionStage::{Current, Pending, PossiblyLive, Previous, Revoked};
        let account: AccountId = "etl".parse().unwrap();
        let cut_off = |stage| {
            let version = Version::new(stage, day("2026-10-01"));
            let versions = Versions::from([("etl 1".parse().unwrap(), version)]);
            is_cut_off(&account, &versions, &Operations::new())
        };
        assert!(cut_off(Revoked).is_ok());
        assert!(is_cut_off(&account, &Versions::new(), &Operations::new()).is_ok());
        assert!(matches!(
            cut_off(PossiblyLive),
            Err(NoGrade::PossiblyLive { .. })
        ));
        for stage in [Pending, Current, Previous] {
            assert!(matches!(cut_off(stage), Err(NoGrade::Works { .. })));
        }
    }
}
