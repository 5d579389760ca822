//! What a value is by its shape: a kind of credential, an address and its host.

use std::borrow::Cow;

use crate::discovery::context::is_database;
use crate::discovery::system::host;
use crate::discovery::words::split;
use crate::model::credential::CredentialKind;
use crate::model::text::shape::{self, Shape};

/// A secret of a known form in a line, and where in it.
pub(super) fn unnamed_in(line: &str) -> Option<(usize, Shape)> {
    if let Some(at) = line.find("-----BEGIN ")
        && line[at..].contains("PRIVATE KEY")
    {
        return Some((at, Shape::PrivateKey));
    }
    let hits = shape::hits(line);
    let known = hits.iter().find(|hit| hit.shape != Shape::Random);
    known.map(|hit| (hit.range.start, hit.shape))
}

/// The host of an address, or of what stands behind a key for one.
pub(super) fn host_of(value: &str) -> Option<&str> {
    let bare = || {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:".contains(&b);
        let is_host = value.contains('.') && value.len() <= 253 && value.bytes().all(plain);
        is_host.then(|| value.split(':').next()).flatten()
    };
    host(value).or_else(bare)
}

pub(super) fn is_of_database(address: &str) -> bool {
    let scheme = address.split("://").next().unwrap_or_default();
    is_database(&split(scheme))
}

/// The kind of credential that has a shape; none for what is nobody's account.
pub(super) fn kind_of(shape: Shape, text: &str) -> Option<CredentialKind> {
    Some(match shape {
        Shape::AgeIdentity => return None,
        Shape::AwsKeyId
        | Shape::Stripe
        | Shape::Google
        | Shape::SendGrid
        | Shape::Twilio
        | Shape::Slack
        | Shape::Parameter
        | Shape::Random => CredentialKind::ApiKey,
        Shape::GitHub
        | Shape::GitLab
        | Shape::Npm
        | Shape::Pypi
        | Shape::JsonWebToken
        | Shape::Vault
        | Shape::Service
        | Shape::Header => CredentialKind::BearerToken,
        Shape::Azure => CredentialKind::Oauth2Client,
        Shape::PrivateKey => CredentialKind::Certificate,
        Shape::ConnectionString => CredentialKind::DatabasePassword,
        Shape::UserInfo
            if is_of_database(text.rsplit_once("://").map_or("", |(before, _)| before)) =>
        {
            CredentialKind::DatabasePassword
        }
        Shape::UserInfo => CredentialKind::Basic,
    })
}

/// A key as it is told: what in it has the look of a secret is not.
pub(super) fn shown(key: &str) -> String {
    match shape::masked(key) {
        Cow::Borrowed(plain) => plain.to_owned(),
        Cow::Owned(stars) => stars,
    }
}
