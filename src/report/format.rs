//! The forms that rows can take, and what the place they go to can show.

use clap::ValueEnum;
use clap::builder::PossibleValue;

/// A form of output for anything that has rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Aligned columns, for people
    #[default]
    #[value(alias = "human")]
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
    #[value(alias = "markdown")]
    Md,
    /// One page for a browser, searched and filtered there; fetches nothing
    Html,
}

/// A form of output that findings alone have: what the pages of a CI are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum CiFormat {
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Workflow commands, for annotations on GitHub
    Github,
    /// Code quality, for merge requests on GitLab
    Gitlab,
}

/// A form of output for whoever watches the roll from day to day: what is due, late or broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum WatchFormat {
    /// Metrics, as Prometheus reads them
    Prometheus,
    /// One line and an exit status of 0 to 3, as plugins of Nagios have them
    Nagios,
    /// A calendar (iCalendar)
    #[value(alias = "icalendar")]
    Ics,
}

/// A form of output that events alone have: what gathers security events takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum SiemFormat {
    /// Objects of the Open Cybersecurity Schema Framework, one a line
    Ocsf,
    /// Lines of the Common Event Format
    Cef,
}

/// Every form that can be asked for: those of rows, those of findings in a CI, those for who watches, those of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingsFormat {
    Rows(Format),
    Ci(CiFormat),
    Watch(WatchFormat),
    Siem(SiemFormat),
}

impl FindingsFormat {
    const ALL: [FindingsFormat; 16] = [
        FindingsFormat::Rows(Format::Table),
        FindingsFormat::Rows(Format::Json),
        FindingsFormat::Rows(Format::Jsonl),
        FindingsFormat::Rows(Format::Csv),
        FindingsFormat::Rows(Format::Tsv),
        FindingsFormat::Rows(Format::Md),
        FindingsFormat::Rows(Format::Html),
        FindingsFormat::Ci(CiFormat::Sarif),
        FindingsFormat::Ci(CiFormat::Junit),
        FindingsFormat::Ci(CiFormat::Github),
        FindingsFormat::Ci(CiFormat::Gitlab),
        FindingsFormat::Watch(WatchFormat::Prometheus),
        FindingsFormat::Watch(WatchFormat::Nagios),
        FindingsFormat::Watch(WatchFormat::Ics),
        FindingsFormat::Siem(SiemFormat::Ocsf),
        FindingsFormat::Siem(SiemFormat::Cef),
    ];

    /// Whether people read it, at a terminal or in a log.
    pub fn is_for_people(self) -> bool {
        self == FindingsFormat::Rows(Format::Table)
    }
}

impl ValueEnum for FindingsFormat {
    fn value_variants<'a>() -> &'a [FindingsFormat] {
        &FindingsFormat::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            FindingsFormat::Rows(format) => format.to_possible_value(),
            FindingsFormat::Ci(format) => format.to_possible_value(),
            FindingsFormat::Watch(format) => format.to_possible_value(),
            FindingsFormat::Siem(format) => format.to_possible_value(),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_can_be_asked_for() {
        let rows = Format::value_variants().iter().copied();
        let ci = CiFormat::value_variants().iter().copied();
        let watch = WatchFormat::value_variants().iter().copied();
        let siem = SiemFormat::value_variants().iter().copied();
        let all = rows
            .map(FindingsFormat::Rows)
            .chain(ci.map(FindingsFormat::Ci))
            .chain(watch.map(FindingsFormat::Watch))
            .chain(siem.map(FindingsFormat::Siem));
        assert!(all.eq(FindingsFormat::ALL));
    }
}
