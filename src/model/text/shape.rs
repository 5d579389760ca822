//! What has the shape of a secret, so that it is found where none belongs and hidden wherever it would be shown.
//!
//! Plain code over any text, in one pass for each form. It never keeps, copies or shows what it finds: a kind and a range.

mod excuse;
mod form;
mod label;
mod language;
mod random;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// What kind of secret a text has the shape of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    AwsKeyId,
    GitHub,
    GitLab,
    Slack,
    Stripe,
    Google,
    Azure,
    Npm,
    Pypi,
    JsonWebToken,
    AgeIdentity,
    SendGrid,
    Twilio,
    Vault,
    /// A token of another service that gives its tokens a form of their own.
    Service,
    PrivateKey,
    ConnectionString,
    /// A password before the host of a URL.
    UserInfo,
    /// A parameter of a URL that carries a key.
    Parameter,
    /// What follows `Bearer` or `Basic`, or is the value of a header that authenticates.
    Header,
    /// A long word without the look of any language.
    Random,
}

impl Shape {
    /// In words: `an AWS access key id`.
    pub fn words(self) -> &'static str {
        match self {
            Shape::AwsKeyId => "an AWS access key id",
            Shape::GitHub => "a GitHub token",
            Shape::GitLab => "a GitLab token",
            Shape::Slack => "a Slack token",
            Shape::Stripe => "a Stripe key",
            Shape::Google => "a Google API key",
            Shape::Azure => "an Azure client secret",
            Shape::Npm => "an npm token",
            Shape::Pypi => "a PyPI token",
            Shape::JsonWebToken => "a JSON Web Token",
            Shape::AgeIdentity => "an age identity",
            Shape::SendGrid => "a SendGrid key",
            Shape::Twilio => "a Twilio key",
            Shape::Vault => "a Vault token",
            Shape::Service => "a token of a known service",
            Shape::PrivateKey => "a private key",
            Shape::ConnectionString => "a key in a connection string",
            Shape::UserInfo => "a password in a URL",
            Shape::Parameter => "a key in the query of a URL",
            Shape::Header => "a literal credential for a header",
            Shape::Random => "a long random word",
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

/// Where in a text a secret stands. Both ends are character boundaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub range: Range<usize>,
    pub shape: Shape,
}

/// The first secret that a text seems to hold.
pub fn looks_secret(text: &str) -> Option<Shape> {
    let hits = hits(text);
    // A token says more of itself than the random word that it is a part of.
    let first = hits.iter().min_by_key(|hit| hit.shape == Shape::Random);
    first.map(|hit| hit.shape)
}

/// The same for the value of a key: one that calls it a digest excuses what has the look of one.
pub fn looks_secret_as(key: &str, text: &str) -> Option<Shape> {
    looks_secret(text).filter(|shape| *shape != Shape::Random || !excuse::calls(key, text))
}

/// The same without random words: for names that a provider gives, which may look like anything.
pub fn known_shape(text: &str) -> Option<Shape> {
    let mut found = Vec::new();
    known(text, &mut found);
    found.sort_by_key(|hit| hit.range.start);
    found.first().map(|hit| hit.shape)
}

/// Whether the value of a header is a credential written out, where only a placeholder belongs.
pub fn header(name: &str, value: &str) -> bool {
    label::is_authenticating(name) && !value.trim().is_empty() && !value.contains('{')
}

/// Every secret that a text seems to hold, in order. Ranges may touch and overlap.
pub fn hits(text: &str) -> Vec<Hit> {
    let mut found = Vec::new();
    if is_plain(text) {
        return found;
    }
    known(text, &mut found);
    if text.len() >= random::SHORTEST {
        random::find(text, &mut found);
    }
    found.sort_by_key(|hit| (hit.range.start, hit.range.end));
    found
}

/// Whether a text is only names and words in lower case, as most are: one look at its bytes is enough then.
fn is_plain(text: &str) -> bool {
    let mut run = 0;
    for (at, b) in text.bytes().enumerate() {
        run = match b {
            b'a'..=b'z' | b'0'..=b'9' => run + 1,
            // Where a token of small letters would begin.
            b'-' if (run == 4 || run == 5 || run == 2) && form::begins(&text.as_bytes()[..at]) => {
                return false;
            }
            b'-' | b'/' | b' ' | b',' => 0,
            _ => return false,
        };
        if run >= random::SHORTEST_PLAIN {
            return false;
        }
    }
    true
}

fn known(text: &str, found: &mut Vec<Hit>) {
    // No form is shorter, and each has a digit, an upper case letter or a colon.
    let telling = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b':' || b == b'=';
    if text.len() < 12 || !text.bytes().any(telling) {
        return;
    }
    form::private_keys(text, found);
    form::tokens(text, found);
    form::azure(text, found);
    label::user_info(text, found);
    label::labelled(text, found);
}

/// The text with every secret written as stars, byte for byte.
pub fn masked(text: &str) -> Cow<'_, str> {
    hide(text, hits(text).into_iter().map(|hit| hit.range))
}

/// A sign in place of a character: as long, so that places in the text stay where they are.
fn star(c: char) -> char {
    match c.len_utf8() {
        _ if c == '\n' => c,
        1 => '*',
        2 => '·',
        3 => '•',
        _ => '\u{1f784}',
    }
}

/// The text with the ranges, which begin in order, written as stars, character for character, but for line feeds.
pub fn hide(text: &str, ranges: impl IntoIterator<Item = Range<usize>>) -> Cow<'_, str> {
    let mut out = String::new();
    for range in ranges {
        let start = range.start.max(out.len());
        if let (Some(plain), Some(secret)) =
            (text.get(out.len()..start), text.get(start..range.end))
        {
            out.push_str(plain);
            out.extend(secret.chars().map(star));
        }
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[out.len()..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod recall;
#[cfg(test)]
mod tests;
