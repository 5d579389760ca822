//! Table `person`, and `person_workplace`: where they work.

use rusqlite::types::ToSqlOutput;

use crate::model::id::PersonId;
use crate::model::party::Person;
use crate::store::cell::{Cell, Cells, json_list};
use crate::store::noun::{List, Noun, PutRow, Sql};
use crate::store::table::put_list;

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            (SELECT json_group_array(boundary ORDER BY position) FROM person_workplace WHERE person = person.id),
            name, email, tenant, login, left_on, id
            FROM person ",
            $tail
        )
    };
}

const WORKPLACE: List = List {
    table: "person_workplace",
    insert: "INSERT INTO person_workplace (person, position, boundary) VALUES (:person, :position, :boundary)",
    clear: "DELETE FROM person_workplace WHERE person = :person",
    dangling: "
        SELECT DISTINCT person FROM person_workplace
        WHERE boundary NOT IN (SELECT id FROM boundary) OR person NOT IN (SELECT id FROM person)",
    gaps: Some(
        "
        SELECT person FROM person_workplace GROUP BY person
        HAVING min(position) <> 0 OR max(position) <> count(*) - 1",
    ),
};

impl Noun for Person {
    type Key = PersonId;
    const SQL: Sql = Sql {
        table: "person",
        key_parts: 1,
        principal: true,
        insert: "
          INSERT INTO person (name, email, tenant, login, left_on, id)
          VALUES (:name, :email, :tenant, :login, :left_on, :id)",
        update: "
          UPDATE person SET (name, email, tenant, login, left_on)
          = (:name, :email, :tenant, :login, :left_on)
          WHERE id = :id",
        delete: "DELETE FROM person WHERE id = :id",
        exists: "SELECT 1 FROM person WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM person ORDER BY id",
        count: "SELECT count(*) FROM person",
        key_of_row: "SELECT id FROM person WHERE rowid = :row",
        lists: &[WORKPLACE],
    };

    fn row<'a>(&'a self, key: &'a PersonId) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.name.cell(),
            self.email.cell(),
            self.tenant.cell(),
            json_list(&self.login),
            self.left.cell(),
            key.cell(),
        ]
    }

    fn lists(&self, key: &PersonId, put: &mut PutRow<'_>) -> rusqlite::Result<()> {
        put_list(&WORKPLACE, key, &self.workplace, put)
    }

    fn read(_key: &PersonId, cells: &mut Cells<'_>) -> Result<Person, String> {
        Ok(Person {
            workplace: cells.json()?,
            name: cells.next()?,
            email: cells.next()?,
            tenant: cells.next()?,
            login: cells.json()?,
            left: cells.next()?,
        })
    }
}
