//! What is a secret and what is none, by example. The secrets are put together here, so that no scanner finds them.

use super::*;
use proptest::prelude::*;

/// Each kind, as the parts that make an example of it.
const SECRETS: &[(Shape, &[&str])] = &[
    (Shape::AwsKeyId, &["AKIA", "IOSFODNN7EXAMPLE"]),
    (Shape::AwsKeyId, &["use ASIA", "Y34FZKBOKMUTVV7A in tests"]),
    (
        Shape::GitHub,
        &["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"],
    ),
    (
        Shape::GitHub,
        &["gho_", "16C7e42F292c6912E7710c838347Ae178B4a"],
    ),
    (
        Shape::GitHub,
        &["token=ghs_", "16C7e42F292c6912E7710c838347Ae178B4a"],
    ),
    (
        Shape::GitHub,
        &["github_pat_", "11ABCDEFG0aBcDeFgHiJkL_mNoPqRsTuV"],
    ),
    (Shape::GitLab, &["glpat-", "xK3nV8sQz2LmPw7RtY9b"]),
    (Shape::Slack, &["xoxb-", "1234567890-abcdef"]),
    (Shape::Slack, &["xoxp-", "12345678"]),
    (Shape::Stripe, &["sk_live_", "51Habcd"]),
    (Shape::Stripe, &["rk_live_", "51Habcd"]),
    (
        Shape::Google,
        &["AIza", "SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"],
    ),
    (
        Shape::Npm,
        &["npm_", "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5"],
    ),
    (Shape::Pypi, &["pypi-AgE", "IcHlwaS5vcmcCJDU3ODg4"]),
    (
        Shape::JsonWebToken,
        &[
            "eyJ",
            "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
        ],
    ),
    (
        Shape::AgeIdentity,
        &[
            "AGE-SECRET-KEY-1",
            "QQPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGP",
        ],
    ),
    (
        Shape::SendGrid,
        &[
            "SG.",
            "ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf09kqeF8tAmbihYzrnopKc1s5cr",
        ],
    ),
    (Shape::Twilio, &["SK", "0123456789abcdef0123456789abcdef"]),
    (Shape::Vault, &["hvs.", "CAESIJlU02LQZq2vT9xY3bN8"]),
    (Shape::Vault, &["s.", "8hK2mN4pQ6rS8tU0vW2xY4zA"]),
    (
        Shape::PrivateKey,
        &[
            "-----BEGIN RSA ",
            "PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
        ],
    ),
    (
        Shape::PrivateKey,
        &["-----BEGIN ", "PRIVATE KEY-----\nMIIE"],
    ),
    (
        Shape::ConnectionString,
        &["AccountName=x;AccountKey=", "Zm9vYmFyYmF6cXV4Zm9v=="],
    ),
    (
        Shape::ConnectionString,
        &["Server=db;User=x;Password=", "hunter2;Encrypt=yes"],
    ),
    (
        Shape::UserInfo,
        &["https://svc:", "hunter2@cmms.example/api"],
    ),
    (Shape::UserInfo, &["postgres://svc:", "p%40ss@db/x"]),
    (
        Shape::Parameter,
        &["https://x.example/a?api_key=", "k3yk3yk3y"],
    ),
    (Shape::Header, &["Bearer ", "hunter2"]),
    (
        Shape::Header,
        &["Authorization: Basic ", "c3ZjOmh1bnRlcjI="],
    ),
    (
        Shape::Random,
        &["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYzKx8vQ3mLp"],
    ),
    (Shape::Random, &["key Zk8vQ3mLpT7x", "R2nB9cW4yH6j there"]),
    (Shape::Random, &["9f86d081884c7d65", "9a2feaa0c55ad015"]),
    (Shape::Random, &["x7k2m9q4w8r3t6z1", "p5n0b7v2c4"]),
    (Shape::Random, &["JBSW3DPK7PXPJ4KG", "T2ZQXF6MWB"]),
];

