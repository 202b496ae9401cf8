//! Redirects: where a hop leads, and what is carried there (RFC 9110 §15.4, and what browsers do for POST).

use reqwest::{Method, StatusCode};
use url::Url;

use super::{Fault, Request, target};

/// Headers that are only for the host that they were made for.
const ALWAYS_PRIVATE: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// Headers that mean nothing without the body.
const OF_BODY: [&str; 5] =
    ["content-type", "content-length", "content-encoding", "content-language", "transfer-encoding"];

/// Where an answer with that status and `Location` leads; nothing when it is no redirect.
pub(super) fn next(from: &Url, status: u16, location: &str) -> Result<Option<Url>, Fault> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let label = target::label(from);
    let to = from.join(location).map_err(|_| Fault::refused(format!("{label} redirects to no URL")))?;
    target::speaks_http(&to)?;
    Ok(Some(to))
}

/// What goes there.
pub(super) fn carried(mut request: Request, from: &Url, to: &Url, status: u16) -> Result<Request, Fault> {
    let seen = status == StatusCode::SEE_OTHER.as_u16() && request.method != Method::HEAD;
    if seen || (matches!(status, 301 | 302) && request.method == Method::POST) {
        request.method = Method::GET;
        request.body = None;
        request.private_body = false;
        request.headers.retain(|(name, _)| !OF_BODY.iter().any(|of_body| name.eq_ignore_ascii_case(of_body)));
    }
    if !same(from, to) {
        if request.private_body && request.body.is_some() {
            let (from, to) = (target::label(from), target::label(to));
            return Err(Fault::refused(format!("{from} redirects to {to}, and the body holds a secret")));
        }
        let private = std::mem::take(&mut request.private_headers);
        let stays = |name: &str| {
            ALWAYS_PRIVATE.into_iter().chain(private.iter().map(String::as_str)).all(|p| !p.eq_ignore_ascii_case(name))
        };
        request.headers.retain(|(name, _)| stays(name));
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
    }
    Ok(request)
}

/// Whether what is meant for one may be told to the other: the same host and port, or its step up to TLS.
fn same(from: &Url, to: &Url) -> bool {
    let up = from.scheme() == "http" && to.scheme() == "https" && from.port().is_none() && to.port().is_none();
    from.host() == to.host() && (up || (from.scheme() == to.scheme() && from.port() == to.port()))
}
