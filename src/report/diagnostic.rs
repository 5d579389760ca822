//! A fault at a place in a file, as rustc shows them: message, file:line:column, the line, a caret, what to do.
//!
//! The source is a stranger's text: only the first line of a span is shown, escaped, and cut around the span.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use unicode_width::UnicodeWidthStr;

use crate::model::finding::Severity;
use crate::model::text::{could_be_secret, shape};
use crate::report::escape;

/// The most columns of a source line that are shown.
const WIDEST: usize = 160;
/// How many of them stand before the span.
const BEFORE: usize = 60;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic<'a> {
    pub severity: Severity,
    /// The rule's id, where a rule found it.
    pub rule: Option<&'a str>,
    pub message: &'a str,
    pub spot: Spot<'a>,
    /// What to do about it.
    pub fix: Option<&'a str>,
    /// Other places that have to do with it.
    pub also: Vec<Spot<'a>>,
}

/// A place in a file, with as much of its text as shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot<'a> {
    /// As it was given on the command line, or below that.
    pub file: &'a str,
    /// The file's text, or whole lines of it; empty where it is not at hand.
    pub source: &'a str,
    /// The number of the first line of `source`: 1 for the file's whole text.
    pub line_start: usize,
    /// The column at which the first line of `source` begins; 1 where it is whole.
    pub column_start: usize,
    /// Bytes of `source`. A span that does not fit is clamped.
    pub span: Range<usize>,
    /// What stands at the caret.
    pub label: Option<&'a str>,
}

impl Diagnostic<'_> {
    /// The text, several lines, ending in a line feed.
    pub fn render(&self, color: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let mut title = level.primary_title(escape::terminal(self.message));
        if let Some(rule) = self.rule {
            title = title.id(escape::terminal(rule));
        }
        let mut group =
            Group::with_title(title).element(self.spot.element(AnnotationKind::Primary));
        for spot in &self.also {
            group = group.element(spot.element(AnnotationKind::Context));
        }
        if let Some(fix) = self.fix {
            group = group.element(Level::HELP.message(escape::terminal(fix)));
        }
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        // The lines are cut here, not there: nothing may be wider than what we hand over.
        let text = renderer.term_width(4 * WIDEST).render(&[group]);
        let text = self.with_real_columns(text);
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        lines.join("\n") + "\n"
    }

    /// Puts the columns of the file where those of the cut and escaped lines stand, place by place.
    fn with_real_columns(&self, mut text: String) -> String {
        let mut from = text.find('\n').unwrap_or(0);
        for spot in std::iter::once(&self.spot).chain(&self.also) {
            let excerpt = Excerpt::of(spot.source, spot.span.clone());
            let first = if excerpt.line == 0 {
                spot.column_start.clamp(1, 99_999_999) - 1
            } else {
                0
            };
            let place = |column: usize| {
                format!(
                    "{}:{}:{column}",
                    escape::terminal(spot.file),
                    spot.line(&excerpt)
                )
            };
            let shown = place(excerpt.text[..excerpt.span.start].chars().count() + 1);
            if let Some(at) = text[from..].find(&shown) {
                let real = place(excerpt.column + first);
                text.replace_range(from + at..from + at + shown.len(), &real);
                from += at + real.len();
            }
        }
        text
    }
}

impl Spot<'_> {
    fn element(&self, kind: AnnotationKind) -> Element<'static> {
        let file = escape::terminal(self.file);
        if self.source.is_empty() {
            return Origin::path(file).into();
        }
        let excerpt = Excerpt::of(self.source, self.span.clone());
        Snippet::source(excerpt.text.clone())
            .path(file)
            .line_start(self.line(&excerpt))
            .annotation(
                kind.span(excerpt.span)
                    .label(self.label.map(escape::terminal)),
            )
            .into()
    }

    fn line(&self, excerpt: &Excerpt) -> usize {
        // No real file has so many lines; the gutter stays narrow.
        self.line_start
            .clamp(1, 99_999_999)
            .saturating_add(excerpt.line)
    }
}

/// The first line of a span, fit to print.
struct Excerpt {
    text: String,
    /// Bytes of `text`.
    span: Range<usize>,
    /// Lines above it in the source.
    line: usize,
    /// Characters before the span in the real line, and one.
    column: usize,
}

