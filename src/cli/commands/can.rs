//! `keyroll can`: may this principal do that there; yes or no by exit status, and why.

mod batch;
mod lines;
mod point;

use std::path::PathBuf;

use serde_json::Value;

use crate::access::ask::{Question, ask};
use crate::access::explain::grounds;
use crate::access::holdings::Holdings;
use crate::access::terms::Terms;
use crate::cli::asking::{self, Origin};
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::id::{BoundaryPath, Principal};
use crate::model::record::Kind;
use crate::report::answer::{self, Told};
use crate::report::json;
use crate::report::{Format, Terminal};

/// Say whether somebody may do something somewhere: exit 0 for yes, 4 for no
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll can person/jo-miller asset/view-assets --at femo/hawthorne\n  \
    keyroll can account/sync work-order/add-work-order --at femo --explain\n  \
    keyroll can --batch questions.jsonl > answers.jsonl\n\n\
    With --batch a no is an answer like a yes, and exits 0; 2 where a line could not be answered.")]
pub struct Args {
    /// person/NAME, team/NAME or account/NAME
    #[arg(required_unless_present = "batch", add = completion::principals())]
    principal: Option<Principal>,
    /// A permission or scope, by its key in the glossary
    #[arg(required_unless_present = "batch")]
    permission: Option<EntitlementKey>,
    /// Where
    #[arg(long, value_name = "BOUNDARY", required_unless_present = "batch", add = completion::names(Kind::Boundary))]
    at: Option<BoundaryPath>,
    /// Show what gives it, or what is missing and the way out
    #[arg(long)]
    explain: bool,
    /// The record is the principal's own
    #[arg(long)]
    own: bool,
    /// The record is not resolved yet
    #[arg(long)]
    unresolved: bool,
    /// The glossary of the permission, where several list it
    #[arg(long, value_name = "NAME")]
    catalog: Option<CatalogName>,
    /// Print nothing: the exit status says it
    #[arg(long, short, conflicts_with = "explain")]
    quiet: bool,
    /// Answer the questions of a file, one a line: JSON Lines or CSV; - for standard input
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath,
        conflicts_with_all = ["principal", "permission", "at", "explain", "own", "unresolved", "catalog", "quiet"])]
    batch: Option<PathBuf>,
    /// What the questions are written in [default: by the file's ending, else jsonl]
    #[arg(long, value_name = "FORMAT", value_enum, requires = "batch")]
    batch_format: Option<lines::Form>,
    #[command(flatten)]
    origin: Origin,
}

/// What is asked, once it is known that it is one question.
struct Asking<'q> {
    principal: &'q Principal,
    permission: &'q EntitlementKey,
    at: &'q BoundaryPath,
    catalog: Option<&'q CatalogName>,
    own: bool,
    unresolved: bool,
    style: Style,
}

/// How an answer is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Sentence,
    Explanation(Terminal),
    Document,
    /// The document on one line.
    Line,
}

/// An answer as it is shown.
struct Shown {
    is_yes: bool,
    text: String,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    if let Some(file) = &args.batch {
        return batch::run(file, args.batch_format, &args.origin, context);
    }
    let format = context.format_of(&[Format::Table, Format::Json, Format::Jsonl])?;
    let (Some(principal), Some(permission), Some(at)) =
        (&args.principal, &args.permission, &args.at)
    else {
        return Err(Failure::usage("who, what and where are asked for")
            .hint("keyroll can PRINCIPAL PERMISSION --at BOUNDARY"));
    };
    let asking = Asking {
        principal,
        permission,
        at,
        catalog: args.catalog.as_ref(),
        own: args.own,
        unresolved: args.unresolved,
        style: match format {
            Format::Json => Style::Document,
            Format::Jsonl => Style::Line,
            Format::Table | Format::Csv | Format::Tsv | Format::Md | Format::Html => {
                match args.explain {
                    true => Style::Explanation(context.terminal()),
                    false => Style::Sentence,
                }
            }
        },
    };
    let pointed = match args.origin.path.is_empty() {
        true => point::answer(&asking, context)?,
        false => None,
    };
    let shown = match pointed {
        Some(shown) => shown,
        None => of_whole(&asking, &args.origin, context)?,
    };
    if !args.quiet {
        context.out.data(&shown.text)?;
    }
    Ok(match shown.is_yes {
        true => Status::Clean,
        false => Status::Error,
    })
}

/// The answer from everything that the files or the store hold; and what is wrong with a name.
fn of_whole(asking: &Asking<'_>, origin: &Origin, context: &mut Context) -> Result<Shown, Failure> {
    let asked = origin.read(context)?;
    asked.principal(asking.principal)?;
    asked.boundary(asking.at)?;
    let terms = asked.terms(context);
    let holdings = Holdings::of(&asked.inventory);
    let principal = Some(asking.principal);
    let (key, said) = (asking.permission, asking.catalog);
    let catalog = asking::glossary(&holdings, &terms, principal, key, said)?;
    asking::warn_of_tangles(holdings.teams.left_out, context);
    Ok(asking.shown(&holdings, &terms, &catalog))
}

impl Asking<'_> {
    fn question<'q>(&'q self, catalog: &'q CatalogName) -> Question<'q> {
        Question {
            principal: self.principal,
            catalog,
            permission: self.permission,
            at: self.at,
            own: self.own,
            unresolved: self.unresolved,
        }
    }

    fn shown<'a>(
        &self,
        holdings: &Holdings<'a>,
        terms: &dyn Terms<'a>,
        catalog: &CatalogName,
    ) -> Shown {
        let question = self.question(catalog);
        let answer = ask(holdings, terms, &question);
        let is_yes = answer.is_yes();
        if self.style == Style::Sentence {
            let text = answer::sentence(&question, &answer);
            return Shown { is_yes, text };
        }
        let grounds = grounds(holdings, terms, &question, &answer);
        let told = Told {
            question,
            answer,
            grounds,
            as_of: terms.as_of(),
        };
        let document = || -> Value { answer::document(&told) };
        let text = match self.style {
            Style::Sentence => answer::sentence(&told.question, &told.answer),
            Style::Explanation(terminal) => answer::explanation(&told, &terminal),
            Style::Document => json::pretty(&document()),
            Style::Line => json::line(&document()),
        };
        Shown { is_yes, text }
    }
}
