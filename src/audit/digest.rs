//! Digests of records, as the trail keeps them beside each change.

use sha2::{Digest as _, Sha256};

use crate::model::event::Digest;
use crate::model::record::Record;

/// SHA-256 over the record's id as text and its body as JSON, each after its length (8 bytes, little-endian).
pub fn record_digest(record: &Record) -> Digest {
    record_digest_of(&record.id().to_string(), &record.to_json())
}

/// The same, for a caller who has the id and the body at hand.
pub fn record_digest_of(id: &str, body: &[u8]) -> Digest {
    let mut sha = Sha256::new();
    for part in [id.as_bytes(), body] {
        sha.update((part.len() as u64).to_le_bytes());
        sha.update(part);
    }
    sha.finalize().into()
}

/// Lower-case hexadecimal.
pub fn hex(digest: &Digest) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    digest
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}
