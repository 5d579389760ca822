//! What is wrong is told where it is, with a way out, and without repeating what could be a secret.

use std::fs;
use std::path::Path;

use keyroll::manifest::{self, Manifest, Problem};
use keyroll::model::finding::FieldPath;

use crate::example::read_text;

/// Nothing that came in goes out raw, and no whole line of it.
pub fn assert_clean(text: &str, problems: &[Problem]) {
    for problem in problems {
        let told = format!(
            "{} {}",
            problem.message,
            problem.hint.as_deref().unwrap_or_default()
        );
        assert!(!told.contains(char::is_control), "{told:?}");
        assert!(!problem.message.is_empty());
        let long = text
            .lines()
            .filter(|line| line.contains('=') && line.len() > 12);
        for line in long {
            assert!(!told.contains(line), "{told:?} repeats {line:?}");
        }
    }
}

/// Messages with line and column, in order.
fn told(text: impl AsRef<[u8]>) -> Vec<String> {
    let read = read_text(&text);
    assert_clean(&String::from_utf8_lossy(text.as_ref()), &read.problems);
    show(&read)
}

fn show(read: &Manifest) -> Vec<String> {
    let show = |problem: &Problem| {
        let at = problem
            .place
            .as_ref()
            .map_or("-".to_owned(), |p| format!("{}:{}", p.line, p.column));
        let hint = problem
            .hint
            .as_ref()
            .map_or(String::new(), |hint| format!(" ({hint})"));
        format!("{at} {}{hint}", problem.message)
    };
    read.problems.iter().map(show).collect()
}

const ACCOUNT: &str = "[account.a]\nprovider = \"p\"\nenvironment = \"production\"\nboundary = [\"femo\"]\n\
                       workflow = \"import\"\nlevel = \"read-only-import\"\n";

#[test]
fn unknown_keys_at_each_level_are_told_at_once_with_the_nearest_known_one() {
    let text = format!(
        "{ACCOUNT}purpos = \"x\"\nowner = {{ busines = \"person/anna\" }}\n[account.a.credential]\nkind = \"api-key\"\n\
         store = \"age\"\nidentities = []\n[[account.a.approval]]\naction = \"read\"\nby = \"person/anna\"\n\
         on = 2026-10-01\ntickt = \"CHG\"\n[acount.b]\nx = 1\n[provider.p.environment.production]\n\
         endpoint = \"https://x.example\"\nendpont = 1\n[procedure.r]\nkind = \"rotate\"\n[[procedure.r.step]]\n\
         title = \"T\"\nmanual = \"M\"\nstge = \"create\"\n"
    );
    assert_eq!(
        told(&text),
        [
            "7:1 `purpos` is not a known key (did you mean `purpose`?)",
            "8:11 `busines` is not a known key (did you mean `business`?)",
            "12:1 `identities` is not a known key (did you mean `identity`?)",
            "17:1 `tickt` is not a known key (did you mean `ticket`?)",
            "18:2 `acount` is not a known table (did you mean `account`?)",
            "22:1 `endpont` is not a known key (did you mean `endpoint`?)",
            "28:1 `stge` is not a known key (did you mean `stage`?)",
        ]
    );
}

#[test]
fn every_fault_of_a_record_is_told_not_only_the_first() {
    let text = "[account.a]\nprovider = 1\nenvironment = \"Prod uction\"\nboundary = [\"femo\", \"../x\", 7]\n\
                workflow = \"import\"\nlevel = \"read-only\"\nexpires = 9999-12-31\nscopes = \"base.read\"\n\
                [account.a.credential]\nkind = \"api-key\"\nidentity = [1]\n";
    assert_eq!(
        told(text),
        [
            "2:12 `provider` must be text, not a whole number (put it in quotes: `provider = \"...\"`)",
            "3:15 `environment`: `Prod uction` is not a name: names are lower case letters, digits and `-`, and begin with a letter or digit",
            "4:21 `boundary`: `../x` is not a boundary: a boundary is a path of names, `tenant/site/machine`",
            "4:29 `boundary` must be text, not a whole number (put it in quotes: `boundary = \"...\"`)",
            "6:9 `read-only` is no `level` (did you mean `read-only-import`?)",
            "7:11 the year of `9999-12-31` is not within 1970 to 2199; leave the date out where there is none",
            "8:10 `scopes` must be a list, not text (put it in brackets: `scopes = [\"...\"]`)",
            "9:1 `credential` lacks `store`",
            "11:13 `identity` must be text, not a whole number (put it in quotes: `identity = \"...\"`)",
        ]
    );
}

