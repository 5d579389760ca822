//! A request that is no more than a knock: whether somebody answers, and what their clock says. It holds no secret, and of
//! the answer nothing is read but its first lines.

use ureq::http::header;

use crate::wire::WireError;
use crate::wire::client::{Client, Header, Method, Request, dated};

/// What a server said to a knock.
pub struct Greeting {
    /// A redirect, too, is an answer.
    pub status: u16,
    /// The `Date` header, where it is one and was not kept somewhere on the way.
    pub date: Option<String>,
}

impl Client {
    /// Asks for the head of the base address.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn greet(&self) -> Result<Greeting, WireError> {
        let request = Request {
            method: Method::Head,
            path: "/",
            headers: &[("Cache-Control", Header::Plain("no-cache"))],
            body: None,
        };
        let answer = self.agent.run(self.built(&request, ())?);
        let answer = answer.map_err(|error| self.failed(error))?;
        let is_kept = answer.headers().contains_key(header::AGE);
        let date = answer.headers().get(header::DATE).and_then(dated);
        Ok(Greeting {
            status: answer.status().as_u16(),
            date: date.filter(|_| !is_kept),
        })
    }
}
