//! Everything that can be asked. Lists are read in pages by key, so that no reader holds the file back for long.

use std::fmt::Write as _;

use rusqlite::{Connection, OptionalExtension as _, ToSql};

use super::rows::{JOB, RECORD, SEGMENT, SPINNER, TABLE, quoted};
use super::select::select;
use super::{SqliteStore, condition, connection, project, prune, rows, schema, select, texts, vault, write};
use crate::model::connection::Standing;
use crate::model::credential::Credential;
use crate::model::id::{Cursor, JobId, RecordId, RequestId, RowId, SessionId, WorkspaceId};
use crate::model::plan::Usage;
use crate::model::project::Project;
use crate::model::segment::{StoredSegment, Tombstone};
use crate::model::status::RecordStatus;
use crate::model::table::Table;
use crate::model::time::Timestamp;
use crate::model::vault::{Lock, Sealed};
use crate::store::lock::{self, Holder};
use crate::store::{
    Cells, Error, Holdings, Job, Left, Prunable, Range, Read, Record, RecordAsk, Result, Row, RowAsk, Scope, Seal,
    Selection, Selector, Session, SpinnerVersion, Tally,
};

fn all<T>(
    db: &Connection,
    sql: &str,
    values: &[&dyn ToSql],
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_map(values, read)?.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

pub(super) fn number(db: &Connection, sql: &str, values: &[&dyn ToSql]) -> Result<u64> {
    let found: Option<i64> = db.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
    Ok(found.unwrap_or(0).cast_unsigned())
}

/// Whose file it is.
pub(super) fn workspace(db: &Connection) -> Result<WorkspaceId> {
    let id: i64 = db.query_row("SELECT id FROM cx_workspace", [], |row| row.get(0))?;
    Ok(WorkspaceId(id.cast_unsigned()))
}

/// SQLite counts in signed numbers; a limit beyond them is none.
pub(super) fn capped(limit: u64) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn live_sessions(db: &Connection, job: JobId) -> Result<Vec<Session>> {
    let sql = "SELECT id, job, status FROM cx_session WHERE job = ?1 AND status < 4 ORDER BY id";
    all(db, sql, &[&capped(job.0)], rows::session)
}

impl SqliteStore {
    /// A selector's condition, shown to be harmless, for a transaction that is about to begin.
    pub(super) fn prepare_selection(&self, name: &str, selector: &Selector) -> Result<String> {
        match &selector.condition {
            None => Ok("true".to_owned()),
            Some(text) => condition::guarded(self, &self.known(name)?, text, |condition| Ok(condition.to_owned())),
        }
    }

    fn known(&self, name: &str) -> Result<Table> {
        write::table(&self.db, name)?.ok_or_else(|| Error::NoTable(name.to_owned()))
    }
}

impl Read for SqliteStore {
    fn workspace(&self) -> Result<WorkspaceId> {
        workspace(&self.db)
    }

    fn projects(&self) -> Result<Vec<Project>> {
        project::projects(&self.db)
    }

    fn project(&self, name: &str) -> Result<Option<Project>> {
        project::project(&self.db, name)
    }

    fn holdings(&self, project: &str) -> Result<Holdings> {
        project::holdings(&self.db, project)
    }

    fn usage(&self, at: Timestamp) -> Result<Usage> {
        project::usage(&self.db, at)
    }

    fn vault(&self) -> Result<Option<Lock>> {
        vault::lock(&self.db)
    }

    fn credentials(&self) -> Result<Vec<Credential>> {
        vault::credentials(&self.db)
    }

    fn connections(&self) -> Result<Vec<Standing>> {
        connection::all(&self.db)
    }

    fn texts(&self, visit: &mut dyn FnMut(&str, &str)) -> Result<()> {
        texts::all(&self.db, visit)
    }

    fn sealed(&self) -> Result<Vec<Sealed>> {
        vault::sealed(&self.db)
    }

    fn tables(&self) -> Result<Vec<Table>> {
        all(&self.db, &format!("SELECT {TABLE} FROM cx_table ORDER BY name"), &[], rows::table)
    }

    fn table(&self, name: &str) -> Result<Option<Table>> {
        write::table(&self.db, name)
    }

    fn rows(&self, ask: &RowAsk<'_>) -> Result<Vec<Row>> {
        let table = self.known(ask.table)?;
        let mut sql = columns(&table.name, ask.columns);
        let _ = write!(sql, " FROM {} WHERE cx_row BETWEEN ?1 AND ?2", quoted(&table.name));
        let (first, last) = ask.range;
        let (limit, offset) = (capped(ask.limit), capped(ask.offset));
        let values: [&dyn ToSql; 4] = [&capped(first), &capped(last), &limit, &offset];
        let read = |row: &rusqlite::Row<'_>| {
            let id = RowId(row.get::<_, i64>(0)?.cast_unsigned());
            let cells = (1..=ask.columns.len()).map(|place| row.get(place)).collect::<rusqlite::Result<_>>()?;
            Ok(Row { id, cells })
        };
        let end = " ORDER BY cx_row LIMIT ?3 OFFSET ?4";
        match ask.condition {
            None => all(&self.db, &(sql + end), &values, read),
            Some(text) => condition::guarded(self, &table, text, |condition| {
                all(&self.db, &format!("{sql} AND {condition}{end}"), &values, read)
            }),
        }
    }

    fn count_rows(&self, name: &str, text: Option<&str>) -> Result<u64> {
        let table = self.known(name)?;
        match text {
            None => Ok(table.rows),
            Some(text) => condition::guarded(self, &table, text, |condition| {
                number(&self.db, &format!("SELECT count(*) FROM {} WHERE {condition}", quoted(&table.name)), &[])
            }),
        }
    }

    fn select(&self, name: &str, selector: &Selector) -> Result<Selection> {
        let condition = self.prepare_selection(name, selector)?;
        select(&self.db, &self.known(name)?, selector, &condition)
    }

    fn spinners(&self, name: Option<&str>) -> Result<Vec<SpinnerVersion>> {
        let sql = format!("SELECT {SPINNER} FROM cx_spinner WHERE ?1 IS NULL OR name = ?1 ORDER BY name, version");
        all(&self.db, &sql, &[&name], rows::spinner)
    }

    fn spinner(&self, name: &str, version: Option<u32>) -> Result<Option<SpinnerVersion>> {
        let sql = format!(
            "SELECT {SPINNER} FROM cx_spinner WHERE name = ?1 AND (?2 IS NULL OR version = ?2) \
             ORDER BY version DESC LIMIT 1"
        );
        Ok(self.db.prepare_cached(&sql)?.query_row((name, version), rows::spinner).optional()?)
    }

    fn jobs(&self, before: Option<JobId>, limit: u64) -> Result<Vec<Job>> {
        let sql = format!("SELECT {JOB} FROM cx_job WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
        all(&self.db, &sql, &[&before.map_or(i64::MAX, |job| capped(job.0)), &capped(limit)], rows::job)
    }

    fn job(&self, id: JobId) -> Result<Option<Job>> {
        let sql = format!("SELECT {JOB} FROM cx_job WHERE id = ?1");
        Ok(self.db.prepare_cached(&sql)?.query_row([capped(id.0)], rows::job).optional()?)
    }

    fn job_with_key(&self, key: &str) -> Result<Option<Job>> {
        let sql = format!("SELECT {JOB} FROM cx_job WHERE idempotency_key = ?1");
        Ok(self.db.prepare_cached(&sql)?.query_row([key], rows::job).optional()?)
    }

    fn retries(&self, job: JobId) -> Result<Vec<JobId>> {
        let sql = "SELECT id FROM cx_job WHERE retry_of = ?1 ORDER BY id";
        all(&self.db, sql, &[&capped(job.0)], |row| Ok(JobId(row.get::<_, i64>(0)?.cast_unsigned())))
    }

    fn count_left(&self, left: &Left) -> Result<u64> {
        Ok(select::left(&self.db, left)?.total)
    }

    fn holder(&self, job: JobId) -> Result<Option<Holder>> {
        let Some(path) = &self.path else { return Ok(None) };
        lock::holder(path, job).map_err(|cause| Error::Lock { path: path.clone(), cause })
    }

    fn live_sessions(&self, job: JobId) -> Result<Vec<Session>> {
        live_sessions(&self.db, job)
    }

    fn records(&self, job: &Job, ask: &RecordAsk, after: RowId, limit: u64) -> Result<Vec<Record>> {
        records(
            self,
            job,
            ask,
            |filter, values| {
                let sql = format!("SELECT {RECORD} FROM cx_record cx_r WHERE {filter} ORDER BY row LIMIT ?5 OFFSET ?6");
                let (limit, offset) = (capped(limit), capped(ask.offset));
                let values: Vec<&dyn ToSql> = values.iter().copied().chain([&limit as _, &offset as _]).collect();
                all(&self.db, &sql, &values, rows::record)
            },
            after,
        )
    }

    fn count_records(&self, job: &Job, ask: &RecordAsk) -> Result<u64> {
        records(
            self,
            job,
            ask,
            |filter, values| number(&self.db, &format!("SELECT count(*) FROM cx_record cx_r WHERE {filter}"), values),
            RowId(0),
        )
    }

    fn record(&self, id: RecordId) -> Result<Option<Record>> {
        let sql = format!("SELECT {RECORD} FROM cx_record WHERE job = ?1 AND row = ?2");
        let key = (capped(id.job.0), capped(id.row.0));
        Ok(self.db.prepare_cached(&sql)?.query_row(key, rows::record).optional()?)
    }

    fn last_admitted(&self, job: JobId) -> Result<Option<RowId>> {
        let row = number(&self.db, "SELECT max(row) FROM cx_record WHERE job = ?1", &[&capped(job.0)])?;
        Ok((row > 0).then_some(RowId(row)))
    }

    fn selection(&self, job: JobId, after: RowId, limit: u64) -> Result<Vec<Range>> {
        let sql = "SELECT first, last FROM cx_selection WHERE job = ?1 AND last > ?2 ORDER BY first LIMIT ?3";
        all(&self.db, sql, &[&capped(job.0), &capped(after.0), &capped(limit)], |row| {
            let (first, last): (i64, i64) = (row.get(0)?, row.get(1)?);
            Ok(first.cast_unsigned().max(after.0 + 1)..=last.cast_unsigned())
        })
    }

    fn segments(&self, scope: Scope, after: Cursor, limit: u64) -> Result<Vec<StoredSegment>> {
        // A segment that begins at or before `after` may still hold events after it.
        let (after, limit) = (capped(after.0), capped(limit));
        let (filter, job, row) = match scope {
            Scope::All => ("true", None, None),
            // The plus keeps the planner in the order of the log: by the index it would sort the whole job, every page.
            Scope::Job(job) => ("+job = ?3", Some(capped(job.0)), None),
            Scope::Own(job) => ("job = ?3 AND row IS NULL", Some(capped(job.0)), None),
            Scope::Workspace => ("job IS NULL AND row IS NULL", None, None),
            Scope::Record(id) => ("job = ?3 AND row = ?4", Some(capped(id.job.0)), Some(capped(id.row.0))),
        };
        // Where to begin in the order of the log, so that a page costs what it holds.
        let begin = match scope {
            Scope::All => "cursor >= (SELECT coalesce(max(cursor), 0) FROM cx_segment WHERE cursor <= ?1 + 1)",
            // A job begins and, when it has ended, ends with an event of its own.
            Scope::Job(_) => {
                "cursor >= (SELECT coalesce(max(cursor), 0) FROM cx_segment WHERE cursor <= ?1 + 1) \
                 AND cursor >= (SELECT min(cursor) FROM cx_segment WHERE job = ?3 AND row IS NULL) \
                 AND cursor <= coalesce((SELECT max(s.cursor) FROM cx_segment s JOIN cx_job j ON j.id = s.job \
                 WHERE s.job = ?3 AND s.row IS NULL AND j.ended_at IS NOT NULL), 9223372036854775807)"
            }
            Scope::Own(_) | Scope::Workspace | Scope::Record(_) => "true",
        };
        let sql = format!(
            "SELECT {SEGMENT} FROM cx_segment WHERE cursor + n > ?1 + 1 AND {begin} AND {filter} \
             AND (?3 IS NULL OR true) AND (?4 IS NULL OR true) ORDER BY cursor LIMIT ?2"
        );
        all(&self.db, &sql, &[&after, &limit, &job, &row], rows::segment)
    }

    fn request_of(&self, cursor: Cursor) -> Result<Option<(RequestId, Cursor)>> {
        let sql = "SELECT request, upto_cursor FROM cx_seal WHERE upto_cursor >= ?1 ORDER BY upto_cursor LIMIT 1";
        let read = |row: &rusqlite::Row<'_>| {
            let (request, upto): (i64, i64) = (row.get(0)?, row.get(1)?);
            Ok((RequestId(request.cast_unsigned()), Cursor(upto.cast_unsigned())))
        };
        Ok(self.db.prepare_cached(sql)?.query_row([capped(cursor.0)], read).optional()?)
    }

    fn seals(&self, after: Cursor, limit: u64) -> Result<Vec<Seal>> {
        let sql = "SELECT upto_cursor, request, hash FROM cx_seal WHERE upto_cursor > ?1 ORDER BY upto_cursor LIMIT ?2";
        all(&self.db, sql, &[&capped(after.0), &capped(limit)], rows::seal)
    }

    fn head(&self, stream: Option<JobId>) -> Result<(u64, Timestamp)> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?.cast_unsigned(), Timestamp(row.get(1)?)));
        Ok(match stream {
            None => self.db.query_row("SELECT seq, at FROM cx_workspace", [], read)?,
            Some(job) => self.db.query_row("SELECT seq, at FROM cx_job WHERE id = ?1", [capped(job.0)], read)?,
        })
    }

    fn end(&self) -> Result<Cursor> {
        // Every commit ends with a seal.
        number(&self.db, "SELECT max(upto_cursor) FROM cx_seal", &[]).map(Cursor)
    }

    fn tombstones(&self, after: Cursor, limit: u64) -> Result<Vec<Tombstone>> {
        let sql = "SELECT cursor, job, n, hash FROM cx_tombstone WHERE cursor > ?1 ORDER BY cursor LIMIT ?2";
        all(&self.db, sql, &[&capped(after.0), &capped(limit)], rows::tombstone)
    }

    fn prunable(&self, before: Timestamp, only: Option<JobId>) -> Result<Vec<Prunable>> {
        prune::prunable(&self.db, before, only)
    }

    fn sessions(&self, after: SessionId, limit: u64) -> Result<Vec<Session>> {
        let sql = "SELECT id, job, status FROM cx_session WHERE id > ?1 ORDER BY id LIMIT ?2";
        all(&self.db, sql, &[&capped(after.0), &capped(limit)], rows::session)
    }

    fn retired(&self) -> Result<Vec<(String, RowId)>> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, RowId(row.get::<_, i64>(1)?.cast_unsigned())));
        all(&self.db, "SELECT name, next_row FROM cx_retired ORDER BY name", &[], read)
    }

    fn cells(&self, table: &str, names: &[String], each: &mut dyn FnMut(RowId, Cells<'_, '_>)) -> Result<()> {
        let sql = format!("{} FROM {} ORDER BY cx_row", columns(table, names), quoted(table));
        let mut statement = self.db.prepare(&sql)?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let mut broken = None;
            let id = RowId(row.get::<_, i64>(0)?.cast_unsigned());
            let mut cells = (1..=names.len()).map_while(|place| {
                row.get_ref(place).and_then(|cell| Ok(cell.as_bytes()?)).map_err(|error| broken = Some(error)).ok()
            });
            each(id, &mut cells);
            if let Some(error) = broken {
                return Err(error.into());
            }
        }
        Ok(())
    }

    fn integrity(&self) -> Result<Vec<String>> {
        let mut found: Vec<String> = all(&self.db, "PRAGMA integrity_check", &[], |row| row.get(0))?;
        found.retain(|line| line != "ok");
        found.extend(schema::differences(&self.db)?);
        Ok(found)
    }

    fn tally(&self, job: JobId) -> Result<Vec<Tally>> {
        let sql = "SELECT what, key, n FROM cx_tally WHERE job = ?1 ORDER BY what, n DESC, key";
        all(&self.db, sql, &[&capped(job.0)], |row| {
            Ok(Tally { what: row.get(0)?, key: row.get(1)?, n: row.get::<_, i64>(2)?.cast_unsigned() })
        })
    }
}

