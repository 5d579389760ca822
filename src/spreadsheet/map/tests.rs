//! Maps that read, and those that are refused.

use super::*;

const GOOD: &str = r#"
[file]
delimiter = ";"
empty = ["-"]

[column."Env"]
words = { prod = "production" }

[[account]]
id = "{Service account|slug}"
provider = "{System|slug}"
environment = "{Env}"
boundary = "{Site|path}"
workflow = "{Level}"
level = "{Level}"
owner = { business = "person/{Owner|slug}" }
scopes = ["base.read", "{Scopes}"]
expires = 2027-03-31

[[provider]]
id = "{System|slug}"
environment."{Env}" = { endpoint = "{URL}" }

[[assignment]]
principal = "person/{Owner|slug}"
role = "reader"
at = "{Site|path}"

[[fact]]
fact = "seen"
account = "{Service account|slug}"
on = "{Last used}"
when = { Env = ["prod", "test"] }
"#;

fn error(text: &str) -> String {
    Map::parse(text).unwrap_err().to_string()
}

#[test]
fn a_map_reads() {
    let map = Map::parse(GOOD).unwrap();
    let kinds: Vec<Kind> = map.records.iter().map(|rule| rule.kind).collect();
    assert_eq!(kinds, [Kind::Provider, Kind::Account, Kind::Assignment]);
    assert_eq!(map.delimiter, Some(b';'));
    assert_eq!(map.facts[0].when[0].1, ["prod", "test"]);
    assert!(map.records[2].short_id.is_some());
    assert!(!map.records[1].merges && map.records[0].merges);
}

#[test]
fn what_a_map_does_not_know_is_refused_with_what_was_meant() {
    let account = "id = 'a'\nprovider = 'p'\nenvironment = 'e'\nboundary = 'b'\nworkflow = 'w'\nlevel = 'closeout'\n";
    for (text, wanted) in [
        (
            "[[acount]]\nid = 'a'",
            "acount 1: there is no `acount` here; did you mean `account`?",
        ),
        (
            &format!("[[account]]\n{account}exprires = 'x'"),
            "did you mean `expires`?",
        ),
        (
            "[[account]]\nid = 'a'\nprovider = 'p'",
            "account 1: it gives no `environment`, which is needed",
        ),
        (
            &format!("[[account]]\n{account}credential = {{ kind = 'api-key' }}"),
            "`credential.store`, which is needed",
        ),
        ("[[person]]\nname = 'x'", "person 1: it gives no `id`"),
        ("[[assignment]]\nprincipal = 'p'", "it gives no `role`"),
        ("[[person]]\nid = '{a'\nname = 'x'", "without its other"),
        (
            "[column.a]\nspilt = ','",
            "column `a`: unknown field `spilt`",
        ),
        ("[column.a]\n[column.A]", "it is `A` too"),
        ("[file]\ndelimiter = '|'", "`delimiter` is one of"),
        ("[[waiver]]\nrule = 'x'", "there is no `waiver` here"),
        ("person = 3", "`person` is a table"),
        ("x = ", "line 1: "),
    ] {
        let error = error(text);
        assert!(error.contains(wanted), "{text}: {error}");
    }
}

#[test]
fn a_hostile_map_is_refused_in_small_space() {
    let deep = format!("{} = 1", ["a"; 5000].join("."));
    assert!(error(&deep).contains("too many dots"));
    let deep = "[\n".repeat(100_000);
    assert!(Map::parse(&format!("a = {deep}")).is_err());
    assert!(error(&"#".repeat(LARGEST_MAP as usize + 1)).contains("larger"));
    let secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    assert!(!error(&format!("[column.a]\n{secret} = 1")).contains(secret));
}
