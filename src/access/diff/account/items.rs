//! What an account has several of: identities, consumers, tools, fields that it may write.

use std::collections::BTreeSet;

use crate::access::diff::account::Pair;
use crate::access::diff::change::{Aspect, Turn};
use crate::access::diff::collector::Collector;
use crate::model::account::Account;
use crate::model::text::Text;

/// The items of a list before and after.
type Sets<'a> = [BTreeSet<&'a str>; 2];

impl<'a> Pair<'a, '_> {
    /// What comes to its lists and goes.
    pub fn items(&self, out: &mut Collector) {
        let texts = |list: &'a [Text]| list.iter().map(Text::as_str).collect();
        let each = |of: &dyn Fn(&'a Account) -> Vec<&'a str>| -> Sets<'a> {
            self.live.map(|account| {
                let items = account.map(of).unwrap_or_default();
                items.into_iter().collect()
            })
        };
        for (aspect, [old, new]) in [
            (
                Aspect::Identity,
                each(&|account| {
                    let credential = account.credential.as_ref();
                    credential.map_or(Vec::new(), |credential| texts(&credential.identity))
                }),
            ),
            (
                Aspect::Consumer,
                each(&|account| account.consumers.iter().map(|id| id.as_str()).collect()),
            ),
            (
                Aspect::Tool,
                each(&|account| {
                    let agent = account.agent.as_ref();
                    agent.map_or(Vec::new(), |agent| texts(&agent.tools))
                }),
            ),
            (Aspect::Field, self.fields()),
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

    /// The fields that it may write. The list is a limit: where one side has none, the control as a whole comes or goes,
    /// and no single field is gained or lost.
    fn fields(&self) -> Sets<'a> {
        let sets: Sets<'a> = self.live.map(|account| {
            let fields = account.map_or(&[][..], |account| &account.controls.fields);
            let stated = fields.iter().filter(|field| !field.is_blank());
            stated.map(Text::as_str).collect()
        });
        match sets.iter().any(BTreeSet::is_empty) {
            true => Sets::default(),
            false => sets,
        }
    }
}
