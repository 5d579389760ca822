//! `keyroll account suspend|resume|retire`: the grades by which an account ends. Each shows first what stops.

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::cli::under_way::way_on;
use crate::lifecycle::operation::is_live;
use crate::lifecycle::radius::{Hit, radius};
use crate::lifecycle::retirement::{NoGrade, SOAK_DAYS, has_soaked, is_cut_off, rests};
use crate::lifecycle::versions::of;
use crate::model::account::{Account, AccountStatus};
use crate::model::change::Change;
use crate::model::date::Span;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, Record};
use crate::operations::{records, standing};
use crate::store::{Access, Store};

/// The verbs that an account has beside those of every noun.
pub fn commands() -> [Command; 3] {
    let name = || {
        Arg::new("name")
            .value_name("NAME")
            .required(true)
            .help("The account's name in the roll")
            .add(completion::names(Kind::Account))
    };
    let suspend = Command::new("suspend")
        .about(
            "Suspend an account: keyroll gives its secret to nobody, its provider still accepts it",
        )
        .after_help(
            "Suspend it, see who misses it, then `keyroll revoke` and `keyroll account retire`.\n\n\
             Example:\n  keyroll account suspend etl --reason 'nobody knows who needs it'",
        )
        .arg(name());
    let resume = Command::new("resume")
        .about("Let a suspended account work again")
        .after_help("Example:\n  keyroll account resume etl")
        .arg(name());
    let retire = Command::new("retire")
        .about("Retire an account that was suspended for a while and whose versions are all seen refused")
        .after_help(
            "Examples:\n  keyroll account retire etl\n  keyroll account retire etl --now --reason 'the plant is closed'",
        )
        .arg(name())
        .arg(
            Arg::new("soak")
                .long("soak")
                .value_name("SPAN")
                .value_parser(soak)
                .help("How long it must have been suspended: 30d, 0d [default: 14d]"),
        )
        .arg(
            Arg::new("now")
                .long("now")
                .action(ArgAction::SetTrue)
                .conflicts_with("soak")
                .help("However long that was; takes a --reason"),
        );
    [suspend, resume, retire]
}

/// A number of days; none is one too.
fn soak(text: &str) -> Result<i64, String> {
    match text {
        "0" | "0d" => Ok(0),
        text => {
            let span: Span = text.parse().map_err(|_| "write 14d, 2w or 0d")?;
            Ok(i64::from(span.days()))
        }
    }
}

/// An account, and all the roll says.
struct Found {
    id: AccountId,
    account: Account,
    around: Inventory,
}

impl Found {
    fn read(name: &str, store: &Store) -> Result<Found, Failure> {
        match records::find(store, Kind::Account, name)? {
            Some(Record::Account(id, account)) => Ok(Found {
                id,
                account: *account,
                around: store.inventory()?,
            }),
            Some(_) | None => Err(roll::unknown(Kind::Account, name, store)),
        }
    }

    /// Says what stops: all that a revoke would stop, but for the versions, which go on.
    fn show_radius(&self, context: &mut Context) {
        let credential = self.account.credential.as_deref();
        let hit = radius(&self.around, &self.id, &self.account, credential, None);
        context
            .out
            .note(format!("account/{}, {}:", self.id, self.account.status));
        for line in hit.iter().filter(|line| line.hit != Hit::Version) {
            let blank = if line.what.is_empty() { "" } else { ": " };
            let (hit, name, what) = (line.hit, &line.name, &line.what);
            context.out.note(format!("  {hit} {name}{blank}{what}"));
        }
    }

    fn change(self, status: AccountStatus, store: &mut Store, context: &mut Context) -> Outcome {
        let after = Account {
            status,
            ..self.account.clone()
        };
        let before = Record::from((self.id.clone(), self.account));
        let change = Change::update(before.clone(), (self.id, after).into());
        roll::commit(context, store, &[change])?;
        roll::remark_new(before, store, context)?;
        Ok(Status::Clean)
    }

    fn is_already(&self, status: AccountStatus, context: &mut Context) -> bool {
        let is_so = self.account.status == status;
        if is_so {
            context.out.note("no change");
        }
        is_so
    }
}

pub fn suspend(name: &str, context: &mut Context) -> Outcome {
    context.acts_today()?;
    let mut store = context.open(Access::Write)?;
    let found = Found::read(name, &store)?;
    if found.is_already(AccountStatus::Suspended, context) {
        return Ok(Status::Clean);
    }
    if found.account.status == AccountStatus::Retired {
        return Err(refused(&found.retired()));
    }
    rests(&found.id, &found.around.operations).map_err(|why| refused(&why))?;
    found.show_radius(context);
    context.confirm(&format!("Suspend account/{name}?"))?;
    let live = of(&found.around.versions, &found.id).filter(|(_, version)| is_live(version));
    let live = live.count();
    let status = found.change(AccountStatus::Suspended, &mut store, context)?;
    if live > 0 {
        context.out.note(format!(
            "its provider still accepts {live} version(s) of its secret: `keyroll revoke {name}` takes them away"
        ));
    }
    context.out.note(format!(
        "`keyroll account resume {name}` lets it work again; `keyroll account retire {name}` ends it, in {SOAK_DAYS} days"
    ));
    Ok(status)
}

