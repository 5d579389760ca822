//! A baseline: read, told, and an inventory with faults judged beside it.

use keyroll::catalog::Glossaries;
use keyroll::manifest;
use keyroll::rules::{self, Facts};

use super::config::read_sample;
use super::manifest::strict;
use super::{as_of, shown};

/// Everything that is done with a baseline of a stranger's.
pub fn baseline(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = manifest::is_baseline(&text);
    let mut read = read_sample();
    let known = match read.parse_baseline("known.jsonl", &text) {
        Ok(known) => known,
        Err(problem) => return shown::said(&problem.message, "problem"),
    };
    let written = manifest::write_baseline(&known).expect("what was read is written");
    let again = read.parse_baseline("known.jsonl", &written);
    assert_eq!(
        again.as_ref(),
        Ok(&known),
        "it reads back otherwise: {written}"
    );
    let glossaries = Glossaries::of(&read.inventory);
    let facts = Facts::new(&read.inventory, &glossaries, as_of());
    let judgement = rules::judgement_beside(&facts, &strict(), &known);
    shown::everywhere(&read, &judgement, &strict());
}
