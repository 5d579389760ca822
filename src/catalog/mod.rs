//! Floor 2: glossaries, access levels, the least-privilege map and built-in roles, from data files into `model`. Reads no path of its own.

mod builtin;
mod duty;
mod glossaries;
mod glossary;
mod least_privilege;
mod level;
mod listing;
mod nearest;
mod policy;
mod risk;
mod roles;
mod standing;

pub use builtin::{BUILTIN, builtin, builtin_some};
pub use glossaries::Glossaries;
pub use glossary::{BadGlossary, parse, to_toml};
pub use level::{AGENT_GATES, Levels};
pub use listing::{Group, Hit, Listing, groups, list, search};
pub use nearest::{nearest, nearest_within};
pub use policy::{BadPolicy, Policy};
pub use risk::Weights;
pub use roles::{BuiltinRole, builtin_role, builtin_roles, nearest_builtin_role};
pub use standing::{Standing, Stands, standing, standings};
