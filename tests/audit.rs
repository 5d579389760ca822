//! What the audit trail is made of never changes silently: digests of every kind of record are pinned here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod samples;

use keyroll::audit::{hex, record_digest};
use keyroll::model::record::Kind;

/// A line that changes breaks every store that was ever written.
const PINNED: &str = include_str!("samples/digests.txt");

#[test]
fn the_digest_of_a_record_of_every_kind_never_changes() {
    let records = samples::records();
    for kind in Kind::ALL {
        assert!(
            records.iter().any(|record| record.kind() == *kind),
            "a sample of {kind}"
        );
    }
    let digests: String = records
        .iter()
        .map(|record| format!("{}  {}\n", hex(&record_digest(record)), record.id()))
        .collect();
    assert_eq!(digests, PINNED, "\n{digests}");
}
