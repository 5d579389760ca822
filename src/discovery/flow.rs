//! JSON, and what is written like it within TOML and YAML: names and values in braces, read leniently in one pass.

use super::entry::{Entries, is_key};
use crate::model::text::floor;

/// How deep braces are followed.
const DEEPEST: usize = 64;

/// What is open: a name, or none for a list.
struct Open<'t> {
    name: Option<&'t str>,
    group: usize,
    is_list: bool,
}

/// Reads names and values; what is no JSON is passed over.
pub(super) fn read<'t>(text: &'t str, above: &[&'t str], entries: &mut Entries<'t>) {
    let mut open: Vec<Open<'t>> = Vec::new();
    let mut key: Option<&'t str> = None;
    let mut at = 0;
    while let Some(b) = text.as_bytes().get(at).copied() {
        match b {
            b'{' | b'[' => {
                if open.len() == DEEPEST {
                    return;
                }
                let group = entries.place(&text[at..]) + 1;
                let is_list = b == b'[';
                let name = key.take();
                open.push(Open {
                    name,
                    group,
                    is_list,
                });
                at += 1;
            }
            b'}' | b']' => {
                open.pop();
                key = None;
                at += 1;
                if open.is_empty() {
                    return;
                }
            }
            b',' | b'\n' => {
                if b == b',' {
                    key = None;
                }
                at += 1;
            }
            b'/' if text[at..].starts_with("//") => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
            }
            _ if b.is_ascii_whitespace() || b == b':' || b == b'=' => at += 1,
            _ => {
                let (word, end) = word(text, at);
                let behind = text[end..].trim_start_matches([' ', '\t', '\r', '\n']);
                let names = behind.starts_with([':', '=']) && is_key(word);
                match key {
                    None if names => key = Some(word),
                    Some(name) => {
                        note(name, word, above, &open, entries);
                        key = None;
                    }
                    None => item(word, above, &open, entries),
                }
                at = end;
            }
        }
    }
}

fn note<'t>(
    key: &'t str,
    value: &'t str,
    above: &[&'t str],
    open: &[Open<'t>],
    entries: &mut Entries<'t>,
) {
    let mut section = above.to_vec();
    section.extend(open.iter().filter_map(|it| it.name));
    // A list is no table: what stands around it is what the table lies in.
    let mut tables = open.iter().rev().filter(|it| !it.is_list);
    let mut group = || tables.next().map_or(0, |it| it.group);
    let groups = (group(), group());
    entries.push(&section, groups, key, value);
}

/// An item of a list that is an assignment: `"KEY=value"`.
fn item<'t>(word: &'t str, above: &[&'t str], open: &[Open<'t>], entries: &mut Entries<'t>) {
    if open.last().is_some_and(|it| it.is_list)
        && let Some((key, value)) = word.split_once('=')
    {
        note(key, value, above, open, entries);
    }
}

/// A word from `at` on: what stands in quotes, or up to what ends it. Where it ends, too.
fn word(text: &str, at: usize) -> (&str, usize) {
    let bytes = text.as_bytes();
    let quote = bytes[at];
    if matches!(quote, b'"' | b'\'') {
        let mut end = at + 1;
        while end < bytes.len() && bytes[end] != quote {
            end += if bytes[end] == b'\\' && quote == b'"' {
                2
            } else {
                1
            };
        }
        let end = floor(text, end);
        return (&text[(at + 1).min(end)..end], (end + 1).min(text.len()));
    }
    let ends = |c: char| matches!(c, ',' | '{' | '}' | '[' | ']' | ':' | '=' | '\n' | '"');
    let rest = &text[at..];
    let first = rest.chars().next().map_or(1, char::len_utf8);
    let long = rest[first..]
        .find(ends)
        .map_or(rest.len(), |end| first + end);
    (rest[..long].trim_end(), at + long)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Vec<(String, &str, &str, usize)> {
        let mut entries = Entries::new(text);
        read(text, &[], &mut entries);
        let all = entries.all.into_iter();
        all.map(|it| (it.section.join("."), it.key, it.value, it.group))
            .collect()
    }

    #[test]
    fn names_and_values_are_read_wherever_the_line_ends() {
        let text = r#"{"cmms":{"url":"https://x","user":
            "u\"v","n":1},"env":["A=b",{"name":"N","value":"V"}], bare: word}"#;
        let found = read_all(text);
        let plain: Vec<_> = found
            .iter()
            .map(|(s, k, v, _)| (s.as_str(), *k, *v))
            .collect();
        assert_eq!(
            plain,
            [
                ("cmms", "url", "https://x"),
                ("cmms", "user", "u\\\"v"),
                ("cmms", "n", "1"),
                ("env", "A", "b"),
                ("env", "name", "N"),
                ("env", "value", "V"),
                ("", "bare", "word"),
            ]
        );
        assert_eq!(found[4].3, found[5].3);
        assert_ne!(found[0].3, found[4].3);
    }

    #[test]
    fn what_is_no_json_ends() {
        for text in [
            "{\"a",
            "{\"a\\",
            "[[[",
            "\"é",
            "{a:",
            "}{",
            "é{é:é}",
            "{\"a\":\"é\\",
            "/",
        ] {
            read_all(text);
        }
        read_all(&"[".repeat(100_000));
    }
}
