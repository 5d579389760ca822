//! Whether scheduled changes may be made: not by a clock that jumped, and not on a store that was put back. And how they go
//! on once somebody has looked.
//!
//! Each scheduled run leaves a [`Mark`] outside of the store: where the trail ended, and what the clock showed. The next run
//! holds the store and the clock against it. Nothing here is asked before a change that somebody makes by hand.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::audit::hex;
use crate::model::change::{Note, Occurrence};
use crate::model::date::Timestamp;
use crate::model::event::Actor;
use crate::store::{Store, StoreError};

/// After so many days without a scheduled run, a clock that was set forward is as likely as a host that was off.
pub const LONGEST_SILENCE: i64 = 35;

/// What a scheduled run saw: kept by the user who runs it, outside of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mark {
    /// The number of the store's last event.
    pub sequence: u64,
    /// Its hash, in hexadecimal digits.
    pub hash: Box<str>,
    /// What the trail says when that was.
    pub trail: Timestamp,
    /// What the clock showed.
    pub at: Timestamp,
}

impl Mark {
    /// What is to be seen now; none of a store without a trail.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn of(store: &Store, now: Timestamp) -> Result<Option<Mark>, StoreError> {
        Ok(store.last_event()?.map(|last| Mark {
            sequence: last.sequence,
            hash: hex(&last.hash).into(),
            trail: last.at,
            at: now,
        }))
    }
}

/// What is known of the last scheduled run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// There was none, or nobody could note it.
    Nothing,
    Mark(Mark),
    /// Something is noted that cannot be read: why.
    Unreadable(String),
}

/// Why scheduled changes stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The trail ends after what the clock shows.
    ClockBeforeTrail { now: Timestamp, last: Timestamp },
    /// The last scheduled run was after what the clock shows.
    ClockBeforeMark { now: Timestamp, mark: Timestamp },
    /// The last scheduled run was long ago.
    Silence { now: Timestamp, mark: Timestamp },
    /// The trail ends before what the last scheduled run saw.
    Shorter { last: u64, mark: u64 },
    /// What the last scheduled run saw is not what stands there.
    Other { sequence: u64 },
    /// The store was restored, and nobody has looked since.
    Restored { at: Timestamp },
    /// What the last scheduled run saw cannot be read.
    Unreadable { why: String },
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::ClockBeforeTrail { now, last } => {
                write!(
                    f,
                    "the clock shows {now}, and the last audit event is of {last}"
                )
            }
            Stop::ClockBeforeMark { now, mark } => {
                write!(
                    f,
                    "the clock shows {now}, and the last scheduled run was at {mark}"
                )
            }
            Stop::Silence { now, mark } => {
                let days = mark.date().days_until(now.date());
                write!(
                    f,
                    "the last scheduled run was at {mark}, {days} days ago: the clock may have jumped"
                )
            }
            Stop::Shorter { last, mark } => write!(
                f,
                "the audit trail ends at event {last}, and the last scheduled run saw event {mark}: the store is an older one"
            ),
            Stop::Other { sequence } => write!(
                f,
                "audit event {sequence} is not the one that the last scheduled run saw: the store is another one"
            ),
            Stop::Restored { at } => write!(
                f,
                "the store was restored from a backup at {at}: what happened after the backup is not in it"
            ),
            Stop::Unreadable { why } => {
                write!(f, "what the last scheduled run saw cannot be read: {why}")
            }
        }
    }
}

