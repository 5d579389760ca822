//! The endpoints of all environments.

use crate::model::finding::FieldPath;
use crate::model::id::EnvironmentName;
use crate::model::inventory::Inventory;
use crate::model::provider::Environment;
use crate::model::record::{Kind, RecordId};

/// One environment of a provider or platform, beside its siblings.
pub(super) struct Endpoint<'a> {
    pub owner: RecordId,
    pub name: &'a EnvironmentName,
    pub environment: &'a Environment,
    /// The production environment of the same system.
    pub production: Option<&'a Environment>,
}

impl Endpoint<'_> {
    pub fn field(&self) -> FieldPath {
        let name = self.name.as_str();
        FieldPath::of("environment").key(name).key("endpoint")
    }
}

/// Every environment of every platform and provider.
pub(super) fn endpoints(inventory: &Inventory) -> impl Iterator<Item = Endpoint<'_>> {
    let platforms = inventory
        .platforms
        .iter()
        .map(|(id, platform)| (RecordId::new(Kind::Platform, id), &platform.environment));
    let providers = inventory
        .providers
        .iter()
        .map(|(id, provider)| (RecordId::new(Kind::Provider, id), &provider.environment));
    platforms
        .chain(providers)
        .flat_map(|(owner, environments)| {
            let production = environments.get("production");
            environments
                .iter()
                .map(move |(name, environment)| Endpoint {
                    owner: owner.clone(),
                    name,
                    environment,
                    production,
                })
        })
}

/// Every address that an environment declares, its further ones too, and where it stands.
pub(super) fn addresses(
    inventory: &Inventory,
) -> impl Iterator<Item = (RecordId, FieldPath, &str)> {
    endpoints(inventory).flat_map(|it| {
        let own = (
            it.owner.clone(),
            it.field(),
            it.environment.endpoint.as_str(),
        );
        let further = it.environment.endpoints.iter().map(move |(name, url)| {
            let field = FieldPath::of("environment").key(it.name.as_str());
            let field = field.key("endpoints").key(name.as_str());
            (it.owner.clone(), field, url.as_str())
        });
        std::iter::once(own).chain(further)
    })
}
