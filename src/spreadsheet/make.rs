//! Makes the records and facts of one row.

use serde_json::Value;

use super::bind::Bound;
use super::fault::{Fault, Place, shown};
use super::fields::Written;
use super::form;
use super::map::{Condition, FactRule, FieldRule, RecordRule, key_fields};
use super::merge::{self, Body};
use super::values::{Pick, Values, fault};
use crate::model::fact::Fact;
use crate::model::record::{Kind, RecordId};

/// A record as a row tells of it; not yet of its kind's shape.
#[derive(Clone, Debug)]
pub struct Made {
    pub id: RecordId,
    pub body: Body,
    pub merges: bool,
    /// The column that names it.
    pub place: Option<Place>,
}

/// Makes what the rules say of a row with these values.
pub struct Maker<'a> {
    pub bound: &'a Bound,
    pub values: &'a Values,
    pub row: u64,
    pub faults: Vec<Fault>,
}

impl Maker<'_> {
    pub fn records(&mut self, rule: &RecordRule) -> Vec<Made> {
        if !self.applies(&rule.when, &rule.unless) {
            return Vec::new();
        }
        let place = self.bound.place(&rule.id);
        let mut names = match self.values.each(&rule.id, &[]) {
            Ok(names) => names,
            Err(misfit) => {
                self.fault(fault(misfit), place);
                return Vec::new();
            }
        };
        if let (true, Some(short)) = (names.is_empty(), &rule.short_id) {
            names = self.values.each(short, &[]).unwrap_or_default();
        }
        if names.is_empty() && rule.kind == Kind::Account {
            let fault = Fault::new("the row has no name for its account");
            self.fault(
                fault.hint("`unless` in the map's `[[account]]` leaves out rows that are none"),
                place,
            );
            return Vec::new();
        }
        let made = names.into_iter().filter_map(|(name, picks)| {
            let known = self.faults.len();
            self.named(rule.kind, &name, &place);
            let body = self.body(rule.kind, &rule.fields, !rule.merges, &picks);
            (self.faults.len() == known).then(|| Made {
                id: RecordId {
                    kind: rule.kind,
                    name: name.into(),
                },
                body,
                merges: rule.merges,
                place: place.clone(),
            })
        });
        made.collect()
    }

    /// The fact of a rule; none where the row has no day for it.
    pub fn fact(&mut self, rule: &FactRule) -> Option<Fact> {
        if !self.applies(&rule.when, &rule.unless) {
            return None;
        }
        let known = self.faults.len();
        let body = self.body(Kind::Fact, &rule.fields, false, &[]);
        if self.faults.len() > known || !body.contains_key("on") {
            return None;
        }
        match serde_json::from_value(Value::Object(body)) {
            Ok(fact) => Some(fact),
            Err(error) => {
                let word = rule.fields.iter().find(|rule| rule.field.path == "on");
                let place = word.and_then(|rule| self.bound.place(rule.values.first()?));
                self.fault(Fault::new(format!("it makes no fact: {error}")), place);
                None
            }
        }
    }

    fn applies(&self, when: &Condition, unless: &Condition) -> bool {
        let holds = |(column, words): &(_, Vec<String>)| self.values.is_one_of(column, words);
        when.iter().all(holds) && (unless.is_empty() || !unless.iter().all(holds))
    }

    fn fault(&mut self, fault: Fault, place: Option<Place>) {
        self.faults.push(fault.row(self.row).column(place));
    }

    /// Checks a record's name. Keys of several parts are checked as fields.
    fn named(&mut self, kind: Kind, name: &str, place: &Option<Place>) {
        if kind == Kind::Organisation || !key_fields(kind).is_empty() {
            return;
        }
        let is_path = kind == Kind::Boundary;
        let written = if is_path {
            Written::Boundary
        } else {
            Written::Name
        };
        if let Err(misfit) = form::value(written, name) {
            self.fault(fault(misfit), place.clone());
        }
    }

    fn body(&mut self, kind: Kind, rules: &[FieldRule], is_whole: bool, picks: &[Pick]) -> Body {
        let mut body = Body::new();
        // Tables that hold a value of the sheet; those of constants alone say nothing.
        let mut told: Vec<Vec<String>> = vec![Vec::new()];
        for rule in rules {
            let Some((path, value)) = self.field(rule, picks) else {
                continue;
            };
            if rule
                .values
                .iter()
                .any(|value| value.columns().next().is_some())
            {
                told.push(path[..path.len() - 1].to_vec());
            }
            let is_key = kind == Kind::Approval && key_fields(kind).contains(&rule.field.path);
            if !is_key {
                merge::set(&mut body, &path, value);
            }
        }
        for rule in rules
            .iter()
            .filter(|rule| rule.field.is_needed && kind != Kind::Approval)
        {
            let Some(path) = self.path(rule, picks) else {
                continue;
            };
            let table = &path[..path.len() - 1];
            if merge::has(&body, &path) {
                continue;
            }
            if !told.iter().any(|told| told == table) {
                merge::remove(&mut body, table);
            } else if is_whole {
                let place = rule
                    .values
                    .first()
                    .and_then(|value| self.bound.place(value));
                if self.faults.iter().any(|fault| fault.column == place) {
                    continue;
                }
                let message = format!("the cell is empty, and {kind} needs `{}`", rule.field.path);
                self.fault(
                    Fault::new(message).hint("fill it, or give a `default` in the column's table"),
                    place,
                );
            }
        }
        body
    }

    /// The path of a field in this row; none where a name in it is empty.
    fn path(&self, rule: &FieldRule, picks: &[Pick]) -> Option<Vec<String>> {
        let keys = rule.path.iter().map(|key| {
            let mut texts = self.values.each(key, picks).ok()?.into_iter();
            let first = texts.next()?.0;
            texts.next().is_none().then_some(first)
        });
        keys.collect()
    }

    fn field(&mut self, rule: &FieldRule, picks: &[Pick]) -> Option<(Vec<String>, Value)> {
        let path = self.path(rule, picks)?;
        let mut values: Vec<Value> = Vec::new();
        for template in &rule.values {
            let place = || self.bound.place(template);
            let texts = match self.values.each(template, picks) {
                Ok(texts) => texts,
                Err(misfit) => {
                    let place = place();
                    self.fault(fault(misfit), place);
                    return None;
                }
            };
            for (text, _) in texts {
                match form::value(rule.field.written, &text) {
                    Ok(value) if values.contains(&value) => {}
                    Ok(value) => values.push(value),
                    Err(misfit) => {
                        let place = place();
                        self.fault(fault(misfit), place);
                        return None;
                    }
                }
            }
        }
        if rule.field.is_list {
            return (!values.is_empty()).then(|| (path, Value::Array(values)));
        }
        if let [first, second, ..] = &values[..] {
            let text = |value: &Value| shown(value.as_str().unwrap_or_default());
            let message = format!(
                "it holds {} and {}, and `{}` takes one",
                text(first),
                text(second),
                rule.field.path
            );
            let place = rule
                .values
                .first()
                .and_then(|value| self.bound.place(value));
            self.fault(Fault::new(message), place);
            return None;
        }
        values.pop().map(|value| (path, value))
    }
}
