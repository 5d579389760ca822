//! Sees whether the provider refuses a version that was taken away: by a fresh logon, and in a session that was there
//! before. Until both were seen, the version may still work, and is never called revoked.

mod by_hand;

use std::time::Duration;

use anyhow::Result;

use crate::lifecycle::operation::{possibly_live, refused};
use crate::lifecycle::testing::{self, was_withdrawn};
use crate::model::change::Change;
use crate::model::credential::{Version, VersionStage};
use crate::model::date::{Span, Timestamp};
use crate::model::fact::{Detail, Fact, Refusal};
use crate::model::key::VersionKey;
use crate::model::probe::{Probe, ProbeKind};
use crate::operations::procedure::values::{Opened, Subject};
use crate::operations::procedure::{Hands, Scene};
use crate::operations::secrets::Secrets;
use crate::provider::{Reach, Seen as Probed, Session, Sight, Surroundings, Values};

/// What was seen of a version that was taken away.
pub enum Seen {
    /// The provider refuses it.
    Refused { changes: Vec<Change>, note: String },
    /// It was not seen to; it may still work.
    NotYet { changes: Vec<Change>, why: String },
}

/// What it is looked at with.
pub type Tools<'t, 's, 'h> = (
    &'t mut Secrets<'s>,
    &'t Surroundings,
    &'t mut (dyn Hands + 'h),
);

/// The longest that one look waits for the next.
const APART: Duration = Duration::from_secs(60);

/// What a server answers to a bad logon.
const BAD: [u16; 3] = [400, 401, 403];

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

/// Looks until the provider refuses a version, or its longest lag is over. `since` is when it was taken away.
///
/// # Errors
/// When the value cannot be had, or the terminal fails.
pub fn refusal(
    scene: &Scene,
    number: u32,
    since: Option<Timestamp>,
    session: Option<&mut Session>,
    tools: Tools<'_, '_, '_>,
) -> Result<Seen> {
    refusal_within(scene, number, (since, None), session, tools)
}

/// The same, looking no longer than somebody is willing to wait. What is not over by then may still work.
///
/// # Errors
/// As [`refusal`].
pub fn refusal_within(
    scene: &Scene,
    number: u32,
    (since, most): (Option<Timestamp>, Option<Duration>),
    session: Option<&mut Session>,
    tools: Tools<'_, '_, '_>,
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
        let why = format!(
            "`provider/{}` declares no authenticate or read test that may be tried",
            scene.account.provider
        );
        return by_hand::look(scene, key, &why, hands);
    };
    let subject = of_version(scene, number)?;
    let opened = Opened::for_text("{secret}", scene, &subject, secrets)?;
    let values = opened.values(scene, &subject, hands.now());
    let mut look = Look {
        scene,
        key,
        reach: Reach::of(scene.environment()?, around),
        values,
        logon: (kind, probe),
        facts: Vec::new(),
        fresh: None,
        spent: None,
        held: None,
        was_allowed: false,
    };
    // Where bad logons are counted, what was refused before is not tried once more.
    if scene.provider.lockout_after.is_some() && was_withdrawn(scene.facts(), number) {
        look.fresh = Some(Sight::Denied);
    }
    let lag = scene.provider.max_lag.as_ref();
    let seen = look.until(session, since, (lag, most), hands);
    Ok(seen)
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
    is_doubtful || testing::could_lock(scene.facts(), number, most)
}

