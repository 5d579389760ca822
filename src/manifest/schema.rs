//! The JSON Schema of an inventory, made from the model. Only tests know it; what they make is committed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::manifest::form::{ApprovalForm, AssertionForm, AssignmentForm, DecisionForm, RiskForm};
use crate::manifest::write::DATES;
use crate::model::account::Account;
use crate::model::boundary::Boundary;
use crate::model::consumer::Consumer;
use crate::model::date::Date;
use crate::model::id::{
    AccountId, BoundaryPath, ConsumerId, Name, PersonId, PlatformId, Principal, ProcedureId,
    ProviderId, RoleId, RotationId, TeamId,
};
use crate::model::organisation::Organisation;
use crate::model::party::{Person, Team};
use crate::model::policy::Config;
use crate::model::procedure::Procedure;
use crate::model::provider::{Platform, Provider};
use crate::model::role::Role;
use crate::model::rotation::Rotation;
use crate::model::text::Text;

/// The service accounts between maintenance systems and the platforms that join them, and who answers for them.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    rename_all = "kebab-case",
    title = "keyroll inventory"
)]
#[allow(dead_code)]
struct Inventory {
    organisation: Option<Organisation>,
    /// People, by name: `[person.anna-berg]`.
    #[schemars(default)]
    person: BTreeMap<PersonId, Person>,
    /// Teams, by name: `[team.integration]`.
    #[schemars(default)]
    team: BTreeMap<TeamId, Team>,
    /// Nodes of the boundary tree, by path: `[boundary."femo/hawthorne"]`.
    #[schemars(default)]
    boundary: BTreeMap<BoundaryPath, Boundary>,
    /// The other side of the integration, by name: `[platform.factverse]`.
    #[schemars(default)]
    platform: BTreeMap<PlatformId, Platform>,
    /// Maintenance systems, by name: `[provider.unicmms]`.
    #[schemars(default)]
    provider: BTreeMap<ProviderId, Provider>,
    /// Rotation policies, by name: `[rotation.standard]`.
    #[schemars(default)]
    rotation: BTreeMap<RotationId, Rotation>,
    /// Steps to rotate, revoke or roll back, by name: `[procedure.unicmms-revoke]`.
    #[schemars(default)]
    procedure: BTreeMap<ProcedureId, Procedure>,
    /// Jobs and hosts that use credentials, by name: `[consumer.etl-01-import-hourly]`.
    #[schemars(default)]
    consumer: BTreeMap<ConsumerId, Consumer>,
    /// Service accounts, by name: `[account.unicmms-production-import-hawthorne]`.
    #[schemars(default)]
    account: BTreeMap<AccountId, Account>,
    /// Named sets of permissions: `[role.machine-operator]`.
    #[schemars(default)]
    role: BTreeMap<RoleId, Role>,
    /// Who holds which role where.
    #[schemars(default)]
    assignment: Vec<AssignmentForm>,
    /// Read/write boundary decisions.
    #[schemars(default)]
    decision: Vec<DecisionForm>,
    /// Who may, or may not, do what where: judged like tests.
    #[schemars(default)]
    assert: Vec<AssertionForm>,
    /// What a provider cannot enforce, written down and owned.
    #[schemars(default)]
    residual_risk: Vec<RiskForm>,
    /// Findings that are accepted for a while.
    #[schemars(default)]
    waiver: Vec<Waiver>,
    /// Approvals of the account; a list of tables in it.
    #[schemars(default)]
    approval: Vec<ApprovalForm>,
}

/// A finding that is accepted for a while; a rule reports what it lacks.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(dead_code)]
struct Waiver {
    /// The rule's id.
    rule: Name,
    /// A record, as findings name it: `account/NAME`.
    subject: Text,
    reason: Option<Text>,
    owner: Option<Principal>,
    until: Option<Date>,
}

/// Names of records, as examples of what a table's keys look like.
const EXAMPLES: &[(&str, &str)] = &[
    ("person", "anna-berg"),
    ("team", "integration"),
    ("boundary", "femo/hawthorne/press-01"),
    ("platform", "factverse"),
    ("provider", "unicmms"),
    ("rotation", "standard"),
    ("procedure", "unicmms-revoke"),
    ("consumer", "etl-01-import-hourly"),
    ("account", "unicmms-production-import-hawthorne"),
    ("role", "machine-operator"),
];

fn generate() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Inventory>().to_value();
    // An account's table holds its approvals, which the model keeps beside it.
    let approval = schema["properties"]
        .as_object_mut()
        .unwrap()
        .shift_remove("approval");
    schema["$defs"]["Account"]["properties"]["approval"] = approval.unwrap();
    for (kind, name) in EXAMPLES {
        schema["properties"][kind]["propertyNames"] = json!({ "examples": [name] });
    }
    finished("inventory", schema)
}

/// The schema of `keyroll.toml`.
fn generate_config() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Config>().to_value();
    schema["title"] = json!("keyroll configuration");
    finished("config", schema)
}

fn finished(name: &str, mut schema: Value) -> Value {
    without_null(&mut schema);
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:keyroll:schema:{name}"),
        "title": "",
    });
    let (whole_map, map) = (
        whole.as_object_mut().unwrap(),
        schema.as_object_mut().unwrap(),
    );
    map.shift_remove("$schema");
    whole_map.append(map);
    whole
}

