//! Secrets that say what they are: tokens with a prefix of their own, and private keys between their two lines.

use super::super::floor;
use super::{Hit, Shape};

/// The form of a token: a prefix, then so many bytes of a kind; with several parts, a dot between them.
struct Form {
    prefix: &'static str,
    body: fn(u8) -> bool,
    least: usize,
    most: usize,
    parts: usize,
    shape: Shape,
}

const ANY: usize = usize::MAX;
/// The longest part before a dot.
const LONGEST_PART: usize = 512;

const fn form(prefix: &'static str, body: fn(u8) -> bool, least: usize, shape: Shape) -> Form {
    Form {
        prefix,
        body,
        least,
        most: ANY,
        parts: 1,
        shape,
    }
}

const fn exactly(prefix: &'static str, body: fn(u8) -> bool, long: usize, shape: Shape) -> Form {
    Form {
        most: long,
        ..form(prefix, body, long, shape)
    }
}

const fn parts(prefix: &'static str, least: usize, shape: Shape) -> Form {
    Form {
        parts: 2,
        ..form(prefix, url64, least, shape)
    }
}

const FORMS: &[Form] = &[
    exactly("AKIA", upper, 16, Shape::AwsKeyId),
    exactly("ASIA", upper, 16, Shape::AwsKeyId),
    exactly("ABIA", upper, 16, Shape::AwsKeyId),
    exactly("ACCA", upper, 16, Shape::AwsKeyId),
    form("ghp_", alnum, 20, Shape::GitHub),
    form("gho_", alnum, 20, Shape::GitHub),
    form("ghu_", alnum, 20, Shape::GitHub),
    form("ghs_", alnum, 20, Shape::GitHub),
    form("ghr_", alnum, 20, Shape::GitHub),
    form("github_pat_", url64, 16, Shape::GitHub),
    form("glpat-", url64, 16, Shape::GitLab),
    form("gldt-", url64, 16, Shape::GitLab),
    form("glrt-", url64, 16, Shape::GitLab),
    form("glptt-", url64, 16, Shape::GitLab),
    form("glcbt-", url64, 16, Shape::GitLab),
    form("glsoat-", url64, 16, Shape::GitLab),
    form("xoxa-", url64, 8, Shape::Slack),
    form("xoxb-", url64, 8, Shape::Slack),
    form("xoxp-", url64, 8, Shape::Slack),
    form("xoxr-", url64, 8, Shape::Slack),
    form("xoxs-", url64, 8, Shape::Slack),
    form("xoxe-", url64, 8, Shape::Slack),
    form("xoxe.", url64, 8, Shape::Slack),
    form("xapp-", url64, 16, Shape::Slack),
    form("hooks.slack.com/services/", path, 20, Shape::Slack),
    form("sk_live_", alnum, 6, Shape::Stripe),
    form("rk_live_", alnum, 6, Shape::Stripe),
    form("sk_test_", alnum, 16, Shape::Stripe),
    form("rk_test_", alnum, 16, Shape::Stripe),
    form("whsec_", alnum, 20, Shape::Stripe),
    form("AIza", url64, 30, Shape::Google),
    form("GOCSPX-", url64, 20, Shape::Google),
    form("npm_", alnum, 30, Shape::Npm),
    // What every one of them begins with: the name of its index, encoded.
    form("pypi-AgE", url64, 16, Shape::Pypi),
    parts("eyJ", 6, Shape::JsonWebToken),
    form("AGE-SECRET-KEY-1", alnum, 16, Shape::AgeIdentity),
    form("AGE-PLUGIN-", url64, 30, Shape::AgeIdentity),
    parts("SG.", 16, Shape::SendGrid),
    exactly("SK", hex, 32, Shape::Twilio),
    form("hvs.", url64, 20, Shape::Vault),
    form("hvb.", url64, 20, Shape::Vault),
    form("hvr.", url64, 20, Shape::Vault),
    exactly("s.", alnum, 24, Shape::Vault),
    form("sk-ant-", url64, 20, Shape::Service),
    form("sk-proj-", url64, 20, Shape::Service),
    form("sk-svcacct-", url64, 20, Shape::Service),
    form("sk-admin-", url64, 20, Shape::Service),
    exactly("sk-", alnum, 48, Shape::Service),
    // FactVerse; NetBox, of two parts.
    form("fvk_", url64, 16, Shape::Service),
    parts("nbt_", 8, Shape::Service),
    form("discord.com/api/webhooks/", path, 40, Shape::Service),
    form("webhook.office.com/webhookb2/", path, 40, Shape::Service),
    form("ATATT3x", url64, 40, Shape::Service),
    form("dapi", hex, 32, Shape::Service),
    form("lin_api_", alnum, 30, Shape::Service),
    form("ntn_", alnum, 30, Shape::Service),
    form("rubygems_", hex, 32, Shape::Service),
    form("shpss_", hex, 32, Shape::Service),
    form("dop_v1_", hex, 32, Shape::Service),
    form("hf_", alnum, 30, Shape::Service),
    form("shpat_", hex, 32, Shape::Service),
    form("glsa_", url64, 30, Shape::Service),
    form("dckr_pat_", url64, 20, Shape::Service),
    form("ya29.", url64, 20, Shape::Service),
];

fn alnum(b: u8) -> bool {
    b.is_ascii_alphanumeric()
}

