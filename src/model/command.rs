//! Programs of an organisation's own that keep secrets: how each is called. Argument lists, never a shell; the value
//! goes in by stdin and comes out by stdout, so there is no place for it in an argument.

use serde::{Deserialize, Serialize};

use crate::model::access::words;

/// The most arguments of one call.
const MOST: usize = 64;

/// The longest argument, in bytes.
const LONGEST: usize = 1024;

/// Where the name of the entry goes.
const ITEM: &str = "{item}";

words! {
    /// What becomes of the line end behind a value.
    LineEnd {
        /// What goes in comes out.
        Kept = "kept",
        /// The program prints one behind the value.
        Printed = "printed",
        /// An entry ends with one that is no part of the value: it is written with it, and read without.
        Entry = "entry",
    }
}

/// One call: the program, then its arguments. `{item}` stands alone, or behind a fixed prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Call(Vec<String>);

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCall {
    #[error("a call begins with the name of its program")]
    NoProgram,
    #[error("a call has more than {MOST} arguments")]
    Many,
    #[error("an argument is longer than {LONGEST} bytes")]
    Long,
    #[error("an argument holds a control character")]
    Control,
    #[error("`{{item}}` stands nowhere among the arguments")]
    NoItem,
    #[error("`{{item}}` ends an argument, and stands in it once")]
    ItemInside,
    /// A secret in an argument would be seen by everybody on the machine.
    #[error("there is no placeholder but `{{item}}`: the value comes by stdin and goes by stdout")]
    Placeholder,
}

impl TryFrom<Vec<String>> for Call {
    type Error = BadCall;
    fn try_from(words: Vec<String>) -> Result<Self, BadCall> {
        let (program, arguments) = words.split_first().ok_or(BadCall::NoProgram)?;
        if program.is_empty() || program.contains(ITEM) {
            return Err(BadCall::NoProgram);
        }
        if arguments.len() > MOST {
            return Err(BadCall::Many);
        }
        if words.iter().any(|word| word.len() > LONGEST) {
            return Err(BadCall::Long);
        }
        if words.iter().any(|word| word.contains(char::is_control)) {
            return Err(BadCall::Control);
        }
        for word in &words {
            let fixed = word.strip_suffix(ITEM).unwrap_or(word);
            if fixed.contains(ITEM) {
                return Err(BadCall::ItemInside);
            }
            if has_placeholder(fixed) {
                return Err(BadCall::Placeholder);
            }
        }
        if !words.iter().any(|word| word.ends_with(ITEM)) {
            return Err(BadCall::NoItem);
        }
        Ok(Call(words))
    }
}

impl From<Call> for Vec<String> {
    fn from(call: Call) -> Vec<String> {
        call.0
    }
}

/// Whether `{word}` stands in a text. Braces around anything else belong to the program.
fn has_placeholder(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| {
        rest.split_once('}').is_some_and(|(word, _)| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        })
    })
}

impl Call {
    /// The program.
    pub fn program(&self) -> &str {
        self.0.first().map(String::as_str).unwrap_or_default()
    }

    /// The arguments for an entry.
    pub fn arguments(&self, item: &str) -> impl Iterator<Item = String> {
        self.0.iter().skip(1).map(move |word| {
            let prefix = word.strip_suffix(ITEM);
            prefix.map_or_else(|| word.clone(), |prefix| format!("{prefix}{item}"))
        })
    }
}

/// How a program is called that keeps secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Template {
    /// Writes the value to stdout.
    pub get: Call,
    /// Reads the value from stdin. Without it, nothing can be put there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put: Option<Call>,
    /// The same where there is an entry already, and the program wants it said in another way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replace: Option<Call>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<Call>,
    #[serde(default = "kept")]
    pub line_end: LineEnd,
    /// What the program says on stderr where there is no such entry: a part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
}

fn kept() -> LineEnd {
    LineEnd::Kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(words: &[&str]) -> Result<Call, BadCall> {
        Call::try_from(
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn an_item_stays_one_argument() {
        let call = call(&["op", "read", "op://{item}", "{item}", "-n"]).unwrap();
        let arguments: Vec<String> = call.arguments("a b;$(rm -rf /)").collect();
        assert_eq!(
            arguments,
            ["read", "op://a b;$(rm -rf /)", "a b;$(rm -rf /)", "-n"]
        );
        assert_eq!(call.program(), "op");
    }

    #[test]
    fn a_call_has_no_place_for_a_secret() {
        assert_eq!(
            call(&["x", "{item}", "{secret}"]),
            Err(BadCall::Placeholder)
        );
        assert_eq!(
            call(&["x", "--value={value}", "{item}"]),
            Err(BadCall::Placeholder)
        );
        assert!(call(&["aws", "--query", "{a: b}", "{item}"]).is_ok());
    }

    #[test]
    fn what_is_no_call_is_refused() {
        assert_eq!(call(&[]), Err(BadCall::NoProgram));
        assert_eq!(call(&["{item}"]), Err(BadCall::NoProgram));
        assert_eq!(call(&["x", "y"]), Err(BadCall::NoItem));
        assert_eq!(call(&["x", "{item}/y"]), Err(BadCall::ItemInside));
        assert_eq!(call(&["x", "{item}{item}"]), Err(BadCall::ItemInside));
        assert_eq!(call(&["x", "{item}", "\u{1b}"]), Err(BadCall::Control));
        assert_eq!(
            call(&["x", "{item}", &"y".repeat(1025)]),
            Err(BadCall::Long)
        );
        assert_eq!(call(&["{item}"; 70]), Err(BadCall::NoProgram));
    }
}
