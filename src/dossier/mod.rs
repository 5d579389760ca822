//! Floor 4, and pure all the same: what an auditor, a customer and a successor ask for, put together of the roll, what was
//! recorded of it and how it was judged. Values in, values out: `report` draws them. Reads nothing, writes nothing, never
//! sees a plaintext.

pub mod changes;
pub mod handoff;
pub mod past;
pub mod review;
pub mod risk;
