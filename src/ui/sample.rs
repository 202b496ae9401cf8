//! What the tests of this room draw, and how they look at it. Deliberately absent: anything that ships.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::paint::Paint;
use super::stream::{Bidi, Canvas};
use super::text;
use crate::model::report::{Cell, Column, List, Tone};
use crate::model::time::{Millis, Timestamp};

static ZONE: TimeZone = TimeZone::UTC;

/// A canvas without colour.
pub(super) fn canvas(width: usize) -> Canvas<'static> {
    Canvas { width, paint: Paint::Plain, bidi: Bidi::AsIs, zone: &ZONE }
}

/// The same on a terminal.
pub(super) fn screen(width: usize) -> Canvas<'static> {
    Canvas { paint: Paint::Ansi, bidi: Bidi::Isolate, ..canvas(width) }
}

/// A list of these rows, `empty` when there are none.
pub(super) fn list(columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> List<'static> {
    let rows = Box::new(rows.into_iter().map(Ok));
    List { columns, rows, empty: "nothing here".to_owned(), note: None, page: None }
}

/// Lines as a terminal would show them. Fails when one holds what a terminal would act on, our own colours and
/// isolates excepted, or when it is wider than `width`.
pub(super) fn checked(drawn: &str, width: usize) -> Result<(), TestCaseError> {
    for line in drawn.lines() {
        let bare = bare(line);
        prop_assert!(!bare.chars().any(char::is_control), "{bare:?}");
        prop_assert!(!bare.contains(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}')), "{bare:?}");
        let (open, close) = (bare.matches('\u{2068}').count(), bare.matches('\u{2069}').count());
        prop_assert_eq!(open, close, "{:?}", bare);
        prop_assert!(text::width(&bare) <= width, "{bare:?} is {} wide, not {width}", text::width(&bare));
    }
    Ok(())
}

/// A line without its SGR sequences.
pub(super) fn bare(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut bare = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        match rest.strip_prefix('m') {
            Some(rest) => bare.push_str(rest),
            // Not one of ours: left in, to be found.
            None => write!(bare, "\u{1b}[{part}").unwrap(),
        }
    }
    bare
}

/// Text with all that has ever gone wrong in a terminal.
pub(super) fn strange() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "\u{1b}[31m",
        "\u{1b}]0;x\u{7}",
        "\r\n",
        "\t",
        "\u{9b}2J",
        "\u{202e}",
        "\u{2066}",
        "\u{2069}",
        "\u{200d}",
        "\u{fe0f}",
        "שלום",
        "مرحبا",
        "你好",
        "👩‍👩‍👧‍👦",
        "🇩🇪",
        "👍🏽",
        "e\u{301}",
        "لا",
        "\0",
        "\u{7f}",
        " ",
        "word",
        "\u{2028}",
        "#\u{fe0f}\u{20e3}",
        "ｗ",
    ]);
    prop_oneof!["(?s:.{0,40})", prop::collection::vec(nasty, 0..12).prop_map(|parts| parts.concat()), "[a-z ]{0,300}",]
}

/// Any cell.
pub(super) fn cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(Cell::Null),
        strange().prop_map(Cell::Text),
        any::<u64>().prop_map(Cell::Number),
        any::<u64>().prop_map(Cell::Count),
        any::<f64>().prop_map(Cell::Real),
        any::<bool>().prop_map(Cell::Bool),
        any::<i64>().prop_map(|ms| Cell::Time(Timestamp(ms))),
        any::<u64>().prop_map(|ms| Cell::Span(Millis(ms))),
        Just(Cell::Status("completed", Tone::Good)),
        (any::<u64>(), any::<u64>()).prop_map(|(done, total)| Cell::Progress { done, total }),
        json_value().prop_map(Cell::Json),
    ]
}

fn json_value() -> impl Strategy<Value = Value> {
    (strange(), strange(), any::<i64>()).prop_map(|(key, text, number)| json!({ key: text, "n": [number, null, true] }))
}

/// A table of up to nine columns.
pub(super) fn table() -> impl Strategy<Value = (Vec<Column>, Vec<Vec<Cell>>)> {
    const KEYS: [&str; 9] = ["id", "name", "z", "a \"quoted\" key", "ключ", "状态", "progress", "b", "duration_ms"];
    (1..=KEYS.len()).prop_flat_map(|count| {
        let column = |key: &'static str| {
            any::<bool>().prop_map(move |flexible| {
                let column = Column::new(key, key);
                if flexible { column.flexible() } else { column }
            })
        };
        let columns: Vec<_> = KEYS[..count].iter().map(|&key| column(key)).collect();
        (columns, prop::collection::vec(prop::collection::vec(cell(), count), 0..6))
    })
}

/// What a drawing comes to.
pub(super) fn drawn(draw: impl FnOnce(&mut dyn std::io::Write) -> Result<(), super::Error>) -> String {
    let mut out = Vec::new();
    draw(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}
