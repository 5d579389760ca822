//! Keys that are spelt otherwise than they are read: `max_lifetime`, `MaxLifetime`, `[organization]`. Reading refuses them;
//! `--fix` writes them as they are read.

/// Keys of other spellings and of earlier forms, and what they are called now. A line here is all that a renaming costs.
pub(super) const RENAMED: &[(&str, &str)] = &[
    ("organization", "organisation"),
    ("expiry", "expires"),
    ("expires-on", "expires"),
];

/// The known key that `key` says in another spelling.
pub(super) fn respelt<'k>(key: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let plain = kebab(key);
    let now = RENAMED.iter().find(|(old, _)| *old == plain);
    let now = now.map_or(plain.as_str(), |(_, new)| new);
    known
        .into_iter()
        .find(|known| *known == now && *known != key)
}

/// The hint where a key is only spelt otherwise.
pub(super) fn hint<'k>(key: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    let now = respelt(key, known)?;
    Some(format!("write `{now}`; `keyroll validate --fix` does"))
}

/// A key in small letters with `-` between its words.
fn kebab(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut after_small = false;
    for c in key.chars() {
        if matches!(c, '_' | ' ') {
            out.push('-');
        } else {
            if c.is_ascii_uppercase() && after_small {
                out.push('-');
            }
            out.push(c.to_ascii_lowercase());
        }
        after_small = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_spellings_of_a_key_are_known() {
        let known = ["max-lifetime", "organisation", "expires"];
        for (key, now) in [
            ("max_lifetime", "max-lifetime"),
            ("MaxLifetime", "max-lifetime"),
            ("maxLifetime", "max-lifetime"),
            ("MAX_LIFETIME", "max-lifetime"),
            ("Organization", "organisation"),
            ("expires_on", "expires"),
        ] {
            assert_eq!(respelt(key, known), Some(now), "{key}");
        }
        assert_eq!(respelt("expires", known), None);
        assert_eq!(respelt("max-lifetimes", known), None);
    }
}
