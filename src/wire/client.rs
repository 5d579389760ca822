//! Requests to one origin. No redirect is followed, no cookie kept, and what comes back is held as a secret.

use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{self, HeaderName, HeaderValue};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::transport::DefaultConnector;

use crate::secret::Secret;
use crate::wire::WireError;
use crate::wire::origin::Origin;
use crate::wire::proxy;
use crate::wire::resolver::Askable;

/// The longest that a request takes from first to last, where nobody says otherwise.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// The largest body that is read, in bytes.
pub const LARGEST: usize = 1024 * 1024;

/// How an origin is reached.
pub struct Settings {
    /// From the look-up of the name to the last byte of the answer.
    pub timeout: Duration,
    /// PEM certificates of the authority, in place of those of the system.
    pub ca: Option<Vec<u8>>,
    /// The address of the proxy, which may have a password in it. It is not used for plain HTTP.
    pub proxy: Option<Secret>,
    /// The hosts that are asked without it, as `NO_PROXY` has them. This machine always is.
    pub no_proxy: Option<String>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            timeout: TIMEOUT,
            ca: None,
            proxy: None,
            no_proxy: None,
        }
    }
}

/// What is done at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

/// What is sent beside the headers.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    Json(&'a Secret),
    /// Percent-encoded fields of a form.
    Form(&'a Secret),
}

impl<'a> Body<'a> {
    fn bytes(self) -> &'a [u8] {
        match self {
            Body::Json(bytes) | Body::Form(bytes) => bytes.expose(),
        }
    }

    fn content(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Body::Json(_) => "application/json",
            Body::Form(_) => "application/x-www-form-urlencoded",
        })
    }
}

/// The value of a header.
#[derive(Clone, Copy)]
pub enum Header<'a> {
    Plain(&'a str),
    Secret(&'a Secret),
}

/// One request.
pub struct Request<'a> {
    pub method: Method,
    /// Behind the base address: it begins with `/`, and its segments are percent-encoded.
    pub path: &'a str,
    pub headers: &'a [(&'a str, Header<'a>)],
    pub body: Option<Body<'a>>,
}

/// What came back, whatever its status but a redirect.
pub struct Response {
    pub status: u16,
    pub body: Secret,
    /// What it says of its own clock: the `Date` header, where it is one.
    pub date: Option<String>,
}

