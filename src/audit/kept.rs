//! What the trail keeps of a record: all of it, but of a ciphertext only its digest.
//!
//! A ciphertext that was replaced must not live on where its recipients of old could read it.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use crate::audit::hex;
use crate::model::record::Record;
use crate::model::sealed::{BEGIN, Ciphertext, Sealed, StoreKey};

/// A record as the trail keeps it.
pub fn kept(record: &Record) -> Cow<'_, Record> {
    if let Record::Sealed(key, sealed) = record {
        let ciphertext = digest(&sealed.ciphertext);
        Cow::Owned((key.clone(), Sealed { ciphertext }).into())
    } else if let Record::StoreKey(key, store_key) = record {
        let ciphertext = digest(&store_key.ciphertext);
        let recipients = store_key.recipients.clone();
        let kept = StoreKey {
            ciphertext,
            recipients,
        };
        Cow::Owned((*key, kept).into())
    } else {
        Cow::Borrowed(record)
    }
}

fn digest(ciphertext: &Ciphertext) -> Ciphertext {
    let digest = hex(&Sha256::digest(ciphertext.as_str()).into());
    format!("{BEGIN} sha256 {digest}")
        .parse()
        .expect("it begins as a ciphertext does")
}
