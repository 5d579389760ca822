//! `keyroll revoke --drill`: rehearses a revoke, takes the time, and records both.

use crate::cli::commands::revoke::{Args, token};
use crate::cli::commands::rotate::refused;
use crate::cli::context::Context;
use crate::cli::failure::{Outcome, Status};
use crate::cli::hands::AtHand;
use crate::cli::surroundings::surroundings;
use crate::cli::unlock;
use crate::lifecycle::operation::revocation;
use crate::model::fact;
use crate::model::operation::{Entry, EntryState, Phase, Work};
use crate::operations::procedure::{Drill, Scene, Tools};
use crate::report;
use crate::report::view::{Cell, View};
use crate::store::Store;

pub fn run(args: &Args, store: &mut Store, scene: Scene, context: &mut Context) -> Outcome {
    let actor = context.actor()?;
    let begun = (token(), &actor, context.this_moment());
    let drill = revocation(Work::Drill, &scene.revoking(None), begun).map_err(refused)?;
    let id = scene.id.clone();
    context.out.note(format!(
        "drill of revoking account/{id} at provider/{} ({}): nothing is taken away",
        scene.account.provider, scene.account.environment
    ));
    context.confirm(&format!("Rehearse revoking account/{id}?"))?;
    let around = surroundings(context)?;
    let mut secrets = unlock::unlock(store, &args.identity, context)?;
    let drilled = {
        let mut hands = AtHand::new(context, format!("keyroll revoke {id} --drill"));
        let tools = Tools {
            secrets: &mut secrets,
            around: &around,
            hands: &mut hands,
            made_nothing: false,
        };
        Drill::of(tools, scene).run(drill.operation)?
    };
    let shown = drilled
        .entries
        .iter()
        .filter(|entry| entry.phase != Phase::Finish);
    let rows = shown
        .enumerate()
        .map(|(at, entry)| row(at, entry))
        .collect();
    let columns = ["step", "stage", "what", "result", "millis", "note"];
    let view = View::of("revoke-drill", columns, rows);
    let shown = report::render(&view, context.globals.format, &context.terminal());
    context.out.data(&shown)?;
    let (word, status) = match drilled.result {
        fact::Outcome::Pass => ("passed", Status::Clean),
        fact::Outcome::Inconclusive => ("is INCONCLUSIVE", Status::Warning),
        fact::Outcome::Fail => ("FAILED", Status::Error),
    };
    context.out.note(format!(
        "account/{id}: the drill {word}, in {} s; it is recorded",
        drilled.seconds
    ));
    Ok(status)
}

fn row(at: usize, entry: &Entry) -> Vec<Cell> {
    let result = match entry.state {
        EntryState::Done => "pass",
        EntryState::Failed => "fail",
        EntryState::Waiting | EntryState::Started | EntryState::Unknown => "inconclusive",
        EntryState::Skipped => "nothing",
    };
    let millis = entry.millis.map(i64::from);
    vec![
        Cell::count(at + 1),
        Cell::text(entry.phase.as_str()),
        Cell::text(match entry.version {
            Some(number) => format!("{}, version {number}", entry.title()),
            None => entry.title().to_owned(),
        }),
        Cell::text(result),
        millis.map_or_else(Cell::missing, Cell::number),
        Cell::optional(entry.note.as_ref()),
    ]
}
