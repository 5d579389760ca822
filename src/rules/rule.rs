//! What a rule is: an id, a severity, words that explain it, and one function.

use crate::model::access::words;
use crate::model::finding::{POSSIBLY_LIVE, Severity};
use crate::rules::facts::Facts;
use crate::rules::findings::Findings;

words! {
    /// What a rule needs to see.
    RuleKind {
        /// What is declared is enough.
        Static = "static",
        /// It needs what has happened, which only the store knows.
        State = "state",
        /// It needs what the other rules found, for it judges what accepts that: waivers, the baseline. It runs last, and
        /// cannot be waived itself.
        Found = "found",
    }
}

/// One rule of the book. Each stands in the file of its id.
pub struct Rule {
    /// Kebab-case and stable: in findings, waivers, configuration, documents, fixtures.
    pub id: &'static str,
    /// Its findings' severity, unless a finding says otherwise or the configuration overrides it.
    pub severity: Severity,
    pub kind: RuleKind,
    /// What it finds, in one line without a full stop.
    pub summary: &'static str,
    /// What, why, how to fix, a bad and a good example, the source: Markdown.
    pub explain: &'static str,
    pub check: fn(&Facts<'_>, &mut Findings),
}

impl Rule {
    /// Whether it judges waivers, or the baseline. Such a rule runs last, and cannot be waived.
    pub fn is_about_waivers(&self) -> bool {
        match self.kind {
            RuleKind::Found => true,
            RuleKind::Static | RuleKind::State => false,
        }
    }

    /// Whether it is judged whatever is left out, waived or known: nothing may silence that a secret is possibly live.
    pub fn is_always_told(&self) -> bool {
        self.id == POSSIBLY_LIVE
    }

    /// Whether a waiver accepts what it finds.
    pub fn can_be_waived(&self) -> bool {
        !self.is_about_waivers() && !self.is_always_told()
    }
}
