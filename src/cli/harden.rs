//! What a process that may hold secrets does first: no core dumps, no other process of the user looking in.

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
};

/// The limits as they were, for a program that this one becomes.
pub struct Before {
    core: Rlimit,
}

/// Forbids core dumps, and the memory to other processes of the same user. What the system does not grant is passed
/// over: it is a second line, not the first.
pub fn harden() -> Before {
    let core = getrlimit(Resource::Core);
    let none = Rlimit {
        current: Some(0),
        maximum: core.maximum,
    };
    let _ = setrlimit(Resource::Core, none);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    Before { core }
}

impl Before {
    /// Gives the limits back, right before this process becomes another program.
    pub fn restore(&self) {
        let _ = setrlimit(Resource::Core, self.core);
    }
}
