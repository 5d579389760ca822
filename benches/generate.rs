//! Writes an inventory of N accounts, and its facts, to measure on: `generate N FOLDER`.
//!
//! 2,000 accounts a file, about 800 bytes each; one in twenty is due on 2026-11-22. Plain output, no randomness.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const PER_FILE: usize = 2_000;

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(count), Some(folder)) = (args.next().and_then(|n| n.parse().ok()), args.next())
    else {
        return Err(std::io::Error::other("usage: generate N FOLDER"));
    };
    write(count, Path::new(&folder))
}

fn write(count: usize, folder: &Path) -> std::io::Result<()> {
    let inventory = folder.join("inventory");
    fs::create_dir_all(&inventory)?;
    fs::write(inventory.join("0-common.toml"), common(count))?;
    for (file, first) in (0..count).step_by(PER_FILE).enumerate() {
        let mut text = String::new();
        for number in first..count.min(first + PER_FILE) {
            text.push_str(&account(number, number % sites(count)));
        }
        fs::write(inventory.join(format!("accounts-{file:04}.toml")), text)?;
    }
    let mut facts = String::new();
    for number in 0..count {
        // Rotation every 60 days: issued 50 days ago, the warning of 14 days has begun; issued 12 days ago, not.
        let day = if number % 20 == 0 {
            "2026-10-03"
        } else {
            "2026-11-10"
        };
        let _ = writeln!(
            facts,
            r#"{{"fact":"issued","account":"{}","version":1,"on":"{day}"}}"#,
            name(number)
        );
    }
    fs::write(folder.join("facts.jsonl"), facts)
}

fn sites(count: usize) -> usize {
    (count / 50).clamp(1, 500)
}

fn name(number: usize) -> String {
    format!("unicmms-production-import-{number:06}")
}

fn common(count: usize) -> String {
    let mut text = String::from(
        r#"[organisation]
name = "Generated"
secret-stores = ["age"]
max-lifetime = "90d"

[person.anna-berg]
name = "Anna Berg"
[person.max-vogt]
name = "Max Vogt"
[team.integration]
name = "Integration"
members = ["anna-berg", "max-vogt"]

[boundary.acme]
kind = "tenant"
name = "Acme"

[platform.factverse]
catalog = "factverse"
[platform.factverse.environment.production]
endpoint = "https://factverse.example"

[provider.unicmms]
catalog = "unicmms"
contact = "support@unicmms.example"
reviewed = 2026-10-01
[provider.unicmms.environment.production]
endpoint = "https://acme.unicmms.example/api"
hosting = "saas"
allowlist = ["203.0.113.0/28"]

[rotation.standard]
every = "60d"
overlap = "24h"

[procedure.revoke]
kind = "revoke"
[[procedure.revoke.step]]
title = "Delete the key"
manual = "Delete the key at the provider; note the time."

[consumer.etl]
host = "etl-01"

"#,
    );
    for site in 0..sites(count) {
        let _ = write!(
            text,
            "[boundary.\"acme/site-{site}\"]\nkind = \"site\"\nname = \"Site {site}\"\n"
        );
    }
    text
}

fn account(number: usize, site: usize) -> String {
    let name = name(number);
    format!(
        r#"[account.{name}]
provider = "unicmms"
environment = "production"
boundary = ["acme/site-{site}"]
workflow = "import"
level = "read-only-import"
purpose = "Pull work orders"
owner = {{ business = "person/anna-berg", technical = "team/integration" }}
permissions = [
  "asset/view-asset-attachments", "asset/view-asset-status", "asset/view-assets", "facility/view-facilities",
  "hierarchy/view-site-asset-hierarchy", "work-order/view-work-order-attachments", "work-order/view-work-orders",
]
scopes = ["base.read"]
platform = "factverse"
expires = 2027-10-31
rotation = "standard"
revoke = "revoke"
audit = {{ records = ["import", "retry", "failure"], sink = "sync-log" }}
consumers = ["etl"]
credential = {{ kind = "api-key", store = "age" }}
approval = [{{ action = "read", by = "person/max-vogt", on = 2026-10-01 }}]

"#
    )
}
