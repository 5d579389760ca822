//! `command:NAME`, `command:NAME:ITEM`: a program that keeps secrets, called by its template; the value goes by stdin
//! and comes by stdout. Never a shell, and never a value in an argument.
//!
//! Without ITEM an entry is ours: `keyroll/ACCOUNT/VERSION`. With it, the entry is the organisation's own: it holds one
//! value that has no versions, putting replaces it, and it is never removed.
//!
//! The value of one field is written as it is; several are a JSON object of texts.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::command::{Call, LineEnd, Template};
use crate::model::id::Name;
use crate::model::sealed::{Held, Sealed};
use crate::model::text::is_unsafe;
use crate::program::{self, Around, Ended};
use crate::secret::{Secret, Value};
use crate::secrets::{Place, Put, SecretError, Slot, fields, tools};

/// How long a program may take.
pub const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// The most that is shown of what a program said, in characters.
const SHOWN: usize = 200;

/// What places of this kind are called.
const CLASS: &str = "command";

/// The programs that keep the values of one credential.
pub struct Commands {
    fields: Vec<Name>,
    own: BTreeMap<Name, Template>,
    limit: Duration,
}

/// Why something did not work; the place is added where it is known.
type Why = String;

/// What a place names.
struct Entry {
    template: Template,
    item: String,
    /// Whether the entry is the organisation's own.
    theirs: bool,
}

impl Commands {
    /// For a credential with the fields that `secret::names` gives, with templates of the user's own: they come before
    /// those that are built in.
    pub fn new(fields: Vec<Name>, own: BTreeMap<Name, Template>, limit: Duration) -> Commands {
        Commands { fields, own, limit }
    }

    fn entry(&self, slot: &Slot<'_>) -> Result<Entry, Why> {
        let (name, item) = match slot.reference.split_once(':') {
            Some((name, item)) => (name, Some(item)),
            None => (slot.reference, None),
        };
        let own = self.own.iter().find(|(known, _)| known.as_str() == name);
        let template = own
            .map(|(_, template)| template.clone())
            .or_else(|| tools::builtin_command(name))
            .ok_or("no command of this name is known")?;
        let (account, version) = (slot.envelope.account, slot.envelope.version);
        let ours = || format!("keyroll/{account}/{version}");
        let entry = Entry {
            template,
            item: item.map_or_else(ours, str::to_owned),
            theirs: item.is_some(),
        };
        // A program would take the first for an option, and the others lead elsewhere.
        let parts = || entry.item.split('/');
        if entry.item.starts_with('-') || parts().any(|part| matches!(part, "" | "." | "..")) {
            return Err(
                "an entry is a path without `.`, `..`, empty parts, and `-` in front".into(),
            );
        }
        Ok(entry)
    }

    fn run(&self, call: &Call, item: &str, stdin: Option<Secret>) -> Result<Ended, Why> {
        let program = call.program();
        let around = Around::default();
        let ended = program::run(program, call.arguments(item), stdin, self.limit, around);
        ended.map_err(|failed| failed.why(program, self.limit))
    }

    /// What an entry holds; none where there is no such entry.
    fn read(&self, entry: &Entry) -> Result<Option<Value>, Why> {
        let template = &entry.template;
        let ended = self.run(&template.get, &entry.item, None)?;
        if !ended.success {
            if is_absent(template, &ended) {
                return Ok(None);
            }
            return Err(complaint(&template.get, &ended));
        }
        let mut bytes = ended.stdout.expose();
        let first = bytes
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        // A folder of entries is listed under its name, as if it were an entry.
        if first.trim_ascii() == entry.item.as_bytes() {
            return Err("it is a folder there, or an entry that holds its own name".to_owned());
        }
        match template.line_end {
            LineEnd::Kept => {}
            LineEnd::Printed | LineEnd::Entry => bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes),
        }
        decoded(&self.fields, bytes).map(Some)
    }

    fn write(&self, entry: &Entry, call: &Call, value: &Value) -> Result<(), Why> {
        let mut bytes = encoded(value)?;
        match entry.template.line_end {
            LineEnd::Kept | LineEnd::Printed => {}
            LineEnd::Entry => bytes.push(b'\n'),
        }
        let ended = self.run(call, &entry.item, Some(Secret::new(bytes)))?;
        if !ended.success {
            return Err(unquoted(call, &ended));
        }
        match self.read(entry)? {
            Some(back) if fields::same(&back, value) => Ok(()),
            Some(_) => Err("the value does not read back as it was written".to_owned()),
            None => Err("the value was written, and is not there".to_owned()),
        }
    }

    fn delete(&self, entry: &Entry, call: &Call) -> Result<(), Why> {
        let ended = self.run(call, &entry.item, None)?;
        if ended.success || is_absent(&entry.template, &ended) {
            return Ok(());
        }
        Err(complaint(call, &ended))
    }
}

