//! The payload table of EVENTS §3: what each type's payload is once everything implied is in it.

use serde_json::{Map, Value, json};

use super::super::event::Event;
use super::super::fold::{Change, JobFold, OpenStep, RecordFold};
use super::super::id::RecordId;
use super::super::journey::merged;
use super::super::payload::{Decision, DecisionType, JobEnded, StepCompleted, StepName, ToolInvoked, Waiting};
use super::super::reason::Reason;
use super::super::segment::Entry;
use super::super::status::{ConnectionStatus, CredentialStatus, JobStatus, RecordStatus, SessionStatus, Verdict};
use super::super::time::{Millis, Timestamp};

type Object = Map<String, Value>;

/// What is stored, as it is stored.
pub(super) fn stored(event: &Event) -> Object {
    let mut bytes = Vec::new();
    // What was read from JSON can be JSON again.
    let written = event.write_payload(&mut bytes).and_then(|()| serde_json::from_slice(&bytes));
    written.unwrap_or_default()
}

/// T: a status change.
fn change(from: Option<&'static str>, to: &'static str, reason: Option<Reason>) -> Object {
    let reason = reason.map(Reason::name);
    object([("from_status", json!(from)), ("to_status", json!(to)), ("reason_code", json!(reason))])
}

fn object<const N: usize>(pairs: [(&str, Value); N]) -> Object {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Adds what is not there yet: what was folded wins over what was stored.
fn fill(value: &mut Object, more: Object) {
    for (key, more) in more {
        value.entry(key).or_insert(more);
    }
}

fn put(value: &mut Object, key: &str, more: impl Into<Value>) {
    value.insert(key.to_owned(), more.into());
}

fn list<T: serde::Serialize>(items: &[T]) -> Value {
    serde_json::to_value(items).unwrap_or_default()
}

fn span(from: Option<Timestamp>, to: Option<Timestamp>) -> Value {
    from.zip(to).map_or(Millis(0), |(from, to)| to.since(from)).0.into()
}

pub(super) fn of_session(event: &Event, changed: Option<Change<SessionStatus>>) -> Object {
    let mut value = changed.map_or_else(Object::new, |changed| {
        change(changed.from.map(SessionStatus::name), changed.to.name(), changed.reason)
    });
    fill(&mut value, stored(event));
    value
}

pub(super) fn of_credential(event: &Event, changed: Option<Change<CredentialStatus>>) -> Object {
    let mut value = changed.map_or_else(Object::new, |changed| {
        change(changed.from.map(CredentialStatus::name), changed.to.name(), changed.reason)
    });
    fill(&mut value, stored(event));
    value
}

pub(super) fn of_connection(event: &Event, changed: Option<Change<ConnectionStatus>>) -> Object {
    let mut value = changed.map_or_else(Object::new, |changed| {
        change(changed.from.map(ConnectionStatus::name), changed.to.name(), changed.reason)
    });
    fill(&mut value, stored(event));
    value
}

pub(super) fn of_job(entry: &Entry, changed: Option<Change<JobStatus>>, fold: &JobFold, total: u64) -> Object {
    let mut value = changed.map_or_else(Object::new, |changed| {
        change(changed.from.map(JobStatus::name), changed.to.name(), changed.reason)
    });
    fill(&mut value, stored(&entry.event));
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others have all that they say")]
    match &entry.event {
        Event::JobQueued(_) => put(&mut value, "total", total),
        Event::JobCompleted(ended) | Event::JobFailed(ended) | Event::JobCanceled(ended) => {
            ended_job(&mut value, ended, fold);
        }
        _ => {}
    }
    value
}

fn ended_job(value: &mut Object, ended: &JobEnded, fold: &JobFold) {
    let errors = value.remove("errors");
    put(value, "result", ended.counts.verdict().name());
    put(value, "duration_ms", span(fold.started_at, fold.ended_at));
    if let Some(errors) = errors {
        put(value, "errors", errors);
    }
}

/// A record as it is after an event of its own.
pub(super) struct OfRecord<'a> {
    pub(super) id: RecordId,
    pub(super) fold: &'a RecordFold,
    pub(super) outcomes: &'a Object,
    pub(super) steps: &'a [StepName],
    /// The step that was open before the event.
    pub(super) before: Option<OpenStep>,
}

