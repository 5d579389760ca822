//! Floor 2: what is due when and when it may run, what recorded facts mean, what becomes of an invitation, what hooks were
//! told, and what differs between two inventories. Values in, values out; the day is a parameter.

pub mod acknowledgement;
pub mod approval;
pub mod by_day;
pub mod census;
pub mod control;
pub mod due;
pub mod facts;
pub mod invitation;
pub mod logins;
pub mod membership;
pub mod offboarding;
pub mod openings;
pub mod operation;
pub mod owners;
pub mod plan;
pub mod radius;
pub mod retirement;
pub mod review;
pub mod schedule;
pub mod telling;
pub mod testing;
pub mod usage;
pub mod versions;
pub mod whereabouts;
