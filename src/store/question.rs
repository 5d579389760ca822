//! What one question about access needs of the store, by point look-ups: a small inventory that the same judge reads as it
//! reads the whole, so that the two cannot disagree. It judges nothing.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::model::entitlement::CatalogName;
use crate::model::id::{AccountId, BoundaryPath, PersonId, PlatformId, Principal, RoleId, TeamId};
use crate::model::inventory::Inventory;
use crate::model::key::AssignmentKey;
use crate::model::party::Team;
use crate::model::record::{Kind, Record, RecordId};
use crate::model::role::Assignment;
use crate::store::Store;
use crate::store::cell::Cells;
use crate::store::error::StoreError;
use crate::store::noun::{Care, each, load_record, sql, whole};

const TEAMS_OF_PERSON: &str =
    "SELECT DISTINCT team FROM team_member WHERE person = :person ORDER BY team";
const TEAMS_OF_TEAM: &str = "SELECT DISTINCT team FROM team_part WHERE part = :part ORDER BY team";
const TEAM_NAME: &str = "SELECT name FROM team WHERE id = :team";
// Both name `at` as the index on the key has it, which then covers them.
const SEATS: &str = "
    SELECT role, nullif(ifnull(at, ''), '') FROM assignment WHERE principal = :principal";
const SEATS_AT: &str = "
    SELECT role, nullif(ifnull(at, ''), '') FROM assignment
    WHERE principal = :principal
    AND (ifnull(at, '') = :at OR substr(:at, 1, length(ifnull(at, '')) + 1) = ifnull(at, '') || '/')";
/// Enough to know whether there is only one.
const TWO_PLATFORMS: &str = "SELECT id FROM platform ORDER BY id LIMIT 2";
const CATALOGS_OF_PROVIDERS: &str =
    "SELECT DISTINCT catalog FROM provider WHERE catalog IS NOT NULL";
const CATALOGS_OF_PLATFORMS: &str =
    "SELECT DISTINCT catalog FROM platform WHERE catalog IS NOT NULL";
/// The next one: roles may be many, their glossaries are few.
const CATALOG_OF_ROLES_AFTER: &str = "SELECT min(catalog) FROM role WHERE catalog > :after";

/// How many teams may be above a principal; beyond, whoever asks reads the whole roll.
const MOST_TEAMS: usize = 10_000;

/// How far a question looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// What is held at the boundary and above it: for people and teams enough for a yes, and for a no that is a condition or
    /// an absence. Of an account it is never enough.
    Here,
    /// What is held anywhere: what a no says first.
    Anywhere,
    /// All roles too: which of them would give it.
    Roles,
}

/// What a question concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concerning {
    pub inventory: Inventory,
    /// The glossaries that the whole roll uses; those that it has itself are in the inventory.
    pub catalogs: BTreeSet<CatalogName>,
}

impl Store {
    /// What the answer to a question about a principal at a boundary rests on, as of one moment. Names that are not there are
    /// left out; none where too many teams are above the principal to look them up one by one.
    pub fn concerning(
        &self,
        principal: &Principal,
        at: &BoundaryPath,
        depth: Depth,
    ) -> Result<Option<Concerning>, StoreError> {
        // What an account holds elsewhere says whether it has a second side at all.
        let depth = match principal.parts() {
            ("account", _) => depth.max(Depth::Anywhere),
            _ => depth,
        };
        let _snapshot = self.moment()?;
        let mut looked = Looked {
            db: &self.db,
            inventory: Inventory::default(),
        };
        looked.record(&RecordId::new(Kind::Boundary, at))?;
        let (kind, name) = principal.parts();
        let sitters = match kind {
            "account" => {
                looked.account(name)?;
                BTreeSet::new()
            }
            "person" => {
                looked.record(&RecordId::new(Kind::Person, &name))?;
                looked.record(&RecordId::new(Kind::Invitation, &name))?;
                looked.teams(TEAMS_OF_PERSON, name)?
            }
            _ => {
                looked.team(name)?;
                looked.teams(TEAMS_OF_TEAM, name)?
            }
        };
        if sitters.len() > MOST_TEAMS {
            return Ok(None);
        }
        looked.seats(principal.as_str(), at, depth)?;
        for team in &sitters {
            looked.seats(&format!("team/{team}"), at, depth)?;
        }
        looked.roles(depth)?;
        let catalogs = looked.catalogs()?;
        Ok(Some(Concerning {
            inventory: looked.inventory,
            catalogs,
        }))
    }
}

struct Looked<'d> {
    db: &'d Connection,
    inventory: Inventory,
}

