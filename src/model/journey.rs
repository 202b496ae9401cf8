//! The journey of one record: what its events come to, step by step (SPEC §6). A fold like the others, so it can be
//! stopped and taken up anywhere.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::event::Event;
use super::fold::{Change, Illegal, OpenStep, RecordFold};
use super::params::Params;
use super::payload::{StepCompleted, StepName};
use super::reason::Reason;
use super::segment::Entry;
use super::status::RecordStatus;
use super::time::{Millis, Timestamp};

mod parts;
#[cfg(test)]
pub(super) mod tests;

pub use parts::{AttemptStatus, Moment, StepAttempt, What};

/// What the events of one record come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Journey {
    steps: Arc<[StepName]>,
    /// Its first event.
    pub began: Option<Timestamp>,
    /// What entered the pipeline.
    pub params: Option<Params>,
    /// Every try at every step, in order.
    pub attempts: Vec<StepAttempt>,
    /// What happened between them.
    pub moments: Vec<Moment>,
    /// All results, merged in order.
    pub output: Map<String, Value>,
    /// Those for operations.
    pub outcomes: Map<String, Value>,
    /// Its state.
    pub fold: RecordFold,
    carried: Map<String, Value>,
    carried_outcomes: Map<String, Value>,
}

impl Journey {
    /// Nothing has happened yet. `steps` are those that `job.created` froze.
    #[must_use]
    pub fn new(steps: impl Into<Arc<[StepName]>>) -> Journey {
        Journey {
            steps: steps.into(),
            began: None,
            params: None,
            attempts: Vec::new(),
            moments: Vec::new(),
            output: Map::new(),
            outcomes: Map::new(),
            fold: RecordFold::default(),
            carried: Map::new(),
            carried_outcomes: Map::new(),
        }
    }

