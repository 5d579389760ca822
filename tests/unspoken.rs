//! A secret in an inventory is told of and never printed, not even in part: in any form of output that `validate` has.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod binary;

use binary::Home;

/// Six signs of a secret are too many.
const PART: usize = 6;

/// The secrets of the test, in parts, so that no scanner of a repository finds them: what says its kind, and its body.
const TOKENS: &[(&str, &str)] = &[
    ("ghp_", "q7Zk8vQ3mLpT7xR2nB9cW4yH6jK1dF5sG0aV"),
    ("glpat-", "w3Xk9vT5mNqS8zR2bC7d"),
    ("AKIA", "Q4W7E2R9T5Y8U3I6"),
    ("AIza", "Sx7Wq2Er9Ty4Ui8Op3As6Df1Gh5Jk0Lz7Xc"),
    (
        "xoxb-",
        "830291746552-019283746556-hQ7wZ2xK9vB4nM6pL1sD8fG3",
    ),
    ("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"),
    ("whsec_", "m4Qz7Xw2Kc9Vb5Nt8Rj3Hf6Ld1Sg0Pa"),
    ("npm_", "Kd8Wq3Zx6Vc1Bn5Mt9Lj4Hg7Fs2Ra0Pe8Yu"),
    ("pypi-AgEIcHlwaS5vcmc", "CJDk3NTQ1Qw7Zx2Vb9Nm4Lk6Jh1"),
    ("sk-proj-", "z8Xw3Qk6Vc1Bn5Mt9Lj4Hg7Fs2Ra0Pe8Yu3Td"),
    ("sk-ant-api03-", "y7Wv2Pj5Ub0Am4Ls8Ki3Gf6Er1Qz9Od7Xt2Sc"),
    ("hvs.", "CAx7Wq2Er9Ty4Ui8Op3As6Df1Gh5Jk0Lz7XcVb"),
    ("fvk_", "u6Vt1Oi4Ta9Zl3Kr7Jh2Fe5Dq0Py8Nc6Ws1Rb"),
    (
        "nbt_h4Gf7Ds2Aq9W.",
        "x1Zv8Bn3Mk6Lp0Oj5Ih2Ug7Yt4Fr9De1Sw6Qa3Xc",
    ),
    (
        "AGE-SECRET-KEY-1",
        "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE",
    ),
    ("https://svc-femo:", "t5Us0Nh3Sz8@cmms.example"),
    ("Bearer ", "s4Tr9Mg2Ry7Xk1Jp6If3Ed8Cb5"),
    ("", "8f3a1c9e7b2d4f60a5c8e1b7d3f92460"),
    ("", "Zk8vQ3mLpT7xR2nB9cW4yH6jG1dF5sA0eU7iO3"),
    (
        "-----BEGIN OPENSSH ",
        "PRIVATE KEY-----\\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ",
    ),
];

/// What must not be seen of them: their bodies, without the words that all of a kind have.
fn bodies() -> Vec<String> {
    let bare = |body: &str| {
        let body = body.trim_start_matches("PRIVATE KEY-----\\n");
        body.split('@').next().unwrap_or_default().to_owned()
    };
    TOKENS.iter().map(|(_, body)| bare(body)).collect()
}

/// An inventory that reads, with a token in every text that people write; the rest of it is beside the point.
fn readable(token: &str) -> String {
    format!(
        r##"
[organisation]
name = "FEMO {token}"

[person.anna-berg]
name = "Anna"
email = "{token}"

[provider.unicmms]
product = "UniCMMS"
contact = "note {token} down"  # {token}
[provider.unicmms.environment.production]
endpoint = "https://femo.example/api?token={token}"
[provider.unicmms.test.read]
http = {{ method = "POST", path = "/x", header = {{ "{token}" = "a", X-Api-Key = "{token}" }}, body = {{ a = ["{token}"], "{token}" = 1 }} }}
allowed = {{ status = 200 }}

[procedure.out]
kind = "revoke"
step = [{{ title = "Delete {token}", command = ["./out.sh", "{token}"] }}]

[account.unicmms-production-import]
provider = "unicms"
environment = "production"
workflow = "import"
level = "read-only-import"
purpose = """
Take {token}
along"""
controls = {{ fields = ["{token}"] }}

[[waiver]]
rule = "missing-owner"
subject = "account/{token}"
reason = '''{token}'''
"##
    )
}

