//! Floor 2: who can do what where, what a change does to that, and the matrices that show it. Values in, values out.

pub mod ask;
pub mod assertion;
pub mod comparing;
pub mod diff;
pub mod effective;
pub mod explain;
pub mod extent;
pub mod glossary;
mod granting;
pub mod gravity;
pub mod holdings;
pub mod matrix;
pub mod minimise;
pub mod presence;
pub mod reaching;
pub mod reading;
mod seats;
pub mod teams;
pub mod terms;
pub mod who;
