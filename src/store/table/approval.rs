//! Table `approval`: who approved one action class of one account, by account, action and day.

use rusqlite::types::ToSqlOutput;

use crate::model::approval::Approval;
use crate::model::key::ApprovalKey;
use crate::store::cell::{Cell, Cells, json_list};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT account || ' ' || action || ' ' || approved_on,
            approved_by, ticket, until, permissions, by_command, account, action, approved_on
            FROM approval ",
            $tail
        )
    };
}

impl Noun for Approval {
    type Key = ApprovalKey;
    const SQL: Sql = Sql {
        table: "approval",
        key_parts: 3,
        principal: false,
        insert: "
          INSERT INTO approval (approved_by, ticket, until, permissions, by_command, account, action,
          approved_on)
          VALUES (:approved_by, :ticket, :until, :permissions, :by_command, :account, :action,
          :approved_on)",
        update: "
          UPDATE approval SET (approved_by, ticket, until, permissions, by_command)
          = (:approved_by, :ticket, :until, :permissions, :by_command)
          WHERE account = :account AND action = :action AND approved_on = :approved_on",
        delete: "
          DELETE FROM approval
          WHERE account = :account AND action = :action AND approved_on = :approved_on",
        exists: "
          SELECT 1 FROM approval
          WHERE account = :account AND action = :action AND approved_on = :approved_on",
        all: select!("ORDER BY account, action, approved_on"),
        one: select!("WHERE account = :account AND action = :action AND approved_on = :approved_on"),
        of_account: Some(select!("WHERE account = :account ORDER BY action, approved_on")),
        names: "
          SELECT account || ' ' || action || ' ' || approved_on FROM approval
          ORDER BY account, action, approved_on",
        count: "SELECT count(*) FROM approval",
        key_of_row: "
          SELECT account || ' ' || action || ' ' || approved_on FROM approval WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a ApprovalKey) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.by.cell(),
            self.ticket.cell(),
            self.until.cell(),
            json_list(&self.permissions),
            self.by_command.cell(),
            key.account.cell(),
            key.action.cell(),
            key.on.cell(),
        ]
    }

    fn read(_key: &ApprovalKey, cells: &mut Cells<'_>) -> Result<Approval, String> {
        Ok(Approval {
            by: cells.next()?,
            ticket: cells.next()?,
            until: cells.next()?,
            permissions: cells.json()?,
            by_command: cells.next()?,
        })
    }
}
