//! Segments: the events that one record produced since its last commit, as one row of the log (EVENTS §4).
//!
//! A segment can only be made by folding its events, so one that breaks the states cannot exist.

use std::fmt::Write as _;

use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::event::{Event, EventType};
use super::fold::{Illegal, RecordFold};
use super::id::{Cursor, JobId, RecordId, RowId};
use super::status::RecordStatus;
use super::time::Timestamp;

/// Consecutive events of one stream, ready to be stored.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Whose they are.
    pub owner: Owner,
    /// When they were handed over; each event has its offset from it.
    pub at: Timestamp,
    /// How many.
    pub n: u32,
    /// The events as a compact JSON array.
    pub events: String,
}

/// Whose events a segment holds, and what they do to that one's state.
#[derive(Debug, Clone)]
pub enum Owner {
    /// A record's.
    Record(Box<RecordEffect>),
    /// A job's own, to be folded onto its row.
    Job(JobId, Vec<(Timestamp, Event)>),
    /// The workspace's.
    Workspace(Vec<(Timestamp, Event)>),
}

/// What a record's segment does to its row.
#[derive(Debug, Clone)]
pub struct RecordEffect {
    /// The record.
    pub id: RecordId,
    /// Its status and claim before; the store refuses the segment when they are others.
    pub base: Option<(RecordStatus, u32)>,
    /// Its fold after.
    pub after: RecordFold,
}

/// A record's events while they are being made: written as JSON at once, so that none is held.
#[derive(Debug)]
pub struct Draft {
    id: RecordId,
    base: Option<(RecordStatus, u32)>,
    fold: RecordFold,
    text: EventText,
}

impl Draft {
    /// Begins where `fold` is.
    #[must_use]
    pub fn new(id: RecordId, fold: RecordFold) -> Draft {
        Draft { id, base: fold.status.map(|status| (status, fold.claim)), fold, text: EventText::default() }
    }

    /// Adds one event.
    ///
    /// # Errors
    /// [`Illegal`] when the states do not allow it.
    pub fn push(&mut self, now: Timestamp, event: &Event) -> Result<(), Illegal> {
        // A clock that was set back must not make an event older than the one before it (E3).
        let at = now.max(self.fold.last_at);
        self.fold.apply(at, event)?;
        self.text.push(at, event);
        Ok(())
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.marks.is_empty()
    }

    /// The fold so far.
    #[must_use]
    pub fn fold(&self) -> &RecordFold {
        &self.fold
    }

    /// Closes it; what was pushed becomes one segment.
    ///
    /// # Errors
    /// When a value cannot be JSON.
    pub fn seal(self) -> serde_json::Result<Segment> {
        let at = self.fold.last_at;
        let (n, events) = self.text.close(at)?;
        let effect = RecordEffect { id: self.id, base: self.base, after: self.fold };
        Ok(Segment { owner: Owner::Record(Box::new(effect)), at, n, events })
    }

    /// What was pushed so far becomes one segment, what follows another.
    ///
    /// # Errors
    /// When a value cannot be JSON.
    pub fn split(&mut self) -> serde_json::Result<Segment> {
        let next = Draft::new(self.id, self.fold.clone());
        std::mem::replace(self, next).seal()
    }
}

/// Events as text. Offsets are only known at the end, when `at` is, so the payloads are kept apart until then.
#[derive(Debug, Default)]
struct EventText {
    payloads: Vec<u8>,
    /// Of each event: its type, its time, and where its payload ends.
    marks: Vec<(&'static str, Timestamp, usize)>,
    broken: Option<serde_json::Error>,
}

impl EventText {
    fn push(&mut self, at: Timestamp, event: &Event) {
        if self.marks.is_empty() {
            self.payloads.reserve(512);
            self.marks.reserve(12);
        }
        let begin = self.payloads.len();
        if let Err(error) = event.write_payload(&mut self.payloads) {
            self.broken = Some(error);
        }
        if &self.payloads[begin..] == b"{}" {
            self.payloads.truncate(begin);
        }
        self.marks.push((event.kind().code_text(), at, self.payloads.len()));
    }

    /// `[[code, offset, payload], …]`; an empty payload is left out, and then a zero offset too.
    fn close(self, at: Timestamp) -> serde_json::Result<(u32, String)> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        let payloads = std::str::from_utf8(&self.payloads).map_err(serde::ser::Error::custom)?;
        let mut out = String::with_capacity(payloads.len() + 12 * self.marks.len() + 2);
        let mut begin = 0;
        for (code, time, end) in &self.marks {
            out.push(if out.is_empty() { '[' } else { ',' });
            let (payload, offset) = (&payloads[begin..*end], time.0 - at.0);
            out.push('[');
            out.push_str(code);
            if offset != 0 || !payload.is_empty() {
                out.push(',');
                match offset {
                    0 => out.push('0'),
                    _ => drop(write!(out, "{offset}")),
                }
            }
            if !payload.is_empty() {
                out.push(',');
                out.push_str(payload);
            }
            out.push(']');
            begin = *end;
        }
        out.push(']');
        Ok((u32::try_from(self.marks.len()).unwrap_or(u32::MAX), out))
    }
}

