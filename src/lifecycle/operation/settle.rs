//! What becomes of a version by what was seen of it at the provider.

use crate::lifecycle::versions::Versions;
use crate::model::change::Change;
use crate::model::credential::{Version, VersionStage};
use crate::model::date::Date;
use crate::model::key::VersionKey;
use crate::model::sealed::Sealed;

/// The provider was seen to refuse a version: only that makes it `revoked`.
pub fn refused(versions: &Versions, key: &VersionKey, on: Date) -> Option<Change> {
    changed(versions, key, |version| Version {
        stage: VersionStage::Revoked,
        revoked: version.revoked.or(Some(on)),
        retired: version.retired.or(Some(on)),
        ..version
    })
}

/// A version was withdrawn, and nobody has seen the provider refuse it yet.
pub fn possibly_live(versions: &Versions, key: &VersionKey) -> Option<Change> {
    changed(versions, key, |version| match version.stage {
        VersionStage::Revoked => version,
        VersionStage::Pending
        | VersionStage::Current
        | VersionStage::Previous
        | VersionStage::PossiblyLive => Version {
            stage: VersionStage::PossiblyLive,
            ..version
        },
    })
}

/// A version that the provider was never told of: it is taken out, with its value.
pub fn forgotten(versions: &Versions, key: &VersionKey, sealed: Option<Sealed>) -> Vec<Change> {
    let version = versions.get(key).cloned();
    let sealed = sealed.map(|sealed| Change::remove((key.clone(), sealed).into()));
    let version = version.map(|version| Change::remove((key.clone(), version).into()));
    sealed.into_iter().chain(version).collect()
}

fn changed(
    versions: &Versions,
    key: &VersionKey,
    to: impl FnOnce(Version) -> Version,
) -> Option<Change> {
    let before = versions.get(key)?;
    let after = to(before.clone());
    (after != *before).then(|| {
        Change::update(
            (key.clone(), before.clone()).into(),
            (key.clone(), after).into(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(stage: VersionStage) -> (Versions, VersionKey) {
        let key: VersionKey = "etl 1".parse().unwrap();
        let version = Version::new(stage, "2026-10-01".parse().unwrap());
        (Versions::from([(key.clone(), version)]), key)
    }

    fn stage(change: Option<Change>) -> Option<VersionStage> {
        match change?.after()? {
            crate::model::record::Record::Version(_, version) => Some(version.stage),
            _ => None,
        }
    }

    #[test]
    fn a_version_becomes_revoked_when_it_was_seen_refused_and_stays_so() {
        let day: Date = "2026-11-22".parse().unwrap();
        for from in [VersionStage::Previous, VersionStage::PossiblyLive] {
            let (versions, key) = recorded(from);
            assert_eq!(
                stage(refused(&versions, &key, day)),
                Some(VersionStage::Revoked)
            );
        }
        let (versions, key) = recorded(VersionStage::Revoked);
        assert_eq!(stage(possibly_live(&versions, &key)), None);
        let (versions, key) = recorded(VersionStage::Current);
        assert_eq!(
            stage(possibly_live(&versions, &key)),
            Some(VersionStage::PossiblyLive)
        );
    }
}
