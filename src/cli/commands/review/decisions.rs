//! `keyroll review import`: what a meeting decided, from a spreadsheet saved as CSV. One bad row refuses all.

use std::path::PathBuf;

use crate::catalog::nearest;
use crate::cli::asking;
use crate::cli::commands::import::sheet::Sheet;
use crate::cli::commands::review::one::{absent, refused};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::lifecycle::review::{self, Asked, Doubt, NoReview, give};
use crate::model::change::Change;
use crate::model::date::Date;
use crate::model::fact::ReviewVerdict;
use crate::model::id::{AccountId, PersonId, Principal};
use crate::model::inventory::Inventory;
use crate::model::record::Record;
use crate::model::text::Text;
use crate::operations::approvals;
use crate::report;
use crate::report::summary::counted;
use crate::spreadsheet::Map;
use crate::store::{Access, Store};

/// The most faults that are told.
const MOST_TOLD: usize = 20;

/// Record what a meeting decided, from a spreadsheet saved as CSV
#[derive(clap::Args)]
#[command(
    after_help = "The first row names the columns: account, verdict, by and, if need be, on and note. Other columns are passed\n\
    over, so that the list of `keyroll review due --format csv` can be filled in; rows without a verdict too.\n  \
    account,verdict,by,on,note\n  \
    etl,keep,anna-berg,2026-11-20,\n  \
    old-etl,retire,anna-berg,2026-11-20,nobody uses it\n\n\
    Examples:\n  \
    keyroll review import decisions.csv --dry-run\n  \
    keyroll review import decisions.csv --by anna-berg --on 2026-11-20"
)]
pub struct Args {
    /// The file, or - for standard input
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// Who decided, where the row does not say
    #[arg(long, value_name = "PERSON", value_parser = asking::principal)]
    by: Option<Principal>,
    /// The day of it, where the row does not say [default: today]
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
    /// Show what would be recorded, and stop
    #[arg(long)]
    dry_run: bool,
}

/// One row.
struct Row {
    number: u64,
    account: AccountId,
    verdict: ReviewVerdict,
    by: Principal,
    on: Date,
    note: Option<Text>,
}

pub fn run(args: &Args, context: &mut Context) -> Outcome {
    if !args.dry_run {
        context.acts_today()?;
    }
    let rows = read(args, context)?;
    if rows.is_empty() {
        context
            .out
            .note("no row has a verdict: fill in `verdict` with keep, change or retire");
        return Ok(Status::Clean);
    }
    let mut store = context.open(match args.dry_run {
        true => Access::Read,
        false => Access::Write,
    })?;
    let roll = store.inventory()?;
    let (changes, doubts) = decided(&rows, roll, &store, context)?;
    for (number, account, doubt) in doubts.iter().take(MOST_TOLD) {
        context
            .out
            .note(format!("warning: row {number}, account/{account}: {doubt}"));
    }
    if let Some(more) = doubts.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
        context.out.note(format!("and {more} more warnings"));
    }
    if changes.is_empty() {
        let decisions = counted(rows.len(), "decision");
        context.out.note(format!("nothing new in {decisions}"));
    } else if args.dry_run {
        let reviews = changes.iter().filter_map(|change| match change.after() {
            Some(Record::Fact(key, fact)) => review::one(key, fact),
            Some(_) | None => None,
        });
        let shown: Vec<_> = reviews.map(|review| (review, None)).collect();
        let view = report::review::record(&shown);
        let text = report::render(&view, context.globals.format, &context.terminal());
        context.out.data(&text)?;
        let decisions = counted(shown.len(), "decision");
        context
            .out
            .note(format!("{decisions} would be recorded; nothing was"));
    } else {
        roll::commit(context, &mut store, &changes)?;
        context
            .out
            .note("`keyroll review list --open` shows what is left to do");
    }
    Ok(Status::Clean)
}

