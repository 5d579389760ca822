//! Finds the identity that opens the secrets: the first source that is set up counts, and is named in every error.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::context::{Beside, Context};
use crate::cli::failure::Failure;
use crate::cli::pin::{self, Known};
use crate::cli::private::{bounded, credential_file, from_descriptor, private_file, unreadable};
use crate::cli::settings::Settings;
use crate::operations::secrets::Secrets;
use crate::secret::Secret;
use crate::secrets::{Identity, Keyring, Parsed, SecretError, identity_item};
use crate::store::Store;

/// How the secrets are opened.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Identity")]
pub struct IdentityOptions {
    /// The age identity to open the secrets with: a file, or - for standard input
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub identity: Option<PathBuf>,
    /// Read the passphrase of the identity from this file descriptor
    #[arg(long, value_name = "N")]
    pub passphrase_fd: Option<u32>,
}

impl IdentityOptions {
    /// The descriptors that an identity or its passphrase comes on: for nobody else's eyes.
    pub fn descriptors(&self) -> Vec<i32> {
        let stdin = self
            .identity
            .as_ref()
            .filter(|path| path.as_os_str() == "-");
        let passphrase = self
            .passphrase_fd
            .and_then(|number| i32::try_from(number).ok());
        // A process substitution is a descriptor too: `/dev/fd/63`.
        let named = self.identity.as_ref().and_then(|path| {
            let number = path.to_str()?.strip_prefix("/dev/fd/")?;
            number.parse().ok()
        });
        stdin
            .map(|_| 0)
            .into_iter()
            .chain(passphrase)
            .chain(named)
            .collect()
    }
}

/// Where an identity comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Stdin,
    File(PathBuf),
    /// The credential of a systemd service.
    Credential(PathBuf),
    /// The item of this store.
    Keyring,
}

impl Source {
    /// The words for it in an error.
    pub fn words(&self) -> String {
        match self {
            Source::Stdin => "standard input".to_owned(),
            Source::File(path) | Source::Credential(path) => {
                format!("`{}`", path.display().to_string().escape_debug())
            }
            Source::Keyring => "the OS keyring".to_owned(),
        }
    }
}

/// The source that counts here.
pub fn source(store: &str, options: &IdentityOptions, context: &Context) -> Source {
    if let Some(path) = &options.identity {
        return match path.as_os_str() == "-" {
            true => Source::Stdin,
            false => Source::File(path.clone()),
        };
    }
    let files = context.identity_files(store);
    if let Some(path) = files.credential {
        return Source::Credential(path);
    }
    let own = files.own.filter(|path| path.exists());
    match files.named.or(own) {
        Some(path) => Source::File(path),
        None => Source::Keyring,
    }
}

/// Opens the secrets of a store.
///
/// # Errors
/// When no identity is at hand, or it is not one of this store.
pub fn unlock<'s>(
    store: &'s mut Store,
    options: &IdentityOptions,
    context: &mut Context,
) -> Result<Secrets<'s>, Failure> {
    let (identity, source) = at_hand(store, options, context)?;
    unlock_with(store, identity, &source, context)
}

/// The same with an identity at hand.
///
/// # Errors
/// When it is not one of this store.
pub fn unlock_with<'s>(
    store: &'s mut Store,
    identity: Identity,
    source: &Source,
    context: &mut Context,
) -> Result<Secrets<'s>, Failure> {
    open(store, identity, source, context).map(|(secrets, _)| secrets)
}

/// Opens the secrets of a store in order to seal something to its recipients.
///
/// # Errors
/// As [`unlock`], and when the store's key is not the one that this user has known.
pub fn unlock_to_seal<'s>(
    store: &'s mut Store,
    options: &IdentityOptions,
    context: &mut Context,
) -> Result<Secrets<'s>, Failure> {
    let (identity, source) = at_hand(store, options, context)?;
    unlock_to_seal_with(store, identity, &source, context)
}