/// Texts as people write them, none of them a secret.
const PLAIN: &[&str] = &[
    "",
    "Pull work orders, assets and status into FactVerse",
    "unicmms-production-read-only-import-hawthorne-01-blue-2026",
    "svc-femo-unicmms-prod-read-only-import-berlin-9",
    "work-order/view-work-order-attachments",
    "request-for-quotation-rfq/validate-request-for-quotation",
    "550e8400-e29b-41d4-a716-446655440000",
    "uuid 550E8400-E29B-41D4-A716-446655440000",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "the file's sha256 is 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "md5 d41d8cd98f00b204e9800998ecf8427e",
    "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8",
    "/var/lib/keyroll/Backup2026/Hall7B/file01.age",
    "./rotate-UniCMMS-Key2.sh",
    "~/Keys/Hawthorne2026/Press01Key3",
    "https://docs.example/document/d/1A2b3C4d5E6f7G8h9I0jKlMnOpQr/edit",
    "https://cmms.example:8443/api/v2/WorkOrders?status=open&key=status",
    "https://{identity}:{secret}@cmms.example",
    "postgres://reader@db.example/roll",
    "anna.berg-Hawthorne2026x01Y2z3@femo.example",
    "SGVsbG8gd29ybGQsIHRoaXMgaXMgcGxhaW4gdGV4dA==",
    "Bearer {secret}",
    "bearer token for the import, basic access otherwise",
    "Basic Instructions",
    "Bearer authentication",
    "Authorization: Bearer {secret}",
    "ASIA, EUROPE and AFRICA",
    "ASIAPACIFICOPERATIONS",
    "SKIP the second step",
    "npm_config_registry",
    "glpat-token-of-the-mirror-in-hawthorne",
    "sk_live_{secret}",
    "AGE-SECRET-KEY-1...",
    "the pypi-package-mirror-of-the-plant-in-hawthorne",
    "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH7mAbcDefGhi0123456789jkLMNopqRSTuv anna",
    "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUdG9rZW4x\n-----END CERTIFICATE-----",
    "CHG-1042, RITM0045678-TASK0012345-INC00998877",
    "OAuth2ClientCredentialsFlowV2",
    "X509v3SubjectKeyIdentifier",
    "MaintenanceRequest2026BerlinHall7",
    "2026-11-22T10:15:00.123456789+01:00",
    "sat 22:00 to sun 04:00 Europe/Berlin",
    "203.0.113.10/32, 2001:db8:85a3::8a2e:370:7334",
    "vault:secret/data/femo/unicmms/production",
    "environment:UNICMMS_PRODUCTION_READ_ONLY_IMPORT_KEY_2",
    "command:op:unicmms-production-import",
    "DELETE /keys/{previous.id}",
    "asset01-line2-press3-cell4-robot5-tool6",
    "Überwachungsanlage-Pressenstraße-Süd-Halle-12",
    "000000000000000000000000000000000000",
    "----------------------------------------",
    "s.o. Handbuch S.12",
    "eyJust a word. And another.",
    // Ordinary values of other people's TOML, found by going through some thousands of files.
    "CFSwapInt32HostToLittle",
    "kIOMediumIEEE80211OFDM6",
    "AbstractSingletonProxyFactory2Bean",
    ">=1.2.3, <2.0.0-rc.1+build.20261122.4f1c9ab",
    "github:acme/tools#v2026.11.22-hotfix3",
    "files.example/packages/ab/cd/roll-2.4.1-cp312-cp312-manylinux_2_17_x86_64.whl",
    "integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
    "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
    "WO-2026-00012345/OP0010, PM-BERLIN-HALL7-2026W48-R03",
    "4500012345-00010, FL-DE01-B07-L003-P0012",
    "DE02120300000000202051, ISO 13849-1:2023",
    "der Wartungsauftrag wird nach §14 BetrSichV freigegeben",
    "Wartungsauftragsfreigabeverfahren2026Pressenhalle3",
    "{provider}-{environment}-{workflow}-{site}",
    "^(?i)wo-[0-9]{4}-[0-9]{8}$",
    "cron(0 22 ? * SAT-SUN *)",
    "-----BEGIN ((EC|RSA|OPENSSH) )?PRIVATE KEY( BLOCK)?-----",
    "x86_64-unknown-linux-gnu, aarch64-apple-darwin, wasm32-wasip1-threads",
];

