//! Somebody looks whether the provider refuses a version, where no probe can.

use anyhow::Result;

use crate::lifecycle::operation::noted;
use crate::model::fact::{CameBy, Detail, Refusal};
use crate::model::key::VersionKey;
use crate::operations::procedure::withdrawal::{Seen, concluded, fact, has_sessions, not_yet};
use crate::operations::procedure::{Hands, Scene};

/// Somebody looks where no probe can: a fresh logon, and a session where there are any.
pub(super) fn look(
    scene: &Scene,
    key: &VersionKey,
    why: &str,
    hands: &mut dyn Hands,
) -> Result<Seen> {
    let number = key.number;
    let fresh = (
        Refusal::FreshLogon,
        format!("{why}: log on with version {number} by hand"),
    );
    let held = (
        Refusal::HeldSession,
        format!("ask once more in a session, or with a token, that version {number} opened before"),
    );
    let ways = [Some(fresh), has_sessions(scene).then_some(held)];
    let mut facts = Vec::new();
    for (way, what) in ways.into_iter().flatten() {
        let title = format!("see that the provider refuses version {number}");
        let Some(note) = hands.refused(&title, &what)? else {
            let seen = match way {
                Refusal::FreshLogon => "",
                Refusal::HeldSession => {
                    "; a fresh logon is refused, and nobody saw a session refused"
                }
            };
            let why = format!("{why}{seen}; somebody at a terminal can look, and say so there");
            return Ok(not_yet(scene, key, facts, why));
        };
        let detail = Detail {
            at: Some(hands.now()),
            note: noted(&note),
            came_by: Some(CameBy::Hand),
            ..Detail::default()
        };
        facts.extend(fact(scene, key, way, detail, hands.now()));
    }
    Ok(concluded(scene, key, facts, "seen by hand", hands))
}
