//! The three forms of a pack: the same content, harmless whatever the roll says.

use super::*;
use crate::model::checklist::{Line, Standing};
use crate::report::view::{Cell, View};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn checked(standing: Standing) -> Vec<Checked> {
    let lines = Line::ALL.iter().map(|line| Checked {
        line: *line,
        standing,
        why: "seen: `read`".to_owned(),
        on: Some(day("2026-11-02")),
    });
    lines.collect()
}

/// A pack in which every text of the roll is `text`.
fn pack(text: &str) -> Pack {
    let mut view = View::of("accounts", ["account", "places"], Vec::new());
    view.rows = vec![vec![Cell::text(text), Cell::list([text, "b"])]];
    Pack {
        head: Head {
            organisation: Some(text.to_owned()),
            filters: vec!["tenant femo".to_owned()],
            store: "0198".to_owned(),
            as_of: day("2026-11-22"),
            made: "2026-11-22T10:00:00Z".parse().unwrap(),
            trail: Tip {
                events: 3,
                root: "aGFzaA==".to_owned(),
            },
            notes: Vec::new(),
        },
        figures: vec![Figure {
            name: "accounts",
            count: 1,
            of: Some(2),
            title: "accounts",
            tone: None,
            place: Some("inventory"),
        }],
        verdict: ("Not in order".to_owned(), Tone::Error),
        sections: vec![Section {
            id: "inventory",
            title: "Inventory",
            lead: "Every account.".to_owned(),
            gaps: vec![Gap {
                subject: text.to_owned(),
                what: text.to_owned(),
                way: Some(text.to_owned()),
            }],
            blocks: vec![
                Block::Table(Table {
                    title: text.to_owned(),
                    view,
                    empty: "None.",
                    unknown: "not known",
                }),
                Block::Table(Table {
                    title: "Nothing here".to_owned(),
                    view: View::of("empty", ["a"], Vec::new()),
                    empty: "Nobody wrote any.",
                    unknown: "",
                }),
                Block::Checklist(Titled {
                    name: "checks".to_owned(),
                    title: "Checks".to_owned(),
                    what: vec![(text.to_owned(), checked(Standing::Missing))],
                }),
                Block::Timeline(Timeline {
                    from: day("2025-11-22"),
                    to: day("2027-05-22"),
                    today: day("2026-11-22"),
                    lines: vec![Lane {
                        name: text.to_owned(),
                        lives: vec![Life {
                            number: 2,
                            from: day("2026-10-04"),
                            to: day("2026-11-22"),
                        }],
                        marks: vec![
                            (day("2026-10-04"), Mark::Issued),
                            (day("2026-12-03"), Mark::Planned),
                            (day("2026-11-20"), Mark::Overdue),
                            (day("2027-04-16"), Mark::End),
                        ],
                    }],
                }),
            ],
        }],
    }
}

