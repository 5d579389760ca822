//! Floor 2: the canonical encoding of audit events, their hash chain, the Merkle tree over them, checkpoints, signed notes
//! and proofs. Holds no rows and writes none; signs nothing.

mod chain;
pub mod checkpoint;
mod digest;
mod encoding;
mod kept;
pub mod note;
pub mod proof;
pub mod rewind;
mod sent;
pub mod tree;

pub use chain::{Break, Chain, GENESIS};
pub use digest::{hex, record_digest, record_digest_of};
pub use encoding::{EventView, FORMAT, hash_view};
pub use kept::kept;
pub use sent::as_written;
