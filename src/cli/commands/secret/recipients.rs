//! `keyroll secret recipients`: who may open the secrets.

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::pin::{self, Renewal};
use crate::cli::unlock::{self, IdentityOptions};
use crate::model::id::{PersonId, RecipientId};
use crate::model::record::Kind;
use crate::model::sealed::{Purpose, Recipient};
use crate::operations::secrets::{Resealed, Secrets, recipients};
use crate::report;
use crate::report::summary::counted;
use crate::report::view::{Cell, Column, View};
use crate::secrets::PublicKey;
use crate::store::Access;

/// Who may open the secrets
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Example:\n  keyroll secret recipients list")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Show who may open the secrets
    #[command(after_help = "Example:\n  keyroll secret recipients list")]
    List,
    Add(Add),
    Remove(Remove),
    /// Accept the store's key and recipients as they are now, after somebody else changed them
    #[command(after_help = "Example:\n  keyroll secret recipients trust")]
    Trust(IdentityOptions),
}

/// Let somebody open the secrets: seals every one anew
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll secret recipients add anna-laptop age1... --person anna-berg\n  \
    keyroll secret recipients add etl-01 age1... --purpose host")]
struct Add {
    /// A name for the key
    name: RecipientId,
    /// The public key, as `age-keygen -y` prints it
    key: String,
    /// Whose it is
    #[arg(long, value_name = "PERSON", add = completion::names(Kind::Person))]
    person: Option<PersonId>,
    /// What it is for: person, host or recovery
    #[arg(long, value_name = "PURPOSE", default_value = "person", value_parser = ["person", "host", "recovery"])]
    purpose: String,
    #[command(flatten)]
    identity: IdentityOptions,
}

/// Let somebody open no new secret: seals every one anew, and marks what he could read as due for rotation
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  keyroll secret recipients remove anna-laptop --reason \"left the company\""
)]
struct Remove {
    #[arg(add = completion::names(Kind::Recipient))]
    name: String,
    #[command(flatten)]
    identity: IdentityOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.what {
        What::List => list(context),
        What::Add(args) => add(args, context),
        What::Remove(args) => remove(args, context),
        What::Trust(options) => trust(&options, context),
    }
}

fn list(context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let rows = recipients(&store)?.into_iter().map(|(name, recipient)| {
        vec![
            Cell::text(name.to_string()),
            Cell::text(recipient.purpose.as_str()),
            recipient
                .person
                .map_or(Cell::missing(), |person| Cell::text(person.to_string())),
            Cell::date(recipient.added),
            Cell::text(recipient.key.to_string()),
        ]
    });
    let mut view = View::new(
        "recipient-list",
        ["name", "purpose", "person", "added", "key"]
            .map(Column::new)
            .into(),
    );
    view.rows = rows.collect();
    if view.rows.is_empty() {
        context.out.note(
            "no recipients: the store holds no secrets yet; `keyroll init` makes it ready for them",
        );
    }
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    Ok(Status::Clean)
}

fn add(args: Add, context: &mut Context) -> Outcome {
    let key: PublicKey = args.key.parse()?;
    let recipient = Recipient {
        purpose: args.purpose.parse::<Purpose>().map_err(Failure::usage)?,
        key: key.to_string().parse().map_err(Failure::usage)?,
        person: args.person,
        added: context.today(),
    };
    let mut store = context.open(Access::Write)?;
    let store_name = store.name()?;
    let mut secrets = unlock::unlock_to_seal(&mut store, &args.identity, context)?;
    let done = {
        let renewal = Renewal::of(&store_name, context);
        secrets.add_recipient(args.name.clone(), recipient, &renewal)?
    };
    renewed(&store_name, &secrets, context);
    context.out.note(format!(
        "{} may open the secrets: {} sealed anew",
        args.name,
        counted(done.secrets, "secret")
    ));
    left(&done, context);
    Ok(Status::Clean)
}

fn remove(args: Remove, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let today = context.today();
    context.confirm(&format!(
        "Take `{}` off the recipients and seal every secret anew?",
        args.name.escape_debug()
    ))?;
    let store_name = store.name()?;
    let mut secrets = unlock::unlock_to_seal(&mut store, &args.identity, context)?;
    let done = {
        let renewal = Renewal::of(&store_name, context);
        secrets.remove_recipient(&args.name, today, &renewal)?
    };
    renewed(&store_name, &secrets, context);
    let has_recovery = secrets
        .keys()
        .recipients()
        .values()
        .any(|left| left.purpose == Purpose::Recovery);
    if !has_recovery {
        context
            .out
            .note("warning: there is no recovery key any more");
    }
    let name = &args.name;
    context.out.note(format!(
        "{name} opens nothing new: {} sealed anew",
        counted(done.secrets, "secret")
    ));
    if !done.exposed.is_empty() {
        context.out.note(format!(
            "sealing anew is not rotating: {name} could read these, may have kept them, and reads them still from old backups."
        ));
        context
            .out
            .note("Each is due for rotation at its provider from today:");
        for version in &done.exposed {
            context.out.note(format!(
                "  {} (version {})",
                version.account, version.number
            ));
        }
    }
    left(&done, context);
    Ok(Status::Clean)
}

/// Notes the store's key as it is now, and says who opens what is sealed from now on.
fn trust(options: &IdentityOptions, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let name = store.name()?;
    let secrets = unlock::unlock(&mut store, options, context)?;
    let pin = secrets.keys().pin().clone();
    for (name, recipient) in secrets.keys().recipients() {
        context.out.note(format!(
            "  {name}  {}  {}",
            recipient.purpose, recipient.key
        ));
    }
    drop(secrets);
    context.confirm("May these, and nobody else, open what is stored from now on?")?;
    pin::note(&name, &pin, context)?;
    context.out.note("the store's key is known here now");
    Ok(Status::Clean)
}

/// Notes the store's key after it was renewed. Where that fails, the note of before has both, old and new: all is done.
pub(in crate::cli::commands) fn renewed(store: &str, secrets: &Secrets<'_>, context: &Context) {
    let _ = pin::note(store, secrets.keys().pin(), context);
}

/// Says what could not be looked at.
pub(in crate::cli::commands) fn left(done: &Resealed, context: &mut Context) {
    for (version, error) in &done.unvouched {
        context.out.note(format!(
            "warning: version/{version} could not be read: {error}"
        ));
        context.out.note(format!(
            "  it is not handed out until `keyroll secret set {} --existing` has looked at it",
            version.account
        ));
    }
}
