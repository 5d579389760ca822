//! Hands over to the library and returns the exit status.

use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Every freed block is overwritten: libraries copy secrets into buffers that no type of ours sees.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    keyroll::cli::run(std::env::args_os().collect())
}
