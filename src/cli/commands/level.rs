//! `keyroll level`: the access levels, what each may do and must have, and what nobody may hold together.

use crate::catalog::Policy;
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Outcome, Status};
use crate::cli::settings::Settings;
use crate::model::access::Level;
use crate::report;
use crate::report::view::{Cell, View};

/// List and show the access levels, as the configuration has them
#[derive(clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:\n  keyroll level list\n  keyroll level show draft-handoff"
)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// List the levels
    #[command(after_help = "Example:\n  keyroll level list --format md")]
    List,
    /// Show what one level may do, must have and must not hold
    #[command(after_help = "Example:\n  keyroll level show draft-handoff")]
    Show { level: Level },
    /// List the pairs of permissions that nobody may hold together
    #[command(after_help = "Example:\n  keyroll level duties")]
    Duties,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let settings = Settings::load(context, Beside::Inventory)?;
    let view = match args.what {
        What::List => list(&settings.policy),
        What::Show { level } => show(&settings.policy, level),
        What::Duties => duties(&settings.policy),
    };
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    Ok(Status::Clean)
}

fn list(policy: &Policy) -> View {
    let rows = policy.levels().all().iter().map(|level| {
        vec![
            Cell::text(level.level.as_str()),
            Cell::list(level.actions.iter().map(|action| action.as_str())),
            Cell::list(level.controls.iter().map(|control| control.as_str())),
            Cell::text(level.usage.as_str()),
        ]
    });
    let columns = ["level", "actions-beside-read", "controls", "use"];
    View::of("level-list", columns, rows.collect())
}

fn show(policy: &Policy, level: Level) -> View {
    let of = policy.levels().policy(level);
    let words = |words: Vec<&str>| match words.is_empty() {
        true => "none".to_owned(),
        false => words.join(", "),
    };
    let mut rows: Vec<[String; 2]> = [
        ("title", of.title.to_string()),
        ("use", of.usage.to_string()),
        (
            "actions",
            words(of.actions.iter().map(|a| a.as_str()).collect()),
        ),
        (
            "allowed effects",
            words(of.allowed.iter().map(|e| e.as_str()).collect()),
        ),
        (
            "never",
            words(of.never.iter().map(|e| e.as_str()).collect()),
        ),
        (
            "scopes",
            words(of.scopes.iter().map(|s| s.as_str()).collect()),
        ),
        (
            "controls",
            words(of.controls.iter().map(|c| c.as_str()).collect()),
        ),
        (
            "writes there",
            if of.writes { "yes" } else { "no" }.to_owned(),
        ),
    ]
    .map(|(what, value)| [what.to_owned(), value])
    .to_vec();
    let note = of
        .note
        .iter()
        .map(|note| ["note".to_owned(), note.to_string()]);
    rows.extend(note);
    for (catalog, lines) in policy.all_requirements() {
        let of_level = lines.iter().filter(|line| line.level == level);
        rows.extend(of_level.map(|line| {
            [
                format!("{catalog} {}", line.need),
                format!("{} ({})", line.permission, line.why),
            ]
        }));
    }
    let rows = rows
        .into_iter()
        .map(|row| row.map(Cell::text).to_vec())
        .collect();
    View::of("level", ["what", "value"], rows)
}

fn duties(policy: &Policy) -> View {
    let pairs = policy
        .all_duties()
        .flat_map(|(catalog, pairs)| pairs.iter().map(move |pair| (catalog, pair)));
    let rows = pairs.map(|(catalog, pair)| {
        vec![
            Cell::text(catalog),
            Cell::text(&pair.a),
            Cell::text(&pair.b),
            Cell::text(&pair.why),
        ]
    });
    View::of("duty-list", ["catalog", "a", "b", "why"], rows.collect())
}
