//! CSV by RFC 4180, byte-exact: these cells are data. Making them safe for a spreadsheet is the business of `export`.
//!
//! Lines end with a line feed and not CRLF, because `cut`, `awk` and `diff` come next in a pipe.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{Writer, WriterBuilder};
use serde_json::{Map, Value};

use super::stream::Controls;
use super::{Data, Error, text};
use crate::model::report::{Cell, Column, List, Shown, Single};

/// A header and a line for each row.
pub(super) fn list(list: List<'_>, controls: Controls, out: &mut dyn Write) -> Result<(), Error> {
    let mut lines = Lines::begin(&list.columns, controls, out)?;
    for row in list.rows {
        match row {
            Ok(row) => lines.row(&row)?,
            // The writer has a buffer of its own: whole rows before the fault must not be lost in it.
            Err(fault) => return lines.flush().and(Err(Error::Fault(fault))),
        }
    }
    lines.flush()
}

/// A header, and lines as they come.
pub(super) struct Lines<'c, 'o> {
    /// Shown columns, each with its place in a row.
    shown: Vec<(usize, &'c Column)>,
    sheet: Sheet<'o>,
}

impl<'c, 'o> Lines<'c, 'o> {
    pub(super) fn begin(
        columns: &'c [Column],
        controls: Controls,
        out: &'o mut dyn Write,
    ) -> Result<Lines<'c, 'o>, Error> {
        let shown: Vec<_> = columns.iter().enumerate().filter(|(_, column)| column.shown != Shown::Table).collect();
        let mut sheet = Sheet::new(controls, out);
        for (_, column) in &shown {
            match &column.flatten {
                Some(names) => names.iter().try_for_each(|name| sheet.field(&format!("{}.{name}", column.key)))?,
                None => sheet.field(&column.key)?,
            }
        }
        sheet.end()?;
        Ok(Lines { shown, sheet })
    }

    pub(super) fn row(&mut self, row: &[Cell]) -> Result<(), Error> {
        for (at, column) in &self.shown {
            self.sheet.cell(row.get(*at).unwrap_or(&Cell::Null), column.flatten.as_deref())?;
        }
        self.sheet.end()
    }

    /// Hands on what is held back, and lets the stream behind it do the same.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        self.sheet.flush()
    }
}

/// The lines that the view made for it, or the object as one line, objects within it flattened to `key.name`.
pub(super) fn single(single: Single<'_>, controls: Controls, out: &mut dyn Write) -> Result<(), Error> {
    if let Some(lines) = single.lines {
        return list(lines, controls, out);
    }
    let mut sheet = Sheet::new(controls, out);
    for (key, cell) in &single.object {
        match inner(cell) {
            Some(object) => object.keys().try_for_each(|name| sheet.field(&format!("{key}.{name}")))?,
            None => sheet.field(key)?,
        }
    }
    sheet.end()?;
    for (_, cell) in &single.object {
        match inner(cell) {
            Some(object) => object.values().try_for_each(|value| sheet.field(&json(value)))?,
            None => sheet.field(&data(cell))?,
        }
    }
    sheet.end()?;
    sheet.flush()
}

/// Lines under way.
struct Sheet<'o> {
    writer: Writer<&'o mut dyn Write>,
    controls: Controls,
}

impl<'o> Sheet<'o> {
    fn new(controls: Controls, out: &'o mut dyn Write) -> Sheet<'o> {
        Sheet { writer: WriterBuilder::new().flexible(true).from_writer(out), controls }
    }

    /// A cell, which is as many fields as its column was flattened to.
    fn cell(&mut self, cell: &Cell, flatten: Option<&[String]>) -> Result<(), Error> {
        let Some(names) = flatten else {
            return self.field(&data(cell));
        };
        let object = inner(cell);
        names.iter().try_for_each(|name| {
            let value = object.and_then(|object| object.get(name));
            self.field(&value.map_or(Cow::Borrowed(""), json))
        })
    }

    fn field(&mut self, field: &str) -> Result<(), Error> {
        let field = match self.controls {
            Controls::Spelled => Cow::Owned(spelled(field)),
            Controls::AsIs => Cow::Borrowed(field),
        };
        self.writer.write_field(&*field).map_err(|error| Error::from(plain(error)))
    }

    fn end(&mut self) -> Result<(), Error> {
        self.writer.write_record(None::<&[u8]>).map_err(|error| Error::from(plain(error)))
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(self.writer.flush()?)
    }
}

/// As a terminal may have it. Line feeds and tabs stay: within a field they move no further than those between fields.
fn spelled(field: &str) -> String {
    field.split('\n').map(|line| text::verbatim(line).concat()).collect::<Vec<_>>().join("\n")
}

fn inner(cell: &Cell) -> Option<&Map<String, Value>> {
    if let Cell::Json(Value::Object(object)) = cell { Some(object) } else { None }
}

/// The error of the stream itself: wrapped in that of the crate, a closed pipe would not be known as one.
fn plain(error: csv::Error) -> io::Error {
    if !error.is_io_error() {
        return io::Error::other(error);
    }
    let text = error.to_string();
    if let csv::ErrorKind::Io(error) = error.into_kind() { error } else { io::Error::other(text) }
}

/// A structure that is not flattened is compact JSON.
fn data(cell: &Cell) -> Cow<'_, str> {
    match Data::from(cell) {
        Data::Nothing => Cow::Borrowed(""),
        Data::Text(text) => text,
        Data::Bare(text) => Cow::Owned(text),
        Data::Json(value) => json(value),
    }
}