#[test]
fn a_missing_key_is_told_at_the_header_of_its_table() {
    let text = "[team.a]\n\n[provider.p.test.read]\nallowed = { status = 200 }\n\n[procedure.c]\nstep = []\n";
    assert_eq!(
        told(text),
        [
            "1:1 `team/a` lacks `name`",
            "3:1 the probe asks nothing (a probe has exactly one of `http` and `command`)",
            "6:1 `procedure/c` lacks `kind`",
        ]
    );
}

#[test]
fn dates_are_dates_alone() {
    let text = "[person.a]\nname = 2026-10-01\nleft = 2026-10-01T00:00:00\n[person.b]\nname = \"B\"\nleft = \"soon\"\n";
    assert_eq!(
        told(text),
        [
            "2:8 `name` must be text, not a date (put it in quotes: `name = \"...\"`)",
            "3:8 `left` must be a date, not a date with a time (write the date alone: `2027-03-31`)",
            "6:8 `left`: `soon` is not a date: write `2027-03-31`",
        ]
    );
}

#[test]
fn a_record_declared_twice_is_told_with_both_places() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), "[team.x]\nname = \"1\"\n").unwrap();
    fs::write(
        folder.path().join("b.toml"),
        "\n[team.x]\nname = \"2\"\n[team.y]\nname = \"Y\"\n",
    )
    .unwrap();
    let read = manifest::read(&[folder.path().to_owned()]);
    assert_eq!(
        show(&read),
        ["2:1 `team/x` is declared twice (keep one of the two, or give this one another name)"]
    );
    let problem = &read.problems[0];
    assert!(problem.place.as_ref().unwrap().file.ends_with("b.toml"));
    let (first, note) = &problem.also[0];
    assert!(
        first.file.ends_with("a.toml") && first.line == 1,
        "{first:?} {note}"
    );
    assert_eq!(read.inventory.teams.len(), 2);

    let again = "[team.x]\nname = \"1\"\n[team.y]\nname = \"Y\"\n[team.x]\nname = \"2\"\n";
    let read = read_text(again);
    assert_eq!(
        show(&read),
        ["5:1 `team.x` is declared twice (keep one of the two, or give this one another name)"]
    );
    assert_eq!(read.problems[0].also[0].0.line, 1);

    let twice = "[[assignment]]\nprincipal = \"person/a\"\nrole = \"r\"\nat = [\"x\", \"y\"]\n";
    let read = read_text(format!("{twice}{twice}"));
    assert_eq!(read.problems.len(), 2);
    assert_eq!(read.problems[1].place.as_ref().unwrap().line, 8);
    assert_eq!(read.problems[1].also[0].0.line, 4);
}

#[test]
fn a_key_given_twice_is_told_at_the_second() {
    assert_eq!(
        told("[team.a]\nname = \"1\"\nname = \"2\"\n"),
        ["3:1 `name` is given twice"]
    );
}

#[test]
fn tables_of_a_record_may_stand_apart_and_in_other_forms() {
    let apart = format!(
        "{ACCOUNT}status = \"active\"\n[team.t]\nname = \"T\"\n[account.a.credential]\nkind = \"basic\"\nstore = \"age\"\n"
    );
    let read = read_text(&apart);
    assert_eq!(show(&read), [""; 0]);
    crate::example::assert_places(&read);
    let id = "account/a".parse().unwrap();
    assert_eq!(
        read.place(&id, &FieldPath::of("credential.store"))
            .unwrap()
            .line,
        12
    );
    for text in [
        "team.t.name = \"T\"\n",
        "team = { t = { name = \"T\" } }\n",
        "[team]\nt.name = \"T\"\n",
        "[team]\nt = { name = \"T\" }\n",
        "[ team . \"t\" ] # note\nname = 'T'\n",
        "\u{feff}[team.t]\r\nname = \"\"\"\nT\"\"\"\r\n",
    ] {
        let read = read_text(text);
        assert_eq!(show(&read), [""; 0], "{text}");
        assert_eq!(
            read.inventory.teams.values().next().unwrap().name.as_str(),
            "T",
            "{text}"
        );
        crate::example::assert_places(&read);
    }
}

