//! That TOML read in one pass gives the tree that the whole parser gives, and that all else is left to it.

use toml::Spanned;
use toml::de::DeTable;

use crate::manifest::plain::parse;
use crate::manifest::tokens::Tokens;
use crate::manifest::tree::{Table, Value};

const TEXTS: &[&str] = &[
    "[a.b]\nx = 1\ny = 'l' # c\n\n[a.b.c]\nz = 1.5e3\n[[a.b.d]]\nv = true\n[[a.b.d]]\nv = [1, [2], {q = 0x1F}]\n",
    "[a.\"b/c\"]\nx.y = 2027-10-31\nx.z = 2027-10-31 10:00:00Z\nt = 07:30:00\ni = { p = \"\\u00e9\", q = [] }\n",
    "# top\n[a]\r\nm = \"\"\"\nx\\\n  y\"\"\"\nn = '''k'''\nl = [\n 1, # one\n -2_0,\n]\n[a.b]\n[[w]]\n[w.x]\nf = -inf\n",
    "\u{feff}[[w]]\nk = \"\u{e9}\"\n[[w]]\n[a.b]\no = {}\n[a.d.e]\nx = { y = { z = 1 } }\n",
];

/// Whether the text is read here; where it is, to the tree that the whole parser gives.
fn agrees(text: &str) -> bool {
    let tokens = Tokens::of(text).finish();
    let all = tokens.within(0, text.len() as u32);
    let Some(plain) = parse(text, all, 0..text.len()) else {
        return false;
    };
    let (whole, errors) = DeTable::parse_recoverable(text);
    assert!(errors.is_empty(), "{text:?}: {errors:?}");
    let whole = Table::from(whole.into_inner());
    let (plain, whole) = (flat(&plain, ""), flat(&whole, ""));
    assert_eq!(plain, whole, "{text:?}");
    true
}

/// Every value with its path and its spans, sorted.
fn flat(table: &Table<'_>, above: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (key, value) in table.iter() {
        let path = format!("{above}.{:?}@{:?}", key.get_ref(), key.span());
        flat_value(value, &path, &mut out);
    }
    out.sort();
    out
}

fn flat_value(value: &Spanned<Value<'_>>, path: &str, out: &mut Vec<String>) {
    let span = value.span();
    match value.get_ref() {
        Value::Table(table) => {
            out.push(format!("{path} table {span:?}"));
            out.extend(flat(table, path));
        }
        Value::Array(list) | Value::Tables(list) => {
            out.push(format!("{path} list {span:?}"));
            for (at, value) in list.iter().enumerate() {
                flat_value(value, &format!("{path}[{at}]"), out);
            }
        }
        value => out.push(format!("{path} {value:?} {span:?}")),
    }
}

#[test]
fn what_is_plain_is_read_as_the_whole_parser_reads_it() {
    for text in TEXTS {
        assert!(agrees(text), "{text:?}");
    }
}

/// Every text with a stretch taken out, doubled, or replaced: most are faulty, and none may be read otherwise.
#[test]
fn what_is_faulty_is_left_to_the_whole_parser() {
    let pieces = [
        "", "\n", ".", "=", "\"", "'", "[", "]", "{", "}", ",", "\r", "#", "x", " = 1\n", "[a]\n",
        "\u{1}",
    ];
    let mut read = 0;
    for text in TEXTS {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for (&from, length) in places.iter().flat_map(|at| [(at, 0), (at, 1), (at, 6)]) {
            let Some(rest) = text.get(from + length..) else {
                continue;
            };
            for piece in pieces {
                read += usize::from(agrees(&format!("{}{piece}{rest}", &text[..from])));
            }
            let twice = &text[from..from + length];
            read += usize::from(agrees(&format!("{}{twice}\n{twice}{rest}", &text[..from])));
        }
    }
    assert!(read > 1_000, "{read} texts were read");
}
