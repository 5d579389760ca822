//! Floor 3: the inventory as TOML, to and from `model`, with the place of every record and field.

#[cfg(test)]
mod agreement;
mod decode;
mod fields;
mod form;
mod glossary;
mod listed;
mod literal;
mod nesting;
mod place;
mod plain;
mod problem;
mod reading;
mod record;
#[cfg(test)]
mod schema;
mod single;
mod slice;
mod source;
mod syntax;
mod tokens;
mod tree;
mod value;
mod write;

pub use place::Place;
pub use problem::Problem;
pub use reading::{Manifest, read};
pub use single::{is_name, parse_record, parse_value, record_from_value};
pub use source::LARGEST_FILE;
pub use write::{write, write_record};

/// The JSON Schema of an inventory, for editors; made from the model by a test, and held fresh by it.
pub const SCHEMA: &str = include_str!("../../schema/inventory.schema.json");