#[test]
fn approvals_may_stand_in_a_file_of_their_own() {
    let approval =
        "[[account.a.approval]]\naction = \"read\"\nby = \"person/b\"\non = 2026-10-01\n";
    let read = read_text(approval);
    assert_eq!((show(&read).len(), read.inventory.approvals.len()), (0, 1));
    let read = read_text(format!("[account.a]\n{approval}"));
    assert!(
        show(&read)[0].starts_with("1:1 `account/a` lacks"),
        "{:?}",
        show(&read)
    );
}

#[test]
fn an_account_has_a_boundary_and_a_step_one_way() {
    let nowhere = ACCOUNT.replace("boundary = [\"femo\"]\n", "boundary = []\n");
    assert_eq!(
        told(nowhere),
        ["4:1 `account/a` has no boundary (say where it may act: `boundary = [\"TENANT/SITE\"]`)"]
    );
    let steps = "[procedure.p]\nkind = \"revoke\"\n[[procedure.p.step]]\ntitle = \"A\"\n\
                 [[procedure.p.step]]\ntitle = \"B\"\nmanual = \"x\"\ncommand = [\"y\"]\n";
    assert_eq!(
        told(steps),
        [
            "3:1 step 1 has nothing to do (a step has exactly one of `manual`, `command` and `http`)",
            "5:1 step 2 has `manual` and `command` (a step has exactly one of `manual`, `command` and `http`)",
        ]
    );
}

#[test]
fn names_that_would_harm_are_refused_and_shown_escaped() {
    let text = "[person.\"../../etc\"]\nname = \"x\"\n[team.\"a\\u001b[2J\"]\nname = \"x\"\n[boundary.\"a//b\"]\nkind = \"site\"\nname = \"x\"\n";
    let told = told(text);
    assert!(
        told[0].starts_with("1:9 `../../etc` is not a name"),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("3:7 `a\\u{1b}[2J` is not a name"),
        "{told:?}"
    );
    assert!(
        told[2].starts_with("5:11 `a//b` is not a boundary"),
        "{told:?}"
    );
}

#[test]
fn a_pasted_secret_is_not_repeated() {
    let secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    for text in [
        format!("{ACCOUNT}rotation = \"{secret}\"\n"),
        format!("{ACCOUNT}expires = \"{secret}\"\n"),
        format!("{ACCOUNT}status = \"{secret}\"\n"),
        format!("{ACCOUNT}owner = {{ business = \"{secret}\" }}\n"),
        format!("{ACCOUNT}scopes = [\"a b {secret}\"]\n"),
        format!("{ACCOUNT}purpose = {secret}\n"),
        format!("{ACCOUNT}purpose = \"{secret}\n"),
        format!("{ACCOUNT}secret = \"{secret}\"\n"),
        format!("{ACCOUNT}[account.a.credential]\nkind = \"api-key\"\nstore = \"{secret}\"\n"),
        format!("[account.{secret}]\n"),
    ] {
        let read = read_text(&text);
        assert!(!read.problems.is_empty(), "{text}");
        for problem in &read.problems {
            assert!(
                !format!("{} {:?}", problem.message, problem.hint).contains(&secret[..16]),
                "{problem:?}"
            );
        }
    }
}

#[test]
fn syntax_errors_are_told_in_every_table_and_spoil_no_other() {
    let text = "[team.a]\nname = \n[team.b]\nname = \"B\"\n[team.c\nname = \"C\"\n[team.d]\nname = \"D\" x\n";
    let read = read_text(text);
    assert!(read.problems.len() >= 3, "{:?}", show(&read));
    assert!(read.declares(&"team/a".parse().unwrap()));
    assert_clean(text, &read.problems);
    let lines: Vec<_> = read
        .problems
        .iter()
        .map(|p| p.place.as_ref().unwrap().line)
        .collect();
    assert!(
        [2, 5, 8].iter().all(|line| lines.contains(line)),
        "{lines:?}"
    );
}