/// The bytes of one field as they are; several as JSON.
fn encoded(value: &Value) -> Result<Vec<u8>, Why> {
    if let Some(only) = value.only() {
        return Ok(only.expose().to_vec());
    }
    let mut texts = BTreeMap::new();
    for (name, secret) in value.fields() {
        let text = std::str::from_utf8(secret.expose())
            .map_err(|_| format!("its field `{name}` is no text, and stands among others"))?;
        texts.insert(name, text);
    }
    Ok(serde_json::to_vec(&texts).expect("the keys are texts"))
}

fn decoded(names: &[Name], bytes: &[u8]) -> Result<Value, Why> {
    let values: BTreeMap<Name, Secret> = match names {
        [only] => BTreeMap::from([(only.clone(), Secret::new(bytes.to_vec()))]),
        _ => {
            // The parser's own words could quote what it read.
            let texts: BTreeMap<Name, String> = serde_json::from_slice(bytes)
                .map_err(|_| "what it holds is not the fields as a JSON object of texts")?;
            let secret = |(name, text)| (name, Secret::from(text));
            texts.into_iter().map(secret).collect()
        }
    };
    if values.len() > names.len() {
        return Err("it has more fields than the credential".to_owned());
    }
    if let Some(missing) = names.iter().find(|field| !values.contains_key(*field)) {
        return Err(format!("it has no field `{missing}`"));
    }
    Value::read(values).map_err(|error| error.to_string())
}

fn is_absent(template: &Template, ended: &Ended) -> bool {
    let Some(absent) = template.absent.as_deref().filter(|text| !text.is_empty()) else {
        return false;
    };
    String::from_utf8_lossy(ended.stderr.expose()).contains(absent)
}

/// How a program ended that had the value: what it says may hold that, whole or in part, in whatever form.
fn unquoted(call: &Call, ended: &Ended) -> Why {
    format!(
        "`{}` ended with {}; run it by hand to see what it says, as that may hold the value",
        call.program(),
        ended.how
    )
}

/// How a program ended that was given no value, and the first line of what it said. One that wrote something may have
/// had the value.
fn complaint(call: &Call, ended: &Ended) -> Why {
    if !ended.stdout.is_empty() {
        return unquoted(call, ended);
    }
    let how = format!("`{}` ended with {}", call.program(), ended.how);
    let text = String::from_utf8_lossy(ended.stderr.expose());
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    let clean = |line: &str| -> String {
        let seen = line.chars().filter(|c| !is_unsafe(*c));
        seen.take(SHOWN).collect()
    };
    match first.map(clean).filter(|line| !line.is_empty()) {
        Some(line) => format!("{how}: {line}"),
        None => how,
    }
}

fn at(slot: &Slot<'_>) -> impl Fn(Why) -> SecretError {
    let place = slot.place(CLASS);
    move |why| SecretError::Place {
        place: place.clone(),
        why,
    }
}

impl Place for Commands {
    fn put(&self, slot: &Slot<'_>, value: &Value) -> Result<Put, SecretError> {
        let entry = self.entry(slot).map_err(at(slot))?;
        let template = &entry.template;
        let replace = template.replace.as_ref().filter(|_| entry.theirs);
        let Some(call) = replace.or(template.put.as_ref()) else {
            return Err(SecretError::ReadOnly {
                place: slot.place(CLASS),
            });
        };
        self.write(&entry, call, value).map_err(at(slot))?;
        Ok(Put::default())
    }

    fn get(&self, slot: &Slot<'_>, _: &Held, _: Option<&Sealed>) -> Result<Value, SecretError> {
        let get = || {
            let entry = self.entry(slot)?;
            let none = || format!("there is no entry `{}`", entry.item);
            self.read(&entry)?.ok_or_else(none)
        };
        get().map_err(at(slot))
    }

    fn remove(&self, slot: &Slot<'_>, _: &Held) -> Result<(), SecretError> {
        let entry = self.entry(slot).map_err(at(slot))?;
        if entry.theirs {
            let why = "the entry is the organisation's own, and may hold a later value: take it out there";
            return Err(at(slot)(why.to_owned()));
        }
        let Some(call) = &entry.template.remove else {
            return Err(SecretError::ReadOnly {
                place: slot.place(CLASS),
            });
        };
        self.delete(&entry, call).map_err(at(slot))
    }
}
