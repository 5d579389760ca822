//! Inventories of every declared kind, with texts that are hard to write.

use keyroll::model::access::{ActionClass, Level};
use keyroll::model::account::{AccountStatus, AuditRecord};
use keyroll::model::approval::Choice;
use keyroll::model::assertion::{Expectation, Given};
use keyroll::model::boundary::BoundaryKind;
use keyroll::model::credential::{CredentialKind, ExpirySource, StoreClass};
use keyroll::model::inventory::Inventory;
use keyroll::model::key::RiskKey;
use keyroll::model::log::LogForm;
use keyroll::model::probe::{ProbeKind, Verdict};
use keyroll::model::procedure::{ProcedureKind, Stage};
use keyroll::model::provider::Hosting;
use keyroll::model::record::{Kind, Record, RecordId};
use keyroll::model::rotation::{Strategy as Takeover, Weekday};
use keyroll::model::sound::METHODS;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

type Json = BoxedStrategy<Value>;

pub fn text() -> BoxedStrategy<String> {
    let hard = select(vec![
        "",
        "\"",
        "'",
        "'''",
        "\"\"\"",
        "\\",
        "\n",
        "\t",
        "#",
        " = ",
        "[x]",
        "😀",
        "\u{202e}",
        "é",
        "\u{2028}",
        "{",
        "\\u0041",
        "\n\"\"\"\"\"\"\n",
        "\\\n  ",
        "2026-10-01",
        "null",
        "\u{feff}",
    ]);
    vec(
        prop_oneof![hard.prop_map(str::to_owned), "[ -~\n\tä-üа-я]{0,12}"],
        0..5,
    )
    .prop_map(|parts| parts.concat())
    .boxed()
}

fn texts() -> Json {
    text().prop_map(Value::from).boxed()
}

fn name() -> BoxedStrategy<String> {
    "[a-z0-9][a-z0-9-]{0,8}".boxed()
}

fn names() -> Json {
    name().prop_map(Value::from).boxed()
}

fn path() -> BoxedStrategy<String> {
    vec(name(), 1..4).prop_map(|parts| parts.join("/")).boxed()
}

fn paths() -> Json {
    path().prop_map(Value::from).boxed()
}

fn principal() -> BoxedStrategy<String> {
    (select(vec!["person", "team", "account"]), name())
        .prop_map(|(k, n)| format!("{k}/{n}"))
        .boxed()
}

fn principals() -> Json {
    principal().prop_map(Value::from).boxed()
}

fn date() -> BoxedStrategy<String> {
    (1970..2199, 1..=12, 1..=28)
        .prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}"))
        .boxed()
}

fn dates() -> Json {
    date().prop_map(Value::from).boxed()
}

fn spans() -> Json {
    (1..99, select(vec!["m", "h", "d", "w", "mo", "y"]))
        .prop_map(|(n, u)| json!(format!("{n}{u}")))
        .boxed()
}

fn keys() -> Json {
    "[!-~]{1,20}".prop_map(Value::from).boxed()
}

fn word<T: serde::Serialize>(all: &[T]) -> Json {
    let all: Vec<Value> = all.iter().map(|word| json!(word)).collect();
    select(all).boxed()
}

fn list(item: Json) -> Json {
    vec(item, 0..14).prop_map(Value::from).boxed()
}

fn flags() -> Json {
    any::<bool>().prop_map(Value::from).boxed()
}

/// A table of any keys.
fn keyed(value: Json) -> Json {
    btree_map(text(), value, 0..4)
        .prop_map(|all| Value::Object(all.into_iter().collect()))
        .boxed()
}

/// A place of a field, good in every form.
fn place() -> BoxedStrategy<String> {
    text().prop_map(|text| format!("/{text}")).boxed()
}

fn filter() -> Json {
    btree_map(place(), list(texts()), 0..3)
        .prop_map(|all| Value::Object(all.into_iter().collect()))
        .boxed()
}

fn log() -> Json {
    let places = || place().prop_map(Value::from).boxed();
    let fields = table(
        vec![
            ("time", places()),
            ("identity", places()),
            ("action", places()),
            ("outcome", places()),
        ],
        vec![("record", places()), ("request", places())],
    );
    let actions = prop_oneof![keys(), word(ActionClass::ALL)].boxed();
    table(
        vec![("form", word(LogForm::ALL)), ("fields", fields)],
        vec![
            ("only", filter()),
            ("except", filter()),
            ("actions", keyed(actions)),
            ("ignored", list(texts())),
            ("boundaries", keyed(paths())),
            ("environments", keyed(names())),
            ("success", list(texts())),
            ("retry-within", spans()),
            ("max-tries", (1..99).prop_map(|n| json!(n)).boxed()),
        ],
    )
}

