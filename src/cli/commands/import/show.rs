//! What an import shows: which column goes into what, how much it makes, and what is wrong.

use crate::model::inventory::Inventory;
use crate::model::record::Kind;
use crate::report::summary::counted;
use crate::report::view::{Cell, Column, Tone, View};
use crate::spreadsheet::{Fault, Faults, Guess, Imported, Sure, Survey, Use};

/// The longest sample, in characters.
const SAMPLE: usize = 32;
/// How many faults are shown.
const SHOWN: usize = 20;

/// The columns of the sheet: what each goes into, a sample, and how sure that is.
pub fn columns(survey: &Survey, uses: &[Use], guess: Option<&Guess>) -> View {
    let columns = ["column", "goes-into", "sample"].into_iter();
    let columns = columns
        .chain(guess.map(|_| "guess"))
        .map(Column::new)
        .collect();
    let mut view = View::new("import-columns", columns);
    for (at, seen) in survey.columns.iter().enumerate() {
        let used = uses.iter().find(|used| used.place.at == at);
        let targets = used.map(|used| used.targets.clone()).unwrap_or_default();
        let sure = guess.and_then(|guess| guess.columns.get(at).copied().flatten());
        let cells = match (seen.is_suspect, targets.is_empty()) {
            (true, _) => [
                Cell::text("nothing: it seems to hold secrets").tone(Tone::Error),
                Cell::text("(not shown)").tone(Tone::Muted),
            ],
            (false, true) => [
                Cell::text("nothing").tone(Tone::Muted),
                sample(seen.values.first()),
            ],
            (false, false) => [Cell::text(short(&targets)), sample(seen.values.first())],
        };
        let sure = match (guess, sure) {
            (None, _) | (_, None) => Cell::missing(),
            (_, Some(Sure::Doubtful)) => Cell::text(Sure::Doubtful.as_str()).tone(Tone::Warning),
            (_, Some(sure)) => Cell::text(sure.as_str()),
        };
        let mut row = vec![Cell::text(&seen.place.heading)];
        row.extend(cells);
        row.push(sure);
        view.rows.push(row);
    }
    view
}

fn sample(value: Option<&String>) -> Cell {
    let Some(value) = value else {
        return Cell::missing();
    };
    let line = value.lines().next().unwrap_or_default();
    let mut cut: String = line.chars().take(SAMPLE).collect();
    if cut.len() < value.len() {
        cut.push('…');
    }
    Cell::text(cut).tone(Tone::Muted)
}

/// What a column goes into: the account's fields first, the others by their kind.
fn short(targets: &[String]) -> String {
    let (of_account, others): (Vec<&str>, Vec<&str>) = targets
        .iter()
        .map(String::as_str)
        .partition(|target| target.starts_with("account"));
    let mut kinds: Vec<&str> = others
        .iter()
        .filter_map(|target| target.split('.').next())
        .collect();
    kinds.dedup();
    let all: Vec<&str> = of_account.into_iter().chain(kinds).collect();
    all.join(", ")
}

/// How much a sheet makes: `8 rows make 2 providers, 8 accounts and 30 facts`.
pub fn summary(imported: &Imported) -> String {
    let kinds = Kind::ALL
        .iter()
        .map(|kind| (imported.inventory.count(*kind), kind.as_str()));
    let facts = (imported.facts.len(), "fact");
    let made = kinds.chain([facts]).filter(|(count, _)| *count > 0);
    let made: Vec<String> = made.map(|(count, word)| plural(count, word)).collect();
    let rows = counted(usize::try_from(imported.rows).unwrap_or(usize::MAX), "row");
    let verb = if imported.rows == 1 { "makes" } else { "make" };
    match made.split_last() {
        None => format!("{rows} {verb} nothing"),
        Some((last, [])) => format!("{rows} {verb} {last}"),
        Some((last, others)) => format!("{rows} {verb} {} and {last}", others.join(", ")),
    }
}

fn plural(count: usize, word: &str) -> String {
    match word {
        "person" if count != 1 => format!("{count} people"),
        "boundary" if count != 1 => format!("{count} boundaries"),
        _ => counted(count, word),
    }
}

/// The faults as lines, the first of many.
pub fn faults(faults: &Faults) -> Vec<String> {
    let mut lines: Vec<String> = faults
        .iter()
        .take(SHOWN)
        .map(|fault: &Fault| format!("  {fault}"))
        .collect();
    if let Some(more) = faults.count().checked_sub(SHOWN).filter(|more| *more > 0) {
        lines.push(format!("  and {more} more"));
    }
    lines
}

/// The first account, as an example of what is made.
pub fn example(inventory: &Inventory) -> Option<String> {
    let id = inventory.accounts.keys().next()?;
    let record = inventory.get(&crate::model::record::RecordId::new(Kind::Account, id))?;
    Some(crate::manifest::write_record(&record))
}
