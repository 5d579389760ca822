//! One rich record of every kind and more, that name each other and nothing else. Shared by tests, holds none.
#![allow(dead_code)]

use keyroll::model::change::Change;
use keyroll::model::date::Timestamp;
use keyroll::model::event::Actor;
use keyroll::model::inventory::Inventory;
use keyroll::model::record::{Kind, Record};
use serde_json::{Value, json};

pub fn record(id: &str, body: Value) -> Record {
    Record::from_value(&id.parse().unwrap(), body).unwrap()
}

pub fn actor() -> Actor {
    actor_at("2026-10-01T12:00:00Z")
}

pub fn actor_at(at: &str) -> Actor {
    Actor {
        name: "jo".parse().unwrap(),
        host: "ops-1".parse().unwrap(),
        command: "apply .".parse().unwrap(),
        reason: Some("ticket č. 7".parse().unwrap()),
        at: at.parse::<Timestamp>().unwrap(),
    }
}

pub fn creations(records: &[Record]) -> Vec<Change> {
    records.iter().cloned().map(Change::create).collect()
}

/// The records as an inventory of the store holds them: all but the sealed values.
pub fn inventory() -> Inventory {
    let records = records().into_iter();
    records
        .filter(|record| record.kind() != Kind::Sealed)
        .collect()
}

/// Referenced before referring, so that any prefix can be stored.
pub fn records() -> Vec<Record> {
    let mut out = vec![
        record(
            "organisation",
            json!({ "name": "Müller & Söhne 🏭", "secret-stores": ["age", "vault"], "max-lifetime": "90d",
                "naming": "{provider}-{site}" }),
        ),
        record(
            "boundary/femo",
            json!({ "kind": "tenant", "name": "Femo\tline\nfeed", "tenant-role": "owner" }),
        ),
        record(
            "boundary/femo/hawthorne",
            json!({ "kind": "facility", "name": "Hawthorne" }),
        ),
        record(
            "boundary/femo/hawthorne/press-01",
            json!({ "kind": "machine", "name": "Lis č. 1 \"a\"" }),
        ),
        record(
            "person/anna",
            json!({ "name": "Anna Bergström", "email": "anna@femo.example", "tenant": "femo",
                "workplace": ["femo/hawthorne", "femo", "femo/hawthorne"], "left": "2026-10-31" }),
        ),
        record("person/jo", json!({ "name": "Jo" })),
        record(
            "team/ops",
            json!({ "name": "Ops", "members": ["jo", "anna"] }),
        ),
        record("team/empty", json!({ "name": "" })),
        record(
            "catalog/./mine.toml",
            json!({ "title": "Mine", "side": "provider", "source": "the manual", "entitlements": {
                "a/read": { "group": "A", "title": "Read", "meaning": "reads", "effect": "read" },
                "b/close": { "group": "B", "title": "Close", "meaning": "closes", "effect": "closeout",
                    "conditions": ["own-only"], "placeholder": true } } }),
        ),
    ];
    out.extend(systems());
    out.extend(account());
    out.extend(about_account());
    out.extend(facts());
    out.extend(secrets());
    out.extend(judged());
    out.extend(access());
    out.extend(journaled());
    out.extend(logs());
    out
}

/// A text that begins as a ciphertext does; it opens for nobody.
fn ciphertext(of: &str) -> String {
    format!("-----BEGIN AGE ENCRYPTED FILE-----\n{of}\n-----END AGE ENCRYPTED FILE-----\n")
}

/// Makes a store of today one of format 6.
pub const DOWN_TO_6: &str = "
    DROP TABLE tree;
    DROP TABLE checkpoint;
    PRAGMA user_version = 6;
";

/// Makes a store of format 6 one of format 5; it must hold none of the records of [`logs`].
pub const DOWN_TO_5: &str = "
    PRAGMA foreign_keys = OFF;
    CREATE TEMP TABLE kept AS SELECT id, fact, happened_on, account, procedure, version, expires, previous_live, probe,
      outcome, minutes, log, reviewed_by, verdict, consumer, way, detail FROM fact;
    DROP TABLE fact;
