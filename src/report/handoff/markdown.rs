//! The pack as Markdown: for a wiki, a ticket, a repository. Stored text never becomes markup.

use crate::model::checklist::Line;
use crate::report::escape;
use crate::report::handoff::{
    Block, Gap, Pack, Section, Timeline, counted, particulars, shown, table,
};
use crate::report::view::View;
use crate::report::{Format, Terminal};
use crate::report::{matrix, render};

pub(super) fn text(pack: &Pack) -> String {
    let mut out = String::from("# Service account handoff\n\n");
    for (title, value) in particulars(&pack.head) {
        out.push_str(&format!("- **{title}:** {}\n", escape::markdown(&value)));
    }
    for note in &pack.head.notes {
        out.push_str(&format!("\n{}\n", safe(note)));
    }
    let verdict = safe(&pack.verdict.0);
    out.push_str(&format!("\n## At a glance\n\n**{verdict}**\n\n"));
    for figure in &pack.figures {
        out.push_str(&format!("- {}: {}\n", figure.title, counted(figure)));
    }
    out.push_str(&missing(pack));
    for section in &pack.sections {
        out.push_str(&one(section));
    }
    out
}

fn safe(text: &str) -> String {
    escape::markdown(&shown(text))
}

fn missing(pack: &Pack) -> String {
    let mut out = String::from("\n### What is missing\n\n");
    let lines = pack.sections.iter().filter_map(|section| {
        let missed = section.missed_of_all()?;
        Some(format!("- {}: {missed}\n", section.title))
    });
    let lines: String = lines.collect();
    out.push_str(if lines.is_empty() {
        "Nothing.\n"
    } else {
        &lines
    });
    out
}

fn one(section: &Section) -> String {
    let missed = section.missed();
    let missed = missed.map_or(String::new(), |missed| format!(" ({missed})"));
    let lead = safe(&section.lead);
    let mut out = format!("\n## {}{missed}\n\n{lead}\n", section.title);
    if !section.gaps.is_empty() {
        out.push_str("\n**Missing:**\n\n");
        section.gaps.iter().for_each(|one| out.push_str(&gap(one)));
    }
    for block in &section.blocks {
        match block {
            Block::Table(table) if table.view.rows.is_empty() => {
                out.push_str(&titled(&table.title, &format!("{}\n", table.empty)));
            }
            Block::Table(table) => {
                out.push_str(&titled(&table.title, &rows(&table::filled(table))));
            }
            Block::Matrix(matrix) => {
                let drawn = matrix::render(&matrix.what, Format::Md, &Terminal::PIPE);
                out.push_str(&titled(&matrix.title, &lowered(&drawn)));
            }
            Block::Checklist(checklist) => {
                let overview = rows(&table::overview(&checklist.what));
                out.push_str(&titled(&checklist.title, &overview));
                out.push('\n');
                for line in Line::ALL {
                    out.push_str(&format!("- {}: {}\n", line.title(), line.asks()));
                }
                let all = rows(&table::checklist(&checklist.what));
                out.push_str(&titled("What each stands on", &all));
            }
            Block::Timeline(timeline) => out.push_str(&lived(timeline)),
        }
    }
    out
}

/// The same with its headings one level lower: they stand below another. A `###` within a line is somebody's text.
fn lowered(drawn: &str) -> String {
    let line = |line: &str| match line.starts_with("### ") {
        true => format!("#{line}\n"),
        false => format!("{line}\n"),
    };
    drawn.lines().map(line).collect()
}

fn gap(gap: &Gap) -> String {
    let way = gap.way.as_deref();
    let way = way.map_or(String::new(), |way| format!(" ({})", safe(way)));
    format!("- {}: {}{way}\n", safe(&gap.subject), safe(&gap.what))
}

fn titled(title: &str, what: &str) -> String {
    format!("\n### {}\n\n{}\n", safe(title), what.trim_end())
}

fn lived(timeline: &Timeline) -> String {
    if timeline.lines.is_empty() {
        return String::new();
    }
    titled(
        "Rotations, past and planned",
        &rows(&table::timeline(timeline)),
    )
}

fn rows(view: &View) -> String {
    render(view, Format::Md, &Terminal::PIPE)
}

#[cfg(test)]
mod tests {
    #[test]
    fn headings_are_lowered_and_what_is_stored_is_not() {
        let drawn = "### one\n\n| a ### b |\n";
        assert_eq!(super::lowered(drawn), "#### one\n\n| a ### b |\n");
    }
}
