//! What form a file has, told by its name and its folder.

/// How a file writes names and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `KEY=value`, one a line.
    Env,
    /// The same below `[sections]`, with `=` or `:`.
    Ini,
    Toml,
    Yaml,
    Json,
    /// Java's: `key=value`, `key: value`.
    Properties,
    Shell,
    /// A unit of systemd.
    Unit,
    Cron,
    Docker,
    Netrc,
}

/// Files of names and digests that tools write.
const LOCKS: &[&str] = &[
    ".lock",
    "-lock.json",
    "-lock.yaml",
    "-shrinkwrap.json",
    ".min.json",
    ".map",
];

/// Whole names.
const NAMES: &[(&str, Form)] = &[
    (".env", Form::Env),
    ("env", Form::Env),
    ("environment", Form::Env),
    (".netrc", Form::Netrc),
    ("_netrc", Form::Netrc),
    ("netrc", Form::Netrc),
    ("crontab", Form::Cron),
    (".npmrc", Form::Ini),
    (".pypirc", Form::Ini),
    (".s3cfg", Form::Ini),
    ("credentials", Form::Ini),
    ("config", Form::Ini),
    ("dockerfile", Form::Docker),
    ("containerfile", Form::Docker),
    (".envrc", Form::Shell),
    (".profile", Form::Shell),
    (".bashrc", Form::Shell),
    (".bash_profile", Form::Shell),
    (".zshrc", Form::Shell),
];

/// Endings.
const ENDINGS: &[(&str, Form)] = &[
    (".env", Form::Env),
    (".ini", Form::Ini),
    (".cfg", Form::Ini),
    (".cnf", Form::Ini),
    (".conf", Form::Ini),
    (".config", Form::Ini),
    (".toml", Form::Toml),
    (".tfvars", Form::Toml),
    (".yaml", Form::Yaml),
    (".yml", Form::Yaml),
    (".json", Form::Json),
    (".jsonc", Form::Json),
    (".properties", Form::Properties),
    (".sh", Form::Shell),
    (".bash", Form::Shell),
    (".zsh", Form::Shell),
    (".service", Form::Unit),
    (".timer", Form::Unit),
    (".socket", Form::Unit),
    (".container", Form::Unit),
    (".cron", Form::Cron),
    (".crontab", Form::Cron),
    (".netrc", Form::Netrc),
    (".dockerfile", Form::Docker),
];

/// Endings that say that a file is a copy or an example of what it is called before.
const COPIES: &[&str] = &[
    ".bak",
    ".old",
    ".orig",
    ".save",
    ".example",
    ".sample",
    ".template",
    ".dist",
    "~",
];

impl Form {
    /// The form of a file of this name in a folder of that name; none where it is no configuration.
    pub fn of(name: &str, folder: &str) -> Option<Form> {
        let name = name.to_ascii_lowercase();
        let mut name = name.as_str();
        for copy in COPIES {
            name = name
                .strip_suffix(copy)
                .filter(|rest| !rest.is_empty())
                .unwrap_or(name);
        }
        if LOCKS.iter().any(|ending| name.ends_with(ending)) {
            return None;
        }
        if let Some((_, form)) = NAMES.iter().find(|(known, _)| *known == name) {
            return Some(*form);
        }
        if name.starts_with(".env.") || name.starts_with("env.") {
            return Some(Form::Env);
        }
        if name.starts_with("dockerfile.") {
            return Some(Form::Docker);
        }
        let folder = folder.to_ascii_lowercase();
        if folder.ends_with(".service.d") && name.ends_with(".conf") {
            return Some(Form::Unit);
        }
        let ending = ENDINGS.iter().find(|(ending, _)| name.ends_with(ending));
        let by_folder = || (folder == "cron.d" || folder == "crontabs").then_some(Form::Cron);
        ending.map(|(_, form)| *form).or_else(by_folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_told_by_the_name() {
        for (name, folder, form) in [
            (".env.production", "app", Some(Form::Env)),
            ("maximo.env.example", "", Some(Form::Env)),
            (".env.bak", "", Some(Form::Env)),
            ("docker-compose.yml", "", Some(Form::Yaml)),
            ("override.conf", "sync.service.d", Some(Form::Unit)),
            ("nightly", "cron.d", Some(Form::Cron)),
            ("Dockerfile.prod", "", Some(Form::Docker)),
            ("package-lock.json", "", None),
            ("Cargo.lock", "", None),
            ("main.rs", "src", None),
            ("notes.md", "", None),
        ] {
            assert_eq!(Form::of(name, folder), form, "{name}");
        }
    }
}
