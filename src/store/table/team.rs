//! Table `team`, and `team_member` and `team_part`: who is in it, and which teams.

use rusqlite::types::ToSqlOutput;

use crate::model::id::TeamId;
use crate::model::party::Team;
use crate::store::cell::{Cell, Cells, text};
use crate::store::noun::{List, Noun, PutRow, Sql};
use crate::store::table::put_list;

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT id,
            (SELECT json_group_array(person ORDER BY position) FROM team_member WHERE team = team.id),
            (SELECT json_group_array(part ORDER BY position) FROM team_part WHERE team = team.id),
            name, id
            FROM team ",
            $tail
        )
    };
}

const MEMBERS: List = List {
    table: "team_member",
    insert: "INSERT INTO team_member (team, position, person) VALUES (:team, :position, :person)",
    clear: "DELETE FROM team_member WHERE team = :team",
    dangling: "
        SELECT DISTINCT team FROM team_member
        WHERE person NOT IN (SELECT id FROM person) OR team NOT IN (SELECT id FROM team)",
    gaps: Some(
        "
        SELECT team FROM team_member GROUP BY team
        HAVING min(position) <> 0 OR max(position) <> count(*) - 1",
    ),
};

const PARTS: List = List {
    table: "team_part",
    insert: "INSERT INTO team_part (team, position, part) VALUES (:team, :position, :part)",
    clear: "DELETE FROM team_part WHERE team = :team",
    dangling: "
        SELECT DISTINCT team FROM team_part
        WHERE part NOT IN (SELECT id FROM team) OR team NOT IN (SELECT id FROM team)",
    gaps: Some(
        "
        SELECT team FROM team_part GROUP BY team
        HAVING min(position) <> 0 OR max(position) <> count(*) - 1",
    ),
};

impl Noun for Team {
    type Key = TeamId;
    const SQL: Sql = Sql {
        table: "team",
        key_parts: 1,
        principal: true,
        insert: "
          INSERT INTO team (name, id)
          VALUES (:name, :id)",
        update: "
          UPDATE team SET name = :name WHERE id = :id",
        delete: "DELETE FROM team WHERE id = :id",
        exists: "SELECT 1 FROM team WHERE id = :id",
        all: select!("ORDER BY id"),
        one: select!("WHERE id = :id"),
        of_account: None,
        names: "SELECT id FROM team ORDER BY id",
        count: "SELECT count(*) FROM team",
        key_of_row: "SELECT id FROM team WHERE rowid = :row",
        lists: &[MEMBERS, PARTS],
    };

    fn row<'a>(&'a self, key: &'a TeamId) -> Vec<ToSqlOutput<'a>> {
        vec![self.name.cell(), text(key.as_str())]
    }

    fn lists(&self, key: &TeamId, put: &mut PutRow<'_>) -> rusqlite::Result<()> {
        put_list(&MEMBERS, key, &self.members, put)?;
        put_list(&PARTS, key, &self.teams, put)
    }

    fn read(_key: &TeamId, cells: &mut Cells<'_>) -> Result<Team, String> {
        Ok(Team {
            members: cells.json()?,
            teams: cells.json()?,
            name: cells.next()?,
        })
    }
}
