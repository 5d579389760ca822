//! Floor 3: pure renderers: values in, text out. Reads nothing, writes nothing, knows no command.

pub mod answer;
pub mod calendar;
pub mod changes;
pub mod diagnosis;
pub mod diagnostic;
pub mod diff;
pub mod escape;
pub mod findings;
pub mod format;
pub mod handoff;
pub mod lists;
pub mod matrix;
pub mod notice;
pub mod offboarding;
pub mod plan;
pub mod plot;
pub mod reconciliation;
pub mod review;
pub mod risk;
pub mod schedule;
pub mod siem;
pub mod summary;
pub mod unified;
pub mod view;

mod delimited;
pub(crate) mod html;
pub mod json;
mod markdown;
pub(crate) mod paint;
mod table;
mod wrap;

pub use format::{CiFormat, FindingsFormat, Format, SiemFormat, Terminal, WatchFormat};
pub use view::{Align, Cell, Column, Tone, Value, View};

/// A view in the form that was asked for, ending in a line feed unless it is empty. What looks like a secret is hidden from
/// people; a program gets the values as they are.
pub fn render(view: &View, format: Format, terminal: &Terminal) -> String {
    match format {
        Format::Table => table::table(&view.masked(), terminal),
        Format::Json => json::document(view),
        Format::Jsonl => json::lines(view),
        Format::Csv => delimited::csv(view),
        Format::Tsv => delimited::tsv(view),
        Format::Md => markdown::table(&view.masked()),
        Format::Html => html::page(&view.masked()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a name must not be able to do, in one name.
    const HOSTILE: &str =
        "=cmd()\u{1b}[31m\n::error::|`<b>\u{202e}\u{9b}\u{200b}\t[x](javascript:y),\"q\"";

    fn hostile() -> View {
        let mut view = View::new("hostile", vec![Column::new("name"), Column::new("list")]);
        view.rows = vec![vec![
            Cell::text(HOSTILE).tone(Tone::Error),
            Cell::list([HOSTILE, "b"]),
        ]];
        view
    }

    #[test]
    fn what_looks_like_a_secret_is_hidden_from_people() {
        let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
        let mut view = View::of("secrets", ["because", "list"], Vec::new());
        view.rows = vec![vec![
            Cell::text(format!("as {token} says")),
            Cell::list(["plain", &token]),
        ]];
        view.notes = vec![format!("and {token}")];
        for format in [Format::Table, Format::Md, Format::Html] {
            let out = render(&view, format, &Terminal::PIPE);
            assert!(!out.contains("16C7e4"), "{format:?}: {out}");
            assert!(out.contains("says") && out.contains("plain"), "{out}");
        }
        let lists = lists::Lists {
            tables: vec![view.clone()],
            rows: view,
            notes: vec![token.clone()],
        };
        for &format in <Format as clap::ValueEnum>::value_variants() {
            let out = lists::render(&lists, format, &Terminal::PIPE);
            assert!(!out.contains("16C7e4"), "{format:?}: {out}");
        }
    }

    #[test]
    fn a_hostile_name_is_harmless_in_every_format() {
        let formats = <Format as clap::ValueEnum>::value_variants();
        for &format in formats {
            for width in [None, Some(40)] {
                let out = render(
                    &hostile(),
                    format,
                    &Terminal {
                        width,
                        color: false,
                    },
                );
                let raw = |c: char| !matches!(c, '\n' | '\t') && escape::is_unsafe(c);
                assert!(!out.chars().any(raw), "{format:?}: {out:?}");
                for line in out.lines() {
                    assert!(!line.trim_start().starts_with("::"), "{format:?}: {line:?}");
                }
            }
        }
        for format in [Format::Csv, Format::Tsv] {
            let out = render(&hostile(), format, &Terminal::PIPE);
            assert!(!out.contains("\n=") && !out.contains("\t="), "{out:?}");
        }
        let lines = |format| render(&hostile(), format, &Terminal::PIPE).lines().count();
        assert_eq!(
            [
                Format::Csv,
                Format::Tsv,
                Format::Jsonl,
                Format::Md,
                Format::Table
            ]
            .map(lines),
            [2, 2, 1, 3, 2]
        );
        let json = render(&hostile(), Format::Json, &Terminal::PIPE);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["rows"][0]["name"], HOSTILE);
    }

    #[test]
    fn a_hostile_finding_is_harmless_in_every_format() {
        let hostile = HOSTILE.to_owned() + "%0A::error::]]>&<!--\u{ffff}";
        let finding = findings::tests::findings().remove(0);
        let item = findings::Item {
            rule: "missing-owner",
            subject: Some(hostile.clone()),
            field: Some(hostile.clone()),
            message: &hostile,
            fix: Some(&hostile),
            place: Some(findings::Place {
                file: &hostile,
                line: 1,
                column: 1,
                end_line: 1,
                end_column: 2,
            }),
            ..findings::Item::from(&finding)
        };
        let judged = findings::Judged {
            accepted: vec![findings::Accepted {
                item: item.clone(),
                by: findings::Acceptance::Waiver,
                why: Some(hostile.clone()),
            }],
            items: vec![item],
            files: vec![&hostile],
            per_account: true,
            ..findings::Judged::default()
        };
        for &format in <FindingsFormat as clap::ValueEnum>::value_variants() {
            let out = findings::render(&judged, format, &Terminal::PIPE);
            // The lines of a calendar end in both.
            let out = out.replace("\r\n", "\n");
            let raw = |c: char| !matches!(c, '\n' | '\t') && escape::is_unsafe(c);
            assert!(!out.chars().any(raw), "{format:?}: {out:?}");
            let commands = out.lines().filter(|l| l.trim_start().starts_with("::"));
            let expected = usize::from(format == FindingsFormat::Ci(CiFormat::Github));
            assert_eq!(commands.count(), expected, "{format:?}: {out:?}");
        }
        let render =
            |format| findings::render(&judged, FindingsFormat::Ci(format), &Terminal::PIPE);
        // The only `%` of a command are ours: those of names are doubled.
        let github = render(CiFormat::Github);
        assert_eq!(github.matches("%0A").count(), 1, "{github}");
        let xml = render(CiFormat::Junit);
        let xml = roxmltree::Document::parse(&xml).expect("well-formed XML");
        let names = |node: &roxmltree::Node| node.tag_name().name().to_owned();
        let mut tags: Vec<String> = xml.descendants().map(|node| names(&node)).collect();
        tags.retain(|tag| !tag.is_empty());
        assert_eq!(
            tags,
            [
                "testsuites",
                "testsuite",
                "testcase",
                "failure",
                "testcase",
                "skipped"
            ]
        );
        let sarif: serde_json::Value = serde_json::from_str(&render(CiFormat::Sarif)).unwrap();
        let result = &sarif["runs"][0]["results"][0];
        let message = result["message"]["text"].as_str().unwrap();
        assert!(message.contains("\\[x\\](javascript") && !message.contains(escape::is_unsafe));
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let plain = |c: char| c.is_ascii_alphanumeric() || "%-._~/".contains(c);
        assert!(uri.as_str().unwrap().chars().all(plain), "{uri}");
        let gitlab: serde_json::Value = serde_json::from_str(&render(CiFormat::Gitlab)).unwrap();
        for text in [&gitlab[0]["description"], &gitlab[0]["location"]["path"]] {
            assert!(
                !text.as_str().unwrap().contains(escape::is_unsafe),
                "{text}"
            );
        }
    }

    #[test]
    fn every_format_shows_the_same_rows() {
        let mut view = View::new(
            "account-list",
            vec![Column::new("account"), Column::new("days").right()],
        );
        view.columns.push(Column::new("boundaries"));
        view.rows = vec![
            vec![
                Cell::text("etl"),
                Cell::number(-3),
                Cell::list(["femo", "acme/x"]),
            ],
            vec![
                Cell::text("two"),
                Cell::missing(),
                Cell::list(Vec::<String>::new()),
            ],
        ];
        let render = |format| render(&view, format, &Terminal::PIPE);
        snapbox::assert_data_eq!(
            render(Format::Json),
            snapbox::str![[r#"
{
  "version": 1,
  "kind": "account-list",
  "rows": [
    {
      "account": "etl",
      "days": -3,
      "boundaries": [
        "femo",
        "acme/x"
      ]
    },
    {
      "account": "two",
      "days": null,
      "boundaries": []
    }
  ]
}

"#]]
        );
        snapbox::assert_data_eq!(
            render(Format::Jsonl),
            snapbox::str![[r#"
{"account":"etl","days":-3,"boundaries":["femo","acme/x"]}
{"account":"two","days":null,"boundaries":[]}

"#]]
        );
        snapbox::assert_data_eq!(
            render(Format::Csv),
            snapbox::str![[r#"
account,days,boundaries
etl,-3,femo; acme/x
two,,

"#]]
        );
        snapbox::assert_data_eq!(
            render(Format::Md),
            snapbox::str![[r#"
| Account | Days | Boundaries |
| --- | ---: | --- |
| etl | -3 | femo, acme/x |
| two |  |  |

"#]]
        );
        assert_eq!(
            render(Format::Tsv),
            "account\tdays\tboundaries\netl\t-3\tfemo; acme/x\ntwo\t\t\n"
        );
    }
}
