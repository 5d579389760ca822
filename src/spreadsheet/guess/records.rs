//! The guessed map as text: the records and facts that a row makes.

use super::account::{account, account_id};
use super::role::Role;
use super::text::Draft;
use super::word;
use crate::spreadsheet::headings::normalised;
use crate::spreadsheet::import::{key, quoted};
use crate::spreadsheet::survey::Seen;
use crate::spreadsheet::template::Filter;

/// What people write for all sites, normalised.
const ALL: &[&str] = &[
    "all",
    "alle",
    "global",
    "allsites",
    "allestandorte",
    "everywhere",
];

/// The longest name of a procedure; what is longer tells how.
const LONGEST_NAME: usize = 40;

pub fn write(draft: &mut Draft<'_>) {
    let assigns =
        draft.has(Role::Given) && draft.has(Role::Principal) && !draft.has(Role::Provider);
    if !assigns && !draft.has(Role::Account) && !draft.has(Role::Provider) {
        draft.missing.push(
            "no heading is known as that of a service account, a system or a role".to_owned(),
        );
        draft.line("\n# No heading is known as that of a service account, a system or a role.");
        return;
    }
    boundaries(draft);
    match assigns {
        true => assignments(draft),
        false => {
            providers(draft);
            procedures(draft);
            account(draft);
            facts(draft);
        }
    }
}

/// The only tenant of the sheet, as a name.
fn tenant(draft: &Draft<'_>) -> Option<String> {
    match &draft.seen(Role::Tenant)?.values[..] {
        [one] => Filter::Slug.apply(one),
        _ => None,
    }
}

/// Words that turn places that are no plain names into paths: `all`, `facility:berlin`.
pub fn place_words(draft: &Draft<'_>, seen: &Seen) -> Option<String> {
    let tenant = tenant(draft)?;
    let mut words: Vec<(String, String)> = Vec::new();
    for value in seen.values.iter().filter(|value| !word::is_nothing(value)) {
        let pair = match value.split_once(':') {
            Some((_, name)) if Filter::Slug.apply(name).as_ref() == Some(&tenant) => {
                (value.clone(), tenant.clone())
            }
            Some((kind, _)) if !kind.contains('*') => (format!("{kind}:*"), format!("{tenant}/*")),
            Some(_) => continue,
            None if ALL.contains(&normalised(value).as_str()) => (value.clone(), tenant.clone()),
            None => continue,
        };
        if !words.contains(&pair) {
            words.push(pair);
        }
    }
    if words.is_empty() {
        return None;
    }
    words.push(("*".to_owned(), format!("{tenant}/*")));
    let words: Vec<String> = words
        .iter()
        .map(|(word, means)| format!("{} = {}", key(word), quoted(means)))
        .collect();
    Some(format!("words = {{ {} }}", words.join(", ")))
}

/// The path of the place in a row.
pub(super) fn place(draft: &Draft<'_>, role: Role) -> Option<String> {
    let site = draft.value(role, "|path")?;
    let is_path = draft
        .seen(role)
        .is_some_and(|seen| place_words(draft, seen).is_some());
    Some(match draft.value(Role::Tenant, "|slug") {
        Some(tenant) if !is_path => format!("{tenant}/{site}"),
        _ => site,
    })
}

fn boundaries(draft: &mut Draft<'_>) {
    if let Some(id) = draft.value(Role::Tenant, "|slug") {
        draft.line("\n[[boundary]]");
        draft.key("id", &id);
        draft.key("kind", "tenant");
        draft.key_of("name", draft.value(Role::Tenant, "|title"));
    }
    let role = if draft.has(Role::Site) {
        Role::Site
    } else {
        Role::At
    };
    let Some(id) = place(draft, role) else {
        return;
    };
    draft.line("\n[[boundary]]");
    draft.key("id", &id);
    draft.key("kind", "site");
    let words = draft.seen(role).and_then(|seen| place_words(draft, seen));
    let is_prefixed = draft
        .seen(role)
        .is_some_and(|seen| seen.values.iter().any(|value| value.contains(':')));
    let filters = if is_prefixed { "|path" } else { "|raw|title" };
    draft.key_of("name", draft.value(role, filters));
    if let (Some(_), Some(tenant), Some(seen)) = (words, tenant(draft), draft.seen(role)) {
        let heading = key(&seen.place.heading);
        draft.line(&format!("unless = {{ {heading} = [{}] }}", quoted(&tenant)));
    }
}

fn providers(draft: &mut Draft<'_>) {
    if let Some(id) = draft.value(Role::Provider, "|slug") {
        draft.line("\n[[provider]]");
        draft.key("id", &id);
        draft.key_of("product", draft.value(Role::Provider, ""));
        draft.key_of("catalog", draft.value(Role::Provider, "|glossary"));
        let environment = draft.value(Role::Environment, "|slug");
        if let (Some(environment), Some(endpoint)) = (environment, draft.value(Role::Endpoint, ""))
        {
            let at = |key: &str| format!("environment.{}.{key}", quoted(&environment));
            draft.key(&at("endpoint"), &endpoint);
            draft.key_of(&at("hosting"), draft.value(Role::Hosting, ""));
            draft.key_of(&at("allowlist"), draft.value(Role::Allowlist, ""));
        }
    }
    if platform(draft) {
        draft.line("\n[[platform]]\nid = \"factverse\"\ncatalog = \"factverse\"");
    }
    if let Some(interval) = draft.value(Role::Interval, "") {
        draft.line("\n[[rotation]]");
        draft.key("id", &format!("every-{interval}"));
        draft.key("every", &interval);
    }
    for role in [Role::Business, Role::Technical, Role::Rotator] {
        owner(draft, role);
    }
}

