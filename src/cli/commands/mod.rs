//! One file a command: its options, and four beats: read, decide, do, show.

pub mod access;
pub mod apply;
pub mod approve;
pub mod assert;
pub mod assign;
pub mod audit;
pub mod backup;
pub mod can;
pub mod catalog;
pub mod check;
pub mod completions;
pub mod credential;
pub mod diagnose;
pub mod diff;
pub mod doctor;
pub mod evidence;
pub mod explain;
pub mod export;
pub mod hook;
pub mod identity;
pub mod import;
pub mod init;
pub mod level;
pub mod man;
pub mod matrix;
pub mod next;
pub mod offboard;
pub mod plan;
pub mod reach;
pub mod reconcile;
pub mod report;
pub mod review;
pub mod revoke;
pub mod rotate;
pub mod run;
pub mod schedule;
pub mod schema;
pub mod secret;
pub mod test;
pub mod validate;
pub mod who_can;

use crate::cli::context::Context;
use crate::cli::failure::Outcome;
use crate::report::{FindingsFormat, WatchFormat};

/// The commands that show findings, in every format of a CI.
const WITH_FINDINGS: &[&str] = &["validate", "check", "assert"];

/// The commands that have days to show, as a calendar too.
const WITH_CALENDAR: &[&str] = &["check", "schedule"];

/// The commands that monitoring asks.
const WATCHED: &[&str] = &["check"];

/// The commands that show events.
const WITH_EVENTS: &[&str] = &["audit"];

/// The commands that open a secret, act at a provider, or speak for somebody: what they are refused is told in the trail. What
/// is not a sound record is refused too, and changes nothing at all.
const GUARDED: &[&str] = &[
    "secret", "run", "test", "rotate", "revoke", "approve", "offboard", "review", "identity",
    "backup", "restore",
];

/// Whether a refusal of a command is told in the trail.
pub fn is_guarded(command: Option<&str>) -> bool {
    command.is_some_and(|name| GUARDED.contains(&name))
}

/// Whether a command shows what it has in a format; those of rows are every command's own affair.
pub fn shows(command: Option<&str>, format: FindingsFormat) -> bool {
    let among = |names: &[&str]| command.is_some_and(|name| names.contains(&name));
    match format {
        FindingsFormat::Rows(_) => true,
        FindingsFormat::Ci(_) => among(WITH_FINDINGS),
        FindingsFormat::Watch(WatchFormat::Ics) => among(WITH_CALENDAR),
        FindingsFormat::Siem(_) => among(WITH_EVENTS),
        FindingsFormat::Watch(WatchFormat::Prometheus | WatchFormat::Nagios) => among(WATCHED),
    }
}

/// The commands that are not nouns.
#[derive(clap::Subcommand)]
pub enum Command {
    Init(init::Args),
    Validate(validate::Args),
    Plan(plan::Args),
    Apply(apply::Args),
    Export(export::Args),
    Diff(diff::Args),
    Credential(credential::Args),
    Secret(secret::Args),
    Run(run::Args),
    Rotate(rotate::Args),
    Revoke(revoke::Args),
    Check(check::Args),
    Hook(hook::Args),
    Test(test::Args),
    Evidence(evidence::Args),
    Diagnose(diagnose::Args),
    Schedule(schedule::Args),
    Import(import::Args),
    Can(can::Args),
    Assert(assert::Args),
    Matrix(matrix::Args),
    WhoCan(who_can::Args),
    Access(access::Args),
    Reach(reach::Args),
    Catalog(catalog::Args),
    Level(level::Args),
    /// Give a role at a boundary
    Assign(assign::Args),
    /// Take a role at a boundary
    Unassign(assign::Args),
    Approve(approve::Args),
    Offboard(offboard::Args),
    Audit(audit::Args),
    Reconcile(reconcile::Args),
    Report(report::Args),
    Review(review::Args),
    Explain(explain::Args),
    Identity(identity::Args),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Doctor(doctor::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    pub fn run(self, context: &mut Context) -> Outcome {
        match self {
            Command::Init(args) => init::run(args, context),
            Command::Validate(args) => validate::run(args, context),
            Command::Plan(args) => plan::run(args, context),
            Command::Apply(args) => apply::run(args, context),
            Command::Export(args) => export::run(args, context),
            Command::Diff(args) => diff::run(args, context),
            Command::Credential(args) => credential::run(args, context),
            Command::Secret(args) => secret::run(args, context),
            Command::Run(args) => run::run(args, context),
            Command::Rotate(args) => rotate::run(args, context),
            Command::Revoke(args) => revoke::run(args, context),
            Command::Check(args) => check::run(args, context),
            Command::Hook(args) => hook::run(args, context),
            Command::Test(args) => test::run(args, context),
            Command::Evidence(args) => evidence::run(args, context),
            Command::Diagnose(args) => diagnose::run(args, context),
            Command::Schedule(args) => schedule::run(args, context),
            Command::Import(args) => import::run(args, context),
            Command::Can(args) => can::run(args, context),
            Command::Assert(args) => assert::run(args, context),
            Command::Matrix(args) => matrix::run(args, context),
            Command::WhoCan(args) => who_can::run(args, context),
            Command::Access(args) => access::run(args, context),
            Command::Reach(args) => reach::run(args, context),
            Command::Catalog(args) => catalog::run(args, context),
            Command::Level(args) => level::run(args, context),
            Command::Assign(args) => assign::assign(args, context),
            Command::Unassign(args) => assign::unassign(args, context),
            Command::Approve(args) => approve::run(args, context),
            Command::Offboard(args) => offboard::run(args, context),
            Command::Audit(args) => audit::run(args, context),
            Command::Reconcile(args) => reconcile::run(args, context),
            Command::Report(args) => report::run(args, context),
            Command::Review(args) => review::run(args, context),
            Command::Explain(args) => explain::run(args, context),
            Command::Identity(args) => identity::run(args, context),
            Command::Backup(args) => backup::backup(args, context),
            Command::Restore(args) => backup::restore(args, context),
            Command::Doctor(args) => doctor::run(args, context),
            Command::Schema(args) => schema::run(args, context),
            Command::Completions(args) => completions::run(args, context),
            Command::Man(args) => man::run(args, context),
        }
    }
}