/// The row's number and these columns. Each goes by the name of its table, because SQLite takes a bare name in quotes
/// that is no column for a text.
fn columns(table: &str, names: &[String]) -> String {
    let table = quoted(table);
    let mut sql = "SELECT cx_row".to_owned();
    for name in names {
        let _ = write!(sql, ", {table}.{}", quoted(name));
    }
    sql
}

/// Runs `read` with the filter of the ask and the values of its parameters ?1 to ?4.
fn records<T>(
    store: &SqliteStore,
    job: &Job,
    ask: &RecordAsk,
    read: impl FnOnce(&str, &[&dyn ToSql]) -> Result<T>,
    after: RowId,
) -> Result<T> {
    let mut filter = "job = ?1 AND row > ?2".to_owned();
    filter += " AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR disposition = ?4)";
    if ask.open {
        filter += " AND status < 6";
    }
    let (id, after, status) = (capped(job.id.0), capped(after.0), ask.status.map(RecordStatus::code));
    let values: [&dyn ToSql; 4] = [&id, &after, &status, &ask.disposition];
    match &ask.condition {
        None => read(&filter, &values),
        Some(text) => {
            let table = write::table(&store.db, &job.table)?.ok_or_else(|| Error::NoTable(job.table.clone()))?;
            condition::guarded(store, &table, text, |condition| {
                let name = quoted(&table.name);
                // Row by row: a list of all rows that fit would be made anew for every page.
                let fits = format!("EXISTS (SELECT 1 FROM {name} WHERE cx_row = cx_r.row AND {condition})");
                read(&format!("{filter} AND {fits}"), &values)
            })
        }
    }
}
