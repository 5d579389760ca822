//! Floor 2: who can do what where, and the matrices that show it. Values in, values out.

pub mod matrix;