pub fn resume(name: &str, context: &mut Context) -> Outcome {
    context.acts_today()?;
    let mut store = context.open(Access::Write)?;
    let found = Found::read(name, &store)?;
    if found.is_already(AccountStatus::Active, context) {
        return Ok(Status::Clean);
    }
    match found.account.status {
        AccountStatus::Suspended => {}
        AccountStatus::Proposed | AccountStatus::Active | AccountStatus::Retired => {
            return Err(refused(&found.retired()));
        }
    }
    rests(&found.id, &found.around.operations).map_err(|why| refused(&why))?;
    let works = crate::lifecycle::due::newest(&found.around.versions, &found.id).is_some();
    let status = found.change(AccountStatus::Active, &mut store, context)?;
    if !works {
        context.out.note(format!(
            "it has no current version: `keyroll rotate {name}` makes one"
        ));
    }
    Ok(status)
}

pub fn retire(name: &str, arguments: &ArgMatches, context: &mut Context) -> Outcome {
    context.acts_today()?;
    let mut store = context.open(Access::Write)?;
    let found = Found::read(name, &store)?;
    let soak = match arguments.get_flag("now") {
        true => 0,
        false => arguments
            .get_one::<i64>("soak")
            .copied()
            .unwrap_or(SOAK_DAYS),
    };
    if soak < SOAK_DAYS && context.globals.reason.is_none() {
        return Err(Failure::usage(format!(
            "to retire an account after less than {SOAK_DAYS} days of rest takes a reason"
        ))
        .hint("say it: --reason 'the plant is closed'; nothing was changed"));
    }
    let status = found.account.status;
    let since = standing::since(&store, &found.id, AccountStatus::Suspended)?;
    let (id, around) = (&found.id, &found.around);
    rests(id, &around.operations)
        .and_then(|()| has_soaked(id, status, since, soak, context.today()))
        .and_then(|()| is_cut_off(id, &around.versions, &around.operations))
        .map_err(|why| refused(&why))?;
    found.show_radius(context);
    let principal = format!("account/{name}");
    let held = around.assignments.iter();
    let held = held.filter(|(key, _)| key.principal.to_string() == principal);
    for (key, _) in held {
        let at = key.at.as_ref().map(|at| format!(" --at {at}"));
        let (role, at) = (&key.role, at.unwrap_or_default());
        context.out.note(format!(
            "  assignment {role}: gives nothing from then on; `keyroll unassign {principal} {role}{at}`"
        ));
    }
    context.confirm(&format!("Retire account/{name}?"))?;
    let status = found.change(AccountStatus::Retired, &mut store, context)?;
    context.out.note(format!(
        "what happened to it is kept; `keyroll account remove {name} --with-history` takes it out of the roll"
    ));
    Ok(status)
}

/// That no version of an account could still work: with it, what it is about would be forgotten.
///
/// # Errors
/// When one could.
pub fn may_be_removed(record: &Record, store: &Store) -> Result<(), Failure> {
    let Record::Account(id, _) = record else {
        return Ok(());
    };
    let around = store.accounts(std::slice::from_ref(id))?;
    is_cut_off(id, &around.versions, &around.operations).map_err(|why| refused(&why))
}

impl Found {
    fn retired(&self) -> NoGrade {
        NoGrade::Status {
            account: self.id.clone(),
            status: self.account.status,
        }
    }
}

/// Why it is refused, with the way out.
fn refused(why: &NoGrade) -> Failure {
    let hint = match why {
        NoGrade::Status { account, status } => match status {
            AccountStatus::Proposed => format!("`keyroll account set {account} status=active`"),
            AccountStatus::Active | AccountStatus::Suspended => {
                format!("`keyroll account show {account}`")
            }
            AccountStatus::Retired => {
                "a retired account does not come back: add a new one".to_owned()
            }
        },
        NoGrade::Open(open) => way_on(open),
        NoGrade::NotSuspended { account, .. } => {
            format!("`keyroll account suspend {account}`; or --now with a --reason")
        }
        NoGrade::Soaks { .. } => "--now with a --reason does not wait".to_owned(),
        NoGrade::PossiblyLive { account, .. } => {
            format!("`keyroll revoke {account} --resume` looks again")
        }
        NoGrade::Unseen { account, .. } => {
            format!(
                "`keyroll revoke {account} --resume` looks; with --made-nothing where somebody has"
            )
        }
        NoGrade::Works { account, .. } => format!("`keyroll revoke {account}` takes it away"),
    };
    Failure::refused(why).hint(format!("{hint}; nothing was changed"))
}
