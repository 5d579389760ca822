//! Table `version`: the values of a credential in time, by account and number. Never the value itself.

use rusqlite::types::ToSqlOutput;

use crate::model::credential::Version;
use crate::model::key::VersionKey;
use crate::store::cell::{Cell, Cells};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT account || ' ' || number,
            stage, issued, expires, retired, account, number
            FROM version ",
            $tail
        )
    };
}

/// The versions of an account.
pub(in crate::store) const OF_ACCOUNT: &str = select!("WHERE account = :account ORDER BY number");

impl Noun for Version {
    type Key = VersionKey;
    const SQL: Sql = Sql {
        table: "version",
        key_parts: 2,
        principal: false,
        insert: "
          INSERT INTO version (stage, issued, expires, retired, account, number)
          VALUES (:stage, :issued, :expires, :retired, :account, :number)",
        update: "
          UPDATE version SET (stage, issued, expires, retired)
          = (:stage, :issued, :expires, :retired)
          WHERE account = :account AND number = :number",
        delete: "DELETE FROM version WHERE account = :account AND number = :number",
        exists: "SELECT 1 FROM version WHERE account = :account AND number = :number",
        all: select!("ORDER BY account, number"),
        one: select!("WHERE account = :account AND number = :number"),
        of_account: Some(OF_ACCOUNT),
        names: "SELECT account || ' ' || number FROM version ORDER BY account, number",
        count: "SELECT count(*) FROM version",
        key_of_row: "SELECT account || ' ' || number FROM version WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a VersionKey) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.stage.cell(),
            self.issued.cell(),
            self.expires.cell(),
            self.retired.cell(),
            key.account.cell(),
            key.number.cell(),
        ]
    }

    fn read(_key: &VersionKey, cells: &mut Cells<'_>) -> Result<Version, String> {
        Ok(Version {
            stage: cells.next()?,
            issued: cells.next()?,
            expires: cells.next()?,
            retired: cells.next()?,
        })
    }
}
