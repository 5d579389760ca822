//! The table of a matrix as markup: its heads by group, its rows, its legend. Everything in it is escaped.

use crate::access::matrix::{Column, Mark, Matrix, Row};
use crate::model::key::slug;
use crate::model::text::shape;
use crate::report::escape;
use crate::report::html::{MOST_CELLS, capital};
use crate::report::matrix::code::codes;
use crate::report::matrix::group::{Groups, groups};
use crate::report::matrix::{fold, mark};

/// Up to so many cells, each has its own; beyond, empty ones that are neighbours become one.
const MOST_SINGLE: usize = 150_000;

/// A heading stands upright while all of them take so many characters; beyond, they are turned.
const UPRIGHT: usize = 90;

/// The words that stand beside a row's name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Provider,
    Environment,
    Level,
    Boundary,
}

const WORDS: [Word; 4] = [
    Word::Provider,
    Word::Environment,
    Word::Level,
    Word::Boundary,
];

impl Word {
    fn title(self) -> &'static str {
        match self {
            Word::Provider => "Provider",
            Word::Environment => "Environment",
            Word::Level => "Level",
            Word::Boundary => "Boundary",
        }
    }

    /// How the page filters by it: a boundary has others above and below it.
    fn filter(self) -> &'static str {
        match self {
            Word::Provider | Word::Environment | Word::Level => "word",
            Word::Boundary => "path",
        }
    }

    fn of(self, row: &Row) -> String {
        let word = match self {
            Word::Provider => row.provider.as_ref().map(ToString::to_string),
            Word::Environment => row.environment.as_ref().map(ToString::to_string),
            Word::Level => row.level.as_ref().map(ToString::to_string),
            Word::Boundary => return fold::places(row),
        };
        word.unwrap_or_default()
    }
}

/// What is held, by column.
pub(super) fn marks(matrix: &Matrix) -> impl Iterator<Item = (usize, Mark)> {
    matrix.rows.iter().flat_map(|row| row.held.iter().copied())
}

fn shown(text: &str) -> String {
    escape::html(&shape::masked(text))
}

/// A matrix laid out: which words, and the columns by group.
pub(super) struct Sheet<'a> {
    matrix: &'a Matrix,
    words: Vec<Word>,
    groups: Groups,
    codes: Vec<String>,
    /// The columns in the order of their groups.
    order: Vec<usize>,
    /// Where each column stands in that order.
    place: Vec<usize>,
}

