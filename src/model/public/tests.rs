//! The payload table of EVENTS §3, held against what is published.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::journey::tests::{ID, candidates, entries, error, steps, stored, walk};
use crate::model::payload::Facts;
use crate::model::payload::{
    Because, Counts, JobCreated, JobEnded, LimitExceeded, Nothing, Progress, SelectionFact, Trigger,
};
use crate::model::reason::Reason;
use crate::model::segment::Segment;

mod table;

use table::check;

fn created() -> Event {
    Event::JobCreated(Box::new(JobCreated {
        spinner: "welcome".to_owned(),
        version: 1,
        hash: "ab".to_owned(),
        steps: steps(),
        table: "contacts".to_owned(),
        metadata_fields: vec!["name".to_owned()],
        total: 9,
        selection: SelectionFact { summary: "all rows".to_owned(), sha256: "cd".to_owned() },
        trigger: Trigger::RunNow,
        retry_of: None,
        idempotency_key: None,
        input: Some(json!({ "note": "private" })),
        settings: None,
        fingerprint: String::new(),
    }))
}

fn own(cursor: u64, owner: impl FnOnce(Timestamp, Vec<Event>) -> Segment, events: Vec<Event>) -> StoredSegment {
    let segment = owner(Timestamp(1_000 * cursor.cast_signed()), events);
    let (job, row) = (segment.stream(), segment.row());
    let (n, at, events) = (segment.n, segment.at, segment.events);
    StoredSegment { cursor: Cursor(cursor), job, row, seq: cursor, n, at, events }
}

fn job(cursor: u64, events: Vec<Event>) -> StoredSegment {
    own(cursor, |at, events| Segment::job(ID.job, at, events).unwrap(), events)
}

fn published(publisher: &mut Publisher, segment: &StoredSegment) -> Vec<PublicEvent> {
    let entries = segment.entries().unwrap();
    assert_eq!(publisher.missing(segment, &entries), []);
    entries.iter().map(|entry| publisher.publish(segment, entry).unwrap()).collect()
}

fn begun() -> Publisher {
    let mut publisher = Publisher::default();
    let first = job(1, vec![created(), Event::JobQueued(Nothing {}), Event::JobStarted(Nothing {})]);
    published(&mut publisher, &first).iter().for_each(check);
    publisher
}

#[test]
fn a_jobs_events_say_all_that_its_states_imply() {
    let because = |reason| Because { reason_code: Some(reason) };
    let counts = Counts { total: 9, completed: 8, failed: 1, ..Counts::default() };
    let limit = LimitExceeded { limit_type: "x".into(), current_value: 1.5, threshold: 1.0, unit: "records".into() };
    let ended = |errors| JobEnded { counts, reason_code: Some(Reason::LimitExceeded), errors };
    let ways = [
        vec![Event::JobCompleted(JobEnded { reason_code: None, ..ended(Vec::new()) })],
        vec![Event::JobLimitExceeded(limit), Event::JobFailed(ended(vec![error("too many")]))],
        vec![Event::JobCanceling(because(Reason::User)), Event::JobCanceled(ended(Vec::new()))],
    ];
    for way in ways {
        let mut publisher = begun();
        let paused = vec![
            Event::JobProgress(Progress { counts }),
            Event::JobStalled(because(Reason::Interrupted)),
            Event::JobResumed(Nothing {}),
            Event::JobWaiting(Because::default()),
            Event::JobResumed(Nothing {}),
        ];
        published(&mut publisher, &job(4, paused)).iter().for_each(check);
        let end = published(&mut publisher, &job(9, way));
        end.iter().for_each(check);
        let last = &end.last().unwrap().value;
        assert_eq!((&last["result"], &last["duration_ms"]), (&json!("partial"), &json!(8_000)), "{last:?}");
        assert!(publisher.jobs.is_empty(), "what has ended is forgotten");
    }
}