/// Everything that keeps scheduled changes from being made; nothing where they may be. `now` is what the clock shows,
/// whatever day is judged by.
///
/// # Errors
/// When the store cannot be read.
pub fn guard(store: &Store, known: &Known, now: Timestamp) -> Result<Vec<Stop>, StoreError> {
    let mut stops = Vec::new();
    let mark = match known {
        Known::Nothing => None,
        Known::Mark(mark) => Some(mark),
        Known::Unreadable(why) => {
            stops.push(Stop::Unreadable { why: why.clone() });
            None
        }
    };
    stops.extend(store.restored()?.map(|at| Stop::Restored { at }));
    let last = store.last_event()?;
    if let Some(last) = &last {
        // A trail that ran ahead of the clock, and that somebody has looked at, does not stop for that again.
        let is_accepted = mark.is_some_and(|mark| last.at <= mark.trail);
        if now < last.at && !is_accepted {
            stops.push(Stop::ClockBeforeTrail { now, last: last.at });
        }
    }
    let Some(mark) = mark else {
        return Ok(stops);
    };
    if now < mark.at {
        stops.push(Stop::ClockBeforeMark { now, mark: mark.at });
    } else if now > mark.at.plus_minutes(LONGEST_SILENCE * 24 * 60) {
        stops.push(Stop::Silence { now, mark: mark.at });
    }
    let last = last.map_or(0, |last| last.sequence);
    let seen = store.event_hash(mark.sequence)?;
    if last < mark.sequence {
        stops.push(Stop::Shorter {
            last,
            mark: mark.sequence,
        });
    } else if seen.is_none_or(|hash| hex(&hash) != *mark.hash) {
        let sequence = mark.sequence;
        stops.push(Stop::Other { sequence });
    }
    Ok(stops)
}

