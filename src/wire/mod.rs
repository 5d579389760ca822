//! Floor 3: the only HTTP client: one origin, TLS, limits of time and size. Knows no provider, and shows neither a
//! header nor a body.

mod client;
mod error;
mod failed;
mod greeting;
mod origin;
mod proxy;
mod resolver;

pub use client::{Body, Client, Header, LARGEST, Method, Request, Response, Settings, TIMEOUT};
pub use error::WireError;
pub use greeting::Greeting;
pub use origin::{Origin, segment};
