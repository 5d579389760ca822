//! `keyroll secret set`: stores the value of a credential; it is typed without echo, or comes from stdin, a file or a
//! descriptor. It is never a word of the command line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use crate::cli::commands::credential::id;
use crate::cli::commands::rotate::lock;
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::private::{bounded, from_descriptor};
use crate::cli::roll;
use crate::cli::scene::meant;
use crate::cli::unlock::{self, IdentityOptions};
use crate::lifecycle::versions::Given;
use crate::model::credential::{Credential, StoreClass};
use crate::model::date::Date;
use crate::model::id::Name;
use crate::model::record::{Kind, RecordId};
use crate::model::sealed::Source;
use crate::operations::secrets::account;
use crate::secret::{Secret, Value, is_public, names};
use crate::store::Access;

/// Store the secret of an account
///
/// Typed at the terminal without echo, or read from standard input, a file or a descriptor. The fields of a composite
/// credential come one by one; what is missing is asked for, and off a terminal standard input holds it: the value
/// itself where one field is missing, else a JSON object of texts.
///
/// It goes into the current version where that has no value yet, else into a new one, and the current one becomes the
/// previous.
///
/// While a rotation of the account is open it is refused, unless the next step waits for a value that somebody makes by
/// hand: then `--pending` hands it over, and `keyroll rotate ACCOUNT --resume` goes on.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll secret set unicmms-production-import-hawthorne\n  \
    pass show factory/etl | keyroll secret set unicmms-production-import-hawthorne\n  \
    keyroll secret set etl --from-file certificate=etl.pem --from-file key=etl.key --expires 2027-03-31")]
pub struct Args {
    #[arg(add = completion::names(Kind::Account))]
    account: String,
    /// Read a value from a file; of a field: FIELD=PATH
    #[arg(long, value_name = "[FIELD=]PATH", value_hint = clap::ValueHint::FilePath)]
    from_file: Vec<String>,
    /// Read a value from a file descriptor; of a field: FIELD=N
    #[arg(long, value_name = "[FIELD=]N")]
    fd: Vec<String>,
    /// The value is in its place already (vault, command, environment): look at it and record it
    #[arg(long, conflicts_with_all = ["from_file", "fd", "pending"])]
    existing: bool,
    /// Let it wait beside the current one until `keyroll credential promote`
    #[arg(long)]
    pending: bool,
    /// Make a new version even where the current one has no value yet
    #[arg(long)]
    new: bool,
    /// The day it was issued [default: today, or as recorded]
    #[arg(long, value_name = "DATE")]
    issued: Option<Date>,
    /// The last day on which the provider accepts it
    #[arg(long, value_name = "DATE")]
    expires: Option<Date>,
    /// What the provider calls it: its id of the key, never the secret itself
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Keep a line end at the end of a value of one line
    #[arg(long)]
    verbatim: bool,
    #[command(flatten)]
    identity: IdentityOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let (id, _, credential) =
        account(&store, &args.account).map_err(|error| meant(error, &args.account, &store))?;
    let given = Given {
        issued: args.issued,
        expires: args.expires,
        pending: args.pending,
        new: args.new,
        id: args.id.as_deref().map(id::word).transpose()?,
    };
    if args.existing
        && matches!(
            credential.store.class(),
            StoreClass::Age | StoreClass::Keyring
        )
    {
        return Err(Failure::usage(format!(
            "a secret in {} is stored by keyroll alone",
            credential.store
        ))
        .hint(
            "--existing is for vault, command and environment; leave it out and give the value",
        ));
    }
    // A rotation at work makes a version of its own, and one that is open may wait for this very value.
    let _held = lock::account(&id, context)?.ok_or_else(|| lock::busy(&id))?;
    // The identity first: a secret that was typed is not lost to a passphrase mistyped after it.
    let name = store.name()?;
    let (identity, from) = unlock::identity(&name, &args.identity, context)?;
    let (value, source) = match args.existing {
        true => (None, Source::Existing),
        false => {
            let (value, source) = read(&args, &credential, context)?;
            (Some(value), source)
        }
    };
    let today = context.today();
    let mut secrets = unlock::unlock_to_seal_with(&mut store, identity, &from, context)?;
    let stored = secrets.give(&args.account, value, source, &given, today)?;
    let number = stored.version.number;
    let stage = if args.pending { "pending" } else { "current" };
    context.out.note(format!(
        "stored version {number} of account/{id} in {}: {stage}",
        credential.store
    ));
    if let Some(number) = stored.rotation {
        context.out.note(format!(
            "rotation {number} waited for it: `keyroll rotate {id} --resume` goes on"
        ));
    }
    if stored.filled && !args.existing {
        context.out.note(
            "it was recorded without a value, and keeps its dates; --new makes a new version",
        );
    }
    for doubt in &stored.doubts {
        context.out.note(format!("warning: {doubt}"));
    }
    for other in &stored.reused {
        context
            .out
            .note(format!("warning: version/{other} holds the same secret"));
    }
    roll::remark(&RecordId::new(Kind::Account, &id), &store, context)?;
    Ok(Status::Clean)
}

