//! Table `residual_risk`: what a provider cannot enforce, by account and the gap's name.

use rusqlite::types::ToSqlOutput;

use crate::model::approval::ResidualRisk;
use crate::model::key::RiskKey;
use crate::store::cell::{Cell, Cells};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT account || ' ' || name,
            gap, owner, until, account, name
            FROM residual_risk ",
            $tail
        )
    };
}

impl Noun for ResidualRisk {
    type Key = RiskKey;
    const SQL: Sql = Sql {
        table: "residual_risk",
        key_parts: 2,
        principal: false,
        insert: "
          INSERT INTO residual_risk (gap, owner, until, account, name)
          VALUES (:gap, :owner, :until, :account, :name)",
        update: "
          UPDATE residual_risk SET (gap, owner, until) = (:gap, :owner, :until)
          WHERE account = :account AND name = :name",
        delete: "DELETE FROM residual_risk WHERE account = :account AND name = :name",
        exists: "SELECT 1 FROM residual_risk WHERE account = :account AND name = :name",
        all: select!("ORDER BY account, name"),
        one: select!("WHERE account = :account AND name = :name"),
        of_account: Some(select!("WHERE account = :account ORDER BY name")),
        names: "SELECT account || ' ' || name FROM residual_risk ORDER BY account, name",
        count: "SELECT count(*) FROM residual_risk",
        key_of_row: "SELECT account || ' ' || name FROM residual_risk WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, key: &'a RiskKey) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.gap.cell(),
            self.owner.cell(),
            self.until.cell(),
            key.account.cell(),
            key.gap.cell(),
        ]
    }

    fn read(_key: &RiskKey, cells: &mut Cells<'_>) -> Result<ResidualRisk, String> {
        Ok(ResidualRisk {
            gap: cells.next()?,
            owner: cells.next()?,
            until: cells.next()?,
        })
    }
}
