//! Floor 5: the only doers: read, decide, journal, act.

pub mod approvals;
pub mod backup;
pub mod due;
pub mod evidence;
pub mod facts;
pub mod hook;
pub mod invitations;
pub mod offboarding;
pub mod past;
pub mod procedure;
pub mod reconcile;
pub mod records;
pub mod rewrite;
pub mod run;
pub mod schedule;
pub mod secrets;
pub mod standing;
pub mod telling;
pub mod test;
pub mod textfile;
