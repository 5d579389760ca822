//! Evidence as it is recorded: what a probe saw, or what somebody brings, of which the file stays where it is.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest, Sha256};

use crate::model::date::Timestamp;
use crate::model::entitlement::Side;
use crate::model::fact::{CameBy, Detail, Fact};
use crate::model::id::{AccountId, EnvironmentName};
use crate::model::probe::ProbeKind;
use crate::model::text::{Text, is_unsafe};
use crate::provider::Seen;

/// What a probe saw of a version, as it is recorded: that it was, never what was answered.
pub fn of_probe(
    (account, version): (&AccountId, u32),
    (kind, seen): (ProbeKind, &Seen),
    (side, environment): (Side, &EnvironmentName),
    now: Timestamp,
) -> Fact {
    Fact::Evidence {
        account: account.clone(),
        version,
        probe: kind,
        outcome: seen.outcome,
        on: now.date(),
        detail: Some(Box::new(Detail {
            at: Some(now),
            side: Some(side),
            environment: Some(environment.clone()),
            status: seen.status,
            millis: Some(seen.millis),
            digest: seen.digest.as_ref().and_then(|digest| digest.parse().ok()),
            came_by: Some(CameBy::Probe),
            ..Detail::default()
        })),
    }
}

/// The largest file, in bytes.
const LARGEST: u64 = 1 << 30;

/// What is recorded of a file.
pub struct Proof {
    /// Without its folders: they say where somebody works.
    pub name: Text,
    /// SHA-256, in hexadecimal digits.
    pub digest: Text,
}

/// Reads a file to its end.
///
/// # Errors
/// When it cannot be read, is none, is empty or too large.
pub fn proof(path: &Path) -> Result<Proof> {
    let shown = path.to_string_lossy().escape_debug().to_string();
    let read = || -> Result<Proof> {
        // Before it is opened: to open a pipe is to wait for its writer.
        if !fs::metadata(path)?.is_file() {
            bail!("it is not a plain file");
        }
        let mut from = File::open(path)?.take(LARGEST + 1);
        let mut digest = Sha256::new();
        let mut block = vec![0; 64 * 1024];
        let mut length = 0;
        loop {
            let count = from.read(&mut block)?;
            if count == 0 {
                break;
            }
            digest.update(&block[..count]);
            length += count as u64;
        }
        match length {
            0 => bail!("it is empty"),
            1..=LARGEST => {}
            _ => bail!("it is larger than 1 GiB"),
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name: String = name.chars().filter(|c| !is_unsafe(*c)).take(255).collect();
        let digits = digest.finalize();
        let digits: String = digits.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Proof {
            name: name.parse()?,
            digest: digits.parse()?,
        })
    };
    read().with_context(|| format!("cannot take `{shown}` as evidence"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_name_and_its_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("screen.png");
        fs::write(&path, "abc").unwrap();
        let proof = proof(&path).unwrap();
        assert_eq!(proof.name.as_str(), "screen.png");
        assert!(
            proof
                .digest
                .as_str()
                .starts_with("ba7816bf8f01cfea414140de5dae2223")
        );
        fs::write(&path, "").unwrap();
        for bad in [path.as_path(), folder.path(), Path::new("/nowhere")] {
            assert!(super::proof(bad).is_err());
        }
    }
}
