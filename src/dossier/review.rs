//! The sheets that somebody reviews accounts by: what each may do, what it gained since it was last looked at, what it uses,
//! how it ranks, and what the rules found.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Policy;
use crate::dossier::changes::access;
use crate::dossier::past::{Told, rewind};
use crate::lifecycle::review::Duty;
use crate::lifecycle::usage::{self, Readings};
use crate::model::change::Verb;
use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::Side;
use crate::model::fact::Fact;
use crate::model::finding::Finding;
use crate::model::id::{AccountId, Principal};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::report::diff::told;
use crate::report::review::{Gains, Sheet, Usage};
use crate::report::risk::Ranked;

/// What the sheets are made of.
pub struct Known<'a> {
    pub inventory: &'a Inventory,
    pub policy: &'a Policy,
    pub ranking: &'a [Ranked],
    pub findings: &'a [Finding],
    /// The trail since [`since`] of these duties, oldest first.
    pub told: &'a [Told],
    /// When the trail begins.
    pub began: Option<Timestamp>,
    pub as_of: Date,
}

/// From when on the trail is needed to tell what accounts gained: the first of the days on which they were last reviewed;
/// all of it, where one was never reviewed.
pub fn since(duties: &[Duty<'_>]) -> Timestamp {
    let days = duties
        .iter()
        .map(|duty| duty.last.as_ref().map(|past| past.on));
    match days.collect::<Option<Vec<Date>>>() {
        Some(days) => days
            .into_iter()
            .min()
            .map_or(Timestamp::from_unix(0), Timestamp::from),
        None => Timestamp::from_unix(0),
    }
}

/// A sheet for each duty, in their order.
pub fn sheets(known: &Known<'_>, duties: &[Duty<'_>]) -> Vec<Sheet> {
    let mut gains = gains(known, duties);
    let readings = Readings::of(known.inventory, known.as_of);
    let mut one = |duty: &Duty<'_>| {
        let usage = usage(&readings, known, duty);
        sheet(known, duty, gains.remove(duty.id), usage)
    };
    duties.iter().map(&mut one).collect()
}

fn sheet(known: &Known<'_>, duty: &Duty<'_>, gains: Option<Gains>, usage: Option<Usage>) -> Sheet {
    let (id, account) = (duty.id, duty.account);
    Sheet {
        account: id.clone(),
        purpose: account.purpose.as_ref().map(ToString::to_string),
        status: account.status,
        provider: account.provider.clone(),
        environment: account.environment.clone(),
        level: account.level,
        boundary: account.boundary.clone(),
        business: account.owner.business.clone(),
        technical: account.owner.technical.clone(),
        last: duty.last.clone(),
        due_on: duty.due_on,
        standing: duty.standing,
        gains: gains.unwrap_or_else(|| Gains::Unknown("the trail does not tell of it".to_owned())),
        seen: seen(known, id),
        usage,
        risk: known
            .ranking
            .iter()
            .find(|ranked| ranked.account == *id)
            .cloned(),
        ranked: known.ranking.len(),
        findings: findings(known, id),
    }
}

fn seen(known: &Known<'_>, id: &AccountId) -> Option<Date> {
    let facts = known.inventory.facts.values();
    let days = facts.filter_map(|fact| {
        let Fact::Seen { account, on, .. } = fact else {
            return None;
        };
        (account == id && *on <= known.as_of).then_some(*on)
    });
    days.max()
}

/// What logs tell of the account's own lists in the last days that they cover; nothing where none was read.
fn usage(readings: &Readings<'_>, known: &Known<'_>, duty: &Duty<'_>) -> Option<Usage> {
    // As many days of logs as the rule `unused-permission` asks for.
    let most = i64::from(known.policy.limits.unseen);
    let of = |side: &Side| readings.usage(known.inventory, (duty.id, duty.account), *side, most);
    let sides: Vec<_> = [Side::Provider, Side::Platform]
        .iter()
        .filter_map(of)
        .collect();
    let since = |usage: &usage::Usage<'_>| {
        let days = usage.reach.clamp(1, most.max(1));
        usage.to.plus_days(1 - days)
    };
    let held = sides
        .iter()
        .map(|usage| usage::held(duty.account, usage.side).len());
    let unused = sides
        .iter()
        .flat_map(|usage| usage.never.iter().map(ToString::to_string));
    Some(Usage {
        since: sides.iter().map(since).max()?,
        until: sides.iter().map(|usage| usage.to).max()?,
        held: held.sum(),
        unused: unused.collect(),
    })
}

