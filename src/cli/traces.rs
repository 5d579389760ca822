//! What is noted in the trail beside changes: that something was refused, and that the whole roll left the store. Neither
//! may turn what happened into another failure.

use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::witness;
use crate::model::change::{Note, Occurrence};
use crate::store::Access;

/// How long the note of a refusal waits for another writer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Notes that a command which would have written was refused, and of which kind the reason is. Where the store cannot take
/// it, the refusal stands all the same.
pub fn refused(failure: &Failure, context: &Context) {
    let Some(why) = failure.refusal().filter(|_| context.would_write()) else {
        return;
    };
    let note = Note::new(None, Occurrence::Refuse).with("because", why);
    let (Ok(mut store), Ok(actor)) = (context.open(Access::Write), context.actor()) else {
        return;
    };
    // Where events were taken away, one more of our own would only cover the place.
    if witness::goes_on(&store, context) {
        store.set_wait(PATIENCE);
        let _ = store.commit_with(&actor, &[], &[note]);
    }
}

/// Notes that the whole roll leaves the store: in which form, and where to. Before it does; where the store cannot take it,
/// that is said, and the roll leaves all the same: there is no secret in it.
pub fn leaves(form: &str, to: &str, context: &mut Context) {
    let note = Note::new(None, Occurrence::Export)
        .with("form", form)
        .with("to", to);
    let noted = context.open(Access::Write).and_then(|mut store| {
        store.set_wait(PATIENCE);
        Ok(store.commit_with(&context.actor()?, &[], &[note])?)
    });
    if let Err(failure) = noted {
        let why = failure.causes();
        context.out.note(format!(
            "warning: this is not noted in the audit trail: {why}"
        ));
    }
}
