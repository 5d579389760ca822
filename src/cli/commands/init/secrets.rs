//! Makes a store ready for secrets: an identity, and the key that opens everything on the day that one is lost.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::pin;
use crate::cli::private::{make_private, private_file};
use crate::cli::unlock::{IdentityOptions, Source, parse, passphrase};
use crate::model::id::RecipientId;
use crate::model::sealed::{Purpose, Recipient};
use crate::operations::secrets::{Refusal, begin, store_key};
use crate::secret::Secret;
use crate::secrets::{
    Identity, Keyring, PublicKey, Recipients, file_text, identity_item, is_protected, protect,
};
use crate::store::Store;

/// How a store is made ready for secrets.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Secrets")]
pub struct Options {
    /// Keep the identity in a file of yours alone instead of the OS keyring; one that is there already is used
    /// [default: keyroll/identities/STORE.txt in the XDG configuration folder]
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
    /// A file of the store's own in the configuration folder.
    Own,
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
    let named = context.identity_files("").named;
    let home = match (&options.identity_file, named) {
        (Some(Some(path)), _) => Home::File(path.clone()),
        (None | Some(None), Some(named)) => Home::File(named),
        (Some(None), None) => Home::Own,
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
    } else if options.print_recovery && context.may_show_secret() {
        Recovery::Print
    } else if options.print_recovery {
        return Err(Failure::usage(
            "a recovery key is printed to a terminal alone, not into a log",
        )
        .hint("write it to a file: --recovery-file FILE; nothing was made"));
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

/// Makes the identity, puts it where it will live, and seals the store's own key to it. What was begun is taken back
/// where something fails on the way.
///
/// # Errors
/// When the identity cannot be put where it will live; the store holds no secrets then.
pub fn make(
    plan: Plan,
    options: &Options,
    store: &mut Store,
    context: &mut Context,
) -> Result<(), Failure> {
    crate::cli::harden::keep_out_of_swap();
    // Two who make one store ready would each put a key of their own in the place of the other's.
    let _turn = store.take_turn()?;
    if store_key(store)?.is_some() {
        return Err(anyhow::Error::from(Refusal::Begun).into());
    }
    let mut made = Vec::new();
    let done = steps(plan, options, store, context, &mut made);
    if done.is_err() {
        for path in made {
            let _ = std::fs::remove_file(path);
        }
    }
    done
}

fn steps(
    plan: Plan,
    options: &Options,
    store: &mut Store,
    context: &mut Context,
    made: &mut Vec<PathBuf>,
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
    let (identity, home) = settle(plan.home, options, store, context, made)?;
    let own = first(&identity)?;
    let mut recipients =
        Recipients::from([(name("identity")?, recipient(Purpose::Identity, &own)?)]);
    match recovery(plan.recovery, context, made)? {
        Some(key) if key.to_string() == own.to_string() => {
            return Err(Failure::usage("the recovery key is the identity itself")
                .hint("what is lost with the identity recovers nothing; name another; nothing was made"));
        }
        Some(key) => {
            drop(recipients.insert(name("recovery")?, recipient(Purpose::Recovery, &key)?))
        }
        None => context
            .out
            .note("warning: there is no recovery key; if the identity is lost, so is every secret"),
    }
    let pin = begin(store, &context.actor()?, recipients, identity)?;
    pin::note(&store.name()?, &pin, context)?;
    context
        .out
        .note(format!("{home}: whoever has it opens every secret"));
    Ok(())
}

/// The public key of the recovery key, where there is to be one.
fn recovery(
    plan: Recovery,
    context: &mut Context,
    made: &mut Vec<PathBuf>,
) -> Result<Option<PublicKey>, Failure> {
    match plan {
        Recovery::Key(key) => Ok(Some(key)),
        Recovery::None => Ok(None),
        Recovery::Print => {
            let (identity, line) = Identity::generate();
            context
                .out
                .note("the recovery key, printed this once; keep it offline:");
            context.out.secret_line(&line)?;
            Ok(Some(first(&identity)?))
        }
        Recovery::File(path) => {
            // A folder that is not there may be a stick that is not: the key would land on this disk.
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            if folder.is_some_and(|folder| !folder.is_dir()) {
                return Err(Failure::usage(format!(
                    "there is no folder to write `{}` in",
                    path.display()
                ))
                .hint("make it, or mount what it stands for; nothing was made"));
            }
            let (identity, line) = Identity::generate();
            let key = first(&identity)?;
            make_private(&path, &file_text(&line, &key, &context.now().to_string()))?;
            made.push(path.clone());
            context.out.note(format!(
                "wrote the recovery key to {}: move it to where no network reaches",
                path.display()
            ));
            Ok(Some(key))
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
    made: &mut Vec<PathBuf>,
) -> Result<(Identity, String), Failure> {
    let store = store.name()?;
    match home {
        Home::Keyring => {
            let (keyring, item) = (Keyring::new(context.patience()), identity_item(&store));
            // What is there opened this store once, and may again.
            if let Some(text) = keyring.read(&item)? {
                let from = Source::Keyring.words();
                let identity = parse(&text, &from, &IdentityOptions::default(), context)?;
                return Ok((
                    identity,
                    "uses the identity that the OS keyring holds".to_owned(),
                ));
            }
            let (identity, line) = Identity::generate();
            keyring.write(&item, &line)?;
            Ok((identity, "made the identity in the OS keyring".to_owned()))
        }
        Home::File(path) => in_file(path, options, context, made),
        Home::Own => {
            let own = context.identity_files(&store).own.ok_or_else(|| {
                Failure::usage("there is no home folder to keep the identity in")
                    .hint("name a file: --identity-file FILE")
            })?;
            in_file(own, options, context, made)
        }
    }
}

/// The identity in a file: the one that is there, else a new one.
fn in_file(
    path: PathBuf,
    options: &Options,
    context: &mut Context,
    made: &mut Vec<PathBuf>,
) -> Result<(Identity, String), Failure> {
    let shown = path.display().to_string();
    let wants_passphrase = options.passphrase || options.passphrase_fd.is_some();
    if path.exists() {
        let text = private_file(&path)?;
        if wants_passphrase && !is_protected(&text) {
            return Err(Failure::refused(format!(
                "`{shown}` is there already, without a passphrase"
            ))
            .hint("name another file, or leave the passphrase out; nothing was made"));
        }
        let opened = IdentityOptions {
            identity: None,
            passphrase_fd: options.passphrase_fd,
        };
        let identity = parse(&text, &format!("`{shown}`"), &opened, context)?;
        return Ok((
            identity,
            format!("uses the identity {shown}, which was there already"),
        ));
    }
    let (identity, line) = Identity::generate();
    let text = file_text(&line, &first(&identity)?, &context.now().to_string());
    let text = match wants_passphrase {
        true => protect(&text, &new_passphrase(options, context)?)?,
        false => text,
    };
    make_private(&path, &text)?;
    made.push(path);
    Ok((identity, format!("made the identity {shown}")))
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
