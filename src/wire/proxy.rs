//! The proxy, and who is asked without one. What its address holds is never repeated: it may have a password in it.

use std::net::IpAddr;

use ureq::{Proxy, ProxyProtocol};

use crate::secret::Secret;
use crate::wire::{Origin, WireError};

/// A proxy by its address.
pub(super) fn read(address: &Secret) -> Result<Proxy, WireError> {
    let text = std::str::from_utf8(address.expose()).map_err(|_| WireError::BadProxy)?;
    let proxy = Proxy::new(text).map_err(|_| WireError::BadProxy)?;
    match proxy.protocol() {
        ProxyProtocol::Http | ProxyProtocol::Https => Ok(proxy),
        _ => Err(WireError::BadProxy),
    }
}

/// Whether a server is asked without a proxy: this machine always, and what is listed as `NO_PROXY` has it. There a
/// name means itself and all below it, with or without a dot in front; `*` means everything; a port says nothing.
pub(super) fn is_excepted(origin: &Origin, listed: &str) -> bool {
    let host = origin.host().trim_end_matches('.');
    let here = host == "localhost" || host.ends_with(".localhost");
    let address = origin.address().map(|address| address.to_canonical());
    let mut entries = listed
        .split(|c: char| c == ',' || c.is_whitespace())
        .filter(|entry| !entry.is_empty());
    here || address.is_some_and(|address| address.is_loopback())
        || entries.any(|entry| entry == "*" || matches(entry, host, address))
}

fn matches(entry: &str, host: &str, address: Option<IpAddr>) -> bool {
    let name = without_port(entry);
    if let Some(address) = address {
        let listed = name.trim_start_matches('[').trim_end_matches(']');
        return listed
            .parse::<IpAddr>()
            .is_ok_and(|listed| listed.to_canonical() == address);
    }
    let name = name.strip_prefix('*').unwrap_or(name);
    let name = name.trim_matches('.').to_ascii_lowercase();
    let above = host.strip_suffix(&name);
    !name.is_empty() && above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

/// An entry without its port. The colons of a bare IPv6 address are its own.
fn without_port(entry: &str) -> &str {
    match entry.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit())
                && (!name.contains(':') || name.ends_with(']')) =>
        {
            name
        }
        _ => entry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excepted(base: &str, listed: &str) -> bool {
        let (origin, _) = Origin::read(base).unwrap();
        is_excepted(&origin, listed)
    }

    #[test]
    fn a_listed_name_means_itself_and_all_below_it() {
        for listed in [
            "vault.corp.example",
            "corp.example",
            ".corp.example",
            "*.corp.example",
            "Corp.Example.",
            "corp.example:8200",
            "vault.corp.example:1",
            "other.example, corp.example",
            "other.example corp.example",
            "*",
        ] {
            assert!(
                excepted("https://Vault.corp.example:8200", listed),
                "{listed}"
            );
            assert!(excepted("https://vault.corp.example.", listed), "{listed}");
        }
        for listed in [
            "",
            ",",
            ".",
            ":8200",
            "*.",
            "orp.example",
            "vault",
            "vault.corp",
            "a.vault.corp.example",
            "10.0.0.1",
        ] {
            assert!(
                !excepted("https://vault.corp.example:8200", listed),
                "{listed}"
            );
        }
    }

    #[test]
    fn a_listed_address_means_itself() {
        for (base, listed) in [
            ("https://10.1.2.3:8200", "10.1.2.3"),
            ("https://10.1.2.3", "10.1.2.3:8200"),
            ("https://10.1.2.3", "::ffff:10.1.2.3"),
            ("https://[fd00::1:2]", "fd00::1:2"),
            ("https://[fd00::1:2]", "[fd00:0::1:2]"),
            ("https://[fd00::1:2]:8200", "[fd00::1:2]:443"),
        ] {
            assert!(excepted(base, listed), "{base} {listed}");
        }
        for (base, listed) in [
            ("https://10.1.2.3", "2.3"),
            ("https://10.1.2.3", ".3"),
            ("https://10.1.2.3", "10.1.2.30"),
            ("https://[fd00::1:2]", "fd00::1"),
        ] {
            assert!(!excepted(base, listed), "{base} {listed}");
        }
    }

    #[test]
    fn this_machine_is_excepted_always() {
        for base in [
            "https://127.0.0.1:8200",
            "https://127.8.9.10",
            "https://localhost",
            "https://LOCALHOST.",
            "https://vault.localhost",
            "https://[::1]:8200",
            "https://[::ffff:127.0.0.1]",
        ] {
            assert!(excepted(base, ""), "{base}");
        }
        assert!(!excepted("https://localhost.example.org", ""));
        assert!(!excepted("https://notlocalhost", ""));
    }
}
