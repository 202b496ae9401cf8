//! Random bytes that are rich in what csv readers trip over.

use proptest::prelude::*;

use super::super::cursor::Cursor;
use super::super::decode::Decoder;
use super::super::grammar::{Dress, Flaw, Grammar};
use super::super::records::Records;
use super::super::text::{Supply, Text};
use super::super::{Encoding, Escape, Options, Quote, Ragged};
use super::read_with;

const RFC: Grammar = Grammar { delimiter: b',', quote: Quote::Double, escape: Escape::Doubled, comment: None };

/// One record, detached from its text.
#[derive(Debug, PartialEq, Eq)]
struct Owned {
    line: u64,
    raw: Vec<u8>,
    cells: Vec<Vec<u8>>,
    flaw: Option<Flaw>,
}

fn records(text: Text, grammar: Grammar) -> Vec<Owned> {
    let mut records = Records::new(Cursor::new(text), grammar);
    let mut all = Vec::new();
    while records.advance().expect("memory does not fail") {
        let record = records.record();
        let cells = record.cells.iter().map(<[u8]>::to_vec).collect();
        all.push(Owned { line: record.line, raw: record.raw.to_vec(), cells, flaw: record.flaw });
    }
    all
}

/// The record as a strict writer would write these cells, each dressed as it is in `raw`.
fn rewritten(record: &Owned) -> Vec<u8> {
    let dresses = RFC.dresses(&record.raw);
    assert_eq!(dresses.len(), record.cells.len(), "both find the same cells");
    let cells = record.cells.iter().zip(dresses).map(|(cell, dress)| match dress {
        Dress::Bare => cell.clone(),
        Dress::Quoted { .. } => {
            let inside = String::from_utf8(cell.clone()).expect("soup is ASCII").replace('"', "\"\"");
            format!("\"{inside}\"").into_bytes()
        }
    });
    cells.collect::<Vec<_>>().join(&b","[..])
}

fn lines(text: &str) -> Vec<String> {
    text.replace("\r\n", "\n").replace('\r', "\n").split('\n').map(str::to_owned).collect()
}

/// A source that hands out a few bytes at a time.
struct Dripping(Vec<u8>, usize);

impl std::io::Read for Dripping {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(into.len());
        into[..count].copy_from_slice(&self.0[..count]);
        self.0.drain(..count);
        Ok(count)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_passes_the_audit_is_what_was_written(soup in "[ab,\"\n\r ]{0,60}") {
        for record in records(Text::sample(soup.clone().into_bytes(), Supply::Ended), RFC) {
            if record.flaw.is_none() {
                prop_assert_eq!(rewritten(&record).escape_ascii().to_string(), record.raw.escape_ascii().to_string());
            }
        }
    }

    #[test]
    fn every_flaw_is_one(soup in "[ab,\"\n\r ]{0,60}") {
        for record in records(Text::sample(soup.clone().into_bytes(), Supply::Ended), RFC) {
            let told = match record.flaw {
                None => true,
                Some(Flaw::Nul { at }) => record.raw[at] == 0,
                Some(Flaw::UnterminatedQuote { at, .. }) => record.raw[at] == b'"',
                Some(Flaw::TextAfterQuote { at, .. }) => {
                    record.raw[at] == b'"' && !matches!(record.raw[at + 1], b'"' | b',')
                }
            };
            prop_assert!(told, "{:?}", record);
        }
    }

    #[test]
    fn every_record_is_on_its_line(soup in "[ab,\"\n\r ]{0,60}") {
        let physical = lines(&soup);
        for record in records(Text::sample(soup.clone().into_bytes(), Supply::Ended), RFC) {
            let first = lines(&String::from_utf8(record.raw).expect("ASCII")).swap_remove(0);
            let line = usize::try_from(record.line).expect("few lines");
            prop_assert_eq!(&physical[line - 1], &first);
        }
    }

    #[test]
    fn portions_do_not_matter(soup in "[aé,\"'\\\\\n\r#\u{feff}]{0,60}", portion in 1_usize..5, backslash: bool) {
        let escape = if backslash { Escape::Backslash } else { Escape::Doubled };
        let grammar = Grammar { escape, comment: Some(b'#'), ..RFC };
        let decoder = Decoder::stated(Encoding::Utf8);
        let dripped = Text::new(Box::new(Dripping(soup.clone().into_bytes(), portion)), decoder);
        let mut whole = soup.clone().into_bytes();
        if whole.starts_with(b"\xEF\xBB\xBF") { whole.drain(..3); }
        prop_assert_eq!(records(dripped, grammar), records(Text::sample(whole, Supply::Ended), grammar));
    }

    #[test]
    fn csv_agrees_about_every_row(soup in "[ab,\"\n\r ]{1,60}") {
        let options = Options {
            delimiter: Some(b','), quote: Some(Quote::Double), escape: Some(Escape::Doubled),
            headers: super::super::Headers::Absent, skip_lines: Some(0), ragged: Ragged::Reject,
            encoding: Some(Encoding::Utf8), ..Options::default()
        };
        let Ok(table) = read_with(soup.as_bytes(), &options) else { return Ok(()) };
        prop_assume!(!soup.to_lowercase().starts_with("sep="));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(soup.as_bytes());
        let theirs: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("ASCII")).collect();
        prop_assert_eq!(table.rows.len() + table.rejects.len(), theirs.len());
        let mut position = theirs.iter();
        for (_, cells) in &table.rows {
            prop_assert!(position.any(|record| record.iter().eq(cells.iter())), "{:?}", cells);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let reject = Options { ragged: Ragged::Reject, ..Options::default() };
        for options in [Options::default(), reject] {
            if let Err(error) = read_with(&bytes, &options) {
                prop_assert!(!error.to_string().is_empty());
                let _ = error.hint();
            }
        }
    }
}
