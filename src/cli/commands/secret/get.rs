//! `keyroll secret get`: hands a secret to a pipe or a file; to a terminal only on request.

use std::io::{self, IsTerminal};

use serde_json::json;

use crate::cli::clipboard::{self, SECONDS};
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::unlock::{self, IdentityOptions};
use crate::model::change::Occurrence;
use crate::model::id::Name;
use crate::model::record::Kind;
use crate::operations::secrets::{Taken, Wanted};
use crate::report::Format;
use crate::secret::{BadValue, Secret, Value};
use crate::store::Access;

/// Hand out the secret of an account
///
/// Writes the very bytes of the value to standard output, and nothing else; into a pipe or a file without further ado,
/// to a terminal with --reveal alone. Who took it, when and why (--reason) stands in the audit trail before the first
/// byte is written.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll secret get etl | some-tool --password-stdin\n  \
    keyroll secret get etl --reveal --reason \"CHG-1042: compare with the provider\"\n  \
    keyroll secret get etl --format json")]
pub struct Args {
    #[arg(add = completion::names(Kind::Account))]
    account: String,
    /// The field of a composite credential
    #[arg(long, value_name = "FIELD")]
    field: Option<Name>,
    /// A version by its number [default: the current one]
    #[arg(long, value_name = "NUMBER")]
    number: Option<u32>,
    /// Show it on a terminal
    #[arg(long)]
    reveal: bool,
    /// Offer it to the clipboard for 45 seconds, then clear that; ends when another program takes the clipboard
    #[arg(long, conflicts_with = "reveal")]
    clipboard: bool,
    #[command(flatten)]
    identity: IdentityOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let is_terminal = io::stdout().is_terminal();
    let format = context.format_of(&[Format::Table, Format::Json])?;
    if is_terminal && !args.reveal && !args.clipboard {
        return Err(
            Failure::usage("the secret would stay in the terminal's scrollback")
                .hint("pipe it to where it is needed, or say --reveal"),
        );
    }
    if args.clipboard {
        clipboard::is_built()?;
    }
    let mut store = context.open(Access::Write)?;
    let mut secrets = unlock::unlock(&mut store, &args.identity, context)?;
    let field = args
        .field
        .as_ref()
        .map(|field| ("field", field.to_string()));
    let to = match (args.clipboard, is_terminal) {
        (true, _) => "clipboard",
        (false, true) => "terminal",
        (false, false) => "pipe or file",
    };
    let to = ("to", to.to_owned());
    let wanted = Wanted {
        account: &args.account,
        version: args.number,
    };
    let details: Vec<_> = field.into_iter().chain([to]).collect();
    // What cannot be shown is refused before it is recorded as shown.
    let check = |taken: &[Taken]| {
        let mut all = taken.iter();
        all.try_for_each(|taken| chosen(&taken.value, args.field.as_ref(), format).map(drop))
    };
    let taken = secrets.take(&[wanted], Occurrence::Reveal, &details, &check)?;
    // A reader may take its time: nobody waits for it.
    drop(secrets);
    for taken in &taken {
        let chosen = chosen(&taken.value, args.field.as_ref(), format)?;
        let secret = match &chosen {
            Chosen::Field(secret) => secret,
            Chosen::Object(text) => text,
        };
        if args.clipboard {
            context.out.note(format!(
                "in the clipboard for {SECONDS} seconds; Ctrl-C takes it back"
            ));
            clipboard::offer(secret, context.in_seconds(SECONDS))?;
        } else {
            context.out.secret(secret)?;
        }
    }
    if is_terminal && !args.clipboard {
        context.out.secret(&Secret::from("\n".to_owned()))?;
    }
    Ok(Status::Clean)
}

enum Chosen<'v> {
    Field(&'v Secret),
    /// All fields, as a JSON object.
    Object(Secret),
}

fn chosen<'v>(
    value: &'v Value,
    field: Option<&Name>,
    format: Format,
) -> anyhow::Result<Chosen<'v>> {
    if let Some(name) = field {
        let field = value.field(name).map(Chosen::Field);
        return field.ok_or_else(|| BadValue::Unknown(name.clone()).into());
    }
    if format == Format::Json {
        return object(value).map(Chosen::Object);
    }
    value.only().map(Chosen::Field).ok_or_else(|| {
        let names: Vec<String> = value.fields().map(|(name, _)| name.to_string()).collect();
        BadValue::Several(names.join(", ")).into()
    })
}

fn object(value: &Value) -> anyhow::Result<Secret> {
    let mut fields = serde_json::Map::new();
    for (name, secret) in value.fields() {
        let text =
            std::str::from_utf8(secret.expose()).map_err(|_| BadValue::NotText(name.clone()))?;
        fields.insert(name.to_string(), json!(text));
    }
    Ok(Secret::from(format!(
        "{}\n",
        serde_json::Value::Object(fields)
    )))
}
