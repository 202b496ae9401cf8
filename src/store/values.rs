//! What is asked for and what is answered: plain values, the same for every store.

use std::ops::RangeInclusive;

use crate::model::connection::Object;
use crate::model::fingerprint::Ranges;
use crate::model::id::{Cursor, JobId, RecordId, RequestId, RowId, SessionId};
use crate::model::payload::{Counts, JobCreated, StepName};
use crate::model::reason::Reason;
use crate::model::status::{JobStatus, RecordStatus, SessionStatus};
use crate::model::time::{Millis, Timestamp};

/// A published version of a spinner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpinnerVersion {
    /// The spinner's name.
    pub name: String,
    /// The project that the spinner belongs to.
    pub project: String,
    /// Counted from 1.
    pub version: u32,
    /// SHA-256 of the canonical definition.
    pub hash: String,
    /// The file as it was published.
    pub definition: String,
    /// When.
    pub published_at: Timestamp,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// The spinner's name.
    pub spinner: String,
    /// The frozen version.
    pub version: u32,
    /// The data table.
    pub table: String,
    /// The project it belongs to: that of its table.
    pub project: String,
    /// The columns that enter as params.
    pub fields: Vec<String>,
    /// The frozen steps.
    pub steps: Vec<StepName>,
    /// Overrides given on the command line, as the engine wrote them.
    pub settings: String,
    /// Where it stands, by the log.
    pub status: JobStatus,
    /// Why it stands so.
    pub reason: Option<Reason>,
    /// Where its records stand.
    pub counts: Counts,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The caller's key that makes it once only.
    pub idempotency_key: Option<String>,
    /// What the arguments behind the idempotency key come to.
    pub fingerprint: String,
    /// How long it ran, up to when it last stopped running.
    pub ran: Millis,
    /// Running since then.
    pub since: Option<Timestamp>,
    /// The last event of its stream.
    pub last_at: Timestamp,
    /// The job whose records it retries.
    pub retry_of: Option<JobId>,
    /// When its events were removed; what is here stays.
    pub pruned_at: Option<Timestamp>,
}

/// A record as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Which one.
    pub id: RecordId,
    /// Where it stands.
    pub status: RecordStatus,
    /// The whole-record try.
    pub attempt: u32,
    /// How often it was picked up.
    pub claim: u32,
    /// Whether it went on after a failed step.
    pub partial: bool,
    /// First picked up.
    pub started_at: Option<Timestamp>,
    /// Ended.
    pub ended_at: Option<Timestamp>,
    /// The step that ended it.
    pub failed_step: Option<u32>,
    /// Why it ended so.
    pub reason: Option<Reason>,
    /// The last disposition.
    pub disposition: Option<String>,
}

/// A worker session as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub id: SessionId,
    /// The job it works on.
    pub job: JobId,
    /// Where it stands.
    pub status: SessionStatus,
}

/// An integration or a channel that comes to stand otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Moved<'a> {
    /// Which of the two.
    pub object: Object,
    /// Its name.
    pub name: &'a str,
    /// What came of trying it.
    pub to: Trial,
    /// Why, where there is more to say.
    pub reason: Option<Reason>,
    /// In words, without secrets.
    pub message: Option<&'a str>,
}

/// How far the trial of an integration or a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// It begins.
    Begins,
    /// It works.
    Works,
    /// It does not.
    Fails,
    /// A person must do something first.
    Waits,
}

/// What came of a credential when it was used.
#[derive(Debug, Clone, Copy)]
pub struct Used<'a> {
    /// Its name.
    pub name: &'a str,
    /// When the value that was used was given. Of one that was given since nothing is known.
    pub given_at: Timestamp,
    /// Whether whoever it is for took it.
    pub taken: bool,
}

/// What becomes of a credential whose name is used already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clash {
    /// It is left alone, and nothing is kept.
    Refuse,
    /// It gets the new value.
    Replace,
}

/// Rows by their numbers, both ends included.
pub type Range = RangeInclusive<u64>;

/// Which rows of a table are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    /// Only these numbers.
    pub rows: Option<Vec<Range>>,
    /// Only where this SQL condition holds.
    pub condition: Option<String>,
    /// Only so many.
    pub limit: Option<u64>,
    /// Only rows in no job of this spinner, but for those that an ended job never started.
    pub new_for: Option<String>,
    /// Only rows whose record failed in this job.
    pub failed_in: Option<JobId>,
}

/// Which rows a job runs over: sorted, apart from each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// The ranges.
    pub ranges: Vec<Range>,
    /// How many rows they hold.
    pub total: u64,
}