impl Looked<'_> {
    /// A record, where there is one.
    fn record(&mut self, id: &RecordId) -> Result<(), StoreError> {
        if let Some(record) = load_record(self.db, id)? {
            self.inventory.put(record);
        }
        Ok(())
    }

    /// An account with its provider, its platform and what was approved for it.
    fn account(&mut self, name: &str) -> Result<(), StoreError> {
        self.record(&RecordId::new(Kind::Account, &name))?;
        let Some((id, account)) = self.inventory.accounts.first_key_value() else {
            return Ok(());
        };
        let (id, provider): (AccountId, _) = (id.clone(), account.provider.clone());
        let platforms = match &account.platform {
            Some(platform) => vec![platform.clone()],
            None => names::<PlatformId>(self.db, TWO_PLATFORMS, None)?,
        };
        self.record(&RecordId::new(Kind::Provider, &provider))?;
        for platform in platforms {
            self.record(&RecordId::new(Kind::Platform, &platform))?;
        }
        let inventory = &mut self.inventory;
        let put = &mut |loaded| {
            inventory.put(whole(Kind::Approval, loaded)?);
            Ok(())
        };
        match sql(Kind::Approval).of_account {
            Some(approvals) => {
                let id = [id.as_str()];
                each(self.db, Kind::Approval, approvals, id, Care::Plain, put)
            }
            None => Ok(()),
        }
    }

    /// A team by its name alone: whoever else is in it is of no concern.
    fn team(&mut self, name: &str) -> Result<(), StoreError> {
        let mut statement = self.db.prepare_cached(TEAM_NAME)?;
        let mut rows = statement.query([name])?;
        let (Some(row), Ok(id)) = (rows.next()?, name.parse::<TeamId>()) else {
            return Ok(());
        };
        let title = Cells::from(row, 0).next();
        let body = Team {
            name: title.map_err(|why| StoreError::damaged(format!("team/{id}"), why))?,
            members: Vec::new(),
            teams: Vec::new(),
        };
        self.inventory.put(Record::from((id, body)));
        Ok(())
    }

    /// All teams above a person or team, with what of each leads down to it, and no other member.
    fn teams(&mut self, first: &str, name: &str) -> Result<BTreeSet<TeamId>, StoreError> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<(&str, String)> = vec![(first, name.to_owned())];
        while let Some((sql, below)) = open.pop() {
            for team in names::<TeamId>(self.db, sql, Some(&below))? {
                if !self.inventory.teams.contains_key(&team) {
                    self.team(team.as_str())?;
                }
                if let Some(body) = self.inventory.teams.get_mut(&team) {
                    if sql == TEAMS_OF_PERSON {
                        body.members.extend(below.parse::<PersonId>());
                    } else {
                        body.teams.extend(below.parse::<TeamId>());
                    }
                }
                if seen.insert(team.clone()) && seen.len() <= MOST_TEAMS {
                    open.push((TEAMS_OF_TEAM, team.to_string()));
                }
            }
        }
        Ok(seen)
    }

    /// The assignments of one principal.
    fn seats(&mut self, name: &str, at: &BoundaryPath, depth: Depth) -> Result<(), StoreError> {
        let damaged = |why| StoreError::damaged(format!("an assignment of {name}"), why);
        let mut statement = self.db.prepare_cached(match depth {
            Depth::Here => SEATS_AT,
            Depth::Anywhere | Depth::Roles => SEATS,
        })?;
        let mut rows = match depth {
            Depth::Here => statement.query([name, at.as_str()])?,
            Depth::Anywhere | Depth::Roles => statement.query([name])?,
        };
        let principal: Principal = name.parse().map_err(|e| damaged(format!("{e}")))?;
        while let Some(row) = rows.next()? {
            let mut cells = Cells::from(row, 0);
            let mut read = || -> Result<(RoleId, Option<BoundaryPath>), String> {
                Ok((cells.next()?, cells.next()?))
            };
            let (role, at) = read().map_err(damaged)?;
            let body = Assignment {
                principal: principal.clone(),
                role,
                at,
            };
            let key = AssignmentKey {
                principal: principal.clone(),
                role: body.role.clone(),
                at: body.at.clone(),
            };
            self.inventory.assignments.insert(key, body);
        }
        Ok(())
    }

    /// The roles that are assigned, or all.
    fn roles(&mut self, depth: Depth) -> Result<(), StoreError> {
        if depth == Depth::Roles {
            let inventory = &mut self.inventory;
            let put = &mut |loaded| {
                inventory.put(whole(Kind::Role, loaded)?);
                Ok(())
            };
            let all = sql(Kind::Role).all;
            return each(self.db, Kind::Role, all, [], Care::Plain, put);
        }
        let assigned = self.inventory.assignments.keys().map(|key| &key.role);
        let assigned: BTreeSet<RoleId> = assigned.cloned().collect();
        for role in &assigned {
            self.record(&RecordId::new(Kind::Role, role))?;
        }
        Ok(())
    }

    /// The glossaries that the roll uses, and of those that it has itself the whole.
    fn catalogs(&mut self) -> Result<BTreeSet<CatalogName>, StoreError> {
        let mut used: BTreeSet<CatalogName> = BTreeSet::new();
        for sql in [CATALOGS_OF_PROVIDERS, CATALOGS_OF_PLATFORMS] {
            used.extend(names::<CatalogName>(self.db, sql, None)?);
        }
        let mut after = String::new();
        while let Some(name) = next_catalog(self.db, &after)? {
            after = name.as_str().to_owned();
            used.insert(name);
        }
        for name in &used {
            self.record(&RecordId::new(Kind::Catalog, name))?;
        }
        Ok(used)
    }
}

fn next_catalog(db: &Connection, after: &str) -> Result<Option<CatalogName>, StoreError> {
    let mut statement = db.prepare_cached(CATALOG_OF_ROLES_AFTER)?;
    let mut rows = statement.query([after])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let next = Cells::from(row, 0).next();
    next.map_err(|why| StoreError::damaged("the glossary of a role", why))
}

/// The names in the first column, of one or of all.
fn names<T>(db: &Connection, sql: &str, of: Option<&str>) -> Result<Vec<T>, StoreError>
where
    T: crate::store::cell::Cell,
{
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = match of {
        Some(of) => statement.query([of])?,
        None => statement.query([])?,
    };
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let name = Cells::from(row, 0).next();
        out.push(name.map_err(|why| StoreError::damaged("the name of a record", why))?);
    }
    Ok(out)
}
