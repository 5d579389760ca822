//! The shape of an inventory, from its schema: which keys a table takes, and where a date stands.

use std::sync::OnceLock;

use serde_json::Value;

use crate::manifest::SCHEMA;

/// A place in the schema; none where anything may stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape(Option<&'static Value>);

impl Shape {
    /// The shape of a whole file.
    pub fn root() -> Shape {
        Shape(Some(schema()))
    }

    /// The keys that the table takes; none where it takes names of the user's own.
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        let keys = self.0.and_then(|node| node["properties"].as_object());
        keys.into_iter()
            .flat_map(|keys| keys.keys())
            .map(String::as_str)
    }

    /// What stands below a key.
    pub fn below(self, key: &str) -> Shape {
        let Some(node) = self.0 else { return self };
        let named = || node["patternProperties"].as_object()?.values().next();
        let other = || Some(&node["additionalProperties"]).filter(|node| node.is_object());
        Shape(
            node["properties"]
                .get(key)
                .or_else(named)
                .or_else(other)
                .map(resolved),
        )
    }

    /// What stands in a list.
    pub fn element(self) -> Shape {
        Shape(self.0.and_then(|node| node.get("items")).map(resolved))
    }

    /// The same, or the element's where it is a list of tables.
    pub fn table(self) -> Shape {
        match self.0.and_then(|node| node.get("items")) {
            Some(_) => self.element(),
            None => self,
        }
    }

    pub fn is_date(self) -> bool {
        self.0.is_some_and(|node| node["format"] == "date")
    }
}

fn schema() -> &'static Value {
    static READ: OnceLock<Value> = OnceLock::new();
    READ.get_or_init(|| serde_json::from_str(SCHEMA).expect("the schema is JSON: a test made it"))
}

/// What a reference of the schema leads to.
fn resolved(node: &'static Value) -> &'static Value {
    let name = node["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next());
    name.and_then(|name| schema()["$defs"].get(name))
        .unwrap_or(node)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_follows_the_schema() {
        let account = Shape::root().below("account").below("etl");
        assert!(account.keys().any(|key| key == "permissions"));
        assert!(account.below("expires").is_date() && !account.below("purpose").is_date());
        let approval = account.below("approval").table();
        assert!(approval.below("on").is_date());
        assert_eq!(Shape::root().below("account").keys().count(), 0);
        assert_eq!(account.below("nothing").below("x").keys().count(), 0);
    }
}
