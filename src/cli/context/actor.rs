//! Who does something, for the audit trail: the OS user, behind what an automation calls itself.
#![expect(
    clippy::disallowed_methods,
    reason = "part of the one place that reads the environment"
)]

use std::ffi::OsString;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::event::{Actor, check_said};
use crate::model::text::Text;
use crate::model::text::shape::masked;
use crate::report::escape;

/// How much of a name that is refused is shown, in columns.
const SHOWN: usize = 60;

impl Context {
    /// Who does this, for the audit trail: the OS user, behind `KEYROLL_ACTOR` where an automation names itself.
    ///
    /// # Errors
    /// When `KEYROLL_ACTOR` is no name, or the reason has the look of a secret.
    pub fn actor(&self) -> Result<Actor, Failure> {
        let user = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
        let name = match said()? {
            None => plain(&user),
            Some(said) => plain(&format!("{said} ({user})")),
        };
        let host = rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned();
        Ok(Actor {
            name,
            host: plain(&host),
            command: plain(&masked(&self.command)),
            reason: self.reason()?,
            at: self.now,
        })
    }

    /// Why it is done, as was typed.
    fn reason(&self) -> Result<Option<Text>, Failure> {
        let reason = self.globals.reason.clone();
        match reason
            .as_ref()
            .is_some_and(|text| masked(text.as_str()) != text.as_str())
        {
            true => Err(Failure::usage("the reason has the look of a secret")
                .hint("say it without: the trail keeps it for ever. Nothing was changed")),
            false => Ok(reason),
        }
    }
}

/// What an automation calls itself; none where it does not.
fn said() -> Result<Option<String>, Failure> {
    let named = std::env::var_os("KEYROLL_ACTOR").filter(|name| !name.is_empty());
    let Some(named) = named else {
        return Ok(None);
    };
    let refused = |why: String| {
        Failure::usage(why).hint(
            "give the automation a plain name, such as KEYROLL_ACTOR=sync-bot, or unset it; nothing was done",
        )
    };
    let name = OsString::into_string(named)
        .map_err(|_| refused("KEYROLL_ACTOR is not UTF-8".to_owned()))?;
    check_said(&name).map_err(|error| {
        let shown = escape::cut(&escape::terminal(&masked(&name)), SHOWN);
        refused(format!("KEYROLL_ACTOR `{shown}` is no name: {error}"))
    })?;
    Ok(Some(name))
}

/// The command line as one text. Values given to records stay out: they stand in the change itself.
pub(super) fn typed(args: &[OsString]) -> String {
    let words = args.iter().skip(1).map(|arg| arg.to_string_lossy());
    let mut shown = Vec::new();
    for word in words {
        // What a program of somebody else's is given may be anything: its name stands in the note about it.
        if word == "--" {
            shown.push("-- ...".to_owned());
            break;
        }
        shown.push(match word.split_once('=') {
            Some((field, _)) => format!("{field}=..."),
            None => word.into_owned(),
        });
    }
    shown.join(" ")
}

/// A text that is taken whatever it holds: control characters dropped, cut to 1,000 bytes.
fn plain(text: &str) -> Text {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(250).collect();
    clean
        .parse()
        .expect("250 characters without control characters are a text")
}
