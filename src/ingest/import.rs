//! From a reading into a table: every row counted, every cell in the fingerprint, whatever is set aside with its line.

use std::io;

use sha2::{Digest, Sha256};

use super::{Error, Item, Reading};
use crate::model::table::Table;
use crate::store::{Error as StoreError, Fate, LoadFacts, LoadPlan, Write};

/// Why an import did not happen. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file.
    #[error(transparent)]
    Read(#[from] Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file for what is set aside.
    #[error("the rejects cannot be written: {0}")]
    Aside(#[from] io::Error),
}

/// Where rows go that do not enter the table.
pub trait Aside {
    /// Takes one, with its line and why.
    ///
    /// # Errors
    /// When it cannot be written.
    fn take(&mut self, line: u64, why: &str, cells: &mut dyn Iterator<Item = &[u8]>) -> io::Result<()>;
}

/// What an import came to.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The table now.
    pub table: Table,
    /// Rows that entered.
    pub rows: u64,
    /// Rows whose key was there already.
    pub duplicates: u64,
    /// Rows that are no rows.
    pub rejected: u64,
}

/// Reads the rest of the file into a table, in one transaction.
///
/// # Errors
/// [`ImportError`]; then nothing was imported.
pub fn import(
    reading: &mut Reading,
    store: &mut dyn Write,
    plan: &LoadPlan,
    aside: &mut dyn Aside,
    each: &mut dyn FnMut(u64),
) -> Result<Imported, ImportError> {
    let mut load = store.load(plan)?;
    let mut print = Fingerprint::new(reading.columns());
    let (mut rows, mut duplicates, mut rejected) = (0_u64, 0_u64, 0_u64);
    while let Some(item) = reading.next()? {
        match item {
            Item::Row(row) => match load.row(&mut row.cells())? {
                Fate::Stored => {
                    print.row(row.cells());
                    rows += 1;
                    each(rows);
                }
                Fate::Duplicate => {
                    duplicates += 1;
                    aside.take(row.line, "its key was there already", &mut row.cells())?;
                }
            },
            Item::Reject(reject) => {
                rejected += 1;
                aside.take(reject.line, &reject.reason.to_string(), &mut reject.cells())?;
            }
        }
    }
    let facts = LoadFacts {
        file: reading.name().to_owned(),
        dialect: reading.dialect().to_string(),
        sha256: print.finish(),
        rejected,
    };
    let table = load.finish(&facts)?;
    Ok(Imported { table, rows, duplicates, rejected })
}

/// The fingerprint that the table of this file would have.
///
/// # Errors
/// When the file cannot be read to its end.
pub fn fingerprint(reading: &mut Reading) -> Result<String, Error> {
    let mut print = Fingerprint::new(reading.columns());
    while let Some(item) = reading.next()? {
        match item {
            Item::Row(row) => print.row(row.cells()),
            Item::Reject(_) => {}
        }
    }
    Ok(print.finish())
}

/// SHA-256 over the names of the columns and all cells, each with its length, so that no two tables look alike.
struct Fingerprint {
    hash: Sha256,
    pending: Vec<u8>,
}

/// Cells are hashed in portions of about this many bytes; one at a time would cost more than the hash.
const PORTION: usize = 1 << 16;

impl Fingerprint {
    fn new(columns: &[String]) -> Fingerprint {
        let mut print = Fingerprint { hash: Sha256::new(), pending: Vec::with_capacity(2 * PORTION) };
        print.row(columns.iter().map(String::as_bytes));
        print
    }

    fn row<'c>(&mut self, cells: impl Iterator<Item = &'c [u8]>) {
        for cell in cells {
            let length = u32::try_from(cell.len()).unwrap_or(u32::MAX);
            self.pending.extend_from_slice(&length.to_le_bytes());
            self.pending.extend_from_slice(cell);
        }
        if self.pending.len() >= PORTION {
            self.hash.update(&self.pending);
            self.pending.clear();
        }
    }

    fn finish(mut self) -> String {
        self.hash.update(&self.pending);
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The columns that a file lacks, and those that it has beside a table's.
#[must_use]
pub fn column_diff<'a>(table: &'a [String], file: &'a [String]) -> (Vec<&'a str>, Vec<&'a str>) {
    let beside = |some: &'a [String], others: &[String]| {
        some.iter().filter(|name| !others.contains(name)).map(String::as_str).collect()
    };
    (beside(table, file), beside(file, table))
}
