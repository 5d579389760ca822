//! The same verbs for every noun: list, show, add, set, edit, remove. One mechanism over records as values.

mod ack;
mod ask;
mod builtin;
mod edit;
mod fields;
mod grade;
mod invite;
mod minimise;
mod show;
mod suggest;
mod words;

use clap::{Arg, ArgAction, ArgMatches, Command};

pub use ask::needed;

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::manifest;
use crate::model::change::Change;
use crate::model::record::{Kind, Record, RecordId};
use crate::operations::records;
use crate::report;
use crate::store::{Access, Store};

/// The nouns of the command line, in the order of its help.
pub const KINDS: &[Kind] = &[
    Kind::Account,
    Kind::Provider,
    Kind::Platform,
    Kind::Boundary,
    Kind::Person,
    Kind::Team,
    Kind::Role,
    Kind::Rotation,
    Kind::Procedure,
    Kind::Consumer,
];

/// The command of a noun with its verbs.
pub fn command(kind: Kind) -> Command {
    let noun = kind.as_str();
    let name = || {
        Arg::new("name")
            .value_name("NAME")
            .required(true)
            .help("The record's name")
            .add(completion::names(kind))
    };
    let fields = || {
        Arg::new("fields").value_name("FIELD=VALUE").num_args(0..).action(ArgAction::Append).help(
            "Fields by their TOML keys: owner.technical=team/x, left=2026-10-31; += and -= for lists, `field=` takes it out",
        )
    };
    let command = Command::new(noun)
        .about(words::of(kind).about)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .after_help(format!("Examples:\n  keyroll {noun} list\n  keyroll {noun} show {}", words::of(kind).example))
        .subcommand(
            Command::new("list")
                .about("List the records")
                .after_help(format!("Example:\n  keyroll {noun} list --format csv"))
                .arg(
                    Arg::new("where")
                        .long("where")
                        .value_name("FIELD=VALUE")
                        .action(ArgAction::Append)
                        .help("Only records whose field has this value, or whose list holds it"),
                ),
        )
        .subcommand(
            Command::new("show")
                .about("Show one record as TOML, or with --format json")
                .after_help(format!("Example:\n  keyroll {noun} show {}", words::of(kind).example))
                .arg(name()),
        )
        .subcommand(
            Command::new("add")
                .about("Add a record; at a terminal, what is missing is asked for")
                .after_help(format!("Examples:\n  {}", show::add_examples(kind)))
                .arg(name().required(false))
                .arg(fields())
                .arg(
                    Arg::new("from")
                        .long("from")
                        .value_name("FILE")
                        .value_hint(clap::ValueHint::FilePath)
                        .help("Take the record from a TOML file, as `show` prints it; - for standard input"),
                ),
        )
        .subcommand(
            Command::new("set")
                .about("Change fields of a record")
                .after_help(format!("Example:\n  {}", show::set_example(kind)))
                .arg(name())
                .arg(fields().required(true).num_args(1..)),
        )
        .subcommand(
            Command::new("edit")
                .about("Edit a record as TOML in $EDITOR; it is checked before it is saved")
                .after_help(format!("Example:\n  keyroll {noun} edit {}", words::of(kind).example))
                .arg(name()),
        )
        .subcommand(
            Command::new("remove")
                .about("Remove a record that no other names")
                .after_help(format!("Example:\n  keyroll {noun} remove {}", words::of(kind).example))
                .arg(name())
                .arg(
                    Arg::new("with-history")
                        .long("with-history")
                        .action(ArgAction::SetTrue)
                        .help("Remove what belongs to it too: versions, facts, approvals ...; the audit trail keeps their events"),
                ),
        );
    if kind == Kind::Account {
        command
            .subcommand(suggest::command())
            .subcommand(minimise::command())
            .subcommands(grade::commands())
    } else if kind == Kind::Role {
        builtin::add_to(command)
    } else if kind == Kind::Person {
        command.subcommands(invite::commands())
    } else if kind == Kind::Consumer {
        command.subcommand(ack::command())
    } else {
        command
    }
}

/// Runs one verb of a noun.
pub fn run(kind: Kind, matches: &ArgMatches, context: &mut Context) -> Outcome {
    let (verb, arguments) = matches.subcommand().expect("a verb is required");
    let strings = |id: &str| -> Vec<String> {
        arguments
            .get_many(id)
            .map(|values| values.cloned().collect())
            .unwrap_or_default()
    };
    let name = || {
        arguments
            .get_one::<String>("name")
            .cloned()
            .unwrap_or_default()
    };
    match verb {
        "list" if builtin::is_asked(arguments) => builtin::list(&strings("where"), context),
        "list" => list(kind, &strings("where"), context),
        "show" if builtin::is_asked(arguments) => builtin::show(&name(), context),
        "show" => show(kind, &name(), context),
        "add" => {
            let from = arguments.get_one::<String>("from").cloned();
            let mut name = arguments.get_one::<String>("name").cloned();
            let mut fields = strings("fields");
            // Without a name, which is asked for, the first word is a field already.
            fields.splice(0..0, name.take_if(|word| word.contains('=')));
            let begun = builtin::begun(arguments)?;
            add(kind, name, (begun, &fields), from, context)
        }
        "set" => set(kind, &name(), &strings("fields"), context),
        "edit" => edit(kind, &name(), context),
        "remove" => remove(kind, &name(), arguments.get_flag("with-history"), context),
        "suggest" => suggest::run(arguments, context),
        "invite" => invite::invite(&name(), &strings("fields"), arguments, context),
        "accept" => invite::accept(&name(), context),
        "revoke-invite" => invite::revoke(&name(), context),
        "ack" => ack::run(&name(), arguments, context),
        "minimise" => minimise::run(arguments, context),
        "suspend" => grade::suspend(&name(), context),
        "resume" => grade::resume(&name(), context),
        "retire" => grade::retire(&name(), arguments, context),
        other => unreachable!("`{other}` is not among the verbs of `command`"),
    }
}

