//! The pack for programs: one JSON document, versioned. Its shape is a contract: docs/handoff.md describes it.

use serde_json::{Map, Value, json};

use crate::report::handoff::{Block, Pack, Section, shown, table};
use crate::report::view::View;
use crate::report::{json, matrix};

pub(super) fn text(pack: &Pack) -> String {
    let head = &pack.head;
    let figures = pack.figures.iter().map(|figure| {
        let count = match figure.of {
            Some(all) => json!({ "count": figure.count, "of": all }),
            None => json!({ "count": figure.count }),
        };
        (figure.name.to_owned(), count)
    });
    let sections = pack.sections.iter();
    let sections = sections.map(|one| (one.id.to_owned(), section(one)));
    json::pretty(&json!({
        "version": json::VERSION,
        "kind": "handoff-pack",
        "organisation": head.organisation.as_deref().map(shown),
        "filters": head.filters,
        "store": head.store,
        "as-of": head.as_of,
        "made": head.made,
        "trail": { "events": head.trail.events, "root": head.trail.root },
        "notes": head.notes,
        "figures": figures.collect::<Map<String, Value>>(),
        "sections": sections.collect::<Map<String, Value>>(),
    }))
}

fn section(section: &Section) -> Value {
    let gaps = section.gaps.iter().map(|gap| {
        json!({ "subject": shown(&gap.subject), "what": shown(&gap.what), "way": gap.way.as_deref().map(shown) })
    });
    let mut object = Map::new();
    object.insert("title".into(), section.title.into());
    object.insert("gaps".into(), gaps.collect());
    for block in &section.blocks {
        let (name, rows) = match block {
            Block::Table(table) => (table.view.kind.to_owned(), rows(&table.view)),
            Block::Matrix(titled) => (titled.name.clone(), rows(&matrix::view(&titled.what))),
            Block::Checklist(titled) => {
                (titled.name.clone(), rows(&table::checklist(&titled.what)))
            }
            Block::Timeline(timeline) => ("timeline".to_owned(), rows(&table::timeline(timeline))),
        };
        object.insert(name, rows);
    }
    Value::Object(object)
}

fn rows(view: &View) -> Value {
    json::rows(&view.masked())
}
