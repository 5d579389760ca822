//! What the words of a key say of its value: a secret and of what sort, who it is of, where it goes.

/// What sort of secret a key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    Password,
    ApiKey,
    Token,
    ClientSecret,
    PrivateKey,
    /// A secret that does not say what sort.
    Secret,
    /// A key, where the words before it name a system.
    Key,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Secret(Means),
    /// The path of a file that holds a secret.
    SecretFile(Means),
    /// A secret that a program makes for itself: of sessions, of signatures.
    Own,
    User,
    Url,
    Plain,
}

/// How keys of secrets end, the longest first.
const ENDS: &[(&[&str], Means)] = &[
    (&["secret", "access", "key"], Means::ApiKey),
    (&["client", "secret"], Means::ClientSecret),
    (&["app", "secret"], Means::ClientSecret),
    (&["consumer", "secret"], Means::ClientSecret),
    (&["private", "key"], Means::PrivateKey),
    (&["api", "key"], Means::ApiKey),
    (&["access", "key"], Means::ApiKey),
    (&["auth", "key"], Means::ApiKey),
    (&["shared", "key"], Means::ApiKey),
    (&["subscription", "key"], Means::ApiKey),
    (&["account", "key"], Means::ApiKey),
    (&["service", "key"], Means::ApiKey),
    (&["secret", "key"], Means::ApiKey),
    (&["api", "schluessel"], Means::ApiKey),
    (&["api", "token"], Means::Token),
    (&["password"], Means::Password),
    (&["passwd"], Means::Password),
    (&["pwd"], Means::Password),
    (&["pass"], Means::Password),
    (&["pw"], Means::Password),
    (&["userpwd"], Means::Password),
    (&["passphrase"], Means::Password),
    (&["passwort"], Means::Password),
    (&["kennwort"], Means::Password),
    (&["apikey"], Means::ApiKey),
    (&["token"], Means::Token),
    (&["pat"], Means::Token),
    (&["bearer"], Means::Token),
    (&["secret"], Means::Secret),
    (&["geheimnis"], Means::Secret),
    (&["key"], Means::Key),
];

/// The same in one word with what stands before it.
const GLUED: &[(&str, Means)] = &[
    ("clientsecret", Means::ClientSecret),
    ("privatekey", Means::PrivateKey),
    ("password", Means::Password),
    ("passwd", Means::Password),
    ("passphrase", Means::Password),
    ("apikey", Means::ApiKey),
    ("accesskey", Means::ApiKey),
    ("secretkey", Means::ApiKey),
    ("apitoken", Means::Token),
    ("authtoken", Means::Token),
    ("accesstoken", Means::Token),
];

/// Words that make a number, a switch or a question of what follows.
const ABOUT: &[&str] = &[
    "max", "min", "use", "enable", "enabled", "disable", "has", "num", "require", "required",
    "show", "reset", "forgot", "allow", "is", "no", "with", "public",
];

/// Words of secrets that a program makes for itself.
const OWN: &[&str] = &[
    "session",
    "cookie",
    "csrf",
    "xsrf",
    "salt",
    "pepper",
    "signing",
    "encryption",
    "encrypt",
    "hmac",
    "jwt",
    "nextauth",
    "nonce",
    "django",
    "rails",
    "flask",
    "laravel",
    "recovery",
    "sealing",
    "unseal",
];

/// How keys end that say who a secret is of.
const USERS: &[&[&str]] = &[
    &["client", "id"],
    &["app", "id"],
    &["key", "id"],
    &["user", "name"],
    &["user", "id"],
    &["user"],
    &["username"],
    &["usr"],
    &["login"],
    &["userid"],
    &["uid"],
    &["clientid"],
    &["account"],
    &["principal"],
    &["benutzer"],
];

/// How keys end that say where a secret goes.
const URLS: &[&[&str]] = &[
    &["base", "url"],
    &["api", "url"],
    &["token", "url"],
    &["url"],
    &["uri"],
    &["endpoint"],
    &["host"],
    &["hostname"],
    &["server"],
    &["baseurl"],
    &["machine"],
    &["address"],
    &["domain"],
];

