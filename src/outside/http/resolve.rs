//! Names to addresses. What a guarded client may not reach is not among them, so that what is checked is what is connected.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::address::refusal;
use super::{Fault, FaultKind, Sent};

/// Resolves for one kind of client.
pub(super) struct Resolver {
    pub(super) allow_private: bool,
    pub(super) known: Arc<Known>,
}

/// What was looked up a moment ago. A thousand connections to one host ask once.
#[derive(Default)]
pub(super) struct Known(Mutex<HashMap<String, Arc<Lookup>>>);

struct Lookup {
    began: Instant,
    found: OnceCell<Vec<SocketAddr>>,
}

/// An answer is used again for so long: less than any name server asks for.
const FRESH: Duration = Duration::from_secs(5);

impl Known {
    async fn look_up(&self, host: &str) -> Result<Vec<SocketAddr>, Fault> {
        let lookup = self.lookup(host);
        let found = lookup.found.get_or_try_init(|| look_up(host, 0)).await;
        found.cloned()
    }

    /// The lookup that is under way or fresh, or a new one. One that failed is tried again by whoever asks next.
    fn lookup(&self, host: &str) -> Arc<Lookup> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.get(host).is_none_or(|lookup| lookup.began.elapsed() >= FRESH) {
            known.retain(|_, lookup| lookup.began.elapsed() < FRESH);
            let lookup = Lookup { began: Instant::now(), found: OnceCell::new() };
            known.insert(host.to_owned(), Arc::new(lookup));
        }
        Arc::clone(&known[host])
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (known, allow_private) = (Arc::clone(&self.known), self.allow_private);
        Box::pin(async move {
            let found = known.look_up(name.as_str()).await?;
            let open = open(name.as_str(), found, allow_private)?;
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

/// The addresses of a host that may be reached, in the order in which they should be tried. To be awaited on
/// [`Web::spawn`](super::Web::spawn).
///
/// # Errors
/// When there are none, or none that may be reached.
pub async fn addresses(host: &str, port: u16, allow_private: bool) -> Result<Vec<SocketAddr>, Fault> {
    open(host, look_up(host, port).await?, allow_private)
}

async fn look_up(host: &str, port: u16) -> Result<Vec<SocketAddr>, Fault> {
    let unknown = |why: &str| Fault::new(FaultKind::Connect, format!("`{host}` has no address: {why}"), Sent::No);
    let found: Vec<_> = match tokio::net::lookup_host((host, port)).await {
        Ok(found) => found.collect(),
        Err(error) => return Err(unknown(&error.to_string())),
    };
    if found.is_empty() { Err(unknown("there is none")) } else { Ok(found) }
}

/// Those that may be reached.
fn open(host: &str, mut found: Vec<SocketAddr>, allow_private: bool) -> Result<Vec<SocketAddr>, Fault> {
    let first = found.first().copied();
    found.retain(|at| allow_private || refusal(at.ip()).is_none());
    match first {
        Some(first) if found.is_empty() => Err(refused(host, first.ip())),
        Some(_) | None => Ok(found),
    }
}

/// Who may go where nobody else may.
pub(super) const MEND: &str = "only what has `allow_private = true` in cxgear.toml may go there";

/// That a host may not be reached, because of its address.
pub(super) fn refused(host: &str, address: IpAddr) -> Fault {
    let word = refusal(address).unwrap_or("private");
    if host.trim_matches(['[', ']']) == address.to_string() {
        return Fault::refused(format!("`{address}` is {word}: {MEND}"));
    }
    Fault::refused(format!("`{host}` is {address}, which is {word}: {MEND}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), 0)
    }

    #[test]
    fn only_what_may_be_reached_is_left() {
        let found = vec![at("127.0.0.1"), at("9.9.9.9"), at("fe80::1"), at("2620:fe::fe")];
        assert_eq!(open("a.test", found.clone(), false).unwrap(), [at("9.9.9.9"), at("2620:fe::fe")]);
        assert_eq!(open("a.test", found.clone(), true).unwrap(), found);
        let fault = open("a.test", vec![at("10.0.0.1"), at("::1")], false).unwrap_err();
        assert_eq!(
            fault.what,
            "`a.test` is 10.0.0.1, which is private: only what has `allow_private = true` in cxgear.toml may go there"
        );
    }

    #[test]
    fn many_that_ask_at_once_ask_once() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let known = Known::default();
            let first = known.lookup("a.test");
            assert!(first.found.set(vec![at("9.9.9.9")]).is_ok());
            assert!(Arc::ptr_eq(&first, &known.lookup("a.test")));
            assert_eq!(known.look_up("a.test").await.unwrap(), [at("9.9.9.9")]);
            assert!(!Arc::ptr_eq(&first, &known.lookup("b.test")));
        });
    }
}