CREATE TABLE \"fact\" (
  id TEXT PRIMARY KEY NOT NULL,
  fact TEXT NOT NULL CHECK (fact IN (
    'issued', 'rotated', 'evidence', 'drill', 'seen', 'review', 'owner-changed', 'acknowledged', 'refused',
    'fail-closed')),
  happened_on TEXT NOT NULL CHECK (date(happened_on) IS happened_on),
  account TEXT REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  procedure TEXT REFERENCES procedure DEFERRABLE INITIALLY DEFERRED,
  version INTEGER CHECK (version BETWEEN 0 AND 4294967295),
  expires TEXT CHECK (date(expires) IS expires),
  previous_live INTEGER CHECK (previous_live IN (0, 1)),
  probe TEXT CHECK (probe IN (
    'authenticate', 'discover', 'read', 'write', 'foreign', 'forbidden', 'audit', 'session')),
  outcome TEXT CHECK (outcome IN ('pass', 'fail', 'inconclusive')),
  minutes INTEGER CHECK (minutes BETWEEN 0 AND 4294967295),
  log TEXT,
  reviewed_by TEXT REFERENCES principal DEFERRABLE INITIALLY DEFERRED,
  verdict TEXT CHECK (verdict IN ('keep', 'change', 'retire')),
  consumer TEXT REFERENCES consumer DEFERRABLE INITIALLY DEFERRED,
  way TEXT CHECK (way IN ('fresh-logon', 'held-session')),
  detail TEXT CHECK (json_valid(detail))
) STRICT;
    INSERT INTO fact SELECT * FROM kept;
    DROP TABLE kept;
    CREATE INDEX fact_account ON fact (account) WHERE account IS NOT NULL;
    CREATE INDEX fact_reviewed_by ON fact (reviewed_by) WHERE reviewed_by IS NOT NULL;
    ALTER TABLE provider DROP COLUMN log; ALTER TABLE provider DROP COLUMN accounts;
    ALTER TABLE platform DROP COLUMN log;
    PRAGMA user_version = 5;";

/// The same of a store of format 5, which is to come to format 4; it must hold none of the records of [`journaled`].
pub const DOWN_TO_4: &str = "
    PRAGMA foreign_keys = OFF;
    DROP TABLE operation;
    CREATE TEMP TABLE kept AS SELECT id, fact, happened_on, account, procedure, version, expires, previous_live, probe,
      outcome, minutes, log, reviewed_by, verdict FROM fact;
    DROP TABLE fact;
CREATE TABLE fact (
  id TEXT PRIMARY KEY NOT NULL,
  fact TEXT NOT NULL CHECK (
    fact = 'issued' OR fact = 'rotated' OR fact = 'evidence' OR fact = 'drill' OR fact = 'seen' OR
    fact = 'review' OR fact = 'owner-changed'),
  happened_on TEXT NOT NULL CHECK (date(happened_on) IS happened_on),
  account TEXT REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  procedure TEXT REFERENCES procedure DEFERRABLE INITIALLY DEFERRED,
  version INTEGER CHECK (version BETWEEN 0 AND 4294967295),
  expires TEXT CHECK (date(expires) IS expires),
  previous_live INTEGER CHECK (previous_live IN (0, 1)),
  probe TEXT CHECK (
    probe = 'authenticate' OR probe = 'discover' OR probe = 'read' OR probe = 'write' OR
    probe = 'foreign' OR probe = 'forbidden' OR probe = 'audit'),
  outcome TEXT CHECK (outcome = 'pass' OR outcome = 'fail' OR outcome = 'inconclusive'),
  minutes INTEGER CHECK (minutes BETWEEN 0 AND 4294967295),
  log TEXT,
  reviewed_by TEXT REFERENCES principal DEFERRABLE INITIALLY DEFERRED,
  verdict TEXT CHECK (verdict = 'keep' OR verdict = 'change' OR verdict = 'retire')
) STRICT;
    INSERT INTO fact SELECT * FROM kept;
    DROP TABLE kept;
    CREATE INDEX fact_account ON fact (account) WHERE account IS NOT NULL;
    CREATE INDEX fact_reviewed_by ON fact (reviewed_by) WHERE reviewed_by IS NOT NULL;
    CREATE TEMP TABLE kept AS SELECT * FROM version;
    CREATE TEMP TABLE values_kept AS SELECT * FROM sealed;
    DROP TABLE sealed;
    DROP TABLE version;
