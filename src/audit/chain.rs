//! The step check of the hash chain: fed events in order, it says what is wrong with each.

use crate::audit::encoding::{EventView, FORMAT, hash_view};
use crate::audit::hex;
use crate::model::event::Digest;

/// What stands for the hash of the event before the first.
pub const GENESIS: Digest = [0; 32];

/// One way in which an event does not continue the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    #[error("the event before it should be number {expected}: events are missing or out of order")]
    Gap { expected: u64 },
    #[error("the event is of the unknown format {0}")]
    Format(u32),
    #[error("it does not continue from the event before it, whose hash is {}", hex(.expected))]
    Previous { expected: Digest },
    #[error("its content was changed: its hash should be {}", hex(.computed))]
    Hash { computed: Digest },
}

/// The state between two events: constant memory, however long the trail.
#[derive(Debug)]
pub struct Chain {
    events: u64,
    last: u64,
    head: Digest,
    computed: Digest,
    scratch: Vec<u8>,
}

impl Default for Chain {
    fn default() -> Chain {
        Chain::new()
    }
}

impl Chain {
    /// The start of a trail.
    pub fn new() -> Chain {
        Chain {
            events: 0,
            last: 0,
            head: GENESIS,
            computed: GENESIS,
            scratch: Vec::new(),
        }
    }

    /// Checks the next event by its values; `hash` is the one recorded with it. After a fault the chain goes on from
    /// what the event claims.
    pub fn step_view(&mut self, event: &EventView<'_>, hash: &Digest) -> Vec<Break> {
        let mut breaks = Vec::new();
        if event.sequence != self.last.saturating_add(1) {
            let expected = self.last.saturating_add(1);
            breaks.push(Break::Gap { expected });
        }
        if event.format != FORMAT {
            breaks.push(Break::Format(event.format));
        }
        if event.previous != self.head {
            let expected = self.head;
            breaks.push(Break::Previous { expected });
        }
        let computed = hash_view(event, &mut self.scratch);
        if computed != *hash {
            breaks.push(Break::Hash { computed });
        }
        self.events += 1;
        self.last = event.sequence;
        self.head = *hash;
        self.computed = computed;
        breaks
    }

    /// How many events were fed.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The canonical encoding of the event that was fed last.
    pub fn entry(&self) -> &[u8] {
        &self.scratch
    }

    /// The hash of the event that was fed last, as its values have it, whatever was recorded with it.
    pub fn computed(&self) -> &Digest {
        &self.computed
    }

    /// The hash of the last event; zeros before the first.
    pub fn head(&self) -> Digest {
        self.head
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::encoding::tests::{hash, sample, viewed};
    use crate::model::event::Event;

    fn trail() -> Vec<Event> {
        let mut previous = GENESIS;
        (1..=3)
            .map(|sequence| {
                let event = sample(sequence, previous);
                previous = event.hash;
                event
            })
            .collect()
    }

    fn breaks(trail: &[Event]) -> Vec<Break> {
        let mut chain = Chain::new();
        let mut step = |event: &Event| viewed(event, |view| chain.step_view(view, &event.hash));
        trail.iter().flat_map(&mut step).collect()
    }

    #[test]
    fn an_untouched_trail_is_whole() {
        assert_eq!(breaks(&trail()), []);
    }

    #[test]
    fn a_removed_event_is_seen() {
        let mut trail = trail();
        trail.remove(1);
        assert!(matches!(
            breaks(&trail)[..],
            [Break::Gap { expected: 2 }, Break::Previous { .. }]
        ));
    }

    #[test]
    fn a_changed_event_is_seen_even_with_its_hash_made_to_fit() {
        let mut changed = trail();
        changed[1].change.push(' ');
        assert!(matches!(breaks(&changed)[..], [Break::Hash { .. }]));
        changed[1].hash = hash(&changed[1]);
        assert!(matches!(breaks(&changed)[..], [Break::Previous { .. }]));
    }

    #[test]
    fn an_unknown_format_is_said_so() {
        let mut trail = trail();
        trail[2].format = 9;
        assert!(breaks(&trail).contains(&Break::Format(9)));
    }
}
