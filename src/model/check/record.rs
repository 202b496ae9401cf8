//! The rules of a record and its steps. Most of them are the fold's; here is what the fold does not ask.

use super::path::Path;
use super::{Breach, Entry, JobCheck};
use crate::model::event::Event;
use crate::model::fold::RecordFold;
use crate::model::id::RecordId;
use crate::model::status::RecordStatus;

/// What the events of a record came to.
#[derive(Debug, Default)]
pub struct RecordCheck {
    /// All of them.
    pub fold: RecordFold,
    retries: u32,
    path: Path,
}

impl RecordCheck {
    pub(super) fn event(&mut self, id: RecordId, job: &JobCheck, entry: &Entry, breaches: &mut Vec<Breach>) {
        let mut breach = |rule, what: String| {
            breaches.push(Breach { rule, cursor: entry.cursor, object: format!("record {id}"), what });
        };
        if entry.at < self.fold.last_at {
            breach("E3", "it is older than the event before it".to_owned());
        }
        let running = self.fold.status == Some(RecordStatus::Running);
        let open = self.fold.open;
        match self.fold.apply(entry.at, &entry.event) {
            Ok(_) => {}
            Err(illegal) => breach(rule_of(&entry.event), illegal.to_string()),
        }
        if let Some(wrong) = self.path.walk(entry, open, self.fold.open, &job.ways, &job.steps) {
            breach("R7", wrong);
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other type says anything that the fold does not ask")]
        match &entry.event {
            Event::RecordQueued(queued) => {
                for (name, _) in queued.params.iter() {
                    if !job.fields.iter().any(|field| field == name) {
                        breach("P1", format!("`{name}` is not a metadata field of its job"));
                    }
                }
            }
            Event::RecordStarted(_) if !job.runs() => breach("R3", "it starts while its job does not run".to_owned()),
            Event::RecordRetryScheduled(retry) => {
                self.retries += 1;
                if retry.next_attempt != 1 + self.retries {
                    breach("R1", format!("attempt {} after {} retries", retry.next_attempt, self.retries));
                }
                if retry.next_attempt > retry.max_attempts {
                    breach("R4", format!("attempt {} of {}", retry.next_attempt, retry.max_attempts));
                }
            }
            Event::RecordFailed(_) if self.fold.errors.is_empty() => {
                breach("R6", "it failed without an error".to_owned())
            }
            Event::StepStarted(started) => exists(started.step_index, job, &mut breach),
            Event::StepSkipped(skipped) => {
                if !running {
                    breach("S1", "a step is skipped while the record does not run".to_owned());
                }
                exists(skipped.step_index, job, &mut breach);
            }
            _ => {}
        }
    }
}

/// S6: only steps of the frozen spinner.
fn exists(index: u32, job: &JobCheck, breach: &mut impl FnMut(&'static str, String)) {
    if index as usize >= job.steps.len() {
        breach("S6", format!("there is no step {index} in the frozen spinner"));
    }
}

/// The rule that an event breaks when the fold refuses it.
fn rule_of(event: &Event) -> &'static str {
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other refusal is an edge that is not in EVENTS §2")]
    match event {
        Event::StepStarted(_) => "S3",
        Event::StepMessage(_)
        | Event::ToolInvoked(_)
        | Event::StepProgress(_)
        | Event::StepCompleted(_)
        | Event::StepFailed(_)
        | Event::StepRetryScheduled(_)
        | Event::StepCanceled(_) => "S7",
        Event::StepSkipped(_) => "S9",
        _ => "F2",
    }
}
