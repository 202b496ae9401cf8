//! Where in the sample the table begins, and whether its first record names the columns.

use super::kind::Kind;
use super::sample::{Sample, Sampled};

/// A preamble is not looked for further down than this.
const PREAMBLE: usize = 30;
/// Share of a column that must be of one form before the form says anything.
const DOMINANT: f64 = 0.9;

/// The record that begins the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in super::super) struct Start {
    /// Its number in the sample.
    pub(in super::super) index: usize,
    /// Physical lines before it.
    pub(in super::super) lines: u64,
}

/// What the first record of the table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Header {
    Named,
    /// The names, though something in it looks like data.
    Doubtful,
    Missing,
}

/// Where the table begins: at the first record, unless lines that are plainly no part of a table come before a record
/// that plainly is its header.
pub(in super::super) fn start(sample: &Sample) -> Start {
    let records = &sample.records;
    let width = sample.width();
    let is_table = |record: &Sampled| record.width() == width && (record.filled() > 1 || width == 1);
    let Some(index) = records.iter().take(PREAMBLE).position(is_table) else { return Start::default() };
    let (before, table) = records.split_at(index);
    let padded = before.iter().any(|record| record.width() == width);
    let plain = width > 1
        && before.iter().all(|record| is_aside(record, width))
        && table.len() > 1
        && table.iter().take(4).all(|record| record.width() == width)
        && could_be_header(&table[0], if padded { width } else { width.div_ceil(2) })
        && (width > 2 || stands_apart(before, table));
    if index == 0 || !plain {
        return Start::default();
    }
    Start { index, lines: table[0].line - 1 }
}

/// A title, a remark, or a pair such as `Created by,Ada` over a wide table. A record that lacks one cell is not aside:
/// it is a header or a row that someone must be told about.
fn is_aside(record: &Sampled, width: usize) -> bool {
    record.filled() <= 1 || (width >= 4 && record.width() <= 2)
}

/// Two columns could as well be one with a comma in it: names such as `Doe, John` below the header `name`.
fn stands_apart(before: &[Sampled], table: &[Sampled]) -> bool {
    let gap = before.last().is_some_and(|last| table[0].line > last.line + 1);
    gap || differences(&table[0], &table[1..]).different > 0
}

fn could_be_header(record: &Sampled, least_filled: usize) -> bool {
    let data = record.cells.iter().any(|cell| Kind::of(cell).is_typed() && !is_year(cell));
    record.filled() >= least_filled && !data
}

/// Whether the record at `start` is a header, by how it differs from what stands below it in its columns.
pub(in super::super) fn header(sample: &Sample, start: Start) -> Header {
    let Some((first, rest)) = sample.records.get(start.index..).and_then(<[Sampled]>::split_first) else {
        return Header::Named;
    };
    let Differences { same, different } = differences(first, rest);
    match (same, different) {
        (0, _) => Header::Named,
        (_, 0) if !is_series_with_names(first) => Header::Missing,
        _ => Header::Doubtful,
    }
}

/// In how many columns the first cell is of the form of the cells below, and in how many it is not.
struct Differences {
    same: usize,
    different: usize,
}

fn differences(first: &Sampled, rest: &[Sampled]) -> Differences {
    let rest: Vec<&Sampled> = rest.iter().filter(|record| record.width() == first.width()).collect();
    let mut found = Differences { same: 0, different: 0 };
    for (column, cell) in first.cells.iter().enumerate() {
        match compare(cell, rest.iter().map(|record| record.cells[column].as_slice())) {
            Some(true) => found.same += 1,
            Some(false) => found.different += 1,
            None => {}
        }
    }
    found
}

/// Years or numbers in a row beside a name (`country,2019,2020`) are a header whose cells look like what is below it.
fn is_series_with_names(first: &Sampled) -> bool {
    let kinds = || first.cells.iter().map(|cell| (cell, Kind::of(cell)));
    let named = kinds().any(|(_, kind)| kind == Kind::Text);
    let typed: Vec<&Vec<u8>> = kinds().filter(|(_, kind)| kind.is_typed()).map(|(cell, _)| cell).collect();
    let numbers: Option<Vec<i64>> =
        typed.iter().map(|cell| std::str::from_utf8(cell).ok()?.trim().parse().ok()).collect();
    let rises = numbers.is_some_and(|all| all.len() > 1 && all.windows(2).all(|pair| pair[1] == pair[0] + 1));
    named && (rises || typed.iter().all(|cell| is_year(cell)))
}

/// Whether a cell is of the form that its column has; `None` when the column has none that a name could not have too.
fn compare<'a>(cell: &[u8], column: impl Iterator<Item = &'a [u8]>) -> Option<bool> {
    let kinds: Vec<Kind> = column.map(Kind::of).filter(|kind| *kind != Kind::Empty).collect();
    let form = *kinds.first()?;
    let agreeing = kinds.iter().filter(|kind| **kind == form).count();
    if !form.is_typed() || (agreeing as f64) < DOMINANT * kinds.len() as f64 {
        return None;
    }
    let kind = Kind::of(cell);
    (kind != Kind::Empty).then_some(kind == form)
}

fn is_year(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    cell.len() == 4 && (cell.starts_with(b"19") || cell.starts_with(b"20")) && cell.iter().all(u8::is_ascii_digit)
}
