//! For the tests: an inventory of 36 accounts, made up.

use serde_json::{Value as Json, json};

use crate::access::matrix;
use crate::model::entitlement::{Catalog, CatalogName};
use crate::model::inventory::Inventory;
use crate::model::record::Record;

/// The glossary of a data file, read by its lines: this room knows no TOML.
fn glossary(text: &str, side: &str) -> Catalog {
    let mut entitlements = serde_json::Map::new();
    for table in text.split("[[entitlement]]").skip(1) {
        let value = |key: &str| {
            let line = table
                .lines()
                .find(|line| line.starts_with(&format!("{key} = ")))?;
            Some(line.split('"').nth(1)?.to_owned())
        };
        let fields = ["group", "title", "meaning", "effect"];
        let body: serde_json::Map<String, Json> = fields
            .iter()
            .map(|f| ((*f).to_owned(), value(f).into()))
            .collect();
        entitlements.insert(value("key").unwrap(), body.into());
    }
    let body = json!({ "title": side, "side": side, "entitlements": entitlements });
    serde_json::from_value(body).unwrap()
}

const WORKFLOWS: [(&str, &str, &[&str], &[&str]); 4] = [
    (
        "import",
        "read-only-import",
        &[
            "work-order/view-work-orders",
            "work-order/view-work-order-attachments",
            "asset/view-assets",
            "asset/view-asset-status",
            "facility/view-facilities",
            "hierarchy/view-site-asset-hierarchy",
        ],
        &["base.read"],
    ),
    (
        "status",
        "status-sync",
        &[
            "work-order/view-work-orders",
            "work-order/manage-work-order-status",
        ],
        &["base.read", "cmms.status"],
    ),
    (
        "writeback",
        "write-back",
        &[
            "work-order/view-work-orders",
            "work-order/edit-work-order",
            "work-order/manage-work-order-closeout",
            "part/view-parts",
            "meter/view-meters",
            "asset/delete-asset",
            "asset/everything",
        ],
        &["base.read", "cmms.writeback"],
    ),
    (
        "draft",
        "draft-handoff",
        &["work-request/add-work-requests"],
        &["base.read", "cmms.draft"],
    ),
];

/// 3 sites x (2 providers in production, 1 in test) x 4 workflows.
pub(super) fn inventory() -> Inventory {
    let environment = json!({ "endpoint": "https://x.example" });
    let system = |catalog: &str| json!({ "catalog": catalog, "environment": { "production": environment, "test": environment } });
    let mut records = vec![
        ("provider/unicmms".to_owned(), system("unicmms")),
        ("provider/maximo".to_owned(), json!({})),
        ("platform/factverse".to_owned(), system("factverse")),
    ];
    let places = [
        ("unicmms", "production"),
        ("unicmms", "test"),
        ("maximo", "production"),
    ];
    for (provider, environment) in places {
        for (workflow, level, permissions, scopes) in WORKFLOWS {
            for site in ["hawthorne", "berlin", "billund"] {
                let id = format!("account/{provider}-{environment}-{workflow}-{site}");
                let body = json!({
                    "provider": provider, "environment": environment, "workflow": workflow,
                    "boundary": [format!("femo/{site}")], "level": level,
                    "permissions": permissions, "scopes": scopes,
                });
                records.push((id, body));
            }
        }
    }
    for (principal, role, at) in [
        ("person/jo-miller", "machine-operator", "femo/hawthorne"),
        ("person/jo-miller", "workshop-manager", "femo/hawthorne"),
        ("person/anna-berg", "workshop-manager", "femo"),
        ("person/anna-berg", "machine-operator", ""),
    ] {
        let body =
            json!({ "principal": principal, "role": role, "at": (!at.is_empty()).then_some(at) });
        let id = format!("assignment/{principal} {role} {at}");
        records.push((id.trim_end().to_owned(), body));
    }
    let read = |(id, body): (String, Json)| Record::from_value(&id.parse().unwrap(), body).unwrap();
    records.into_iter().map(read).collect()
}

pub(super) fn with_glossaries<T>(ask: impl FnOnce(&matrix::Lookup) -> T) -> T {
    let unicmms = glossary(include_str!("../../catalog/data/unicmms.toml"), "provider");
    let factverse = glossary(
        include_str!("../../catalog/data/factverse.toml"),
        "platform",
    );
    ask(&|name: &CatalogName| match name.as_str() {
        "unicmms" => Some(&unicmms),
        "factverse" => Some(&factverse),
        _ => None,
    })
}
