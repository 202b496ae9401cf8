//! One record's state machine: pure. Given the pipeline and what has happened, it says what to do next.
//! It knows no clock, no store and no threads, so any engine can drive it and a test needs nothing.

use std::sync::Arc;

use super::step::{Done, Pipeline, Results, Scope, Stage, StepError};
use crate::model::event::Event;
use crate::model::fold::{Illegal, RecordFold};
use crate::model::payload::{
    Because, Carried, Decision, DecisionType, ErrorInfo, FailureOutcome, LimitExceeded, Message, Nothing, Queued,
    RecordEnded, StepCompleted, StepFailed, StepRetry, StepSkipped, StepStarted,
};
use crate::model::reason::Reason;
use crate::model::segment::{Draft, Entry, Segment};
use crate::model::spinner::{OnFailure, Target};
use crate::model::status::RecordStatus;
use crate::model::time::{Millis, Timestamp};

/// A record on its way through a pipeline.
pub struct Machine<'p> {
    pipeline: &'p Pipeline,
    scope: Arc<Scope>,
    draft: Draft,
    at: Target,
    /// Picked up this time.
    since: Option<Timestamp>,
}

/// What to do next.
pub enum Next<'p> {
    /// Run this step, which has been started, and hand in what it came to.
    Run(&'p Stage),
    /// Nothing: the record has ended.
    Ended,
}

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
        Ok(Machine { pipeline, scope: Arc::new(scope), draft, at: Target::Step(0), since: Some(now) })
    }

    /// A record that stopped with its process is taken up again where the log says it was (EVENTS §7, crash).
    /// A pure step that was under way runs again.
    ///
    /// # Errors
    /// [`Illegal`] when the log cannot be continued.
    pub fn resume(
        pipeline: &'p Pipeline,
        mut scope: Scope,
        entries: &[Entry],
        now: Timestamp,
    ) -> Result<Machine<'p>, Illegal> {
        let mut fold = RecordFold::default();
        let mut at = Target::Step(0);
        for entry in entries {
            let open = fold.open;
            fold.apply(entry.at, &entry.event)?;
            at = follow(pipeline, at, &entry.event, open.map(|step| step.index), &mut scope);
        }
        let mut draft = Draft::new(scope.record, fold);
        let because = || Because { reason_code: Some(Reason::Interrupted) };
        let status = draft.fold().status;
        if status == Some(RecordStatus::Running) {
            draft.push(now, &Event::RecordStalled(because()))?;
        }
        if let Some(open) = draft.fold().open {
            let delay_ms = Millis(0);
            draft.push(
                now,
                &Event::StepRetryScheduled(StepRetry {
                    reason_code: Reason::Interrupted,
                    delay_ms,
                    errors: Vec::new(),
                }),
            )?;
            at = Target::Step(open.index as usize);
        }
        if draft.fold().status != Some(RecordStatus::Queued) {
            draft.push(now, &Event::RecordResumed(because()))?;
        }
        draft.push(now, &Event::RecordStarted(Nothing {}))?;
        Ok(Machine { pipeline, scope: Arc::new(scope), draft, at, since: Some(now) })
    }

    /// What the steps can see now.
    #[must_use]
    pub fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    /// Goes on until a step is to be run or the record has ended.
    ///
    /// # Errors
    /// [`Illegal`] only if this machine is wrong.
    pub fn next(&mut self, now: Timestamp) -> Result<Next<'p>, Illegal> {
        loop {
            if self.draft.fold().ended_at.is_some() {
                return Ok(Next::Ended);
            }
            let Target::Step(place) = self.at else {
                self.draft.push(now, &Event::RecordCompleted(Nothing {}))?;
                return Ok(Next::Ended);
            };
            if self.too_late(now)? {
                return Ok(Next::Ended);
            }
            let Some(stage) = self.pipeline.stages.get(place) else {
                self.at = Target::End;
                continue;
            };
            let step_index = index(place);
            let promised = self.draft.fold().promised.is_some();
            match stage.when.as_ref().filter(|_| !promised).map(|when| when.holds(&self.scope)) {
                None | Some(Ok(true)) => {
                    self.draft.push(now, &Event::StepStarted(StepStarted { step_index, intent: None }))?;
                    return Ok(Next::Run(stage));
                }
                Some(Ok(false)) => {
                    let reason_code = Reason::ConditionFalse;
                    self.draft.push(now, &Event::StepSkipped(StepSkipped { step_index, reason_code }))?;
                    self.at = stage.next;
                }
                Some(Err(error)) => {
                    self.draft.push(now, &Event::StepStarted(StepStarted { step_index, intent: None }))?;
                    self.ended(stage, now, Vec::new(), Err(error))?;
                }
            }
        }
    }

    /// Ends the record when it ran longer than it may: the cause, then the ordinary end (EVENTS §1.5).
    fn too_late(&mut self, now: Timestamp) -> Result<bool, Illegal> {
        let (Some(allowed), Some(since)) = (self.pipeline.record_timeout, self.since) else { return Ok(false) };
        let ran = now.since(since);
        if ran <= allowed {
            return Ok(false);
        }
        let exceeded = LimitExceeded::milliseconds("record_timeout", ran, allowed);
        let error = exceeded.error(format!("the record ran for {ran}, and `record_timeout` is {allowed}"));
        self.draft.push(now, &Event::RecordLimitExceeded(exceeded))?;
        let reason_code = Some(Reason::LimitExceeded);
        self.draft.push(now, &Event::RecordFailed(RecordEnded { reason_code, errors: vec![error] }))?;
        Ok(true)
    }

    /// Takes in what the step that was to be run came to.
    ///
    /// # Errors
    /// [`Illegal`] only if this machine is wrong.
    pub fn ended(
        &mut self,
        stage: &Stage,
        now: Timestamp,
        said: Vec<Message>,
        result: Result<Done, StepError>,
    ) -> Result<(), Illegal> {
        for message in said {
            self.draft.push(now, &Event::StepMessage(message))?;
        }
        match result {
            Ok(done) => self.completed(stage, now, done),
            Err(error) => self.failed(stage, now, error),
        }
    }

    fn completed(&mut self, stage: &Stage, now: Timestamp, done: Done) -> Result<(), Illegal> {
        let Target::Step(place) = self.at else { return Ok(()) };
        let outcome_key = done.outcome_key.map(str::to_owned);
        let completed =
            Event::StepCompleted(StepCompleted { outcome_key, outcomes: done.outcomes, internal: done.internal });
        self.draft.push(now, &completed)?;
        if let Event::StepCompleted(StepCompleted { outcomes, internal, .. }) = completed {
            Arc::make_mut(&mut self.scope).steps.push(Results { place: Some(place), internal, outcomes });
        }
        match done.goto {
            None => self.at = stage.next,
            Some(target) => self.jump(stage, now, target, None)?,
        }
        Ok(())
    }

    fn failed(&mut self, stage: &Stage, now: Timestamp, error: StepError) -> Result<(), Illegal> {
        let outcome = match stage.on_failure {
            OnFailure::Fail => FailureOutcome::FailRecord,
            OnFailure::Continue | OnFailure::Goto(_) => FailureOutcome::Continue,
        };
        let failed =
            StepFailed { outcome, reason_code: error.reason, errors: error.errors, provider_error_message: None };
        self.draft.push(now, &Event::StepFailed(failed))?;
        match stage.on_failure {
            OnFailure::Fail => self.draft.push(now, &Event::RecordFailed(RecordEnded::default())),
            OnFailure::Continue => {
                self.at = stage.next;
                Ok(())
            }
            OnFailure::Goto(target) => self.jump(stage, now, target, Some(Reason::OnFailure)),
        }
    }

    /// Goes on elsewhere; told by an event only where it is not where the step leads anyway (EVENTS §8, R7).
    fn jump(
        &mut self,
        stage: &Stage,
        now: Timestamp,
        target: Target,
        reason_code: Option<Reason>,
    ) -> Result<(), Illegal> {
        self.at = target;
        if target == stage.next {
            return Ok(());
        }
        let next_step = match target {
            Target::Step(place) => self.pipeline.stages.get(place).map(|stage| stage.name.clone()),
            Target::End => Some("end".to_owned()),
        };
        let decision = Decision { decision_type: DecisionType::Branch, reason_code, next_step, judge_decision: None };
        self.draft.push(now, &Event::RecordDecision(decision))
    }

    /// Everything that happened since the last commit, as one segment.
    ///
    /// # Errors
    /// When a value cannot be JSON.
    pub fn seal(self) -> serde_json::Result<Segment> {
        self.draft.seal()
    }
}

