//! What a rotation that is given up has left at the provider.

use std::collections::BTreeMap;

use crate::lifecycle::operation::{Operations, gives, is_uncertain, of};
use crate::lifecycle::versions::{self, Versions};
use crate::model::credential::Version;
use crate::model::id::AccountId;
use crate::model::key::VersionKey;
use crate::model::operation::{Entry, EntryState, Operation, Phase, Work};
use crate::model::procedure::{Stage, Step};
use crate::model::text::Text;

/// Whether the provider was told of the new value, or made it.
pub fn provider_knows(rotation: &Operation) -> bool {
    let mut told = rotation
        .entries
        .iter()
        .filter(|entry| entry.step.is_some() && matches!(entry.phase, Phase::Create | Phase::Set));
    told.any(has_begun)
}

/// Whether a step of a phase may end the old version. Where the two never live side by side, what gives the provider the
/// new value, or has it make one, puts it in the place of the old; unless that was taken away before.
pub fn ends_old(rotation: &Operation, phase: Phase) -> bool {
    let first = |wanted: Phase| {
        let mut entries = rotation.entries.iter();
        entries.position(|entry| entry.phase == wanted)
    };
    let is_one = first(Phase::Overlap).is_none();
    let retires_first = match (first(Phase::Retire), first(Phase::Create)) {
        (Some(retire), Some(create)) => retire < create,
        (Some(_) | None, _) => false,
    };
    match phase {
        Phase::Retire | Phase::Withdraw => true,
        Phase::Set => is_one,
        Phase::Create => is_one && !retires_first,
        Phase::Test
        | Phase::Acknowledge
        | Phase::Promote
        | Phase::Overlap
        | Phase::Refusal
        | Phase::FailClosed
        | Phase::Finish => false,
    }
}

/// Whether an entry may have had an effect.
pub fn has_begun(entry: &Entry) -> bool {
    match entry.state {
        EntryState::Waiting | EntryState::Skipped | EntryState::Failed => false,
        EntryState::Started | EntryState::Done | EntryState::Unknown => true,
    }
}

/// What a rotation that is closed may have made at the provider without anybody seeing it, as entries of what closes it.
/// It is looked for by its tag where the rotation says how, else by somebody.
pub fn unseen(rotation: &Operation) -> Vec<Entry> {
    let mut creates = rotation.entries.iter();
    let create = creates.find(|entry| entry.phase == Phase::Create && makes(rotation, entry));
    let (Some(create), Ok(tag)) = (create, rotation.tag().parse::<Text>()) else {
        return Vec::new();
    };
    let entry = |step: Step, state: EntryState| Entry {
        tag: Some(tag.clone()),
        identity: rotation.identity.clone(),
        logons: logons(create),
        state,
        at: create.at,
        ..Entry::new(Phase::Withdraw, Some(step))
    };
    let beside = |stage: Stage| {
        let mut steps = rotation.entries.iter().filter_map(|it| it.step.clone());
        steps.find(|step| step.stage == Some(stage))
    };
    // Whoever makes one by hand calls it what they like.
    let is_by_hand = create.step.as_ref().is_some_and(|it| it.manual.is_some());
    match beside(Stage::Find).filter(|_| !is_by_hand) {
        Some(find) => {
            let discard = beside(Stage::Discard);
            let discard = discard.map(|step| entry(step, EntryState::Skipped));
            let find = entry(find, EntryState::Unknown);
            [find].into_iter().chain(discard).collect()
        }
        None => {
            let step = by_hand(rotation, create, &tag);
            step.map(|step| entry(step, EntryState::Unknown))
                .into_iter()
                .collect()
        }
    }
}

/// Whether an entry may have made something of which there is no version: nobody knows, or it made a part.
fn makes(rotation: &Operation, entry: &Entry) -> bool {
    let Some(step) = &entry.step else {
        return false;
    };
    let is_part = entry.id.is_some() && rotation.version.is_none();
    let only_reads = step.http.as_ref().is_some_and(|http| http.reads());
    let is_unknown = is_uncertain(entry) && (gives(step) || step.id.is_some());
    !only_reads && (is_part || is_unknown)
}

/// How many requests come before what an entry does.
pub fn logons(entry: &Entry) -> u32 {
    let before = entry.step.as_ref().map_or(0, |step| step.before.len());
    // Of what is looked for by a tag, those of the create count, which has left its own.
    match entry.tag {
        Some(_) => entry.logons,
        None => u32::try_from(before).unwrap_or(u32::MAX),
    }
}

/// What somebody does where nothing can be asked.
fn by_hand(rotation: &Operation, create: &Entry, tag: &Text) -> Option<Step> {
    let title = create.title();
    let is_by_hand = create.step.as_ref().is_some_and(|it| it.manual.is_some());
    let what = match (is_by_hand, ends_old(rotation, Phase::Create)) {
        (true, _) => format!("`{title}` may have been done by hand: take away what it made"),
        (false, true) => {
            format!(
                "`{title}` may have put a value that nobody saw in the place of the old one: see that it is gone"
            )
        }
        (false, false) => {
            format!("look for `{tag}` at the provider, and take it away where it is there")
        }
    };
    Some(Step {
        title: "take away what the rotation may have made".parse().ok()?,
        stage: None,
        manual: what.parse().ok(),
        command: None,
        http: None,
        before: Vec::new(),
        stdin: None,
        secret: None,
        id: None,
        expires: None,
        rehearse: None,
    })
}

/// What operations that are over, or are closed for the next one, may have left at the provider: of each tag how it was
/// journaled last. A tag that a version on record has is known by that.
pub fn left(operations: &Operations, account: &AccountId, versions: &Versions) -> Vec<Entry> {
    let mut last: BTreeMap<Text, Vec<Entry>> = BTreeMap::new();
    for (_, operation) in of(operations, account) {
        let mut now: BTreeMap<Text, Vec<Entry>> = BTreeMap::new();
        for entry in &operation.entries {
            if let Some(tag) = &entry.tag {
                now.entry(tag.clone()).or_default().push(entry.clone());
            }
        }
        last.extend(now);
    }
    let is_left = |(tag, entries): &(Text, Vec<Entry>)| {
        entries.iter().any(|entry| !entry.is_over()) && tagged(versions, account, tag).is_none()
    };
    let left = last.into_iter().filter(is_left);
    left.flat_map(|(_, entries)| entries).collect()
}

/// What a rotation that is over was doing when it was closed, by which its version may come to be accepted: nobody knows
/// whether it took effect.
pub fn telling<'o>(
    operations: &'o Operations,
    account: &AccountId,
    version: u32,
) -> impl Iterator<Item = &'o Entry> {
    let rotations = of(operations, account)
        .filter(move |(_, it)| it.what == Work::Rotate && it.version == Some(version));
    rotations.flat_map(|(_, rotation)| told_in_doubt(rotation))
}

/// The entries of a rotation of which nobody knows whether they told the provider of its version.
pub fn told_in_doubt(rotation: &Operation) -> impl Iterator<Item = &Entry> {
    let tells = |entry: &&Entry| {
        let gives = matches!(entry.phase, Phase::Create | Phase::Set) && entry.step.is_some();
        gives && is_uncertain(entry)
    };
    rotation.entries.iter().filter(tells)
}

/// The version that was made under a tag.
pub fn tagged<'v>(
    versions: &'v Versions,
    account: &AccountId,
    tag: &Text,
) -> Option<(&'v VersionKey, &'v Version)> {
    let mut own = versions::of(versions, account);
    own.find(|(_, version)| version.tag.as_ref() == Some(tag))
}
