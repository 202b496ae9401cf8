//! The public form of every event (EVENTS §3, §5): what the states imply, and therefore is not stored, is added back.
//!
//! To know it, this folds. It is fed the log in order and remembers only what has not ended, so a log of any length
//! costs the same; where it is fed from the middle, it says what it must be fed first.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::connection::{ConnectionFold, Object};
use super::credential::CredentialFold;
use super::event::{Event, EventType, Leads};
use super::fold::{Illegal, JobFold, RecordFold, SessionFold};
use super::id::{Cursor, JobId, RecordId, RequestId, WorkspaceId};
use super::payload::StepName;
use super::segment::{Entry, StoredSegment};
use super::time::Timestamp;

pub mod foreign;
#[cfg(test)]
mod tests;
mod value;

/// Top-level keys that clients supplied: removed on reading unless asked for (EVENTS §5).
pub const PRIVATE: [&str; 6] = ["input", "metadata", "params", "attachment_refs", "sensitivity_tags", "body"];

/// Things whose folds are remembered at once. Beyond that all are forgotten and read again when they come up.
const REMEMBERED: usize = 10_000;

/// One event as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicEvent {
    /// Its number in its stream.
    pub seq: u64,
    /// Its type.
    pub kind: EventType,
    /// When it happened.
    pub at: Timestamp,
    /// When the thing that it is about came to be, where that is known.
    pub born: Option<Timestamp>,
    /// What it says, whole.
    pub value: Map<String, Value>,
    /// The private keys that were removed from `value`.
    pub redacted: Vec<&'static str>,
    /// Its global place.
    pub cursor: Cursor,
    /// The job's stream; nothing for the workspace's.
    pub job: Option<JobId>,
    /// The record, where it is about one.
    pub record: Option<RecordId>,
}

impl PublicEvent {
    /// Removes what clients supplied.
    pub fn redact(&mut self) {
        self.redacted = PRIVATE.into_iter().filter(|key| self.value.contains_key(*key)).collect();
        self.value.retain(|key, _| !PRIVATE.contains(&key.as_str()));
    }

    /// `{redacted, value[, redacted_keys]}`.
    #[must_use]
    pub fn payload(&self) -> Value {
        let mut payload = Map::new();
        payload.insert("redacted".to_owned(), Value::Bool(!self.redacted.is_empty()));
        payload.insert("value".to_owned(), Value::Object(self.value.clone()));
        if !self.redacted.is_empty() {
            payload.insert("redacted_keys".to_owned(), self.redacted.iter().copied().collect());
        }
        Value::Object(payload)
    }

    /// The stream form, keys in their order (EVENTS §5).
    #[must_use]
    pub fn stream_form(&self, workspace: WorkspaceId, request: Option<RequestId>) -> Value {
        let pairs = [
            ("seq", Value::from(self.seq)),
            ("type", Value::from(self.kind.name())),
            ("timestamp", Value::from(self.at.to_string())),
            ("payload", self.payload()),
            ("cursor", Value::from(self.cursor.0)),
            ("job", self.job.map_or(Value::Null, |job| job.0.into())),
            ("record", self.record.map_or(Value::Null, |record| record.to_string().into())),
            ("request_id", request.map_or(Value::Null, |request| workspace.public("req", request.0).into())),
        ];
        Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }
}

/// What must be fed before a segment, because it is not known: all of its events that come before the segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A job's own events.
    Job(JobId),
    /// A record's events.
    Record(RecordId),
    /// The workspace's stream.
    Workspace,
}

/// Makes events public.
#[derive(Debug, Default)]
pub struct Publisher {
    jobs: HashMap<JobId, OpenJob>,
    records: HashMap<RecordId, OpenRecord>,
    sessions: HashMap<u64, (SessionFold, Timestamp)>,
    credentials: HashMap<String, CredentialFold>,
    connections: HashMap<(Object, String), ConnectionFold>,
}

/// What an event says, and when the thing that it is about came to be.
type Told = (Map<String, Value>, Option<Timestamp>);

#[derive(Debug, Default)]
struct OpenJob {
    fold: JobFold,
    steps: Arc<[StepName]>,
    total: u64,
    born: Timestamp,
}

#[derive(Debug, Default)]
struct OpenRecord {
    fold: RecordFold,
    outcomes: Map<String, Value>,
    carried: Map<String, Value>,
    born: Timestamp,
}

impl Publisher {
    /// What must be fed before this segment, in this order; empty where the log is fed from its beginning.
    #[must_use]
    pub fn missing(&self, segment: &StoredSegment, entries: &[Entry]) -> Vec<Missing> {
        let first = entries.first().map(|entry| entry.event.kind());
        let mut missing = Vec::new();
        if let Some(job) = segment.job
            && first != Some(EventType::JobCreated)
            && !self.jobs.contains_key(&job)
        {
            missing.push(Missing::Job(job));
        }
        if let Some(record) = segment.record()
            && first != Some(EventType::RecordQueued)
            && !self.records.contains_key(&record)
        {
            missing.push(Missing::Record(record));
        }
        let session = |entry: &Entry| session(&entry.event).is_some_and(|id| !self.sessions.contains_key(&id));
        let sessions = first != Some(EventType::SessionQueued) && entries.iter().any(session);
        if segment.job.is_none() && (sessions || self.misses_credential(entries) || self.misses_connection(entries)) {
            missing.push(Missing::Workspace);
        }
        missing
    }

