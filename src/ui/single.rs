//! One thing in a terminal: its headline, names with values, small tables, a timeline, and what to type next.

use std::io::Write;

use serde_json::Value;

use super::Error;
use super::face::{Face, Times};
use super::layout::GAP;
use super::stream::Canvas;
use super::{table, text, timeline};
use crate::model::report::{Block, Cell, Tone};

/// How far blocks with a heading stand in.
const INDENT: usize = 2;

/// Writes the blocks in order, an empty line between two of them.
pub(super) fn blocks(blocks: Vec<Block<'_>>, canvas: &Canvas<'_>, out: &mut dyn Write) -> Result<(), Error> {
    for (at, block) in blocks.into_iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        match block {
            Block::Title(cells) => write_all(&title(&cells, canvas), out)?,
            Block::Pairs { title, pairs } => {
                let indent = heading(title, canvas, out)?;
                if indent > 0 && pairs.is_empty() {
                    writeln!(out, "{}{}", text::spaces(indent), canvas.paint.dim("(none)"))?;
                }
                write_all(&shift(paired(&pairs, &canvas.inset(indent)), indent), out)?;
            }
            Block::Table { title, list } => {
                let indent = heading(title, canvas, out)?;
                let mut table = Vec::new();
                // Small by its contract (`Block::Table`), so it may be held.
                let drawn = table::list(list, &canvas.inset(indent), &mut table);
                let lines = String::from_utf8_lossy(&table).lines().map(str::to_owned).collect();
                write_all(&shift(lines, indent), out)?;
                drawn?;
            }
            Block::Timeline(timeline) => write_all(&timeline::lines(&timeline, canvas), out)?,
            Block::Verbatim { title, text } => {
                heading(title, canvas, out)?;
                write_all(&text::verbatim(&text), out)?;
            }
            Block::Next(command) => {
                // Never wrapped: it is there to be copied.
                let command = text::lines(&command).join(" ");
                writeln!(out, "{}{command}", canvas.paint.dim("next: "))?;
            }
        }
    }
    Ok(())
}