fn read(args: &Args, context: &mut Context) -> Result<Vec<Row>, Failure> {
    let mut sheet = Sheet::open(&args.file, None, None)?;
    let mut table = sheet.rows(&Map::default())?;
    let heading = |name: &str| table.headings().find(name);
    let [account, verdict, by, on, note] = ["account", "verdict", "by", "on", "note"].map(heading);
    let (Some(account), Some(verdict)) = (account, verdict) else {
        return Err(Failure::refused(
            "there is no column `account`, or none `verdict`; nothing was recorded",
        )
        .hint("the first row names the columns: account,verdict,by,on,note"));
    };
    let mut rows = Vec::new();
    let mut faults = Vec::new();
    loop {
        let row = match table.advance() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(error) => {
                let hint = error.hint();
                return Err(Failure::refused(format!("{error}; nothing was recorded")).hint(hint));
            }
        };
        let cell = |at: Option<usize>| at.map_or("", |at| row.cell(at).trim()).to_owned();
        let words = [Some(account), Some(verdict), by, on, note].map(cell);
        if words[1].is_empty() {
            continue;
        }
        match one(row.number, &words, args, context) {
            Ok(row) => rows.push(row),
            Err(why) => faults.push(format!("row {}: {why}", row.number)),
        }
    }
    refuse(&faults, context)?;
    Ok(rows)
}

fn one(number: u64, words: &[String; 5], args: &Args, context: &Context) -> Result<Row, String> {
    let [account, verdict, by, on, note] = words;
    let by = match (by.is_empty(), &args.by) {
        (false, _) => asking::principal(by)?,
        (true, Some(by)) => by.clone(),
        (true, None) => return Err("who decided is not said: fill in `by`, or say --by".to_owned()),
    };
    let on = match on.is_empty() {
        false => on.parse().map_err(|error| format!("{error}"))?,
        true => args.on.unwrap_or_else(|| context.today()),
    };
    let note = match note.is_empty() {
        true => None,
        false => Some(note.parse().map_err(|error| format!("{error}"))?),
    };
    let name = account.strip_prefix("account/").unwrap_or(account);
    Ok(Row {
        number,
        account: name.parse().map_err(|error| format!("{error}"))?,
        verdict: verdict
            .to_lowercase()
            .parse()
            .map_err(|error| format!("{error}"))?,
        by,
        on,
        note,
    })
}

type Doubts = Vec<(u64, AccountId, Doubt)>;

/// The changes that come of the rows, each decided with those before it.
fn decided(
    rows: &[Row],
    mut roll: Inventory,
    store: &Store,
    context: &mut Context,
) -> Result<(Vec<Change>, Doubts), Failure> {
    let now = context.this_moment();
    let (mut changes, mut doubts, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let absence = |person: &PersonId| absent(&roll, person, row.on);
        let given = give(&Asked {
            account: &row.account,
            verdict: row.verdict,
            by: &row.by,
            on: row.on,
            // Of a day that is over nobody knows the moment.
            at: (row.on == now.date()).then_some(now),
            note: row.note.clone(),
            again: false,
            inventory: &roll,
            makers: &approvals::makers(store, &row.account)?,
            absence: &absence,
            today: context.today(),
        });
        match given {
            Ok(given) => {
                if let Some(change) = given.change {
                    change.after().cloned().map(|record| roll.put(record));
                    changes.push(change);
                    let told = given.doubts.into_iter();
                    doubts.extend(told.map(|doubt| (row.number, row.account.clone(), doubt)));
                }
            }
            Err(why) => faults.push((row.number, why)),
        }
    }
    if let [(number, why)] = &faults[..] {
        context.out.note(format!("row {number}:"));
        let failure = refused(why);
        return Err(match meant(why, &roll) {
            Some(near) => failure.hint(near),
            None => failure,
        });
    }
    let faults = faults.iter().map(|(number, why)| {
        let near = meant(why, &roll).map_or(String::new(), |near| format!("; {near}"));
        format!("row {number}: {why}{near}")
    });
    refuse(&faults.collect::<Vec<_>>(), context)?;
    Ok((changes, doubts))
}

/// The account that was meant, where there is none of that name.
fn meant(why: &NoReview, roll: &Inventory) -> Option<String> {
    let NoReview::NoAccount(account) = why else {
        return None;
    };
    let near = nearest(
        account.as_str(),
        roll.accounts.keys().map(AccountId::as_str),
    )?;
    Some(format!("did you mean `{near}`?"))
}

/// Refuses all where something is wrong, and names each.
fn refuse(faults: &[String], context: &mut Context) -> Result<(), Failure> {
    if faults.is_empty() {
        return Ok(());
    }
    for fault in faults.iter().take(MOST_TOLD) {
        context.out.note(format!("  {fault}"));
    }
    let rows = counted(faults.len(), "row");
    Err(
        Failure::refused(format!("{rows} cannot be taken; nothing was recorded"))
            .hint("correct the rows above; `keyroll review import --help` shows the form"),
    )
}
