//! Sees whether the provider refuses a version that was taken away: by a fresh logon, and in a session that was there
//! before. Until both were seen, the version may still work, and is never called revoked.

mod by_hand;
mod control;
mod look;

use std::time::Duration;

use anyhow::Result;

pub use control::baseline;

use crate::lifecycle::control::Known;
use crate::lifecycle::operation::{possibly_live, refused};
use crate::lifecycle::testing::{self, accepted, was_refused, was_withdrawn};
use crate::model::change::Change;
use crate::model::credential::{Version, VersionStage};
use crate::model::date::Timestamp;
use crate::model::entitlement::Side;
use crate::model::fact::{Detail, Fact, Refusal};
use crate::model::key::VersionKey;
use crate::model::probe::{Probe, ProbeKind};
use crate::model::record::Record;
use crate::operations::procedure::values::{Opened, Subject};
use crate::operations::procedure::withdrawal::control::Beside;
use crate::operations::procedure::withdrawal::look::Look;
use crate::operations::procedure::{Hands, Scene};
use crate::operations::secrets::Secrets;
use crate::provider::{Reach, Session, Sight, Surroundings};

/// What was seen of a version that was taken away.
pub enum Seen {
    /// The provider refuses it.
    Refused { changes: Vec<Change>, note: String },
    /// It was not seen to; it may still work.
    NotYet {
        changes: Vec<Change>,
        why: String,
        /// It was seen to work, when all that takes time was over.
        works: bool,
    },
}

impl Seen {
    fn changes(self) -> Vec<Change> {
        match self {
            Seen::Refused { changes, .. } | Seen::NotYet { changes, .. } => changes,
        }
    }

    /// With the evidence of a look before it: a bad logon stays one.
    fn with_evidence(mut self, before: Seen) -> Seen {
        let of_logons = before.changes().into_iter().filter(|change| {
            matches!(change.after(), Some(Record::Fact(_, fact)) if matches!(**fact, Fact::Evidence { .. }))
        });
        match &mut self {
            Seen::Refused { changes, .. } | Seen::NotYet { changes, .. } => {
                changes.extend(of_logons);
            }
        }
        self
    }
}

/// What a refusal is held against.
pub struct Ground {
    /// When the version was taken away.
    pub since: Option<Timestamp>,
    /// The longest that somebody is willing to look; the longest lag of the provider where `None`.
    pub most: Option<Duration>,
    /// The versions of the account that are to work on.
    pub others: Vec<u32>,
    /// Since when what took it away is under way; none where nothing can have.
    pub taken: Option<Timestamp>,
    /// Whether it was answered as done.
    pub is_done: bool,
}

/// What it is looked at with.
pub type Means<'t, 's, 'h> = (
    &'t mut Secrets<'s>,
    &'t Surroundings,
    &'t mut (dyn Hands + 'h),
);

/// Opens a session with a version while it still works. None where its provider knows none, or it cannot be opened.
///
/// # Errors
/// When the value cannot be had.
pub fn hold(
    scene: &Scene,
    number: u32,
    secrets: &Secrets<'_>,
    around: &Surroundings,
    now: Timestamp,
) -> Result<Option<Session>> {
    let (_, version) = scene.version(number)?;
    if !has_sessions(scene) || !opens(version) || could_lock(scene, version, number) {
        return Ok(None);
    }
    let subject = of_version(scene, number)?;
    let opened = Opened::for_text("{secret}", scene, &subject, secrets)?;
    let values = opened.values(scene, &subject, now);
    let reach = Reach::of(scene.environment()?, around);
    Ok(reach.hold(&scene.provider.test, &values).ok().flatten())
}

/// Looks until the provider refuses a version, or its longest lag is over; no longer than somebody is willing to wait. What
/// is not over by then may still work.
///
/// # Errors
/// When the value cannot be had, or the terminal fails.
pub fn refusal(
    scene: &Scene,
    number: u32,
    ground: &Ground,
    session: Option<&mut Session>,
    tools: Means<'_, '_, '_>,
) -> Result<Seen> {
    let (secrets, around, hands) = tools;
    let (key, version) = scene.version(number)?;
    if version.stage == VersionStage::Revoked {
        let note = format!("version {number} was seen to be refused");
        let changes = Vec::new();
        return Ok(Seen::Refused { changes, note });
    }
    if version.held.is_none() {
        let why = format!("keyroll was never given version {number}");
        return by_hand::look(scene, key, &why, hands);
    }
    let Some((kind, probe)) = logon(scene) else {
        return by_hand::look(scene, key, &untried(scene), hands);
    };
    let locks = scene.provider.lockout_after.is_some();
    // Where bad logons are counted, what was refused before is not tried once more.
    let was_proven = locks && was_withdrawn(scene.facts(), number);
    if locks && !was_proven && was_refused(scene.facts_of_locks(), number, Side::Provider) {
        let why =
            format!("a logon with version {number} failed before, and another one could lock");
        return by_hand::look(scene, key, &why, hands);
    }
    let subject = of_version(scene, number)?;
    let opened = Opened::for_text("{secret}", scene, &subject, secrets)?;
    let values = opened.values(scene, &subject, hands.now());
    let mut look = Look {
        scene,
        key,
        reach: Reach::of(scene.environment()?, around),
        values,
        logon: (kind, probe),
        beside: Beside::of(scene, &ground.others, secrets, around)?,
        known: Known {
            accepted: accepted(scene.facts_here(), number, &scene.account.environment),
            taken: ground.taken,
            is_done: ground.is_done,
        },
        facts: Vec::new(),
        fresh: was_proven.then_some(Sight::Denied),
        held: None,
        was_allowed: false,
        proof: None,
        doubt: None,
        spent: None,
        needs_somebody: None,
    };
    let came = look.until(session, ground, hands);
    let doubt = look.doubt.take().filter(|_| hands.is_somebody_there());
    // A probe cannot tell now; somebody who is there may.
    let why = match (look.needs_somebody.take(), &came) {
        (Some(why), _) => Some(why),
        (None, Seen::NotYet { works: false, .. }) => doubt,
        (None, Seen::NotYet { works: true, .. } | Seen::Refused { .. }) => None,
    };
    match why {
        Some(why) => Ok(by_hand::look(scene, key, &why, hands)?.with_evidence(came)),
        None => Ok(came),
    }
}

