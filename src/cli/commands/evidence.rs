//! `keyroll evidence`: what was seen of credentials, and what somebody adds to it.

use std::path::PathBuf;

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::cli::scene::scene;
use crate::lifecycle::whereabouts::{elsewhere, placed};
use crate::model::change::Change;
use crate::model::credential::VersionStage;
use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::Side;
use crate::model::fact::{self, CameBy, Detail, Fact};
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::key::{FactKey, VersionKey};
use crate::model::probe::ProbeKind;
use crate::model::record::Kind;
use crate::model::text::{Text, could_be_secret};
use crate::operations::evidence::proof;
use crate::operations::procedure::Scene;
use crate::operations::secrets::Refusal;
use crate::report;
use crate::report::view::{Cell, Column, Tone, View};
use crate::store::Access;

/// What was seen of credentials: the proof that they can do what they should, and nothing else
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
#[command(
    after_help = "Examples:\n  keyroll evidence list etl\n  keyroll evidence add etl foreign --outcome pass --file denied.png --note CHG-1042"
)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Show what was seen, and whether it still says something: a version that was replaced proves nothing of the next
    #[command(
        after_help = "Examples:\n  keyroll evidence list\n  keyroll evidence list etl --format csv"
    )]
    List {
        #[arg(add = completion::names(Kind::Account))]
        account: Option<String>,
    },
    Add(Add),
}

/// Record what somebody saw by hand, with a file that shows it
///
/// The file stays where it is: its name and its SHA-256 are recorded.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  keyroll evidence add etl foreign --outcome pass --file denied.png --note \"CHG-1042, seen by two\""
)]
struct Add {
    #[arg(add = completion::names(Kind::Account))]
    account: String,
    /// What was tested: authenticate, discover, read, write, foreign, forbidden, audit
    probe: ProbeKind,
    /// Whether it was as it must be: pass, fail, inconclusive
    #[arg(long, value_name = "OUTCOME")]
    outcome: fact::Outcome,
    /// What shows it
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// What else is to be known of it
    #[arg(long, value_name = "TEXT")]
    note: Option<Text>,
    /// The version that was tested [default: the current one]
    #[arg(long, value_name = "NUMBER")]
    version: Option<u32>,
    /// Where it was tested: provider or platform
    #[arg(long, value_name = "SIDE", default_value = "provider")]
    side: Side,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.what {
        What::List { account } => list(account.as_deref(), context),
        What::Add(args) => add(args, context),
    }
}

fn list(account: Option<&str>, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let (inventory, only) = match account {
        Some(name) => {
            let scene = scene(&store, name)?;
            (scene.inventory, Some(scene.id))
        }
        None => (store.inventory()?, None),
    };
    let today = context.as_of();
    let facts = inventory.facts.values();
    let facts = facts.filter(|fact| only.is_none() || fact.account() == only.as_ref());
    let mut rows: Vec<_> = facts
        .filter_map(|fact| row(fact, &inventory, today))
        .collect();
    rows.sort_by(|(one, _), (other, _)| one.cmp(other));
    if rows.is_empty() {
        context
            .out
            .note("no evidence: `keyroll test ACCOUNT` finds some");
    }
    let columns = [
        Column::new("account"),
        Column::new("version").right(),
        Column::new("side").spare(),
        Column::new("probe"),
        Column::new("outcome"),
        Column::new("seen").spare(),
        Column::new("age-days").titled("Age").right(),
        Column::new("state"),
        Column::new("environment").spare(),
        Column::new("status").right().spare(),
        Column::new("millis").titled("ms").right().spare(),
        Column::new("file").spare(),
        Column::new("note").spare(),
        Column::new("digest").spare(),
        Column::new("endpoint").spare(),
        Column::new("identity").spare(),
        Column::new("came-by").spare(),
    ];
    let mut view = View::new("evidence-list", columns.into());
    view.rows = rows.into_iter().map(|(_, row)| row).collect();
    let shown = report::render(&view, context.globals.format, &context.terminal());
    context.out.data(&shown)?;
    Ok(Status::Clean)
}

/// What is sorted by: the account, the newest version first, the probe, and the newest first.
type Order = (
    AccountId,
    std::cmp::Reverse<u32>,
    Side,
    ProbeKind,
    std::cmp::Reverse<String>,
);

