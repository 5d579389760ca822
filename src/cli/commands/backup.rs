//! `keyroll backup` and `keyroll restore`: the store in one encrypted file, and back.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::private::private_file;
use crate::cli::seen;
use crate::cli::unlock::{self, IdentityOptions};
use crate::operations::backup;
use crate::operations::secrets::{self, store_key};
use crate::report::summary::counted;
use crate::secret::Secret;
use crate::secrets::{Identity, Parsed, PublicKey, is_protected};
use crate::store::{Access, StoreError};

/// Write the store to one encrypted file
///
/// Consistent while others write. Sealed to the recipients of the secrets, whose list is checked first, or to those
/// that --recipient names. The stock `age` opens it: `age -d -i IDENTITY FILE > roll.db`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll backup /mnt/backup/roll-2026-11-22.age\n  \
    keyroll backup roll.age --recipient age1...")]
pub struct Backup {
    /// The file to write; never over another
    #[arg(value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// Seal to this public key instead; several times for several
    #[arg(long, value_name = "KEY")]
    recipient: Vec<String>,
    #[command(flatten)]
    identity: IdentityOptions,
}

/// Bring a backup back to where no store is
///
/// Verifies it before it stands in its place: the audit trail is replayed and every record held against it.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  \
    keyroll restore /mnt/backup/roll-2026-11-22.age --identity recovery.txt --store ./roll.db")]
pub struct Restore {
    /// The backup
    #[arg(value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    #[command(flatten)]
    identity: IdentityOptions,
}

pub fn backup(args: Backup, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let mut keys: Vec<PublicKey> = Vec::new();
    for text in &args.recipient {
        keys.push(text.parse()?);
    }
    if keys.is_empty() {
        if store_key(&store)?.is_none() {
            return Err(
                Failure::usage("the store has no recipients to seal the backup to").hint(
                    "name one with --recipient age1..., or let `keyroll init` make an identity",
                ),
            );
        }
        // As they were sealed: a backup goes to nobody who was slipped into the list.
        let secrets = unlock::unlock_to_seal(&mut store, &args.identity, context)?;
        keys.extend_from_slice(secrets.keys().public_keys());
    }
    let size =
        backup::write(&mut store, &context.actor()?, &keys, &args.file).map_err(|error| {
            Failure::from(error).or_hint("no backup was written; name another file")
        })?;
    let name = args.file.display();
    let elsewhere = secrets::elsewhere(&store)?;
    if elsewhere > 0 {
        context.out.note(format!(
            "warning: {} in other places: their values are not in the backup",
            counted(elsewhere, "secret")
        ));
    }
    context.out.note(format!(
        "wrote {name}: {size} bytes, sealed to {}",
        counted(keys.len(), "recipient")
    ));
    Ok(Status::Clean)
}

pub fn restore(args: Restore, context: &mut Context) -> Outcome {
    let to = context.store_path()?;
    if to.exists() {
        return Err(Failure::from(StoreError::Exists { path: to })
            .hint("a backup goes where no store is: --store FILE; nothing was restored"));
    }
    let options = args.identity;
    // Its name stands inside, so neither the keyring can be asked nor a file be told from the others: all are tried.
    let (identity, from) = match unlock::source("", &options, context) {
        unlock::Source::Keyring => own(context)?,
        unlock::Source::Stdin | unlock::Source::File(_) | unlock::Source::Credential(_) => {
            let (identity, source) = unlock::identity("", &options, context)?;
            (identity, source.words())
        }
    };
    let verified = backup::restore(&args.file, &identity, &from, &context.actor()?, &to)
        .map_err(|error| Failure::from(error).or_hint("nothing was restored"))?;
    // Put there on purpose: what was seen of another in its place says nothing of it.
    seen::accept(&context.open(Access::Read)?, context)?;
    context.out.note(format!(
        "restored {}: intact, {}",
        to.display(),
        counted(verified.events.try_into().unwrap_or(usize::MAX), "event")
    ));
    context.out.note("what happened since the backup is not in it: compare with `keyroll audit log`, and check at the providers");
    Ok(Status::Clean)
}

/// The identities of all stores in the configuration folder together.
fn own(context: &Context) -> Result<(Identity, String), Failure> {
    let folder = context.identity_files("").own;
    let folder = folder.as_deref().and_then(Path::parent);
    let mut files: Vec<PathBuf> = folder
        .and_then(|folder| fs::read_dir(folder).ok())
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    files.sort();
    let mut lines = Vec::new();
    for file in files {
        let text = private_file(&file)?;
        if !is_protected(&text) {
            lines.extend_from_slice(text.expose());
            lines.push(b'\n');
        }
    }
    let from = "the configuration folder".to_owned();
    match Identity::parse(&Secret::new(lines), &from) {
        Ok(Parsed::Open(identity)) => Ok((identity, from)),
        Ok(Parsed::Protected) | Err(_) => Err(Failure::usage(
            "a backup opens with an identity from a file: which store it is of stands inside",
        )
        .hint("--identity FILE, with the recovery key or that of a recipient")),
    }
}
