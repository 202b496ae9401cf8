//! One page of the log, which notes where it ended.

use std::cell::RefCell;
use std::rc::Rc;

use super::feed::Feed;
use crate::model::id::Cursor;
use crate::model::report::{Cell, PageEnd};
use crate::store;

pub(super) struct Page<'a> {
    feed: Feed<'a>,
    left: u64,
    last: Cursor,
    end: Rc<RefCell<PageEnd>>,
}

impl<'a> Page<'a> {
    pub(super) fn new(feed: Feed<'a>, after: Cursor, limit: u64) -> Page<'a> {
        Page { feed, left: limit, last: after, end: Rc::default() }
    }

    /// Filled in once the rows have ended.
    pub(super) fn end(&self) -> Rc<RefCell<PageEnd>> {
        Rc::clone(&self.end)
    }

    fn close(&mut self, has_more: bool, next: Cursor) -> Option<store::Result<Vec<Cell>>> {
        let next_cursor = Some(next).filter(|cursor| cursor.0 > 0);
        *self.end.borrow_mut() = PageEnd { has_more, next_cursor };
        None
    }
}

impl Iterator for Page<'_> {
    type Item = store::Result<Vec<Cell>>;

    fn next(&mut self) -> Option<store::Result<Vec<Cell>>> {
        match self.feed.next() {
            Err(error) => Some(Err(error)),
            // All was looked through, so the next page begins where the log ends now.
            Ok(None) => self.close(false, self.feed.log.seen),
            Ok(Some(_)) if self.left == 0 => self.close(true, self.last),
            Ok(Some((cursor, row))) => {
                self.left -= 1;
                self.last = cursor;
                Some(Ok(row))
            }
        }
    }
}
