//! What procedures are carried out with, and what came of an entry.

use crate::lifecycle::operation::Came;
use crate::model::change::Change;
use crate::model::operation::Operation;
use crate::operations::procedure::Hands;
use crate::operations::secrets::Secrets;
use crate::provider::Surroundings;

/// What a procedure is carried out with.
pub struct Tools<'t, 's> {
    pub secrets: &'t mut Secrets<'s>,
    pub around: &'t Surroundings,
    pub hands: &'t mut dyn Hands,
    /// Somebody looked, and a create whose outcome is not known made nothing.
    pub made_nothing: bool,
}

/// What came of an entry, and what is committed with it.
pub struct Went {
    pub came: Came,
    pub note: Option<String>,
    pub millis: Option<u32>,
    /// The operation as the entry leaves it, beside its entries.
    pub after: Option<Operation>,
    pub more: Vec<Change>,
    /// Something that was withdrawn may still work.
    pub is_possibly_live: bool,
    /// An earlier attempt whose outcome was not known was found to have done nothing.
    pub is_settled: bool,
    /// It was only looked at: when it was tried stays as it was.
    pub is_look: bool,
}

impl Went {
    pub fn new(came: Came) -> Went {
        Went {
            came,
            note: None,
            millis: None,
            after: None,
            more: Vec::new(),
            is_possibly_live: false,
            is_settled: false,
            is_look: false,
        }
    }

    pub fn because(came: Came, why: impl Into<String>) -> Went {
        Went {
            note: Some(why.into()),
            ..Went::new(came)
        }
    }
}

/// What came of an entry, in a word and why.
pub fn told(came: &Came, why: &str) -> String {
    let word = match came {
        Came::Started => "started",
        Came::Done => "done",
        Came::Skipped => "nothing to do",
        Came::Failed => "failed",
        Came::Unknown => "not known",
        Came::Waits | Came::NotBegun => "waits",
    };
    match why {
        "" => word.to_owned(),
        why => format!("{word}: {why}"),
    }
}
