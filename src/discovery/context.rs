//! What the words around a key say: which environment, and what the account is for.

/// Environments, each with the words that people write for them.
const ENVIRONMENTS: &[(&str, &[&str])] = &[
    (
        "production",
        &["production", "prod", "prd", "live", "prodn"],
    ),
    (
        "staging",
        &["staging", "stage", "stg", "preprod", "preproduction", "uat"],
    ),
    ("test", &["test", "testing", "tst", "qa", "qas"]),
    ("development", &["development", "dev", "local", "sandbox"]),
];

/// Words that say nothing of what an account is for.
const EMPTY: &[&str] = &[
    "access",
    "account",
    "accounts",
    "admin",
    "api",
    "app",
    "application",
    "auth",
    "base",
    "basic",
    "bearer",
    "client",
    "cmms",
    "common",
    "compose",
    "config",
    "configuration",
    "conf",
    "container",
    "containers",
    "credential",
    "credentials",
    "cron",
    "data",
    "db",
    "database",
    "default",
    "docker",
    "dockerfile",
    "dotenv",
    "eam",
    "env",
    "environment",
    "erp",
    "etc",
    "example",
    "global",
    "home",
    "host",
    "http",
    "https",
    "integration",
    "integrations",
    "ini",
    "job",
    "jobs",
    "json",
    "key",
    "keys",
    "local",
    "login",
    "main",
    "my",
    "netrc",
    "oauth",
    "oauth2",
    "options",
    "override",
    "params",
    "password",
    "profile",
    "properties",
    "provider",
    "providers",
    "rest",
    "root",
    "secret",
    "secrets",
    "server",
    "service",
    "services",
    "settings",
    "sh",
    "spec",
    "spring",
    "stack",
    "string",
    "stringdata",
    "svc",
    "sys",
    "system",
    "template",
    "tmp",
    "token",
    "toml",
    "url",
    "user",
    "username",
    "value",
    "values",
    "variables",
    "vars",
    "web",
    "with",
    "x",
    "yaml",
    "yml",
    "your",
    "cfg",
    "cnf",
    "timer",
    "pg",
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "redis",
    "mongo",
    "mongodb",
    "mssql",
    "sample",
    "bak",
    "old",
    "orig",
    "build",
    "steps",
    "step",
    "datasource",
    "header",
    "headers",
    "authorization",
    "src",
    "srv",
    "opt",
    "var",
    "usr",
    "crontab",
    "d",
];

/// Words of databases.
const DATABASES: &[&str] = &[
    "db",
    "database",
    "postgres",
    "postgresql",
    "pg",
    "pgpassword",
    "mysql",
    "mariadb",
    "mssql",
    "sqlserver",
    "oracledb",
    "redis",
    "mongo",
    "mongodb",
    "datasource",
    "jdbc",
    "sql",
    "dbpassword",
];

/// The environment that a word names.
pub(super) fn environment(word: &str) -> Option<&'static str> {
    let known = ENVIRONMENTS.iter().find(|(_, words)| words.contains(&word));
    known.map(|(name, _)| *name)
}

/// The first environment that words name.
pub(super) fn environment_of(words: &[String]) -> Option<&'static str> {
    words.iter().find_map(|word| environment(word))
}

/// Whether words speak of a database.
pub(super) fn is_database(words: &[String]) -> bool {
    words.iter().any(|word| DATABASES.contains(&word.as_str()))
}

/// What words say an account is for, of those that say something: at most three.
pub(super) fn purpose(words: &[String]) -> Option<String> {
    let says = |word: &&String| {
        let word = word.as_str();
        environment(word).is_none()
            && !EMPTY.contains(&word)
            && word.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let mut said: Vec<&str> = words.iter().filter(says).map(String::as_str).collect();
    said.dedup();
    said.truncate(3);
    let text = said.join("-");
    (!text.is_empty() && text.len() <= 60).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::words::split;

    #[test]
    fn words_say_what_an_account_is_for() {
        let said = |text: &str| purpose(&split(text));
        assert_eq!(said("prod_import_orders").as_deref(), Some("import-orders"));
        assert_eq!(said("services_sync_environment").as_deref(), Some("sync"));
        assert_eq!(said("api_credentials"), None);
        assert_eq!(environment_of(&split("MAXIMO_PRD")), Some("production"));
        assert_eq!(environment_of(&split("MAXIMO_IMPORT")), None);
    }
}
