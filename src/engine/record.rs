//! One record's state machine: pure. Given the pipeline and what has happened, it says what to do next.
//! It knows no clock, no store and no threads, so any engine can drive it and a test needs nothing.

use std::sync::Arc;

use super::call::{Answer, Call, Task};
use super::step::{Again, Done, Effect, Pipeline, Results, Scope, Stage, Step, StepError, Work};
use crate::model::event::Event;
use crate::model::fold::Illegal;
use crate::model::payload::{
    Because, Decision, DecisionType, FailureOutcome, Intent, LimitExceeded, Message, Nothing, RecordEnded, RecordRetry,
    StepCompleted, StepFailed, StepProgress, StepRetry, StepSkipped, StepStarted,
};
use crate::model::reason::Reason;
use crate::model::segment::{Draft, Segment};
use crate::model::spinner::{OnFailure, Target};
use crate::model::status::RecordStatus;
use crate::model::time::{Millis, Timestamp};

mod begin;

/// A record on its way through a pipeline.
pub struct Machine<'p> {
    pipeline: &'p Pipeline,
    scope: Arc<Scope>,
    draft: Draft,
    at: Target,
    /// Picked up this time.
    since: Timestamp,
    /// How long it ran before.
    ran: Millis,
    /// To be tried again as a whole, after this.
    rest: Option<Millis>,
    /// To go on with its step after this.
    pause: Option<Millis>,
    /// Whether its next step has passed its gate.
    passed: bool,
    /// So many tries at the step of this place were not its own fault.
    excused: (usize, u32),
}

/// What to do next.
pub enum Next<'p> {
    /// Run this step, which has been started, and hand in what it came to.
    Run(&'p Stage, &'p dyn Step),
    /// Let this step, which is done elsewhere, pass its gate.
    Knock(usize),
    /// Begin this step elsewhere, and hand in its answer. Its intent comes first into the log.
    Begin(&'p Stage, &'p dyn Call, Task),
    /// Go on after so long.
    Pause(Millis),
    /// Rest for so long; then it is resumed.
    Rest(Millis),
    /// Nothing: the record has ended.
    Ended,
}