/// What the rules find on an account, and on what belongs to it.
fn findings(known: &Known<'_>, id: &AccountId) -> Vec<String> {
    let is_its = |subject: &RecordId| {
        let first = subject.name.split(' ').next().unwrap_or_default();
        let belongs = matches!(
            subject.kind,
            Kind::Account | Kind::Approval | Kind::Decision | Kind::ResidualRisk | Kind::Version
        );
        let is_seat = subject.kind == Kind::Assignment;
        (belongs && first == id.as_str())
            || (is_seat && first.strip_prefix("account/") == Some(id.as_str()))
    };
    let found = known
        .findings
        .iter()
        .filter(|finding| is_its(&finding.subject));
    // That it is due is why it is looked at.
    let found = found.filter(|finding| finding.rule != "review-overdue");
    let told =
        found.map(|finding| format!("{} {}: {}", finding.severity, finding.rule, finding.message));
    told.collect()
}

/// What each account gained, by the roll as it stood on the day of its last review, or as the account came to it.
fn gains(known: &Known<'_>, duties: &[Duty<'_>]) -> BTreeMap<AccountId, Gains> {
    let mut out = BTreeMap::new();
    // By the place in the trail from which on it is asked what was gained.
    let mut places: BTreeMap<usize, Vec<(&AccountId, Date)>> = BTreeMap::new();
    for duty in duties {
        match place(known, duty) {
            Some((at, day)) => places.entry(at).or_default().push((duty.id, day)),
            None => {
                let why = match known.began {
                    Some(began) => format!("the trail begins on {}", began.date()),
                    None => "there is no trail".to_owned(),
                };
                out.insert(duty.id.clone(), Gains::Unknown(why));
            }
        }
    }
    let mut roll = known.inventory.clone();
    let mut end = known.told.len();
    let mut lost = BTreeSet::new();
    for (at, accounts) in places.into_iter().rev() {
        lost.extend(rewind(&mut roll, known.told[at..end].iter().rev()));
        end = at;
        let diff = access(&roll, known.inventory, known.policy);
        for (id, day) in accounts {
            let record = RecordId::new(Kind::Account, id);
            let is_lost = lost.iter().any(|one| bears_on(one, id));
            let found = match is_lost || !diff.is_complete() {
                true => Gains::Unknown("the trail does not tell how it stood".to_owned()),
                false => Gains::Since(day, gained(&diff, &record)),
            };
            out.insert(id.clone(), found);
        }
    }
    out
}

/// Whether what an account may do goes by a record: by its own and what belongs to it, and by what others may hold it
/// through.
fn bears_on(lost: &RecordId, id: &AccountId) -> bool {
    let first = lost.name.split(' ').next().unwrap_or_default();
    match lost.kind {
        Kind::Account | Kind::Approval | Kind::Decision => first == id.as_str(),
        Kind::Person
        | Kind::Team
        | Kind::Boundary
        | Kind::Catalog
        | Kind::Platform
        | Kind::Provider
        | Kind::Consumer
        | Kind::Role
        | Kind::Assignment
        | Kind::Assertion => true,
        Kind::Organisation
        | Kind::Rotation
        | Kind::Procedure
        | Kind::ResidualRisk
        | Kind::Version
        | Kind::Operation
        | Kind::Waiver
        | Kind::Invitation
        | Kind::Fact
        | Kind::StoreKey
        | Kind::Recipient
        | Kind::Sealed => false,
    }
}

fn gained(diff: &crate::access::diff::Diff, record: &RecordId) -> Vec<String> {
    let principal: Option<Principal> = record.to_string().parse().ok();
    let is_its = |change: &crate::access::diff::Change| {
        change.record == *record
            || principal
                .as_ref()
                .is_some_and(|who| change.holders.contains(who))
    };
    let gains = told(diff).filter(|told| told.change.turn.gains() && is_its(told.change));
    let words = gains.map(|told| match told.change.record == *record {
        true => told.words,
        false => format!("{} (by {})", told.words, told.change.record),
    });
    words.collect()
}

/// The place in the trail at which an account was last looked at: where the day of its review begins, so that what came on
/// that day is shown once too often rather than never; behind the commit that brought it to the roll, where that is later.
fn place(known: &Known<'_>, duty: &Duty<'_>) -> Option<(usize, Date)> {
    let name = RecordId::new(Kind::Account, duty.id).to_string();
    let is_new =
        |told: &Told| told.event.record == name && told.event.action == Verb::Create.as_str();
    let came = known.told.iter().rposition(is_new).map(|at| {
        let first = &known.told[at].event.actor;
        let rest = known.told[at..].iter();
        let same = rest.take_while(|told| told.event.actor == *first).count();
        (at + same, first.at.date())
    });
    let reviewed = duty.last.as_ref().and_then(|past| {
        let start = Timestamp::from(past.on);
        // What was reviewed before there was a trail stood in a way that nobody knows.
        let is_told = known.began.is_some_and(|began| began <= start);
        let at = known
            .told
            .partition_point(|told| told.event.actor.at < start);
        is_told.then_some((at, past.on))
    });
    came.max(reviewed)
}

#[cfg(test)]
mod tests;
