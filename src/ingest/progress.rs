//! How far the reading of a file is, readable from another thread.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A handle on the progress of one reading; clones share it. Bytes are those of the file: compressed ones for `.gz`.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    consumed: Arc<AtomicU64>,
    total: Option<u64>,
}

impl Progress {
    /// Bytes taken from the file so far; it runs ahead of the rows by at most the size of a buffer.
    pub fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    /// Size of the file in bytes, unknown for a stream.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    pub(super) fn of(total: Option<u64>) -> Self {
        Progress { consumed: Arc::default(), total }
    }

    /// The same bytes, counted as they pass.
    pub(super) fn watch<R: Read>(&self, reader: R) -> Watched<R> {
        Watched { reader, progress: self.clone() }
    }
}

pub(super) struct Watched<R> {
    reader: R,
    progress: Progress,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(into)?;
        self.progress.consumed.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
