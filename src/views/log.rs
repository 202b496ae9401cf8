//! The log, read forward and made public: events of one scope after a cursor, flat in memory however long it is.

use std::collections::{HashSet, VecDeque};

use super::paged::PAGE;
use crate::model::event::EventType;
use crate::model::id::{Cursor, RequestId};
use crate::model::public::{Missing, PublicEvent, Publisher};
use crate::model::segment::StoredSegment;
use crate::store::{self, Read, Scope};

/// Public events in the order of the log.
pub(super) struct Log<'a> {
    read: &'a dyn Read,
    scope: Scope,
    after: Cursor,
    wanted: Option<Wanted>,
    publisher: Publisher,
    segments: VecDeque<StoredSegment>,
    events: VecDeque<PublicEvent>,
    /// How far the log was looked through.
    pub(super) seen: Cursor,
    ended: bool,
    /// The request behind the events up to a cursor.
    request: Option<(RequestId, Cursor)>,
}

/// Only some types.
pub(super) struct Wanted {
    kinds: HashSet<EventType>,
    /// How a stored event of such a type begins: a segment without any of these need not be read.
    marks: Vec<String>,
}

impl Wanted {
    pub(super) fn new(kinds: HashSet<EventType>) -> Wanted {
        let marks = kinds.iter().flat_map(|kind| [format!("[{},", kind.code()), format!("[{}]", kind.code())]);
        Wanted { marks: marks.collect(), kinds }
    }

    fn may_be_in(&self, segment: &StoredSegment) -> bool {
        self.marks.iter().any(|mark| segment.events.contains(mark))
    }
}

impl<'a> Log<'a> {
    pub(super) fn new(read: &'a dyn Read, scope: Scope, after: Cursor, wanted: Option<Wanted>) -> Log<'a> {
        Log {
            read,
            scope,
            after,
            wanted,
            publisher: Publisher::default(),
            segments: VecDeque::new(),
            events: VecDeque::new(),
            seen: after,
            ended: false,
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

    /// Reads on until there is an event to give or no more to read.
    fn advance(&mut self) -> store::Result<()> {
        while self.events.is_empty() && !self.ended {
            match self.segments.pop_front() {
                Some(segment) => self.take(&segment)?,
                None => {
                    let page = self.read.segments(self.scope, self.seen, PAGE)?;
                    self.ended = page.is_empty();
                    self.segments.extend(page);
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, segment: &StoredSegment) -> store::Result<()> {
        self.seen = Cursor(segment.cursor.0 + u64::from(segment.n) - 1);
        if let (Some(record), Some(wanted)) = (segment.record(), &self.wanted)
            && !wanted.may_be_in(segment)
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
            let wanted = self.wanted.as_ref().is_none_or(|wanted| wanted.kinds.contains(&event.kind));
            if wanted && event.cursor > self.after {
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

impl Iterator for Log<'_> {
    type Item = store::Result<PublicEvent>;

    fn next(&mut self) -> Option<store::Result<PublicEvent>> {
        if let Err(error) = self.advance() {
            (self.ended, self.segments) = (true, VecDeque::new());
            return Some(Err(error));
        }
        self.events.pop_front().map(Ok)
    }
}
