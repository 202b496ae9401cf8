//! Whole files in, rows out: what a caller of this floor can rely on.
//! Absent on purpose: files on disk where a stream does, and anything that is tested beside its own code.

mod damage;
mod detection;
mod encodings;
mod oddities;
mod round_trip;
mod soup;
mod sources;

use super::{Error, Item, Options, Reading, Source, Warning, open};

/// A whole table, read.
#[derive(Debug, PartialEq, Eq)]
struct Table {
    dialect: String,
    columns: Vec<String>,
    rows: Vec<(u64, Vec<String>)>,
    rejects: Vec<(u64, String, String)>,
    warnings: Vec<Warning>,
}

impl Table {
    fn cells(&self) -> Vec<Vec<&str>> {
        self.rows.iter().map(|(_, cells)| cells.iter().map(String::as_str).collect()).collect()
    }

    fn lines(&self) -> Vec<u64> {
        self.rows.iter().map(|(line, _)| *line).collect()
    }
}

fn stream(bytes: &[u8]) -> Source {
    Source::Stream { name: "t.csv".to_owned(), reader: Box::new(std::io::Cursor::new(bytes.to_vec())) }
}

fn drain(mut reading: Reading) -> Result<Table, Error> {
    let text = |cell: &[u8]| String::from_utf8(cell.to_vec()).expect("cells are UTF-8");
    let (mut rows, mut rejects) = (Vec::new(), Vec::new());
    while let Some(item) = reading.next()? {
        match item {
            Item::Row(row) => rows.push((row.line, row.cells().map(text).collect())),
            Item::Reject(reject) => rejects.push((reject.line, reject.reason.to_string(), text(reject.raw))),
        }
    }
    assert!(reading.next()?.is_none(), "the end stays the end");
    let warnings = reading.take_warnings();
    let (dialect, columns) = (reading.dialect().to_string(), reading.columns().to_vec());
    assert!(rows.iter().all(|(_, cells): &(u64, Vec<String>)| cells.len() == columns.len()));
    Ok(Table { dialect, columns, rows, rejects, warnings })
}

fn read_with(bytes: &[u8], options: &Options) -> Result<Table, Error> {
    drain(open(stream(bytes), options)?)
}

fn read(text: &str) -> Table {
    read_with(text.as_bytes(), &Options::default()).expect("a sound table")
}

/// The message and the hint.
fn refusal(bytes: &[u8], options: &Options) -> (String, String) {
    let error = read_with(bytes, options).expect_err("damage");
    (error.to_string(), error.hint().unwrap_or_default())
}