impl Segment {
    /// A job's own events; the store folds them onto its row.
    ///
    /// # Errors
    /// When a value cannot be JSON.
    pub fn job(job: JobId, at: Timestamp, events: Vec<Event>) -> serde_json::Result<Segment> {
        Segment::other(at, events, |events| Owner::Job(job, events))
    }

    /// Events of the workspace.
    ///
    /// # Errors
    /// When a value cannot be JSON.
    pub fn workspace(at: Timestamp, events: Vec<Event>) -> serde_json::Result<Segment> {
        Segment::other(at, events, Owner::Workspace)
    }

    fn other(
        at: Timestamp,
        events: Vec<Event>,
        owner: impl FnOnce(Vec<(Timestamp, Event)>) -> Owner,
    ) -> serde_json::Result<Segment> {
        let mut text = EventText::default();
        for event in &events {
            text.push(at, event);
        }
        let (n, text) = text.close(at)?;
        let timed = events.into_iter().map(|event| (at, event)).collect();
        Ok(Segment { owner: owner(timed), at, n, events: text })
    }

    /// The stream's job; nothing for the workspace.
    #[must_use]
    pub fn stream(&self) -> Option<JobId> {
        match &self.owner {
            Owner::Record(effect) => Some(effect.id.job),
            Owner::Job(job, _) => Some(*job),
            Owner::Workspace(_) => None,
        }
    }

    /// The row, for a record's.
    #[must_use]
    pub fn row(&self) -> Option<RowId> {
        match &self.owner {
            Owner::Record(effect) => Some(effect.id.row),
            Owner::Job(..) | Owner::Workspace(_) => None,
        }
    }
}

/// A segment as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSegment {
    /// The place of its first event.
    pub cursor: Cursor,
    /// The stream; nothing for the workspace.
    pub job: Option<JobId>,
    /// The record's row.
    pub row: Option<RowId>,
    /// The number of its first event in the stream.
    pub seq: u64,
    /// How many events.
    pub n: u32,
    /// When it was handed over.
    pub at: Timestamp,
    /// The events as JSON.
    pub events: String,
}

/// One event of the log in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its global place.
    pub cursor: Cursor,
    /// Its number in the stream.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// The fact.
    pub event: Event,
}

/// A stored segment that cannot be read: someone changed the file, or a disk did.
#[derive(Debug, thiserror::Error)]
#[error("the segment at cursor {cursor} cannot be read: {why}")]
pub struct Damaged {
    /// Where.
    pub cursor: u64,
    /// What is wrong.
    pub why: String,
}

impl StoredSegment {
    /// Its events, each in its place.
    ///
    /// # Errors
    /// [`Damaged`] when it is not what was written.
    pub fn entries(&self) -> Result<Vec<Entry>, Damaged> {
        let damaged = |why: String| Damaged { cursor: self.cursor.0, why };
        let parts: Vec<Vec<&RawValue>> = serde_json::from_str(&self.events).map_err(|e| damaged(e.to_string()))?;
        if parts.len() != self.n as usize {
            return Err(damaged(format!("{} events where {} are noted", parts.len(), self.n)));
        }
        let mut entries = Vec::with_capacity(parts.len());
        for (place, part) in (0_u64..).zip(&parts) {
            let code = part.first().and_then(|raw| raw.get().parse().ok()).and_then(EventType::coded);
            let kind = code.ok_or_else(|| damaged(format!("event {place} has no known type")))?;
            let offset = match part.get(1) {
                None => 0,
                Some(raw) => raw.get().parse::<i64>().map_err(|e| damaged(e.to_string()))?,
            };
            let event =
                Event::read(kind, part.get(2).copied()).map_err(|e| damaged(format!("{}: {e}", kind.name())))?;
            entries.push(Entry {
                cursor: Cursor(self.cursor.0 + place),
                seq: self.seq + place,
                at: self.at.plus(offset),
                event,
            });
        }
        Ok(entries)
    }

    /// The place of its last event.
    #[must_use]
    pub fn last(&self) -> Cursor {
        Cursor((self.cursor.0 + u64::from(self.n)).saturating_sub(1))
    }

    /// The record, for a record's segment.
    #[must_use]
    pub fn record(&self) -> Option<RecordId> {
        Some(RecordId { job: self.job?, row: self.row? })
    }
}

/// What is left of a segment once its job was pruned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone {
    /// The place of its first event.
    pub cursor: Cursor,
    /// The stream.
    pub job: JobId,
    /// How many events it had.
    pub n: u32,
    /// Its digest.
    pub hash: [u8; 32],
}

impl Tombstone {
    /// The place of its last event.
    #[must_use]
    pub fn last(&self) -> Cursor {
        Cursor((self.cursor.0 + u64::from(self.n)).saturating_sub(1))
    }
}

/// SHA-256 of a segment: its place, its owner and its events. What a seal is made of (EVENTS §4).
#[must_use]
pub fn digest(segment: &StoredSegment, events: &str) -> [u8; 32] {
    let mut head = [0; 48];
    let words = [
        segment.cursor.0,
        segment.job.map_or(0, |job| job.0),
        segment.row.map_or(0, |row| row.0),
        segment.seq,
        u64::from(segment.n),
        segment.at.0.cast_unsigned(),
    ];
    for (place, word) in words.iter().enumerate() {
        head[place * 8..][..8].copy_from_slice(&word.to_le_bytes());
    }
    Sha256::new_with_prefix(head).chain_update(events).finalize().into()
}
