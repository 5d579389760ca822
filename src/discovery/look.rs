//! One file looked at: which of its keys name a credential, of what kind, of which system, and whether the roll knows it.

mod beside;
mod shapes;

use super::context::{environment_of, is_database, purpose};
use super::entry::{Entries, Entry, place};
use super::form::Form;
use super::known::Known;
use super::means::{Means, Role};
use super::system::{By, host};
use super::value::{Holds, holds};
use super::words::{of_file, split};
use super::{LONGEST, MOST_ENTRIES, flow, lines, shell, yaml};
use crate::model::credential::CredentialKind;
use crate::model::id::AccountId;
use crate::model::text::shape::{self, Shape};
use beside::{Named, beside, renamed, said};
use shapes::{host_of, is_of_database, kind_of, shown, unnamed_in};

/// A key that names a credential. Nothing of its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// From one.
    pub line: usize,
    /// The name of the key; in parentheses what was found where there is none.
    pub key: String,
    pub kind: CredentialKind,
    pub holds: Holds,
    pub system: Option<String>,
    pub by: Option<By>,
    pub environment: Option<String>,
    /// What it is for, as a word.
    pub purpose: Option<String>,
    /// The account of the roll that has its name at the provider, or its secret in this variable.
    pub known: Option<AccountId>,
}

/// What a file names.
#[derive(Debug, Default)]
pub struct Looked {
    pub sites: Vec<Site>,
    /// How many secrets a program made for itself: of sessions, of signatures. They are nobody's account.
    pub own: usize,
    /// There was more in it than is looked at.
    pub is_cut: bool,
}

/// The file that is looked at.
struct File<'a> {
    text: &'a str,
    /// The words of its name, then of each folder that it lies in, the nearest first.
    around: Vec<Vec<String>>,
    form: Form,
    known: &'a Known,
    /// Where each line ends.
    ends: Vec<usize>,
}

/// Looks at the text of a file. `path` is its name behind those of its folders.
pub fn look(path: &[&str], text: &str, form: Form, known: &Known) -> Looked {
    let mut around: Vec<Vec<String>> = path.iter().rev().take(4).map(|name| split(name)).collect();
    if let (Some(first), Some(name)) = (around.first_mut(), path.last()) {
        *first = of_file(name);
    }
    let ends = text.match_indices('\n').map(|(at, _)| at).collect();
    let file = File {
        text,
        around,
        form,
        known,
        ends,
    };
    let mut entries = entries(text, form);
    renamed(&mut entries);
    let named: Vec<Named<'_, '_>> = entries.iter().map(said).collect();
    let mut looked = Looked {
        is_cut: entries.len() == MOST_ENTRIES,
        ..Looked::default()
    };
    let mut told: Vec<usize> = Vec::new();
    for (at, one) in named.iter().enumerate() {
        if one.role == Role::Own {
            looked.own += usize::from(holds(one.entry.value) == Holds::Value);
            told.push(at);
        } else if let Some((kind, holds)) = file.credential(one, &named, at) {
            let site = file.site(one, kind, holds, &named, at);
            // A variable that is handed on is told where it is set.
            if site.holds != Holds::Reference || site.system.is_some() {
                looked.sites.push(site);
            }
            told.push(at);
        }
    }
    file.unnamed(&entries, &told, &mut looked);
    looked
        .sites
        .sort_by(|a, b| (a.line, &a.key).cmp(&(b.line, &b.key)));
    looked
}

fn entries(text: &str, form: Form) -> Vec<Entry<'_>> {
    let mut entries = Entries::new(text);
    match form {
        Form::Env | Form::Ini | Form::Toml | Form::Properties => {
            lines::read(text, form, &mut entries)
        }
        Form::Yaml => yaml::read(text, &mut entries),
        Form::Json => flow::read(text, &[], &mut entries),
        Form::Shell | Form::Unit | Form::Cron | Form::Docker => {
            shell::read(text, form, &mut entries)
        }
        Form::Netrc => lines::netrc(text, &mut entries),
    }
    entries.all
}

