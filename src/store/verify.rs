//! Whether the store is what its audit trail says: replays the chain and holds every live row against it.

use std::sync::OnceLock;

use rusqlite::Connection;

use crate::model::event::Digest;
use crate::model::record::{Kind, Record, RecordId};
use crate::store::cell::lossy;
use crate::store::error::{StoreError, clean};
use crate::store::event::Replay;
use crate::store::held::{Against, Held, Vouched, tree_fault};
use crate::store::noun::{Care, Loaded, each, sql};
use crate::store::{Store, astray, connection, dangling, due, event, migrate, principal};

/// What a verification found. Without faults, the store is what the trail up to `head` made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    pub events: u64,
    /// The hash of the last event; zeros where there is none.
    pub head: Digest,
    /// The root of the Merkle tree over the events.
    pub root: Digest,
    /// The kept checkpoints that could be read.
    pub vouched: Vec<Vouched>,
    pub faults: Vec<Fault>,
}

/// One way in which the store is not what the trail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The event, where it is one.
    pub sequence: Option<u64>,
    /// The record's id as text, where it is one.
    pub record: Option<String>,
    pub message: String,
}

/// More faults than this are of no use to anybody.
const MOST: usize = 1000;

/// One more than `MOST`, so that a fault too many is noticed.
const INTEGRITY: &str = "PRAGMA integrity_check(1001)";

const SCHEMA: &str = "
    SELECT type || ' ' || name || ' ' || tbl_name || ' ' || ifnull(sql, '') FROM sqlite_schema
    ORDER BY type, name";

impl Store {
    /// The same against nothing from outside.
    pub fn verify(&self) -> Result<Verification, StoreError> {
        self.verify_against(&Against::default())
    }

    /// Replays the trail in constant memory, holds it against checkpoints, and compares every live record with the latest
    /// event that names it.
    pub fn verify_against(&self, against: &Against<'_>) -> Result<Verification, StoreError> {
        let _snapshot = self.moment()?;
        let db = &self.db;
        let mut faults = Faults::default();
        faults.header(db)?;
        faults.pages(db)?;
        let (replay, vouched) = faults.trail(db, against)?;
        let due = faults.records(db)?;
        faults.gone(db)?;
        faults.derived(db, due)?;
        dangling::each(db, &mut |record, wants| {
            faults.record(
                record.to_string(),
                format!("it names `{wants}`, which is not there"),
            );
        })?;
        Ok(Verification {
            events: replay.tree.size(),
            head: replay.chain.head(),
            root: replay.tree.root(),
            vouched,
            faults: faults.list(),
        })
    }
}

#[derive(Default)]
struct Faults {
    found: Vec<Fault>,
    /// Whether some were left out.
    more: bool,
}

impl Faults {
    fn list(mut self) -> Vec<Fault> {
        if self.more {
            self.found.push(Fault {
                sequence: None,
                record: None,
                message: format!("there are more faults: these are the first {MOST}"),
            });
        }
        self.found
    }