#[test]
fn a_hostile_text_is_harmless_in_every_form() {
    let hostile =
        "=x\u{1b}[31m\n::error::|`<b>\u{202e}\u{200b}\t[x](javascript:y),\"q\" onload='z'</style>";
    let pack = pack(hostile);
    for text in [pack.html(), pack.markdown(), pack.json()] {
        let raw = |c: char| c != '\n' && crate::report::escape::is_unsafe(c);
        assert!(!text.chars().any(raw), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")));
    }
    let page = pack.html();
    assert!(
        !page.contains("<b>\\") && page.matches("</style>").count() == 1,
        "{page}"
    );
    assert!(!page.contains("onload='z'"), "{page}");
}

#[test]
fn what_looks_like_a_secret_is_hidden_in_every_form() {
    let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
    let pack = pack(&format!("as {token} says"));
    for text in [pack.html(), pack.markdown(), pack.json()] {
        assert!(!text.contains("16C7e4"), "{text}");
        assert!(text.contains("says"), "{text}");
    }
}

#[test]
fn a_gap_and_an_empty_table_are_told_in_every_form() {
    let pack = pack("etl");
    let json: serde_json::Value = serde_json::from_str(&pack.json()).unwrap();
    assert_eq!(json["sections"]["inventory"]["gaps"][0]["subject"], "etl");
    assert_eq!(
        json["sections"]["inventory"]["empty"],
        serde_json::json!([])
    );
    assert_eq!(
        json["figures"]["accounts"],
        serde_json::json!({ "count": 1, "of": 2 })
    );
    for text in [pack.html(), pack.markdown()] {
        assert!(text.contains("Nobody wrote any."), "{text}");
        assert!(text.contains("What is missing"), "{text}");
    }
}

#[test]
fn every_mark_of_the_picture_stands_in_the_rows_too() {
    let pack = pack("etl");
    let json: serde_json::Value = serde_json::from_str(&pack.json()).unwrap();
    let rows = json["sections"]["inventory"]["timeline"]
        .as_array()
        .unwrap();
    let told: Vec<&str> = rows
        .iter()
        .map(|row| row["what"].as_str().unwrap())
        .collect();
    assert_eq!(told, Mark::ALL.map(Mark::words).to_vec());
    assert_eq!(rows[0]["version"], 2);
    let page = pack.html();
    for class in ["issued", "planned", "overdue", "end"] {
        assert!(page.contains(&format!("class={class} ")), "{class}: {page}");
    }
}

#[test]
fn a_page_fetches_runs_and_posts_nothing() {
    let page = pack("etl").html();
    assert!(
        page.contains("default-src 'none'; style-src 'sha256-"),
        "{page}"
    );
    for word in [
        "<script", "http://", "https://", "url(", "@import", " style=", "src=",
    ] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn every_line_of_the_checklist_that_is_missing_is_counted_at_its_name() {
    let pack = pack("etl");
    // One gap is told in the section; the checklist misses all six lines.
    let section = &pack.sections[0];
    assert_eq!(
        (section.gaps.len(), section.missing()),
        (1, Line::ALL.len())
    );
    let page = pack.html();
    let badge = "<span class=count>6 missing</span>";
    assert!(page.contains(&format!("<a href=\"#inventory\">Inventory</a> {badge}")));
    assert!(page.contains(&format!("<h2 id=h-inventory>Inventory {badge}</h2>")));
    assert!(page.contains("</a>: 6 missing, 5 of them told in other parts"));
    let text = pack.markdown();
    assert!(text.contains("## Inventory (6 missing)\n"), "{text}");
    assert!(text.contains("- Inventory: 6 missing, 5 of them told in other parts\n"));
}

#[test]
fn the_first_that_people_read_is_the_verdict_and_figures_lead_to_what_they_count() {
    let pack = pack("etl");
    let page = pack.html();
    let verdict = page
        .find("<p class=\"verdict error\">Not in order</p>")
        .unwrap();
    assert!(verdict < page.find("<dl>").unwrap());
    assert!(page.contains("<a href=\"#inventory\">accounts</a>"));
    assert!(pack.markdown().contains("**Not in order**"));
}

#[test]
fn people_read_a_word_where_nothing_is_known_and_programs_null() {
    let mut pack = pack("etl");
    let rows = vec![vec![
        Cell::text("etl"),
        Cell::missing(),
        Cell::list([""; 0]),
    ]];
    pack.sections[0].blocks = vec![Block::Table(Table {
        title: "Seen".to_owned(),
        view: View::of("seen", ["account", "on", "used"], rows),
        empty: "",
        unknown: "not known",
    })];
    let page = pack.html();
    assert!(
        page.contains("<td class=\"muted\">not known<td class=\"muted\">none</tr>"),
        "{page}"
    );
    let text = pack.markdown();
    assert!(text.contains("| etl | not known | none |"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&pack.json()).unwrap();
    let row = &json["sections"]["inventory"]["seen"][0];
    assert_eq!(
        *row,
        serde_json::json!({ "account": "etl", "on": null, "used": [] })
    );
}