#[test]
fn every_kind_of_secret_is_found_in_whole() {
    for (shape, parts) in SECRETS {
        let text = parts.concat();
        assert_eq!(looks_secret(&text), Some(*shape), "{text}");
        let masked = masked(&text);
        assert_eq!(masked.len(), text.len());
        let secret = parts[1].split([' ', ';', '@']).next().unwrap_or_default();
        for piece in secret.as_bytes().windows(6) {
            let piece = std::str::from_utf8(piece).unwrap();
            assert!(!masked.contains(piece), "{text}: {masked}");
        }
    }
}

#[test]
fn names_paths_addresses_and_sentences_are_no_secrets() {
    for text in PLAIN {
        assert_eq!(hits(text), [], "{text}");
    }
}

#[test]
fn a_secret_is_found_wherever_it_stands() {
    let secret = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
    for text in [
        format!("note: `{secret}`."),
        format!("https://x.example/{secret}"),
        format!("\"{secret}\""),
        format!("a@{secret}"),
        format!("ü{secret}ü"),
    ] {
        assert!(!masked(&text).contains("16C7e4"), "{text}");
    }
}

#[test]
fn the_key_of_a_value_may_call_it_a_digest_and_nothing_else() {
    let hex = "9f86d081884c7d659a2feaa0c55ad015";
    for key in ["xz_hash", "sha256", "checksum", "commit-hash"] {
        assert_eq!(looks_secret_as(key, hex), None, "{key}");
    }
    for key in ["token", "shared-key", "api-key", "purpose"] {
        assert_eq!(looks_secret_as(key, hex), Some(Shape::Random), "{key}");
    }
    let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
    assert_eq!(looks_secret_as("hash", &token), Some(Shape::GitHub));
}

#[test]
fn what_is_hidden_keeps_its_places() {
    let text = "https://svc:pä€𝄞@x.example";
    let masked = masked(text);
    assert_eq!(masked.chars().count(), text.chars().count());
    assert!(masked.starts_with("https://*****") && masked.ends_with("@x.example"));
    assert!(!masked.contains(['ä', '€', '𝄞']), "{masked}");
}

#[test]
fn a_header_that_authenticates_takes_no_literal() {
    assert!(header("Authorization", "Bearer open"));
    assert!(header("x-api-key", "plain"));
    assert!(!header("Authorization", "Bearer {secret}"));
    assert!(!header("Accept", "application/json"));
    let line = "header = { \"X-Api-Key\" = 'plain words', Accept = \"x\" }";
    assert_eq!(
        masked(line),
        "header = { \"X-Api-Key\" = '***********', Accept = \"x\" }"
    );
}

#[test]
fn random_keys_are_found_nearly_always_and_names_never() {
    // A small generator of our own: the same keys in every run.
    let mut state = 42u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    let signs = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut missed = 0;
    for _ in 0..1000 {
        let key: String = (0..40).map(|_| signs[next(signs.len())] as char).collect();
        missed += usize::from(looks_secret(&key).is_none());
    }
    assert!(missed < 60, "{missed} of 1000 missed");
    let syllables = [
        "ber", "lin", "press", "hall", "ma", "import", "read", "only", "Fe", "Haw", "7", "12",
        "UniCMMS",
    ];
    for _ in 0..1000 {
        let name: Vec<&str> = (0..12).map(|_| syllables[next(syllables.len())]).collect();
        let name = name.join("-");
        assert_eq!(looks_secret(&name), None, "{name}");
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_masks_keep_its_length(
        text in "(\\PC|ghp_|eyJ|\\.|://|@|:|=|-----BEGIN |PRIVATE KEY-----|Bearer |cookie=\"|\\?key=|[A-Za-z0-9]{16}|\n|ü){0,60}",
    ) {
        prop_assert_eq!(masked(&text).len(), text.len());
    }
}

#[test]
fn a_hostile_text_takes_no_time() {
    for piece in [
        "eyJ-",
        "?key=",
        "cookie=\"",
        ";pwd=",
        "-----BEGIN ",
        "a=",
        "aB3dE5fG7hI9jK1lM3nO5{",
        "https://a:",
        "Bearer ",
        "ab1Q~",
        "nbt_aB3dE5fG7hI9.",
        "/hash=",
    ] {
        let text = piece.repeat(60_000 / piece.len());
        assert_eq!(masked(&text).len(), text.len());
    }
}
