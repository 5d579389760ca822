//! What the table of each noun gives, and the dispatch from records to tables.

use std::fmt::Display;
use std::str::FromStr;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, Params, Row, params_from_iter};

use crate::model::record::{Kind, Record, RecordId, nouns};
use crate::store::cell::{Cells, lossy, same};
use crate::store::error::StoreError;
use crate::store::principal;

/// The statements of one table. Parameters stand in the order of the columns, the parts of the key last.
pub(super) struct Sql {
    pub table: &'static str,
    /// How many parts the key has; as text they stand with a blank between.
    pub key_parts: usize,
    /// Whether its records may own accounts and hold roles.
    pub principal: bool,
    pub insert: &'static str,
    pub update: &'static str,
    pub delete: &'static str,
    /// A row where there is one of a key.
    pub exists: &'static str,
    /// The key as text, then the lists, then the columns as `insert` has them; in the order of the keys.
    pub all: &'static str,
    /// The same, of one key.
    pub one: &'static str,
    /// The same, of one account; for what belongs to an account.
    pub of_account: Option<&'static str>,
    pub names: &'static str,
    pub count: &'static str,
    /// The key as text of the row with a given rowid.
    pub key_of_row: &'static str,
    pub lists: &'static [List],
}

/// The statements of one list: a table of its own below the noun's.
pub(super) struct List {
    pub table: &'static str,
    /// The owner's key first.
    pub insert: &'static str,
    /// All of one owner.
    pub clear: &'static str,
    /// The keys of owners whose rows name what is not there.
    pub dangling: &'static str,
    /// The keys of owners whose positions are not 0, 1, 2 ...; none for a list that is a map.
    pub gaps: Option<&'static str>,
}

/// Receives one row of a list.
pub(super) type PutRow<'p> =
    dyn FnMut(&'static List, &[ToSqlOutput<'_>]) -> rusqlite::Result<()> + 'p;

/// A noun of the model that has a table.
pub(super) trait Noun: Sized {
    type Key: FromStr<Err: Display> + Display;
    const SQL: Sql;

    /// The cells of its row, in the order of `Sql::insert`.
    fn row<'a>(&'a self, key: &'a Self::Key) -> Vec<ToSqlOutput<'a>>;

    /// Gives each row of its lists.
    fn lists(&self, _key: &Self::Key, _put: &mut PutRow<'_>) -> rusqlite::Result<()> {
        Ok(())
    }

    /// Reads it back; an error names the column.
    fn read(key: &Self::Key, cells: &mut Cells<'_>) -> Result<Self, String>;

    /// Whether key and body say the same, for bodies that repeat their key.
    fn fits(&self, _key: &Self::Key) -> bool {
        true
    }
}

/// A row as read: the key as text, and the record, or what is wrong with the row.
pub(super) struct Loaded {
    pub name: String,
    pub record: Result<Record, String>,
    /// Whether every cell is what would be written for the record.
    pub exact: bool,
}

/// How closely rows are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    Plain,
    /// Compares every cell with what would be written.
    Exact,
}

pub(super) type EachRow<'f> = dyn FnMut(Loaded) -> Result<(), StoreError> + 'f;

fn put_lists<N: Noun>(db: &Connection, key: &N::Key, body: &N) -> rusqlite::Result<()> {
    if N::SQL.lists.is_empty() {
        return Ok(());
    }
    body.lists(key, &mut |list, cells| {
        let mut statement = db.prepare_cached(list.insert)?;
        statement.execute(params_from_iter(cells)).map(drop)
    })
}

fn clear_lists<N: Noun>(db: &Connection, name: &str) -> rusqlite::Result<()> {
    for list in N::SQL.lists {
        db.prepare_cached(list.clear)?.execute([name])?;
    }
    Ok(())
}

fn unfit<N: Noun>(key: &N::Key, why: impl Display) -> StoreError {
    StoreError::Unfit {
        record: format!("{}/{key}", N::SQL.table.replace('_', "-")),
        why: crate::store::error::clean(&why.to_string()),
    }
}

/// Inserts a record; `false` where one stands under its key already.
fn insert<N: Noun>(db: &Connection, key: &N::Key, body: &N) -> Result<bool, StoreError> {
    if !body.fits(key) {
        return Err(unfit::<N>(key, "its key and its body differ"));
    }
    let row = body.row(key);
    match db
        .prepare_cached(N::SQL.insert)?
        .execute(params_from_iter(&row))
    {
        Ok(_) => {}
        Err(error) if is_duplicate(&error) => return Ok(false),
        Err(error) => return Err(refused::<N>(key, error)),
    }
    if N::SQL.principal {
        principal::insert(db, N::SQL.table, &key.to_string())?;
    }
    put_lists(db, key, body).map_err(|error| refused::<N>(key, error))?;
    Ok(true)
}

/// Replaces the record under a key; `false` where there is none.
fn update<N: Noun>(db: &Connection, key: &N::Key, body: &N) -> Result<bool, StoreError> {
    if !body.fits(key) {
        return Err(unfit::<N>(key, "its key and its body differ"));
    }
    let row = body.row(key);
    let changed = db
        .prepare_cached(N::SQL.update)?
        .execute(params_from_iter(&row))
        .map_err(|error| refused::<N>(key, error))?;
    clear_lists::<N>(db, &key.to_string())?;
    put_lists(db, key, body).map_err(|error| refused::<N>(key, error))?;
    Ok(changed == 1)
}