    /// What the engine itself finds wrong with the file: its pages, its indexes, its constraints.
    fn pages(&mut self, db: &Connection) -> Result<(), StoreError> {
        let mut statement = db.prepare(INTEGRITY)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let found = lossy(row.get_ref(0)?);
            if found != "ok" {
                self.other(format!("the file is damaged: {found}"));
            }
        }
        Ok(())
    }

    fn put(&mut self, sequence: Option<u64>, record: Option<String>, message: String) {
        if self.found.len() >= MOST {
            self.more = true;
        } else {
            self.found.push(Fault {
                sequence,
                record: record.map(|record| clean(&record)),
                message: clean(&message),
            });
        }
    }

    fn event(&mut self, sequence: u64, message: String) {
        self.put(Some(sequence), None, message);
    }

    fn record(&mut self, record: String, message: String) {
        self.put(None, Some(record), message);
    }

    fn other(&mut self, message: String) {
        self.put(None, None, message);
    }

    /// The trail itself: its chain, its tree, and the checkpoints that it is held against.
    fn trail(
        &mut self,
        db: &Connection,
        against: &Against<'_>,
    ) -> Result<(Replay, Vec<Vouched>), StoreError> {
        let mut held = Held::of(db, against)?;
        held.faults.drain(..).for_each(|fault| self.other(fault));
        let mut replay = Replay::default();
        replay.run(db, &mut |replay, event| {
            for fault in event.faults {
                self.event(event.sequence, fault);
            }
            held.pass(&replay.tree, &mut |fault| self.other(fault));
        })?;
        held.end(replay.tree.size(), &mut |fault| self.other(fault));
        if replay.tree.size() == 0 {
            self.other("the audit trail is empty: its first event is missing".to_owned());
        }
        if let Some(fault) = tree_fault(db, &replay)? {
            self.other(fault);
        }
        Ok((replay, held.vouched))
    }

    fn header(&mut self, db: &Connection) -> Result<(), StoreError> {
        let application = migrate::application(db)?;
        if application != migrate::APPLICATION {
            self.other(format!(
                "the file's application is {application:#x}, not a store's"
            ));
        }
        let (found, known) = (migrate::version(db)?, migrate::newest());
        if found != known {
            self.other(format!("the file's format is {found}, not {known}"));
        }
        let (stands, should) = (schema(db)?, own_schema()?);
        for entry in should.iter().filter(|entry| !stands.contains(entry)) {
            self.other(format!(
                "the schema lacks or has changed: {}",
                first_words(entry)
            ));
        }
        for entry in stands.iter().filter(|entry| !should.contains(entry)) {
            self.other(format!(
                "the schema has what is not ours: {}",
                first_words(entry)
            ));
        }
        Ok(())
    }

    /// Every live record against its latest event; gives how many rows `due` should have.
    fn records(&mut self, db: &Connection) -> Result<u64, StoreError> {
        let mut reckoner = due::Reckoner::new(db);
        let mut due = 0;
        for kind in Kind::ALL.iter().copied() {
            each(db, kind, sql(kind).all, [], Care::Exact, &mut |loaded| {
                if let Ok(record) = &loaded.record {
                    due += self.due(&mut reckoner, db, record)?;
                }
                self.live(db, kind, loaded)
            })?;
            for list in sql(kind).lists {
                let Some(gaps) = list.gaps else { continue };
                let mut statement = db.prepare(gaps)?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    let owner = lossy(row.get_ref(0)?);
                    let message = format!("the positions in `{}` have gaps", list.table);
                    self.record(RecordId::new(kind, &owner).to_string(), message);
                }
            }
        }
        Ok(due)
    }

    fn live(&mut self, db: &Connection, kind: Kind, loaded: Loaded) -> Result<(), StoreError> {
        let id = RecordId::new(kind, &loaded.name).to_string();
        let record = match loaded.record {
            Ok(record) => record,
            Err(why) => {
                self.record(id, format!("its row does not parse: {why}"));
                return Ok(());
            }
        };
        if !loaded.exact {
            self.record(
                id.clone(),
                "its row is not as it would be written".to_owned(),
            );
        }
        if let Some(how) = astray::live(db, &id, &record)? {
            self.record(id, how.to_string());
        }
        Ok(())
    }

    /// Records that should be there by their latest event.
    fn gone(&mut self, db: &Connection) -> Result<(), StoreError> {
        event::each_record(db, |name| {
            if name == "store" {
                return Ok(());
            }
            let Ok(id) = name.parse::<RecordId>() else {
                self.other(format!("an event names `{name}`, which is no record"));
                return Ok(());
            };
            if let Some(how) = astray::gone(db, &id)? {
                self.record(name.to_owned(), how.to_string());
            }
            Ok(())
        })
    }

    /// The rows of an account in `due` against those that follow from it; gives how many there should be.
    fn due(
        &mut self,
        reckoner: &mut due::Reckoner<'_>,
        db: &Connection,
        record: &Record,
    ) -> Result<u64, StoreError> {
        let Record::Account(id, account) = record else {
            return Ok(0);
        };
        let pair = reckoner
            .computed(id, account)
            .and_then(|computed| Ok((due::stored(db, id.as_str())?, computed)));
        match pair {
            Ok((stored, computed)) => {
                if stored != computed {
                    let message = "its rows in `due` are not what follows from it";
                    self.record(format!("account/{id}"), message.to_owned());
                }
                Ok(computed.len() as u64)
            }
            Err(StoreError::Damaged { what, why }) => {
                let message = format!("its rows in `due`: {what}: {why}");
                self.record(format!("account/{id}"), message);
                Ok(0)
            }
            Err(error) => Err(error),
        }
    }

    /// What the tables that are computed from others hold beside that.
    fn derived(&mut self, db: &Connection, expected: u64) -> Result<(), StoreError> {
        if due::count(db)? != expected {
            self.other(
                "table `due` has rows that follow from no account, or lacks some".to_owned(),
            );
        }
        principal::astray(db, |id| {
            self.record(
                id,
                "its row in `principal` and its record do not go together".to_owned(),
            );
        })
    }
}

fn schema(db: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = db.prepare(SCHEMA)?;
    let entries = statement.query_map([], |row| row.get(0))?;
    Ok(entries.collect::<Result<_, _>>()?)
}

/// What this keyroll makes; always the same, so made once.
fn own_schema() -> Result<&'static [String], StoreError> {
    static MADE: OnceLock<Vec<String>> = OnceLock::new();
    if let Some(made) = MADE.get() {
        return Ok(made);
    }
    let mut fresh = connection::in_memory()?;
    migrate::make(&mut fresh, |_| Ok(()))?;
    let made = schema(&fresh)?;
    Ok(MADE.get_or_init(|| made))
}

fn first_words(entry: &str) -> String {
    entry.split(' ').take(2).collect::<Vec<_>>().join(" ")
}
