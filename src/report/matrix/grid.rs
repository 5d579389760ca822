//! A folded matrix as text of a given width, and as Markdown.
//!
//! Headings are whole names where a section has the room, else codes with a legend. A section that is still too
//! wide is shown in several blocks.

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr;

use crate::report::escape;
use crate::report::format::Terminal;
use crate::report::matrix::fold::{Folded, Section};
use crate::report::matrix::mark::ALARMING;
use crate::report::paint;
use crate::report::view::Tone;

/// The heading of what stands behind the cells.
const BEHIND: &str = "BOUNDARY";

/// The narrowest terminal that is kept to.
const NARROWEST: usize = 40;

pub(super) fn text(folded: &Folded, terminal: &Terminal) -> String {
    let width = terminal
        .width
        .map_or(usize::MAX, |w| usize::from(w).max(NARROWEST));
    let mut out = String::new();
    let mut coded = BTreeSet::new();
    for section in &folded.sections {
        let full = has_room_for_names(folded, section, width);
        if !full {
            coded.extend(section.columns.iter().copied());
        }
        out.push_str(&blocks(folded, section, full, width, terminal.color));
        out.push('\n');
    }
    if folded.sections.is_empty() {
        return out;
    }
    for line in legend(folded, &coded, width) {
        out.push_str(&line);
        out.push('\n');
    }
    if out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// Whether a section fits with the whole names of its columns.
fn has_room_for_names(folded: &Folded, section: &Section, width: usize) -> bool {
    let name = name_width(folded, section, width);
    let columns = widths(folded, section, true);
    let behind = section.rows.iter().map(|row| row.2.width());
    let behind = match behind.max().unwrap_or(0) {
        0 => 0,
        widest => widest.max(BEHIND.len()) + 2,
    };
    name + 1 + columns.iter().map(|w| w + 2).sum::<usize>() + behind <= width
}

/// The width of the names, at most half of the line.
fn name_width(folded: &Folded, section: &Section, width: usize) -> usize {
    let names = section.rows.iter().map(|row| row.0.width());
    names
        .max()
        .unwrap_or(0)
        .max(folded.corner.len())
        .min(width / 2)
}

fn head(folded: &Folded, at: usize, full: bool) -> &str {
    let head = &folded.heads[at];
    if full { &head.name } else { &head.code }
}

/// The width of each column of a section.
fn widths(folded: &Folded, section: &Section, full: bool) -> Vec<usize> {
    let columns = section.columns.iter().enumerate();
    columns
        .map(|(at, column)| {
            let cells = section.rows.iter().map(|row| row.1[at].width());
            cells
                .max()
                .unwrap_or(1)
                .max(head(folded, *column, full).width())
        })
        .collect()
}

/// One section: its heading and as many blocks of columns as it takes.
fn blocks(folded: &Folded, section: &Section, full: bool, width: usize, color: bool) -> String {
    let widths = widths(folded, section, full);
    let name = name_width(folded, section, width);
    let total: usize = widths.iter().sum();
    let gap = if name + 1 + total + 2 * widths.len() <= width {
        2
    } else {
        1
    };
    let mut out = paint::bold(&escape::cut(&section.heading, width), color) + "\n";
    let mut from = 0;
    loop {
        let mut to = from;
        let mut used = name + 1;
        while to < widths.len() && (to == from || used + gap + widths[to] <= width) {
            used += gap + widths[to];
            to += 1;
        }
        if from > 0 {
            out.push('\n');
        }
        let last = to == widths.len();
        let room = width.saturating_sub(used + 2);
        let range = from..to;
        let heads = range
            .clone()
            .map(|at| head(folded, section.columns[at], full));
        let behind = if last && section.rows.iter().any(|row| !row.2.is_empty()) {
            BEHIND
        } else {
            ""
        };
        let cells: Vec<&str> = heads.collect();
        let line = Line {
            name: folded.corner,
            cells: &cells,
            behind,
        };
        out.push_str(&line.laid_out(name, &widths[range.clone()], gap, room, None));
        for row in &section.rows {
            let cells: Vec<&str> = row.1[range.clone()].iter().map(String::as_str).collect();
            let line = Line {
                name: &row.0,
                cells: &cells,
                behind: if last { &row.2 } else { "" },
            };
            out.push_str(&line.laid_out(name, &widths[range.clone()], gap, room, Some(color)));
        }
        if last {
            return out;
        }
        from = to;
    }
}

struct Line<'a> {
    name: &'a str,
    cells: &'a [&'a str],
    behind: &'a str,
}