fn json(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Cow::Owned(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, drawn};
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_flattened_column_is_as_many_fields() {
        let columns = vec![
            Column::new("id", "ID"),
            Column::new("metadata", "CONTACT").flattened(vec!["name".to_owned(), "phone, home".to_owned()]),
            Column::new("outcomes", "OUTCOME"),
            Column::new("hint", "HINT").table_only(),
        ];
        let rows = vec![
            vec![
                Cell::Number(1),
                Cell::Json(json!({"phone, home": "+49", "name": "A \"B\""})),
                Cell::Json(json!(["x"])),
            ],
            vec![Cell::Number(2), Cell::Null, Cell::Null],
            vec![Cell::Number(3), Cell::Json(json!({"name": null, "other": 1})), Cell::Json(json!("a\r\nb"))],
        ];
        assert_eq!(
            drawn(|out| list(sample::list(columns, rows), Controls::AsIs, out)),
            "id,metadata.name,\"metadata.phone, home\",outcomes\n\
             1,\"A \"\"B\"\"\",+49,\"[\"\"x\"\"]\"\n2,,,\n3,,,\"a\r\nb\"\n"
        );
    }

    #[test]
    fn a_single_is_one_line_unless_it_has_its_own() {
        let object = || vec![("id", Cell::Number(7)), ("outcomes", Cell::Json(json!({"disposition": "ok", "n": 2})))];
        let single = |lines| Single { object: object(), blocks: vec![], lines };
        assert_eq!(
            drawn(|out| super::single(single(None), Controls::AsIs, out)),
            "id,outcomes.disposition,outcomes.n\n7,ok,2\n"
        );
        let lines = sample::list(vec![Column::new("step", "STEP")], vec![vec![Cell::text("a")], vec![Cell::text("")]]);
        assert_eq!(drawn(|out| super::single(single(Some(lines)), Controls::AsIs, out)), "step\na\n\"\"\n");
    }

    #[test]
    fn a_terminal_is_told_what_it_must_not_do() {
        let columns = || vec![Column::new("a\u{9b}2J", "A"), Column::new("b", "B").flattened(vec!["x\u{7}".into()])];
        let rows = || vec![vec![Cell::text("\u{1b}[2J\r\n\t\"q\"\r\n"), Cell::Json(json!({ "x\u{7}": "\u{202e}\r" }))]];
        let shown = |controls| drawn(|out| list(sample::list(columns(), rows()), controls, out));
        let told = "a\\x9b2J,b.x\\x07\n\"\\x1b[2J\\x0d\n\t\"\"q\"\"\\x0d\n\",\\u{202e}\\x0d\n";
        assert_eq!(shown(Controls::Spelled), told);
        let exact = "a\u{9b}2J,b.x\u{7}\n\"\u{1b}[2J\r\n\t\"\"q\"\"\r\n\",\"\u{202e}\r\"\n";
        assert_eq!(shown(Controls::AsIs), exact);
    }

    proptest! {
        #[test]
        fn csv_reads_back_as_the_cells((columns, rows) in sample::table()) {
            let written = drawn(|out| list(sample::list(columns.clone(), rows.clone()), Controls::AsIs, out));
            let mut reader = csv::Reader::from_reader(written.as_bytes());
            prop_assert!(reader.headers().unwrap().iter().eq(columns.iter().map(|column| column.key.as_ref())));
            let read: Vec<Vec<String>> =
                reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            let cells: Vec<Vec<String>> =
                rows.iter().map(|row| row.iter().map(|cell| data(cell).into_owned()).collect()).collect();
            prop_assert_eq!(read, cells);
        }
    }
}
