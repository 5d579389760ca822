//! Views as Markdown tables (the GitHub dialect). Stored text never becomes markup.

use crate::report::escape;
use crate::report::view::{Align, View};

pub fn table(view: &View) -> String {
    if view.rows.is_empty() {
        return String::new();
    }
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let titles = view.columns.iter().map(|c| escape::markdown(&c.title));
    let rule = view.columns.iter().map(|c| match c.align {
        Align::Left => "---".to_owned(),
        Align::Right => "---:".to_owned(),
    });
    let mut out = line(titles.collect()) + &line(rule.collect());
    for row in &view.rows {
        let cells = view.cells(row);
        out.push_str(&line(
            cells
                .map(|cell| escape::markdown(&cell.joined(", ")))
                .collect(),
        ));
    }
    out
}
