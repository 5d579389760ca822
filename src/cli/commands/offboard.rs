//! `keyroll offboard`: somebody leaves. Shows what they leave behind and who is to take it over, asks, and does it in one
//! commit; then takes their keys off the recipients, where the identity is at hand.

mod reseal;

use std::collections::BTreeSet;

use crate::access::presence;
use crate::cli::asking;
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::cli::unlock::IdentityOptions;
use crate::lifecycle::logins;
use crate::lifecycle::offboarding::{self, Choice, Leaving, Report, Way};
use crate::model::id::{PersonId, Principal};
use crate::model::party::Person;
use crate::model::record::{Kind, RecordId};
use crate::operations;
use crate::report::offboarding as shown;
use crate::report::summary::counted;
use crate::store::{Access, Store};

/// The most lines of one list of what is left to do.
const MOST_TOLD: usize = 20;

/// Hand over what somebody who leaves owns, take their roles and keys, and make the secrets that they know due
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll offboard jo-miller --dry-run\n  \
    keyroll offboard jo-miller --technical team/integration --business anna-berg --reason 'left for another job'\n  \
    keyroll offboard jo-miller --dry-run --as-of 2026-12-31 --format csv\n\n\
    New owners are proposed where none is named. What was revealed is known by the person's `login` in the audit trail.")]
pub struct Args {
    /// Who leaves
    #[arg(add = completion::names(Kind::Person))]
    person: String,
    /// Who takes over all that no other option names, residual risks and waivers too
    #[arg(long, value_name = "PRINCIPAL", value_parser = asking::principal, add = completion::principals())]
    to: Option<Principal>,
    /// Who takes over as business owner
    #[arg(long, value_name = "PRINCIPAL", value_parser = asking::principal, add = completion::principals())]
    business: Option<Principal>,
    /// Who takes over as technical owner
    #[arg(long, value_name = "PRINCIPAL", value_parser = asking::principal, add = completion::principals())]
    technical: Option<Principal>,
    /// Who takes over as rotation owner [default: the technical owner]
    #[arg(long, value_name = "PRINCIPAL", value_parser = asking::principal, add = completion::principals())]
    rotation: Option<Principal>,
    /// Show what would be done, and stop
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    identity: IdentityOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    if !args.dry_run && context.as_of() > context.today() {
        return Err(Failure::usage("nobody leaves ahead of the day").hint(format!(
            "run it on the day; `keyroll person set {} left={}` notes it now, --dry-run shows what it will do",
            args.person.escape_debug(),
            context.as_of()
        )));
    }
    let access = match args.dry_run {
        true => Access::Read,
        false => Access::Write,
    };
    let mut store = context.open(access)?;
    let roll = store.inventory()?;
    let Some((id, person)) = roll.people.get_key_value(args.person.as_str()) else {
        return Err(roll::unknown(Kind::Person, &args.person, &store));
    };
    let choice = Choice {
        to: args.to.clone(),
        business: args.business.clone(),
        technical: args.technical.clone(),
        rotation: args.rotation.clone(),
    };
    let handed = operations::offboarding::handed(&store, person, &roll)?;
    let on = context.as_of();
    let is_there = |person: &PersonId| presence::of_person(&roll, person.as_str(), on).is_none();
    let leaving = Leaving {
        person: id,
        on,
        inventory: &roll,
        choice: &choice,
        handed: &handed,
        is_there: &is_there,
    };
    refuse_unfit(&leaving, &store)?;
    let report = offboarding::report(&leaving);
    asking::show(&shown::lists(&report), context)?;
    warn(&leaving, person, &report, context)?;
    refuse_orphans(&leaving, &report, context)?;
    if args.dry_run {
        return Ok(Status::Clean);
    }
    carry_out(&leaving, &report, &args, &mut store, context)
}

fn carry_out(
    leaving: &Leaving<'_>,
    report: &Report,
    args: &Args,
    store: &mut Store,
    context: &mut Context,
) -> Outcome {
    let changes = offboarding::changes(leaving, report);
    let name = leaving.person;
    if changes.is_empty() && report.recipients.is_empty() {
        context.out.note("nothing is left to change");
    } else {
        context.confirm(&format!(
            "Offboard person/{name}: {}?",
            counted(changes.len(), "change")
        ))?;
    }
    if !changes.is_empty() {
        roll::commit(context, store, &changes)?;
    }
    let status = reseal::take_off(leaving, report, &args.identity, store, context)?;
    left_to_do(leaving, report, context);
    Ok(status)
}

