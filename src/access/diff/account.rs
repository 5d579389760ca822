//! Accounts: what each is, may do, and is approved for, before and after.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::access::diff::change::{Aspect, Turn, What};
use crate::access::diff::collector::Collector;
use crate::access::diff::holder::{Bundle, Holder, Part, Slot, Terms, Via, swapped};
use crate::access::diff::seats::{Seats, SlotOf};
use crate::access::diff::{Actions, State};
use crate::model::access::ActionClass;
use crate::model::account::{Account, AccountStatus, Agent};
use crate::model::date::Date;
use crate::model::entitlement::CatalogName;
use crate::model::id::{AccountId, Principal};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::model::role::Role;
use crate::model::text::Text;

/// How long each action class is approved; none is without end.
type Approved = BTreeMap<ActionClass, Option<Date>>;

/// Adds what changes of all accounts.
pub(super) fn compare<'a>(
    old: &State<'a>,
    new: &State<'a>,
    actions: &Actions<'_>,
    seats: &Seats<'a>,
    out: &mut Collector,
) {
    let approved = [approvals(old.inventory), approvals(new.inventory)];
    let none = Approved::new();
    let either = old.inventory.accounts.keys();
    let either: BTreeSet<&AccountId> = either.chain(new.inventory.accounts.keys()).collect();
    for id in either {
        let states = [old, new];
        let name = format!("account/{id}");
        let both = states.map(|state| state.inventory.accounts.get(id));
        let approved = approved.each_ref().map(|all| all.get(id).unwrap_or(&none));
        let roles = seats.untouched(&name)
            && (seats.old.assigned(&name).is_empty()
                || catalogs(old, both[0]) == catalogs(new, both[1]));
        if both[0] == both[1] && approved[0] == approved[1] && roles {
            continue;
        }
        if !out.spend(1) {
            return;
        }
        let record = RecordId::new(Kind::Account, id);
        let Ok(principal) = name.parse::<Principal>() else {
            continue;
        };
        let pair = Pair {
            record,
            principal,
            states,
            live: both.map(|account| account.filter(|account| is_live(account))),
            declared: both,
        };
        pair.itself(actions, out);
        pair.grants(seats, out);
        pair.items(out);
        pair.guards(out);
        pair.terms(approved, out);
        pair.owners(out);
    }
}

/// Whether the provider accepts it: a suspended account is still live there.
pub(super) fn is_live(account: &Account) -> bool {
    match account.status {
        AccountStatus::Active | AccountStatus::Suspended => true,
        AccountStatus::Proposed | AccountStatus::Retired => false,
    }
}

/// How far an account has come in life, for what it may do.
fn standing(status: Option<AccountStatus>) -> u8 {
    match status {
        None | Some(AccountStatus::Proposed | AccountStatus::Retired) => 0,
        Some(AccountStatus::Suspended) => 1,
        Some(AccountStatus::Active) => 2,
    }
}

/// The names of the glossaries of an account's provider and platform.
pub(super) fn catalogs<'a>(
    state: &State<'a>,
    account: Option<&'a Account>,
) -> [Option<&'a CatalogName>; 2] {
    let Some(account) = account else {
        return [None, None];
    };
    let inventory = state.inventory;
    let provider = inventory.providers.get(&account.provider);
    let platform = inventory.platform_of(account);
    let platform = platform.and_then(|name| inventory.platforms.get(name));
    [
        provider.and_then(|provider| provider.catalog.as_ref()),
        platform.and_then(|platform| platform.catalog.as_ref()),
    ]
}

/// The approvals of each account. Of several for one action, the one that lasts longest counts.
fn approvals(inventory: &Inventory) -> HashMap<&AccountId, Approved> {
    let mut all: HashMap<&AccountId, Approved> = HashMap::new();
    for (key, approval) in &inventory.approvals {
        let of_account = all.entry(&key.account).or_default();
        let until = of_account.entry(key.action).or_insert(approval.until);
        *until = until.zip(approval.until).map(|(a, b)| a.max(b));
    }
    all
}

