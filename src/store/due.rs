//! Table `due`: what falls due when, derived from accounts, versions and rotations in the transaction that changes them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, params};

use crate::lifecycle::due::{Due, DueKind, current, dates, owner_change};
use crate::model::account::Account;
use crate::model::change::{Action, Change, Expected};
use crate::model::credential::Version;
use crate::model::date::Date;
use crate::model::id::{AccountId, RotationId};
use crate::model::record::{Kind, Record, RecordId};
use crate::model::rotation::Rotation;
use crate::store::Store;
use crate::store::cell::Cells;
use crate::store::error::StoreError;
use crate::store::noun::{Care, each, load_record, whole};
use crate::store::table::version::OF_ACCOUNT as OF_ACCOUNT_VERSIONS;

const INSERT: &str = "
    INSERT INTO due (warn_on, due_on, what, account) VALUES (:warn_on, :due_on, :what, :account)";
const CLEAR: &str = "DELETE FROM due WHERE account = :account";
/// In the order of the table: a scan of the range that is due, and of nothing else.
const AS_OF: &str = "
    SELECT account, what, warn_on, due_on FROM due WHERE warn_on <= :as_of
    ORDER BY warn_on, due_on, what, account";
const OF_ACCOUNT: &str = "
    SELECT account, what, warn_on, due_on FROM due INDEXED BY due_account WHERE account = :account
    ORDER BY warn_on, due_on, what";
const COUNT: &str = "SELECT count(*) FROM due";
const OWNER_CHANGED: &str = "
    SELECT min(happened_on) FROM fact
    WHERE account = :account AND fact = 'owner-changed' AND happened_on > :issued";
const WITH_OWNER_CHANGE: &str =
    "SELECT DISTINCT account FROM fact WHERE fact = 'owner-changed' AND account IS NOT NULL";
const ACCOUNTS_OF_ROTATION: &str = "SELECT id FROM account WHERE rotation = :rotation";

/// One thing that is due, or soon will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRow {
    pub account: AccountId,
    pub what: DueKind,
    pub warn_on: Date,
    pub due_on: Date,
}

fn rows(db: &Connection, sql: &str, param: &str) -> Result<Vec<DueRow>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([param])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let mut cells = Cells::from(row, 0);
        let mut read = || -> Result<DueRow, String> {
            Ok(DueRow {
                account: cells.next()?,
                what: cells.next()?,
                warn_on: cells.next()?,
                due_on: cells.next()?,
            })
        };
        out.push(read().map_err(|why| StoreError::damaged("table `due`", why))?);
    }
    Ok(out)
}

/// The rows that stand for an account, in the order of `computed`.
pub(super) fn stored(db: &Connection, account: &str) -> Result<Vec<DueRow>, StoreError> {
    rows(db, OF_ACCOUNT, account)
}

