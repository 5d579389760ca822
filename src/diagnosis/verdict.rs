//! Verdicts and the grounds that they stand on, put into words.

use crate::model::date::Date;
use crate::model::diagnosis::{Cause, Ground, Source, Standing, Verdict};
use crate::model::finding::Finding;

/// Nothing else explains it.
pub(super) const CERTAIN: u8 = 9;
/// It alone would be enough.
pub(super) const STRONG: u8 = 7;
/// It fits, and so may something else.
pub(super) const FAIR: u8 = 5;
/// It is worth a look.
pub(super) const FAINT: u8 = 3;

pub(super) fn likely(cause: Cause, weight: u8, ground: Ground, next: impl Into<String>) -> Verdict {
    verdict(cause, Standing::Likely, weight, ground, Some(next.into()))
}

pub(super) fn unknown(cause: Cause, ground: Ground, next: impl Into<String>) -> Verdict {
    verdict(cause, Standing::Unknown, 0, ground, Some(next.into()))
}

pub(super) fn ruled_out(cause: Cause, ground: Ground) -> Verdict {
    verdict(cause, Standing::RuledOut, 0, ground, None)
}

fn verdict(
    cause: Cause,
    standing: Standing,
    weight: u8,
    ground: Ground,
    next: Option<String>,
) -> Verdict {
    Verdict {
        cause,
        standing,
        weight,
        grounds: vec![ground],
        next,
    }
}

impl Verdict {
    /// The same with one more ground, where there is one.
    pub(super) fn beside(mut self, ground: Option<Ground>) -> Verdict {
        self.grounds.extend(ground);
        self
    }
}

/// What the roll says.
pub(super) fn declared(text: impl Into<String>) -> Ground {
    ground(text, None, Source::Declared)
}

/// What happened, where it has a day.
pub(super) fn recorded(text: impl Into<String>, on: impl Into<Option<Date>>) -> Ground {
    ground(text, on.into(), Source::Recorded)
}

/// What was seen just now.
pub(super) fn probed(text: impl Into<String>, on: Date) -> Ground {
    ground(text, Some(on), Source::Probe)
}

/// What a rule finds.
pub(super) fn found(finding: &Finding) -> Ground {
    Ground {
        rule: Some(finding.rule),
        ..ground(&finding.message, None, Source::Rule)
    }
}

fn ground(text: impl Into<String>, on: Option<Date>, from: Source) -> Ground {
    Ground {
        text: text.into(),
        on,
        from,
        rule: None,
    }
}