/// Takes out what stands for an absent value in JSON: TOML has no null.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.retain(|key, value| !(key == "default" && value.is_null()));
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|word| word != "null");
                if let [one] = &types[..] {
                    map["type"] = one.clone();
                }
            }
            if let Some(Value::Array(any)) = map.get_mut("anyOf") {
                any.retain(|one| *one != json!({ "type": "null" }));
                if let [Value::Object(one)] = &mut any[..] {
                    let mut one = std::mem::take(one);
                    map.shift_remove("anyOf");
                    map.append(&mut one);
                }
            }
            map.values_mut().for_each(without_null);
        }
        Value::Array(all) => all.iter_mut().for_each(without_null),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::manifest::{CONFIG_SCHEMA, SCHEMA};

    #[test]
    fn the_committed_schemas_are_those_of_the_model() {
        is_fresh("inventory", &generate(), SCHEMA);
        is_fresh("config", &generate_config(), CONFIG_SCHEMA);
    }

    fn is_fresh(name: &str, generated: &Value, committed: &str) {
        let fresh = serde_json::to_string_pretty(generated).unwrap() + "\n";
        #[allow(
            clippy::disallowed_methods,
            reason = "blessing is asked for from outside"
        )]
        let bless = std::env::var_os("KEYROLL_BLESS").is_some();
        if bless {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
            fs::write(folder.join(format!("{name}.schema.json")), &fresh).unwrap();
        } else {
            assert!(
                fresh == committed,
                "{name}: stale: run this test with KEYROLL_BLESS=1"
            );
        }
    }

    /// Every key whose value is a date, by the schema.
    fn dates(schema: &Value, key: &str, out: &mut BTreeSet<String>) {
        match schema {
            Value::Object(map) => {
                if map.get("format") == Some(&json!("date")) {
                    out.insert(key.to_owned());
                }
                for (name, below) in map {
                    match (name.as_str(), below) {
                        ("properties", Value::Object(properties)) => {
                            for (key, schema) in properties {
                                dates(schema, key, out);
                            }
                        }
                        _ => dates(below, key, out),
                    }
                }
            }
            Value::Array(all) => all.iter().for_each(|schema| dates(schema, key, out)),
            _ => {}
        }
    }

    #[test]
    fn the_keys_written_as_dates_are_those_of_the_schema() {
        let mut found = BTreeSet::new();
        dates(&generate(), "", &mut found);
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), DATES);
    }

    #[test]
    fn every_table_of_the_schema_is_closed() {
        fn walk(schema: &Value) {
            if let Some(map) = schema.as_object() {
                if map.contains_key("properties") {
                    assert_eq!(
                        map.get("additionalProperties"),
                        Some(&json!(false)),
                        "{map:?}"
                    );
                }
                map.values().for_each(walk);
            }
            schema.as_array().into_iter().flatten().for_each(walk);
        }
        walk(&generate());
        walk(&generate_config());
    }

    /// TOML as JSON, dates as strings.
    fn json_of(value: toml::Value) -> Value {
        match value {
            toml::Value::Datetime(date) => Value::String(date.to_string()),
            toml::Value::Table(table) => table
                .into_iter()
                .map(|(key, value)| (key, json_of(value)))
                .collect(),
            toml::Value::Array(items) => items.into_iter().map(json_of).collect(),
            toml::Value::String(text) => Value::String(text),
            toml::Value::Integer(number) => json!(number),
            toml::Value::Float(number) => json!(number),
            toml::Value::Boolean(flag) => json!(flag),
        }
    }

    fn faults(text: &str) -> Vec<String> {
        faults_by(&generate(), text)
    }

    fn faults_by(schema: &Value, text: &str) -> Vec<String> {
        let table: toml::Table = text.parse().unwrap();
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(schema)
            .unwrap();
        let instance = json_of(toml::Value::Table(table));
        validator
            .iter_errors(&instance)
            .map(|error| error.to_string())
            .collect()
    }

    #[test]
    fn the_example_is_valid_and_its_faults_are_seen() {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/manifest/example.toml");
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(faults(&text), [""; 0]);
        for (good, bad) in [
            ("max-lag = \"15m\"", "max-lag = \"15 min\""),
            ("on = 2026-11-02", "on = \"later\""),
            ("action = \"read\"", "action = \"reed\""),
            ("[person.anna-berg]", "[person.Anna]"),
            ("tenant-role = \"operator\"", "tenantrole = \"operator\""),
        ] {
            assert!(text.contains(good), "{good}");
            assert!(!faults(&text.replacen(good, bad, 1)).is_empty(), "{bad}");
        }
    }

    #[test]
    fn every_shipped_inventory_is_valid() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        let mut folders = vec![root];
        let mut files = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() {
                    // Glossaries have a form of their own, and the examples for a CI are of other tools.
                    if !["glossaries", "ci", "spreadsheets"].contains(&&*name) {
                        folders.push(path);
                    }
                } else if name == "keyroll.toml" {
                    let text = fs::read_to_string(&path).unwrap();
                    assert_eq!(faults_by(&generate_config(), &text), [""; 0]);
                } else if name.ends_with(".toml") && name != "planted.toml" {
                    files += 1;
                    let text = fs::read_to_string(&path).unwrap();
                    assert_eq!(faults(&text), [""; 0], "{}", path.display());
                }
            }
        }
        assert!(files >= 15, "{files} files");
    }
}