/// The turn of an end that was moved; no end is the latest.
pub(super) fn prolonged(from: Option<Date>, to: Option<Date>) -> Option<Turn> {
    match (from, to) {
        (from, to) if from == to => None,
        (Some(_), None) => Some(Turn::Extended),
        (None, Some(_)) => Some(Turn::Shortened),
        (from, to) if from < to => Some(Turn::Extended),
        (_, _) => Some(Turn::Shortened),
    }
}

/// One account before and after.
struct Pair<'a, 's> {
    record: RecordId,
    principal: Principal,
    states: [&'s State<'a>; 2],
    declared: [Option<&'a Account>; 2],
    /// Where it is live.
    live: [Option<&'a Account>; 2],
}

impl<'a> Pair<'a, '_> {
    /// That it is there, its level, its provider and platform.
    fn itself(&self, actions: &Actions<'_>, out: &mut Collector) {
        let [from, to] = self.declared.map(|account| account.map(|a| a.status));
        if from != to {
            let turn = match standing(to).cmp(&standing(from)) {
                std::cmp::Ordering::Greater => Turn::Gained,
                std::cmp::Ordering::Less => Turn::Lost,
                std::cmp::Ordering::Equal => Turn::Changed,
            };
            out.add(&self.record, turn, What::Account { from, to });
        }
        let [from, to] = self.live.map(|account| account.map(|a| a.level));
        if from != to {
            let classes = |level: Option<_>| level.map_or(&[][..], actions);
            let beyond = |here: &[ActionClass], there: &[ActionClass]| -> Vec<ActionClass> {
                let new = here.iter().filter(|class| !there.contains(class));
                new.copied().collect()
            };
            let gained = beyond(classes(to), classes(from));
            let lost = beyond(classes(from), classes(to));
            let turn = match (from, to) {
                (None, _) => Turn::Gained,
                (_, None) => Turn::Lost,
                _ => match (gained.is_empty(), lost.is_empty()) {
                    (false, true) => Turn::Raised,
                    (true, false) => Turn::Lowered,
                    (false, false) => Turn::Moved,
                    (true, true) => Turn::Changed,
                },
            };
            let what = What::Level {
                from,
                to,
                gained,
                lost,
            };
            out.add(&self.record, turn, what);
        }
        let provider = |account: &Account| format!("{} {}", account.provider, account.environment);
        self.value(
            Aspect::Provider,
            self.live.map(|account| account.map(provider)),
            out,
        );
        let platform = |at: usize| {
            let account = self.live[at].filter(|account| !account.scopes.is_empty())?;
            let platform = self.states[at].inventory.platform_of(account)?;
            Some(platform.to_string())
        };
        self.value(Aspect::Platform, [platform(0), platform(1)], out);
    }

    fn value(&self, aspect: Aspect, [from, to]: [Option<String>; 2], out: &mut Collector) {
        if let Some(turn) = swapped(from.as_ref(), to.as_ref()) {
            out.value(&self.record, turn, aspect, from, to);
        }
    }

    /// Permissions and scopes, its own and those of its roles.
    fn grants(&self, seats: &Seats<'a>, out: &mut Collector) {
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
        let slots = names.map(|[provider, platform]| {
            move |role: &'a Role| match role.catalog.as_ref() {
                None => Slot::Provider,
                name if name == provider => Slot::Provider,
                name if name == platform => Slot::Platform,
                name => Slot::Glossary(name),
            }
        });
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

    /// What it has several of: identities, consumers, tools, fields that it may write.
    fn items(&self, out: &mut Collector) {
        let texts = |list: &'a [Text]| list.iter().map(Text::as_str).collect();
        let each = |aspect: Aspect, of: &dyn Fn(&'a Account) -> Vec<&'a str>| {
            let sets = self.live.map(|account| {
                let items = account.map(of).unwrap_or_default();
                items.into_iter().collect::<BTreeSet<&str>>()
            });
            (aspect, sets)
        };
        for (aspect, [old, new]) in [
            each(Aspect::Identity, &|account| {
                let credential = account.credential.as_ref();
                credential.map_or(Vec::new(), |credential| texts(&credential.identity))
            }),
            each(Aspect::Consumer, &|account| {
                account.consumers.iter().map(|id| id.as_str()).collect()
            }),
            each(Aspect::Tool, &|account| {
                let agent = account.agent.as_ref();
                agent.map_or(Vec::new(), |agent| texts(&agent.tools))
            }),
            each(Aspect::Field, &|account| texts(&account.controls.fields)),
        ] {
            for item in new.difference(&old) {
                let to = Some((*item).to_owned());
                out.value(&self.record, Turn::Gained, aspect, None, to);
            }
            for item in old.difference(&new) {
                let from = Some((*item).to_owned());
                out.value(&self.record, Turn::Lost, aspect, from, None);
            }
        }
    }

    /// What holds it back: the slice and the gate of an agent, the controls of its level.
    fn guards(&self, out: &mut Collector) {
        let agents = self.live.map(|account| account?.agent.as_deref());
        let [from, to] = agents.map(|agent| agent?.endpoint_slice.as_ref());
        let turn = match (agents, from, to) {
            ([Some(_), Some(_)], None, Some(_)) => Some(Turn::Narrowed),
            ([Some(_), Some(_)], Some(_), None) => Some(Turn::Widened),
            _ => swapped(from, to),
        };
        if let Some(turn) = turn {
            let [from, to] = [from, to].map(|slice| slice.map(Text::to_string));
            out.value(&self.record, turn, Aspect::EndpointSlice, from, to);
        }
        let enabled = |agent: &Agent| agent.tenant_enabled.then(|| "yes".to_owned());
        self.value(
            Aspect::TenantEnabled,
            agents.map(|agent| agent.and_then(enabled)),
            out,
        );
        let [Some(old), Some(new)] = self.live else {
            return;
        };
        let both = old.stated_controls().into_iter().zip(new.stated_controls());
        for ((control, before), (_, after)) in both {
            let name = |there: bool| there.then(|| control.to_owned());
            // Fields are told one by one.
            if before != after && control != "fields" {
                let turn = if after {
                    Turn::Tightened
                } else {
                    Turn::Loosened
                };
                out.value(
                    &self.record,
                    turn,
                    Aspect::Control,
                    name(before),
                    name(after),
                );
            }
        }
    }

    /// How long: its own end, and the approvals.
    fn terms(&self, [old, new]: [&Approved; 2], out: &mut Collector) {
        let none = Approved::new();
        let old = self.live[0].map_or(&none, |_| old);
        let new = self.live[1].map_or(&none, |_| new);
        let shown = |until: &Option<Date>| match until {
            Some(until) => format!("until {until}"),
            None => "without end".to_owned(),
        };
        for action in ActionClass::ALL {
            let (from, to) = (old.get(action), new.get(action));
            let turn = match (from, to) {
                (Some(from), Some(to)) => prolonged(*from, *to),
                _ => swapped(from, to),
            };
            if let Some(turn) = turn {
                let what = What::Value {
                    aspect: Aspect::Approval,
                    of: Some(action.to_string()),
                    from: from.map(shown),
                    to: to.map(shown),
                };
                out.add(&self.record, turn, what);
            }
        }
        if let [Some(old), Some(new)] = self.live
            && let Some(turn) = prolonged(old.expires, new.expires)
        {
            let [from, to] = [old, new].map(|account| account.expires.map(|day| day.to_string()));
            out.value(&self.record, turn, Aspect::Expiry, from, to);
        }
    }

    /// Who answers for it: no access changes with that, but somebody should know.
    fn owners(&self, out: &mut Collector) {
        let [Some(old), Some(new)] = self.declared else {
            return;
        };
        let (old, new) = (&old.owner, &new.owner);
        for (aspect, from, to) in [
            (Aspect::BusinessOwner, &old.business, &new.business),
            (Aspect::TechnicalOwner, &old.technical, &new.technical),
            (Aspect::RotationOwner, &old.rotation, &new.rotation),
        ] {
            if from != to {
                let [from, to] = [from, to].map(|owner| owner.as_ref().map(Principal::to_string));
                out.value(&self.record, Turn::Changed, aspect, from, to);
            }
        }
    }
}