#[test]
fn nesting_without_end_is_refused_without_a_stack_overflow() {
    let many = 10_000;
    for text in [
        format!("[account{}]\n", ".a".repeat(many)),
        format!(
            "[team.t]\nname = {}1{}\n",
            "[".repeat(many),
            "]".repeat(many)
        ),
        format!(
            "[team.t]\nname = {}1{}\n",
            "{a=".repeat(many),
            "}".repeat(many)
        ),
        format!("[team.t]\nname{} = 1\n", ".a".repeat(many)),
        format!("x = {}", "[{a.a.a.a.a.a.a.a.a.a.a=".repeat(many)),
        format!("x = {}", "[}".repeat(many)),
        "[".repeat(many),
        "[[".repeat(many) + "\n" + &"]".repeat(many),
    ] {
        let read = read_text(&text);
        assert!(!read.problems.is_empty());
        assert_clean(&text, &read.problems);
    }
    let tables: String = (0..many).map(|n| format!("[a{n}]\n")).collect();
    assert_eq!(read_text(tables).problems.len(), 101);
}

#[test]
fn limits_are_told_with_a_way_out() {
    let large = "# ".to_owned() + &"x".repeat(50 * 1024 * 1024);
    let read = read_text(large);
    assert!(
        read.problems[0]
            .message
            .ends_with("it is larger than 4 MiB")
    );
    assert!(read.problems[0].hint.is_some());
    assert_eq!(
        told(b"[team.a]\nname = \"\xff\"\n")[0].split(' ').next(),
        Some("2:9")
    );
    let errors = read_text("]\n".repeat(1_000_000));
    assert!(errors.problems.len() <= 101);
    let list = "1,".repeat(1_000_000);
    let large = read_text(format!(
        "[team.a]\nname = \"A\"\nmembers = [{list}]\n[team.b]\nname = \"B\"\n"
    ));
    assert_eq!(show(&large).len(), 1);
    assert!(
        show(&large)[0].starts_with("1:1 it is larger than 1 MiB in one piece (write each record")
    );
    assert_eq!(large.inventory.teams.len(), 1);
    let keys: String = (0..50_000).map(|n| format!("key-{n} = 1\n")).collect();
    assert_eq!(read_text(format!("[team.a]\n{keys}")).problems.len(), 20);
}

#[test]
fn what_is_no_regular_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("good.toml"), "[team.a]\nname = \"A\"\n").unwrap();
    fs::create_dir(path(".git")).unwrap();
    fs::write(path(".git/x.toml"), "nonsense").unwrap();
    let fifo = std::process::Command::new("mkfifo")
        .arg(path("pipe.toml"))
        .status();
    assert!(fifo.is_ok_and(|status| status.success()));
    std::os::unix::fs::symlink("/etc/passwd", path("link.toml")).unwrap();
    std::os::unix::fs::symlink("/etc", path("way")).unwrap();
    let read = manifest::read(&[
        folder.path().to_owned(),
        path("good.toml"),
        path("none.toml"),
    ]);
    let told = show(&read);
    assert_eq!(read.inventory.teams.len(), 1);
    let has = |part: &str| told.iter().any(|line| line.contains(part));
    assert!(has("link.toml`: it is a symbolic link"), "{told:?}");
    assert!(has("way`: it is a symbolic link"), "{told:?}");
    assert!(has("pipe.toml`: it is not a regular file"), "{told:?}");
    assert!(has("none.toml`: there is no such file"), "{told:?}");
    assert_eq!(told.len(), 4, "{told:?}");
    let read = manifest::read(&["/dev/zero".into(), folder.path().join(".git")]);
    assert_eq!(read.problems.len(), 2, "{:?}", show(&read));
}

const GLOSSARY: &str = "title = \"Mine\"\nside = \"provider\"\n[[entitlement]]\nkey = \"a/b\"\ngroup = \"A\"\n\
                        title = \"B\"\nmeaning = \"M\"\neffect = \"read\"\n";

fn glossary_folder(folder: &Path) {
    let provider = |name: &str| format!("[provider.{name}]\ncatalog = \"./mine.toml\"\n");
    fs::write(folder.join("a.toml"), provider("a")).unwrap();
    fs::write(folder.join("mine.toml"), GLOSSARY).unwrap();
    fs::create_dir(folder.join("sub")).unwrap();
    fs::write(folder.join("sub/b.toml"), provider("b")).unwrap();
    fs::write(folder.join("sub/mine.toml"), GLOSSARY).unwrap();
}

