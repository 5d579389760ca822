//! Floor 2: who can do what where, what a change does to that, and the matrices that show it. Values in, values out.

pub mod ask;
pub mod comparing;
pub mod assertion;
pub mod diff;
pub mod effective;
pub mod explain;
pub mod extent;
pub mod glossary;
pub mod gravity;
mod granting;
pub mod holdings;
pub mod matrix;
pub mod presence;
mod seats;
pub mod reaching;
pub mod reading;
pub mod teams;
pub mod terms;
pub mod who;
