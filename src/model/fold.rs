//! The fold: events in, state out. The same one in the writer, on resume, in views, in `verify` and in tests.

use super::event::{Event, EventType, Leads};
use super::payload::{ErrorInfo, FailureOutcome, Produced};
use super::reason::Reason;
use super::status::{JobStatus, RecordStatus, SessionStatus, Verdict};
use super::time::{Millis, Timestamp};
use super::usage::Usage;

mod counts;

/// A status that changed: the T of EVENTS §3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<S> {
    /// Before; nothing for the first.
    pub from: Option<S>,
    /// After.
    pub to: S,
    /// Why, where there is more to say than the type does.
    pub reason: Option<Reason>,
}

/// An event that the states do not allow here. Nothing that yields one is ever stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` is not allowed: {why}")]
pub struct Illegal {
    /// The event's type.
    pub event: &'static str,
    /// What stands against it.
    pub why: String,
}

fn illegal<T>(kind: EventType, why: impl Into<String>) -> Result<T, Illegal> {
    Err(Illegal { event: kind.name(), why: why.into() })
}

/// A step attempt that has begun and not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenStep {
    /// Its place in the frozen spinner.
    pub index: u32,
    /// Its try, from 1.
    pub attempt: u32,
    /// Since when.
    pub since: Timestamp,
}

/// What the events of one record come to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordFold {
    /// Where it stands; nothing before it is queued.
    pub status: Option<RecordStatus>,
    /// The whole-record try, from 1.
    pub attempt: u32,
    /// How often it was picked up.
    pub claim: u32,
    /// First picked up.
    pub started_at: Option<Timestamp>,
    /// Ended for good.
    pub ended_at: Option<Timestamp>,
    /// The step that is under way.
    pub open: Option<OpenStep>,
    /// The step and try that a retry has promised.
    pub promised: Option<(u32, u32)>,
    /// Whether it went on after a failed step.
    pub partial: bool,
    /// The step that ended it.
    pub failed_step: Option<u32>,
    /// Why it ended as it did.
    pub reason: Option<Reason>,
    /// What went wrong, of the step that failed last.
    pub errors: Vec<ErrorInfo>,
    /// The last `disposition` outcome.
    pub disposition: Option<String>,
    /// The outcome keys it has, in the order they came.
    pub outcome_keys: Vec<String>,
    /// What an earlier record had of these two, where this one carries it on.
    pub carried: Option<Box<Produced>>,
    /// What language models read and wrote for it, its failed tries included.
    pub usage: Vec<Usage>,
    /// The last event.
    pub last_at: Timestamp,
}

impl RecordFold {
    /// Takes in one event.
    ///
    /// # Errors
    /// [`Illegal`] when the states of EVENTS §2 do not allow it; the fold is then of no further use.
    pub fn apply(&mut self, at: Timestamp, event: &Event) -> Result<Option<Change<RecordStatus>>, Illegal> {
        self.last_at = self.last_at.max(at);
        let kind = event.kind();
        self.step(at, event)?;
        let Leads::Record(to) = kind.leads() else { return Ok(None) };
        let from = self.status;
        let allowed = match from {
            None => to == RecordStatus::Queued,
            Some(status) => status.next().contains(&to),
        };
        // Three ways lead into `queued`: the first, a retry from running, and a resume from any pause.
        let fits = if kind == EventType::RecordQueued {
            from.is_none()
        } else if kind == EventType::RecordResumed {
            from.is_some_and(|from| from != RecordStatus::Running)
        } else {
            to != RecordStatus::Queued || from == Some(RecordStatus::Running)
        };
        if !allowed || !fits {
            return illegal(kind, format!("the record is {}", from.map_or("not there yet", RecordStatus::name)));
        }
        if self.open.is_some() && (to.is_terminal() || kind == EventType::RecordRetryScheduled) {
            return illegal(kind, "a step is open");
        }
        let reason = self.enter(at, event, to);
        self.status = Some(to);
        Ok(Some(Change { from, to, reason }))
    }

