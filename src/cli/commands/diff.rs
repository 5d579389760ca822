//! `keyroll diff`: what a change does to access, not to text. Reads both sides and changes nothing.

mod side;

use crate::access::diff::{self, Count, Diff, State};
use crate::catalog::{Glossaries, Policy};
use crate::cli::commands::diff::side::{Read, Side};
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::settings::Settings;
use crate::model::access::Level;
use crate::model::inventory::Inventory;
use crate::model::text::shape::masked;
use crate::report::diff::{Sides, refusals, render, summary};

/// How many refused gains are named on stderr; the data has all.
const MOST_NAMED: usize = 200;

/// Show what a change does to access: who may do what where, gained and lost
#[derive(clap::Args)]
#[command(after_help = "Each of OLD and NEW is\n  \
    PATH            a file, or a folder with every *.toml below it\n  \
    git:REV         the path of the other side at that revision; of the folder you are in, where that is no path\n  \
    git:REV:PATH    a path of that revision, from the root of the repository; from the folder you are in with ./\n  \
    store           the stored roll; store:FILE another store\n\
    A file that is called so is ./store, or ./git:x.\n\n\
    Examples:\n  \
    keyroll diff git:main inventory/\n  \
    keyroll diff git:origin/main inventory/ --no-new-access    # exit 4 on any gain\n  \
    keyroll diff store inventory/ --format md                  # for a comment on a pull request")]
pub struct Args {
    /// What it was
    #[arg(value_name = "OLD", value_hint = clap::ValueHint::AnyPath)]
    old: Side,
    /// What it becomes [default: the files of this folder, or of OLD's PATH]
    #[arg(value_name = "NEW", value_hint = clap::ValueHint::AnyPath)]
    new: Option<Side>,
    /// Exit with 4 when anybody may do more than before, reach further or for longer
    #[arg(long)]
    no_new_access: bool,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let new = match args.new {
        Some(new) => new,
        None => args.old.counterpart(context)?,
    };
    let [before, after] = [
        side::read(&args.old, &new, context)?,
        side::read(&new, &args.old, context)?,
    ];

    let settings = Settings::load(context, Beside::Inventory)?;
    settings.meet(&after.inventory, context)?;
    let diff = compared(&before.inventory, &after.inventory, &settings.policy);

    let (old, new) = (args.old.to_string(), new.to_string());
    let sides = Sides {
        old: &old,
        new: &new,
    };
    let shown = render(&diff, sides, context.globals.format, &context.terminal());
    context.out.data(&shown)?;
    context.out.note(summary(&diff));
    let ended = match args.no_new_access {
        true => gate(&diff, context).and_then(|status| {
            all_seen(&before, &after)?;
            Ok(status)
        }),
        false => Ok(Status::Clean),
    };
    // As in `validate`: the process is about to end.
    std::mem::forget((before, after));
    ended
}

fn compared(before: &Inventory, after: &Inventory, policy: &Policy) -> Diff {
    let [old_terms, new_terms] = [Glossaries::of(before), Glossaries::of(after)];
    let old = State {
        inventory: before,
        glossary: &|name| old_terms.get(name),
    };
    let new = State {
        inventory: after,
        glossary: &|name| new_terms.get(name),
    };
    // The configuration may be part of what is reviewed: what ships counts beside it.
    let shipped = |level: Level| Policy::shipped().levels().policy(level).actions.as_slice();
    let chosen = |level: Level| policy.levels().policy(level).actions.as_slice();
    diff::compare(&old, &new, &[&shipped, &chosen])
}

/// Refuses a submodule that is another than before: it may hold what `apply` reads where it is checked out.
fn all_seen(before: &Read, after: &Read) -> Result<(), Failure> {
    let mut modules = after.modules.iter();
    match modules.find(|(path, commit)| before.modules.get(*path) != Some(*commit)) {
        None => Ok(()),
        Some((path, _)) => {
            let path = masked(&path.to_string_lossy()).escape_debug().to_string();
            let message = format!("the submodule `{path}` is not the same on both sides");
            Err(Failure::refused(message).hint(
                "what it holds is not compared, and may be new access: name a folder without it",
            ))
        }
    }
}

/// Names what is gained, and refuses it.
fn gate(diff: &Diff, context: &mut Context) -> Outcome {
    let mut named = 0;
    for gain in refusals(diff.gains()).take(MOST_NAMED) {
        context.out.note(format!("refused: {gain}"));
        named += 1;
    }
    let gaining = |count: Count| count.gains + count.moves;
    let (all, unlisted) = (gaining(diff.count()), gaining(diff.unlisted));
    if let more @ 1.. = all.saturating_sub(named + unlisted) {
        let more = format!("refused: and {more} more (--format csv lists them all)");
        context.out.note(more);
    }
    if unlisted > 0 {
        let more = format!("refused: and {unlisted} more, too many to be listed");
        context.out.note(more);
    }
    if !diff.is_complete() {
        let message = match diff.compared {
            true => "too much differs to be listed in full",
            false => "too much differs to be compared in full",
        };
        return Err(Failure::refused(message)
            .hint("compare smaller folders; what is not listed may be new access"));
    }
    Ok(match named {
        0 => Status::Clean,
        _ => Status::Error,
    })
}
