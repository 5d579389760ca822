//! Table `waiver`: findings accepted for a while, by rule and subject.

use rusqlite::types::ToSqlOutput;

use crate::model::approval::Waiver;
use crate::model::key::WaiverKey;
use crate::store::cell::{Cell, Cells};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT rule || ' ' || subject,
            reason, owner, until, rule, subject
            FROM waiver ",
            $tail
        )
    };
}

impl Noun for Waiver {
    type Key = WaiverKey;
    const SQL: Sql = Sql {
        table: "waiver",
        key_parts: 2,
        principal: false,
        insert: "
          INSERT INTO waiver (reason, owner, until, rule, subject)
          VALUES (:reason, :owner, :until, :rule, :subject)",
        update: "
          UPDATE waiver SET (reason, owner, until) = (:reason, :owner, :until)
          WHERE rule = :rule AND subject = :subject",
        delete: "DELETE FROM waiver WHERE rule = :rule AND subject = :subject",
        exists: "SELECT 1 FROM waiver WHERE rule = :rule AND subject = :subject",
        all: select!("ORDER BY rule, subject"),
        one: select!("WHERE rule = :rule AND subject = :subject"),
        of_account: None,
        names: "SELECT rule || ' ' || subject FROM waiver ORDER BY rule, subject",
        count: "SELECT count(*) FROM waiver",
        key_of_row: "SELECT rule || ' ' || subject FROM waiver WHERE rowid = :row",
        lists: &[],
    };

    fn row<'a>(&'a self, _key: &'a WaiverKey) -> Vec<ToSqlOutput<'a>> {
        vec![
            self.reason.cell(),
            self.owner.cell(),
            self.until.cell(),
            self.rule.cell(),
            self.subject.cell(),
        ]
    }

    fn read(_key: &WaiverKey, cells: &mut Cells<'_>) -> Result<Waiver, String> {
        Ok(Waiver {
            reason: cells.next()?,
            owner: cells.next()?,
            until: cells.next()?,
            rule: cells.next()?,
            subject: cells.next()?,
        })
    }

    fn fits(&self, key: &WaiverKey) -> bool {
        self.rule == key.rule && *self.subject.as_str() == *key.subject
    }
}
