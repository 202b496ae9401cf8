//! CSV by RFC 4180, byte-exact: these cells are data. Making them safe for a spreadsheet is the business of `export`.
//!
//! Lines end with a line feed and not CRLF, because `cut`, `awk` and `diff` come next in a pipe.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{Writer, WriterBuilder};
use serde_json::{Map, Value};

use super::Error;
use crate::model::report::{Cell, Column, List, Shown, Single};

/// A header and a line for each row.
pub(super) fn list(list: List<'_>, out: &mut dyn Write) -> Result<(), Error> {
    let shown: Vec<(usize, &Column)> =
        list.columns.iter().enumerate().filter(|(_, column)| column.shown != Shown::Table).collect();
    let mut writer = writer(out);
    for (_, column) in &shown {
        match &column.flatten {
            Some(names) => names.iter().try_for_each(|name| field(&mut writer, &format!("{}.{name}", column.key)))?,
            None => field(&mut writer, &column.key)?,
        }
    }
    end(&mut writer)?;
    for row in list.rows {
        let row = match row {
            Ok(row) => row,
            // The writer has a buffer of its own: whole rows before the fault must not be lost in it.
            Err(fault) => return writer.flush().map_err(Error::from).and(Err(Error::Fault(fault))),
        };
        for (at, column) in &shown {
            cell(&mut writer, row.get(*at).unwrap_or(&Cell::Null), column.flatten.as_deref())?;
        }
        end(&mut writer)?;
    }
    Ok(writer.flush()?)
}

/// The lines that the view made for it, or the object as one line, objects within it flattened to `key.name`.
pub(super) fn single(single: Single<'_>, out: &mut dyn Write) -> Result<(), Error> {
    if let Some(lines) = single.lines {
        return list(lines, out);
    }
    let mut writer = writer(out);
    for (key, cell) in &single.object {
        match inner(cell) {
            Some(object) => object.keys().try_for_each(|name| field(&mut writer, &format!("{key}.{name}")))?,
            None => field(&mut writer, key)?,
        }
    }
    end(&mut writer)?;
    for (_, cell) in &single.object {
        match inner(cell) {
            Some(object) => object.values().try_for_each(|value| field(&mut writer, &json(value)))?,
            None => field(&mut writer, &text(cell))?,
        }
    }
    end(&mut writer)?;
    Ok(writer.flush()?)
}

fn writer(out: &mut dyn Write) -> Writer<&mut dyn Write> {
    WriterBuilder::new().flexible(true).from_writer(out)
}

/// A cell, which is as many fields as its column was flattened to.
fn cell(writer: &mut Writer<&mut dyn Write>, cell: &Cell, flatten: Option<&[String]>) -> Result<(), Error> {
    let Some(names) = flatten else {
        return field(writer, &text(cell));
    };
    let object = inner(cell);
    names.iter().try_for_each(|name| {
        let value = object.and_then(|object| object.get(name));
        field(writer, &value.map_or(Cow::Borrowed(""), json))
    })
}

fn inner(cell: &Cell) -> Option<&Map<String, Value>> {
    if let Cell::Json(Value::Object(object)) = cell { Some(object) } else { None }
}

fn field(writer: &mut Writer<&mut dyn Write>, text: &str) -> Result<(), Error> {
    writer.write_field(text).map_err(|error| Error::from(plain(error)))
}

fn end(writer: &mut Writer<&mut dyn Write>) -> Result<(), Error> {
    writer.write_record(None::<&[u8]>).map_err(|error| Error::from(plain(error)))
}

/// The error of the stream itself: wrapped in that of the crate, a closed pipe would not be known as one.
fn plain(error: csv::Error) -> io::Error {
    if !error.is_io_error() {
        return io::Error::other(error);
    }
    let text = error.to_string();
    if let csv::ErrorKind::Io(error) = error.into_kind() { error } else { io::Error::other(text) }
}

/// A value as data (SPEC §2); a structure that is not flattened is compact JSON.
fn text(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Null => Cow::Borrowed(""),
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Number(number) | Cell::Count(number) => Cow::Owned(number.to_string()),
        Cell::Real(real) if real.is_finite() => Cow::Owned(Value::from(*real).to_string()),
        Cell::Real(_) => Cow::Borrowed(""),
        Cell::Bool(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
        Cell::Time(time) => Cow::Owned(time.to_string()),
        Cell::Span(span) => Cow::Owned(span.0.to_string()),
        Cell::Status(word, _) => Cow::Borrowed(word),
        Cell::Progress { done, total } => Cow::Owned(format!("{{\"done\":{done},\"total\":{total}}}")),
        Cell::Json(value) => json(value),
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
    use super::super::sample;
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn drawn(draw: impl FnOnce(&mut dyn Write) -> Result<(), Error>) -> String {
        let mut out = Vec::new();
        draw(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

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
            drawn(|out| list(sample::list(columns, rows), out)),
            "id,metadata.name,\"metadata.phone, home\",outcomes\n\
             1,\"A \"\"B\"\"\",+49,\"[\"\"x\"\"]\"\n2,,,\n3,,,\"a\r\nb\"\n"
        );
    }

    #[test]
    fn a_single_is_one_line_unless_it_has_its_own() {
        let object = || vec![("id", Cell::Number(7)), ("outcomes", Cell::Json(json!({"disposition": "ok", "n": 2})))];
        let single = |lines| Single { object: object(), blocks: vec![], lines };
        assert_eq!(drawn(|out| super::single(single(None), out)), "id,outcomes.disposition,outcomes.n\n7,ok,2\n");
        let lines = sample::list(vec![Column::new("step", "STEP")], vec![vec![Cell::text("a")], vec![Cell::text("")]]);
        assert_eq!(drawn(|out| super::single(single(Some(lines)), out)), "step\na\n\"\"\n");
    }

    proptest! {
        #[test]
        fn csv_reads_back_as_the_cells((columns, rows) in sample::table()) {
            let written = drawn(|out| list(sample::list(columns.clone(), rows.clone()), out));
            let mut reader = csv::Reader::from_reader(written.as_bytes());
            prop_assert!(reader.headers().unwrap().iter().eq(columns.iter().map(|column| column.key.as_ref())));
            let read: Vec<Vec<String>> =
                reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            let cells: Vec<Vec<String>> =
                rows.iter().map(|row| row.iter().map(|cell| text(cell).into_owned()).collect()).collect();
            prop_assert_eq!(read, cells);
        }
    }
}