    /// What entering a status does to the counters and clocks; its reason.
    fn enter(&mut self, at: Timestamp, event: &Event, to: RecordStatus) -> Option<Reason> {
        if to == RecordStatus::Running {
            self.claim += 1;
            self.attempt = self.attempt.max(1);
            self.started_at.get_or_insert(at);
        }
        if to.is_terminal() {
            self.ended_at = Some(at);
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "only these carry a reason; a new one shows as none")]
        let reason = match event {
            Event::RecordQueued(queued) => {
                self.carried = queued.carried.as_ref().map(|carried| Box::new(carried.produced()));
                self.begin_anew();
                None
            }
            Event::RecordRetryScheduled(retry) => {
                self.attempt = retry.next_attempt;
                (self.failed_step, self.reason, self.promised) = (None, None, None);
                if retry.at.is_none() {
                    self.begin_anew();
                }
                Some(retry.reason_code)
            }
            Event::RecordFailed(ended) => {
                if !ended.errors.is_empty() {
                    self.errors.clone_from(&ended.errors);
                }
                ended.reason_code.or(self.reason).or(Some(Reason::StepFailed))
            }
            Event::RecordCanceled(ended) => ended.reason_code.or(Some(Reason::User)),
            Event::RecordSleeping(sleep) => Some(sleep.reason_code),
            Event::RecordStalled(because) | Event::RecordResumed(because) | Event::RecordCanceling(because) => {
                because.reason_code
            }
            _ => None,
        };
        if to.is_terminal() {
            self.reason = reason;
        }
        reason
    }

    /// So many of its steps were carried over.
    #[must_use]
    pub fn carried_steps(&self) -> usize {
        self.carried.as_ref().map_or(0, |carried| carried.steps)
    }

    /// Nothing was produced yet, but for what was carried.
    fn begin_anew(&mut self) {
        let Produced { disposition, outcome_keys, partial, .. } = self.carried.as_deref().cloned().unwrap_or_default();
        (self.disposition, self.outcome_keys, self.partial) = (disposition, outcome_keys, partial);
    }

    /// The steps' part: at most one open, each end with its start, tries in order (EVENTS §8, S1–S7).
    fn step(&mut self, at: Timestamp, event: &Event) -> Result<(), Illegal> {
        let kind = event.kind();
        if matches!(kind.leads(), Leads::Nowhere) && self.status.is_none_or(RecordStatus::is_terminal) {
            return illegal(kind, "the record has ended, or not begun");
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "the record's own types do not touch its steps")]
        match event {
            Event::StepStarted(started) => {
                if self.status != Some(RecordStatus::Running) {
                    return illegal(kind, "the record is not running");
                }
                if self.open.is_some() {
                    return illegal(kind, "another step is open");
                }
                let attempt = match self.promised.take() {
                    Some((index, attempt)) if index == started.step_index => attempt,
                    Some(_) => return illegal(kind, "another step was promised a retry"),
                    None => 1,
                };
                self.open = Some(OpenStep { index: started.step_index, attempt, since: at });
            }
            Event::StepCompleted(done) => {
                self.close(kind)?;
                for (key, value) in &done.outcomes {
                    if key == "disposition" {
                        self.disposition = value.as_str().map(str::to_owned);
                    }
                    if !self.outcome_keys.contains(key) {
                        self.outcome_keys.push(key.clone());
                    }
                }
            }
            Event::StepFailed(failed) => {
                let step = self.close(kind)?;
                self.errors.clone_from(&failed.errors);
                match failed.outcome {
                    FailureOutcome::Continue => self.partial = true,
                    FailureOutcome::FailRecord => {
                        self.failed_step = Some(step.index);
                        self.reason = Some(failed.reason_code);
                    }
                }
            }
            Event::StepRetryScheduled(_) => {
                let step = self.close(kind)?;
                self.promised = Some((step.index, step.attempt + 1));
            }
            Event::StepCanceled(_) => {
                self.close(kind)?;
            }
            Event::StepSkipped(_) if self.open.is_some() => return illegal(kind, "another step is open"),
            Event::StepMessage(_) | Event::ToolInvoked(_) | Event::StepProgress(_) if self.open.is_none() => {
                return illegal(kind, "no step is open");
            }
            Event::ToolInvoked(tool) => Usage::add(&mut self.usage, tool),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, kind: EventType) -> Result<OpenStep, Illegal> {
        match self.open.take() {
            Some(step) => Ok(step),
            None => illegal(kind, "no step is open"),
        }
    }

    /// What a failed record is counted as: the place of its step and its reason.
    #[must_use]
    pub fn failure(&self) -> String {
        let step = self.failed_step.map_or_else(|| "-".to_owned(), |step| step.to_string());
        format!("{step} {}", self.reason.map_or("-", Reason::name))
    }

    /// How it turned out, once it has.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        verdict(self.status?, self.partial)
    }
}