impl Means {
    /// What sort of secret the words name, where they name one; and how many of them do.
    fn told(words: &[String]) -> Option<(Means, usize)> {
        let ends = |end: &&(&[&str], Means)| {
            words.len() >= end.0.len() && words[words.len() - end.0.len()..] == *end.0
        };
        if let Some((end, means)) = ENDS.iter().find(ends) {
            return Some((*means, end.len()));
        }
        // `password2` is the second of them.
        let last = words.last()?.trim_end_matches(|c: char| c.is_ascii_digit());
        let glued = GLUED.iter().find(|(end, _)| last.ends_with(end));
        glued.map(|(_, means)| (*means, 1))
    }

    /// What sort of secret the words name.
    pub fn of(words: &[String]) -> Option<Means> {
        match role(words).0 {
            Role::Secret(Means::Key) => None,
            Role::Secret(means) => Some(means),
            Role::SecretFile(_) | Role::Own | Role::User | Role::Url | Role::Plain => None,
        }
    }
}

/// What a key is for, and the words before those that say so.
pub(super) fn role(words: &[String]) -> (Role, &[String]) {
    let ends = |ends: &[&[&str]]| {
        let end = ends
            .iter()
            .find(|end| words.len() >= end.len() && words[words.len() - end.len()..] == ***end);
        end.map(|end| &words[..words.len() - end.len()])
    };
    if let Some(stem) = ends(USERS) {
        return (Role::User, stem);
    }
    if let Some(stem) = ends(URLS) {
        return (Role::Url, stem);
    }
    if let Some((last, before)) = words.split_last()
        && matches!(last.as_str(), "file" | "path" | "secretfile")
    {
        return match Means::told(before) {
            Some((means, long)) => (Role::SecretFile(means), &before[..before.len() - long]),
            None => (Role::Plain, words),
        };
    }
    let Some((means, long)) = Means::told(words) else {
        return (Role::Plain, words);
    };
    let stem = &words[..words.len() - long];
    let has = |among: &[&str]| words.iter().any(|word| among.contains(&word.as_str()));
    let of_itself = means == Means::ApiKey
        && stem.is_empty()
        && words.ends_with(&["secret".to_owned(), "key".to_owned()]);
    if has(ABOUT) {
        (Role::Plain, words)
    } else if has(OWN) || of_itself {
        (Role::Own, stem)
    } else if means == Means::Token && stem.last().is_some_and(|word| word == "id") {
        // What a pipeline may ask for, not what it holds.
        (Role::Plain, words)
    } else {
        (Role::Secret(means), stem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::words::split;

    #[test]
    fn keys_say_what_they_are_for() {
        use Means::{ApiKey, ClientSecret, Password, Token};
        for (key, expected, stem) in [
            ("MAXIMO_API_KEY", Role::Secret(ApiKey), "maximo"),
            ("odooPassword", Role::Secret(Password), "odoo"),
            ("PGPASSWORD", Role::Secret(Password), ""),
            ("SNOW_CLIENT_SECRET", Role::Secret(ClientSecret), "snow"),
            ("clientsecret", Role::Secret(ClientSecret), ""),
            ("AUTH_TOKEN", Role::Secret(Token), "auth"),
            ("UNICMMS_KEY", Role::Secret(Means::Key), "unicmms"),
            ("password2", Role::Secret(Password), ""),
            ("MAXIMO_PASSWORD_FILE", Role::SecretFile(Password), "maximo"),
            ("SESSION_SECRET", Role::Own, "session"),
            ("SECRET_KEY", Role::Own, ""),
            ("MAXIMO_USER", Role::User, "maximo"),
            ("client_id", Role::User, ""),
            ("UNICMMS_BASE_URL", Role::Url, "unicmms"),
            ("TOKEN_URL", Role::Url, ""),
            ("MAX_TOKEN", Role::Plain, "max token"),
            ("token_expires", Role::Plain, "token expires"),
            ("PASSWORD_POLICY", Role::Plain, "password policy"),
            ("monkey", Role::Plain, "monkey"),
            ("id-token", Role::Plain, "id token"),
        ] {
            let words = split(key);
            let (role, before) = role(&words);
            assert_eq!((role, before.join(" ").as_str()), (expected, stem), "{key}");
        }
    }
}
