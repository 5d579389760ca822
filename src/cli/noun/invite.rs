//! `keyroll person invite|accept|revoke-invite`: somebody who is invited has no access until they have accepted. The
//! record is committed first; then the hook of the user's own configuration is told, or the text to send is printed.

mod standing;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::noun::fields;
use crate::cli::{asking, hook, roll};
use crate::lifecycle::invitation::{self, Invited, NoInvitation};
use crate::manifest;
use crate::model::change::Change;
use crate::model::date::Date;
use crate::model::hook::Letter;
use crate::model::id::PersonId;
use crate::model::party::{Invitation, Person};
use crate::model::record::{Kind, Record, RecordId};
use crate::operations::hook::Hook;
use crate::operations::invitations::{self, Around, Message, Promised};
use crate::operations::records;
use crate::report::{self, Format, escape};
use crate::store::{Access, Store};

pub use standing::{list, standing, stored};

/// How a message can be printed.
const FORMATS: &[Format] = &[Format::Table, Format::Json, Format::Jsonl];

/// The verbs that a person has beside those of every noun.
pub fn commands() -> [Command; 3] {
    let name = || {
        Arg::new("name")
            .value_name("NAME")
            .required(true)
            .help("The person's name in the roll")
            .add(completion::names(Kind::Person))
    };
    let invite = Command::new("invite")
        .about("Invite a person, or send the invitation again: no access until it is accepted")
        .after_help(
            "Examples:\n  keyroll person invite jo-miller 'name=Jo Miller' email=jo.miller@femo.example tenant=femo\n  \
             keyroll person invite jo-miller --until 2026-12-31",
        )
        .arg(name())
        .arg(
            Arg::new("fields")
                .value_name("FIELD=VALUE")
                .num_args(0..)
                .action(ArgAction::Append)
                .help("Fields of the person, as `person add` and `person set` take them"),
        )
        .arg(
            Arg::new("until")
                .long("until")
                .value_name("DATE")
                .value_parser(clap::value_parser!(Date))
                .help("The last day on which it can be accepted"),
        );
    let accept = Command::new("accept")
        .about("Record that a person has accepted the invitation: from now on the roles hold")
        .after_help("Example:\n  keyroll person accept jo-miller")
        .arg(name());
    let revoke = Command::new("revoke-invite")
        .about("Revoke an invitation that is not accepted yet")
        .after_help("Example:\n  keyroll person revoke-invite jo-miller --reason 'wrong address'")
        .arg(name());
    [invite, accept, revoke]
}

/// A person as the store has them, and how the invitation stands.
struct Found {
    id: PersonId,
    person: Record,
    invitation: Option<Invitation>,
}

impl Found {
    fn of(name: &str, store: &Store) -> Result<Option<Found>, Failure> {
        let Some(person) = records::find(store, Kind::Person, name)? else {
            return Ok(None);
        };
        let id = name.parse().map_err(Failure::usage)?;
        let invitation = stored(&person, store)?;
        Ok(Some(Found {
            id,
            person,
            invitation,
        }))
    }

    /// The invitation as it was found.
    fn before(&self) -> Option<Record> {
        let invitation = self.invitation.clone()?;
        Some(Record::from((self.id.clone(), invitation)))
    }

    fn invited(&self) -> Invited<'_> {
        Invited {
            person: body(&self.person),
            invitation: self.invitation.as_ref(),
            is_new: false,
        }
    }
}

fn body(record: &Record) -> &Person {
    let Record::Person(_, person) = record else {
        unreachable!("a record that is found by its kind is of it");
    };
    person
}