impl<'p> Machine<'p> {
    fn new(pipeline: &'p Pipeline, scope: Scope, draft: Draft, at: Target, now: Timestamp) -> Machine<'p> {
        let (ran, rest, pause, passed, excused) = (Millis(0), None, None, false, (0, 0));
        Machine { pipeline, scope: Arc::new(scope), draft, at, since: now, ran, rest, pause, passed, excused }
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
            if let Some(rest) = self.rest {
                return Ok(Next::Rest(rest));
            }
            if let Some(pause) = self.pause.take().filter(|pause| pause.0 > 0) {
                return Ok(Next::Pause(pause));
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
            let decided = self.passed || self.draft.fold().promised.is_some();
            match stage.when.as_ref().filter(|_| !decided).map(|when| when.holds(&self.scope)) {
                None | Some(Ok(true)) => {
                    if stage.work.effect() != Effect::Pure && !self.passed {
                        return Ok(Next::Knock(place));
                    }
                    self.passed = false;
                    return self.start(stage, step_index, now);
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

    /// Starts the step: here, or elsewhere with its intent.
    fn start(&mut self, stage: &'p Stage, step_index: u32, now: Timestamp) -> Result<Next<'p>, Illegal> {
        let started = |intent| Event::StepStarted(StepStarted { step_index, intent });
        let call = match &stage.work {
            Work::Here(step) => {
                self.draft.push(now, &started(None))?;
                return Ok(Next::Run(stage, step.as_ref()));
            }
            Work::Elsewhere(call) => call.as_ref(),
        };
        let attempt = self.draft.fold().promised.map_or(1, |(_, attempt)| attempt);
        let record = self.scope.record;
        let intent = (call.effect() != Effect::Pure).then(|| Intent {
            tool_call_id: format!("{record}/{}/{attempt}", stage.name),
            tool_name: stage.kind.to_owned(),
            effect: call.effect().name().to_owned(),
            idempotency_key: self.key(stage),
        });
        let key = intent.as_ref().map(|intent| intent.idempotency_key.clone()).unwrap_or_default();
        self.draft.push(now, &started(intent))?;
        Ok(Next::Begin(stage, call, Task { scope: Arc::clone(&self.scope), attempt, key }))
    }

    /// Its next step has passed its gate.
    pub const fn pass(&mut self) {
        self.passed = true;
    }

    /// Takes in the answer of a step that was begun elsewhere.
    ///
    /// # Errors
    /// [`Illegal`] only if this machine is wrong.
    pub fn answered(&mut self, stage: &Stage, now: Timestamp, answer: Answer) -> Result<(), Illegal> {
        let Answer { heard, said, tools, files, result } = self.scrubbed(answer);
        for piece in heard {
            self.draft.push(now, &Event::StepProgress(StepProgress::content(piece)))?;
        }
        self.say(said, now)?;
        for file in files {
            self.draft.push(now, &Event::StorageCreated(file))?;
        }
        for tool in tools {
            self.draft.push(now, &Event::ToolInvoked(tool))?;
        }
        self.came_to(stage, now, result)
    }

    /// Stops between two steps: it goes on when the job is resumed.
    ///
    /// # Errors
    /// [`Illegal`] only if this machine is wrong.
    pub fn halt(&mut self, reason: Reason, now: Timestamp) -> Result<(), Illegal> {
        if self.draft.fold().status != Some(RecordStatus::Running) {
            return Ok(());
        }
        self.draft.push(now, &Event::RecordStalled(Because { reason_code: Some(reason) }))
    }

    /// Whether the record has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.draft.fold().ended_at.is_some()
    }

    /// The place of the step that is under way.
    #[must_use]
    pub fn open_step(&self) -> Option<usize> {
        self.draft.fold().open.map(|open| open.index as usize)
    }

    /// Whether there is anything that is not in a segment yet.
    #[must_use]
    pub fn has_news(&self) -> bool {
        !self.draft.is_empty()
    }

    /// Ends the record when it ran longer than it may: the cause, then the ordinary end (EVENTS §1.5).
    fn too_late(&mut self, now: Timestamp) -> Result<bool, Illegal> {
        let Some(allowed) = self.pipeline.record_timeout else { return Ok(false) };
        let ran = Millis(self.ran.0 + now.since(self.since).0);
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
        let Answer { said, result, .. } = self.scrubbed(Answer { said, ..Answer::of(result) });
        self.say(said, now)?;
        self.came_to(stage, now, result)
    }

    /// No value of the vault goes any further than here.
    fn scrubbed(&self, mut answer: Answer) -> Answer {
        answer.scrub(&self.scope.job.secrets);
        answer
    }

    fn say(&mut self, said: Vec<Message>, now: Timestamp) -> Result<(), Illegal> {
        said.into_iter().try_for_each(|message| self.draft.push(now, &Event::StepMessage(message)))
    }

    fn came_to(&mut self, stage: &Stage, now: Timestamp, result: Result<Done, StepError>) -> Result<(), Illegal> {
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
            Arc::make_mut(&mut self.scope).steps.push(Results { place, internal, outcomes });
        }
        match done.goto {
            None => self.at = stage.next,
            Some(target) => self.jump(stage, now, target, None)?,
        }
        Ok(())
    }

    fn failed(&mut self, stage: &Stage, now: Timestamp, error: StepError) -> Result<(), Illegal> {
        if let Some(delay_ms) = self.another_try(stage, error.again) {
            let reason_code = if error.again == Again::Later { Reason::CircuitOpen } else { error.reason };
            let retry = StepRetry { reason_code, delay_ms, errors: error.errors };
            self.pause = Some(delay_ms);
            return self.draft.push(now, &Event::StepRetryScheduled(retry));
        }
        let unknown = error.again == Again::Unknown;
        let outcome = match stage.on_failure {
            OnFailure::Continue | OnFailure::Goto(_) if !unknown => FailureOutcome::Continue,
            OnFailure::Fail | OnFailure::Continue | OnFailure::Goto(_) => FailureOutcome::FailRecord,
        };
        let reason_code = error.reason;
        let provider_error_message = error.provider;
        let failed = StepFailed { outcome, reason_code, errors: error.errors, provider_error_message };
        self.draft.push(now, &Event::StepFailed(failed))?;
        if unknown {
            return self.draft.push(now, &Event::RecordFailed(RecordEnded::default()));
        }
        match stage.on_failure {
            OnFailure::Fail => self.give_up(reason_code, now),
            OnFailure::Continue => {
                self.at = stage.next;
                Ok(())
            }
            OnFailure::Goto(target) => self.jump(stage, now, target, Some(Reason::OnFailure)),
        }
    }

    /// The rest before the next try at a step, when there is one: what its `retry` says, and not less than was asked for.
    fn another_try(&self, stage: &Stage, again: Again) -> Option<Millis> {
        let least = match again {
            Again::No | Again::Unknown => return None,
            Again::Later => return Some(Millis(0)),
            Again::After(least) => least,
        };
        let open = self.draft.fold().open?;
        let (place, excused) = self.excused;
        let tried = open.attempt - if place == open.index as usize { excused } else { 0 };
        let rest = stage.retry?.after(tried)?;
        Some(jittered(rest, &self.key(stage), open.attempt).max(least))
    }

    /// The same on every try of a step, after a crash, and in every retry (SPEC §5).
    fn key(&self, stage: &Stage) -> String {
        format!("{}-{}-{}", self.scope.job.origin, self.scope.record.row, stage.name)
    }

    /// A failed step has failed its record, unless the whole record is tried again.
    fn give_up(&mut self, reason_code: Reason, now: Timestamp) -> Result<(), Illegal> {
        let tried = self.draft.fold().attempt;
        let retry = self.pipeline.record_retry.and_then(|retry| Some((retry.attempts, retry.after(tried)?)));
        let Some((max_attempts, delay_ms)) = retry else {
            return self.draft.push(now, &Event::RecordFailed(RecordEnded::default()));
        };
        let at = self.draft.fold().failed_step.filter(|_| self.has_acted());
        let at = at.and_then(|place| Some(self.pipeline.stages.get(place as usize)?.name.clone()));
        let retry = RecordRetry { next_attempt: tried + 1, max_attempts, delay_ms, reason_code, at };
        self.rest = Some(delay_ms);
        self.draft.push(now, &Event::RecordRetryScheduled(retry))
    }

    /// Whether a step of its own has done anything outside: that is not done again.
    fn has_acted(&self) -> bool {
        let own = self.scope.steps.iter().skip(self.draft.fold().carried_steps());
        own.filter_map(|results| self.pipeline.stages.get(results.place))
            .any(|stage| stage.work.effect() != Effect::Pure)
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

    /// Everything that happened since the last commit, as one segment; what follows will be in another.
    ///
    /// # Errors
    /// When a value cannot be JSON.
    pub fn split(&mut self) -> serde_json::Result<Segment> {
        self.draft.split()
    }

    /// Everything that happened since the last commit, as one segment.
    ///
    /// # Errors
    /// When a value cannot be JSON.
    pub fn seal(self) -> serde_json::Result<Segment> {
        self.draft.seal()
    }
}

/// A rest, up to a quarter shorter or longer, so that what failed together does not come back together. Always the same
/// for the same try, so that a log can be foretold.
fn jittered(rest: Millis, key: &str, attempt: u32) -> Millis {
    let mixed = key.bytes().fold(u64::from(attempt), |mixed, byte| {
        (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
    });
    let half = rest.0 / 2;
    let share = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) % (half + 1);
    Millis((rest.0 - rest.0 / 4).saturating_add(share))
}

fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