fn upper(b: u8) -> bool {
    b.is_ascii_uppercase() || b.is_ascii_digit()
}

fn hex(b: u8) -> bool {
    matches!(b, b'0'..=b'9' | b'a'..=b'f')
}

fn url64(b: u8) -> bool {
    alnum(b) || b == b'-' || b == b'_'
}

fn path(b: u8) -> bool {
    url64(b) || b == b'/' || b == b'@'
}

/// Which bytes a token begins with: most places of a text have another.
const FIRST: [bool; 256] = {
    let mut first = [false; 256];
    let mut at = 0;
    while at < FORMS.len() {
        first[FORMS[at].prefix.as_bytes()[0] as usize] = true;
        at += 1;
    }
    first
};

/// What may go on in a token behind the part that tells it: all of it is hidden.
pub(super) fn goes_on(b: u8) -> bool {
    alnum(b) || b"-_.~+/=".contains(&b)
}

/// Whether a text ends with what tokens of small letters and hyphens begin with, but for the hyphen.
pub(super) fn begins(text: &[u8]) -> bool {
    FORMS.iter().any(|form| {
        let prefix = form.prefix.as_bytes();
        let first = prefix.iter().position(|b| *b == b'-');
        first.is_some_and(|end| text.ends_with(&prefix[..end]))
    })
}

/// Tokens, where a word begins.
pub(super) fn tokens(text: &str, found: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let begins = FIRST[usize::from(bytes[at])] && (at == 0 || !alnum(bytes[at - 1]));
        let form = begins
            .then(|| FORMS.iter().find(|form| fits(form, &bytes[at..])))
            .flatten();
        let Some(form) = form else {
            at += 1;
            continue;
        };
        let end = at + bytes[at..].iter().take_while(|b| goes_on(**b)).count();
        found.push(Hit {
            range: at..end,
            shape: form.shape,
        });
        at = end;
    }
}

fn fits(form: &Form, rest: &[u8]) -> bool {
    if rest.first() != form.prefix.as_bytes().first() {
        return false;
    }
    let Some(mut rest) = rest.strip_prefix(form.prefix.as_bytes()) else {
        return false;
    };
    let mut body: &[u8] = &[];
    for part in 0..form.parts {
        if part > 0 {
            match rest.strip_prefix(b".") {
                Some(after) => rest = after,
                None => return false,
            }
        }
        // No more than decides: a hostile text has a beginning at every few bytes.
        let most = if part + 1 < form.parts {
            LONGEST_PART
        } else {
            form.least.max(64) + 1
        };
        let long = rest
            .iter()
            .take(most)
            .take_while(|b| (form.body)(**b))
            .count();
        if long < form.least || long > form.most {
            return false;
        }
        (body, rest) = rest.split_at(long);
    }
    // Names with hyphens have these forms too, but no digit and no capital; words in capitals have no digit.
    let is_name = |b: &u8| !b.is_ascii_digit() && !b.is_ascii_uppercase();
    if form.prefix.ends_with('-') {
        return !body.iter().all(is_name);
    }
    let wants_digit = form.most != ANY && form.prefix != "AKIA";
    !wants_digit || body.iter().any(u8::is_ascii_digit)
}

/// The secret of an application at Azure: three signs and a digit, `Q~`, and thirty and more.
pub(super) fn azure(text: &str, found: &mut Vec<Hit>) {
    const MIDDLE: &str = "Q~";
    let part = |b: &u8| url64(*b) || matches!(b, b'.' | b'~');
    for (at, _) in text.match_indices(MIDDLE) {
        let Some(start) = at.checked_sub(4) else {
            continue;
        };
        let bytes = text.as_bytes();
        let before = &bytes[start..at];
        let from = at + MIDDLE.len();
        let behind = bytes[from..]
            .iter()
            .take(64)
            .take_while(|b| part(b))
            .count();
        if before.iter().all(part) && before[3].is_ascii_digit() && behind >= 30 {
            found.push(Hit {
                range: start..from + behind,
                shape: Shape::Azure,
            });
        }
    }
}

/// How far the end of a private key is looked for, in bytes.
const LONGEST_KEY: usize = 32 * 1024;

/// Private keys in their text form, from the first line to the last; to the next quote where the last is missing.
pub(super) fn private_keys(text: &str, found: &mut Vec<Hit>) {
    const BEGIN: &str = "-----BEGIN ";
    let mut from = 0;
    while let Some(at) = text[from..].find(BEGIN) {
        let start = from + at;
        from = start + BEGIN.len();
        let Some(long) = text[from..].find("-----") else {
            return;
        };
        let label = &text[from..from + long];
        let plain = |b: u8| upper(b) || b == b' ';
        if long > 60 || !label.contains("PRIVATE KEY") || !label.bytes().all(plain) {
            continue;
        }
        let body = from + long + 5;
        let limit = floor(text, body.saturating_add(LONGEST_KEY));
        let close = format!("-----END {label}-----");
        let rest = &text[body..limit];
        let end = match rest.find(&close) {
            Some(at) => body + at + close.len(),
            None => rest.find(['"', '\'', '`']).map_or(limit, |at| body + at),
        };
        found.push(Hit {
            range: start..end,
            shape: Shape::PrivateKey,
        });
        from = end;
    }
}
