//! Gathers what the rows make: one record of a name, whatever number of rows tell of it.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::fault::{Fault, cut, shown};
use super::import::Known;
use super::make::Made;
use super::merge::{self, Body};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, Record, RecordId};

/// The most records.
const MOST: usize = 1_000_000;

/// The records of the rows so far.
pub struct Gather<'k> {
    known: Known<'k>,
    inventory: Inventory,
    /// Records that several rows tell of, with the row that was the first to do so.
    merged: BTreeMap<RecordId, (Body, u64)>,
    /// The rows of the others.
    rows: HashMap<RecordId, u64>,
    /// Records that are declared elsewhere, and left out.
    kept: Vec<RecordId>,
}

impl<'k> Gather<'k> {
    pub fn new(known: Known<'k>) -> Gather<'k> {
        Gather {
            known,
            inventory: Inventory::default(),
            merged: BTreeMap::new(),
            rows: HashMap::new(),
            kept: Vec::new(),
        }
    }

    /// Takes what a row makes, all of it or nothing.
    pub fn take(&mut self, made: Vec<Made>, row: u64) -> Result<(), Vec<Fault>> {
        let mut merged: Vec<(RecordId, Body)> = Vec::new();
        let mut whole: Vec<Record> = Vec::new();
        let mut faults = Vec::new();
        for made in made {
            let at = |message: String| Fault::new(message).row(row).column(made.place.clone());
            if made.merges {
                if let Err(fault) = self
                    .agrees(&made, row)
                    .and_then(|()| joined(&mut merged, &made, row))
                {
                    faults.push(fault);
                }
                continue;
            }
            if let Some(first) = self.rows.get(&made.id) {
                let message = format!(
                    "`{}` is made of row {first} already",
                    cut(&made.id.to_string())
                );
                faults.push(
                    at(message)
                        .hint("say `rows = \"merge\"` in the map where several rows tell of one"),
                );
                continue;
            }
            match self.record(made.id.clone(), made.body.clone()) {
                Ok(record) if whole.iter().any(|other| other.id() == made.id) => {
                    faults.push(at(format!("the row makes `{}` twice", record.id())));
                }
                Ok(record) => whole.push(record),
                Err(reason) => faults.push(at(reason)),
            }
        }
        if self.rows.len() + self.merged.len() > MOST {
            faults.push(Fault::new(format!("more than {MOST} records")).row(row));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        for (id, body) in merged {
            match self.merged.get_mut(&id) {
                Some((known, _)) => merge::join(known, body),
                None => drop(self.merged.insert(id, (body, row))),
            }
        }
        for record in whole {
            self.rows.insert(record.id(), row);
            self.put(record);
        }
        Ok(())
    }

    /// Whether what a row tells of a record is what the rows before it told.
    fn agrees(&self, made: &Made, row: u64) -> Result<(), Fault> {
        let Some((known, first)) = self.merged.get(&made.id) else {
            return Ok(());
        };
        if *known == made.body {
            return Ok(());
        }
        merge::conflict(known, &made.body).map_or(Ok(()), |conflict| {
            let message = format!(
                "`{}` of `{}` is {} on row {first}, and {} here",
                conflict.key,
                cut(&made.id.to_string()),
                shown(&conflict.first),
                shown(&conflict.second)
            );
            Err(Fault::new(message).row(row).column(made.place.clone()))
        })
    }

    /// A record that stands as the row tells of it; keys that it does not tell stay as they are stored.
    fn record(&self, id: RecordId, mut body: Body) -> Result<Record, String> {
        if let Known::Stored(stored) = self.known
            && let Some(stored) = stored.get(&id)
            && let Value::Object(stored) = stored.to_value()
        {
            merge::fill(&mut body, &stored);
        }
        Record::from_value(&id, Value::Object(body)).map_err(|error| {
            format!(
                "`{}` is not complete: {}",
                cut(&error.id.to_string()),
                cut(&error.reason)
            )
        })
    }

    fn put(&mut self, record: Record) {
        match self.known {
            Known::Beside(declared) if declared.contains(&record.id()) => {
                self.kept.push(record.id())
            }
            Known::Beside(_) | Known::Stored(_) | Known::Nothing => {
                drop(self.inventory.put(record))
            }
        }
    }

    /// Everything, and what was left out because it is declared elsewhere.
    pub fn finish(mut self) -> Result<(Inventory, Vec<RecordId>), Vec<Fault>> {
        let mut faults = Vec::new();
        for (id, (body, row)) in std::mem::take(&mut self.merged) {
            // What is known of a person or provider stands: a sheet of accounts names them in passing.
            let known = match self.known {
                Known::Stored(stored) if id.kind != Kind::Account => {
                    stored.get(&id).map(|record| record.to_value())
                }
                Known::Stored(_) | Known::Beside(_) | Known::Nothing => None,
            };
            let body = match known {
                Some(Value::Object(mut known)) => {
                    merge::fill(&mut known, &body);
                    known
                }
                _ => body,
            };
            match self.record(id, body) {
                Ok(record) => self.put(record),
                Err(reason) => faults.push(Fault::new(reason).row(row)),
            }
        }
        match faults.is_empty() {
            true => Ok((self.inventory, self.kept)),
            false => Err(faults),
        }
    }
}

/// Adds a record to those that the row makes.
fn joined(merged: &mut Vec<(RecordId, Body)>, made: &Made, row: u64) -> Result<(), Fault> {
    let Some((_, known)) = merged.iter_mut().find(|(id, _)| *id == made.id) else {
        merged.push((made.id.clone(), made.body.clone()));
        return Ok(());
    };
    if let Some(conflict) = merge::conflict(known, &made.body) {
        let message = format!(
            "the row says two things of `{}`: `{}` is {} and {}",
            cut(&made.id.to_string()),
            conflict.key,
            shown(&conflict.first),
            shown(&conflict.second)
        );
        return Err(Fault::new(message).row(row).column(made.place.clone()));
    }
    merge::join(known, made.body.clone());
    Ok(())
}
