//! Invitations: invited, accepted, revoked. Decides what becomes of one; writes nothing, and sends nothing.

use crate::model::date::Date;
use crate::model::party::{Invitation, InvitationStatus, Person};
use crate::model::text::shape;

/// Why somebody is not invited, or an invitation not accepted or revoked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoInvitation {
    #[error(
        "is in the roll and was never invited: has access already, by the roles that are assigned"
    )]
    NeverInvited,
    #[error("accepted the invitation on {0}: has access already, by the roles that are assigned")]
    Accepted(Date),
    #[error("left on {0}")]
    Left(Date),
    #[error("was invited, and the invitation was revoked on {0}")]
    Revoked(Date),
    #[error("was invited, and the invitation ended on {0}")]
    Ended(Date),
    #[error("cannot be invited until {until}: that day is past on {today}")]
    PastUntil { until: Date, today: Date },
    #[error("has no email to be invited by")]
    NoEmail,
    #[error("has an email that none can be sent to")]
    BadEmail,
}

/// A person, and how the invitation stands.
#[derive(Clone, Copy, Debug)]
pub struct Invited<'a> {
    pub person: &'a Person,
    /// None where there is none.
    pub invitation: Option<&'a Invitation>,
    /// Whether the roll had them before: nobody who did is invited out of what they may do already.
    pub is_new: bool,
}

/// Invites somebody: anew, once more while it is pending, or after it was revoked.
///
/// While it is pending its last day stays, unless another is given.
///
/// # Errors
/// When they have access already, have left, or cannot be reached; when the last day is past.
pub fn invite(
    invited: Invited<'_>,
    until: Option<Date>,
    today: Date,
) -> Result<Invitation, NoInvitation> {
    there(invited.person, today)?;
    let kept = match invited.invitation.map(|old| (old.status, old)) {
        None if invited.is_new => None,
        None => return Err(NoInvitation::NeverInvited),
        Some((InvitationStatus::Accepted, old)) => return Err(NoInvitation::Accepted(old.since)),
        Some((InvitationStatus::Revoked, _)) => None,
        Some((InvitationStatus::Pending, old)) => old.until,
    };
    let email = invited.person.email.as_ref();
    let email = email.ok_or(NoInvitation::NoEmail)?;
    if !is_address(email.as_str()) {
        return Err(NoInvitation::BadEmail);
    }
    match (until, kept) {
        (Some(until), _) if until < today => Err(NoInvitation::PastUntil { until, today }),
        (None, Some(kept)) if kept < today => Err(NoInvitation::Ended(kept)),
        (given, kept) => Ok(Invitation {
            status: InvitationStatus::Pending,
            since: today,
            until: given.or(kept),
        }),
    }
}

/// Accepts an invitation; one that is accepted stays as it is.
///
/// # Errors
/// When there is none, it was revoked or has ended, or they have left.
pub fn accept(invited: Invited<'_>, today: Date) -> Result<Invitation, NoInvitation> {
    let old = invited.invitation.ok_or(NoInvitation::NeverInvited)?;
    match old.status {
        InvitationStatus::Accepted => return Ok(old.clone()),
        InvitationStatus::Revoked => return Err(NoInvitation::Revoked(old.since)),
        InvitationStatus::Pending => {}
    }
    there(invited.person, today)?;
    match old.until.filter(|until| *until < today) {
        Some(until) => Err(NoInvitation::Ended(until)),
        None => Ok(Invitation {
            status: InvitationStatus::Accepted,
            since: today,
            until: old.until,
        }),
    }
}

/// Revokes an invitation; one that is revoked stays as it is.
///
/// # Errors
/// When there is none, or it was accepted: access is ended by other means.
pub fn revoke(invited: Invited<'_>, today: Date) -> Result<Invitation, NoInvitation> {
    let old = invited.invitation.ok_or(NoInvitation::NeverInvited)?;
    match old.status {
        InvitationStatus::Accepted => Err(NoInvitation::Accepted(old.since)),
        InvitationStatus::Revoked => Ok(old.clone()),
        InvitationStatus::Pending => Ok(Invitation {
            status: InvitationStatus::Revoked,
            since: today,
            until: old.until,
        }),
    }
}

fn there(person: &Person, today: Date) -> Result<(), NoInvitation> {
    match person.left.filter(|left| *left <= today) {
        Some(left) => Err(NoInvitation::Left(left)),
        None => Ok(()),
    }
}

