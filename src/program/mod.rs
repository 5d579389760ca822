//! Floor 3: other programs, with a secret on their standard input: run to the end, or kept running and asked again. Never
//! a shell, and limits of time and size.

mod held;
mod run;

pub use held::{Held, Silent};
pub use run::{Around, Ended, Failed, run};
