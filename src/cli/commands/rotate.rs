//! `keyroll rotate`: replaces the secret of an account, step by step, and never loses the new one.

mod due;
pub(super) mod lock;
mod show;

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::hands::AtHand;
use crate::cli::scene::scene;
use crate::cli::surroundings::surroundings;
use crate::cli::under_way::way_on;
use crate::cli::unlock::{self, IdentityOptions};
use crate::lifecycle::operation::{CannotBegin, Course, open, rotation};
use crate::model::account::AccountStatus;
use crate::model::id::AccountId;
use crate::model::operation::{Entry, Operation, Work};
use crate::model::record::Kind;
use crate::model::text::Text;
use crate::operations::procedure::{Ended, Journal, Rotation, Scene, Tools};
use crate::store::{Access, Store};

/// Replace the secret of an account
///
/// Walks the procedure that the account names: create, set, test, acknowledge, promote, overlap, retire, refusal, finish, in
/// the order that its provider needs. Each step is written down before and after, so that --resume goes on after any
/// interruption, and --abort takes away again what was made. The new version becomes the current one only once it was
/// seen to work, and the old one counts as revoked only once the provider was seen to refuse it.
///
/// Exit status: 0 done, 3 waiting for somebody or for the end of the overlap, 4 failed, 5 something may still work that
/// should not.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll rotate etl --dry-run     # the steps, and nothing else\n  \
    keyroll rotate etl\n  \
    keyroll rotate etl --resume      # go on after an interruption, or when the overlap is over\n  \
    keyroll rotate --due --yes       # for cron: what is due, and what waits")]
pub struct Args {
    #[arg(add = completion::names(Kind::Account), required_unless_present = "due")]
    account: Option<String>,
    /// Go on with the rotation that is open
    #[arg(long, conflicts_with_all = ["abort", "due"])]
    resume: bool,
    /// Give the open rotation up: take away what it had made
    #[arg(long, conflicts_with = "due")]
    abort: bool,
    /// Somebody looked at the provider: a step whose outcome is not known had made nothing
    #[arg(long, conflicts_with = "due")]
    made_nothing: bool,
    /// Print the steps, and do nothing
    #[arg(long, conflicts_with_all = ["resume", "abort"])]
    dry_run: bool,
    /// Rotate what is due by policy, and go on with what waits
    #[arg(long, conflicts_with = "account")]
    due: bool,
    /// With --due: begin no more than so many
    #[arg(long, value_name = "N", default_value_t = 10, requires = "due")]
    max: usize,
    #[command(flatten)]
    identity: IdentityOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    if !args.dry_run {
        context.acts_today()?;
    }
    let Some(name) = args.account.clone() else {
        return due::run(&args, context);
    };
    let mut store = context.open(match args.dry_run {
        true => Access::Read,
        false => Access::Write,
    })?;
    let scene = scene(&store, &name)?;
    let _held = match args.dry_run {
        true => None,
        false => Some(lock::account(&scene.id, context)?.ok_or_else(|| lock::busy(&scene.id))?),
    };
    // What another command did while this one waited for its turn.
    let scene = Scene::read(&store, &name)?;
    match (args.resume, args.abort) {
        (false, false) => begin(&args, &mut store, scene, context),
        (true, _) | (_, true) => go_on(&args, &mut store, scene, context),
    }
}

/// A rotation that is decided, and not begun.
fn planned(scene: &Scene, context: &Context) -> Result<(Operation, Course), Failure> {
    let token: Text = uuid::Uuid::now_v7()
        .to_string()
        .parse()
        .expect("a UUID is a text");
    let actor = context.actor()?;
    rotation(&scene.rotating(), token, &actor, context.this_moment()).map_err(refused)
}

fn begin(args: &Args, store: &mut Store, scene: Scene, context: &mut Context) -> Outcome {
    let (operation, course) = planned(&scene, context)?;
    if args.dry_run {
        return show::plan(&operation, context);
    }
    let heading = show::heading(&scene, course)?;
    context.out.note(heading);
    for line in show::lines(&operation) {
        context.out.note(line);
    }
    context.confirm(&format!("Rotate account/{}?", scene.id))?;
    let around = surroundings(context)?;
    let mut secrets = unlock::unlock_to_seal(store, &args.identity, context)?;
    let id = scene.id.clone();
    let ended = {
        let mut hands = AtHand::new(context, format!("keyroll rotate {id} --resume"));
        let tools = Tools {
            secrets: &mut secrets,
            around: &around,
            hands: &mut hands,
            made_nothing: args.made_nothing,
        };
        Rotation::begin(tools, scene, operation)?.run()?
    };
    drop(secrets);
    concluded(&id, &ended, false, (store, context))
}