/// Where an event leaves a record that is read back, and what it adds to its scope.
fn follow(pipeline: &Pipeline, at: Target, event: &Event, open: Option<u32>, scope: &mut Scope) -> Target {
    let next = |place: usize| pipeline.stages.get(place).map_or(Target::End, |stage| stage.next);
    match (event, open.map(|open| open as usize)) {
        (Event::RecordQueued(queued), _) => {
            scope.params = queued.params.clone();
            if let Some(Carried { outcomes, internal, .. }) = queued.carried.clone() {
                scope.steps.push(Results { place: None, internal, outcomes });
            }
            at
        }
        (Event::StepCompleted(done), Some(place)) => {
            let (internal, outcomes) = (done.internal.clone(), done.outcomes.clone());
            scope.steps.push(Results { place: Some(place), internal, outcomes });
            // A step that decides says so in an event of its own, but for the step below, which is its `next`.
            next(place)
        }
        (Event::StepFailed(_), Some(place)) => next(place),
        (Event::StepSkipped(skipped), _) => next(skipped.step_index as usize),
        (Event::RecordDecision(decision), _) => decision
            .next_step
            .as_ref()
            .and_then(|name| pipeline.stages.iter().position(|stage| stage.name == *name))
            .map_or(Target::End, Target::Step),
        (Event::RecordRetryScheduled(_), _) => {
            scope.steps.clear();
            Target::Step(0)
        }
        _ => at,
    }
}

fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
