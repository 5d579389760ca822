//! The hooks of `check`: told of what was found, each finding once for each threshold.

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::hook::Configured;
use crate::cli::settings::Settings;
use crate::cli::told::{self, Opened};
use crate::lifecycle::telling::Told;
use crate::model::hook::Threshold;
use crate::operations::hook::Hook;
use crate::operations::telling::{Around, NotTold, Telling};
use crate::rules::{self, Judgement, Selection};
use crate::store::Store;

/// What was found.
pub struct Found<'a> {
    pub judgement: &'a Judgement,
    pub selection: &'a Selection,
    pub around: Around<'a>,
}

/// Tells the hooks that are configured; says what failed, and ends with a status of that.
///
/// # Errors
/// When the configuration cannot be used, or the store does not say which it is.
pub fn tell(found: &Found, settings: &Settings, store: &Store, context: &mut Context) -> Outcome {
    let is_named = |threshold: &Threshold| settings.hooks.of((*threshold).into()).is_some();
    if !Threshold::ALL.iter().any(is_named) {
        return Ok(Status::Clean);
    }
    let (hooks, mut status) = ready(&Configured::read(context)?, context);
    let name = store.name()?;
    let telling = Telling {
        findings: &found.judgement.findings,
        as_of: context.as_of(),
        around: found.around,
    };
    let is_news = telling.has_news(&Told::default(), hooks.iter().map(|(of, _)| *of));
    if !is_news && !told::is_there(&name, context) {
        return Ok(status);
    }
    let mut warnings = Vec::new();
    let opened = told::open(&name, context, &mut |why| warnings.push(why));
    for why in warnings {
        context.out.note(format!("warning: {why}"));
    }
    let Opened::Open(before, place) = opened else {
        context.out.note("another check tells the hooks right now");
        return Ok(status);
    };
    let mut told = before.clone();
    let ran = |rule: &str| rules::find(rule).is_none_or(|rule| found.selection.runs(rule));
    told.forget(telling.findings, telling.as_of, ran);
    let mut kept = before;
    let mut failed = telling.tell(&hooks, &mut told, |told| {
        place.keep(told)?;
        kept = told.clone();
        Ok(())
    });
    let is_said = failed.iter().any(|why| matches!(why, NotTold::Kept(_)));
    if told != kept && !is_said {
        failed.extend(place.keep(&told).err().map(NotTold::Kept));
    }
    for why in failed {
        let failure = Failure::new(why)
            .hint("the next check tries it again; `keyroll hook test` tries it now");
        failure
            .lines()
            .iter()
            .for_each(|line| context.out.note(line));
        status = Status::Failed;
    }
    Ok(status)
}

/// The hooks that can be told; of the others it is said why not.
fn ready(configured: &Configured, context: &mut Context) -> (Vec<(Threshold, Hook)>, Status) {
    let mut ready = Vec::new();
    let mut status = Status::Clean;
    for threshold in Threshold::ALL {
        let event = (*threshold).into();
        let Some(argv) = configured.argv(event) else {
            continue;
        };
        match configured.hook(event, argv, context) {
            Ok(hook) => ready.push((*threshold, hook)),
            Err(failure) => {
                failure
                    .lines()
                    .iter()
                    .for_each(|line| context.out.note(line));
                status = Status::Failed;
            }
        }
    }
    (ready, status)
}
