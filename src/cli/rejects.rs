//! What goes along with an import: the file of rows that are set aside, which appears under its name only when the import
//! is in, and the ear for a signal.

use std::fs::File;
use std::io;
use std::path::Path;

use super::context::Context;
use super::failure::{Failure, file};
use super::part::Part;
use super::signals;
use crate::engine::Interrupt;
use crate::ingest::{Aside, Stage};

/// Where rows go that do not enter the table, when that was asked for.
pub(super) struct Rejects<'c> {
    context: &'c Context,
    interrupt: Interrupt,
    open: Option<Open>,
}

struct Open {
    part: Part,
    writer: csv::Writer<File>,
}

impl Rejects<'_> {
    pub(super) fn new<'c>(
        context: &'c Context,
        path: Option<&Path>,
        columns: &[String],
    ) -> Result<Rejects<'c>, Failure> {
        let interrupt = signals::interrupt();
        let Some(path) = path else { return Ok(Rejects { context, interrupt, open: None }) };
        let (part, made) = Part::create(path)?;
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(made);
        let header = ["line", "reason"].into_iter().chain(columns.iter().map(String::as_str));
        writer.write_record(header).map_err(|error| file("write", path, plain(error)))?;
        Ok(Rejects { context, interrupt, open: Some(Open { part, writer }) })
    }

    /// The import is in: the file gets its name. It is the only place where these rows are, so it stays even without.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let Some(Open { part, .. }) = self.open else { return Ok(()) };
        let place = part.place().to_owned();
        part.name().map_err(|error| {
            let hint = format!("the rows that were set aside are in `{}`; the others are imported", place.display());
            file("rename", &place, error).hint(hint)
        })
    }
}

impl Aside for Rejects<'_> {
    fn take(&mut self, line: u64, why: &str, cells: &mut dyn Iterator<Item = &[u8]>) -> io::Result<()> {
        let Some(Open { writer, .. }) = &mut self.open else { return Ok(()) };
        writer.write_field(line.to_string()).map_err(plain)?;
        writer.write_field(why).map_err(plain)?;
        for cell in cells {
            writer.write_field(cell).map_err(plain)?;
        }
        writer.write_record(None::<&[u8]>).map_err(plain)
    }

    fn reached(&mut self, stage: Stage) -> io::Result<()> {
        if stage == Stage::Begun {
            // Until here it may have waited for another process; it had nothing to undo, and left at the first signal.
            return signals::asks(self.context).map(drop).map_err(|failure| io::Error::other(failure.cause));
        }
        if self.interrupt.is_raised() {
            return Err(io::Error::other("interrupted"));
        }
        match &mut self.open {
            // Durable before the import is: afterwards nobody could say which rows are missing.
            Some(open) if stage == Stage::Read => {
                open.writer.flush()?;
                open.part.keep(open.writer.get_ref())
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// What the system said, which decides how it is mended.
fn plain(error: csv::Error) -> io::Error {
    let text = error.to_string();
    if let csv::ErrorKind::Io(error) = error.into_kind() { error } else { io::Error::other(text) }
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