/// Texts that are refused before any rule sees them, each at a place with a token in it.
fn unreadable(token: &str) -> Vec<String> {
    let account = "[account.a]\nprovider = \"p\"\nenvironment = \"e\"\nworkflow = \"w\"\nlevel = \"closeout\"\n";
    vec![
        format!("{account}expires = \"{token}\"\n"),
        format!("{account}level = \"{token}\"\n"),
        format!("{account}\"{token}\" = 1\n"),
        format!("{account}rotation = \"{token}\"\n"),
        format!("{account}owner = {{ business = \"{token}\" }}\n"),
        format!("{account}credential = {{ kind = \"api-key\", store = \"{token}\" }}\n"),
        format!("{account}permissions = [\"{token} x\"]\n"),
        format!("[\"{token}\".x]\n[account.\"{token}\"]\n"),
        format!("purpose = \"{token}\n"),
        format!("a = = \"{token}\"\n"),
    ]
}

/// Every format that the program has, as it says itself.
fn formats(home: &Home) -> Vec<String> {
    let ran = home.run(&["validate", "--format", "no-such", "."]);
    let list = ran
        .stderr
        .split("possible values: ")
        .nth(1)
        .unwrap_or_default();
    let list = list.split(']').next().unwrap_or_default();
    // Those for who watches are of `check` alone, those of events of `audit log`; they are refused here.
    let watched = ["prometheus", "nagios", "ics", "ocsf", "cef"];
    let formats: Vec<String> = list
        .split(", ")
        .map(|it| it.trim().to_owned())
        .filter(|it| !watched.contains(&it.as_str()))
        .collect();
    assert!(formats.len() >= 6, "{ran:#?}");
    formats
}

/// Where a part of a secret is shown.
fn leak(shown: &str, bodies: &[String]) -> Option<String> {
    let parts = |body: &String| {
        let signs: Vec<char> = body.chars().collect();
        let parts = signs
            .windows(PART)
            .map(|part| part.iter().collect::<String>());
        parts.collect::<Vec<_>>()
    };
    let mut parts = bodies.iter().flat_map(parts);
    parts.find(|part| shown.contains(part))
}

fn says_nothing_of(text: &str, extra: &[&str], is_found: bool) {
    let home = Home::new();
    let file = home.file("inventory.toml", text);
    let bodies = bodies();
    for format in formats(&home) {
        let args = [
            &["validate", "--pedantic", "--format", &format, &file][..],
            extra,
        ]
        .concat();
        let ran = home.run(&args);
        assert_eq!(ran.status, Some(4), "{ran:#?}");
        assert!(!ran.stderr.contains("panicked"), "{ran:#?}");
        let found = ran.stdout.contains("secret-in-inventory");
        assert!(found || !is_found, "{format}: {text}\n{ran:#?}");
        for shown in [&ran.stdout, &ran.stderr] {
            let leak = leak(shown, &bodies);
            assert_eq!(leak, None, "{format} of\n{text}\n{shown}");
        }
    }
}

#[test]
fn a_secret_that_a_rule_finds_is_printed_in_no_format() {
    for (kind, body) in TOKENS {
        says_nothing_of(&readable(&format!("{kind}{body}")), &[], true);
    }
}

#[test]
fn nor_in_colour_nor_where_it_is_asked_for_alone() {
    let (kind, body) = TOKENS[0];
    let text = readable(&format!("{kind}{body}"));
    says_nothing_of(&text, &["--color", "always"], true);
    says_nothing_of(&text, &["--select", "secret-in-inventory"], true);
}

#[test]
fn a_secret_in_a_text_that_is_refused_is_printed_in_no_format() {
    // One file of them all would stop at the first fault of its form; each is a file of its own, in one folder.
    let home = Home::new();
    let bodies = bodies();
    for (at, (kind, body)) in TOKENS.iter().enumerate() {
        for (nth, text) in unreadable(&format!("{kind}{body}")).iter().enumerate() {
            home.file(&format!("roll/{at:02}-{nth}.toml"), text);
        }
    }
    for format in formats(&home) {
        let ran = home.run(&["validate", "--format", &format, "roll"]);
        assert_eq!(ran.status, Some(4), "{ran:#?}");
        for shown in [&ran.stdout, &ran.stderr] {
            assert!(!shown.contains("panicked"), "{shown}");
            let leak = leak(shown, &bodies);
            let line = leak
                .as_ref()
                .and_then(|part| shown.lines().find(|line| line.contains(part)));
            assert_eq!(leak, None, "{format}: {line:?}");
        }
    }
}
