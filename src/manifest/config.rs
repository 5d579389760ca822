//! `keyroll.toml`: how to judge, and by what. Holds no record, and names no path that is read here.

use std::path::Path;

use toml::Spanned;

use crate::manifest::decode::decode;
use crate::manifest::place::{Lines, Place, descend};
use crate::manifest::problem::{Fault, Problem, cleaned};
use crate::manifest::slice::{self, too_deep_message};
use crate::manifest::source::{self, Budget, Source};
use crate::manifest::syntax;
use crate::manifest::tree::Value;
use crate::model::finding::FieldPath;
use crate::model::policy::Config;

/// The name of the file, wherever it lies: no inventory is read from it.
pub const CONFIG_FILE: &str = "keyroll.toml";

/// The JSON Schema of a configuration, for editors; made from the model by a test, and held fresh by it.
pub const CONFIG_SCHEMA: &str = include_str!("../../schema/config.schema.json");

/// The largest configuration, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// A configuration, with the places of its fields.
pub struct ConfigFile {
    pub config: Config,
    shown: String,
    text: String,
}

/// Reads a configuration; `shown` is what its places call it.
///
/// # Errors
/// When it cannot be read, and with every problem of its text.
pub fn read_config(path: &Path, shown: String) -> Result<ConfigFile, Vec<Problem>> {
    let source = Source {
        path: path.to_owned(),
        shown,
        held: None,
    };
    let text = source::text_within(&source, &mut Budget::new(), LARGEST);
    let text = text.map_err(|problem| vec![*problem])?;
    parse_config(&source.shown, text)
}

/// As [`read_config`], of a text that was read.
///
/// # Errors
/// Every problem of the text.
pub fn parse_config(shown: &str, text: String) -> Result<ConfigFile, Vec<Problem>> {
    let (config, faults) = read(&text);
    let lines = Lines::of(&text);
    let problem = |fault: Fault| Problem {
        place: Some(lines.place(shown, &text, fault.span)),
        message: cleaned(&fault.message),
        hint: fault.hint,
        also: Vec::new(),
    };
    let problems: Vec<Problem> = faults.into_iter().map(problem).collect();
    match config.filter(|_| problems.is_empty()) {
        Some(config) => Ok(ConfigFile {
            config,
            shown: shown.to_owned(),
            text,
        }),
        None => Err(problems),
    }
}

fn read(text: &str) -> (Option<Config>, Vec<Fault>) {
    // Whatever reads a text that lies deep in itself may do so without an end.
    if let Err(too_deep) = slice::cut(text) {
        let fault = Fault::new(too_deep.0, too_deep_message()).hint("no configuration needs that");
        return (None, vec![fault]);
    }
    let (root, mut faults) = syntax::parse_whole(text);
    if !faults.is_empty() {
        return (None, faults);
    }
    let root = Spanned::new(0..text.len(), Value::Table(root));
    let config = decode::<Config>(&root, &"the configuration", 0..0, &[], &mut faults);
    (config, faults)
}

impl ConfigFile {
    /// Its text, as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The problem of a field: where it stands, what is wrong, what to do.
    pub fn problem(&self, field: &FieldPath, message: &str, hint: Option<String>) -> Problem {
        let (root, _) = syntax::parse_whole(&self.text);
        let root = Spanned::new(0..self.text.len(), Value::Table(root));
        let span = descend(&self.text, &root, 0..0, &field.0);
        Problem {
            place: Some(self.place(span)),
            message: cleaned(message),
            hint,
            also: Vec::new(),
        }
    }

    fn place(&self, span: std::ops::Range<usize>) -> Place {
        Lines::of(&self.text).place(&self.shown, &self.text, span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ConfigFile, Vec<Problem>> {
        parse_config("keyroll.toml", text.to_owned())
    }

    fn refused(text: &str) -> String {
        let problems = read(text).err().expect("it is refused");
        let shown = problems.iter().map(|problem| {
            let place = problem.place.as_ref().unwrap();
            let hint = problem.hint.as_deref().unwrap_or_default();
            format!(
                "{}:{}: {} ({hint})\n",
                place.line, place.column, problem.message
            )
        });
        shown.collect()
    }

    #[test]
    fn a_configuration_is_read() {
        let text = "pedantic = true\nignore = [\"missing-consumer\"]\n[severity]\nunclear-name = \"error\"\n\
            [organisation]\nmax-lifetime = \"30d\"\n[level.status-sync]\nwrites = false\n\
            [[duty]]\ncatalog = \"unicmms\"\na = \"x/a\"\nb = \"x/b\"\n";
        let config = read(text).unwrap().config;
        assert!(config.pedantic && config.severity.len() == 1 && config.duty.len() == 1);
        assert_eq!(read("").unwrap().config, Config::default());
    }

    #[test]
    fn every_fault_is_told_at_its_place() {
        assert_eq!(
            refused("pedantik = true\n[severity]\nunclear-name = \"bad\"\n"),
            "1:1: `pedantik` is not a known key (did you mean `pedantic`?)\n\
             3:16: `bad` is no `unclear-name` (write one of `info`, `warning`, `error`)\n"
        );
        assert!(refused("pedantic = \n").starts_with("1:"));
    }

    #[test]
    fn what_lies_too_deep_is_refused_before_it_is_read() {
        let deep = "a.".repeat(200_000);
        for text in [
            format!("{deep}a = 1\n"),
            format!("[{deep}a]\n"),
            format!("a = {}", "[".repeat(400_000)),
            "a = { b = ".repeat(40_000),
        ] {
            let told = refused(&text);
            assert!(told.contains("more than 64 deep"), "{told}");
        }
    }

    #[test]
    fn a_field_is_found_again() {
        let file = read("ignore = [\n  \"a\",\n  \"b\",\n]\n").unwrap();
        let problem = file.problem(
            &FieldPath::of("ignore").index(1),
            "there is no rule `b`",
            None,
        );
        assert_eq!(problem.place.unwrap().line, 3);
    }
}
