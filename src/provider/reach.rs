//! How a system is reached: the origins that its environment declares, and the programs of the host's own folder.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::model::id::Name;
use crate::model::probe::{Ask, HttpRequest};
use crate::model::provider::Environment;
use crate::model::sound;
use crate::model::text::Text;
use crate::program::{self, Around, Ended};
use crate::provider::answer::{Heard, Unheard};
use crate::provider::template;
use crate::provider::values::Scope;
use crate::secret::Secret;
use crate::wire::{self, Body, Client, Header, Method, Request};

/// How long a program may take.
pub const PROGRAM_TIMEOUT: Duration = Duration::from_secs(60);

/// What stands on the way to every system: read from the host once, by whoever may.
pub struct Surroundings {
    pub http: wire::Settings,
    /// The only folder that programs are looked up in; none are run where there is none.
    pub programs: Option<PathBuf>,
    /// The variables that programs get.
    pub variables: Vec<(OsString, OsString)>,
    /// How long a program may take.
    pub limit: Duration,
    /// How long a look may take where nobody can wait.
    pub haste: Duration,
    /// How somebody else could say what a file holds, in words.
    pub others_write: fn(&Path) -> io::Result<Option<String>>,
    /// For how long things take.
    pub clock: fn() -> Instant,
}

impl Surroundings {
    /// The same for whoever cannot wait: nothing may take longer than `haste`.
    pub fn hasty(&self) -> Surroundings {
        let limit = self.haste;
        Surroundings {
            haste: limit,
            http: wire::Settings {
                timeout: self.http.timeout.min(limit),
                ca: self.http.ca.clone(),
                proxy: (self.http.proxy.as_ref()).map(|it| Secret::new(it.expose().to_vec())),
                no_proxy: self.http.no_proxy.clone(),
            },
            programs: self.programs.clone(),
            variables: self.variables.clone(),
            limit: self.limit.min(limit),
            others_write: self.others_write,
            clock: self.clock,
        }
    }
}

/// One environment of a provider or a platform.
pub struct Reach<'a> {
    around: &'a Surroundings,
    endpoint: String,
    own: Origin,
    further: BTreeMap<Name, Origin>,
}

/// A server, or why it cannot be one.
type Origin = Result<Client, String>;