fn write_all(lines: &[String], out: &mut dyn Write) -> Result<(), Error> {
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Writes a heading, if there is one, and says how far what follows stands in.
fn heading(title: &str, canvas: &Canvas<'_>, out: &mut dyn Write) -> Result<usize, Error> {
    if title.is_empty() {
        return Ok(0);
    }
    writeln!(out, "{}", canvas.paint.bold(&text::line(title, canvas.width)))?;
    Ok(INDENT)
}

/// Lines moved to the right; empty ones stay empty.
fn shift(lines: Vec<String>, by: usize) -> Vec<String> {
    let margin = text::spaces(by);
    let moved = |line: String| if line.is_empty() { line } else { format!("{margin}{line}") };
    lines.into_iter().map(moved).collect()
}

/// `record 3/17 · completed · 2.3 s`: the name stands out, a state has its colour. Broken between parts only.
fn title(cells: &[Cell], canvas: &Canvas<'_>) -> Vec<String> {
    let room = canvas.width - INDENT;
    let mut lines = vec![String::new()];
    let mut used = 0;
    for (at, cell) in cells.iter().enumerate() {
        let face = Face::of(cell, Times::Full, canvas.zone, room);
        if face.text.is_empty() {
            continue;
        }
        let shown = text::isolate(&face.text, canvas.bidi);
        let shown = if at == 0 { canvas.paint.bold(&shown) } else { canvas.paint.tone(face.tone, &shown) };
        let cells = text::width(&face.text);
        // The separator needs three, and one more where the line is broken after it.
        if used > 0 && used + 3 + cells + 2 > room {
            lines.push(text::spaces(INDENT));
            used = 0;
        }
        let separator = if used > 0 { canvas.paint.dim(" · ") } else { String::new() };
        if let Some(line) = lines.last_mut() {
            line.push_str(&separator);
            line.push_str(&shown);
        }
        used += cells + if separator.is_empty() { 0 } else { 3 };
    }
    lines
}

/// Names in a column, values beside them, wrapped under themselves.
fn paired(pairs: &[(String, Cell)], canvas: &Canvas<'_>) -> Vec<String> {
    let most = canvas.width / 3;
    let names: Vec<String> = pairs.iter().map(|(name, _)| text::line(name, most)).collect();
    let column = names.iter().map(|name| text::width(name)).max().unwrap_or(0) + GAP;
    let mut lines = Vec::new();
    for (name, (_, cell)) in names.iter().zip(pairs) {
        let gap = text::spaces(column - text::width(name));
        let name = canvas.paint.dim(&text::isolate(name, canvas.bidi));
        let mut lead = format!("{name}{gap}");
        for value in value(cell, canvas.width - column, canvas) {
            lines.push(format!("{lead}{value}").trim_end().to_owned());
            lead = text::spaces(column);
        }
    }
    lines
}

/// The whole value in lines of at most `room` cells; here nothing is cut.
fn value(cell: &Cell, room: usize, canvas: &Canvas<'_>) -> Vec<String> {
    let whole = match cell {
        Cell::Null => return vec![canvas.paint.dim("–")],
        Cell::Text(text) | Cell::Json(Value::String(text)) if text.is_empty() => {
            return vec![canvas.paint.dim("(empty)")];
        }
        Cell::Text(text) | Cell::Json(Value::String(text)) if text.trim().is_empty() => {
            return vec![canvas.paint.dim("(blank)")];
        }
        Cell::Text(text) | Cell::Json(Value::String(text)) => text.clone(),
        Cell::Json(value) => json(value, room),
        Cell::Number(_) | Cell::Count(_) | Cell::Real(_) | Cell::Bool(_) => short(cell, canvas),
        Cell::Time(_) | Cell::Span(_) | Cell::Status(..) | Cell::Progress { .. } => short(cell, canvas),
    };
    let tone = if let Cell::Status(_, tone) = cell { *tone } else { Tone::Plain };
    let lines = text::lines(&whole);
    let wrapped = lines.iter().flat_map(|line| text::wrap(line, room));
    wrapped.map(|line| canvas.paint.tone(tone, &text::isolate(&line, canvas.bidi))).collect()
}

fn short(cell: &Cell, canvas: &Canvas<'_>) -> String {
    Face::of(cell, Times::Full, canvas.zone, usize::MAX).text
}

/// A list of words as people write one; any other structure as JSON, in one line if it fits into `room` cells.
fn json(value: &Value, room: usize) -> String {
    let word = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    let words = value.as_array().and_then(|list| list.iter().map(word).collect::<Option<Vec<String>>>());
    if let Some(words) = words.filter(|words| !words.is_empty()) {
        return words.join(", ");
    }
    let compact = value.to_string();
    if text::width(&compact) <= room {
        return compact;
    }
    serde_json::to_string_pretty(value).unwrap_or(compact)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::report::Column;
    use crate::model::time::{Millis, Timestamp};
    use proptest::prelude::*;
    use serde_json::json;

    fn drawn(parts: Vec<Block<'_>>, canvas: &Canvas<'_>) -> String {
        let mut out = Vec::new();
        blocks(parts, canvas, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn record() -> Vec<Block<'static>> {
        let status = Cell::Status("completed", Tone::Good);
        let started = Cell::Time(Timestamp(1_774_449_075_000));
        let response = "Dear Anna,\n\nthe invoice is right, and we have looked into it twice to be sure.\n";
        let table = sample::list(
            vec![Column::new("reason", "REASON").flexible(), Column::new("n", "RECORDS")],
            vec![vec![Cell::text("timeout"), Cell::Count(1_200)]],
        );
        vec![
            Block::Title(vec![Cell::text("record 3/17"), status, Cell::Null, started, Cell::Span(Millis(4_560))]),
            Block::Pairs {
                title: "Outcomes",
                pairs: vec![
                    ("tags".to_owned(), Cell::Json(json!(["vip", "new"]))),
                    ("ai_response".to_owned(), Cell::text(response)),
                    ("crm".to_owned(), Cell::Json(json!({"id": 7}))),
                    ("phone".to_owned(), Cell::text("")),
                    ("pad".to_owned(), Cell::text("  ")),
                    ("ended".to_owned(), Cell::Null),
                ],
            },
            Block::Table { title: "Failures", list: table },
            Block::Next("cxgear retry 3 --failed".to_owned()),
        ]
    }

    #[test]
    fn a_record_in_60_columns() {
        let expected = "\
record 3/17 · completed · 2026-03-25 14:31:15 · 4.5 s

Outcomes
  tags         vip, new
  ai_response  Dear Anna,

               the invoice is right, and we have looked into
               it twice to be sure.
  crm          {\"id\":7}
  phone        (empty)
  pad          (blank)
  ended        –

Failures
  REASON   RECORDS
  timeout    1,200

next: cxgear retry 3 --failed
";
        assert_eq!(drawn(record(), &sample::canvas(60)), expected);
    }

    #[test]
    fn a_long_title_breaks_between_its_parts() {
        let title = || Block::Title((0..4).map(|_| Cell::text("a part of twenty-five")).collect());
        let expected =
            "a part of twenty-five · a part of twenty-five\n  a part of twenty-five · a part of twenty-five\n";
        assert_eq!(drawn(vec![title()], &sample::canvas(60)), expected);
    }

    #[test]
    fn a_command_is_never_wrapped() {
        let command = format!("cxgear run {}", "x".repeat(100));
        let drawn = drawn(vec![Block::Next(command.clone())], &sample::canvas(40));
        assert_eq!(drawn, format!("next: {command}\n"));
    }

    #[test]
    fn a_heading_with_nothing_below_says_so() {
        let none = |title| vec![Block::Pairs { title, pairs: Vec::new() }];
        assert_eq!(drawn(none("Outcomes"), &sample::canvas(40)), "Outcomes\n  (none)\n");
        assert_eq!(drawn(none(""), &sample::canvas(40)), "");
    }

    #[test]
    fn a_text_to_copy_is_neither_wrapped_nor_moved() {
        let text = format!("message = \"{}\"\n\n\tindented  \n", "word ".repeat(20));
        let block = Block::Verbatim { title: "Definition", text: format!("{text}# \u{1b}[2J") };
        assert_eq!(
            drawn(vec![block], &sample::screen(40)).replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""),
            format!("Definition\n{text}# \\x1b[2J\n")
        );
    }

    proptest! {
        #[test]
        fn blocks_fit_and_nothing_in_them_acts(
            title in prop::collection::vec(sample::cell(), 0..5),
            pairs in prop::collection::vec((sample::strange(), sample::cell()), 0..5),
            width in 20_usize..200,
        ) {
            for canvas in [sample::canvas(width), sample::screen(width)] {
                let parts = vec![
                    Block::Title(title.clone()),
                    Block::Pairs { title: "Metadata", pairs: pairs.clone() },
                    Block::Pairs { title: "", pairs: pairs.clone() },
                ];
                sample::checked(&drawn(parts, &canvas), width)?;
            }
        }
    }
}
