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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_place_is_told_the_same() {
        let url = |text: &str| Url::parse(text).unwrap();
        for (from, to, wanted) in [
            ("http://a.test/x", "http://A.test:80/y", true),
            ("http://a.test/", "https://a.test/", true),
            ("https://a.test/", "http://a.test/", false),
            ("https://a.test/", "https://a.test:8443/", false),
            ("http://a.test:8080/", "https://a.test/", false),
            ("https://a.test/", "https://b.a.test/", false),
            ("https://a.test/", "https://a.test./", false),
        ] {
            assert_eq!(same(&url(from), &url(to)), wanted, "{from} {to}");
        }
    }

    #[test]
    fn methods_change_as_they_do_in_browsers() {
        let url = Url::parse("http://a.test/").unwrap();
        let after = |method: &str, status| {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = Request::new(method, "").body("text/plain", "x");
            let request = carried(request, &url, &url, status).unwrap();
            assert_eq!(request.body.is_some(), !request.headers.is_empty());
            (request.method.to_string(), request.body.is_some())
        };
        for (method, status, wanted, body) in [
            ("POST", 301, "GET", false),
            ("POST", 302, "GET", false),
            ("POST", 303, "GET", false),
            ("PUT", 302, "PUT", true),
            ("PUT", 303, "GET", false),
            ("DELETE", 301, "DELETE", true),
            ("HEAD", 303, "HEAD", true),
            ("POST", 307, "POST", true),
            ("PATCH", 308, "PATCH", true),
        ] {
            assert_eq!(after(method, status), (wanted.to_owned(), body), "{method} {status}");
        }
    }
}
