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
    /// Since when the operation is under way in which something may have taken it away; none where nothing can have.
    pub taken: Option<Timestamp>,
    /// Whether what took it away was answered as done.
    pub is_done: bool,
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
    let is_alone = control == Control::Nothing;
    let beside = match control {
        Control::Refused(name) => {
            return Verdict::Later(format!(
                "{name} is not accepted either, so that its refusal proves nothing"
            ));
        }
        // What the one may, the other may; but a value that was never the provider's is refused too.
        Control::Version(other) if known.accepted.or(known.taken).is_some() => {
            return Verdict::Proven(format!("version {other} is accepted"));
        }
        // A provider that is closed to all but its administrators refuses every other.
        Control::Version(_) | Control::Nothing => "it was accepted just before".to_owned(),
        Control::Admin(id) => format!("account/{id} is accepted"),
    };
    match (known.accepted, known.taken) {
        (None, _) => Verdict::Nothing(format!(
            "version {number} was not seen to be accepted before, so that its refusal proves nothing"
        )),
        (Some(_), None) => Verdict::Later(
            "nothing took it away since it was accepted, so that its refusal proves nothing"
                .to_owned(),
        ),
        (Some(accepted), Some(taken)) if accepted >= taken => match (is_alone, known.is_done) {
            (true, false) => Verdict::Later(
                "no step that takes it away was answered as done, and nothing can be tried beside it"
                    .to_owned(),
            ),
            (true, true) | (false, _) => Verdict::Proven(beside),
        },
        (Some(_), Some(_)) => Verdict::Nothing(format!(
            "version {number} was refused before anything took it away, so that its refusal proves nothing"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: i64) -> Option<Timestamp> {
        Some(Timestamp::from_unix(time))
    }

    fn is_proven(accepted: Option<Timestamp>, taken: Option<Timestamp>, control: &Control) -> bool {
        let known = |is_done| Known {
            accepted,
            taken,
            is_done,
        };
        let of = |is_done| {
            matches!(
                verdict(3, known(is_done), control.clone()),
                Verdict::Proven(_)
            )
        };
        // What is not known to be done proves less, and never more.
        assert!(of(true) || !of(false));
        assert!(*control != Control::Nothing || !of(false));
        of(true)
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
        assert!(is_proven(at(4), None, &Control::Version(4)));
    }

    #[test]
    fn beside_no_other_version_it_was_accepted_and_a_step_was_done_since() {
        for control in [Control::Admin("root".parse().unwrap()), Control::Nothing] {
            assert!(is_proven(at(7), at(5), &control), "{control:?}");
            // It was refused before anything was done about it.
            assert!(!is_proven(at(4), at(5), &control), "{control:?}");
            assert!(!is_proven(at(7), None, &control), "{control:?}");
        }
    }
}
