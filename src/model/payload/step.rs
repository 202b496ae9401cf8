//! What the events of a step carry.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ErrorInfo;
use crate::model::reason::Reason;
use crate::model::time::Millis;

/// `step.started`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepStarted {
    /// Its place in the frozen spinner.
    #[serde(rename = "step")]
    pub step_index: u32,
    /// For an outside effect: what is about to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
}

/// What is about to be done outside; durable before it is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// This call.
    pub tool_call_id: String,
    /// What is called.
    pub tool_name: String,
    /// `idempotent` or `once`.
    pub effect: String,
    /// The same on every try.
    pub idempotency_key: String,
}

/// `step.progress`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepProgress {
    /// `content_delta`, `tool_call_start` or `tool_call_done`.
    pub kind: String,
    /// The text that came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_delta: Option<String>,
}

impl StepProgress {
    /// A piece of an answer, as it came.
    #[must_use]
    pub fn content(piece: String) -> StepProgress {
        StepProgress { kind: "content_delta".to_owned(), content_delta: Some(piece) }
    }
}

/// `step.message`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// How loud; `info` is not stored.
    #[serde(default, skip_serializing_if = "Level::is_info")]
    pub level: Level,
    /// What was said.
    pub text: String,
    /// Whether it was longer than may be kept.
    #[serde(default, skip_serializing_if = "is_false")]
    pub truncated: bool,
}

/// How loud a message is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// For the curious.
    Debug,
    /// For everyone.
    #[default]
    Info,
    /// Worth a look.
    Warn,
    /// Gone wrong.
    Error,
}

impl Level {
    fn is_info(&self) -> bool {
        *self == Level::Info
    }

    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }
}

/// `step.completed`: what it produced, told apart by the step's kind (SPEC §5).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepCompleted {
    /// What kind of result, as a word; left out when it is the one that `job.created` names for the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome_key: Option<String>,
    /// For operations.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub outcomes: Map<String, Value>,
    /// For the journey only.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub internal: Map<String, Value>,
}

/// `step.skipped`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepSkipped {
    /// Its place in the frozen spinner.
    #[serde(rename = "step")]
    pub step_index: u32,
    /// Why.
    pub reason_code: Reason,
}

/// `step.retry_scheduled`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRetry {
    /// Why.
    pub reason_code: Reason,
    /// After this long.
    pub delay_ms: Millis,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorInfo>,
}

/// `step.failed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepFailed {
    /// Whether the record goes on.
    pub outcome: FailureOutcome,
    /// Why.
    pub reason_code: Reason,
    /// What went wrong.
    pub errors: Vec<ErrorInfo>,
    /// What the provider said, word for word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_error_message: Option<String>,
}

/// Whether a record goes on after a step failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureOutcome {
    /// It ends.
    FailRecord,
    /// It goes on.
    Continue,
}

fn is_false(value: &bool) -> bool {
    !*value
}