#[test]
fn private_keys_go_unless_they_are_asked_for() {
    let mut publisher = Publisher::default();
    let mut event = published(&mut publisher, &job(1, vec![created()])).remove(0);
    assert_eq!(event.value["input"], json!({ "note": "private" }));
    event.redact();
    assert_eq!(event.redacted, ["input"]);
    let form = event.stream_form(WorkspaceId(1), Some(RequestId(2)));
    let keys: Vec<_> = form.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["seq", "type", "timestamp", "payload", "cursor", "job", "record", "request_id"]);
    assert_eq!(form["timestamp"], "1970-01-01T00:00:01.000Z");
    assert_eq!((&form["job"], &form["record"]), (&json!(3), &Value::Null));
    assert_eq!(form["request_id"], "req_00000000000012");
    assert_eq!(form["payload"]["redacted"], true);
    assert_eq!(form["payload"]["redacted_keys"], json!(["input"]));
    assert!(!form.to_string().contains("private"));
    let mut plain = published(&mut publisher, &job(2, vec![Event::JobQueued(Nothing {})])).remove(0);
    plain.redact();
    let queued = json!({ "redacted": false, "value": {
        "from_status": "created", "to_status": "queued", "reason_code": null, "total": 9
    } });
    assert_eq!(plain.payload(), queued);
}

#[test]
fn a_records_way_in_full() {
    let places = [(0, 0), (1, 0), (2, 0), (3, 0), (4, 1), (10, 0), (7, 1), (2, 2), (6, 2), (22, 0)];
    let history: Vec<_> =
        (1_000..).step_by(10).map(Timestamp).zip(places.map(|(place, n)| candidates(n)[place].clone())).collect();
    let mut publisher = begun();
    let events = published(&mut publisher, &stored(&history, &[])[0]);
    events.iter().for_each(check);
    let said: Vec<_> = events.iter().map(|event| Value::Object(event.value.clone())).collect();
    let key = |index: u32, step: &str, attempt: u32| json!({ "attempt": 1, "step_index": index, "step": step, "step_attempt": attempt });
    let with = |mut value: Value, more: Value| {
        value.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        value
    };
    let t =
        |from: Value, to: &str, reason: Value| json!({ "from_status": from, "to_status": to, "reason_code": reason });
    let expected = [
        with(t(Value::Null, "queued", Value::Null), json!({ "row": 17, "params": { "name": "Anna" } })),
        with(t(json!("queued"), "running", Value::Null), json!({ "attempt": 1, "claim": 1 })),
        with(key(0, "start", 1), json!({ "step_type": "log" })),
        with(key(0, "start", 1), json!({ "level": "info", "text": "m0" })),
        with(
            key(0, "start", 1),
            json!({
                "outcome_key": "logged", "output": { "branch": 1, "disposition": "d1", "k1": 1 },
                "outcome_keys": ["disposition", "k1"], "duration_ms": 20
            }),
        ),
        json!({ "decision_type": "branch", "reason_code": "BRANCH_TAKEN", "role": "executor", "next_step": "done" }),
        with(key(1, "route", 0), json!({ "reason_code": "CONDITION_FALSE" })),
        with(key(2, "done", 1), json!({ "step_type": "tag" })),
        with(
            key(2, "done", 1),
            json!({
                "outcome": "fail_record", "reason_code": "TIMEOUT", "provider_error_message": "503",
                "errors": [{ "type": "template", "code": "RENDER_FAILED", "message": "e2" }]
            }),
        ),
        with(
            t(json!("running"), "failed", json!("TIMEOUT")),
            json!({
                "outcomes": { "disposition": "d1", "k1": 1 }, "result": "failure", "duration_ms": 80,
                "errors": [{ "type": "template", "code": "RENDER_FAILED", "message": "x" }], "failed_step": "done"
            }),
        ),
    ];
    assert_eq!(said, expected);
    assert!(publisher.records.is_empty(), "what has ended is forgotten");
}

proptest! {
    #[test]
    fn every_record_event_has_its_row_in_the_table(choices in prop::collection::vec(any::<u8>(), 0..150)) {
        let segments = stored(&walk(&choices), &[3, 1, 4, 1, 5]);
        let mut publisher = begun();
        for event in segments.iter().flat_map(|segment| published(&mut publisher, segment)) {
            check(&event);
        }
    }

    #[test]
    fn from_the_middle_it_is_the_same_once_what_is_missing_is_fed(
        choices in prop::collection::vec(any::<u8>(), 0..150),
        cuts in prop::collection::vec(1_usize..5, 1..20),
        at in any::<prop::sample::Index>(),
    ) {
        let segments = stored(&walk(&choices), &cuts);
        let mut publisher = begun();
        let whole: Vec<_> = segments.iter().flat_map(|segment| published(&mut publisher, segment)).collect();
        let at = at.index(segments.len());
        let mut publisher = Publisher::default();
        let asked = publisher.missing(&segments[at], &entries(&segments[at..=at]));
        let record = (at > 0).then_some(Missing::Record(ID));
        prop_assert_eq!(asked, [Some(Missing::Job(ID.job)), record].into_iter().flatten().collect::<Vec<_>>());
        published(&mut publisher, &job(1, vec![created()]));
        for before in &segments[..at] {
            for entry in before.entries().unwrap() {
                publisher.publish(before, &entry).unwrap();
            }
        }
        let rest: Vec<_> = segments[at..].iter().flat_map(|segment| published(&mut publisher, segment)).collect();
        prop_assert_eq!(&whole[whole.len() - rest.len()..], &rest[..]);
    }
}

