//! `keyroll approve`: who approved one action class of an account, under which ticket, until when. Whoever made the account is
//! not who approves it.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::access::presence;
use crate::cli::asking;
use crate::cli::completion;
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::cli::settings::Settings;
use crate::lifecycle::approval::{self, Asked, NoApproval};
use crate::model::access::ActionClass;
use crate::model::approval::Approval;
use crate::model::date::Date;
use crate::model::entitlement::EntitlementKey;
use crate::model::id::{AccountId, PersonId, Principal};
use crate::model::inventory::Inventory;
use crate::model::key::ApprovalKey;
use crate::model::record::{Kind, Record, RecordId};
use crate::model::text::Text;
use crate::operations::approvals;
use crate::report;
use crate::report::view::{Cell, Column, Tone, View};
use crate::store::{Access, Store};

/// Record who approved one action class of an account, under which ticket, until when
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll approve unicmms-production-import-hawthorne read --by anna-berg --ticket CHG-1042 --until 2027-03-31\n  \
    keyroll approve unicmms-production-import-hawthorne read --withdraw --reason 'the site is closed'\n  \
    keyroll approve --list --format csv\n\n\
    Whoever made the account, or last changed its rights, does not approve it: people are known by their `login`.")]
pub struct Args {
    /// The account
    #[arg(required_unless_present = "list", add = completion::names(Kind::Account))]
    account: Option<AccountId>,
    /// What is approved
    #[arg(required_unless_present = "list", value_parser = actions())]
    action: Option<ActionClass>,
    /// Who approves: a person, or team/NAME
    #[arg(long, value_name = "PERSON", value_parser = asking::principal, required_unless_present_any = ["withdraw", "list"],
        add = completion::principals())]
    by: Option<Principal>,
    /// Where it was asked for and granted
    #[arg(long, value_name = "TICKET", required_unless_present_any = ["withdraw", "list"])]
    ticket: Option<Text>,
    /// The last day on which it holds
    #[arg(long, value_name = "DATE", required_unless_present_any = ["withdraw", "list"])]
    until: Option<Date>,
    /// A permission or scope that it approves by name, beside the action as such; several times for several
    #[arg(long, value_name = "KEY")]
    permission: Vec<EntitlementKey>,
    /// End what is approved
    #[arg(long, conflicts_with_all = ["by", "ticket", "until", "permission", "list"])]
    withdraw: bool,
    /// List approvals, of one account or of all
    #[arg(long, conflicts_with_all = ["by", "ticket", "until", "permission"])]
    list: bool,
}

fn actions() -> impl TypedValueParser<Value = ActionClass> {
    let words = ActionClass::ALL.iter().map(|action| action.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<ActionClass>())
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let (account, action) = match (&args.account, args.action) {
        (account, action) if args.list => return list(account.as_ref(), action, context),
        (Some(account), Some(action)) => (account.clone(), action),
        (_, _) => return Err(Failure::usage("an account and an action are needed")),
    };
    let mut store = context.open(Access::Write)?;
    let around = approvals::around(&store, &account)?;
    if !around.accounts.contains_key(&account) {
        return Err(roll::unknown(Kind::Account, account.as_str(), &store));
    }
    match args.withdraw {
        true => withdraw(&account, action, &around, &mut store, context),
        false => give(args, (account, action), &around, &mut store, context),
    }
}

fn give(
    args: Args,
    (account, action): (AccountId, ActionClass),
    around: &Inventory,
    store: &mut Store,
    context: &mut Context,
) -> Outcome {
    let by = args.by.ok_or_else(|| Failure::usage("--by is needed"))?;
    refuse_unknown(&by, around, store)?;
    let body = &around.accounts[&account];
    let settings = Settings::load(context, Beside::Store)?;
    let today = context.today();
    let actor = context.actor()?.name;
    let absence = |person: &PersonId| {
        let absence = presence::of_person(around, person.as_str(), today)?;
        Some(absence.to_string())
    };
    let asked = Asked {
        account: &account,
        action,
        approval: Approval {
            by,
            ticket: args.ticket,
            until: args.until,
            permissions: args.permission,
            by_command: true,
        },
        inventory: around,
        makers: &approvals::makers(store, &account)?,
        actor: actor.as_str(),
        actions: &settings.policy.levels().policy(body.level).actions,
        absence: &absence,
        today,
    };
    let given = approval::give(&asked, body).map_err(|why| refused(&account, action, &why))?;
    let Some(change) = given.change else {
        context.out.note("no change");
        return Ok(Status::Clean);
    };
    for doubt in &given.doubts {
        context.out.note(format!("warning: {doubt}"));
        if let approval::Doubt::UnknownMaker { .. } = doubt {
            context
                .out
                .note("  keyroll person set NAME login+=NAME says whose it is");
        }
    }
    let id = change.id();
    roll::commit(context, store, &[change])?;
    context.out.note(format!(
        "account/{account}: {action} is approved by {}{}",
        asked.approval.by,
        args.until
            .map_or(String::new(), |day| format!(" until {day}"))
    ));
    roll::remark(&id, store, context)?;
    Ok(Status::Clean)
}

