//! What the events of a record carry.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ErrorInfo;
use crate::model::params::Params;
use crate::model::reason::Reason;
use crate::model::time::{Millis, Timestamp};

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
    /// The steps that are done, with what they produced, in the order they ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<CarriedStep>,
    /// Whether it had gone on after a failed step.
    #[serde(default, skip_serializing_if = "is_false")]
    pub partial: bool,
    /// The step to begin at; nothing when none is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What a person has said of the step that nobody could tell of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumed: Option<Assumed>,
}

/// What a person says of a step that may have been done, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assumed {
    /// It was done: it is not done again.
    Sent,
    /// It was not: it is done now.
    NotSent,
}

impl Assumed {
    /// In words.
    #[must_use]
    pub const fn told(self) -> &'static str {
        match self {
            Assumed::Sent => "assumed to be sent",
            Assumed::NotSent => "assumed not to be sent",
        }
    }
}

/// A step that is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CarriedStep {
    /// Its name.
    pub name: String,
    /// What it produced for operations.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub outcomes: Map<String, Value>,
    /// What it produced for the journey only.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub internal: Map<String, Value>,
}

/// What a record has to show for operations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Produced {
    /// So many steps.
    pub steps: usize,
    /// Whether it went on after a failed one.
    pub partial: bool,
    /// The last `disposition` outcome.
    pub disposition: Option<String>,
    /// The outcome keys, in the order they came.
    pub outcome_keys: Vec<String>,
}

impl Carried {
    /// What its steps produced for operations.
    #[must_use]
    pub fn outcomes(&self) -> Map<String, Value> {
        self.steps.iter().flat_map(|step| step.outcomes.clone()).collect()
    }

    /// All that its steps produced; an outcome wins over an internal result of its step.
    #[must_use]
    pub fn output(&self) -> Map<String, Value> {
        self.steps.iter().flat_map(|step| step.internal.clone().into_iter().chain(step.outcomes.clone())).collect()
    }

    /// The names of its steps.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.steps.iter().map(|step| step.name.clone()).collect()
    }

    /// What operations see of it.
    #[must_use]
    pub fn produced(&self) -> Produced {
        let outcomes = self.outcomes();
        Produced {
            steps: self.steps.len(),
            partial: self.partial,
            disposition: outcomes.get("disposition").and_then(Value::as_str).map(str::to_owned),
            outcome_keys: outcomes.keys().cloned().collect(),
        }
    }
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
    /// The step to go on at, with all that was produced, because what was done outside is not done again; else it begins
    /// anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
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

impl LimitExceeded {
    /// A limit of time.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a run")]
    pub fn milliseconds(limit_type: &str, current: Millis, threshold: Millis) -> LimitExceeded {
        LimitExceeded {
            limit_type: limit_type.to_owned(),
            current_value: current.0 as f64,
            threshold: threshold.0 as f64,
            unit: "ms".to_owned(),
        }
    }

    /// The same as an error.
    #[must_use]
    pub fn error(&self, message: String) -> ErrorInfo {
        ErrorInfo {
            kind: "limit".to_owned(),
            code: Reason::LimitExceeded,
            field: Some(self.limit_type.clone()),
            message,
        }
    }
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

fn is_false(value: &bool) -> bool {
    !*value
}
