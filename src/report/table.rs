//! Views as aligned columns for people: a heading, two blanks between columns, no borders.
//!
//! comfy-table lays the cells out; it is built without a terminal of its own, so the width and the colour are ours.
//! Colour has to survive its wrapping: each character of a toned cell is followed by a marker without width (which no
//! escaped text can hold), and the markers become escape codes when the lines stand.

use std::borrow::Cow;

use comfy_table::{
    Cell as Laid, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width,
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report::escape;
use crate::report::format::Terminal;
use crate::report::paint;
use crate::report::view::{Align, Cell, Tone, View};

/// The most columns of one cell; the layout counts in 16 bits.
const WIDEST: usize = 4000;

/// Marker and tone; the last is for headings.
const MARKS: [(char, Option<Tone>); 5] = [
    ('\u{2061}', Some(Tone::Good)),
    ('\u{2062}', Some(Tone::Warning)),
    ('\u{2063}', Some(Tone::Error)),
    ('\u{2064}', Some(Tone::Muted)),
    ('\u{2060}', None),
];

/// The table, or nothing where there is no row; notes below it.
pub fn table(view: &View, terminal: &Terminal) -> String {
    let mut out = String::new();
    if view.rows.is_empty() || view.columns.is_empty() {
        return out;
    }
    let fitted = fitted(view, terminal.width);
    for line in laid_out(&fitted, terminal).lines() {
        out.push_str(&painted(line.trim_end_matches(' ')));
        out.push('\n');
    }
    if !fitted.notes.is_empty() {
        out.push('\n');
    }
    for note in &fitted.notes {
        out.push_str(&escape::lines(note));
        out.push('\n');
    }
    out
}

/// The columns that a column of the view would take if there were room for all of it.
fn natural(view: &View, at: usize) -> usize {
    let cells = view.rows.iter().filter_map(|row| row.get(at));
    let widths = cells.map(|cell| escape::terminal(&cell.shortened(", ")).width());
    let title = view
        .columns
        .get(at)
        .map_or(0, |column| column.title.width());
    widths.max().unwrap_or(0).max(title)
}

/// The view without the spare columns that a narrow terminal has no room for, and a note that says so.
fn fitted(view: &View, width: Option<u16>) -> Cow<'_, View> {
    let Some(width) = width.map(usize::from) else {
        return Cow::Borrowed(view);
    };
    let widths: Vec<usize> = (0..view.columns.len())
        .map(|at| natural(view, at))
        .collect();
    let mut kept: Vec<usize> = (0..view.columns.len()).collect();
    let needed = |kept: &[usize]| {
        kept.iter()
            .map(|at| widths[*at] + 2)
            .sum::<usize>()
            .saturating_sub(2)
    };
    let mut left_out = Vec::new();
    while needed(&kept) > width
        && let Some(at) = kept.iter().rposition(|at| view.columns[*at].spare)
    {
        left_out.insert(0, view.columns[kept.remove(at)].name.as_str());
    }
    if left_out.is_empty() {
        return Cow::Borrowed(view);
    }
    let missing = Cell::missing();
    let row = |row: &Vec<Cell>| {
        kept.iter()
            .map(|at| row.get(*at).unwrap_or(&missing).clone())
            .collect()
    };
    let mut notes = view.notes.clone();
    notes.push(format!(
        "left out for want of room: {} (--format csv has all)",
        left_out.join(", ")
    ));
    Cow::Owned(View {
        kind: view.kind,
        columns: kept.iter().map(|at| view.columns[*at].clone()).collect(),
        rows: view.rows.iter().map(row).collect(),
        notes,
    })
}

fn laid_out(view: &View, terminal: &Terminal) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    match terminal.width {
        Some(width) => table
            .set_width(width.max(20))
            .set_content_arrangement(ContentArrangement::Dynamic),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    let mark = |text: &str, tone: Option<Tone>| {
        let text = escape::cut(text, WIDEST);
        if terminal.color {
            marked(&text, tone)
        } else {
            text
        }
    };
    let titles = view.columns.iter().map(|column| {
        let title = mark(&escape::terminal(&column.title).to_uppercase(), None);
        Laid::new(title).set_alignment(side(column.align))
    });
    table.set_header(titles.collect::<Vec<_>>());
    for row in &view.rows {
        let cells = view.columns.iter().zip(view.cells(row));
        let cells = cells.map(|(column, cell)| {
            let text = escape::terminal(&cell.shortened(", "));
            let text = match cell.tone {
                Some(tone) => mark(&text, Some(tone)),
                None => escape::cut(&text, WIDEST),
            };
            Laid::new(text).set_alignment(side(column.align))
        });
        table.add_row(cells.collect::<Vec<_>>());
    }
    let last = view.columns.len().saturating_sub(1);
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if at == last { 0 } else { 2 }));
        // A name is of use only whole: the others wrap for it.
        if at == 0
            && let Some(width) = terminal.width
        {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(
                natural(view, 0).min(usize::from(width) * 3 / 5) as u16 + 2,
            )));
        }
    }
    table
}

