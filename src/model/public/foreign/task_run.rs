//! What is delivered of a task run and of the things around it: the envelope, and a summary of the resource.

use serde_json::{Map, Value, json};

use super::{Retold, all, some};
use crate::model::time::Timestamp;

type Object = Map<String, Value>;

/// The envelope (EVENTS §5, delivery). The first six are theirs; the last four let a reader order, resume and see gaps.
pub const KEYS: [&str; 10] =
    ["id", "object", "type", "data", "created_at", "request_id", "stream", "seq", "cursor", "change"];

pub(super) fn envelope(told: &Retold<'_>, data: Object) -> [Value; KEYS.len()] {
    let (event, workspace) = (told.event, told.around.workspace);
    let change = event
        .value
        .contains_key("to_status")
        .then(|| Value::Object(all(["from_status", "to_status", "reason_code"].map(|key| (key, told.said(key))))));
    [
        workspace.public("evt", event.cursor.0).into(),
        "event".into(),
        told.name.into(),
        data.into(),
        event.at.to_string().into(),
        told.around.request_id(),
        event.job.map_or_else(|| "ws".to_owned(), |job| workspace.public("job", job.0)).into(),
        event.seq.into(),
        event.cursor.0.into(),
        change.unwrap_or_default(),
    ]
}

impl Retold<'_> {
    /// Something whose beginning is in the log and remembered.
    fn remembered(&self, id: Value, own: Object) -> Object {
        self.resource(id, own, self.event.born)
    }

    /// Something of which only a `created` says when it began.
    fn other(&self, id: Value, own: Object) -> Object {
        self.resource(id, own, self.name.ends_with(".created").then_some(self.event.at))
    }

    /// Id, object and status, what `own` adds, and the times.
    fn resource(&self, id: Value, own: Object, born: Option<Timestamp>) -> Object {
        let (object, action) = self.name.split_once('.').unwrap_or((self.name, ""));
        let mut data = all([("id", id), ("object", object.into())]);
        data.extend(some([("status", status(object, action))]));
        data.extend(own);
        data.extend(some([
            ("created_at", born.map_or(Value::Null, |at| at.to_string().into())),
            ("updated_at", self.event.at.to_string().into()),
        ]));
        data
    }

    fn record_id(&self) -> Value {
        self.event.record.map_or(Value::Null, |record| self.around.workspace.record(record).into())
    }

    fn job_id(&self) -> Value {
        self.event.job.map_or(Value::Null, |job| self.around.workspace.public("job", job.0).into())
    }
}

/// The status that a name of theirs stands for; what only comes, changes and goes has none.
fn status(object: &str, action: &str) -> Value {
    match (object, action) {
        ("credential", "created") => "unverified".into(),
        (_, "activated") => "active".into(),
        (_, "deactivated") => "inactive".into(),
        ("credential", "deleted") => "deleted".into(),
        (_, "created" | "updated" | "deleted") => Value::Null,
        (_, status) => status.into(),
    }
}

/// A record: their task run, and their workflow run while it sleeps.
pub(super) fn record(told: &Retold<'_>) -> Object {
    let own = [("result", told.said("result")), ("job_id", told.job_id()), ("duration_ms", told.said("duration_ms"))];
    told.remembered(told.record_id(), some(own))
}

/// A job: their workflow run.
pub(super) fn job(told: &Retold<'_>) -> Object {
    let counts = told.said("counts");
    let own = [
        ("result", told.said("result")),
        ("total", counts["total"].clone()),
        ("completed", counts["completed"].clone()),
        ("failed", counts["failed"].clone()),
        ("duration_ms", told.said("duration_ms")),
    ];
    told.remembered(told.job_id(), some(own))
}

pub(super) fn session(told: &Retold<'_>) -> Object {
    let number = told.said("session").as_u64();
    let id = number.map_or(Value::Null, |number| told.around.workspace.public("sess", number).into());
    let job = told.said("job").as_u64().map(|job| told.around.workspace.public("job", job));
    told.remembered(id, some([("job_id", json!(job))]))
}

/// What is known by its name: a project, an integration, a spinner, a credential, a destination.
pub(super) fn named(told: &Retold<'_>) -> Object {
    told.other(told.said("name"), some([("name", told.said("name"))]))
}

/// An integration or a channel while it connects.
pub(super) fn connection(told: &Retold<'_>) -> Object {
    told.other(told.said("name"), some([("source_id", told.said("name"))]))
}

pub(super) fn storage(told: &Retold<'_>) -> Object {
    let mut own = some(["file_name", "file_type", "file_size", "sha256"].map(|key| (key, told.said(key))));
    own.extend(some([("task_run_id", told.record_id())]));
    told.other(told.said("storage_id"), own)
}