/// Whether a text can be one address of a message, and nothing else: no second line, no second address, no option.
fn is_address(text: &str) -> bool {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>,;:\"\\()[]".contains(c);
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let is_part = |part: &str| !part.is_empty() && part.chars().all(is_plain);
    text.len() <= 254
        && is_part(local)
        && is_part(domain)
        && !domain.contains('@')
        && !text.starts_with('-')
        && shape::hits(text).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn person(email: Option<&str>, left: Option<&str>) -> Person {
        serde_json::from_value(
            serde_json::json!({ "name": "Jo Miller", "email": email, "left": left }),
        )
        .unwrap()
    }

    fn invitation(status: InvitationStatus, until: Option<&str>) -> Invitation {
        let (since, until) = (day("2026-11-01"), until.map(day));
        Invitation {
            status,
            since,
            until,
        }
    }

    const TODAY: &str = "2026-11-22";

    fn invite_of(
        old: Option<&Invitation>,
        until: Option<&str>,
    ) -> Result<Invitation, NoInvitation> {
        let person = person(Some("jo@femo.example"), None);
        let invited = Invited {
            person: &person,
            invitation: old,
            is_new: false,
        };
        invite(invited, until.map(day), day(TODAY))
    }

    #[test]
    fn nobody_who_has_access_is_invited_out_of_it() {
        assert_eq!(invite_of(None, None), Err(NoInvitation::NeverInvited));
        let accepted = invitation(InvitationStatus::Accepted, None);
        let refused = NoInvitation::Accepted(day("2026-11-01"));
        assert_eq!(invite_of(Some(&accepted), None), Err(refused));
    }

    #[test]
    fn a_pending_one_is_sent_again_with_its_last_day_and_a_revoked_one_begins_anew() {
        let pending = invitation(InvitationStatus::Pending, Some("2026-12-31"));
        let again = invite_of(Some(&pending), None).unwrap();
        assert_eq!(
            (again.since, again.until),
            (day(TODAY), Some(day("2026-12-31")))
        );
        let later = invite_of(Some(&pending), Some("2027-01-31")).unwrap();
        assert_eq!(later.until, Some(day("2027-01-31")));
        let revoked = invitation(InvitationStatus::Revoked, Some("2026-11-02"));
        let anew = invite_of(Some(&revoked), None).unwrap();
        assert_eq!((anew.status, anew.until), (InvitationStatus::Pending, None));
    }

    #[test]
    fn no_invitation_ends_before_it_begins() {
        let ended = invitation(InvitationStatus::Pending, Some("2026-11-21"));
        let refused = NoInvitation::Ended(day("2026-11-21"));
        assert_eq!(invite_of(Some(&ended), None), Err(refused));
        let (until, today) = (day("2026-11-21"), day(TODAY));
        let refused = NoInvitation::PastUntil { until, today };
        assert_eq!(invite_of(Some(&ended), Some("2026-11-21")), Err(refused));
        assert!(invite_of(Some(&ended), Some(TODAY)).is_ok());
    }

    #[test]
    fn an_invitation_is_accepted_until_its_last_day() {
        let person = person(Some("jo@femo.example"), None);
        let accepted = |old: Option<&Invitation>| {
            let invited = Invited {
                person: &person,
                invitation: old,
                is_new: false,
            };
            accept(invited, day(TODAY)).map(|new| (new.status, new.since))
        };
        let pending = |until: &str| invitation(InvitationStatus::Pending, Some(until));
        let yes = (InvitationStatus::Accepted, day(TODAY));
        assert_eq!(accepted(Some(&pending(TODAY))), Ok(yes));
        let ended = NoInvitation::Ended(day("2026-11-21"));
        assert_eq!(accepted(Some(&pending("2026-11-21"))), Err(ended));
        let revoked = invitation(InvitationStatus::Revoked, None);
        let refused = NoInvitation::Revoked(day("2026-11-01"));
        assert_eq!(accepted(Some(&revoked)), Err(refused));
        assert_eq!(accepted(None), Err(NoInvitation::NeverInvited));
    }

    #[test]
    fn who_accepted_is_not_kept_out_by_revoking() {
        let person = person(None, None);
        let revoked = |status| {
            let old = invitation(status, None);
            let invited = Invited {
                person: &person,
                invitation: Some(&old),
                is_new: false,
            };
            revoke(invited, day(TODAY)).map(|new| (new.status, new.since))
        };
        let no = (InvitationStatus::Revoked, day(TODAY));
        assert_eq!(revoked(InvitationStatus::Pending), Ok(no));
        let first = (InvitationStatus::Revoked, day("2026-11-01"));
        assert_eq!(revoked(InvitationStatus::Revoked), Ok(first));
        let refused = NoInvitation::Accepted(day("2026-11-01"));
        assert_eq!(revoked(InvitationStatus::Accepted), Err(refused));
    }

    #[test]
    fn who_has_left_or_cannot_be_reached_is_not_invited() {
        let refused = |email: Option<&str>, left: Option<&str>| {
            let person = person(email, left);
            let invited = Invited {
                person: &person,
                invitation: None,
                is_new: true,
            };
            invite(invited, None, day(TODAY)).unwrap_err()
        };
        assert_eq!(refused(None, None), NoInvitation::NoEmail);
        for bad in [
            "jo",
            "@femo.example",
            "jo@",
            "-f@x",
            "jo@a,eve@b",
            "jo@a\nBcc: eve@b",
            "jo <j@a>",
            "a@b@c",
        ] {
            assert_eq!(refused(Some(bad), None), NoInvitation::BadEmail, "{bad}");
        }
        let left = NoInvitation::Left(day(TODAY));
        assert_eq!(refused(Some("jo@femo.example"), Some(TODAY)), left);
    }
}
