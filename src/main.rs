//! Hands over to the library and returns the exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    keyroll::cli::run(std::env::args_os().collect())
}
