//! Table `rotation`: the policies.

use rusqlite::types::ToSqlOutput;

use crate::model::id::RotationId;
use crate::model::rotation::Rotation;
use crate::store::cell::{Cell, Cells, json_list, json_option};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            every, warn, overlap, strategy, on_owner_change, run_window, blackout, id
            FROM rotation ",
            $tail
        )
    };
}

impl Noun for Rotation {
    type Key = RotationId;
    const SQL: Sql = Sql {
        table: "rotation",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO rotation (every, warn, overlap, strategy, on_owner_change,
          run_window, blackout, id)
          VALUES (:every, :warn, :overlap, :strategy, :on_owner_change, :run_window, :blackout, :id)",
        update: "
          UPDATE rotation SET (every, warn, overlap, strategy, on_owner_change,
          run_window, blackout)
          = (:every, :warn, :overlap, :strategy, :on_owner_change, :run_window, :blackout)
          WHERE id = :id",
        delete: "DELETE FROM rotation WHERE id = :id",
        exists: "SELECT 1 FROM rotation WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM rotation ORDER BY id",
        count: "SELECT count(*) FROM rotation",
        key_of_row: "SELECT id FROM rotation WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a RotationId) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.every.cell(),
            self.warn.cell(),
            self.overlap.cell(),
            self.strategy.cell(),
            self.on_owner_change.cell(),
            json_option(self.window.as_ref()),
            json_list(&self.blackout),
            key.cell(),
        ]
    }

    fn read(_key: &RotationId, cells: &mut Cells<'_>) -> Result<Rotation, String> {
        Ok(Rotation {
            every: cells.next()?,
            warn: cells.next()?,
            overlap: cells.next()?,
            strategy: cells.next()?,
            on_owner_change: cells.next()?,
            window: cells.json_option()?,
            blackout: cells.json()?,
        })
    }
}
