//! What the placeholders of a step or probe stand for: texts that the roll knows, and values lent from where they live.

use anyhow::Result;

use crate::model::credential::{Version, VersionStage};
use crate::model::date::Timestamp;
use crate::model::key::VersionKey;
use crate::model::placeholder::{Plain, Sort, names as names_in, sort};
use crate::model::text::Text;
use crate::operations::procedure::scene::{Lacking, Scene};
use crate::operations::secrets::Secrets;
use crate::provider::Values;
use crate::secret::{Value, names};

/// The version that a step is about, and the one before it.
#[derive(Clone, Copy, Default)]
pub struct Subject<'a> {
    pub version: Option<(&'a VersionKey, &'a Version)>,
    pub previous: Option<(&'a VersionKey, &'a Version)>,
    /// The identity that a new version is made for.
    pub identity: Option<&'a Text>,
    pub tag: Option<&'a str>,
    /// The id of what was found at the provider, where no version knows it.
    pub id: Option<&'a str>,
    /// What is taken away: whoever administers itself does it with what is going.
    pub is_going: bool,
}

/// The secrets of a step: opened as it begins, let go of as it ends.
#[derive(Default)]
pub struct Opened {
    pub secret: Option<Value>,
    pub admin: Option<Value>,
}

impl Opened {
    /// Opens what a text asks for: the value of the version, and that of whoever administers the environment.
    ///
    /// # Errors
    /// When one of them cannot be had.
    pub fn for_text(
        text: &str,
        scene: &Scene,
        subject: &Subject<'_>,
        secrets: &Secrets<'_>,
    ) -> Result<Opened> {
        let wants = |wanted: &str| {
            let mut names = names_in(text).filter(|name| sort(name) == Some(Sort::Secret));
            names.any(|name| name.split('.').next() == Some(wanted))
        };
        let secret = match subject.version {
            Some((key, version)) if ["secret", "basic", "basic-form"].into_iter().any(wants) => {
                Some(secrets.value(key, version)?)
            }
            Some(_) | None => None,
        };
        let admin = match wants("admin") {
            true => Some(admin(scene, subject.is_going, secrets)?),
            false => None,
        };
        Ok(Opened { secret, admin })
    }

    /// Everything by name.
    pub fn values<'v>(
        &'v self,
        scene: &Scene,
        subject: &Subject<'_>,
        now: Timestamp,
    ) -> Values<'v> {
        let first = scene.credential.identity.first();
        let of = |version: Option<(&VersionKey, &Version)>| {
            let version = version.map(|(_, version)| version);
            let identity = version.and_then(|version| version.identity.as_ref());
            let id = version.and_then(|version| version.id.as_ref());
            (
                id.map(ToString::to_string),
                identity.or(first).map(ToString::to_string),
            )
        };
        let (id, identity) = of(subject.version);
        let (previous_id, previous_identity) = of(subject.previous);
        let id = subject.id.map(ToOwned::to_owned).or(id);
        let identity = subject.identity.map(ToString::to_string).or(identity);
        let canary = scene.account.canary.as_deref();
        let visible = canary.and_then(|canary| canary.visible.as_ref());
        let hidden = canary.and_then(|canary| canary.hidden.as_ref());
        let text = |text: &Text| text.to_string();
        let endpoint = scene.environment().ok().map(|it| text(&it.endpoint));
        let admin = scene.admin().ok().flatten();
        let admin = admin.and_then(|(_, account)| {
            let credential = account.credential.as_deref()?;
            credential.identity.first().map(text)
        });
        let values = Values::new()
            .plain(Plain::Account, scene.id.to_string())
            .plain(Plain::Environment, scene.account.environment.to_string())
            .plain(Plain::Now, now.to_string())
            .plain_if(Plain::Endpoint, endpoint)
            .plain_if(Plain::Id, id.clone())
            .plain_if(Plain::CredentialId, id)
            .plain_if(Plain::PreviousId, previous_id)
            .plain_if(Plain::Identity, identity)
            .plain_if(Plain::PreviousIdentity, previous_identity)
            .plain_if(Plain::AdminIdentity, admin)
            .plain_if(Plain::Tag, subject.tag)
            .plain_if(Plain::Visible, visible.map(text))
            .plain_if(Plain::Hidden, hidden.map(text))
            .fields(names(&scene.credential));
        let values = match &self.secret {
            Some(secret) => values.secret(secret),
            None => values,
        };
        match &self.admin {
            Some(admin) => values.admin(admin),
            None => values,
        }
    }
}

/// The value of whoever administers the environment: always the current version. A previous one mints nothing; it may take
/// itself away.
fn admin(scene: &Scene, is_going: bool, secrets: &Secrets<'_>) -> Result<Value> {
    let (id, _) = scene.admin()?.ok_or_else(|| Lacking::Admin {
        admin: "nobody".to_owned(),
    })?;
    let current = crate::lifecycle::due::newest(scene.versions(), &id);
    let going = || {
        let mut own = crate::lifecycle::versions::of(scene.versions(), &id).rev();
        own.find(|(_, version)| version.stage == VersionStage::PossiblyLive)
    };
    let found = match is_going && id == scene.id {
        true => current.or_else(going),
        false => current,
    };
    let (key, version) = found.ok_or_else(|| Lacking::AdminSecret(id.clone()))?;
    secrets.value(key, version)
}
