//! Names to addresses. What a guarded client may not reach is not among them, so that what is checked is what is connected.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::refusal;
use super::{Fault, FaultKind, Sent};

/// Resolves for one kind of client.
pub(super) struct Resolver {
    pub(super) allow_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = addresses(name.as_str(), 0, allow_private).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The addresses of a host that may be reached, in the order in which they should be tried. To be awaited on
/// [`Web::spawn`](super::Web::spawn).
///
/// # Errors
/// When there are none, or none that may be reached.
pub async fn addresses(host: &str, port: u16, allow_private: bool) -> Result<Vec<SocketAddr>, Fault> {
    let unknown = |why: String| Fault::new(FaultKind::Connect, format!("`{host}` has no address: {why}"), Sent::No);
    let found = tokio::net::lookup_host((host, port)).await.map_err(|error| unknown(error.to_string()))?;
    let found: Vec<SocketAddr> = found.collect();
    let open: Vec<_> = found.iter().copied().filter(|at| allow_private || refusal(at.ip()).is_none()).collect();
    match (open.is_empty(), found.first()) {
        (false, _) => Ok(open),
        (true, Some(first)) => Err(refused(host, first.ip())),
        (true, None) => Err(unknown("the answer is empty".to_owned())),
    }
}

/// That a host may not be reached, because of its address.
pub(super) fn refused(host: &str, address: IpAddr) -> Fault {
    let word = refusal(address).unwrap_or("private");
    if host.trim_matches(['[', ']']) == address.to_string() {
        return Fault::refused(format!("{address} is {word}, and may not be reached from here"));
    }
    Fault::refused(format!("`{host}` is {address}, which is {word}, and may not be reached from here"))
}
