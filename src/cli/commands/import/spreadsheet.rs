//! `keyroll import csv|tsv`: the spreadsheet that everyone starts from.

use std::path::{Path, PathBuf};

use super::sheet::Sheet;
use super::{show, write};
use crate::cli::commands::apply;
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::settings::Settings;
use crate::cli::{file, roll};
use crate::lifecycle;
use crate::manifest;
use crate::model::change::{Note, Occurrence};
use crate::model::inventory::Inventory;
use crate::report::summary::{Counts, counted};
use crate::report::{self, Format};
use crate::rules::{self, Selection};
use crate::spreadsheet::{self, Encoding, Faults, Guess, Imported, Known, Map, Survey, Use};
use crate::store::{Access, Store};

/// How the text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Encoded {
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "windows-1252")]
    Windows1252,
}

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll import csv accounts.csv                                  # guesses, shows, stops\n  \
    keyroll import csv accounts.csv --write-map map.toml             # the guess, to correct\n  \
    keyroll import csv accounts.csv --map map.toml --out inventory/\n  \
    keyroll import csv accounts.csv --map map.toml --apply\n\n\
    One bad cell refuses all, unless --skip-bad. No secret comes in by a spreadsheet. docs/import.md tells it all.")]
pub struct Args {
    /// The spreadsheet saved as text, or - for standard input
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// What the columns are; guessed from the headings where it is not given
    #[arg(long, value_name = "MAP", value_hint = clap::ValueHint::FilePath)]
    map: Option<PathBuf>,
    /// Write the guessed map to this file, or - for standard output, and stop
    #[arg(long, value_name = "MAP", value_hint = clap::ValueHint::FilePath, conflicts_with_all = ["map", "out", "apply", "facts"])]
    write_map: Option<PathBuf>,
    /// Write the records as TOML to this file, into this folder, or to standard output for -
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    out: Option<PathBuf>,
    /// Write the dated facts to this file, for `keyroll import facts`
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    facts: Option<PathBuf>,
    /// Plan, ask, and commit the records into the store
    #[arg(long, conflicts_with_all = ["out", "beside"])]
    apply: bool,
    /// Apply although the rule book finds errors
    #[arg(long, requires = "apply")]
    accept_findings: bool,
    /// Leave out what these files or folders declare already, and use their glossaries
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    beside: Vec<PathBuf>,
    /// Leave out rows in which something is wrong, and tell of them
    #[arg(long)]
    skip_bad: bool,
    /// How the text is encoded: utf-8 or windows-1252; UTF-16 is told by its beginning
    #[arg(long, value_name = "NAME", value_enum, hide_possible_values = true)]
    encoding: Option<Encoded>,
    /// Replace files without asking
    #[arg(long)]
    force: bool,
}

/// A sheet with its map.
struct Mapped {
    sheet: Sheet,
    survey: Survey,
    map: Map,
    guess: Option<Guess>,
    uses: Vec<Use>,
}

pub fn run(args: &Args, tabs: Option<u8>, context: &mut Context) -> Outcome {
    let mut mapped = match mapped(args, tabs, context)? {
        mapped if args.write_map.is_some() => return write_map(args, &mapped, context),
        mapped => mapped,
    };
    if mapped
        .guess
        .as_ref()
        .is_some_and(|guess| !guess.missing.is_empty())
    {
        return Err(incomplete(&mapped, context)?);
    }
    if args.apply {
        leave_facts(args, false, &mut mapped, context);
        return commit(args, mapped, context);
    }
    let beside = beside(args)?;
    let known = beside.as_ref().map_or(Known::Nothing, Known::Beside);
    let is_dry = args.out.is_none() && args.facts.is_none();
    leave_facts(args, is_dry, &mut mapped, context);
    if is_dry {
        columns(&mapped, context)?;
    }
    let imported = taken(args, mapped, known, context)?;
    match is_dry {
        true => dry(&imported, context)?,
        false => written(args, &imported, context)?,
    }
    remark(&imported, beside, context)?;
    Ok(status(&imported))
}

/// Makes no facts where nobody wants them: they are most of a large sheet.
fn leave_facts(args: &Args, is_dry: bool, mapped: &mut Mapped, context: &mut Context) {
    if args.facts.is_none() && !is_dry && !mapped.map.facts.is_empty() {
        mapped.map.facts.clear();
        context
            .out
            .note("dated facts are left out: --facts FILE writes them");
    }
}

