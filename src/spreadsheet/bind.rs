//! A map that has met a table: every column that it names is found there, or said to be missing.

use std::collections::{BTreeSet, HashMap};

use super::column::Column;
use super::fault::{Fault, Faults, Place, cut};
use super::headings::{Headings, normalised};
use super::map::{Map, key_fields};
use super::template::{Named, Template};

/// Where the values of a column, or of a part of one, come from.
#[derive(Clone, Debug)]
pub struct Slot {
    pub place: Place,
    /// The slot that it is a part of, and which.
    pub part: Option<(usize, usize)>,
    pub column: Column,
    pub is_used: bool,
}

/// A map bound to the columns of a table.
pub struct Bound {
    pub map: Map,
    pub slots: Vec<Slot>,
}

/// Slots by heading, and by heading and part.
struct Names {
    columns: HashMap<String, usize>,
    parts: HashMap<(String, String), usize>,
}

impl Names {
    fn find(&self, text: &str) -> Option<usize> {
        let part = text.rsplit_once('.').and_then(|(heading, part)| {
            let key = (normalised(heading), normalised(part));
            self.parts.get(&key).copied()
        });
        part.or_else(|| self.columns.get(&normalised(text)).copied())
    }
}

impl Bound {
    /// # Errors
    /// Each column that the map names and the table has not.
    pub fn of(mut map: Map, headings: &Headings) -> Result<Bound, Faults> {
        let mut faults = Faults::default();
        let (mut slots, names) = slots(&map, headings);
        let mut used = BTreeSet::new();
        let mut unknown = BTreeSet::new();
        for (heading, column) in &map.columns {
            match names.find(heading) {
                Some(slot) => slots[slot].column = column.clone(),
                None => drop(unknown.insert(heading.clone())),
            }
        }
        let mut find = |named: &mut Named| match names.find(&named.text) {
            Some(slot) => {
                named.slot = Some(slot);
                used.insert(slot);
            }
            None => drop(unknown.insert(named.text.clone())),
        };
        templates_mut(&mut map).for_each(|template| template.columns_mut().for_each(&mut find));
        for slot in &mut slots {
            let titles = slot.column.titles.iter_mut();
            titles.for_each(|template| template.columns_mut().for_each(&mut find));
        }
        faults.extend(unknown.iter().map(|text| missing(text, headings)));
        for at in used {
            slots[at].is_used = true;
            if let Some((whole, _)) = slots[at].part {
                slots[whole].is_used = true;
            }
        }
        for slot in slots
            .iter()
            .filter(|slot| slot.is_used && slot.column.ignore)
        {
            let fault = Fault::new("the map ignores it, and makes records of it");
            faults.add(fault.column(Some(slot.place.clone())));
        }
        match faults.is_empty() {
            true => Ok(Bound { map, slots }),
            false => Err(faults),
        }
    }

    /// The column that a template stands in, for messages: the first that it names.
    pub fn place(&self, template: &Template) -> Option<Place> {
        let slot = template.columns().find_map(|named| named.slot)?;
        Some(self.slots.get(slot)?.place.clone())
    }

    /// What each column of the table goes into, as `account.level` and so on.
    pub fn targets(&self) -> Vec<(Place, Vec<String>)> {
        let mut targets: Vec<BTreeSet<String>> = vec![BTreeSet::new(); self.slots.len()];
        let mut note = |template: &Template, target: &str| {
            for slot in template.columns().filter_map(|named| named.slot) {
                let whole = self.slots[slot].part.map_or(slot, |(whole, _)| whole);
                targets[whole].insert(target.to_owned());
            }
        };
        for rule in &self.map.records {
            if key_fields(rule.kind).is_empty() {
                note(&rule.id, &format!("{}.id", rule.kind));
            }
            for field in &rule.fields {
                let target = format!("{}.{}", rule.kind, field.field.path.replace(".*", ""));
                field.values.iter().for_each(|value| note(value, &target));
                field.path.iter().for_each(|key| note(key, &target));
            }
        }
        for rule in &self.map.facts {
            for field in rule
                .fields
                .iter()
                .filter(|rule| rule.field.path != "account")
            {
                let target = format!("fact.{}", field.field.path);
                field.values.iter().for_each(|value| note(value, &target));
            }
        }
        let columns = self.slots.iter().zip(targets);
        let columns = columns.filter(|(slot, _)| slot.part.is_none());
        columns
            .map(|(slot, targets)| (slot.place.clone(), targets.into_iter().collect()))
            .collect()
    }
}

fn slots(map: &Map, headings: &Headings) -> (Vec<Slot>, Names) {
    let mut names = Names {
        columns: HashMap::new(),
        parts: HashMap::new(),
    };
    let slot = |at: usize, part: Option<(usize, usize)>| Slot {
        place: headings.place(at),
        part,
        column: map.plain.clone(),
        is_used: false,
    };
    let mut slots: Vec<Slot> = (0..headings.len()).map(|at| slot(at, None)).collect();
    for at in 0..headings.len() {
        names.columns.insert(normalised(headings.text(at)), at);
    }
    for (heading, column) in &map.columns {
        let (Some(at), Some(parts)) = (headings.find(heading), &column.parts) else {
            continue;
        };
        for (index, name) in parts.names.iter().enumerate() {
            let key = (normalised(heading), normalised(name));
            names.parts.insert(key, slots.len());
            slots.push(slot(at, Some((at, index))));
        }
    }
    (slots, names)
}

fn templates_mut(map: &mut Map) -> impl Iterator<Item = &mut Template> {
    let records = map.records.iter_mut().flat_map(|rule| {
        let keys = std::iter::once(&mut rule.id).chain(&mut rule.short_id);
        let fields = rule.fields.iter_mut();
        let fields = fields.flat_map(|field| field.path.iter_mut().chain(&mut field.values));
        let conditions = rule.when.iter_mut().chain(&mut rule.unless);
        keys.chain(fields)
            .chain(conditions.map(|(column, _)| column))
    });
    let facts = map.facts.iter_mut().flat_map(|rule| {
        let fields = rule.fields.iter_mut();
        let fields = fields.flat_map(|field| field.path.iter_mut().chain(&mut field.values));
        let conditions = rule.when.iter_mut().chain(&mut rule.unless);
        fields.chain(conditions.map(|(column, _)| column))
    });
    records.chain(facts)
}

fn missing(text: &str, headings: &Headings) -> Fault {
    let fault = Fault::new(format!("the sheet has no column `{}`", cut(text)));
    let whole = text.rsplit_once('.').map(|(whole, _)| whole);
    match (
        headings.near(text),
        whole.and_then(|whole| headings.find(whole)),
    ) {
        (_, Some(at)) => {
            let whole = cut(headings.text(at));
            fault.hint(format!("`parts` in the table of `{whole}` names its parts"))
        }
        (Some(near), None) => fault.hint(format!("did you mean `{}`?", cut(near))),
        (None, None) => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_the_sheet_has_not_is_named_with_what_was_meant() {
        let map = "[column.Sits]\n[[person]]\nid = '{Owner|slug}'\nname = '{Ownr}'\nemail = '{Owner.mail}'";
        let headings = Headings::of(["Owner", "Site"].into_iter()).unwrap();
        let faults = Bound::of(Map::parse(map).unwrap(), &headings)
            .err()
            .unwrap();
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "the sheet has no column `Owner.mail`; `parts` in the table of `Owner` names its parts",
                "the sheet has no column `Ownr`; did you mean `Owner`?",
                "the sheet has no column `Sits`; did you mean `Site`?",
            ]
        );
    }
}
