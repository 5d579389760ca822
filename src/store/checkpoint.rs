//! Table `checkpoint`: the newest signed checkpoint of each key. Beside the trail, not in it: it signs what stands there.

use rusqlite::{Connection, named_params};

use crate::audit::checkpoint::{Checkpoint, origin};
use crate::audit::note::{Note, Signer, Verifier};
use crate::model::event::Digest;
use crate::store::cell::lossy;
use crate::store::error::StoreError;
use crate::store::event::Replay;
use crate::store::{Store, event, tree};

const KEEP: &str = "
    INSERT OR REPLACE INTO checkpoint (signer, size, note) VALUES (:signer, :size, :note)";
const ALL: &str = "SELECT signer, size, note FROM checkpoint ORDER BY size, signer";

/// Where the trail ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// How many events it has.
    pub size: u64,
    /// The root of the Merkle tree over them.
    pub root: Digest,
    /// The hash of the last one.
    pub head: Digest,
}

impl Tip {
    /// What commits to it in the trail of a store: the text that is signed.
    pub fn checkpoint(&self, store: &str) -> Checkpoint {
        Checkpoint {
            origin: origin(store),
            size: self.size,
            root: self.root,
        }
    }
}

/// A checkpoint that was signed and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Whose signature it is, as `Signer` shows it.
    pub signer: String,
    pub size: u64,
    /// The note, whole.
    pub note: String,
}

/// Which file a command was judged by: its digest, so that a change of it is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedBy {
    pub file: String,
    pub sha256: String,
}

/// Somebody outside of the store who vouches for what is committed to it.
pub trait Witness: std::fmt::Debug + Send {
    /// Whether the trail goes on from what is known of it outside, as it stands before a commit appends to it. Only then
    /// is anything of that commit signed, and its end told.
    fn goes_on(&self, trail: &Standing<'_>) -> bool;

    /// Signs where the trail will end; nothing where no key is at hand: the commit goes on unsigned.
    fn sign(&self, checkpoint: &Checkpoint) -> Option<Kept>;

    /// The trail ends there now, whatever happens next.
    fn committed(&self, store: &str, tip: &Tip, signed: Option<&Kept>);

    /// The configuration that was judged by, where there is one.
    fn judged_by(&self) -> Option<JudgedBy>;
}

/// The trail as it stands, for whoever holds it against what is known outside.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a>(pub(super) &'a Connection);

impl Standing<'_> {
    /// Where it ends.
    pub fn tip(&self) -> Result<Tip, StoreError> {
        tip(self.0)
    }

    /// What checkpoints call it.
    pub fn origin(&self) -> Result<String, StoreError> {
        Ok(origin(&event::store_name(self.0)?))
    }

    /// The hash of an event, where there is one of that number.
    pub fn event_hash(&self, sequence: u64) -> Result<Option<Digest>, StoreError> {
        event::hash_of(self.0, sequence)
    }

    /// The newest signed checkpoint of each key.
    pub fn checkpoints(&self) -> Result<Vec<Kept>, StoreError> {
        all(self.0)
    }

    /// The root of the tree over so many of the first events; none where there are fewer. Reads the trail, unless it is all
    /// of them.
    pub fn root_at(&self, size: u64) -> Result<Option<Digest>, StoreError> {
        let tip = self.tip()?;
        if size == tip.size {
            return Ok(Some(tip.root));
        }
        let (mut replay, mut root) = (Replay::default(), None);
        if size < tip.size {
            replay.run(self.0, &mut |replay, _| {
                if replay.tree.size() == size {
                    root = Some(replay.tree.root());
                }
            })?;
        }
        Ok(root)
    }
}

pub(super) fn keep(db: &Connection, kept: &Kept) -> Result<(), StoreError> {
    db.prepare_cached(KEEP)?.execute(named_params! {
        ":signer": kept.signer,
        ":size": i64::try_from(kept.size).unwrap_or(i64::MAX),
        ":note": kept.note,
    })?;
    Ok(())
}

pub(super) fn all(db: &Connection) -> Result<Vec<Kept>, StoreError> {
    let mut statement = db.prepare(ALL)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Kept {
            signer: lossy(row.get_ref(0)?),
            size: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
            note: lossy(row.get_ref(2)?),
        });
    }
    Ok(found)
}

impl Kept {
    /// What it signs, where it is what its row says; and whether a known key signed it.
    ///
    /// # Errors
    /// Why it is not.
    pub fn read(&self, known: &[Verifier]) -> Result<(Checkpoint, bool), String> {
        let note = Note::parse(self.note.as_bytes()).map_err(|error| error.to_string())?;
        let is_own = |signer: &Signer| signer.to_string() == self.signer;
        if !note.signers().any(is_own) {
            return Err("its row names another key than its signature".to_owned());
        }
        let is_known = known.iter().any(|key| is_own(key.signer()));
        if is_known {
            note.open(known).map_err(|error| error.to_string())?;
        }
        let checkpoint: Checkpoint = note
            .unchecked()
            .parse()
            .map_err(|error| format!("{error}"))?;
        match checkpoint.size == self.size {
            true => Ok((checkpoint, is_known)),
            false => Err("its size is not that of its row".to_owned()),
        }
    }
}

impl Store {
    /// Who vouches for what is committed from now on.
    pub fn set_witness(&mut self, witness: Box<dyn Witness>) {
        self.witness = Some(witness);
    }

    /// Where the trail ends, as it was kept with the last commit.
    pub fn tip(&self) -> Result<Tip, StoreError> {
        tip(&self.db)
    }

    /// What commits to the trail as it stands: the text that is signed.
    pub fn checkpoint(&self) -> Result<Checkpoint, StoreError> {
        Ok(self.tip()?.checkpoint(&self.name()?))
    }

    /// The trail as it stands.
    pub fn standing(&self) -> Standing<'_> {
        Standing(&self.db)
    }

    /// Whether the trail goes on from what its witness knows of it; without one, nothing is known.
    pub fn goes_on(&self) -> bool {
        let witness = self.witness.as_deref();
        witness.is_none_or(|witness| witness.goes_on(&self.standing()))
    }

    /// How many of the first events the kept checkpoint of a known key signs; none where none of them was ever used. What a
    /// row says of itself counts for nothing.
    pub fn signed(&self, known: &[Verifier]) -> Result<Option<u64>, StoreError> {
        let own = origin(&self.name()?);
        let kept = all(&self.db)?;
        let opened = kept.iter().filter_map(|kept| kept.read(known).ok());
        let signed = opened.filter(|(checkpoint, is_known)| *is_known && checkpoint.origin == own);
        Ok(signed.map(|(checkpoint, _)| checkpoint.size).max())
    }

    /// How many of the last events no known key signed; none where none of them was ever used.
    pub fn unsigned(&self, known: &[Verifier]) -> Result<Option<u64>, StoreError> {
        let events = event::last(&self.db)?.map_or(0, |last| last.sequence);
        let signed = self.signed(known)?;
        Ok(signed.map(|signed| events.saturating_sub(signed)))
    }
}

pub(super) fn tip(db: &Connection) -> Result<Tip, StoreError> {
    let (tree, head) = tree::load(db)?;
    let size = event::last(db)?.map_or(0, |last| last.sequence);
    if size != tree.size() {
        return Err(StoreError::Cut {
            events: size,
            expected: tree.size(),
        });
    }
    Ok(Tip {
        size,
        root: tree.root(),
        head,
    })
}
