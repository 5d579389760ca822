//! Table `operation`: the journals of rotations, revokes and drills.

use rusqlite::types::ToSqlOutput;

use crate::model::key::OperationKey;
use crate::model::operation::Operation;
use crate::store::cell::{Cell, Cells, json_list};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT account || ' ' || number,
            what, state, token, began, began_by, reason, procedure, from_version, version, identity, until, failures,
            entries, account, number
            FROM operation ",
            $tail
        )
    };
}

impl Noun for Operation {
    type Key = OperationKey;
    const SQL: Sql = Sql {
        table: "operation",
        key_parts: 2,
        principal: false,
        insert: "
          INSERT INTO operation (what, state, token, began, began_by, reason, procedure, from_version, version,
            identity, until, failures, entries, account, number)
          VALUES (:what, :state, :token, :began, :began_by, :reason, :procedure, :from_version, :version,
            :identity, :until, :failures, :entries, :account, :number)",
        update: "
          UPDATE operation SET (what, state, token, began, began_by, reason, procedure, from_version, version,
            identity, until, failures, entries)
          = (:what, :state, :token, :began, :began_by, :reason, :procedure, :from_version, :version,
            :identity, :until, :failures, :entries)
          WHERE account = :account AND number = :number",
        delete: "DELETE FROM operation WHERE account = :account AND number = :number",
        exists: "SELECT 1 FROM operation WHERE account = :account AND number = :number",
        all: select!("ORDER BY account, number"),
        one: select!("WHERE account = :account AND number = :number"),
        of_account: Some(select!("WHERE account = :account ORDER BY number")),
        names: "SELECT account || ' ' || number FROM operation ORDER BY account, number",
        count: "SELECT count(*) FROM operation",
        key_of_row: "SELECT account || ' ' || number FROM operation WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a OperationKey) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.what.cell(),
            self.state.cell(),
            self.token.cell(),
            self.began.cell(),
            self.by.cell(),
            self.reason.cell(),
            self.procedure.cell(),
            self.from.cell(),
            self.version.cell(),
            self.identity.cell(),
            self.until.cell(),
            self.failures.cell(),
            json_list(&self.entries),
            key.account.cell(),
            key.number.cell(),
        ]
    }

    fn read(_key: &OperationKey, cells: &mut Cells<'_>) -> Result<Operation, String> {
        Ok(Operation {
            what: cells.next()?,
            state: cells.next()?,
            token: cells.next()?,
            began: cells.next()?,
            by: cells.next()?,
            reason: cells.next()?,
            procedure: cells.next()?,
            from: cells.next()?,
            version: cells.next()?,
            identity: cells.next()?,
            until: cells.next()?,
            failures: cells.next()?,
            entries: cells.json()?,
        })
    }
}
