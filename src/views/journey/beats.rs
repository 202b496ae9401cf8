//! A journey as the beats of a timeline: tries at steps, and what happened between them.

use crate::model::journey::{AttemptStatus, Journey, Moment, StepAttempt, What};
use crate::model::payload::{Decision, ErrorInfo, Level, Message};
use crate::model::reason::Reason;
use crate::model::report::{Beat, Note, Tone};
use crate::model::time::{Millis, Timestamp};

/// All beats in the order of the log.
pub(super) fn of(journey: &Journey) -> Vec<Beat> {
    let began = journey.began.unwrap_or_default();
    let mut beats: Vec<Beat> = Vec::new();
    let mut moments = journey.moments.iter().peekable();
    for attempt in &journey.attempts {
        while let Some(moment) = moments.next_if(|moment| moment.seq < attempt.seq) {
            between(moment, began, &mut beats);
        }
        beats.push(tried(attempt, began));
    }
    for moment in moments {
        between(moment, began, &mut beats);
    }
    beats
}

fn tried(attempt: &StepAttempt, began: Timestamp) -> Beat {
    let mut notes: Vec<Note> = attempt.messages.iter().map(said).collect();
    notes.extend(errors(&attempt.errors));
    notes.extend(attempt.provider_error.as_ref().map(|text| note(Tone::Bad, format!("provider: {text}"))));
    Beat {
        offset: attempt.at.since(began),
        duration: attempt.duration,
        name: attempt.name.clone(),
        outcome: outcome(attempt),
        attempt: attempt.attempt,
        tone: attempt.status.tone(),
        notes,
    }
}

/// The outcome key, or what stands in its place.
fn outcome(attempt: &StepAttempt) -> String {
    let reason = || attempt.reason.map(Reason::name);
    let usual = match attempt.status {
        AttemptStatus::Started => "running",
        AttemptStatus::Skipped => "skipped",
        AttemptStatus::Completed | AttemptStatus::RetryScheduled | AttemptStatus::Failed | AttemptStatus::Canceled => {
            attempt.status.name()
        }
    };
    let said = match attempt.status {
        AttemptStatus::Failed | AttemptStatus::RetryScheduled => reason(),
        AttemptStatus::Completed => attempt.outcome_key.as_deref(),
        // Its one reason is that its condition is false, which is what skipping means.
        AttemptStatus::Started | AttemptStatus::Skipped | AttemptStatus::Canceled => None,
    };
    let said = said.unwrap_or(usual);
    // A decision's result is the branch it took, which a reader looks for first.
    match attempt.output.get("branch").and_then(serde_json::Value::as_str) {
        Some(branch) if attempt.kind == "decision" => format!("{said} · {branch}"),
        Some(_) | None => said.to_owned(),
    }
}

fn said(message: &Message) -> Note {
    let tone = match message.level {
        Level::Debug => Tone::Quiet,
        Level::Info => Tone::Plain,
        Level::Warn => Tone::Warn,
        Level::Error => Tone::Bad,
    };
    let end = if message.truncated { " … (cut: longer than is kept)" } else { "" };
    note(tone, format!("{}{end}", message.text))
}

fn note(tone: Tone, text: String) -> Note {
    Note { tone, text }
}

fn errors(errors: &[ErrorInfo]) -> impl Iterator<Item = Note> + '_ {
    errors.iter().map(|error| note(Tone::Bad, error.message.clone()))
}

/// What happened between steps: a beat of its own, or a note on the one before.
fn between(moment: &Moment, began: Timestamp, beats: &mut Vec<Beat>) {
    let word = |reason: Option<Reason>| reason.map_or("", Reason::name).to_owned();
    let (name, outcome, tone, notes) = match &moment.what {
        What::Decision(decision) => return decided(decision, beats),
        What::Carried(from, steps, assumed) => {
            let done = if steps.is_empty() { "nothing".to_owned() } else { steps.join(", ") };
            let mut notes = vec![note(Tone::Plain, format!("done there: {done}"))];
            notes
                .extend(assumed.map(|assumed| note(Tone::Warn, format!("what was begun there is {}", assumed.told()))));
            ("carried", format!("from job {from}"), Tone::Quiet, notes)
        }
        What::Waiting(wait) => {
            ("waiting", wait.kind.clone(), Tone::Warn, vec![note(Tone::Plain, wait.message.clone())])
        }
        What::Signal(signal) => {
            let why = signal.reason.as_ref().map(|reason| note(Tone::Plain, reason.clone()));
            ("signal", format!("{} by {}", signal.action, signal.actor), Tone::Plain, why.into_iter().collect())
        }
        What::Sleeping(wake, reason) => {
            ("sleeping", reason.name().to_owned(), Tone::Quiet, vec![note(Tone::Quiet, format!("until {wake}"))])
        }
        What::Stalled(reason) => {
            let text = match reason {
                Some(Reason::CircuitOpen) => "nobody could be reached, so it waits until the job is resumed",
                _ => "the process stopped here",
            };
            ("interrupted", word(*reason), Tone::Warn, vec![note(Tone::Plain, text.to_owned())])
        }
        What::Resumed(reason) => ("resumed", word(*reason), Tone::Plain, Vec::new()),
        What::Retry(retry) => {
            let mut next = format!("attempt {} of {} after {}", retry.next_attempt, retry.max_attempts, retry.delay_ms);
            if let Some(at) = &retry.at {
                next += &format!(", at `{at}`: what was done outside is not done again");
            }
            ("retry of the record", retry.reason_code.name().to_owned(), Tone::Warn, vec![note(Tone::Plain, next)])
        }
        What::Limit(limit) => {
            let passed = format!("{} {} of {} allowed", limit.current_value, limit.unit, limit.threshold);
            ("limit", limit.limit_type.clone(), Tone::Bad, vec![note(Tone::Plain, passed)])
        }
        What::Canceling(reason) => ("canceling", word(*reason), Tone::Warn, Vec::new()),
        What::Canceled(reason) => ("canceled", word(*reason), Tone::Quiet, Vec::new()),
        What::Failed(reason, found) => ("record", word(*reason), Tone::Bad, errors(found).collect()),
    };
    let duration = moment.until.map(|until| until.since(moment.at)).filter(|span| *span > Millis(0));
    let (offset, name) = (moment.at.since(began), name.to_owned());
    beats.push(Beat { offset, duration, name, outcome, attempt: 1, tone, notes });
}

/// Where a step led, told below the step.
fn decided(decision: &Decision, beats: &mut [Beat]) {
    let target = decision.next_step.as_deref().unwrap_or("end");
    let text = match decision.reason_code {
        None | Some(Reason::BranchTaken) => format!("→ {target}"),
        Some(Reason::OnFailure) => format!("→ {target} (on failure)"),
        Some(reason) => format!("→ {target} ({})", reason.name()),
    };
    if let Some(beat) = beats.last_mut() {
        beat.notes.push(note(Tone::Plain, text));
    }
}