fn accounts() -> Json {
    let identity = place().prop_map(Value::from).boxed();
    table(
        vec![("form", word(LogForm::ALL)), ("identity", identity)],
        vec![("only", filter()), ("except", filter())],
    )
}

/// A table of keys that are there, and of keys that may be.
fn table(always: Vec<(&'static str, Json)>, maybe: Vec<(&'static str, Json)>) -> Json {
    let always: Vec<_> = always
        .into_iter()
        .map(|(k, v)| v.prop_map(move |v| Some((k, v))).boxed())
        .collect();
    let maybe = maybe.into_iter().map(|(k, v)| {
        proptest::option::of(v)
            .prop_map(move |v| v.map(|v| (k, v)))
            .boxed()
    });
    always
        .into_iter()
        .chain(maybe)
        .collect::<Vec<_>>()
        .prop_map(|entries| {
            let entries = entries
                .into_iter()
                .flatten()
                .map(|(k, v)| (k.to_owned(), v));
            Value::Object(entries.collect::<Map<_, _>>())
        })
        .boxed()
}

fn map(key: BoxedStrategy<String>, value: Json) -> Json {
    btree_map(key, value, 0..3)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
        .boxed()
}

/// Any JSON that TOML can hold.
fn anything() -> Json {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |f| f.is_finite())
            .prop_map(Value::from),
        texts(),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
    .boxed()
}

fn http() -> Json {
    let status = prop_oneof![
        (100u16..600).prop_map(Value::from),
        vec(100u16..600, 0..4).prop_map(Value::from)
    ];
    let method = select(METHODS.to_vec()).prop_map(Value::from).boxed();
    let path = name().prop_map(|name| json!(format!("/{name}/{{id}}")));
    let with = |more: (&'static str, Json)| {
        table(
            vec![("method", method.clone()), ("path", path.clone().boxed())],
            vec![
                ("header", map(text(), texts())),
                ("expect", status.clone().boxed()),
                ("at", name().prop_map(Value::from).boxed()),
                more,
            ],
        )
    };
    prop_oneof![
        with(("body", anything())),
        with(("form", map(text(), texts())))
    ]
    .boxed()
}

fn expectation() -> Json {
    let status = prop_oneof![
        (100u16..600).prop_map(Value::from),
        vec(100u16..600, 1..4).prop_map(Value::from)
    ];
    let equal = prop_oneof![texts(), map(text(), anything())];
    table(
        vec![("status", status.boxed())],
        vec![("json", equal.boxed())],
    )
}

fn environments() -> Json {
    let maybe = vec![
        ("endpoints", map(name(), texts())),
        ("hosting", word(Hosting::ALL)),
        ("allowlist", list(texts())),
        ("admin", principals()),
    ];
    map(name(), table(vec![("endpoint", texts())], maybe))
}

fn probes() -> Json {
    let mut kinds = ProbeKind::ALL.to_vec();
    kinds.retain(|kind| *kind != ProbeKind::Session);
    let kind = select(kinds).prop_map(|kind| kind.to_string()).boxed();
    let maybe = vec![
        ("must-be", word(Verdict::ALL)),
        ("allowed", expectation()),
        ("denied", expectation()),
        ("verify", ask()),
        ("capabilities", pointer()),
        ("before", before()),
    ];
    map(kind, table(vec![("http", http())], maybe))
}

fn before() -> Json {
    let take = map(Just("token".to_owned()).boxed(), pointer());
    vec(table(vec![("http", http()), ("take", take)], vec![]), 0..3)
        .prop_map(Value::from)
        .boxed()
}

fn ask() -> Json {
    let program = name().prop_map(|word| json!(["./pg-probe", word, "{identity}"]));
    prop_oneof![http(), program].boxed()
}

fn pointer() -> Json {
    Just(json!("/data/0/key")).boxed()
}

fn window() -> Json {
    let time = || {
        (0..24, 0..60)
            .prop_map(|(h, m)| json!(format!("{h:02}:{m:02}")))
            .boxed()
    };
    let zone = select(vec![
        json!("UTC"),
        json!("Europe/Berlin"),
        json!("America/New_York"),
    ])
    .boxed();
    let maybe = vec![("days", list(word(Weekday::ALL))), ("zone", zone)];
    table(vec![("from", time()), ("to", time())], maybe)
}

fn blackouts() -> Json {
    let blackout = table(
        vec![("from", dates()), ("to", dates())],
        vec![("reason", texts())],
    );
    vec(blackout, 0..3).prop_map(Value::from).boxed()
}

