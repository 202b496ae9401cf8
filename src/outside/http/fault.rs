//! From what a library says to a fault: nothing of it may tell a URL.

use std::error::Error;
use std::fmt;

use super::{Fault, FaultKind, Sent};

impl Fault {
    pub(super) fn new(kind: FaultKind, what: impl Into<String>, sent: Sent) -> Fault {
        Fault { kind, what: what.into(), sent }
    }

    /// The request is not begun.
    pub(super) fn refused(what: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Refused, what, Sent::No)
    }

    pub(super) fn invalid(what: impl Into<String>) -> Fault {
        Fault::new(FaultKind::Invalid, what, Sent::No)
    }

    /// What went wrong between this and `host`, before the answer's body.
    pub(super) fn of(error: &reqwest::Error, host: &str) -> Fault {
        if let Some(refused) = find::<Fault>(error) {
            return refused.clone();
        }
        if error.is_builder() {
            return Fault::invalid(format!("the request to {host} cannot be made: {}", last(error)));
        }
        let kind = match find::<rustls::Error>(error) {
            Some(_) => FaultKind::Tls,
            None if error.is_connect() => FaultKind::Connect,
            None => FaultKind::Broken,
        };
        let sent = if error.is_connect() { Sent::No } else { Sent::Maybe };
        let what = match kind {
            FaultKind::Tls => format!("{host} cannot be trusted: {}", last(error)),
            FaultKind::Connect if error.is_timeout() => format!("no connection to {host} in time"),
            FaultKind::Connect => format!("no connection to {host}: {}", last(error)),
            FaultKind::Broken | FaultKind::Refused | FaultKind::Timeout | FaultKind::TooLarge | FaultKind::Invalid => {
                format!("the answer of {host} broke off: {}", last(error))
            }
        };
        Fault { kind, what, sent }
    }
}

/// A fault that a resolver meets comes back through the library.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for Fault {}

/// All errors that this one comes from, itself first.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| below(*error))
}

/// An I/O error has nothing below it but what it carries, and does not name that as its source.
fn below<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<std::io::Error>() {
        Some(io) => io.get_ref().map(|inside| inside as &(dyn Error + 'static)),
        None => error.source(),
    }
}

fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    chain(error).find_map(|error| error.downcast_ref::<E>())
}

/// The innermost reason: only the outer ones name URLs.
fn last(error: &reqwest::Error) -> String {
    let innermost = chain(error).last().filter(|innermost| !innermost.is::<reqwest::Error>());
    innermost.map_or_else(|| "it cannot be told why".to_owned(), ToString::to_string)
}
