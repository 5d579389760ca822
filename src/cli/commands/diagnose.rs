//! `keyroll diagnose`: why something does not work, from what is recorded, and by a look at the provider where that is wanted.

mod look;

use crate::catalog::{Glossaries, nearest};
use crate::cli::astray;
use crate::cli::completion;
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::mark;
use crate::cli::past;
use crate::cli::roll;
use crate::cli::settings::Settings;
use crate::cli::unlock::IdentityOptions;
use crate::diagnosis::{self, Case, Known};
use crate::model::diagnosis::{Live, Standing, Symptom, Verdict};
use crate::model::finding::Finding;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::record::Kind;
use crate::operations::records;
use crate::operations::schedule::Stop;
use crate::report::diagnosis::{self as shown, Told};
use crate::report::{self, Format, json};
use crate::rules::{self, Facts, Selection, Terms};
use crate::store::{Access, Store};

/// Say why something does not work: every cause that the guide checks, likely, unknown or ruled out
///
/// Each cause stands with what it stands on, and its day; the likeliest comes first. Of what is unknown, the command that would
/// tell stands below it. Nothing is asked of anybody: what is recorded speaks, with what the rules find in it.
///
/// With --probe the provider is asked now: first, without a secret, whether it answers this host and what its clock says; then
/// by those of its declared probes that write nothing, as `keyroll test` asks, and recorded as evidence. No logon is tried
/// where one more bad one could come near to locking the identity.
///
/// Exit status: 0 every cause is ruled out, 3 none is likely and some are unknown, 4 something is likely.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll diagnose etl auth-fails\n  \
    keyroll diagnose etl auth-fails --probe\n  \
    keyroll diagnose etl prod-only --as-of 2026-11-22\n  \
    keyroll diagnose agent agent-blocked --format json\n\n\
    Symptoms: auth-fails, prod-only, write-denied, agent-blocked, audit-missing.")]
pub struct Args {
    #[arg(add = completion::names(Kind::Account))]
    account: String,
    /// What goes wrong: auth-fails, prod-only, write-denied, agent-blocked or audit-missing
    #[arg(add = completion::symptoms())]
    symptom: String,
    /// Ask the provider too, by requests that write nothing
    #[arg(long)]
    probe: bool,
    #[command(flatten)]
    identity: IdentityOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let symptom = symptom(&args.symptom)?;
    let live = match args.probe {
        true => Some(look::look(&args, symptom, context)?),
        false => None,
    };
    let settings = Settings::load(context, Beside::Store)?;
    let store = context.open(Access::Read)?;
    let id = named(&args.account, &store)?;
    let inventory = past::inventory(&store, context)?;
    settings.meet(&inventory, context)?;
    let findings = findings(&settings.facts(&inventory, context));
    let jump = jump(&store, context)?;
    let known = Known {
        findings: &findings,
        live: live.as_ref(),
        jump: jump.as_deref(),
        evidence_age: settings.policy.limits.evidence_age,
    };
    let terms = Terms {
        glossaries: Glossaries::of(&inventory),
        policy: &settings.policy,
        as_of: context.as_of(),
    };
    let verdicts = verdicts(&id, &inventory, &terms, known, symptom)?;
    let status = show(&id, symptom, &verdicts, live.as_ref(), context)?;
    astray::warn(&store, context)?;
    Ok(status)
}

/// The word as a symptom.
fn symptom(word: &str) -> Result<Symptom, Failure> {
    word.parse().map_err(|error| {
        let names = Symptom::ALL.iter().map(|symptom| symptom.as_str());
        match nearest(word, names) {
            Some(near) => Failure::usage(error).hint(format!("did you mean `{near}`?")),
            None => Failure::usage(error).hint("`keyroll diagnose --help` says what each is"),
        }
    })
}

fn named(name: &str, store: &Store) -> Result<AccountId, Failure> {
    let unknown = || roll::unknown(Kind::Account, name, store);
    records::find(store, Kind::Account, name)?.ok_or_else(unknown)?;
    name.parse().map_err(|_| unknown())
}

/// What the rules that matter find; what was accepted is as true as the rest.
fn findings(facts: &Facts<'_>) -> Vec<Finding> {
    let selection = Selection {
        select: diagnosis::RULES.iter().map(|id| (*id).to_owned()).collect(),
        only_selected: true,
        ..Selection::all()
    };
    let judgement = rules::judgement(facts, &selection);
    let waived = judgement.waived.into_iter().map(|(finding, _)| finding);
    judgement.findings.into_iter().chain(waived).collect()
}

/// What says that the clock of this host jumped; it says so of today alone.
fn jump(store: &Store, context: &Context) -> Result<Option<String>, Failure> {
    if context.as_of() != context.today() {
        return Ok(None);
    }
    let stops = mark::stops(store, context)?;
    let found = stops.iter().find(|stop| match stop {
        Stop::ClockBeforeTrail { .. } | Stop::ClockBeforeMark { .. } => true,
        Stop::Silence { .. }
        | Stop::Shorter { .. }
        | Stop::Other { .. }
        | Stop::Restored { .. }
        | Stop::Unreadable { .. } => false,
    });
    Ok(found.map(ToString::to_string))
}

fn verdicts<'a>(
    id: &AccountId,
    inventory: &'a Inventory,
    terms: &Terms<'a>,
    known: Known<'a>,
    symptom: Symptom,
) -> Result<Vec<Verdict>, Failure> {
    let case = Case::of(id, inventory, terms, known);
    let case = case.ok_or_else(|| Failure::usage(format!("there is no account `{id}`")))?;
    Ok(diagnosis::judge(&case, symptom))
}

fn show(
    id: &AccountId,
    symptom: Symptom,
    verdicts: &[Verdict],
    live: Option<&Live>,
    context: &mut Context,
) -> Outcome {
    let told = Told {
        account: id,
        symptom,
        as_of: context.as_of(),
        verdicts,
        live,
    };
    let terminal = context.terminal();
    let shown = match context.globals.format {
        Format::Table => shown::text(&told, &terminal),
        Format::Json => json::pretty(&shown::document(&told)),
        format @ (Format::Jsonl | Format::Csv | Format::Tsv | Format::Md | Format::Html) => {
            report::render(&shown::rows(&told), format, &terminal)
        }
    };
    context.out.data(&shown)?;
    Ok(match diagnosis::worst(verdicts) {
        Some(Standing::Likely) => Status::Error,
        Some(Standing::Unknown) => Status::Warning,
        Some(Standing::RuledOut) | None => Status::Clean,
    })
}
