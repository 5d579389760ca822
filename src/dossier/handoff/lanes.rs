//! The versions of each account's credential in time: the year that is past, and the months to come.

use std::collections::BTreeMap;

use crate::dossier::handoff::Around;
use crate::lifecycle::due::DueKind;
use crate::lifecycle::schedule::{Run, Standing, schedule};
use crate::model::credential::{Version, VersionStage};
use crate::model::date::Date;
use crate::model::id::AccountId;
use crate::report::handoff::{Lane, Life, Mark, Timeline};

/// Months that are shown before and after the day.
const BEFORE: i32 = -12;
const AFTER: i32 = 6;

pub(super) fn timeline(around: &Around<'_, '_>) -> Timeline {
    let today = around.facts.as_of;
    let (from, to) = (today.plus_months(BEFORE), today.plus_months(AFTER));
    let mut lanes: BTreeMap<&AccountId, Lane> = BTreeMap::new();
    let mut versions: BTreeMap<&AccountId, Vec<(u32, &Version)>> = BTreeMap::new();
    for (key, version) in &around.inventory.versions {
        if version.issued <= today {
            let all = versions.entry(&key.account).or_default();
            all.push((key.number, version));
        }
    }
    for (id, versions) in versions {
        let lane = lived(id, &versions, today, from);
        if !lane.lives.is_empty() {
            lanes.insert(id, lane);
        }
    }
    let wanted = |id: &AccountId, account: &_| around.scope.wants(id, account);
    let span = (today, to.plus_days(1));
    let planned = schedule(around.facts.inventory, &wanted, around.judged_at, span);
    for line in &planned.lines {
        let lane = lanes.entry(line.id).or_insert_with(|| Lane {
            name: line.id.to_string(),
            lives: Vec::new(),
            marks: Vec::new(),
        });
        lane.marks
            .extend(line.runs.iter().map(|run| mark(run, from)));
    }
    Timeline {
        from,
        to,
        today,
        lines: lanes.into_values().collect(),
    }
}

/// What is past of an account.
fn lived(id: &AccountId, versions: &[(u32, &Version)], today: Date, from: Date) -> Lane {
    let lives = versions.iter().enumerate().map(|(at, (number, version))| {
        let next = versions.get(at + 1).map(|(_, next)| next.issued);
        Life {
            number: *number,
            from: version.issued,
            to: ended(version, next, today),
        }
    });
    let lives: Vec<Life> = lives.filter(|life| life.to >= from).collect();
    let marks = lives.iter().filter(|life| life.from >= from);
    Lane {
        name: id.to_string(),
        marks: marks.map(|life| (life.from, Mark::Issued)).collect(),
        lives,
    }
}

/// The last day of a version's life that is known of: what is not known to be refused lives on.
fn ended(version: &Version, next: Option<Date>, today: Date) -> Date {
    let end = match version.stage {
        VersionStage::Current | VersionStage::Pending | VersionStage::PossiblyLive => None,
        VersionStage::Previous => version.retired.or(next),
        VersionStage::Revoked => version.revoked.or(version.retired).or(next),
    };
    end.unwrap_or(today).min(today).max(version.issued)
}

fn mark(run: &Run, from: Date) -> (Date, Mark) {
    let mark = match (run.what, run.standing) {
        (_, Standing::Overdue) => return (run.due_on.max(from), Mark::Overdue),
        (DueKind::Rotation, Standing::OnTime | Standing::Late | Standing::NoWindow) => {
            Mark::Planned
        }
        (DueKind::Expiry, Standing::OnTime | Standing::Late | Standing::NoWindow) => Mark::End,
    };
    (run.day(), mark)
}
