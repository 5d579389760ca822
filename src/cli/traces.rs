//! What is noted in the trail beside changes: that something was refused, and that the whole roll left the store. Neither
//! may turn what happened into another failure.

use std::ffi::OsString;
use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::change::{Note, Occurrence};
use crate::model::id::AccountId;
use crate::model::record::{Kind, RecordId};
use crate::store::{Access, Store};

/// How long the note of a refusal waits for another writer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many words are looked up.
const MOST_WORDS: usize = 16;

/// Notes that a command which would have written was refused, and of which kind the reason is. Of what was typed, which may
/// be what was refused, the names of the command are kept, and the account. Where the store cannot take it, the refusal stands
/// all the same.
pub fn refused(failure: &Failure, command: &str, args: &[OsString], context: &Context) {
    let Some(why) = failure.refusal().filter(|_| context.would_write()) else {
        return;
    };
    let (Ok(mut store), Ok(mut actor)) = (context.open(Access::Write), context.actor()) else {
        return;
    };
    let Ok(command) = command.parse() else {
        return;
    };
    actor.command = command;
    let mut note = Note::new(None, Occurrence::Refuse).with("because", why);
    if let Some(account) = account(&store, args) {
        note = note.with("account", account);
    }
    // Where events were taken away, one more of our own would only cover the place.
    if store.goes_on() {
        store.set_wait(PATIENCE);
        let _ = store.commit_with(&actor, &[], &[note]);
    }
}

/// The first word that is an account of the roll.
fn account(store: &Store, args: &[OsString]) -> Option<String> {
    let ids = args.iter().filter_map(|word| word.to_str()?.parse().ok());
    let is_there = |id: &AccountId| {
        let record = store.record(&RecordId::new(Kind::Account, id));
        record.is_ok_and(|record| record.is_some())
    };
    let mut ids = ids.take(MOST_WORDS);
    ids.find(is_there).map(|id| id.to_string())
}

/// Notes that the whole roll leaves the store: in which form, and where to. Before it does; where the store cannot take it,
/// that is said, and the roll leaves all the same: there is no secret in it.
///
/// # Errors
/// When whoever asks for it has no name that can stand in the trail.
pub fn leaves(form: &str, to: &str, context: &mut Context) -> Result<(), Failure> {
    let actor = context.actor()?;
    let note = Note::new(None, Occurrence::Export)
        .with("form", form)
        .with("to", to);
    let noted = context.open(Access::Write).and_then(|mut store| {
        // As above.
        if !store.goes_on() {
            return Err(Failure::refused(
                "the trail does not go on from what is known of it",
            ));
        }
        store.set_wait(PATIENCE);
        Ok(store.commit_with(&actor, &[], &[note])?)
    });
    if let Err(failure) = noted {
        let why = failure.causes();
        context.out.note(format!(
            "warning: this is not noted in the audit trail: {why}"
        ));
    }
    Ok(())
}
