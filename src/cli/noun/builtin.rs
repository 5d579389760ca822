//! The built-in roles on the command line: listed, shown as TOML to paste, copied into the store. None is ever used by its
//! name alone.

use clap::builder::ValueHint;
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use crate::catalog::{BuiltinRole, Glossaries, builtin_role, builtin_roles, nearest_builtin_role};
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::noun::fields;
use crate::manifest;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, Record};
use crate::report::view::{Cell, Column, View};
use crate::report::{self, Format};

/// The verbs of roles with what they do on the built-in ones.
pub fn add_to(command: Command) -> Command {
    let built_in = |help: &'static str| {
        Arg::new("built-in")
            .long("built-in")
            .action(ArgAction::SetTrue)
            .help(help)
    };
    command
        .mut_subcommand("list", |list| {
            list.after_help(
                "Examples:\n  keyroll role list --format csv\n  keyroll role list --built-in --where catalog=hub",
            )
            .arg(built_in("List the built-in roles, which are there to copy, instead of the store's"))
        })
        .mut_subcommand("show", |show| {
            show.after_help(
                "Examples:\n  keyroll role show machine-operator\n  \
                 keyroll role show machine-operator --built-in >> access.toml",
            )
            .arg(built_in("Show the built-in role of this name, as TOML to paste into an inventory"))
            .mut_arg("name", |name| name.add(completion::roles()))
        })
        .mut_subcommand("add", |add| {
            let examples = add.get_after_help().map(ToString::to_string).unwrap_or_default();
            add.after_help(format!("{examples}\n  keyroll role add machine-operator --like machine-operator"))
                .arg(
                    Arg::new("like")
                        .long("like")
                        .value_name("BUILT-IN")
                        .value_hint(ValueHint::Other)
                        .conflicts_with("from")
                        .help("Begin with a copy of this built-in role; further fields are set over it")
                        .add(completion::builtin_roles()),
                )
        })
}

/// Whether the built-in roles are asked for, not the store's.
pub fn is_asked(arguments: &ArgMatches) -> bool {
    let asked = arguments.try_get_one::<bool>("built-in");
    asked.is_ok_and(|asked| asked.is_some_and(|asked| *asked))
}

/// What a new record begins with: a copy of the built-in role that is named, else nothing.
///
/// # Errors
/// When there is no built-in role of that name.
pub fn begun(arguments: &ArgMatches) -> Result<Value, Failure> {
    match arguments.try_get_one::<String>("like") {
        Ok(Some(name)) => Ok(record(find(name)?).to_value()),
        Ok(None) | Err(_) => Ok(json!({})),
    }
}

/// Lists the built-in roles of which all conditions hold. Needs no store.
pub fn list(filters: &[String], context: &mut Context) -> Outcome {
    let conditions = fields::conditions(Kind::Role, filters)?;
    let holds = |role: &&BuiltinRole| {
        let value = record(role).to_value();
        conditions.iter().all(|condition| condition.holds(&value))
    };
    let view = listing(builtin_roles().iter().filter(holds));
    if view.rows.is_empty() {
        context.out.note("no built-in role fits");
    }
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    Ok(Status::Clean)
}

/// The title comes last: it says what the name says.
fn listing<'a>(roles: impl Iterator<Item = &'a BuiltinRole>) -> View {
    let columns = vec![
        Column::new("name"),
        Column::new("catalog"),
        Column::new("tenant-role"),
        Column::new("meaning"),
        Column::new("permissions").spare(),
        Column::new("title").spare(),
    ];
    let row = |builtin: &BuiltinRole| {
        vec![
            Cell::text(&builtin.name),
            Cell::optional(builtin.role.catalog.as_ref()),
            Cell::optional(builtin.role.tenant_role.as_ref()),
            Cell::text(&builtin.meaning),
            Cell::list(&builtin.role.permissions),
            Cell::text(&builtin.title),
        ]
    };
    View {
        rows: roles.map(row).collect(),
        ..View::new("built-in-role-list", columns)
    }
}

/// Prints one as TOML to paste, or as a value. Needs no store.
pub fn show(name: &str, context: &mut Context) -> Outcome {
    let builtin = find(name)?;
    let record = record(builtin);
    let value = || {
        json!({ "version": report::json::VERSION, "kind": "built-in-role", "name": builtin.name,
            "title": builtin.title, "meaning": builtin.meaning, "record": record.to_value() })
    };
    let shown = match context.format_of(&[Format::Table, Format::Json, Format::Jsonl])? {
        Format::Json => report::json::pretty(&value()),
        Format::Jsonl => report::json::line(&value()),
        Format::Table | Format::Csv | Format::Tsv | Format::Md | Format::Html => {
            paper(builtin, &record)
        }
    };
    context.out.data(&shown)?;
    Ok(Status::Clean)
}

/// The role as TOML, with what its record cannot say as a comment above it.
fn paper(builtin: &BuiltinRole, record: &Record) -> String {
    let mut text = format!("# {}: {}.\n", builtin.title, builtin.meaning);
    let placeholders = placeholders(builtin);
    if placeholders > 0 {
        text += &format!(
            "# Placeholders, to be replaced by your platform's own names: {placeholders} of {}.\n",
            builtin.role.permissions.len()
        );
    }
    text + &manifest::write_record(record)
}

/// How many of its permissions stand in for names that are not public.
fn placeholders(builtin: &BuiltinRole) -> usize {
    let inventory = Inventory::default();
    let named = builtin.role.catalog.as_ref();
    let Some(catalog) = named.and_then(|name| Glossaries::of(&inventory).get(name)) else {
        return 0;
    };
    let keys = builtin.role.permissions.iter();
    keys.filter(|key| {
        catalog
            .entitlements
            .get(*key)
            .is_some_and(|e| e.placeholder)
    })
    .count()
}

fn record(builtin: &BuiltinRole) -> Record {
    (builtin.name.clone(), builtin.role.clone()).into()
}

fn find(name: &str) -> Result<&'static BuiltinRole, Failure> {
    builtin_role(name).ok_or_else(|| {
        let failure = Failure::usage(format!(
            "there is no built-in role `{}`",
            name.escape_debug()
        ));
        match nearest_builtin_role(name) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint("`keyroll role list --built-in` lists them"),
        }
    })
}
