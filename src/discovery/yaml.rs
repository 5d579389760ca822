//! YAML by its lines and their indent: no anchors, no types, nothing made of what is read.

use super::entry::{Entries, is_key, unquoted};
use super::flow;
use super::form::Form;
use super::lines::{self, Lines};
use super::means::Means;
use super::words;

/// How deep tables are followed.
const DEEPEST: usize = 64;

/// A table or an item that is open.
struct Open<'t> {
    indent: usize,
    /// None for an item of a list.
    name: Option<&'t str>,
    group: usize,
}

/// Reads names and values by their indent.
pub(super) fn read<'t>(text: &'t str, entries: &mut Entries<'t>) {
    let mut open: Vec<Open<'t>> = Vec::new();
    let mut lines = Lines::new(text);
    while let Some(line) = lines.next() {
        let mut rest = line.trim_start();
        let mut indent = line.len() - rest.len();
        if rest.is_empty() || rest.starts_with('#') || rest.starts_with("---") {
            continue;
        }
        open.retain(|it| {
            it.indent < indent || it.indent == indent && it.name.is_some() && rest.starts_with('-')
        });
        while let Some(item) = rest.strip_prefix("- ").filter(|_| open.len() <= DEEPEST) {
            let group = entries.place(rest) + 1;
            let name = None;
            open.retain(|it| it.indent < indent || it.name.is_some());
            open.push(Open {
                indent,
                name,
                group,
            });
            let inner = item.trim_start();
            indent += rest.len() - inner.len();
            rest = inner;
        }
        if open.len() > DEEPEST {
            return;
        }
        match pair(rest) {
            Some((key, value)) => entry(
                key,
                value.trim(),
                indent,
                text,
                &mut lines,
                &mut open,
                entries,
            ),
            None => item(rest, &open, entries),
        }
    }
}

/// What a key holds: a table, a block of lines, something in braces, or a value.
fn entry<'t>(
    key: &'t str,
    value: &'t str,
    indent: usize,
    text: &'t str,
    lines: &mut Lines<'t>,
    open: &mut Vec<Open<'t>>,
    entries: &mut Entries<'t>,
) {
    let group = entries.place(key) + 1;
    let section: Vec<&'t str> = open.iter().filter_map(|it| it.name).collect();
    let mut groups = open.iter().rev().map(|it| it.group);
    let groups = (groups.next().unwrap_or(0), groups.next().unwrap_or(0));
    let bare = value.split('#').next().unwrap_or_default().trim();
    let name = Some(key);
    if bare.starts_with(['|', '>']) {
        let block = block(text, entries.place(value), indent);
        let inner = Means::of(&words::split(key)).is_none();
        let before = entries.all.len();
        if inner {
            // A file in a file, as a map of configurations holds them.
            lines::read(block, Form::Env, entries);
            entries.all[before..]
                .iter_mut()
                .for_each(|it| it.group += group);
        } else {
            entries.push(&section, groups, key, block);
        }
        lines.go_behind(block);
    } else if bare.is_empty() {
        // How a cluster says that a value is kept elsewhere.
        if key == "valueFrom" {
            entries.push(&section, groups, "value", "${}");
        } else if !deeper(text, entries.place(value), indent) {
            entries.push(&section, groups, key, "");
        }
        open.push(Open {
            indent,
            name,
            group,
        });
    } else if bare.starts_with(['{', '[']) && !bare.starts_with("{{") {
        let mut below = section;
        below.push(key);
        flow::read(value, &below, entries);
    } else {
        let value = lines.value(value, Form::Yaml);
        entries.push(&section, groups, key, value);
    }
}

/// `key: value`; a colon within a word is none.
fn pair(line: &str) -> Option<(&str, &str)> {
    let from = match line.as_bytes().first()? {
        quote @ (b'"' | b'\'') => 2 + line[1..].find(char::from(*quote))?,
        _ => 0,
    };
    let ends = |at: &usize| {
        let behind = line.as_bytes().get(at + 1);
        behind.is_none_or(|b| b.is_ascii_whitespace())
    };
    let mut colons = line[from..].match_indices(':').map(|(at, _)| from + at);
    let at = colons.find(ends)?;
    let key = unquoted(&line[..at]);
    is_key(key).then(|| (key, &line[at + 1..]))
}

