//! Floor 2: who can do what where, what a change does to that, and the matrices that show it. Values in, values out.

pub mod diff;
pub mod matrix;
pub mod presence;
pub mod teams;