/// The fields from where the options say, the rest from the terminal or standard input.
fn read(
    args: &Args,
    credential: &Credential,
    context: &mut Context,
) -> Result<(Value, Source), Failure> {
    let wanted = names(credential);
    let mut fields = BTreeMap::new();
    let mut source = None;
    for text in &args.from_file {
        let (field, path) = of_field(text, &wanted)?;
        let path = PathBuf::from(path);
        let failed = |error: io::Error| {
            let name = path.display().to_string().escape_debug().to_string();
            Failure::new(format!("cannot read `{name}`: {error}")).hint("nothing was stored")
        };
        let secret = File::open(&path).and_then(bounded).map_err(failed)?;
        put(&mut fields, field, trimmed(secret, args.verbatim, context))?;
        source = Some(Source::File);
    }
    for text in &args.fd {
        let (field, number) = of_field(text, &wanted)?;
        let number = number.parse().map_err(|_| {
            Failure::usage("--fd takes the number of a descriptor")
                .hint("for example --fd 3 3<FILE")
        })?;
        let secret = from_descriptor(number)?;
        put(&mut fields, field, trimmed(secret, args.verbatim, context))?;
        source = Some(Source::Descriptor);
    }
    let missing: Vec<Name> = wanted
        .into_iter()
        .filter(|name| !fields.contains_key(name))
        .collect();
    if !missing.is_empty() {
        source = Some(if io::stdin().is_terminal() {
            Source::Prompt
        } else {
            Source::Stdin
        });
        if io::stdin().is_terminal() {
            ask(&missing, &mut fields, context)?;
        } else {
            take(&missing, &mut fields, args.verbatim, context)?;
        }
    }
    let value = Value::of(credential, fields).map_err(anyhow::Error::from)?;
    Ok((value, source.unwrap_or(Source::Stdin)))
}

/// The field that an option names, and the rest of it.
fn of_field<'t>(text: &'t str, wanted: &[Name]) -> Result<(Name, &'t str), Failure> {
    let listed = || {
        wanted
            .iter()
            .map(Name::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    if let Some((field, rest)) = text.split_once('=')
        && let Some(field) = wanted.iter().find(|name| name.as_str() == field)
    {
        return Ok((field.clone(), rest));
    }
    match wanted {
        [only] => Ok((only.clone(), text)),
        _ => Err(
            Failure::usage("the credential has several fields: say which one").hint(format!(
                "FIELD=..., a field being {}; nothing was stored",
                listed()
            )),
        ),
    }
}

fn put(fields: &mut BTreeMap<Name, Secret>, field: Name, secret: Secret) -> Result<(), Failure> {
    let name = field.to_string();
    match fields.insert(field, secret) {
        None => Ok(()),
        Some(_) => {
            Err(Failure::usage(format!("the field `{name}` is given twice"))
                .hint("nothing was stored"))
        }
    }
}

/// A value of one line without its line end, unless that is wanted.
fn trimmed(mut secret: Secret, verbatim: bool, context: &mut Context) -> Secret {
    let lines = secret.expose().iter().filter(|b| **b == b'\n').count();
    if !verbatim && lines == 1 && secret.trim_newline() {
        context
            .out
            .note("the line end at its end is left out; --verbatim keeps it");
    }
    secret
}

/// Asks for fields at the terminal; only those that are no secret by their name are shown as they are typed.
fn ask(
    missing: &[Name],
    fields: &mut BTreeMap<Name, Secret>,
    context: &mut Context,
) -> Result<(), Failure> {
    if context.globals.no_input {
        return Err(
            Failure::usage("the secret must be typed, and --no-input forbids to ask").hint(
                "give it on standard input, with --from-file or with --fd; nothing was stored",
            ),
        );
    }
    for field in missing {
        let secret = if is_public(field) {
            Secret::from(context.out.ask(&format!("{field}: "))?.unwrap_or_default())
        } else {
            let secret = context.out.ask_secret(&format!("{field} (not shown): "))?;
            let length = String::from_utf8_lossy(secret.expose()).chars().count();
            context.out.note(format!("{length} characters"));
            secret
        };
        fields.insert(field.clone(), secret);
    }
    Ok(())
}

/// Takes fields from standard input: the value itself, or an object of texts.
fn take(
    missing: &[Name],
    fields: &mut BTreeMap<Name, Secret>,
    verbatim: bool,
    context: &mut Context,
) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::new(format!("cannot read standard input: {error}")).hint("nothing was stored")
    };
    let input = bounded(io::stdin().lock()).map_err(failed)?;
    if input.is_empty() {
        return Err(Failure::usage("standard input is empty: there is no secret to store")
            .hint("pipe it in, give --from-file or --fd, or type it at a terminal; nothing was stored"));
    }
    if let [only] = missing {
        fields.insert(only.clone(), trimmed(input, verbatim, context));
        return Ok(());
    }
    // The parser's own words could quote what it read.
    let object: BTreeMap<Name, String> = serde_json::from_slice(input.expose()).map_err(|_| {
        let listed = missing
            .iter()
            .map(|name| format!("\"{name}\": \"...\""))
            .collect::<Vec<_>>();
        Failure::usage("standard input is no JSON object of texts, and several fields are missing")
            .hint(format!(
                "write {{{}}}; nothing was stored",
                listed.join(", ")
            ))
    })?;
    for (field, text) in object {
        put(fields, field, Secret::from(text))?;
    }
    Ok(())
}
