//! Table `consumer`: the jobs, hosts and people that use credentials.

use rusqlite::types::ToSqlOutput;

use crate::model::consumer::Consumer;
use crate::model::id::ConsumerId;
use crate::store::cell::{Cell, Cells, json_option, text};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            host, person, fetches, health, id
            FROM consumer ",
            $tail
        )
    };
}

impl Noun for Consumer {
    type Key = ConsumerId;
    const SQL: Sql = Sql {
        table: "consumer",
        key_parts: 1,
        principal: false,
        insert: "
          INSERT INTO consumer (host, person, fetches, health, id)
          VALUES (:host, :person, :fetches, :health, :id)",
        update: "
          UPDATE consumer SET (host, person, fetches, health)
          = (:host, :person, :fetches, :health)
          WHERE id = :id",
        delete: "DELETE FROM consumer WHERE id = :id",
        exists: "SELECT 1 FROM consumer WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM consumer ORDER BY id",
        count: "SELECT count(*) FROM consumer",
        key_of_row: "SELECT id FROM consumer WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a ConsumerId) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.host.cell(),
            self.person.cell(),
            self.fetches.cell(),
            json_option(self.health.as_ref()),
            text(key.as_str()),
        ]
    }

    fn read(_key: &ConsumerId, cells: &mut Cells<'_>) -> Result<Consumer, String> {
        Ok(Consumer {
            host: cells.next()?,
            person: cells.next()?,
            fetches: cells.next()?,
            health: cells.json_option()?,
        })
    }
}
