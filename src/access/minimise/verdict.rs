//! Why an entitlement stays with an account, or goes.

use std::fmt;

use crate::model::access::{ActionClass, Effect, Requirement};

/// What becomes of an entitlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    Keep(Keep<'a>),
    Cut(Cut<'a>),
    /// It stands in place of a wildcard that goes: the level requires it, and only the wildcard gave it.
    Add,
}

/// Why it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep<'a> {
    /// The least-privilege map requires it.
    Required(&'a Requirement),
    /// The level lists the scope.
    OfLevel,
    /// An approval that holds names it.
    Approved,
    /// An assertion expects it.
    Asserted,
    /// Without it nothing of the list would carry the action.
    Carries(ActionClass),
    /// It fits the level, and nothing says what the level needs of this glossary.
    Fits(Effect),
    /// No glossary says what it does.
    Unknown,
    /// A wildcard, and nothing says what the level needs in its place.
    Wildcard,
}

/// Why it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut<'a> {
    Duplicate,
    /// The map forbids it.
    Forbidden(&'a Requirement),
    /// Its effect is beyond the level.
    Beyond(Effect),
    Wildcard,
    /// The map allows it with an approval that names it, and none does that holds.
    Unapproved(&'a Requirement),
    /// It takes data out, and no approval that holds names it.
    Egress,
    /// The map has it as optional, and neither an approval nor an assertion asks for it.
    Optional(&'a Requirement),
    /// It fits the level, which names what it needs, and this is not among it.
    Unneeded(Effect),
    /// It was never seen in use.
    Unused,
}

impl Verdict<'_> {
    /// `keep`, `drop` or `add`.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Keep(_) => "keep",
            Verdict::Cut(_) => "drop",
            Verdict::Add => "add",
        }
    }

    /// The reason as a word, for programs.
    pub fn reason(self) -> &'static str {
        match self {
            Verdict::Add => "required",
            Verdict::Keep(keep) => match keep {
                Keep::Required(_) => "required",
                Keep::OfLevel => "of-level",
                Keep::Approved => "approved",
                Keep::Asserted => "asserted",
                Keep::Carries(_) => "carries-action",
                Keep::Fits(_) => "fits",
                Keep::Unknown => "unknown",
                Keep::Wildcard => "wildcard",
            },
            Verdict::Cut(cut) => match cut {
                Cut::Duplicate => "duplicate",
                Cut::Forbidden(_) => "forbidden",
                Cut::Beyond(_) => "beyond-level",
                Cut::Wildcard => "wildcard",
                Cut::Unapproved(_) => "unapproved",
                Cut::Egress => "egress",
                Cut::Optional(_) => "optional",
                Cut::Unneeded(_) => "unneeded",
                Cut::Unused => "unused",
            },
        }
    }
}

impl Cut<'_> {
    /// Whether the level may not have it at all, so that no other need can keep it.
    pub fn is_refused(self) -> bool {
        match self {
            Cut::Forbidden(_)
            | Cut::Beyond(_)
            | Cut::Wildcard
            | Cut::Unapproved(_)
            | Cut::Egress => true,
            Cut::Duplicate | Cut::Optional(_) | Cut::Unneeded(_) | Cut::Unused => false,
        }
    }
}

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Keep(keep) => keep.fmt(f),
            Verdict::Cut(cut) => cut.fmt(f),
            Verdict::Add => f.write_str("the level requires it, and only the wildcard gave it"),
        }
    }
}

impl fmt::Display for Keep<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Keep::Required(line) => write!(f, "required: {}", line.why),
            Keep::OfLevel => f.write_str("a scope of the level"),
            Keep::Approved => f.write_str("an approval names it"),
            Keep::Asserted => f.write_str("an assertion expects it"),
            Keep::Carries(class) => write!(f, "without it nothing here allows {class}"),
            Keep::Fits(effect) => {
                write!(f, "{effect} fits the level, and nothing says what it needs")
            }
            Keep::Unknown => f.write_str("no glossary says what it does: look at it by hand"),
            Keep::Wildcard => f.write_str("a wildcard: write out what is needed by hand"),
        }
    }
}

impl fmt::Display for Cut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cut::Duplicate => f.write_str("stands above already"),
            Cut::Forbidden(line) => write!(f, "forbidden: {}", line.why),
            Cut::Beyond(effect) => write!(f, "beyond the level: {effect}"),
            Cut::Wildcard => f.write_str("a wildcard: the level is given by name"),
            Cut::Unapproved(line) => {
                write!(f, "no approval that holds names it: {}", line.why)
            }
            Cut::Egress => f.write_str("takes data out, and no approval that holds names it"),
            Cut::Optional(line) => write!(f, "optional, and nothing asks for it: {}", line.why),
            Cut::Unneeded(effect) => {
                write!(f, "{effect} fits the level, which does not need it")
            }
            Cut::Unused => f.write_str("never seen in use"),
        }
    }
}
