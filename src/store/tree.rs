//! Table `tree`: the Merkle tree over the trail as it stands, in one row.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::audit::GENESIS;
use crate::audit::tree::Tree;
use crate::model::event::Digest;
use crate::store::error::StoreError;
use crate::store::event;

const READ: &str = "SELECT size, head, nodes FROM tree WHERE one = 1";
const WRITE: &str = "
    INSERT OR REPLACE INTO tree (one, size, head, nodes) VALUES (1, :size, :head, :nodes)";

/// The tree and the hash of the last event; of a trail without events where there is no row.
pub(super) fn load(db: &Connection) -> Result<(Tree, Digest), StoreError> {
    let row: Option<(i64, Digest, Vec<u8>)> = db
        .prepare_cached(READ)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((size, head, bytes)) = row else {
        return Ok((Tree::default(), GENESIS));
    };
    let nodes = bytes.chunks(32).map(Digest::try_from);
    let nodes: Result<Vec<Digest>, _> = nodes.collect();
    let tree = u64::try_from(size)
        .ok()
        .and_then(|size| Tree::of(size, nodes.ok()?));
    tree.map(|tree| (tree, head))
        .ok_or_else(|| StoreError::damaged("table `tree`", "its row is no tree"))
}

pub(super) fn store(db: &Connection, tree: &Tree, head: &Digest) -> Result<(), StoreError> {
    db.prepare_cached(WRITE)?.execute(named_params! {
        ":size": i64::try_from(tree.size()).unwrap_or(i64::MAX),
        ":head": head,
        ":nodes": tree.nodes().concat(),
    })?;
    Ok(())
}

/// Makes the row of a store that an older keyroll wrote. What is wrong with its events, a verification tells.
pub(super) fn reckon_anew(db: &Connection) -> Result<(), StoreError> {
    let mut replay = event::Replay::default();
    replay.run(db, &mut |_, _| {})?;
    match replay.tree.size() {
        0 => Ok(()),
        _ => store(db, &replay.tree, &replay.chain.head()),
    }
}
