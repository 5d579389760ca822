//! An emergency that was decided by versions that are others meanwhile is decided anew, once.

use std::time::Duration;

use anyhow::Result;

use crate::lifecycle::operation::{Revoke, revocation};
use crate::model::event::Actor;
use crate::model::operation::Work;
use crate::model::text::Text;
use crate::operations::procedure::Scene;
use crate::operations::procedure::revoke::Revocation;
use crate::operations::procedure::rotate::Tools;
use crate::store::StoreError;

impl<'t, 's> Revocation<'t, 's> {
    /// Begins a revoke as it was decided; an emergency once more where something else was committed meanwhile. `anew` is
    /// what it is decided from then: the one version that goes, where it is one, the token, and who does it.
    ///
    /// # Errors
    /// When it cannot begin.
    pub fn begin_or_anew(
        tools: Tools<'t, 's>,
        (scene, revoke): (Scene, Revoke),
        wait: Option<Duration>,
        anew: (Option<u32>, Text, &Actor),
    ) -> Result<Revocation<'t, 's>> {
        let (id, what) = (scene.id.clone(), revoke.operation.what);
        let began = revoke.operation.began;
        let begun = Revocation::first(tools.secrets, &scene, revoke);
        let (scene, journal) = match begun {
            Ok(journal) => (scene, journal),
            Err(error) if what == Work::Emergency && is_conflict(&error) => {
                let scene = Scene::read(tools.secrets.store(), id.as_str())?;
                let (only, token, actor) = anew;
                let revoke = revocation(what, &scene.revoking(only), (token, actor, began))?;
                let journal = Revocation::first(tools.secrets, &scene, revoke)?;
                (scene, journal)
            }
            Err(error) => return Err(error),
        };
        Revocation::begun(tools, scene, journal, wait)
    }
}

fn is_conflict(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::Conflict { .. }))
}
