//! What changed, in every format: sorted, whole, and harmless whatever the names are.

use super::*;

const HOSTILE: &str = "=cmd()\u{1b}[31m\n::error::|`<b>\u{202e}\u{9b}\t[x](javascript:y),\"q\"";

fn changes(text: &str) -> Changes {
    let happening = |group, turn| Happening {
        group,
        at: Some("2026-11-20T10:00:00Z".parse().unwrap()),
        account: Some("etl".parse().unwrap()),
        record: format!("account/etl {text}"),
        turn,
        what: text.to_owned(),
        who: vec![text.to_owned(), "jo".to_owned()],
        reason: Some(text.to_owned()),
        times: 2,
    };
    Changes {
        since: "2026-11-16".parse().unwrap(),
        until: "2026-11-22".parse().unwrap(),
        happenings: vec![
            happening(Group::Gain, Some(Turn::Gained)),
            happening(Group::Reveal, None),
        ],
        events: 5,
        silent: 1,
        actors: vec![(text.to_owned(), 5)],
        lost: vec!["account/lost".parse().unwrap()],
        complete: true,
    }
}

fn shown(text: &str, format: Format) -> String {
    let terminal = Terminal {
        width: Some(60),
        color: false,
    };
    render(&changes(text), "every account", format, &terminal)
}

#[test]
fn a_hostile_name_is_harmless_in_every_format() {
    let all = [
        Format::Table,
        Format::Json,
        Format::Jsonl,
        Format::Csv,
        Format::Tsv,
        Format::Md,
        Format::Html,
    ];
    for format in all {
        let out = shown(HOSTILE, format);
        let raw = |c: char| !matches!(c, '\n' | '\t') && escape::is_unsafe(c);
        assert!(!out.chars().any(raw), "{format:?}: {out:?}");
        for line in out.lines() {
            assert!(!line.trim_start().starts_with("::"), "{format:?}: {line:?}");
        }
        assert!(
            !out.contains("<b>")
                || matches!(
                    format,
                    Format::Table | Format::Json | Format::Jsonl | Format::Csv | Format::Tsv
                )
        );
    }
}

#[test]
fn what_looks_like_a_secret_is_hidden_from_people() {
    let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
    for format in [Format::Table, Format::Md, Format::Html] {
        let out = shown(&token, format);
        assert!(!out.contains("16C7e4"), "{format:?}: {out}");
    }
}

#[test]
fn what_cannot_be_told_is_said_in_every_form_that_people_and_programs_read_whole() {
    let found = changes("x");
    assert_eq!(found.warnings().len(), 1);
    for format in [Format::Md, Format::Html] {
        assert!(shown("x", format).contains("account/lost"), "{format:?}");
    }
    let document: Json = serde_json::from_str(&shown("x", Format::Json)).unwrap();
    assert_eq!(
        (&document["complete"], &document["lost"][0]),
        (&json!(false), &json!("account/lost"))
    );
    assert_eq!(document["rows"][0]["turn"], "gained");
    assert!(
        found.summary().starts_with(
            "2026-11-16 to 2026-11-22: access gained 1, secrets handed out 1 (5 events)"
        )
    );
}

#[test]
fn people_read_it_by_subject_with_who_and_when() {
    assert_eq!(
        shown("x", Format::Table),
        "Access gained\n  account/etl x\n    x, 2 times; by x, jo on 2026-11-20 (x)\n\n\
        Secrets handed out\n  account/etl x\n    x, 2 times; by x, jo on 2026-11-20 (x)\n"
    );
}

#[test]
fn a_page_says_of_which_days_and_accounts_it_is_and_what_must_not_be_overlooked() {
    let page = shown("level write-back", Format::Html);
    for words in [
        "<h1>Changes from 2026-11-16 to 2026-11-22</h1>",
        "<p class=lead>Covers every account.</p>",
        "access gained 1, secrets handed out 1 (5 events)",
        "<p class=cut>warning: how they stood",
        "<th scope=row>etl<td>Access gained<td class=\"error\">level write-back, 2 times<td class=\"day\">2026-11-20<td>level write-back, jo",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}
