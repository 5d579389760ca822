//! A fault at a place in a file, as rustc shows them: message, file:line:column, the line, a caret, what to do.
//!
//! The source is a stranger's text: only the first line of a span is shown, escaped, and cut around the span.

mod excerpt;

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use crate::model::finding::Severity;
use crate::report::diagnostic::excerpt::Excerpt;
use crate::report::escape;
use crate::report::format::Terminal;
use crate::report::wrap;

/// The most columns of a source line that are shown.
const WIDEST: usize = 160;
/// The fewest, however narrow the terminal is; and the fewest that words are wrapped to.
const NARROWEST: usize = 36;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic<'a> {
    pub severity: Severity,
    /// The rule's id, where a rule found it.
    pub rule: Option<&'a str>,
    pub message: &'a str,
    /// None where it stands in no file.
    pub spot: Option<Spot<'a>>,
    /// What to do about it.
    pub fix: Option<&'a str>,
    /// Where to read on.
    pub more: Option<&'a str>,
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
    pub fn render(&self, terminal: &Terminal) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Info => Level::INFO,
        };
        let gutter = self.gutter();
        let label = self.severity.as_str().len() + self.rule.map_or(0, |rule| rule.len() + 2) + 2;
        let words = |text: &str, before: usize| within(text, terminal, before);
        let heading = words(self.message, label);
        let rows = heading.matches('\n').count() + 1;
        let mut title = level.primary_title(heading);
        if let Some(rule) = self.rule {
            title = title.id(escape::terminal(rule));
        }
        // What stands before a line: its number, a blank, a bar, a blank.
        let widest = terminal.width.map_or(WIDEST, |width| {
            usize::from(width).saturating_sub(gutter + 3)
        });
        let widest = widest.clamp(NARROWEST, WIDEST);
        let mut group = Group::with_title(title);
        if let Some(spot) = &self.spot {
            group = group.element(spot.element(AnnotationKind::Primary, widest));
        }
        for spot in &self.also {
            group = group.element(spot.element(AnnotationKind::Context, widest));
        }
        if let Some(fix) = self.fix {
            group = group.element(Level::HELP.message(words(fix, gutter + 9)));
        }
        if let Some(more) = self.more {
            group = group.element(Level::NOTE.message(words(more, gutter + 9)));
        }
        let renderer = if terminal.color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        // The lines are cut here, not there: nothing may be wider than what we hand over.
        let text = renderer.term_width(4 * WIDEST).render(&[group]);
        let text = self.with_real_columns(text, rows, widest);
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        lines.join("\n") + "\n"
    }

    /// How wide the numbers of the lines are.
    fn gutter(&self) -> usize {
        let spots = self.spot.iter().chain(&self.also);
        let last = spots.map(|spot| spot.line_start.clamp(1, 99_999_999)).max();
        last.map_or(1, |line| line.to_string().len())
    }

    /// Puts the columns of the file where those of the cut and escaped lines stand, place by place.
    fn with_real_columns(&self, mut text: String, heading: usize, widest: usize) -> String {
        let mut from = text
            .match_indices('\n')
            .nth(heading - 1)
            .map_or(0, |(at, _)| at);
        for spot in self.spot.iter().chain(&self.also) {
            let excerpt = Excerpt::of(spot.source, spot.span.clone(), widest);
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

/// A text, escaped; on a terminal in lines that have room beside what stands before them.
fn within(text: &str, terminal: &Terminal, before: usize) -> String {
    let text = escape::terminal(text);
    match terminal.width {
        None => text,
        Some(width) => {
            let room = usize::from(width).saturating_sub(before);
            wrap::wrapped(&text, room.max(NARROWEST)).join("\n")
        }
    }
}

impl Spot<'_> {
    fn element(&self, kind: AnnotationKind, widest: usize) -> Element<'static> {
        let file = escape::terminal(self.file);
        if self.source.is_empty() {
            return Origin::path(file).into();
        }
        let excerpt = Excerpt::of(self.source, self.span.clone(), widest);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    const COLORED: Terminal = Terminal {
        width: None,
        color: true,
    };
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
            spot: Some(spot),
            fix: None,
            more: None,
            also: Vec::new(),
        }
    }

    #[test]
    fn a_fault_shows_its_line_and_what_to_do() {
        let mut fault = diagnostic(spot(SOURCE, 45..56));
        fault.spot.as_mut().unwrap().label = Some("no such level");
        fault.fix = Some("write `owner.technical = \"person/NAME\"`");
        fault.also = vec![Spot {
            label: Some("declared here"),
            ..spot(SOURCE, 0..13)
        }];
        snapbox::assert_data_eq!(
            fault.render(&Terminal::PIPE),
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
        assert!(!fault.render(&Terminal::PIPE).contains('\u{1b}'));
        assert!(fault.render(&COLORED).contains('\u{1b}'));
    }

    #[test]
    fn a_long_line_is_cut_around_the_span() {
        let source = format!("{}needle{}", "a".repeat(500), "b".repeat(500));
        let text = diagnostic(spot(&source, 500..506)).render(&Terminal::PIPE);
        assert!(text.contains("inventory.toml:1:501"), "{text}");
        assert!(
            text.contains("aneedleb") && text.contains("^^^^^^"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.width() < 180), "{text}");
    }

    #[test]
    fn a_terminal_gets_lines_that_fit() {
        let source = format!(
            "{SOURCE}purpose = \"{}\" # and on\n",
            "so it goes ".repeat(12)
        );
        let mut fault = diagnostic(spot(&source, 57..62));
        fault.spot.as_mut().unwrap().line_start = 120;
        fault.message =
            "what is told here takes more room than there is on one line of a terminal of eighty";
        fault.fix =
            Some("what is to be done takes more room than there is on one line of a terminal, too");
        fault.more = Some("keyroll explain missing-owner");
        let terminal = Terminal {
            width: Some(80),
            color: false,
        };
        snapbox::assert_data_eq!(
            fault.render(&terminal),
            snapbox::str![[r#"
error[missing-owner]: what is told here takes more room than there is on one
                      line of a terminal of eighty
   --> inventory.toml:123:3
    |
123 | purpose = "so it goes so it goes so it goes so it goes so it goes so...
    |   ^^^^^
    |
    = help: what is to be done takes more room than there is on one line of a
            terminal, too
    = note: keyroll explain missing-owner

"#]]
        );
    }

    #[test]
    fn control_characters_of_the_source_are_shown_escaped() {
        let source = "name = \"\u{1b}[2J\u{202e}x\"\r\n";
        let text = diagnostic(spot(source, 12..17)).render(&Terminal::PIPE);
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
    fn a_log_obeys_no_line_of_the_source() {
        let source = "[person.jo##[error]x] # ##vso[task.setvariable]";
        // A span that divides the sign hides it no less.
        for span in [0..0, 10..11, 11..12, 12..30, 0..source.len()] {
            let text = diagnostic(spot(source, span)).render(&Terminal::PIPE);
            assert!(text.contains("[person.jo\\u{23}#[error]x]"), "{text}");
            assert!(!text.contains("##vso"), "{text}");
        }
    }

    #[test]
    fn only_the_first_line_of_a_span_is_shown() {
        let text = diagnostic(spot(SOURCE, 0..SOURCE.len())).render(&Terminal::PIPE);
        assert!(
            text.contains("[account.etl]") && !text.contains("unicmms"),
            "{text}"
        );
    }

    #[test]
    fn what_could_be_a_secret_is_hidden() {
        let secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
        let source = format!("purpose = \"use {secret}\" # {secret}");
        let text = diagnostic(spot(&source, 11..20)).render(&Terminal::PIPE);
        assert!(!text.contains("16C7"), "{text}");
        assert!(text.contains("purpose = \"use ****"), "{text}");
    }

    #[test]
    fn lines_are_counted_from_where_the_source_begins() {
        let mut fault = diagnostic(spot("level = 3\n", 8..9));
        fault.spot.as_mut().unwrap().line_start = 41;
        assert!(
            fault
                .render(&Terminal::PIPE)
                .contains("inventory.toml:41:9")
        );
        fault.spot.as_mut().unwrap().column_start = 1001;
        assert!(
            fault
                .render(&Terminal::PIPE)
                .contains("inventory.toml:41:1009")
        );
    }

    proptest! {
        #[test]
        fn no_span_and_no_source_panics(
            source in "(\\PC|[\\x00-\\u{ff}\n\r\t\u{202e}工]){0,300}",
            other in any::<String>(),
            from in 0usize..700,
            to in 0usize..700,
            line_start: usize,
            width in proptest::option::of(0u16..300),
            color: bool,
        ) {
            let mut fault = diagnostic(Spot { line_start, label: Some(&other), ..spot(&source, from..to) });
            fault.message = &other;
            fault.also = vec![spot(&other, to..from)];
            let text = fault.render(&Terminal { width, color });
            prop_assert!(!text.chars().any(|c| c != '\n' && c != '\u{1b}' && escape::is_unsafe(c)), "{text:?}");
        }
    }
}
