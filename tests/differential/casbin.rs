//! The same policies in casbin: role-based, with a hierarchy of boundaries. Only lines and casbin's own matcher: nothing
//! of keyroll decides here.

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};

use crate::world::{Asked, PLANT, World};

/// A policy line is an assignment. `g` leads from people and teams to the teams that they are in, `g2` from a boundary to
/// the one above it, `g3` from a permission to the roles that hold it, `g4` from a permission to its conditions.
const MODEL: &str = "
[request_definition]
r = sub, act, obj, own, unresolved

[policy_definition]
p = sub, role, obj

[role_definition]
g = _, _
g2 = _, _
g3 = _, _
g4 = _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = g3(r.act, p.role) && g2(r.obj, p.obj) && g(r.sub, p.sub) && (r.own == \"yes\" || !g4(r.act, \"own-only\")) && (r.unresolved == \"yes\" || !g4(r.act, \"unresolved-only\"))
";

pub struct Peer(Enforcer);

impl Peer {
    pub fn of(world: &World) -> Peer {
        let mut enforcer = now(async {
            let model = DefaultModel::from_str(MODEL).await.unwrap();
            Enforcer::new(model, MemoryAdapter::default())
                .await
                .unwrap()
        });
        enforcer.enable_auto_save(false);
        enforcer.enable_auto_build_role_links(false);
        now(async {
            enforcer.add_policies(assignments(world)).await.unwrap();
            for (name, lines) in [
                ("g", memberships(world)),
                ("g2", tree(world)),
                ("g3", grants(world)),
                ("g4", conditions()),
            ] {
                enforcer
                    .add_named_grouping_policies(name, lines)
                    .await
                    .unwrap();
            }
        });
        enforcer.build_role_links().unwrap();
        Peer(enforcer)
    }

    pub fn allows(&self, asked: &Asked) -> bool {
        let yes = |said: bool| if said { "yes" } else { "no" };
        let act = act(asked.catalog, asked.permission);
        let obj = format!("boundary {}", asked.at);
        let request = (
            asked.principal.as_str(),
            act,
            obj,
            yes(asked.own),
            yes(asked.unresolved),
        );
        self.0.enforce(request).unwrap()
    }
}

/// Who is not there has no line, and neither has an assignment without a boundary.
fn assignments(world: &World) -> Vec<Vec<String>> {
    let there = world
        .assignments
        .iter()
        .filter(|(principal, _, _)| world.is_present(principal));
    let line = |(principal, role, at): &(String, &'static str, Option<&'static str>)| {
        Some(vec![
            principal.clone(),
            format!("role {role}"),
            format!("boundary {}", (*at)?),
        ])
    };
    there.filter_map(line).collect()
}

fn memberships(world: &World) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for (team, body) in &world.teams {
        let people = body.members.iter().map(|name| format!("person/{name}"));
        let parts = body.parts.iter().map(|name| format!("team/{name}"));
        for one in people.chain(parts).filter(|one| world.is_present(one)) {
            lines.push(vec![one, format!("team/{team}")]);
        }
    }
    unique(lines)
}

fn tree(world: &World) -> Vec<Vec<String>> {
    let above = |place: &&str| {
        let (parent, _) = place.rsplit_once('/')?;
        Some(vec![
            format!("boundary {place}"),
            format!("boundary {parent}"),
        ])
    };
    world.places.iter().filter_map(above).collect()
}

/// A role without a glossary is read by each.
fn grants(world: &World) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for (role, (catalog, permissions)) in &world.roles {
        for catalog in ["plant", "other"]
            .iter()
            .filter(|known| catalog.is_none_or(|own| own == **known))
        {
            for permission in permissions {
                lines.push(vec![act(catalog, permission), format!("role {role}")]);
            }
        }
    }
    unique(lines)
}

fn conditions() -> Vec<Vec<String>> {
    let lines = PLANT.iter().flat_map(|(permission, conditions)| {
        conditions
            .iter()
            .map(|condition| vec![act("plant", permission), (*condition).to_owned()])
    });
    lines.collect()
}

fn act(catalog: &str, permission: &str) -> String {
    format!("{catalog} {permission}")
}

/// casbin takes no line twice.
fn unique(mut lines: Vec<Vec<String>>) -> Vec<Vec<String>> {
    lines.sort();
    lines.dedup();
    lines
}

/// The result of what never waits: casbin's calls are asynchronous for the sake of adapters that we have none of.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("casbin waits for something"),
    }
}