/// Adds the person where there is none, and invites them.
pub fn invite(
    name: &str,
    words: &[String],
    arguments: &ArgMatches,
    context: &mut Context,
) -> Outcome {
    context.format_of(FORMATS)?;
    let until = arguments.get_one::<Date>("until").copied();
    let mut store = context.open(Access::Write)?;
    let found = Found::of(name, &store)?;
    let id = RecordId {
        kind: Kind::Person,
        name: name.into(),
    };
    if !manifest::is_name(&id) {
        let shown = name.escape_debug();
        return Err(
            Failure::usage(format!("`{shown}` cannot be the name of a person"))
                .hint("names are lower case letters, digits and `-`"),
        );
    }
    let old = found.as_ref().map(|found| found.person.clone());
    let value = old
        .as_ref()
        .map_or_else(|| serde_json::json!({}), Record::to_value);
    let person = fields::record(&id, fields::assign(value, words)?)?;
    let before = found.and_then(|found| found.invitation);
    let invited = Invited {
        person: body(&person),
        invitation: before.as_ref(),
        is_new: old.is_none(),
    };
    let after = invitation::invite(invited, until, context.today())
        .map_err(|why| refused(name, Letter::Invite, &why))?;
    let hook = hook::of(Letter::Invite.into(), context)?;

    let mut changes: Vec<Change> = match old {
        None => vec![Change::create(person.clone())],
        Some(old) if old == person => Vec::new(),
        Some(old) => vec![Change::update(old, person.clone())],
    };
    let found = Found {
        id: name.parse().map_err(Failure::usage)?,
        person,
        invitation: before,
    };
    let around = commit(
        &mut changes,
        &found,
        &after,
        hook.as_ref(),
        &mut store,
        context,
    )?;
    tell(Letter::Invite, &found, &after, &around, hook, context)?;
    let next = format!("keyroll person accept {name}");
    context.out.note(format!(
        "{id}: the invitation is {}; no access before `{next}`",
        standing(&after, context.today())
    ));
    roll::remark(&id, &store, context)?;
    Ok(Status::Clean)
}

/// Records that somebody has accepted.
pub fn accept(name: &str, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let found = Found::of(name, &store)?.ok_or_else(|| nobody(name, &store))?;
    let after = invitation::accept(found.invited(), context.today())
        .map_err(|why| refused_acceptance(name, &why))?;
    if found.invitation.as_ref() == Some(&after) {
        context.out.note("no change");
        return Ok(Status::Clean);
    }
    let around = commit(&mut Vec::new(), &found, &after, None, &mut store, context)?;
    let (roles, left_out) = around.roles(&found.id);
    asking::warn_of_tangles(left_out, context);
    match roles.is_empty() {
        true => context.out.note(format!(
            "person/{name} has access now, and no role is assigned: keyroll assign person/{name} ROLE --at BOUNDARY"
        )),
        false => list_roles(&format!("person/{name} holds from now on"), &roles, context),
    }
    if let Some(before) = found.before() {
        roll::remark_new(before, &store, context)?;
    }
    Ok(Status::Clean)
}

/// Revokes an invitation that is pending.
pub fn revoke(name: &str, context: &mut Context) -> Outcome {
    context.format_of(FORMATS)?;
    let mut store = context.open(Access::Write)?;
    let found = Found::of(name, &store)?.ok_or_else(|| nobody(name, &store))?;
    let after = invitation::revoke(found.invited(), context.today())
        .map_err(|why| refused(name, Letter::RevokeInvite, &why))?;
    let hook = hook::of(Letter::RevokeInvite.into(), context)?;
    let around = commit(
        &mut Vec::new(),
        &found,
        &after,
        hook.as_ref(),
        &mut store,
        context,
    )?;
    let (roles, left_out) = around.roles(&found.id);
    asking::warn_of_tangles(left_out, context);
    if !roles.is_empty() {
        let still = format!("still assigned to person/{name}, and giving nothing");
        list_roles(&still, &roles, context);
    }
    tell(Letter::RevokeInvite, &found, &after, &around, hook, context)?;
    if let Some(before) = found
        .before()
        .filter(|_| found.invitation.as_ref() != Some(&after))
    {
        roll::remark_new(before, &store, context)?;
    }
    Ok(Status::Clean)
}

