//! A list of changes as a plan to read before it is done: `+ account/x`, `~ account/y` with its fields, `- person/z`.

use serde_json::{Value as Json, json};

use crate::model::change::{Change, FieldChange, Verb, field_changes};
use crate::model::record::{Kind, RecordId};
use crate::model::text::shape;
use crate::report::escape;
use crate::report::json as form;
use crate::report::paint;
use crate::report::summary::counted;
use crate::report::view::Tone;

/// The most columns of one value.
const WIDEST: usize = 100;

/// More additions of one kind than this are counted, unless all fields are asked for.
const MOST_LISTED: usize = 3;

/// The plan and its count, in the order given. `verbose` lists the fields of what is added and removed too; without
/// it, many additions of one kind are one line.
pub fn render(changes: &[Change], verbose: bool, color: bool) -> String {
    if changes.is_empty() {
        return "No changes.\n".to_owned();
    }
    let mut out = lines(changes, verbose, color);
    out.push('\n');
    out.push_str(&count(changes));
    out
}

/// The lines of the plan alone: what was done, once it is done.
pub fn changes(changes: &[Change], color: bool) -> String {
    lines(changes, false, color)
}

fn lines(changes: &[Change], verbose: bool, color: bool) -> String {
    let mut out = String::new();
    let alike = |a: &Change, b: &Change| kind_added(a).is_some() && kind_added(a) == kind_added(b);
    for run in changes.chunk_by(alike) {
        match kind_added(&run[0]) {
            Some(kind) if !verbose && run.len() > MOST_LISTED => {
                out.push_str(&folded(kind, run, color));
            }
            Some(_) | None => run
                .iter()
                .for_each(|change| one(change, verbose, color, &mut out)),
        }
    }
    out
}

/// Field changes in one line: `owner.technical: team/a -> team/b; expires: (none) -> 2027-03-31`.
pub fn fields(changes: &[FieldChange]) -> String {
    let verb = |change: &FieldChange| match (&change.from, &change.to) {
        (None, Some(_)) if change.field.is_empty() => Verb::Create,
        (Some(_), None) if change.field.is_empty() => Verb::Remove,
        _ => Verb::Update,
    };
    let parts: Vec<String> = changes
        .iter()
        .map(|change| difference(change, verb(change)))
        .collect();
    parts.join("; ").trim_start_matches(": ").to_owned()
}

/// The kind of the record that a change adds, if it adds one.
fn kind_added(change: &Change) -> Option<Kind> {
    (change.verb() == Verb::Create).then(|| change.id().kind)
}

/// `+ 36 of account: first, second ...`, cut to one line.
fn folded(kind: Kind, changes: &[Change], color: bool) -> String {
    let names = changes
        .iter()
        .take(4)
        .map(|change| change.id().name.to_string());
    let names = escape::terminal(&names.collect::<Vec<_>>().join(", "));
    let line = format!("+ {} of {kind}: {names} ...", changes.len());
    format!(
        "{}\n",
        paint::toned(&escape::cut(&line, WIDEST), Tone::Good, color)
    )
}

fn one(change: &Change, verbose: bool, color: bool, out: &mut String) {
    let (sign, tone) = match change.verb() {
        Verb::Create => ('+', Tone::Good),
        Verb::Update => ('~', Tone::Warning),
        Verb::Remove => ('-', Tone::Error),
    };
    let line = format!("{sign} {}", escape::terminal(&change.id().to_string()));
    out.push_str(&paint::toned(&line, tone, color));
    out.push('\n');
    if verbose || change.verb() == Verb::Update {
        for field in field_changes(change.before(), change.after()) {
            out.push_str(&format!("    {}\n", difference(&field, change.verb())));
        }
    }
}

/// The plan as a document: `{"version":1,"kind":"plan","changes":[{"action","record","fields":[...]}],"kept":[...]}`.
pub fn json(changes: &[Change], kept: &[RecordId]) -> String {
    form::pretty(&json!({
        "version": form::VERSION,
        "kind": "plan",
        "changes": changes.iter().map(object).collect::<Vec<_>>(),
        "kept": kept,
    }))
}

/// One change a line, as in the document's `changes`.
pub fn jsonl(changes: &[Change]) -> String {
    changes
        .iter()
        .map(|change| form::line(&object(change)))
        .collect()
}

fn object(change: &Change) -> Json {
    json!({
        "action": change.verb(),
        "record": change.id(),
        "fields": field_changes(change.before(), change.after()),
    })
}

