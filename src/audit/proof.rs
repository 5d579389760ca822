//! That an event stands in a trail, for somebody who has no store: its place, the way up the tree, and the signed
//! checkpoint (c2sp.org/tlog-proof). The event itself goes with it as `extra`, which is checked against the proof.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::audit::checkpoint::{Checkpoint, decimal, digest};
use crate::audit::note::{BadNote, Note, Opened, Verifier};
use crate::audit::tree::{is_included, leaf_hash};
use crate::model::event::Digest;

const FIRST: &str = "c2sp.org/tlog-proof@v1";

/// The longest proof that is read, in bytes: an event may hold a glossary.
pub const LONGEST: usize = 128 << 20;

/// The most hashes that a proof can have.
const MOST: usize = 64;

/// A proof, not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The canonical encoding of the event: its SHA-256 is the leaf's entry.
    pub entry: Vec<u8>,
    /// Its place, from 0.
    pub index: u64,
    pub hashes: Vec<Digest>,
    /// The signed checkpoint.
    pub note: Note,
}

/// Why a proof proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    #[error("it is no proof: {0}")]
    Form(&'static str),
    /// Its first line is that of a proof.
    #[error("it is a proof that was damaged or changed: {0}")]
    Damaged(&'static str),
    #[error(transparent)]
    Note(#[from] BadNote),
    #[error("what is signed is no checkpoint")]
    Checkpoint,
    #[error("the event is not in the trail that was signed: it, or the proof, was changed")]
    NotIncluded,
}

impl Proof {
    /// Reads a proof; nothing of it is checked yet.
    ///
    /// # Errors
    /// When it is none: its first line is another. When it begins as one, and the rest is no proof of an event.
    pub fn parse(bytes: &[u8]) -> Result<Proof, BadProof> {
        if bytes.len() > LONGEST {
            return Err(BadProof::Form("it is too large"));
        }
        let rest = bytes.strip_prefix(FIRST.as_bytes());
        match rest.and_then(|rest| rest.strip_prefix(b"\n")) {
            Some(rest) => Proof::behind(rest),
            None if std::str::from_utf8(bytes).is_err() => Err(BadProof::Form("it is not UTF-8")),
            None => Err(BadProof::Form("its first line is another")),
        }
    }

    /// Reads what stands behind the first line.
    fn behind(bytes: &[u8]) -> Result<Proof, BadProof> {
        let text = std::str::from_utf8(bytes).map_err(|_| BadProof::Damaged("it is not UTF-8"))?;
        let (head, note) = text.split_once("\n\n").ok_or(BadProof::Damaged(
            "no blank line stands before the checkpoint",
        ))?;
        let mut lines = head.split('\n');
        let entry = lines
            .next()
            .and_then(|line| STANDARD.decode(line.strip_prefix("extra ")?).ok())
            .ok_or(BadProof::Damaged("it brings no event"))?;
        let index = lines
            .next()
            .and_then(|line| decimal(line.strip_prefix("index ")?))
            .ok_or(BadProof::Damaged("it says no place"))?;
        let hashes: Vec<Digest> = lines
            .take(MOST + 1)
            .map(digest)
            .collect::<Option<_>>()
            .ok_or(BadProof::Damaged("a line of it is no hash"))?;
        if hashes.len() > MOST {
            return Err(BadProof::Damaged("it has too many hashes"));
        }
        Ok(Proof {
            entry,
            index,
            hashes,
            note: Note::parse(note.as_bytes()).map_err(|error| match error {
                BadNote::Form(why) => BadProof::Damaged(why),
                error @ (BadNote::Unknown { .. }
                | BadNote::Signature(_)
                | BadNote::Name(_)
                | BadNote::Key(_)) => BadProof::Note(error),
            })?,
        })
    }

    /// Checks it by known keys; gives the checkpoint, and who signed that.
    ///
    /// # Errors
    /// When no known key signed the checkpoint, or the event is not where the proof says.
    pub fn check(&self, known: &[Verifier]) -> Result<(Checkpoint, Opened), BadProof> {
        let opened = self.note.open(known)?;
        let checkpoint: Checkpoint = opened.text.parse().map_err(|_| BadProof::Checkpoint)?;
        self.is_in(&checkpoint)?;
        Ok((checkpoint, opened))
    }

    /// That the event stands where the proof says, in the tree of a checkpoint that is trusted already.
    ///
    /// # Errors
    /// When it does not.
    pub fn is_in(&self, checkpoint: &Checkpoint) -> Result<(), BadProof> {
        let (leaf, root) = (leaf_hash(&event_hash(&self.entry)), &checkpoint.root);
        match is_included(leaf, self.index, checkpoint.size, &self.hashes, root) {
            true => Ok(()),
            false => Err(BadProof::NotIncluded),
        }
    }
}

/// The hash of an event, of its canonical encoding.
pub fn event_hash(entry: &[u8]) -> Digest {
    Sha256::digest(entry).into()
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = STANDARD.encode(&self.entry);
        write!(f, "{FIRST}\nextra {entry}\nindex {}\n", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{}", STANDARD.encode(hash))?;
        }
        write!(f, "\n{}", self.note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str =
        "keyroll/a\n1\nTlm/JzcrEwS8CxN9G+nVZq1YsVS2prV3ivf0FLHUuEw=\n\n\u{2014} a AAAAAAAA\n";

    fn whole(head: &str) -> String {
        format!("{head}\n\n{NOTE}")
    }

    #[test]
    fn a_proof_is_read_as_it_is_written() {
        let text = whole("c2sp.org/tlog-proof@v1\nextra \nindex 0");
        let proof = Proof::parse(text.as_bytes()).unwrap();
        assert_eq!(proof.to_string(), text);
        // One event of nothing, at the root that is known for it; but nobody known signed that.
        let checkpoint: Checkpoint = proof.note.unchecked().parse().unwrap();
        proof.is_in(&checkpoint).unwrap();
        assert!(matches!(proof.check(&[]), Err(BadProof::Note(_))));
        let other = Proof {
            entry: vec![7],
            ..proof
        };
        assert_eq!(other.is_in(&checkpoint), Err(BadProof::NotIncluded));
    }

    #[test]
    fn what_is_no_proof_is_refused() {
        for (head, why) in [
            ("c2sp.org/tlog-proof@v2\nextra \nindex 0", "first line"),
            ("c2sp.org/tlog-proof@v1\nindex 0", "no event"),
            ("c2sp.org/tlog-proof@v1\nextra !\nindex 0", "no event"),
            ("c2sp.org/tlog-proof@v1\nextra \nindex 00", "no place"),
            ("c2sp.org/tlog-proof@v1\nextra \nindex 0\nAAAA", "no hash"),
        ] {
            let error = Proof::parse(whole(head).as_bytes())
                .unwrap_err()
                .to_string();
            assert!(error.contains(why), "{head}: {error}");
        }
        let hash = format!("\n{}", STANDARD.encode([0; 32])).repeat(65);
        let many = whole(&format!("c2sp.org/tlog-proof@v1\nextra \nindex 0{hash}"));
        let error = Proof::parse(many.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("too many"), "{error}");
        assert!(Proof::parse(b"c2sp.org/tlog-proof@v1").is_err());
    }

    #[test]
    fn what_begins_as_a_proof_and_cannot_be_read_was_changed_and_what_does_not_is_none() {
        let text = whole("c2sp.org/tlog-proof@v1\nextra \nindex 0");
        let first = FIRST.len() + 1;
        for end in 0..text.len() {
            let refused = Proof::parse(&text.as_bytes()[..end]).unwrap_err();
            let is_damaged = matches!(refused, BadProof::Damaged(_));
            assert_eq!(is_damaged, end >= first, "{end}: {refused}");
        }
    }
}
