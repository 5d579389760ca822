//! Takes secrets out of what came back, in every form that a server gives them back in.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::model::text::{is_unsafe, shape};
use crate::provider::template::percent;
use crate::provider::values::Scope;
use crate::secret::Secret;

/// What stands in place of a secret.
const MASK: &[u8] = b"***";

/// The most of another's words that is said, in characters.
const SAID: usize = 80;

/// The SHA-256 of an answer, with every secret taken out first: nobody can try secrets against it.
pub(super) fn digest(body: &Secret, scope: &Scope<'_>, more: &[&Secret]) -> String {
    let masked = masked(body, scope, more);
    let digest = Sha256::digest(masked.expose());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Another's word, so that it can be said: without secrets, without what harms a terminal, and short.
pub(super) fn said(word: &str, scope: &Scope<'_>) -> String {
    let masked = masked(&Secret::from(word.to_owned()), scope, &[]);
    let text = String::from_utf8_lossy(masked.expose()).into_owned();
    let text = shape::masked(&text);
    text.chars().filter(|c| !is_unsafe(*c)).take(SAID).collect()
}

/// Bytes without the secrets of a scope.
pub(super) fn masked(body: &Secret, scope: &Scope<'_>, more: &[&Secret]) -> Secret {
    let mut forms: Vec<Secret> = Vec::new();
    for secret in scope.secrets().chain(more.iter().copied()) {
        forms.extend(forms_of(secret));
    }
    // The longest first: a secret may stand inside another.
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    let bytes = body.expose();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let here = &bytes[at..];
        match forms.iter().find(|form| here.starts_with(form.expose())) {
            Some(form) => {
                out.extend_from_slice(MASK);
                at += form.len();
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    Secret::new(out)
}

/// The forms of a secret: itself, in a URL, in JSON, in base64.
fn forms_of(secret: &Secret) -> Vec<Secret> {
    let bytes = secret.expose();
    let mut forms = vec![
        Secret::new(bytes.to_vec()),
        Secret::from(percent(bytes)),
        Secret::from(STANDARD.encode(bytes)),
        Secret::from(STANDARD_NO_PAD.encode(bytes)),
        Secret::from(URL_SAFE_NO_PAD.encode(bytes)),
    ];
    if let Ok(text) = std::str::from_utf8(bytes) {
        let quoted = serde_json::Value::from(text).to_string();
        forms.push(Secret::from(quoted.trim_matches('"').to_owned()));
    }
    forms.retain(|form| !form.is_empty());
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::values::Values;
    use crate::secret::Value;

    #[test]
    fn a_secret_is_taken_out_in_every_form() {
        let value = Value::single(Secret::from("s3/cr\"et~x".to_owned())).unwrap();
        let values = Values::new().secret(&value);
        let scope = Scope::of(&values);
        let body =
            r#"a s3/cr"et~x b s3/cr\"et~x c s3%2Fcr%22et~x d czMvY3IiZXR+eA== e czMvY3IiZXR-eA"#;
        let out = masked(&Secret::from(body.to_owned()), &scope, &[]);
        assert_eq!(out.expose(), b"a *** b *** c *** d *** e ***");
        assert_eq!(said("x\u{1b}[1m s3/cr\"et~x", &scope), "x[1m ***");
    }
}
