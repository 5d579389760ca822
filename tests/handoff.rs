//! The pack that is handed over: what it holds, that a change to it is seen, and that people can read it, in a real browser.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod webdriver;

use std::fs;
use std::path::Path;

use keyroll::secrets::AuditKey;
use serde_json::{Value, json};

use crate::binary::{Home, as_nobody, finish};
use crate::webdriver::Browser;

const CLOCK: &str = "KEYROLL_CLOCK=2026-11-22T10:00:00Z";

fn run(home: &Home, words: &[&str]) -> String {
    home.run(&[&[CLOCK, "report"], words].concat()).ok(0).stdout
}

fn page(home: &Home) -> String {
    run(home, &["handoff", "--format", "html"])
}

/// A home with the example's store, and its pack in `pack`.
fn packed() -> Home {
    let home = Home::filled();
    run(&home, &["handoff", "--out", "pack"]);
    home
}

fn verified(home: &Home, words: &[&str]) -> (i32, Value) {
    let ran = home.run(&[&["report", "verify"], words, &["--format", "json"]].concat());
    let ran = ran.clean();
    let shown = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    (ran.status.unwrap(), shown)
}

/// A key that signs, in a file of the home, and the public key to it.
fn key(home: &Home) -> String {
    let key = AuditKey::generate("keyroll/test").unwrap();
    let path = home.file("audit.key", key.text().expose());
    binary::set_mode(path, 0o600);
    key.verifier().to_string()
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn the_same_store_and_moment_give_the_same_pack() {
    // That it leaves is an event of its own: each is made of a copy.
    let home = Home::filled();
    let made = [(); 2].map(|()| {
        let copy = Home::new();
        let path = copy.store();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        binary::set_mode(path.parent().unwrap(), 0o700);
        fs::copy(home.store(), &path).unwrap();
        binary::set_mode(&path, 0o600);
        run(&copy, &["handoff", "--out", "pack"]);
        copy
    });
    for name in ["handoff.html", "handoff.md", "handoff.json", "MANIFEST.txt"] {
        let both = made
            .each_ref()
            .map(|copy| text(copy.path().join("pack").join(name)));
        assert_eq!(both[0], both[1], "{name}");
    }
    let folder = made[0].path().join("pack");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 4);
}

#[test]
fn that_a_pack_leaves_the_store_is_noted_in_the_trail() {
    let home = packed();
    let last = home
        .run(&["audit", "log", "--action", "export", "--format", "json"])
        .ok(0);
    let last: Value = serde_json::from_str(&last.stdout).unwrap();
    let rows = last["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert!(
        rows[0]["change"]
            .to_string()
            .contains("handoff html, md, json"),
        "{rows:#?}"
    );
}

#[test]
fn every_form_names_every_account_and_every_part() {
    let home = packed();
    let read = |name: &str| text(home.path().join("pack").join(name));
    let json: Value = serde_json::from_str(&read("handoff.json")).unwrap();
    assert_eq!(json["kind"], "handoff-pack");
    let accounts = json["sections"]["inventory"]["accounts"]
        .as_array()
        .unwrap();
    assert_eq!(accounts.len(), 8);
    let sections = json["sections"].as_object().unwrap();
    assert_eq!(sections.len(), 11);
    for name in ["handoff.html", "handoff.md"] {
        // Markdown escapes what could be markup in it; names have nothing of that.
        let text = read(name);
        for account in accounts {
            assert!(
                text.contains(account["account"].as_str().unwrap()),
                "{name}"
            );
        }
        for section in sections.values() {
            assert!(
                text.contains(section["title"].as_str().unwrap()),
                "{name}: {section}"
            );
        }
    }
}