/// The probe of a fresh logon.
pub(super) fn logon(scene: &Scene) -> Option<(ProbeKind, &Probe)> {
    let wanted = [ProbeKind::Authenticate, ProbeKind::Read];
    let mut found = wanted
        .iter()
        .filter_map(|kind| Some((*kind, scene.provider.test.get(kind)?)));
    // One bad logon would lock it.
    found
        .next()
        .filter(|_| scene.provider.lockout_after != Some(1))
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

struct Look<'l> {
    scene: &'l Scene,
    key: &'l VersionKey,
    reach: Reach<'l>,
    values: Values<'l>,
    logon: (ProbeKind, &'l Probe),
    facts: Vec<Change>,
    fresh: Option<Sight>,
    /// Why no more logons are tried, though none was seen refused.
    spent: Option<String>,
    held: Option<Sight>,
    /// Whether the held session was let go on, in this look.
    was_allowed: bool,
}

impl Look<'_> {
    fn until(
        &mut self,
        mut session: Option<&mut Session>,
        since: Option<Timestamp>,
        (lag, most): (Option<&Span>, Option<Duration>),
        hands: &mut dyn Hands,
    ) -> Seen {
        let entered = hands.now();
        let began = since.unwrap_or(entered);
        let most = most.map(|most| i64::try_from(most.as_secs()).unwrap_or(i64::MAX));
        let lag = lag.map_or(0, |span| i64::from(span.minutes()) * 60);
        let mut pause = Duration::from_secs(1);
        loop {
            self.once(session.as_deref_mut(), hands);
            let has_lagged = hands.now().unix() - began.unix() >= lag;
            if self.fresh == Some(Sight::Denied) && self.held_is_over(has_lagged && lag > 0) {
                let ways = match self.held {
                    Some(Sight::Denied) => "refused, by a fresh logon and in a held session",
                    Some(Sight::Inconclusive) => {
                        "refused by a fresh logon; the held session ended without an answer, and the longest lag is over"
                    }
                    Some(Sight::Allowed) | None if has_sessions(self.scene) => {
                        "refused by a fresh logon; the longest lag is over for sessions that nobody held"
                    }
                    Some(Sight::Allowed) | None => "refused by a fresh logon",
                };
                let facts = std::mem::take(&mut self.facts);
                return concluded(self.scene, self.key, facts, ways, hands);
            }
            let is_tired = most.is_some_and(|most| hands.now().unix() - entered.unix() >= most);
            if has_lagged || is_tired || self.spent.is_some() {
                let facts = std::mem::take(&mut self.facts);
                return not_yet(self.scene, self.key, facts, self.why());
            }
            hands.pause(pause);
            pause = (pause * 2).min(APART);
        }
    }

    /// Whether no session can go on with it.
    fn held_is_over(&self, has_lagged: bool) -> bool {
        match self.held {
            Some(Sight::Denied) => true,
            Some(Sight::Allowed) => false,
            // It proves nothing; one that went on after the version was taken away may go on elsewhere.
            Some(Sight::Inconclusive) => has_lagged && !self.was_allowed,
            None => has_lagged || !has_sessions(self.scene),
        }
    }

    fn once(&mut self, session: Option<&mut Session>, hands: &dyn Hands) {
        // What was refused once is not tried again: each try counts as a bad logon.
        if self.fresh != Some(Sight::Denied) {
            let (kind, probe) = self.logon;
            let seen = self.reach.probe(kind, probe, &self.values);
            self.fresh = Some(seen.sight);
            self.spent = self.is_bad_logon(&seen);
            self.note(Refusal::FreshLogon, &seen, hands.now());
        }
        if self.held == Some(Sight::Denied) {
            return;
        }
        if let Some(session) = session {
            let seen = session.ask(&self.reach, &self.values);
            self.held = Some(seen.sight);
            self.was_allowed |= seen.sight == Sight::Allowed;
            self.note(Refusal::HeldSession, &seen, hands.now());
        }
    }

    /// Why a logon may have counted as a bad one, where it is not known to be refused and bad ones lock.
    fn is_bad_logon(&self, seen: &Probed) -> Option<String> {
        let most = self.scene.provider.lockout_after?;
        let status = seen.status.filter(|status| BAD.contains(status))?;
        (seen.sight == Sight::Inconclusive).then(|| {
            format!("; it was answered with status {status}, and is not repeated: {most} bad logons lock")
        })
    }

    fn note(&mut self, way: Refusal, seen: &Probed, now: Timestamp) {
        if seen.sight != Sight::Denied {
            return;
        }
        let detail = Detail {
            at: Some(now),
            environment: Some(self.scene.account.environment.clone()),
            status: seen.status,
            millis: Some(seen.millis),
            digest: seen.digest.as_ref().and_then(|digest| digest.parse().ok()),
            ..Detail::default()
        };
        self.facts
            .extend(fact(self.scene, self.key, way, detail, now));
    }

    fn why(&self) -> String {
        let lag = match self.scene.provider.max_lag {
            None if self.held.is_none() && has_sessions(self.scene) => {
                "; its provider names no `max-lag`, after which no session goes on"
            }
            None | Some(_) => "",
        };
        let word = |sight: Option<Sight>| match sight {
            Some(Sight::Allowed) => "still accepted",
            Some(Sight::Denied) => "refused",
            Some(Sight::Inconclusive) => "not conclusive",
            None => "not seen",
        };
        format!(
            "version {} may still work: a fresh logon is {}{}, a held session {}{lag}",
            self.key.number,
            word(self.fresh),
            self.spent.as_deref().unwrap_or_default(),
            match has_sessions(self.scene) {
                true => word(self.held),
                false => "does not exist",
            }
        )
    }
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
    Seen::NotYet { changes, why }
}