/// Takes the record under a key out; `false` where there is none.
fn delete<N: Noun>(db: &Connection, name: &str) -> Result<bool, StoreError> {
    clear_lists::<N>(db, name)?;
    if N::SQL.principal {
        principal::delete(db, N::SQL.table, name)?;
    }
    let changed = db
        .prepare_cached(N::SQL.delete)?
        .execute(key_params(name, N::SQL.key_parts))?;
    Ok(changed == 1)
}

/// The parts of a key as parameters; a part that is missing is NULL.
fn key_params(name: &str, parts: usize) -> impl Params {
    let mut cells: Vec<Option<&str>> = name.splitn(parts.max(1), ' ').map(Some).collect();
    cells.resize(parts.max(1), None);
    params_from_iter(cells.into_iter().map(|part| part.map(str::to_owned)))
}

fn is_duplicate(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    error.sqlite_error().is_some_and(|error| {
        [SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE].contains(&error.extended_code)
    })
}

fn refused<N: Noun>(key: &N::Key, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ConstraintViolation | rusqlite::ErrorCode::TooBig) => {
            unfit::<N>(key, error)
        }
        _ => error.into(),
    }
}

fn load_row<N: Noun>(row: &Row<'_>, care: Care) -> Result<Loaded, StoreError>
where
    Record: From<(N::Key, N)>,
{
    let name = lossy(row.get_ref(0)?);
    let read = || -> Result<(N::Key, N), String> {
        let key: N::Key = name.parse().map_err(|error| format!("its key: {error}"))?;
        let body = N::read(&key, &mut Cells::from(row, 1))?;
        Ok((key, body))
    };
    Ok(match read() {
        Err(why) => Loaded {
            name,
            record: Err(why),
            exact: false,
        },
        Ok((key, body)) => Loaded {
            exact: care == Care::Plain || is_exact(row, &key, &body)?,
            name,
            record: Ok(Record::from((key, body))),
        },
    })
}

fn is_exact<N: Noun>(row: &Row<'_>, key: &N::Key, body: &N) -> Result<bool, StoreError> {
    for (at, written) in body.row(key).iter().enumerate() {
        if !same(row.get_ref(1 + N::SQL.lists.len() + at)?, written) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn each_row<N: Noun>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    care: Care,
    then: &mut EachRow<'_>,
) -> Result<(), StoreError>
where
    Record: From<(N::Key, N)>,
{
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        then(load_row::<N>(row, care)?)?;
    }
    Ok(())
}

macro_rules! dispatch {
    ($($variant:ident $word:literal $field:ident: $kmod:ident::$key:ident => $vmod:ident::$value:ident;)*) => {
        /// The statements of a kind.
        pub(super) fn sql(kind: Kind) -> Sql {
            match kind {
                $(Kind::$variant => <crate::model::$vmod::$value as Noun>::SQL,)*
            }
        }

        /// Inserts a record; `false` where one stands under its key already.
        pub(super) fn insert_record(db: &Connection, record: &Record) -> Result<bool, StoreError> {
            match record {
                $(Record::$variant(key, body) => insert(db, key, &**body),)*
            }
        }

        /// Replaces a record; `false` where there is none.
        pub(super) fn update_record(db: &Connection, record: &Record) -> Result<bool, StoreError> {
            match record {
                $(Record::$variant(key, body) => update(db, key, &**body),)*
            }
        }

        /// Takes a record out; `false` where there is none.
        pub(super) fn delete_record(db: &Connection, id: &RecordId) -> Result<bool, StoreError> {
            match id.kind {
                $(Kind::$variant => delete::<crate::model::$vmod::$value>(db, &id.name),)*
            }
        }

        /// Reads the rows of a statement of `sql(kind)` that selects whole records.
        pub(super) fn each(
            db: &Connection,
            kind: Kind,
            sql: &str,
            params: impl Params,
            care: Care,
            then: &mut EachRow<'_>,
        ) -> Result<(), StoreError> {
            match kind {
                $(Kind::$variant => each_row::<crate::model::$vmod::$value>(db, sql, params, care, then),)*
            }
        }
    };
}
nouns!(dispatch);

/// Reads one record; an error where its row does not parse.
pub(super) fn load_record(db: &Connection, id: &RecordId) -> Result<Option<Record>, StoreError> {
    let sql = sql(id.kind);
    let params = key_params(&id.name, sql.key_parts);
    let mut found = None;
    each(db, id.kind, sql.one, params, Care::Plain, &mut |loaded| {
        found = Some(whole(id.kind, loaded)?);
        Ok(())
    })?;
    Ok(found)
}

/// Whether a record stands under a key, readable or not.
pub(super) fn stands(db: &Connection, id: &RecordId) -> Result<bool, StoreError> {
    let sql = sql(id.kind);
    let params = key_params(&id.name, sql.key_parts);
    Ok(db.prepare_cached(sql.exists)?.exists(params)?)
}

/// The record of a row, or that it is damaged.
pub(super) fn whole(kind: Kind, loaded: Loaded) -> Result<Record, StoreError> {
    loaded.record.map_err(|why| {
        let id = RecordId::new(kind, &loaded.name);
        StoreError::damaged(crate::store::error::clean(&id.to_string()), why)
    })
}
