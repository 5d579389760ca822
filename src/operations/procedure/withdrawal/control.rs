//! Something else is tried as a version is refused: another version of the account that stays, or whoever administers the
//! environment. And what is accepted while all is well, before anything is taken away.

use anyhow::Result;

use crate::lifecycle::control::Control;
use crate::lifecycle::testing::{BAD, accepted};
use crate::model::change::Change;
use crate::model::date::Timestamp;
use crate::model::entitlement::Side;
use crate::model::probe::ProbeKind;
use crate::operations::evidence::of_probe;
use crate::operations::procedure::Scene;
use crate::operations::procedure::values::Opened;
use crate::operations::procedure::withdrawal::{could_lock, logon, of_version, opens, sight};
use crate::operations::secrets::Secrets;
use crate::provider::{Reach, Seen as Probed, Sight, Surroundings};

/// What can be tried beside a version.
pub(super) struct Beside<'b> {
    scene: &'b Scene,
    others: &'b [u32],
    admin: Option<Scene>,
    secrets: &'b Secrets<'b>,
    around: &'b Surroundings,
}

impl<'b> Beside<'b> {
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn of(
        scene: &'b Scene,
        others: &'b [u32],
        secrets: &'b Secrets<'b>,
        around: &'b Surroundings,
    ) -> Result<Beside<'b>> {
        Ok(Beside {
            scene,
            others,
            admin: admin(scene, secrets)?,
            secrets,
            around,
        })
    }

    /// Tries what there is, the nearest first, until something is accepted.
    pub(super) fn control(&self, now: Timestamp) -> Control {
        let tools = (self.secrets, self.around, now);
        let is_accepted = |scene: &Scene, number: u32| match sight(scene, number, tools) {
            Ok(Some(Sight::Allowed)) => Some(true),
            // What was never accepted may not be meant to pass this test.
            Ok(Some(Sight::Denied | Sight::Inconclusive)) => {
                was_accepted(scene, number).then_some(false)
            }
            Ok(None) | Err(_) => None,
        };
        let others = self.others.iter().copied();
        let others = others.filter(|number| is_usable(self.scene, *number));
        let others = others.filter_map(|number| Some((number, is_accepted(self.scene, number)?)));
        let others: Vec<(u32, bool)> = others.collect();
        if let Some((number, _)) = others.iter().find(|(_, is_accepted)| *is_accepted) {
            return Control::Version(*number);
        }
        // A provider that is closed to all but its administrators refuses it, and accepts them.
        if let Some((number, _)) = others.first() {
            return Control::Refused(format!("version {number}"));
        }
        let Some((admin, number)) = self.admin.as_ref().and_then(current) else {
            return Control::Nothing;
        };
        match is_accepted(admin, number) {
            Some(true) => Control::Admin(admin.id.clone()),
            Some(false) => Control::Refused(format!("account/{}", admin.id)),
            None => Control::Nothing,
        }
    }
}

/// What is accepted before anything is taken away, as evidence: of versions that are about to go, with which of them are,
/// and of whoever administers the environment, where it is not on record. What is not accepted is evidence only where bad
/// logons are counted: of one.
///
/// # Errors
/// When the store cannot be read.
pub fn baseline(
    scene: &Scene,
    numbers: &[u32],
    secrets: &Secrets<'_>,
    around: &Surroundings,
    now: Timestamp,
) -> Result<(Vec<Change>, Vec<u32>)> {
    let tools = (secrets, around, now);
    let (mut changes, mut accepted) = (Vec::new(), Vec::new());
    for number in numbers {
        let Some((kind, seen)) = logged_on(scene, *number, tools) else {
            continue;
        };
        let is_accepted = seen.sight == Sight::Allowed;
        if is_accepted || is_bad(scene, &seen) {
            changes.extend(evidence(scene, *number, (kind, &seen), now));
        }
        accepted.extend(is_accepted.then_some(*number));
    }
    let admin = admin(scene, secrets)?;
    if let Some((admin, number)) = admin.as_ref().and_then(current)
        && !was_accepted(admin, number)
        && let Some((kind, seen)) = logged_on(admin, number, tools)
        && seen.sight == Sight::Allowed
    {
        changes.extend(evidence(admin, number, (kind, &seen), now));
    }
    Ok((changes, accepted))
}

/// Whether a logon counts as a bad one, where those are counted.
pub(super) fn is_bad(scene: &Scene, seen: &Probed) -> bool {
    let is_refused = seen.sight == Sight::Denied || seen.status.is_some_and(|it| BAD.contains(&it));
    scene.provider.lockout_after.is_some() && seen.sight != Sight::Allowed && is_refused
}

fn logged_on(
    scene: &Scene,
    number: u32,
    (secrets, around, now): (&Secrets<'_>, &Surroundings, Timestamp),
) -> Option<(ProbeKind, Probed)> {
    let (_, version) = scene.version(number).ok()?;
    let (kind, probe) = logon(scene).filter(|_| opens(version))?;
    if could_lock(scene, version, number) {
        return None;
    }
    let subject = of_version(scene, number).ok()?;
    let opened = Opened::for_text("{secret}", scene, &subject, secrets).ok()?;
    let values = opened.values(scene, &subject, now);
    let reach = Reach::of(scene.environment().ok()?, around);
    Some((kind, reach.probe(kind, probe, &values)))
}

/// What a logon showed, as a fact; none where it is recorded already.
pub(super) fn evidence(
    scene: &Scene,
    number: u32,
    seen: (ProbeKind, &Probed),
    now: Timestamp,
) -> Option<Change> {
    let place = (Side::Provider, &scene.account.environment);
    let fact = of_probe((&scene.id, number), seen, place, now);
    scene.newly(fact)
}

/// Whoever administers the environment of an account: another account, at the same place, so that the same test is one it
/// could pass.
fn admin(scene: &Scene, secrets: &Secrets<'_>) -> Result<Option<Scene>> {
    let Ok(Some((id, account))) = scene.admin() else {
        return Ok(None);
    };
    let is_here = account.provider == scene.account.provider
        && account.environment == scene.account.environment;
    if id == scene.id || !is_here || account.credential.is_none() {
        return Ok(None);
    }
    Scene::read(secrets.roll(), id.as_str()).map(Some)
}

/// Its current version, where it can be tried.
fn current(admin: &Scene) -> Option<(&Scene, u32)> {
    let (key, _) = admin.current()?;
    is_usable(admin, key.number).then_some((admin, key.number))
}

/// Whether one more logon with a version can lock nobody out. Where bad ones are counted, only what is known to be a good one
/// is tried.
fn is_usable(scene: &Scene, number: u32) -> bool {
    let Ok((_, version)) = scene.version(number) else {
        return false;
    };
    let locks = scene.provider.lockout_after.is_some();
    opens(version) && !could_lock(scene, version, number) && (!locks || was_accepted(scene, number))
}

fn was_accepted(scene: &Scene, number: u32) -> bool {
    accepted(scene.facts_here(), number, &scene.account.environment).is_some()
}
