//! What parent and child say to each other: a line of JSON each way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{DEEPEST_RESULT, Limits};
use crate::model::params::Params;
use crate::model::payload::Level;
use crate::model::reason::Reason;

/// The first line: what the child is for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Setup {
    /// Of the program; another one would not be understood.
    pub(super) version: String,
    pub(super) script: String,
    pub(super) limits: Limits,
}

/// The first answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Hello {
    /// Every line that follows is a request.
    Ready,
    /// The script cannot be used.
    Refused(Fault),
}

/// One call of `main`.
#[derive(Debug, Clone, Serialize)]
pub struct Request<'r> {
    /// Its first argument.
    pub params: &'r Params,
    /// `recordId`, `jobId`, `projectId` and `organizationId` of its second.
    pub ids: (&'r str, u64, &'r str, &'r str),
    /// What its clock says, in milliseconds since 1970.
    pub now: i64,
    /// What its random numbers begin with.
    pub chance: u32,
    /// What `vault()` of its second may give it, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault: Option<BTreeMap<&'r str, &'r str>>,
    /// `output` of its second: what earlier steps came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Map<String, Value>>,
}

/// Where in the script, counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The word for it.
    pub reason: Reason,
    /// In words.
    pub what: String,
    /// Where in the script, when that is known.
    pub place: Option<Place>,
}

impl Fault {
    pub(super) fn new(reason: Reason, what: impl Into<String>) -> Fault {
        Fault { reason, what: what.into(), place: None }
    }
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What it logged, in order; long texts are cut, but still longer than a message keeps.
    pub said: Vec<(Level, String)>,
    /// The keys that `main` returned.
    pub result: Result<Map<String, Value>, Fault>,
}

impl Answer {
    pub(super) fn fault(fault: Fault) -> Answer {
        Answer { said: Vec::new(), result: Err(fault) }
    }

    /// Reads the line that the child wrote.
    pub(super) fn read(line: &[u8]) -> Answer {
        let read: Line = match serde_json::from_slice(line) {
            Ok(read) => read,
            Err(error) => return Answer::fault(unreadable(&error)),
        };
        let result = match (read.ok, read.no) {
            (Some(map), None) if map.values().all(|value| depth_within(value, DEEPEST_RESULT - 1)) => Ok(map),
            (Some(_), None) => Err(too_deep()),
            (_, Some(fault)) => Err(fault),
            (None, None) => Err(Fault::new(Reason::StepFailed, "the sandbox gave no answer")),
        };
        Answer { said: read.log, result }
    }
}

/// An answer as it is written.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    log: Vec<(Level, String)>,
    ok: Option<Map<String, Value>>,
    no: Option<Fault>,
}

fn unreadable(error: &serde_json::Error) -> Fault {
    if error.to_string().starts_with("recursion limit") {
        return too_deep();
    }
    Fault::new(Reason::StepFailed, format!("the sandbox gave an answer that cannot be read: {error}"))
}

fn too_deep() -> Fault {
    Fault::new(Reason::LimitExceeded, format!("what `main` returned is nested deeper than {DEEPEST_RESULT} levels"))
}

fn depth_within(value: &Value, depth: usize) -> bool {
    let below = |value: &Value| depth > 0 && depth_within(value, depth - 1);
    match value {
        Value::Array(items) => items.iter().all(below),
        Value::Object(map) => map.values().all(below),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        format!("{{\"ok\":{{\"a\":{}1{}}}}}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn depth_is_bounded_before_a_reader_of_the_log_fails() {
        assert!(Answer::read(nested(DEEPEST_RESULT - 1).as_bytes()).result.is_ok());
        for levels in [DEEPEST_RESULT, 200, 100_000] {
            let fault = Answer::read(nested(levels).as_bytes()).result.unwrap_err();
            assert_eq!((fault.reason, fault.what.contains("nested deeper")), (Reason::LimitExceeded, true));
        }
    }

    #[test]
    fn an_answer_that_is_none_is_a_fault() {
        for line in ["", "{}", "[1]", "{\"ok\":3}"] {
            assert!(Answer::read(line.as_bytes()).result.is_err(), "{line}");
        }
    }
}