#[test]
fn sessions_carry_their_change_and_other_things_their_facts() {
    let facts = |session: u64| Facts(json!({ "session": session, "job": 3 }).as_object().cloned().unwrap());
    let ws = |cursor, events| own(cursor, |at, events| Segment::workspace(at, events).unwrap(), events);
    let mut publisher = Publisher::default();
    let live = ws(1, vec![Event::SessionQueued(facts(1)), Event::SessionRunning(facts(1))]);
    let events = published(&mut publisher, &live);
    let running =
        json!({ "from_status": "queued", "to_status": "running", "reason_code": null, "session": 1, "job": 3 });
    assert_eq!(Value::Object(events[1].value.clone()), running);
    let dead = ws(3, vec![Event::SessionFailed(facts(1))]);
    assert_eq!(Publisher::default().missing(&dead, &dead.entries().unwrap()), [Missing::Workspace]);
    assert_eq!(published(&mut publisher, &dead)[0].value["from_status"], "running");
    let spinner = ws(4, vec![Event::SpinnerPublished(Facts(json!({ "name": "x" }).as_object().cloned().unwrap()))]);
    assert_eq!(published(&mut publisher, &spinner)[0].value.get("name"), Some(&json!("x")));
}

#[test]
fn credentials_carry_their_change_from_wherever_the_log_is_read() {
    let facts = |name: &str| Facts(json!({ "name": name }).as_object().cloned().unwrap());
    let session = |id: u64| Facts(json!({ "session": id, "job": 3 }).as_object().cloned().unwrap());
    let ws = |cursor, events| own(cursor, |at, events| Segment::workspace(at, events).unwrap(), events);
    let segments = [
        ws(1, vec![Event::CredentialCreated(facts("a"))]),
        ws(2, vec![Event::SessionQueued(session(1)), Event::CredentialCreated(facts("b"))]),
        ws(4, vec![Event::CredentialVerified(facts("a")), Event::CredentialDeleted(facts("a"))]),
        ws(6, vec![Event::CredentialCreated(facts("a")), Event::CredentialInvalid(facts("a"))]),
        ws(8, vec![Event::SessionFailed(session(1))]),
    ];
    let mut whole = Publisher::default();
    let told: Vec<_> = segments.iter().flat_map(|segment| published(&mut whole, segment)).collect();
    let change = |at: usize| [&told[at].value["from_status"], &told[at].value["to_status"]].map(ToString::to_string);
    assert_eq!(change(0), ["null", "\"unverified\""]);
    assert_eq!(change(3), ["\"unverified\"", "\"verified\""]);
    assert_eq!(change(4), ["\"verified\"", "\"deleted\""]);
    assert_eq!((change(5), told[5].value["name"].as_str()), (["null", "\"unverified\""].map(str::to_owned), Some("a")));
    // From the middle: a session is known by then, a credential is not.
    let mut publisher = Publisher::default();
    let mut asked = Vec::new();
    let mut rest = Vec::new();
    for (at, segment) in segments.iter().enumerate().skip(1) {
        for missing in publisher.missing(segment, &entries(&segments[at..=at])) {
            asked.push((at, missing));
            for before in &segments[..at] {
                published(&mut publisher, before);
            }
        }
        rest.extend(published(&mut publisher, segment));
    }
    assert_eq!(asked, [(2, Missing::Workspace)]);
    assert_eq!(told[1..], rest);
}

#[test]
fn random_histories_reach_every_kind_of_event() {
    let mut reached = std::collections::HashSet::new();
    for seed in 0..500_u32 {
        let choices: Vec<u8> =
            (1..60_u32).map(|n| (seed.wrapping_mul(n).wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        reached.extend(walk(&choices).iter().map(|(_, event)| event.kind()));
    }
    for event in candidates(0) {
        assert!(reached.contains(&event.kind()), "no history has `{}`", event.kind().name());
    }
}
