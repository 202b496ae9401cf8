//! What each event carries, as it is stored: lean, because volume is the cost. What the states of EVENTS §2 imply
//! is not here; `public` adds it back.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::params::Params;
use super::reason::Reason;
use super::time::{Millis, Timestamp};

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
    /// Its family: `validation`, `template`, `limit`, `provider`, `interruption`.
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

/// `job.created`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobCreated {
    /// The spinner's name.
    pub spinner: String,
    /// Its published version.
    pub version: u32,
    /// The SHA-256 of its canonical definition.
    pub hash: String,
    /// Its steps in order.
    pub steps: Vec<StepName>,
    /// The data table.
    pub table: String,
    /// The columns that enter as `params`.
    pub metadata_fields: Vec<String>,
    /// How many rows.
    pub total: u64,
    /// Which rows.
    pub selection: SelectionFact,
    /// What made it.
    pub trigger: Trigger,
    /// The job that this one retries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_of: Option<u64>,
    /// The caller's key that makes it once only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// What the caller gave along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
}

/// A step of the frozen spinner, as the log names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepName {
    /// Its name.
    pub name: String,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of result it has when nothing else is said.
    pub outcome_key: String,
}

/// Which rows, in words, and the fingerprint of the frozen ranges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelectionFact {
    /// In words.
    pub summary: String,
    /// SHA-256 of the ranges.
    pub sha256: String,
}

/// What made a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A person or script, now.
    RunNow,
    /// A schedule.
    Schedule,
    /// A call from outside.
    Trigger,
    /// Another spinner's record.
    Child,
    /// A retry of another job.
    Retry,
}

/// How many records are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows selected.
    pub total: u64,
    /// Not admitted yet.
    pub not_started: u64,
    /// Ready.
    pub queued: u64,
    /// Picked up; includes stalled and canceling.
    pub running: u64,
    /// A person must act.
    pub waiting: u64,
    /// A clock must pass.
    pub sleeping: u64,
    /// Done.
    pub completed: u64,
    /// Gone wrong.
    pub failed: u64,
    /// Stopped.
    pub canceled: u64,
}

/// `job.progress`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// At this point.
    pub counts: Counts,
}

/// `job.completed`, `job.failed`, `job.canceled`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobEnded {
    /// At the end.
    pub counts: Counts,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<Reason>,
    /// What went wrong with the job itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorInfo>,
}

/// `record.queued`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Queued {
    /// The row's metadata fields.
    pub params: Params,
    /// What an earlier record had done, in a retry job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Carried>,
}

/// What a retried record takes over from the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Carried {
    /// The job it comes from.
    pub from: u64,
    /// The steps that are done.
    pub steps: Vec<String>,
    /// What they produced.
    pub output: Map<String, Value>,
}

/// `record.waiting`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// What is awaited.
    pub wait: Wait,
}

/// What a record waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wait {
    /// Its number in the record.
    pub id: u32,
    /// `approval`, `input`, `external` or `agent`.
    pub kind: String,
    /// Where in the spinner.
    pub stage: String,
    /// What the person is told.
    pub message: String,
    /// What is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<WaitField>,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// For whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
}

/// One thing that is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitField {
    /// Its key.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the person reads.
    pub label: String,
}

/// `record.signal_applied`, `record.input_received`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The wait it answers.
    pub wait_id: u32,
    /// `approve`, `reject` or `submit_input`.
    pub action: String,
    /// What was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// By whom.
    pub actor: String,
}

/// `record.sleeping`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sleeping {
    /// Until when.
    pub wake_at: Timestamp,
    /// Why.
    pub reason_code: Reason,
}

/// `record.retry_scheduled`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordRetry {
    /// The attempt to come.
    pub next_attempt: u32,
    /// Of so many.
    pub max_attempts: u32,
    /// After this long.
    pub delay_ms: Millis,
    /// Why.
    pub reason_code: Reason,
}

/// `record.decision`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What kind of decision.
    #[serde(default, skip_serializing_if = "DecisionType::is_branch")]
    pub decision_type: DecisionType,
    /// Why; a branch that was taken needs no word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<Reason>,
    /// Where it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    /// What the judge said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge_decision: Option<Value>,
}

/// What kind of decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionType {
    /// Go on elsewhere: decided by the executor.
    #[default]
    Branch,
    /// Pass over a step: decided by a condition.
    Skip,
    /// End here.
    Stop,
    /// Wait for a person.
    AwaitInput,
    /// Judge a result.
    Judge,
}

impl DecisionType {
    fn is_branch(&self) -> bool {
        *self == DecisionType::Branch
    }

    /// Who decides that.
    #[must_use]
    pub const fn role(self) -> &'static str {
        match self {
            DecisionType::Branch | DecisionType::Stop | DecisionType::AwaitInput => "executor",
            DecisionType::Skip => "condition",
            DecisionType::Judge => "judge",
        }
    }
}

/// `record.limit_exceeded`, `job.limit_exceeded`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LimitExceeded {
    /// Which limit.
    pub limit_type: String,
    /// What was seen.
    pub current_value: f64,
    /// What was allowed.
    pub threshold: f64,
    /// In what.
    pub unit: String,
}

/// `record.failed`, `record.canceled`: the errors, where no step of its own tells them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RecordEnded {
    /// Why, where it is not the failed step's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<Reason>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorInfo>,
}

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

/// Anything else: whatever the event says, as it says it. The `ws` stream's types share it (EVENTS §3).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(pub Map<String, Value>);

fn is_false(value: &bool) -> bool {
    !*value
}
