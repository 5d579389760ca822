//! Names to addresses, without those of the link: a name may point there, today or tomorrow.

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::wire::origin::is_link_local;

/// The system's resolver, less what is link-local.
#[derive(Debug, Default)]
pub(super) struct NotLinkLocal(DefaultResolver);

impl Resolver for NotLinkLocal {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let all = self.0.resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        for address in all.iter().filter(|address| !is_link_local(address.ip())) {
            kept.push(*address);
        }
        if kept.is_empty() {
            return Err(Error::HostNotFound);
        }
        Ok(kept)
    }
}
