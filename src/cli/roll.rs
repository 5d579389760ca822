//! How the commands read a declared inventory, judge an inventory, and change the stored one.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::catalog::{self, BuiltinRole};
use crate::cli::context::{Beside, Context, from_here};
use crate::cli::failure::{Failure, Status};
use crate::cli::noun::needed;
use crate::cli::settings::Settings;
use crate::manifest::{self, Manifest};
use crate::model::change::{Change, Note};
use crate::model::finding::{FieldPath, Finding, Severity};
use crate::model::inventory::Inventory;
use crate::model::policy::FailOn;
use crate::model::record::{Kind, Record, RecordId};
use crate::operations::records;
use crate::report::plan;
use crate::report::summary::counted;
use crate::rules::{self, Selection, UnknownRule};
use crate::store::{Store, StoreError};

/// The most findings that are told after a change.
const MOST_REMARKS: usize = 20;

/// The most accounts that are named on one line.
const MOST_NAMED: usize = 3;

/// As the words of an option.
impl ValueEnum for FailOn {
    fn value_variants<'a>() -> &'a [FailOn] {
        FailOn::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

impl FailOn {
    /// The status for the gravest of some findings.
    pub fn status(self, worst: Option<Severity>) -> Status {
        match (self, worst) {
            (FailOn::Never, _) | (_, None | Some(Severity::Info)) => Status::Clean,
            (FailOn::Error, Some(Severity::Warning)) => Status::Clean,
            (FailOn::Warning, Some(Severity::Warning)) => Status::Warning,
            (FailOn::Warning | FailOn::Error, Some(Severity::Error)) => Status::Error,
        }
    }
}

/// Which rules to judge by.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleOptions {
    /// Judge by these rules alone
    #[arg(long, value_name = "RULE", value_delimiter = ',', add = crate::cli::completion::rules())]
    pub select: Vec<String>,
    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',', add = crate::cli::completion::rules())]
    pub ignore: Vec<String>,
    /// Change the severity of a rule: RULE=error|warning|info
    #[arg(long, value_name = "RULE=SEVERITY", value_parser = severity)]
    pub severity: Vec<(String, Severity)>,
    /// Show findings of severity info too
    #[arg(long)]
    pub pedantic: bool,
}

fn severity(text: &str) -> Result<(String, Severity), String> {
    let (rule, word) = text.split_once('=').ok_or("write RULE=SEVERITY")?;
    let severity = word
        .parse()
        .map_err(|_| "a severity is error, warning or info")?;
    Ok((rule.to_owned(), severity))
}

/// That an option names a rule which does not exist, with the one that was meant.
pub fn unknown_rule(error: UnknownRule) -> Failure {
    let failure = Failure::usage(&error);
    match error.near {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`keyroll explain` lists the rules"),
    }
}

/// The rule of an id.
///
/// # Errors
/// When there is none; with the nearest one.
pub fn known_rule(id: &str) -> Result<&'static rules::Rule, Failure> {
    let selection = Selection {
        select: [id.to_owned()].into(),
        ..Selection::all()
    };
    selection.known().map_err(unknown_rule)?;
    Ok(rules::find(id).expect("a known rule is found"))
}

/// Reads an inventory from files and folders.
///
/// # Errors
/// When a path is not there at all; faults inside the files are in [`Manifest::problems`].
pub fn read(given: &[PathBuf]) -> Result<Manifest, Failure> {
    Ok(manifest::read(&paths(given)?))
}

/// The inventory that files and folders declare, whole: what can be read of a part says nothing of the rest.
///
/// # Errors
/// When a path is not there, or anything in the files has a fault.
pub fn declared(given: &[PathBuf]) -> Result<Inventory, Failure> {
    let manifest = read(given)?;
    match manifest.problems.len() {
        0 => Ok(manifest.inventory),
        problems => Err(faulty(problems)),
    }
}

/// That an inventory has faults which keep it from being read whole.
pub fn faulty(problems: usize) -> Failure {
    Failure::refused(format!(
        "{problems} problem(s) in the inventory; nothing was changed"
    ))
    .hint("`keyroll validate` shows each at its line")
}

/// The files and folders that are meant: those given, else this folder.
///
/// # Errors
/// When one is not there at all.
pub fn paths(given: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let paths = match given {
        [] => vec![PathBuf::from(".")],
        given => given.iter().cloned().map(from_here).collect(),
    };
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        let shown = missing.to_string_lossy().escape_debug().to_string();
        return Err(
            Failure::usage(format!("there is no file or folder `{shown}`")).hint("check the path"),
        );
    }
    Ok(paths)
}

