//! Whom a client talks to: scheme, host and port. HTTPS, or HTTP to this very machine.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::http::Uri;

use crate::wire::WireError;

/// The one server that a client talks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub(super) secure: bool,
    /// As an address has it: IPv6 in brackets.
    host: String,
    port: u16,
}

impl Origin {
    /// The origin of an address, and the path that stands behind it, without a slash at its end.
    pub(super) fn read(base: &str) -> Result<(Origin, String), WireError> {
        let bad = |why| WireError::BadUrl { why };
        let uri: Uri = base
            .trim_end_matches('/')
            .parse()
            .map_err(|_| bad("write `https://HOST` or `https://HOST:PORT`"))?;
        if base.contains(['?', '#']) {
            return Err(bad("it has a query or a fragment"));
        }
        let origin = Origin::of(&uri)?;
        if !origin.secure && !origin.is_loopback() {
            return Err(bad("plain `http` goes to this machine alone: use `https`"));
        }
        if origin.address().is_some_and(is_off_limits) {
            return Err(bad(
                "a link-local address, or a cloud's own service, is never asked",
            ));
        }
        Ok((origin, uri.path().trim_end_matches('/').to_owned()))
    }

    /// The origin of any address, whoever may be asked.
    pub(super) fn of(uri: &Uri) -> Result<Origin, WireError> {
        let bad = |why| WireError::BadUrl { why };
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(bad("it begins with neither `https://` nor `http://`")),
        };
        let authority = uri.authority().ok_or(bad("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(bad("it has a user name or password in it"));
        }
        let host = authority.host().to_ascii_lowercase();
        if host.is_empty() {
            return Err(bad("it names no host"));
        }
        let given = &authority.as_str()[host.len()..];
        let port = match (given, authority.port_u16()) {
            ("", None) => default_port(secure),
            (_, Some(port)) => port,
            (_, None) => return Err(bad("its port is no number up to 65535")),
        };
        Ok(Origin { secure, host, port })
    }

    /// In small letters; IPv6 in brackets.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn address(&self) -> Option<IpAddr> {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        bare.parse().ok()
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.address().is_some_and(|address| address.is_loopback())
    }
}

fn default_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

/// Where clouds answer with the keys of a machine, and not on the link: Alibaba, Azure, Oracle.
const METADATA: [Ipv4Addr; 3] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(192, 0, 0, 192),
];

/// The same for AWS: fd00:ec2::254.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Whether an address is never asked: it is of the link alone, or a cloud's own service, in whatever form it is written.
pub(super) fn is_off_limits(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local() || METADATA.contains(&address),
        IpAddr::V6(address) => {
            address.is_unicast_link_local()
                || address == METADATA_V6
                || translated(address).is_some_and(|inner| is_off_limits(inner.into()))
        }
    }
}

/// The IPv4 address behind one of 64:ff9b::/96, which a network with IPv6 alone translates (RFC 6052).
fn translated(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.octets() {
        [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] => {
            Some(Ipv4Addr::new(a, b, c, d))
        }
        _ => None,
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port != default_port(self.secure) {
            write!(f, ":{}", self.port)?;
        }
        Ok(())
    }
}

/// One segment of a path, percent-encoded whatever it holds.
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(base: &str) -> String {
        Origin::read(base).unwrap_err().to_string()
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let (origin, path) = Origin::read("https://Vault.example.org:8200/behind/").unwrap();
        assert_eq!(origin.to_string(), "https://vault.example.org:8200");
        assert_eq!(path, "/behind");
        let (origin, path) = Origin::read("https://[::1]:443").unwrap();
        assert_eq!(
            (origin.to_string().as_str(), path.as_str()),
            ("https://[::1]", "")
        );
    }

    #[test]
    fn plain_http_goes_to_this_machine_alone() {
        for good in [
            "http://127.0.0.1:8200",
            "http://localhost",
            "http://[::1]:1",
        ] {
            assert!(Origin::read(good).is_ok(), "{good}");
        }
        for bad in [
            "http://10.0.0.1",
            "http://localhost.example.org",
            "http://127.0.0.1.example.org",
            "http://0.0.0.0",
        ] {
            assert!(refused(bad).contains("this machine alone"), "{bad}");
        }
    }

    #[test]
    fn an_address_of_the_link_or_of_a_cloud_s_own_service_is_never_asked() {
        for bad in [
            "https://169.254.169.254",
            "https://[fe80::1]",
            "https://[::ffff:169.254.169.254]/latest",
            "https://[fd00:ec2::254]",
            "https://100.100.100.200",
            "https://168.63.129.16:443",
            "https://192.0.0.192",
            "https://[::ffff:100.100.100.200]",
            "https://[::ffff:a83f:8110]",
            "https://[64:ff9b::169.254.169.254]",
            "https://[64:ff9b::6464:64c8]",
            "https://[64:ff9b::192.0.0.192]",
        ] {
            assert!(refused(bad).contains("link-local"), "{bad}");
        }
        for good in [
            "https://100.100.100.201",
            "https://192.0.0.193",
            "https://[64:ff9b::10.0.0.1]",
            "https://[64:ff9c::169.254.169.254]",
            "https://[fd00:ec2::255]",
        ] {
            assert!(Origin::read(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn an_address_is_refused_without_being_repeated() {
        for bad in [
            "",
            "hunter2",
            "ftp://hunter2",
            "https://user:hunter2@vault",
            "https://vault?hunter2",
            "https://hunter2:99999",
            "https://",
        ] {
            assert!(!refused(bad).contains("hunter2"), "{bad}");
        }
    }

    #[test]
    fn a_segment_stays_one() {
        assert_eq!(segment("a/b c?d%e#f"), "a%2Fb%20c%3Fd%25e%23f");
    }
}
