//! The whole roll in figures, for metrics.

use crate::lifecycle::due;
use crate::model::account::AccountStatus;
use crate::model::credential::VersionStage;
use crate::model::inventory::Inventory;
use crate::report::findings::Roll;

/// The figures of an inventory that holds all accounts.
pub fn of(inventory: &Inventory) -> Roll {
    let count = |status: &AccountStatus| {
        let accounts = inventory.accounts.values();
        let count = accounts.filter(|account| account.status == *status).count();
        (status.as_str(), count)
    };
    let versions = inventory.versions.values();
    let live = versions.filter(|version| version.stage == VersionStage::PossiblyLive);
    let changes = due::OwnerChanges::of(inventory);
    let due = inventory.accounts.iter().flat_map(|(id, account)| {
        let dates = due::of(inventory, &changes, id, account).into_iter();
        dates.map(|due| (id.to_string(), due.what.as_str(), due.due_on))
    });
    Roll {
        accounts: AccountStatus::ALL.iter().map(count).collect(),
        possibly_live: live.count(),
        due: due.collect(),
    }
}