#[test]
fn what_the_logs_told_stands_in_the_pack() {
    let home = Home::filled();
    let logs = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/brookfield/logs");
    let log = |name: &str| format!("{logs}/{name}");
    let (ours, theirs, users) = (
        log("factverse-sync.csv"),
        log("unicmms-audit.jsonl"),
        log("unicmms-users.csv"),
    );
    let place = [
        "--provider",
        "unicmms",
        "--environment",
        "production",
        "--fail-on",
        "never",
    ];
    let both = [
        "audit",
        "reconcile",
        "--provider-log",
        &theirs,
        "--platform-log",
        &ours,
    ];
    home.run(&[&both[..], &place].concat()).ok(0);
    let listed = ["reconcile", "accounts", &users];
    home.run(&[&[CLOCK], &listed[..], &place].concat()).ok(0);

    let told = |words: &[&str]| {
        let shown = run(&home, &[&["handoff", "--format", "json"], words].concat());
        let shown: Value = serde_json::from_str(&shown).unwrap();
        shown["sections"]["audit"].clone()
    };
    let whole = told(&[]);
    let rows = whole["reconciliations"].as_array().unwrap();
    let found = |row: &&Value| !row["found"].as_array().is_none_or(Vec::is_empty);
    assert!(rows.iter().any(|row| found(&row)), "{rows:#?}");
    let seen = whole["sightings"].as_array().unwrap();
    let used = |row: &&Value| row["used"].as_array().is_some_and(|used| !used.is_empty());
    assert!(seen.iter().any(|row| used(&row)), "{seen:#?}");
    assert!(
        seen.iter().any(|row| row["never-used"].is_array()),
        "{seen:#?}"
    );
    assert!(
        !whole["censuses"][0]["orphans"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    // Strangers at a provider may be another tenant's.
    let part = told(&["--tenant", "brookfield"]);
    assert_eq!(part["censuses"][0]["orphans"], Value::Null);
}

#[test]
fn any_changed_missing_or_added_file_is_told() {
    let home = packed();
    let folder = home.path().join("pack");
    assert_eq!(
        verified(&home, &["pack"]).0,
        3,
        "nobody vouches for an unsigned one"
    );
    for name in ["handoff.html", "handoff.md", "handoff.json"] {
        let path = folder.join(name);
        let was = fs::read(&path).unwrap();
        let mut changed = was.clone();
        let last = changed.len() - 2;
        changed[last] ^= 1;
        fs::write(&path, changed).unwrap();
        let (status, shown) = verified(&home, &["pack/MANIFEST.txt"]);
        assert_eq!((status, &shown["intact"]), (5, &json!(false)), "{name}");
        fs::remove_file(&path).unwrap();
        assert_eq!(verified(&home, &["pack"]).0, 5, "{name} is gone");
        fs::write(&path, was).unwrap();
    }
    home.file("pack/handoff-2.html", "<p>Everything is fine.</p>");
    let inside = finish(home.shell("cd pack && \"$0\" report verify MANIFEST.txt", &[]));
    for ran in [home.run(&["report", "verify", "pack"]), inside] {
        let told = "no part of the pack: handoff-2.html";
        assert!(ran.stderr.contains(told), "{ran:?}");
        assert_eq!(ran.status, Some(3), "what the manifest lists is as it was");
    }
}

#[test]
fn a_signed_pack_is_verified_without_a_store_and_every_byte_of_its_manifest_counts() {
    let home = Home::filled();
    let public = key(&home);
    run(
        &home,
        &["handoff", "--out", "pack", "--audit-key", "audit.key"],
    );

    // Whoever gets it has no store, no key file and no configuration: the folder and the public key alone.
    let theirs = Home::new();
    let folder = theirs.path().join("pack");
    fs::create_dir(&folder).unwrap();
    for name in ["handoff.html", "handoff.md", "handoff.json", "MANIFEST.txt"] {
        fs::copy(home.path().join("pack").join(name), folder.join(name)).unwrap();
    }
    let with_key = ["pack", "--key", public.as_str()];
    let (status, shown) = verified(&theirs, &with_key);
    assert_eq!(
        (status, &shown["signature"]["standing"]),
        (0, &json!("good")),
        "{shown}"
    );
    let (status, shown) = verified(&theirs, &["pack"]);
    assert_eq!(
        (status, &shown["signature"]["standing"]),
        (3, &json!("unknown-key")),
        "{shown}"
    );

    let manifest = folder.join("MANIFEST.txt");
    let was = fs::read(&manifest).unwrap();
    for at in 0..was.len() {
        let mut changed = was.clone();
        changed[at] ^= 1;
        fs::write(&manifest, &changed).unwrap();
        let ran = theirs.run(&[&["report", "verify"], &with_key[..]].concat());
        assert_ne!(ran.clean().status, Some(0), "byte {at}");
    }
    // Without its signature it is nobody's, and that is told to whoever asks for a key.
    let bare = String::from_utf8(was).unwrap();
    let bare = bare.split("\n\n").next().unwrap();
    fs::write(&manifest, format!("{bare}\n")).unwrap();
    assert_eq!(verified(&theirs, &with_key).0, 5);
    assert_eq!(verified(&theirs, &["pack"]).0, 3);
}

#[test]
fn a_manifest_of_a_stranger_leads_nowhere_else() {
    let home = packed();
    let good = text(home.path().join("pack/MANIFEST.txt"));
    for name in ["../roll.db", "/etc/passwd", "a/../../x", "-"] {
        home.file("pack/MANIFEST.txt", good.replace("handoff.md", name));
        let ran = home.run(&["report", "verify", "pack"]);
        let ran = ran.clean();
        assert!(matches!(ran.status, Some(4 | 5)), "{name}: {ran:?}");
        assert!(
            !ran.stdout.contains(&format!("{name}: as it was made")),
            "{name}: {ran:?}"
        );
    }
    home.file("pack/MANIFEST.txt", "keyroll handoff pack 2\n");
    home.run(&["report", "verify", "pack"]).refused_at_once(4);
    home.run(&["report", "verify", "nowhere"])
        .refused_at_once(1);
    fs::remove_file(home.path().join("pack/MANIFEST.txt")).unwrap();
    let ran = home.run(&["report", "verify", "pack"]).refused_at_once(4);
    ran.says("`pack` is no pack: it holds no MANIFEST.txt");
}

#[test]
fn what_is_asked_for_wrongly_is_refused_and_nothing_is_written() {
    let home = packed();
    let before = text(home.path().join("pack/MANIFEST.txt"));
    let cases: [(&[&str], i32); 5] = [
        (&["handoff", "--out", "pack"], 4),
        (&["handoff", "--account", "nobody"], 2),
        (&["handoff", "--tenant", "nobody"], 2),
        (&["handoff", "--format", "csv"], 2),
        (&["handoff", "--out", "new", "--format", "html"], 2),
    ];
    for (words, status) in cases {
        home.run(&[&["report"], words].concat())
            .refused_at_once(status);
    }
    assert_eq!(text(home.path().join("pack/MANIFEST.txt")), before);
    assert!(!home.path().join("new").exists());
    // Somebody who asked for a signature gets no pack without one.
    let unsigned = home
        .run(&["report", "handoff", "--out", "new", "--sign"])
        .clean();
    assert!(!matches!(unsigned.status, Some(0)), "{unsigned:?}");
    assert!(!home.path().join("new").exists());
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told() {
    let home = packed();
    home.give_away();
    binary::set_mode(home.path().join("pack"), 0o500);
    let ran = as_nobody(home.command(&["report", "handoff", "--out", "pack/deeper"]));
    ran.refused_at_once(1).says("cannot write");
}

/// The names in a folder, those that are hidden too.
fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_disk_without_room_leaves_no_part_of_a_pack_and_no_note_of_one() {
    const OUT: [&[&str]; 2] = [&["report", "handoff", "--out"], &["export", "--output"]];
    let home = Home::filled();
    fs::create_dir(home.path().join("empty")).unwrap();
    let exports = || {
        let log = ["audit", "log", "--action", "export", "--format", "jsonl"];
        home.run(&log).ok(0).stdout.lines().count()
    };
    // So many blocks of a file are written, and no more: none, or a part of the first.
    for (words, blocks) in [(OUT[0], "0"), (OUT[0], "100"), (OUT[1], "8")] {
        for place in ["new", "empty"] {
            let before = listed(home.path());
            let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
            let ran = finish(home.shell(&script, &[words, &[place]].concat()));
            ran.refused_at_once(1).says("cannot write").says(place);
            assert_eq!(listed(home.path()), before, "{words:?} {blocks}");
            assert_eq!(
                listed(&home.path().join("empty")),
                [""; 0],
                "{words:?} {blocks}"
            );
            assert_eq!(exports(), 0, "{words:?} {blocks}");
        }
    }
    // Once there is room, nothing is in its way.
    for (at, place) in ["new", "empty"].iter().enumerate() {
        run(&home, &["handoff", "--out", place]);
        let folder = home.path().join(place);
        assert_eq!(listed(&folder).len(), 4);
        assert_eq!(binary::mode(folder.join("handoff.html")), 0o600);
        assert_eq!(exports(), at + 1);
    }
    assert_eq!(binary::mode(home.path().join("new")), 0o700);
}

/// The accessibility checks of axe-core, with everything of WCAG 2 that a program can see.
fn axe(browser: &Browser, what: &str) {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/target/ci-tools/node/node_modules/axe-core/axe.min.js"
    );
    let script = fs::read_to_string(path)
        .expect("run: npm install --prefix target/ci-tools/node axe-core@4");
    // Brought in by the driver: the page's own policy lets no script in.
    browser.bring(&script);
    let rules =
        "{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }";
    let told = "({ passes: it.passes.length, violations: it.violations.map(one => one.id + ': ' + one.help + ' ' + one.nodes[0].html) })";
    let found = browser.look(&format!("axe.run(document, {rules}).then(it => {told})"));
    assert!(
        found["passes"].as_u64() > Some(10),
        "it looked at something: {found}"
    );
    assert_eq!(found["violations"], json!([]), "{what}");
}

#[test]
fn the_page_is_accessible_in_every_light_and_width() {
    let home = Home::filled();
    let browser = Browser::start();
    let path = browser.open(&page(&home));
    for (width, height) in [(1280, 900), (375, 800)] {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        browser.set("Emulation.setDeviceMetricsOverride", size);
        for (scheme, ground) in [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 24, 29)")] {
            let features =
                json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
            browser.set("Emulation.setEmulatedMedia", features);
            let what = format!("{scheme} at {width}");
            let color = browser.text("getComputedStyle(document.documentElement).backgroundColor");
            assert_eq!(color, ground, "{what}");
            let fits = browser.look("document.documentElement.scrollWidth <= innerWidth");
            assert_eq!(fits, true, "{what}");
            axe(&browser, &what);
        }
    }
    assert_eq!(browser.console(), Vec::<String>::new());
    let own = format!("file://{}", path.display());
    assert!(browser.requests().iter().all(|url| *url == own));
    assert_eq!(browser.look("document.scripts.length"), 0);
}

#[test]
fn every_link_of_the_page_leads_into_it_and_every_region_can_be_reached() {
    let home = Home::filled();
    let browser = Browser::start();
    browser.open(&page(&home));
    let lost = "[...document.querySelectorAll('a')].filter(a => !document.querySelector(a.getAttribute('href'))).length";
    assert_eq!(browser.look(lost), 0);
    let unreachable =
        "[...document.querySelectorAll('.scroll')].filter(it => it.tabIndex !== 0).length";
    assert_eq!(browser.look(unreachable), 0);
    let unscoped = "document.querySelectorAll('th:not([scope])').length";
    assert_eq!(browser.look(unscoped), 0);
    // The checks of every account stand there: six each.
    let marks = "document.querySelectorAll('.checklist td.mark').length";
    assert_eq!(browser.look(marks), 8 * 6);
    assert_eq!(
        browser.look("document.querySelectorAll('svg.timeline circle.issued').length"),
        16
    );
}

#[test]
fn on_paper_nothing_is_cut_off() {
    let home = Home::filled();
    let browser = Browser::start();
    browser.open(&page(&home));
    let printed = browser.print();
    assert!(printed.starts_with(b"%PDF-") && printed.len() > 20_000);
    let count = |word: &[u8]| printed.windows(word.len()).filter(|it| *it == word).count();
    assert!(count(b"/Type /Page\n") >= 5, "it has several pages");
    browser.set("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    let overflow = "[...document.querySelectorAll('.scroll')].filter(it => getComputedStyle(it).overflow !== 'visible').length";
    assert_eq!(browser.look(overflow), 0);
    // A sheet of A4, turned, less its margins.
    let size = json!({ "width": 1024, "height": 700, "deviceScaleFactor": 1, "mobile": false });
    browser.set("Emulation.setDeviceMetricsOverride", size);
    let wide = "[...document.querySelectorAll('table, svg.timeline')].filter(it => it.getBoundingClientRect().right > innerWidth + 1)\
        .map(it => it.caption?.textContent || it.outerHTML.slice(0, 60))";
    assert_eq!(browser.look(wide), json!([]));
}

#[test]
fn a_hostile_roll_runs_nothing() {
    const ATTACK: &str =
        "</style><script>window.ran = 1</script><img src=x onerror='window.ran = 2'>";
    let home = Home::new();
    home.run(&["init", "--no-secrets"]).ok(0);
    let roll = format!(
        "[provider.p]\nproduct = \"\"\"{ATTACK}\"\"\"\ncatalog = \"unicmms\"\n\
         [provider.p.environment.production]\nendpoint = \"https://p.example\"\n\
         [boundary.t]\nkind = \"tenant\"\nname = \"T\"\n[boundary.\"t/s\"]\nkind = \"site\"\nname = \"S\"\n\
         [account.a]\nprovider = \"p\"\nenvironment = \"production\"\nworkflow = \"w\"\nlevel = \"read-only-import\"\n\
         boundary = [\"t/s\"]\npurpose = \"\"\"{ATTACK}\"\"\"\npermissions = [\"work-order/view-work-orders\"]\n"
    );
    let path = home.file("roll/roll.toml", roll);
    home.run(&["apply", &path, "--yes", "--accept-findings"])
        .ok(0);
    let browser = Browser::start();
    browser.open(&page(&home));
    let ran = browser.look("[window.ran, document.images.length, document.scripts.length]");
    assert_eq!(ran, json!([null, 0, 0]));
    assert!(
        browser
            .text("document.body.textContent")
            .contains("<img src=x")
    );
    assert_eq!(browser.console(), Vec::<String>::new());
}
