//! The guessed map as text: how columns are read, with comments on what a person has to decide.

use super::records;
use super::role::{Found, Role, column};
use super::word::{self, Meaning};
use crate::spreadsheet::fault::cut;
use crate::spreadsheet::import::{key, quoted};
use crate::spreadsheet::survey::{Seen, Survey};

/// The roles whose cells may hold several values.
const LISTS: &[Role] = &[
    Role::Permissions,
    Role::Scopes,
    Role::Site,
    Role::Consumers,
    Role::Allowlist,
    Role::At,
    Role::Given,
];

/// A map and what it lacks.
pub struct Written {
    pub text: String,
    pub missing: Vec<String>,
}

/// What is written so far.
pub struct Draft<'s> {
    pub survey: &'s Survey,
    pub found: &'s [Found],
    pub out: String,
    pub missing: Vec<String>,
}

impl<'s> Draft<'s> {
    pub fn seen(&self, role: Role) -> Option<&'s Seen> {
        column(self.survey, self.found, role)
    }

    pub fn has(&self, role: Role) -> bool {
        self.seen(role).is_some()
    }

    /// The column of a role in braces, its filters behind it; none where there is no such column.
    pub fn value(&self, role: Role, filters: &str) -> Option<String> {
        let heading = &self.seen(role)?.place.heading;
        // Headings are found whatever their punctuation, and braces would end the name.
        let name = heading.replace(['{', '}', '|'], " ");
        Some(format!("{{{}{filters}}}", name.trim()))
    }

    pub fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// A key and its text.
    pub fn key(&mut self, key: &str, value: &str) {
        self.line(&format!("{key} = {}", quoted(value)));
    }

    /// The same where there is a value.
    pub fn key_of(&mut self, key: &str, value: Option<String>) {
        if let Some(value) = value {
            self.key(key, &value);
        }
    }

    /// A key that is needed, and that no column says.
    pub fn lacks(&mut self, key: &str, example: &str, known: &[&str]) {
        let choice = if known.is_empty() {
            String::new()
        } else {
            format!(": {}", known.join(", "))
        };
        self.line(&format!(
            "# {key} = {}   # no column says it{choice}",
            quoted(example)
        ));
        self.missing.push(format!("no column says `{key}`{choice}"));
    }
}

/// Writes the map.
pub fn write(survey: &Survey, found: &[Found]) -> Written {
    let mut draft = Draft {
        survey,
        found,
        out: String::new(),
        missing: Vec::new(),
    };
    draft.line("# A map for `keyroll import`, guessed from the headings. docs/import.md describes the keys.");
    nothing(&mut draft);
    for (at, seen) in survey.columns.iter().enumerate() {
        match found.iter().find(|found| found.at == at) {
            Some(found) => read_as(&mut draft, seen, found.role),
            None if seen.is_suspect => suspect(&mut draft, seen),
            None => {}
        }
    }
    left_out(&mut draft);
    records::write(&mut draft);
    Written {
        text: draft.out,
        missing: draft.missing,
    }
}

/// The words that mean that there is nothing.
fn nothing(draft: &mut Draft<'_>) {
    let mut words: Vec<String> = Vec::new();
    for found in draft.found {
        let values = draft.survey.columns[found.at].values.iter();
        for value in values.filter(|value| word::is_nothing(value)) {
            if !words.iter().any(|known| known.eq_ignore_ascii_case(value)) {
                words.push(value.clone());
            }
        }
    }
    words.sort();
    words.truncate(20);
    if !words.is_empty() {
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        draft.line("\n[file]");
        draft.line(&format!(
            "empty = [{}]   # words that mean that there is nothing",
            words.join(", ")
        ));
    }
}

/// The table of a column, where its cells are not taken as they are.
fn read_as(draft: &mut Draft<'_>, seen: &Seen, role: Role) {
    let mut lines = Vec::new();
    if LISTS.contains(&role)
        && let Some(sign) = word::separator(seen)
    {
        lines.push(format!("split = {}", quoted(sign)));
    }
    if word::DATED.contains(&role) {
        match word::date_form(seen) {
            None => {}
            Some("") => lines.push(
                "# date = \"month/day/year\"   # or \"day/month/year\": the values do not tell"
                    .into(),
            ),
            Some(form) => lines.push(format!("date = {}", quoted(form))),
        }
    }
    if role == Role::Interval {
        lines.push("unit = \"d\"".into());
    }
    if role == Role::Permissions
        && let Some(provider) = draft.value(Role::Provider, "|slug")
    {
        lines.push(format!("titles = {}", quoted(&provider)));
    }
    if word::WORDED.contains(&role) {
        words(seen, role, &mut lines);
    }
    if role == Role::Site || role == Role::At {
        lines.extend(records::place_words(draft, seen));
    }
    if !lines.is_empty() {
        draft.line(&format!("\n[column.{}]", key(&seen.place.heading)));
        lines.iter().for_each(|line| draft.line(line));
    }
}

/// The words of a column that mean known ones, and those that a person has to tell.
fn words(seen: &Seen, role: Role, lines: &mut Vec<String>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for value in seen.values.iter().filter(|value| !word::is_nothing(value)) {
        match word::meaning(role, value) {
            Meaning::Itself => {}
            Meaning::Word(word) => known.push(format!("{} = {}", key(value), quoted(&word))),
            Meaning::Unknown => unknown.push(quoted(&cut(value))),
        }
    }
    if !known.is_empty() {
        lines.push(format!("words = {{ {} }}", known.join(", ")));
    }
    if !unknown.is_empty() {
        let words = match role == Role::Place {
            true => "age, keyring, vault:PATH, command:NAME, environment:VAR".to_owned(),
            false => word::known(role).join(", "),
        };
        lines.push(format!(
            "# not known: {}; `words` says what each means: {words}",
            unknown.join(", ")
        ));
    }
}

fn suspect(draft: &mut Draft<'_>, seen: &Seen) {
    draft.line("\n# It seems to hold secrets. None comes in by a spreadsheet: `keyroll secret set` stores them.");
    draft.line(&format!(
        "# [column.{}]\n# ignore = true",
        key(&seen.place.heading)
    ));
}

/// The columns that nothing is made of.
fn left_out(draft: &mut Draft<'_>) {
    let columns = draft.survey.columns.iter().enumerate();
    let unknown = columns
        .filter(|(at, seen)| seen.filled > 0 && !draft.found.iter().any(|found| found.at == *at));
    let names: Vec<String> = unknown.map(|(_, seen)| cut(&seen.place.heading)).collect();
    if !names.is_empty() {
        draft.line(&format!("\n# left out: {}", names.join(", ")));
    }
}
