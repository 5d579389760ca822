//! Floor 2: glossaries, access levels and the least-privilege map, from data files into `model`. Reads no path of its own.

mod builtin;
mod duty;
mod glossaries;
mod glossary;
mod least_privilege;
mod level;
mod listing;
mod nearest;
mod policy;
mod standing;

pub use builtin::{BUILTIN, builtin};
pub use glossaries::Glossaries;
pub use glossary::{BadGlossary, parse, to_toml};
pub use level::{AGENT_GATES, Levels};
pub use listing::{Group, Hit, Listing, groups, list, search};
pub use nearest::{nearest, nearest_within};
pub use policy::{BadPolicy, Policy};
pub use standing::{Standing, Stands, standings};
