//! The guarded HTTP client: all that goes out over HTTP goes through here. HTTP/1.1, TLS always verified, private addresses
//! refused unless allowed, redirects followed by hand so that every hop is checked, time and size bounded.
//! Deliberately absent: what is sent and why, whether it is tried again, the environment.

use std::fmt;

pub use address::refusal;
pub use exchange::FRAMING;
pub use reqwest::Method;
pub use resolve::addresses;
pub use retry_after::retry_after;
pub use target::origin;
pub use web::{Client, Proxies, Web};

use crate::model::time::Millis;

mod address;
mod body;
mod exchange;
mod fault;
mod follow;
mod proxy;
mod resolve;
mod retry_after;
mod target;
mod web;

/// What a client may do, and for how long.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Whether private, loopback and link-local addresses may be reached.
    pub allow_private: bool,
    /// How long it may take until a connection stands: name, address, TLS.
    pub connect: Millis,
    /// How long it may take until an answer begins, connecting included.
    pub first_byte: Millis,
    /// How long all of it may take, redirects and body included.
    pub total: Millis,
    /// The most bytes of an answer's body, unpacked.
    pub largest: usize,
    /// How many redirects are followed; 0 hands back the redirect itself.
    pub redirects: usize,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            allow_private: false,
            connect: Millis(10_000),
            first_byte: Millis(30_000),
            total: Millis(30_000),
            largest: 8 << 20,
            redirects: 5,
        }
    }
}

/// What is asked. What holds a secret must say so: it is not carried to another host.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// An absolute `http` or `https` URL.
    pub url: String,
    /// Headers. One that is set here is not set by the client.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// The names of headers that hold secrets, besides `Authorization`, `Cookie` and `Proxy-Authorization`, which always do.
    pub private_headers: Vec<String>,
    /// Whether the body holds a secret.
    pub private_body: bool,
}

impl Request {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: Method, url: impl Into<String>) -> Request {
        let url = url.into();
        Request { method, url, headers: Vec::new(), body: None, private_headers: Vec::new(), private_body: false }
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Request {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same with a header that holds a secret.
    #[must_use]
    pub fn private_header(mut self, name: &str, value: impl Into<String>) -> Request {
        self.private_headers.push(name.to_owned());
        self.header(name, value)
    }

    /// The same with a body of that content type.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Request {
        self.body = Some(body.into());
        self.header("content-type", content_type)
    }
}

/// The method and the host: the rest may hold secrets.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = url::Url::parse(&self.url).map(|url| target::label(&url));
        write!(f, "{} {}", self.method, host.unwrap_or_default())
    }
}

/// What was answered, whatever the status.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, unpacked.
    pub body: Vec<u8>,
    /// The URL that answered, after redirects. It may hold what is secret.
    pub url: String,
    /// Whether somebody else had answered before, and sent the request on.
    pub redirected: bool,
}

impl Response {
    /// The status with its usual words: `404 Not Found`.
    #[must_use]
    pub fn told(&self) -> String {
        let status = reqwest::StatusCode::from_u16(self.status);
        status.map_or_else(|_| self.status.to_string(), |status| status.to_string())
    }

    /// Who answered: scheme, host and port, which hold no secret.
    #[must_use]
    pub fn host(&self) -> String {
        url::Url::parse(&self.url).map(|url| target::label(&url)).unwrap_or_default()
    }

    /// The first header of that name, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer. It never tells of a URL more than scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind.
    pub kind: FaultKind,
    /// What happened.
    pub what: String,
    /// Whether the other side can have seen the request.
    pub sent: Sent,
}

/// Kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Against the rules: a private address, a scheme, too many redirects, a secret that would go elsewhere.
    Refused,
    /// No connection could be made.
    Connect,
    /// The other side is not who it should be, or does not speak TLS.
    Tls,
    /// It took too long.
    Timeout,
    /// The connection broke, or what came over it is no HTTP.
    Broken,
    /// The answer is larger than it may be.
    TooLarge,
    /// The request cannot be sent as it is.
    Invalid,
}

/// Whether the other side can have seen a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It cannot.
    No,
    /// It can; nobody can tell.
    Maybe,
}
