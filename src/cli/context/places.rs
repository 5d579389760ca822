//! What the environment says of where secrets live: Vault's address and who asks it, the user's own commands, and the
//! files with an identity.
#![expect(
    clippy::disallowed_methods,
    reason = "part of the one place that reads the environment"
)]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use etcetera::BaseStrategy;

use crate::cli::context::Context;
use crate::cli::private::{others_write, private_file};
use crate::manifest::read_commands;
use crate::model::command::Template;
use crate::model::date::Timestamp;
use crate::model::id::Name;
use crate::secret::Secret;
use crate::secrets::{Auth, SecretError, VaultSettings};
use crate::wire;

/// The name of the systemd credential that holds an identity.
const CREDENTIAL: &str = "keyroll-identity";

/// The name of the systemd credential that holds an audit key.
const AUDIT_CREDENTIAL: &str = "keyroll-audit-key";

/// Where the audit key of a store is looked for when no option names one.
pub struct AuditKeyFiles {
    /// Only where it is there.
    pub credential: Option<PathBuf>,
    pub named: Option<PathBuf>,
    /// The store's own, whether or not it is there.
    pub own: Option<PathBuf>,
    /// The public keys that are known, whether or not there are any.
    pub public: Option<PathBuf>,
}

/// Where an identity is looked for when no option names one.
pub struct IdentityFiles {
    /// Only where it is there.
    pub credential: Option<PathBuf>,
    pub named: Option<PathBuf>,
    /// The store's own, whether or not it is there.
    pub own: Option<PathBuf>,
}

/// A variable that says something.
pub fn set(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// What `git` needs of our environment: where programs are, and which settings are the user's own (a clone of somebody
/// else's is trusted there). Nothing that points it to another repository.
pub fn git_environment() -> Vec<(OsString, OsString)> {
    let names = [
        "PATH",
        "HOME",
        "XDG_CONFIG_HOME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CEILING_DIRECTORIES",
    ];
    let named = names
        .into_iter()
        .filter_map(|name| Some((name, set(name)?)));
    named.map(|(name, value)| (name.into(), value)).collect()
}

/// What a hook needs of our environment: where programs and the user's own folders are, and how the user writes. Nothing
/// that opens a secret.
pub fn hook_environment() -> Vec<(OsString, OsString)> {
    let names = [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "LANG",
        "TZ",
        "TMPDIR",
        "XDG_CONFIG_HOME",
        "XDG_RUNTIME_DIR",
        "DBUS_SESSION_BUS_ADDRESS",
    ];
    let is_given = |name: &OsString| {
        let name = name.to_string_lossy();
        names.contains(&&*name) || name.starts_with("LC_")
    };
    std::env::vars_os()
        .filter(|(name, _)| is_given(name))
        .collect()
}

/// The files where an identity of a store is looked for: a systemd credential, the file that `KEYROLL_IDENTITY_FILE`
/// names, the store's own in the configuration folder.
pub fn identity_files(store: &str) -> IdentityFiles {
    let credential = set("CREDENTIALS_DIRECTORY").map(|path| PathBuf::from(path).join(CREDENTIAL));
    IdentityFiles {
        credential: credential.filter(|path| path.exists()),
        named: set("KEYROLL_IDENTITY_FILE").map(PathBuf::from),
        own: configuration().map(|folder| folder.join("identities").join(format!("{store}.txt"))),
    }
}

impl Context {
    /// The files where the audit key of a store is looked for: a systemd credential, the file that `KEYROLL_AUDIT_KEY`
    /// names, the store's own in the configuration folder.
    pub fn audit_key_files(&self, store: &str) -> AuditKeyFiles {
        let credential = set("CREDENTIALS_DIRECTORY");
        let credential = credential.map(|path| PathBuf::from(path).join(AUDIT_CREDENTIAL));
        let folder = configuration().map(|folder| folder.join("audit-keys"));
        // The store gives its own name: only one that is of the form of those that are given is a file's.
        let name = uuid::Uuid::try_parse(store).ok();
        let own = |ending: &str| Some(folder.as_ref()?.join(format!("{}.{ending}", name?)));
        AuditKeyFiles {
            credential: credential.filter(|path| path.exists()),
            named: set("KEYROLL_AUDIT_KEY").map(PathBuf::from),
            own: own("key"),
            public: own("pub"),
        }
    }
}

/// The nearest file of a name: in the working folder, else in those above it, up to the root of the repository. Outside of
/// a repository it is looked for in the working folder alone: what lies above may be anybody's.
pub fn nearest(name: &str) -> Option<PathBuf> {
    let working = std::env::current_dir().ok()?;
    let mut above = working.ancestors();
    let root = above.find(|folder| folder.join(".git").exists());
    let root = root.unwrap_or(&working);
    let mut within = working
        .ancestors()
        .take_while(|folder| folder.starts_with(root));
    let found = within.find(|folder| fs::symlink_metadata(folder.join(name)).is_ok())?;
    // Short where it lies right here, as it is typed.
    Some(match found == working {
        true => PathBuf::from(name),
        false => found.join(name),
    })
}

/// A path as it is called from the working folder, where it lies below that: reports name files so.
pub fn from_here(path: PathBuf) -> PathBuf {
    let here = std::env::current_dir().ok();
    let below = here.as_ref().and_then(|here| path.strip_prefix(here).ok());
    match below.filter(|below| !below.as_os_str().is_empty()) {
        Some(below) => below.to_owned(),
        None => path,
    }
}

/// How servers are reached: by the proxy that the environment names.
pub fn http() -> wire::Settings {
    wire::Settings {
        proxy: text(&["HTTPS_PROXY", "https_proxy"]).map(Secret::from),
        no_proxy: text(&["NO_PROXY", "no_proxy"]),
        ..wire::Settings::default()
    }
}

/// A file of the user's own configuration folder, where it is there.
pub fn own(name: &str) -> Option<PathBuf> {
    configuration()
        .map(|folder| folder.join(name))
        .filter(|file| file.exists())
}

fn configuration() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.config_dir().join("keyroll"))
}