/// How an ended record turned out (EVENTS §1.6); nothing for one that has not, or was canceled.
#[must_use]
pub fn verdict(status: RecordStatus, partial: bool) -> Option<Verdict> {
    match status {
        RecordStatus::Completed if partial => Some(Verdict::Partial),
        RecordStatus::Completed => Some(Verdict::Success),
        RecordStatus::Failed => Some(Verdict::Failure),
        RecordStatus::Queued
        | RecordStatus::Running
        | RecordStatus::Waiting
        | RecordStatus::Sleeping
        | RecordStatus::Stalled
        | RecordStatus::Canceling
        | RecordStatus::Canceled => None,
    }
}

/// What the job's own events come to; its counts are folded from its records'.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFold {
    /// Where it stands; nothing before it is created.
    pub status: Option<JobStatus>,
    /// Begun.
    pub started_at: Option<Timestamp>,
    /// Ended.
    pub ended_at: Option<Timestamp>,
    /// Why it stands as it does.
    pub reason: Option<Reason>,
    /// How long it ran, up to when it last stopped running.
    pub ran: Millis,
    /// Running since then.
    pub since: Option<Timestamp>,
    /// The last event of its stream, its records' included.
    pub last_at: Timestamp,
}

impl JobFold {
    /// Takes in one event of the job's own.
    ///
    /// # Errors
    /// [`Illegal`] when the states of EVENTS §2 do not allow it.
    pub fn apply(&mut self, at: Timestamp, event: &Event) -> Result<Option<Change<JobStatus>>, Illegal> {
        let kind = event.kind();
        let Leads::Job(to) = kind.leads() else { return Ok(None) };
        let from = self.status;
        let allowed = match from {
            None => to == JobStatus::Created,
            Some(status) => status.next().contains(&to),
        };
        // Only a start leads out of `queued` and only a resume out of the pauses, though both lead to `running`.
        let resumes = matches!(from, Some(JobStatus::Waiting | JobStatus::Stalled));
        if !allowed || (to == JobStatus::Running && resumes != (kind == EventType::JobResumed)) {
            return illegal(kind, format!("the job is {}", from.map_or("not there yet", JobStatus::name)));
        }
        // A process that died stopped running at its last event, not when the next one found out.
        let stopped = if to == JobStatus::Stalled { self.last_at } else { at };
        if let Some(since) = self.since.take() {
            self.ran = Millis(self.ran.0 + stopped.since(since).0);
        }
        if to == JobStatus::Running {
            self.started_at.get_or_insert(at);
            self.since = Some(at);
        }
        if to.is_terminal() {
            self.ended_at = Some(at);
        }
        self.last_at = self.last_at.max(at);
        #[expect(clippy::wildcard_enum_match_arm, reason = "only these carry a reason")]
        let reason = match event {
            Event::JobWaiting(because) | Event::JobStalled(because) | Event::JobCanceling(because) => {
                because.reason_code
            }
            Event::JobCanceled(ended) | Event::JobFailed(ended) => ended.reason_code,
            _ => None,
        };
        self.status = Some(to);
        self.reason = reason;
        Ok(Some(Change { from, to, reason }))
    }
}

/// What a session's events come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SessionFold {
    /// Where it stands; nothing before it is queued.
    pub status: Option<SessionStatus>,
}

impl SessionFold {
    /// Takes in one event.
    ///
    /// # Errors
    /// [`Illegal`] when the states of EVENTS §2 do not allow it.
    pub fn apply(&mut self, event: &Event) -> Result<Option<Change<SessionStatus>>, Illegal> {
        let kind = event.kind();
        let Leads::Session(to) = kind.leads() else { return Ok(None) };
        let from = self.status;
        let allowed = match from {
            None => to == SessionStatus::Queued,
            Some(status) => status.next().contains(&to),
        };
        if !allowed {
            return illegal(kind, format!("the session is {}", from.map_or("not there yet", SessionStatus::name)));
        }
        self.status = Some(to);
        Ok(Some(Change { from, to, reason: None }))
    }
}
