//! The file with an organisation's own commands that keep secrets: `[command.NAME]` with `get`, `put`, `replace`,
//! `remove`, `line-end` and `absent`. Runs none of them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::manifest::problem::cleaned;
use crate::model::command::Template;
use crate::model::id::Name;

/// The longest file, in bytes.
const LONGEST: usize = 64 * 1024;

/// The most commands in it.
const MOST: usize = 100;

/// Why the file was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCommands {
    #[error("it is longer than {LONGEST} bytes")]
    Long,
    #[error("it has more than {MOST} commands")]
    Many,
    #[error("line {line}: {message}")]
    Form { line: usize, message: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    command: BTreeMap<Name, Template>,
}

/// Reads the commands by their names.
///
/// # Errors
/// Says the line, and what is wrong with it.
pub fn read_commands(text: &str) -> Result<BTreeMap<Name, Template>, BadCommands> {
    if text.len() > LONGEST {
        return Err(BadCommands::Long);
    }
    let file: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.get(..at).unwrap_or_default();
        BadCommands::Form {
            line: before.matches('\n').count() + 1,
            message: cleaned(error.message()),
        }
    })?;
    if file.command.len() > MOST {
        return Err(BadCommands::Many);
    }
    Ok(file.command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::command::LineEnd;

    #[test]
    fn commands_are_read_by_their_names() {
        let text = r#"
[command.safe]
get = ["safe", "read", "{item}"]
put = ["safe", "write", "--to=safe:{item}"]
line-end = "printed"
absent = "no such entry"
"#;
        let commands = read_commands(text).unwrap();
        let safe = &commands[&"safe".parse::<Name>().unwrap()];
        assert_eq!(safe.line_end, LineEnd::Printed);
        assert_eq!(safe.absent.as_deref(), Some("no such entry"));
        assert!(safe.put.is_some() && safe.remove.is_none());
        assert!(read_commands("").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let refused = |text: &str| read_commands(text).unwrap_err().to_string();
        let get = "[command.a]\nget = [\"a\", \"{item}\"]\n";
        assert!(refused(&format!("{get}shell = true\n")).starts_with("line 3: unknown field"));
        assert!(refused("[command.a]\nput = [\"a\", \"{item}\"]").contains("missing field `get`"));
        assert!(refused("[command.a]\nget = [\"a\", \"{secret}\"]").contains("stdin"));
        assert!(refused("[command.A]\nget = [\"a\", \"{item}\"]").contains("not a name"));
        assert!(refused("[commands]").contains("unknown field"));
        assert!(refused(&"#".repeat(LONGEST + 1)).contains("longer"));
        let many: String = (0..=MOST)
            .map(|n| format!("[command.a{n}]\nget = [\"a\", \"{{item}}\"]\n"))
            .collect();
        assert!(refused(&many).contains("more than 100"));
    }
}
