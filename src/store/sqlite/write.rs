//! Everything that changes a workspace, one transaction a call.

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::{Map, Value, json};

use super::append::Appender;
use super::load::SqliteLoad;
use super::rows::quoted;
use super::select::{left, select};
use super::{SqliteStore, project, prune, rows, write_ahead};
use crate::model::event::Event;
use crate::model::fingerprint;
use crate::model::id::{Cursor, JobId, SessionId};
use crate::model::payload::{Facts, JobCreated, Nothing, SelectionFact};
use crate::model::plan::Usage;
use crate::model::project::{DEFAULT, Project, ProjectType};
use crate::model::segment::Segment;
use crate::model::table::Table;
use crate::model::time::Timestamp;
use crate::model::vault::{Lock, Sealed};
use crate::store::lock::{self, JobLock};
use crate::store::{
    Clash, Error, Fresh, Load, LoadPlan, Moved, NewJob, Pruned, Result, Rows, SpinnerVersion, Used, Write,
};

impl SqliteStore {
    /// A commit that appends: runs `write`, then stores the segments it returns.
    pub(super) fn commit_events<T>(
        &mut self,
        write: impl FnOnce(&Connection) -> Result<(T, Vec<Segment>)>,
    ) -> Result<T> {
        let request = self.request();
        let (number, done) = self.commit(|db| {
            let number = request.number(db)?;
            let (done, segments) = write(db)?;
            append(db, number, &segments)?;
            Ok((number, done))
        })?;
        self.begun(number);
        Ok(done)
    }

    /// This invocation has its request now; a file that was new has its first commit.
    pub(super) fn begun(&mut self, number: crate::model::id::RequestId) {
        if self.request.replace(number).is_none() {
            self.new_file = None;
            // It is durable, so nothing that follows may say that it is not; who opens the file next tries again.
            drop(write_ahead(&self.db));
        }
    }
}

pub(super) fn append(
    db: &Connection,
    request: crate::model::id::RequestId,
    segments: &[Segment],
) -> Result<Option<Cursor>> {
    if segments.is_empty() {
        return Ok(None);
    }
    let mut appender = Appender::new(db, request)?;
    for segment in segments {
        appender.push(segment)?;
    }
    appender.finish().map(Some)
}

/// What an event of the workspace says, from JSON.
pub(super) fn facts(value: Value) -> Facts {
    match value {
        Value::Object(map) => Facts(map),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Facts(Map::new()),
    }
}

/// One data table, by its name without regard to case.
pub(super) fn table(db: &Connection, name: &str) -> Result<Option<Table>> {
    let sql = format!("SELECT {} FROM cx_table WHERE name = ?1", rows::TABLE);
    Ok(db.prepare_cached(&sql)?.query_row([name], rows::table).optional()?)
}

/// A time that is not before the last of the workspace's stream, as its events have it (E3): what stands beside the log
/// says the same.
pub(super) fn not_before(db: &Connection, at: Timestamp) -> Result<Timestamp> {
    let last: i64 = db.prepare_cached("SELECT at FROM cx_workspace")?.query_row([], |row| row.get(0))?;
    Ok(at.max(Timestamp(last)))
}

/// A job over the table that has not ended.
pub(super) fn open_job(db: &Connection, table: &str) -> Result<Option<JobId>> {
    let sql = "SELECT id FROM cx_job WHERE tbl = ?1 AND ended_at IS NULL LIMIT 1";
    let id = db.prepare_cached(sql)?.query_row([table], |row| row.get::<_, i64>(0)).optional()?;
    Ok(id.map(|id| JobId(id.cast_unsigned())))
}

impl Write for SqliteStore {
    fn append(&mut self, segments: &[Segment]) -> Result<Cursor> {
        let request = self.request();
        let (number, cursor) = self.commit(|db| {
            let number = request.number(db)?;
            Ok((number, append(db, number, segments)?))
        })?;
        self.begun(number);
        Ok(cursor.unwrap_or_default())
    }

    fn append_soon(&mut self, segments: &[Segment]) -> Result<Cursor> {
        // Many small commits write many pages twice over, so the WAL is brought home before it is large.
        self.db.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000")?;
        let done = self.append(segments);
        self.db.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000")?;
        done
    }

    fn create_project(&mut self, at: Timestamp, name: &str, kind: ProjectType) -> Result<Project> {
        self.commit_events(|db| project::create(db, at, name, kind))
    }

    fn delete_project(&mut self, at: Timestamp, name: &str) -> Result<()> {
        self.commit_events(|db| project::delete(db, at, name))
    }

    fn keep_credentials(&mut self, at: Timestamp, lock: &Lock, sealed: &[Sealed], clash: Clash) -> Result<()> {
        self.keep(at, lock, sealed, clash)
    }

