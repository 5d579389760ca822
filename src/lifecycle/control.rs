//! Whether a refusal proves that a version was taken away. A provider that refuses whoever asks, in an outage or once it has
//! shut our address out, refuses what works as well: so the version must have been accepted before, and something else still.

use crate::model::date::Timestamp;
use crate::model::id::AccountId;

/// What came of trying something else as a version was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// Another version of the account, which stays, is accepted.
    Version(u32),
    /// Whoever administers the environment is accepted.
    Admin(AccountId),
    /// What was accepted when all was well is not accepted now: its name.
    Refused(String),
    /// There is nothing that could be tried.
    Nothing,
}

/// What is known of the version that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// When it was last seen to be accepted.
    pub accepted: Option<Timestamp>,
    /// When what took it away was begun; none where nothing is known to have.
    pub taken: Option<Timestamp>,
}

/// What a refusal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The version is refused, and not everything is: beside what.
    Proven(String),
    /// Nothing now; it may later.
    Later(String),
    /// Nothing, however often it is looked at: somebody has to.
    Nothing(String),
}

/// What a refusal of a version proves beside its control.
pub fn verdict(number: u32, known: Known, control: Control) -> Verdict {
    let unseen = || {
        Verdict::Nothing(format!(
            "version {number} was not seen to be accepted before, so that its refusal proves nothing"
        ))
    };
    match control {
        Control::Refused(name) => Verdict::Later(format!(
            "{name} is not accepted either, so that its refusal proves nothing"
        )),
        // What the one may, the other may; but a value that was never the provider's is refused too.
        Control::Version(other) => match (known.accepted, known.taken) {
            (None, None) => unseen(),
            (Some(_), _) | (None, Some(_)) => {
                Verdict::Proven(format!("version {other} is accepted"))
            }
        },
        Control::Admin(id) => match known.accepted {
            Some(_) => Verdict::Proven(format!("account/{id} is accepted")),
            None => unseen(),
        },
        Control::Nothing => match (known.accepted, known.taken) {
            (None, _) => unseen(),
            (Some(_), None) => Verdict::Later(
                "nothing is known to have taken it away, and nothing else can be tried beside it"
                    .to_owned(),
            ),
            (Some(accepted), Some(taken)) if accepted >= taken => {
                Verdict::Proven("it was accepted just before".to_owned())
            }
            (Some(_), Some(_)) => Verdict::Nothing(format!(
                "version {number} was refused before anything took it away, and nothing else can be tried beside it"
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: i64) -> Option<Timestamp> {
        Some(Timestamp::from_unix(time))
    }

    fn is_proven(accepted: Option<Timestamp>, taken: Option<Timestamp>, control: &Control) -> bool {
        let verdict = verdict(3, Known { accepted, taken }, control.clone());
        matches!(verdict, Verdict::Proven(_))
    }

    #[test]
    fn where_everything_is_refused_nothing_is_proven() {
        let refused = Control::Refused("account/root".to_owned());
        for taken in [None, at(5)] {
            assert!(!is_proven(at(7), taken, &refused));
        }
    }

    #[test]
    fn what_was_never_accepted_is_not_proven_by_its_refusal() {
        for control in [Control::Admin("root".parse().unwrap()), Control::Nothing] {
            assert!(!is_proven(None, at(5), &control), "{control:?}");
        }
        // A test that another version passes is one that this one would have passed, had the provider known it.
        assert!(is_proven(None, at(5), &Control::Version(4)));
        assert!(!is_proven(None, None, &Control::Version(4)));
    }

    #[test]
    fn without_a_control_it_must_have_been_accepted_and_taken_away_since() {
        assert!(is_proven(at(7), at(5), &Control::Nothing));
        assert!(!is_proven(at(4), at(5), &Control::Nothing));
        assert!(!is_proven(at(7), None, &Control::Nothing));
        assert!(is_proven(
            at(4),
            None,
            &Control::Admin("root".parse().unwrap())
        ));
    }
}
