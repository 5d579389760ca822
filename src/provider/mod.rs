//! Floor 4: providers and platforms as the inventory declares them: requests and programs filled in and run, probes
//! judged, sessions held. Decides nothing of an operation, writes nothing, and shows neither an answer nor a secret.

mod answer;
mod clock;
mod discover;
mod health;
mod leak;
mod mask;
mod probe;
mod reach;
mod rehearsal;
mod session;
mod step;
mod template;
mod values;
mod verify;

pub use clock::Greeted;
pub use health::look as health;
pub use probe::{Seen, Sight};
pub use reach::{PROGRAM_TIMEOUT, Reach, Surroundings};
pub use session::Session;
pub use step::{How, Performed};
pub use template::Unfilled;
pub use values::Values;