fn step() -> Json {
    let ways = prop_oneof![
        texts().prop_map(|v| ("manual", v)),
        name().prop_map(|word| ("command", json!(["pg-admin", word]))),
        http().prop_map(|v| ("http", v)),
    ];
    let secret = prop_oneof![pointer(), map(name(), pointer())].boxed();
    let maybe = vec![
        ("stage", word(Stage::ALL)),
        ("secret", secret),
        ("id", pointer()),
        ("expires", pointer()),
        ("rehearse", ask()),
    ];
    (table(vec![("title", texts())], maybe), ways)
        .prop_map(|(mut step, (key, way))| {
            step[key] = way;
            step
        })
        .boxed()
}

fn account() -> Json {
    let owner = table(
        vec![],
        vec![
            ("business", principals()),
            ("technical", principals()),
            ("rotation", principals()),
        ],
    );
    let audit = table(
        vec![],
        vec![
            ("records", list(word(AuditRecord::ALL))),
            ("sink", texts()),
            ("retention", spans()),
        ],
    );
    let credential = table(
        vec![
            ("kind", word(CredentialKind::ALL)),
            (
                "store",
                select(vec![
                    json!("age"),
                    json!("vault:a/b\"c"),
                    json!("environment:X"),
                ])
                .boxed(),
            ),
        ],
        vec![
            ("fields", list(names())),
            ("identity", list(texts())),
            ("expiry-source", word(ExpirySource::ALL)),
        ],
    );
    let controls = table(
        vec![],
        vec![
            ("max-file-size", texts()),
            ("retention", spans()),
            ("supervisor", principals()),
            ("fields", list(texts())),
            ("rollback", names()),
            ("test-window", window()),
            ("review-gate", texts()),
        ],
    );
    let agent = table(
        vec![],
        vec![
            ("tools", list(texts())),
            ("endpoint-slice", texts()),
            ("tenant-enabled", flags()),
        ],
    );
    table(
        vec![
            ("provider", names()),
            ("environment", names()),
            ("boundary", vec(path(), 1..12).prop_map(Value::from).boxed()),
            ("workflow", names()),
            ("level", word(Level::ALL)),
        ],
        vec![
            ("purpose", texts()),
            ("owner", owner),
            ("permissions", list(keys())),
            ("scopes", list(keys())),
            ("platform", names()),
            ("expires", dates()),
            ("rotation", names()),
            ("rotate", names()),
            ("revoke", names()),
            ("audit", audit),
            ("consumers", list(names())),
            (
                "canary",
                table(vec![], vec![("visible", texts()), ("hidden", texts())]),
            ),
            ("status", word(AccountStatus::ALL)),
            ("credential", credential),
            ("controls", controls),
            ("agent", agent),
        ],
    )
}

fn named(kind: Kind) -> Option<Json> {
    let catalog = || select(vec![json!("unicmms"), json!("maximo")]).boxed();
    Some(match kind {
        Kind::Person => table(
            vec![("name", texts())],
            vec![
                ("email", texts()),
                ("tenant", names()),
                ("workplace", list(paths())),
                ("login", list(texts())),
                ("left", dates()),
            ],
        ),
        Kind::Team => table(
            vec![("name", texts())],
            vec![("members", list(names())), ("teams", list(names()))],
        ),
        Kind::Boundary => table(
            vec![("kind", word(BoundaryKind::ALL)), ("name", texts())],
            vec![("tenant-role", names())],
        ),
        Kind::Platform => table(
            vec![],
            vec![
                ("catalog", catalog()),
                ("environment", environments()),
                ("test", probes()),
                ("log", log()),
            ],
        ),
        Kind::Provider => table(
            vec![],
            vec![
                ("product", texts()),
                ("catalog", catalog()),
                ("contact", texts()),
                ("reviewed", dates()),
                (
                    "max-live-credentials",
                    any::<u32>().prop_map(Value::from).boxed(),
                ),
                ("max-lag", spans()),
                ("environment", environments()),
                ("test", probes()),
                ("log", log()),
                ("accounts", accounts()),
            ],
        ),
        Kind::Rotation => table(
            vec![("every", spans())],
            vec![
                ("warn", spans()),
                ("overlap", spans()),
                ("strategy", word(Takeover::ALL)),
                ("on-owner-change", flags()),
                ("window", window()),
                ("blackout", blackouts()),
            ],
        ),
        Kind::Procedure => table(
            vec![("kind", word(ProcedureKind::ALL))],
            vec![("step", vec(step(), 0..4).prop_map(Value::from).boxed())],
        ),
        Kind::Consumer => {
            let health = table(vec![], vec![("command", list(texts())), ("http", texts())]);
            table(
                vec![],
                vec![("host", texts()), ("fetches", flags()), ("health", health)],
            )
        }
        Kind::Account => account(),
        Kind::Role => table(
            vec![],
            vec![
                ("tenant-role", names()),
                ("catalog", catalog()),
                ("permissions", list(keys())),
            ],
        ),
        _ => return None,
    })
}

