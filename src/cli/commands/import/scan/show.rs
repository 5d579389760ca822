//! What a scan shows: a row for each key, and in a few lines what was found, what is wrong and what was not looked at.

use std::path::Path;

use super::Found;
use super::walk::Walked;
use crate::cli::commands::import::write::shown;
use crate::discovery::{By, Candidate, Holds, Place};
use crate::model::finding::Severity;
use crate::report::summary::counted;
use crate::report::view::{Cell, Column, Tone, View};

/// How many of the files that could not be read are named.
const NAMED: usize = 20;

/// A row for each key. The account is the one of the roll, where it knows it, else the name that it would have.
pub fn view(found: &Found) -> View {
    let columns = ["account", "key", "file", "line", "findings"].map(Column::new);
    let spare = [
        "kind",
        "holds",
        "provider",
        "by",
        "environment",
        "mode",
        "git",
        "known",
    ];
    let spare = spare.map(|name| Column::new(name).spare());
    let columns = columns.into_iter().chain(spare);
    let mut view = View::new("import-scan", columns.collect());
    let mut account: Vec<Option<&Candidate>> = vec![None; found.places.len()];
    for candidate in &found.accounts {
        candidate
            .places
            .iter()
            .for_each(|at| account[*at] = Some(candidate));
    }
    for (place, account) in found.places.iter().zip(account) {
        view.rows.push(row(found, place, account));
    }
    view
}

fn row(found: &Found, place: &Place, account: Option<&Candidate>) -> Vec<Cell> {
    let (file, site) = (&found.walked.files[place.file], &place.site);
    let faults = found.faults(place);
    let tone = match (faults.contains(&"in-git"), faults.is_empty()) {
        (true, _) => Tone::Error,
        (false, false) => Tone::Warning,
        (false, true) => Tone::Muted,
    };
    let known = account.and_then(|it| it.known.as_ref());
    let git = match found.kept.get(&place.file).copied().flatten() {
        Some(true) => Cell::text("yes"),
        Some(false) => Cell::text("no"),
        None => Cell::missing(),
    };
    vec![
        Cell::optional(known.or(account.map(|it| &it.name))),
        Cell::text(&site.key),
        Cell::text(file.shown()),
        Cell::count(site.line),
        Cell::list(faults).tone(tone),
        Cell::text(site.kind),
        Cell::text(site.holds.as_str()),
        Cell::optional(site.system.as_ref()),
        Cell::optional(site.by.map(By::as_str)),
        Cell::optional(site.environment.as_ref()),
        Cell::text(format!("{:04o}", file.mode)),
        git,
        Cell::text(if known.is_some() { "yes" } else { "no" }),
    ]
}

/// A place on one line: `jobs/.env:3 MAXIMO_PASSWORD, others-read`.
pub fn line(found: &Found, at: usize) -> String {
    let place = &found.places[at];
    let path = found.walked.files[place.file].shown();
    let mut line = format!("{path}:{} {}", place.site.line, place.site.key);
    for fault in found.faults(place) {
        line.push_str(&format!(", {fault}"));
    }
    line
}

/// The gravest that was found: a value that git keeps is out, one that others may read may be.
pub fn worst(found: &Found) -> Option<Severity> {
    let faults = found.places.iter().flat_map(|place| found.faults(place));
    let faults: Vec<&str> = faults.collect();
    let is_partial = !found.walked.unread.is_empty() || found.walked.is_cut || found.is_cut;
    match (faults.contains(&"in-git"), faults.is_empty() && !is_partial) {
        (true, _) => Some(Severity::Error),
        (false, false) => Some(Severity::Warning),
        (false, true) => None,
    }
}

/// What is said below the rows.
pub fn notes(found: &Found, out: Option<&Path>) -> Vec<String> {
    let holding = |what: Holds| {
        let places = found.places.iter();
        places.filter(|it| it.site.holds == what).count()
    };
    let all = [Holds::Value, Holds::Reference, Holds::Blank].into_iter();
    let all = all.map(|what| (holding(what), what.as_str()));
    let holding: Vec<String> = all
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(count, word))
        .collect();
    let mut files: Vec<usize> = found.places.iter().map(|place| place.file).collect();
    files.dedup();
    let looked = counted(found.walked.files.len(), "file");
    let mut notes = vec![match found.places.len() {
        0 => format!("no key of a credential in {looked}"),
        keys => format!(
            "{} in {} of {looked}, of {}: {}",
            counted(keys, "key"),
            files.len(),
            counted(found.accounts.len(), "account"),
            holding.join(", "),
        ),
    }];
    let with = |fault: &str| {
        let places = found.places.iter();
        places
            .filter(|place| found.faults(place).contains(&fault))
            .count()
    };
    let fault = |count: usize, said: &str| {
        (count > 0).then(|| format!("{}: {said}", counted(count, "value")))
    };
    notes.extend(fault(
        with("in-git"),
        "git keeps the file, and its history keeps the value: rotate it, then take it out",
    ));
    notes.extend(fault(
        with("others-read"),
        "others than the owner may read the file: chmod 600",
    ));
    if found.own > 0 {
        let own = counted(found.own, "secret");
        notes.push(format!("{own} that a program makes for itself (sessions, signatures) left out: nobody's account"));
    }
    notes.extend(passed_over(&found.walked));
    notes.extend(not_looked_at(found));
    if let Some(out) = out {
        let new = found
            .accounts
            .iter()
            .filter(|it| it.known.is_none())
            .count();
        let known = found.accounts.len() - new;
        notes.push(format!(
            "drafted {}{}{}",
            counted(new, "account"),
            if known > 0 {
                format!(", left out {known} that the roll knows")
            } else {
                String::new()
            },
            match out.to_str() {
                Some("-") => String::new(),
                _ => format!(
                    "; `keyroll validate {}` tells what to fill in",
                    shown(out).trim_matches('`')
                ),
            }
        ));
    }
    notes
}

fn passed_over(walked: &Walked) -> Option<String> {
    let folders = walked.folders.iter().map(|(name, count)| match count {
        1 => format!("{name}/"),
        _ => format!("{count} {name}/"),
    });
    let some = |count: usize, said: &str| (count > 0).then(|| counted(count, said));
    let files = [
        some(walked.others, "other file"),
        some(walked.links, "symbolic link"),
        some(walked.binary, "binary file"),
        some(walked.large.len(), "larger file"),
    ];
    let all: Vec<String> = folders.chain(files.into_iter().flatten()).collect();
    (!all.is_empty()).then(|| format!("passed over: {}", all.join(", ")))
}

/// What should have been looked at and was not.
fn not_looked_at(found: &Found) -> Vec<String> {
    let unread = &found.walked.unread;
    let named = unread.iter().take(NAMED);
    let mut notes: Vec<String> = named
        .map(|(path, why)| format!("warning: {}: {why}", shown(path)))
        .collect();
    if unread.len() > NAMED {
        notes.push(format!("warning: and {} more", unread.len() - NAMED));
    }
    if found.walked.is_cut || found.is_cut {
        notes.push("warning: there is more than is looked at: give fewer folders".to_owned());
    }
    notes
}
