//! A data table: what it is called, what it holds, which of its columns matter.

use super::time::Timestamp;

/// A data table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name, verbatim.
    pub name: String,
    /// The project it belongs to.
    pub project: String,
    /// Its columns in the order of the file.
    pub columns: Vec<String>,
    /// The columns that enter a run; nothing when never set, which is not the same as none (SPEC §3).
    pub metadata: Option<Vec<String>>,
    /// How many rows it holds.
    pub rows: u64,
    /// The next row's number; numbers are never used twice.
    pub next_row: u64,
    /// SHA-256 of its cells, when one import made them all.
    pub sha256: Option<String>,
    /// Last changed.
    pub updated_at: Timestamp,
}

impl Table {
    /// The columns that enter a run: those chosen, or all when none ever were.
    #[must_use]
    pub fn fields(&self) -> &[String] {
        self.metadata.as_ref().unwrap_or(&self.columns)
    }
}
