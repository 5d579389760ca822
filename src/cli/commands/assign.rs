//! `keyroll assign` and `unassign`: principal x role x boundary.

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::model::change::Change;
use crate::model::id::{BoundaryPath, Principal, RoleId};
use crate::model::key::AssignmentKey;
use crate::model::record::{Kind, RecordId};
use crate::model::role::Assignment;
use crate::operations::records;
use crate::store::{Access, Store};

/// Give or take a role at a boundary
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll assign person/jo-miller machine-operator --at femo/hawthorne\n  \
    keyroll unassign person/jo-miller machine-operator --at femo/hawthorne")]
pub struct Args {
    /// person/NAME, team/NAME or account/NAME
    #[arg(add = completion::principals())]
    principal: Principal,
    /// The role
    #[arg(add = completion::names(Kind::Role))]
    role: RoleId,
    /// Where it holds: at this boundary and below it; several with commas
    #[arg(long, required = true, value_name = "BOUNDARY", value_delimiter = ',', add = completion::names(Kind::Boundary))]
    at: Vec<BoundaryPath>,
}

impl Args {
    fn keys(&self) -> impl Iterator<Item = AssignmentKey> + '_ {
        self.at.iter().map(|at| AssignmentKey {
            principal: self.principal.clone(),
            role: self.role.clone(),
            at: Some(at.clone()),
        })
    }
}

/// Adds the assignments that are not there yet.
pub fn assign(args: Args, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    refuse_unknown(&args, &store)?;
    let mut changes = Vec::new();
    for key in args.keys() {
        if store
            .record(&RecordId::new(Kind::Assignment, &key))?
            .is_some()
        {
            context.out.note(format!(
                "{} already holds {} there",
                key.principal, key.role
            ));
            continue;
        }
        let body = Assignment {
            principal: key.principal.clone(),
            role: key.role.clone(),
            at: key.at.clone(),
        };
        changes.push(Change::create((key, body).into()));
    }
    commit(context, &mut store, &changes)?;
    for change in &changes {
        roll::remark(&change.id(), &store, context)?;
    }
    Ok(Status::Clean)
}

/// Takes the assignments out.
pub fn unassign(args: Args, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let mut changes = Vec::new();
    for key in args.keys() {
        let id = RecordId::new(Kind::Assignment, &key);
        let record = store.record(&id)?.ok_or_else(|| {
            let at = key.at.as_ref().map_or("", BoundaryPath::as_str);
            Failure::usage(format!(
                "{} is not assigned `{}` at `{at}` itself",
                key.principal, key.role
            ))
            .hint("a role is taken where it was given, and holds below it: `keyroll matrix roles` shows where")
        })?;
        changes.push(Change::remove(record));
    }
    commit(context, &mut store, &changes)
}

fn commit(context: &mut Context, store: &mut Store, changes: &[Change]) -> Outcome {
    if !changes.is_empty() {
        roll::commit(context, store, changes)?;
    }
    Ok(Status::Clean)
}

/// Names what is missing before the store would.
fn refuse_unknown(args: &Args, store: &Store) -> Result<(), Failure> {
    let (kind, name) = args.principal.parts();
    let kind: Kind = kind
        .parse()
        .expect("a principal is a person, team or account");
    let role = (Kind::Role, args.role.as_str());
    let boundaries = args.at.iter().map(|at| (Kind::Boundary, at.as_str()));
    for (kind, name) in [(kind, name), role].into_iter().chain(boundaries) {
        records::find(store, kind, name)?.ok_or_else(|| roll::unknown(kind, name, store))?;
    }
    Ok(())
}
