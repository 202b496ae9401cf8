//! Cells as JSON, for a thing that stands inside another, and the small words that several views share.

use serde_json::{Map, Value};

use crate::model::params::Params;
use crate::model::report::{Cell, Column, Shown};

/// A row as the object that it is in a list of its own.
pub(super) fn object(columns: &[Column], cells: &[Cell]) -> Value {
    let shown = columns.iter().zip(cells).filter(|(column, _)| column.shown != Shown::Table);
    Value::Object(shown.map(|(column, cell)| (column.key.to_string(), data(cell))).collect())
}

/// A value as data (SPEC §2).
fn data(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => text.as_str().into(),
        Cell::Number(number) | Cell::Count(number) => (*number).into(),
        Cell::Real(real) => (*real).into(),
        Cell::Bool(truth) => (*truth).into(),
        Cell::Time(time) => time.to_string().into(),
        Cell::Span(span) => span.0.into(),
        Cell::Status(word, _) => (*word).into(),
        Cell::Progress { done, total } => serde_json::json!({ "done": done, "total": total }),
        Cell::Json(value) => value.clone(),
    }
}

/// Metadata fields with their values.
pub(super) fn fields(params: &Params) -> Map<String, Value> {
    params.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

/// A value in a few words; nothing for what has none.
pub(super) fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(list) => Some(list.iter().filter_map(words).collect::<Vec<_>>().join(", ")),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Some(value.to_string()),
    }
}

/// A value as a person reads it beside its name.
pub(super) fn shown(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::String(text) => Cell::text(text.as_str()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Cell::Json(value.clone()),
    }
}

/// Names with their values.
pub(super) fn pairs(object: &Map<String, Value>) -> Vec<(String, Cell)> {
    object.iter().map(|(name, value)| (name.clone(), shown(value))).collect()
}