CREATE TABLE version (
  account TEXT NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),
  stage TEXT NOT NULL CHECK (
    stage = 'pending' OR stage = 'current' OR stage = 'previous' OR stage = 'revoked' OR
    stage = 'possibly-live'),
  issued TEXT NOT NULL CHECK (date(issued) IS issued),
  expires TEXT CHECK (date(expires) IS expires),
  retired TEXT CHECK (date(retired) IS retired), activated TEXT CHECK (date(activated) IS activated), place TEXT, item TEXT, source TEXT CHECK (
  source = 'prompt' OR source = 'stdin' OR source = 'file' OR source = 'descriptor' OR source = 'existing'), bound TEXT, fingerprints TEXT CHECK (fingerprints IS NULL OR json_valid(fingerprints)), exposed TEXT CHECK (date(exposed) IS exposed),
  PRIMARY KEY (account, number)
) STRICT;
    INSERT INTO version (account, number, stage, issued, expires, retired, activated,
      place, item, source, bound, fingerprints, exposed)
      SELECT account, number, stage, issued, expires, retired, activated, place, item, source, bound,
      fingerprints, exposed FROM kept;
CREATE TABLE sealed (
  account TEXT NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),
  ciphertext TEXT NOT NULL,
  PRIMARY KEY (account, number),
  FOREIGN KEY (account, number) REFERENCES version DEFERRABLE INITIALLY DEFERRED
) STRICT;
    INSERT INTO sealed SELECT * FROM values_kept;
    DROP TABLE kept;
    DROP TABLE values_kept;
    ALTER TABLE person DROP COLUMN login; ALTER TABLE consumer DROP COLUMN fetches;
    ALTER TABLE rotation DROP COLUMN blackout; ALTER TABLE procedure DROP COLUMN generate;
    ALTER TABLE provider_environment DROP COLUMN endpoints; ALTER TABLE platform_environment DROP COLUMN endpoints;
    PRAGMA user_version = 4;";

/// The same of a store of format 4, which is to come to format 3; it must hold none of the records of [`access`].
pub const DOWN_TO_3: &str = "
    PRAGMA foreign_keys = OFF;
    DROP INDEX role_catalog; DROP TABLE team_part; DROP TABLE invitation; DROP TABLE assertion;
    PRAGMA user_version = 3;";

/// Takes away from a store of format 3 what its rung added: how a store of format 2 is made, trail and all. It must hold
/// none of the records of [`judged`].
pub const DOWN_TO_2: &str = "
    PRAGMA foreign_keys = OFF;
    ALTER TABLE approval DROP COLUMN permissions;
    ALTER TABLE provider DROP COLUMN credential_kinds;
    DROP INDEX consumer_person; ALTER TABLE consumer DROP COLUMN person;
    PRAGMA user_version = 2;";

/// The same of a store of format 2, which is to come to format 1 and must hold none of the records of [`secrets`].
pub const DOWN_TO_1: &str = "
    PRAGMA foreign_keys = OFF;
    DROP TABLE sealed; DROP TABLE recipient; DROP TABLE store_key;
    ALTER TABLE version DROP COLUMN exposed; ALTER TABLE version DROP COLUMN bound; ALTER TABLE version DROP COLUMN fingerprints;
    ALTER TABLE version DROP COLUMN source; ALTER TABLE version DROP COLUMN item;
    ALTER TABLE version DROP COLUMN place; ALTER TABLE version DROP COLUMN activated;
    PRAGMA user_version = 1;";