impl Excerpt {
    fn of(source: &str, span: Range<usize>) -> Excerpt {
        let start = floor(source, span.start);
        let first = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let end_of_line = source[start..]
            .find('\n')
            .map_or(source.len(), |at| start + at);
        let whole = source[first..end_of_line].trim_end_matches('\r');
        let start = start.min(first + whole.len());
        let end = floor(source, span.end).clamp(start, first + whole.len());
        let line = masked(&source[first..first + whole.len()]);
        let (before, rest) = line.split_at(start - first);
        let (inside, after) = rest.split_at(end - start);

        let (cut_left, before_shown) = last_columns(before, BEFORE);
        let room = WIDEST - before_shown.width();
        let (cut_inside, inside_shown) = first_columns(inside, room);
        let room = if cut_inside {
            0
        } else {
            room - inside_shown.width()
        };
        let (cut_after, after_shown) = first_columns(after, room);

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

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One character as it is printed.
fn shown(c: char) -> String {
    match c {
        '\t' => "    ".to_owned(),
        c => {
            let mut out = String::new();
            escape::push_visible(&mut out, c);
            out
        }
    }
}

/// Whether something was left out, and at most `room` columns from the beginning.
fn first_columns(text: &str, room: usize) -> (bool, String) {
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let piece = shown(c);
        used += piece.width();
        if used > room {
            return (true, out);
        }
        out.push_str(&piece);
    }
    (false, out)
}

/// Whether something was left out, and at most `room` columns from the end.
fn last_columns(text: &str, room: usize) -> (bool, String) {
    let mut pieces = Vec::new();
    let mut used = 0;
    let mut cut = false;
    for c in text.chars().rev() {
        let piece = shown(c);
        used += piece.width();
        if used > room {
            cut = true;
            break;
        }
        pieces.push(piece);
    }
    pieces.reverse();
    (cut, pieces.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SOURCE: &str = "[account.etl]\nprovider = \"unicmms\"\nlevel = \"read-only\"\n";

    fn spot<'a>(source: &'a str, span: Range<usize>) -> Spot<'a> {
        Spot {
            file: "inventory.toml",
            source,
            line_start: 1,
            column_start: 1,
            span,
            label: None,
        }
    }

    fn diagnostic(spot: Spot<'_>) -> Diagnostic<'_> {
        Diagnostic {
            severity: Severity::Error,
            rule: Some("missing-owner"),
            message: "`account/etl` has no technical owner",
            spot,
            fix: None,
            also: Vec::new(),
        }
    }

    #[test]
    fn a_fault_shows_its_line_and_what_to_do() {
        let mut fault = diagnostic(spot(SOURCE, 45..56));
        fault.spot.label = Some("no such level");
        fault.fix = Some("write `owner.technical = \"person/NAME\"`");
        fault.also = vec![Spot {
            label: Some("declared here"),
            ..spot(SOURCE, 0..13)
        }];
        snapbox::assert_data_eq!(
            fault.render(false),
            snapbox::str![[r#"
error[missing-owner]: `account/etl` has no technical owner
 --> inventory.toml:3:11
  |
3 | level = "read-only"
  |           ^^^^^^^^^ no such level
  |
 ::: inventory.toml:1:1
  |
1 | [account.etl]
  | ------------- declared here
  |
  = help: write `owner.technical = "person/NAME"`

"#]]
        );
    }

    #[test]
    fn colour_is_written_only_when_asked_for() {
        let fault = diagnostic(spot(SOURCE, 0..13));
        assert!(!fault.render(false).contains('\u{1b}'));
        assert!(fault.render(true).contains('\u{1b}'));
    }

    #[test]
    fn a_long_line_is_cut_around_the_span() {
        let source = format!("{}needle{}", "a".repeat(500), "b".repeat(500));
        let text = diagnostic(spot(&source, 500..506)).render(false);
        assert!(text.contains("inventory.toml:1:501"), "{text}");
        assert!(
            text.contains("aneedleb") && text.contains("^^^^^^"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.width() < 180), "{text}");
    }

    #[test]
    fn control_characters_of_the_source_are_shown_escaped() {
        let source = "name = \"\u{1b}[2J\u{202e}x\"\r\n";
        let text = diagnostic(spot(source, 12..17)).render(false);
        let expected = [
            "error[missing-owner]: `account/etl` has no technical owner",
            " --> inventory.toml:1:13",
            "  |",
            "1 | name = \"\\u{1b}[2J\\u{202e}x\"",
            "  |                  ^^^^^^^^^^",
            "",
        ];
        assert_eq!(text, expected.join("\n"));
    }

    #[test]
    fn only_the_first_line_of_a_span_is_shown() {
        let text = diagnostic(spot(SOURCE, 0..SOURCE.len())).render(false);
        assert!(
            text.contains("[account.etl]") && !text.contains("unicmms"),
            "{text}"
        );
    }

    #[test]
    fn what_could_be_a_secret_is_hidden() {
        let secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
        let source = format!("purpose = \"use {secret}\" # {secret}");
        let text = diagnostic(spot(&source, 11..20)).render(false);
        assert!(!text.contains("16C7"), "{text}");
        assert!(text.contains("purpose = \"use ****"), "{text}");
    }

    #[test]
    fn lines_are_counted_from_where_the_source_begins() {
        let mut fault = diagnostic(spot("level = 3\n", 8..9));
        fault.spot.line_start = 41;
        assert!(fault.render(false).contains("inventory.toml:41:9"));
        fault.spot.column_start = 1001;
        assert!(fault.render(false).contains("inventory.toml:41:1009"));
    }

    proptest! {
        #[test]
        fn no_span_and_no_source_panics(
            source in "(\\PC|[\\x00-\\u{ff}\n\r\t\u{202e}工]){0,300}",
            other in any::<String>(),
            from in 0usize..700,
            to in 0usize..700,
            line_start: usize,
            color: bool,
        ) {
            let mut fault = diagnostic(Spot { line_start, label: Some(&other), ..spot(&source, from..to) });
            fault.message = &other;
            fault.also = vec![spot(&other, to..from)];
            let text = fault.render(color);
            prop_assert!(!text.chars().any(|c| c != '\n' && c != '\u{1b}' && escape::is_unsafe(c)), "{text:?}");
        }
    }
}
