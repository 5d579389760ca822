//! Floor 3: the inventory as TOML, to and from `model`, with the place of every record and field.

#[cfg(test)]
mod agreement;
mod baseline;
mod commands;
mod config;
mod decode;
mod directive;
mod fields;
mod form;
mod glossary;
mod hidden;
mod inline;
mod listed;
mod literal;
mod mend;
mod nesting;
mod place;
mod plain;
mod problem;
mod reading;
mod record;
mod renamed;
mod revision;
#[cfg(test)]
mod schema;
mod single;
mod slice;
mod source;
mod suggest;
mod syntax;
mod tokens;
mod tree;
mod value;
mod write;

use std::sync::OnceLock;

use serde_json::Value;

use crate::model::record::Kind;

pub use baseline::{baseline_text, is_baseline, read_baseline, write_baseline};
pub use commands::{BadCommands, read_commands};
pub use config::{CONFIG_FILE, CONFIG_SCHEMA, ConfigFile, parse_config, read_config};
pub use mend::{Mended, MendedFile, Unproven, mend, mend_tree};
pub use place::Place;
pub use problem::Problem;
pub use reading::{Manifest, read};
pub use revision::{Found, Tree, read_tree};
pub use single::{is_name, parse_record, parse_value, record_from_value};
pub use source::{LARGEST_FILE, is_toml};
pub use suggest::{Draft, Suggestion, Wish, draft, smaller, suggest};
pub use write::{write, write_record};

/// The JSON Schema of an inventory, for editors; made from the model by a test, and held fresh by it.
pub const SCHEMA: &str = include_str!("../../schema/inventory.schema.json");

/// The keys that a record of a declared kind may have, as the schema lists them; none for other kinds.
pub fn fields(kind: Kind) -> Vec<&'static str> {
    static READ: OnceLock<Value> = OnceLock::new();
    let schema = READ
        .get_or_init(|| serde_json::from_str(SCHEMA).expect("the schema is JSON: a test made it"));
    let table = &schema["properties"][kind.as_str()];
    let patterns = table["patternProperties"].as_object();
    let reference = patterns.and_then(|all| all.values().next()?["$ref"].as_str());
    let name = reference.and_then(|path| path.rsplit('/').next());
    let keys = name.and_then(|name| schema["$defs"][name]["properties"].as_object());
    keys.map(|keys| keys.keys().map(String::as_str).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_kind_are_those_of_its_schema() {
        assert_eq!(fields(Kind::Team), ["name", "members", "teams"]);
        assert!(fields(Kind::Account).contains(&"permissions"));
        assert!(fields(Kind::Boundary).contains(&"tenant-role"));
        assert!(fields(Kind::Fact).is_empty());
    }
}
