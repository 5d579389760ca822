//! Accounts in the order of what an attacker would gain by one: for people the rank with its reasons, for programs every factor.

use crate::model::access::Level;
use crate::model::account::AccountStatus;
use crate::model::id::{AccountId, EnvironmentName, Principal, ProviderId};
use crate::model::text::shape;
use crate::report::format::{Format, Terminal};
use crate::report::view::{Cell, Column, Tone, View};
use crate::report::wrap::wrapped;
use crate::report::{escape, paint};

/// The word under which programs know it.
const KIND: &str = "risk-report";

/// One of the four things that a risk is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// What was found: `update`, `facility`, `production`, `62 days`.
    pub found: String,
    pub weight: u32,
    /// What it was found by: a permission, a boundary, a version.
    pub by: String,
}

/// One account among all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// From 1; those of one score share it.
    pub rank: usize,
    /// The product of the four weights.
    pub score: u32,
    pub account: AccountId,
    pub provider: ProviderId,
    pub named_environment: EnvironmentName,
    pub level: Level,
    pub status: AccountStatus,
    pub owner: Option<Principal>,
    pub effect: Factor,
    pub boundary: Factor,
    pub environment: Factor,
    pub age: Factor,
}

impl Ranked {
    /// The four factors under their names.
    pub fn factors(&self) -> [(&'static str, &Factor); 4] {
        [
            ("effect", &self.effect),
            ("boundary", &self.boundary),
            ("environment", &self.environment),
            ("age", &self.age),
        ]
    }
}

/// The accounts in the form asked for.
pub fn render(ranking: &[Ranked], format: Format, terminal: &Terminal) -> String {
    let view = match format {
        Format::Table => return table(ranking, terminal),
        Format::Md | Format::Html => people(ranking),
        Format::Json | Format::Jsonl | Format::Csv | Format::Tsv => programs(ranking),
    };
    super::render(&view, format, terminal)
}

/// Each account on a line with its score, and what it is made of below it: side by side it would not fit a terminal.
fn table(ranking: &[Ranked], terminal: &Terminal) -> String {
    let width = terminal
        .width
        .map_or(usize::MAX, |width| usize::from(width).max(40));
    let mut out = String::new();
    for ranked in ranking {
        let weights = ranked
            .factors()
            .map(|(_, factor)| factor.weight.to_string());
        let head = format!("{} = {}", ranked.score, weights.join(" x "));
        let name = paint::bold(&shown(ranked.account.as_str()), terminal.color);
        out.push_str(&format!("{:>4}  {name}  {head}\n", ranked.rank));
        let why = ranked.factors().map(|(_, factor)| found(factor)).join(", ");
        for line in wrapped(&shown(&why), width.saturating_sub(6)) {
            let line = paint::toned(&line, Tone::Muted, terminal.color);
            out.push_str(&format!("      {line}\n"));
        }
    }
    out
}

fn shown(text: &str) -> String {
    escape::terminal(&shape::masked(text))
}

fn people(ranking: &[Ranked]) -> View {
    let columns = vec![
        Column::new("rank").right(),
        Column::new("score").right(),
        Column::new("account"),
        Column::new("why"),
    ];
    let row = |ranked: &Ranked| {
        let why = ranked.factors().map(|(_, factor)| reason(factor));
        vec![
            Cell::count(ranked.rank),
            Cell::number(ranked.score.into()),
            Cell::text(&ranked.account),
            Cell::text(why.join(", ")).tone(Tone::Muted),
        ]
    };
    View {
        rows: ranking.iter().map(row).collect(),
        ..View::new(KIND, columns)
    }
}

/// `x3 update (asset/edit-asset)`.
fn reason(factor: &Factor) -> String {
    format!("x{} {}", factor.weight, found(factor))
}

fn found(factor: &Factor) -> String {
    match factor.by.is_empty() {
        true => factor.found.clone(),
        false => format!("{} ({})", factor.found, factor.by),
    }
}

fn programs(ranking: &[Ranked]) -> View {
    let fixed = [
        "rank",
        "score",
        "account",
        "provider",
        "environment-name",
        "level",
        "status",
        "owner",
    ];
    let factors = ["effect", "boundary", "environment", "age"].iter();
    let factors = factors.flat_map(|name| ["", "-weight", "-by"].map(|end| format!("{name}{end}")));
    let columns = fixed.iter().map(ToString::to_string).chain(factors);
    let row = |ranked: &Ranked| {
        let fixed = [
            Cell::count(ranked.rank),
            Cell::number(ranked.score.into()),
            Cell::text(&ranked.account),
            Cell::text(&ranked.provider),
            Cell::text(&ranked.named_environment),
            Cell::text(ranked.level),
            Cell::text(ranked.status),
            Cell::optional(ranked.owner.as_ref()),
        ];
        let factors = ranked.factors().into_iter().flat_map(|(_, factor)| {
            let by = Some(&factor.by).filter(|by| !by.is_empty());
            [
                Cell::text(&factor.found),
                Cell::number(factor.weight.into()),
                Cell::optional(by),
            ]
        });
        fixed.into_iter().chain(factors).collect()
    };
    View::of(KIND, columns, ranking.iter().map(row).collect())
}
