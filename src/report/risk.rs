//! Accounts in the order of what an attacker would gain by one: for people the rank with its reasons, for programs every factor.

use crate::model::access::Level;
use crate::model::account::AccountStatus;
use crate::model::date::Date;
use crate::model::id::{AccountId, EnvironmentName, Principal, ProviderId};
use crate::model::text::shape;
use crate::report::format::{Format, Terminal};
use crate::report::summary::counted;
use crate::report::view::{Cell, Column, Tone, View};
use crate::report::wrap::wrapped;
use crate::report::{escape, html, paint};

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

/// What a ranking is of.
#[derive(Clone, Debug)]
pub struct Of {
    pub as_of: Date,
    /// The accounts, in words: `every account`, `tenant femo`.
    pub covers: String,
    /// How many are ranked, whichever of them are shown.
    pub all: usize,
}

/// The accounts in the form asked for; `of` says which ones they are, and as of when.
pub fn render(ranking: &[Ranked], of: &Of, format: Format, terminal: &Terminal) -> String {
    let view = match format {
        Format::Table => return table(ranking, terminal),
        Format::Html => return page(ranking, of),
        Format::Md => people(ranking),
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

/// A factor in each column, below what it is of.
fn page(ranking: &[Ranked], of: &Of) -> String {
    let columns = vec![
        Column::new("account"),
        Column::new("rank").right(),
        Column::new("score").right(),
        Column::new("effect").titled("What it may do"),
        Column::new("boundary").titled("Where"),
        Column::new("environment"),
        Column::new("age").titled("Age of the secret"),
    ];
    let row = |ranked: &Ranked| {
        let fixed = [
            Cell::text(&ranked.account),
            Cell::count(ranked.rank),
            Cell::number(ranked.score.into()),
        ];
        let factors = ranked.factors().into_iter();
        let factors = factors.map(|(_, factor)| Cell::text(reason(factor)));
        fixed.into_iter().chain(factors).collect()
    };
    let view = View {
        rows: ranking.iter().map(row).collect(),
        ..View::new(KIND, columns)
    };
    let shown = match ranking.len() {
        some if some < of.all => format!("{some} of {}", counted(of.all, "ranked account")),
        all => counted(all, "ranked account"),
    };
    let lead = [
        format!("As of {}. Covers {}: {shown}.", of.as_of, of.covers),
        "What an attacker would gain by the secret of each account, the most first. The score is the product of the four weights \
         (x2, x3 ...) beside it: an order, and no probability."
            .to_owned(),
    ];
    html::page_below(
        &view.masked(),
        html::Above {
            title: "Risk: which accounts to look at first",
            lead: &lead,
            warnings: &[],
        },
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(account: &str) -> Ranked {
        let factor = |found: &str, weight, by: &str| Factor {
            found: found.to_owned(),
            weight,
            by: by.to_owned(),
        };
        Ranked {
            rank: 1,
            score: 48,
            account: account.parse().unwrap(),
            provider: "unicmms".parse().unwrap(),
            named_environment: "production".parse().unwrap(),
            level: Level::ReadOnlyImport,
            status: AccountStatus::Active,
            owner: None,
            effect: factor("create", 2, "work-order/add-work-order"),
            boundary: factor("facility", 3, "femo/hawthorne"),
            environment: factor("production", 4, ""),
            age: factor("45 days", 2, "version 2"),
        }
    }

    #[test]
    fn a_page_says_as_of_when_and_of_which_accounts_it_is() {
        let of = Of {
            as_of: "2026-11-22".parse().unwrap(),
            covers: "tenant femo".to_owned(),
            all: 36,
        };
        let page = render(&[ranked("etl")], &of, Format::Html, &Terminal::PIPE);
        for words in [
            "<h1>Risk: which accounts to look at first</h1>",
            "<p class=lead>As of 2026-11-22. Covers tenant femo: 1 of 36 ranked accounts.</p>",
            "<th scope=row>etl<td class=\"right\">1<td class=\"right\">48<td>x2 create (work-order/add-work-order)<td>x3 facility",
            "<td>x4 production<td>x2 45 days (version 2)</tr>",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
    }
}
