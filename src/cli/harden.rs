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

/// Keeps the memory of a process that is about to hold secrets out of swap, where the system lets it lock all it will
/// ever need: with a limit, a lock would make it fail in the middle of its work.
#[cfg(target_os = "linux")]
pub fn keep_out_of_swap() {
    use rustix::mm::{MlockAllFlags, mlockall};
    if getrlimit(Resource::Memlock).current.is_none() {
        let _ = mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT);
    }
}

/// Elsewhere an encrypted swap has to do.
#[cfg(not(target_os = "linux"))]
pub fn keep_out_of_swap() {}

impl Before {
    /// Gives the limits back, right before this process becomes another program.
    pub fn restore(&self) {
        let _ = setrlimit(Resource::Core, self.core);
    }
}
