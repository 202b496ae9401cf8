//! How well a grammar explains a sample.
//!
//! After G. van den Burg, A. Nazábal and C. Sutton, "Wrangling messy CSV files by detecting row and type patterns"
//! (2019): a good dialect gives rows of one width and cells of a known form. Their pattern score divides by the number
//! of distinct widths, so that a single ragged row halves it; here the share of the commonest width is squared, because
//! a file with a few bad rows must still be told about them under its own delimiter.

use super::super::grammar::{Dress, Grammar};
use super::kind::Kind;
use super::sample::{Sample, Sampled};
use super::table::start;

/// A table of one column: less than any that a delimiter splits with some regularity.
const SINGLE: f64 = 0.05;

/// A list in each row (`1,a;b;c`) is as regular as a table, but the first record does not have it. Where that is a
/// preamble over a real table, no other delimiter comes near.
const OTHER_HEADER: f64 = 0.5;

/// How well `grammar` explains `sample`, from 0 to 1.
pub(super) fn score(sample: &Sample, grammar: &Grammar) -> f64 {
    let records = &sample.records;
    if records.is_empty() {
        return 0.0;
    }
    let width = sample.width();
    let share = |count: usize| count as f64 / records.len() as f64;
    let regular = share(records.iter().filter(|record| record.width() == width).count());
    let sound = share(records.iter().filter(|record| record.flaw.is_none()).count());
    let opening = if records[0].width() == width && start(sample).index == 0 { 1.0 } else { OTHER_HEADER };
    let split = if width > 1 { (width - 1) as f64 / width as f64 } else { SINGLE };
    regular * regular * sound * sound * opening * split * plausibility(records, grammar)
}

fn plausibility(records: &[Sampled], grammar: &Grammar) -> f64 {
    let cells = records.iter().flat_map(|record| {
        let dresses = record.dresses.iter().copied().map(Some).chain(std::iter::repeat(None));
        record.cells.iter().zip(dresses)
    });
    let (mut sum, mut count) = (0.0, 0);
    for (cell, dress) in cells {
        count += 1;
        sum += match dress {
            Some(Dress::Quoted { .. }) => 1.0,
            Some(Dress::Bare) => of_bare(cell, grammar),
            None => 0.0,
        };
    }
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

/// A bare cell that holds another delimiter, or quotes at its edges, was probably cut in the wrong places. A comma is
/// ordinary in prose, a tab is not.
fn of_bare(cell: &[u8], grammar: &Grammar) -> f64 {
    if Kind::of(cell) != Kind::Text {
        return 1.0;
    }
    let holds = |byte: u8| byte != grammar.delimiter && memchr::memchr(byte, cell).is_some();
    let inner = cell.trim_ascii();
    let edges = [inner.first(), inner.last()];
    let quoted = edges.iter().any(|edge| edge.is_some_and(|byte| *byte == b'"' || *byte == b'\''));
    match () {
        () if holds(b'\t') || holds_joined_numbers(cell, grammar) => 0.0,
        () if holds(b'|') || quoted => 0.1,
        () if holds(b';') => 0.3,
        () if holds(b',') || cell.first() == Some(&b' ') => 0.5,
        () => 0.9,
    }
}

/// `5;0` is what decimal commas leave of `1,5;0,25`.
fn holds_joined_numbers(cell: &[u8], grammar: &Grammar) -> bool {
    cell.windows(3).any(|three| {
        let joint = matches!(three[1], b';' | b'|') && three[1] != grammar.delimiter;
        joint && three[0].is_ascii_digit() && three[2].is_ascii_digit()
    })
}
