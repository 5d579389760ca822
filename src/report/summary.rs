//! How many findings there are, in figures and in words.

use crate::model::finding::Severity;

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Of the errors, those by which a secret is possibly live: told first, and among them.
    pub possibly_live: usize,
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
    /// Accepted by a waiver, and not among the others.
    pub waived: usize,
    /// In the baseline, and not among the others.
    pub baselined: usize,
}

impl Counts {
    pub fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => self.infos += 1,
        }
    }

    /// `2 errors, 1 warning in 5 files; 3 waived`, behind `possibly live: 1; ` where that is so: what was found, in what, where that is to be told, and what of it is
    /// accepted. No line feed.
    pub fn line(&self, among: Option<&str>) -> String {
        let mut found = self.found();
        if self.possibly_live > 0 {
            found = format!("possibly live: {}; {found}", self.possibly_live);
        }
        let found = among.map_or(found.clone(), |among| format!("{found} in {among}"));
        match self.accepted() {
            Some(accepted) => format!("{found}; {accepted}"),
            None => found,
        }
    }

    /// `3 waived, 10 in the baseline`.
    fn accepted(&self) -> Option<String> {
        let kinds = [(self.waived, "waived"), (self.baselined, "in the baseline")];
        let some = kinds.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = some
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    fn found(&self) -> String {
        let kinds = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.infos, "info"),
        ];
        let parts: Vec<String> = kinds
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| counted(*count, word))
            .collect();
        if parts.is_empty() {
            "no findings".to_owned()
        } else {
            parts.join(", ")
        }
    }
}

/// `1 file`, `2 files`.
pub fn counted(count: usize, word: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {word}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_a_sentence() {
        let mut counts = Counts::default();
        assert_eq!(counts.line(Some("5 files")), "no findings in 5 files");
        let live = Counts {
            possibly_live: 1,
            errors: 2,
            ..counts
        };
        assert_eq!(live.line(None), "possibly live: 1; 2 errors");
        for severity in [Severity::Error, Severity::Warning, Severity::Error] {
            counts.add(severity);
        }
        assert_eq!(counts.line(Some("1 file")), "2 errors, 1 warning in 1 file");
        counts.add(Severity::Info);
        assert_eq!(counts.line(None), "2 errors, 1 warning, 1 info");
        (counts.waived, counts.baselined) = (3, 10);
        let all = "2 errors, 1 warning, 1 info in 5 files; 3 waived, 10 in the baseline";
        assert_eq!(counts.line(Some("5 files")), all);
    }
}