/// Notes in the audit trail that somebody has looked at why scheduled changes stopped, and lets them go on; `accepted` where
/// they took another trail for the one to go on from. The mark is to be set anew behind it.
///
/// # Errors
/// When the store cannot be written.
pub fn resume(
    store: &mut Store,
    actor: &Actor,
    stops: &[Stop],
    accepted: Option<Note>,
) -> Result<(), StoreError> {
    let found: Vec<String> = stops.iter().map(ToString::to_string).collect();
    let mut notes = vec![Note::new(None, Occurrence::Resume).with("found", found)];
    notes.extend(accepted);
    store.commit_with(actor, &[], &notes).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::Change;
    use crate::model::record::Record;
    use serde_json::json;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn actor(time: &str) -> Actor {
        Actor {
            name: "tester".parse().unwrap(),
            host: "test".parse().unwrap(),
            command: "test".parse().unwrap(),
            reason: None,
            at: at(time),
        }
    }

    fn made(time: &str) -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::create(&dir.path().join("roll.db"), &actor(time)).unwrap();
        (dir, store)
    }

    fn person(store: &mut Store, name: &str, time: &str) {
        let id = format!("person/{name}").parse().unwrap();
        let record = Record::from_value(&id, json!({ "name": name })).unwrap();
        store
            .commit(&actor(time), &[Change::create(record)])
            .unwrap();
    }

    fn mark(store: &Store, now: &str) -> Known {
        Known::Mark(Mark::of(store, at(now)).unwrap().unwrap())
    }

    fn stops(store: &Store, known: &Known, now: &str) -> Vec<String> {
        let stops = guard(store, known, at(now)).unwrap();
        stops.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn nothing_stops_the_first_run_and_those_that_follow_it_in_time() {
        let (_dir, mut store) = made("2026-11-22T08:00:00Z");
        assert_eq!(
            stops(&store, &Known::Nothing, "2026-11-22T08:00:00Z"),
            [""; 0]
        );
        let known = mark(&store, "2026-11-22T09:00:00Z");
        person(&mut store, "anna", "2026-11-23T08:00:00Z");
        assert_eq!(stops(&store, &known, "2026-12-27T09:00:00Z"), [""; 0]);
    }

    #[test]
    fn a_clock_that_jumped_either_way_stops() {
        let (_dir, mut store) = made("2026-11-22T08:00:00Z");
        let known = mark(&store, "2026-11-22T09:00:00Z");
        assert_eq!(
            stops(&store, &known, "2026-12-27T09:00:01Z"),
            [
                "the last scheduled run was at 2026-11-22T09:00:00Z, 35 days ago: the clock may have jumped"
            ]
        );
        assert_eq!(
            stops(&store, &known, "2026-11-22T08:59:59Z"),
            [
                "the clock shows 2026-11-22T08:59:59Z, and the last scheduled run was at 2026-11-22T09:00:00Z"
            ]
        );
        person(&mut store, "anna", "2027-11-22T08:00:00Z");
        assert_eq!(
            stops(&store, &known, "2026-11-23T09:00:00Z"),
            [
                "the clock shows 2026-11-23T09:00:00Z, and the last audit event is of 2027-11-22T08:00:00Z"
            ]
        );
        assert_eq!(
            stops(&store, &Known::Nothing, "2026-11-23T09:00:00Z").len(),
            1
        );
    }

    #[test]
    fn a_trail_that_ran_ahead_stops_no_more_once_somebody_has_looked() {
        let (_dir, mut store) = made("2026-11-22T08:00:00Z");
        person(&mut store, "anna", "2027-11-22T08:00:00Z");
        let now = "2026-11-23T09:00:00Z";
        let found = guard(&store, &Known::Nothing, at(now)).unwrap();
        resume(&mut store, &actor(now), &found, None).unwrap();
        let known = mark(&store, now);
        assert_eq!(stops(&store, &known, "2026-11-23T09:00:00Z"), [""; 0]);
        person(&mut store, "bo", "2026-11-24T09:00:00Z");
        assert_eq!(stops(&store, &known, "2026-11-24T09:00:00Z"), [""; 0]);
        assert_eq!(stops(&store, &known, "2026-11-23T08:00:00Z").len(), 1);
    }

    #[test]
    fn a_store_that_was_put_back_stops() {
        let (dir, mut store) = made("2026-11-22T08:00:00Z");
        let path = dir.path().join("roll.db");
        person(&mut store, "anna", "2026-11-22T08:00:00Z");
        let older = std::fs::read(&path).unwrap();
        person(&mut store, "bo", "2026-11-22T08:30:00Z");
        let known = mark(&store, "2026-11-22T09:00:00Z");
        drop(store);
        std::fs::write(&path, older).unwrap();
        let mut store = Store::open(&path, crate::store::Access::Write).unwrap();
        let now = "2026-11-22T10:00:00Z";
        let [stop] = &stops(&store, &known, now)[..] else {
            panic!("one stop")
        };
        assert!(
            stop.contains("ends at event 2") && stop.contains("saw event 3"),
            "{stop}"
        );
        // Written on since, it is as long again, and another.
        person(&mut store, "cy", "2026-11-22T09:30:00Z");
        let [stop] = &stops(&store, &known, now)[..] else {
            panic!("one stop")
        };
        assert!(stop.starts_with("audit event 3 is not the one"), "{stop}");
        let found = guard(&store, &known, at(now)).unwrap();
        resume(&mut store, &actor(now), &found, None).unwrap();
        assert_eq!(stops(&store, &mark(&store, now), now), [""; 0]);
    }

    #[test]
    fn a_restored_backup_stops_until_it_is_resumed_and_what_cannot_be_read_stops_too() {
        let (_dir, mut store) = made("2026-11-22T08:00:00Z");
        let now = "2026-11-22T10:00:00Z";
        let note = Note::new(None, Occurrence::Restore);
        store
            .commit_with(&actor("2026-11-22T09:00:00Z"), &[], &[note])
            .unwrap();
        let found = guard(&store, &Known::Nothing, at(now)).unwrap();
        assert_eq!(
            found,
            [Stop::Restored {
                at: at("2026-11-22T09:00:00Z")
            }]
        );
        resume(&mut store, &actor(now), &found, None).unwrap();
        assert_eq!(stops(&store, &Known::Nothing, now), [""; 0]);
        let known = Known::Unreadable("it is torn".to_owned());
        assert_eq!(
            stops(&store, &known, now),
            ["what the last scheduled run saw cannot be read: it is torn"]
        );
    }
}
