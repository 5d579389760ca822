//! What only several records together tell: a write that the other side has no record of, a failure that nobody tried
//! again, too many tries. The records go through a sorter, so that those of one request come one after the other.

use std::collections::{BTreeSet, HashMap};
use std::io;

use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::Side;
use crate::model::log::LogMap;
use crate::reconcile::entry::Ended;
use crate::reconcile::group::{Group, Patience};
use crate::reconcile::outcome::LogRead;
use crate::reconcile::sorter::Sorter;
use crate::reconcile::stretch::Cover;
use crate::reconcile::tally::Tally;
use crate::reconcile::words::Words;

/// One record, as far as others matter to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// The number of its log, and of its line.
    pub at: (usize, u64),
    pub time: Timestamp,
    /// None where it is no account's that is judged.
    pub account: Option<u32>,
    /// The number of its action's word.
    pub word: u32,
    pub writes: bool,
    pub is_judged: bool,
    pub ended: Ended,
    pub record: String,
}

/// Takes the records of both sides.
pub(super) struct Join {
    sorter: Sorter,
    patience: [Patience; 2],
    /// Whether both sides name requests.
    is_joined: bool,
}

/// What came of it, beside findings.
pub(super) struct Joined {
    pub cover: Cover,
    /// How many writes of each account were held against the other side, by the number of the window.
    pub compared: HashMap<(u32, usize), u64>,
    /// How many could not be.
    pub uncompared: HashMap<(u32, usize), u64>,
    pub undecided: u64,
    /// The accounts of which a failure was seen that was tried again, by its day.
    pub retried: BTreeSet<(u32, Date)>,
}

impl Join {
    pub fn of(maps: [Option<&LogMap>; 2]) -> Join {
        let names = |map: Option<&LogMap>| map.is_some_and(|map| map.fields.request.is_some());
        Join {
            sorter: Sorter::new(),
            patience: maps.map(Patience::of),
            is_joined: maps.into_iter().all(names),
        }
    }

    /// Adds a record, by its request or else by who did what to which record.
    pub fn put(
        &mut self,
        side: Side,
        request: Option<&str>,
        identity: &str,
        spot: &Spot,
    ) -> io::Result<()> {
        // Of somebody unknown, and of no request: it tells nothing of any other record.
        if request.is_none() && spot.account.is_none() {
            return Ok(());
        }
        let key = Key {
            is_request: request.is_some(),
            name: request.unwrap_or(identity).to_owned(),
            side,
        };
        self.sorter.put(written(&key, spot))
    }
}

/// What records are sorted by, before their action, record, account and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub is_request: bool,
    /// The request, or the identity.
    pub name: String,
    pub side: Side,
}

/// Goes through all records by request.
pub(super) fn join(
    join: Join,
    logs: &[LogRead],
    days: (Option<Date>, Option<Date>),
    words: &Words,
    tally: &mut Tally,
) -> io::Result<Joined> {
    let mut cover = Cover::of(logs, days);
    if !join.is_joined {
        cover.windows.clear();
    }
    let mut joined = Joined {
        cover,
        compared: HashMap::new(),
        uncompared: HashMap::new(),
        undecided: 0,
        retried: BTreeSet::new(),
    };
    let mut merge = join.sorter.sorted()?;
    let mut group: Option<Group> = None;
    while let Some(item) = merge.next()? {
        let (key, spot) = read(&item).ok_or_else(|| io::Error::other("a record came back cut"))?;
        if group.as_ref().is_none_or(|group| !group.is_of(&key)) {
            if let Some(done) = group.take() {
                done.end(&mut joined, words, tally);
            }
            group = Some(Group::of(&key, join.patience));
        }
        if let Some(group) = &mut group {
            group.take(key.side, spot, &mut joined, words, tally);
        }
    }
    if let Some(done) = group {
        done.end(&mut joined, words, tally);
    }
    Ok(joined)
}

impl Spot {
    /// The account and the window that it counts in, where the other side must have a record of it.
    pub fn counts_in(&self, cover: &Cover) -> Option<(u32, usize)> {
        let is_write = self.writes && self.is_judged && self.ended == Ended::Done;
        let account = self.account.filter(|_| is_write)?;
        Some((account, cover.window(self.time)?))
    }
}

/// A record as it is sorted: key, side, action, record, account, time; then the rest.
fn written(key: &Key, spot: &Spot) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + key.name.len() + spot.record.len());
    let text = |out: &mut Vec<u8>, text: &str| {
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
        out.extend(length.to_be_bytes());
        out.extend(&text.as_bytes()[..usize::from(length)]);
    };
    out.push(u8::from(key.is_request));
    text(&mut out, &key.name);
    out.push(key.side as u8);
    out.extend(spot.word.to_be_bytes());
    text(&mut out, &spot.record);
    out.extend(spot.account.unwrap_or(u32::MAX).to_be_bytes());
    // Times of logs are after 1970.
    out.extend(spot.time.unix().to_be_bytes());
    out.extend((spot.at.0 as u32).to_be_bytes());
    out.extend(spot.at.1.to_be_bytes());
    let ended = match spot.ended {
        Ended::Done => 0,
        Ended::Failed => 1,
        Ended::Refused => 2,
    };
    out.push(ended << 2 | u8::from(spot.writes) << 1 | u8::from(spot.is_judged));
    out
}

fn read(item: &[u8]) -> Option<(Key, Spot)> {
    let mut rest = item;
    let is_request = byte(&mut rest)? == 1;
    let name = text(&mut rest)?;
    let side = match byte(&mut rest)? {
        0 => Side::Provider,
        _ => Side::Platform,
    };
    let word = u32::from_be_bytes(fixed(&mut rest)?);
    let record = text(&mut rest)?;
    let account = u32::from_be_bytes(fixed(&mut rest)?);
    let time = Timestamp::from_unix(i64::from_be_bytes(fixed(&mut rest)?));
    let log = u32::from_be_bytes(fixed(&mut rest)?) as usize;
    let line = u64::from_be_bytes(fixed(&mut rest)?);
    let flags = byte(&mut rest)?;
    let key = Key {
        is_request,
        name,
        side,
    };
    let spot = Spot {
        at: (log, line),
        time,
        account: (account != u32::MAX).then_some(account),
        word,
        writes: flags & 2 != 0,
        is_judged: flags & 1 != 0,
        ended: match flags >> 2 {
            0 => Ended::Done,
            1 => Ended::Failed,
            _ => Ended::Refused,
        },
        record,
    };
    Some((key, spot))
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (first, behind) = rest.split_first()?;
    *rest = behind;
    Some(*first)
}

fn fixed<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*first)
}

fn text(rest: &mut &[u8]) -> Option<String> {
    let length = u16::from_be_bytes(fixed(rest)?);
    let (text, behind) = rest.split_at_checked(length.into())?;
    *rest = behind;
    Some(String::from_utf8_lossy(text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_went() {
        let key = Key {
            is_request: true,
            name: "req ž 1".to_owned(),
            side: Side::Platform,
        };
        for ended in [Ended::Done, Ended::Failed, Ended::Refused] {
            let spot = Spot {
                at: (3, 1 << 40),
                time: "2026-11-20T08:00:01Z".parse().unwrap(),
                account: Some(7),
                word: 9,
                writes: true,
                is_judged: false,
                ended,
                record: "WO-1".to_owned(),
            };
            let item = written(&key, &spot);
            assert_eq!(read(&item), Some((key.clone(), spot)));
            assert_eq!(read(&item[..item.len() - 1]), None);
        }
    }
}
