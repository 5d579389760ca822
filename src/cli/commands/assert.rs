//! `keyroll assert`: whether access is what the assertions say. Judges these alone, whatever the configuration leaves out.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::access::assertion::{Verdict, verdicts};
use crate::access::holdings::Holdings;
use crate::catalog::Glossaries;
use crate::cli::context::{Beside, Context};
use crate::cli::diagnose::{self, Diagnosis};
use crate::cli::failure::{Outcome, Status};
use crate::cli::roll;
use crate::cli::settings::Settings;
use crate::manifest::Manifest;
use crate::model::finding::FieldPath;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::report::findings;
use crate::report::summary::counted;
use crate::report::view::{Cell, Column, Tone, View};
use crate::report::{self, CiFormat, FindingsFormat};
use crate::rules::{self, Judgement, Selection, Terms};
use crate::store::Access;

/// The rule that judges them.
const RULE: &str = "assertion-failed";

/// Judge the assertions: whether access is what `[[assert]]` tables say
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll assert                                  # the stored roll; exit 4 where one fails\n  \
    keyroll assert --path inventory/ --list         # each with its state\n  \
    keyroll assert --path inventory/ --format junit > assertions.xml")]
pub struct Args {
    /// Read these files or folders instead of the store
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    path: Vec<PathBuf>,
    /// Show every assertion with its state, not the failures alone
    #[arg(long)]
    list: bool,
    /// Show the summary alone
    #[arg(long, short, conflicts_with = "list")]
    quiet: bool,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    if args.list {
        context.rows_alone()?;
    }
    let (source, beside) = match args.path.is_empty() {
        true => (
            Source::Store(Box::new(context.open(Access::Read)?.inventory()?)),
            Beside::Store,
        ),
        false => (
            Source::Files(Box::new(roll::read(&args.path)?)),
            Beside::Inventory,
        ),
    };
    if let Source::Files(manifest) = &source
        && !manifest.problems.is_empty()
    {
        return Err(roll::faulty(manifest.problems.len()));
    }
    let settings = Settings::load(context, beside)?;
    settings.meet(source.inventory(), context)?;
    let judged = judge(source.inventory(), &settings, context);

    if args.list {
        let shown = list(&judged, &source);
        let shown = report::render(&shown.masked(), context.globals.format, &context.terminal());
        context.out.data(&shown)?;
    } else if !args.quiet {
        let shown = failures(&judged, &source, context);
        context.out.data(&shown)?;
    }
    context.out.note(judged.summary());
    Ok(judged.status())
}

/// Where the assertions are.
enum Source {
    Files(Box<Manifest>),
    Store(Box<Inventory>),
}

impl Source {
    fn inventory(&self) -> &Inventory {
        match self {
            Source::Files(manifest) => &manifest.inventory,
            Source::Store(inventory) => inventory,
        }
    }
}

/// How an assertion stands, and what is said of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Holds,
    /// It fails, and a waiver accepts that for now.
    Waived,
    Fails,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Holds => "holds",
            State::Waived => "waived",
            State::Fails => "fails",
        }
    }
}

/// All assertions in their order, and what is found of those that fail.
struct Judged {
    states: Vec<(RecordId, State)>,
    selection: Selection,
    judgement: Judgement,
}

fn judge(inventory: &Inventory, settings: &Settings, context: &Context) -> Judged {
    let selection = Selection {
        select: [RULE.to_owned()].into(),
        ..Selection::declared()
    };
    let judgement = rules::judgement(&settings.facts(inventory, context), &selection);
    // The verdicts themselves, as there is an end to the findings of one rule.
    let terms = Terms {
        glossaries: Glossaries::of(inventory),
        policy: &settings.policy,
        as_of: context.as_of(),
    };
    let waived: BTreeSet<&RecordId> = judgement.waived.iter().map(|(f, _)| &f.subject).collect();
    let states = verdicts(&Holdings::of(inventory), &terms);
    let states = states.into_iter().map(|(key, verdict)| {
        let id = RecordId::new(Kind::Assertion, key);
        let state = match verdict {
            Verdict::Held => State::Holds,
            Verdict::Broken(_) if waived.contains(&id) => State::Waived,
            Verdict::Broken(_) => State::Fails,
        };
        (id, state)
    });
    let states = states.collect();
    Judged {
        states,
        selection,
        judgement,
    }
}

