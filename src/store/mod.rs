//! What can be asked of a workspace and what can be done to it, in domain words.
//! Deliberately absent: printing, and any SQL outside `sqlite/`.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use crate::model::fold::Illegal;
use crate::model::id::{Cursor, JobId, RecordId, RequestId, RowId, SessionId, WorkspaceId};
use crate::model::payload::{Counts, JobCreated, StepName};
use crate::model::reason::Reason;
use crate::model::segment::{Damaged, Segment, StoredSegment};
use crate::model::status::{JobStatus, RecordStatus, SessionStatus};
use crate::model::table::Table;
use crate::model::time::Timestamp;

#[cfg(test)]
mod conformance;
pub mod lock;
mod sqlite;

pub use lock::{Holder, JobLock};
pub use sqlite::{Access, Fault, Invocation, Side, SqliteStore, check_condition, on_long_wait};

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Error {
    #[error("there is no `{}`", path.display())]
    NoDatabase { path: PathBuf },
    #[error("`{}` is not a cxgear database", path.display())]
    NotOurs { path: PathBuf },
    #[error("`{}` was written by a newer cxgear (file version {version}, this one knows {known})", path.display())]
    Newer { path: PathBuf, version: i64, known: i64 },
    #[error("the database cannot be used: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the database is damaged: {0}")]
    Damaged(String),
    #[error(transparent)]
    Segment(#[from] Damaged),
    #[error(transparent)]
    Illegal(#[from] Illegal),
    #[error("record {0} was changed by another process")]
    Conflict(RecordId),
    #[error("job {0} was changed by another process")]
    JobConflict(JobId),
    #[error("{0}")]
    Condition(String),
    #[error("there is no table `{0}`")]
    NoTable(String),
    #[error("table `{table}` cannot be {verb} while job {job} is open over it")]
    TableInUse { table: String, job: JobId, verb: &'static str },
    #[error("the idempotency key was used for job {0} with other arguments")]
    KeyTaken(JobId),
    #[error("job {job} is held by another process{}", holder.describe())]
    Held { job: JobId, holder: Holder },
    #[error("the lock file `{}` cannot be used: {cause}", path.display())]
    Lock { path: PathBuf, cause: std::io::Error },
    #[error("a value cannot be stored: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Injected(&'static str),
}

/// What the store answers.
pub type Result<T> = std::result::Result<T, Error>;

/// A published version of a spinner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpinnerVersion {
    /// The spinner's name.
    pub name: String,
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
    /// What the arguments behind the idempotency key come to.
    pub fingerprint: String,
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

/// How often something was counted in a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// `disposition`, `failure` or `outcome`.
    pub what: String,
    /// Which; a failure is `step · REASON`.
    pub key: String,
    /// How often.
    pub n: u64,
}

/// Everything a view may do: ask.
pub trait Read {
    /// Who this workspace is.
    ///
    /// # Errors
    /// When the database cannot be read; the same for all that follow.
    fn workspace(&self) -> Result<WorkspaceId>;
    /// All data tables by name.
    fn tables(&self) -> Result<Vec<Table>>;
    /// One data table, by its name without regard to case.
    fn table(&self, name: &str) -> Result<Option<Table>>;
    /// Source rows in order.
    fn rows(&self, ask: &RowAsk<'_>) -> Result<Vec<Row>>;
    /// How many rows of a table meet a condition.
    fn count_rows(&self, table: &str, condition: Option<&str>) -> Result<u64>;
    /// Which rows a selector means.
    fn select(&self, table: &str, selector: &Selector) -> Result<Selection>;
    /// Every version of every spinner, or of one.
    fn spinners(&self, name: Option<&str>) -> Result<Vec<SpinnerVersion>>;
    /// One version, or the latest.
    fn spinner(&self, name: &str, version: Option<u32>) -> Result<Option<SpinnerVersion>>;
    /// Jobs below `before`, latest first.
    fn jobs(&self, before: Option<JobId>, limit: u64) -> Result<Vec<Job>>;
    /// One job.
    fn job(&self, id: JobId) -> Result<Option<Job>>;
    /// The job made with this idempotency key.
    fn job_with_key(&self, key: &str) -> Result<Option<Job>>;
    /// The process that holds a job now.
    fn holder(&self, job: JobId) -> Result<Option<Holder>>;
    /// Sessions of a job that have not ended.
    fn live_sessions(&self, job: JobId) -> Result<Vec<Session>>;
    /// A job's records in row order, from after `after`.
    fn records(&self, job: &Job, ask: &RecordAsk, after: RowId, limit: u64) -> Result<Vec<Record>>;
    /// How many records of a job meet the ask.
    fn count_records(&self, job: &Job, ask: &RecordAsk) -> Result<u64>;
    /// One record.
    fn record(&self, id: RecordId) -> Result<Option<Record>>;
    /// The highest row that a job has admitted.
    fn last_admitted(&self, job: JobId) -> Result<Option<RowId>>;
    /// The job's selection from after a row.
    fn selection(&self, job: JobId, after: RowId, limit: u64) -> Result<Vec<Range>>;
    /// Segments that hold events after a cursor, in order.
    fn segments(&self, scope: Scope, after: Cursor, limit: u64) -> Result<Vec<StoredSegment>>;
    /// The request that wrote the event at a cursor.
    fn request_of(&self, cursor: Cursor) -> Result<Option<(RequestId, Cursor)>>;
    /// What was counted in a job.
    fn tally(&self, job: JobId) -> Result<Vec<Tally>>;
}

/// A job that is to be made.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Its first event.
    pub created: JobCreated,
    /// Its rows.
    pub selection: Selection,
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
    /// SHA-256 of the cells.
    pub sha256: String,
    /// Rows set aside.
    pub rejected: u64,
}

/// An import under way: one transaction, undone when dropped.
pub trait Load {
    /// Hands in one row, cells in the order of the plan's columns, each valid UTF-8.
    ///
    /// # Errors
    /// When the database refuses it.
    fn row(&mut self, cells: &mut dyn Iterator<Item = &[u8]>) -> Result<Fate>;
    /// Makes it durable.
    ///
    /// # Errors
    /// When the commit fails; then nothing was imported.
    fn finish(self: Box<Self>, facts: &LoadFacts) -> Result<Table>;
}

/// Everything that changes a workspace. Each call is one transaction, durable when it returns.
pub trait Write: Read + Send {
    /// Appends segments and folds them into the state, or refuses them all.
    ///
    /// # Errors
    /// [`Error::Illegal`] or [`Error::Conflict`] when the state does not allow one of them.
    fn append(&mut self, segments: &[Segment]) -> Result<Cursor>;
    /// Makes a job: its row, its selection, `job.created` and `job.queued`.
    ///
    /// # Errors
    /// [`Error::KeyTaken`] for a key that was used.
    fn create_job(&mut self, at: Timestamp, job: &NewJob) -> Result<JobId>;
    /// Freezes a version of a spinner, or finds that the latest is the same.
    ///
    /// # Errors
    /// When it cannot be written.
    fn publish(&mut self, at: Timestamp, name: &str, hash: &str, definition: &str) -> Result<(SpinnerVersion, Fresh)>;
    /// Chooses the columns that enter a run; nothing goes back to never set.
    ///
    /// # Errors
    /// When there is no such table.
    fn set_metadata(&mut self, at: Timestamp, table: &str, fields: Option<&[String]>) -> Result<Table>;
    /// Drops a table.
    ///
    /// # Errors
    /// [`Error::TableInUse`] while a job over it is open.
    fn drop_table(&mut self, at: Timestamp, table: &str) -> Result<()>;
    /// Begins an import.
    ///
    /// # Errors
    /// When the plan does not fit what is there.
    fn load(&mut self, plan: &LoadPlan) -> Result<Box<dyn Load + '_>>;
    /// Takes a job for this process.
    ///
    /// # Errors
    /// [`Error::Held`] when another process has it.
    fn lock_job(&mut self, job: JobId) -> Result<JobLock>;
    /// Begins a worker session on a job: `session.queued` and `session.running`.
    ///
    /// # Errors
    /// When it cannot be written.
    fn begin_session(&mut self, at: Timestamp, job: JobId) -> Result<SessionId>;
}

/// Whether something is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    /// It was made now.
    New,
    /// It was there.
    Same,
}

/// The one database kind there is.
///
/// # Errors
/// When the file cannot be opened as asked.
pub fn open(path: &Path, access: Access) -> Result<SqliteStore> {
    SqliteStore::open(path, access)
}
