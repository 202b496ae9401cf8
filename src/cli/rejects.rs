//! The file of rows that are set aside. It appears under its name only when the import is in.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::failure::{Failure, file};
use crate::ingest::Aside;

/// Where rows go that do not enter the table, when that was asked for.
pub(super) struct Rejects {
    open: Option<Open>,
}

struct Open {
    path: PathBuf,
    part: PathBuf,
    writer: csv::Writer<File>,
    /// Whether it has its name; until then it is removed when dropped.
    named: bool,
}

impl Rejects {
    pub(super) fn new(path: Option<&Path>, columns: &[String]) -> Result<Rejects, Failure> {
        let Some(path) = path else { return Ok(Rejects { open: None }) };
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let made = File::create(&part).map_err(|error| file("write", &part, error))?;
        let writer = csv::WriterBuilder::new().flexible(true).from_writer(made);
        let mut open = Open { path: path.to_owned(), part, writer, named: false };
        let header = ["line", "reason"].into_iter().chain(columns.iter().map(String::as_str));
        open.writer.write_record(header).map_err(|error| file("write", path, error.into()))?;
        Ok(Rejects { open: Some(open) })
    }

    /// The import is in: the file gets its name.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let Some(mut open) = self.open else { return Ok(()) };
        let named = open.writer.flush().and_then(|()| fs::rename(&open.part, &open.path));
        named.map_err(|error| file("write", &open.path, error))?;
        open.named = true;
        Ok(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.named {
            drop(fs::remove_file(&self.part));
        }
    }
}

impl Aside for Rejects {
    fn take(&mut self, line: u64, why: &str, cells: &mut dyn Iterator<Item = &[u8]>) -> io::Result<()> {
        let Some(Open { writer, .. }) = &mut self.open else { return Ok(()) };
        writer.write_field(line.to_string())?;
        writer.write_field(why)?;
        for cell in cells {
            writer.write_field(cell)?;
        }
        Ok(writer.write_record(None::<&[u8]>)?)
    }
}

/// Refuses to write over what is being read.
pub(super) fn refuse_same(flag: &str, path: &Path, other: &Path, what: &str) -> Result<(), Failure> {
    match (path.canonicalize(), other.canonicalize()) {
        (Ok(path_is), Ok(other_is)) if path_is == other_is => {
            Err(Failure::request(format!("`{flag} {}` is {what}", path.display())).hint("name another file"))
        }
        (Ok(_) | Err(_), Ok(_) | Err(_)) => Ok(()),
    }
}
