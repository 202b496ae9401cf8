//! The invariants of EVENTS §8, held against a log as it is read: what it is given is the log, in order, and nothing
//! is kept of a record once it has ended. What states are stored beside the log is compared by whoever has them.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::connection::{ConnectionFold, Object};
use super::credential::CredentialFold;
use super::event::{Event, Subject};
use super::fold::SessionFold;
use super::id::{Cursor, JobId, RecordId, SessionId};
use super::segment::{Entry, StoredSegment, Tombstone};
use super::spinner::Target;
use super::time::Timestamp;

mod job;
mod path;
mod record;
mod seals;
mod things;

pub use job::{JobCheck, Tallied};
pub use record::RecordCheck;
pub use seals::Chain;
pub use things::{Imported, PrunedJob, Published, TableCheck, Things, key};

/// A rule that the log breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The rule's name in EVENTS §8.
    pub rule: &'static str,
    /// Where.
    pub cursor: Cursor,
    /// What it is about: `job 3`, `record 3/17`, `ws`.
    pub object: String,
    /// What is wrong.
    pub what: String,
}

/// What has ended, for whoever compares it with the states that are stored.
#[derive(Debug)]
pub enum Ended {
    /// A record, with all that its events came to.
    Record(RecordId, Box<RecordCheck>),
}

/// A check under way.
#[derive(Debug, Default)]
pub struct Check {
    /// What was found so far.
    pub breaches: Vec<Breach>,
    /// Events that were looked at.
    pub events: u64,
    /// Whether only one stream is looked at: cursors then have gaps.
    one_stream: bool,
    next_cursor: u64,
    streams: HashMap<Option<JobId>, Stream>,
    /// Events behind the tombstones of each job.
    tombstones: BTreeMap<JobId, u64>,
    jobs: HashMap<JobId, JobCheck>,
    open: HashMap<RecordId, RecordCheck>,
    sessions: BTreeMap<SessionId, (Option<JobId>, SessionFold)>,
    credentials: BTreeMap<String, CredentialFold>,
    connections: BTreeMap<(Object, String), ConnectionFold>,
    keys: HashSet<String>,
    /// What the workspace's stream came to.
    pub things: Things,
}

/// How far a stream is.
#[derive(Debug, Clone, Copy, Default)]
struct Stream {
    seq: u64,
    at: Timestamp,
}

impl Check {
    /// Of the whole log, or of one job's stream.
    #[must_use]
    pub fn of(job: Option<JobId>) -> Check {
        Check { one_stream: job.is_some(), ..Check::default() }
    }

    /// Says where each step of a job leads, before the first of its records. Without it the ways are not checked.
    pub fn lead(&mut self, job: JobId, ways: Vec<Target>) {
        self.jobs.entry(job).or_default().ways = ways;
    }

    /// Takes in the next segment of the log; the records that ended in it.
    pub fn segment(&mut self, segment: &StoredSegment) -> Vec<Ended> {
        self.place(segment);
        let entries = match segment.entries() {
            Ok(entries) => entries,
            Err(damaged) => {
                self.breach("E4", segment.cursor, object(segment), damaged.why);
                return Vec::new();
            }
        };
        self.events += entries.len() as u64;
        entries.iter().filter_map(|entry| self.entry(segment, entry)).collect()
    }

    fn breach(&mut self, rule: &'static str, cursor: Cursor, object: impl Into<String>, what: impl Into<String>) {
        self.breaches.push(Breach { rule, cursor, object: object.into(), what: what.into() });
    }

    /// Takes in what is left of a segment, in its place in the log.
    pub fn tombstone(&mut self, tombstone: &Tombstone) {
        self.cursor(tombstone.cursor, tombstone.n, || format!("job {}", tombstone.job));
        let events = self.tombstones.entry(tombstone.job).or_default();
        *events = events.saturating_add(tombstone.n.into());
    }

    /// E1: a cursor begins where the one before ended.
    fn cursor(&mut self, cursor: Cursor, n: u32, object: impl FnOnce() -> String) {
        let expected = self.next_cursor.max(1);
        if if self.one_stream { cursor.0 < expected } else { cursor.0 != expected } {
            self.breach("E1", cursor, object(), format!("it begins at {}, and should at {expected}", cursor.0));
        }
        self.next_cursor = cursor.0 + u64::from(n);
    }

    /// E1 to E3: cursors, numbers in the stream, times of segments.
    fn place(&mut self, segment: &StoredSegment) {
        self.cursor(segment.cursor, segment.n, || object(segment));
        let n = u64::from(segment.n);
        let stream = self.streams.entry(segment.job).or_default();
        let (seq, at) = (stream.seq + 1, stream.at);
        *stream = Stream { seq: (segment.seq + n).saturating_sub(1), at: segment.at.max(at) };
        if segment.seq != seq {
            self.breach(
                "E2",
                segment.cursor,
                object(segment),
                format!("its seq is {}, after {}", segment.seq, seq - 1),
            );
        }
        if segment.at < at {
            self.breach("E3", segment.cursor, object(segment), "it is older than the one before it");
        }
    }