#[test]
fn glossaries_beside_the_inventory_are_read_into_its_catalogs() {
    let folder = tempfile::tempdir().unwrap();
    glossary_folder(folder.path());
    let read = manifest::read(&[folder.path().to_owned()]);
    assert_eq!(show(&read), [""; 0]);
    let (name, catalog) = read.inventory.catalogs.iter().next().unwrap();
    assert_eq!(
        (name.as_str(), catalog.entitlements.len()),
        ("./mine.toml", 1)
    );
    let id = "catalog/./mine.toml".parse().unwrap();
    assert!(
        read.place(&id, &FieldPath::record())
            .unwrap()
            .file
            .ends_with("mine.toml")
    );

    let other = GLOSSARY.replace("Mine", "Other");
    fs::write(folder.path().join("sub/mine.toml"), other).unwrap();
    let read = manifest::read(&[folder.path().to_owned()]);
    assert_eq!(
        show(&read),
        [
            "2:1 `./mine.toml` names two files with different content (give one of the two another name)"
        ]
    );
}

#[test]
fn a_glossary_is_never_read_from_elsewhere() {
    let text =
        "[provider.a]\ncatalog = \"../../etc/passwd\"\n[provider.b]\ncatalog = \"./gone.toml\"\n";
    let read = read_text(text);
    let told = show(&read);
    assert!(
        told[0].starts_with("2:11 `catalog`: `../../etc/passwd` is not a glossary"),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("4:1") && told[1].contains("gone.toml`: there is no such file"),
        "{told:?}"
    );

    let folder = tempfile::tempdir().unwrap();
    glossary_folder(folder.path());
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("x.toml"), GLOSSARY).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("out")).unwrap();
    let way = "[provider.a]\ncatalog = \"./out/x.toml\"\n";
    fs::write(folder.path().join("a.toml"), way).unwrap();
    let read = manifest::read(&[folder.path().join("a.toml")]);
    assert!(
        show(&read)[0].contains("out`: it is a symbolic link"),
        "{:?}",
        show(&read)
    );
    assert!(read.inventory.catalogs.is_empty());
}

#[test]
fn a_glossary_that_nobody_names_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.toml"), GLOSSARY).unwrap();
    let read = manifest::read(&[folder.path().to_owned()]);
    assert_eq!(read.problems.len(), 1);
    assert!(
        read.problems[0]
            .message
            .contains("glossary that no provider or platform names")
    );
}

#[test]
fn tables_of_the_wrong_form_are_told_with_the_right_one() {
    let text = "person = 1\n[[team.a]]\nname = \"A\"\n[assignment]\nrole = \"r\"\n[catalog.x]\n[approval]\n\
                [fact]\n[[organisation]]\nname = \"X\"\n[account.a]\napproval = 1\n";
    let told = told(text);
    let expected = [
        "1:1 `person` must be a table of names (write `[person.NAME]`)",
        "2:1 `team/a` must be one table (write its keys below a header of its own)",
        "4:1 `assignment` must be a list of tables (write `[[assignment]]`)",
        "6:2 `catalog` is no table of an inventory (a glossary is a file of its own: `catalog = \"./mine.toml\"`)",
        "7:1 `approval` is no table of an inventory (an approval stands with its account: `[[account.NAME.approval]]`)",
        "8:1 `fact` is no table of an inventory (what happened is recorded in the store: take it out)",
        "9:1 `organisation` must be one table (write its keys below a header of its own)",
    ];
    assert_eq!(told[..7], expected, "{told:#?}");
    assert!(
        told.iter()
            .any(|line| line.contains("`approval` must be a list of tables")),
        "{told:#?}"
    );
}

#[test]
fn a_body_may_be_nested_as_deep_as_anybody_needs() {
    let nested = |depth: usize| {
        let body = "[".repeat(depth) + &"]".repeat(depth);
        format!(
            "[procedure.p]\nkind = \"revoke\"\nstep = [{{ title = \"T\", http = {{ method = \"GET\", path = \"/\", body = {body} }} }}]\n"
        )
    };
    assert_eq!(show(&read_text(nested(50))), [""; 0]);
    assert!(show(&read_text(nested(70)))[0].starts_with("3:"));
}

#[test]
fn a_secret_parked_in_a_comment_is_told_and_never_shown() {
    let body = ["16C7e42F292c6912", "E7710c838347Ae178B4a"].concat();
    let text = format!("[team.a] # until march: ghp_{body}\nname = \"A\" # see 4f9d2c1e8b7a6055\n");
    let told = told(&text);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("a comment holds what looks like a GitHub token"));
    assert!(!told[0].contains("E7710c"), "{told:?}");
}