/// Refuses an heir who is not in the roll, or not there.
fn refuse_unfit(leaving: &Leaving<'_>, store: &Store) -> Result<(), Failure> {
    let choice = leaving.choice;
    let named = [
        ("--to", &choice.to),
        ("--business", &choice.business),
        ("--technical", &choice.technical),
        ("--rotation", &choice.rotation),
    ];
    for (option, who) in named {
        let Some(who) = who else { continue };
        let (kind, name) = who.parts();
        let kind: Kind = kind.parse().map_err(Failure::usage)?;
        let id = RecordId {
            kind,
            name: name.into(),
        };
        if !leaving.inventory.contains(&id) {
            return Err(roll::unknown(kind, name, store));
        }
        if !leaving.is_fit(who) {
            let person = leaving.person;
            return Err(Failure::refused(format!(
                "{option} {who}: nobody takes over there once person/{person} has left; nothing was changed"
            ))
            .hint("name a person who is there, or a team with one: person/NAME, team/NAME"));
        }
    }
    Ok(())
}

/// What whoever reads the report should know besides.
fn warn(
    leaving: &Leaving<'_>,
    person: &Person,
    report: &Report,
    context: &mut Context,
) -> Result<(), Failure> {
    let name = leaving.person;
    let actor = context.actor()?;
    if logins::is(person, actor.name.as_str()) {
        context.out.note(format!(
            "warning: `{}` is person/{name}: somebody else should look at it afterwards",
            actor.name
        ));
    }
    if person.login.is_empty() {
        context.out.note(format!(
            "warning: person/{name} has no login in the roll: what they revealed is not known"
        ));
        context.out.note(format!(
            "  keyroll person set {name} login+=NAME; `keyroll audit log` shows names"
        ));
    }
    if let Some(left) = person.left.filter(|left| *left <= leaving.on) {
        context
            .out
            .note(format!("person/{name} left on {left} already"));
    }
    let heirs = report.seats.iter().filter_map(|seat| seat.heir.as_ref());
    if heirs.clone().any(|heir| heir.why.is_proposal()) {
        context.out.note(
            "new owners are proposed where none was named: --to, --business, --technical and --rotation name others",
        );
    }
    Ok(())
}

/// Refuses to leave an account without both owners, and names each.
fn refuse_orphans(
    leaving: &Leaving<'_>,
    report: &Report,
    context: &mut Context,
) -> Result<(), Failure> {
    let orphans: Vec<String> = report
        .orphans()
        .map(|seat| {
            let whose = seat
                .owner
                .as_ref()
                .filter(|owner| owner.parts().0 == "team");
            let gone = whose.map_or(String::new(), |team| {
                format!(": nobody would be left in {team}")
            });
            format!(
                "account/{} would have no {} owner{gone}",
                seat.account, seat.part
            )
        })
        .collect();
    if orphans.is_empty() {
        return Ok(());
    }
    let accounts: BTreeSet<_> = report.orphans().map(|seat| &seat.account).collect();
    told(&orphans, context);
    Err(Failure::refused(format!(
        "person/{} would leave {} without an owner; nothing was changed",
        leaving.person,
        counted(accounts.len(), "account")
    ))
    .hint("name who takes over: --to PERSON, or --business, --technical and --rotation"))
}

/// What is due now, and what only somebody can do.
fn left_to_do(leaving: &Leaving<'_>, report: &Report, context: &mut Context) {
    let due = |is_held: bool| {
        let known = report.secrets.iter();
        let known = known.filter(move |known| known.is_due() && known.is_held == is_held);
        known.map(|known| {
            let key = &known.version;
            format!("account/{} (version {})", key.account, key.number)
        })
    };
    list("due for rotation: keyroll rotate --due", due(true), context);
    let by_hand = "due for rotation, and not stored here: keyroll rotate ACCOUNT";
    list(by_hand, due(false), context);
    let ways = report.secrets.iter().flat_map(|known| &known.ways);
    if ways.clone().any(|way| *way == Way::Identity) {
        context.out.note(
            "they had an identity at hand that is not listed as theirs; replace it: keyroll secret rotate-key",
        );
    }
    let is_open = leaving.choice.to.is_none();
    let signed = report.signed.iter();
    let signed = signed.filter(|signed| signed.owned && is_open);
    let signed = signed.map(|signed| signed.record.to_string());
    let consumers = report.consumers.iter();
    let consumers = consumers.map(|name| format!("consumer/{name}"));
    let named = report.named.iter().map(ToString::to_string);
    list(
        "they are still named in",
        signed.chain(consumers).chain(named),
        context,
    );
    if !report.seats.is_empty() || report.teams.iter().any(|team| team.is_member) {
        context.out.note(
            "where the inventory is kept as files, write the same there: `keyroll plan PATH` shows what differs",
        );
    }
}

fn list(title: &str, lines: impl Iterator<Item = String>, context: &mut Context) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        context.out.note(format!("{title}:"));
        told(&lines, context);
    }
}

fn told(lines: &[String], context: &mut Context) {
    for line in lines.iter().take(MOST_TOLD) {
        context.out.note(format!("  {line}"));
    }
    if let Some(more) = lines.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
        context
            .out
            .note(format!("  and {more} more (--format csv lists them all)"));
    }
}
