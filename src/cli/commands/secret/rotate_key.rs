//! `keyroll secret rotate-key`: replaces the identity that opens the secrets from here.

use crate::cli::commands::secret::recipients::{left, renewed};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::pin::Renewal;
use crate::cli::private::replace_private;
use crate::cli::unlock::{self, IdentityOptions, Source};
use crate::model::id::RecipientId;
use crate::model::sealed::Purpose;
use crate::operations::secrets::recipients;
use crate::report::summary::counted;
use crate::secret::Secret;
use crate::secrets::{Identity, Keyring, Parsed, identity_item, is_protected};
use crate::store::{Access, Store};

/// Replace the identity: a new key, and every secret sealed anew to it
///
/// The new key is put beside the old one first, then everything is sealed anew in one transaction, then the old key is
/// taken away. Interrupted at any point, one of the two opens every secret: run it again.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  keyroll secret rotate-key --reason \"yearly\"")]
pub struct Args {
    #[command(flatten)]
    identity: IdentityOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let name = store.name()?;
    let source = unlock::source(&name, &args.identity, context);
    refuse_fixed(&source)?;
    let (text, source) = unlock::text(&name, &args.identity, context)?;
    if is_protected(&text) {
        return Err(Failure::usage("an identity under a passphrase is not replaced in place").hint(
            "make one with `age-keygen`, add it with `keyroll secret recipients add`, and remove the old one",
        ));
    }
    let old = unlock::parse(&text, &source.words(), &args.identity, context)?;
    let is_own = matches!(&source, Source::Keyring)
        || matches!(&source, Source::File(path) if context.identity_files(&name).own.as_ref() == Some(path));
    let recipient = whose(&store, &old)?;
    context.confirm(&format!(
        "Replace the key of `{recipient}` in {} and seal every secret anew?",
        source.words()
    ))?;
    let mut secrets = unlock::unlock_to_seal_with(&mut store, old, &source, context)?;
    // Places that may be slow first; what follows is done in one turn: two who replace the same identity would each
    // overwrite the key that the other seals to.
    secrets.look_outside()?;
    secrets.refuse_in_flight()?;
    let (now, _) = unlock::text(&name, &args.identity, context)?;
    if now.expose() != text.expose() {
        let words = source.words();
        return Err(
            Failure::refused(format!("the identity in {words} was replaced meanwhile"))
                .hint("nothing was changed; run it again if it is to be replaced once more"),
        );
    }
    let before = secrets
        .keys()
        .recipients()
        .get(&recipient)
        .map(|before| before.key.to_string());
    let (new, line) = Identity::generate();
    // Both keys, so that whichever the store is sealed to is at hand.
    put(&source, &name, &joined(&text, &line), context)?;
    let done = {
        let renewal = Renewal::of(&name, context);
        let today = context.today();
        secrets.replace_identity(&recipient, new, today, &renewal)?
    };
    renewed(&name, &secrets, context);
    drop(secrets);
    left(&done, context);
    let words = source.words();
    if is_own {
        put(
            &source,
            &name,
            &without(&text, &line, &before.unwrap_or_default()),
            context,
        )?;
    } else {
        context.out.note(format!(
            "{words} holds the old key too: other stores may need it; take its line out when none does"
        ));
    }
    context.out.note(format!(
        "{words} holds a new key: {} sealed anew",
        counted(done.secrets, "secret")
    ));
    context
        .out
        .note("old backups still open with the old key, wherever a copy of it is");
    Ok(Status::Clean)
}

/// Refuses where a new key would not stay.
fn refuse_fixed(source: &Source) -> Result<(), Failure> {
    match source {
        Source::Stdin => Err(Failure::usage(
            "an identity from standard input cannot be replaced there",
        )
        .hint("name its file with --identity FILE; nothing was changed")),
        Source::Credential(_) => Err(Failure::usage(
            "the credential of a service is a copy: a new key would be gone with the service",
        )
        .hint("name the file that it comes from with --identity FILE; nothing was changed")),
        Source::File(_) | Source::Keyring => Ok(()),
    }
}

/// The recipient whose key the identity is.
fn whose(store: &Store, identity: &Identity) -> Result<RecipientId, Failure> {
    let keys: Vec<String> = identity
        .public_keys()
        .iter()
        .map(ToString::to_string)
        .collect();
    let all = recipients(store)?;
    let found = all
        .into_iter()
        .find(|(_, recipient)| keys.iter().any(|key| key == recipient.key.as_str()));
    let (name, recipient) = found.ok_or_else(|| {
        Failure::refused("the identity at hand is none of the recipients")
            .hint("nothing was changed")
    })?;
    if recipient.purpose == Purpose::Recovery {
        return Err(Failure::refused("a recovery key is not replaced in place: copies of it are kept offline")
            .hint("make one with `age-keygen`, add it with --purpose recovery, and remove the old one; nothing was changed"));
    }
    Ok(name)
}

/// Both identities in one text, the new one behind the old.
fn joined(old: &Secret, new: &Secret) -> Secret {
    let mut bytes = Vec::with_capacity(old.len() + new.len() + 2);
    bytes.extend_from_slice(old.expose().trim_ascii_end());
    bytes.push(b'\n');
    bytes.extend_from_slice(new.expose());
    bytes.push(b'\n');
    Secret::new(bytes)
}

/// The lines of an identity but the one that was replaced, and the new one.
fn without(old: &Secret, new: &Secret, replaced: &str) -> Secret {
    let mut bytes = Vec::with_capacity(old.len() + new.len() + 2);
    for line in old.expose().split(|byte| *byte == b'\n') {
        let text = std::str::from_utf8(line).unwrap_or_default().trim();
        let alone = Secret::from(text.to_owned());
        let is_replaced = match Identity::parse(&alone, "a line") {
            Ok(Parsed::Open(key)) => key
                .public_keys()
                .iter()
                .any(|key| key.to_string() == replaced),
            Ok(Parsed::Protected) | Err(_) => text.is_empty() || text.contains(replaced),
        };
        if !is_replaced {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
    }
    bytes.extend_from_slice(new.expose());
    bytes.push(b'\n');
    Secret::new(bytes)
}

/// Replaces the identity where it lives, whole or not at all.
fn put(source: &Source, store: &str, text: &Secret, context: &Context) -> Result<(), Failure> {
    match source {
        Source::Keyring => Ok(Keyring::new(context.patience()).write(&identity_item(store), text)?),
        Source::File(path) | Source::Credential(path) => replace_private(path, text),
        Source::Stdin => Ok(()),
    }
}
