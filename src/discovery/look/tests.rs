//! What is found in a file, and what is not.

use super::*;
use crate::model::inventory::Inventory;
use crate::model::record::Record;
use serde_json::json;

fn roll() -> Inventory {
    let account = json!({ "provider": "maximo", "environment": "production", "boundary": ["femo"], "workflow": "import",
        "level": "read-only-import", "purpose": "x", "owner": { "business": "person/a", "technical": "person/a" },
        "permissions": [], "scopes": [],
        "credential": { "kind": "api-key", "store": "environment:ROLL_KEY", "identity": ["svc-known"] } });
    let provider =
        json!({ "environment": { "live": { "endpoint": "https://femo.example.net/api" } } });
    [
        ("account/known", account),
        ("provider/plant-floor", provider),
    ]
    .into_iter()
    .map(|(id, body)| Record::from_value(&id.parse().unwrap(), body).unwrap())
    .collect()
}

/// `line key kind holds system/by environment purpose known`, one a line.
fn found(path: &str, text: &str) -> Vec<String> {
    let path: Vec<&str> = path.split('/').collect();
    let name = path.last().unwrap();
    let folder = path.iter().rev().nth(1).unwrap_or(&"");
    let form = Form::of(name, folder).unwrap();
    let looked = look(&path, text, form, &Known::of(&roll()));
    let or = |text: &Option<String>| text.clone().unwrap_or("-".to_owned());
    let sites = looked.sites.iter().map(|it| {
        format!(
            "{} {} {} {} {}/{} {} {} {}",
            it.line,
            it.key,
            it.kind,
            it.holds.as_str(),
            or(&it.system),
            it.by.map_or("-", By::as_str),
            or(&it.environment),
            or(&it.purpose),
            it.known.as_ref().map_or("-", |id| id.as_str()),
        )
    });
    sites.collect()
}

#[test]
fn a_list_of_variables_is_read_by_its_words() {
    let text = "MAXIMO_PROD_URL=https://maximo.example\nMAXIMO_PROD_USER=svc-known\nMAXIMO_PROD_PASSWORD=hunter22\n\
                ODOO_CLIENT_ID=x\nODOO_SECRET=hunter22\nSESSION_SECRET=hunter22\nROLL_KEY=${X}\nACME_TOKEN=hunter22\n\
                DATABASE_URL=postgres://u:hunter22@db.example/x\nMAX_TOKEN=4\nSNOW_IMPORT_API_KEY=\n";
    assert_eq!(
        found("jobs/nightly/.env", text),
        [
            "3 MAXIMO_PROD_PASSWORD basic value maximo/host production nightly known",
            "5 ODOO_SECRET oauth2-client value odoo/key - nightly -",
            "8 ACME_TOKEN bearer-token value acme/guess - nightly -",
            "9 DATABASE_URL database-password value -/- - nightly -",
            "11 SNOW_IMPORT_API_KEY api-key blank servicenow/key - import -",
        ]
    );
}

#[test]
fn what_stands_together_in_other_forms_belongs_together() {
    let compose = "services:\n  closeout:\n    environment:\n      - UNICMMS_URL=https://femo.example.net/x\n      \
                   - UNICMMS_KEY=hunter22\n  b:\n    environment:\n      PASSWORD: hunter22\n";
    assert_eq!(
        found("docker-compose.prod.yml", compose),
        [
            "5 UNICMMS_KEY api-key value plant-floor/roll live closeout -",
            "8 PASSWORD basic value -/- production b -",
        ]
    );
    let json = "{\"maximo\": {\"test\": {\"user\": \"svc-known\", \"password\": \"hunter22\"}},\n\
                \"env\": [{\"name\": \"SAP_PRD_PASSWORD\", \"value\": \"hunter22\"}]}";
    assert_eq!(
        found("appsettings.json", json),
        [
            "1 password basic value maximo/section test appsettings known",
            "2 SAP_PRD_PASSWORD basic value s4hana/key production appsettings -",
        ]
    );
    let ini = "[odoo-staging]\nlogin = x\npassword = hunter22\n[pg]\npassword = hunter22\n";
    assert_eq!(
        found("sync.ini", ini),
        [
            "3 password basic value odoo/section staging sync -",
            "5 password database-password value -/- - sync -",
        ]
    );
    let netrc = "machine femo.service-now.com login svc-known password hunter22\n";
    assert_eq!(
        found(".netrc", netrc),
        ["1 password basic value servicenow/host - - -"]
    );
}

#[test]
fn what_no_key_names_is_found_by_its_shape() {
    let text = "#!/bin/sh\ncurl -H \"Authorization: Bearer 9f86d081884c7d659a2feaa0\" https://maximo.test.example/x\n\
                curl -u svc:hunter22 https://odoo.example\ngit clone https://svc:hunter22@git.example/x\n";
    assert_eq!(
        found("pull.sh", text),
        [
            "2 (a literal credential for a header) bearer-token value maximo/host test pull -",
            "3 u basic value -/- - pull -",
            "4 (a password in a URL) basic value -/- - pull -",
        ]
    );
    let key = "key: |\n  -----BEGIN PRIVATE KEY-----\n  abc\n";
    let found = found("tls.yaml", key);
    assert_eq!(found, ["2 (a private key) certificate value -/- - tls -"]);
}

/// A file of each form that is read by its name.
const FORMS: [&str; 10] = [
    "a.env",
    "a.ini",
    "a.toml",
    "a.yaml",
    "a.json",
    "a.properties",
    "a.sh",
    "a.service",
    "cron.d/a",
    ".netrc",
];

#[test]
fn what_is_found_does_not_depend_on_the_value() {
    let text = "MAXIMO_API_KEY=@\nODOO_PASSWORD='@'\n[x]\npassword: \"@\" # @\nu=https://u:@@h.example/@\n\
                {\"token\": \"@\", \"url\": \"@\"}\n- SAP_SECRET=@\nmachine h login l password @\nrun --token @\n";
    for path in FORMS {
        let one = found(path, &text.replace('@', "qzjvk7Wx"));
        assert!(!one.is_empty(), "{path}");
        assert_eq!(one, found(path, &text.replace('@', "mbrtY3hd")), "{path}");
        assert!(!one.concat().contains("qzjvk7"), "{one:?}");
    }
}

#[test]
fn any_text_is_looked_at_to_its_end() {
    let parts = [
        "a", "=", ":", "\"", "'", "{", "}", "[", "]", "\n", " ", "- ", "\\", "#", "|", "é",
        "password", "$", "`",
    ];
    let mut seed: u32 = 7;
    for _ in 0..300 {
        let mut text = String::new();
        for _ in 0..40 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(parts[(seed >> 16) as usize % parts.len()]);
        }
        for path in FORMS.into_iter().chain(["dockerfile"]) {
            found(path, &text);
        }
    }
}
