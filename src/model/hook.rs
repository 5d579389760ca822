//! Hooks: programs of the user's own that are told what happened. Argument lists, never a shell; what happened goes in
//! by stdin, so there is no place for it in an argument. Runs none of them.

use serde::{Deserialize, Serialize};

use crate::model::access::words;

/// The most arguments of one program.
const MOST: usize = 64;

/// The longest argument, in bytes.
const LONGEST: usize = 1024;

words! {
    /// What a hook is told of; its key in `[hooks]`.
    HookEvent {
        /// Somebody is invited, or once more.
        Invite = "on-invite",
        RevokeInvite = "on-revoke-invite",
    }
}

impl HookEvent {
    /// What happened, as the message has it.
    pub const fn happened(self) -> &'static str {
        match self {
            HookEvent::Invite => "invite",
            HookEvent::RevokeInvite => "revoke-invite",
        }
    }
}

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Argv(Vec<String>);

/// Why a list is no program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadArgv {
    #[error("a hook begins with the name of its program")]
    NoProgram,
    /// It would be taken for an option of whatever starts it, and is none of ours.
    #[error("the name of a program does not begin with `-`")]
    Option,
    #[error("a hook has more than {MOST} arguments")]
    Many,
    #[error("an argument is longer than {LONGEST} bytes")]
    Long,
    #[error("an argument holds a control character")]
    Control,
}

impl TryFrom<Vec<String>> for Argv {
    type Error = BadArgv;
    fn try_from(words: Vec<String>) -> Result<Self, BadArgv> {
        let (program, arguments) = words.split_first().ok_or(BadArgv::NoProgram)?;
        if program.trim().is_empty() {
            return Err(BadArgv::NoProgram);
        }
        if program.starts_with('-') {
            return Err(BadArgv::Option);
        }
        if arguments.len() > MOST {
            return Err(BadArgv::Many);
        }
        if words.iter().any(|word| word.len() > LONGEST) {
            return Err(BadArgv::Long);
        }
        if words.iter().any(|word| word.contains(char::is_control)) {
            return Err(BadArgv::Control);
        }
        Ok(Argv(words))
    }
}

impl From<Argv> for Vec<String> {
    fn from(argv: Argv) -> Vec<String> {
        argv.0
    }
}

impl Argv {
    /// The program.
    pub fn program(&self) -> &str {
        self.0.first().map(String::as_str).unwrap_or_default()
    }

    pub fn arguments(&self) -> &[String] {
        self.0.get(1..).unwrap_or_default()
    }
}

/// The programs that are told what happened. Only a configuration that the user named, or keeps, may have them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Hooks {
    /// Sends an invitation: the program and its arguments, never a shell.
    pub on_invite: Option<Argv>,
    /// Tells somebody that the invitation is revoked.
    pub on_revoke_invite: Option<Argv>,
}

impl Hooks {
    /// The program for an event, where there is one.
    pub fn of(&self, event: HookEvent) -> Option<&Argv> {
        match event {
            HookEvent::Invite => self.on_invite.as_ref(),
            HookEvent::RevokeInvite => self.on_revoke_invite.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(words: &[&str]) -> Result<Argv, BadArgv> {
        Argv::try_from(
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn what_looks_like_a_shell_stays_an_argument() {
        let argv = argv(&["./mail.sh", "a b; rm -rf /", "$(id)"]).unwrap();
        assert_eq!(argv.program(), "./mail.sh");
        assert_eq!(argv.arguments(), ["a b; rm -rf /", "$(id)"]);
    }

    #[test]
    fn what_is_no_program_is_refused() {
        assert_eq!(argv(&[]), Err(BadArgv::NoProgram));
        assert_eq!(argv(&[" "]), Err(BadArgv::NoProgram));
        assert_eq!(argv(&["-x"]), Err(BadArgv::Option));
        assert_eq!(argv(&["x", "\u{1b}"]), Err(BadArgv::Control));
        assert_eq!(argv(&["x", &"y".repeat(1025)]), Err(BadArgv::Long));
        assert_eq!(argv(&["x"; 66]), Err(BadArgv::Many));
    }
}