impl<'a> Reach<'a> {
    /// An environment. Nothing is asked yet, and an address that cannot be asked is told by the request that wants it:
    /// programs may well use one that is none of HTTP.
    pub fn of(environment: &Environment, around: &'a Surroundings) -> Reach<'a> {
        let client =
            |url: &Text| Client::new(url.as_str(), &around.http).map_err(|error| error.to_string());
        Reach {
            around,
            endpoint: environment.endpoint.to_string(),
            own: client(&environment.endpoint),
            further: environment
                .endpoints
                .iter()
                .map(|(name, url)| (name.clone(), client(url)))
                .collect(),
        }
    }

    /// Sends a request, or runs a program. `stdin` is what the program reads.
    pub(super) fn ask(
        &self,
        what: &Ask,
        stdin: Option<&Text>,
        scope: &Scope<'_>,
    ) -> Result<Heard, Unheard> {
        match what {
            Ask::Http(request) => self.send(request, scope),
            Ask::Command(words) => self.run(words, stdin, scope),
        }
    }

    /// Sends a request to the origin that it names, and hears the whole answer.
    pub(super) fn send(&self, http: &HttpRequest, scope: &Scope<'_>) -> Result<Heard, Unheard> {
        let origin = match &http.at {
            None => Some(&self.own),
            Some(name) => self.further.get(name),
        };
        let client = match origin {
            Some(Ok(client)) => client,
            Some(Err(why)) => return Err(Unheard::unsent(why)),
            None => {
                let why = "the environment declares no endpoint of the name that the request gives";
                return Err(Unheard::unsent(why));
            }
        };
        let filled = Filled::of(http, scope).map_err(Unheard::unsent)?;
        let headers = filled.headers.iter();
        let headers: Vec<(&str, Header<'_>)> = headers
            .map(|(name, value)| (*name, Header::Secret(value)))
            .collect();
        let form = filled.form.as_ref().map(Body::Form);
        let request = Request {
            method: filled.method,
            path: &filled.path,
            headers: &headers,
            body: filled.json.as_ref().map(Body::Json).or(form),
        };
        let (sent, millis) = self.timed(|| client.send(&request));
        match sent {
            Ok(response) => Ok(Heard::new(
                response.status,
                response.body,
                millis,
                response.date,
            )),
            Err(error) => Err(Unheard {
                why: error.to_string(),
                maybe_done: error.may_have_been_sent(),
                millis,
            }),
        }
    }

    /// Runs a program to its end. Where it is not said what it reads, that is the secret, if there is one.
    pub(super) fn run(
        &self,
        words: &[Text],
        stdin: Option<&Text>,
        scope: &Scope<'_>,
    ) -> Result<Heard, Unheard> {
        let program = self.program(words, scope).map_err(Unheard::unsent)?;
        let stdin = match stdin {
            Some(text) => Some(template::bytes(text.as_str(), scope)),
            None => scope
                .find("secret")
                .map(|_| template::bytes("{secret}", scope)),
        };
        let stdin = stdin.transpose();
        let stdin = stdin.map_err(|error| Unheard::unsent(error.to_string()))?;
        let stdin = stdin.map(|(bytes, _)| bytes);
        let arguments = program.arguments.iter().cloned();
        let around = program.around();
        let limit = self.around.limit;
        let (ended, millis) =
            self.timed(|| program::run(&program.path, arguments, stdin, limit, around));
        let unheard = |why, maybe_done| Unheard {
            why,
            maybe_done,
            millis,
        };
        match ended {
            Ok(Ended {
                code: Some(code),
                stdout,
                ..
            }) => match u16::try_from(code) {
                Ok(status) => Ok(Heard::new(status, stdout, millis, None)),
                Err(_) => Err(unheard("its exit status is none".to_owned(), true)),
            },
            Ok(ended) => {
                let why = format!("`{}` ended with {}", program.name, ended.how);
                Err(unheard(why, true))
            }
            Err(failed) => {
                let maybe_done = !matches!(failed, program::Failed::NotStarted(_));
                Err(unheard(failed.why(&program.name, limit), maybe_done))
            }
        }
    }

    /// A program of the host's own folder, ready to run.
    pub(super) fn program(&self, words: &[Text], scope: &Scope<'_>) -> Result<Program, String> {
        let (word, arguments) = words.split_first().ok_or("there is no program")?;
        let name = sound::program_name(word.as_str());
        let name = name.ok_or("the name of the program is none of a file in one folder")?;
        let folder = self.around.programs.as_ref();
        let folder = folder.ok_or_else(|| {
            format!("`{name}` cannot be run: this host names no folder of programs")
        })?;
        let path = folder.join(name);
        if let Some(why) = unfit(&path) {
            return Err(format!("`{name}` in this host's folder of programs {why}"));
        }
        match (self.around.others_write)(&path) {
            Ok(None) => {}
            Ok(Some(why)) => return Err(format!("`{name}` is not run: {why}")),
            Err(error) => return Err(format!("`{name}` is not run: {error}")),
        }
        let arguments = arguments.iter();
        let arguments = arguments.map(|word| template::argument(word.as_str(), scope));
        let arguments: Result<Vec<String>, _> = arguments.collect();
        let mut variables = self.around.variables.clone();
        variables.push(("KEYROLL_ENDPOINT".into(), self.endpoint.clone().into()));
        Ok(Program {
            name: name.to_owned(),
            path,
            folder: folder.clone(),
            arguments: arguments.map_err(|error| error.to_string())?,
            variables,
        })
    }

    /// The server of the endpoint, where it is one that can be asked.
    pub(super) fn own(&self) -> Option<&Client> {
        self.own.as_ref().ok()
    }

    pub(super) fn limit(&self) -> Duration {
        self.around.limit
    }

    /// Does something, and says how many milliseconds it took.
    pub(super) fn timed<T>(&self, act: impl FnOnce() -> T) -> (T, u32) {
        let before = (self.around.clock)();
        let done = act();
        let took = (self.around.clock)().saturating_duration_since(before);
        (done, u32::try_from(took.as_millis()).unwrap_or(u32::MAX))
    }
}

/// Why what lies there cannot be run as a program, where it cannot.
fn unfit(path: &Path) -> Option<String> {
    match path.metadata() {
        Ok(meta) if !meta.is_file() => Some("is no file".to_owned()),
        Ok(meta) => {
            let mode = meta.permissions().mode() & 0o777;
            let runs = mode & 0o111 != 0;
            (!runs).then(|| format!("is not executable (mode {mode:o}): chmod u+x"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Some("is not there: there is no such program".to_owned())
        }
        Err(error) => Some(format!("cannot be looked at: {error}")),
    }
}

/// A program, and what it gets.
pub(super) struct Program {
    pub name: String,
    pub path: PathBuf,
    folder: PathBuf,
    pub arguments: Vec<String>,
    variables: Vec<(OsString, OsString)>,
}

impl Program {
    pub(super) fn around(&self) -> Around<'_> {
        Around {
            folder: Some(&self.folder),
            environment: Some(&self.variables),
            called: None,
        }
    }
}

/// Headers that say where a request goes, or where it ends: they are not an inventory's to set.
const OURS: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A request with its placeholders filled.
pub(super) struct Filled<'h> {
    method: Method,
    path: String,
    headers: Vec<(&'h str, Secret)>,
    json: Option<Secret>,
    form: Option<Secret>,
}

impl<'h> Filled<'h> {
    pub(super) fn of(http: &'h HttpRequest, scope: &Scope<'_>) -> Result<Filled<'h>, String> {
        let why = |error: template::Unfilled| error.to_string();
        let mut headers = Vec::new();
        for (name, text) in &http.header {
            let is_token = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
            let is_ours = OURS.contains(&name.to_ascii_lowercase().as_str());
            if is_ours || name.is_empty() || !name.bytes().all(is_token) {
                let shown: String = name.chars().take(40).collect();
                let shown = shown.escape_debug();
                return Err(format!("the header `{shown}` is not one to be set"));
            }
            let (value, _) = template::bytes(text.as_str(), scope).map_err(why)?;
            headers.push((name.as_str(), value));
        }
        let json = http.body.as_ref();
        let json = json.map(|body| template::json(body, scope)).transpose();
        let form = match http.form.is_empty() {
            true => None,
            false => Some(template::form(&http.form, scope).map_err(why)?),
        };
        Ok(Filled {
            method: method(http.method.as_str()).ok_or("the method of the request is none")?,
            path: template::path(http.path.as_str(), scope).map_err(why)?,
            headers,
            json: json.map_err(why)?,
            form,
        })
    }
}

fn method(word: &str) -> Option<Method> {
    Some(match word {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => return None,
    })
}
