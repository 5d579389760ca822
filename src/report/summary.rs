//! How many findings there are, in figures and in words.

use crate::model::finding::{Finding, Severity};

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
}

impl Counts {
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Counts {
        let mut counts = Counts::default();
        for finding in findings {
            counts.add(finding.severity);
        }
        counts
    }

    pub fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Info => self.infos += 1,
        }
    }

    /// `2 errors, 1 warning in 5 files`; without the files where there are none to speak of. No line feed.
    pub fn line(&self, files: Option<usize>) -> String {
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
        let what = if parts.is_empty() {
            "no findings".to_owned()
        } else {
            parts.join(", ")
        };
        files.map_or(what.clone(), |files| {
            format!("{what} in {}", counted(files, "file"))
        })
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
        assert_eq!(counts.line(Some(5)), "no findings in 5 files");
        for severity in [Severity::Error, Severity::Warning, Severity::Error] {
            counts.add(severity);
        }
        assert_eq!(counts.line(Some(1)), "2 errors, 1 warning in 1 file");
        counts.add(Severity::Info);
        assert_eq!(counts.line(None), "2 errors, 1 warning, 1 info");
    }
}