    fn rename_credential(&mut self, at: Timestamp, lock: &Lock, before: &Sealed, after: &Sealed) -> Result<()> {
        self.rename(at, lock, before, after)
    }

    fn delete_credential(&mut self, at: Timestamp, name: &str) -> Result<()> {
        self.forget(at, name)
    }

    fn rekey_vault(&mut self, before: &Lock, after: &Lock, values: &[(Sealed, Sealed)]) -> Result<()> {
        self.rekey(before, after, values)
    }

    fn judge_credential(&mut self, at: Timestamp, used: &Used<'_>) -> Result<()> {
        self.judge(at, used)
    }

    fn move_connection(&mut self, at: Timestamp, moved: &Moved<'_>) -> Result<()> {
        SqliteStore::move_connection(self, at, moved)
    }

    fn create_job(&mut self, at: Timestamp, job: &NewJob) -> Result<Option<JobId>> {
        let chosen = match &job.rows {
            Rows::These(_) | Rows::Left(_) => None,
            Rows::Chosen(selector) => Some(self.prepare_selection(&job.created.table, selector)?),
        };
        let plan = self.terms.plan;
        self.commit_events(|db| {
            let selection = match (&job.rows, &chosen) {
                (Rows::These(selection), _) => selection.clone(),
                (Rows::Left(rows), _) => left(db, rows)?,
                (Rows::Chosen(selector), condition) => {
                    let table =
                        table(db, &job.created.table)?.ok_or_else(|| Error::NoTable(job.created.table.clone()))?;
                    select(db, &table, selector, condition.as_deref().unwrap_or("true"))?
                }
            };
            if selection.total == 0 {
                return Ok((None, Vec::new()));
            }
            project::admit(db, &plan, at, Usage { spinners: 0, jobs: 1, records: selection.total })?;
            let fact = SelectionFact { sha256: selection.sha256(), summary: job.created.selection.summary.clone() };
            let created = JobCreated {
                total: selection.total,
                selection: fact,
                settings: settings(&job.settings)?,
                fingerprint: job.fingerprint.clone(),
                ..job.created.clone()
            };
            let id = insert_job(db, at, job, &created)?;
            let mut insert = db.prepare_cached("INSERT INTO cx_selection (job, first, last) VALUES (?1, ?2, ?3)")?;
            for range in &selection.ranges {
                insert.execute((id.0.cast_signed(), range.start().cast_signed(), range.end().cast_signed()))?;
            }
            let events = vec![Event::JobCreated(Box::new(created)), Event::JobQueued(Nothing {})];
            Ok((Some(id), vec![Segment::job(id, at, events)?]))
        })
    }

    fn publish(&mut self, at: Timestamp, name: &str, hash: &str, definition: &str) -> Result<(SpinnerVersion, Fresh)> {
        let (plan, wanted) = (self.terms.plan, self.terms.project.clone());
        self.commit_events(|db| {
            let sql = format!("SELECT {} FROM cx_spinner WHERE name = ?1 ORDER BY version DESC LIMIT 1", rows::SPINNER);
            let latest = db.prepare_cached(&sql)?.query_row([name], rows::spinner).optional()?;
            if let Some(latest) = latest.as_ref().filter(|latest| latest.hash == hash) {
                return Ok(((latest.clone(), Fresh::Same), Vec::new()));
            }
            let version = latest.as_ref().map_or(1, |latest| latest.version + 1);
            let (name, project) = match latest {
                Some(latest) => (latest.name, latest.project),
                None => {
                    project::admit(db, &plan, at, Usage { spinners: 1, ..Usage::default() })?;
                    (name.to_owned(), project::of_new(db, wanted.as_deref())?)
                }
            };
            let at = not_before(db, at)?;
            let published = SpinnerVersion {
                name,
                project,
                version,
                hash: hash.to_owned(),
                definition: definition.to_owned(),
                published_at: at,
            };
            db.prepare_cached(
                "INSERT INTO cx_spinner (name, version, hash, definition, published_at, project) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((&published.name, version, hash, definition, at.0, &published.project))?;
            let mut events = Vec::new();
            if version == 1 {
                let said = json!({ "name": published.name, "project": published.project });
                events.push(Event::SpinnerCreated(facts(said)));
            }
            let text = fingerprint::of_text(definition);
            let said = json!({ "name": published.name, "version": version, "hash": hash, "text_sha256": text });
            events.push(Event::SpinnerPublished(facts(said)));
            Ok(((published, Fresh::New), vec![Segment::workspace(at, events)?]))
        })
    }

    fn set_metadata(&mut self, at: Timestamp, name: &str, fields: Option<&[String]>) -> Result<Table> {
        self.commit_events(|db| {
            let table = table(db, name)?.ok_or_else(|| Error::NoTable(name.to_owned()))?;
            let at = not_before(db, at)?;
            let text = fields.map(serde_json::to_string).transpose()?;
            db.prepare_cached("UPDATE cx_table SET metadata = ?2, updated_at = ?3 WHERE name = ?1")?.execute((
                &table.name,
                text,
                at.0,
            ))?;
            let said = json!({ "name": table.name, "metadata_fields": fields });
            let event = Event::TableMetadataConfigured(facts(said));
            let table = Table { metadata: fields.map(<[String]>::to_vec), updated_at: at, ..table };
            Ok((table, vec![Segment::workspace(at, vec![event])?]))
        })
    }

    fn drop_table(&mut self, at: Timestamp, name: &str) -> Result<()> {
        self.commit_events(|db| {
            let table = table(db, name)?.ok_or_else(|| Error::NoTable(name.to_owned()))?;
            if let Some(job) = open_job(db, &table.name)? {
                return Err(Error::TableInUse { table: table.name, job, verb: "dropped" });
            }
            db.execute_batch(&format!("DROP TABLE {}", quoted(&table.name)))?;
            db.execute("DELETE FROM cx_table WHERE name = ?1", [&table.name])?;
            let retired = "INSERT OR REPLACE INTO cx_retired (name, next_row) VALUES (?1, ?2)";
            db.execute(retired, (&table.name, table.next_row.cast_signed()))?;
            let event = Event::TableDeleted(facts(json!({ "name": table.name, "rows": table.rows })));
            Ok(((), vec![Segment::workspace(at, vec![event])?]))
        })
    }

    fn prune(&mut self, at: Timestamp, job: JobId) -> Result<Option<Pruned>> {
        prune::prune(self, at, job)
    }

    fn load(&mut self, plan: &LoadPlan) -> Result<Box<dyn Load + '_>> {
        Ok(Box::new(SqliteLoad::begin(self, plan)?))
    }

