//! `keyroll explain`: what a rule finds, why, and how to fix it.

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Outcome, Status};
use crate::cli::roll;
use crate::report::view::{Cell, View};
use crate::report::{self, Format};
use crate::rules;

/// Explain a rule, or list them all
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  keyroll explain missing-owner\n  keyroll explain")]
pub struct Args {
    /// The rule's id, as findings show it
    #[arg(add = completion::rules())]
    rule: Option<String>,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let shown = match args.rule {
        Some(id) => {
            context.format_of(&[Format::Table, Format::Md])?;
            // The one word of findings that no rule judges.
            let malformed = (id == rules::MALFORMED.id).then_some(&rules::MALFORMED);
            rules::page(malformed.map_or_else(|| roll::known_rule(&id), Ok)?)
        }
        None => report::render(&list(), context.globals.format, &context.terminal()),
    };
    context.out.data(&shown)?;
    Ok(Status::Clean)
}

fn list() -> View {
    let columns = ["rule", "severity", "judged-by", "finds"];
    let rows = rules::ALL.iter().map(|rule| {
        vec![
            Cell::text(rule.id),
            Cell::text(rule.severity.as_str()),
            Cell::text(rule.kind.as_str()),
            Cell::text(rule.summary),
        ]
    });
    View::of("rule-list", columns, rows.collect())
}
