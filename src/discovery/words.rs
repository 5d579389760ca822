//! The words of a name: `MAXIMO_API_KEY`, `maximoApiKey` and `maximo.api-key` are the same three.

/// The most words of a name.
const MOST: usize = 16;

/// The words of a name, in small letters.
pub(super) fn split(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let signs: Vec<char> = name.chars().collect();
    for (at, c) in signs.iter().enumerate() {
        if !c.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| signs.get(at));
        let after = signs.get(at + 1);
        let is = |c: Option<&char>, of: fn(char) -> bool| c.copied().is_some_and(of);
        let begins = c.is_uppercase()
            && (is(before, char::is_lowercase)
                || is(before, char::is_uppercase) && is(after, char::is_lowercase));
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words.truncate(MOST);
    words
}

/// The words of a file's name, without its ending.
pub(super) fn of_file(name: &str) -> Vec<String> {
    let name = name.trim_start_matches('.');
    split(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_falls_into_its_words() {
        for name in [
            "MAXIMO_API_KEY",
            "maximoApiKey",
            "maximo.api-key",
            "MaximoAPIKey",
        ] {
            assert_eq!(split(name), ["maximo", "api", "key"], "{name}");
        }
        assert_eq!(split("S4HANA_PWD2"), ["s4hana", "pwd2"]);
        assert_eq!(split("--"), [""; 0]);
    }
}
