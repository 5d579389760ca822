//! Table `version`: the values of a credential in time, by account and number. Never the value itself.

use rusqlite::types::ToSqlOutput;

use crate::model::credential::Version;
use crate::model::key::VersionKey;
use crate::model::sealed::Held;
use crate::store::cell::{Cell, Cells, NULL, json_option};
use crate::store::noun::{Noun, Sql};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "
            SELECT account || ' ' || number,
            stage, issued, expires, retired, activated, provider_id, identity, tag, seen_expires, revoked,
            place, item, source, bound, fingerprints, exposed, account, number
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
          INSERT INTO version (stage, issued, expires, retired, activated, provider_id, identity, tag, seen_expires, revoked,
            place, item, source, bound, fingerprints, exposed, account, number)
          VALUES (:stage, :issued, :expires, :retired, :activated, :provider_id, :identity, :tag, :seen_expires,
            :revoked, :place, :item, :source, :bound, :fingerprints, :exposed, :account, :number)",
        update: "
          UPDATE version SET (stage, issued, expires, retired, activated, provider_id, identity, tag, seen_expires, revoked,
            place, item, source, bound, fingerprints, exposed)
          = (:stage, :issued, :expires, :retired, :activated, :provider_id, :identity, :tag, :seen_expires,
            :revoked, :place, :item, :source, :bound, :fingerprints, :exposed)
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
        let held = self.held.as_ref();
        vec![
            self.stage.cell(),
            self.issued.cell(),
            self.expires.cell(),
            self.retired.cell(),
            self.activated.cell(),
            self.id.cell(),
            self.identity.cell(),
            self.tag.cell(),
            self.seen_expires.cell(),
            self.revoked.cell(),
            held.map_or(NULL, |held| held.place.cell()),
            held.map_or(NULL, |held| held.item.cell()),
            held.map_or(NULL, |held| held.source.cell()),
            held.map_or(NULL, |held| held.bound.cell()),
            json_option(held.map(|held| &held.fingerprints)),
            held.map_or(NULL, |held| held.exposed.cell()),
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
            activated: cells.next()?,
            id: cells.next()?,
            identity: cells.next()?,
            tag: cells.next()?,
            seen_expires: cells.next()?,
            revoked: cells.next()?,
            held: held(cells)?,
        })
    }
}

/// Where its value is: all of its columns, or none.
fn held(cells: &mut Cells<'_>) -> Result<Option<Held>, String> {
    let (place, item, source) = (cells.next()?, cells.next()?, cells.next()?);
    let (bound, fingerprints, exposed) = (cells.next()?, cells.json_option()?, cells.next()?);
    match (place, source, fingerprints) {
        (Some(place), Some(source), Some(fingerprints)) => Ok(Some(Held {
            place,
            item,
            source,
            bound,
            fingerprints,
            exposed,
        })),
        (None, None, None) if item.is_none() && bound.is_none() && exposed.is_none() => Ok(None),
        _ => Err("columns `place`, `source` and `fingerprints` do not go together".to_owned()),
    }
}
