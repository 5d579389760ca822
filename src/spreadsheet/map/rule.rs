//! The rules of a map: which field each key is, when a rule applies, what the key of its records is.

use toml::{Table, Value};

use super::{Condition, FieldRule};
use crate::catalog::nearest;
use crate::model::record::Kind;
use crate::spreadsheet::fault::cut;
use crate::spreadsheet::fields::Field;
use crate::spreadsheet::template::Template;

pub(super) fn unknown<'a>(key: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = nearest(key, known.clone());
    let near = near.map_or_else(
        || format!("there are {}", known.collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    format!("there is no `{}` here; {near}", cut(key))
}

/// The text of a value; booleans, numbers and dates as they are written.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(said) => Some(said.to_string()),
        Value::Datetime(date) => Some(date.to_string()),
        Value::Float(_) | Value::Array(_) | Value::Table(_) => None,
    }
}

pub(super) fn condition(value: Option<Value>) -> Result<Condition, String> {
    const FORM: &str =
        "`when` and `unless` are tables of columns and words: `when = { Status = [\"active\"] }`";
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let Value::Table(table) = value else {
        return Err(FORM.to_owned());
    };
    let conditions = table.into_iter().map(|(column, value)| {
        let words = match value {
            Value::Array(items) => items.iter().map(text_of).collect(),
            one => text_of(&one).map(|word| vec![word]),
        };
        let column = Template::parse(&format!("{{{column}}}"))?;
        Ok((column, words.ok_or_else(|| FORM.to_owned())?))
    });
    conditions.collect()
}

/// Whether several rows may tell of one record: of an account they may not unless the map says so.
pub(super) fn merges(kind: Kind, value: Option<Value>) -> Result<bool, String> {
    match value.as_ref().and_then(text_of).as_deref() {
        None if value.is_none() => Ok(!matches!(kind, Kind::Account | Kind::Approval)),
        Some("merge") => Ok(true),
        Some("one") => Ok(false),
        _ => Err("`rows` is `one` or `merge`".to_owned()),
    }
}

/// The key of a record: its `id`, or for records without a name the fields that are its key.
pub(super) fn key_of(
    kind: Kind,
    id: Option<Value>,
    fields: &[FieldRule],
) -> Result<(Template, Option<Template>), String> {
    let parts = key_fields(kind);
    if kind == Kind::Organisation {
        return Ok((Template::parse("")?, None));
    }
    if parts.is_empty() {
        let id = id.as_ref().and_then(text_of);
        let id = id.ok_or("it gives no `id`, the name of the record")?;
        return Ok((Template::parse(&id)?, None));
    }
    if id.is_some() {
        return Err(format!("it has no `id`: {} are its key", parts.join(", ")));
    }
    let mut found = Vec::new();
    for part in parts {
        match fields
            .iter()
            .find(|rule| rule.field.path == *part)
            .map(|rule| &rule.values[..])
        {
            Some([one]) => found.push(one),
            Some(_) => {
                return Err(format!(
                    "`{part}` is one text; a column may hold several values"
                ));
            }
            None if *part == "at" => {}
            None => return Err(format!("it gives no `{part}`, which is needed")),
        }
    }
    let short = (kind == Kind::Assignment).then(|| Template::joined(found.iter().copied().take(2)));
    Ok((Template::joined(found), short))
}

/// The fields that are the key of records without a name.
pub fn key_fields(kind: Kind) -> &'static [&'static str] {
    const APPROVAL: &[&str] = &["account", "action", "on"];
    const ASSIGNMENT: &[&str] = &["principal", "role", "at"];
    if kind == Kind::Approval {
        APPROVAL
    } else if kind == Kind::Assignment {
        ASSIGNMENT
    } else {
        &[]
    }
}

pub(super) fn field_rules(known: &'static [Field], table: Table) -> Result<Vec<FieldRule>, String> {
    let mut rules = Vec::new();
    walk(known, &mut Vec::new(), table, &mut rules)?;
    Ok(rules)
}

/// Finds the field of each key, tables below tables.
fn walk(
    known: &'static [Field],
    above: &mut Vec<String>,
    table: Table,
    rules: &mut Vec<FieldRule>,
) -> Result<(), String> {
    for (key, value) in table {
        above.push(key);
        let fits = |field: &&Field| {
            let path = field.path.split('.').zip(above.iter());
            path.clone()
                .all(|(known, key)| known == "*" || known == key)
        };
        let depth = |field: &Field| field.path.split('.').count();
        let found = known.iter().filter(fits).collect::<Vec<_>>();
        match (
            found.iter().find(|field| depth(field) == above.len()),
            value,
        ) {
            (Some(field), value) => rules.push(rule(field, above, &value)?),
            (None, Value::Table(table)) if found.iter().any(|field| depth(field) > above.len()) => {
                walk(known, above, table, rules)?;
            }
            _ => {
                let said = above.join(".");
                let own = ["id", "rows", "unless", "when"];
                return Err(unknown(
                    &said,
                    known.iter().map(|field| field.path).chain(own),
                ));
            }
        }
        above.pop();
    }
    Ok(())
}

fn rule(field: &'static Field, keys: &[String], value: &Value) -> Result<FieldRule, String> {
    let texts = match value {
        Value::Array(items) if field.is_list => items.iter().map(text_of).collect(),
        one => text_of(one).map(|text| vec![text]),
    };
    let place = |why: &str| format!("`{}`: {why}", field.path);
    let texts: Vec<String> =
        texts.ok_or_else(|| place("it is a text, columns in braces: `{Heading}`"))?;
    let parse = |text: &String| Template::parse(text).map_err(|why| place(&why));
    let keys = keys
        .iter()
        .zip(field.path.split('.'))
        .map(|(key, known)| match known {
            "*" => parse(key),
            known => parse(&known.to_owned()),
        });
    Ok(FieldRule {
        field,
        path: keys.collect::<Result<_, _>>()?,
        values: texts.iter().map(parse).collect::<Result<_, _>>()?,
    })
}