impl<'a> Sheet<'a> {
    pub fn of(matrix: &'a Matrix) -> Sheet<'a> {
        let is_told = |word: &Word| matrix.rows.iter().any(|row| !word.of(row).is_empty());
        let groups = groups(matrix);
        let mut order: Vec<usize> = (0..matrix.columns.len()).collect();
        order.sort_by_key(|column| groups.of[*column]);
        let mut place = vec![0; order.len()];
        for (at, column) in order.iter().enumerate() {
            place[*column] = at;
        }
        Sheet {
            matrix,
            words: WORDS.into_iter().filter(is_told).collect(),
            codes: codes(&groups.names),
            groups,
            order,
            place,
        }
    }

    fn columns(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.order
            .iter()
            .map(|at| (self.groups.of[*at], &self.matrix.columns[*at]))
    }

    fn is_grouped(&self) -> bool {
        self.groups.names.iter().any(|name| !name.is_empty())
    }

    /// The part of a key that its group does not say already.
    fn tail<'k>(&self, group: usize, key: &'k str) -> &'k str {
        match key.split_once(['/', '.']) {
            Some((first, rest)) if slug(first) == slug(&self.groups.names[group]) => rest,
            Some(_) | None => key,
        }
    }

    pub fn is_upright(&self) -> bool {
        let widths = self
            .columns()
            .map(|(group, column)| self.tail(group, &column.key).len() + 2);
        widths.sum::<usize>() <= UPRIGHT
    }

    /// Whether every cell of the matrix is written, empty ones too.
    pub fn is_single(&self) -> bool {
        let columns = self.words.len() + 1 + self.matrix.columns.len();
        self.matrix.rows.len().saturating_mul(columns) <= MOST_SINGLE
    }

    pub fn head(&self) -> String {
        let mut out = String::new();
        if !self.is_single() {
            // Widths that are known need no look at every cell.
            let (words, columns) = (self.words.len(), self.matrix.columns.len());
            out.push_str("<col class=name>");
            if words > 0 {
                out.push_str(&format!("<col class=word span={words}>"));
            }
            out.push_str(&format!("<col class=mark span={columns}>\n"));
        }
        out.push_str("<thead>\n");
        if self.is_grouped() {
            out.push_str("<tr><td>");
            if !self.words.is_empty() {
                out.push_str(&format!("<td colspan={}>", self.words.len()));
            }
            self.groups_heads(&mut out);
            out.push_str("</tr>\n");
        }
        let corner = capital(&fold::corner(self.matrix.kind).to_lowercase());
        out.push_str(&format!("<tr><th scope=col>{corner}"));
        for word in &self.words {
            let (title, filter) = (word.title(), word.filter());
            out.push_str(&format!(
                "<th scope=col class=word data-filter={filter}>{title}"
            ));
        }
        let mut before = None;
        for (group, column) in self.columns() {
            let class = if before.replace(group) == Some(group) {
                "mark"
            } else {
                "\"mark open\""
            };
            out.push_str(&format!(
                "<th scope=col class={class} data-key=\"{}\"",
                shown(&column.key)
            ));
            let tail = self.tail(group, &column.key);
            if self.is_grouped() {
                out.push_str(&format!(
                    " data-group=\"{}\"",
                    shown(&self.groups.names[group])
                ));
            }
            if let Some(effect) = column.effect {
                out.push_str(&format!(" data-effect={effect}"));
            }
            if ![tail, &column.key].map(slug).contains(&slug(&column.title)) {
                out.push_str(&format!(" title=\"{}\"", shown(&column.title)));
            }
            out.push_str(&format!("><span>{}</span>", shown(tail)));
        }
        out + "</tr>\n</thead>\n"
    }

    /// A heading over each group: its name where its columns have the room, else its code.
    fn groups_heads(&self, out: &mut String) {
        let upright = self.is_upright() && self.is_single();
        for run in self
            .columns()
            .collect::<Vec<_>>()
            .chunk_by(|a, b| a.0 == b.0)
        {
            let group = run[0].0;
            let name = &self.groups.names[group];
            let wide = |(group, column): &(usize, &Column)| match upright {
                true => self.tail(*group, &column.key).len().max(2) + 1,
                false => 4,
            };
            let room: usize = run.iter().map(wide).sum();
            let (class, text) = match name.chars().count() <= room {
                true => ("group", name),
                false => ("\"group code\"", &self.codes[group]),
            };
            let (text, title, span) = (shown(text), shown(name), run.len());
            out.push_str(&format!(
                "<th scope=colgroup class={class} colspan={span} title=\"{title}\"><span>{text}</span>"
            ));
        }
    }

    /// The rows that a browser bears, and how many they are.
    pub fn body(&self) -> (String, usize) {
        let is_single = self.is_single();
        let opens: Vec<bool> = self.opens();
        let mut out = String::from("<tbody>\n");
        let (mut cells, mut rows) = (0, 0);
        for row in &self.matrix.rows {
            let before = out.len();
            let made = self.row(&mut out, row, is_single, &opens);
            if cells + made > MOST_CELLS {
                out.truncate(before);
                break;
            }
            cells += made;
            rows += 1;
        }
        (out + "</tbody>\n", rows)
    }

    /// Whether a column is the first of its group, by place.
    fn opens(&self) -> Vec<bool> {
        let groups: Vec<usize> = self.columns().map(|(group, _)| group).collect();
        (0..groups.len())
            .map(|at| at == 0 || groups[at - 1] != groups[at])
            .collect()
    }

    /// Writes a row; gives the number of its cells.
    fn row(&self, out: &mut String, row: &Row, is_single: bool, opens: &[bool]) -> usize {
        out.push_str(&format!("<tr><th scope=row>{}", shown(&row.name)));
        for word in &self.words {
            out.push_str(&format!("<td class=word>{}", shown(&word.of(row))));
        }
        let mut held: Vec<(usize, Mark)> = row
            .held
            .iter()
            .map(|(at, mark)| (self.place[*at], *mark))
            .collect();
        held.sort_unstable_by_key(|(at, _)| *at);
        let mut made = 1 + self.words.len();
        let mut next = 0;
        for (at, mark) in held {
            made += empty(out, next..at, is_single, opens);
            let open = if opens[at] { " open" } else { "" };
            let (tint, letter) = (mark::tint(mark), mark::letter(mark));
            let quote = if opens[at] { "\"" } else { "" };
            out.push_str(&format!("<td class={quote}{tint}{open}{quote}"));
            if let Some(meaning) = mark::meaning(mark) {
                out.push_str(&format!(" title=\"{meaning}\""));
            }
            out.push('>');
            out.push_str(letter);
            made += 1;
            next = at + 1;
        }
        made += empty(out, next..opens.len(), is_single, opens);
        out.push_str("</tr>\n");
        made
    }

    pub fn legend(&self) -> String {
        let mut out = String::new();
        let used = mark::sorted(marks(self.matrix).map(|(_, mark)| mark));
        let letters: String = used
            .into_iter()
            .filter_map(|mark| {
                let (tint, letter, meaning) =
                    (mark::tint(mark), mark::letter(mark), mark::meaning(mark)?);
                Some(format!(
                    "<li data-mark=\"{meaning}\"><b class={tint}>{letter}</b> {meaning}\n"
                ))
            })
            .collect();
        if !letters.is_empty() {
            out.push_str(&format!(
                "<ul class=legend aria-label=Marks>\n{letters}</ul>\n"
            ));
        }
        let named = self.groups.names.iter().zip(&self.codes);
        let codes: String = named
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, code)| format!("<li><b>{}</b> {}\n", shown(code), shown(name)))
            .collect();
        if !codes.is_empty() && self.groups.names.len() > 1 {
            out.push_str(&format!(
                "<ul class=\"legend codes\" aria-label=Groups>\n{codes}</ul>\n"
            ));
        }
        out
    }
}

/// Cells where nothing is held; gives how many they are.
fn empty(
    out: &mut String,
    range: std::ops::Range<usize>,
    is_single: bool,
    opens: &[bool],
) -> usize {
    match range.len() {
        0 => 0,
        len if is_single => {
            for at in range {
                out.push_str(if opens[at] { "<td class=open>" } else { "<td>" });
            }
            len
        }
        1 => {
            out.push_str("<td>");
            1
        }
        len => {
            out.push_str(&format!("<td colspan={len}>"));
            1
        }
    }
}
