//! The format that was asked for, and which a command has. Parses nothing: see `globals`.

use clap::ValueEnum;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::report::{FindingsFormat, Format};

impl Context {
    /// The format asked for, where findings are shown.
    pub fn findings_format(&self) -> FindingsFormat {
        self.globals.asked
    }

    /// That a format of rows is asked for, before anything is done.
    ///
    /// # Errors
    /// When it is another.
    pub fn rows_alone(&self) -> Result<(), Failure> {
        let (of, who) = match self.globals.asked {
            FindingsFormat::Rows(_) => return Ok(()),
            FindingsFormat::Ci(_) => ("findings", "`validate`, `check` and `assert` show findings"),
            FindingsFormat::Siem(_) => ("events", "`audit log` shows events"),
            FindingsFormat::Watch(_) => ("what is due", "`check` shows what is due"),
        };
        let hint = "it knows table, json, jsonl, csv, tsv, md and html, or some of them";
        Err(Failure::usage(format!(
            "this has no such --format: it is one of {of} alone"
        ))
        .hint(format!("{hint}; {who}")))
    }

    /// The format asked for, where a command knows it.
    ///
    /// # Errors
    /// When it is another.
    pub fn format_of(&self, known: &[Format]) -> Result<Format, Failure> {
        let asked = self.globals.format;
        if known.contains(&asked) {
            return Ok(asked);
        }
        let words = known.iter().filter_map(|format| format.to_possible_value());
        let words: Vec<String> = words.map(|word| word.get_name().to_owned()).collect();
        Err(Failure::usage("this command has no such --format")
            .hint(format!("it knows {}", words.join(", "))))
    }
}
