//! The options that every command takes. Parses them; reads nothing.

use std::path::PathBuf;

use crate::model::date::Date;
use crate::model::text::Text;
use crate::report::{FindingsFormat, Format};

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// The options that every command takes.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// The store to use [default: KEYROLL_STORE, else keyroll/roll.db in the XDG data folder]
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub store: Option<PathBuf>,
    /// How to show rows: table, json, jsonl, csv, tsv, md or html; findings: sarif, junit, github or gitlab too; what is due: prometheus, nagios or ics too; events: ocsf or cef too
    #[arg(
        id = "format",
        long = "format",
        value_name = "FORMAT",
        global = true,
        value_enum,
        default_value_t = FindingsFormat::Rows(Format::Table),
        hide_possible_values = true
    )]
    pub(super) asked: FindingsFormat,
    /// What was asked for, where it is a format of rows: all that commands without findings have.
    #[arg(skip)]
    pub format: Format,
    /// When to use colour: auto, always or never
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, hide_possible_values = true)]
    pub color: Color,
    /// The configuration to judge by [default: KEYROLL_CONFIG, else the nearest keyroll.toml]
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath, conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no configuration
    #[arg(long, global = true)]
    pub no_config: bool,
    /// Judge as of this date instead of today (UTC)
    #[arg(long, global = true, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Do it without asking
    #[arg(long, short = 'y', global = true)]
    pub yes: bool,
    /// Never ask: fail where an answer is needed
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Why, for the audit trail
    #[arg(long, global = true, value_name = "TEXT")]
    pub reason: Option<Text>,
}
