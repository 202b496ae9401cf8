//! The stored seals, held against the chain that is made again.

use super::PAGE;
use crate::model::check::{Breach, Chain};
use crate::model::id::Cursor;
use crate::store::{self, Read, Seal};

/// The stored seals, beside the chain that is made again.
pub(super) struct Seals<'r> {
    read: &'r dyn Read,
    pub(super) chain: Chain,
    /// Read ahead, last first.
    next: Vec<Seal>,
    after: Cursor,
}

impl<'r> Seals<'r> {
    pub(super) fn of(read: &'r dyn Read) -> store::Result<Seals<'r>> {
        Ok(Seals { read, chain: Chain::of(read.workspace()?), next: Vec::new(), after: Cursor(0) })
    }

    fn next(&mut self) -> store::Result<Option<Seal>> {
        if self.next.is_empty() {
            self.next = self.read.seals(self.after, PAGE)?;
            self.next.reverse();
        }
        if let Some(seal) = self.next.last() {
            self.after = seal.upto;
        }
        Ok(self.next.last().copied())
    }

    /// The next segment, up to `end`; whether a seal stands there.
    pub(super) fn segment(&mut self, digest: [u8; 32], end: Cursor, found: &mut Vec<Breach>) -> store::Result<bool> {
        self.chain.add(digest);
        let Some(seal) = self.next()?.filter(|seal| seal.upto <= end) else { return Ok(false) };
        self.next.pop();
        if seal.upto < end {
            found.push(self.chain.wrong(seal.upto, "a seal stands where no commit ends"));
        }
        found.extend(self.chain.seal(seal.upto, seal.request, seal.hash));
        Ok(true)
    }

    /// After the last segment nothing may be left, on either side.
    pub(super) fn end(&mut self, found: &mut Vec<Breach>) -> store::Result<()> {
        while let Some(seal) = self.next()? {
            self.next.pop();
            found.extend(self.chain.seal(seal.upto, seal.request, seal.hash));
        }
        let sealed = self.chain.is_closed();
        if !sealed {
            found.push(self.chain.wrong(self.after, "events stand after the last seal"));
        }
        Ok(())
    }
}
