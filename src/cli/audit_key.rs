//! Finds the key that signs the audit trail, and the public keys that are known here. A write looks at files alone: the
//! keyring is asked only where somebody asked for a signature.

use std::path::{Path, PathBuf};

use crate::audit::note::Verifier;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::file;
use crate::cli::private::{credential_file, others_write, private_file, unreadable};
use crate::secret::Secret;
use crate::secrets::{AuditKey, Keyring, SecretError, audit_item};

/// The key that signs.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Audit key")]
pub struct AuditKeyOptions {
    /// The audit key to sign with: a file [default: KEYROLL_AUDIT_KEY, else what `keyroll audit key new` made]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub audit_key: Option<PathBuf>,
}

/// Where an audit key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    File(PathBuf),
    /// The credential of a systemd service.
    Credential(PathBuf),
    /// The item of this store.
    Keyring,
}

impl Source {
    /// The words for it.
    pub fn words(&self) -> String {
        match self {
            Source::File(path) | Source::Credential(path) => shown(path),
            Source::Keyring => "the OS keyring".to_owned(),
        }
    }
}

fn shown(path: &Path) -> String {
    format!("`{}`", path.display().to_string().escape_debug())
}

/// The file that counts here, where there is one.
pub fn source(store: &str, options: &AuditKeyOptions, context: &Context) -> Option<Source> {
    if let Some(path) = &options.audit_key {
        return Some(Source::File(path.clone()));
    }
    let files = context.audit_key_files(store);
    if let Some(path) = files.credential {
        return Some(Source::Credential(path));
    }
    let own = files.own.filter(|path| path.exists());
    files.named.or(own).map(Source::File)
}

/// The key of a store, where it lies in a file; the keyring is not asked.
///
/// # Errors
/// When the file that counts cannot be read, is not ours alone, or holds no key.
pub fn at_hand(
    store: &str,
    options: &AuditKeyOptions,
    context: &Context,
) -> Result<Option<AuditKey>, Failure> {
    let Some(source) = source(store, options, context) else {
        return Ok(None);
    };
    crate::cli::harden::keep_out_of_swap();
    let text = match &source {
        Source::Credential(path) => credential_file(path)?,
        Source::File(path) => private_file(path)?,
        Source::Keyring => return Ok(None),
    };
    Ok(Some(AuditKey::parse(&text, &source.words())?))
}

/// The key of a store for somebody who asked for a signature: of a file, else of the keyring.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn asked_for(
    store: &str,
    options: &AuditKeyOptions,
    context: &Context,
) -> Result<(AuditKey, Source), Failure> {
    if let Some(source) = source(store, options, context)
        && let Some(key) = at_hand(store, options, context)?
    {
        return Ok((key, source));
    }
    let text = held(Keyring::new(context.patience()).read(&audit_item(store)))?;
    let key = AuditKey::parse(&text, &Source::Keyring.words())?;
    Ok((key, Source::Keyring))
}

/// The key that a keyring gave. Where there is no keyring there is no key in it, and making one is the way out; one that
/// is locked or silent may hold it, so nobody is told to make another.
fn held(item: Result<Option<Secret>, SecretError>) -> Result<Secret, SecretError> {
    match item {
        Ok(Some(text)) => Ok(text),
        Ok(None) | Err(SecretError::NoKeyring { .. } | SecretError::NotBuilt) => {
            Err(SecretError::NoAuditKey)
        }
        Err(error) => Err(error),
    }
}

/// The public keys that are known here for a store: those that `keyroll audit key new` noted, and that of the key at hand.
///
/// # Errors
/// When a file of them cannot be read, or holds none.
pub fn known(
    store: &str,
    options: &AuditKeyOptions,
    context: &Context,
) -> Result<Vec<Verifier>, Failure> {
    let mut known = anchored(store, context)?;
    if let Some(key) = at_hand(store, options, context)?
        && !known.contains(key.verifier())
    {
        known.push(key.verifier().clone());
    }
    Ok(known)
}

/// The same, without the key at hand where that is not usable: for who looks at signatures and makes none.
///
/// # Errors
/// When the file of public keys cannot be used.
pub fn trusted(store: &str, context: &Context) -> Result<Vec<Verifier>, Failure> {
    match known(store, &AuditKeyOptions::default(), context) {
        Ok(known) => Ok(known),
        Err(_) => anchored(store, context),
    }
}

/// The public keys that are noted here: what everything else is trusted by.
fn anchored(store: &str, context: &Context) -> Result<Vec<Verifier>, Failure> {
    match context.audit_key_files(store).public {
        Some(path) if path.exists() => {
            check_anchor(&path)?;
            noted(&path)
        }
        Some(_) | None => Ok(Vec::new()),
    }
}

/// That nobody but us and root can put a key of theirs among those that are trusted here.
///
/// # Errors
/// When others may write to the file, or put another in its place.
pub fn check_anchor(path: &Path) -> Result<(), Failure> {
    match others_write(path).map_err(|error| unreadable(path, error))? {
        None => Ok(()),
        Some(why) => Err(Failure::refused(format!(
            "the keys of {} are not trusted: {why}",
            shown(path)
        ))
        .hint("make it yours alone to write to: chmod go-w FILE, and the folders that it lies in")),
    }
}

/// The public keys of a file, one a line.
///
/// # Errors
/// When it cannot be read, a line of it is no key, or there is none in it.
pub fn noted(path: &Path) -> Result<Vec<Verifier>, Failure> {
    let text = file::text(path)?;
    // A file that a Windows host wrote begins with a mark, and is no other file for it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let keys = lines.map(|line| {
        line.parse::<Verifier>().map_err(|error| {
            Failure::new(format!("{}: {error}", shown(path)))
                .hint("one key a line, as `keyroll audit key show` prints it")
        })
    });
    let keys: Vec<Verifier> = keys.collect::<Result<_, _>>()?;
    match keys.is_empty() {
        true => Err(
            Failure::new(format!("{}: there is no key in it", shown(path)))
                .hint("one key a line, as `keyroll audit key show` prints it"),
        ),
        false => Ok(keys),
    }
}

/// The public keys that options name: each a key, or a file of them.
///
/// # Errors
/// When one is neither.
pub fn given(words: &[String]) -> Result<Vec<Verifier>, Failure> {
    let mut keys = Vec::new();
    for word in words {
        match word.parse::<Verifier>() {
            Ok(key) => keys.push(key),
            Err(_) if Path::new(word).is_file() => keys.extend(noted(Path::new(word))?),
            Err(error) => {
                return Err(Failure::usage(error).hint(
                    "give the line that `keyroll audit key show` prints, or a file of such lines",
                ));
            }
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_that_may_hold_a_key_is_not_called_one_without() {
        let none = |found| matches!(held(found), Err(SecretError::NoAuditKey));
        assert!(none(Ok(None)));
        assert!(none(Err(SecretError::NotBuilt)));
        let why = String::new();
        assert!(none(Err(SecretError::NoKeyring { why: why.clone() })));
        assert!(!none(Err(SecretError::KeyringLocked)));
        assert!(!none(Err(SecretError::KeyringSilent { seconds: 3 })));
        assert!(!none(Err(SecretError::Keyring { why })));
        assert!(held(Ok(Some(Secret::from("x".to_owned())))).is_ok());
    }
}
