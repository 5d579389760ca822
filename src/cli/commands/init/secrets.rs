//! Makes a store ready for secrets: an identity, and the key that opens everything on the day that one is lost.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::private::{make_private, private_file};
use crate::cli::unlock::{IdentityOptions, parse, passphrase};
use crate::model::id::RecipientId;
use crate::model::sealed::{Purpose, Recipient};
use crate::operations::secrets::begin;
use crate::secret::Secret;
use crate::secrets::{Identity, Keyring, PublicKey, Recipients, file_text, identity_item, protect};
use crate::store::Store;

/// How a store is made ready for secrets.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Secrets")]
pub struct Options {
    /// Keep the identity in a file of yours alone instead of the OS keyring; one that is there already is used
    /// [default: identity.txt in the XDG configuration folder]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    identity_file: Option<Option<PathBuf>>,
    /// Protect the identity file with a passphrase
    #[arg(long, requires = "identity_file")]
    passphrase: bool,
    /// Read the passphrase from this file descriptor
    #[arg(long, value_name = "N", requires = "identity_file")]
    passphrase_fd: Option<u32>,
    /// The public key of a recovery key that you keep offline
    #[arg(long, value_name = "KEY", group = "recovery")]
    recovery_recipient: Option<String>,
    /// Make a recovery key and write it to this file, to be kept offline
    #[arg(long, value_name = "FILE", group = "recovery", value_hint = clap::ValueHint::FilePath)]
    recovery_file: Option<PathBuf>,
    /// Make a recovery key and print it once on standard error, to be kept offline
    #[arg(long, group = "recovery")]
    print_recovery: bool,
    /// Do without a recovery key: a lost identity loses every secret
    #[arg(long, group = "recovery")]
    no_recovery: bool,
    /// Make no identity: a roll without secrets, until `keyroll init` is run again
    #[arg(long, conflicts_with_all = ["identity_file", "recovery"])]
    pub no_secrets: bool,
}

impl Options {
    /// Whether anything was said about secrets.
    pub fn is_silent(&self) -> bool {
        let recovery = self.recovery_recipient.is_some() || self.recovery_file.is_some();
        self.identity_file.is_none()
            && !recovery
            && !self.print_recovery
            && !self.no_recovery
            && !self.no_secrets
    }
}

/// What is decided before anything is made.
pub struct Plan {
    home: Home,
    recovery: Recovery,
}

/// Where the identity will live.
enum Home {
    Keyring,
    File(PathBuf),
}

enum Recovery {
    Key(PublicKey),
    File(PathBuf),
    Print,
    None,
}

/// Decides where the identity goes and what the recovery key is; asks where that may be asked.
///
/// # Errors
/// When there is no keyring and no file was named, or nothing was said about recovery and nobody can be asked.
pub fn plan(options: &Options, context: &mut Context) -> Result<Plan, Failure> {
    let files = context.identity_files();
    let home = match (&options.identity_file, files.named) {
        (Some(Some(path)), _) => Home::File(path.clone()),
        (None | Some(None), Some(named)) => Home::File(named),
        (Some(None), None) => Home::File(files.own.ok_or_else(|| {
            Failure::usage("there is no home folder to keep the identity in")
                .hint("name a file: --identity-file FILE")
        })?),
        (None, None) => {
            Keyring::new(context.patience())
                .available()
                .map_err(|error| {
                    Failure::from(error).hint(
                        "keep the identity in a file of yours alone: keyroll init --identity-file; \
                     or keep a roll without secrets: keyroll init --no-secrets",
                    )
                })?;
            Home::Keyring
        }
    };
    let recovery = if let Some(key) = &options.recovery_recipient {
        Recovery::Key(key.parse()?)
    } else if let Some(path) = &options.recovery_file {
        Recovery::File(path.clone())
    } else if options.print_recovery {
        Recovery::Print
    } else if options.no_recovery {
        Recovery::None
    } else if context.may_ask() {
        ask(context)?
    } else {
        return Err(Failure::usage("nothing says how the secrets are recovered on the day the identity is lost").hint(
            "--recovery-file FILE or --print-recovery makes a key to be kept offline, --recovery-recipient KEY takes \
             one that you have, --no-recovery does without",
        ));
    };
    Ok(Plan { home, recovery })
}

fn ask(context: &mut Context) -> Result<Recovery, Failure> {
    context
        .out
        .note("On the day the identity is lost, only a recovery key opens the secrets.");
    let answer = context
        .out
        .ask("Make one now and print it once, to be kept offline? [Y/n] ")?
        .unwrap_or_default();
    if matches!(answer.to_ascii_lowercase().as_str(), "" | "y" | "yes") {
        return Ok(Recovery::Print);
    }
    Err(Failure::usage("no recovery key").hint(
        "--recovery-file FILE writes one to a file, --recovery-recipient KEY takes yours, --no-recovery does without; \
         nothing was made",
    ))
}

