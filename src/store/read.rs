//! Reading records back: all of them, one, or what belongs to some accounts.

use std::collections::BTreeSet;

use rusqlite::{Connection, Transaction};

use crate::lifecycle::due::owner_change;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, Record, RecordId};
use crate::model::references;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::noun::{Care, each, load_record, sql, whole};

impl Store {
    /// Reads as of one moment, whatever others commit meanwhile.
    ///
    /// # Errors
    /// Those of `read`, and when the store cannot be read.
    pub fn at_once<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let _snapshot = self.moment()?;
        read()
    }

    /// Holds the moment as of which is read; none where whoever calls holds it already.
    pub(super) fn moment(&self) -> Result<Option<Transaction<'_>>, StoreError> {
        let held = !self.db.is_autocommit();
        Ok(match held {
            true => None,
            false => Some(self.db.unchecked_transaction()?),
        })
    }

    /// Everything but the sealed values, as of one moment: no judgement needs those, and they are large.
    pub fn inventory(&self) -> Result<Inventory, StoreError> {
        let _snapshot = self.moment()?;
        let mut inventory = Inventory::default();
        let kinds = Kind::ALL.iter().copied();
        for kind in kinds.filter(|kind| *kind != Kind::Sealed) {
            let put = &mut |loaded| {
                inventory.put(whole(kind, loaded)?);
                Ok(())
            };
            each(&self.db, kind, sql(kind).all, [], Care::Plain, put)?;
        }
        Ok(inventory)
    }

    /// One record, if it is there.
    pub fn record(&self, id: &RecordId) -> Result<Option<Record>, StoreError> {
        load_record(&self.db, id)
    }

    /// One record, if it is there, held against the audit trail: it is what its latest event left.
    pub fn vouched(&self, id: &RecordId) -> Result<Option<Record>, StoreError> {
        let _snapshot = self.moment()?;
        let record = load_record(&self.db, id)?;
        if let Some(record) = &record {
            crate::store::commit::expect(&self.db, record, id)?;
        } else if crate::store::event::latest_of(&self.db, &id.to_string())?
            .flatten()
            .is_some()
        {
            return Err(StoreError::Tampered { record: id.clone() });
        }
        Ok(record)
    }

    /// Every record of a kind, sorted by name.
    pub fn records(&self, kind: Kind) -> Result<Vec<Record>, StoreError> {
        let mut records = Vec::new();
        let put = &mut |loaded| {
            records.push(whole(kind, loaded)?);
            Ok(())
        };
        each(&self.db, kind, sql(kind).all, [], Care::Plain, put)?;
        Ok(records)
    }

    /// The names of all records of a kind, sorted.
    pub fn names(&self, kind: Kind) -> Result<Vec<String>, StoreError> {
        let mut statement = self.db.prepare_cached(sql(kind).names)?;
        let names = statement.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// How many records there are of a kind.
    pub fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        let mut statement = self.db.prepare_cached(sql(kind).count)?;
        let count: i64 = statement.query_row([], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Some accounts with what belongs to them (versions, approvals, decisions, risks, facts, waivers) and, in turn,
    /// every record that these name, and the organisation: enough to judge the accounts by. Accounts that are not
    /// there are left out.
    pub fn accounts(&self, ids: &[AccountId]) -> Result<Inventory, StoreError> {
        let _snapshot = self.moment()?;
        let mut gathered = Gathered {
            db: &self.db,
            seen: BTreeSet::new(),
            inventory: Inventory::default(),
        };
        gathered.with_named(&RecordId::new(Kind::Organisation, &""))?;
        for id in ids {
            gathered.with_named(&RecordId::new(Kind::Account, id))?;
            gathered.belongings(id)?;
        }
        gathered.waivers(ids)?;
        Ok(gathered.inventory)
    }

    /// Some accounts with their versions, their rotation policies, the changes of their owners and the waivers about them,
    /// and nothing else: enough to judge what is due, and to judge only that.
    pub fn scheduled(&self, ids: &[AccountId]) -> Result<Inventory, StoreError> {
        let _snapshot = self.moment()?;
        let mut gathered = Gathered {
            db: &self.db,
            seen: BTreeSet::new(),
            inventory: Inventory::default(),
        };
        for id in ids {
            gathered.schedule(id)?;
        }
        gathered.waivers(ids)?;
        Ok(gathered.inventory)
    }
}

struct Gathered<'d> {
    db: &'d Connection,
    seen: BTreeSet<RecordId>,
    inventory: Inventory,
}

impl Gathered<'_> {
    /// A record and all that it names, however far.
    fn with_named(&mut self, id: &RecordId) -> Result<(), StoreError> {
        let mut open = vec![id.clone()];
        while let Some(id) = open.pop() {
            if !self.seen.insert(id.clone()) {
                continue;
            }
            if let Some(record) = load_record(self.db, &id)? {
                open.extend(references::of(&record).into_iter().map(|r| r.record));
                self.inventory.put(record);
            }
        }
        Ok(())
    }

    /// An account, its versions, its policy and the changes of its owners.
    fn schedule(&mut self, id: &AccountId) -> Result<(), StoreError> {
        let Some(account) = load_record(self.db, &RecordId::new(Kind::Account, id))? else {
            return Ok(());
        };
        if let Record::Account(_, account) = &account
            && let Some(policy) = &account.rotation
            && !self.inventory.rotations.contains_key(policy)
        {
            let policy = load_record(self.db, &RecordId::new(Kind::Rotation, policy))?;
            policy.map(|policy| self.inventory.put(policy));
        }
        self.inventory.put(account);
        for kind in [Kind::Version, Kind::Fact] {
            let inventory = &mut self.inventory;
            let put = &mut |loaded| {
                let record = whole(kind, loaded)?;
                if !matches!(&record, Record::Fact(_, fact) if owner_change(fact).is_none()) {
                    inventory.put(record);
                }
                Ok(())
            };
            if let Some(of_account) = sql(kind).of_account {
                each(self.db, kind, of_account, [id.as_str()], Care::Plain, put)?;
            }
        }
        Ok(())
    }

    fn belongings(&mut self, id: &AccountId) -> Result<(), StoreError> {
        for kind in Kind::ALL.iter().copied() {
            let Some(of_account) = sql(kind).of_account else {
                continue;
            };
            let mut found = Vec::new();
            let put = &mut |loaded| {
                found.push(whole(kind, loaded)?.id());
                Ok(())
            };
            each(self.db, kind, of_account, [id.as_str()], Care::Plain, put)?;
            for id in found {
                self.with_named(&id)?;
            }
        }
        Ok(())
    }
    /// The waivers about some accounts. One look at all of them: there are few, and none is found by its subject.
    fn waivers(&mut self, ids: &[AccountId]) -> Result<(), StoreError> {
        let subjects: BTreeSet<String> = ids.iter().map(|id| format!("account/{id}")).collect();
        let mut found = Vec::new();
        let put = &mut |loaded| {
            if let Record::Waiver(key, _) = whole(Kind::Waiver, loaded)?
                && subjects.contains(&*key.subject)
            {
                found.push(RecordId::new(Kind::Waiver, &key));
            }
            Ok(())
        };
        each(
            self.db,
            Kind::Waiver,
            sql(Kind::Waiver).all,
            [],
            Care::Plain,
            put,
        )?;
        for id in found {
            self.with_named(&id)?;
        }
        Ok(())
    }
}
