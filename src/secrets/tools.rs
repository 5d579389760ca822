//! Programs that are known by name: what `command:pass` and its like run. A new one is an entry here.
//!
//! `pass` was run for real, and a test does so again. The others follow their documents alone: `gopass` its `cat`, `op`
//! its `document` and `read`, `aws` its `secretsmanager` and how it loads an argument from a file.

use crate::model::command::{BadCall, Call, LineEnd, Template};

/// A program as it stands here.
struct Tool {
    name: &'static str,
    get: &'static [&'static str],
    put: Option<&'static [&'static str]>,
    replace: Option<&'static [&'static str]>,
    remove: Option<&'static [&'static str]>,
    line_end: LineEnd,
    absent: &'static str,
}

const TOOLS: &[Tool] = &[
    // The CLI loads `file://` as text, and prints one line end behind what it prints as text. A secret is kept for
    // its recovery window after it was removed.
    Tool {
        name: "aws",
        get: &[
            "aws",
            "secretsmanager",
            "get-secret-value",
            "--secret-id={item}",
            "--query=SecretString",
            "--output=text",
        ],
        put: Some(&[
            "aws",
            "secretsmanager",
            "create-secret",
            "--name={item}",
            "--secret-string=file:///dev/stdin",
        ]),
        replace: Some(&[
            "aws",
            "secretsmanager",
            "put-secret-value",
            "--secret-id={item}",
            "--secret-string=file:///dev/stdin",
        ]),
        remove: Some(&[
            "aws",
            "secretsmanager",
            "delete-secret",
            "--secret-id={item}",
        ]),
        line_end: LineEnd::Printed,
        absent: "ResourceNotFoundException",
    },
    // `cat` writes what it finds on an open stdin, and reads where there is none.
    Tool {
        name: "gopass",
        get: &["gopass", "cat", "{item}"],
        put: Some(&["gopass", "cat", "{item}"]),
        replace: None,
        remove: Some(&["gopass", "rm", "--force", "{item}"]),
        line_end: LineEnd::Entry,
        absent: "not in the password store",
    },
    // Documents, whose content comes by stdin; fields of items could only be given as arguments.
    Tool {
        name: "op",
        get: &["op", "document", "get", "{item}"],
        put: Some(&["op", "document", "create", "-", "--title={item}"]),
        replace: Some(&["op", "document", "edit", "{item}", "-"]),
        remove: Some(&["op", "document", "delete", "{item}"]),
        line_end: LineEnd::Kept,
        absent: "isn't an item",
    },
    // A field of an item that people keep: `command:op-field:VAULT/ITEM/FIELD`. Read only.
    Tool {
        name: "op-field",
        get: &["op", "read", "--no-newline", "op://{item}"],
        put: None,
        replace: None,
        remove: None,
        line_end: LineEnd::Kept,
        absent: "isn't an item",
    },
    // An entry that people made ends with a line end; `show` and `insert` change no byte.
    Tool {
        name: "pass",
        get: &["pass", "show", "{item}"],
        put: Some(&["pass", "insert", "--multiline", "--force", "{item}"]),
        replace: None,
        remove: Some(&["pass", "rm", "--force", "{item}"]),
        line_end: LineEnd::Entry,
        absent: "is not in the password store",
    },
];

/// The names of the built-in programs, sorted.
pub fn builtin_commands() -> impl Iterator<Item = &'static str> {
    TOOLS.iter().map(|tool| tool.name)
}

/// How a built-in program is called.
pub fn builtin_command(name: &str) -> Option<Template> {
    let tool = TOOLS.iter().find(|tool| tool.name == name)?;
    let template = template(tool);
    Some(template.expect("a test reads every built-in program"))
}

fn template(tool: &Tool) -> Result<Template, BadCall> {
    let call = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Call::try_from(words)
    };
    Ok(Template {
        get: call(tool.get)?,
        put: tool.put.map(call).transpose()?,
        replace: tool.replace.map(call).transpose()?,
        remove: tool.remove.map(call).transpose()?,
        line_end: tool.line_end,
        absent: Some(tool.absent.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_program_reads() {
        for name in builtin_commands() {
            assert!(builtin_command(name).is_some(), "{name}");
        }
        assert!(builtin_commands().is_sorted());
        assert!(builtin_command("no-such").is_none());
    }
}
