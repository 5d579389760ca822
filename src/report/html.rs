//! One page for a browser, with everything in it: markup, style and script of its own, and nothing that is fetched.
//!
//! The policy in its head lets run and style only what stands here, by hash, so that a text that slipped through as markup
//! would still do nothing. Without its script the page shows everything; with it, it can be searched.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::report::escape;
use crate::report::summary::counted;
use crate::report::view::{Align, Cell, Tone, Value, View};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The most cells that a page holds: a browser takes some ten seconds and two gigabytes for so many.
pub(super) const MOST_CELLS: usize = 300_000;

/// A column is offered as a filter where it has so many different values, or fewer.
const MOST_VALUES: usize = 20;

/// What stands above a table, for whoever gets the page without the command that made it.
#[derive(Clone, Copy, Default)]
pub(super) struct Above<'a> {
    pub title: &'a str,
    /// What it is of, and as of when; one paragraph each.
    pub lead: &'a [String],
    /// What a reader must not overlook.
    pub warnings: &'a [String],
}

/// What stands around a table.
pub(super) struct Page<'a> {
    pub above: Above<'a>,
    /// What one row is called, and how many there are.
    pub rows: (&'a str, usize),
    /// The same of the columns that can be narrowed, where there are such.
    pub columns: Option<(&'a str, usize)>,
    /// What the marks of a matrix tell apart: `Effect`.
    pub marks: &'a str,
    /// Rows that were left out, because a browser would not bear them.
    pub cut: usize,
    /// Whether columns that no row holds may be hidden, and are so from the beginning.
    pub held: Option<bool>,
    /// Classes of the table; ours, never a stranger's.
    pub class: &'a str,
    /// Markup: the groups of columns, the head and the body.
    pub table: &'a str,
    /// Markup: what stands in the cells.
    pub legend: &'a str,
    pub notes: &'a [String],
}

impl Page<'_> {
    /// The whole document; the same page gives the same bytes.
    pub fn document(&self) -> String {
        let title = escape::html(&capital(self.above.title));
        let policy = format!(
            "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
            hash(STYLE),
            hash(SCRIPT)
        );
        [
            "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n",
            &format!("<meta http-equiv=Content-Security-Policy content=\"{policy}\">\n"),
            "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n",
            "<meta name=referrer content=no-referrer>\n<meta name=robots content=noindex>\n",
            &format!("<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"),
            &format!("<header>\n<h1>{title}</h1>\n{}</header>\n", self.count()),
            "<main>\n",
            &self.lead(),
            &self.form(),
            &self.warning(),
            &format!("<div class=scroll role=region aria-label=\"{title}\" tabindex=0>\n"),
            &format!(
                "<table class=\"{}\">\n<caption>{title}</caption>\n",
                self.class
            ),
            self.table,
            "</table>\n</div>\n<p id=where></p>\n",
            self.legend,
            &self.notes(),
            &format!("</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"),
        ]
        .concat()
    }

    fn count(&self) -> String {
        let told = |(noun, count): (&str, usize)| counted(count, noun);
        let shown = std::iter::once((self.rows.0, self.rows.1 - self.cut)).chain(self.columns);
        let shown: Vec<String> = shown.map(told).collect();
        let columns = self.columns.map_or("", |(noun, _)| noun);
        format!(
            "<p id=count role=status data-rows=\"{}\" data-columns=\"{columns}\">{}</p>\n",
            self.rows.0,
            shown.join(", ")
        )
    }

    fn lead(&self) -> String {
        let line = |class: &'static str| {
            move |line: &String| format!("<p class={class}>{}</p>\n", escape::html(line))
        };
        let warnings = self.above.warnings.iter().map(line("cut"));
        let lead = self.above.lead.iter().map(line("lead"));
        lead.chain(warnings).collect()
    }

    /// Hidden until the script that serves it runs.
    fn form(&self) -> String {
        let held = self.held.map_or(String::new(), |is_set| {
            let checked = if is_set { " checked" } else { "" };
            format!(
                "<label class=box><input type=checkbox name=held{checked}>held columns only</label>\n"
            )
        });
        format!(
            "<form hidden autocomplete=off data-marks=\"{}\">\n\
             <label><span>Search <kbd>/</kbd></span><input type=search name=search placeholder=\"words, any order\" \
             aria-label=Search aria-keyshortcuts=/></label>\n{held}<button type=reset>Show all</button>\n</form>\n",
            self.marks
        )
    }

    fn warning(&self) -> String {
        if self.cut == 0 {
            return String::new();
        }
        let (noun, all) = self.rows;
        let all_rows = counted(all, noun);
        format!(
            "<p class=cut role=alert>The first {} of {all_rows}: the others are more than a browser bears. \
             Narrow them where the page is made, or take --format csv, which has all.</p>\n",
            all - self.cut
        )
    }

    fn notes(&self) -> String {
        if self.notes.is_empty() {
            return String::new();
        }
        let lines = self.notes.iter();
        let lines: String = lines
            .map(|note| format!("<p>{}</p>\n", escape::html(note)))
            .collect();
        format!("<div class=notes>\n{lines}</div>\n")
    }
}

/// The text with its first letter as a capital.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// A source as a policy names it.
pub(super) fn hash(text: &str) -> String {
    format!(
        "sha256-{}",
        BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()))
    )
}

/// Any view as a page: the first column stays in sight, columns of few values can be filtered by.
pub fn page(view: &View) -> String {
    let title = view.kind.replace('-', " ");
    page_below(
        view,
        Above {
            title: &title,
            ..Above::default()
        },
    )
}

