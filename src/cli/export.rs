//! `export`: a job's outcomes beside the rows they came from, for the spreadsheet that the rows came from.

use std::io::{BufWriter, Write as _};

use super::args::{Export, ExportColumns};
use super::context::Context;
use super::failure::{Failure, file};
use super::part::Part;
use super::rejects::refuse_same;
use super::{select, views};
use crate::ui;
use crate::views::export::{Cells, Columns, NOT_STARTED, Which, export as report};

/// `cxgear export`.
pub(super) fn export(context: &Context, args: &Export) -> Result<u8, Failure> {
    let store = context.snapshot()?;
    let job = select::known_job(Some(&store), args.job)?;
    let which = match args.status.as_deref() {
        None => Which::All,
        Some(NOT_STARTED) => Which::NotStarted,
        Some(word) => Which::Status(views::status_of(word)?),
    };
    let columns = match args.columns {
        ExportColumns::Table => Columns::Table,
        ExportColumns::Metadata => Columns::Metadata,
    };
    let format = match context.wished_format() {
        None => ui::Format::Csv,
        Some(format) => format,
    };
    // Only a spreadsheet runs cells; programs that read JSON get them as they are.
    let cells = match (format, args.raw) {
        (ui::Format::Csv, false) => Cells::Safe,
        (ui::Format::Csv | ui::Format::Table, _) => Cells::Raw,
        (ui::Format::Json | ui::Format::Ndjson, _) => Cells::Data,
    };
    let report = report(&store, &job, which, columns, cells)?;
    let Some(path) = &args.output else {
        context.show_as(report, format)?;
        return Ok(0);
    };
    refuse_same("--output", path, context.database(), "the database")?;
    let (part, made) = Part::create(path)?;
    let mut out = BufWriter::new(made);
    let shown = match ui::show(report, format, &context.terminal, &mut out) {
        Err(ui::Error::Io(error)) => Err(error),
        shown => Ok(shown?),
    };
    let written = shown.and_then(|()| out.flush()).and_then(|()| part.keep(out.get_ref())).and_then(|()| part.name());
    written.map_err(|error| file("write", path, error))?;
    context.say(&format!("job {} is exported to `{}`", job.id, path.display()));
    Ok(0)
}