/// Whether the scopes are said to be those of the one platform that we have a glossary of.
pub(super) fn platform(draft: &Draft<'_>) -> bool {
    let heading = draft
        .seen(Role::Scopes)
        .map(|seen| normalised(&seen.place.heading));
    heading.is_some_and(|name| name.starts_with("fv") || name.contains("factverse"))
}

/// Whether the values of a column are addresses, and whether they are teams.
fn people(draft: &Draft<'_>, role: Role) -> (bool, bool) {
    let values = draft
        .seen(role)
        .map(|seen| &seen.values[..])
        .unwrap_or_default();
    let is_team = |value: &String| {
        let value = value.to_lowercase();
        ["team", "group", "gruppe", "abteilung", "department"]
            .iter()
            .any(|word| value.contains(word))
    };
    let teams = !values.is_empty() && values.iter().all(is_team);
    (values.iter().any(|value| value.contains('@')), teams)
}

/// The principal that a column names.
pub(super) fn principal(draft: &Draft<'_>, role: Role) -> Option<String> {
    let (has_address, is_team) = people(draft, role);
    let filters = if has_address { "|local|slug" } else { "|slug" };
    let kind = if is_team { "team" } else { "person" };
    Some(format!("{kind}/{}", draft.value(role, filters)?))
}

/// The person or team that a column names.
fn owner(draft: &mut Draft<'_>, role: Role) {
    let Some(principal) = principal(draft, role) else {
        return;
    };
    let (has_address, _) = people(draft, role);
    let (kind, id) = principal.split_once('/').unwrap_or_default();
    draft.line(&format!("\n[[{kind}]]"));
    draft.key("id", id);
    let filters = if has_address {
        "|local|title"
    } else {
        "|title"
    };
    draft.key_of("name", draft.value(role, filters));
    if kind == "person" {
        if has_address {
            draft.key_of("email", draft.value(role, ""));
        }
        draft.key_of("tenant", draft.value(Role::Tenant, "|slug"));
    }
}

/// The name of a procedure: what its column says, or where that tells how, the account's.
pub(super) fn procedure(draft: &Draft<'_>, role: Role) -> Option<(String, bool)> {
    let values = &draft.seen(role)?.values;
    let tells = values
        .iter()
        .any(|value| value.chars().count() > LONGEST_NAME || value.contains('\n'));
    let id = match tells {
        true => format!("{}-{role}", account_id(draft)),
        false => draft.value(role, "|slug")?,
    };
    Some((id, tells))
}

fn procedures(draft: &mut Draft<'_>) {
    for role in [Role::Rotate, Role::Revoke] {
        let Some((id, tells)) = procedure(draft, role) else {
            continue;
        };
        draft.line("\n[[procedure]]");
        draft.key("id", &id);
        draft.key("kind", role.as_str());
        if tells {
            draft.key_of("step", draft.value(role, ""));
            let heading = draft.seen(role).map(|seen| key(&seen.place.heading));
            draft.line(&format!(
                "unless = {{ {} = [\"\"] }}",
                heading.unwrap_or_default()
            ));
        }
    }
    if let Some(id) = draft.value(Role::Consumers, "|slug") {
        draft.line("\n[[consumer]]");
        draft.key("id", &id);
    }
}

fn assignments(draft: &mut Draft<'_>) {
    owner(draft, Role::Principal);
    draft.line("\n[[role]]");
    draft.key_of("id", draft.value(Role::Given, "|slug"));
    draft.key_of("tenant-role", draft.value(Role::Family, "|slug"));
    draft.line("\n[[assignment]]");
    draft.key_of("principal", principal(draft, Role::Principal));
    draft.key_of("role", draft.value(Role::Given, "|slug"));
    let role = if draft.has(Role::At) {
        Role::At
    } else {
        Role::Site
    };
    draft.key_of("at", place(draft, role));
}

fn facts(draft: &mut Draft<'_>) {
    let account = account_id(draft);
    let current = draft
        .value(Role::Rotated, "")
        .or_else(|| draft.value(Role::Issued, ""));
    let first = draft
        .value(Role::Issued, "")
        .filter(|_| draft.has(Role::Rotated));
    let rotated = draft
        .seen(Role::Rotated)
        .map(|seen| key(&seen.place.heading))
        .unwrap_or_default();
    for (day, condition) in [
        (current, None),
        (first, Some(format!("when = {{ {rotated} = [\"\"] }}"))),
    ] {
        let Some(day) = day else { continue };
        draft.line("\n[[fact]]\nfact = \"issued\"\nversion = 1");
        draft.key("account", &account);
        draft.key("on", &day);
        draft.key_of("expires", draft.value(Role::Expires, ""));
        condition.iter().for_each(|line| draft.line(line));
    }
    if let Some(day) = draft.value(Role::Seen, "") {
        draft.line("\n[[fact]]\nfact = \"seen\"");
        draft.key("account", &account);
        draft.key("on", &day);
    }
    if let (Some(day), Some((procedure, _))) = (
        draft.value(Role::Drilled, ""),
        procedure(draft, Role::Revoke),
    ) {
        draft.line("\n[[fact]]\nfact = \"drill\"\nresult = \"pass\"");
        draft.key("procedure", &procedure);
        draft.key("account", &account);
        draft.key("on", &day);
    }
}
