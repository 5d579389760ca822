//! Names that many records share, kept once in memory.

use std::cell::RefCell;
use std::sync::Arc;

/// How many names are kept at hand; one that comes back later is kept again.
const SLOTS: usize = 1024;

thread_local! {
    static KEPT: RefCell<Vec<Option<Arc<str>>>> = const { RefCell::new(Vec::new()) };
}

/// The text, in one piece with whoever asked for the same one lately.
pub(super) fn shared(text: &str) -> Arc<str> {
    KEPT.with_borrow_mut(|kept| {
        if kept.is_empty() {
            kept.resize(SLOTS, None);
        }
        let slot = &mut kept[slot_of(text.as_bytes())];
        match slot {
            Some(known) if **known == *text => Arc::clone(known),
            _ => Arc::clone(slot.insert(text.into())),
        }
    })
}

/// Where a text is kept. Two texts in one slot only cost memory, so any mixing will do.
fn slot_of(text: &[u8]) -> usize {
    let mix = |sum: u64, word: u64| {
        (sum ^ word)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29)
    };
    let (words, rest) = text.as_chunks::<8>();
    let sum = words.iter().fold(text.len() as u64, |sum, word| {
        mix(sum, u64::from_le_bytes(*word))
    });
    let last = rest
        .iter()
        .fold(0, |word, byte| word << 8 | u64::from(*byte));
    (mix(sum, last) >> 32) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_kept_once() {
        let names: Vec<Arc<str>> = ["etl", "etl", "unicmms-production", "etl"]
            .iter()
            .map(|text| shared(text))
            .collect();
        assert!(Arc::ptr_eq(&names[0], &names[1]));
        assert_eq!(&*names[2], "unicmms-production");
        assert_eq!(&*names[3], "etl");
    }

    #[test]
    fn many_texts_stay_themselves() {
        for number in 0..5 * SLOTS {
            let text = format!("name-{number}");
            assert_eq!(*shared(&text), *text);
        }
    }
}
