//! Reads files of dated facts. What they mean, `lifecycle` decides.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::lifecycle::facts::Line;
pub use crate::lifecycle::facts::decide;

/// The longest line, in bytes.
const LONGEST_LINE: u64 = 64 * 1024;
/// The most facts in one file.
const MOST: usize = 2_000_000;

/// Reads a JSON-lines file of facts; `-` is standard input. Blank lines are passed over.
///
/// # Errors
/// When the file cannot be read, or at the first line that is not a fact: nothing of a bad file is taken.
pub fn read(path: &Path) -> Result<Vec<Line>> {
    if path == Path::new("-") {
        return parse(io::stdin().lock()).context("standard input");
    }
    let name = path.to_string_lossy().escape_debug().to_string();
    // Before it is opened: to open a pipe is to wait for its writer.
    let is_file = fs::metadata(path).map(|meta| meta.is_file());
    if !is_file.with_context(|| format!("cannot read `{name}`"))? {
        bail!("`{name}` is not a plain file; name one, or - for standard input");
    }
    let file = File::open(path).with_context(|| format!("cannot read `{name}`"))?;
    parse(BufReader::new(file)).with_context(|| format!("`{name}`"))
}

fn parse(mut from: impl BufRead) -> Result<Vec<Line>> {
    let mut facts = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = from
            .by_ref()
            .take(LONGEST_LINE + 1)
            .read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        if line.len() as u64 > LONGEST_LINE {
            bail!("line {number} is longer than {LONGEST_LINE} bytes");
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let fact = serde_json::from_slice(&line).map_err(|error| {
            let reason = error.to_string();
            let reason = reason
                .split(" at line ")
                .next()
                .unwrap_or_default()
                .escape_debug()
                .to_string();
            anyhow::anyhow!("line {number} is not a fact: {reason}")
        })?;
        facts.push((number, fact));
        if facts.len() > MOST {
            bail!("more than {MOST} facts; cut the file in parts");
        }
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_fact_is_named() {
        let text = "\n{\"fact\":\"seen\",\"account\":\"etl\",\"on\":\"2026-11-01\"}\n{\"fact\":\"sene\"}\n";
        let error = parse(text.as_bytes()).unwrap_err().to_string();
        assert!(
            error.starts_with("line 3 is not a fact: unknown variant `sene`"),
            "{error}"
        );
        let good = text.lines().take(2).collect::<Vec<_>>().join("\n");
        assert_eq!(parse(good.as_bytes()).unwrap().len(), 1);
    }

    #[test]
    fn bytes_of_any_kind_are_refused_without_a_panic() {
        for bytes in [
            &b"\xff\xfe"[..],
            b"{",
            b"[]",
            b"null",
            b"{\"fact\":\"seen\",\"on\":\"9999-01-01\",\"account\":\"a\"}",
        ] {
            assert!(parse(bytes).is_err(), "{bytes:?}");
        }
        let long = vec![b'x'; LONGEST_LINE as usize + 10];
        assert!(parse(&long[..]).unwrap_err().to_string().contains("longer"));
    }
}
