//! Why something happened, as a word that programs can rely on.

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $variant:ident = $text:literal;)*) => {
        /// The reason of a change or an error, in `UPPER_SNAKE` (EVENTS §3).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Reason { $($(#[doc = $doc])* #[serde(rename = $text)] $variant),* }

        impl Reason {
            /// All of them, each with what it means.
            pub const ALL: &'static [(Reason, &'static str)] = &[$((Reason::$variant, concat!($($doc),*))),*];

            /// Its word.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Reason::$variant => $text),* }
            }

            /// Whether it says that something may have been done and nobody can tell, so that a person must.
            #[must_use]
            pub const fn is_unsafe(self) -> bool {
                matches!(self, Reason::InterruptedUnsafe | Reason::OutcomeUnknown)
            }

            /// The reason of that word.
            #[must_use]
            pub fn named(text: &str) -> Option<Reason> {
                Reason::ALL.iter().map(|(reason, _)| *reason).find(|reason| reason.name() == text)
            }
        }
    };
}

reasons! {
    /// A step of the record failed.
    StepFailed = "STEP_FAILED";
    /// The row's cells do not fit the types that the spinner declares.
    InvalidParams = "INVALID_PARAMS";
    /// What a message goes to is no address.
    AddressInvalid = "ADDRESS_INVALID";
    /// Whoever was to send a message did not take it, so it was not sent.
    MessageRefused = "MESSAGE_REFUSED";
    /// A template or expression could not be rendered from this row.
    RenderFailed = "RENDER_FAILED";
    /// It took longer than it may.
    Timeout = "TIMEOUT";
    /// A limit of the spinner was passed.
    LimitExceeded = "LIMIT_EXCEEDED";
    /// What was to be sent could not be sent as it is, such as a line break in a header.
    RequestInvalid = "REQUEST_INVALID";
    /// No connection could be made.
    ConnectFailed = "CONNECT_FAILED";
    /// The other side could not prove who it is.
    TlsFailed = "TLS_FAILED";
    /// The connection broke, or what came over it made no sense.
    ConnectionLost = "CONNECTION_LOST";
    /// It leads where nothing may be sent: a private address, another host, another scheme.
    PolicyDenied = "POLICY_DENIED";
    /// The other side answered with an error status.
    HttpStatus = "HTTP_STATUS";
    /// The other side answered well, but not with what was asked for.
    ResponseInvalid = "RESPONSE_INVALID";
    /// A person said no.
    Rejected = "REJECTED";
    /// A person did not answer in time.
    InteractionTimeout = "INTERACTION_TIMEOUT";
    /// The process stopped in the middle.
    Interrupted = "INTERRUPTED";
    /// The process stopped in the middle of something that must not be done twice.
    InterruptedUnsafe = "INTERRUPTED_UNSAFE";
    /// It was sent, and no one can tell whether it arrived.
    OutcomeUnknown = "OUTCOME_UNKNOWN";
    /// The row stopped the process three times.
    Poison = "POISON";
    /// Too many calls in a row could not connect.
    CircuitOpen = "CIRCUIT_OPEN";
    /// The job ended before the record could.
    JobFailed = "JOB_FAILED";
    /// A person asked for it.
    User = "USER";
    /// The condition of the step is false.
    ConditionFalse = "CONDITION_FALSE";
    /// A decision was made; the branch it took, `default` included, is in its output.
    BranchTaken = "BRANCH_TAKEN";
    /// A step says to go on elsewhere after it failed.
    OnFailure = "ON_FAILURE";
    /// A delay step sleeps.
    DelayStep = "DELAY_STEP";
    /// A step is tried again later.
    StepRetry = "STEP_RETRY";
    /// A destination did not take the event.
    DeliveryFailed = "DELIVERY_FAILED";
    /// The destination says that it is gone.
    Gone = "GONE";
    /// Whoever was asked does not accept the credential.
    Unauthorized = "UNAUTHORIZED";
    /// What is set up was changed, so what was known of it may not hold any more.
    SettingsChanged = "SETTINGS_CHANGED";
    /// Whoever was asked has too much to do.
    RateLimited = "RATE_LIMITED";
    /// Whoever was asked does not take the request as it is.
    RequestRefused = "REQUEST_REFUSED";
    /// Whoever was asked failed.
    ServerError = "SERVER_ERROR";
    /// The model, or a filter, will not answer this.
    AnswerRefused = "ANSWER_REFUSED";
    /// The answer is longer than it may be, so its end is missing.
    AnswerCut = "ANSWER_CUT";
}
