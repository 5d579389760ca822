//! One account: its sheet, and the verdict on it.

use crate::access::presence;
use crate::catalog::nearest;
use crate::cli::commands::review::{sheets, walk};
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::cli::settings::Settings;
use crate::lifecycle::logins;
use crate::lifecycle::review::{Asked, Given, NoReview, duties, give};
use crate::model::date::Date;
use crate::model::fact::ReviewVerdict;
use crate::model::id::{AccountId, PersonId, Principal};
use crate::model::inventory::Inventory;
use crate::model::record::Kind;
use crate::model::text::Text;
use crate::operations::approvals;
use crate::report::review as shown;
use crate::store::{Access, Store};

/// Shows the sheet of an account; at a terminal it asks for a verdict.
pub(super) fn look(account: &AccountId, by: Option<Principal>, context: &mut Context) -> Outcome {
    let asks = context.may_ask() && context.globals.format == crate::report::Format::Table;
    let store = context.open(match asks {
        true => Access::Write,
        false => Access::Read,
    })?;
    let settings = Settings::load(context, Beside::Store)?;
    let inventory = store.inventory()?;
    if !inventory.accounts.contains_key(account) {
        let failure = roll::unknown(Kind::Account, account.as_str(), &store);
        return Err(match nearest(account.as_str(), ["due", "list", "import"]) {
            Some(word) => failure.hint(format!("did you mean `keyroll review {word}`?")),
            None => failure,
        });
    }
    let as_of = context.as_of();
    let limit = settings.policy.limits.review_age;
    let mut duty = duties(&inventory, limit, 0, as_of);
    duty.retain(|duty| duty.id == account);
    let Some(body) = inventory.accounts.get(account).filter(|_| duty.is_empty()) else {
        let made = sheets::of(&duty, (&inventory, &store), &settings, context)?;
        if asks {
            return walk::through(&made, by, (inventory.clone(), store), context);
        }
        for sheet in &made {
            let text = shown::sheet(sheet, as_of, context.globals.format, &context.terminal());
            context.out.data(&text)?;
        }
        return Ok(Status::Clean);
    };
    Err(refused(&NoReview::NotInUse {
        account: account.clone(),
        status: body.status,
    }))
}

/// Records a verdict that is given on the command line.
pub(super) fn record(
    account: &AccountId,
    verdict: ReviewVerdict,
    by: Option<Principal>,
    note: Option<Text>,
    context: &mut Context,
) -> Outcome {
    context.acts_today()?;
    let mut store = context.open(Access::Write)?;
    let around = approvals::around(&store, account)?;
    if !around.accounts.contains_key(account) {
        return Err(roll::unknown(Kind::Account, account.as_str(), &store));
    }
    let by = reviewer(by, &around, &store, context)?;
    let said = Said {
        account,
        verdict,
        by: &by,
        note,
    };
    commit(said, &around, &mut store, context)?;
    Ok(Status::Clean)
}

/// A verdict as it was said.
pub(super) struct Said<'a> {
    pub account: &'a AccountId,
    pub verdict: ReviewVerdict,
    pub by: &'a Principal,
    pub note: Option<Text>,
}

/// Records a verdict of now, and tells what follows from it.
pub(super) fn commit(
    said: Said<'_>,
    around: &Inventory,
    store: &mut Store,
    context: &mut Context,
) -> Result<(), Failure> {
    let now = context.this_moment();
    let absence = |person: &PersonId| absent(around, person, now.date());
    let (account, verdict, by) = (said.account, said.verdict, said.by);
    let given = give(&Asked {
        account,
        verdict,
        by,
        on: now.date(),
        at: Some(now),
        note: said.note,
        again: true,
        inventory: around,
        makers: &approvals::makers(store, account)?,
        absence: &absence,
        today: context.today(),
    });
    let Given { change, doubts } = given.map_err(|why| refused(&why))?;
    let Some(change) = change else {
        context.out.note("no change: it is recorded already");
        return Ok(());
    };
    for doubt in &doubts {
        context.out.note(format!("warning: {doubt}"));
    }
    roll::commit(context, store, &[change])?;
    context
        .out
        .note(format!("account/{account}: {verdict}, by {by}"));
    if let Some(next) = next(account, verdict) {
        context.out.note(format!("next: {next}"));
    }
    Ok(())
}

/// What somebody has to do for a verdict to be more than a word.
fn next(account: &AccountId, verdict: ReviewVerdict) -> Option<String> {
    match verdict {
        ReviewVerdict::Keep => None,
        ReviewVerdict::Change => Some(format!(
            "keyroll account edit {account}, or change it in the files of the inventory; `keyroll review list` tells what is open"
        )),
        ReviewVerdict::Retire => Some(format!(
            "keyroll account suspend {account}, then keyroll revoke {account} and keyroll account retire {account}"
        )),
    }
}

/// Why somebody could review nothing on a day.
pub(super) fn absent(around: &Inventory, person: &PersonId, on: Date) -> Option<String> {
    presence::of_person(around, person.as_str(), on).map(|absence| absence.to_string())
}

/// Who reviews: whom the command line names, else the person whose login runs this.
pub(super) fn reviewer(
    by: Option<Principal>,
    around: &Inventory,
    store: &Store,
    context: &Context,
) -> Result<Principal, Failure> {
    if let Some(by) = by {
        // That a machine reviews nothing, the decision says.
        if by.as_account().is_none() {
            super::due::check_owner(Some(&by), around, store)?;
        }
        return Ok(by);
    }
    let actor = context.actor()?.name;
    let people = logins::people(&around.people, actor.as_str());
    match people[..] {
        [one] => format!("person/{one}").parse().map_err(Failure::usage),
        [] => Err(Failure::usage(format!(
            "who reviews is not known: `{actor}` is nobody's login"
        ))
        .hint("say it with --by PERSON, or once: keyroll person set NAME login+=LOGIN")),
        [..] => Err(Failure::usage(format!(
            "who reviews is not known: `{actor}` is the login of several people"
        ))
        .hint("say it with --by PERSON")),
    }
}

/// Why a verdict is refused, with the way out.
pub(super) fn refused(why: &NoReview) -> Failure {
    let hint = match why {
        NoReview::NoAccount(_) => "`keyroll account list` shows what there is",
        NoReview::NotInUse { .. } => "`keyroll review due --all` lists the accounts in use",
        NoReview::Machine(_) | NoReview::Absent { .. } | NoReview::Nobody(_) => {
            "have a person who is there decide: --by PERSON"
        }
        NoReview::Ahead { .. } => "a review is recorded once it was made",
        NoReview::Secret => "say it without",
        NoReview::Recorded { .. } => {
            "a review is not changed; say the same, or give another verdict"
        }
    };
    Failure::refused(format!("{why}; nothing was recorded")).hint(hint)
}