fn withdraw(
    account: &AccountId,
    action: ActionClass,
    around: &Inventory,
    store: &mut Store,
    context: &mut Context,
) -> Outcome {
    let changes = approval::withdraw(around, account, action, context.today())
        .map_err(|why| refused(account, action, &why))?;
    roll::change(context, store, &changes, "Withdraw this approval?")?;
    let is_declared =
        |record: &Record| matches!(record, Record::Approval(_, approval) if !approval.by_command);
    let mut before = changes.iter().filter_map(|change| change.before());
    if before.any(is_declared) {
        context.out.note(
            "where the inventory is kept as files, take it out there too: the next apply brings it back",
        );
    }
    for change in &changes {
        if change.after().is_some() {
            roll::remark(&change.id(), store, context)?;
        }
    }
    roll::remark(&RecordId::new(Kind::Account, account), store, context)?;
    Ok(Status::Clean)
}

/// Names who is missing before anything else is said.
fn refuse_unknown(by: &Principal, around: &Inventory, store: &Store) -> Result<(), Failure> {
    let (kind, name) = match by.parts() {
        ("person", name) => (Kind::Person, name),
        ("team", name) => (Kind::Team, name),
        (_, _) => return Ok(()),
    };
    let id = RecordId {
        kind,
        name: name.into(),
    };
    match around.contains(&id) {
        true => Ok(()),
        false => Err(roll::unknown(kind, name, store)),
    }
}

/// Why it is refused, with the way out.
fn refused(account: &AccountId, action: ActionClass, why: &NoApproval) -> Failure {
    let again = format!("keyroll approve {account} {action} --by PERSON");
    let hint = match why {
        NoApproval::Machine(_) | NoApproval::Nobody(_) | NoApproval::Absent { .. } => {
            format!("have a person who answers for it approve it: {again}")
        }
        NoApproval::Maker { .. } => format!("have somebody else approve it: {again}"),
        NoApproval::MayBeMaker { .. } => {
            "say whose login it is: keyroll person set NAME login+=NAME; or have somebody else approve it".to_owned()
        }
        NoApproval::Retired(_) => format!(
            "if it is in use again: keyroll account set {account} status=active; then approve it"
        ),
        NoApproval::Past { .. } => "--until takes today or a later day".to_owned(),
        NoApproval::Given { .. } => {
            format!("take that one back first: keyroll approve {account} {action} --withdraw")
        }
        NoApproval::None { .. } => {
            format!("`keyroll approve --list {account}` lists what was approved")
        }
    };
    Failure::refused(format!("{why}; nothing was changed")).hint(hint)
}

fn list(
    account: Option<&AccountId>,
    action: Option<ActionClass>,
    context: &mut Context,
) -> Outcome {
    let store = context.open(Access::Read)?;
    let records = match account {
        None => store.records(Kind::Approval)?,
        Some(account) => {
            let around = store.accounts(std::slice::from_ref(account))?;
            if !around.accounts.contains_key(account) {
                return Err(roll::unknown(Kind::Account, account.as_str(), &store));
            }
            let approvals = around.approvals.into_iter();
            approvals.map(Record::from).collect()
        }
    };
    let as_of = context.as_of();
    let rows = records.into_iter().filter_map(|record| {
        let Record::Approval(key, body) = record else {
            return None;
        };
        let is_asked = account.is_none_or(|account| key.account == *account)
            && action.is_none_or(|action| key.action == action);
        is_asked.then_some((key, body))
    });
    let kept = ["account", "action", "state", "until"].map(Column::new);
    let spare = ["by", "ticket", "on", "permissions"].map(|name| Column::new(name).spare());
    let rows: Vec<_> = rows.map(|(key, body)| row(&key, &body, as_of)).collect();
    if rows.is_empty() {
        context.out.note("nothing is approved");
    }
    let columns = kept.into_iter().chain(spare).collect();
    let view = View {
        rows,
        ..View::new("approval-list", columns)
    };
    let format = context.globals.format;
    let shown = report::render(&view, format, &context.terminal());
    context.out.data(&shown)?;
    Ok(Status::Clean)
}

fn row(key: &ApprovalKey, body: &Approval, as_of: Date) -> Vec<Cell> {
    let state = match body.holds(key.on, as_of) {
        true => Cell::text("holds").tone(Tone::Good),
        false if key.on > as_of => Cell::text("to come").tone(Tone::Muted),
        false => Cell::text("ended").tone(Tone::Muted),
    };
    vec![
        Cell::text(&key.account),
        Cell::text(key.action),
        state,
        body.until.map_or_else(Cell::missing, Cell::date),
        Cell::text(&body.by),
        Cell::optional(body.ticket.as_ref()),
        Cell::date(key.on),
        Cell::list(&body.permissions),
    ]
}
