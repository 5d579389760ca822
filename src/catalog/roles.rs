//! The roles that ship with the program: a starting point to copy. Nothing here answers for a name in an inventory: what
//! a role gives is declared there, and an upgrade of the program changes nobody's access.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::catalog::nearest::nearest;
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::id::{Name, RoleId};
use crate::model::role::Role;
use crate::model::text::Text;

/// One built-in role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltinRole {
    pub name: RoleId,
    pub title: Text,
    /// What its holder does, in one line without a full stop.
    pub meaning: Text,
    pub role: Role,
}

impl BuiltinRole {
    /// What to do where its name stands undeclared: by the inventory, and by the command.
    pub fn how_to_declare(&self) -> String {
        let name = &self.name;
        format!(
            "`{name}` is a built-in role, a starting point to copy: `keyroll role show {name} --built-in` prints it for \
             the inventory, `keyroll role add {name} --like {name}` copies it into the store"
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    role: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    name: RoleId,
    title: Text,
    meaning: Text,
    tenant_role: Name,
    catalog: CatalogName,
    permissions: Vec<EntitlementKey>,
}

/// The built-in roles, by name; read at their first use.
pub fn builtin_roles() -> &'static [BuiltinRole] {
    static READ: OnceLock<Vec<BuiltinRole>> = OnceLock::new();
    READ.get_or_init(|| {
        let file: File = toml::from_str(include_str!("data/roles.toml"))
            .expect("the shipped roles are read by a test");
        file.role.into_iter().map(built_in).collect()
    })
}

fn built_in(row: Row) -> BuiltinRole {
    BuiltinRole {
        name: row.name,
        title: row.title,
        meaning: row.meaning,
        role: Role {
            tenant_role: Some(row.tenant_role),
            catalog: Some(row.catalog),
            permissions: row.permissions,
        },
    }
}

/// The built-in role of a name.
pub fn builtin_role(name: &str) -> Option<&'static BuiltinRole> {
    builtin_roles()
        .iter()
        .find(|builtin| builtin.name.as_str() == name)
}

/// The built-in role that a name may have meant.
pub fn nearest_builtin_role(name: &str) -> Option<&'static str> {
    nearest(name, builtin_roles().iter().map(|role| role.name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Policy, builtin};
    use crate::model::access::Effect;

    /// The duties that the permissions of some roles are in conflict with, both sides among them.
    fn conflicts(catalog: &str, roles: &[&BuiltinRole]) -> Vec<String> {
        let holds = |key: &EntitlementKey| {
            let mut all = roles.iter().flat_map(|role| &role.role.permissions);
            all.any(|held| held == key)
        };
        let duties = Policy::shipped().duties(catalog).iter();
        let broken = duties.filter(|pair| holds(&pair.a) && holds(&pair.b));
        broken
            .map(|pair| format!("{} {}", pair.a, pair.b))
            .collect()
    }

    fn of(catalog: &str, name: &str) -> &'static BuiltinRole {
        let name = match catalog {
            "hub" => name.to_owned(),
            other => format!("{other}-{name}"),
        };
        builtin_role(&name).unwrap()
    }

    #[test]
    fn every_built_in_role_lists_permissions_of_its_glossary() {
        assert!(builtin_roles().is_sorted_by(|a, b| a.name < b.name));
        for BuiltinRole { name, role, .. } in builtin_roles() {
            assert!(!role.permissions.is_empty(), "{name}");
            assert!(role.permissions.is_sorted_by(|a, b| a < b), "{name}");
            let known = builtin(role.catalog.as_ref().unwrap().as_str()).unwrap();
            for key in &role.permissions {
                assert!(known.entitlements.contains_key(key), "{name}: {key}");
            }
        }
    }

    #[test]
    fn the_four_roles_stand_for_each_glossary_in_one_family() {
        for (name, family) in [
            ("tenant-admin", "operator"),
            ("workshop-manager", "operator"),
            ("machine-operator", "operator"),
            ("service-engineer", "service-provider"),
        ] {
            for catalog in ["hub", "unicmms"] {
                let Role {
                    tenant_role,
                    catalog: named,
                    ..
                } = &of(catalog, name).role;
                assert_eq!(tenant_role.as_ref().unwrap().as_str(), family);
                assert_eq!(named.as_ref().unwrap().as_str(), catalog);
            }
        }
        assert_eq!(builtin_roles().len(), 8);
    }

    #[test]
    fn no_built_in_role_breaks_the_separation_of_duties() {
        for role in builtin_roles() {
            let catalog = role.role.catalog.as_ref().unwrap().as_str();
            assert_eq!(conflicts(catalog, &[role]), [""; 0], "{}", role.name);
        }
    }

    #[test]
    fn a_workshop_manager_may_be_machine_operator_too() {
        for catalog in ["hub", "unicmms"] {
            let both = ["workshop-manager", "machine-operator"].map(|name| of(catalog, name));
            assert_eq!(conflicts(catalog, &both), [""; 0], "{catalog}");
            let known = &builtin(catalog).unwrap().entitlements;
            for key in both.iter().flat_map(|role| &role.role.permissions) {
                assert_ne!(known[key].effect, Effect::Closeout, "{key}");
            }
        }
    }

    #[test]
    fn an_undeclared_built_in_role_tells_both_ways() {
        let told = builtin_role("machine-operator").unwrap().how_to_declare();
        assert!(told.contains("`keyroll role show machine-operator --built-in`"));
        assert!(told.contains("`keyroll role add machine-operator --like machine-operator`"));
        assert_eq!(
            nearest_builtin_role("machine-opertor"),
            Some("machine-operator")
        );
        assert!(builtin_role("operator").is_none());
    }
}