impl Judged {
    fn count(&self, state: State) -> usize {
        let of = self.states.iter().filter(|(_, known)| *known == state);
        of.count()
    }

    fn status(&self) -> Status {
        match self.count(State::Fails) {
            0 => Status::Clean,
            _ => Status::Error,
        }
    }

    /// `12 assertions hold, 1 fails`.
    fn summary(&self) -> String {
        if self.states.is_empty() {
            return "no assertions: an `[[assert]]` table says who may, or may not, do what where"
                .to_owned();
        }
        let verb = |count: usize, one: &'static str, many: &'static str| match count {
            1 => one,
            _ => many,
        };
        let holds = self.count(State::Holds);
        let mut out = format!(
            "{} {}",
            counted(holds, "assertion"),
            verb(holds, "holds", "hold")
        );
        let fails = self.count(State::Fails);
        if fails > 0 {
            out.push_str(&format!(", {fails} {}", verb(fails, "fails", "fail")));
        }
        match self.count(State::Waived) {
            0 => out,
            waived => format!("{out}; {waived} waived"),
        }
    }
}

/// What fails, at its place, in the form asked for.
fn failures(judged: &Judged, source: &Source, context: &Context) -> String {
    let (format, terminal) = (context.findings_format(), context.terminal());
    let (judgement, selection) = (&judged.judgement, &judged.selection);
    match source {
        Source::Files(manifest) => {
            let diagnosis = Diagnosis::new(manifest, judgement);
            if format.is_for_people() {
                return diagnosis.page(&terminal);
            }
            let places = diagnosis.accepted_places();
            let form = diagnosis.judged(&places, selection, judged.status());
            shown(form, judged, source, format, context)
        }
        Source::Store(_) if format.is_for_people() => {
            findings::text(&judgement.findings, &terminal)
        }
        Source::Store(inventory) => {
            let form = diagnose::stored(judgement, inventory, selection, judged.status());
            shown(form, judged, source, format, context)
        }
    }
}

/// With those that hold among them, for the forms that count tests.
fn shown(
    form: findings::Judged<'_>,
    judged: &Judged,
    source: &Source,
    format: FindingsFormat,
    context: &Context,
) -> String {
    let holding = judged
        .states
        .iter()
        .filter(|(_, state)| *state == State::Holds);
    let passed: Vec<(String, Option<String>)> = holding
        .map(|(id, _)| (id.to_string(), place(id, source).map(|(file, _)| file)))
        .collect();
    let passed = passed.iter().map(|(id, file)| findings::Passed {
        subject: id,
        file: file.as_deref(),
    });
    let mut form = findings::Judged {
        passed: passed.collect(),
        ..form
    };
    if format == FindingsFormat::Ci(CiFormat::Junit) {
        // A file without assertions is no suite of theirs.
        form.files.clear();
    }
    findings::render(&form, format, &context.terminal())
}

fn place(id: &RecordId, source: &Source) -> Option<(String, usize)> {
    match source {
        Source::Files(manifest) => {
            let place = manifest.place(id, &FieldPath::record())?;
            Some((place.file, place.line))
        }
        Source::Store(_) => None,
    }
}

/// Every assertion with its state.
fn list(judged: &Judged, source: &Source) -> View {
    let columns = vec![
        Column::new("state"),
        Column::new("expect"),
        Column::new("principal"),
        Column::new("permission"),
        Column::new("at"),
        Column::new("given").spare(),
        Column::new("except").spare(),
        Column::new("because").spare(),
        Column::new("file").spare(),
        Column::new("line").right().spare(),
    ];
    let mut view = View::new("assertion-list", columns);
    let assertions = source.inventory().assertions.iter();
    let rows = judged.states.iter().zip(assertions);
    view.rows = rows
        .map(|((id, state), (key, body))| {
            let tone = match state {
                State::Holds => Tone::Good,
                State::Waived => Tone::Warning,
                State::Fails => Tone::Error,
            };
            let place = place(id, source);
            vec![
                Cell::text(state.as_str()).tone(tone),
                Cell::text(body.expect),
                Cell::text(&key.principal),
                Cell::text(&key.permission),
                Cell::text(&key.at),
                Cell::optional(key.given),
                Cell::list(&body.except),
                Cell::optional(body.because.as_ref()),
                Cell::optional(place.as_ref().map(|(file, _)| file)),
                place.map_or_else(Cell::missing, |(_, line)| Cell::count(line)),
            ]
        })
        .collect();
    view
}
