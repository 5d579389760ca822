//! Which people an actor of the audit trail may be. Nobody is recognised by likeness: a person's logins say it, or nothing.

use std::collections::BTreeMap;

use crate::model::event;
use crate::model::id::PersonId;
use crate::model::party::Person;

/// The names that an actor goes by: of `import-job (anna)` the whole, what `KEYROLL_ACTOR` said, and the OS user.
fn names(actor: &str) -> impl Iterator<Item = &str> {
    let (said, user) = event::parts(actor);
    [Some(actor), said, Some(user)].into_iter().flatten()
}

/// Whether an actor may be this person.
pub fn is(person: &Person, actor: &str) -> bool {
    names(actor).any(|name| person.login.iter().any(|login| login.as_str() == name))
}

/// Everybody whom an actor may be.
pub fn people<'a>(people: &'a BTreeMap<PersonId, Person>, actor: &str) -> Vec<&'a PersonId> {
    let found = people.iter().filter(|(_, person)| is(person, actor));
    found.map(|(id, _)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(login: &[&str]) -> Person {
        serde_json::from_value(serde_json::json!({ "name": "Anna", "login": login })).unwrap()
    }

    #[test]
    fn an_actor_is_known_by_the_os_user_and_by_what_was_said() {
        let anna = person(&["anna", "a.berg"]);
        for actor in ["anna", "import-job (anna)", "a.berg (svc)", "x (y) (anna)"] {
            assert!(is(&anna, actor), "{actor}");
        }
        for actor in [
            "ann",
            "Anna",
            "anna-b",
            "(anna)",
            "anna) (svc)",
            "job (anna) ",
            "",
        ] {
            assert!(!is(&anna, actor), "{actor}");
        }
        assert!(!is(&person(&[]), ""));
    }

    #[test]
    fn an_actor_may_be_several_people() {
        let all = BTreeMap::from([
            ("anna".parse().unwrap(), person(&["anna"])),
            ("jo".parse().unwrap(), person(&["shared", "jo"])),
            ("max".parse().unwrap(), person(&["shared"])),
        ]);
        let found = |actor: &str| {
            let found = people(&all, actor);
            found.iter().map(|id| id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(found("anna (jo)"), ["anna", "jo"]);
        assert_eq!(found("shared"), ["jo", "max"]);
        assert_eq!(found("nobody"), [""; 0]);
    }
}
