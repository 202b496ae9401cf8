//! What a step is to the engine: something that sees a scope and answers.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::call::Call;
use super::live::Live;
use super::uses::Uses;
use crate::model::id::RecordId;
use crate::model::params::Params;
use crate::model::payload::{ErrorInfo, Message};
use crate::model::reason::Reason;
use crate::model::secrets::Secrets;
use crate::model::spinner::{OnFailure, ParamRule, Retry, Target};
use crate::model::time::Millis;

/// What a step can see (SPEC §4). Nothing else is in scope.
#[derive(Debug, Clone)]
pub struct Scope {
    /// What all records of the job share.
    pub job: Arc<JobFacts>,
    /// The record.
    pub record: RecordId,
    /// Its whole-record try.
    pub attempt: u32,
    /// The row's metadata fields.
    pub params: Params,
    /// The results of the earlier steps, in the order they ended; what an earlier record carried over comes first.
    pub steps: Vec<Results>,
}

/// What one step produced.
#[derive(Debug, Clone)]
pub struct Results {
    /// The step's place.
    pub place: usize,
    /// For the journey only.
    pub internal: Map<String, Value>,
    /// For operations.
    pub outcomes: Map<String, Value>,
}

impl Results {
    /// The result of that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.outcomes.get(key).or_else(|| self.internal.get(key))
    }
}

impl Scope {
    /// `output.key`: the latest result of that key. Nothing is merged, because most steps never ask.
    #[must_use]
    pub fn output(&self, key: &str) -> Option<&Value> {
        self.steps.iter().rev().find_map(|step| step.get(key))
    }
}

/// What all records of a job share.
#[derive(Debug, Clone, Default)]
pub struct JobFacts {
    /// The spinner's name.
    pub spinner: String,
    /// The frozen version.
    pub version: u32,
    /// The names of its steps.
    pub steps: Vec<String>,
    /// The project's name.
    pub project: String,
    /// The project's type.
    pub project_type: String,
    /// The id of the workspace.
    pub workspace: String,
    /// What the keys of its outside calls begin with: the same for a job and all that retry it.
    pub origin: String,
    /// The vault's values that its steps may ask for; scrubbed from all that is written.
    pub secrets: Secrets,
    /// What becomes of them.
    pub uses: Uses,
    /// Who follows answers while they are being said.
    pub live: Live,
}

/// What a step does to the world: it decides what happens when its process dies in the middle (SPEC §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: it can be done again, and no one can tell.
    Pure,
    /// What can be asked for again under the same key.
    Idempotent,
    /// What must never be done twice.
    Once,
}

impl Effect {
    /// Its word, as an intent says it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Effect::Pure => "pure",
            Effect::Idempotent => "idempotent",
            Effect::Once => "once",
        }
    }
}

/// How a step does its work.
pub enum Work {
    /// At once, in the run loop.
    Here(Box<dyn Step>),
    /// Elsewhere, while other records go on.
    Elsewhere(Box<dyn Call>),
}

impl Work {
    /// What it does to the world.
    #[must_use]
    pub fn effect(&self) -> Effect {
        match self {
            Work::Here(_) => Effect::Pure,
            Work::Elsewhere(call) => call.effect(),
        }
    }
}

/// A step that can be run.
pub trait Step: Send + Sync {
    /// Does it. What it says goes to the journey, in order.
    ///
    /// # Errors
    /// When this row makes it fail: data, not a fault of the program.
    fn run(&self, scope: &Arc<Scope>, say: &mut Vec<Message>) -> Result<Done, StepError>;
}

/// A condition over what a step can see.
pub trait Condition: Send + Sync {
    /// Whether it is true.
    ///
    /// # Errors
    /// When it cannot be told from this row.
    fn holds(&self, scope: &Arc<Scope>) -> Result<bool, StepError>;
}

/// What a step came to.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// What kind of result, where it is not the usual one of the step's kind.
    pub outcome_key: Option<&'static str>,
    /// Results for operations.
    pub outcomes: Map<String, Value>,
    /// Results for the journey only.
    pub internal: Map<String, Value>,
    /// Where to go on, when the step decides that.
    pub goto: Option<Target>,
}

/// Why a step failed for a row.
#[derive(Debug, Clone)]
pub struct StepError {
    /// The word for it.
    pub reason: Reason,
    /// What went wrong.
    pub errors: Vec<ErrorInfo>,
    /// What the provider said, word for word.
    pub provider: Option<String>,
    /// Whether another try may help.
    pub again: Again,
    /// What it says about whoever was asked.
    pub strain: Strain,
}

/// Whether another try may help.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Again {
    /// It will fail in the same way.
    #[default]
    No,
    /// It may: after the rest that the step's `retry` says, but not before this.
    After(Millis),
    /// Nobody can tell whether it was done, so only a person may decide: neither `on_failure` nor a retry touches it.
    Unknown,
    /// It may, once whoever was asked can be reached again; that does not count as a try.
    Later,
}

/// What a failure says about whoever was asked, for all that pass the same gate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strain {
    /// Nothing.
    #[default]
    None,
    /// It has too much to do; it asks to be left alone for so long, if it says how long.
    Busy(Option<Millis>),
    /// It cannot be reached.
    Unreachable,
    /// It does not take the credential.
    Refused,
}

impl StepError {
    /// An error that will come again.
    #[must_use]
    pub fn new(reason: Reason, errors: Vec<ErrorInfo>) -> StepError {
        StepError { reason, errors, provider: None, again: Again::No, strain: Strain::None }
    }
}

/// A step in its place.
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// What kind of result it has when nothing else is said.
    pub outcome_key: &'static str,
    /// Skipped when this is false.
    pub when: Option<Box<dyn Condition>>,
    /// What it does.
    pub work: Work,
    /// How often it is tried.
    pub retry: Option<Retry>,
    /// Where to go on.
    pub next: Target,
    /// What a failure does.
    pub on_failure: OnFailure,
    /// The credentials of the vault that it uses.
    pub credentials: Vec<String>,
}

/// A spinner whose steps are built: ready to run.
pub struct Pipeline {
    /// The steps in order.
    pub stages: Vec<Stage>,
    /// Declared types of metadata fields.
    pub params: Vec<(String, ParamRule)>,
    /// How long one record may run; looked at between steps.
    pub record_timeout: Option<Millis>,
    /// How often a whole record is tried.
    pub record_retry: Option<Retry>,
}

impl Pipeline {
    /// Every credential that a step uses, once, with the first step that does.
    #[must_use]
    pub fn credentials(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<(&str, &str)> = Vec::new();
        for stage in &self.stages {
            for name in &stage.credentials {
                if !all.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                    all.push((name, &stage.name));
                }
            }
        }
        all
    }
}