/// The records that a store of an older format could hold.
pub fn of_format(format: usize) -> Vec<Record> {
    let mut new = Vec::new();
    if format < 6 {
        new.extend(logs());
    }
    if format < 5 {
        new.extend(journaled());
    }
    if format < 4 {
        new.extend(access());
    }
    if format < 3 {
        new.extend(judged());
    }
    if format < 2 {
        new.extend(secrets());
    }
    let new: Vec<_> = new.iter().map(Record::id).collect();
    let records = records().into_iter();
    records
        .filter(|record| !new.contains(&record.id()))
        .collect()
}

/// What came with format 2: the store's own key, who may open the secrets, where they are, and what is sealed.
pub fn secrets() -> Vec<Record> {
    vec![
        record(
            "store-key",
            json!({ "ciphertext": ciphertext("a2V5"), "recipients": "00112233445566778899aabbccddeeff" }),
        ),
        record(
            "recipient/identity",
            json!({ "purpose": "identity", "key": "age1qqqq", "added": "2026-09-01" }),
        ),
        record(
            "recipient/anna-laptop",
            json!({ "purpose": "person", "key": "ssh-ed25519 AAAA anna@laptop", "person": "anna",
                "added": "2026-09-02" }),
        ),
        record(
            "version/half 9",
            json!({ "stage": "revoked", "issued": "2026-06-01", "retired": "2026-09-01", "activated": "2026-06-02",
                "held": { "place": "age", "source": "stdin", "exposed": "2026-08-01",
                    "fingerprints": { "secret": "0123456789abcdef0123456789abcdef" } } }),
        ),
        record(
            "sealed/half 9",
            json!({ "ciphertext": ciphertext("bmluZQ==") }),
        ),
        record(
            "version/etl 3",
            json!({ "stage": "pending", "issued": "2026-09-10",
                "held": { "place": "vault:kv/etl", "item": "7", "source": "prompt", "fingerprints": {
                    "client-id": "ffffffffffffffffffffffffffffffff",
                    "client-secret": "00000000000000000000000000000000" } } }),
        ),
        record(
            "version/bare 1",
            json!({ "stage": "possibly-live", "issued": "2026-09-11",
                "held": { "place": "environment:BARE", "source": "existing" } }),
        ),
    ]
}

/// What came with format 3: keys that the rules on accounts judge by.
pub fn judged() -> Vec<Record> {
    vec![
        record(
            "provider/offering",
            json!({ "credential-kinds": ["oauth2-client", "api-key"] }),
        ),
        record(
            "consumer/by-hand",
            json!({ "host": "desk-7", "person": "jo" }),
        ),
        record(
            "approval/etl closeout 2026-10-01",
            json!({ "by": "person/anna", "until": "2026-12-31", "permissions": ["b/close", "cmms.read"] }),
        ),
    ]
}

/// What came with format 4: teams within teams, invitations, and assertions about access.
pub fn access() -> Vec<Record> {
    vec![
        record(
            "assert/person/jo a/read femo/hawthorne",
            json!({ "expect": "allowed" }),
        ),
        record(
            "assert/anyone b/close femo own",
            json!({ "expect": "denied", "catalog": "./mine.toml", "except": ["person/anna", "team/ops"],
                "because": "closing is the planner's" }),
        ),
        record(
            "invitation/jo",
            json!({ "status": "pending", "since": "2026-09-01", "until": "2026-09-15" }),
        ),
        record(
            "invitation/anna",
            json!({ "status": "accepted", "since": "2026-09-02" }),
        ),
        record(
            "team/site",
            json!({ "name": "Site", "teams": ["ops", "empty"] }),
        ),
    ]
}