    /// Whether there is an event of a credential whose beginning is neither known nor here.
    fn misses_credential(&self, entries: &[Entry]) -> bool {
        let mut begun = Vec::new();
        entries.iter().any(|entry| {
            let Some(name) = entry.event.credential() else { return false };
            if entry.event.kind() == EventType::CredentialCreated {
                begun.push(name);
            }
            !begun.contains(&name) && !self.credentials.contains_key(name)
        })
    }

    /// The same of an integration or a channel.
    fn misses_connection(&self, entries: &[Entry]) -> bool {
        let mut begun = Vec::new();
        entries.iter().any(|entry| {
            let Some(key) = connection(&entry.event) else { return false };
            let known = begun.contains(&key) || self.connections.contains_key(&key);
            if matches!(entry.event.kind(), EventType::IntegrationCreated | EventType::ChannelCreated) {
                begun.push(key);
                return false;
            }
            !known
        })
    }

    /// Forgets a record because some of its events are passed over; it will be missing when it comes up again.
    pub fn forget(&mut self, record: RecordId) {
        self.records.remove(&record);
    }

    /// Takes in the next event of a segment and makes it public.
    ///
    /// # Errors
    /// [`Illegal`] when the log cannot be so, or what was missing was not fed.
    pub fn publish(&mut self, segment: &StoredSegment, entry: &Entry) -> Result<PublicEvent, Illegal> {
        let record = segment.record();
        let (value, born) = match (record, segment.job) {
            (Some(record), _) => self.of_record(record, entry)?,
            (None, Some(job)) => self.of_job(job, entry)?,
            (None, None) => self.of_workspace(entry)?,
        };
        let (kind, redacted) = (entry.event.kind(), Vec::new());
        let (seq, at, cursor, job) = (entry.seq, entry.at, entry.cursor, segment.job);
        Ok(PublicEvent { seq, kind, at, born, value, redacted, cursor, job, record })
    }

    fn of_record(&mut self, id: RecordId, entry: &Entry) -> Result<Told, Illegal> {
        if self.records.len() >= REMEMBERED && !self.records.contains_key(&id) {
            self.records.clear();
        }
        let steps = self.jobs.get(&id.job).map(|job| Arc::clone(&job.steps)).unwrap_or_default();
        let record = self.records.entry(id).or_default();
        let before = record.fold.open;
        let change = record.fold.apply(entry.at, &entry.event)?;
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other type is remembered")]
        match &entry.event {
            Event::StepCompleted(done) => record.outcomes.extend(done.outcomes.clone()),
            Event::RecordQueued(queued) => {
                record.born = entry.at;
                record.carried = queued.carried.as_ref().map(|carried| carried.outcomes()).unwrap_or_default();
                record.outcomes.clone_from(&record.carried);
            }
            Event::RecordRetryScheduled(_) => record.outcomes.clone_from(&record.carried),
            _ => {}
        }
        let view = value::OfRecord { id, fold: &record.fold, outcomes: &record.outcomes, steps: &steps, before };
        let told = (view.value(entry, change), Some(record.born));
        if record.fold.ended_at.is_some() {
            self.records.remove(&id);
        }
        Ok(told)
    }

    fn of_job(&mut self, id: JobId, entry: &Entry) -> Result<Told, Illegal> {
        if self.jobs.len() >= REMEMBERED && !self.jobs.contains_key(&id) {
            self.jobs.clear();
        }
        let job = self.jobs.entry(id).or_default();
        if let Event::JobCreated(created) = &entry.event {
            job.steps = created.steps.clone().into();
            job.total = created.total;
            job.born = entry.at;
        }
        let change = job.fold.apply(entry.at, &entry.event)?;
        let told = (value::of_job(entry, change, &job.fold, job.total), Some(job.born));
        if job.fold.ended_at.is_some() {
            self.jobs.remove(&id);
        }
        Ok(told)
    }

    fn of_workspace(&mut self, entry: &Entry) -> Result<Told, Illegal> {
        if entry.seq == 1 {
            // Fed from its beginning, perhaps once more: what was known of the middle begins anew.
            self.sessions.clear();
            self.credentials.clear();
            self.connections.clear();
        }
        if let Some(name) = entry.event.credential() {
            let fold = self.credentials.entry(name.to_owned()).or_default();
            let change = fold.apply(entry.at, &entry.event)?;
            let born = fold.created_at;
            if fold.is_gone() {
                self.credentials.remove(name);
            }
            return Ok((value::of_credential(&entry.event, change), Some(born)));
        }
        if let Some(key) = connection(&entry.event) {
            let fold = self.connections.entry(key.clone()).or_default();
            let change = fold.apply(entry.at, &entry.event)?;
            let born = fold.created_at;
            if fold.is_gone() {
                self.connections.remove(&key);
            }
            return Ok((value::of_connection(&entry.event, change), Some(born)));
        }
        let Some(id) = session(&entry.event) else { return Ok((value::stored(&entry.event), None)) };
        let (fold, born) = self.sessions.entry(id).or_insert((SessionFold::default(), entry.at));
        let change = fold.apply(&entry.event)?;
        let told = (value::of_session(&entry.event, change), Some(*born));
        if fold.status.is_some_and(|status| status.is_terminal()) {
            self.sessions.remove(&id);
        }
        Ok(told)
    }
}

/// The integration or channel that an event is about.
fn connection(event: &Event) -> Option<(Object, String)> {
    let (object, facts) = event.connection()?;
    Some((object, facts.0.get("name")?.as_str()?.to_owned()))
}

/// The session whose status an event changes.
fn session(event: &Event) -> Option<u64> {
    let Leads::Session(_) = event.kind().leads() else { return None };
    event.session()?.0.get("session")?.as_u64()
}
