//! Cedar: a template for each role, linked for each assignment; teams, boundaries and the permissions of roles are
//! entities below entities.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicyId,
    PolicySet, Request, SlotId, Template,
};
use keyroll::model::inventory::Inventory;

use crate::{Peer, Question};

pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

impl Cedar {
    pub fn of(inventory: &Inventory) -> Cedar {
        Cedar {
            authorizer: Authorizer::new(),
            policies: policies(inventory),
            entities: Entities::from_entities(entities(inventory), None)
                .expect("Cedar takes the entities"),
        }
    }
}

impl Peer for Cedar {
    fn allows(&self, question: &Question) -> bool {
        let principal = holder(question.principal.as_str());
        let action = uid("Action", question.permission.as_str());
        let resource = uid("Boundary", question.at.as_str());
        let request = Request::new(principal, action, resource, Context::empty(), None);
        let request = request.expect("a request without a schema");
        let response = self
            .authorizer
            .is_authorized(&request, &self.policies, &self.entities);
        response.decision() == Decision::Allow
    }
}

fn policies(inventory: &Inventory) -> PolicySet {
    let mut set = PolicySet::new();
    for id in inventory.roles.keys() {
        let text = format!(
            "permit(principal in ?principal, action in Action::\"{id}\", resource in ?resource);"
        );
        let template = Template::parse(Some(PolicyId::new(id.as_str())), text).expect("a template");
        set.add_template(template).expect("a role stands once");
    }
    for (number, key) in inventory.assignments.keys().enumerate() {
        let Some(at) = &key.at else { continue };
        let values = HashMap::from([
            (SlotId::principal(), holder(key.principal.as_str())),
            (SlotId::resource(), uid("Boundary", at.as_str())),
        ]);
        let (role, link) = (
            PolicyId::new(key.role.as_str()),
            PolicyId::new(number.to_string()),
        );
        set.link(role, link, values).expect("the role is declared");
    }
    set
}

fn entities(inventory: &Inventory) -> Vec<Entity> {
    let mut above: HashMap<EntityUid, HashSet<EntityUid>> = HashMap::new();
    for name in inventory.people.keys() {
        above.entry(uid("Person", name.as_str())).or_default();
    }
    for (id, team) in &inventory.teams {
        let whole = uid("Team", id.as_str());
        above.entry(whole.clone()).or_default();
        let people = team.members.iter().map(|name| uid("Person", name.as_str()));
        let parts = team.teams.iter().map(|name| uid("Team", name.as_str()));
        for part in people.chain(parts) {
            above.entry(part).or_default().insert(whole.clone());
        }
    }
    for path in inventory.boundaries.keys() {
        let parent = path.parent().map(|parent| uid("Boundary", parent.as_str()));
        above
            .entry(uid("Boundary", path.as_str()))
            .or_default()
            .extend(parent);
    }
    for (id, role) in &inventory.roles {
        let group = uid("Action", id.as_str());
        above.entry(group.clone()).or_default();
        for key in &role.permissions {
            above
                .entry(uid("Action", key.as_str()))
                .or_default()
                .insert(group.clone());
        }
    }
    above
        .into_iter()
        .map(|(uid, parents)| Entity::new_no_attrs(uid, parents))
        .collect()
}

fn holder(principal: &str) -> EntityUid {
    match principal.split_once('/') {
        Some(("team", name)) => uid("Team", name),
        Some((_, name)) => uid("Person", name),
        None => uid("Person", principal),
    }
}

fn uid(kind: &str, name: &str) -> EntityUid {
    let kind: EntityTypeName = kind.parse().expect("a plain name");
    EntityUid::from_type_name_and_id(kind, EntityId::new(name))
}
