//! The candidates, and which of them it is.

use super::super::grammar::{Dress, Grammar};
use super::super::options::{Escape, Options, Quote};
use super::super::text::Supply;
use super::sample::Sample;
use super::score::score;

/// In the order in which a tie is decided.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

struct Candidate {
    grammar: Grammar,
    sample: Sample,
    score: f64,
}

/// The grammar that explains `text` best among those that `options` leave open, and the sample under it.
pub(in super::super) fn choose(text: &[u8], supply: Supply, options: &Options) -> (Grammar, Sample) {
    let trial = |delimiter, quote, escape| {
        let grammar = Grammar { delimiter, quote, escape, comment: options.comment };
        let sample = Sample::of(text, supply, grammar);
        let score = score(&sample, &grammar);
        Candidate { grammar, sample, score }
    };
    let first_quote = options.quote.unwrap_or(Quote::Double);
    let first_escape = options.escape.unwrap_or(Escape::Doubled);
    let mut best = trial(options.delimiter.unwrap_or(DELIMITERS[0]), first_quote, first_escape);
    for quote in quotes(text, options) {
        for escape in escapes(text, quote, options) {
            for delimiter in delimiters(text, options) {
                let candidate = trial(delimiter, quote, escape);
                if candidate.score > best.score && is_argued(&candidate, options) {
                    best = candidate;
                }
            }
        }
    }
    (best.grammar, best.sample)
}

fn delimiters(text: &[u8], options: &Options) -> Vec<u8> {
    match options.delimiter {
        Some(stated) => vec![stated],
        None => DELIMITERS.into_iter().filter(|byte| memchr::memchr(*byte, text).is_some()).collect(),
    }
}

fn quotes(text: &[u8], options: &Options) -> Vec<Quote> {
    match options.quote {
        Some(stated) => vec![stated],
        None if options.delimiter != Some(b'\'') && memchr::memchr(b'\'', text).is_some() => {
            vec![Quote::Double, Quote::Single]
        }
        None => vec![Quote::Double],
    }
}

fn escapes(text: &[u8], quote: Quote, options: &Options) -> Vec<Escape> {
    let escaped = |byte: u8| memchr::memmem::find(text, &[b'\\', byte]).is_some();
    match options.escape {
        Some(stated) => vec![stated],
        None if quote.byte().is_some_and(escaped) => vec![Escape::Doubled, Escape::Backslash],
        None => vec![Escape::Doubled],
    }
}

/// `"` and doubling are what nearly every file has; `'` and `\` stand in ordinary text too. A guess that takes such a
/// byte out of cells needs more than a better score: no damage at all under it, and for `'` quotes that nothing
/// else explains, or that half of the rows have.
fn is_argued(candidate: &Candidate, options: &Options) -> bool {
    let guessed_quote = options.quote.is_none() && candidate.grammar.quote == Quote::Single;
    let guessed_escape = options.escape.is_none() && candidate.grammar.escape == Escape::Backslash;
    if !guessed_quote && !guessed_escape {
        return true;
    }
    let records = &candidate.sample.records;
    let sound = records.iter().all(|record| record.flaw.is_none());
    let quoted = |record: &&super::sample::Sampled| record.dresses.iter().any(|dress| *dress != Dress::Bare);
    let needed =
        records.iter().flat_map(|record| &record.dresses).any(|dress| *dress == Dress::Quoted { needed: true });
    let half = records.iter().filter(quoted).count() * 2 >= records.len();
    sound && (!guessed_quote || needed || half)
}
