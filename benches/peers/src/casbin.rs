//! casbin: an assignment is a policy line; teams, boundaries and the permissions of roles are groupings.

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};
use keyroll::model::inventory::Inventory;

use crate::{Peer, Question};

const MODEL: &str = "
[request_definition]
r = sub, act, obj

[policy_definition]
p = sub, role, obj

[role_definition]
g = _, _
g2 = _, _
g3 = _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = g3(r.act, p.role) && g2(r.obj, p.obj) && g(r.sub, p.sub)
";

pub struct Casbin(Enforcer);

impl Casbin {
    pub fn of(inventory: &Inventory) -> Casbin {
        let enforcer = now(async {
            let model = DefaultModel::from_str(MODEL).await?;
            let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
            enforcer.enable_auto_save(false);
            enforcer.enable_auto_build_role_links(false);
            enforcer.add_policies(assignments(inventory)).await?;
            for (name, lines) in [
                ("g", memberships(inventory)),
                ("g2", tree(inventory)),
                ("g3", grants(inventory)),
            ] {
                enforcer.add_named_grouping_policies(name, lines).await?;
            }
            enforcer.build_role_links()?;
            Ok::<Enforcer, casbin::Error>(enforcer)
        });
        Casbin(enforcer.expect("casbin takes the policy"))
    }
}

impl Peer for Casbin {
    fn allows(&self, question: &Question) -> bool {
        let act = format!("permission {}", question.permission);
        let request = (
            question.principal.as_str(),
            act,
            format!("boundary {}", question.at),
        );
        self.0.enforce(request).expect("casbin answers")
    }
}

fn assignments(inventory: &Inventory) -> Vec<Vec<String>> {
    let line = |key: &keyroll::model::key::AssignmentKey| {
        let at = key.at.as_ref()?;
        Some(vec![
            key.principal.to_string(),
            format!("role {}", key.role),
            format!("boundary {at}"),
        ])
    };
    inventory.assignments.keys().filter_map(line).collect()
}

fn memberships(inventory: &Inventory) -> Vec<Vec<String>> {
    let lines = inventory.teams.iter().flat_map(|(id, team)| {
        let people = team.members.iter().map(|name| format!("person/{name}"));
        let parts = team.teams.iter().map(|name| format!("team/{name}"));
        people
            .chain(parts)
            .map(move |part| vec![part, format!("team/{id}")])
    });
    lines.collect()
}

fn tree(inventory: &Inventory) -> Vec<Vec<String>> {
    let line = |path: &keyroll::model::id::BoundaryPath| {
        Some(vec![
            format!("boundary {path}"),
            format!("boundary {}", path.parent()?),
        ])
    };
    inventory.boundaries.keys().filter_map(line).collect()
}

fn grants(inventory: &Inventory) -> Vec<Vec<String>> {
    let lines = inventory.roles.iter().flat_map(|(id, role)| {
        let keys = role.permissions.iter();
        keys.map(move |key| vec![format!("permission {key}"), format!("role {id}")])
    });
    lines.collect()
}

/// The result of what never waits: its calls are asynchronous for the sake of adapters that we have none of.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("nothing is waited for"),
    }
}