fn go_on(args: &Args, store: &mut Store, scene: Scene, context: &mut Context) -> Outcome {
    let id = scene.id.clone();
    let found = open(scene.operations(), &id);
    let Some((key, operation)) = found.map(|(key, it)| (key.clone(), it.clone())) else {
        return Err(
            Failure::refused(format!("no rotation of `account/{id}` is open"))
                .hint(format!("`keyroll rotate {id}` begins one")),
        );
    };
    if operation.what != Work::Rotate {
        let what = operation.what;
        return Err(Failure::refused(format!(
            "what is open on `account/{id}` is no rotation but {what}"
        ))
        .hint(format!("`keyroll revoke {id} --resume` goes on with it")));
    }
    if args.abort {
        let tag = operation.tag();
        context.confirm(&format!(
            "Give up rotation {} of account/{id} (`{tag}`), and take away what it made?",
            key.number
        ))?;
    }
    let around = surroundings(context)?;
    let mut secrets = unlock::unlock_to_seal(store, &args.identity, context)?;
    let ended = {
        let again = if args.abort { "--abort" } else { "--resume" };
        let mut hands = AtHand::new(context, format!("keyroll rotate {id} {again}"));
        let tools = Tools {
            secrets: &mut secrets,
            around: &around,
            hands: &mut hands,
            made_nothing: args.made_nothing,
        };
        let mut rotation = Rotation::of(tools, scene, Journal::of(key, operation));
        match args.abort {
            true => rotation.abort()?,
            false => {
                rotation.unstall()?;
                rotation.run()?
            }
        }
    };
    drop(secrets);
    concluded(&id, &ended, args.abort, (store, context))
}

/// Says and shows how it ended.
fn concluded(
    id: &AccountId,
    ended: &Ended,
    is_abort: bool,
    (store, context): (&Store, &mut Context),
) -> Outcome {
    let went = show::conclude(id, ended, is_abort, store, context)?;
    show::results(std::slice::from_ref(&went), context)?;
    Ok(went.status)
}

/// How an entry is done.
pub(super) fn way(entry: &Entry) -> String {
    let Some(step) = &entry.step else {
        return "keyroll".to_owned();
    };
    match (&step.http, &step.command) {
        (Some(http), _) => format!("{} {}", http.method, http.path),
        (None, Some(words)) => {
            let words: Vec<&str> = words.iter().map(|word| word.as_str()).collect();
            format!("runs {}", words.join(" "))
        }
        (None, None) => "by hand".to_owned(),
    }
}

/// Why it cannot begin, with the way out.
pub(super) fn refused(why: CannotBegin) -> Failure {
    let hint = match &why {
        CannotBegin::NoProcedure { account, what } => format!(
            "declare one, and name it: `keyroll account set {account} {what}=PROCEDURE`"
        ),
        CannotBegin::OtherKind { .. } | CannotBegin::NoSteps(_) => {
            "`keyroll procedure show NAME` shows it; nothing was begun".to_owned()
        }
        CannotBegin::Status { account, status } => match status {
            AccountStatus::Retired => {
                "a retired account does not come back: add a new one; nothing was begun".to_owned()
            }
            AccountStatus::Proposed | AccountStatus::Active | AccountStatus::Suspended => {
                format!("`keyroll account resume {account}` first; nothing was begun")
            }
        },
        CannotBegin::Open(open) => way_on(open),
        CannotBegin::OneLive { .. } => {
            "a policy with `strategy = \"single\"`, or `blue-green` over two identities; nothing was begun".to_owned()
        }
        CannotBegin::Identities { .. } => {
            "blue/green takes two: `identity = [\"NAME-A\", \"NAME-B\"]`; nothing was begun".to_owned()
        }
        CannotBegin::TooManyLive { account, .. } => format!(
            "`keyroll credential show {account}` shows them; `keyroll revoke {account} --version N` takes one away"
        ),
        CannotBegin::Pending { account, .. } => format!(
            "`keyroll credential promote {account}` makes it the current one; nothing was begun"
        ),
        CannotBegin::OneValue { account, .. } => format!(
            "two versions live side by side for a while: `keyroll credential move {account} age`; nothing was begun"
        ),
        CannotBegin::NoId {
            account, number, ..
        } => format!(
            "`keyroll credential id {account} ID --version {number}` records what the provider calls it; nothing was begun"
        ),
        CannotBegin::TakesNew { .. } => {
            "a step that retires names the old version: `{previous.id}`; nothing was begun".to_owned()
        }
        CannotBegin::NothingLive { .. } | CannotBegin::NotLive { .. } => {
            "there is nothing to take away".to_owned()
        }
        CannotBegin::TakesMore { account, .. } => format!(
            "without --version all of `account/{account}` goes; a step that takes one names `{{id}}` or `{{secret}}`"
        ),
    };
    Failure::refused(why).hint(hint)
}