fn list(kind: Kind, filters: &[String], context: &mut Context) -> Outcome {
    let filters = fields::conditions(kind, filters)?;
    let store = context.open(Access::Read)?;
    let records = store.records(kind)?;
    let chosen: Vec<Record> = records
        .into_iter()
        .filter(|record| {
            let value = record.to_value();
            filters.iter().all(|condition| condition.holds(&value))
        })
        .collect();
    if chosen.is_empty() {
        let none = if filters.is_empty() {
            "is there yet"
        } else {
            "fits"
        };
        context.out.note(format!("no {kind} {none}"));
    }
    let mut view = show::listing(kind, &chosen);
    if kind == Kind::Person {
        let is_table = context.globals.format == report::Format::Table;
        invite::list(&mut view, &chosen, &store, context.as_of(), is_table)?;
    }
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    Ok(Status::Clean)
}

fn show(kind: Kind, name: &str, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let record = existing(kind, name, &store)?;
    let shown = show::one(&record, &store, context)?;
    context.out.data(&shown)?;
    Ok(Status::Clean)
}

fn add(
    kind: Kind,
    name: Option<String>,
    (begun, assignments): (serde_json::Value, &[String]),
    from: Option<String>,
    context: &mut Context,
) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let asking = from.is_none() && context.may_ask();
    let name = match name {
        Some(name) => name,
        None if asking => ask::name(kind, context)?,
        None => {
            return Err(Failure::usage(format!("the {kind} needs a name")).hint(
                show::add_examples(kind)
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .trim_end_matches(" \\"),
            ));
        }
    };
    let id = RecordId {
        kind,
        name: name.as_str().into(),
    };
    if !manifest::is_name(&id) {
        return Err(Failure::usage(format!(
            "`{}` cannot be the name of the {kind}",
            name.escape_debug()
        ))
        .hint("names are lower case letters, digits and `-`"));
    }
    if store.record(&id)?.is_some() {
        return Err(Failure::refused(format!(
            "the {kind} `{name}` is there already; nothing was changed"
        ))
        .hint(format!("keyroll {kind} set {name} FIELD=VALUE")));
    }
    let record = match from {
        Some(file) => edit::from_file(&id, &file)?,
        None => {
            let mut value = fields::assign(begun, assignments)?;
            if asking {
                ask::missing(kind, &mut value, &store, context)?;
            }
            fields::record(&id, value)?
        }
    };
    if asking {
        context.out.data(&manifest::write_record(&record))?;
        context.confirm(&format!("Add this {kind}?"))?;
    }
    roll::commit(context, &mut store, &[Change::create(record)])?;
    roll::remark(&id, &store, context)?;
    Ok(Status::Clean)
}

fn set(kind: Kind, name: &str, assignments: &[String], context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let before = existing(kind, name, &store)?;
    let after = fields::record(
        &before.id(),
        fields::assign(before.to_value(), assignments)?,
    )?;
    replace(before, after, &mut store, context)
}

fn edit(kind: Kind, name: &str, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let before = existing(kind, name, &store)?;
    let after = edit::in_editor(&before, context)?;
    replace(before, after, &mut store, context)
}

fn replace(before: Record, after: Record, store: &mut Store, context: &mut Context) -> Outcome {
    if before == after {
        context.out.note("no change");
        return Ok(Status::Clean);
    }
    let id = after.id();
    let changes = [Change::update(before, after)];
    let shown = report::plan::changes(&changes, context.terminal().color);
    roll::commit(context, store, &changes)?;
    context.out.preview(&shown);
    roll::remark(&id, store, context)?;
    Ok(Status::Clean)
}

fn remove(kind: Kind, name: &str, with_history: bool, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let record = existing(kind, name, &store)?;
    grade::may_be_removed(&record, &store)?;
    let changes = records::removal(&store, record, with_history)?;
    roll::change(
        context,
        &mut store,
        &changes,
        &format!("Remove {kind} `{name}`?"),
    )?;
    Ok(Status::Clean)
}

fn existing(kind: Kind, name: &str, store: &Store) -> Result<Record, Failure> {
    records::find(store, kind, name)?.ok_or_else(|| roll::unknown(kind, name, store))
}