impl OfRecord<'_> {
    pub(super) fn value(&self, entry: &Entry, changed: Option<Change<RecordStatus>>) -> Object {
        let mut value = changed.map_or_else(Object::new, |changed| {
            change(changed.from.map(RecordStatus::name), changed.to.name(), changed.reason)
        });
        let own = || stored(&entry.event);
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others have all that they say")]
        match &entry.event {
            Event::RecordQueued(queued) => {
                put(&mut value, "row", self.id.row.0);
                if let Some(carried) = &queued.carried {
                    let told = object([
                        ("from", carried.from.into()),
                        ("steps", carried.names().into()),
                        ("at", json!(carried.at)),
                        ("output", carried.output().into()),
                        ("assumed", json!(carried.assumed)),
                    ]);
                    put(&mut value, "carried", told);
                }
                fill(&mut value, own());
            }
            Event::RecordStarted(_) => {
                put(&mut value, "attempt", self.fold.attempt);
                put(&mut value, "claim", self.fold.claim);
            }
            Event::RecordWaiting(waiting) => fill(&mut value, wait(waiting)),
            Event::RecordSleeping(sleep) => put(&mut value, "wake_at", sleep.wake_at.to_string()),
            Event::RecordDecision(decision) => value = decided(decision, own()),
            Event::RecordCompleted(_) | Event::RecordFailed(_) => self.ended(&mut value),
            Event::StepStarted(started) => {
                value = self.key(started.step_index, self.fold.open.map_or(1, |open| open.attempt));
                let kind = self.steps.get(started.step_index as usize).map(|step| step.kind.as_str());
                put(&mut value, "step_type", json!(kind));
                fill(&mut value, rest(own()));
            }
            Event::StepSkipped(skipped) => {
                value = self.key(skipped.step_index, 0);
                fill(&mut value, rest(own()));
            }
            Event::StepCompleted(done) => value = self.completed(entry.at, done),
            Event::StepCanceled(because) => {
                value = self.open_key();
                value.extend(change(Some("started"), "canceled", because.reason_code));
            }
            Event::ToolInvoked(tool) => value = self.tool(tool),
            Event::StorageCreated(file) => {
                value = self.open_key();
                fill(&mut value, own());
                put(&mut value, "sha256", file.storage_id.clone());
                put(&mut value, "deduplicated", file.deduplicated);
            }
            Event::StepProgress(_)
            | Event::StepMessage(_)
            | Event::StepRetryScheduled(_)
            | Event::StepFailed(_)
            | Event::StorageDeleted(_) => {
                value = self.open_key();
                // `info` is the level that is not stored.
                if let Event::StepMessage(message) = &entry.event {
                    put(&mut value, "level", message.level.name());
                }
                fill(&mut value, own());
            }
            _ => fill(&mut value, own()),
        }
        value
    }

    /// K: which step, which try.
    fn key(&self, index: u32, attempt: u32) -> Object {
        let step = self.steps.get(index as usize).map(|step| step.name.as_str());
        object([
            ("attempt", self.fold.attempt.into()),
            ("step_index", index.into()),
            ("step", json!(step)),
            ("step_attempt", attempt.into()),
        ])
    }

    /// K of the step that is or was open; of the record alone when there is none.
    fn open_key(&self) -> Object {
        match self.before {
            Some(open) => self.key(open.index, open.attempt),
            None => object([("attempt", self.fold.attempt.into())]),
        }
    }

    fn tool(&self, tool: &ToolInvoked) -> Object {
        let mut value = self.open_key();
        let step = self.before.and_then(|open| Some((self.steps.get(open.index as usize)?, open.attempt)));
        let call = step.map(|(step, attempt)| format!("{}/{}/{attempt}", self.id, step.name));
        put(&mut value, "tool_call_id", json!(call));
        put(&mut value, "tool_name", json!(step.map(|(step, _)| &step.kind)));
        put(&mut value, "tool_kind", json!(tool.tool_kind));
        put(&mut value, "tool_outcome", json!(tool.tool_outcome));
        put(&mut value, "tool_input_summary", tool.tool_input_summary.told());
        put(&mut value, "tool_output_summary", tool.tool_output_summary.told());
        put(&mut value, "policy_reason_code", json!(tool.policy_reason_code.map(Reason::name)));
        put(&mut value, "duration_ms", tool.duration_ms.0);
        value
    }

    fn completed(&self, at: Timestamp, done: &StepCompleted) -> Object {
        let mut value = self.open_key();
        let usual = self.before.and_then(|open| self.steps.get(open.index as usize)).map(|step| &step.outcome_key);
        put(&mut value, "outcome_key", json!(done.outcome_key.as_ref().or(usual)));
        put(&mut value, "output", merged(done));
        // Which keys of `output` are for operations; the rest are for the journey only.
        put(&mut value, "outcome_keys", done.outcomes.keys().cloned().collect::<Value>());
        put(&mut value, "duration_ms", span(self.before.map(|open| open.since), Some(at)));
        value
    }

    fn ended(&self, value: &mut Object) {
        put(value, "outcomes", self.outcomes.clone());
        let verdict = self.fold.verdict();
        put(value, "result", json!(verdict.map(Verdict::name)));
        put(value, "duration_ms", span(self.fold.started_at, self.fold.ended_at));
        if verdict != Some(Verdict::Success) && !self.fold.errors.is_empty() {
            put(value, "errors", list(&self.fold.errors));
        }
        if let Some(index) = self.fold.failed_step {
            let name = self.steps.get(index as usize).map(|step| step.name.as_str());
            put(value, "failed_step", json!(name));
        }
    }
}

/// What is left of a stored payload once its step is told by K.
fn rest(mut own: Object) -> Object {
    own.shift_remove("step");
    own
}

fn decided(decision: &Decision, own: Object) -> Object {
    // A branch that was taken is the one decision whose reason is not stored.
    let usual = (decision.decision_type == DecisionType::Branch).then_some(Reason::BranchTaken);
    let mut value = object([
        ("decision_type", json!(decision.decision_type)),
        ("reason_code", json!(decision.reason_code.or(usual))),
        ("role", decision.decision_type.role().into()),
    ]);
    fill(&mut value, own);
    value
}

/// A wait with its time as data tells it, not as it is stored.
fn wait(waiting: &Waiting) -> Object {
    let mut wait = serde_json::to_value(&waiting.wait).unwrap_or_default();
    if let (Some(wait), Some(at)) = (wait.as_object_mut(), waiting.wait.expires_at) {
        put(wait, "expires_at", at.to_string());
    }
    object([("wait", wait)])
}
