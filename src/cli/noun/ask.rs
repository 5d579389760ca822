//! Asks at a terminal for what a new record still needs.

use std::fmt::Display;
use std::str::FromStr;

use serde_json::Value;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::noun::fields;
use crate::model::access::Level;
use crate::model::credential::SecretPlace;
use crate::model::date::{Date, Span};
use crate::model::id::Name;
use crate::model::record::{Kind, Record};
use crate::operations::records;
use crate::store::Store;

/// One question: the field it fills, its words, and whether it may stay unanswered.
struct Question {
    field: &'static str,
    words: &'static str,
    required: bool,
    /// Where the possible answers come from.
    choices: Choices,
}

enum Choices {
    Free,
    /// What this says is wrong with an answer is said at once, and the question asked again.
    Like(fn(&str) -> Result<(), String>),
    /// The environments of the provider that was named.
    Environments,
    Names(Kind),
    /// `person/NAME` and `team/NAME`.
    Owners,
    Words(Vec<&'static str>),
}

/// The fields that a new record of a kind must be given.
pub fn needed(kind: Kind) -> impl Iterator<Item = &'static str> {
    let questions = questions(kind).into_iter();
    questions
        .filter(|question| question.required)
        .map(|question| question.field)
}

/// The questions of a kind. What else a record may hold, `set` and `edit` add.
fn questions(kind: Kind) -> Vec<Question> {
    use Choices::{Environments, Free, Like, Names, Owners, Words};
    let ask = |field, words, required, choices| Question {
        field,
        words,
        required,
        choices,
    };
    let levels = Level::ALL.iter().map(|level| level.as_str()).collect();
    match kind {
        Kind::Account => vec![
            ask("provider", "Provider", true, Names(Kind::Provider)),
            ask("environment", "Environment", true, Environments),
            ask(
                "workflow",
                "Workflow, in one word",
                true,
                Like(like::<Name>),
            ),
            ask("level", "Access level", true, Words(levels)),
            ask(
                "boundary",
                "Boundary where it may act; several with commas",
                true,
                Names(Kind::Boundary),
            ),
            ask("purpose", "Purpose, in a sentence", false, Free),
            ask("owner.business", "Business owner", false, Owners),
            ask("owner.technical", "Technical owner", false, Owners),
            ask(
                "permissions",
                "Provider permissions, with commas",
                false,
                Free,
            ),
            ask("platform", "Platform", false, Names(Kind::Platform)),
            ask("scopes", "Platform scopes, with commas", false, Free),
            ask(
                "expires",
                "Last day (2027-03-31)",
                false,
                Like(like::<Date>),
            ),
            ask("rotation", "Rotation policy", false, Names(Kind::Rotation)),
            ask(
                "revoke",
                "Procedure that revokes it",
                false,
                Names(Kind::Procedure),
            ),
            ask(
                "credential.kind",
                "Credential",
                false,
                Words(vec![
                    "api-key",
                    "basic",
                    "oauth2-client",
                    "bearer-token",
                    "certificate",
                    "database-password",
                ]),
            ),
            ask(
                "credential.store",
                "Where its secret lives (age, keyring, vault:PATH ...)",
                false,
                Like(like::<SecretPlace>),
            ),
        ],
        Kind::Person => vec![
            ask("name", "Name", true, Free),
            ask("email", "Email", false, Free),
        ],
        Kind::Team => vec![
            ask("name", "Name", true, Free),
            ask(
                "members",
                "Members, with commas",
                false,
                Names(Kind::Person),
            ),
        ],
        Kind::Boundary => vec![
            ask(
                "kind",
                "Kind",
                true,
                Words(vec![
                    "tenant",
                    "service-organisation",
                    "facility",
                    "site",
                    "building",
                    "area",
                    "machine",
                    "asset",
                    "asset-group",
                    "folder",
                    "dataset",
                ]),
            ),
            ask("name", "Name", true, Free),
        ],
        Kind::Rotation => vec![
            ask("every", "Rotate every (60d, 12w)", true, Like(like::<Span>)),
            ask(
                "overlap",
                "Overlap of old and new (24h)",
                false,
                Like(like::<Span>),
            ),
        ],
        Kind::Procedure => vec![ask(
            "kind",
            "Kind",
            true,
            Words(vec!["rotate", "revoke", "rollback"]),
        )],
        Kind::Provider => vec![ask(
            "catalog",
            "Glossary (keyroll catalog list)",
            false,
            Free,
        )],
        Kind::Platform => vec![ask(
            "catalog",
            "Glossary (keyroll catalog list)",
            false,
            Free,
        )],
        Kind::Role => vec![
            ask("catalog", "Glossary (keyroll catalog list)", false, Free),
            ask("permissions", "Permissions, with commas", false, Free),
        ],
        Kind::Consumer => vec![ask("host", "Host", false, Free)],
        Kind::Organisation
        | Kind::Catalog
        | Kind::Approval
        | Kind::Assignment
        | Kind::Decision
        | Kind::ResidualRisk
        | Kind::Waiver
        | Kind::Assertion
        | Kind::Invitation
        | Kind::Version
        | Kind::Fact
        | Kind::Operation
        | Kind::StoreKey
        | Kind::Recipient
        | Kind::Sealed => Vec::new(),
    }
}

