//! Stands beside the store while a command writes: signs the end of the trail where a key lies in a file, and notes that
//! end outside of the store, so that one that was cut off or put back to an older state is seen by whoever wrote last.
//! Vouches for nothing where the trail does not go on from what is known of it.

use std::fmt;
use std::path::PathBuf;
use std::slice;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::audit::checkpoint::Checkpoint;
use crate::audit::hex;
use crate::audit::note::Verifier;
use crate::cli::audit_key::{self, AuditKeyOptions};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Status};
use crate::cli::output::Output;
use crate::cli::seen::{self, Mark, SEEN, Seen};
use crate::secrets::AuditKey;
use crate::store::{
    Against, Fault, JudgedBy, Kept, Standing, Store, StoreError, Tip, Verification, Witness,
};

/// How a trail does not go on from what is known of it here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    #[error("{SEEN} of the audit trail cannot be read: {0}")]
    Unreadable(String),
    #[error(
        "the audit trail is not the one that was last seen here: events were taken away, or another or an older store was put \
         in its place"
    )]
    Other,
    #[error(
        "the audit trail does not go on from the kept checkpoint of `{0}`: one of the two was changed"
    )]
    Kept(String),
    #[error("the kept checkpoint of `{0}` is gone, or an older one is in its place")]
    Gone(String),
}

struct Attendant {
    key: Option<AuditKey>,
    mark: Option<PathBuf>,
    judged_by: Arc<Mutex<Option<JudgedBy>>>,
    /// Whether it is still to be said that the end cannot be noted.
    says: AtomicBool,
    /// The end of a trail that somebody accepts: it takes the place of what was seen.
    accepted: Option<Tip>,
}

impl fmt::Debug for Attendant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attendant")
            .field("mark", &self.mark)
            .finish_non_exhaustive()
    }
}

impl Witness for Attendant {
    fn goes_on(&self, trail: &Standing<'_>) -> bool {
        if let Some(accepted) = &self.accepted
            && trail.tip().ok().as_ref() != Some(accepted)
        {
            return false;
        }
        // Read anew: a commit before this one moved it on.
        let seen = match self.accepted {
            Some(_) => Seen::Nothing,
            None => self.mark.as_deref().map_or(Seen::Nothing, Seen::read),
        };
        let own = self.key.as_ref().map(AuditKey::verifier);
        matches!(broken(trail, &seen, own), Ok(None))
    }

    fn sign(&self, checkpoint: &Checkpoint) -> Option<Kept> {
        let key = self.key.as_ref()?;
        let note = key.sign(&checkpoint.to_string()).ok()?;
        Some(Kept {
            signer: key.verifier().signer().to_string(),
            size: checkpoint.size,
            note: note.to_string(),
        })
    }

    fn committed(&self, store: &str, tip: &Tip, signed: Option<&Kept>) {
        if let Some(path) = &self.mark {
            let note = signed.map(|kept| kept.note.as_str());
            // Where nothing can be noted, the work is done all the same.
            let written = seen::write(path, &seen::text(store, tip, note));
            if let Some(told) = written.err().and_then(|error| seen::unnoted(path, &error))
                && self.says.swap(false, Ordering::Relaxed)
            {
                Output::default().note(told);
            }
        }
    }

    fn judged_by(&self) -> Option<JudgedBy> {
        self.judged_by.lock().ok()?.clone()
    }
}

/// Puts a witness beside a store that is about to be written, and says, where `says` is set, that its trail is not the one
/// known here.
pub fn attend(store: &mut Store, context: &Context, says: bool) {
    let mut out = Output::default();
    let name = match store.name() {
        Ok(name) => name,
        Err(error) => {
            if says {
                out.note(format!("warning: nothing is signed nor noted: {error}"));
            }
            return;
        }
    };
    let key = audit_key::at_hand(&name, &AuditKeyOptions::default(), context);
    let key = key.unwrap_or_else(|failure| {
        if says {
            let why = failure.causes();
            out.note(format!("warning: the audit key is not used: {why}"));
        }
        None
    });
    if says {
        let own = key.as_ref().map(AuditKey::verifier);
        // What is damaged says so itself.
        let found = broken(&store.standing(), &Seen::of(context), own);
        if let Ok(Some(found)) = found {
            out.note(format!("warning: {found}"));
            if key.is_some() {
                out.note("warning: nothing is signed until somebody has looked at it");
            }
            out.note("hint: `keyroll audit verify` tells more");
        }
    }
    store.set_witness(Box::new(Attendant {
        key,
        mark: seen::file(context),
        judged_by: context.judged_by(),
        says: says.into(),
        accepted: None,
    }));
}

