//! What can be asked of a workspace and what can be done to it, in domain words.
//! Deliberately absent: printing, and any SQL outside `sqlite/`.

use std::path::{Path, PathBuf};

use crate::model::connection::{Object, Standing};
use crate::model::credential::Credential;
use crate::model::document::list;
use crate::model::fold::Illegal;
use crate::model::id::{Cursor, JobId, RecordId, RequestId, RowId, SessionId, WorkspaceId};
use crate::model::plan::{Excess, Usage};
use crate::model::project::{Project, ProjectType};
use crate::model::segment::{Damaged, Segment, StoredSegment, Tombstone};
use crate::model::table::Table;
use crate::model::time::Timestamp;
use crate::model::vault::{Lock, Sealed};

#[cfg(test)]
mod conformance;
pub mod lock;
mod project;
mod receipts;
mod sqlite;
mod values;
mod writing;

pub use lock::{Holder, JobLock};
pub use project::{Few, Holdings, NextJob, Terms};
pub use receipts::receipts;
pub use sqlite::{Access, Copied, Fault, Invocation, Overwrite, Side, SqliteStore, check_condition, on_long_wait};
pub use values::{
    Clash, Fate, Fresh, Job, Left, LoadFacts, LoadMode, LoadPlan, Moved, NewJob, Prunable, Pruned, Range, Record,
    RecordAsk, Row, RowAsk, Rows, Scope, Seal, Selection, Selector, Session, SpinnerVersion, Tally, Trial, Used,
};
pub use writing::{Writing, writing};

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
    #[error("there is no project `{0}`")]
    NoProject(String),
    #[error("there is a project `{0}` already")]
    ProjectTaken(String),
    #[error("project `{project}` cannot be deleted: it has {holdings}")]
    ProjectInUse { project: String, holdings: Box<Holdings> },
    #[error("the project `default` is always there")]
    DefaultProject,
    #[error("table `{table}` belongs to project `{project}`")]
    OtherProject { table: String, project: String },
    #[error("there is no {} `{name}`", object.name())]
    NoConnection { object: Object, name: String },
    #[error("there is no credential `{0}`")]
    NoCredential(String),
    #[error("there {} already", there(.0))]
    CredentialsTaken(Vec<String>),
    #[error("the vault was changed by another process")]
    VaultChanged,
    #[error("{0}")]
    PlanLimit(Box<Excess>),
    #[error("the idempotency key was used for job {0} with other arguments")]
    KeyTaken(JobId),
    #[error("job {job} is held by another process{}", holder.describe())]
    Held { job: JobId, holder: Holder },
    #[error("the lock file `{}` cannot be used: {cause}", path.display())]
    Lock { path: PathBuf, cause: std::io::Error },
    #[error("the backup `{}` cannot be written: {cause}", path.display())]
    Backup { path: PathBuf, cause: std::io::Error },
    #[error("`{}` is there already", path.display())]
    BackupThere { path: PathBuf },
    #[error("`{}` is there, so somebody has a file of that name open, or left it half written", path.display())]
    BackupBeside { path: PathBuf },
    #[error("a value cannot be stored: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Injected(&'static str),
}

/// `is a credential `a``, `are credentials `a` and `b``
fn there(names: &[String]) -> String {
    let (verb, s) = if names.len() == 1 { ("is a", "") } else { ("are", "s") };
    format!("{verb} credential{s} {}", list(names.iter().map(String::as_str)))
}

/// What the world did to the database, where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// There is no room.
    Full,
    /// It may not be read or written.
    Forbidden,
    /// Its pages are not what was written.
    Damaged,
    /// It, or what belongs beside it, cannot be opened.
    Closed,
    /// The disk refused to do this.
    Io(&'static str),
}

impl Error {
    /// What the world did, when it was the world.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        use rusqlite::ErrorCode;
        if let Error::Segment(_) = self {
            return Some(Trouble::Damaged);
        }
        let Error::Sqlite(error) = self else { return None };
        if is_odd(error) {
            return Some(Trouble::Damaged);
        }
        let code = error.sqlite_error_code()?;
        if code == ErrorCode::SystemIoFailure {
            return Some(sqlite::refused(error));
        }
        let known = [
            (ErrorCode::DiskFull, Trouble::Full),
            (ErrorCode::ReadOnly, Trouble::Forbidden),
            (ErrorCode::CannotOpen, Trouble::Closed),
            (ErrorCode::PermissionDenied, Trouble::Forbidden),
            (ErrorCode::DatabaseCorrupt, Trouble::Damaged),
            (ErrorCode::NotADatabase, Trouble::Damaged),
        ];
        known.into_iter().find(|(known, _)| *known == code).map(|(_, trouble)| trouble)
    }
}

