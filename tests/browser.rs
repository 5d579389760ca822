//! The pages of `--format html` in a real browser: shown, searched, filtered and walked by keyboard, and harmless.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod webdriver;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::binary::Home;
use crate::webdriver::{Browser, DOWN, END, ESCAPE, HOME, LEFT, RIGHT, TAB, UP};

const FEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/femo");

/// The names of the rows that are shown.
const SHOWN: &str = "[...document.querySelectorAll('tbody tr')].filter(tr => tr.checkVisibility()).map(tr => tr.cells[0].textContent)";
/// The keys of the columns that are shown.
const COLUMNS: &str = "[...document.querySelectorAll('th[data-key]')].filter(th => th.checkVisibility()).map(th => th.dataset.key)";
const COUNT: &str = "document.getElementById('count').textContent";
const WHERE: &str = "document.getElementById('where').textContent";
const FOCUS: &str = "document.activeElement.name || document.activeElement.textContent";

fn run(words: &[&str]) -> String {
    Home::new().run(words).ok(0).stdout
}

fn matrix(words: &[&str]) -> String {
    run(&[&["matrix"], words, &["--path", FEMO]].concat())
}

fn page(what: &str) -> String {
    matrix(&[what, "--format", "html"])
}

fn words(value: &Value) -> BTreeSet<String> {
    let items = value.as_array().unwrap().iter();
    items
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}

/// Nothing was asked for but the page itself, and nothing was complained of.
fn is_quiet(browser: &Browser) {
    assert_eq!(browser.console(), Vec::<String>::new());
    let requests = browser.requests();
    assert!(!requests.is_empty(), "the log of requests is kept");
    assert!(
        requests
            .iter()
            .all(|url| url.starts_with("file://") && url.ends_with("page.html")),
        "{requests:?}"
    );
}

#[test]
fn a_page_shows_everything_with_and_without_its_script() {
    let browser = Browser::start();
    let page = page("permissions");
    let from = page.find("<script>").unwrap();
    let to = page.find("</script>").unwrap();
    let bare = format!("{}{}", &page[..from], &page[to + 9..]);
    for page in [&page, &bare] {
        browser.open(page);
        assert_eq!(browser.text(COUNT), "36 accounts, 28 permissions");
        assert_eq!(words(&browser.look(SHOWN)).len(), 36);
        assert_eq!(words(&browser.look(COLUMNS)).len(), 28);
        assert_eq!(
            browser.look("document.querySelector('caption').textContent"),
            "Accounts × permissions"
        );
        assert_eq!(
            browser.look("document.querySelectorAll('th:not([scope])').length"),
            0
        );
    }
    assert_eq!(
        browser.look("document.querySelector('form').checkVisibility()"),
        false
    );
    is_quiet(&browser);
}

