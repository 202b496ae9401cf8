//! What comes of a message that was handed to a provider, whichever it is.
//! Deliberately absent: what is done about it.

use crate::model::time::Millis;
use crate::outside::http::Sent;

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
    /// The provider cannot be reached, or does not let us in: no message would be taken.
    Unreachable,
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

/// A setting or a request that cannot be used, whatever the message: nothing was sent.
impl From<crate::outside::http::Fault> for Refused {
    fn from(fault: crate::outside::http::Fault) -> Refused {
        use crate::outside::http::FaultKind;
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