/// Reads the sheet's beginning and the map, or guesses one.
fn mapped(args: &Args, tabs: Option<u8>, context: &mut Context) -> Result<Mapped, Failure> {
    let map = args.map.as_deref().map(read_map).transpose()?;
    let said = args.encoding.map(|encoded| match encoded {
        Encoded::Utf8 => Encoding::Utf8,
        Encoded::Windows1252 => Encoding::Windows1252,
    });
    let said = said.or_else(|| map.as_ref().and_then(|map| map.encoding));
    let mut sheet = Sheet::open(&args.file, said, tabs)?;
    let form = map.clone().unwrap_or_default();
    let surveyed = spreadsheet::survey(&mut sheet.rows(&form)?);
    let survey = surveyed.map_err(|error| sheet.bad(&error))?;
    let guess = map.is_none().then(|| spreadsheet::guess(&survey));
    let map = match (map, &guess) {
        (Some(map), _) => map,
        // A guess that lacks something is shown and not used.
        (None, Some(guess)) if guess.missing.is_empty() => {
            Map::parse(&guess.map).map_err(|error| {
                Failure::new(format!("the guessed map is wrong: {error}"))
                    .hint("write one: docs/import.md")
            })?
        }
        (None, _) => Map::default(),
    };
    let uses = spreadsheet::uses(&sheet.rows(&map)?, &map);
    let uses = uses.map_err(|faults| refused(&faults, guess.is_some(), context))?;
    Ok(Mapped {
        sheet,
        survey,
        map,
        guess,
        uses,
    })
}

fn read_map(path: &Path) -> Result<Map, Failure> {
    let text = file::text(path)?;
    Map::parse(&text).map_err(|error| {
        Failure::usage(format!("the map {}: {error}", write::shown(path)))
            .hint("docs/import.md describes the keys; nothing was changed")
    })
}

fn write_map(args: &Args, mapped: &Mapped, context: &mut Context) -> Outcome {
    let path = args.write_map.as_deref().unwrap_or(Path::new("-"));
    write::may_replace([path], args.force, context)?;
    let text = mapped.guess.as_ref().map(|guess| guess.map.as_str());
    write::file(path, text.unwrap_or_default(), context)?;
    for missing in mapped.guess.iter().flat_map(|guess| &guess.missing) {
        context.out.note(format!("to be decided: {missing}"));
    }
    if path != Path::new("-") {
        let (map, file) = (path.display(), args.file.display());
        context.out.note(format!(
            "wrote {map}; correct it, then: keyroll import csv {file} --map {map}"
        ));
    }
    Ok(Status::Clean)
}

/// Shows which column goes into what.
fn columns(mapped: &Mapped, context: &mut Context) -> Result<(), Failure> {
    let view = show::columns(&mapped.survey, &mapped.uses, mapped.guess.as_ref());
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))
}

/// The failure of a guess that lacks what records need, with what it found.
fn incomplete(mapped: &Mapped, context: &mut Context) -> Result<Failure, Failure> {
    columns(mapped, context)?;
    for missing in mapped.guess.iter().flat_map(|guess| &guess.missing) {
        context.out.note(format!("  {missing}"));
    }
    let failure =
        Failure::refused("the headings do not tell all that an account needs; nothing was written");
    Ok(failure
        .hint("--write-map MAP.toml writes what is guessed: complete it, then --map MAP.toml"))
}

fn beside(args: &Args) -> Result<Option<Inventory>, Failure> {
    match args.beside.is_empty() {
        true => Ok(None),
        false => roll::declared(&args.beside).map(Some),
    }
}

/// Takes the whole sheet in.
fn taken(
    args: &Args,
    mapped: Mapped,
    known: Known<'_>,
    context: &mut Context,
) -> Result<Imported, Failure> {
    let Mapped {
        mut sheet,
        map,
        guess,
        ..
    } = mapped;
    let mut rows = sheet.rows(&map)?;
    let imported = spreadsheet::import(&mut rows, map, known, args.skip_bad);
    imported.map_err(|faults| refused(&faults, guess.is_some(), context))
}

fn refused(faults: &Faults, is_guess: bool, context: &mut Context) -> Failure {
    show::faults(faults)
        .iter()
        .for_each(|line| context.out.note(line));
    let found = counted(faults.count(), "fault");
    let in_rows = faults.iter().any(|fault| fault.row.is_some());
    let hint = match (is_guess, in_rows) {
        (true, _) => {
            "--write-map MAP.toml writes the guessed map: correct it or the sheet, then --map MAP.toml"
        }
        (false, true) => {
            "correct the sheet or the map; --skip-bad leaves out rows in which something is wrong"
        }
        (false, false) => "correct the map, or the headings of the sheet",
    };
    Failure::refused(format!("{found} in the sheet; nothing was changed")).hint(hint)
}

