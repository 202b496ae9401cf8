//! The payload table of EVENTS §3.

use std::collections::BTreeSet;

use super::super::PublicEvent;

/// T and K of EVENTS §3.
const T: [&str; 3] = ["from_status", "to_status", "reason_code"];
const K: [&str; 4] = ["attempt", "step_index", "step", "step_attempt"];

/// Each type's payload: what must be there, and what may be there after `?`.
fn table(name: &str) -> Option<(Vec<&'static str>, Vec<&'static str>)> {
    let (groups, own): (&[&[&str]], &str) = match name {
        "job.created" => (
            &[&T],
            "spinner version hash steps table metadata_fields total selection trigger ?retry_of ?idempotency_key ?input",
        ),
        "job.queued" => (&[&T], "total"),
        "job.progress" => (&[], "counts"),
        "job.completed" | "job.failed" | "job.canceled" => (&[&T], "counts result duration_ms ?errors"),
        "record.queued" => (&[&T], "row params ?carried"),
        "record.started" => (&[&T], "attempt claim"),
        "record.waiting" => (&[&T], "wait"),
        "record.signal_applied" | "record.input_received" => (&[], "wait_id action input actor ?reason"),
        "record.sleeping" => (&[&T], "wake_at"),
        "record.retry_scheduled" => (&[&T], "next_attempt max_attempts delay_ms"),
        "record.decision" => (&[], "decision_type reason_code role ?next_step ?judge_decision"),
        "record.limit_exceeded" | "job.limit_exceeded" => (&[], "limit_type current_value threshold unit"),
        "record.completed" | "record.failed" => (&[&T], "outcomes result duration_ms ?errors ?failed_step"),
        "step.started" => (&[&K], "step_type ?intent"),
        "step.message" => (&[&K], "level text ?truncated"),
        "step.completed" => (&[&K], "outcome_key output outcome_keys duration_ms"),
        "step.skipped" => (&[&K], "reason_code"),
        "step.retry_scheduled" => (&[&K], "reason_code delay_ms ?errors"),
        "step.failed" => (&[&K], "outcome reason_code errors ?provider_error_message"),
        "step.canceled" => (&[&K, &T], ""),
        "record.canceled" => (&[&T], "?errors"),
        "job.started" | "job.resumed" | "job.stalled" | "job.waiting" | "job.canceling" => (&[&T], ""),
        "record.stalled" | "record.resumed" | "record.canceling" => (&[&T], ""),
        _ => return None,
    };
    let own = own.split_whitespace();
    let (may, must): (Vec<_>, Vec<_>) = own.partition(|key| key.starts_with('?'));
    let must = groups.iter().flat_map(|group| group.iter().copied()).chain(must).collect();
    Some((must, may.into_iter().map(|key| &key[1..]).collect()))
}

pub(super) fn check(event: &PublicEvent) {
    let name = event.kind.name();
    let (must, may) = table(name).unwrap_or_else(|| panic!("{name} is in no row of the table"));
    let keys: BTreeSet<_> = event.value.keys().map(String::as_str).collect();
    for key in &must {
        assert!(keys.contains(key), "{name} has no `{key}`: {:?}", event.value);
    }
    for key in &keys {
        assert!(must.contains(key) || may.contains(key), "{name} has a strange `{key}`: {:?}", event.value);
    }
}
