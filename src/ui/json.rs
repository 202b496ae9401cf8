//! JSON and NDJSON: one object a row, keys in the order of the columns, no value cut.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::{Data, Error};
use crate::model::report::{Cell, Column, List, Shown};

/// One array with an object a line, which `diff` and `grep` read as well as `jq`; a page around it where there is one
/// (EVENTS §5, reading). Each row is written as it comes.
pub(super) fn array(list: List<'_>, out: &mut dyn Write) -> Result<(), Error> {
    let List { columns, rows, page, .. } = list;
    let keys = Keys::of(&columns)?;
    out.write_all(if page.is_some() { b"{\"data\":[" } else { b"[" })?;
    let mut first = true;
    for row in rows {
        out.write_all(if first { b"\n" } else { b",\n" })?;
        first = false;
        keys.object(&row.map_err(Error::Fault)?, out)?;
    }
    out.write_all(if first { b"]" } else { b"\n]" })?;
    if let Some(page) = page {
        let end = *page.borrow();
        let next = end.next_cursor.map_or_else(|| "null".to_owned(), |cursor| cursor.0.to_string());
        write!(out, ",\"has_more\":{},\"next_cursor\":{next}}}", end.has_more)?;
    }
    out.write_all(b"\n")?;
    Ok(())
}

