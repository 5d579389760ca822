//! The pack that is handed over with accounts: what it holds before any form is chosen, and its three forms.
//!
//! It leaves the house, so what looks like a secret is hidden in every form, the one for programs too.

mod document;
mod manifest;
mod markdown;
mod page;
mod table;
mod timeline;

use std::borrow::Cow;

use crate::access::matrix::Matrix;
use crate::model::checklist::{Checked, Standing};
use crate::model::date::{Date, Timestamp};
use crate::model::text::shape;
use crate::report::view::{Tone, View};

pub use manifest::{BadManifest, Listed, Manifest};

/// Everything that is handed over, in the order in which it is read.
#[derive(Clone, Debug)]
pub struct Pack {
    pub head: Head,
    /// What came of it, as a sentence for people, and how bad that is.
    pub verdict: (String, Tone),
    pub figures: Vec<Figure>,
    pub sections: Vec<Section>,
}

/// What the pack is of.
#[derive(Clone, Debug)]
pub struct Head {
    pub organisation: Option<String>,
    /// The filters that made it, in words; empty where it is of every account.
    pub filters: Vec<String>,
    /// The store's own name.
    pub store: String,
    /// The day that everything is judged by.
    pub as_of: Date,
    pub made: Timestamp,
    pub trail: Tip,
    /// What a reader must know before the first section.
    pub notes: Vec<String>,
}

/// How far the audit trail had come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    pub events: u64,
    /// In the form in which checkpoints write it.
    pub root: String,
}

/// One number at the top, and what it counts.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its key for programs.
    pub name: &'static str,
    pub count: usize,
    /// Out of how many, where that is to be told.
    pub of: Option<usize>,
    pub title: &'static str,
    pub tone: Option<Tone>,
    /// The section that has what is counted; none where that is all of them.
    pub place: Option<&'static str>,
}

/// One output of the guide, or what stands beside those.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its key for programs, and its place in the page.
    pub id: &'static str,
    pub title: &'static str,
    pub lead: String,
    /// What should stand here and does not.
    pub gaps: Vec<Gap>,
    pub blocks: Vec<Block>,
}

impl Section {
    /// How much is missing here: its gaps, and of a checklist each line that nothing proves, wherever that is told.
    pub fn missing(&self) -> usize {
        let lines = self.blocks.iter().map(|block| match block {
            Block::Checklist(checks) => {
                let lines = checks.what.iter().flat_map(|(_, lines)| lines);
                lines
                    .filter(|one| one.standing == Standing::Missing)
                    .count()
            }
            Block::Table(_) | Block::Matrix(_) | Block::Timeline(_) => 0,
        });
        lines.sum::<usize>().max(self.gaps.len())
    }

    /// The same in words, where something is.
    fn missed(&self) -> Option<String> {
        let missing = self.missing();
        (missing > 0).then(|| format!("{missing} missing"))
    }

    /// The same for a list of all sections: what other sections tell, too, is counted there.
    fn missed_of_all(&self) -> Option<String> {
        let elsewhere = self.missing() - self.gaps.len();
        let missed = self.missed()?;
        Some(match elsewhere {
            0 => missed,
            _ if self.gaps.is_empty() => format!("{missed}, told in other parts"),
            some => format!("{missed}, {some} of them told in other parts"),
        })
    }
}

/// Something that is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The record that it is missing of: `account/NAME`.
    pub subject: String,
    /// What is missing, as the end of a sentence.
    pub what: String,
    /// How to come by it.
    pub way: Option<String>,
}

/// One thing in a section.
#[derive(Clone, Debug)]
pub enum Block {
    Table(Table),
    Matrix(Titled<Matrix>),
    Checklist(Titled<Vec<(String, Vec<Checked>)>>),
    Timeline(Timeline),
}

/// A table, or the words that stand in its place where it has no row.
#[derive(Clone, Debug)]
pub struct Table {
    pub title: String,
    /// Its kind is its key for programs.
    pub view: View,
    pub empty: &'static str,
    /// What people read in a cell without a value; programs get none.
    pub unknown: &'static str,
}

/// Something under a title of its own, and its key for programs.
#[derive(Clone, Debug)]
pub struct Titled<T> {
    pub name: String,
    pub title: String,
    pub what: T,
}

/// The versions of each account's credential, side by side in time.
#[derive(Clone, Debug)]
pub struct Timeline {
    pub from: Date,
    pub to: Date,
    pub today: Date,
    pub lines: Vec<Lane>,
}

/// One account in the timeline.
#[derive(Clone, Debug)]
pub struct Lane {
    pub name: String,
    /// From the day that a version was issued to the day on which it went, or the day that is judged.
    pub lives: Vec<Life>,
    pub marks: Vec<(Date, Mark)>,
}

/// One version while it lives.
#[derive(Clone, Debug)]
pub struct Life {
    pub number: u32,
    pub from: Date,
    pub to: Date,
}

/// What happens on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A version was issued.
    Issued,
    /// One is to be.
    Planned,
    /// It should have been.
    Overdue,
    /// The account ends, or its version.
    End,
}

impl Mark {
    pub const ALL: [Mark; 4] = [Mark::Issued, Mark::Planned, Mark::Overdue, Mark::End];

    pub fn words(self) -> &'static str {
        match self {
            Mark::Issued => "issued",
            Mark::Planned => "planned",
            Mark::Overdue => "overdue",
            Mark::End => "ends",
        }
    }
}

impl Pack {
    /// The whole page; the same pack gives the same bytes.
    pub fn html(&self) -> String {
        page::page(self)
    }

    pub fn markdown(&self) -> String {
        markdown::text(self)
    }

    /// The documented shape for programs.
    pub fn json(&self) -> String {
        document::text(self)
    }
}

/// What is told of the pack itself, as pairs. The root has the look of a secret, and is none: it stays.
fn particulars(head: &Head) -> Vec<(&'static str, String)> {
    let of = match head.filters.is_empty() {
        true => "every account".to_owned(),
        false => head.filters.join(", "),
    };
    let organisation = head.organisation.as_deref();
    let organisation = organisation.map(|name| ("Organisation", shown(name).into_owned()));
    let trail = format!("{} events, root {}", head.trail.events, head.trail.root);
    let others = [
        ("Covers", of),
        ("As of", head.as_of.to_string()),
        ("Made", head.made.to_string()),
        ("Store", head.store.clone()),
        ("Audit trail", trail),
    ];
    organisation.into_iter().chain(others).collect()
}

/// A text of the roll; what looks like a secret is stars.
fn shown(text: &str) -> Cow<'_, str> {
    shape::masked(text)
}

/// How many of how many.
fn counted(figure: &Figure) -> String {
    match figure.of {
        Some(all) => format!("{} of {all}", figure.count),
        None => figure.count.to_string(),
    }
}

#[cfg(test)]
mod tests;
