//! Whether what came back from a place is what went there.

use crate::secret::Value;

/// Whether two values have the same fields with the same bytes.
pub(super) fn same(one: &Value, two: &Value) -> bool {
    one.fields().count() == two.fields().count()
        && one
            .fields()
            .zip(two.fields())
            .all(|(one, two)| one.0 == two.0 && one.1.expose() == two.1.expose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use std::collections::BTreeMap;

    fn of(pairs: &[(&str, &str)]) -> Value {
        let field =
            |(name, text): &(&str, &str)| (name.parse().unwrap(), Secret::from((*text).to_owned()));
        Value::read(pairs.iter().map(field).collect()).unwrap()
    }

    #[test]
    fn a_value_is_the_same_in_every_field_or_not_at_all() {
        let two = of(&[("a", "x"), ("b", "y")]);
        assert!(same(&two, &of(&[("b", "y"), ("a", "x")])));
        for other in [
            of(&[("a", "x")]),
            of(&[("a", "x"), ("b", "z")]),
            of(&[("a", "x"), ("c", "y")]),
            of(&[("a", "x"), ("b", "y"), ("c", "z")]),
        ] {
            assert!(!same(&two, &other) && !same(&other, &two));
        }
    }

    #[test]
    fn no_fields_and_empty_ones_are_no_value() {
        assert!(Value::read(BTreeMap::new()).is_err());
        let empty = BTreeMap::from([("a".parse().unwrap(), Secret::new(Vec::new()))]);
        assert!(Value::read(empty).is_err());
    }
}
