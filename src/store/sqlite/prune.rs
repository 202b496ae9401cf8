//! Pruning: the stream of a job that has ended goes, a tombstone for each of its segments stays.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, OptionalExtension as _, ToSql};
use serde_json::json;

use super::SqliteStore;
use super::read::capped;
use super::rows;
use super::write::{facts, not_before};
use crate::model::event::Event;
use crate::model::id::{Cursor, JobId, RowId};
use crate::model::segment::{Segment, StoredSegment, digest};
use crate::model::time::Timestamp;
use crate::store::{Error, Prunable, Pruned, Read as _, Result, receipts};

/// Open jobs, and which job each retries: an open retry still asks what the earlier records did.
const RETRIES: &str = "SELECT id, retry_of FROM cx_job WHERE ended_at IS NULL";

pub(super) fn prunable(db: &Connection, before: Timestamp, only: Option<JobId>) -> Result<Vec<Prunable>> {
    let sql = format!(
        "SELECT {}, seq, (SELECT min(r.id) FROM ({RETRIES}) r WHERE r.retry_of = j.id) AS retried_by, \
         (SELECT coalesce(sum(octet_length(events)), 0) FROM cx_segment s WHERE s.job = j.id) AS bytes \
         FROM cx_job j WHERE ended_at <= ?1 AND pruned_at IS NULL AND (?2 IS NULL OR id = ?2) ORDER BY id",
        rows::JOB
    );
    let read = |row: &rusqlite::Row<'_>| {
        let number = |name: &str| row.get::<_, Option<i64>>(name).map(|n| n.map(i64::cast_unsigned));
        let (events, bytes) = (number("seq")?.unwrap_or(0), number("bytes")?.unwrap_or(0));
        Ok(Prunable { job: rows::job(row)?, events, bytes, retried_by: number("retried_by")?.map(JobId) })
    };
    let values: [&dyn ToSql; 2] = [&before.0, &only.map(|job| capped(job.0))];
    Ok(db.prepare_cached(&sql)?.query_map(&values[..], read)?.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn prune(store: &mut SqliteStore, at: Timestamp, id: JobId) -> Result<Option<Pruned>> {
    let job = store.job(id)?.ok_or(Error::JobConflict(id))?;
    // Outside of the transaction, because what has ended does not change any more.
    let kept = receipts(store, &job)?;
    store.commit_events(|db| {
        let there = prunable(db, Timestamp(i64::MAX), Some(id))?.pop();
        if there.is_none_or(|there| there.retried_by.is_some()) {
            return Ok((None, Vec::new()));
        }
        let at = not_before(db, at)?;
        let before = free(db)?;
        let events =
            db.query_row("SELECT coalesce(sum(n), 0) FROM cx_segment WHERE job = ?1", [capped(id.0)], |row| {
                row.get::<_, i64>(0)
            })?;
        db.execute(
            "INSERT INTO cx_tombstone (cursor, job, n, hash) SELECT cursor, job, n, \
             cx_digest(cursor, job, row, seq, n, at, events) FROM cx_segment WHERE job = ?1",
            [capped(id.0)],
        )?;
        db.execute("DELETE FROM cx_segment WHERE job = ?1", [capped(id.0)])?;
        db.execute("UPDATE cx_job SET pruned_at = ?2 WHERE id = ?1", (capped(id.0), at.0))?;
        let freed = free(db)?.saturating_sub(before);
        let said = json!({ "job": id.0, "events": events, "receipts_sha256": kept });
        let event = Event::JobPruned(facts(said));
        Ok((Some(Pruned { events: events.cast_unsigned(), freed }), vec![Segment::workspace(at, vec![event])?]))
    })
}

/// Bytes of the file that hold nothing.
fn free(db: &Connection) -> Result<u64> {
    let number = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    Ok((number("freelist_count")? * number("page_size")?).cast_unsigned())
}

impl SqliteStore {
    /// Gives what is free in the file back to the disk; the size of the file before and after, in bytes.
    ///
    /// # Errors
    /// When it cannot be written: it needs as much room again as the file has.
    pub fn vacuum(&mut self) -> Result<(u64, u64)> {
        let size = |db: &Connection| -> Result<u64> {
            let number = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            Ok((number("page_count")? * number("page_size")?).cast_unsigned())
        };
        let before = size(&self.db)?;
        self.db.execute_batch("VACUUM")?;
        // A reader may hold on to the old pages; then the next one who writes moves them.
        let _: Option<i64> = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).optional()?;
        Ok((before, size(&self.db)?))
    }
}

/// `cx_digest(…)`: the digest of a segment, from its columns.
pub(super) fn add_function(db: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    db.create_scalar_function("cx_digest", 7, flags, |context: &Context<'_>| {
        let number = |place: usize| context.get::<i64>(place).map(i64::cast_unsigned);
        let row = context.get::<Option<i64>>(2)?.map(|row| RowId(row.cast_unsigned()));
        let segment = StoredSegment {
            cursor: Cursor(number(0)?),
            job: Some(JobId(number(1)?)),
            row,
            seq: number(3)?,
            n: context.get(4)?,
            at: Timestamp(context.get(5)?),
            events: String::new(),
        };
        Ok(digest(&segment, context.get_raw(6).as_str()?).to_vec())
    })?;
    Ok(())
}
