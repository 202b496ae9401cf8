//! What has happened to a record so far, read back from its events: where it stands in the pipeline, what its steps
//! have produced, how long it ran, how often its process died. Pure, like the machine that goes on from here.

use serde_json::Map;

use super::step::{Pipeline, Results, Scope};
use crate::model::event::Event;
use crate::model::fold::{Illegal, RecordFold};
use crate::model::payload::{Assumed, Carried, CarriedStep, ErrorInfo, Intent};
use crate::model::reason::Reason;
use crate::model::segment::Entry;
use crate::model::spinner::Target;
use crate::model::status::RecordStatus;
use crate::model::time::{Millis, Timestamp};

/// A record as its events have left it.
pub struct Past {
    /// Where it stands.
    pub(super) fold: RecordFold,
    /// The step that comes next, or that is under way.
    pub(super) at: Target,
    /// What its steps could see.
    pub(super) scope: Scope,
    /// How long it ran.
    pub(super) ran: Millis,
    /// How often the process died in the step that is under way.
    pub(super) deaths: u32,
    /// How many of the tries at it were not its own fault.
    pub(super) excused: u32,
    /// How long it was to rest, when it rests.
    pub(super) rest: Millis,
    /// What the step that is under way meant to do outside.
    pub(super) intent: Option<Intent>,
    /// Since when, and how long, its step rests before its next try.
    pause: Option<(Timestamp, Millis)>,
    since: Option<Timestamp>,
    start: Target,
}

impl Past {
    /// Reads the events of a record; `scope` is that of a record before its first.
    ///
    /// # Errors
    /// [`Illegal`] when the log cannot be so.
    pub fn of(pipeline: &Pipeline, scope: Scope, entries: &[Entry]) -> Result<Past, Illegal> {
        let start = if pipeline.stages.is_empty() { Target::End } else { Target::Step(0) };
        let fold = RecordFold::default();
        let rest = Millis(0);
        let (ran, deaths, excused, intent, pause, since) = (Millis(0), 0, 0, None, None, None);
        let mut past = Past { fold, at: start, scope, ran, deaths, excused, rest, intent, pause, since, start };
        for entry in entries {
            past.take(pipeline, entry)?;
        }
        past.scope.attempt = past.fold.attempt.max(1);
        // A process that died ran up to its last event.
        if let Some(since) = past.since {
            past.ran.0 += past.fold.last_at.since(since).0;
        }
        Ok(past)
    }

