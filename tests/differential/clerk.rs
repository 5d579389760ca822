//! Random accounts as plain words: what they hold on either side of an integration, by a list of their own or by a role,
//! where, and what was approved.

use keyroll::model::access::{ActionClass, Level};
use keyroll::model::entitlement::Side;
use keyroll::model::inventory::Inventory;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::{Value, json};

use crate::world::records;

pub const PLACES: &[&str] = &["femo", "femo/a", "femo/a/press", "femo/b", "femora"];
/// Rights of UniCMMS of every effect; some are under a condition, some want an approval by name at some level.
const RIGHTS: &[&str] = &[
    "asset/view-assets",
    "work-order/view-work-orders",
    "work-order/view-cost-breakdown",
    "work-order/manage-work-order-status",
    "asset/manage-asset-status",
    "asset/edit-asset",
    "asset/add-asset",
    "asset/delete-asset",
    "asset/export-assets",
    "work-order/manage-work-order-attachments",
    "work-order/manage-work-order-closeout",
    "work-request/edit-work-requests",
    "work-request/delete-guest-requests",
    "part/manually-issue-stock",
    "admin/manage-roles",
];
const SCOPES: &[&str] = &[
    "base.read",
    "base.action.write",
    "base.compute.run",
    "cmms.draft",
    "cmms.status",
    "cmms.writeback",
    "cmms.closeout",
    "ecm.import",
];
/// What no glossary lists.
const UNLISTED: &str = "asset/mystery";

/// How one side names its glossary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Known,
    Lost,
    Unnamed,
}