    fn lock_job(&mut self, at: Timestamp, job: JobId) -> Result<JobLock> {
        let Some(path) = &self.path else { return Ok(JobLock::private()) };
        match JobLock::take(path, at, job) {
            Ok(Ok(lock)) => Ok(lock),
            Ok(Err(holder)) => Err(Error::Held { job, holder }),
            Err(cause) => Err(Error::Lock { path: lock::place(path, job), cause }),
        }
    }

    fn begin_session(&mut self, at: Timestamp, job: JobId) -> Result<SessionId> {
        self.commit_events(|db| {
            let next = "SELECT coalesce(max(id), 0) + 1 FROM cx_session";
            let id: i64 = db.prepare_cached(next)?.query_row([], |row| row.get(0))?;
            let said = |id: i64| facts(json!({ "session": id, "job": job.0 }));
            let mut events = vec![Event::SessionQueued(said(id))];
            for dead in super::read::live_sessions(db, job)? {
                let dead = dead.id.0.cast_signed();
                events.push(Event::SessionFailed(said(dead)));
                events.push(Event::SessionReplaced(facts(json!({ "session": dead, "job": job.0, "by": id }))));
            }
            events.push(Event::SessionRunning(said(id)));
            Ok((SessionId(id.cast_unsigned()), vec![Segment::workspace(at, events)?]))
        })
    }
}

/// What was given for a job, for its event; nothing where nothing was.
fn settings(text: &str) -> Result<Option<Value>> {
    let settings: Value = serde_json::from_str(text)?;
    Ok(Some(settings).filter(|settings| *settings != json!({})))
}

fn insert_job(db: &Connection, at: Timestamp, job: &NewJob, created: &JobCreated) -> Result<JobId> {
    if let Some(key) = &created.idempotency_key {
        let sql = "SELECT id FROM cx_job WHERE idempotency_key = ?1";
        let taken = db.prepare_cached(sql)?.query_row([key], |row| row.get::<_, i64>(0)).optional()?;
        if let Some(id) = taken {
            return Err(Error::KeyTaken(JobId(id.cast_unsigned())));
        }
    }
    db.prepare_cached(
        "INSERT INTO cx_job (spinner, version, tbl, fields, steps, settings, status, total, created_at, \
         idempotency_key, fingerprint, retry_of, project) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10, ?11, \
         coalesce((SELECT project FROM cx_table WHERE name = ?3), (SELECT project FROM cx_job WHERE id = ?11), ?12))",
    )?
    .execute((
        &created.spinner,
        created.version,
        &created.table,
        serde_json::to_string(&created.metadata_fields)?,
        serde_json::to_string(&created.steps)?,
        &job.settings,
        created.total.cast_signed(),
        at.0,
        &created.idempotency_key,
        &job.fingerprint,
        // The table of a job that is retried may be gone.
        created.retry_of.map(u64::cast_signed),
        DEFAULT,
    ))?;
    Ok(JobId(db.last_insert_rowid().cast_unsigned()))
}