/// An item of a list that is an assignment: `- KEY=value`. What stands beside it in the list belongs to it.
fn item<'t>(line: &'t str, open: &[Open<'t>], entries: &mut Entries<'t>) {
    if open.last().is_none_or(|it| it.name.is_some()) {
        return;
    }
    let section: Vec<&'t str> = open.iter().filter_map(|it| it.name).collect();
    let group = open.iter().rev().nth(1).map_or(0, |it| it.group);
    if let Some((key, value)) = unquoted(line).split_once('=') {
        let value = match line.starts_with(['"', '\'']) {
            true => value,
            false => value.split(" #").next().unwrap_or_default().trim(),
        };
        entries.push(&section, (group, 0), key, unquoted(value));
    }
}

/// The lines below a place that are indented deeper.
fn block(text: &str, at: usize, indent: usize) -> &str {
    let rest = &text[at..];
    let start = at + rest.find('\n').map_or(rest.len(), |end| end + 1);
    let mut end = start;
    for line in text[start..].split_inclusive('\n') {
        let deep = line.len() - line.trim_start().len();
        if !line.trim().is_empty() && deep <= indent {
            break;
        }
        end += line.len();
    }
    &text[start..end]
}

/// Whether the next line that holds something is indented deeper, or is an item of a list.
fn deeper(text: &str, at: usize, indent: usize) -> bool {
    let rest = text[at..].lines().skip(1);
    let mut held = rest.filter(|line| !line.trim().is_empty());
    held.next().is_some_and(|line| {
        let inner = line.trim_start();
        line.len() - inner.len() > indent || inner.starts_with("- ")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Vec<(String, &str, &str, usize)> {
        let mut entries = Entries::new(text);
        read(text, &mut entries);
        let all = entries.all.into_iter();
        all.map(|it| (it.section.join("."), it.key, it.value, it.group))
            .collect()
    }

    #[test]
    fn what_is_indented_stands_below() {
        let text = "services:\n  sync:\n    environment:\n      - A=b\n      - C=d # e\n  other:\n    x: \"y\"\n\
                    env:\n- name: N\n  value: V\n- name: M\n  valueFrom:\n    secretKeyRef: {name: s, key: k}\n\
                    flow: {user: u, pass: 'p'}\n";
        let found = read_all(text);
        let plain: Vec<_> = found
            .iter()
            .map(|(s, k, v, _)| (s.as_str(), *k, *v))
            .collect();
        assert_eq!(
            plain,
            [
                ("services.sync.environment", "A", "b"),
                ("services.sync.environment", "C", "d"),
                ("services.other", "x", "y"),
                ("env", "name", "N"),
                ("env", "value", "V"),
                ("env", "name", "M"),
                ("env", "value", "${}"),
                ("env.valueFrom.secretKeyRef", "name", "s"),
                ("env.valueFrom.secretKeyRef", "key", "k"),
                ("flow", "user", "u"),
                ("flow", "pass", "p"),
            ]
        );
        assert_eq!(found[0].3, found[1].3);
        assert_eq!(found[3].3, found[4].3);
        assert_ne!(found[3].3, found[5].3);
    }

    #[test]
    fn a_block_is_the_value_of_a_secret_and_a_file_of_its_own_else() {
        let text = "data:\n  app.env: |\n    A=b\n    C=d\n  token: |\n    x=y\n  z: 1\n";
        let found = read_all(text);
        let plain: Vec<_> = found.iter().map(|(_, k, v, _)| (*k, *v)).collect();
        assert_eq!(
            plain,
            [("A", "b"), ("C", "d"), ("token", "    x=y\n"), ("z", "1")]
        );
    }

    #[test]
    fn what_is_no_yaml_ends() {
        for text in [
            "- - - -",
            "a: |",
            "'",
            "\"a",
            "a: {",
            ":",
            "- ",
            "é: é",
            "a:\n\tb: c",
            "? a",
        ] {
            read_all(text);
        }
        read_all(&"- ".repeat(1000));
    }
}
