//! From a reading into a table: every row counted, every cell in the fingerprint, whatever is set aside with its line.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;

use sha2::{Digest, Sha256};

use super::{Error, Item, Reading};
use crate::model::fingerprint::{frame, hex};
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

/// Where rows go that do not enter the table. It goes along with the import, and each of its errors undoes that.
pub trait Aside {
    /// Takes one, with its line and why.
    ///
    /// # Errors
    /// When it cannot be written.
    fn take(&mut self, line: u64, why: &str, cells: &mut dyn Iterator<Item = &[u8]>) -> io::Result<()>;
    /// Told how far the import is.
    ///
    /// # Errors
    /// When it should not go on.
    fn reached(&mut self, _: Stage) -> io::Result<()> {
        Ok(())
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is this process's turn to write.
    Begun,
    /// One more row was read.
    Row,
    /// Every row was read, and nothing is durable yet.
    Read,
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
    aside.reached(Stage::Begun)?;
    let mut print = Fingerprint::new(reading.columns(), &plan.unique);
    // Where rows may be set aside as doubles, what enters is not what the file holds.
    let mut entered = (!plan.unique.is_empty()).then(|| Fingerprint::new(reading.columns(), &plan.unique));
    let (mut rows, mut duplicates, mut rejected) = (0_u64, 0_u64, 0_u64);
    while let Some(item) = reading.next()? {
        aside.reached(Stage::Row)?;
        match item {
            Item::Row(row) => {
                print.row(row.cells());
                match load.row(&mut row.cells())? {
                    Fate::Stored => {
                        rows += 1;
                        each(rows);
                        if let Some(entered) = &mut entered {
                            entered.row(row.cells());
                        }
                    }
                    Fate::Duplicate => {
                        duplicates += 1;
                        aside.take(row.line, "its key was there already", &mut row.cells())?;
                    }
                }
            }
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
        entered: entered.map(Fingerprint::finish).filter(|_| duplicates > 0),
        rejected,
    };
    aside.reached(Stage::Read)?;
    let table = load.finish(&facts)?;
    Ok(Imported { table, rows, duplicates, rejected })
}

/// The fingerprint that the table of this file would have: of all its rows, doubles included.
///
/// # Errors
/// When the file cannot be read to its end.
pub fn fingerprint(reading: &mut Reading, unique: &[String]) -> Result<String, Error> {
    let mut print = Fingerprint::new(reading.columns(), unique);
    while let Some(item) = reading.next()? {
        match item {
            Item::Row(row) => print.row(row.cells()),
            Item::Reject(_) => {}
        }
    }
    Ok(print.finish())
}

/// SHA-256 over the names of the columns and all cells, each with its length, so that no two tables look alike.
/// It is made on a thread of its own: beside an import it would be a tenth of the time.
struct Fingerprint {
    pending: Vec<u8>,
    portions: SyncSender<Vec<u8>>,
    spent: Receiver<Vec<u8>>,
    hash: JoinHandle<Sha256>,
}

/// Cells go to the other thread in portions of about this many bytes: few enough that waking it costs nothing.
const PORTION: usize = 1 << 20;

impl Fingerprint {
    /// The columns that make a row a double belong to it: the same file comes to another table with others.
    fn new(columns: &[String], unique: &[String]) -> Fingerprint {
        let (portions, inbox) = sync_channel::<Vec<u8>>(2);
        let (outbox, spent) = channel();
        let hash = std::thread::spawn(move || {
            let mut hash = Sha256::new();
            for mut portion in inbox {
                hash.update(&portion);
                portion.clear();
                // The memory goes back to be filled again; at the end nobody wants it.
                let _ = outbox.send(portion);
            }
            hash
        });
        let mut print = Fingerprint { pending: Vec::with_capacity(2 * PORTION), portions, spent, hash };
        print.row(columns.iter().map(String::as_bytes));
        print.row(unique.iter().map(String::as_bytes));
        print
    }

    fn row<'c>(&mut self, cells: impl Iterator<Item = &'c [u8]>) {
        frame(cells, &mut self.pending);
        if self.pending.len() >= PORTION {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let fresh = self.spent.try_recv().unwrap_or_else(|_| Vec::with_capacity(2 * PORTION));
        // It only stops listening when it panicked, and then joining says so.
        let _ = self.portions.send(std::mem::replace(&mut self.pending, fresh));
    }

    fn finish(mut self) -> String {
        self.hand_over();
        drop(self.portions);
        match self.hash.join() {
            Ok(hash) => hex(&hash.finalize()),
            Err(panic) => std::panic::resume_unwind(panic),
        }
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