impl File<'_> {
    /// What kind of credential an entry is, where it is one, and what stands there.
    fn credential(
        &self,
        one: &Named<'_, '_>,
        all: &[Named<'_, '_>],
        at: usize,
    ) -> Option<(CredentialKind, Holds)> {
        let value = one.entry.value;
        let found = (value.len() <= LONGEST)
            .then(|| shape::looks_secret_as(one.entry.key, value))
            .flatten();
        let stands = match found {
            Some(_) => Holds::Value,
            None => holds(value),
        };
        let means = match one.role {
            Role::Secret(means) => means,
            Role::SecretFile(means) => {
                return Some((self.kind(means, one, all, at), Holds::Reference));
            }
            Role::Own => return None,
            Role::User | Role::Url | Role::Plain => {
                let found =
                    found.filter(|shape| *shape != Shape::Random || self.is_list_of_variables())?;
                let is_user = one.role == Role::User && found == Shape::Random;
                return (!is_user)
                    .then(|| kind_of(found, value))
                    .flatten()
                    .map(|kind| (kind, Holds::Value));
            }
        };
        let is_known = || {
            self.system(one, &[])
                .is_some_and(|(_, by, _)| by < By::File)
        };
        // A key may be any: of a table, of a map.
        let by_shape = found.is_some_and(|shape| shape != Shape::Random);
        let is_doubtful = means == Means::Key && !by_shape || stands == Holds::Blank;
        let is_number = means != Means::Password && value.bytes().all(|b| b.is_ascii_digit());
        match (is_doubtful || is_number) && !is_known() {
            true => None,
            false => Some((self.kind(means, one, all, at), stands)),
        }
    }

    /// Whether a random word behind any key is likely to be a secret: a list of variables has few others.
    fn is_list_of_variables(&self) -> bool {
        match self.form {
            Form::Env | Form::Shell | Form::Unit | Form::Cron | Form::Docker => true,
            Form::Ini | Form::Toml | Form::Yaml | Form::Json | Form::Properties | Form::Netrc => {
                false
            }
        }
    }

    fn kind(
        &self,
        means: Means,
        one: &Named<'_, '_>,
        all: &[Named<'_, '_>],
        at: usize,
    ) -> CredentialKind {
        let words = split(one.entry.key);
        let has = |among: &[&str]| words.iter().any(|word| among.contains(&word.as_str()));
        let of_database = || {
            let section = one
                .entry
                .section
                .last()
                .map(|name| split(name))
                .unwrap_or_default();
            let url =
                beside(one, all, at, Role::Url).is_some_and(|url| is_of_database(url.entry.value));
            is_database(&words) || is_database(&section) || url
        };
        match means {
            Means::Password
                if has(&[
                    "keystore",
                    "truststore",
                    "p12",
                    "pfx",
                    "jks",
                    "cert",
                    "certificate",
                ]) =>
            {
                CredentialKind::Certificate
            }
            Means::Password if of_database() => CredentialKind::DatabasePassword,
            Means::Password => CredentialKind::Basic,
            Means::ApiKey | Means::Key => CredentialKind::ApiKey,
            Means::Token => CredentialKind::BearerToken,
            Means::ClientSecret => CredentialKind::Oauth2Client,
            Means::PrivateKey => CredentialKind::Certificate,
            Means::Secret => match beside(one, all, at, Role::User) {
                Some(user)
                    if split(user.entry.key)
                        .last()
                        .is_some_and(|word| word.ends_with("id")) =>
                {
                    CredentialKind::Oauth2Client
                }
                Some(_) | None => CredentialKind::ApiKey,
            },
        }
    }

    /// The system that an entry belongs to, how that is known, and which of its own words say so.
    fn system(
        &self,
        one: &Named<'_, '_>,
        hosts: &[&str],
    ) -> Option<(String, By, std::ops::Range<usize>)> {
        for host in hosts {
            if let Some((provider, _)) = self.known.host(host) {
                return Some((provider.to_owned(), By::Roll, 0..0));
            }
        }
        let of = |words: &[String], by| self.known.system(words).map(|(name, _)| (name, by, 0..0));
        let by_key = || {
            self.known
                .system(&one.stem)
                .map(|(name, at)| (name, By::Key, at))
        };
        let mut sections = one.entry.section.iter().rev();
        hosts
            .iter()
            .find_map(|host| of(&split(host), By::Host))
            .or_else(by_key)
            .or_else(|| sections.find_map(|name| of(&split(name), By::Section)))
            .or_else(|| self.around.iter().find_map(|words| of(words, By::File)))
    }

    fn site(
        &self,
        one: &Named<'_, '_>,
        kind: CredentialKind,
        stands: Holds,
        all: &[Named<'_, '_>],
        at: usize,
    ) -> Site {
        let user = beside(one, all, at, Role::User);
        let url = beside(one, all, at, Role::Url).map(|url| url.entry.value);
        let hosts: Vec<&str> = [Some(one.entry.value), url]
            .into_iter()
            .flatten()
            .filter_map(host_of)
            .collect();
        let mut site = self.placed(one, &hosts);
        let (system, environment) = (site.system.as_deref(), site.environment.as_deref());
        let by_name = |user: &str| self.known.identity(user, system, environment);
        let known = user.and_then(|user| by_name(user.entry.value.trim()));
        let known = known
            .or_else(|| self.known.variable(one.entry.key))
            .cloned();
        site.kind = kind;
        site.holds = stands;
        site.known = known;
        site
    }

    /// A site with what the words around it say.
    fn placed(&self, one: &Named<'_, '_>, hosts: &[&str]) -> Site {
        let system = self.system(one, hosts);
        let mut own = one.stem.clone();
        let (mut name, mut by) = (None, None);
        match system {
            Some((system, said, at)) => {
                own.drain(at);
                (name, by) = (Some(system), Some(said));
            }
            None => {
                let first = own
                    .iter()
                    .position(|word| purpose(std::slice::from_ref(word)).is_some());
                if let Some(first) = first {
                    (name, by) = (Some(own.remove(first)), Some(By::Guess));
                }
            }
        }
        let said = |words: &[String]| {
            let mut words = words.to_vec();
            while let Some((_, at)) = self.known.system(&words).filter(|(_, at)| !at.is_empty()) {
                words.drain(at);
            }
            purpose(&words)
        };
        let mut sections = one.entry.section.iter().rev().map(|name| split(name));
        let of_roll = hosts.iter().find_map(|host| self.known.host(host));
        let environment = of_roll
            .map(|(_, environment)| environment.to_owned())
            .or_else(|| {
                let near = environment_of(&one.stem)
                    .or_else(|| sections.find_map(|words| environment_of(&words)));
                let near =
                    near.or_else(|| self.around.first().and_then(|words| environment_of(words)));
                let near =
                    near.or_else(|| hosts.iter().find_map(|host| environment_of(&split(host))));
                let near =
                    near.or_else(|| self.around.iter().find_map(|words| environment_of(words)));
                near.map(str::to_owned)
            });
        let mut sections = one.entry.section.iter().rev().map(|name| split(name));
        let purpose = said(&own)
            .or_else(|| sections.find_map(|words| said(&words)))
            .or_else(|| self.around.iter().find_map(|words| said(words)));
        Site {
            line: self.line(one.entry.at),
            key: shown(one.entry.key),
            kind: CredentialKind::ApiKey,
            holds: Holds::Value,
            system: name,
            by,
            environment,
            purpose,
            known: None,
        }
    }

    /// What no key names: a password in an address, a header written out, a private key.
    fn unnamed(&self, entries: &[Entry<'_>], told: &[usize], looked: &mut Looked) {
        let mut ranges: Vec<(usize, usize)> = told
            .iter()
            .filter_map(|at| {
                let value = entries[*at].value;
                let start = place(self.text, value);
                (start < self.text.len()).then_some((start, start + value.len()))
            })
            .collect();
        ranges.sort_unstable();
        let is_told = |at: usize| {
            let next = ranges.partition_point(|(from, _)| *from <= at);
            next > 0 && at < ranges[next - 1].1
        };
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            let found = match line.len() <= LONGEST {
                true => unnamed_in(line),
                false => None,
            };
            if let Some((within, found)) = found
                && !is_told(at + within)
                && let Some(kind) = kind_of(found, line)
            {
                let (key, section) = ("", Vec::new());
                let entry = Entry {
                    at,
                    section,
                    group: 0,
                    outer: 0,
                    key,
                    value: key,
                };
                let (role, stem) = (Role::Plain, Vec::new());
                let one = Named {
                    entry: &entry,
                    role,
                    stem,
                };
                let hosts: Vec<&str> = host(line).into_iter().collect();
                let mut site = self.placed(&one, &hosts);
                site.key = format!("({})", found.words());
                site.kind = kind;
                looked.sites.push(site);
            }
            at += line.len();
        }
    }

    fn line(&self, at: usize) -> usize {
        1 + self.ends.partition_point(|end| *end < at)
    }
}

#[cfg(test)]
mod tests;
