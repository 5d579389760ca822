//! Views as CSV and TSV: a heading line of keys, then one line a row, each ended by a line feed.

use crate::report::escape;
use crate::report::view::View;

pub fn csv(view: &View) -> String {
    delimited(view, ",", escape::csv)
}

pub fn tsv(view: &View) -> String {
    delimited(view, "\t", escape::tsv)
}

/// The items of a list stand in one cell, `; ` between them.
fn delimited(view: &View, between: &str, escape: fn(&str) -> String) -> String {
    let names = view.columns.iter().map(|column| escape(&column.name));
    let mut out = names.collect::<Vec<_>>().join(between) + "\n";
    for row in &view.rows {
        let cells = view.cells(row).map(|cell| escape(&cell.joined("; ")));
        out.push_str(&cells.collect::<Vec<_>>().join(between));
        out.push('\n');
    }
    out
}