/// The errors on declared records, judged as they will stand in the store: beside what is kept there. What the baseline of
/// the configuration knows is none: `validate` accepts it too.
///
/// # Errors
/// When the configuration or its baseline cannot be used.
pub fn errors(
    declared: &Inventory,
    stored: &Inventory,
    prune: bool,
    context: &Context,
) -> Result<Vec<Finding>, Failure> {
    let settings = Settings::load(context, Beside::Inventory)?;
    let mut whole = if prune {
        Inventory::default()
    } else {
        stored.clone()
    };
    declared
        .records()
        .for_each(|record| drop(whole.put(record)));
    let selection = settings.rules(Selection::declared());
    let known = settings.known()?;
    let facts = settings.facts(&whole, context);
    let mut findings = rules::judgement_beside(&facts, &selection, &known).findings;
    findings.retain(|finding| {
        let is_declared = declared.contains(&finding.subject) && finding.entry.is_none();
        finding.severity == Severity::Error && is_declared
    });
    Ok(findings)
}

/// Says what the rule book finds on a record that was changed by hand: the change stands, but not in silence.
///
/// # Errors
/// When the store cannot be read, or the configuration cannot be used.
pub fn remark(id: &RecordId, store: &Store, context: &mut Context) -> Result<(), Failure> {
    let account = id.name.split(' ').next().unwrap_or_default().parse();
    let around = match (id.kind, account) {
        (Kind::Account | Kind::Approval, Ok(account)) => store.accounts(&[account])?,
        _ => store.inventory()?,
    };
    let settings = Settings::load(context, Beside::Store)?;
    let selection = settings.rules(Selection::declared());
    for finding in rules::judge(&settings.facts(&around, context), &selection) {
        if finding.subject == *id {
            let line = format!(
                "{}: {} {id}: {}",
                finding.severity, finding.rule, finding.message
            );
            context.out.note(line);
        }
    }
    Ok(())
}

/// Says what the rule book finds anywhere that it did not find while one record was as `before`: the change stands, but not
/// in silence.
///
/// # Errors
/// When the store cannot be read, or the configuration cannot be used.
pub fn remark_new(before: Record, store: &Store, context: &mut Context) -> Result<(), Failure> {
    let mut around = store.inventory()?;
    let settings = Settings::load(context, Beside::Store)?;
    let selection = settings.rules(Selection::declared());
    let now = rules::judge(&settings.facts(&around, context), &selection);
    around.put(before);
    let old = rules::judge(&settings.facts(&around, context), &selection);
    let old: HashSet<_> = old.iter().map(known_by).collect();
    let new: Vec<&Finding> = now
        .iter()
        .filter(|finding| !old.contains(&known_by(finding)))
        .collect();
    for finding in new.iter().take(MOST_REMARKS) {
        let (subject, message) = (&finding.subject, &finding.message);
        let line = format!(
            "{}: {} {subject}: {message}",
            finding.severity, finding.rule
        );
        context.out.note(line);
    }
    if let Some(more) = new.len().checked_sub(MOST_REMARKS).filter(|more| *more > 0) {
        context
            .out
            .note(format!("{more} more: `keyroll check` shows all"));
    }
    Ok(())
}

/// What makes a finding the same before and after a change.
fn known_by(finding: &Finding) -> (&RecordId, &FieldPath, &'static str, &str) {
    let (subject, field) = (&finding.subject, &finding.field);
    (subject, field, finding.rule, &finding.message)
}

/// The gravest severity of some findings.
pub fn worst(findings: &[Finding]) -> Option<Severity> {
    findings.iter().map(|finding| finding.severity).max()
}

/// Shows changes, asks, and commits them.
///
/// # Errors
/// When they are declined, or the store refuses them; nothing is changed then.
pub fn change(
    context: &mut Context,
    store: &mut Store,
    changes: &[Change],
    question: &str,
) -> Result<(), Failure> {
    let shown = plan::render(changes, false, context.terminal().color);
    context.out.preview(&shown);
    context.confirm(question)?;
    commit(context, store, changes)
}

/// Commits changes without asking and says so.
///
/// # Errors
/// When the store refuses them; nothing is changed then.
pub fn commit(context: &mut Context, store: &mut Store, changes: &[Change]) -> Result<(), Failure> {
    commit_with(context, store, changes, &[])
}