#[test]
fn the_keyboard_alone_searches_filters_and_walks() {
    let browser = Browser::start();
    browser.open(&page("permissions"));

    browser.press("/");
    assert_eq!(browser.text(FOCUS), "search");
    assert_ne!(
        browser.text("getComputedStyle(document.activeElement).outlineStyle"),
        "none"
    );
    browser.press("berlin work-order");
    browser.until("document.querySelector('[name=search]').value === 'berlin work-order'");
    assert_eq!(browser.text(COUNT), "5 of 36 accounts, 4 of 28 permissions");
    assert!(
        words(&browser.look(SHOWN))
            .iter()
            .all(|name| name.contains("berlin"))
    );
    assert!(
        words(&browser.look(COLUMNS))
            .iter()
            .all(|key| key.starts_with("work-order/"))
    );
    assert_eq!(
        browser.text("document.getElementById('count').getAttribute('role')"),
        "status"
    );
    browser.press(ESCAPE);
    assert_eq!(browser.text(COUNT), "36 accounts, 28 permissions");

    // The first filter is the provider; a letter chooses in it.
    browser.press(&format!("{TAB}m"));
    assert_eq!(browser.text("document.activeElement.value"), "=maximo");
    assert_eq!(browser.text(COUNT), "8 of 36 accounts, 5 of 28 permissions");
    browser.press("/");
    browser.press(ESCAPE);
    browser.until("document.getElementById('count').textContent === '36 accounts, 28 permissions'");

    // Provider, environment, level, boundary, group, effect, held columns, show all; then the table.
    browser.press(&TAB.repeat(9));
    assert_eq!(browser.text(FOCUS), "Account");
    assert_eq!(
        browser.text("document.querySelector('table').getAttribute('role')"),
        "grid"
    );
    browser.press(DOWN);
    assert_eq!(
        browser.text(FOCUS),
        "maximo-production-read-only-import-berlin"
    );
    browser.press(&RIGHT.repeat(2));
    assert_eq!(browser.text(FOCUS), "production");
    browser.press(&format!("{LEFT}{UP}"));
    assert_eq!(browser.text(FOCUS), "Provider");
    browser.press(&format!("{DOWN}{END}"));
    assert!(
        browser
            .text(WHERE)
            .starts_with("maximo-production-read-only-import-berlin · "),
        "{}",
        browser.text(WHERE)
    );
    assert!(browser.text(WHERE).ends_with(": not held"));
    let in_sight = "(() => { const cell = document.activeElement.getBoundingClientRect(), \
        box = document.querySelector('.scroll').getBoundingClientRect(); \
        return cell.right <= box.right && cell.left > box.left + 50 && cell.bottom <= box.bottom })()";
    assert_eq!(browser.look(in_sight), true);
    browser.press(HOME);
    assert_eq!(
        browser.text(FOCUS),
        "maximo-production-read-only-import-berlin"
    );
    browser.press_with("\u{e009}", END);
    assert!(
        browser
            .text(WHERE)
            .starts_with("unicmms-test-status-sync-berlin · ")
    );
    assert_eq!(
        browser.look("document.querySelectorAll('table [tabindex]').length"),
        1
    );
    // What is under the heading or the names is not in sight.
    browser.press(&format!("{UP}{LEFT}"));
    assert_eq!(browser.look(in_sight), true);
    is_quiet(&browser);
}

#[test]
fn a_filter_of_the_page_shows_what_the_same_filter_of_the_command_shows() {
    let browser = Browser::start();
    browser.open(&page("permissions"));
    let cases: [(&str, &str, &str); 6] = [
        ("Provider", "unicmms", "--provider"),
        ("Environment", "production", "--environment"),
        ("Level", "write-back", "--level"),
        ("Boundary", "femo/berlin", "--site"),
        ("Group", "Work Order", "--group"),
        ("Effect", "update", "--effect"),
    ];
    for (label, value, option) in cases {
        let choose = format!(
            "(() => {{ const box = [...document.querySelectorAll('form label')].find(it => it.firstChild.textContent === \
             '{label}'); const select = box.querySelector('select'); select.value = '={value}'; \
             select.dispatchEvent(new Event('input', {{ bubbles: true }})); return select.value }})()"
        );
        assert_eq!(
            browser.text(&choose),
            format!("={value}"),
            "{label} offers it"
        );
        let told = matrix(&["permissions", option, value, "--format", "json"]);
        let told: Value = serde_json::from_str(&told).unwrap();
        let rows = told["rows"].as_array().unwrap();
        let names: BTreeSet<String> = rows
            .iter()
            .map(|row| row["account"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(words(&browser.look(SHOWN)), names, "{label}");
        let fixed = ["account", "provider", "environment", "level", "boundary"];
        let keys = rows[0]
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| !fixed.contains(&key.as_str()));
        let keys: BTreeSet<String> = keys.cloned().collect();
        assert_eq!(words(&browser.look(COLUMNS)), keys, "{label}");
        browser.press(ESCAPE);
        browser.until(
            "document.getElementById('count').textContent === '36 accounts, 28 permissions'",
        );
    }
    is_quiet(&browser);
}

#[test]
fn headings_and_names_stay_in_sight() {
    let browser = Browser::start();
    browser.open(&page("permissions"));
    let scrolled = browser.look(
        "(() => { const box = document.querySelector('.scroll'); box.scrollTo(500, 300); \
         const at = (it) => document.querySelector(it).getBoundingClientRect(), edge = box.getBoundingClientRect(); \
         return { scrolled: [box.scrollLeft > 0, box.scrollTop > 0], head: at('thead').top - edge.top, \
         name: at('tbody tr:nth-child(20) th').left - edge.left, corner: at('thead tr:last-child th').left - edge.left } })()",
    );
    assert_eq!(scrolled["scrolled"], json!([true, true]), "{scrolled}");
    for part in ["head", "name", "corner"] {
        // The border of the region stands between.
        let off = scrolled[part].as_f64().unwrap();
        assert!((0.0..=2.0).contains(&off), "{part}: {scrolled}");
    }
    is_quiet(&browser);
}

#[test]
fn a_page_fits_a_narrow_window_and_a_dark_room() {
    let browser = Browser::start();
    let ground = "getComputedStyle(document.documentElement).backgroundColor";
    let size = json!({ "width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": false });
    browser.set("Emulation.setDeviceMetricsOverride", size);
    for (scheme, color) in [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 24, 29)")] {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.set("Emulation.setEmulatedMedia", features);
        for page in [
            page("permissions"),
            page("roles"),
            run(&["catalog", "show", "unicmms", "--format", "html"]),
        ] {
            browser.open(&page);
            assert_eq!(
                browser.look("document.documentElement.scrollWidth <= innerWidth"),
                true
            );
            assert_eq!(browser.text(ground), color);
        }
    }
    is_quiet(&browser);
}

