//! What each event carries, as it is stored: lean, because volume is the cost. What the states of EVENTS §2 imply
//! is not here; `public` adds it back.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::reason::Reason;

mod job;
mod record;
mod step;
mod tool;

pub use job::{Counts, JobCreated, JobEnded, Progress, SelectionFact, StepName, Trigger};
pub use record::{
    Assumed, Carried, CarriedStep, Decision, DecisionType, LimitExceeded, Produced, Queued, RecordEnded, RecordRetry,
    Signal, Sleeping, Wait, WaitField, Waiting,
};
pub use step::{
    FailureOutcome, Intent, Level, Message, StepCompleted, StepFailed, StepProgress, StepRetry, StepSkipped,
    StepStarted,
};
pub use tool::{Highlight, Stats, StoredFile, Summary, ToolInvoked, ToolKind, ToolOutcome};

/// Carries nothing of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Carries at most a reason.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Because {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<Reason>,
}

/// One error, as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorInfo {
    /// Its family: `validation`, `template`, `script`, `limit`, `network`, `provider`, `interruption`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its word.
    pub code: Reason,
    /// The field it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What, why and how to mend.
    pub message: String,
}

/// Anything else: whatever the event says, as it says it. The `ws` stream's types share it (EVENTS §3).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(pub Map<String, Value>);
