//! What a run event says: the payload of each row, keys in their order there.

use serde_json::{Map, Value};

use super::{Retold, all, some};

type Object = Map<String, Value>;

impl Retold<'_> {
    fn request_id(&self) -> Value {
        self.around.request_id()
    }

    /// A status in their spelling.
    fn status(&self, key: &str) -> Value {
        match self.said(key).as_str() {
            None => Value::Null,
            Some("canceled") => "cancelled".into(),
            Some("canceling") => "cancelling".into(),
            Some(status) => status.into(),
        }
    }

    /// Their task is a step.
    fn task_id(&self) -> Value {
        self.said("step")
    }
}

pub(super) fn created(run: &Retold<'_>) -> Object {
    some([("request_id", run.request_id()), ("input", run.said("params"))])
}

pub(super) fn transition(run: &Retold<'_>) -> Object {
    let mut value = turn(run);
    value.insert("reason_code".to_owned(), run.said("reason_code"));
    value
}

/// A transition without its reason.
pub(super) fn turn(run: &Retold<'_>) -> Object {
    let (from, to) = (run.status("from_status"), run.status("to_status"));
    all([("request_id", run.request_id()), ("from_status", from), ("to_status", to)])
}

pub(super) fn limit(run: &Retold<'_>) -> Object {
    all([
        ("limitType", run.said("limit_type")),
        ("currentValue", number(run.said("current_value"))),
        ("threshold", number(run.said("threshold"))),
        ("unit", run.said("unit")),
    ])
}

/// A whole number without a fraction, as it is written there.
fn number(value: Value) -> Value {
    /// Beyond this not every whole number is one.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value.as_f64() {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
        Some(real) if real.fract() == 0.0 && real.abs() < EXACT => (real as i64).into(),
        Some(_) | None => value,
    }
}

pub(super) fn progress(run: &Retold<'_>) -> Object {
    some([
        ("task_id", run.task_id()),
        ("kind", run.said("kind")),
        ("content_delta", run.said("content_delta")),
        ("tool_call_id", run.said("tool_call_id")),
        ("tool_name", run.said("tool_name")),
        ("request_id", run.request_id()),
    ])
}

/// What is about to be done outside: the start of a tool call.
pub(super) fn intent(run: &Retold<'_>) -> Object {
    let intent = run.said("intent");
    some([
        ("task_id", run.task_id()),
        ("kind", "tool_call_start".into()),
        ("tool_call_id", intent["tool_call_id"].clone()),
        ("tool_name", intent["tool_name"].clone()),
        ("request_id", run.request_id()),
    ])
}

pub(super) fn succeeded(run: &Retold<'_>) -> Object {
    done(run, content(&run.said("output")), "succeeded")
}

pub(super) fn retried(run: &Retold<'_>) -> Object {
    done(run, String::new(), "retry_step")
}

pub(super) fn failed(run: &Retold<'_>) -> Object {
    done(run, String::new(), "fail_run")
}

fn done(run: &Retold<'_>, content: String, outcome: &str) -> Object {
    some([
        ("task_id", run.task_id()),
        ("content", content.into()),
        ("outcome", outcome.into()),
        ("reason_code", run.said("reason_code")),
        ("provider_error_message", run.said("provider_error_message")),
        ("request_id", run.request_id()),
    ])
}

/// The text that a model answered, or all that the step produced, as JSON.
fn content(output: &Value) -> String {
    match (output.get("ai_response"), output.as_object()) {
        (Some(Value::String(text)), _) => text.clone(),
        (_, Some(object)) if object.is_empty() => String::new(),
        (_, _) => output.to_string(),
    }
}

pub(super) fn tool(run: &Retold<'_>) -> Object {
    let keys = [
        "tool_call_id",
        "tool_name",
        "tool_outcome",
        "tool_input_summary",
        "tool_output_summary",
        "policy_reason_code",
        "duration_ms",
    ];
    all(keys.map(|key| (key, run.said(key))))
}

/// There is no planner here: a way that was taken means to go on, and whoever is no judge is a worker.
pub(super) fn decision(run: &Retold<'_>) -> Object {
    let decided = match run.said("decision_type").as_str() {
        Some(known @ ("stop" | "await_input")) => known.to_owned(),
        Some(_) | None => "continue".to_owned(),
    };
    let role = if run.said("role") == "judge" { "judge" } else { "worker" };
    let mut value = all([
        ("request_id", run.request_id()),
        ("decision_type", decided.into()),
        ("reason_code", run.said("reason_code")),
        ("role", role.into()),
    ]);
    value.extend(some([("judge_decision", run.said("judge_decision"))]));
    value
}

pub(super) fn awaiting(run: &Retold<'_>) -> Object {
    let wait = run.said("wait");
    let (reason, kind) = match wait["kind"].as_str() {
        Some("approval") => ("AWAITING_APPROVAL", "approval".into()),
        Some("input") => ("AWAITING_INPUT", "payload".into()),
        Some("agent") => ("AWAITING_AGENT", Value::Null),
        Some(_) | None => ("AWAITING_EXTERNAL", Value::Null),
    };
    some([("request_id", run.request_id()), ("reason_code", reason.into()), ("input_kind", kind)])
}

pub(super) fn signal(run: &Retold<'_>) -> Object {
    all([("request_id", run.request_id()), ("action", run.said("action"))])
}
