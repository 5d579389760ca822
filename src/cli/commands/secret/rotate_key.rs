//! `keyroll secret rotate-key`: replaces the identity that opens the secrets from here.

use crate::cli::commands::secret::recipients::left;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::private::replace_private;
use crate::cli::unlock::{self, IdentityOptions, Source};
use crate::model::id::RecipientId;
use crate::operations::secrets::{Secrets, recipients};
use crate::report::summary::counted;
use crate::secret::Secret;
use crate::secrets::{Identity, Keyring, file_text, identity_item};
use crate::store::Store;

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
    let mut store = unlock::open(context)?;
    let name = store.name()?;
    let (text, source) = unlock::text(&name, &args.identity, context)?;
    let old = unlock::parse(&text, &source.words(), &args.identity, context)?;
    refuse_protected(&text, &source)?;
    let recipient = whose(&store, &old)?;
    context.confirm(&format!(
        "Replace the key of `{recipient}` in {} and seal every secret anew?",
        source.words()
    ))?;
    // Two who replace the same identity would each overwrite the key that the other seals to.
    let _turn = store.take_turn()?;
    let (now, _) = unlock::text(&name, &args.identity, context)?;
    if now.expose() != text.expose() {
        let words = source.words();
        return Err(
            Failure::refused(format!("the identity in {words} was replaced meanwhile"))
                .hint("nothing was changed; run it again if it is to be replaced once more"),
        );
    }
    let (_, line) = Identity::generate();
    let both = joined(&text, &line);
    // The keys of both files, so that whichever the store is sealed to is at hand.
    put(&source, &name, &both, context)?;
    let new = unlock::parse(&line, "the new identity", &args.identity, context)?;
    let today = context.today();
    let done = reseal(
        &mut store,
        old,
        new.clone(),
        &recipient,
        &source,
        today,
        context,
    )?;
    let key = new.public_keys().into_iter().next();
    let key = key.ok_or_else(|| Failure::new("the new identity has no public key"))?;
    let last = match source {
        Source::Keyring => line,
        Source::File(_) | Source::Stdin => file_text(&line, &key, &context.now().to_string()),
    };
    put(&source, &name, &last, context)?;
    context.out.note(format!(
        "{} holds a new key: {} sealed anew",
        source.words(),
        counted(done, "secret")
    ));
    context
        .out
        .note("old backups still open with the old key, wherever a copy of it is");
    Ok(Status::Clean)
}

fn reseal(
    store: &mut Store,
    old: Identity,
    new: Identity,
    recipient: &RecipientId,
    source: &Source,
    today: crate::model::date::Date,
    context: &mut Context,
) -> Result<usize, Failure> {
    let mut secrets: Secrets<'_> = unlock::unlock_with(store, old, source, context)?;
    let done = {
        let bar = context.out.progress("sealing");
        secrets.replace_identity(recipient, new, today, &|done, of| bar.set(done, of))?
    };
    left(&done, context);
    Ok(done.secrets)
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
    found.map(|(name, _)| name).ok_or_else(|| {
        Failure::refused("the identity at hand is none of the recipients")
            .hint("nothing was changed")
    })
}

fn refuse_protected(text: &Secret, source: &Source) -> Result<(), Failure> {
    let begin = text.expose().trim_ascii_start();
    let protected = begin.starts_with(b"age-encryption.org/")
        || begin.starts_with(crate::model::sealed::BEGIN.as_bytes());
    match (source, protected) {
        (Source::Stdin, _) => Err(Failure::usage("an identity from standard input cannot be replaced there")
            .hint("name its file with --identity FILE; nothing was changed")),
        (_, true) => Err(Failure::usage("an identity under a passphrase is not replaced in place")
            .hint("make one with `age-keygen`, add it with `keyroll secret recipients add`, and remove the old one")),
        _ => Ok(()),
    }
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

/// Replaces the identity where it lives, whole or not at all.
fn put(source: &Source, store: &str, text: &Secret, context: &Context) -> Result<(), Failure> {
    match source {
        Source::Keyring => Ok(Keyring::new(context.patience()).write(&identity_item(store), text)?),
        Source::File(path) => replace_private(path, text),
        Source::Stdin => Ok(()),
    }
}
