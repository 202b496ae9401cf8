//! What the events of a job carry.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ErrorInfo;
use crate::model::reason::Reason;

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
    /// Limits given for this job, over those of its spinner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Value>,
    /// What the arguments behind the key come to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fingerprint: String,
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