/// Shows what would be made.
fn dry(imported: &Imported, context: &mut Context) -> Result<(), Failure> {
    if context.globals.format == Format::Table
        && let Some(example) = show::example(&imported.inventory)
    {
        context
            .out
            .data(&format!("\n# The first account:\n{example}"))?;
    }
    told(imported, context);
    context.out.note("nothing was written: --out PATH writes TOML, --apply commits, --write-map MAP keeps the guess to correct it");
    Ok(())
}

/// How much was made, and what was left out.
fn told(imported: &Imported, context: &mut Context) {
    if imported.skipped > 0 {
        show::faults(&imported.faults)
            .iter()
            .for_each(|line| context.out.note(line));
        let rows = counted(
            usize::try_from(imported.skipped).unwrap_or(usize::MAX),
            "row",
        );
        context.out.note(format!("{rows} left out"));
    }
    if !imported.kept.is_empty() {
        let kept = counted(imported.kept.len(), "record");
        context
            .out
            .note(format!("{kept} left out: declared already"));
    }
    context.out.note(show::summary(imported));
}

/// Writes the files that were asked for.
fn written(args: &Args, imported: &Imported, context: &mut Context) -> Result<(), Failure> {
    let out = args
        .out
        .as_deref()
        .map(|out| write::target(out, &args.file));
    let paths = out.iter().chain(&args.facts).map(PathBuf::as_path);
    write::may_replace(paths, args.force, context)?;
    told(imported, context);
    if let Some(path) = &out {
        write::file(path, &manifest::write(&imported.inventory), context)?;
        if path != Path::new("-") {
            context.out.note(format!("wrote {}", path.display()));
        }
    }
    facts(args, imported, context)
}

fn facts(args: &Args, imported: &Imported, context: &mut Context) -> Result<(), Failure> {
    let Some(path) = &args.facts else {
        return Ok(());
    };
    let mut text = String::new();
    for (_, fact) in &imported.facts {
        let line = serde_json::to_string(fact);
        text.push_str(&line.map_err(|error| Failure::new(error).hint("nothing was written"))?);
        text.push('\n');
    }
    write::file(path, &text, context)?;
    if path != Path::new("-") {
        let path = path.display();
        context.out.note(format!(
            "wrote {path}; record them once the accounts are stored: keyroll import facts {path}"
        ));
    }
    Ok(())
}

/// Says how much the rule book finds: a sheet seldom tells all that an account must have.
fn remark(
    imported: &Imported,
    beside: Option<Inventory>,
    context: &mut Context,
) -> Result<(), Failure> {
    let settings = Settings::load(context, Beside::Inventory)?;
    let selection = settings.rules(Selection::declared());
    let judge =
        |inventory: &Inventory| rules::judge(&settings.facts(inventory, context), &selection);
    let findings = match beside {
        None => judge(&imported.inventory),
        Some(mut whole) => {
            let records = imported.inventory.records();
            records.for_each(|record| drop(whole.put(record)));
            judge(&whole)
        }
    };
    if !findings.is_empty() {
        let mut counts = Counts::default();
        findings.iter().for_each(|found| counts.add(found.severity));
        let counts = counts.line(None);
        context.out.note(format!(
            "the rule book finds {counts} in it; `keyroll validate` shows each"
        ));
    }
    Ok(())
}

fn status(imported: &Imported) -> Status {
    match imported.skipped {
        0 => Status::Clean,
        _ => Status::Warning,
    }
}

/// Commits the records into the store, as an apply does.
fn commit(args: &Args, mapped: Mapped, context: &mut Context) -> Outcome {
    let paths = args.facts.iter().map(PathBuf::as_path);
    write::may_replace(paths, args.force, context)?;
    let mut store: Store = context.open(Access::Write)?;
    let stored = store.inventory()?;
    let imported = taken(args, mapped, Known::Stored(&stored), context)?;
    let decided = lifecycle::plan::compare(&imported.inventory, &stored, false);
    told(&imported, context);
    if decided.changes.is_empty() {
        context
            .out
            .note("no changes: the store holds what the sheet tells");
    } else {
        if !args.accept_findings {
            let errors = roll::errors(&imported.inventory, &stored, false, context)?;
            apply::refuse_errors(&errors, context)?;
        }
        let shown = report::plan::render(&decided.changes, false, context.terminal().color);
        context.out.preview(&shown);
        context.confirm("Apply these changes?")?;
        let from = args.file.to_string_lossy().escape_debug().to_string();
        let note = Note::new(None, Occurrence::Import);
        let note = note.with("form", "csv").with("from", from);
        roll::commit_with(context, &mut store, &decided.changes, &[note])?;
    }
    facts(args, &imported, context)?;
    Ok(status(&imported))
}
