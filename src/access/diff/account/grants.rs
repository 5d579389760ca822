//! What an account may do where, by its own record and its roles.

use crate::access::diff::account::{Pair, catalogs, slot_of};
use crate::access::diff::collector::Collector;
use crate::access::diff::holder::{Bundle, Holder, Part, Slot, Terms, Via};
use crate::access::diff::seats::{Seats, SlotOf};
use crate::model::account::Account;
use crate::model::role::Role;

impl<'a> Pair<'a, '_> {
    /// Permissions and scopes, its own and those of its roles.
    pub fn grants(&self, seats: &Seats<'a>, out: &mut Collector) {
        let own = |slot: Slot<'a>| {
            let part = |account: &'a Account| {
                let at = match account.boundary.is_empty() {
                    true => vec![None],
                    false => account.boundary.iter().map(Some).collect(),
                };
                let keys: &'a [_] = match slot {
                    Slot::Platform => &account.scopes,
                    Slot::Provider | Slot::Glossary(_) => &account.permissions,
                };
                Part { slot, keys, at }
            };
            let [old, new] = self.live.map(|account| account.map(part));
            let via = Via::Own;
            Bundle { via, old, new }
        };
        let names = [0, 1].map(|at| catalogs(self.states[at], self.live[at]));
        let slots = names.map(|names| move |role: &'a Role| slot_of(role, names));
        let slot = |at: usize| self.live[at].map(|_| &slots[at] as &SlotOf<'a, '_>);
        let mut bundles = vec![own(Slot::Provider), own(Slot::Platform)];
        bundles.extend(seats.bundles(self.principal.as_str(), [slot(0), slot(1)]));
        let terms = [0, 1].map(|at| {
            let state = self.states[at];
            let [provider, platform] = names[at].map(|name| name.and_then(state.glossary));
            Terms {
                state,
                provider,
                platform,
            }
        });
        let holder = Holder {
            record: self.record.clone(),
            principal: self.principal.clone(),
            bundles,
            terms,
        };
        holder.compare(out);
    }
}