fn side(align: Align) -> CellAlignment {
    match align {
        Align::Left => CellAlignment::Left,
        Align::Right => CellAlignment::Right,
    }
}

/// The text with its marker behind each character that has a width.
fn marked(text: &str, tone: Option<Tone>) -> String {
    let marker = MARKS.iter().find(|(_, of)| *of == tone).map(|(c, _)| *c);
    let mut out = String::with_capacity(text.len() * 4);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        // A combining mark stays with its letter; at a blank the line may break, and the blank goes.
        if c != ' ' && chars.peek().is_none_or(|next| next.width() != Some(0)) {
            out.extend(marker);
        }
    }
    out
}

/// A laid-out line with its markers turned into escape codes.
fn painted(line: &str) -> String {
    let tone_of = |c: char| MARKS.iter().find(|(marker, _)| *marker == c);
    let mut out = String::with_capacity(line.len());
    let mut run = String::new();
    let mut chars = line.chars().peekable();
    let mut current = None;
    while let Some(c) = chars.next() {
        if tone_of(c).is_some() {
            continue;
        }
        run.push(c);
        while chars
            .peek()
            .is_some_and(|next| next.width() == Some(0) && tone_of(*next).is_none())
        {
            run.extend(chars.next());
        }
        let mark = chars
            .peek()
            .and_then(|next| tone_of(*next))
            .map(|(marker, _)| *marker);
        if mark.is_some() {
            chars.next();
        }
        if mark != current {
            if current.is_some() {
                out.push_str(paint::RESET);
            }
            if let Some((_, tone)) = mark.and_then(tone_of) {
                out.push_str(tone.map_or(paint::BOLD, paint::code));
            }
            current = mark;
        }
        out.push_str(&run);
        run.clear();
    }
    if current.is_some() {
        out.push_str(paint::RESET);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::view::{Cell, Column};
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    fn accounts() -> View {
        let mut view = View::new(
            "account-list",
            vec![
                Column::new("account"),
                Column::new("purpose"),
                Column::new("days").right(),
            ],
        );
        let bad = Cell::text("read work orders for the night shift").tone(Tone::Error);
        view.rows = vec![
            vec![Cell::text("etl"), bad, Cell::number(-3)],
            vec![
                Cell::text("importer-two"),
                Cell::missing(),
                Cell::number(14),
            ],
        ];
        view
    }

    #[test]
    fn a_pipe_gets_one_line_a_row() {
        snapbox::assert_data_eq!(
            table(&accounts(), &Terminal::PIPE),
            snapbox::str![[r#"
ACCOUNT       PURPOSE                               DAYS
etl           read work orders for the night shift    -3
importer-two                                          14

"#]]
        );
    }

    #[test]
    fn a_terminal_gets_lines_that_fit() {
        let mut view = accounts();
        view.notes.push("two accounts".to_owned());
        let terminal = Terminal {
            width: Some(40),
            color: false,
        };
        snapbox::assert_data_eq!(
            table(&view, &terminal),
            snapbox::str![[r#"
ACCOUNT       PURPOSE               DAYS
etl           read work orders for    -3
              the night shift
importer-two                          14

two accounts

"#]]
        );
    }

    #[test]
    fn colour_survives_wrapping_and_takes_no_room() {
        let plain = Terminal {
            width: Some(40),
            color: false,
        };
        let color = Terminal {
            width: Some(40),
            color: true,
        };
        let painted = table(&accounts(), &color);
        assert!(painted.contains("\u{1b}[31mread\u{1b}[0m "), "{painted:?}");
        let mut bare = painted;
        for (_, tone) in MARKS {
            bare = bare.replace(tone.map_or(paint::BOLD, paint::code), "");
        }
        assert_eq!(bare.replace(paint::RESET, ""), table(&accounts(), &plain));
    }

    #[test]
    fn nothing_to_show_is_nothing() {
        let mut view = accounts();
        view.rows.clear();
        assert_eq!(table(&view, &Terminal::PIPE), "");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_at_any_width_is_laid_out(
            texts in prop::collection::vec(any::<String>(), 1..12),
            columns in 1usize..6,
            width in prop::option::of(0u16..120),
            color: bool,
        ) {
            let mut view = View::new("any", (0..columns).map(|at| Column::new(format!("c{at}"))).collect());
            view.rows = texts
                .chunks(columns)
                .map(|row| row.iter().map(|text| Cell::text(text).tone(Tone::Good)).collect())
                .collect();
            let out = table(&view, &Terminal { width, color });
            prop_assert!(!out.chars().any(|c| c != '\n' && c != '\u{1b}' && escape::is_unsafe(c)), "{out:?}");
            if let (Some(width), false) = (width, color) {
                let room = usize::from(width.max(20));
                // Wide characters in the narrowest columns may stand over by one each.
                prop_assert!(out.lines().all(|line| line.width() <= room + columns));
            }
        }
    }
}
