//! Promises that hold for any inventory and any bytes.

use keyroll::manifest;
use keyroll::model::record::Kind;
use proptest::prelude::*;

use crate::bad::assert_clean;
use crate::example::{assert_places, example, read_text};
use crate::generate::inventory;

/// Nothing is written beside the tests; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_written_reads_back_as_the_same(inventory in inventory()) {
        let written = manifest::write(&inventory);
        let read = read_text(&written);
        prop_assert_eq!(&read.problems, &[], "{}", written);
        prop_assert_eq!(&read.inventory, &inventory, "{}", written);
        prop_assert_eq!(manifest::write(&read.inventory), written);
        assert_places(&read);
        for record in inventory.declared() {
            let text = manifest::write_record(&record);
            prop_assert_eq!(&manifest::parse_record(&record.id(), &text).unwrap(), &record);
            let value = manifest::record_from_value(&record.id(), record.to_value());
            prop_assert_eq!(&value.unwrap(), &record);
        }
    }

    #[test]
    fn bytes_of_any_kind_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read_text(bytes);
    }

    #[test]
    fn texts_of_toml_s_own_signs_are_read_without_a_panic(text in "([\\[\\]{}.=,#\"'\n\\\\ ]|a|account|team|1|name|\"\"\"|\\\\u00){0,120}") {
        let read = read_text(&text);
        for record in read.inventory.records() {
            read.place(&record.id(), &Default::default());
        }
        manifest::parse_record(&"team/a".parse().unwrap(), &text).ok();
    }

    #[test]
    fn a_damaged_example_is_read_and_told_cleanly(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), 0..3u8, any::<prop::sample::Index>()), 1..6)
    ) {
        let mut text = std::fs::read_to_string(example()).unwrap();
        for (at, what, from) in damage {
            let chars: Vec<(usize, char)> = text.char_indices().collect();
            let (start, _) = chars[at.index(chars.len())];
            let (other, _) = chars[from.index(chars.len())];
            match what {
                0 => {
                    text.remove(start);
                }
                1 => {
                    let end = text[other..].char_indices().nth(7).map_or(text.len(), |(n, _)| other + n);
                    let piece = text[other..end].to_owned();
                    text.insert_str(start, &piece);
                }
                _ => {
                    let sign = ['"', '[', ']', '\n', '=', '.', '\u{1b}', '{'][other % 8];
                    text.insert(start, sign);
                }
            }
        }
        let read = read_text(&text);
        for problem in &read.problems {
            let Some(place) = &problem.place else {
                prop_assert!(problem.message == "further problems are not shown");
                continue;
            };
            prop_assert!(text.is_char_boundary(place.span.start) && text.is_char_boundary(place.span.end));
        }
        assert_clean("", &read.problems);
        for record in read.inventory.records() {
            prop_assert!(read.place(&record.id(), &Default::default()).is_some());
        }
        prop_assert!(read.inventory.count(Kind::Version) == 0);
    }
}
