//! Where a request goes: what of a URL can be judged without asking anybody.

use std::net::IpAddr;

use url::{Host, Url};

use super::Fault;
use super::address::refusal;
use super::resolve::{MEND, refused};

/// How a request gets to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The connected address is checked as well.
    Direct,
    /// Nobody here sees the address behind a name.
    Proxied,
}

/// Names that mean something inside only, and what ends with them (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`).
const INSIDE: [&str; 4] = ["localhost", "local", "internal", "home.arpa"];

/// Reads a URL; only `http` and `https` with a host.
pub(super) fn read(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|why| Fault::invalid(format!("the URL cannot be read: {why}")))?;
    speaks_http(&url)?;
    Ok(url)
}

/// Refuses what is not `http` or `https`.
pub(super) fn speaks_http(url: &Url) -> Result<(), Fault> {
    match url.scheme() {
        "http" | "https" => Ok(()),
        other => Err(Fault::refused(format!("`{other}` URLs are not opened, only http and https"))),
    }
}

/// Refuses a URL whose host is an address that may not be reached; by a proxy, also names that only mean something inside.
/// `url` has written every spelling of an address (`0x7f.1`, `2130706433`, `[::ffff:7f00:1]`) in the one way.
pub(super) fn check(url: &Url, way: Way) -> Result<(), Fault> {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(name)) if way == Way::Proxied => return check_name(name),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(Fault::invalid("the URL has no host")),
    };
    match refusal(address) {
        Some(_) => Err(refused(url.host_str().unwrap_or_default(), address)),
        None => Ok(()),
    }
}

fn check_name(name: &str) -> Result<(), Fault> {
    let plain = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let inside = |end: &str| plain.strip_suffix(end).is_some_and(|rest| rest.ends_with('.'));
    if !plain.contains('.') || INSIDE.into_iter().any(|end| plain == end || inside(end)) {
        return Err(Fault::refused(format!("`{name}` is a name of an inner network: {MEND}")));
    }
    Ok(())
}

/// What of a URL may be told: scheme, host, port.
pub(super) fn label(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("`{}://{}{port}`", url.scheme(), url.host_str().unwrap_or_default())
}

/// The scheme, host and port of a URL, as everything that means the same is written; for comparing.
///
/// # Errors
/// When it is no `http` or `https` URL, or leads to an address that may not be reached.
pub fn origin(text: &str, allow_private: bool) -> Result<String, Fault> {
    let url = read(text)?;
    if !allow_private {
        check(&url, Way::Direct)?;
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_the_same() {
        let of = |text: &str| origin(text, true).unwrap();
        assert_eq!(of("HTTPS://u:p@A.test:443/x?y"), "https://a.test");
        assert_eq!(of("http://0x7f.1:8080"), "http://127.0.0.1:8080");
        assert_ne!(of("https://a.test:8443"), of("https://a.test"));
        for wrong in ["", "a.test", "/x", "file:///x", "http://", "http://a b/", "http://a.test:99999/", "javascript:0"]
        {
            assert!(origin(wrong, true).is_err(), "{wrong}");
        }
        assert!(origin("http://127.1/", false).unwrap_err().what.contains("loopback"));
    }
}