/// What came with format 5: operations, and what rotations, revokes and tests record.
pub fn journaled() -> Vec<Record> {
    let mut out = vec![
        record(
            "person/ola",
            json!({ "name": "Ola", "login": ["ola", "ola@ops-1 ž"] }),
        ),
        record(
            "provider/routed",
            json!({ "environment": { "production": { "endpoint": "https://p.example",
                "endpoints": { "auth": "https://login.example", "files": "https://files.example:8443" } } } }),
        ),
        record(
            "platform/routed",
            json!({ "environment": { "test": { "endpoint": "https://t.example",
                "endpoints": { "auth": "https://login.t.example" }, "allowlist": ["10.0.0.0/8"] } } }),
        ),
        record(
            "rotation/closed-at-times",
            json!({ "every": "3mo", "warn": "1mo", "blackout": [{ "from": "2026-12-19", "to": "2027-01-06",
                "reason": "year end ž" }, { "from": "2027-07-05", "to": "2027-07-05" }] }),
        ),
        record(
            "consumer/fetching",
            json!({ "host": "etl-02", "fetches": true, "health": { "http": "https://etl-02.example/health" } }),
        ),
        record(
            "version/half 11",
            json!({ "stage": "possibly-live", "issued": "2026-09-12", "retired": "2026-09-20", "id": "key/7 \"ž\"",
                "identity": "half-b", "tag": "keyroll-0123456789ab", "seen-expires": "2026-12-24" }),
        ),
        record(
            "version/half 12",
            json!({ "stage": "revoked", "issued": "2026-09-13", "retired": "2026-09-20", "revoked": "2026-09-21" }),
        ),
        record(
            "operation/etl 1",
            json!({ "what": "rotate", "state": "done", "token": "7d7f3f36-7f0e-4d5e-9a3c-2f7a4a1f0b6c",
                "began": "2026-09-10T08:30:00Z", "by": "jo@ops-1", "reason": "ticket č. 9", "procedure": "gone-since",
                "from": 2, "version": 3, "identity": "etl-b", "until": "2026-09-11T08:30:00Z", "entries": [
                { "phase": "create", "state": "done", "at": "2026-09-10T08:30:01Z", "millis": 412,
                    "step": { "title": "make", "stage": "create", "http": { "method": "POST", "path": "/keys" },
                        "secret": "/key", "id": "/id" } },
                { "phase": "set", "state": "skipped", "step": { "title": "set", "command": ["set-key", "{account}"] } },
                { "phase": "test", "state": "done", "at": "2026-09-10T08:31:00Z", "note": "read was allowed ✓" },
                { "phase": "finish", "state": "done", "at": "2026-09-10T08:32:00Z" } ] }),
        ),
        record(
            "operation/etl 2",
            json!({ "what": "drill", "state": "aborted", "token": "11111111-2222-4333-8444-555555555555",
                "began": "2026-09-12T08:30:00Z", "by": "jo", "entries": [] }),
        ),
        record(
            "operation/half 4294967295",
            json!({ "what": "emergency", "state": "stalled", "token": "99999999-2222-4333-8444-555555555555",
                "began": "2026-09-20T23:59:59Z", "by": "jo", "version": 11, "failures": 3, "entries": [
                { "phase": "withdraw", "state": "unknown", "at": "2026-09-21T00:00:00Z", "millis": 4_294_967_295_u32,
                    "step": { "title": "take it away", "manual": "in the console" }, "note": "no answer" },
                { "phase": "refusal", "state": "failed" },
                { "phase": "fail-closed", "state": "started" },
                { "phase": "finish", "state": "waiting" } ] }),
        ),
    ];
    let detail = json!({ "at": "2026-09-10T08:31:00Z", "side": "platform", "environment": "production", "status": 403,
        "millis": 88, "digest": "00ff", "file": "proof č. 1.pdf", "note": "by hand" });
    out.extend(recorded([
        json!({ "fact": "evidence", "account": "etl", "version": 3, "probe": "audit", "outcome": "pass",
            "on": "2026-09-10", "detail": detail }),
        json!({ "fact": "evidence", "account": "etl", "version": 3, "probe": "read", "outcome": "fail",
            "on": "2026-09-10", "detail": { "at": "2026-09-10T08:31:00Z" } }),
        json!({ "fact": "drill", "procedure": "undo", "account": "half", "on": "2026-09-10", "result": "fail",
            "detail": { "millis": 3, "note": "one step cannot be rehearsed" } }),
        json!({ "fact": "acknowledged", "account": "etl", "version": 3, "consumer": "etl-01", "on": "2026-09-10",
            "detail": { "note": "by the deploy" } }),
        json!({ "fact": "acknowledged", "account": "etl", "version": 3, "consumer": "bare", "on": "2026-09-11" }),
        json!({ "fact": "refused", "account": "half", "version": 12, "way": "fresh-logon", "on": "2026-09-21",
            "detail": { "status": 401 } }),
        json!({ "fact": "refused", "account": "half", "version": 12, "way": "held-session", "on": "2026-09-21" }),
        json!({ "fact": "fail-closed", "account": "half", "version": 12, "consumer": "bare",
            "outcome": "inconclusive", "on": "2026-09-21" }),
    ]));
    out
}

