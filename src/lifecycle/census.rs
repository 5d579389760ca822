//! The newest list of accounts of each provider and environment.

use std::collections::BTreeMap;

use crate::model::date::Date;
use crate::model::fact::Fact;
use crate::model::id::{EnvironmentName, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::reconciliation::Census;

/// Lists by provider and environment, each with its day.
pub type Lists<'a> = BTreeMap<(&'a ProviderId, &'a EnvironmentName), (Date, &'a Census)>;

/// The newest lists by a day.
pub fn newest(inventory: &Inventory, as_of: Date) -> Lists<'_> {
    let mut newest = Lists::new();
    for fact in inventory.facts.values() {
        let Fact::Listed {
            provider,
            on,
            census,
        } = fact
        else {
            continue;
        };
        let place = (provider, &census.environment);
        let is_newer = newest.get(&place).is_none_or(|(day, _)| day <= on);
        if *on <= as_of && is_newer {
            newest.insert(place, (*on, census));
        }
    }
    newest
}
