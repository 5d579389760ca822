//! Colour, where it is asked for. The few escape codes that we write ourselves.

use crate::model::finding::Severity;
use crate::report::view::Tone;

pub(crate) const RESET: &str = "\u{1b}[0m";
pub(crate) const BOLD: &str = "\u{1b}[1m";

/// The code that begins a tone.
pub(crate) fn code(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "\u{1b}[32m",
        Tone::Warning => "\u{1b}[33m",
        Tone::Error => "\u{1b}[31m",
        Tone::Muted => "\u{1b}[2m",
    }
}

/// The tone of a severity.
pub fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Error,
        Severity::Warning => Tone::Warning,
        Severity::Info => Tone::Muted,
    }
}

/// A text that is already escaped, in a tone where colour is wanted.
pub(crate) fn toned(text: &str, tone: Tone, color: bool) -> String {
    if color {
        format!("{}{text}{RESET}", code(tone))
    } else {
        text.to_owned()
    }
}

/// A heading.
pub(crate) fn bold(text: &str, color: bool) -> String {
    if color {
        format!("{BOLD}{text}{RESET}")
    } else {
        text.to_owned()
    }
}