/// What came with format 6: how logs are read, and what they told.
pub fn logs() -> Vec<Record> {
    let fields = json!({ "time": "/ts", "identity": "/user/login", "action": "/event", "record": "/object/id",
        "boundary": "/site", "environment": "/env", "outcome": "/result", "request": "/correlation" });
    let mut out = vec![
        record(
            "provider/logged",
            json!({
                "log": { "form": "jsonl", "fields": fields, "zone": "Europe/Prague",
                    "actions": { "workorder.update": "a/read", "workorder.close č. 1": "closeout" },
                    "ignored": ["session.login"], "boundaries": { "HAW \"1\"": "femo/hawthorne" },
                    "environments": { "prod": "production" }, "only": { "/user/kind": ["service"] },
                    "except": { "/test": ["yes"] }, "success": ["ok"], "failure": ["error"],
                    "refused": ["denied"], "retry-within": "1h", "max-tries": 5 },
                "accounts": { "form": "csv", "identity": "User name", "only": { "Type": ["service", "bot"] },
                    "except": { "State": ["disabled"] } } }),
        ),
        record(
            "platform/logged",
            json!({ "log": { "form": "tsv",
                "fields": { "time": "Time", "identity": "Account", "action": "Tool" } } }),
        ),
    ];
    let reading = json!({ "side": "provider", "since": "2026-09-01", "until": "2026-09-30", "records": 184_467_440_737_u64,
        "used": ["a/read", "b/close"] });
    let compared = json!({ "since": "2026-09-02", "until": "2026-09-30", "provider-log": "maximo 🏭.jsonl",
        "platform-log": "factverse.csv", "records": 412,
        "found": { "missing-at-platform": 3, "retry-storm": 1 } });
    let clean = json!({ "since": "2026-09-30", "until": "2026-09-30", "provider-log": "a", "platform-log": "b",
        "records": 0 });
    out.extend(recorded([
        json!({ "fact": "seen", "account": "etl", "on": "2026-09-29", "log": "maximo 🏭.jsonl", "reading": reading }),
        json!({ "fact": "seen", "account": "half", "on": "2026-09-29", "log": "factverse.csv",
            "reading": { "side": "platform", "since": "2026-09-01", "until": "2026-09-30", "records": 1 } }),
        json!({ "fact": "reconciled", "account": "etl", "on": "2026-09-30", "compared": compared }),
        json!({ "fact": "reconciled", "account": "half", "on": "2026-09-30", "compared": clean }),
        json!({ "fact": "listed", "provider": "maximo", "on": "2026-09-30", "census": {
            "environment": "production", "list": "users č. 2.csv", "listed": 17, "orphans": ["svc-\"old\" ž"],
            "ghosts": ["etl"] } }),
        json!({ "fact": "listed", "provider": "maximo", "on": "2026-09-30", "census": {
            "environment": "test", "list": "users.csv", "listed": 0 } }),
    ]));
    out
}