/// Commits the invitation behind other changes, and gives what stands around it then.
fn commit(
    changes: &mut Vec<Change>,
    found: &Found,
    after: &Invitation,
    hook: Option<&Hook>,
    store: &mut Store,
    context: &mut Context,
) -> Result<Around, Failure> {
    let before = found.invitation.as_ref();
    let (change, note) = invitations::changes(before, &found.id, after, hook);
    changes.extend(change);
    let notes: Vec<_> = note.into_iter().collect();
    if changes.is_empty() {
        context.out.note("the invitation stands as it was");
    }
    if !changes.is_empty() || !notes.is_empty() {
        roll::commit_with(context, store, changes, &notes)?;
    }
    Ok(Around::read(store)?)
}

/// Tells the hook, or prints what somebody is to be told.
fn tell(
    event: Letter,
    found: &Found,
    after: &Invitation,
    around: &Around,
    hook: Option<Hook>,
    context: &mut Context,
) -> Result<(), Failure> {
    let by = context.actor()?;
    let message = Message {
        event,
        id: &found.id,
        person: body(&found.person),
        invitation: after,
        by: &by,
        around,
    };
    if event == Letter::Invite {
        asking::warn_of_tangles(around.roles(&found.id).1, context);
    }
    let Some(hook) = hook else {
        context.out.note(format!(
            "no hook on-{event} is configured: send it yourself"
        ));
        let shown = match context.format_of(FORMATS)? {
            Format::Json => report::json::pretty(&message.value()),
            Format::Jsonl => report::json::line(&message.value()),
            Format::Table | Format::Csv | Format::Tsv | Format::Md | Format::Html => {
                escape::lines(&message.text())
            }
        };
        return context.out.data(&shown);
    };
    hook.tell(&message.value()).map_err(|error| {
        let name = &found.id;
        let (stands, again) = match event {
            Letter::Invite => ("the invitation stands", "invite"),
            Letter::RevokeInvite => ("the invitation is revoked", "revoke-invite"),
        };
        Failure::new(format!("{stands}, and the message was not sent: {error}"))
            .hint(format!("`keyroll person {again} {name}` sends it again"))
    })?;
    context.out.note(format!("sent by the hook on-{event}"));
    Ok(())
}

fn list_roles(title: &str, roles: &[Promised], context: &mut Context) {
    context.out.note(format!("{title}:"));
    for role in roles {
        context.out.note(format!("  {role}"));
    }
}

fn nobody(name: &str, store: &Store) -> Failure {
    roll::unknown(Kind::Person, name, store)
}

/// Why somebody is not invited, or the invitation not revoked, with the way out.
fn refused(name: &str, event: Letter, why: &NoInvitation) -> Failure {
    let failure = Failure::refused(format!("person/{name} {why}; nothing was changed"));
    let has_access = match event {
        Letter::Invite => {
            format!("`keyroll assign person/{name} ROLE --at BOUNDARY` gives more")
        }
        Letter::RevokeInvite => format!(
            "take the roles with `keyroll unassign`, or all of it: keyroll person set {name} left=DATE"
        ),
    };
    failure.hint(match why {
        NoInvitation::NeverInvited | NoInvitation::Accepted(_) => has_access,
        NoInvitation::Left(_) => {
            format!("if they are back: keyroll person set {name} left=")
        }
        NoInvitation::Revoked(_) => format!("invite anew: keyroll person invite {name}"),
        NoInvitation::Ended(_) => {
            format!("give it a new end: keyroll person invite {name} --until DATE")
        }
        NoInvitation::PastUntil { .. } => "--until takes today or a later day".to_owned(),
        NoInvitation::NoEmail => format!("keyroll person invite {name} email=NAME@HOST"),
        NoInvitation::BadEmail => {
            "an email is one address, NAME@HOST, without a title, blanks or a second one".to_owned()
        }
    })
}

/// Why an invitation is not accepted, with the way out.
fn refused_acceptance(name: &str, why: &NoInvitation) -> Failure {
    if *why == NoInvitation::NeverInvited {
        let refused = format!("person/{name} {why}; nothing was changed");
        return Failure::refused(refused).hint("there is nothing to accept");
    }
    refused(name, Letter::Invite, why)
}
