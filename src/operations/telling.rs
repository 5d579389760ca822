//! Tells hooks of findings: each finding once for each threshold. What was told is kept by the caller after each message, so
//! that at worst a finding is told twice and never not at all. Writes nothing to the store.

use std::borrow::Cow;

use crate::lifecycle::telling::Told;
use crate::model::date::Date;
use crate::model::finding::Finding;
use crate::model::hook::Threshold;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::operations::hook::{Hook, HookError};
use crate::report::notice;
use crate::store::StoreError;

/// The most findings of one message: a program may have to fit them into a mail.
const MOST: usize = 500;

/// Gives some accounts with their owners.
pub type Around<'a> = &'a dyn Fn(&[AccountId]) -> Result<Cow<'a, Inventory>, StoreError>;

/// What is told of.
pub struct Telling<'a> {
    pub findings: &'a [Finding],
    pub as_of: Date,
    pub around: Around<'a>,
}

/// Why somebody was not told.
#[derive(Debug, thiserror::Error)]
pub enum NotTold {
    #[error(transparent)]
    Hook(#[from] HookError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("what was told cannot be kept, so it will be told again: {0}")]
    Kept(String),
}

impl Telling<'_> {
    /// Whether there is anything to tell past these thresholds.
    pub fn has_news(&self, told: &Told, thresholds: impl Iterator<Item = Threshold>) -> bool {
        let mut thresholds = thresholds;
        thresholds.any(|threshold| !told.news(self.findings, threshold, self.as_of).is_empty())
    }

    /// Tells each hook what is past its threshold and was not told yet. One that fails holds up no other, and is tried again
    /// by the next run.
    pub fn tell(
        &self,
        hooks: &[(Threshold, Hook)],
        told: &mut Told,
        mut keep: impl FnMut(&Told) -> Result<(), String>,
    ) -> Vec<NotTold> {
        let mut failed = Vec::new();
        for (threshold, hook) in hooks {
            for news in told
                .news(self.findings, *threshold, self.as_of)
                .chunks(MOST)
            {
                if let Err(why) = self.one(*threshold, hook, news) {
                    failed.push(why);
                    break;
                }
                told.tell(news, *threshold, self.as_of);
                if let Err(why) = keep(told) {
                    failed.push(NotTold::Kept(why));
                }
            }
        }
        failed
    }

    fn one(&self, threshold: Threshold, hook: &Hook, news: &[&Finding]) -> Result<(), NotTold> {
        let around = (self.around)(&notice::accounts(news))?;
        hook.tell(&notice::message(threshold, self.as_of, news, &around))?;
        Ok(())
    }
}