/// Whether a value is not of the kind that was ever written there.
fn is_odd(error: &rusqlite::Error) -> bool {
    use rusqlite::Error as E;
    matches!(
        error,
        E::FromSqlConversionFailure(..) | E::IntegralValueOutOfRange(..) | E::InvalidColumnType(..) | E::Utf8Error(..)
    )
}

/// What the store answers.
pub type Result<T> = std::result::Result<T, Error>;

/// The cells of a row, one after the other.
pub type Cells<'a, 'c> = &'a mut dyn Iterator<Item = &'c [u8]>;

/// Everything a view may do: ask.
pub trait Read {
    /// Who this workspace is.
    ///
    /// # Errors
    /// When the database cannot be read; the same for all that follow.
    fn workspace(&self) -> Result<WorkspaceId>;
    /// All projects, the default one first.
    fn projects(&self) -> Result<Vec<Project>>;
    /// One project, by its name without regard to case.
    fn project(&self, name: &str) -> Result<Option<Project>>;
    /// What belongs to a project.
    fn holdings(&self, project: &str) -> Result<Holdings>;
    /// What the meters of a plan say in the month of a moment.
    fn usage(&self, at: Timestamp) -> Result<Usage>;
    /// What opens the vault; nothing before the first credential is kept.
    fn vault(&self) -> Result<Option<Lock>>;
    /// All credentials by name.
    fn credentials(&self) -> Result<Vec<Credential>>;
    /// Their values, encrypted, by name.
    fn sealed(&self) -> Result<Vec<Sealed>>;
    /// All integrations and channels that were set up when somebody wrote last.
    fn connections(&self) -> Result<Vec<Standing>>;
    /// Every text that is kept beside the log but for the tables of users, each with the table that it is in.
    fn texts(&self, visit: &mut dyn FnMut(&str, &str)) -> Result<()>;
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
    /// The jobs that retry a job, oldest first.
    fn retries(&self, job: JobId) -> Result<Vec<JobId>>;
    /// How many records are left of a job, as a retry would take them.
    fn count_left(&self, left: &Left) -> Result<u64>;
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
    /// The seals after a cursor, in order.
    fn seals(&self, after: Cursor, limit: u64) -> Result<Vec<Seal>>;
    /// The last event of the whole log; cheap enough to be asked many times a second.
    fn end(&self) -> Result<Cursor>;
    /// The last number of a stream and its time; of the workspace's without a job.
    fn head(&self, stream: Option<JobId>) -> Result<(u64, Timestamp)>;
    /// Sessions after one, in order.
    fn sessions(&self, after: SessionId, limit: u64) -> Result<Vec<Session>>;
    /// The names of tables that were dropped, and the number that the next row under each would have.
    fn retired(&self) -> Result<Vec<(String, RowId)>>;
    /// Every row of a table as it is stored, the cells as bytes, whatever is known of the table.
    fn cells(&self, table: &str, names: &[String], each: &mut dyn FnMut(RowId, Cells<'_, '_>)) -> Result<()>;
    /// What the database itself finds wrong with its pages and rows; nothing when all is well.
    fn integrity(&self) -> Result<Vec<String>>;
    /// What is left of pruned segments, from after a cursor.
    fn tombstones(&self, after: Cursor, limit: u64) -> Result<Vec<Tombstone>>;
    /// Jobs that ended at or before a time and still have their events; `only` looks at one.
    fn prunable(&self, before: Timestamp, only: Option<JobId>) -> Result<Vec<Prunable>>;
    /// What was counted in a job.
    fn tally(&self, job: JobId) -> Result<Vec<Tally>>;
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
    /// The same, safe from the death of the process but not of the machine until the next `append`: for what must be
    /// found if the process dies, and does no harm if it is not.
    ///
    /// # Errors
    /// As `append`.
    fn append_soon(&mut self, segments: &[Segment]) -> Result<Cursor>;
    /// Makes a project.
    ///
    /// # Errors
    /// [`Error::ProjectTaken`] when there is one of that name.
    fn create_project(&mut self, at: Timestamp, name: &str, kind: ProjectType) -> Result<Project>;
    /// Deletes a project that nothing belongs to.
    ///
    /// # Errors
    /// [`Error::ProjectInUse`] while it has anything, [`Error::DefaultProject`] for the one that stays.
    fn delete_project(&mut self, at: Timestamp, name: &str) -> Result<()>;
    /// Keeps credentials: new ones, and new values of those that are there. The first makes the vault.
    ///
    /// # Errors
    /// [`Error::VaultChanged`] when `lock` is not the vault's, [`Error::CredentialsTaken`] when one must not be replaced.
    fn keep_credentials(&mut self, at: Timestamp, lock: &Lock, sealed: &[Sealed], clash: Clash) -> Result<()>;
    /// Gives a credential another name: `before` as it was read, `after` sealed under the new one.
    ///
    /// # Errors
    /// [`Error::VaultChanged`] when `lock` or `before` is not the vault's, [`Error::CredentialsTaken`] for a name that is used.
    fn rename_credential(&mut self, at: Timestamp, lock: &Lock, before: &Sealed, after: &Sealed) -> Result<()>;
    /// Deletes a credential. With the last one the vault goes too.
    ///
    /// # Errors
    /// [`Error::NoCredential`] when there is none of that name.
    fn delete_credential(&mut self, at: Timestamp, name: &str) -> Result<()>;
    /// A credential was used: it is verified, or invalid. Where that is known already, or another value was given since,
    /// nothing is written.
    fn judge_credential(&mut self, at: Timestamp, used: &Used<'_>) -> Result<()>;
    /// An integration or a channel is being tried, and it works or does not.
    ///
    /// # Errors
    /// [`Error::NoConnection`] when none of that name is set up, [`Error::Illegal`] when it cannot come to that from where
    /// it stands.
    fn move_connection(&mut self, at: Timestamp, moved: &Moved<'_>) -> Result<()>;
    /// Gives the vault another lock, and every value with it: each as it was read, and sealed anew.
    ///
    /// # Errors
    /// [`Error::VaultChanged`] when that is no longer what the vault holds.
    fn rekey_vault(&mut self, before: &Lock, after: &Lock, values: &[(Sealed, Sealed)]) -> Result<()>;
    /// Makes a job: its row, its selection, `job.created` and `job.queued`. Nothing, when no rows are meant. It belongs to
    /// its table's project.
    ///
    /// # Errors
    /// [`Error::KeyTaken`] for a key that was used, [`Error::PlanLimit`] where the plan has no room for it.
    fn create_job(&mut self, at: Timestamp, job: &NewJob) -> Result<Option<JobId>>;
    /// Freezes a version of a spinner, or finds that the latest is the same.
    ///
    /// # Errors
    /// [`Error::PlanLimit`] for a new spinner where the plan has no room for it.
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
    /// Removes the events of a job that has ended, all or none, and leaves a tombstone for each segment. What the job
    /// and its records came to stays. Nothing when it is pruned already, is open, or is retried by a job that is.
    ///
    /// # Errors
    /// When there is no such job, or it cannot be written.
    fn prune(&mut self, at: Timestamp, job: JobId) -> Result<Option<Pruned>>;
    /// Begins an import.
    ///
    /// # Errors
    /// When the plan does not fit what is there.
    fn load(&mut self, plan: &LoadPlan) -> Result<Box<dyn Load + '_>>;
    /// Takes a job for this process.
    ///
    /// # Errors
    /// [`Error::Held`] when another process has it.
    fn lock_job(&mut self, at: Timestamp, job: JobId) -> Result<JobLock>;
    /// Begins a worker session on a job: `session.queued` and `session.running`. Sessions that the log has as live are of
    /// processes that died, because the caller holds the job's lock: `session.failed` and `session.replaced`.
    ///
    /// # Errors
    /// When it cannot be written.
    fn begin_session(&mut self, at: Timestamp, job: JobId) -> Result<SessionId>;
}

/// The one database kind there is.
///
/// # Errors
/// When the file cannot be opened as asked.
pub fn open(path: &Path, access: Access) -> Result<SqliteStore> {
    SqliteStore::open(path, access)
}

/// Opens a database to look, if there is one in which anything is.
///
/// # Errors
/// When what is there cannot be opened.
pub fn existing(path: &Path) -> Result<Option<SqliteStore>> {
    SqliteStore::existing(path)
}