fn systems() -> Vec<Record> {
    vec![
        record(
            "platform/factverse",
            json!({ "catalog": "factverse", "environment": {
                "production": { "endpoint": "https://fv.example", "hosting": "saas", "admin": "person/jo" } } }),
        ),
        record("platform/bare", json!({})),
        record(
            "provider/maximo",
            json!({ "product": "Maximo", "catalog": "./mine.toml", "contact": "help@example.com",
                "reviewed": "2026-02-01", "max-live-credentials": 1, "lockout-after": 4_294_967_295_u32,
                "max-lag": "15m",
                "environment": {
                    "production": { "endpoint": "https://m.example", "hosting": "on-premises",
                        "allowlist": ["10.0.0.0/8", "a \"quoted\" ž"] },
                    "test": { "endpoint": "" } },
                "test": { "read": {
                    "http": { "method": "POST", "path": "/x", "header": { "X-Key": "{secret}" },
                        "body": { "z": 1.5, "a": [1, -2, 1.0, 1e300, 0.1, 18_446_744_073_709_551_615_u64, null, true],
                            "unicode": "\u{7f}\u{0}ž🏭" }, "expect": [200, 204] },
                    "must-be": "denied",
                    "denied": { "status": 403, "json": { "/error": "no" } },
                    "allowed": { "status": [200], "json": "/id" } } } }),
        ),
        record(
            "rotation/quarterly",
            json!({ "every": "90d", "warn": "12w", "overlap": "24h", "strategy": "overlap", "on-owner-change": true,
                "window": { "days": ["sat", "sun"], "from": "22:00", "to": "04:00", "zone": "Europe/Prague" } }),
        ),
        record("rotation/yearly", json!({ "every": "365d" })),
        record(
            "procedure/rotate-maximo",
            json!({ "kind": "rotate", "step": [
                { "title": "make", "stage": "create", "http": { "method": "POST", "path": "/keys" },
                    "secret": "/key", "id": "/id" },
                { "title": "set", "command": ["set-key", "--to", "{account}"] },
                { "title": "look", "manual": "see that it runs" } ] }),
        ),
        record("procedure/undo", json!({ "kind": "rollback" })),
        record(
            "consumer/etl-01",
            json!({ "host": "etl-01", "health": { "command": ["check", "etl"] } }),
        ),
        record("consumer/bare", json!({})),
    ]
}

fn account() -> Vec<Record> {
    vec![
        record(
            "account/etl",
            json!({ "provider": "maximo", "environment": "production",
                "boundary": ["femo/hawthorne/press-01", "femo"], "workflow": "import", "level": "write-back",
                "purpose": "moves – things",
                "owner": { "business": "person/anna", "technical": "team/ops", "rotation": "person/jo" },
                "permissions": ["a/read", "b/close"], "scopes": ["cmms.read"], "platform": "factverse",
                "expires": "2027-06-30", "rotation": "quarterly", "rotate": "rotate-maximo", "revoke": "undo",
                "audit": { "records": ["import", "write"], "sink": "siem", "retention": "52w" },
                "consumers": ["etl-01", "bare"], "canary": { "visible": "WO-1", "hidden": "WO-2" },
                "status": "suspended",
                "credential": { "kind": "oauth2-client", "fields": ["client-id", "client-secret"],
                    "store": "vault:kv/etl", "identity": ["etl-a", "etl-b"], "expiry-source": "token-claim" },
                "controls": { "fields": ["status"], "rollback": "undo", "supervisor": "person/anna",
                    "test-window": { "from": "08:00", "to": "09:00" } },
                "agent": { "tools": ["search"], "endpoint-slice": "/mcp", "tenant-enabled": true } }),
        ),
        record(
            "account/bare",
            json!({ "provider": "maximo", "environment": "test", "workflow": "x", "level": "read-only-import",
                "status": "active" }),
        ),
        record(
            "account/half",
            json!({ "provider": "maximo", "environment": "test", "workflow": "x", "level": "read-only-import",
                "owner": { "technical": "account/etl" }, "audit": {}, "canary": {}, "agent": {},
                "status": "active", "rotation": "yearly",
                "credential": { "kind": "api-key", "store": "age" },
                "controls": { "supervisor": "team/ops" } }),
        ),
    ]
}

