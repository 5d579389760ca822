//! The forms that rows can take, and what the place they go to can show.

/// A form of output for anything that has rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Aligned columns, for people
    #[default]
    Table,
    /// One versioned document
    Json,
    /// One object a line
    Jsonl,
    /// For spreadsheets; cells that one would run are neutralised
    Csv,
    /// Tab-separated, one row a line
    Tsv,
    /// A Markdown table
    Md,
}

/// What the output goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Columns; `None` where nothing limits them, as in a pipe or a file.
    pub width: Option<u16>,
    /// Whether escape codes for colour may be written.
    pub color: bool,
}

impl Terminal {
    /// A pipe or a file: no limit, no colour.
    pub const PIPE: Terminal = Terminal {
        width: None,
        color: false,
    };
}
