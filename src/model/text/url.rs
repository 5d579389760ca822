//! What stands where in a URL. Any text is looked at; none is trusted.

/// The scheme and the rest of a URL: what stands before and after `://`.
pub fn scheme(url: &str) -> Option<(&str, &str)> {
    url.trim().split_once("://")
}

/// Host and port of a URL, in lower case and without names and passwords.
pub fn authority(url: &str) -> Option<String> {
    let (_, rest) = scheme(url)?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let whole = &rest[..end];
    let at = whole.rfind('@').map_or(0, |at| at + 1);
    Some(whole[at..].to_ascii_lowercase()).filter(|authority| !authority.is_empty())
}

/// Whether a name or a password stands before the host.
pub fn has_user_info(url: &str) -> bool {
    scheme(url).is_some_and(|(_, rest)| {
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        rest[..end].contains('@')
    })
}

/// The host of a URL, in lower case; an IPv6 address in its brackets.
pub fn host(url: &str) -> Option<String> {
    let authority = authority(url)?;
    let end = match authority.find(']') {
        Some(at) if authority.starts_with('[') => at + 1,
        _ => authority.find(':').unwrap_or(authority.len()),
    };
    let host = authority[..end].trim_end_matches('.');
    (!host.is_empty()).then(|| host.to_owned())
}

/// Whether a host is this very machine.
pub fn is_loopback(host: &str) -> bool {
    let v4 = host.parse::<std::net::Ipv4Addr>();
    host == "localhost" || host == "[::1]" || v4.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_url_is_found_in_any_shape() {
        for (url, expected) in [
            ("https://cmms.example", Some("cmms.example")),
            ("HTTPS://CMMS.Example:8443/api?x=1", Some("cmms.example")),
            ("https://user:pass@cmms.example/a@b", Some("cmms.example")),
            ("http://[::1]:80/", Some("[::1]")),
            ("http://[::1", Some("[")),
            ("https://cmms.example.?q", Some("cmms.example")),
            ("https://", None),
            ("https:///path", None),
            ("https://:80", None),
            ("cmms.example", None),
            ("", None),
            ("://é", Some("é")),
        ] {
            assert_eq!(host(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn loopback_is_this_machine_and_no_look_alike() {
        for host in ["localhost", "127.0.0.1", "127.8.9.10", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "localhost.example",
            "127.0.0.1.example",
            "128.0.0.1",
            "0.0.0.0",
            "127",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
