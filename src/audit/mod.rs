//! Floor 2: the canonical encoding of audit events and their hash chain. Holds no rows and writes none.

mod chain;
mod digest;
mod encoding;
mod kept;

pub use chain::{Break, Chain, GENESIS};
pub use digest::{hex, record_digest, record_digest_of};
pub use encoding::{EventView, FORMAT, hash_view};
pub use kept::kept;
