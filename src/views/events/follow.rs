//! `events --follow`: what is there, then what comes, until what is followed has ended. It never waits itself.

use super::feed::Feed;
use crate::model::report::{Followed, Round, Then};
use crate::store::{self, Read};

/// So many rows are handed on before whoever shows them is heard again.
const ROUND: usize = 1_000;

pub(super) struct Follow<'a> {
    read: &'a dyn Read,
    feed: Feed<'a>,
    of: Option<Followed>,
    /// How many more are wanted.
    left: Option<u64>,
    /// Whether the last round left something unread.
    more: bool,
    /// Whether what is followed had ended before this was read.
    over: bool,
}

impl<'a> Follow<'a> {
    pub(super) fn new(read: &'a dyn Read, feed: Feed<'a>, of: Option<Followed>, limit: Option<u64>) -> Follow<'a> {
        Follow { read, feed, of, left: limit, more: false, over: false }
    }

    /// What is new since the last round.
    pub(super) fn round(&mut self) -> store::Result<Round> {
        if !self.more {
            if !self.feed.log.has_grown()? {
                return Ok(Round { rows: Vec::new(), then: Then::Wait });
            }
            // Asked before the log is read: what had ended by then has its last event in what is read now.
            self.over = self.has_ended()?;
        }
        let (mut rows, mut then) = (Vec::new(), Then::Again);
        while rows.len() < ROUND && then == Then::Again {
            match self.feed.next()? {
                Some((_, row)) => {
                    rows.push(row);
                    self.left = self.left.map(|left| left - 1);
                    if self.left == Some(0) {
                        then = Then::Enough;
                    }
                }
                None => then = if self.over { Then::Over } else { Then::Wait },
            }
        }
        self.more = then == Then::Again;
        Ok(Round { rows, then })
    }

    fn has_ended(&self) -> store::Result<bool> {
        let ended = |job| Ok(self.read.job(job)?.is_none_or(|job| job.status.is_terminal()));
        match self.of {
            None => Ok(false),
            Some(Followed::Job(job)) => ended(job),
            Some(Followed::Record(id)) => {
                let record = self.read.record(id)?;
                // Of a job that ended early, some rows never become records.
                Ok(record.is_some_and(|record| record.status.is_terminal()) || ended(id.job)?)
            }
        }
    }
}
