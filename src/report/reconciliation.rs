//! What logs told, for people: a block for each account and each name that no account has.

use unicode_width::UnicodeWidthStr;

use crate::model::finding::Severity;
use crate::report::escape;
use crate::report::format::Terminal;
use crate::report::paint;
use crate::report::wrap::wrapped;

/// What is told of one account, or of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub name: String,
    pub lines: Vec<Line>,
}

/// One thing that is told: a finding, or what was seen of its work where it has no severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub severity: Option<Severity>,
    pub word: String,
    pub text: String,
}

/// Blocks below each other; for a pipe, a line for each thing that is told.
pub fn text(blocks: &[Block], terminal: &Terminal) -> String {
    let all = || blocks.iter().flat_map(|block| &block.lines);
    let word_width = all().map(|line| line.word.len()).max().unwrap_or(0);
    let mut out = String::new();
    let Some(width) = terminal.width else {
        let names = blocks
            .iter()
            .map(|block| escape::terminal(&block.name).width());
        let name_width = names.max().unwrap_or(0).min(80);
        for block in blocks {
            let name = escape::terminal(&block.name);
            for line in &block.lines {
                let severity = severity(line, terminal.color);
                let text = escape::terminal(&line.text);
                out.push_str(&format!(
                    "{severity}  {:word_width$}  {name:name_width$}  {text}\n",
                    line.word
                ));
            }
        }
        return out;
    };
    let beside = 2 + 7 + 2 + word_width + 2;
    let room = usize::from(width).max(beside + 30) - beside;
    for block in blocks {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&paint::bold(&escape::terminal(&block.name), terminal.color));
        out.push('\n');
        for line in &block.lines {
            let opening = format!(
                "  {}  {:word_width$}  ",
                severity(line, terminal.color),
                line.word
            );
            let lines = wrapped(&escape::terminal(&line.text), room);
            let gap = format!("\n{:beside$}", "");
            out.push_str(&opening);
            out.push_str(&lines.join(&gap));
            out.push('\n');
        }
    }
    out
}

/// The word, padded to the longest.
fn severity(line: &Line, color: bool) -> String {
    match line.severity {
        None => " ".repeat(7),
        Some(severity) => {
            let word = format!("{severity:7}");
            paint::toned(&word, paint::tone(severity), color)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks() -> Vec<Block> {
        let line = |severity, word: &str, text: &str| Line {
            severity,
            word: word.to_owned(),
            text: text.to_owned(),
        };
        vec![
            Block {
                name: "svc-nobody".to_owned(),
                lines: vec![line(
                    Some(Severity::Error),
                    "unknown-identity",
                    "1 record: audit.jsonl:13",
                )],
            },
            Block {
                name: "sync".to_owned(),
                lines: vec![
                    line(
                        Some(Severity::Warning),
                        "retry-storm",
                        "1 record: audit.jsonl:16",
                    ),
                    line(
                        None,
                        "provider",
                        "6 records, last use 2026-11-20; never used: work-order/view-work-orders",
                    ),
                ],
            },
        ]
    }

    #[test]
    fn a_terminal_gets_a_block_each_and_a_pipe_a_line() {
        let terminal = Terminal {
            width: Some(70),
            color: false,
        };
        snapbox::assert_data_eq!(
            text(&blocks(), &terminal),
            snapbox::str![[r#"
svc-nobody
  error    unknown-identity  1 record: audit.jsonl:13

sync
  warning  retry-storm       1 record: audit.jsonl:16
           provider          6 records, last use 2026-11-20; never
                             used: work-order/view-work-orders

"#]]
        );
        let mut hostile = blocks();
        hostile[0].name = "svc\u{1b}[31m".to_owned();
        let lines = text(&hostile, &Terminal::PIPE);
        assert_eq!(lines.lines().count(), 3, "{lines}");
        assert!(
            lines.starts_with("error    unknown-identity  svc"),
            "{lines}"
        );
        assert!(!lines.contains('\u{1b}'), "{lines}");
    }
}
