//! A configuration: read, told, and an inventory with faults judged by it.

use std::sync::OnceLock;

use keyroll::catalog::Glossaries;
use keyroll::cli::failure::Failure;
use keyroll::cli::roll::RuleOptions;
use keyroll::cli::settings::{self, Settings};
use keyroll::manifest::{self, Manifest};
use keyroll::model::policy::FailOn;
use keyroll::rules::{self, Facts, Selection};

use super::files::Files;
use super::{as_of, shown};

const SAMPLE: &str = concat!(
    include_str!("../../examples/brookfield-with-faults/inventory.toml"),
    "\n[[waiver]]\nrule = \"missing-owner\"\nsubject = \"account/none\"\nreason = \"x\"\n",
);

/// Everything that is done with a configuration of a stranger's.
pub fn config(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let read = manifest::parse_config("keyroll.toml", text);
    let settings = read
        .map_err(|problems| settings::refused(&problems))
        .and_then(|file| Settings::of(file, "keyroll.toml".into()));
    let settings = match settings {
        Ok(settings) => settings,
        Err(failure) => return told(&failure),
    };
    let _ = settings.fail_on(None, FailOn::Error);
    let _ = settings.baseline();
    let selection = settings.selection(&RuleOptions::default(), Selection::all());
    let selection = selection.expect("the rules of a configuration are looked up when it is read");
    let manifest = sample();
    let glossaries = Glossaries::of(&manifest.inventory);
    let facts = Facts::new(&manifest.inventory, &glossaries, as_of()).under(&settings.policy);
    let judgement = rules::judgement(&facts, &selection);
    shown::everywhere(manifest, &judgement, &selection);
}

fn told(failure: &Failure) {
    let lines = failure.lines();
    assert!(lines.len() > 1, "no hint: {lines:?}");
    lines.iter().for_each(|line| shown::said(line, "refusal"));
}

/// An inventory with faults.
pub fn sample() -> &'static Manifest {
    static READ: OnceLock<Manifest> = OnceLock::new();
    READ.get_or_init(read_sample)
}

/// As [`sample`], anew.
pub fn read_sample() -> Manifest {
    let mut files = Files::of(SAMPLE.as_bytes());
    manifest::read_tree(&files.listed(), &mut files)
}
