//! `keyroll review list`: the record of the reviews: each account, the verdict, by whom, and what came of it.

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::lifecycle::review::{Past, newest, past};
use crate::model::account::AccountStatus;
use crate::model::change::Verb;
use crate::model::date::{Date, Timestamp};
use crate::model::fact::ReviewVerdict;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::report::{self, review as shown};
use crate::store::{Access, EventFilter, Store};

/// Show what was decided, by whom, and whether what follows from it was done
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll review list --since 2026-10-01 --format csv\n  \
    keyroll review list --open                  # verdicts that nothing came of yet")]
pub struct Args {
    /// Only of this account
    #[arg(add = completion::names(Kind::Account))]
    account: Option<AccountId>,
    /// Only reviews from this day on
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Only the last verdicts of accounts that are to change or to be retired, and are not
    #[arg(long)]
    open: bool,
}

pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let inventory = store.inventory()?;
    if let Some(account) = &args.account
        && !inventory.accounts.contains_key(account)
    {
        return Err(roll::unknown(Kind::Account, account.as_str(), &store));
    }
    let all = past(&inventory, context.as_of());
    let last = newest(&inventory, context.as_of());
    let wanted = all.into_iter().filter(|past| {
        args.account
            .as_ref()
            .is_none_or(|account| past.account == *account)
            && args.since.is_none_or(|since| past.on >= since)
    });
    let mut rows = Vec::new();
    for past in wanted {
        // Of an earlier verdict nobody asks any more.
        let done = match last.get(&past.account) == Some(&past) {
            true => done(&past, &inventory, &store)?,
            false => None,
        };
        if !args.open || done == Some(false) {
            rows.push((past, done));
        }
    }
    if rows.is_empty() {
        context.out.note(match args.open {
            true => "nothing is open",
            false => "no review is recorded",
        });
    }
    let view = shown::record(&rows);
    let shown = report::render(&view, context.globals.format, &context.terminal());
    context.out.data(&shown)?;
    Ok(Status::Clean)
}

/// Whether what a verdict wants was done; nothing where it wants nothing.
fn done(past: &Past, inventory: &Inventory, store: &Store) -> Result<Option<bool>, Failure> {
    let status = inventory
        .accounts
        .get(&past.account)
        .map(|account| account.status);
    Ok(match past.verdict {
        ReviewVerdict::Keep => None,
        ReviewVerdict::Retire => Some(match status {
            None | Some(AccountStatus::Retired) => true,
            Some(AccountStatus::Proposed | AccountStatus::Active | AccountStatus::Suspended) => {
                false
            }
        }),
        ReviewVerdict::Change => Some(status.is_none() || changed(past, store)?),
    })
}

/// Whether an account was changed since somebody said that it must be: that it was the right change, nobody can tell.
fn changed(past: &Past, store: &Store) -> Result<bool, Failure> {
    let mut filter = EventFilter {
        record: Some(RecordId::new(Kind::Account, &past.account).to_string()),
        actions: vec![Verb::Update.to_string()],
        ..EventFilter::default()
    };
    match past.at {
        // Of one second the trail knows what came first.
        Some(at) => match recorded(past, store)? {
            Some(number) => filter.after = Some(number),
            None => filter.since = Some(Timestamp::from_unix(at.unix() + 1)),
        },
        None => filter.since = Some(Timestamp::from(past.on.plus_days(1))),
    }
    let mut found = false;
    store.events(&filter, &mut |_| {
        found = true;
        Ok(())
    })?;
    Ok(found)
}

/// The number of the event by which a verdict came to the store.
fn recorded(past: &Past, store: &Store) -> Result<Option<u64>, Failure> {
    let filter = EventFilter {
        record: Some(past.record().to_string()),
        actions: vec![Verb::Create.to_string()],
        ..EventFilter::default()
    };
    let mut last = None;
    store.events(&filter, &mut |event| {
        last = last.max(Some(event.sequence));
        Ok(())
    })?;
    Ok(last)
}
