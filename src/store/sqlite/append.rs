//! Appending: segments in, states folded, heads moved, one seal. All inside one transaction of the caller's.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, OptionalExtension as _};

use crate::model::event::{Event, Leads};
use crate::model::fold::{JobFold, SessionFold};
use crate::model::id::{Cursor, JobId, RequestId};
use crate::model::payload::Counts;
use crate::model::reason::Reason;
use crate::model::seal::Sealing;
use crate::model::segment::{Owner, RecordEffect, Segment, StoredSegment, digest};
use crate::model::status::{JobStatus, RecordStatus, SessionStatus};
use crate::model::time::Timestamp;
use crate::model::usage::Usage;
use crate::store::{Error, Result};

/// The heads of one stream and what its transaction has done to it so far.
#[derive(Default)]
struct Head {
    seq: u64,
    at: Timestamp,
    fold: JobFold,
    counts: Counts,
    /// What was counted, by the kinds of `TALLIED`.
    tally: [HashMap<String, u64>; 3],
    usage: Vec<Usage>,
}

/// The kinds of `cx_tally.what`.
const TALLIED: [&str; 3] = ["disposition", "outcome", "failure"];

/// One transaction's worth of appending.
pub(super) struct Appender<'db> {
    db: &'db Connection,
    request: RequestId,
    cursor: u64,
    seal: Sealing,
    /// Streams that were touched; the workspace's has no job.
    heads: HashMap<Option<JobId>, Head>,
    insert_segment: CachedStatement<'db>,
    insert_record: CachedStatement<'db>,
}

