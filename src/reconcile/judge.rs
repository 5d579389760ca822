//! Reads the records of logs and judges each by itself; what only two records together tell is left to [`join`].

use std::collections::HashMap;

use crate::model::account::AccountStatus;
use crate::model::date::Date;
use crate::model::entitlement::Side;
use crate::model::id::EnvironmentName;
use crate::model::log::LogMap;
use crate::model::reconciliation::Discrepancy;
use crate::reconcile::entry::{Ended, Entry, Form};
use crate::reconcile::join::{self, Join, Spot};
use crate::reconcile::known::{Known, Verdict, Whose};
use crate::reconcile::lines::Lines;
use crate::reconcile::outcome::{Kind, LogRead, Malformed, Outcome, Place};
use crate::reconcile::rows::{Places, quoted};
use crate::reconcile::tally::Tally;
use crate::reconcile::told;
use crate::reconcile::words::Words;
use crate::reconcile::{Against, Log, Unread};

/// How many lines that cannot be read are named, of each log.
const NAMED: usize = 20;

/// The judgement so far.
pub(super) struct Judge<'a> {
    against: &'a Against<'a>,
    known: Known<'a>,
    /// How each side's log is read.
    maps: [Option<&'a LogMap>; 2],
    tally: Tally,
    join: Join,
    words: Words,
    verdicts: HashMap<(u32, u32, Side), Verdict>,
    logs: Vec<LogRead>,
}

/// A record as it comes by.
struct Met<'m> {
    /// The number of its log, and of its line.
    at: (usize, u64),
    side: Side,
    map: &'m LogMap,
    is_judged: bool,
    /// Whether the map says that it goes by no permission.
    is_ignored: bool,
    /// The number of its action's word.
    word: u32,
    entry: &'m Entry,
}

