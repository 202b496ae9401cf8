//! How a record begins, or begins again: from a row, from an earlier job, from where the log left it.

use super::super::past::Past;
use super::super::step::{Effect, Pipeline, Scope};
use super::Machine;
use crate::model::event::Event;
use crate::model::fold::{Illegal, RecordFold};
use crate::model::id::{Cursor, JobId};
use crate::model::payload::{
    Assumed, Because, ErrorInfo, FailureOutcome, Nothing, Queued, RecordEnded, StepFailed, StepRetry,
};
use crate::model::reason::Reason;
use crate::model::segment::{Draft, Entry};
use crate::model::spinner::Target;
use crate::model::status::RecordStatus;
use crate::model::time::{Millis, Timestamp};

/// A step in which the process died so often is what kills it.
const POISON: u32 = 3;

impl<'p> Machine<'p> {
    /// A row becomes a record and is picked up. Params that do not fit end it at once.
    ///
    /// # Errors
    /// [`Illegal`] only if this machine is wrong: nothing a row says can cause it.
    pub fn admit(
        pipeline: &'p Pipeline,
        scope: Scope,
        errors: Vec<ErrorInfo>,
        now: Timestamp,
    ) -> Result<Machine<'p>, Illegal> {
        let mut draft = Draft::new(scope.record, RecordFold::default());
        draft.push(now, &Event::RecordQueued(Queued { params: scope.params.clone(), carried: None }))?;
        draft.push(now, &Event::RecordStarted(Nothing {}))?;
        if !errors.is_empty() {
            let reason_code = Some(Reason::InvalidParams);
            draft.push(now, &Event::RecordFailed(RecordEnded { reason_code, errors }))?;
        }
        Ok(Machine::new(pipeline, scope, draft, Target::Step(0), now))
    }

    /// A row that an earlier job did not bring to its end is taken up where it was left there: what was done is carried.
    ///
    /// # Errors
    /// [`Illegal`] only if this machine is wrong.
    pub fn carry(
        pipeline: &'p Pipeline,
        scope: Scope,
        earlier: &Past,
        (from, assumed): (JobId, Option<Assumed>),
        now: Timestamp,
    ) -> Result<Machine<'p>, Illegal> {
        let mut draft = Draft::new(scope.record, RecordFold::default());
        let carried = Some(earlier.carried(pipeline, from.0, assumed));
        let queued = Event::RecordQueued(Queued { params: earlier.scope.params.clone(), carried });
        draft.push(now, &queued)?;
        // Read back like any other record, so that a carried one begins as it would be resumed.
        let entry = Entry { cursor: Cursor(0), seq: 0, at: now, event: queued };
        let Past { scope, at, .. } = Past::of(pipeline, scope, &[entry])?;
        draft.push(now, &Event::RecordStarted(Nothing {}))?;
        let errors = earlier.invalid();
        if !errors.is_empty() {
            let reason_code = Some(Reason::InvalidParams);
            draft.push(now, &Event::RecordFailed(RecordEnded { reason_code, errors }))?;
        }
        Ok(Machine::new(pipeline, scope, draft, at, now))
    }

    /// A record whose process died is marked as such (EVENTS §7). A pure step that was under way will run again, but for
    /// one in which the process died too often.
    ///
    /// # Errors
    /// [`Illegal`] when the record is not running.
    pub fn stall(pipeline: &'p Pipeline, past: Past, now: Timestamp) -> Result<Machine<'p>, Illegal> {
        let Past { fold, at, scope, deaths, intent, .. } = past;
        let mut draft = Draft::new(scope.record, fold);
        draft.push(now, &Event::RecordStalled(Because { reason_code: Some(Reason::Interrupted) }))?;
        let unsafe_intent = intent.filter(|intent| intent.effect == Effect::Once.name());
        if let Some(intent) = unsafe_intent.filter(|_| draft.fold().open.is_some()) {
            let message = format!(
                "the process died after `{}` was begun and before it answered: it may have been done, and is not done again",
                intent.tool_name
            );
            set_aside(&mut draft, Reason::InterruptedUnsafe, message, now)?;
        } else if draft.fold().open.is_some() && deaths + 1 >= POISON {
            let message =
                format!("the process died {} times in this step of this row; it is not tried again", deaths + 1);
            set_aside(&mut draft, Reason::Poison, message, now)?;
        } else if draft.fold().open.is_some() {
            let retry = StepRetry { reason_code: Reason::Interrupted, delay_ms: Millis(0), errors: Vec::new() };
            draft.push(now, &Event::StepRetryScheduled(retry))?;
        }
        Ok(Machine::new(pipeline, scope, draft, at, now))
    }

    /// A record that was stalled, or that rested, is taken up again where the log says it was.
    ///
    /// # Errors
    /// [`Illegal`] when the log cannot be continued.
    pub fn resume(pipeline: &'p Pipeline, past: Past, now: Timestamp) -> Result<Machine<'p>, Illegal> {
        let pause = past.pause_left(now);
        let Past { fold, at, scope, ran, excused, .. } = past;
        let place = if let Target::Step(place) = at { place } else { 0 };
        let mut draft = Draft::new(scope.record, fold);
        if draft.fold().status != Some(RecordStatus::Queued) {
            draft.push(now, &Event::RecordResumed(Because { reason_code: Some(Reason::Interrupted) }))?;
        }
        draft.push(now, &Event::RecordStarted(Nothing {}))?;
        Ok(Machine { ran, pause, excused: (place, excused), ..Machine::new(pipeline, scope, draft, at, now) })
    }

    /// A record that has not ended is stopped for good, wherever it was.
    ///
    /// # Errors
    /// [`Illegal`] when the log cannot be continued.
    pub fn cancel(pipeline: &'p Pipeline, past: Past, reason: Reason, now: Timestamp) -> Result<Machine<'p>, Illegal> {
        let mut draft = Draft::new(past.scope.record, past.fold);
        let because = || Because { reason_code: Some(reason) };
        if draft.fold().status == Some(RecordStatus::Running) {
            draft.push(now, &Event::RecordCanceling(because()))?;
        }
        if draft.fold().open.is_some() {
            draft.push(now, &Event::StepCanceled(because()))?;
        }
        let ended = RecordEnded { reason_code: Some(reason), errors: Vec::new() };
        draft.push(now, &Event::RecordCanceled(ended))?;
        Ok(Machine::new(pipeline, past.scope, draft, past.at, now))
    }
}

/// A step that must not be tried any more by itself ends its record, whatever its `on_failure` says (EVENTS §7).
fn set_aside(draft: &mut Draft, reason_code: Reason, message: String, now: Timestamp) -> Result<(), Illegal> {
    let error = ErrorInfo { kind: "interruption".to_owned(), code: reason_code, field: None, message };
    let failed = StepFailed {
        outcome: FailureOutcome::FailRecord,
        reason_code,
        errors: vec![error],
        provider_error_message: None,
    };
    draft.push(now, &Event::StepFailed(failed))?;
    draft.push(now, &Event::RecordFailed(RecordEnded::default()))
}
