//! `keyroll level`: the access levels, what each may do and must have.

use crate::catalog;
use crate::cli::context::Context;
use crate::cli::failure::{Outcome, Status};
use crate::model::access::Level;
use crate::report;
use crate::report::view::{Cell, View};

/// List and show the access levels
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// List the levels
    List,
    /// Show what one level may do, must have and must not hold
    #[command(after_help = "Example:\n  keyroll level show draft-handoff")]
    Show { level: Level },
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let view = match args.what {
        What::List => list(),
        What::Show { level } => show(level),
    };
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    Ok(Status::Clean)
}

fn list() -> View {
    let rows = Level::ALL.iter().map(|level| {
        let policy = catalog::levels().policy(*level);
        vec![
            Cell::text(level.as_str()),
            Cell::list(policy.actions.iter().map(|action| action.as_str())),
            Cell::list(policy.controls.iter().map(|control| control.as_str())),
            Cell::text(policy.usage.as_str()),
        ]
    });
    let columns = ["level", "actions-beside-read", "controls", "use"];
    View::of("level-list", columns, rows.collect())
}

fn show(level: Level) -> View {
    let policy = catalog::levels().policy(level);
    let words = |words: Vec<&str>| {
        if words.is_empty() {
            "none".to_owned()
        } else {
            words.join(", ")
        }
    };
    let mut rows: Vec<[String; 2]> = vec![
        ["title".into(), policy.title.to_string()],
        ["use".into(), policy.usage.to_string()],
        [
            "actions".into(),
            words(policy.actions.iter().map(|a| a.as_str()).collect()),
        ],
        [
            "allowed effects".into(),
            words(policy.allowed.iter().map(|e| e.as_str()).collect()),
        ],
        [
            "never".into(),
            words(policy.never.iter().map(|e| e.as_str()).collect()),
        ],
        [
            "scopes".into(),
            words(policy.scopes.iter().map(|s| s.as_str()).collect()),
        ],
        [
            "controls".into(),
            words(policy.controls.iter().map(|c| c.as_str()).collect()),
        ],
    ];
    rows.extend(
        policy
            .note
            .iter()
            .map(|note| ["note".to_owned(), note.to_string()]),
    );
    let map = catalog::requirements("unicmms")
        .iter()
        .filter(|line| line.level == level);
    rows.extend(map.map(|line| {
        [
            format!("unicmms {}", line.need),
            format!("{} ({})", line.permission, line.why),
        ]
    }));
    let rows = rows
        .into_iter()
        .map(|row| row.map(Cell::text).to_vec())
        .collect();
    View::of("level", ["what", "value"], rows)
}