impl<'a> Judge<'a> {
    pub fn of(against: &'a Against<'a>, logs: &[Log<'a>]) -> Judge<'a> {
        let map = |side| logs.iter().find(|log| log.side == side).map(|log| log.map);
        let maps = [map(Side::Provider), map(Side::Platform)];
        Judge {
            against,
            known: Known::of(against),
            maps,
            tally: Tally::new(against.examples),
            join: Join::of(maps),
            words: Words::default(),
            verdicts: HashMap::new(),
            logs: Vec::new(),
        }
    }

    /// Reads one log to its end.
    pub fn read(&mut self, number: usize, log: Log<'a>) -> Result<(), Unread> {
        let Log {
            side,
            name,
            map,
            from,
        } = log;
        let failed = |error| Unread::Read {
            name: name.clone(),
            error,
        };
        let mut read = LogRead {
            side,
            name: name.clone(),
            records: 0,
            malformed: 0,
            examples: Vec::new(),
            passed: 0,
            elsewhere: 0,
            judged: 0,
            span: None,
        };
        let (form, wanted) = Form::of(map);
        let mut lines = Lines::of(from, quoted(map.form));
        let places = Places::find(map.form, wanted, &mut lines).map_err(failed)?;
        let places = places.map_err(|why| Unread::Heading {
            name: name.clone(),
            why,
        })?;
        let latest = self.against.today.plus_days(1);
        while let Some((line, values)) = places.next(&mut lines).map_err(failed)? {
            read.records += 1;
            let entry = match values {
                Ok(values) if !form.filter.takes(&values) => {
                    read.passed += 1;
                    continue;
                }
                Ok(values) => form.entry(&values, latest),
                Err(why) => Err(why),
            };
            match entry {
                Ok(entry) => self.take((number, line), map, &mut read, entry)?,
                Err(why) => {
                    read.malformed += 1;
                    if read.examples.len() < NAMED {
                        read.examples.push(Malformed { line, why });
                    }
                }
            }
        }
        self.logs.push(read);
        Ok(())
    }

    /// Judges one record.
    fn take(
        &mut self,
        at: (usize, u64),
        map: &LogMap,
        read: &mut LogRead,
        entry: Entry,
    ) -> Result<(), Unread> {
        let time = entry.time;
        read.span = Some(match read.span {
            None => (time, time),
            Some((from, to)) => (from.min(time), to.max(time)),
        });
        let mut met = Met {
            at,
            side: read.side,
            map,
            is_judged: self.is_judged(&entry),
            is_ignored: map.ignored.iter().any(|word| word.as_str() == entry.action),
            word: Words::OTHER,
            entry: &entry,
        };
        read.judged += u64::from(met.is_judged);
        let environment = self.environment(&met);
        let whose = self
            .known
            .whose(met.side, &entry.identity, environment.as_ref());
        let (account, writes) = match whose {
            Whose::Account(number, is_there) => {
                // Only then: of names and words that anybody makes up there is no end.
                met.word = self.words.number(&entry.action);
                if !is_there {
                    let name = environment.as_ref().map(|name| name.as_str());
                    let kind = Kind::Of(Discrepancy::WrongEnvironment);
                    met.tell(&mut self.tally, kind, Some(number), name);
                }
                (Some(number), self.work(&met, number))
            }
            Whose::Elsewhere => {
                read.elsewhere += 1;
                (None, false)
            }
            Whose::Nobody => {
                let who = Some(entry.identity.as_str());
                met.tell(&mut self.tally, Kind::UnknownIdentity, None, who);
                (None, false)
            }
        };
        if met.is_ignored {
            return Ok(());
        }
        let spot = Spot {
            at,
            time,
            account,
            word: met.word,
            writes,
            is_judged: met.is_judged,
            ended: entry.ended,
            record: entry.record.clone(),
        };
        self.join
            .put(met.side, entry.request.as_deref(), &entry.identity, &spot)
            .map_err(Unread::Scratch)
    }

    /// Where a record is of.
    fn environment(&mut self, met: &Met<'_>) -> Option<EnvironmentName> {
        let Some(word) = met.entry.environment.as_deref() else {
            return self.against.environment.cloned();
        };
        let named = self.known.environment(met.side, met.map, word);
        if named.is_none() {
            met.tell(&mut self.tally, Kind::UnknownPlace, None, Some(word));
        }
        named
    }

    /// Judges an account's work; whether it writes.
    fn work(&mut self, met: &Met<'_>, number: u32) -> bool {
        let (entry, account) = (met.entry, Some(number));
        if let Some(kind) = self.standing(number, entry.time.date()) {
            met.tell(&mut self.tally, Kind::Of(kind), account, None);
        }
        if let Some(word) = entry.boundary.as_deref() {
            self.place(met, number, word);
        }
        let verdict = match met.is_ignored {
            true => None,
            false => self.verdict(number, met.word, met.side, met.map, &entry.action),
        };
        if let Some(verdict) = &verdict {
            let what = verdict.key.as_ref().map(|key| key.as_str());
            let what = what.or(Some(&*entry.action));
            for (kind, is_so) in [
                (Discrepancy::BeyondLevel, verdict.is_beyond),
                (Discrepancy::NotGranted, !verdict.is_granted),
            ] {
                if is_so {
                    met.tell(&mut self.tally, Kind::Of(kind), account, what);
                }
            }
        } else if !met.is_ignored {
            let word = Some(entry.action.as_str());
            met.tell(&mut self.tally, Kind::UnknownAction, None, word);
        }
        let writes = verdict.as_ref().is_some_and(|verdict| verdict.writes);
        if met.is_judged {
            let one = self.tally.works(number, (met.side, met.at.0), entry.time);
            one.unknown += u64::from(verdict.is_none() && !met.is_ignored);
            let key = verdict.and_then(|verdict| verdict.key);
            one.used.extend(key.filter(|_| entry.ended == Ended::Done));
        }
        writes
    }

    /// Judges where an account worked.
    fn place(&mut self, met: &Met<'_>, number: u32, word: &str) {
        let Some(path) = self.known.boundary(met.map, word) else {
            met.tell(&mut self.tally, Kind::UnknownPlace, None, Some(word));
            return;
        };
        let own = &self.known.accounts[number as usize].1.boundary;
        if !own.is_empty() && !own.iter().any(|at| at.holds(&path)) {
            let kind = Kind::Of(Discrepancy::OutsideBoundary);
            met.tell(&mut self.tally, kind, Some(number), Some(path.as_str()));
        }
    }

    fn is_judged(&self, entry: &Entry) -> bool {
        let day = entry.time.date();
        let against = self.against;
        let is_it =
            |wanted: &String| *wanted == entry.record || Some(wanted) == entry.request.as_ref();
        against.since.is_none_or(|since| day >= since)
            && against.until.is_none_or(|until| day <= until)
            && against.record.as_ref().is_none_or(is_it)
    }

    /// What is wrong with an account at work on a day, as it stands.
    fn standing(&self, number: u32, on: Date) -> Option<Discrepancy> {
        let (id, account) = self.known.accounts[number as usize];
        let is_over = match account.status {
            AccountStatus::Active => false,
            AccountStatus::Proposed | AccountStatus::Suspended | AccountStatus::Retired => {
                let since = self.against.ended.get(id);
                since.is_none_or(|since| on > since.date())
            }
        };
        if is_over {
            return Some(Discrepancy::RetiredInUse);
        }
        let last = self.known.last_day(number, on)?;
        (on > last).then_some(Discrepancy::ExpiredInUse)
    }

    /// What an action is to an account; looked up once.
    fn verdict(
        &mut self,
        number: u32,
        word: u32,
        side: Side,
        map: &LogMap,
        text: &str,
    ) -> Option<Verdict> {
        let key = (number, word, side);
        if let Some(verdict) = self.verdicts.get(&key) {
            return Some(verdict.clone());
        }
        let action = self.known.action(side, map, text)?;
        let verdict = self.known.verdict(number, side, &action);
        if word != Words::OTHER {
            self.verdicts.insert(key, verdict.clone());
        }
        Some(verdict)
    }

    /// Joins what was read, and gives all that came of it.
    pub fn finish(mut self) -> Result<Outcome, Unread> {
        let days = (self.against.since, self.against.until);
        let joined = join::join(self.join, &self.logs, days, &self.words, &mut self.tally);
        let joined = joined.map_err(Unread::Scratch)?;
        let found = self.tally.days();
        let windows = told::windows(
            &self.known.accounts,
            self.against.environment,
            &joined,
            &found,
        );
        let used = self.tally.uses().into_iter();
        let used = used.filter_map(|((number, side), by_log)| {
            // Of one record nobody can tell what else is used.
            let map = self.maps[side as usize].filter(|_| self.against.record.is_none());
            told::used_of(
                self.known.accounts[number as usize],
                (side, map),
                &self.logs,
                &by_log,
            )
        });
        let used = used.collect();
        let accounts = &self.known.accounts;
        let name = |number: u32| accounts[number as usize].0.clone();
        Ok(Outcome {
            at: self.against.now,
            compared: told::sum(&windows, |window| &window.compared),
            uncompared: told::sum(&windows, |window| &window.uncompared),
            windows,
            undecided: joined.undecided,
            left_out: self.tally.left_out,
            cut: self.tally.cut.iter().map(|number| name(*number)).collect(),
            findings: self.tally.findings(name),
            used,
            logs: self.logs,
        })
    }
}

impl Met<'_> {
    /// Counts it as a finding, where it is judged.
    fn tell(&self, tally: &mut Tally, kind: Kind, account: Option<u32>, what: Option<&str>) {
        if !self.is_judged {
            return;
        }
        let entry = self.entry;
        let is_done = entry.ended == Ended::Done;
        let about = (kind, account, what.map(str::to_owned));
        tally.add(about, entry.time, is_done, || Place {
            log: self.at.0,
            line: self.at.1,
            time: entry.time,
            action: entry.action.clone(),
            record: entry.record.clone(),
            request: entry.request.clone().unwrap_or_default(),
        });
    }
}