/// Makes the identity, puts it where it will live, and seals the store's own key to it.
///
/// # Errors
/// When the identity cannot be put where it will live; the store holds no secrets then.
pub fn make(
    plan: Plan,
    options: &Options,
    store: &mut Store,
    context: &mut Context,
) -> Result<(), Failure> {
    let today = context.today();
    let recipient = |purpose, key: &PublicKey| -> Result<Recipient, Failure> {
        Ok(Recipient {
            purpose,
            key: key.to_string().parse().map_err(Failure::new)?,
            person: None,
            added: today,
        })
    };
    let mut recipients = Recipients::new();
    let (recovery, printed) = recovery(plan.recovery, context)?;
    let has_recovery = recovery.is_some();
    if let Some(key) = recovery {
        recipients.insert(name("recovery")?, recipient(Purpose::Recovery, &key)?);
    }
    let (identity, home) = settle(plan.home, options, store, context)?;
    recipients.insert(
        name("identity")?,
        recipient(Purpose::Identity, &first(&identity)?)?,
    );
    begin(store, &context.actor()?, recipients, identity)?;
    context.out.note(format!(
        "made the identity {home}: whoever has it opens every secret"
    ));
    if let Some(line) = printed {
        context
            .out
            .note("the recovery key, printed this once; keep it offline:");
        context.out.secret_line(&line);
    }
    if !has_recovery {
        context
            .out
            .note("warning: there is no recovery key; if the identity is lost, so is every secret");
    }
    Ok(())
}

/// The public key of the recovery key, where there is to be one, and the key itself where it is to be printed.
fn recovery(
    plan: Recovery,
    context: &mut Context,
) -> Result<(Option<PublicKey>, Option<Secret>), Failure> {
    match plan {
        Recovery::Key(key) => Ok((Some(key), None)),
        Recovery::None => Ok((None, None)),
        Recovery::Print => {
            let (identity, line) = Identity::generate();
            Ok((Some(first(&identity)?), Some(line)))
        }
        Recovery::File(path) => {
            let (identity, line) = Identity::generate();
            let key = first(&identity)?;
            make_private(&path, &file_text(&line, &key, &context.now().to_string()))?;
            context.out.note(format!(
                "wrote the recovery key to {}: move it to where no network reaches",
                path.display()
            ));
            Ok((Some(key), None))
        }
    }
}

fn name(text: &str) -> Result<RecipientId, Failure> {
    text.parse().map_err(Failure::new)
}

fn first(identity: &Identity) -> Result<PublicKey, Failure> {
    let key = identity.public_keys().into_iter().next();
    key.ok_or_else(|| Failure::new("the identity has no public key"))
}

/// The identity, in the place where it will live; and the words for that.
fn settle(
    home: Home,
    options: &Options,
    store: &Store,
    context: &mut Context,
) -> Result<(Identity, String), Failure> {
    match home {
        Home::Keyring => {
            let (identity, line) = Identity::generate();
            Keyring::new(context.patience()).write(&identity_item(&store.name()?), &line)?;
            Ok((identity, "in the OS keyring".to_owned()))
        }
        Home::File(path) if path.exists() => {
            let text = private_file(&path)?;
            let opened = IdentityOptions {
                identity: None,
                passphrase_fd: options.passphrase_fd,
            };
            let identity = parse(&text, &format!("`{}`", path.display()), &opened, context)?;
            Ok((
                identity,
                format!("{}, which was there already", path.display()),
            ))
        }
        Home::File(path) => {
            let (identity, line) = Identity::generate();
            let text = file_text(&line, &first(&identity)?, &context.now().to_string());
            let text = match options.passphrase || options.passphrase_fd.is_some() {
                true => protect(&text, &new_passphrase(options, context)?)?,
                false => text,
            };
            make_private(&path, &text)?;
            Ok((identity, path.display().to_string()))
        }
    }
}

/// A new passphrase, typed twice at a terminal.
fn new_passphrase(options: &Options, context: &mut Context) -> Result<Secret, Failure> {
    let first = passphrase(
        "New passphrase for the identity: ",
        options.passphrase_fd,
        context,
    )?;
    if options.passphrase_fd.is_none() {
        let second = passphrase("The same again: ", None, context)?;
        if first.expose() != second.expose() {
            return Err(
                Failure::refused("the two passphrases differ").hint("try again; nothing was made")
            );
        }
    }
    if first.is_empty() {
        return Err(Failure::refused("the passphrase is empty").hint("nothing was made"));
    }
    Ok(first)
}
