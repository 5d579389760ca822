//! The bytes that an event's hash is taken of. Never changed for a format that has been written.
//!
//! Fields in this order, integers little-endian: `format` (4 bytes), `sequence` (8), then each as its length (8) and
//! its bytes: `at`, `actor`, `host`, `command`, `reason`, `record`, `action`, `change`, `after`, `previous`. Before an
//! optional field (`reason`, `after`) stands one byte: 0 where it is absent and nothing follows, else 1.

use sha2::{Digest as _, Sha256};

use crate::model::event::Digest;

/// The format that is written today.
pub const FORMAT: u32 = 1;

/// An event whose values stand elsewhere, as a row gives them: hashing a million of them should copy none.
#[derive(Clone, Copy, Debug)]
pub struct EventView<'a> {
    pub format: u32,
    pub sequence: u64,
    /// RFC 3339, as `Timestamp` shows it.
    pub at: &'a str,
    pub actor: &'a str,
    pub host: &'a str,
    pub command: &'a str,
    pub reason: Option<&'a str>,
    pub record: &'a str,
    pub action: &'a str,
    pub change: &'a str,
    pub after: Option<&'a [u8]>,
    pub previous: &'a [u8],
}

impl EventView<'_> {
    /// Appends the canonical encoding.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.format.to_le_bytes());
        out.extend_from_slice(&self.sequence.to_le_bytes());
        for text in [self.at, self.actor, self.host, self.command] {
            put(out, text.as_bytes());
        }
        put_optional(out, self.reason.map(str::as_bytes));
        for text in [self.record, self.action, self.change] {
            put(out, text.as_bytes());
        }
        put_optional(out, self.after);
        put(out, self.previous);
    }
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    out.extend_from_slice(bytes);
}

fn put_optional(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => out.push(0),
        Some(bytes) => {
            out.push(1);
            put(out, bytes);
        }
    }
}

impl<'a> EventView<'a> {
    /// Reads a canonical encoding: the whole of it, or nothing.
    pub fn decode(bytes: &'a [u8]) -> Option<EventView<'a>> {
        let mut rest = Rest(bytes);
        let view = EventView {
            format: u32::from_le_bytes(*rest.0.first_chunk()?),
            sequence: rest.after(4)?.number()?,
            at: rest.text()?,
            actor: rest.text()?,
            host: rest.text()?,
            command: rest.text()?,
            reason: match rest.is_given()? {
                true => Some(rest.text()?),
                false => None,
            },
            record: rest.text()?,
            action: rest.text()?,
            change: rest.text()?,
            after: match rest.is_given()? {
                true => Some(rest.bytes()?),
                false => None,
            },
            previous: rest.bytes()?,
        };
        rest.0.is_empty().then_some(view)
    }
}

/// What is left of an encoding that is read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn after(&mut self, count: usize) -> Option<&mut Rest<'a>> {
        self.0 = self.0.get(count..)?;
        Some(self)
    }

    fn number(&mut self) -> Option<u64> {
        let number = u64::from_le_bytes(*self.0.first_chunk()?);
        self.after(8)?;
        Some(number)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    fn is_given(&mut self) -> Option<bool> {
        let first = *self.0.first()?;
        self.after(1)?;
        match first {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// SHA-256 over the encoding; `scratch` is overwritten, so that one buffer serves a whole trail.
pub fn hash_view(view: &EventView<'_>, scratch: &mut Vec<u8>) -> Digest {
    scratch.clear();
    view.encode_into(scratch);
    Sha256::digest(scratch).into()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::audit::hex;
    use crate::model::event::{Actor, Event};

    /// Calls `then` with the event as a view.
    pub fn viewed<T>(event: &Event, then: impl FnOnce(&EventView<'_>) -> T) -> T {
        then(&EventView {
            format: event.format,
            sequence: event.sequence,
            at: &event.actor.at.to_string(),
            actor: event.actor.name.as_str(),
            host: event.actor.host.as_str(),
            command: event.actor.command.as_str(),
            reason: event.actor.reason.as_ref().map(|reason| reason.as_str()),
            record: &event.record,
            action: &event.action,
            change: &event.change,
            after: event.after.as_ref().map(|digest| &digest[..]),
            previous: &event.previous,
        })
    }

    /// The canonical encoding of an event: everything but its hash.
    pub fn encode(event: &Event) -> Vec<u8> {
        let mut out = Vec::new();
        viewed(event, |view| view.encode_into(&mut out));
        out
    }

    /// SHA-256 over the encoding.
    pub fn hash(event: &Event) -> Digest {
        Sha256::digest(encode(event)).into()
    }

    pub fn sample(sequence: u64, previous: Digest) -> Event {
        let mut event = Event {
            format: FORMAT,
            sequence,
            actor: Actor {
                name: "jo".parse().unwrap(),
                host: "ops-1".parse().unwrap(),
                command: "account add etl".parse().unwrap(),
                reason: Some("žádost č. 7".parse().unwrap()),
                at: "2026-10-01T12:00:00Z".parse().unwrap(),
            },
            record: "account/etl".to_owned(),
            action: "create".to_owned(),
            change: r#"[{"field":"","to":{}}]"#.to_owned(),
            after: Some([7; 32]),
            previous,
            hash: [0; 32],
        };
        event.hash = hash(&event);
        event
    }

    #[test]
    fn the_encoding_of_an_event_never_changes() {
        let event = sample(1, [0; 32]);
        assert_eq!(encode(&event).len(), 253);
        assert_eq!(
            hex(&event.hash),
            "a7311338672710ad934250cb7d66802165ac5420ebedb45605b188de6ebdae66"
        );
    }

    #[test]
    fn an_encoding_is_read_back_whole_or_not_at_all() {
        for event in [
            sample(7, [3; 32]),
            Event {
                after: None,
                ..sample(1, [0; 32])
            },
        ] {
            let bytes = encode(&event);
            let view = EventView::decode(&bytes).unwrap();
            assert_eq!(
                (view.sequence, view.record),
                (event.sequence, "account/etl")
            );
            assert_eq!(view.after.is_some(), event.after.is_some());
            let mut again = Vec::new();
            view.encode_into(&mut again);
            assert_eq!(again, bytes);
            for cut in 0..bytes.len() {
                assert!(EventView::decode(&bytes[..cut]).is_none(), "{cut}");
            }
            assert!(EventView::decode(&[&bytes[..], &[0]].concat()).is_none());
        }
    }

    #[test]
    fn text_that_moves_between_fields_changes_the_hash() {
        let event = sample(1, [0; 32]);
        let mut moved = event.clone();
        moved.record = "account/et".to_owned();
        moved.action = "lcreate".to_owned();
        assert_ne!(hash(&moved), event.hash);
        let mut absent = event.clone();
        absent.actor.reason = None;
        let mut empty = event;
        empty.actor.reason = Some("".parse().unwrap());
        assert_ne!(hash(&absent), hash(&empty));
    }
}
