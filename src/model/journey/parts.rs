//! The parts of a journey: tries at steps, and what happened between them.

use serde_json::{Map, Value};

use crate::model::payload::{Assumed, Decision, ErrorInfo, LimitExceeded, Message, RecordRetry, Signal, Wait};
use crate::model::reason::Reason;
use crate::model::report::Tone;
use crate::model::time::{Millis, Timestamp};

/// How a step attempt stands (EVENTS §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptStatus {
    /// Under way.
    Started,
    /// Done.
    Completed,
    /// To be tried again.
    RetryScheduled,
    /// Gone wrong.
    Failed,
    /// Passed over, without a start.
    Skipped,
    /// Stopped.
    Canceled,
}

impl AttemptStatus {
    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            AttemptStatus::Started => "started",
            AttemptStatus::Completed => "completed",
            AttemptStatus::RetryScheduled => "retry_scheduled",
            AttemptStatus::Failed => "failed",
            AttemptStatus::Skipped => "skipped",
            AttemptStatus::Canceled => "canceled",
        }
    }

    /// How it stands.
    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            AttemptStatus::Started => Tone::Busy,
            AttemptStatus::Completed => Tone::Good,
            AttemptStatus::RetryScheduled => Tone::Warn,
            AttemptStatus::Failed => Tone::Bad,
            AttemptStatus::Skipped | AttemptStatus::Canceled => Tone::Quiet,
        }
    }
}

/// One try at one step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepAttempt {
    /// The event that began it: its place among the moments.
    pub seq: u64,
    /// Its place in the frozen spinner.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Its try, from 1; 0 when it was skipped.
    pub attempt: u32,
    /// How it stands.
    pub status: AttemptStatus,
    /// What kind of result it had.
    pub outcome_key: Option<String>,
    /// When it began, or was passed over.
    pub at: Timestamp,
    /// How long it took. Unknown for one whose process died: its end was written by another, later.
    pub duration: Option<Millis>,
    /// What it said.
    pub messages: Vec<Message>,
    /// What it produced: internal results and outcomes, as later steps see them.
    pub output: Map<String, Value>,
    /// What went wrong.
    pub errors: Vec<ErrorInfo>,
    /// Why it ended as it did, where there is more to say.
    pub reason: Option<Reason>,
    /// What the provider said, word for word.
    pub provider_error: Option<String>,
}

impl StepAttempt {
    /// When it began; a step that was passed over never did.
    #[must_use]
    pub fn started_at(&self) -> Option<Timestamp> {
        (self.status != AttemptStatus::Skipped).then_some(self.at)
    }
}

/// Something that happened to the record between its steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Its place among the steps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Until when, for a pause that is over.
    pub until: Option<Timestamp>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// It takes over from the record of an earlier job what these steps had done, and what a person says of the last.
    Carried(u64, Vec<String>, Option<Assumed>),
    /// It waits for a person.
    Waiting(Box<Wait>),
    /// A person acted.
    Signal(Box<Signal>),
    /// It sleeps.
    Sleeping(Timestamp, Reason),
    /// Its process stopped.
    Stalled(Option<Reason>),
    /// It was taken up again.
    Resumed(Option<Reason>),
    /// It begins again from its first step.
    Retry(RecordRetry),
    /// It goes on elsewhere than below.
    Decision(Decision),
    /// A limit was passed.
    Limit(LimitExceeded),
    /// It was asked to stop.
    Canceling(Option<Reason>),
    /// It was stopped.
    Canceled(Option<Reason>),
    /// It failed by itself, not by a step.
    Failed(Option<Reason>, Vec<ErrorInfo>),
}

impl What {
    /// Whether it lasts until the record goes on.
    pub(super) const fn pauses(&self) -> bool {
        match self {
            What::Waiting(_) | What::Sleeping(..) | What::Stalled(_) => true,
            What::Signal(_) | What::Resumed(_) | What::Retry(_) | What::Decision(_) | What::Limit(_) => false,
            What::Carried(..) | What::Canceling(_) | What::Canceled(_) | What::Failed(..) => false,
        }
    }
}
