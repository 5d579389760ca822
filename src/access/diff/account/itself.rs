//! That an account is there, its level, where it works, and who answers for it.

use std::collections::BTreeSet;

use crate::access::diff::Actions;
use crate::access::diff::account::{Pair, is_on_platform};
use crate::access::diff::change::{Aspect, Turn, What};
use crate::access::diff::collector::Collector;
use crate::access::diff::seats::Seats;
use crate::model::access::{ActionClass, Level};
use crate::model::account::{Account, AccountStatus};
use crate::model::id::Principal;

/// How far an account has come in life, for what it may do.
fn standing(status: Option<AccountStatus>) -> u8 {
    match status {
        None | Some(AccountStatus::Proposed | AccountStatus::Retired) => 0,
        Some(AccountStatus::Suspended) => 1,
        Some(AccountStatus::Active) => 2,
    }
}

impl<'a> Pair<'a, '_> {
    /// That it is there, and its level.
    pub fn itself(&self, actions: &[&Actions<'_>], out: &mut Collector) {
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
        if from == to {
            return;
        }
        let gained = beyond(actions, to, from);
        let lost = beyond(actions, from, to);
        let turn = match (from, to) {
            (None, _) => Turn::Gained,
            (_, None) => Turn::Lost,
            (Some(_), Some(_)) => match (gained.is_empty(), lost.is_empty()) {
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

    /// Its provider, and the platform where it holds anything there.
    pub fn systems(&self, seats: &Seats<'a>, out: &mut Collector) {
        let provider = |account: &Account| format!("{} {}", account.provider, account.environment);
        let providers = self.live.map(|account| account.map(provider));
        self.value(Aspect::Provider, providers, out);
        let platform = |at: usize| {
            let (state, half) = (self.states[at], [&seats.old, &seats.new][at]);
            let account = self.live[at];
            let account = account.filter(|a| is_on_platform(state, half, self.id, a))?;
            let platform = state.inventory.platform_of(account)?;
            Some(platform.to_string())
        };
        self.value(Aspect::Platform, [platform(0), platform(1)], out);
    }

    /// Who answers for it: no access changes with that, but somebody should know.
    pub fn owners(&self, out: &mut Collector) {
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

/// The action classes of `here` that `there` has not, by any of the policies.
fn beyond(actions: &[&Actions<'_>], here: Option<Level>, there: Option<Level>) -> Vec<ActionClass> {
    let mut new = BTreeSet::new();
    for actions in actions {
        let [here, there] =
            [here, there].map(|level| level.map_or(&[][..], |level| actions(level)));
        new.extend(here.iter().filter(|class| !there.contains(class)));
    }
    new.into_iter().collect()
}