/// The same with an identity at hand.
///
/// # Errors
/// When it is not one of this store, the store's key is not the one that this user has known, or the configuration cannot
/// be used: it may say where no secret goes.
pub fn unlock_to_seal_with<'s>(
    store: &'s mut Store,
    identity: Identity,
    source: &Source,
    context: &mut Context,
) -> Result<Secrets<'s>, Failure> {
    let settings = Settings::load(context, Beside::Store)?;
    match open(store, identity, source, context)? {
        (_, Known::Other) => Err(SecretError::KeyChanged.into()),
        (secrets, Known::Same | Known::First) => Ok(secrets.under(settings.policy)),
    }
}

/// The identity for a store that has secrets.
fn at_hand(
    store: &Store,
    options: &IdentityOptions,
    context: &mut Context,
) -> Result<(Identity, Source), Failure> {
    // Before the keyring is asked for what cannot help.
    if crate::operations::secrets::store_key(store)?.is_none() {
        return Err(SecretError::NotSetUp.into());
    }
    identity(&store.name()?, options, context)
}

fn open<'s>(
    store: &'s mut Store,
    identity: Identity,
    source: &Source,
    context: &mut Context,
) -> Result<(Secrets<'s>, Known), Failure> {
    let places = context.places();
    let name = store.name()?;
    let secrets = Secrets::open(store, context.actor()?, identity, &source.words(), places)?;
    let known = pin::compare(&name, secrets.keys().pin(), context);
    if known == Known::Other {
        // Reading goes on: a job must not stop because a colleague changed the recipients.
        context.out.note(
            "warning: the store's key is not the one that was known here; `keyroll secret recipients trust` looks at it",
        );
    }
    Ok((secrets, known))
}

/// The identity, from the source that counts.
///
/// # Errors
/// When there is none there.
pub fn identity(
    store: &str,
    options: &IdentityOptions,
    context: &mut Context,
) -> Result<(Identity, Source), Failure> {
    let (text, source) = text(store, options, context)?;
    let identity = parse(&text, &source.words(), options, context)?;
    Ok((identity, source))
}

/// The text of the identity, from the source that counts.
///
/// # Errors
/// When there is none there.
pub fn text(
    store: &str,
    options: &IdentityOptions,
    context: &Context,
) -> Result<(Secret, Source), Failure> {
    crate::cli::harden::keep_out_of_swap();
    let source = source(store, options, context);
    let text = match &source {
        Source::Stdin => {
            bounded(io::stdin().lock()).map_err(|error| unreadable(Path::new("-"), error))?
        }
        Source::File(path) => private_file(path)?,
        Source::Credential(path) => credential_file(path)?,
        Source::Keyring => Keyring::new(context.patience())
            .read(&identity_item(store))?
            .ok_or_else(|| SecretError::KeyringItem {
                item: "identity of this store".to_owned(),
            })?,
    };
    Ok((text, source))
}

/// Reads the text of an identity, and asks for its passphrase where it needs one.
///
/// # Errors
/// When it holds no identity, or the passphrase is wrong or cannot be asked for.
pub fn parse(
    text: &Secret,
    from: &str,
    options: &IdentityOptions,
    context: &mut Context,
) -> Result<Identity, Failure> {
    match Identity::parse(text, from)? {
        Parsed::Open(identity) => Ok(identity),
        Parsed::Protected => {
            let passphrase = passphrase(
                &format!("Passphrase of {from}: "),
                options.passphrase_fd,
                context,
            )?;
            Ok(Identity::parse_protected(text, &passphrase, from)?)
        }
    }
}

/// A passphrase from a descriptor, else from the terminal.
///
/// # Errors
/// When there is neither.
pub fn passphrase(
    prompt: &str,
    descriptor: Option<u32>,
    context: &mut Context,
) -> Result<Secret, Failure> {
    if let Some(number) = descriptor {
        let mut secret = from_descriptor(number)?;
        secret.trim_newline();
        return Ok(secret);
    }
    if !context.may_ask_secret() {
        return Err(
            Failure::usage("a passphrase is needed, and nobody is there to type it")
                .hint("give it on a descriptor: --passphrase-fd 3 3<FILE"),
        );
    }
    context.out.ask_secret(prompt)
}