#[test]
fn on_paper_nothing_is_cut_off() {
    let browser = Browser::start();
    browser.open(&page("levels"));
    browser.set("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    assert_eq!(
        browser.look("document.querySelector('form').checkVisibility()"),
        false
    );
    assert_eq!(
        browser.text("getComputedStyle(document.querySelector('.scroll')).overflow"),
        "visible"
    );
    assert_eq!(
        browser.look("document.querySelector('tbody tr:last-child').checkVisibility()"),
        true
    );
    is_quiet(&browser);
}

#[test]
fn any_table_can_be_a_page() {
    let browser = Browser::start();
    browser.open(&run(&["catalog", "show", "unicmms", "--format", "html"]));
    assert_eq!(browser.text(COUNT), "222 rows");
    browser.press("/");
    browser.press("meter trigger");
    browser.until("document.getElementById('count').textContent !== '222 rows'");
    let shown = words(&browser.look(SHOWN));
    assert!(
        !shown.is_empty() && shown.iter().all(|key| key.contains("meter")),
        "{shown:?}"
    );
    is_quiet(&browser);
}

#[test]
fn a_hostile_name_runs_nothing_and_the_policy_stops_what_would() {
    const ATTACK: &str =
        "</script><script>window.ran = 1</script><img src=x onerror='window.ran = 2'>\u{202e}";
    let home = Home::new();
    home.file(
        "roll/glossary.toml",
        format!(
            "title = \"\"\"{ATTACK}\"\"\"\nside = \"provider\"\n[[entitlement]]\nkey = \"order/read\"\n\
             group = \"\"\"{ATTACK}\"\"\"\ntitle = \"\"\"{ATTACK}\"\"\"\nmeaning = \"m\"\neffect = \"read\"\n"
        ),
    );
    home.file(
        "roll/roll.toml",
        "[provider.p]\ncatalog = \"./glossary.toml\"\n[account.a]\nprovider = \"p\"\nenvironment = \"production\"\n\
         workflow = \"w\"\nlevel = \"read-only-import\"\nboundary = [\"t/s\"]\npermissions = [\"order/read\"]\n",
    );
    let page = home
        .run(&[
            "matrix",
            "permissions",
            "--path",
            "roll",
            "--format",
            "html",
        ])
        .ok(0)
        .stdout;
    let browser = Browser::start();
    browser.open(&page);
    assert_eq!(
        browser.look("[window.ran, document.images.length, document.scripts.length]"),
        json!([null, 0, 1])
    );
    assert!(
        browser
            .text("document.querySelector('.group').title")
            .starts_with("</script><script>")
    );
    is_quiet(&browser);

    // As if the text had not been escaped: the policy of the page lets nothing of it run or load.
    let style = "<b style='color: red'>b</b><style>body { display: none }</style>";
    let broken = page.replacen(
        "<tbody>",
        &format!("<tbody><tr><th>{}{style}", &ATTACK[9..]),
        1,
    );
    browser.open(&broken);
    assert_eq!(
        browser.look("[window.ran, document.images.length, document.scripts.length]"),
        json!([null, 1, 2])
    );
    assert_eq!(browser.look("document.body.checkVisibility()"), true);
    let console = browser.console();
    for what in ["script-src", "style-src", "default-src"] {
        assert!(
            console.iter().any(|line| line.contains(what)),
            "{what}: {console:#?}"
        );
    }
}
