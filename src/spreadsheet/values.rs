//! The values of one row by column, and what templates make of them.

use std::collections::HashMap;
use std::rc::Rc;

use super::bind::Bound;
use super::column::{Element, MOST_VALUES};
use super::fault::{Fault, shown};
use super::form::Misfit;
use super::rows::Row;
use super::template::{Filter, Template};
use super::titles::{Titles, spelled};
use crate::catalog::Glossaries;
use crate::model::entitlement::Catalog;
use crate::model::inventory::Inventory;

/// The values of a row, by slot.
#[derive(Default)]
pub struct Values {
    slots: Vec<Vec<Element>>,
}

/// Which value of a slot stands for it.
pub type Pick = (usize, usize);

/// The glossaries that titles are looked up in, read once.
pub struct Lookup<'k> {
    known: &'k Inventory,
    read: HashMap<String, Option<Rc<Titles>>>,
}

impl<'k> Lookup<'k> {
    pub fn new(known: &'k Inventory) -> Lookup<'k> {
        Lookup {
            known,
            read: HashMap::new(),
        }
    }

    /// The titles of the glossary that a provider or platform of this name has, else of the glossary of this name.
    fn titles(&mut self, name: &str) -> Option<Rc<Titles>> {
        if let Some(known) = self.read.get(name) {
            return known.clone();
        }
        let titles = self
            .catalog(name)
            .map(|catalog| Rc::new(Titles::of(catalog)));
        self.read.insert(name.to_owned(), titles.clone());
        titles
    }

    fn catalog(&self, name: &str) -> Option<&'k Catalog> {
        let glossaries = Glossaries::of(self.known);
        let provider = name.parse().ok().and_then(|id| glossaries.of_provider(&id));
        let platform = || name.parse().ok().and_then(|id| glossaries.of_platform(&id));
        let by_name = || name.parse().ok().and_then(|name| glossaries.get(&name));
        provider.or_else(platform).or_else(by_name)
    }
}

impl Values {
    /// Reads the columns that the map uses; what is wrong with a cell goes to `faults`.
    pub fn of(
        bound: &Bound,
        row: &Row<'_>,
        lookup: &mut Lookup<'_>,
        faults: &mut Vec<Fault>,
    ) -> Values {
        let mut values = Values {
            slots: vec![Vec::new(); bound.slots.len()],
        };
        for (at, slot) in bound
            .slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.is_used)
        {
            let read = match slot.part {
                None => slot.column.read(row.cell(slot.place.at)),
                // A column stands before its parts.
                Some((whole, index)) => values.part(bound, whole, index, at),
            };
            match read {
                Ok(read) => values.slots[at] = read,
                Err(misfit) => {
                    faults.push(
                        fault(misfit)
                            .row(row.number)
                            .column(Some(slot.place.clone())),
                    );
                }
            }
        }
        for (at, slot) in bound
            .slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.is_used)
        {
            let Some(template) = &slot.column.titles else {
                continue;
            };
            let names = values.each(template, &[]).unwrap_or_default();
            let titles = names.first().and_then(|(name, _)| lookup.titles(name));
            for element in &mut values.slots[at] {
                let clean = &element.clean;
                match titles
                    .as_ref()
                    .map_or_else(|| Ok(spelled(clean)), |titles| titles.key(clean))
                {
                    Ok(key) => element.clean = key,
                    Err(_) => {
                        let message = format!("{} stands in several groups", shown(clean));
                        let fault = Fault::new(message).hint("write `Group/Title`");
                        faults.push(fault.row(row.number).column(Some(slot.place.clone())));
                    }
                }
            }
        }
        values
    }

    /// The part of each value of a column that has this place in it.
    fn part(
        &self,
        bound: &Bound,
        whole: usize,
        index: usize,
        at: usize,
    ) -> Result<Vec<Element>, Misfit> {
        let Some(parts) = &bound.slots[whole].column.parts else {
            return Ok(Vec::new());
        };
        let mut out = Vec::new();
        for element in &self.slots[whole] {
            let mut pieces = element.clean.splitn(parts.names.len(), parts.by.as_str());
            let piece = pieces.nth(index).unwrap_or_default();
            out.extend(bound.slots[at].column.read(piece)?);
        }
        Ok(out)
    }

    /// What a template makes of the row: a text for each combination of values, with the values that it took.
    ///
    /// # Errors
    /// When there are too many.
    pub fn each(
        &self,
        template: &Template,
        fixed: &[Pick],
    ) -> Result<Vec<(String, Vec<Pick>)>, Misfit> {
        let mut slots: Vec<usize> = template.columns().filter_map(|named| named.slot).collect();
        slots.sort_unstable();
        slots.dedup();
        let fixed_at = |slot: usize| {
            fixed
                .iter()
                .find(|(at, _)| *at == slot)
                .map(|(_, pick)| *pick)
        };
        let counts: Vec<usize> = slots
            .iter()
            .map(|slot| fixed_at(*slot).map_or(self.slots[*slot].len(), |_| 1))
            .collect();
        let total = counts
            .iter()
            .try_fold(1usize, |total, count| total.checked_mul(*count));
        let total = total.filter(|total| *total <= MOST_VALUES).ok_or_else(|| {
            Misfit::new(format!(
                "the lists of the row make more than {MOST_VALUES} values"
            ))
        })?;
        let mut out = Vec::with_capacity(total);
        for number in 0..total {
            let mut rest = number;
            // The first column changes last, as lists are read.
            let mut picks: Vec<Pick> = Vec::with_capacity(slots.len());
            for (slot, count) in slots.iter().zip(&counts).rev() {
                picks.push((*slot, fixed_at(*slot).unwrap_or(rest % count)));
                rest /= count;
            }
            let text = template.fill(|named| {
                let slot = named.slot?;
                let (_, pick) = picks.iter().find(|(at, _)| *at == slot)?;
                let element = self.slots.get(slot)?.get(*pick)?;
                let is_raw = named.filters.first() == Some(&Filter::Raw);
                Some(if is_raw {
                    element.raw.as_str()
                } else {
                    element.clean.as_str()
                })
            });
            out.extend(text.map(|text| (text, picks)));
        }
        Ok(out)
    }

    /// Whether one of the values that a template names is one of the words.
    pub fn is_one_of(&self, template: &Template, words: &[String]) -> bool {
        let values = self.each(template, &[]).unwrap_or_default();
        match values.is_empty() {
            true => words.iter().any(String::is_empty),
            false => values.iter().any(|(value, _)| words.contains(value)),
        }
    }
}

/// The fault of a value that does not fit.
pub fn fault(misfit: Misfit) -> Fault {
    Fault {
        hint: misfit.hint,
        ..Fault::new(misfit.message)
    }
}