/// One object a line.
pub(super) fn lines(list: List<'_>, out: &mut dyn Write) -> Result<(), Error> {
    let keys = Keys::of(&list.columns)?;
    for row in list.rows {
        keys.object(&row.map_err(Error::Fault)?, out)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// One object in one line.
pub(super) fn line(object: &[(&'static str, Cell)], out: &mut dyn Write) -> Result<(), Error> {
    let mut next: &[u8] = b"{";
    for (key, cell) in object {
        out.write_all(next)?;
        next = b",";
        encode(key, out)?;
        out.write_all(b":")?;
        value(cell, out)?;
    }
    out.write_all(if object.is_empty() { b"{}\n" } else { b"}\n" })?;
    Ok(())
}

/// One object, indented: it is one thing, and somebody looks at it.
pub(super) fn object(object: &[(&'static str, Cell)], out: &mut dyn Write) -> Result<(), Error> {
    let mut next: &[u8] = b"{\n  ";
    for (key, cell) in object {
        out.write_all(next)?;
        next = b",\n  ";
        encode(key, out)?;
        out.write_all(b": ")?;
        if let Cell::Json(json) = cell {
            // A line feed inside a string is escaped, so every one of these is between values.
            let pretty = serde_json::to_string_pretty(json).map_err(io::Error::from)?;
            plain(&pretty.replace('\n', "\n  "), out)?;
        } else {
            value(cell, out)?;
        }
    }
    out.write_all(if object.is_empty() { b"{}\n" } else { b"\n}\n" })?;
    Ok(())
}

/// The keys of a row, encoded once and not a million times.
pub(super) struct Keys {
    /// The place in a row, and `{"key":` or `,"key":`.
    lead: Vec<(usize, Vec<u8>)>,
}

impl Keys {
    pub(super) fn of(columns: &[Column]) -> io::Result<Keys> {
        let shown = columns.iter().enumerate().filter(|(_, column)| column.shown != Shown::Table);
        let lead = |(nth, (at, column)): (usize, (usize, &Column))| -> io::Result<_> {
            let mut lead = vec![if nth == 0 { b'{' } else { b',' }];
            encode(&column.key, &mut lead)?;
            lead.push(b':');
            Ok((at, lead))
        };
        Ok(Keys { lead: shown.enumerate().map(lead).collect::<io::Result<_>>()? })
    }

    pub(super) fn object(&self, row: &[Cell], out: &mut dyn Write) -> io::Result<()> {
        for (at, lead) in &self.lead {
            out.write_all(lead)?;
            value(row.get(*at).unwrap_or(&Cell::Null), out)?;
        }
        out.write_all(if self.lead.is_empty() { b"{}" } else { b"}" })
    }
}

fn value(cell: &Cell, out: &mut dyn Write) -> io::Result<()> {
    match Data::from(cell) {
        Data::Nothing => out.write_all(b"null"),
        Data::Text(text) => encode(&text, out),
        Data::Bare(text) => out.write_all(text.as_bytes()),
        Data::Json(json) => encode(json, out),
    }
}

fn encode(value: &(impl Serialize + ?Sized), out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Plain)).map_err(io::Error::from)
}

/// Compact JSON that is safe to look at.
struct Plain;

impl Formatter for Plain {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        plain(fragment, out)
    }
}

/// Writes JSON with what a terminal or a line reader would act on as `\u` and four digits. It can stand within strings only, where
/// it means the same (RFC 8259 §7). C0 never comes here: JSON itself forbids it.
fn plain<W: ?Sized + Write>(json: &str, out: &mut W) -> io::Result<()> {
    let mut done = 0;
    for (at, c) in json.char_indices().filter(|(_, c)| is_obeyed(*c)) {
        write!(out, "{}\\u{:04x}", &json[done..at], u32::from(c))?;
        done = at + c.len_utf8();
    }
    out.write_all(&json.as_bytes()[done..])
}

/// DEL and C1 (ECMA-48), the line ends that only JavaScript knows, and what reorders a line (UAX #9).
fn is_obeyed(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, drawn};
    use super::*;
    use crate::model::id::Cursor;
    use crate::model::report::{PageEnd, Tone};
    use crate::model::time::{Millis, Timestamp};
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::cell::RefCell;
    use std::rc::Rc;

    fn ids(count: u64) -> List<'static> {
        let rows = (1..=count).map(|id| vec![Cell::Number(id), Cell::text("for people")]).collect();
        sample::list(vec![Column::new("id", "ID"), Column::new("hint", "HINT").table_only()], rows)
    }

    #[test]
    fn an_array_has_an_object_a_line() {
        assert_eq!(drawn(|out| array(ids(2), out)), "[\n{\"id\":1},\n{\"id\":2}\n]\n");
        assert_eq!(drawn(|out| array(ids(0), out)), "[]\n");
        assert_eq!(drawn(|out| lines(ids(2), out)), "{\"id\":1}\n{\"id\":2}\n");
    }

    #[test]
    fn a_page_knows_its_end_only_after_its_rows() {
        let page = Rc::new(RefCell::new(PageEnd::default()));
        let end = Rc::clone(&page);
        let rows = (0..1).map(move |_| {
            *end.borrow_mut() = PageEnd { has_more: true, next_cursor: Some(Cursor(12)) };
            Ok(vec![Cell::Number(12)])
        });
        let report = List { page: Some(page), rows: Box::new(rows), ..ids(0) };
        let expected = "{\"data\":[\n{\"id\":12}\n],\"has_more\":true,\"next_cursor\":12}\n";
        assert_eq!(drawn(|out| array(report, out)), expected);
        let report = List { page: Some(Rc::default()), ..ids(0) };
        assert_eq!(drawn(|out| array(report, out)), "{\"data\":[],\"has_more\":false,\"next_cursor\":null}\n");
    }

    #[test]
    fn values_are_data() {
        let single = [
            ("id", Cell::text("3/17")),
            ("status", Cell::Status("failed", Tone::Bad)),
            ("at", Cell::Time(Timestamp(1_774_449_075_001))),
            ("took", Cell::Span(Millis(61_500))),
            ("progress", Cell::Progress { done: 1, total: 2 }),
            ("rate", Cell::Real(f64::NAN)),
            ("output", Cell::Json(json!({"b": 1, "a": [true]}))),
        ];
        let expected = "{\"id\":\"3/17\",\"status\":\"failed\",\"at\":\"2026-03-25T14:31:15.001Z\",\"took\":61500,\
            \"progress\":{\"done\":1,\"total\":2},\"rate\":null,\"output\":{\"b\":1,\"a\":[true]}}\n";
        assert_eq!(drawn(|out| line(&single, out)), expected);
        let pretty = drawn(|out| object(&single[5..], out));
        assert_eq!(
            pretty,
            "{\n  \"rate\": null,\n  \"output\": {\n    \"b\": 1,\n    \"a\": [\n      true\n    ]\n  }\n}\n"
        );
    }

    #[test]
    fn what_would_be_obeyed_is_escaped_and_means_the_same() {
        let wild = "a\u{1b}\u{7f}\u{80}\u{9f}\u{a0}\u{61c}\u{200e}\u{2028}\u{202e}\u{2069}é\u{200d}";
        let told = r#""a\u001b\u007f\u0080\u009f_\u061c\u200e\u2028\u202e\u2069é+""#;
        let told = &told.replace('_', "\u{a0}").replace('+', "\u{200d}");
        let single = [("id", Cell::text(wild)), ("more", Cell::Json(json!({ wild: wild })))];
        assert_eq!(drawn(|out| line(&single, out)), format!("{{\"id\":{told},\"more\":{{{told}:{told}}}}}\n"));
        for drawn in [drawn(|out| line(&single, out)), drawn(|out| object(&single, out))] {
            assert!(drawn.contains(told) && !drawn.contains(is_obeyed), "{drawn}");
            assert_eq!(serde_json::from_str::<Value>(&drawn).unwrap(), json!({ "id": wild, "more": { wild: wild } }));
        }
        let key = || vec![Column::new(wild, "KEY")];
        let lined = drawn(|out| lines(sample::list(key(), vec![vec![Cell::Null]]), out));
        assert_eq!(lined, format!("{{{told}:null}}\n"));
    }

    proptest! {
        #[test]
        fn json_parses_and_keeps_keys_in_order((columns, rows) in sample::table()) {
            let keys: Vec<_> = columns.iter().map(|column| column.key.to_string()).collect();
            let text = drawn(|out| array(sample::list(columns.clone(), rows.clone()), out));
            let lined = drawn(|out| lines(sample::list(columns, rows.clone()), out));
            let parsed: Vec<Value> = serde_json::from_str(&text).unwrap();
            prop_assert!(!text.contains(is_obeyed) && !lined.contains(is_obeyed));
            let single: Vec<Value> = lined.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            prop_assert_eq!(&parsed, &single);
            prop_assert_eq!(parsed.len(), rows.len());
            for (object, row) in parsed.iter().zip(&rows) {
                let object = object.as_object().unwrap();
                prop_assert!(object.keys().eq(keys.iter()));
                for (value, cell) in object.values().zip(row) {
                    match cell {
                        Cell::Text(text) => prop_assert_eq!(value.as_str(), Some(text.as_str())),
                        Cell::Number(number) | Cell::Count(number) => prop_assert_eq!(value.as_u64(), Some(*number)),
                        Cell::Json(json) => prop_assert_eq!(value, json),
                        Cell::Null => prop_assert!(value.is_null()),
                        Cell::Real(_) | Cell::Bool(_) | Cell::Time(_) | Cell::Span(_) => {}
                        Cell::Status(..) | Cell::Progress { .. } => {}
                    }
                }
            }
        }
    }
}
