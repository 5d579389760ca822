//! The line of a source where a fault stands: its first line alone, escaped, cut around the span, secrets as stars.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use crate::model::text::{could_be_secret, floor, shape};
use crate::report::escape;

/// The room that the dots at both ends of a cut line take.
const DOTS: usize = 6;

/// The first line of a span, fit to print.
pub(super) struct Excerpt {
    pub text: String,
    /// Bytes of `text`.
    pub span: Range<usize>,
    /// Lines above it in the source.
    pub line: usize,
    /// Characters before the span in the real line, and one.
    pub column: usize,
}

impl Excerpt {
    /// At most `widest` columns of the line, more than twice the room of the dots.
    pub fn of(source: &str, span: Range<usize>, widest: usize) -> Excerpt {
        let start = floor(source, span.start);
        let first = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let end_of_line = source[start..]
            .find('\n')
            .map_or(source.len(), |at| start + at);
        let whole = source[first..end_of_line].trim_end_matches('\r');
        let start = start.min(first + whole.len());
        let end = floor(source, span.end).clamp(start, first + whole.len());
        let line = masked(&source[first..first + whole.len()]);
        let (from, to) = (start - first, end - first);

        // A line that fits is shown whole; of one that does not, some, and the dots at its ends.
        let (is_cut, _) = first_columns(&line, 0..line.len(), widest);
        let (widest, most_before) = if is_cut {
            (widest - DOTS, widest * 3 / 8)
        } else {
            (widest, widest)
        };
        let (cut_left, before_shown) = last_columns(&line, 0..from, most_before);
        let room = widest - before_shown.width();
        let (cut_inside, inside_shown) = first_columns(&line, from..to, room);
        let room = if cut_inside {
            0
        } else {
            room - inside_shown.width()
        };
        let (cut_after, after_shown) = first_columns(&line, to..line.len(), room);

        let mut text = if cut_left {
            "...".to_owned()
        } else {
            String::new()
        };
        text.push_str(&before_shown);
        let from = text.len();
        text.push_str(&inside_shown);
        let to = text.len();
        text.push_str(&after_shown);
        if cut_inside || cut_after {
            text.push_str("...");
        }
        Excerpt {
            text,
            span: from..to,
            line: source[..first].bytes().filter(|b| *b == b'\n').count(),
            column: source[first..start].chars().count() + 1,
        }
    }
}

/// The line with what could be a secret hidden, byte for byte, so that spans still fit: each quoted value, each word, and
/// every known shape of one.
fn masked(line: &str) -> String {
    let line = &*shape::masked(line);
    let quote = |c: char| matches!(c, '"' | '\'' | '`');
    let mut out = String::with_capacity(line.len());
    for piece in line.split_inclusive(|c: char| quote(c) || c.is_whitespace() || c == '=') {
        let end = piece.trim_end_matches(|c: char| quote(c) || c.is_whitespace() || c == '=');
        if could_be_secret(end) {
            out.extend(std::iter::repeat_n('*', end.len()));
            out.push_str(&piece[end.len()..]);
        } else {
            out.push_str(piece);
        }
    }
    out
}

/// The characters of a part of a line as they are printed. What follows them in the line tells whether they are obeyed.
fn pieces(line: &str, part: Range<usize>) -> impl DoubleEndedIterator<Item = String> {
    let begin = part.start;
    line[part].char_indices().map(move |(at, c)| match c {
        '\t' => "    ".to_owned(),
        '#' if escape::opens_command(&line[begin + at..]) => c.escape_unicode().to_string(),
        c => {
            let mut out = String::new();
            escape::push_visible(&mut out, c);
            out
        }
    })
}

/// Whether something of a part of a line was left out, and at most `room` columns from its beginning.
fn first_columns(line: &str, part: Range<usize>, room: usize) -> (bool, String) {
    let mut out = String::new();
    let mut used = 0;
    for piece in pieces(line, part) {
        used += piece.width();
        if used > room {
            return (true, out);
        }
        out.push_str(&piece);
    }
    (false, out)
}

/// Whether something of a part of a line was left out, and at most `room` columns from its end.
fn last_columns(line: &str, part: Range<usize>, room: usize) -> (bool, String) {
    let mut shown = Vec::new();
    let mut used = 0;
    let mut cut = false;
    for piece in pieces(line, part).rev() {
        used += piece.width();
        if used > room {
            cut = true;
            break;
        }
        shown.push(piece);
    }
    shown.reverse();
    (cut, shown.concat())
}