    /// Takes in the next event.
    ///
    /// # Errors
    /// [`Illegal`] when the log cannot be so.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Illegal> {
        let open = self.fold.open;
        let change = self.fold.apply(entry.at, &entry.event)?;
        self.began.get_or_insert(entry.at);
        self.go_on(entry.at, change);
        self.step(entry, open);
        self.between(entry);
        Ok(())
    }

    /// The name of a step of the frozen spinner.
    #[must_use]
    pub fn step_name(&self, index: u32) -> Option<&str> {
        self.steps.get(index as usize).map(|step| step.name.as_str())
    }

    /// From its first pick-up to its end.
    #[must_use]
    pub fn duration(&self) -> Option<Millis> {
        Some(self.fold.ended_at?.since(self.fold.started_at?))
    }

    /// A pause ends when the record's status changes again.
    fn go_on(&mut self, at: Timestamp, change: Option<Change<RecordStatus>>) {
        if change.is_none() {
            return;
        }
        if let Some(moment) = self.moments.iter_mut().rev().find(|moment| moment.what.pauses()) {
            moment.until.get_or_insert(at);
        }
    }

    fn begin(&mut self, entry: &Entry, index: u32, attempt: u32, status: AttemptStatus) {
        let step = self.steps.get(index as usize);
        self.attempts.push(StepAttempt {
            seq: entry.seq,
            index,
            name: step.map_or_else(|| format!("step {index}"), |step| step.name.clone()),
            kind: step.map_or_else(String::new, |step| step.kind.clone()),
            attempt,
            status,
            outcome_key: None,
            at: entry.at,
            duration: None,
            messages: Vec::new(),
            output: Map::new(),
            errors: Vec::new(),
            reason: None,
            provider_error: None,
        });
    }

    /// Ends the attempt that was open.
    fn end(&mut self, at: Timestamp, open: Option<OpenStep>, status: AttemptStatus) -> Option<&mut StepAttempt> {
        let attempt = self.attempts.last_mut()?;
        attempt.status = status;
        attempt.duration = open.map(|open| at.since(open.since));
        Some(attempt)
    }

    fn step(&mut self, entry: &Entry, open: Option<OpenStep>) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other type is about a step")]
        match &entry.event {
            Event::StepStarted(started) => {
                let attempt = self.fold.open.map_or(1, |open| open.attempt);
                self.begin(entry, started.step_index, attempt, AttemptStatus::Started);
            }
            Event::StepSkipped(skipped) => {
                self.begin(entry, skipped.step_index, 0, AttemptStatus::Skipped);
                if let Some(attempt) = self.attempts.last_mut() {
                    attempt.reason = Some(skipped.reason_code);
                }
            }
            Event::StepMessage(message) => {
                if let Some(attempt) = self.attempts.last_mut() {
                    attempt.messages.push(message.clone());
                }
            }
            Event::StepCompleted(done) => self.completed(entry.at, open, done),
            Event::StepFailed(failed) => {
                if let Some(attempt) = self.end(entry.at, open, AttemptStatus::Failed) {
                    attempt.reason = Some(failed.reason_code);
                    attempt.errors.clone_from(&failed.errors);
                    attempt.provider_error.clone_from(&failed.provider_error_message);
                }
            }
            Event::StepRetryScheduled(retry) => {
                if let Some(attempt) = self.end(entry.at, open, AttemptStatus::RetryScheduled) {
                    attempt.reason = Some(retry.reason_code);
                    attempt.errors.clone_from(&retry.errors);
                    if retry.reason_code == Reason::Interrupted {
                        attempt.duration = None;
                    }
                }
            }
            Event::StepCanceled(because) => {
                if let Some(attempt) = self.end(entry.at, open, AttemptStatus::Canceled) {
                    attempt.reason = because.reason_code;
                }
            }
            _ => {}
        }
    }

    fn completed(&mut self, at: Timestamp, open: Option<OpenStep>, done: &StepCompleted) {
        let usual = open.and_then(|open| self.steps.get(open.index as usize)).map(|step| step.outcome_key.clone());
        let output = merged(done);
        self.output.extend(output.clone());
        self.outcomes.extend(done.outcomes.clone());
        if let Some(attempt) = self.end(at, open, AttemptStatus::Completed) {
            attempt.outcome_key = done.outcome_key.clone().or(usual);
            attempt.output = output;
        }
    }

    /// What is not about a step.
    fn between(&mut self, entry: &Entry) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others are steps, or the record's ordinary way")]
        let what = match &entry.event {
            Event::RecordQueued(queued) => {
                self.params = Some(queued.params.clone());
                if let Some(carried) = &queued.carried {
                    (self.carried, self.carried_outcomes) = (carried.output(), carried.outcomes());
                    self.output.clone_from(&self.carried);
                    self.outcomes.clone_from(&self.carried_outcomes);
                    What::Carried(carried.from, carried.names(), carried.assumed)
                } else {
                    return;
                }
            }
            Event::RecordRetryScheduled(retry) => {
                // When it begins anew, what the attempt before produced is in the journey, not in the result.
                if retry.at.is_none() {
                    self.output.clone_from(&self.carried);
                    self.outcomes.clone_from(&self.carried_outcomes);
                }
                What::Retry(retry.clone())
            }
            Event::RecordWaiting(waiting) => What::Waiting(Box::new(waiting.wait.clone())),
            Event::RecordSignalApplied(signal) | Event::RecordInputReceived(signal) => {
                What::Signal(Box::new(signal.clone()))
            }
            Event::RecordSleeping(sleep) => What::Sleeping(sleep.wake_at, sleep.reason_code),
            Event::RecordStalled(because) => What::Stalled(because.reason_code),
            Event::RecordResumed(because) => What::Resumed(because.reason_code),
            Event::RecordDecision(decision) => What::Decision(decision.clone()),
            Event::RecordLimitExceeded(limit) => What::Limit(limit.clone()),
            Event::RecordCanceling(because) => What::Canceling(because.reason_code),
            Event::RecordCanceled(_) => What::Canceled(self.fold.reason),
            Event::RecordFailed(ended) if self.fold.failed_step.is_none() => {
                What::Failed(self.fold.reason, ended.errors.clone())
            }
            _ => return,
        };
        self.moments.push(Moment { seq: entry.seq, at: entry.at, until: None, what });
    }
}

/// What a step produced, in one: internal results first, so that an outcome of the same name wins, as in the engine.
#[must_use]
pub fn merged(done: &StepCompleted) -> Map<String, Value> {
    let mut all = done.internal.clone();
    all.extend(done.outcomes.clone());
    all
}
