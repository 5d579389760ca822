//! How many of the tokens of each known kind, and of plain random keys, are found. All are made here, from one seed.

use super::*;

/// A small generator: the same tokens in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    /// So many of the signs of a kind.
    fn of(&mut self, signs: &str, long: usize) -> String {
        let signs = signs.as_bytes();
        (0..long)
            .map(|_| char::from(signs[self.below(signs.len())]))
            .collect()
    }
}

const HEX: &str = "0123456789abcdef";
const DIGITS: &str = "0123456789";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A kind of token: its name, the signs and length of each of its parts, between what is always the same.
struct Kind {
    name: &'static str,
    parts: &'static [(&'static str, &'static str, usize)],
    end: &'static str,
}

const fn kind(name: &'static str, parts: &'static [(&'static str, &'static str, usize)]) -> Kind {
    Kind {
        name,
        parts,
        end: "",
    }
}

/// Every one of these is found: what they begin with says what they are.
const KNOWN: &[Kind] = &[
    kind("GitHub, classic", &[("ghp_", ALNUM, 36)]),
    kind("GitHub, app", &[("ghs_", ALNUM, 36)]),
    kind(
        "GitHub, fine-grained",
        &[("github_pat_", ALNUM, 22), ("_", ALNUM, 59)],
    ),
    kind("AWS key id", &[("AKIA", BASE32, 16)]),
    kind("Google API key", &[("AIza", URL64, 35)]),
    kind(
        "Azure storage",
        &[(
            "DefaultEndpointsProtocol=https;AccountName=femo;AccountKey=",
            BASE64,
            86,
        )],
    ),
    kind(
        "Azure shared access",
        &[("https://x.example/c?sv=2024-01-01&sig=", ALNUM, 43)],
    ),
    kind(
        "Azure application",
        &[("", ALNUM, 3), ("8", "Q", 1), ("~", URL64, 34)],
    ),
    kind(
        "Slack, bot",
        &[("xoxb-", DIGITS, 12), ("-", DIGITS, 12), ("-", ALNUM, 24)],
    ),
    kind(
        "Slack, app",
        &[("xapp-1-A", UPPER, 10), ("-", DIGITS, 13), ("-", HEX, 64)],
    ),
    kind(
        "Slack, webhook",
        &[
            ("https://hooks.slack.com/services/T", UPPER, 8),
            ("/B", UPPER, 8),
            ("/", ALNUM, 24),
        ],
    ),
    kind("Stripe", &[("sk_live_", ALNUM, 24)]),
    kind("Stripe, webhook", &[("whsec_", ALNUM, 32)]),
    kind("npm", &[("npm_", ALNUM, 36)]),
    kind("PyPI", &[("pypi-AgEIcHlwaS5vcmc", URL64, 120)]),
    kind("OpenAI, project", &[("sk-proj-", URL64, 120)]),
    kind("Anthropic", &[("sk-ant-api03-", URL64, 93)]),
    kind("Vault", &[("hvs.", URL64, 90)]),
    kind(
        "JSON Web Token",
        &[("eyJ", URL64, 33), (".eyJ", URL64, 70), (".", URL64, 43)],
    ),
    kind(
        "age",
        &[("AGE-SECRET-KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)],
    ),
    kind("FactVerse", &[("fvk_", URL64, 43)]),
    kind("NetBox", &[("nbt_", ALNUM, 12), (".", ALNUM, 40)]),
    Kind {
        name: "password in a URL",
        parts: &[("https://svc-femo:", ALNUM, 12)],
        end: "@cmms.example/api",
    },
    kind("bearer", &[("Authorization: Bearer ", URL64, 32)]),
    Kind {
        name: "base64 in a header",
        parts: &[("Authorization: Bearer ", BASE64, 48)],
        end: "==",
    },
    Kind {
        name: "private key",
        parts: &[("-----BEGIN OPENSSH PRIVATE KEY-----\n", BASE64, 64)],
        end: "\n-----END OPENSSH PRIVATE KEY-----",
    },
];

/// What only chance has made, with how many of a thousand are found: the figures of the rule's page.
const RANDOM: &[(Kind, usize)] = &[
    (kind("hexadecimal, 32", &[("", HEX, 32)]), 1000),
    (kind("hexadecimal, 64", &[("", HEX, 64)]), 1000),
    (kind("base64, 32", &[("", BASE64, 32)]), 993),
    (kind("base64, 40 (AWS secret)", &[("", BASE64, 40)]), 993),
    (kind("base64, 43", &[("", BASE64, 43)]), 996),
    (kind("base64url, 43", &[("", URL64, 43)]), 1000),
    (kind("letters and digits, 20", &[("", ALNUM, 20)]), 976),
    (kind("letters and digits, 32", &[("", ALNUM, 32)]), 997),
    (kind("letters and digits, 48", &[("", ALNUM, 48)]), 1000),
    (
        kind("small letters and digits, 32", &[("", LOWER, 32)]),
        992,
    ),
    (
        kind("small letters and digits, 52", &[("", LOWER, 52)]),
        998,
    ),
    (kind("base32, 32", &[("", BASE32, 32)]), 983),
    (kind("OpenAI, old", &[("sk-", ALNUM, 48)]), 1000),
    (kind("GitLab", &[("glpat-", URL64, 20)]), 1000),
];

/// A token, and its last part, which is nothing but secret.
fn token(kind: &Kind, dice: &mut Dice) -> (String, String) {
    let (mut token, mut last) = (String::new(), String::new());
    for (before, signs, long) in kind.parts {
        last = dice.of(signs, *long);
        token = token + before + &last;
    }
    (token + kind.end, last)
}

/// How many of a thousand are found, alone and within a sentence, where not even a part of them may be shown.
fn found(kind: &Kind) -> usize {
    let mut dice = Dice(kind.name.len() as u64 ^ 42);
    let is_found = |(token, last): (String, String)| {
        let within = format!("the key is {token}, for now");
        let shown = masked(&within);
        let pieces = last.as_bytes().chunks_exact(last.len().min(6));
        let mut pieces = pieces.filter_map(|piece| std::str::from_utf8(piece).ok());
        looks_secret(&token).is_some() && !pieces.any(|piece| shown.contains(piece))
    };
    (0..1000)
        .filter(|_| is_found(token(kind, &mut dice)))
        .count()
}

#[test]
fn every_token_of_a_known_kind_is_found() {
    for kind in KNOWN {
        let found = found(kind);
        assert_eq!(found, 1000, "{}", kind.name);
    }
}

#[test]
fn random_keys_are_found_as_often_as_is_said() {
    for (kind, known) in RANDOM {
        assert_eq!(found(kind), *known, "{}", kind.name);
    }
}
