//! One version of several goes: no step may take another one with it.

use crate::lifecycle::operation::CannotBegin;
use crate::lifecycle::operation::going::{About, Going, of_step};
use crate::lifecycle::operation::revoke::Revoking;
use crate::model::procedure::Procedure;

/// That the steps take one version away and leave the others.
///
/// # Errors
/// With the step that does not.
pub fn takes_one(it: &Revoking<'_>, procedure: &Procedure, only: u32) -> Result<(), CannotBegin> {
    let all = Going::live(it.id, it.credential, it.versions);
    let identity = all.iter().find(|version| version.number == only);
    let identity = identity.map(|version| &version.identity);
    let mut others = all.iter().filter(|version| version.number != only);
    for step in &procedure.step {
        let taken = match of_step(step) {
            About::Version => None,
            // Who does it by hand is told which version it is about.
            About::Account if step.manual.is_some() => None,
            About::Account => others.next(),
            About::Identity => others.find(|version| Some(&version.identity) == identity),
        };
        if let Some(other) = taken {
            return Err(CannotBegin::TakesMore {
                account: it.id.clone(),
                step: step.title.to_string(),
                other: other.number,
            });
        }
    }
    Ok(())
}