/// Puts a witness beside a store for the one commit that says that its trail was accepted, as it stood there: that is what
/// it goes on from, and what is signed and noted from then on.
pub fn accept(store: &mut Store, context: &Context, stood: Tip) {
    let key = store.name().ok().and_then(|name| {
        let key = audit_key::at_hand(&name, &AuditKeyOptions::default(), context);
        key.unwrap_or_else(|failure| {
            let why = failure.causes();
            Output::default().note(format!("warning: the audit key is not used: {why}"));
            None
        })
    });
    store.set_witness(Box::new(Attendant {
        key,
        mark: seen::file(context),
        judged_by: context.judged_by(),
        says: true.into(),
        accepted: Some(stood),
    }));
}

/// The public half of the key that signs here: that at hand, else the one that signed what was last seen.
pub fn own_key(store: &Store, seen: &Seen, context: &Context) -> Option<Verifier> {
    let name = store.name().ok()?;
    let at_hand = audit_key::at_hand(&name, &AuditKeyOptions::default(), context);
    if let Ok(Some(key)) = at_hand {
        return Some(key.verifier().clone());
    }
    let mark = seen.mark()?;
    let mut known = audit_key::trusted(&name, context).ok()?.into_iter();
    known.find(|key| mark.is_signed_by(key))
}

/// How the trail of a store does not go on from what was last seen and signed here, or cannot be read as one: in words, as far
/// as the look tells that each write has at its end.
///
/// # Errors
/// When the store cannot be read.
pub fn astray(store: &Store, context: &Context) -> Result<Option<String>, Failure> {
    let seen = Seen::of(context);
    let own = own_key(store, &seen, context);
    let found = store.at_once(|| {
        let trail = store.standing();
        // Of a trail that nobody saw, that it has its end and its name.
        trail.tip()?;
        trail.origin()?;
        broken(&trail, &seen, own.as_ref())
    });
    match found.map_err(Failure::from) {
        Ok(found) => Ok(found.map(|found| found.to_string())),
        Err(failure) if failure.status == Status::Integrity => Ok(Some(failure.causes())),
        Err(failure) => Err(failure),
    }
}

/// How a trail does not go on from what was seen of it, and from the kept checkpoint of the own key; none where it does.
///
/// # Errors
/// When the store cannot be read, or an end of its trail was cut off.
pub fn broken(
    trail: &Standing<'_>,
    seen: &Seen,
    own: Option<&Verifier>,
) -> Result<Option<Break>, StoreError> {
    let mark = match seen {
        Seen::Nothing => None,
        Seen::Unreadable(why) => return Ok(Some(Break::Unreadable(why.clone()))),
        Seen::Mark(mark) => Some(&**mark),
    };
    if let Some(mark) = mark
        && !follows(trail, mark)?
    {
        return Ok(Some(Break::Other));
    }
    match own {
        Some(own) => forked(trail, mark, own),
        None => Ok(None),
    }
}

/// Whether a trail goes on from what was seen of it, as far as a look at one event tells: its hash covers those before.
fn follows(trail: &Standing<'_>, mark: &Mark) -> Result<bool, StoreError> {
    if mark.checkpoint.origin != trail.origin()? {
        return Ok(false);
    }
    let size = mark.checkpoint.size;
    let hash = trail.event_hash(size)?;
    if hash.is_none_or(|hash| hex(&hash) != mark.head) {
        return Ok(false);
    }
    let tip = trail.tip()?;
    Ok(tip.size != size || tip.root == mark.checkpoint.root)
}

