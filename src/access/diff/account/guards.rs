//! What holds an account back: the slice and the gate of an agent, the controls of its level.

use crate::access::diff::account::Pair;
use crate::access::diff::change::{Aspect, Turn, What};
use crate::access::diff::collector::Collector;
use crate::access::diff::holder::swapped;
use crate::model::account::Agent;
use crate::model::text::Text;

impl Pair<'_, '_> {
    /// What comes between it and what it may do.
    pub fn guards(&self, out: &mut Collector) {
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
        self.controls(out);
    }

    fn controls(&self, out: &mut Collector) {
        let [Some(old), Some(new)] = self.live else {
            return;
        };
        if old.controls == new.controls {
            return;
        }
        let both = old.controls.values().into_iter().zip(new.controls.values());
        for ((control, from), (_, to)) in both {
            let turn = match (&from, &to) {
                (Some(_), None) => Turn::Loosened,
                (None, Some(_)) => Turn::Tightened,
                (Some(from), Some(to)) if from != to => match control {
                    // Told one by one.
                    "fields" => continue,
                    // Somebody else decides.
                    "supervisor" => Turn::Moved,
                    _ => Turn::Changed,
                },
                (Some(_), Some(_)) | (None, None) => continue,
            };
            let what = What::Value {
                aspect: Aspect::Control,
                of: Some(control.to_owned()),
                from,
                to,
            };
            out.add(&self.record, turn, what);
        }
    }
}
