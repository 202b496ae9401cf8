//! The steps of a job that is to stop: none of them will be begun, so nothing that they need has to be there.

use std::sync::Arc;

use crate::engine::{Done, Pipeline, Scope, Stage, Step, StepError, Work};
use crate::model::payload::{ErrorInfo, Message, StepName};
use crate::model::reason::Reason;
use crate::model::spinner::{OnFailure, Target};

/// A pipeline that knows its steps by name, and cannot do them.
#[must_use]
pub fn unbegun(steps: &[StepName]) -> Pipeline {
    let stage = |step: &StepName| Stage {
        name: step.name.clone(),
        kind: super::ALL.iter().find(|kind| kind.name == step.kind).map_or("", |kind| kind.name),
        outcome_key: "",
        when: None,
        work: Work::Here(Box::new(Unbegun)),
        retry: None,
        next: Target::End,
        on_failure: OnFailure::Fail,
        credentials: Vec::new(),
    };
    let stages = steps.iter().map(stage).collect();
    Pipeline { stages, params: Vec::new(), record_timeout: None, record_retry: None }
}

struct Unbegun;

impl Step for Unbegun {
    fn run(&self, _: &Arc<Scope>, _: &mut Vec<Message>) -> Result<Done, StepError> {
        let message = "the job is to stop, and nothing more of it is begun".to_owned();
        let error = ErrorInfo { kind: "interruption".to_owned(), code: Reason::Interrupted, field: None, message };
        Err(StepError::new(Reason::Interrupted, vec![error]))
    }
}