impl<'db> Appender<'db> {
    /// Reads the heads of the log inside the transaction: they are never cached (EVENTS §4).
    pub(super) fn new(db: &'db Connection, request: RequestId) -> Result<Appender<'db>> {
        let last = db
            .prepare_cached("SELECT upto_cursor, hash FROM cx_seal ORDER BY upto_cursor DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?)))
            .optional()?;
        let (cursor, seal) = match last {
            Some((cursor, hash)) => (cursor, Sealing::after(hash)),
            None => (0, Sealing::first(super::read::workspace(db)?)),
        };
        Ok(Appender {
            db,
            request,
            cursor: cursor + 1,
            seal,
            heads: HashMap::new(),
            insert_segment: db.prepare_cached(
                "INSERT INTO cx_segment (cursor, job, row, seq, n, at, events) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?,
            insert_record: db.prepare_cached(
                "INSERT INTO cx_record (job, row, status, attempt, claim, partial, started_at, ended_at, \
                 failed_step, reason, disposition) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?,
        })
    }

    /// Adds one segment.
    pub(super) fn push(&mut self, segment: &Segment) -> Result<()> {
        let stream = segment.stream();
        if !self.heads.contains_key(&stream) {
            let head = self.read_head(stream)?;
            self.heads.insert(stream, head);
        }
        let Some(head) = self.heads.get_mut(&stream) else { return Ok(()) };
        // `at` never decreases in a stream, even when a clock was set back (E3).
        head.at = head.at.max(segment.at);
        let seq = head.seq + 1;
        head.seq += u64::from(segment.n);
        let at = head.at;
        // Its events were made before another process wrote to the stream: they move with their segment, in the states too.
        let late = at.0 - segment.at.0;
        match &segment.owner {
            Owner::Record(effect) => {
                head.fold.last_at = at;
                fold_record(head, effect)?;
                self.write_record(effect, late)?;
            }
            Owner::Job(_, events) => {
                for (time, event) in events {
                    head.fold.apply(time.plus(late), event)?;
                }
            }
            Owner::Workspace(events) => {
                for (time, event) in events {
                    self.fold_session(time.plus(late), event)?;
                    super::vault::fold(self.db, at, event)?;
                    super::connection::fold(self.db, at, event)?;
                }
            }
        }
        let stored = StoredSegment {
            cursor: Cursor(self.cursor),
            job: stream,
            row: segment.row(),
            seq,
            n: segment.n,
            at,
            events: String::new(),
        };
        self.insert_segment.execute((
            stored.cursor.0.cast_signed(),
            stream.map(|job| job.0.cast_signed()),
            stored.row.map(|row| row.0.cast_signed()),
            seq.cast_signed(),
            segment.n,
            at.0,
            &segment.events,
        ))?;
        self.seal.add(digest(&stored, &segment.events));
        self.cursor += u64::from(segment.n);
        Ok(())
    }

    fn read_head(&self, stream: Option<JobId>) -> Result<Head> {
        let Some(job) = stream else {
            return Ok(self.db.query_row("SELECT seq, at FROM cx_workspace", [], |row| {
                let (seq, at): (i64, i64) = (row.get(0)?, row.get(1)?);
                Ok(Head { seq: seq.cast_unsigned(), at: Timestamp(at), ..Head::default() })
            })?);
        };
        let sql = format!("SELECT {}, seq FROM cx_job WHERE id = ?1", super::rows::JOB);
        let mut statement = self.db.prepare_cached(&sql)?;
        let found = statement
            .query_row([job.0.cast_signed()], |row| {
                let job = super::rows::job(row)?;
                let fold = JobFold {
                    // A job whose first event is still to come has a row, but no event yet.
                    status: (row.get::<_, i64>("seq")? > 0).then_some(job.status),
                    started_at: job.started_at,
                    ended_at: job.ended_at,
                    reason: job.reason,
                    ran: job.ran,
                    since: job.since,
                    last_at: job.last_at,
                };
                let (seq, at) = (row.get::<_, i64>("seq")?.cast_unsigned(), fold.last_at);
                Ok(Head { seq, at, fold, counts: job.counts, ..Head::default() })
            })
            .optional()?;
        found.ok_or(Error::JobConflict(job))
    }

    /// The state row of a record follows its segment, or the segment is refused.
    fn write_record(&mut self, effect: &RecordEffect, late: i64) -> Result<()> {
        let RecordEffect { id, base, after } = effect;
        let status = after.status.map(RecordStatus::code);
        // What an earlier segment said stays.
        let started_late = if base.is_none_or(|(_, claim)| claim == 0) { late } else { 0 };
        let values = (
            id.job.0.cast_signed(),
            id.row.0.cast_signed(),
            status,
            after.attempt,
            after.claim,
            after.partial,
            after.started_at.map(|t| t.0 + started_late),
            after.ended_at.map(|t| t.0 + late),
            after.failed_step,
            after.reason.map(Reason::name),
            after.disposition.as_deref(),
        );
        let Some((was, claim)) = base else {
            return match self.insert_record.execute(values) {
                Ok(_) => Ok(()),
                Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => {
                    Err(Error::Conflict(*id))
                }
                Err(error) => Err(error.into()),
            };
        };
        let mut update = self.db.prepare_cached(
            "UPDATE cx_record SET status = ?3, attempt = ?4, claim = ?5, partial = ?6, started_at = ?7, \
             ended_at = ?8, failed_step = ?9, reason = ?10, disposition = ?11 \
             WHERE job = ?1 AND row = ?2 AND status = ?12 AND claim = ?13",
        )?;
        let (job, row, status, attempt, max, partial, started, ended, step, reason, disposition) = values;
        let changed = update.execute(rusqlite::params![
            job,
            row,
            status,
            attempt,
            max,
            partial,
            started,
            ended,
            step,
            reason,
            disposition,
            was.code(),
            claim
        ])?;
        if changed == 1 { Ok(()) } else { Err(Error::Conflict(*id)) }
    }

    fn fold_session(&self, at: Timestamp, event: &Event) -> Result<()> {
        let Leads::Session(_) = event.kind().leads() else { return Ok(()) };
        let Some(facts) = event.session() else { return Ok(()) };
        let number = |key: &str| facts.0.get(key).and_then(serde_json::Value::as_i64).unwrap_or(0);
        let id = number("session");
        let code: Option<u8> = self
            .db
            .prepare_cached("SELECT status FROM cx_session WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        let mut fold = SessionFold { status: code.and_then(SessionStatus::coded) };
        fold.apply(event)?;
        let Some(status) = fold.status else { return Ok(()) };
        let ended = status.is_terminal().then_some(at.0);
        if code.is_none() {
            self.db
                .prepare_cached("INSERT INTO cx_session (id, job, status, started_at) VALUES (?1, ?2, ?3, ?4)")?
                .execute((id, number("job"), status.code(), at.0))?;
        } else {
            self.db.prepare_cached("UPDATE cx_session SET status = ?2, ended_at = ?3 WHERE id = ?1")?.execute((
                id,
                status.code(),
                ended,
            ))?;
        }
        Ok(())
    }

    /// Writes the heads back and seals the commit; the last cursor.
    pub(super) fn finish(self) -> Result<Cursor> {
        for (stream, head) in &self.heads {
            match stream {
                None => {
                    self.db
                        .prepare_cached("UPDATE cx_workspace SET seq = ?1, at = ?2")?
                        .execute((head.seq.cast_signed(), head.at.0))?;
                }
                Some(job) => write_job(self.db, *job, head)?,
            }
        }
        let upto = self.cursor - 1;
        self.db.prepare_cached("INSERT INTO cx_seal (upto_cursor, request, hash) VALUES (?1, ?2, ?3)")?.execute((
            upto.cast_signed(),
            self.request.0.cast_signed(),
            self.seal.close(self.request),
        ))?;
        Ok(Cursor(upto))
    }
}

/// Moves the counts, and tallies what an ended record came to.
fn fold_record(head: &mut Head, effect: &RecordEffect) -> Result<()> {
    let after = &effect.after;
    let Some(status) = after.status else { return Ok(()) };
    let claimed = after.claim > effect.base.map_or(0, |(_, claim)| claim);
    // A record starts only while its job runs (R3).
    if head.fold.status.is_none_or(JobStatus::is_terminal) || (claimed && head.fold.status != Some(JobStatus::Running))
    {
        return Err(Error::JobConflict(effect.id.job));
    }
    head.counts.shift(effect.base.map(|(status, _)| status), status);
    if !status.is_terminal() {
        return Ok(());
    }
    let [dispositions, outcomes, failures] = &mut head.tally;
    let count = |counts: &mut HashMap<String, u64>, key: &str| match counts.get_mut(key) {
        Some(n) => *n += 1,
        None => drop(counts.insert(key.to_owned(), 1)),
    };
    if let Some(disposition) = &after.disposition {
        count(dispositions, disposition);
    }
    for key in &after.outcome_keys {
        count(outcomes, key);
    }
    if status == RecordStatus::Failed {
        count(failures, &after.failure());
    }
    for usage in &after.usage {
        for (what, n) in usage.counts() {
            Usage::count(&mut head.usage, what, &usage.model, n);
        }
    }
    Ok(())
}

fn write_job(db: &Connection, job: JobId, head: &Head) -> Result<()> {
    let counts = head.counts;
    let signed = u64::cast_signed;
    db.prepare_cached(
        "UPDATE cx_job SET status = ?2, reason = ?3, queued = ?4, running = ?5, waiting = ?6, sleeping = ?7, \
         completed = ?8, failed = ?9, canceled = ?10, started_at = ?11, ended_at = ?12, seq = ?13, at = ?14, \
         ran = ?15, since = ?16 WHERE id = ?1",
    )?
    .execute(rusqlite::params![
        signed(job.0),
        head.fold.status.map(JobStatus::code),
        head.fold.reason.map(Reason::name),
        signed(counts.queued),
        signed(counts.running),
        signed(counts.waiting),
        signed(counts.sleeping),
        signed(counts.completed),
        signed(counts.failed),
        signed(counts.canceled),
        head.fold.started_at.map(|t| t.0),
        head.fold.ended_at.map(|t| t.0),
        signed(head.seq),
        head.at.0,
        signed(head.fold.ran.0),
        head.fold.since.map(|t| t.0),
    ])?;
    let mut add = db.prepare_cached(
        "INSERT INTO cx_tally (job, what, key, n) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT DO UPDATE SET n = n + excluded.n",
    )?;
    for (what, counts) in TALLIED.iter().zip(&head.tally) {
        for (key, n) in counts {
            add.execute((signed(job.0), what, key, signed(*n)))?;
        }
    }
    for usage in &head.usage {
        for (what, n) in usage.counts() {
            add.execute((signed(job.0), what, &usage.model, signed(n)))?;
        }
    }
    Ok(())
}