fn record(kind: Kind, name: &str, body: Value) -> Record {
    let id = RecordId::new(kind, &name);
    Record::from_value(&id, body.clone()).unwrap_or_else(|error| panic!("{error}: {body}"))
}

fn records() -> BoxedStrategy<Vec<Record>> {
    let named = Kind::ALL
        .iter()
        .filter_map(|kind| Some((*kind, named(*kind)?)));
    let mut kinds: Vec<BoxedStrategy<Record>> = named
        .map(|(kind, body)| {
            let name = if kind == Kind::Boundary {
                path()
            } else {
                name()
            };
            (name, body)
                .prop_map(move |(name, body)| record(kind, &name, body))
                .boxed()
        })
        .collect();
    let organisation = table(
        vec![("name", texts())],
        vec![
            ("secret-stores", list(word(StoreClass::ALL))),
            ("max-lifetime", spans()),
            ("naming", texts()),
        ],
    );
    kinds.push(
        organisation
            .prop_map(|body| record(Kind::Organisation, "", body))
            .boxed(),
    );
    let approval = table(
        vec![("by", principals())],
        vec![
            ("ticket", texts()),
            ("until", dates()),
            ("by-command", flags()),
        ],
    );
    let approval = (name(), select(ActionClass::ALL), date(), approval);
    kinds.push(
        approval
            .prop_map(|(a, w, d, body)| record(Kind::Approval, &format!("{a} {w} {d}"), body))
            .boxed(),
    );
    // Few principals and roles, so that several boundaries meet in one table.
    let few = (
        select(vec!["person/a", "team/b"]),
        select(vec!["r", "s"]),
        proptest::option::of(path()),
    );
    kinds.push(
        few.prop_map(|(principal, role, at)| {
            let name = format!(
                "{principal} {role}{}",
                at.as_ref().map_or(String::new(), |at| format!(" {at}"))
            );
            let mut body = json!({ "principal": principal, "role": role });
            if let Some(at) = at {
                body["at"] = json!(at);
            }
            record(Kind::Assignment, &name, body)
        })
        .boxed(),
    );
    let assertion = table(
        vec![("expect", word(Expectation::ALL))],
        vec![
            ("because", texts()),
            ("catalog", word(&["unicmms", "atlas"])),
            ("except", list(principals())),
        ],
    );
    let whom = select(vec!["anyone", "person/a", "team/b"]);
    let given = proptest::option::of(select(Given::ALL));
    let assertion = (
        whom,
        select(vec!["asset/view", "b.read"]),
        path(),
        given,
        assertion,
    );
    kinds.push(
        assertion
            .prop_map(|(who, what, at, given, body)| {
                let given = given.map_or(String::new(), |given| format!(" {given}"));
                record(Kind::Assertion, &format!("{who} {what} {at}{given}"), body)
            })
            .boxed(),
    );
    let decision = table(
        vec![
            ("choice", word(Choice::ALL)),
            ("reason", texts()),
            ("by", principals()),
            ("on", dates()),
        ],
        vec![],
    );
    let decision = (name(), path(), decision);
    kinds.push(
        decision
            .prop_map(|(a, b, body)| record(Kind::Decision, &format!("{a} {b}"), body))
            .boxed(),
    );
    let risk = (
        name(),
        text(),
        table(vec![("owner", principals()), ("until", dates())], vec![]),
    );
    kinds.push(
        risk.prop_map(|(account, gap, mut body)| {
            let key = RiskKey::new(account.parse().unwrap(), &gap);
            body["gap"] = json!(gap);
            record(Kind::ResidualRisk, &key.to_string(), body)
        })
        .boxed(),
    );
    let waiver = (
        name(),
        text(),
        table(
            vec![],
            vec![
                ("reason", texts()),
                ("owner", principals()),
                ("until", dates()),
            ],
        ),
    );
    kinds.push(
        waiver
            .prop_map(|(rule, subject, mut body)| {
                body["rule"] = json!(rule);
                body["subject"] = json!(subject);
                record(Kind::Waiver, &format!("{rule} {subject}"), body)
            })
            .boxed(),
    );
    vec(proptest::strategy::Union::new(kinds), 0..12).boxed()
}

/// Any inventory that can be declared without glossaries of one's own.
pub fn inventory() -> BoxedStrategy<Inventory> {
    records().prop_map(Inventory::from_iter).boxed()
}