/// That some stored records are not declared and stay, and their names as far as they fit a line or two. No line feed.
pub fn kept(kept: &[RecordId]) -> String {
    let names: Vec<String> = kept.iter().take(5).map(RecordId::to_string).collect();
    let more = kept.len().saturating_sub(names.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let what = counted(kept.len(), "stored record");
    let list = escape::terminal(&names.join(", "));
    format!("{what} not declared and kept (--prune removes): {list}{more}")
}

/// `Plan: 3 to add, 1 to change, 0 to remove.`
fn count(changes: &[Change]) -> String {
    let of = |verb| changes.iter().filter(|c| c.verb() == verb).count();
    format!(
        "Plan: {} to add, {} to change, {} to remove.\n",
        of(Verb::Create),
        of(Verb::Update),
        of(Verb::Remove)
    )
}

fn difference(change: &FieldChange, verb: Verb) -> String {
    let field = escape::terminal(&change.field);
    let side = |value: &Option<Json>| {
        value
            .as_ref()
            .map_or_else(|| "(none)".to_owned(), |v| escape::cut(&shown(v), WIDEST))
    };
    match verb {
        Verb::Create => format!("{field}: {}", side(&change.to)),
        Verb::Remove => format!("{field}: {}", side(&change.from)),
        Verb::Update => match (&change.from, &change.to) {
            (Some(Json::Array(from)), Some(Json::Array(to))) => {
                format!("{field}: {}", escape::cut(&in_list(from, to), 2 * WIDEST))
            }
            (from, to) => format!("{field}: {} -> {}", side(from), side(to)),
        },
    }
}

/// What left a list and what came into it: a long list says little when it is shown twice.
fn in_list(from: &[Json], to: &[Json]) -> String {
    let missing_in = |there: &[Json], here: &[Json], sign: char| {
        here.iter()
            .filter(|item| !there.contains(item))
            .map(|item| format!("{sign}{}", shown(item)))
            .collect::<Vec<_>>()
    };
    let mut parts = missing_in(to, from, '-');
    parts.extend(missing_in(from, to, '+'));
    if parts.is_empty() {
        format!("[{}] (order)", list(to))
    } else {
        parts.join(", ")
    }
}

fn list(items: &[Json]) -> String {
    items.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// A value as people write it: text without quotation marks, lists in brackets, tables as JSON. Secrets as stars.
fn shown(value: &Json) -> String {
    match value {
        Json::String(text) if text.is_empty() => "\"\"".to_owned(),
        Json::String(text) => escape::terminal(&shape::masked(text)),
        Json::Array(items) => format!("[{}]", list(items)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => {
            escape::terminal(&shape::masked(&value.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;
    use serde_json::json;

    fn record(id: &str, body: Json) -> Record {
        Record::from_value(&id.parse().unwrap(), body).unwrap()
    }

    fn changes() -> Vec<Change> {
        let account = |technical: &str, permissions: &[&str]| {
            record(
                "account/etl",
                json!({
                    "provider": "maximo", "environment": "production", "workflow": "import",
                    "level": "read-only-import", "owner": { "technical": technical },
                    "permissions": permissions,
                }),
            )
        };
        vec![
            Change::create(record("consumer/etl-01", json!({ "host": "etl-01" }))),
            Change::update(
                account("person/anna", &["asset/view", "part/view"]),
                account("person/jo", &["asset/view", "work-order/view"]),
            ),
            Change::remove(record("person/anna", json!({ "name": "Anna\u{202e}" }))),
        ]
    }

    #[test]
    fn a_plan_says_what_will_change() {
        snapbox::assert_data_eq!(
            render(&changes(), false, false),
            snapbox::str![[r#"
+ consumer/etl-01
~ account/etl
    owner.technical: person/anna -> person/jo
    permissions: -part/view, +work-order/view
- person/anna

Plan: 1 to add, 1 to change, 1 to remove.

"#]]
        );
    }

    #[test]
    fn a_verbose_plan_lists_the_fields() {
        let plan = render(&changes(), true, false);
        assert!(
            plan.contains("+ consumer/etl-01\n    host: etl-01\n"),
            "{plan}"
        );
        assert!(
            plan.contains("- person/anna\n    name: Anna\\u{202e}\n"),
            "{plan}"
        );
    }

    #[test]
    fn a_long_value_is_cut() {
        let long = "x".repeat(4000);
        let change = |host: &str| record("consumer/a", json!({ "host": host }));
        let plan = render(&[Change::update(change("b"), change(&long))], false, false);
        assert!(plan.lines().all(|line| line.len() < 130), "{plan}");
    }

    #[test]
    fn a_secret_among_the_values_is_hidden() {
        let host = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
        let change = Change::create(record("consumer/a", json!({ "host": host })));
        let text = render(&[change], true, false);
        assert!(
            text.contains("host: ****") && !text.contains("16C7"),
            "{text}"
        );
    }

    #[test]
    fn no_change_says_so() {
        assert_eq!(render(&[], true, true), "No changes.\n");
    }
}