/// Whether an answer is a `T`; else what is wrong with it.
fn like<T: FromStr<Err: Display>>(answer: &str) -> Result<(), String> {
    answer
        .parse::<T>()
        .map(|_| ())
        .map_err(|error| error.to_string())
}

/// Fields that hold a list.
const LISTS: &[&str] = &["boundary", "permissions", "scopes", "members", "teams"];

/// Asks for the record's name.
///
/// # Errors
/// When the input ends.
pub fn name(kind: Kind, context: &mut Context) -> Result<String, Failure> {
    loop {
        let answer = context
            .out
            .ask(&format!("Name of the {kind}: "))?
            .ok_or_else(ended)?;
        if !answer.is_empty() {
            return Ok(answer);
        }
    }
}

/// Asks for what the value does not hold yet.
///
/// # Errors
/// When the input ends before the last answer that is needed.
pub fn missing(
    kind: Kind,
    record: &mut Value,
    store: &Store,
    context: &mut Context,
) -> Result<(), Failure> {
    for question in questions(kind) {
        let held = question
            .field
            .split('.')
            .try_fold(&*record, |value, key| value.get(key))
            .is_some();
        if held {
            continue;
        }
        // Where there is no credential, there is no place for its secret.
        if question.field == "credential.store" && record.get("credential").is_none() {
            continue;
        }
        let choices = choices(&question.choices, record, store)?;
        let answer = answer(&question, &choices, context)?;
        if !answer.is_empty() {
            let sign = if LISTS.contains(&question.field) {
                "+="
            } else {
                "="
            };
            *record = fields::assign(
                record.take(),
                &[format!("{}{sign}{answer}", question.field)],
            )?;
        }
    }
    Ok(())
}

fn answer(
    question: &Question,
    choices: &[String],
    context: &mut Context,
) -> Result<String, Failure> {
    if (1..=20).contains(&choices.len()) {
        context
            .out
            .note(format!("  one of: {}", choices.join(", ")));
    }
    let skip = if question.required {
        ""
    } else {
        " [enter: none]"
    };
    loop {
        let answer = context
            .out
            .ask(&format!("{}{skip}: ", question.words))?
            .ok_or_else(ended)?;
        if answer.is_empty() {
            if question.required {
                continue;
            }
            return Ok(answer);
        }
        if let Choices::Like(wrong) = question.choices
            && let Err(message) = wrong(&answer)
        {
            context.out.note(format!("  {message}"));
            continue;
        }
        let unknown = answer
            .split(',')
            .map(str::trim)
            .find(|part| !choices.is_empty() && !choices.iter().any(|c| c == part));
        match unknown {
            None => return Ok(answer),
            Some(part) => {
                let near = crate::catalog::nearest(part, choices.iter().map(String::as_str));
                let hint = near.map_or(String::new(), |near| format!(": did you mean `{near}`?"));
                context.out.note(format!("  there is no `{part}`{hint}"));
            }
        }
    }
}

fn choices(choices: &Choices, record: &Value, store: &Store) -> Result<Vec<String>, Failure> {
    Ok(match choices {
        Choices::Free | Choices::Like(_) => Vec::new(),
        Choices::Environments => {
            let provider = record["provider"].as_str().unwrap_or_default();
            match records::find(store, Kind::Provider, provider)? {
                Some(Record::Provider(_, provider)) => provider
                    .environment
                    .keys()
                    .map(|name| name.to_string())
                    .collect(),
                _ => Vec::new(),
            }
        }
        Choices::Words(words) => words.iter().map(|word| (*word).to_owned()).collect(),
        Choices::Names(kind) => store.names(*kind)?,
        Choices::Owners => {
            let people = store
                .names(Kind::Person)?
                .into_iter()
                .map(|name| format!("person/{name}"));
            let teams = store
                .names(Kind::Team)?
                .into_iter()
                .map(|name| format!("team/{name}"));
            people.chain(teams).collect()
        }
    })
}

fn ended() -> Failure {
    Failure::refused("the input ended before the record was complete; nothing was changed")
}