impl Line<'_> {
    /// `color` is `None` for a heading.
    fn laid_out(
        &self,
        name: usize,
        widths: &[usize],
        gap: usize,
        room: usize,
        color: Option<bool>,
    ) -> String {
        let mut out = padded(&escape::cut(self.name, name), name);
        out.push(' ');
        for (cell, width) in self.cells.iter().zip(widths) {
            out.push_str(&" ".repeat(gap));
            let tone = match *cell {
                "." => Some(Tone::Muted),
                cell if cell.contains(ALARMING) => Some(Tone::Warning),
                _ => None,
            };
            let cell = padded(cell, *width);
            match (tone, color) {
                (Some(tone), Some(color)) => out.push_str(&paint::toned(&cell, tone, color)),
                (None, _) | (_, None) => out.push_str(&cell),
            }
        }
        if !self.behind.is_empty() {
            out.push_str("  ");
            out.push_str(&escape::cut(self.behind, room.max(8)));
        }
        out.truncate(out.trim_end().len());
        out + "\n"
    }
}

fn padded(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// The codes that were used, the letters, the notes.
fn legend(folded: &Folded, coded: &BTreeSet<usize>, width: usize) -> Vec<String> {
    let codes = coded.iter().map(|at| folded.heads[*at].code.width());
    let code_width = codes.max().unwrap_or(0);
    let item = |at: &usize| {
        let head = &folded.heads[*at];
        (head.code.clone(), head.meaning.clone())
    };
    let items: Vec<(String, String)> = coded.iter().map(item).collect();
    let mut lines = in_columns(&items, code_width, width);
    if !folded.letters.is_empty() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let letters = folded
            .letters
            .iter()
            .map(|(letter, word)| format!("{letter} {word}"));
        lines.extend(flowing(letters, width));
    }
    lines.extend(folded.notes.iter().cloned());
    lines
}

/// `CODE meaning` in as many columns as fit, read downwards.
fn in_columns(items: &[(String, String)], code: usize, width: usize) -> Vec<String> {
    let texts: Vec<String> = items
        .iter()
        .map(|(short, long)| escape::cut(&format!("{} {long}", padded(short, code)), width))
        .collect();
    let widest = texts.iter().map(|text| text.width()).max().unwrap_or(0);
    let columns = (width.min(200).saturating_add(3) / (widest + 3)).clamp(1, 4);
    let height = texts.len().div_ceil(columns);
    (0..height)
        .map(|line| {
            let row = texts.iter().skip(line).step_by(height.max(1));
            let row: Vec<String> = row.map(|text| padded(text, widest)).collect();
            row.join("   ").trim_end().to_owned()
        })
        .collect()
}

/// Items one after the other, three blanks between, on lines that fit.
fn flowing(items: impl Iterator<Item = String>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if line.width() + 3 + item.width() <= width.min(200) => {
                line.push_str("   ");
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    lines
}

/// A heading, a table and, at the end, the legend. Names in full: a page can be scrolled.
pub(super) fn markdown(folded: &Folded) -> String {
    let mut out = String::new();
    for section in &folded.sections {
        out.push_str(&format!("### {}\n\n", escape::markdown(&section.heading)));
        let places = section.rows.iter().any(|row| !row.2.is_empty());
        let heads = section
            .columns
            .iter()
            .map(|at| folded.heads[*at].name.as_str());
        let mut first: Vec<&str> = std::iter::once(folded.corner).chain(heads).collect();
        first.extend(places.then_some(BEHIND));
        out.push_str(&row(&first));
        out.push_str(&row(&vec!["---"; first.len()]));
        for (name, cells, behind) in &section.rows {
            let cells = cells
                .iter()
                .map(|cell| if cell == "." { "" } else { cell.as_str() });
            let mut line: Vec<&str> = std::iter::once(name.as_str()).chain(cells).collect();
            line.extend(places.then_some(behind.as_str()));
            out.push_str(&row(&line));
        }
        out.push('\n');
    }
    if folded.sections.is_empty() {
        return out;
    }
    let letters: Vec<String> = folded
        .letters
        .iter()
        .map(|(l, word)| format!("{l} {word}"))
        .collect();
    let notes = (!letters.is_empty()).then(|| letters.join(", "));
    for note in notes.iter().chain(&folded.notes) {
        out.push_str(&escape::markdown(note));
        out.push('\n');
    }
    if out.ends_with("\n\n") {
        out.pop();
    }
    out
}

fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| escape::markdown(cell)).collect();
    format!("| {} |\n", cells.join(" | "))
}
