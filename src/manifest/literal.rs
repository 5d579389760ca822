//! Values as TOML text: quoting, numbers, lists and inline tables.

use serde_json::{Map, Value};

use crate::model::text::is_unsafe;

/// The widest line that a list is kept on, in characters.
const WIDEST: usize = 100;

/// A key, in quotes only where it needs them.
pub(super) fn key(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.is_empty() && key.chars().all(bare) {
        key.to_owned()
    } else {
        string(key)
    }
}

/// A dotted path of keys.
pub(super) fn path(keys: &[&str]) -> String {
    keys.iter()
        .map(|part| key(part))
        .collect::<Vec<_>>()
        .join(".")
}

/// A string on one line.
pub(super) fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        push_escaped(&mut out, c, c == '"');
    }
    out.push('"');
    out
}

/// A string over several lines, as people write instructions.
fn lines(text: &str) -> String {
    let mut out = String::from("\"\"\"\n");
    let mut quotes = 0;
    let last = text.chars().count().saturating_sub(1);
    for (at, c) in text.chars().enumerate() {
        if c == '\n' {
            out.push('\n');
            quotes = 0;
            continue;
        }
        quotes = if c == '"' { quotes + 1 } else { 0 };
        let escape = quotes == 3 || (c == '"' && at == last);
        if escape {
            quotes = 0;
        }
        push_escaped(&mut out, c, escape);
    }
    out.push_str("\"\"\"");
    out
}

fn push_escaped(out: &mut String, c: char, escape_quote: bool) {
    match c {
        '"' if escape_quote => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        c if is_unsafe(c) && u32::from(c) > 0xffff => {
            out.push_str(&format!("\\U{:08X}", u32::from(c)));
        }
        c if is_unsafe(c) => out.push_str(&format!("\\u{:04X}", u32::from(c))),
        c => out.push(c),
    }
}

/// A value on one line. JSON's null, which TOML lacks, is left out of lists and tables.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Null => string(""),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => format!("{float:?}"),
            None => number.to_string(),
        },
        Value::String(text) => string(text),
        Value::Array(items) => format!("[{}]", items_of(items).join(", ")),
        Value::Object(map) => table(map),
    }
}

fn items_of(items: &[Value]) -> Vec<String> {
    items
        .iter()
        .filter(|item| !item.is_null())
        .map(inline)
        .collect()
}

fn table(map: &Map<String, Value>) -> String {
    let entries: Vec<_> = map
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| format!("{} = {}", key(name), inline(value)))
        .collect();
    if entries.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{ {} }}", entries.join(", "))
    }
}

/// `key = value` with its line end; long lists one item a line, long texts as they are.
pub(super) fn entry(name: &str, value: &Value) -> String {
    let name = key(name);
    match value {
        Value::String(text) if text.contains('\n') && !text.contains('\r') => {
            format!("{name} = {}\n", lines(text))
        }
        Value::Array(items) => {
            let short = inline(value);
            if name.len() + 3 + short.chars().count() <= WIDEST || items.len() < 2 {
                return format!("{name} = {short}\n");
            }
            let items: String = items_of(items)
                .iter()
                .map(|item| format!("  {item},\n"))
                .collect();
            format!("{name} = [\n{items}]\n")
        }
        _ => format!("{name} = {}\n", inline(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str) {
        let toml = entry("x", &Value::from(text));
        let table: toml::Table = toml.parse().unwrap_or_else(|e| panic!("{toml}: {e}"));
        assert_eq!(table["x"].as_str(), Some(text), "{toml}");
    }

    #[test]
    fn every_text_reads_back_as_itself() {
        for text in [
            "",
            "plain",
            "\"",
            "\"\"\"",
            "'''",
            "a\\b",
            "two\nlines",
            "\n",
            "\n\"\"\"\"\"\"\n",
            "end\n\"",
            "\\\n",
            "tab\tcr\r\n",
            "\u{202e}evil",
            "\u{1b}[2J",
            "😀 ü",
            "trailing \n  space ",
            "\"\"\n\"\"",
        ] {
            round_trip(text);
        }
    }

    #[test]
    fn what_misleads_the_eye_is_written_escaped() {
        for c in [
            '\u{61c}',
            '\u{ad}',
            '\u{200b}',
            '\u{2060}',
            '\u{206f}',
            '\u{e0041}',
        ] {
            let text = format!("a{c}b");
            round_trip(&text);
            assert!(string(&text).is_ascii(), "{c:?}");
        }
    }

    #[test]
    fn a_key_is_quoted_only_where_it_must_be() {
        assert_eq!(key("a-b_1"), "a-b_1");
        assert_eq!(path(&["boundary", "femo/x"]), "boundary.\"femo/x\"");
        assert_eq!(key(""), "\"\"");
    }

    #[test]
    fn numbers_keep_their_kind() {
        for (value, text) in [
            (Value::from(1), "1"),
            (Value::from(1.0), "1.0"),
            (Value::from(1e300), "1e300"),
        ] {
            assert_eq!(inline(&value), text);
        }
    }
}
