//! Floor 5: the only doers: read, decide, journal, act.

pub mod due;
pub mod facts;
pub mod records;
