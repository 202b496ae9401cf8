//! Which proxy a URL goes through, as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` mean it to most tools.

use std::net::IpAddr;

use url::{Host, Url};

use super::Proxies;

impl Proxies {
    /// The proxy for a URL; nothing when it is reached directly.
    pub(super) fn way(&self, url: &Url) -> Option<&str> {
        let proxy = if url.scheme() == "https" { &self.https } else { &self.http };
        let proxy = proxy.as_deref().filter(|proxy| !proxy.trim().is_empty())?;
        let host = url.host()?;
        let port = url.port_or_known_default();
        let exempt = self.no_proxy.as_deref().unwrap_or_default().split([',', ' ']).map(str::trim);
        let exempt = exempt.filter(|entry| !entry.is_empty()).any(|entry| matches(entry, &host, port));
        (!exempt).then_some(proxy)
    }
}

/// Whether an entry of `NO_PROXY` means a host: `*`, a name with all below it, an address, a block of addresses; with a
/// port, only that.
fn matches(entry: &str, host: &Host<&str>, port: Option<u16>) -> bool {
    if entry == "*" {
        return true;
    }
    let (entry, only) = match entry.rsplit_once(':') {
        Some((name, digits)) if !name.contains(':') || name.ends_with(']') => match digits.parse::<u16>() {
            Ok(only) => (name, Some(only)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    };
    if only.is_some() && only != port {
        return false;
    }
    let address = match host {
        Host::Domain(name) => return matches_name(entry, name),
        Host::Ipv4(address) => IpAddr::V4(*address),
        Host::Ipv6(address) => IpAddr::V6(*address),
    };
    let (block, length) = entry.split_once('/').map_or((entry, None), |(block, length)| (block, Some(length)));
    let Ok(block) = block.trim_matches(['[', ']']).parse::<IpAddr>() else { return false };
    match length.map(str::parse::<u32>) {
        None => block == address,
        Some(length) => length.is_ok_and(|length| holds(block, length, address)),
    }
}

fn matches_name(entry: &str, name: &str) -> bool {
    let entry = entry.trim_start_matches("*.").trim_matches('.').to_ascii_lowercase();
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    !entry.is_empty() && (name == entry || name.strip_suffix(&entry).is_some_and(|rest| rest.ends_with('.')))
}

fn holds(block: IpAddr, length: u32, address: IpAddr) -> bool {
    let (differ, width) = match (block, address) {
        (IpAddr::V4(block), IpAddr::V4(address)) => (u128::from(block.to_bits() ^ address.to_bits()), 32),
        (IpAddr::V6(block), IpAddr::V6(address)) => (block.to_bits() ^ address.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
    };
    length <= width && differ.checked_shr(width - length).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(no_proxy: &str, url: &str) -> bool {
        let some = |text: &str| Some(text.to_owned());
        let proxies = Proxies { http: some("http://a:1"), https: some("http://b:2"), no_proxy: some(no_proxy) };
        proxies.way(&Url::parse(url).unwrap()).is_some()
    }

    #[test]
    fn no_proxy_means_what_other_tools_take_it_for() {
        for (entry, url) in [
            ("*", "https://x.test/"),
            ("x.test", "https://x.test/"),
            ("x.test", "https://a.x.test./"),
            (".x.test", "http://x.test/"),
            ("*.x.test", "http://a.X.test/"),
            ("other, x.test:8443", "https://x.test:8443/"),
            ("x.test:443", "https://x.test/"),
            ("10.0.0.0/8", "http://10.1.2.3/"),
            ("127.0.0.1", "http://0x7f.1/"),
            ("::1", "http://[::1]:80/"),
            ("[::1]:81", "http://[::1]:81/"),
            ("fd00::/8", "http://[fd12::1]/"),
            ("0.0.0.0/0", "http://9.9.9.9/"),
        ] {
            assert!(!way(entry, url), "{entry} {url}");
        }
        for (entry, url) in [
            ("", "https://x.test/"),
            ("x.test", "https://notx.test/"),
            ("x.test:80", "https://x.test/"),
            ("10.0.0.0/8", "http://11.0.0.1/"),
            ("10.0.0.0/99", "http://10.0.0.1/"),
            ("10.0.0.0/8", "http://10.x.test/"),
            ("::/0", "http://10.0.0.1/"),
            (".", "https://x.test/"),
        ] {
            assert!(way(entry, url), "{entry} {url}");
        }
    }

    #[test]
    fn each_scheme_has_its_own() {
        let proxies = Proxies { http: None, https: Some("http://b:2".to_owned()), no_proxy: None };
        assert_eq!(proxies.way(&Url::parse("https://x.test").unwrap()), Some("http://b:2"));
        assert_eq!(proxies.way(&Url::parse("http://x.test").unwrap()), None);
    }
}
