//! Table `procedure`: ordered steps, as JSON.

use rusqlite::types::ToSqlOutput;

use crate::model::id::ProcedureId;
use crate::model::procedure::Procedure;
use crate::store::cell::{Cell, Cells, json_list, json_option};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            kind, generate, step, id
            FROM procedure ",
            $tail
        )
    };
}

impl Noun for Procedure {
    type Key = ProcedureId;
    const SQL: Sql = Sql {
        table: "procedure",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO procedure (kind, generate, step, id)
          VALUES (:kind, :generate, :step, :id)",
        update: "
          UPDATE procedure SET (kind, generate, step)
          = (:kind, :generate, :step)
          WHERE id = :id",
        delete: "DELETE FROM procedure WHERE id = :id",
        exists: "SELECT 1 FROM procedure WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM procedure ORDER BY id",
        count: "SELECT count(*) FROM procedure",
        key_of_row: "SELECT id FROM procedure WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a ProcedureId) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.kind.cell(),
            json_option(self.generate.as_ref()),
            json_list(&self.step),
            key.cell(),
        ]
    }

    fn read(_key: &ProcedureId, cells: &mut Cells<'_>) -> Result<Procedure, String> {
        Ok(Procedure {
            kind: cells.next()?,
            generate: cells.json_option()?,
            step: cells.json()?,
        })
    }
}
