//! The walk through what is due: shows the sheet of each account, asks, and records every verdict at once, so that whoever
//! stops in the middle has lost nothing.

use crate::cli::commands::review::due::{check_owner, is_due};
use crate::cli::commands::review::one::{Said, commit, reviewer};
use crate::cli::commands::review::sheets;
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::settings::Settings;
use crate::lifecycle::due::WARN_DAYS;
use crate::lifecycle::review::{duties, owns};
use crate::model::fact::ReviewVerdict;
use crate::model::id::Principal;
use crate::model::inventory::Inventory;
use crate::model::text::{Text, could_be_secret};
use crate::operations::approvals;
use crate::report::Format;
use crate::report::review::{self as shown, Sheet};
use crate::report::summary::counted;
use crate::store::{Access, Store};

/// What somebody answers.
enum Answer {
    Verdict(ReviewVerdict),
    Skip,
    Quit,
}

pub(super) fn run(
    by: Option<Principal>,
    owner: Option<&Principal>,
    context: &mut Context,
) -> Outcome {
    context.acts_today()?;
    context.format_of(&[Format::Table])?;
    let store = context.open(Access::Write)?;
    let settings = Settings::load(context, Beside::Store)?;
    let inventory = store.inventory()?;
    check_owner(owner, &inventory, &store)?;
    let limit = settings.policy.limits.review_age;
    let mut due = duties(&inventory, limit, WARN_DAYS, context.as_of());
    due.retain(|duty| is_due(duty) && owner.is_none_or(|who| owns(&inventory, who, duty.account)));
    if due.is_empty() {
        context
            .out
            .note(format!("no review is due within {WARN_DAYS} days"));
        return Ok(Status::Clean);
    }
    let made = sheets::of(&due, (&inventory, &store), &settings, context)?;
    through(&made, by, (inventory.clone(), store), context)
}

/// Shows the sheets, one after the other, and records what is answered.
pub(super) fn through(
    sheets: &[Sheet],
    by: Option<Principal>,
    (inventory, mut store): (Inventory, Store),
    context: &mut Context,
) -> Outcome {
    context.acts_today()?;
    let by = reviewer(by, &inventory, &store, context)?;
    let mut recorded = 0;
    for (at, sheet) in sheets.iter().enumerate() {
        let text = shown::sheet(sheet, context.as_of(), Format::Table, &context.terminal());
        context
            .out
            .data(&format!("\n[{}/{}]\n{text}\n", at + 1, sheets.len()))?;
        let verdict = match answer(context)? {
            Answer::Verdict(verdict) => verdict,
            Answer::Skip => continue,
            Answer::Quit => break,
        };
        let note = note(verdict, context)?;
        // As it stands now: somebody may have changed it meanwhile.
        let around = approvals::around(&store, &sheet.account)?;
        let said = Said {
            account: &sheet.account,
            verdict,
            by: &by,
            note,
        };
        match commit(said, &around, &mut store, context) {
            Ok(()) => recorded += 1,
            // One that cannot be recorded does not end the review of the others.
            Err(failure) if failure.status == Status::Error => {
                failure
                    .lines()
                    .iter()
                    .for_each(|line| context.out.note(line));
            }
            Err(failure) => return Err(failure),
        }
    }
    let left = sheets.len() - recorded;
    context.out.note(format!(
        "{} reviewed, {left} left: `keyroll review due` lists them",
        counted(recorded, "account")
    ));
    Ok(Status::Clean)
}

fn answer(context: &mut Context) -> Result<Answer, Failure> {
    loop {
        let said = context
            .out
            .ask("keep, change, retire, skip or quit? [k/c/r/S/q] ")?;
        let Some(said) = said else {
            return Ok(Answer::Quit);
        };
        return Ok(match said.to_lowercase().as_str() {
            "k" | "keep" => Answer::Verdict(ReviewVerdict::Keep),
            "c" | "change" => Answer::Verdict(ReviewVerdict::Change),
            "r" | "retire" => Answer::Verdict(ReviewVerdict::Retire),
            "" | "s" | "skip" => Answer::Skip,
            "q" | "quit" => Answer::Quit,
            _ => {
                context.out.note("answer k, c, r, s or q");
                continue;
            }
        });
    }
}

fn note(verdict: ReviewVerdict, context: &mut Context) -> Result<Option<Text>, Failure> {
    let prompt = match verdict {
        ReviewVerdict::Keep => "note (none: just Enter): ",
        ReviewVerdict::Change => "what is to change? ",
        ReviewVerdict::Retire => "why? (none: just Enter): ",
    };
    loop {
        let said = context.out.ask(prompt)?.unwrap_or_default();
        if said.trim().is_empty() {
            return Ok(None);
        }
        if could_be_secret(&said) {
            context
                .out
                .note("that has the look of a secret, and is not recorded: say it without");
            continue;
        }
        match said.parse() {
            Ok(note) => return Ok(Some(note)),
            Err(error) => context.out.note(format!("{error}")),
        }
    }
}
