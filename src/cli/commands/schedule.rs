//! `keyroll schedule`: what is to be rotated and what ends in the months to come; and how scheduled changes that stopped go on.

use crate::cli::acceptance::Acceptance;
use crate::cli::asking;
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::mark;
use crate::cli::past;
use crate::cli::roll;
use crate::cli::witness;
use crate::lifecycle::schedule::{Schedule, schedule};
use crate::model::account::Account;
use crate::model::change::Note;
use crate::model::date::{Date, Timestamp};
use crate::model::id::{AccountId, Principal, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::operations::schedule::{Stop, resume as noted};
use crate::report::plot::plot;
use crate::report::{FindingsFormat, Format, WatchFormat, calendar, schedule as shown};
use crate::store::{Access, Store};

/// Show what is to be rotated and what ends, in the windows that the policies leave
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:\n  \
    keyroll schedule                              # the next twelve months\n  \
    keyroll schedule --owner team/integration --months 3\n  \
    keyroll schedule --plot --ascii\n  \
    keyroll schedule --format ics > rotations.ics")]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    show: Show,
}

#[derive(clap::Subcommand)]
enum What {
    /// Show what is to be rotated and what ends
    #[command(after_help = "Example:\n  keyroll schedule show --owner team/integration --months 3")]
    Show(Show),
    /// Let scheduled changes go on that stopped because the clock jumped or the store was put back
    #[command(
        after_help = "Example:\n  keyroll schedule resume --reason 'restored after the disk failed'"
    )]
    Resume,
}

#[derive(clap::Args)]
struct Show {
    /// Only these accounts
    #[arg(value_name = "ACCOUNT", add = completion::names(Kind::Account))]
    accounts: Vec<AccountId>,
    /// The first day [default: the day judged by]
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// How many months are shown
    #[arg(long, value_name = "NUMBER", default_value_t = 12, value_parser = clap::value_parser!(u8).range(1..=120))]
    months: u8,
    /// Only accounts that this person or team owns
    #[arg(long, value_name = "PRINCIPAL")]
    owner: Option<Principal>,
    /// Only accounts at this provider
    #[arg(long, value_name = "PROVIDER", add = completion::names(Kind::Provider))]
    provider: Option<ProviderId>,
    /// Draw the months alone: one line an account; else they stand below the table at a terminal with room for them
    #[arg(long)]
    plot: bool,
    /// Draw with plain letters
    #[arg(long)]
    ascii: bool,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.what {
        None => show(&args.show, context),
        Some(What::Show(args)) => show(&args, context),
        Some(What::Resume) => resume(context),
    }
}

fn show(args: &Show, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let inventory = past::of(args.read(&store)?, context);
    let from = args.from.unwrap_or_else(|| context.as_of());
    let until = from.plus_months(args.months.into());
    let wanted = |id: &AccountId, account: &Account| args.wants(id, account);
    let schedule = schedule(&inventory, &wanted, context.judged_at(), (from, until));

    mark::tell(&store, context)?;

    if is_calendar(context) {
        let stamp = Timestamp::from(context.as_of());
        let text = calendar::calendar(&shown::calendar(&schedule, stamp));
        context.out.data(&text)?;
        return Ok(Status::Clean);
    }
    if args.plot {
        context.format_of(&[Format::Table])?;
        draw(&schedule, args.ascii, context)?;
        return Ok(Status::Clean);
    }
    let lists = shown::lists(&schedule);
    let status = asking::show(&lists, context)?;
    if context.globals.format == Format::Table {
        if schedule.lines.is_empty() {
            let last = until.plus_days(-1);
            context
                .out
                .note(format!("nothing is due from {from} to {last}"));
        }
        let room = context.terminal().width.map(usize::from);
        let drawn = shown::plot(&schedule);
        if room.is_some_and(|room| drawn.width() <= room) && !drawn.lines.is_empty() {
            context.out.data("\n")?;
            draw(&schedule, args.ascii, context)?;
        }
    }
    Ok(status)
}

fn is_calendar(context: &Context) -> bool {
    context.findings_format() == FindingsFormat::Watch(WatchFormat::Ics)
}

fn draw(schedule: &Schedule<'_>, ascii: bool, context: &mut Context) -> Result<(), Failure> {
    let text = plot(&shown::plot(schedule), ascii, &context.terminal());
    context.out.data(&text)
}

impl Show {
    /// The accounts that are asked for with what says when they are due, or everything.
    fn read(&self, store: &Store) -> Result<Inventory, Failure> {
        let owner = self.owner.as_ref().map(|owner| {
            let (kind, name) = owner.parts();
            let kind = kind
                .parse()
                .expect("a principal is a person, team or account");
            (kind, name.to_owned())
        });
        let provider = self.provider.as_ref();
        let provider = provider.map(|id| (Kind::Provider, id.to_string()));
        let accounts = self
            .accounts
            .iter()
            .map(|id| (Kind::Account, id.to_string()));
        for (kind, name) in accounts.chain(owner).chain(provider) {
            if store.record(&RecordId::new(kind, &name))?.is_none() {
                return Err(roll::unknown(kind, &name, store));
            }
        }
        Ok(match self.accounts.is_empty() {
            true => store.inventory()?,
            false => store.scheduled(&self.accounts)?,
        })
    }

    fn wants(&self, id: &AccountId, account: &Account) -> bool {
        let owners = [
            &account.owner.business,
            &account.owner.technical,
            &account.owner.rotation,
        ];
        let owns = |owner: &Principal| owners.iter().any(|one| one.as_ref() == Some(owner));
        let is_at = |provider: &ProviderId| account.provider == *provider;
        (self.accounts.is_empty() || self.accounts.contains(id))
            && self.owner.as_ref().is_none_or(owns)
            && self.provider.as_ref().is_none_or(is_at)
    }
}

fn resume(context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let stops = mark::stops(&store, context)?;
    if stops.is_empty() {
        context.out.note("scheduled changes are not stopped");
        return Ok(Status::Clean);
    }
    for stop in &stops {
        context.out.note(format!("stopped: {stop}"));
    }
    context.confirm("Let scheduled changes go on with this store and this clock?")?;
    let accepted = accepted(&mut store, &stops, context)?;
    noted(&mut store, &context.actor()?, &stops, accepted)?;
    mark::seen(&store, context)?;
    context.out.note("scheduled changes go on");
    Ok(Status::Clean)
}

/// What is accepted with it, where the store itself was told of and not the clock alone: that the trail does not go on from
/// what was last seen of it. What a key signed and does not stand there any more, a resume does not accept.
fn accepted(store: &mut Store, stops: &[Stop], context: &Context) -> Result<Option<Note>, Failure> {
    let of_store = |stop: &Stop| {
        matches!(
            stop,
            Stop::Shorter { .. } | Stop::Other { .. } | Stop::Restored { .. }
        )
    };
    if !stops.iter().any(of_store) {
        return Ok(None);
    }
    let Some(acceptance) = Acceptance::of(store, context)? else {
        return Ok(None);
    };
    witness::accept(store, context, acceptance.stands.clone());
    match store.goes_on() {
        true => Ok(Some(acceptance.note(&store.name()?))),
        false => {
            witness::attend(store, context, false);
            Ok(None)
        }
    }
}
