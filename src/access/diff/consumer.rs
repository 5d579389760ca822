//! Consumers: who uses credentials by hand, and where the jobs are that use them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::diff::account::is_live;
use crate::access::diff::change::{Aspect, Turn, What};
use crate::access::diff::collector::Collector;
use crate::access::diff::holder::swapped;
use crate::access::diff::system::named;
use crate::model::consumer::Consumer;
use crate::model::id::{ConsumerId, PersonId, Principal};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::model::text::Text;

/// Consumers that change, before and after.
type Altered<'a> = BTreeMap<&'a ConsumerId, [Option<&'a Consumer>; 2]>;

/// Adds the consumers that are somebody else than before, with the accounts that they use before and after.
pub(super) fn compare(old: &Inventory, new: &Inventory, out: &mut Collector) {
    let either = old.consumers.keys().chain(new.consumers.keys());
    let both = either.map(|id| (id, [old, new].map(|inventory| inventory.consumers.get(id))));
    let altered: Altered<'_> = both.filter(|(_, [from, to])| from != to).collect();
    if altered.is_empty() {
        return;
    }
    let mut users = users(old, new, &altered);
    for (id, both) in altered {
        let used: Vec<Principal> = users.remove(id).unwrap_or_default();
        if used.is_empty() && both.contains(&None) {
            // Whose consumer comes or goes is told at the account.
            continue;
        }
        let [(person, host), (new_person, new_host)] = both.map(who_and_where);
        let moved = |turn: Turn| if used.is_empty() { Turn::Changed } else { turn };
        let person = (
            Aspect::Person,
            swapped(person, new_person).map(moved),
            [person, new_person].map(|id| id.map(PersonId::to_string)),
        );
        let host = (
            Aspect::Host,
            // That a host is written down changes nothing.
            swapped(host, new_host).map(|turn| match turn == Turn::Moved {
                true => moved(turn),
                false => Turn::Changed,
            }),
            [host, new_host].map(|host| host.map(Text::to_string)),
        );
        let holders: Arc<[Principal]> = used.into();
        for (aspect, turn, [from, to]) in [person, host] {
            if let Some(turn) = turn {
                let what = What::Value {
                    aspect,
                    of: None,
                    from,
                    to,
                };
                let record = RecordId::new(Kind::Consumer, id);
                out.add_for(&record, turn, what, Arc::clone(&holders));
            }
        }
    }
}

fn who_and_where(consumer: Option<&Consumer>) -> (Option<&PersonId>, Option<&Text>) {
    let Some(consumer) = consumer else {
        return (None, None);
    };
    // How its health is seen, and how it comes by the value, gives nobody anything.
    let Consumer {
        host,
        person,
        fetches: _,
        health: _,
    } = consumer;
    (person.as_ref(), host.as_ref())
}

/// The live accounts that each of the altered consumers uses before and after.
fn users<'a>(
    old: &'a Inventory,
    new: &'a Inventory,
    altered: &Altered<'a>,
) -> BTreeMap<&'a ConsumerId, Vec<Principal>> {
    let mut users: BTreeMap<&ConsumerId, Vec<Principal>> = BTreeMap::new();
    for (id, account) in new.accounts.iter().filter(|(_, account)| is_live(account)) {
        let before = old.accounts.get(id).filter(|before| is_live(before));
        let Some(before) = before else { continue };
        let before: BTreeSet<&ConsumerId> = before.consumers.iter().collect();
        let now: BTreeSet<&ConsumerId> = account.consumers.iter().collect();
        for consumer in now.intersection(&before) {
            if altered.contains_key(consumer) {
                users.entry(consumer).or_default().extend(named(id));
            }
        }
    }
    users
}
