//! Whoever sits at the command while a procedure is carried out: is told each step, does what is done by hand, and types
//! what only a person has. Off a terminal nobody is there, and what is done by hand waits.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::date::Timestamp;
use crate::model::id::Name;
use crate::model::operation::{Entry, EntryState};
use crate::model::text::could_be_secret;
use crate::operations::procedure::Hands;
use crate::secret::Value;
use crate::secret::is_public;

/// The hands at a terminal, or none.
pub struct AtHand<'c> {
    context: &'c mut Context,
    /// The command that goes on where this one is interrupted.
    again: String,
    /// What is waited for was said, up to when.
    told: Option<Timestamp>,
}

impl<'c> AtHand<'c> {
    pub fn new(context: &'c mut Context, again: String) -> AtHand<'c> {
        AtHand {
            context,
            again,
            told: None,
        }
    }
}

impl AtHand<'_> {
    /// Whether somebody says yes. Only that is one: whoever says nothing, or is gone, has not.
    fn says_yes(&mut self, question: &str) -> Result<bool> {
        loop {
            let out = &mut self.context.out;
            let answer = out.ask(&format!("{question} [y/N] ")).map_err(failed)?;
            let answer = answer.unwrap_or_default().to_lowercase();
            match answer.as_str() {
                "y" | "yes" | "done" => return Ok(true),
                "" | "n" | "no" => return Ok(false),
                _ => out.note("answer y or n; there is room for a note after it"),
            }
        }
    }

    /// A note that somebody types: nothing, or what has not the look of a secret.
    fn noted(&mut self, prompt: &str) -> Result<Option<String>> {
        loop {
            let out = &mut self.context.out;
            let answer = out.ask(prompt).map_err(failed)?;
            let note = answer.filter(|note| !note.trim().is_empty());
            if !note.as_deref().is_some_and(could_be_secret) {
                return Ok(note);
            }
            out.note("that has the look of a secret, and is not recorded: say it without");
        }
    }
}

fn failed(failure: Failure) -> anyhow::Error {
    anyhow!(failure.causes())
}

impl Hands for AtHand<'_> {
    fn now(&self) -> Timestamp {
        self.context.this_moment()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a provider is asked again after a while, up to its longest lag"
    )]
    fn pause(&mut self, time: Duration) {
        thread::sleep(time);
    }

    fn waits(&mut self, what: &str, until: Timestamp) {
        // Said once, however often it looks.
        if self.told.replace(until) != Some(until) {
            self.context.out.note(format!(
                "      waits for {what}, until {until} at the longest; Ctrl-C is safe: `{}` looks again",
                self.again
            ));
        }
    }

    fn begins(&mut self, entry: &Entry, at: usize, of: usize) {
        let again = match entry.state {
            EntryState::Waiting | EntryState::Done | EntryState::Skipped => "",
            EntryState::Started | EntryState::Failed | EntryState::Unknown => " (again)",
        };
        let (phase, title) = (entry.phase, entry.title());
        let version = entry.version.map(|number| format!(", version {number}"));
        let version = version.unwrap_or_default();
        self.context
            .out
            .note(format!("[{at}/{of}] {phase}: {title}{version}{again}"));
    }

    fn ended(&mut self, words: &str) {
        if words != "done" {
            self.context.out.note(format!("      {words}"));
        }
    }

    fn is_somebody_there(&self) -> bool {
        self.context.may_ask()
    }

    fn rehearsed(&mut self, title: &str, what: &str) -> Result<Option<String>> {
        if !self.context.may_ask() {
            return Ok(None);
        }
        let out = &mut self.context.out;
        out.note(format!("a drill, so do NOT do it: {what}"));
        if !self.says_yes(&format!("`{title}`: could you do it now?"))? {
            return Ok(None);
        }
        let note = self.noted("a note (where, as whom), or nothing: ")?;
        Ok(Some(note.unwrap_or_default()))
    }

    fn refused(&mut self, title: &str, what: &str) -> Result<Option<String>> {
        if !self.context.may_ask() {
            return Ok(None);
        }
        let out = &mut self.context.out;
        out.note(format!("by hand: {what}"));
        let prompt = format!("`{title}`: type `refused` if it was, nothing if it was not: ");
        let answer = out.ask(&prompt).map_err(failed)?.unwrap_or_default();
        if !answer.trim().eq_ignore_ascii_case("refused") {
            return Ok(None);
        }
        let note = self.noted("a note: what was answered, and when: ")?;
        Ok(Some(note.unwrap_or_default()))
    }

    fn manual(&mut self, title: &str, what: &str) -> Result<Option<String>> {
        if !self.context.may_ask() {
            return Ok(None);
        }
        self.context.out.note(format!("by hand: {what}"));
        if !self.says_yes(&format!("`{title}`: is it done?"))? {
            return Ok(None);
        }
        let note = self.noted("a note (who, when), or nothing: ")?;
        Ok(Some(note.unwrap_or_default()))
    }

    fn value(&mut self, fields: &[Name]) -> Result<Option<Value>> {
        if !self.context.may_ask_secret() {
            return Ok(None);
        }
        let mut typed = BTreeMap::new();
        for field in fields {
            let out = &mut self.context.out;
            let secret = match is_public(field) {
                true => {
                    let text = out.ask(&format!("{field}: ")).map_err(failed)?;
                    text.unwrap_or_default().into()
                }
                false => out
                    .ask_secret(&format!("{field}, the new one (not shown): "))
                    .map_err(failed)?,
            };
            typed.insert(field.clone(), secret);
        }
        Ok(Some(Value::read(typed)?))
    }
}