impl Response {
    /// Whether the server did what was asked.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Talks to one origin.
pub struct Client {
    pub(super) agent: Agent,
    pub(super) origin: Origin,
    /// The path of the base address.
    below: String,
    pub(super) timeout: Duration,
}

impl Client {
    /// A client for the server of a base address. Connects to nothing yet.
    ///
    /// # Errors
    /// When the address, the certificates or the proxy cannot be used.
    pub fn new(base: &str, settings: &Settings) -> Result<Client, WireError> {
        let (origin, below) = Origin::read(base)?;
        let tls = TlsConfig::builder()
            .root_certs(roots(settings.ca.as_deref())?)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let excepted = settings.no_proxy.as_deref().unwrap_or_default();
        let proxy = settings.proxy.as_ref();
        let proxy = proxy.filter(|_| origin.secure && !proxy::is_excepted(&origin, excepted));
        let config = Agent::config_builder()
            .tls_config(tls)
            .https_only(origin.secure)
            .proxy(proxy.map(proxy::read).transpose()?)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(settings.timeout))
            // Sooner than the whole, so that what was never sent is told from what was not answered.
            .timeout_resolve(Some(before_sending(settings.timeout)))
            .timeout_connect(Some(before_sending(settings.timeout)))
            .user_agent(concat!("keyroll/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            .build();
        Ok(Client {
            agent: Agent::with_parts(config, DefaultConnector::default(), Askable::default()),
            origin,
            below,
            timeout: settings.timeout,
        })
    }

    /// The error of an answer that the caller can do nothing with.
    pub fn status(&self, response: &Response) -> WireError {
        WireError::Status {
            origin: self.origin.clone(),
            status: response.status,
        }
    }

    /// Sends a request, and reads the whole answer. A status of 400 and above is an answer.
    ///
    /// # Errors
    /// When there is no answer, or one that is not taken.
    pub fn send(&self, request: &Request<'_>) -> Result<Response, WireError> {
        let body = request.body.map(Body::bytes);
        let answer = match (body, request.method) {
            (Some(body), _) => self.agent.run(self.built(request, body)?),
            // A length of nothing: else it goes in pieces, which there is no content type for (PocketBase: 400).
            (None, Method::Post | Method::Put | Method::Patch) => {
                self.agent.run(self.built(request, &[][..])?)
            }
            (None, Method::Get | Method::Head | Method::Delete) => {
                self.agent.run(self.built(request, ())?)
            }
        };
        let mut answer = answer.map_err(|error| self.failed(error))?;
        let status = answer.status();
        if status.is_redirection() {
            return Err(WireError::Redirect {
                origin: self.origin.clone(),
                to: self.target(answer.headers().get(http::header::LOCATION)),
            });
        }
        let date = answer.headers().get(http::header::DATE).and_then(dated);
        let body = answer.body_mut().with_config().limit(LARGEST as u64);
        Ok(Response {
            status: status.as_u16(),
            date,
            body: Secret::new(body.read_to_vec().map_err(|error| self.failed(error))?),
        })
    }

    pub(super) fn built<B>(
        &self,
        request: &Request<'_>,
        body: B,
    ) -> Result<http::Request<B>, WireError> {
        let method = match request.method {
            Method::Get => http::Method::GET,
            Method::Head => http::Method::HEAD,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        let mut built = http::Request::new(body);
        *built.method_mut() = method;
        // The path begins with a slash: it cannot lead to another origin.
        *built.uri_mut() = format!("{}{}{}", self.origin, self.below, request.path)
            .parse()
            .ok()
            .filter(|uri| {
                request.path.starts_with('/')
                    && Origin::of(uri).is_ok_and(|origin| origin == self.origin)
            })
            .ok_or(WireError::BadUrl {
                why: "its path cannot be written",
            })?;
        let headers = built.headers_mut();
        if let Some(body) = request.body {
            headers.insert(http::header::CONTENT_TYPE, body.content());
        }
        for (name, value) in request.headers {
            let bad = || WireError::BadHeader {
                name: (*name).to_owned(),
            };
            let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
            let bytes = match value {
                Header::Plain(text) => text.as_bytes(),
                Header::Secret(secret) => secret.expose(),
            };
            let mut written = HeaderValue::from_bytes(bytes).map_err(|_| bad())?;
            written.set_sensitive(matches!(value, Header::Secret(_)));
            headers.insert(key, written);
        }
        Ok(built)
    }

    /// Where a redirect leads: an origin, and nothing of the path, which may hold what was sent.
    fn target(&self, location: Option<&HeaderValue>) -> String {
        let text = location.and_then(|value| value.to_str().ok());
        let uri = text.and_then(|text| text.parse::<http::Uri>().ok());
        match uri {
            Some(uri) if uri.authority().is_some() => {
                Origin::of(&uri).map_or_else(|_| "another address".to_owned(), |to| to.to_string())
            }
            Some(_) => "another path of its own".to_owned(),
            None => "nowhere".to_owned(),
        }
    }
}

/// How much of a limit may pass before something is sent.
pub(super) fn before_sending(timeout: Duration) -> Duration {
    timeout * 2 / 3
}

/// The text of a `Date` header, where it has the look of one.
pub(super) fn dated(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b" ,:+-".contains(&b);
    (text.len() <= 40 && text.bytes().all(is_plain)).then(|| text.to_owned())
}

fn roots(ca: Option<&[u8]>) -> Result<RootCerts, WireError> {
    let Some(pem) = ca else {
        return Ok(RootCerts::PlatformVerifier);
    };
    let bad = |why| WireError::BadCertificate { why };
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item.map_err(|_| bad("it is no PEM"))? {
            PemItem::Certificate(certificate) => certificates.push(certificate),
            _ => return Err(bad("there is a private key among them")),
        }
    }
    if certificates.is_empty() {
        return Err(bad("there is none in it"));
    }
    Ok(RootCerts::from(certificates))
}
