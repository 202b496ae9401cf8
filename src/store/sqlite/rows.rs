//! Stored rows as domain values, and back.

use rusqlite::Row as SqlRow;
use rusqlite::types::Type;

use crate::model::id::{Cursor, JobId, RecordId, RequestId, RowId, SessionId};
use crate::model::payload::Counts;
use crate::model::reason::Reason;
use crate::model::segment::{StoredSegment, Tombstone};
use crate::model::status::{JobStatus, RecordStatus, SessionStatus};
use crate::model::table::Table;
use crate::model::time::{Millis, Timestamp};
use crate::store::{Job, Record, Seal, Session, SpinnerVersion};

pub(super) const JOB: &str = "id, spinner, version, tbl, fields, steps, settings, status, reason, total, queued, \
    running, waiting, sleeping, completed, failed, canceled, created_at, started_at, ended_at, fingerprint, ran, since, at, \
    retry_of, project, idempotency_key, pruned_at";

pub(super) const RECORD: &str =
    "job, row, status, attempt, claim, partial, started_at, ended_at, failed_step, reason, disposition";

pub(super) const SEGMENT: &str = "cursor, job, row, seq, n, at, events";

pub(super) const TABLE: &str = "name, columns, metadata, rows, next_row, sha256, updated_at, project";

pub(super) const SPINNER: &str = "name, version, hash, definition, published_at, project";

/// A stored value that no version of this program wrote.
pub(super) fn odd(column: usize, why: impl Into<String>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, why.into().into())
}

fn unsigned(row: &SqlRow<'_>, column: usize) -> rusqlite::Result<u64> {
    u64::try_from(row.get::<_, i64>(column)?).map_err(|e| odd(column, e.to_string()))
}

fn time(row: &SqlRow<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
}

fn json<T: serde::de::DeserializeOwned>(row: &SqlRow<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|e| odd(column, e.to_string()))
}

fn reason(row: &SqlRow<'_>, column: usize) -> rusqlite::Result<Option<Reason>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| Reason::named(&text).ok_or_else(|| odd(column, format!("`{text}` is no reason")))).transpose()
}

pub(super) fn job(row: &SqlRow<'_>) -> rusqlite::Result<Job> {
    let counts = Counts {
        total: unsigned(row, 9)?,
        not_started: 0,
        queued: unsigned(row, 10)?,
        running: unsigned(row, 11)?,
        waiting: unsigned(row, 12)?,
        sleeping: unsigned(row, 13)?,
        completed: unsigned(row, 14)?,
        failed: unsigned(row, 15)?,
        canceled: unsigned(row, 16)?,
    };
    let begun = counts.queued
        + counts.running
        + counts.waiting
        + counts.sleeping
        + counts.completed
        + counts.failed
        + counts.canceled;
    Ok(Job {
        id: JobId(unsigned(row, 0)?),
        spinner: row.get(1)?,
        version: row.get(2)?,
        table: row.get(3)?,
        project: row.get("project")?,
        fields: json(row, 4)?,
        steps: json(row, 5)?,
        settings: row.get(6)?,
        status: JobStatus::coded(row.get(7)?).ok_or_else(|| odd(7, "no such job status"))?,
        reason: reason(row, 8)?,
        counts: Counts { not_started: counts.total.saturating_sub(begun), ..counts },
        created_at: Timestamp(row.get(17)?),
        started_at: time(row, 18)?,
        ended_at: time(row, 19)?,
        idempotency_key: row.get("idempotency_key")?,
        fingerprint: row.get(20)?,
        ran: Millis(unsigned(row, 21)?),
        since: time(row, 22)?,
        last_at: Timestamp(row.get(23)?),
        retry_of: row.get::<_, Option<i64>>(24)?.map(|id| JobId(id.cast_unsigned())),
        pruned_at: row.get::<_, Option<i64>>("pruned_at")?.map(Timestamp),
    })
}

pub(super) fn record(row: &SqlRow<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        id: RecordId { job: JobId(unsigned(row, 0)?), row: RowId(unsigned(row, 1)?) },
        status: RecordStatus::coded(row.get(2)?).ok_or_else(|| odd(2, "no such record status"))?,
        attempt: row.get(3)?,
        claim: row.get(4)?,
        partial: row.get(5)?,
        started_at: time(row, 6)?,
        ended_at: time(row, 7)?,
        failed_step: row.get(8)?,
        reason: reason(row, 9)?,
        disposition: row.get(10)?,
    })
}

pub(super) fn segment(row: &SqlRow<'_>) -> rusqlite::Result<StoredSegment> {
    Ok(StoredSegment {
        cursor: Cursor(unsigned(row, 0)?),
        job: row.get::<_, Option<i64>>(1)?.map(|job| JobId(job.cast_unsigned())),
        row: row.get::<_, Option<i64>>(2)?.map(|row| RowId(row.cast_unsigned())),
        seq: unsigned(row, 3)?,
        n: row.get(4)?,
        at: Timestamp(row.get(5)?),
        events: row.get(6)?,
    })
}

pub(super) fn seal(row: &SqlRow<'_>) -> rusqlite::Result<Seal> {
    let request = RequestId(row.get::<_, i64>(1)?.cast_unsigned());
    Ok(Seal { upto: Cursor(unsigned(row, 0)?), request, hash: row.get(2)? })
}

pub(super) fn tombstone(row: &SqlRow<'_>) -> rusqlite::Result<Tombstone> {
    let (cursor, job) = (Cursor(unsigned(row, 0)?), JobId(unsigned(row, 1)?));
    Ok(Tombstone { cursor, job, n: row.get(2)?, hash: row.get(3)? })
}

pub(super) fn table(row: &SqlRow<'_>) -> rusqlite::Result<Table> {
    let metadata: Option<String> = row.get(2)?;
    Ok(Table {
        name: row.get(0)?,
        project: row.get("project")?,
        columns: json(row, 1)?,
        metadata: metadata.map(|text| serde_json::from_str(&text).map_err(|e| odd(2, e.to_string()))).transpose()?,
        rows: unsigned(row, 3)?,
        next_row: unsigned(row, 4)?,
        sha256: row.get(5)?,
        updated_at: Timestamp(row.get(6)?),
    })
}

pub(super) fn spinner(row: &SqlRow<'_>) -> rusqlite::Result<SpinnerVersion> {
    Ok(SpinnerVersion {
        name: row.get(0)?,
        project: row.get("project")?,
        version: row.get(1)?,
        hash: row.get(2)?,
        definition: row.get(3)?,
        published_at: Timestamp(row.get(4)?),
    })
}

pub(super) fn session(row: &SqlRow<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: SessionId(unsigned(row, 0)?),
        job: JobId(unsigned(row, 1)?),
        status: SessionStatus::coded(row.get(2)?).ok_or_else(|| odd(2, "no such session status"))?,
    })
}

/// A name as an SQL identifier.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
