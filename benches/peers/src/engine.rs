//! keyroll's own engine, with the glossary that the generated roles name.

use keyroll::access::ask::{Question, ask};
use keyroll::access::holdings::Holdings;
use keyroll::catalog::{Glossaries, Policy};
use keyroll::model::entitlement::CatalogName;
use keyroll::model::inventory::Inventory;
use keyroll::rules::Terms;

use crate::Peer;

pub struct Engine<'i> {
    holdings: Holdings<'i>,
    terms: Terms<'i>,
    catalog: CatalogName,
}

impl<'i> Engine<'i> {
    pub fn of(inventory: &'i Inventory) -> Engine<'i> {
        Engine {
            holdings: Holdings::of(inventory),
            terms: Terms {
                glossaries: Glossaries::of(inventory),
                policy: Policy::shipped(),
                as_of: "2026-11-22".parse().expect("a date"),
            },
            catalog: "unicmms".parse().expect("a glossary"),
        }
    }
}

impl Peer for Engine<'_> {
    fn allows(&self, question: &crate::Question) -> bool {
        let question = Question {
            principal: &question.principal,
            catalog: &self.catalog,
            permission: &question.permission,
            at: &question.at,
            own: false,
            unresolved: false,
        };
        ask(&self.holdings, &self.terms, &question).is_yes()
    }
}
