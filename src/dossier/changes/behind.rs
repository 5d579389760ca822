//! What was changed behind the trail: what stands, held against what the trail says should. No event tells when, nor whose
//! doing it was.

use crate::dossier::changes::event::account_of;
use crate::dossier::past::Astray;
use crate::model::change::field_changes;
use crate::report::changes::{Group, Happening};
use crate::report::plan;

/// A record that is not as the trail left it.
pub(super) fn of(astray: &Astray) -> Happening {
    let told = astray.told.as_ref().ok().and_then(Option::as_ref);
    let record = astray.stands.as_ref().or(told);
    Happening {
        group: Group::Behind,
        at: None,
        account: account_of(&astray.id, record),
        record: astray.id.to_string(),
        turn: None,
        what: what(astray),
        who: Vec::new(),
        reason: None,
        times: 1,
    }
}

fn what(astray: &Astray) -> String {
    match (&astray.stands, &astray.told) {
        (Some(_), Ok(None)) => "stands in the store, and no event made it".to_owned(),
        (None, _) => "is gone, and no event removed it".to_owned(),
        (Some(stands), Ok(Some(told))) => {
            let changes = field_changes(Some(told), Some(stands));
            format!("{}; no event tells of it", plan::fields(&changes))
        }
        (Some(_), Err(_)) => "is not as its latest event left it".to_owned(),
    }
}