    fn entry(&mut self, segment: &StoredSegment, entry: &Entry) -> Option<Ended> {
        let kind = entry.event.kind();
        let fits = match kind.subject() {
            Subject::Workspace => segment.job.is_none(),
            Subject::Job => segment.job.is_some() && segment.row.is_none(),
            Subject::Record => segment.record().is_some(),
        };
        if !fits {
            self.breach("E5", entry.cursor, object(segment), format!("`{}` does not belong here", kind.name()));
            return None;
        }
        match (segment.job, segment.record()) {
            (_, Some(record)) => self.record(record, entry),
            (Some(job), None) => {
                let check = self.jobs.entry(job).or_default();
                check.own(job, entry, &mut self.breaches);
                if let Event::JobCreated(created) = &entry.event {
                    // A job belongs to its table's project; where the table is gone, to that of the job that it retries.
                    let table = self.things.tables.get(&key(&created.table)).map(|check| check.table.project.clone());
                    let earlier = || self.jobs.get(&JobId(created.retry_of?))?.project.clone();
                    let project = table.or_else(earlier);
                    self.jobs.entry(job).or_default().project = project;
                }
                if let Event::JobCreated(created) = &entry.event
                    && let Some(key) = &created.idempotency_key
                    && !self.keys.insert(key.clone())
                {
                    self.breach("J8", entry.cursor, object(segment), "another job has its idempotency key");
                }
                None
            }
            (None, _) => {
                self.session(entry);
                self.things.event(entry, &mut self.breaches);
                self.credential(entry);
                self.connection(entry);
                None
            }
        }
    }

    fn record(&mut self, id: RecordId, entry: &Entry) -> Option<Ended> {
        let job = self.jobs.entry(id.job).or_default();
        let check = self.open.entry(id).or_default();
        let before = check.fold.status;
        check.event(id, job, entry, &mut self.breaches);
        job.moved(id, before, &check.fold, entry, &mut self.breaches);
        let ended = check.fold.status.is_some_and(super::status::RecordStatus::is_terminal);
        if !ended {
            return None;
        }
        self.open.remove(&id).map(|check| Ended::Record(id, Box::new(check)))
    }

    fn session(&mut self, entry: &Entry) {
        let number = |key: &str| entry.event.session()?.0.get(key)?.as_u64();
        let Some(session) = number("session") else { return };
        let (job, fold) = self.sessions.entry(SessionId(session)).or_default();
        *job = job.or(number("job").map(JobId));
        if let Err(illegal) = fold.apply(&entry.event) {
            self.breach("F2", entry.cursor, format!("session {session}"), illegal.to_string());
        }
    }

    fn credential(&mut self, entry: &Entry) {
        let Some(name) = entry.event.credential() else { return };
        let fold = self.credentials.entry(name.to_owned()).or_default();
        let illegal = fold.apply(entry.at, &entry.event).err();
        if fold.is_gone() {
            self.credentials.remove(name);
        }
        if let Some(illegal) = illegal {
            self.breach("F2", entry.cursor, format!("credential {name}"), illegal.to_string());
        }
    }

    fn connection(&mut self, entry: &Entry) {
        let Some((object, facts)) = entry.event.connection() else { return };
        let name = facts.0.get("name").and_then(|name| name.as_str()).unwrap_or_default();
        let key = (object, name.to_owned());
        let fold = self.connections.entry(key.clone()).or_default();
        let illegal = fold.apply(entry.at, &entry.event).err();
        if fold.is_gone() {
            self.connections.remove(&key);
        }
        if let Some(illegal) = illegal {
            self.breach("F2", entry.cursor, format!("{} {name}", object.name()), illegal.to_string());
        }
    }

    /// After the last segment: the integrations and channels that are there.
    #[must_use]
    pub fn connections(&self) -> &BTreeMap<(Object, String), ConnectionFold> {
        &self.connections
    }

    /// After the last segment: the credentials that are there, by name.
    #[must_use]
    pub fn credentials(&self) -> &BTreeMap<String, CredentialFold> {
        &self.credentials
    }

    /// After the last segment: the records that have not ended.
    pub fn open(&mut self) -> Vec<(RecordId, RecordCheck)> {
        let mut open: Vec<_> = self.open.drain().collect();
        open.sort_by_key(|(id, _)| *id);
        open
    }

    /// After the last segment: the jobs.
    pub fn jobs(&mut self) -> Vec<(JobId, JobCheck)> {
        let mut jobs: Vec<_> = self.jobs.drain().collect();
        jobs.sort_by_key(|(id, _)| *id);
        jobs
    }

    /// After the last segment: how many events are behind the tombstones of each job.
    pub fn tombstones(&mut self) -> BTreeMap<JobId, u64> {
        std::mem::take(&mut self.tombstones)
    }

    /// After the last segment: the sessions, and whose they are.
    pub fn sessions(&mut self) -> BTreeMap<SessionId, (Option<JobId>, SessionFold)> {
        std::mem::take(&mut self.sessions)
    }

    /// The last number of a stream that was seen, and its time.
    #[must_use]
    pub fn head(&self, stream: Option<JobId>) -> (u64, Timestamp) {
        self.streams.get(&stream).map_or((0, Timestamp(0)), |stream| (stream.seq, stream.at))
    }
}

/// What a segment is about, in words.
fn object(segment: &StoredSegment) -> String {
    match (segment.job, segment.record()) {
        (_, Some(record)) => format!("record {record}"),
        (Some(job), None) => format!("job {job}"),
        (None, _) => "ws".to_owned(),
    }
}
