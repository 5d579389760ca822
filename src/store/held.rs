//! What the trail is held against beside itself: its tree, the checkpoints that were kept, and those that somebody brings
//! from outside. And the proof that an event stands in it.

use rusqlite::Connection;

use crate::audit::checkpoint::{Checkpoint, origin};
use crate::audit::note::Verifier;
use crate::audit::tree::{Collector, Tree};
use crate::model::event::Digest;
use crate::store::error::StoreError;
use crate::store::event::{self, Replay};
use crate::store::{Store, checkpoint, tree};

/// What a verification is given to hold the trail against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Against<'a> {
    /// The public keys that are trusted: kept checkpoints of others are compared, but vouch for nothing.
    pub keys: &'a [Verifier],
    /// Checkpoints whose signatures were checked, each with the words for where it is from.
    pub checkpoints: &'a [(String, Checkpoint)],
}

/// What a kept checkpoint vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    pub signer: String,
    /// For so many of the first events.
    pub size: u64,
    /// Whether a trusted key signed it.
    pub is_known: bool,
}

/// The checkpoints that a replay passes, by their size.
pub(super) struct Held {
    waiting: Vec<(String, Checkpoint)>,
    pub vouched: Vec<Vouched>,
    /// What was wrong before a single event was read.
    pub faults: Vec<String>,
}

impl Held {
    pub fn of(db: &Connection, against: &Against<'_>) -> Result<Held, StoreError> {
        let mut held = Held {
            waiting: Vec::new(),
            vouched: Vec::new(),
            faults: Vec::new(),
        };
        let own = event::store_name(db).map(|name| origin(&name)).ok();
        for kept in checkpoint::all(db)? {
            let from = format!("the kept checkpoint of `{}`", kept.signer);
            match kept.read(against.keys) {
                Err(why) => held.faults.push(format!("{from}: {why}")),
                Ok((checkpoint, is_known)) => {
                    held.vouched.push(Vouched {
                        signer: kept.signer,
                        size: kept.size,
                        is_known,
                    });
                    held.wait(from, checkpoint, own.as_deref());
                }
            }
        }
        for (from, checkpoint) in against.checkpoints {
            held.wait(from.clone(), checkpoint.clone(), own.as_deref());
        }
        // The largest first: a replay takes the smallest off the end.
        held.waiting
            .sort_by_key(|(_, one)| std::cmp::Reverse(one.size));
        Ok(held)
    }

    fn wait(&mut self, from: String, checkpoint: Checkpoint, own: Option<&str>) {
        match own == Some(checkpoint.origin.as_str()) {
            true => self.waiting.push((from, checkpoint)),
            false => self.faults.push(format!(
                "{from} is of another trail, `{}`",
                checkpoint.origin
            )),
        }
    }

    /// What the checkpoints of this size say of the tree.
    pub fn pass(&mut self, tree: &Tree, then: &mut dyn FnMut(String)) {
        let is_here = |(_, checkpoint): &mut (String, Checkpoint)| checkpoint.size <= tree.size();
        while let Some((from, checkpoint)) = self.waiting.pop_if(is_here) {
            if checkpoint.size == tree.size() && checkpoint.root != tree.root() {
                let size = checkpoint.size;
                then(format!(
                    "the first {size} events are not those of {from}: the trail was written anew"
                ));
            }
        }
    }

    /// What the checkpoints say that are of more events than there are.
    pub fn end(&mut self, events: u64, then: &mut dyn FnMut(String)) {
        while let Some((from, checkpoint)) = self.waiting.pop() {
            let size = checkpoint.size;
            then(format!(
                "{from} is of {size} events, and {events} are left: the end was cut off, or an older store was put in \
                 its place"
            ));
        }
    }
}

/// What the table of the tree has wrong about a trail that was replayed.
pub(super) fn tree_fault(db: &Connection, replay: &Replay) -> Result<Option<String>, StoreError> {
    match tree::load(db) {
        Ok((tree, head)) if tree == replay.tree && head == replay.chain.head() => Ok(None),
        Ok((tree, _)) if tree.size() != replay.tree.size() => Ok(Some(format!(
            "the trail has {} events, and {} were written: the end was cut off, or events were put there",
            replay.tree.size(),
            tree.size()
        ))),
        Ok(_) => Ok(Some(
            "the table `tree` does not follow from the trail: one of the two was changed"
                .to_owned(),
        )),
        Err(StoreError::Damaged { what, why }) => Ok(Some(format!("{what}: {why}"))),
        Err(error) => Err(error),
    }
}

/// What shows that an event stands in the trail as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its canonical encoding.
    pub entry: Vec<u8>,
    pub hashes: Vec<Digest>,
    /// The trail that it stands in, unsigned.
    pub checkpoint: Checkpoint,
}

impl Store {
    /// Shows that the event of a number stands in the trail; none where there is no such event. Reads the trail once, in
    /// memory that does not grow with it.
    ///
    /// # Errors
    /// When the trail is not whole: there is nothing to prove by it.
    pub fn show(&self, sequence: u64) -> Result<Option<Shown>, StoreError> {
        let _snapshot = self.moment()?;
        let db = &self.db;
        let tip = checkpoint::tip(db)?;
        let Some(index) = sequence.checked_sub(1).filter(|index| *index < tip.size) else {
            return Ok(None);
        };
        let mut collector = Collector::new(index, tip.size);
        let (mut replay, mut entry, mut is_whole) = (Replay::default(), Vec::new(), true);
        replay.run(db, &mut |replay, event| {
            is_whole &= event.faults.is_empty();
            collector.push(event.leaf);
            if replay.tree.size() == sequence {
                entry = replay.chain.entry().to_vec();
            }
        })?;
        if !is_whole || replay.tree.root() != tip.root {
            return Err(StoreError::damaged(
                "the audit trail",
                "it is not whole, so nothing can be shown by it: `keyroll audit verify` tells more",
            ));
        }
        Ok(Some(Shown {
            entry,
            hashes: collector.hashes(),
            checkpoint: tip.checkpoint(&event::store_name(db)?),
        }))
    }
}
