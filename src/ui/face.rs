//! How a value looks to a person: its text, its tone and the side it is aligned to.

use jiff::tz::TimeZone;
use serde_json::Value;

use super::text;
use crate::model::report::{Cell, Tone, grouped};
use crate::model::time::{Millis, Timestamp};

/// A value as it is drawn in one line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Face {
    /// Clean text.
    pub(super) text: String,
    /// Its colour.
    pub(super) tone: Tone,
    /// Where it leans.
    pub(super) side: Side,
}

/// Where a value leans in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
    /// Nothing to lean.
    Either,
}

/// How much of a time is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// `2026-03-25 14:31:15` and `3 min 5 s`
    Full,
    /// `03-25 14:31` and `3m5s`, where there is little room.
    Short,
}

impl Times {
    /// Whether a cell has two forms.
    pub(super) fn matter(cell: &Cell) -> bool {
        matches!(cell, Cell::Time(_) | Cell::Span(_))
    }

    fn point(self, time: Timestamp, zone: &TimeZone) -> String {
        let full = time.local(zone);
        match self {
            // A year outside of 0000..=9999 has another length; then all of it is shown.
            Times::Short if full.len() == 19 => full[5..16].to_owned(),
            Times::Short | Times::Full => full,
        }
    }

    fn span(self, span: Millis) -> String {
        let full = span.to_string();
        match self {
            Times::Full => full,
            Times::Short => full.replace("min", "m").replace(' ', ""),
        }
    }
}

impl Face {
    /// `cell` in at most `limit` cells.
    pub(super) fn of(cell: &Cell, times: Times, zone: &TimeZone, limit: usize) -> Face {
        let (text, tone, side) = match cell {
            Cell::Null => (String::new(), Tone::Plain, Side::Either),
            Cell::Text(text) => (text::line(text, limit), Tone::Plain, Side::Left),
            Cell::Number(number) => (number.to_string(), Tone::Plain, Side::Right),
            Cell::Count(count) => (grouped(*count), Tone::Plain, Side::Right),
            Cell::Real(real) => (rounded(*real), Tone::Plain, Side::Right),
            Cell::Bool(truth) => (if *truth { "yes" } else { "no" }.to_owned(), Tone::Plain, Side::Left),
            Cell::Time(time) => (times.point(*time, zone), Tone::Plain, Side::Left),
            Cell::Span(span) => (times.span(*span), Tone::Plain, Side::Right),
            Cell::Status(word, tone) => (text::line(word, limit), *tone, Side::Left),
            Cell::Progress { done, total } => {
                (format!("{}/{}", grouped(*done), grouped(*total)), Tone::Plain, Side::Right)
            }
            Cell::Json(value) => (text::line(&json(value), limit), Tone::Plain, json_side(value)),
        };
        Face { text: text::cut(&text, limit).into_owned(), tone, side }
    }
}

/// Text for a string, nothing for null, compact JSON for the rest.
fn json(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn json_side(value: &Value) -> Side {
    match value {
        Value::Null => Side::Either,
        Value::Number(_) => Side::Right,
        Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => Side::Left,
    }
}

/// Three digits that matter; more would claim a precision that a measured rate does not have.
fn rounded(real: f64) -> String {
    let size = real.abs();
    if !real.is_finite() {
        return String::new();
    }
    if size >= 100.0 {
        let whole = format!("{size:.0}");
        let grouped = whole.parse().map_or(whole, grouped);
        return if real < 0.0 { format!("-{grouped}") } else { grouped };
    }
    if size >= 10.0 { format!("{real:.1}") } else { format!("{real:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(cell: &Cell) -> String {
        Face::of(cell, Times::Full, &TimeZone::UTC, 80).text
    }

    #[test]
    fn people_read_groups_words_and_short_times() {
        assert_eq!(shown(&Cell::Number(12_345)), "12345");
        assert_eq!(shown(&Cell::Count(1_234_567)), "1,234,567");
        assert_eq!(shown(&Cell::Count(999)), "999");
        assert_eq!(shown(&Cell::Progress { done: 9_998, total: 10_000 }), "9,998/10,000");
        assert_eq!(shown(&Cell::Span(Millis(4_200))), "4.2 s");
        assert_eq!(shown(&Cell::Time(Timestamp(1_774_449_075_000))), "2026-03-25 14:31:15");
        assert_eq!(Times::Short.point(Timestamp(1_774_449_075_000), &TimeZone::UTC), "03-25 14:31");
        assert_eq!(Times::Short.span(Millis(185_000)), "3m5s");
        assert_eq!(Times::Short.span(Millis(340)), "340ms");
        assert_eq!(shown(&Cell::Bool(true)), "yes");
        assert_eq!(shown(&Cell::Null), "");
        assert_eq!(shown(&Cell::Json(serde_json::json!({"a": "\u{1b}\u{9b}"}))), "{\"a\":\"\\u001b\\x9b\"}");
        assert_eq!(shown(&Cell::Json(serde_json::json!("x\ny"))), "x⏎y");
    }

    #[test]
    fn rates_are_rounded() {
        let real = |real| shown(&Cell::Real(real));
        assert_eq!(real(195_000.4), "195,000");
        assert_eq!(real(-1_234.5), "-1,234");
        assert_eq!(real(12.34), "12.3");
        assert_eq!(real(0.5), "0.50");
        assert_eq!(real(f64::NAN), "");
        assert!(real(1e300).ends_with(text::CUT));
    }
}