    /// Whether nothing is known of it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.fold.status.is_none()
    }

    /// When it last said anything.
    #[must_use]
    pub fn last_at(&self) -> Timestamp {
        self.fold.last_at
    }

    fn take(&mut self, pipeline: &Pipeline, entry: &Entry) -> Result<(), Illegal> {
        let (open, last) = (self.fold.open, self.fold.last_at);
        let change = self.fold.apply(entry.at, &entry.event)?;
        if let Some(change) = change {
            // A stall is written down by the next process, when it finds out.
            let until = if change.to == RecordStatus::Stalled { last } else { entry.at };
            if let Some(since) = self.since.take() {
                self.ran.0 += until.since(since).0;
            }
            self.since = (change.to == RecordStatus::Running).then_some(entry.at);
        }
        self.follow(pipeline, entry, open.map(|open| open.index as usize));
        Ok(())
    }

    /// Where an event leaves the record, and what it adds to its scope.
    fn follow(&mut self, pipeline: &Pipeline, entry: &Entry, open: Option<usize>) {
        let next = |place: usize| pipeline.stages.get(place).map_or(Target::End, |stage| stage.next);
        match (&entry.event, open) {
            (Event::RecordQueued(queued), _) => {
                self.scope.params = queued.params.clone();
                if let Some(carried) = &queued.carried {
                    self.start = carried.at.as_ref().map_or(Target::End, |name| place_of(pipeline, name));
                    self.scope.steps = taken_over(pipeline, carried);
                }
                self.at = self.start;
            }
            (Event::StepStarted(started), _) => {
                self.at = Target::Step(started.step_index as usize);
                self.intent.clone_from(&started.intent);
                self.pause = None;
                if self.fold.open.is_none_or(|open| open.attempt == 1) {
                    (self.deaths, self.excused) = (0, 0);
                }
            }
            (Event::StepCompleted(done), Some(place)) => {
                let (internal, outcomes) = (done.internal.clone(), done.outcomes.clone());
                self.scope.steps.push(Results { place, internal, outcomes });
                // A step that decides says so in an event of its own, but for the step below, which is its `next`.
                self.at = next(place);
            }
            (Event::StepFailed(_), Some(place)) => self.at = next(place),
            (Event::StepSkipped(skipped), _) => self.at = next(skipped.step_index as usize),
            (Event::StepRetryScheduled(retry), _) => {
                self.deaths += u32::from(retry.reason_code == Reason::Interrupted);
                self.excused += u32::from(matches!(retry.reason_code, Reason::Interrupted | Reason::CircuitOpen));
                self.pause = Some((entry.at, retry.delay_ms));
            }
            (Event::RecordDecision(decision), _) => {
                self.at = decision.next_step.as_ref().map_or(Target::End, |name| place_of(pipeline, name));
            }
            (Event::RecordRetryScheduled(retry), _) => {
                self.rest = retry.delay_ms;
                if let Some(name) = &retry.at {
                    self.at = place_of(pipeline, name);
                    return;
                }
                let carried = self.scope.steps.len().min(self.carried_steps());
                self.scope.steps.truncate(carried);
                self.at = self.start;
            }
            _ => {}
        }
    }

    /// What is left of the rest before the next try at its step; never more than it was, whatever the clock was set to.
    pub(super) fn pause_left(&self, now: Timestamp) -> Option<Millis> {
        let (since, pause) = self.pause?;
        Some(Millis(pause.0.saturating_sub(now.since(since).0)))
    }

    /// So many of the results were carried over.
    fn carried_steps(&self) -> usize {
        self.fold.carried_steps()
    }

    /// What a record of a later job takes over: everything up to the step that failed, where it begins; or what comes
    /// after that, when a person says that it was done.
    pub(super) fn carried(&self, pipeline: &Pipeline, from: u64, assumed: Option<Assumed>) -> Carried {
        let name = |place: usize| pipeline.stages.get(place).map(|stage| stage.name.clone());
        let steps = self.scope.steps.iter().filter_map(|results| {
            let Results { place, internal, outcomes } = results.clone();
            Some(CarriedStep { name: name(place)?, outcomes, internal })
        });
        let mut steps: Vec<_> = steps.collect();
        let mut left = self.left();
        let assumed = assumed.filter(|_| self.fold.reason.is_some_and(Reason::is_unsafe));
        if let (Some(Assumed::Sent), Some(place)) = (assumed, left) {
            steps.extend(name(place).map(|name| CarriedStep { name, outcomes: Map::new(), internal: Map::new() }));
            left = pipeline.stages.get(place).and_then(|stage| match stage.next {
                Target::Step(next) => Some(next),
                Target::End => None,
            });
        }
        Carried { from, steps, partial: self.fold.partial, at: left.and_then(name), assumed }
    }

    /// The place of the step that failed, or where the record was when it was stopped.
    fn left(&self) -> Option<usize> {
        match (self.fold.failed_step, self.at) {
            (Some(failed), _) => Some(failed as usize),
            (None, Target::Step(place)) => Some(place),
            (None, Target::End) => None,
        }
    }

    /// What kept it from beginning; the same will keep every later record from it.
    pub(super) fn invalid(&self) -> Vec<ErrorInfo> {
        let invalid = self.fold.reason == Some(Reason::InvalidParams);
        if invalid { self.fold.errors.clone() } else { Vec::new() }
    }
}

fn place_of(pipeline: &Pipeline, name: &str) -> Target {
    pipeline.stages.iter().position(|stage| stage.name == name).map_or(Target::End, Target::Step)
}

fn taken_over(pipeline: &Pipeline, carried: &Carried) -> Vec<Results> {
    let results = |step: &CarriedStep| {
        let Target::Step(place) = place_of(pipeline, &step.name) else { return None };
        Some(Results { place, internal: step.internal.clone(), outcomes: step.outcomes.clone() })
    };
    carried.steps.iter().filter_map(results).collect()
}
