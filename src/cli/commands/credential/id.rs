//! `keyroll credential id`: records what the provider calls a version. Takes no secret for it.

use crate::cli::commands::credential::known;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::cli::unlock::{self, IdentityOptions};
use crate::lifecycle::{due, versions};
use crate::model::change::Change;
use crate::model::credential::Version;
use crate::model::id::AccountId;
use crate::model::text::Text;
use crate::model::text::shape::{self, Shape};
use crate::operations::secrets::{self, Refusal};
use crate::store::{Access, Store};

/// The longest id, in bytes. Each part of it is compared with the secrets.
const LONGEST: usize = 256;

/// What may be an id: not nothing, not long, and not of the form that a service gives its secrets. The id of an access key
/// is no secret.
///
/// # Errors
/// When it is none; nothing of it is repeated, since it may be the secret.
pub fn word(text: &str) -> Result<Text, Failure> {
    let bad = |why: &str| {
        Failure::usage(format!("what was given as the id {why}"))
            .hint("an id is what the provider calls the key; nothing was recorded")
    };
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(bad(&format!("has more than {LONGEST} bytes")));
    }
    let id: Text = text.parse().map_err(|_| bad("holds a control character"))?;
    if id.is_blank() {
        return Err(bad("is empty"));
    }
    match shape::known_shape(text) {
        None | Some(Shape::AwsKeyId) => Ok(id),
        Some(form) => Err(Failure::refused(format!("what was given as the id looks like {form}"))
            .hint("an id is what the provider calls the key, not the key; if it is the secret, rotate it: it was typed in the open; nothing was recorded")),
    }
}

pub(super) fn run(
    name: &str,
    id: &str,
    number: Option<u32>,
    identity: &IdentityOptions,
    context: &mut Context,
) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let (account, _, _) = known(&store, name)?;
    let id = word(id)?;
    let recorded = secrets::versions(&store)?;
    let found = match number {
        None => due::newest(&recorded, &account),
        Some(number) => versions::of(&recorded, &account).find(|(key, _)| key.number == number),
    };
    let Some((key, version)) = found else {
        let refusal = match number {
            Some(number) => Refusal::NoVersion { account, number },
            None => Refusal::NoSecret(account),
        };
        return Err(anyhow::Error::from(refusal).into());
    };
    refuse_secret(&account, &id, &mut store, identity, context)?;
    if shape::looks_secret(id.as_str()) == Some(Shape::Random) {
        context.confirm(&format!(
            "What was given looks random, as secrets do. Is it what the provider calls version {} of account/{account}?",
            key.number
        ))?;
    }
    let after = Version {
        id: Some(id),
        ..version.clone()
    };
    let before = (key.clone(), version.clone());
    let change = Change::update(before.into(), (key.clone(), after).into());
    roll::commit(context, &mut store, &[change])?;
    Ok(Status::Clean)
}

/// Compares it with the secrets by their fingerprints, where there are any.
fn refuse_secret(
    account: &AccountId,
    id: &Text,
    store: &mut Store,
    identity: &IdentityOptions,
    context: &mut Context,
) -> Result<(), Failure> {
    let recorded = secrets::versions(store)?;
    let mut held = recorded
        .values()
        .filter_map(|version| version.held.as_ref());
    if held.all(|held| held.fingerprints.is_empty()) {
        return Ok(());
    }
    let secrets = unlock::unlock(store, identity, context)?;
    Ok(secrets.refuse_secret_as_id(account, id, None)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_word_and_no_secret_of_a_known_form() {
        let why = |text: &str| word(text).unwrap_err().causes();
        assert!(why("").ends_with("is empty") && why(" ").ends_with("is empty"));
        let long = "k1".repeat(LONGEST);
        assert!(!why(&long).contains("k1k1"));
        assert_eq!(word(" k1 ").unwrap().as_str(), "k1");
        let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
        assert!(!why(&token).contains("16C7e4"));
        let key = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
        assert_eq!(word(&key).unwrap().as_str(), key);
    }
}