pub(super) fn count(db: &Connection) -> Result<u64, StoreError> {
    let count: i64 = db.query_row(COUNT, [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Looks up what dates are computed from; rotations are few, and read once.
pub(super) struct Reckoner<'d> {
    db: &'d Connection,
    rotations: HashMap<RotationId, Option<Box<Rotation>>>,
}

impl<'d> Reckoner<'d> {
    pub fn new(db: &'d Connection) -> Reckoner<'d> {
        Reckoner {
            db,
            rotations: HashMap::new(),
        }
    }

    /// What the rows of an account should be.
    pub fn computed(
        &mut self,
        id: &AccountId,
        account: &Account,
    ) -> Result<Vec<DueRow>, StoreError> {
        let current = self.current(id)?;
        self.follows(id, account, current.as_ref())
    }

    /// The same, for who knows the current version.
    fn follows(
        &mut self,
        id: &AccountId,
        account: &Account,
        current: Option<&Version>,
    ) -> Result<Vec<DueRow>, StoreError> {
        let db = self.db;
        let rotation = match &account.rotation {
            None => None,
            Some(rotation) => self.rotation(rotation)?,
        };
        // Looked up only where it counts.
        let changed = match (current, rotation) {
            (Some(version), Some(policy)) if policy.on_owner_change => {
                owner_changed(db, id, version.issued)?
            }
            _ => None,
        };
        let row = |due: Due| DueRow {
            account: id.clone(),
            what: due.what,
            warn_on: due.warn_on,
            due_on: due.due_on,
        };
        let mut out: Vec<DueRow> = dates(account, current, rotation, changed)
            .into_iter()
            .map(row)
            .collect();
        out.sort_by_key(|row| (row.warn_on, row.due_on, row.what.as_str()));
        Ok(out)
    }

    fn current(&self, id: &AccountId) -> Result<Option<Version>, StoreError> {
        let mut versions = BTreeMap::new();
        each(
            self.db,
            Kind::Version,
            OF_ACCOUNT_VERSIONS,
            [id.as_str()],
            Care::Plain,
            &mut |loaded| {
                if let Record::Version(key, version) = whole(Kind::Version, loaded)? {
                    versions.insert(key, *version);
                }
                Ok(())
            },
        )?;
        Ok(current(&versions, id).cloned())
    }

    fn rotation(&mut self, id: &RotationId) -> Result<Option<&Rotation>, StoreError> {
        if !self.rotations.contains_key(id) {
            let record = load_record(self.db, &RecordId::new(Kind::Rotation, id))?;
            let rotation = match record {
                Some(Record::Rotation(_, rotation)) => Some(rotation),
                _ => None,
            };
            self.rotations.insert(id.clone(), rotation);
        }
        Ok(self.rotations.get(id).and_then(Option::as_deref))
    }
}

/// The first day after the issue of its current version on which an owner of an account changed.
fn owner_changed(
    db: &Connection,
    id: &AccountId,
    issued: Date,
) -> Result<Option<Date>, StoreError> {
    let mut statement = db.prepare_cached(OWNER_CHANGED)?;
    let day: Option<String> =
        statement.query_row([id.as_str(), &issued.to_string()], |row| row.get(0))?;
    let day = day.map(|day| day.parse()).transpose();
    day.map_err(|error| StoreError::damaged("table `fact`", format!("{error}")))
}

/// What a list of changes does to one account, as far as its dates go.
#[derive(Default)]
struct Touched<'c> {
    /// The account as the changes leave it, where they write it.
    written: Option<&'c Account>,
    removed: bool,
    /// Whether the changes made it, so that it has no rows yet.
    made: bool,
    /// Whether the changes write a version of it.
    versioned: bool,
}

/// Brings the table up to date with changes that were just applied.
pub(super) fn refresh(db: &Connection, changes: &[Change]) -> Result<(), StoreError> {
    let mut touched: BTreeMap<AccountId, Touched<'_>> = BTreeMap::new();
    let mut rotations: BTreeSet<String> = BTreeSet::new();
    for change in changes {
        for fact in [change.before(), change.after()].into_iter().flatten() {
            if let Record::Fact(_, fact) = fact
                && let Some((account, _)) = owner_change(fact)
            {
                touched.entry(account.clone()).or_default();
            }
        }
        match &change.action {
            Action::Put(Record::Account(id, account)) => {
                let entry = touched.entry(id.clone()).or_insert_with(|| Touched {
                    made: change.expected == Expected::Absent,
                    ..Touched::default()
                });
                entry.written = Some(account);
                entry.removed = false;
            }
            Action::Put(Record::Version(key, _)) => {
                touched.entry(key.account.clone()).or_default().versioned = true;
            }
            Action::Put(Record::Rotation(id, _)) if change.expected != Expected::Absent => {
                rotations.insert(id.to_string());
            }
            Action::Put(_) => {}
            Action::Remove(id) => removed(&mut touched, &mut rotations, id),
        }
    }
    for rotation in rotations {
        let mut statement = db.prepare_cached(ACCOUNTS_OF_ROTATION)?;
        let mut rows = statement.query([&rotation])?;
        while let Some(row) = rows.next()? {
            let id: AccountId = Cells::from(row, 0)
                .next()
                .map_err(|why| StoreError::damaged("table `account`", why))?;
            touched.entry(id).or_default();
        }
    }
    write(db, &touched)
}

/// Reckons anew what an older keyroll reckoned otherwise: it did not ask for changes of owners.
pub(super) fn reckon_anew(db: &Connection) -> Result<(), StoreError> {
    let mut touched = BTreeMap::new();
    let mut statement = db.prepare(WITH_OWNER_CHANGE)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id: AccountId = Cells::from(row, 0)
            .next()
            .map_err(|why| StoreError::damaged("table `fact`", why))?;
        touched.insert(id, Touched::default());
    }
    write(db, &touched)
}

fn removed<'c>(
    touched: &mut BTreeMap<AccountId, Touched<'c>>,
    rotations: &mut BTreeSet<String>,
    id: &RecordId,
) {
    if id.kind == Kind::Account {
        if let Ok(id) = id.name.parse() {
            let entry = touched.entry(id).or_default();
            entry.written = None;
            entry.removed = true;
        }
    } else if id.kind == Kind::Version {
        let account = id.name.split(' ').next().unwrap_or_default();
        if let Ok(account) = account.parse() {
            touched.entry(account).or_default();
        }
    } else if id.kind == Kind::Rotation {
        rotations.insert(id.name.to_string());
    }
}

fn write(db: &Connection, touched: &BTreeMap<AccountId, Touched<'_>>) -> Result<(), StoreError> {
    let mut reckoner = Reckoner::new(db);
    for (id, touched) in touched {
        if !touched.made {
            db.prepare_cached(CLEAR)?.execute([id.as_str()])?;
        }
        let due = match touched.written {
            _ if touched.removed => continue,
            // An account just made has no version but those that were made with it.
            Some(account) if touched.made && !touched.versioned => {
                reckoner.follows(id, account, None)?
            }
            Some(account) => reckoner.computed(id, account)?,
            None => match load_record(db, &RecordId::new(Kind::Account, id))? {
                Some(Record::Account(_, account)) => reckoner.computed(id, &account)?,
                _ => continue,
            },
        };
        let mut statement = db.prepare_cached(INSERT)?;
        for row in due {
            let (warn, on) = (row.warn_on.to_string(), row.due_on.to_string());
            statement.execute(params![warn, on, row.what.as_str(), id.as_str()])?;
        }
    }
    Ok(())
}

impl Store {
    /// What is due on a day or to be warned of, the earliest warning first.
    pub fn due(&self, as_of: Date) -> Result<Vec<DueRow>, StoreError> {
        rows(&self.db, AS_OF, &as_of.to_string())
    }
}