/// What a fresh logon with a version shows now; `None` where none can be tried.
///
/// # Errors
/// When the value cannot be had.
pub fn sight(
    scene: &Scene,
    number: u32,
    tools: (&Secrets<'_>, &Surroundings, Timestamp),
) -> Result<Option<Sight>> {
    let (secrets, around, now) = tools;
    let (_, version) = scene.version(number)?;
    let Some((kind, probe)) = logon(scene).filter(|_| opens(version)) else {
        return Ok(None);
    };
    if scene.provider.lockout_after.is_some() && was_withdrawn(scene.facts(), number) {
        return Ok(Some(Sight::Denied));
    }
    if testing::could_lock(scene.facts_of_locks(), number, scene.provider.lockout_after) {
        return Ok(Some(Sight::Inconclusive));
    }
    let subject = of_version(scene, number)?;
    let opened = Opened::for_text("{secret}", scene, &subject, secrets)?;
    let values = opened.values(scene, &subject, now);
    let reach = Reach::of(scene.environment()?, around);
    Ok(Some(reach.probe(kind, probe, &values).sight))
}

/// Whether the roll has a value of a version that can be tried.
fn opens(version: &Version) -> bool {
    version.held.is_some() && version.stage != VersionStage::Revoked
}

/// Whether a logon ahead of the proof could be a bad one too many: with what may be refused already.
fn could_lock(scene: &Scene, version: &Version, number: u32) -> bool {
    let most = scene.provider.lockout_after;
    let is_doubtful = version.stage == VersionStage::PossiblyLive && most.is_some();
    is_doubtful || testing::could_lock(scene.facts_of_locks(), number, most)
}

/// The probe of a fresh logon, where one may be tried.
pub(super) fn logon(scene: &Scene) -> Option<(ProbeKind, &Probe)> {
    // One bad logon would lock it.
    declared(scene).filter(|_| scene.provider.lockout_after != Some(1))
}

fn declared(scene: &Scene) -> Option<(ProbeKind, &Probe)> {
    let wanted = [ProbeKind::Authenticate, ProbeKind::Read];
    let mut found = wanted
        .iter()
        .filter_map(|kind| Some((*kind, scene.provider.test.get(kind)?)));
    found.next()
}

/// Why there is no probe of a fresh logon that may be tried.
pub(super) fn untried(scene: &Scene) -> String {
    let provider = &scene.account.provider;
    match declared(scene) {
        None => format!("`provider/{provider}` declares no authenticate or read test"),
        Some(_) => format!(
            "a test could lock the identity, as one bad logon does at `provider/{provider}`"
        ),
    }
}

/// Whether what the provider gives on logon outlives the logon: a connection, or a token.
pub(super) fn has_sessions(scene: &Scene) -> bool {
    let tests = &scene.provider.test;
    let takes = |probe: &Probe| probe.taken().next().is_some();
    tests.contains_key(&ProbeKind::Session) || tests.get(&ProbeKind::Read).is_some_and(takes)
}

fn of_version(scene: &Scene, number: u32) -> Result<Subject<'_>> {
    Ok(Subject {
        version: Some(scene.version(number)?),
        ..Subject::default()
    })
}

fn fact(
    scene: &Scene,
    key: &VersionKey,
    way: Refusal,
    detail: Detail,
    now: Timestamp,
) -> Option<Change> {
    scene.newly(Fact::Refused {
        account: key.account.clone(),
        version: key.number,
        way,
        on: now.date(),
        detail: Some(Box::new(detail)),
    })
}

fn concluded(
    scene: &Scene,
    key: &VersionKey,
    mut changes: Vec<Change>,
    how: &str,
    hands: &dyn Hands,
) -> Seen {
    changes.extend(refused(scene.versions(), key, hands.now().date()));
    Seen::Refused {
        changes,
        note: format!("version {}: {how}", key.number),
    }
}

fn not_yet(scene: &Scene, key: &VersionKey, mut changes: Vec<Change>, why: String) -> Seen {
    changes.extend(possibly_live(scene.versions(), key));
    Seen::NotYet {
        changes,
        why,
        works: false,
    }
}