fn row(fact: &Fact, inventory: &Inventory, today: Date) -> Option<(Order, Vec<Cell>)> {
    let Fact::Evidence {
        account,
        version,
        probe,
        outcome,
        on,
        detail,
    } = fact
    else {
        return None;
    };
    let none = Detail::default();
    let detail = detail.as_deref().unwrap_or(&none);
    let side = detail.side.unwrap_or(Side::Provider);
    let seen = detail
        .at
        .map_or_else(|| on.to_string(), |at| at.to_string());
    let key = VersionKey {
        account: account.clone(),
        number: *version,
    };
    let is_stale = match inventory.versions.get(&key).map(|version| version.stage) {
        Some(VersionStage::Current | VersionStage::Pending) => false,
        Some(VersionStage::Previous | VersionStage::Revoked | VersionStage::PossiblyLive) => true,
        None => true,
    };
    let text = |text: &Option<Text>| text.as_ref().map_or(Cell::missing(), Cell::text);
    let number = |number: Option<u32>| number.map_or(Cell::missing(), |it| Cell::number(it.into()));
    let environment = detail.environment.as_ref();
    let cells = vec![
        Cell::text(account),
        Cell::number((*version).into()),
        Cell::text(side),
        Cell::text(probe),
        Cell::text(outcome).tone(match outcome {
            fact::Outcome::Pass => Tone::Good,
            fact::Outcome::Fail => Tone::Error,
            fact::Outcome::Inconclusive => Tone::Warning,
        }),
        Cell::text(&seen),
        Cell::number(on.days_until(today)),
        match (is_stale, elsewhere(fact, inventory), outcome) {
            (true, _, _) => Cell::text("stale").tone(Tone::Muted),
            (false, Some(_), _) => Cell::text("moved").tone(Tone::Muted),
            (false, None, fact::Outcome::Pass | fact::Outcome::Fail) => Cell::text("holds"),
            (false, None, fact::Outcome::Inconclusive) => Cell::text("void").tone(Tone::Muted),
        },
        environment.map_or(Cell::missing(), Cell::text),
        number(detail.status.map(u32::from)),
        number(detail.millis),
        text(&detail.file),
        text(&detail.note),
        detail.digest.as_ref().map_or(Cell::missing(), Cell::digest),
        text(&detail.endpoint),
        text(&detail.identity),
        Cell::optional(detail.came_by),
    ];
    let order = (
        account.clone(),
        std::cmp::Reverse(*version),
        side,
        *probe,
        std::cmp::Reverse(seen),
    );
    Some((order, cells))
}

fn add(args: Add, context: &mut Context) -> Outcome {
    context.acts_today()?;
    if args.probe == ProbeKind::Session {
        return Err(Failure::usage("a held session is no test of its own")
            .hint("it is seen while a credential is revoked"));
    }
    let note = args.note.as_ref().map(Text::as_str).unwrap_or_default();
    if could_be_secret(note) {
        return Err(Failure::usage("the note has the look of a secret")
            .hint("say what was seen without it; nothing was recorded"));
    }
    let mut store = context.open(Access::Write)?;
    // What is recorded already must not change before this is.
    let _turn = store.take_turn()?;
    let scene = scene(&store, &args.account)?;
    let number = match args.version {
        Some(number) => scene.version(number).map_err(anyhow::Error::from)?.0.number,
        None => match scene.current() {
            Some((key, _)) => key.number,
            None => {
                return Err(anyhow::Error::from(Refusal::NoSecret(scene.id)).into());
            }
        },
    };
    let proof = proof(&args.file).map_err(|error| {
        Failure::from(error)
            .or_hint("name a plain file that shows what was seen; nothing was recorded")
    })?;
    let (outcome, probe) = (args.outcome, args.probe);
    let seen = |at: Timestamp| Fact::Evidence {
        account: scene.id.clone(),
        version: number,
        probe,
        outcome,
        on: at.date(),
        detail: Some(Box::new(Detail {
            at: Some(at),
            side: Some(args.side),
            environment: Some(scene.account.environment.clone()),
            digest: Some(proof.digest.clone()),
            file: Some(proof.name.clone()),
            note: args.note.clone(),
            came_by: Some(CameBy::Hand),
            ..Detail::default()
        })),
    };
    let told = format!(
        "{probe} by version {number} of account/{}: {outcome}",
        scene.id
    );
    match unrecorded(&scene, context.this_moment(), seen) {
        None => context.out.note(format!("recorded already: {told}")),
        Some(fact) => {
            let change = Change::create((FactKey::of(&fact), fact).into());
            roll::commit(context, &mut store, &[change])?;
            context.out.note(format!("recorded: {told}"));
        }
    }
    Ok(Status::Clean)
}

/// A fact of a moment; of the next free second, where another of its key is recorded of this one. None where the same is
/// recorded already.
fn unrecorded(scene: &Scene, now: Timestamp, of: impl Fn(Timestamp) -> Fact) -> Option<Fact> {
    let mut at = now;
    loop {
        let fact = placed(of(at), &scene.inventory);
        match scene.inventory.facts.get(&FactKey::of(&fact)) {
            None => return Some(fact),
            Some(known) if *known == fact => return None,
            Some(_) => at = Timestamp::from_unix(at.unix() + 1),
        }
    }
}