fn about_account() -> Vec<Record> {
    vec![
        record(
            "approval/etl write-back 2026-09-30",
            json!({ "by": "person/anna", "ticket": "CHG-1", "until": "2027-09-30", "by-command": true }),
        ),
        record(
            "approval/etl closeout 2026-09-30",
            json!({ "by": "team/ops" }),
        ),
        record(
            "role/operator",
            json!({ "tenant-role": "owner", "catalog": "./mine.toml", "permissions": ["a/read", "b/close"] }),
        ),
        record("role/bare", json!({})),
        record(
            "assignment/person/jo operator femo/hawthorne",
            json!({ "principal": "person/jo", "role": "operator", "at": "femo/hawthorne" }),
        ),
        record(
            "assignment/person/jo operator",
            json!({ "principal": "person/jo", "role": "operator" }),
        ),
        record(
            "decision/etl femo/hawthorne",
            json!({ "choice": "read", "reason": "it only imports", "by": "person/anna", "on": "2026-09-01" }),
        ),
        record(
            "residual-risk/etl no-field-level-right",
            json!({ "gap": "no field-level right", "owner": "person/anna", "until": "2027-01-31" }),
        ),
        record(
            "waiver/no-owner account/bare",
            json!({ "rule": "no-owner", "subject": "account/bare", "reason": "soon", "owner": "person/jo",
                "until": "2026-12-31" }),
        ),
        record(
            "waiver/no-owner a b  c",
            json!({ "rule": "no-owner", "subject": "a b  c" }),
        ),
        record(
            "version/etl 1",
            json!({ "stage": "previous", "issued": "2026-03-01", "expires": "2026-12-01", "retired": "2026-09-01" }),
        ),
        record(
            "version/etl 2",
            json!({ "stage": "current", "issued": "2026-09-01", "expires": "2026-12-31" }),
        ),
        record(
            "version/half 10",
            json!({ "stage": "current", "issued": "2026-09-01" }),
        ),
    ]
}

fn facts() -> Vec<Record> {
    recorded([
        json!({ "fact": "issued", "account": "etl", "version": 1, "on": "2026-03-01", "expires": "2026-12-01" }),
        json!({ "fact": "rotated", "account": "etl", "version": 2, "on": "2026-09-01", "previous-live": true }),
        json!({ "fact": "rotated", "account": "etl", "version": 3, "on": "2026-09-02", "expires": "2026-12-01" }),
        json!({ "fact": "evidence", "account": "etl", "version": 2, "probe": "foreign", "outcome": "pass",
            "on": "2026-09-02" }),
        json!({ "fact": "drill", "procedure": "undo", "on": "2026-09-03", "result": "inconclusive", "minutes": 7 }),
        json!({ "fact": "drill", "procedure": "undo", "account": "etl", "on": "2026-09-03", "result": "pass" }),
        json!({ "fact": "seen", "account": "etl", "on": "2026-09-04", "log": "Provider's log 🏭" }),
        json!({ "fact": "seen", "account": "etl", "on": "2026-09-05" }),
        json!({ "fact": "review", "account": "etl", "on": "2026-09-06", "by": "person/anna", "verdict": "keep" }),
        json!({ "fact": "owner-changed", "account": "etl", "on": "2026-09-07" }),
    ])
}

fn recorded(facts: impl IntoIterator<Item = Value>) -> Vec<Record> {
    facts
        .into_iter()
        .map(|body| {
            let fact: keyroll::model::fact::Fact = serde_json::from_value(body).unwrap();
            Record::from((keyroll::model::key::FactKey::of(&fact), fact))
        })
        .collect()
}
