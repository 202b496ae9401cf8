//! What comes of a message that was handed to a provider, whichever it is.
//! Deliberately absent: what is done about it.

use crate::model::time::{Millis, Timestamp};
use crate::outside::http::{Fault, FaultKind, Response, Sent, retry_after};

/// It was taken: what the provider calls it, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Its id.
    pub id: String,
    /// What the provider said, where that is worth a look.
    pub words: Option<String>,
}

/// It was not taken, or nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What happened.
    pub what: String,
    /// What the provider said, word for word.
    pub words: Option<String>,
    /// Why.
    pub why: Why,
    /// Whether it can have been sent.
    pub sent: Sent,
}

/// Why a message was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It will never be.
    Permanent,
    /// It may be taken later.
    Later,
    /// The provider has too much to do, and says perhaps for how long.
    Busy(Option<Millis>),
    /// The provider cannot be reached: no message would be taken.
    Unreachable,
    /// The provider does not take our name, password or token: no message would be taken.
    Unauthorized,
    /// Somebody has to do something at the provider first: pay, unlock, agree.
    Person,
    /// It took too long.
    Timeout,
    /// It may not be sent there.
    Policy,
}

impl Refused {
    /// Nothing was sent.
    #[must_use]
    pub fn unsent(why: Why, what: impl Into<String>) -> Refused {
        Refused { what: what.into(), words: None, why, sent: Sent::No }
    }

    /// The same with the words of the provider.
    #[must_use]
    pub fn saying(self, words: impl Into<String>) -> Refused {
        Refused { words: Some(words.into()), ..self }
    }
}

/// A request that got no answer.
impl From<Fault> for Refused {
    fn from(fault: Fault) -> Refused {
        let why = match fault.kind {
            FaultKind::Refused => Why::Policy,
            FaultKind::Connect | FaultKind::Tls => Why::Unreachable,
            FaultKind::Timeout => Why::Timeout,
            FaultKind::Broken => Why::Later,
            FaultKind::TooLarge | FaultKind::Invalid => Why::Permanent,
        };
        Refused { what: fault.what, words: None, why, sent: fault.sent }
    }
}

/// What a status says about a message that was posted, when it is no success (SPEC §5): only where nothing can have been
/// sent it may be posted again.
#[must_use]
pub fn refusal(provider: &str, response: &Response, words: Option<String>, now: Timestamp) -> Refused {
    let rest = response.header("retry-after").and_then(|text| retry_after(text, response.header("date"), now));
    let (why, sent) = match response.status {
        425 | 429 => (Why::Busy(rest), Sent::No),
        503 if rest.is_some() => (Why::Busy(rest), Sent::No),
        401 => (Why::Unauthorized, Sent::No),
        402 => (Why::Person, Sent::No),
        408 => (Why::Timeout, Sent::Maybe),
        300..=499 => (Why::Permanent, Sent::No),
        _ => (Why::Later, Sent::Maybe),
    };
    let said = words.as_deref().map(|words| format!(": {words}")).unwrap_or_default();
    let what = format!("{provider} answered {}{said}", response.status);
    Refused { what, words, why, sent }
}

/// A success that does not say which message it is about: perhaps another program answers there.
#[must_use]
pub fn nameless(provider: &str, response: &Response) -> Refused {
    let what = format!("{provider} answered {} without the id of a message", response.status);
    let words = Some(String::from_utf8_lossy(&response.body).into_owned());
    Refused { what, words, why: Why::Later, sent: Sent::Maybe }
}