/// The same below what it is of.
pub(super) fn page_below(view: &View, above: Above<'_>) -> String {
    let room = MOST_CELLS / view.columns.len().max(1);
    let shown = &view.rows[..view.rows.len().min(room)];
    let mut table = String::from("<thead>\n<tr>");
    for (at, column) in view.columns.iter().enumerate() {
        let class = match column.align {
            Align::Left => "",
            Align::Right => " class=right",
        };
        let filter = if is_choice(shown, at) {
            " data-filter=word"
        } else {
            ""
        };
        let title = escape::html(&column.title);
        table.push_str(&format!("<th scope=col{class}{filter}>{title}"));
    }
    table.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in shown {
        table.push_str("<tr>");
        for (at, (column, cell)) in view.columns.iter().zip(view.cells(row)).enumerate() {
            let tag = if at == 0 { "th scope=row" } else { "td" };
            let text = escape::html(&cell.joined(", "));
            table.push_str(&format!("<{tag}{}>{text}", class(column.align, cell)));
        }
        table.push_str("</tr>\n");
    }
    table.push_str("</tbody>\n");
    Page {
        above,
        rows: ("row", view.rows.len()),
        columns: None,
        marks: "",
        cut: view.rows.len() - shown.len(),
        held: None,
        class: "view",
        table: &table,
        legend: "",
        notes: &view.notes,
    }
    .document()
}

pub(super) fn class(align: Align, cell: &Cell) -> String {
    let side = match align {
        Align::Left => None,
        Align::Right => Some("right"),
    };
    let tone = cell.tone.map(|tone| match tone {
        Tone::Good => "good",
        Tone::Warning => "warning",
        Tone::Error => "error",
        Tone::Muted => "muted",
    });
    // A day is read as one word.
    let day = match cell.value {
        Value::Date(_) => Some("day"),
        Value::Text(_) | Value::Number(_) | Value::Digest(_) | Value::List(_) | Value::Missing => {
            None
        }
    };
    let classes: Vec<&str> = side.into_iter().chain(tone).chain(day).collect();
    if classes.is_empty() {
        return String::new();
    }
    format!(" class=\"{}\"", classes.join(" "))
}

/// Whether a column holds words that repeat, so that one would choose among them. The first is the name of the row.
fn is_choice(rows: &[Vec<Cell>], at: usize) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    for row in rows {
        match row.get(at).map(|cell| &cell.value) {
            Some(Value::Text(text)) if !seen.contains(&text.as_str()) => seen.push(text),
            Some(Value::Text(_) | Value::Missing) | None => {}
            Some(Value::Number(_) | Value::Date(_) | Value::Digest(_) | Value::List(_)) => {
                return false;
            }
        }
        if seen.len() > MOST_VALUES {
            return false;
        }
    }
    at > 0 && seen.len() > 1 && seen.len() * 2 <= rows.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::view::Column;

    const HOSTILE: &str =
        "</th></script><script>x()</script>\"'><img src=x onerror=x()>\u{1b}[2J\u{202e}&lt;";

    fn accounts(count: i64) -> View {
        let columns = ["account", "level"].map(Column::new).to_vec();
        let mut view = View::new("account-list", columns);
        view.columns.push(Column::new("days").right());
        let row = |n: i64| {
            let level = if n % 2 == 0 { "read" } else { "write" };
            vec![
                Cell::text(format!("a-{n}")),
                Cell::text(level).tone(Tone::Good),
                Cell::number(n),
            ]
        };
        view.rows = (0..count).map(row).collect();
        view
    }

    #[test]
    fn a_page_holds_all_that_it_needs_and_asks_for_nothing() {
        let page = page(&accounts(4));
        for source in [STYLE, SCRIPT] {
            assert!(page.contains(&hash(source)) && page.contains(source));
            assert!(!source.contains("</") && !source.contains("http"));
        }
        assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"));
        for outside in [
            "http:", "https:", "url(", "@import", " src=", " href=", " style=",
        ] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn a_view_is_a_table_with_heads() {
        let page = page(&accounts(4));
        assert!(page.contains("<caption>Account list</caption>"), "{page}");
        assert!(page.contains(
            "<tr><th scope=col>Account<th scope=col data-filter=word>Level<th scope=col class=right>Days</tr>"
        ));
        assert!(
            page.contains(
                "<tr><th scope=row>a-3<td class=\"good\">write<td class=\"right\">3</tr>"
            )
        );
        assert!(page.contains(">4 rows</p>"));
        assert_eq!(page, super::page(&accounts(4)));
    }

    #[test]
    fn no_text_becomes_markup() {
        let mut view = accounts(1);
        view.rows[0][0] = Cell::text(HOSTILE);
        view.rows[0][1] = Cell::list([HOSTILE]);
        view.columns[0].title = HOSTILE.to_owned();
        view.notes.push(HOSTILE.to_owned());
        let page = page(&view);
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(page.matches("</script").count(), 1);
        assert!(!page.contains("<img"));
        let raw = |c: char| c != '\n' && escape::is_unsafe(c);
        assert!(!page.contains(raw));
    }

    #[test]
    fn a_page_is_no_longer_than_a_browser_bears_and_says_so() {
        let page = page(&accounts(MOST_CELLS as i64));
        assert!(page.contains("The first 100000 of 300000 rows"));
        assert_eq!(page.matches("<tr><th scope=row>").count(), 100_000);
    }

    #[test]
    fn nothing_to_show_is_a_page_that_says_so() {
        assert!(page(&accounts(0)).contains(">0 rows</p>"));
    }
}
