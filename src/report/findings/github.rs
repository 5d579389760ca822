//! Findings as workflow commands: annotations at the lines of a pull request on GitHub.
//!
//! GitHub shows ten errors and ten warnings of a step; code scanning (SARIF) has room for all.

use crate::model::finding::Severity;
use crate::report::escape;
use crate::report::findings::{Item, path};

/// One command a line: `::error file=...,line=...,title=...::message`.
pub fn commands(items: &[Item]) -> String {
    items.iter().map(command).collect()
}

fn command(item: &Item) -> String {
    let word = match item.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    // The log of a step shows the message alone: it begins with what an editor or a reader needs to get there.
    let mut message = String::new();
    if let Some(place) = item.place {
        let file = path::plain(place.file);
        properties.push(format!("file={}", property(file)));
        properties.push(format!("line={}", place.line));
        properties.push(format!("col={}", place.column));
        properties.push(format!("endLine={}", place.end_line));
        properties.push(format!("endColumn={}", place.end_column));
        message = format!("{file}:{}:{}: ", place.line, place.column);
    }
    properties.push(format!("title={}", property(item.rule)));
    let mut lines = vec![data(&(message + &item.told()))];
    lines.extend(item.fix.map(|fix| data(&format!("help: {fix}"))));
    format!("::{word} {}::{}\n", properties.join(","), lines.join("%0A"))
}

/// Text behind the second `::`. It is made visible first, so the line feeds that a name brings are no line feeds here.
fn data(text: &str) -> String {
    escape::terminal(text).replace('%', "%25")
}

/// Text between the two `::`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{findings, judged};
    use super::*;

    #[test]
    fn a_finding_is_an_annotation_at_its_lines() {
        let findings = findings();
        snapbox::assert_data_eq!(
            commands(&judged(&findings).items),
            snapbox::str![[r#"
::error title=rotation-overdue::account/unicmms-production-import: version 3 was due on 2026-10-01 by `quarterly`%0Ahelp: keyroll rotate unicmms-production-import
::warning file=a b/c.toml,line=3,col=1,endLine=3,endColumn=9,title=no-drill::a b/c.toml:3:1: account/etl: the revoke procedure `pull-key` was never rehearsed

"#]]
        );
    }

    #[test]
    fn a_name_begins_no_command_and_no_property() {
        let findings = findings();
        let mut item = Item::from(&findings[2]);
        item.subject = Some("a\n::set-env name=X::y%0A::error::z".to_owned());
        item.rule = "x,line=1::";
        assert_eq!(
            commands(&[item]),
            "::notice title=x%2Cline=1%3A%3A::a\\n\\u{3a}:set-env name=X::y%250A::error::z: the approval of `write-back` ends\n"
        );
    }
}