/// The first of some variables that says something, as text.
fn text(names: &[&str]) -> Option<String> {
    let value = names.iter().find_map(|name| set(name))?;
    value.into_string().ok()
}

/// Where Vault or OpenBao is, and who asks it, in the variables that their own programs read.
///
/// # Errors
/// When nothing says where it is, or who we are there.
pub fn vault() -> Result<VaultSettings, SecretError> {
    let missing = |why: &str| SecretError::Place {
        place: "vault".to_owned(),
        why: why.to_owned(),
    };
    let address = text(&["VAULT_ADDR", "BAO_ADDR"])
        .ok_or_else(|| missing("nothing says where it is: set VAULT_ADDR, https://HOST:8200"))?;
    let ca = match set("VAULT_CACERT").or_else(|| set("BAO_CACERT")) {
        None => None,
        Some(path) => Some(fs::read(&path).map_err(|source| SecretError::Io {
            doing: "the file that VAULT_CACERT names cannot be read".to_owned(),
            source,
        })?),
    };
    Ok(VaultSettings {
        address,
        namespace: text(&["VAULT_NAMESPACE", "BAO_NAMESPACE"]),
        auth: auth().ok_or_else(|| {
            missing(
                "nothing says who asks: set VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID_FILE, or log in with \
                 `vault login`",
            )
        })??,
        ca,
        proxy: text(&["HTTPS_PROXY", "https_proxy"]).map(Secret::from),
        no_proxy: text(&["NO_PROXY", "no_proxy"]),
    })
}

fn auth() -> Option<Result<Auth, SecretError>> {
    let file = |path: PathBuf| -> Result<Secret, SecretError> {
        let mut secret = private_file(&path).map_err(|failure| SecretError::Place {
            place: "vault".to_owned(),
            why: failure.causes(),
        })?;
        secret.trim_newline();
        Ok(secret)
    };
    if let Some(token) = text(&["VAULT_TOKEN", "BAO_TOKEN"]) {
        return Some(Ok(Auth::Token(Secret::from(token))));
    }
    if let Some(role_id) = text(&["VAULT_ROLE_ID", "BAO_ROLE_ID"]) {
        let named = set("VAULT_SECRET_ID_FILE").or_else(|| set("BAO_SECRET_ID_FILE"));
        let secret_id = match named {
            Some(path) => file(path.into()),
            None => Ok(Secret::from(text(&["VAULT_SECRET_ID", "BAO_SECRET_ID"])?)),
        };
        let mount = text(&["VAULT_APPROLE_MOUNT"]).unwrap_or_else(|| "approle".to_owned());
        return Some(secret_id.map(|secret_id| Auth::AppRole {
            role_id,
            secret_id,
            mount,
        }));
    }
    let home = etcetera::home_dir().ok()?;
    let token = home.join(".vault-token");
    token.exists().then(|| file(token).map(Auth::Token))
}

/// The user's own commands: `commands.toml` in the configuration folder. What runs programs must be ours alone to write.
///
/// # Errors
/// When it is not, or does not say what commands are.
pub fn commands() -> Result<BTreeMap<Name, Template>, SecretError> {
    let Some(path) = configuration().map(|folder| folder.join("commands.toml")) else {
        return Ok(BTreeMap::new());
    };
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let bad = |why: String| SecretError::Place {
        place: format!("`{}`", path.display()),
        why,
    };
    match others_write(&path) {
        Ok(None) => {}
        Ok(Some(why)) => return Err(bad(format!("{why}: chmod go-w"))),
        Err(error) => return Err(bad(error.to_string())),
    }
    let text = fs::read_to_string(&path).map_err(|error| bad(error.to_string()))?;
    read_commands(&text).map_err(|error| bad(error.to_string()))
}

/// What the clock shows. A debug build, which tests run, takes `KEYROLL_CLOCK` for it where that is a time; a release
/// build has no such variable: whoever sets it would make a lag be over.
pub(super) fn clock() -> Timestamp {
    if cfg!(debug_assertions)
        && let Some(shown) = set("KEYROLL_CLOCK")
        && let Some(time) = shown.to_str().and_then(|text| text.parse().ok())
    {
        return time;
    }
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    Timestamp::from_unix(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// How long a look may keep an emergency waiting: five seconds. A debug build takes `KEYROLL_HASTE` for it, in seconds: the
/// tests run on machines that are slower than any provider.
pub(super) fn haste() -> Duration {
    let seconds = match cfg!(debug_assertions) {
        true => set("KEYROLL_HASTE").and_then(|text| text.to_str()?.parse().ok()),
        false => None,
    };
    Duration::from_secs(seconds.unwrap_or(5))
}
