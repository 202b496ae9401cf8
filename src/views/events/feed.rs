//! Events as rows: the log in the form that was asked for.

use super::wanted::Wanted;
use crate::model::id::{Cursor, WorkspaceId};
use crate::model::public::PublicEvent;
use crate::model::public::foreign::{self, Around, Counterpart, Form};
use crate::model::report::{Cell, Column};
use crate::store::{self, Read, Scope};
use crate::views::args::Args;
use crate::views::detail::detail;
use crate::views::log::Log;

/// The stream form (EVENTS §5); the first four are those of a run's stream.
const STREAM: [&str; 8] = ["seq", "type", "timestamp", "payload", "cursor", "job", "record", "request_id"];

/// The log as rows.
pub(super) struct Feed<'a> {
    pub(super) log: Log<'a>,
    form: Option<Form>,
    workspace: WorkspaceId,
    reveal: bool,
    is_data: bool,
}

impl<'a> Feed<'a> {
    pub(super) fn new(
        read: &'a dyn Read,
        scope: Scope,
        args: &Args,
        wanted: Wanted,
        form: Option<Form>,
    ) -> store::Result<Feed<'a>> {
        Ok(Feed {
            log: Log::new(read, scope, args.cursor("after").unwrap_or_default(), wanted),
            form,
            workspace: read.workspace()?,
            reveal: args.is_on("reveal"),
            is_data: args.is_data(),
        })
    }

    /// The next row with its place in the log; nothing when there are no more for now.
    pub(super) fn next(&mut self) -> store::Result<Option<(Cursor, Vec<Cell>)>> {
        while let Some(event) = self.log.next()? {
            let row = self.form.map(|form| foreign::counterpart(form, &event));
            let row = match row {
                None => None,
                Some(Some(row)) if self.log.wanted.counterpart(row) => Some(row),
                Some(_) => continue,
            };
            let cursor = event.cursor;
            let cells = if self.is_data { self.data(event, row)? } else { self.shown(event, row) };
            return Ok(Some((cursor, cells)));
        }
        Ok(None)
    }

    fn data(&mut self, mut event: PublicEvent, told: Option<&Counterpart>) -> store::Result<Vec<Cell>> {
        let around = Around { workspace: self.workspace, request: self.log.request(event.cursor)? };
        let name = told.map_or(event.kind.name(), |row| row.name);
        match told {
            Some(row) if row.form == Form::TaskRun => {
                return Ok(row.delivered(&event, around).into_iter().map(cell).collect());
            }
            Some(row) => event = row.streamed(event, around),
            None => {}
        }
        if !self.reveal {
            event.redact();
        }
        Ok(vec![
            Cell::Number(event.seq),
            Cell::text(name),
            Cell::Time(event.at),
            Cell::Json(event.payload()),
            Cell::Number(event.cursor.0),
            Cell::maybe(event.job, |job| Cell::Number(job.0)),
            Cell::maybe(event.record, |record| Cell::text(record.to_string())),
            cell(around.request_id()),
        ])
    }

    fn shown(&self, mut event: PublicEvent, told: Option<&Counterpart>) -> Vec<Cell> {
        if !self.reveal {
            event.redact();
        }
        let mut row = vec![Cell::Null; self.keys().len()];
        row.extend([
            Cell::Number(event.cursor.0),
            Cell::Number(event.seq),
            Cell::Time(event.at),
            match (event.record, event.job) {
                (Some(record), _) => Cell::text(record.to_string()),
                (None, job) => Cell::maybe(job, |job| Cell::text(job.to_string())),
            },
            Cell::text(told.map_or(event.kind.name(), |row| row.name)),
            Cell::text(detail(&event)),
        ]);
        row
    }

    fn keys(&self) -> &'static [&'static str] {
        match self.form {
            Some(Form::TaskRun) => &foreign::KEYS,
            Some(Form::Run) | None => &STREAM,
        }
    }

    pub(super) fn columns(&self) -> Vec<Column> {
        self.all_columns(|column, _| column)
    }

    /// Wide enough for what is likely to come, because what was shown cannot be moved any more.
    pub(super) fn wide_columns(&self) -> Vec<Column> {
        self.all_columns(Column::at_least)
    }

    fn all_columns(&self, widened: fn(Column, usize) -> Column) -> Vec<Column> {
        let people = [
            widened(Column::new("cursor", "CURSOR"), 7),
            widened(Column::new("seq", "SEQ"), 6),
            widened(Column::new("timestamp", "TIME"), 11),
            widened(Column::new("record", "RECORD"), 8),
            widened(Column::new("type", "TYPE"), 18),
            widened(Column::new("detail", "DETAIL").flexible(), 60),
        ];
        let programs = self.keys().iter().map(|&key| Column::new(key, key).data_only());
        programs.chain(people.into_iter().map(Column::table_only)).collect()
    }
}

/// A value as a cell of its own kind.
fn cell(value: serde_json::Value) -> Cell {
    use serde_json::Value;
    match value {
        Value::Null => Cell::Null,
        Value::String(text) => Cell::Text(text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Cell::Json(value),
    }
}