/// Which rows to read.
#[derive(Debug, Clone, Copy)]
pub struct RowAsk<'a> {
    /// The table.
    pub table: &'a str,
    /// These columns, in this order.
    pub columns: &'a [String],
    /// Rows of these numbers.
    pub range: (u64, u64),
    /// Where this holds.
    pub condition: Option<&'a str>,
    /// Pass over so many.
    pub offset: u64,
    /// At most so many.
    pub limit: u64,
}

/// A source row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number.
    pub id: RowId,
    /// The cells of the columns asked for.
    pub cells: Vec<String>,
}

/// Which records to read.
#[derive(Debug, Clone, Default)]
pub struct RecordAsk {
    /// Only in this status.
    pub status: Option<RecordStatus>,
    /// Only with this disposition.
    pub disposition: Option<String>,
    /// Only those that have not ended.
    pub open: bool,
    /// Only where this SQL condition over the table's columns holds.
    pub condition: Option<String>,
    /// Pass over so many.
    pub offset: u64,
}

/// Which segments to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The whole log.
    All,
    /// One job's stream.
    Job(JobId),
    /// What is in a job's stream but not about one of its records.
    Own(JobId),
    /// The workspace's stream.
    Workspace,
    /// One record.
    Record(RecordId),
}

/// What was over a commit: a fingerprint of all that is in the log up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// The last event of the commit.
    pub upto: Cursor,
    /// The request that made the commit.
    pub request: RequestId,
    /// SHA-256 over the seal before it, each segment of the commit, and the request.
    pub hash: [u8; 32],
}

/// A job that has ended, and what its stream holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Prunable {
    /// The job.
    pub job: Job,
    /// Events in its stream.
    pub events: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// An open job that retries it, and needs to know what it did.
    pub retried_by: Option<JobId>,
}

/// What became of a job's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// Events that were removed.
    pub events: u64,
    /// Bytes of the file that are free for reuse.
    pub freed: u64,
}

/// How often something was counted in a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// `disposition`, `failure` or `outcome`; or what of a language model's [`Usage`](crate::model::usage::Usage).
    pub what: String,
    /// Which; a failure is `step · REASON`, and of usage it is the model.
    pub key: String,
    /// How often.
    pub n: u64,
}

/// How the rows of a new job are given.
#[derive(Debug, Clone)]
pub enum Rows {
    /// These; `created` says how many.
    These(Selection),
    /// Those that the selector means at the moment the job is made: in the same transaction, so that of two jobs over
    /// new rows the second finds them taken. `created` is filled in.
    Chosen(Selector),
    /// Those of an earlier job that did not complete, and that no other job retries.
    Left(Left),
}

/// Records of a job that started and did not complete, to be retried: all of them, or only some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The job.
    pub job: JobId,
    /// Only this row.
    pub row: Option<RowId>,
    /// Only failed ones, none that was canceled.
    pub failed: bool,
    /// Only for this reason.
    pub reason: Option<Reason>,
    /// Only those that failed at the step of this place.
    pub step: Option<u32>,
    /// Only those of which nobody can tell whether they were done, or only the others.
    pub doubtful: bool,
}

impl Selection {
    /// SHA-256 of the ranges, in hex.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut print = Ranges::default();
        self.ranges.iter().for_each(|range| print.range(range));
        print.finish()
    }
}

/// A job that is to be made.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Its first event.
    pub created: JobCreated,
    /// Its rows.
    pub rows: Rows,
    /// Overrides given on the command line, for whoever resumes it.
    pub settings: String,
    /// What the arguments come to, for the idempotency key.
    pub fingerprint: String,
}

/// What an import is about to do.
#[derive(Debug, Clone)]
pub struct LoadPlan {
    /// The table's name.
    pub table: String,
    /// The columns of the file.
    pub columns: Vec<String>,
    /// What to do with what is there.
    pub mode: LoadMode,
    /// The columns that make a row the same contact as another.
    pub unique: Vec<String>,
    /// When.
    pub at: Timestamp,
}

/// What to do with what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadMode {
    /// There must be nothing.
    New,
    /// Add to it; the set of columns is the same.
    Append,
    /// Start afresh.
    Replace,
}

/// What became of a row that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is in.
    Stored,
    /// Its key was there already.
    Duplicate,
}

/// What an import was, for its event.
#[derive(Debug, Clone)]
pub struct LoadFacts {
    /// The file's name.
    pub file: String,
    /// Its dialect in words.
    pub dialect: String,
    /// SHA-256 of the cells of the file.
    pub sha256: String,
    /// SHA-256 of the cells that entered, where some rows were doubles.
    pub entered: Option<String>,
    /// Rows set aside.
    pub rejected: u64,
}

/// Whether something is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    /// It was made now.
    New,
    /// It was there.
    Same,
}