/// How a trail does not go on from what the own key signed last.
fn forked(
    trail: &Standing<'_>,
    mark: Option<&Mark>,
    own: &Verifier,
) -> Result<Option<Break>, StoreError> {
    let signer = own.signer().to_string();
    let signed = mark.filter(|mark| mark.is_signed_by(own));
    let kept = trail.checkpoints()?;
    let Some(kept) = kept.into_iter().find(|kept| kept.signer == signer) else {
        return Ok(signed.map(|_| Break::Gone(signer)));
    };
    let Ok((checkpoint, true)) = kept.read(slice::from_ref(own)) else {
        return Ok(Some(Break::Kept(signer)));
    };
    if signed.is_some_and(|mark| mark.checkpoint.size > checkpoint.size) {
        return Ok(Some(Break::Gone(signer)));
    }
    // That the trail goes on from there was seen already, without reading it.
    if mark.is_some_and(|mark| mark.checkpoint == checkpoint) {
        return Ok(None);
    }
    let stands = checkpoint.origin == trail.origin()?
        && trail.root_at(checkpoint.size)? == Some(checkpoint.root);
    Ok((!stands).then_some(Break::Kept(signer)))
}

/// That a key may sign the trail as it stands. What was seen of it is read before the store is.
///
/// # Errors
/// When the trail does not go on from what was seen, or from what that key signed last.
pub fn may_sign(store: &Store, seen: &Seen, key: &Verifier) -> Result<(), Failure> {
    match broken(&store.standing(), seen, Some(key))? {
        None => Ok(()),
        Some(found) => Err(Failure::refused(format!("{found}; nothing was signed"))
            .with(Status::Integrity)
            .hint("`keyroll audit verify` tells more; keep this file as evidence")),
    }
}

/// What is known here of a store, to hold it against. Made before the store is read: what was seen is never of later.
#[derive(Clone, Debug)]
pub struct Known {
    /// The public keys that are trusted.
    pub keys: Vec<Verifier>,
    pub seen: Seen,
    /// Checkpoints from outside, each with the words for where it is from.
    pub checkpoints: Vec<(String, Checkpoint)>,
}

impl Known {
    /// The public keys that are known here, and what was seen last.
    ///
    /// # Errors
    /// When the keys cannot be read.
    pub fn of(store: &Store, context: &Context) -> Result<Known, Failure> {
        Ok(Known {
            keys: audit_key::known(&store.name()?, &AuditKeyOptions::default(), context)?,
            seen: Seen::of(context),
            checkpoints: Vec::new(),
        })
    }

    /// Verifies a store against it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn verify(&self, store: &Store) -> Result<Verification, StoreError> {
        let mut checkpoints = self.checkpoints.clone();
        let mark = self.seen.mark();
        checkpoints.extend(mark.map(|mark| (SEEN.to_owned(), mark.checkpoint.clone())));
        let mut verified = store.verify_against(&Against {
            keys: &self.keys,
            checkpoints: &checkpoints,
        })?;
        let fault = |message| Fault {
            sequence: None,
            record: None,
            message,
        };
        if let Seen::Unreadable(why) = &self.seen {
            let found = Break::Unreadable(why.clone()).to_string();
            verified.faults.push(fault(found));
        }
        let gone = mark.map_or_else(Vec::new, |mark| gone(mark, &self.keys, &verified));
        verified.faults.extend(gone.into_iter().map(fault));
        Ok(verified)
    }
}

/// What keys signed here and the store does not show any more: each commit that is signed keeps its checkpoint.
fn gone(mark: &Mark, keys: &[Verifier], verified: &Verification) -> Vec<String> {
    let size = mark.checkpoint.size;
    let signers = keys.iter().filter(|key| mark.is_signed_by(key));
    let signers = signers.map(|key| key.signer().to_string());
    let lost = signers.filter(|signer| {
        let mut vouched = verified.vouched.iter();
        !vouched.any(|one| one.is_known && one.signer == *signer && one.size >= size)
    });
    lost.map(|signer| {
        format!(
            "{}: {SEEN} was signed, up to event {size}",
            Break::Gone(signer)
        )
    })
    .collect()
}