#[derive(Clone, Debug)]
pub struct Approved {
    pub class: ActionClass,
    pub on: &'static str,
    pub until: Option<&'static str>,
    pub names: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Clerk {
    pub status: &'static str,
    pub level: Level,
    pub places: Vec<&'static str>,
    pub provider: Named,
    pub rights: Vec<&'static str>,
    /// None where there is no platform at all.
    pub platform: Option<Named>,
    /// Whether the account says which platform, though there is one only.
    pub says_platform: bool,
    pub scopes: Vec<&'static str>,
    /// A glossary, unless the role names none, and what the role holds.
    pub roles: Vec<(Option<&'static str>, Vec<&'static str>)>,
    pub assigned: Vec<(usize, Option<&'static str>)>,
    pub approvals: Vec<Approved>,
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub catalog: &'static str,
    pub key: &'static str,
    pub at: &'static str,
    pub own: bool,
    pub unresolved: bool,
}

pub fn clerks() -> impl Strategy<Value = (Clerk, Vec<Asked>)> {
    let status =
        prop_oneof![12 => Just("active"), 1 => select(&["proposed", "suspended", "retired"][..])];
    let named =
        || prop_oneof![8 => Just(Named::Known), 1 => Just(Named::Lost), 1 => Just(Named::Unnamed)];
    let rights = || listed(RIGHTS, 5);
    let scopes = || listed(SCOPES, 4);
    let role = prop_oneof![
        2 => rights().prop_map(|keys| (Some("unicmms"), keys)),
        2 => scopes().prop_map(|keys| (Some("factverse"), keys)),
        1 => rights().prop_map(|keys| (None, keys)),
    ];
    let place = || prop_oneof![1 => Just("femo"), 1 => select(PLACES)];
    let places = || vec(place(), 0..4);
    let at = prop_oneof![8 => place().prop_map(Some), 1 => Just(None)];
    let approved = (
        select(ActionClass::ALL),
        select(&["2026-01-01", "2026-11-22", "2026-11-23"][..]),
        select(
            &[
                None,
                Some("2026-11-21"),
                Some("2026-11-22"),
                Some("2027-01-01"),
            ][..],
        ),
        vec(select(RIGHTS), 0..4),
    );
    let approved = approved.prop_map(|(class, on, until, names)| Approved {
        class,
        on,
        until,
        names,
    });
    let sides = (
        named(),
        rights(),
        prop::option::weighted(0.8, named()),
        any::<bool>(),
        scopes(),
    );
    let given = (
        vec(role, 1..3),
        vec((0..2_usize, at), 0..4),
        vec(approved, 0..12),
    );
    let clerk = (status, select(Level::ALL), places(), sides, given).prop_map(
        |(
            status,
            level,
            places,
            (provider, rights, platform, says, scopes),
            (roles, assigned, approvals),
        )| Clerk {
            status,
            level,
            places,
            provider,
            rights,
            platform,
            says_platform: says && platform.is_some(),
            scopes,
            assigned: assigned
                .into_iter()
                .filter(|(role, _)| *role < roles.len())
                .collect(),
            roles,
            approvals,
        },
    );
    let asked = (
        any::<Index>(),
        prop::bool::weighted(0.8),
        select(PLACES),
        any::<(bool, bool)>(),
    );
    (clerk, vec(asked, 6)).prop_map(|(clerk, asked)| {
        let asked = asked
            .into_iter()
            .map(|(which, among_held, at, (own, unresolved))| {
                let (catalog, key) = clerk.some_key(which, among_held);
                Asked {
                    catalog,
                    key,
                    at,
                    own,
                    unresolved,
                }
            });
        let asked = asked.collect();
        (clerk, asked)
    })
}

/// Some of a list, seldom with a key that no glossary has.
fn listed(all: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    (subsequence(all, 0..=most), 0..12_u8).prop_map(|(mut keys, extra)| {
        keys.extend((extra == 0).then_some(UNLISTED));
        keys
    })
}

impl Clerk {
    /// A permission to ask for: one that it holds, most of the time.
    fn some_key(&self, which: Index, among_held: bool) -> (&'static str, &'static str) {
        let of = |catalog, keys: &[&'static str]| -> Vec<(&'static str, &'static str)> {
            let known = keys.iter().filter(|key| **key != UNLISTED);
            known.map(|key| (catalog, *key)).collect()
        };
        let mut held = of("unicmms", &self.rights);
        held.extend(of("factverse", &self.scopes));
        for (role, _) in &self.assigned {
            let (catalog, keys) = &self.roles[*role];
            held.extend(of(catalog.unwrap_or("unicmms"), keys));
        }
        if among_held && !held.is_empty() {
            return *which.get(&held);
        }
        let all: Vec<_> = of("unicmms", RIGHTS)
            .into_iter()
            .chain(of("factverse", SCOPES))
            .collect();
        *which.get(&all)
    }

    pub fn catalog(&self, side: Side) -> Option<&'static str> {
        let (named, known, lost) = match side {
            Side::Provider => (self.provider, "unicmms", "./gone.toml"),
            Side::Platform => (self.platform?, "factverse", "./lost.toml"),
        };
        match named {
            Named::Known => Some(known),
            Named::Lost => Some(lost),
            Named::Unnamed => None,
        }
    }

    pub fn inventory(&self) -> Inventory {
        let mut out: Vec<(String, Value)> = vec![("person/jo".into(), json!({ "name": "Jo" }))];
        for place in PLACES {
            out.push((
                format!("boundary/{place}"),
                json!({ "kind": "folder", "name": "P" }),
            ));
        }
        let side = |side| {
            self.catalog(side)
                .map_or(json!({}), |catalog| json!({ "catalog": catalog }))
        };
        out.push(("provider/cmms".into(), side(Side::Provider)));
        if self.platform.is_some() {
            out.push(("platform/hub".into(), side(Side::Platform)));
        }
        for (number, (catalog, keys)) in self.roles.iter().enumerate() {
            let mut role = json!({ "permissions": keys });
            if let Some(catalog) = catalog {
                role["catalog"] = json!(catalog);
            }
            out.push((format!("role/r{number}"), role));
        }
        for (role, at) in &self.assigned {
            let mut body = json!({ "principal": "account/sync", "role": format!("r{role}") });
            let mut id = format!("assignment/account/sync r{role}");
            if let Some(at) = at {
                body["at"] = json!(at);
                id = format!("{id} {at}");
            }
            out.push((id, body));
        }
        for one in &self.approvals {
            let mut body = json!({ "by": "person/jo", "permissions": one.names });
            if let Some(until) = one.until {
                body["until"] = json!(until);
            }
            out.push((format!("approval/sync {} {}", one.class, one.on), body));
        }
        let mut account = json!({ "provider": "cmms", "environment": "production", "workflow": "sync",
            "boundary": self.places, "level": self.level, "permissions": self.rights, "scopes": self.scopes,
            "status": self.status });
        if self.says_platform {
            account["platform"] = json!("hub");
        }
        out.push(("account/sync".into(), account));
        records(out)
    }
}
