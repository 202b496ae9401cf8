//! Journeys from random but legal histories, split anywhere.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::event::EventType;
use crate::model::fold::RecordFold;
use crate::model::id::{Cursor, JobId, RecordId, RowId};
use crate::model::params::Params;
use crate::model::payload::{
    Because, DecisionType, FailureOutcome, Level, LimitExceeded, Message, Nothing, Queued, RecordEnded, RecordRetry,
    Signal, Sleeping, StepFailed, StepRetry, StepSkipped, StepStarted, Wait, Waiting,
};
use crate::model::payload::{Decision, ErrorInfo};
use crate::model::segment::{Draft, StoredSegment};

pub(in crate::model) const ID: RecordId = RecordId { job: JobId(3), row: RowId(17) };

pub(in crate::model) fn steps() -> Vec<StepName> {
    let step = |name: &str, kind: &str, key: &str| StepName {
        name: name.to_owned(),
        kind: kind.to_owned(),
        outcome_key: key.to_owned(),
    };
    vec![step("start", "log", "logged"), step("route", "decision", "branched"), step("done", "tag", "tagged")]
}

pub(in crate::model) fn error(message: &str) -> ErrorInfo {
    ErrorInfo { kind: "template".to_owned(), code: Reason::RenderFailed, field: None, message: message.to_owned() }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// Every kind of event that a record can have, in some shape.
pub(in crate::model) fn candidates(n: u32) -> Vec<Event> {
    let because = || Because { reason_code: Some(Reason::Interrupted) };
    let (reason_code, delay_ms) = (Reason::Timeout, Millis(5));
    let outcomes = object(json!({ "disposition": format!("d{n}"), format!("k{}", n % 3): n }));
    let internal = object(json!({ "branch": n, "disposition": "hidden" }));
    let key = n.is_multiple_of(2).then(|| "special".to_owned());
    let params = Params::new(["name".to_owned()].into(), vec![json!("Anna")]);
    let failed = |outcome| {
        let errors = vec![error(&format!("e{n}"))];
        Event::StepFailed(StepFailed { outcome, reason_code, errors, provider_error_message: Some("503".to_owned()) })
    };
    let signal = || Signal {
        wait_id: 1,
        action: "approve".to_owned(),
        input: Some(json!({ "secret": n })),
        reason: None,
        actor: "anna".to_owned(),
    };
    let wait = Wait {
        id: 1,
        kind: "approval".to_owned(),
        stage: "start".to_owned(),
        message: "go on?".to_owned(),
        fields: Vec::new(),
        expires_at: Some(Timestamp(1_774_449_075_000)),
        assignee: None,
    };
    let retry = RecordRetry { next_attempt: 2 + n, max_attempts: 99, delay_ms, reason_code, at: None };
    let next_step = Some("done".to_owned());
    let decision = Decision { decision_type: DecisionType::Branch, reason_code: None, next_step, judge_decision: None };
    let limit =
        LimitExceeded { limit_type: "record_timeout".to_owned(), current_value: 2.0, threshold: 1.0, unit: "s".into() };
    vec![
        Event::RecordQueued(Queued { params, carried: None }),
        Event::RecordStarted(Nothing {}),
        Event::StepStarted(StepStarted { step_index: n % 3, intent: None }),
        Event::StepMessage(Message { level: Level::Info, text: format!("m{n}"), truncated: false }),
        Event::StepCompleted(StepCompleted { outcome_key: key, outcomes, internal }),
        failed(FailureOutcome::Continue),
        failed(FailureOutcome::FailRecord),
        Event::StepSkipped(StepSkipped { step_index: n % 3, reason_code: Reason::ConditionFalse }),
        Event::StepRetryScheduled(StepRetry { reason_code: Reason::Interrupted, delay_ms, errors: Vec::new() }),
        Event::StepCanceled(because()),
        Event::RecordDecision(decision),
        Event::RecordWaiting(Waiting { wait }),
        Event::RecordSignalApplied(signal()),
        Event::RecordInputReceived(signal()),
        Event::RecordSleeping(Sleeping { wake_at: Timestamp(1_774_449_075_000), reason_code: Reason::DelayStep }),
        Event::RecordStalled(because()),
        Event::RecordResumed(because()),
        Event::RecordRetryScheduled(retry),
        Event::RecordLimitExceeded(limit),
        Event::RecordCanceling(Because { reason_code: Some(Reason::User) }),
        Event::RecordCanceled(RecordEnded::default()),
        Event::RecordCompleted(Nothing {}),
        Event::RecordFailed(RecordEnded { reason_code: None, errors: vec![error("x")] }),
    ]
}

/// A legal history: of what each choice would do, what the states allow.
pub(in crate::model) fn walk(choices: &[u8]) -> Vec<(Timestamp, Event)> {
    let (mut fold, mut history) = (RecordFold::default(), Vec::new());
    for (at, choice) in (1_000_i64..).step_by(7).zip([0, 1].iter().chain(choices)) {
        if fold.ended_at.is_some() {
            break;
        }
        let all = candidates(u32::from(*choice));
        let event = all[usize::from(*choice) % all.len()].clone();
        // Only a retry leads back to `queued` from within; the fold itself looks at the edge alone.
        let again = event.kind() == EventType::RecordQueued && fold.status.is_some();
        let mut next = fold.clone();
        if !again && next.apply(Timestamp(at), &event).is_ok() {
            fold = next;
            history.push((Timestamp(at), event));
        }
    }
    history
}

/// A history as the log keeps it, cut into segments of these lengths.
pub(in crate::model) fn stored(history: &[(Timestamp, Event)], cuts: &[usize]) -> Vec<StoredSegment> {
    let (mut fold, mut rest, mut seq, mut segments) = (RecordFold::default(), history, 1, Vec::new());
    let mut cuts = cuts.iter();
    while !rest.is_empty() {
        let (now, later) = rest.split_at((*cuts.next().unwrap_or(&rest.len())).clamp(1, rest.len()));
        let mut draft = Draft::new(ID, fold.clone());
        for (at, event) in now {
            draft.push(*at, event).unwrap();
        }
        fold = draft.fold().clone();
        let segment = draft.seal().unwrap();
        let (n, at, events) = (segment.n, segment.at, segment.events);
        segments.push(StoredSegment {
            cursor: Cursor(100 + seq),
            job: Some(ID.job),
            row: Some(ID.row),
            seq,
            n,
            at,
            events,
        });
        (rest, seq) = (later, seq + u64::from(n));
    }
    segments
}

pub(in crate::model) fn entries(segments: &[StoredSegment]) -> Vec<Entry> {
    segments.iter().flat_map(|segment| segment.entries().unwrap()).collect()
}

fn folded(mut journey: Journey, entries: &[Entry]) -> Journey {
    for entry in entries {
        journey.apply(entry).unwrap();
    }
    journey
}

proptest! {
    #[test]
    fn a_journey_is_the_same_wherever_it_is_split(
        choices in prop::collection::vec(any::<u8>(), 0..120),
        cuts in prop::collection::vec(1_usize..6, 0..20),
        at in any::<prop::sample::Index>(),
    ) {
        let history = walk(&choices);
        let whole = folded(Journey::new(steps()), &entries(&stored(&history, &[])));
        let cut = entries(&stored(&history, &cuts));
        let at = at.index(cut.len() + 1);
        // Taken up by another who knows nothing but what was folded.
        let first = folded(Journey::new(steps()), &cut[..at]);
        let split = folded(first.clone(), &cut[at..]);
        prop_assert_eq!(&split, &whole);
        prop_assert_eq!(first.attempts.len() + first.moments.len() <= whole.attempts.len() + whole.moments.len(), true);
        // The journey agrees with the state that the store keeps.
        let started = whole.attempts.iter().filter(|a| a.status == AttemptStatus::Started).count();
        prop_assert_eq!(started, usize::from(whole.fold.open.is_some()));
        let disposition = whole.outcomes.get("disposition").and_then(Value::as_str);
        if whole.fold.attempt <= 1 {
            prop_assert_eq!(disposition, whole.fold.disposition.as_deref());
        }
    }
}

fn one(events: Vec<Event>) -> Journey {
    let history: Vec<_> = (1_000..).step_by(10).map(Timestamp).zip(events).collect();
    folded(Journey::new(steps()), &entries(&stored(&history, &[])))
}

/// The candidate events of these places.
fn picked<const N: usize>(places: [(usize, u32); N]) -> Vec<Event> {
    places.into_iter().map(|(place, n)| candidates(n)[place].clone()).collect()
}

#[test]
fn outcomes_win_over_internal_results_and_the_usual_outcome_key_is_filled_in() {
    let journey = one(picked([(0, 0), (1, 0), (2, 0), (3, 1), (4, 1), (21, 0)]));
    let attempt = &journey.attempts[0];
    assert_eq!((attempt.name.as_str(), attempt.kind.as_str(), attempt.attempt), ("start", "log", 1));
    assert_eq!((attempt.status, attempt.outcome_key.as_deref()), (AttemptStatus::Completed, Some("logged")));
    assert_eq!((attempt.duration, attempt.messages[0].text.as_str()), (Some(Millis(20)), "m1"));
    assert_eq!(journey.output, object(json!({ "branch": 1, "disposition": "d1", "k1": 1 })));
    assert_eq!(journey.outcomes, object(json!({ "disposition": "d1", "k1": 1 })));
    assert_eq!(journey.duration(), Some(Millis(40)));
    let special = one(picked([(0, 0), (1, 0), (2, 0), (4, 2)]));
    assert_eq!(special.attempts[0].outcome_key.as_deref(), Some("special"));
}

#[test]
fn an_interruption_is_seen_and_its_length_is_not_made_up() {
    // queued started step.started stalled step.retry resumed started step.started completed
    let journey = one(picked([(0, 0), (1, 0), (2, 0), (15, 0), (8, 0), (16, 0), (1, 0), (2, 0), (4, 0)]));
    let attempts: Vec<_> = journey.attempts.iter().map(|a| (a.attempt, a.status, a.duration)).collect();
    let again = (2, AttemptStatus::Completed, Some(Millis(10)));
    assert_eq!(attempts, [(1, AttemptStatus::RetryScheduled, None), again]);
    assert_eq!(journey.moments[0].what, What::Stalled(Some(Reason::Interrupted)));
    assert_eq!(journey.moments[0].until, Some(Timestamp(1_050)));
    assert_eq!(journey.moments[1].what, What::Resumed(Some(Reason::Interrupted)));
}

#[test]
fn a_retried_record_begins_with_nothing_and_keeps_its_past_in_the_journey() {
    let journey = one(picked([(0, 0), (1, 0), (2, 0), (4, 0), (17, 0), (1, 0), (2, 0), (4, 1)]));
    assert_eq!(journey.outcomes, object(json!({ "disposition": "d1", "k1": 1 })));
    assert_eq!(journey.attempts.len(), 2);
    assert_eq!(journey.fold.attempt, 2);
}

#[test]
fn a_failure_that_is_no_steps_has_a_moment_of_its_own() {
    let alone = one(picked([(0, 0), (1, 0), (22, 0)]));
    assert!(matches!(&alone.moments[0].what, What::Failed(Some(Reason::StepFailed), errors) if errors.len() == 1));
    let by_step = one(picked([(0, 0), (1, 0), (2, 0), (6, 0), (22, 0)]));
    assert!(by_step.moments.is_empty());
    assert_eq!(by_step.attempts[0].provider_error.as_deref(), Some("503"));
}
