//! A file's path as the reports of a CI want it: from the folder that keyroll ran in, and as a URI.

/// The path without the `./` that a walk through this folder puts before it.
pub fn plain(file: &str) -> &str {
    let mut file = file;
    while let Some(rest) = file.strip_prefix("./") {
        file = rest.trim_start_matches('/');
    }
    file
}

/// The path as a URI reference (RFC 3986): relative to the folder that keyroll ran in, or `file:///...` where it was
/// given whole. What is no letter, digit or one of `-._~/` is percent-encoded, so that no scheme, query or host comes
/// of a name.
pub fn uri(file: &str) -> String {
    let file = plain(file);
    let mut out = String::with_capacity(file.len());
    if file.starts_with('/') {
        out.push_str("file:///");
    }
    for byte in file.trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Whether the path says where the file is without knowing the folder that keyroll ran in.
pub fn is_whole(file: &str) -> bool {
    file.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_uri_that_says_no_more_than_the_path() {
        for (path, expected) in [
            ("./a b/c.toml", "a%20b/c.toml"),
            ("././/x.toml", "x.toml"),
            ("../up.toml", "../up.toml"),
            ("/srv/a.toml", "file:///srv/a.toml"),
            ("//host/a.toml", "file:///host/a.toml"),
            ("javascript:alert(1).toml", "javascript%3Aalert%281%29.toml"),
            ("ü?#%0A\n.toml", "%C3%BC%3F%23%250A%0A.toml"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