/// The same, with notes of what else happens; says nothing where there is no change.
///
/// # Errors
/// When the store refuses them; nothing is changed then.
pub fn commit_with(
    context: &mut Context,
    store: &mut Store,
    changes: &[Change],
    notes: &[Note],
) -> Result<(), Failure> {
    let handed_over = records::commit(store, &context.actor()?, changes, notes)
        .map_err(|error| dangling(error, store))?;
    if !changes.is_empty() || notes.is_empty() {
        let recorded = counted(changes.len(), "change");
        context.out.note(format!("{recorded} recorded"));
    }
    if !handed_over.is_empty() {
        let named = handed_over.iter().take(MOST_NAMED);
        let mut named: Vec<String> = named.map(|id| format!("account/{id}")).collect();
        let more = handed_over.len() - named.len();
        named.extend((more > 0).then(|| format!("{more} more")));
        let named = named.join(", ");
        context
            .out
            .note(format!("a change of owners is recorded: {named}"));
    }
    Ok(())
}

/// A refused reference with the name that was meant, or with the way to let go of what others name.
fn dangling(error: StoreError, store: &Store) -> Failure {
    let StoreError::Dangling { record, wants } = &error else {
        return error.into();
    };
    let Ok(wanted) = wants.parse::<RecordId>() else {
        return error.into();
    };
    let hint = match store.record(&wanted) {
        Ok(Some(_)) => let_go(record),
        _ => provide(&wanted, store),
    };
    Failure::from(error).hint(hint)
}

/// How to let a record go of what it names.
fn let_go(record: &RecordId) -> String {
    let key = record.name.split(' ').collect::<Vec<_>>();
    let how = match (record.kind, &key[..]) {
        (Kind::Assignment, [principal, role, at]) => {
            format!("keyroll unassign {principal} {role} --at {at}")
        }
        (kind, _) if crate::cli::noun::KINDS.contains(&kind) => {
            format!("keyroll {kind} edit {}", record.name)
        }
        _ => "--with-history, which removes what belongs to it too".to_owned(),
    };
    format!("first: {how}; nothing was changed")
}

/// How to come by a record that is named and not there.
fn provide(wanted: &RecordId, store: &Store) -> String {
    let names = store.names(wanted.kind).unwrap_or_default();
    let near = catalog::nearest(&wanted.name, names.iter().map(String::as_str));
    if let Some(way) = built_in(wanted.kind, &wanted.name) {
        return format!("{way}; nothing was changed");
    }
    let how = match (wanted.kind, wanted.name.split_once(" environment "), near) {
        (Kind::Provider | Kind::Platform, Some((name, environment)), _) => {
            format!(
                "declare it: keyroll {} set {name} environment.{environment}.endpoint=https://...",
                wanted.kind
            )
        }
        (Kind::Catalog, _, _) => "apply the files that bring the glossary with them".to_owned(),
        (Kind::Boundary, _, _) | (_, _, None) => {
            let needed = needed(wanted.kind).map(|field| format!(" {field}=..."));
            let needed: String = needed.collect();
            format!(
                "add it first: keyroll {} add {}{needed}",
                wanted.kind, wanted.name
            )
        }
        (_, _, Some(near)) => format!("did you mean `{near}`?"),
    };
    let end = if how.ends_with('?') { "" } else { ";" };
    format!("{how}{end} nothing was changed")
}

/// That there is no such record, with the nearest name.
pub fn unknown(kind: Kind, name: &str, store: &Store) -> Failure {
    let id = RecordId {
        kind,
        name: name.into(),
    };
    let failure = Failure::usage(format!("there is no {kind} `{}`", name.escape_debug()));
    if let Some(way) = built_in(kind, name) {
        return failure.hint(way);
    }
    let names = store.names(kind).unwrap_or_default();
    match catalog::nearest(&id.name, names.iter().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => match built_in_meant(kind, name) {
            Some(near) => failure.hint(format!(
                "did you mean the built-in `{near}`? `keyroll role show {near} --built-in`"
            )),
            None => failure.hint(format!("`keyroll {kind} list` shows what there is")),
        },
    }
}

/// How to come by a role that is built in.
fn built_in(kind: Kind, name: &str) -> Option<String> {
    if kind != Kind::Role {
        return None;
    }
    catalog::builtin_role(name).map(BuiltinRole::how_to_declare)
}

fn built_in_meant(kind: Kind, name: &str) -> Option<&'static str> {
    if kind != Kind::Role {
        return None;
    }
    catalog::nearest_builtin_role(name)
}
