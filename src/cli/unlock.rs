//! Finds the identity that opens the secrets: the first source that is set up counts, and is named in every error.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::operations::secrets::Secrets;
use crate::secret::Secret;
use crate::secrets::{Identity, Keyring, LONGEST, Parsed, SecretError, identity_item};
use crate::store::{Access, Store};

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

/// Where an identity comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Stdin,
    File(PathBuf),
    /// The item of this store.
    Keyring,
}

impl Source {
    /// The words for it in an error.
    pub fn words(&self) -> String {
        match self {
            Source::Stdin => "standard input".to_owned(),
            Source::File(path) => format!("`{}`", path.display().to_string().escape_debug()),
            Source::Keyring => "the OS keyring".to_owned(),
        }
    }
}

/// The source that counts here.
pub fn source(options: &IdentityOptions, context: &Context) -> Source {
    if let Some(path) = &options.identity {
        return match path.as_os_str() == "-" {
            true => Source::Stdin,
            false => Source::File(path.clone()),
        };
    }
    let files = context.identity_files();
    let own = files.own.filter(|path| path.exists());
    match files.credential.or(files.named).or(own) {
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
    // Before the keyring is asked for what cannot help.
    if crate::operations::secrets::store_key(store)?.is_none() {
        return Err(SecretError::NotSetUp.into());
    }
    let (identity, source) = identity(&store.name()?, options, context)?;
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
    let places = context.places();
    Ok(Secrets::open(
        store,
        context.actor()?,
        identity,
        &source.words(),
        places,
    )?)
}

/// The store for what opens secrets: it must take the record of that.
///
/// # Errors
/// As [`Context::open`].
pub fn open(context: &Context) -> Result<Store, Failure> {
    context.open(Access::Write)
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
    let source = source(options, context);
    let text = match &source {
        Source::Stdin => {
            bounded(io::stdin().lock()).map_err(|error| unreadable(Path::new("-"), error))?
        }
        Source::File(path) => private_file(path)?,
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

/// What stands on an inherited descriptor.
///
/// # Errors
/// When it is not open, or holds too much.
pub fn from_descriptor(number: u32) -> Result<Secret, Failure> {
    let path = PathBuf::from(format!("/dev/fd/{number}"));
    let file = File::open(&path).map_err(|error| {
        Failure::usage(format!("descriptor {number} cannot be read: {error}"))
            .hint(format!("hand it over: {number}<FILE"))
    })?;
    bounded(file).map_err(|error| unreadable(&path, error))
}

/// A file of ours alone: refused where others may read it or write to it.
///
/// # Errors
/// When it cannot be read or is not ours alone.
pub fn private_file(path: &Path) -> Result<Secret, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let meta = file.metadata().map_err(|error| unreadable(path, error))?;
    let us = rustix::process::geteuid().as_raw();
    let refuse = |why: String| SecretError::IdentityRefused {
        path: path.to_owned(),
        why,
    };
    if meta.is_dir() {
        return Err(refuse("it is a folder".to_owned()).into());
    }
    // systemd hands credentials over as root's own, readable to the service alone.
    if meta.uid() != us && meta.uid() != 0 {
        return Err(refuse(format!(
            "it belongs to user {}, and we are user {us}",
            meta.uid()
        ))
        .into());
    }
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(refuse(format!("others may use it (mode {mode:o})")).into());
    }
    bounded(file).map_err(|error| unreadable(path, error))
}

/// Makes a file of ours alone with this content, whole or not at all; never over another.
///
/// # Errors
/// When it is there already, or cannot be made.
pub fn make_private(path: &Path, content: &Secret) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::new(format!("cannot make `{}`: {error}", path.display()))
            .hint("nothing was changed; name another file")
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed)?;
    // Half a file under its name would be taken for an identity that is damaged.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(content.expose())
        .and_then(|()| file.as_file().sync_all())
        .map_err(failed)?;
    file.persist_noclobber(path)
        .map_err(|error| failed(error.error))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

/// Replaces a file of ours alone, whole or not at all; by one process at a time.
///
/// # Errors
/// When it cannot be written: the old one stands then.
pub fn replace_private(path: &Path, content: &Secret) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::new(format!("cannot replace `{}`: {error}", path.display()))
            .hint("the old one stands as it was")
    };
    // Where it is a link, what it leads to is replaced.
    let path = &fs::canonicalize(path).map_err(failed)?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    // Always under the same name: what an interrupted one left behind holds keys, and goes with the next.
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = folder.join(name);
    let _ = fs::remove_file(&new);
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .and_then(|mut file| {
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
            file.write_all(content.expose())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&new, path));
    if let Err(error) = written {
        let _ = fs::remove_file(&new);
        return Err(failed(error));
    }
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

/// A secret of bounded size from a reader.
pub fn bounded(from: impl Read) -> io::Result<Secret> {
    // Whole from the start: a buffer that grows leaves copies behind.
    let mut bytes = Vec::with_capacity(LONGEST + 1);
    from.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > LONGEST {
        return Err(io::Error::other(format!(
            "it is larger than {LONGEST} bytes"
        )));
    }
    Ok(Secret::new(bytes))
}

fn unreadable(path: &Path, error: io::Error) -> Failure {
    let name = path.display().to_string().escape_debug().to_string();
    Failure::new(format!("cannot read `{name}`: {error}")).hint("check the path and its mode")
}
