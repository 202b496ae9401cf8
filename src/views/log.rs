//! The log, read forward and made public: events of one scope after a cursor, flat in memory however long it is. It can
//! be asked again when it has grown: both the past and what comes are read from the same table, so nothing is skipped or
//! repeated between them.

use std::collections::VecDeque;

use super::events::wanted::Wanted;
use super::paged::PAGE;
use crate::model::id::{Cursor, RequestId};
use crate::model::public::{Missing, PublicEvent, Publisher};
use crate::model::segment::StoredSegment;
use crate::store::{self, Read, Scope};

/// Public events in the order of the log.
pub(super) struct Log<'a> {
    read: &'a dyn Read,
    scope: Scope,
    after: Cursor,
    pub(super) wanted: Wanted,
    publisher: Publisher,
    segments: VecDeque<StoredSegment>,
    events: VecDeque<PublicEvent>,
    /// How far the log was looked through.
    pub(super) seen: Cursor,
    /// Where the log ended when it was last asked whether it has grown.
    end: Cursor,
    /// The request behind the events up to a cursor.
    request: Option<(RequestId, Cursor)>,
}

impl<'a> Log<'a> {
    pub(super) fn new(read: &'a dyn Read, scope: Scope, after: Cursor, wanted: Wanted) -> Log<'a> {
        Log {
            read,
            scope,
            after,
            wanted,
            publisher: Publisher::default(),
            segments: VecDeque::new(),
            events: VecDeque::new(),
            seen: after,
            end: Cursor(0),
            request: None,
        }
    }

    /// The request that wrote an event. Asked in the order of the log, it is looked up once a commit.
    pub(super) fn request(&mut self, cursor: Cursor) -> store::Result<Option<RequestId>> {
        if self.request.is_none_or(|(_, upto)| upto < cursor) {
            self.request = self.read.request_of(cursor)?;
        }
        Ok(self.request.map(|(request, _)| request))
    }

    /// The next event; nothing when there are no more for now.
    pub(super) fn next(&mut self) -> store::Result<Option<PublicEvent>> {
        while self.events.is_empty() {
            if self.segments.is_empty() {
                self.segments.extend(self.read.segments(self.scope, self.seen, PAGE)?);
            }
            let Some(segment) = self.segments.pop_front() else { break };
            self.take(&segment)?;
        }
        Ok(self.events.pop_front())
    }

    /// Whether anything was committed since this was last asked, in this scope or not. To be asked when all was read.
    pub(super) fn has_grown(&mut self) -> store::Result<bool> {
        let end = self.read.end()?;
        if end <= self.end {
            return Ok(false);
        }
        // What others wrote up to there was looked through, and is not looked through again.
        self.seen = self.seen.max(self.end);
        self.end = end;
        Ok(true)
    }

    fn take(&mut self, segment: &StoredSegment) -> store::Result<()> {
        self.seen = Cursor(segment.cursor.0 + u64::from(segment.n) - 1);
        if let Some(record) = segment.record()
            && !self.wanted.may_be_in(segment)
        {
            self.publisher.forget(record);
            return Ok(());
        }
        let entries = segment.entries()?;
        for missing in self.publisher.missing(segment, &entries) {
            self.feed(missing, segment.cursor)?;
        }
        for entry in &entries {
            let event = self.publisher.publish(segment, entry)?;
            if self.wanted.kind(event.kind) && event.cursor > self.after {
                self.events.push_back(event);
            }
        }
        Ok(())
    }

    /// Feeds what lies before `until`, so that what a segment implies is known.
    fn feed(&mut self, missing: Missing, until: Cursor) -> store::Result<()> {
        let scope = match missing {
            Missing::Job(job) => Scope::Own(job),
            Missing::Record(record) => Scope::Record(record),
            Missing::Workspace => Scope::Workspace,
        };
        let mut after = Cursor(0);
        loop {
            let page = self.read.segments(scope, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Cursor(last.cursor.0 + u64::from(last.n) - 1);
            for segment in &page {
                if segment.cursor >= until {
                    return Ok(());
                }
                for entry in segment.entries()? {
                    self.publisher.publish(segment, &entry)?;
                }
            }
        }
    }
}
