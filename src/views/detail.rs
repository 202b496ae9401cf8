//! What an event says, in one line for a table.

use serde_json::{Map, Value};

use super::cells::words;
use crate::model::public::PublicEvent;
use crate::model::report::{counted, grouped};

/// The most telling of what it carries.
pub(super) fn detail(event: &PublicEvent) -> String {
    let value = &event.value;
    let said = |key: &str| value.get(key).and_then(words);
    let mut parts = Vec::new();
    parts.extend(said("step"));
    parts.extend(attempt(value));
    if let (Some(spinner), Some(version)) = (said("spinner"), said("version")) {
        parts.push(format!("{spinner}@{version}"));
    }
    let texts = [
        "outcome_key",
        "text",
        "result",
        "name",
        "table",
        "decision_type",
        "next_step",
        "limit_type",
        "action",
        "wake_at",
    ];
    parts.extend(texts.into_iter().filter_map(said));
    parts.extend(value.get("rows").and_then(Value::as_u64).map(|rows| counted(rows, "row")));
    parts.extend(said("file"));
    parts.extend(said("session").map(|session| format!("session {session}")));
    parts.extend(change(value));
    parts.extend(value.get("params").and_then(Value::as_object).map(contact));
    parts.extend(said("reason_code"));
    parts.extend(first_error(value));
    parts.extend(value.get("counts").and_then(progress));
    parts.join(" · ")
}

fn attempt(value: &Map<String, Value>) -> Option<String> {
    let attempt = value.get("step_attempt")?.as_u64()?;
    (attempt > 1).then(|| format!("attempt {attempt}"))
}

fn change(value: &Map<String, Value>) -> Option<String> {
    // The first status of a thing is what the type says anyway.
    let (from, to) = (words(value.get("from_status")?)?, words(value.get("to_status")?)?);
    Some(format!("{from} → {to}"))
}

fn contact(params: &Map<String, Value>) -> String {
    params.values().filter_map(words).collect::<Vec<_>>().join(" · ")
}

fn first_error(value: &Map<String, Value>) -> Option<String> {
    words(value.get("errors")?.get(0)?.get("message")?)
}

fn progress(counts: &Value) -> Option<String> {
    let number = |key: &str| counts.get(key)?.as_u64();
    let (completed, failed) = (grouped(number("completed")?), grouped(number("failed")?));
    Some(format!("{completed} completed, {failed} failed of {}", grouped(number("total")?)))
}
