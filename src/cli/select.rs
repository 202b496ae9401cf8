//! Which rows are meant, in the flags' words and in the log's.

use sha2::{Digest, Sha256};

use super::args::Run as Args;
use super::failure::Failure;
use crate::engine::Overrides;
use crate::model::id::JobId;
use crate::model::spinner::Spinner;
use crate::store::{Job, Range, Read, Selector};

/// The flags as a selector.
pub(super) fn selector(args: &Args, spinner: &str) -> Result<Selector, Failure> {
    Ok(Selector {
        rows: args.rows.as_deref().map(ranges).transpose().map_err(Failure::request)?,
        condition: args.condition.clone(),
        limit: args.limit,
        new_for: args.new.then(|| spinner.to_owned()),
        failed_in: args.failed_in,
    })
}

/// `1-100,205` as ranges.
fn ranges(text: &str) -> Result<Vec<Range>, String> {
    let number = |part: &str| {
        part.trim()
            .parse::<u64>()
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| format!("`{part}` in `--rows {text}` is not a row number; write them like 1-100,205"))
    };
    text.split(',')
        .map(|part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let range = number(first)?..=number(last)?;
            if range.is_empty() { Err(format!("`{part}` in `--rows {text}` ends before it begins")) } else { Ok(range) }
        })
        .collect()
}

/// The flags as limits over the spinner's own.
pub(super) fn overrides(limits: &super::args::Limits) -> Overrides {
    let limits = limits.clone();
    Overrides { concurrency: limits.concurrency, rate: limits.rate, max_failures: limits.max_failures, assumed: None }
}

/// The job of that number.
pub(super) fn known_job(store: Option<&dyn Read>, id: JobId) -> Result<Job, Failure> {
    let job = store.map(|store| store.job(id)).transpose()?.flatten();
    job.ok_or_else(|| Failure::request(format!("there is no job {id}")).hint("`cxgear jobs` lists them"))
}

/// The selection in words, for the log.
pub(super) fn summary(selector: &Selector) -> String {
    let mut parts = Vec::new();
    if let Some(ranges) = &selector.rows {
        let parts_of: Vec<_> = ranges
            .iter()
            .map(|r| if r.start() == r.end() { r.start().to_string() } else { format!("{}-{}", r.start(), r.end()) })
            .collect();
        parts.push(format!("rows {}", parts_of.join(",")));
    }
    parts.extend(selector.condition.as_ref().map(|condition| format!("where {condition}")));
    parts.extend(selector.failed_in.map(|job| format!("failed in job {job}")));
    parts.extend(selector.new_for.as_ref().map(|_| "new".to_owned()));
    parts.extend(selector.limit.map(|limit| format!("the first {limit}")));
    if parts.is_empty() { "all rows".to_owned() } else { parts.join(", ") }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the arguments come to: two runs with one idempotency key must agree in it.
pub(super) fn fingerprint(
    spinner: &Spinner,
    table: &str,
    metadata: Option<&[String]>,
    selector: &Selector,
    overrides: &Overrides,
) -> String {
    // As JSON, so that a limit which a later version knows changes nothing for those that do not give it.
    let overrides = serde_json::to_string(overrides).unwrap_or_default();
    hex(Sha256::new()
        .chain_update(format!("{}\n{}\n{table}\n{metadata:?}\n{selector:?}\n{overrides}", spinner.name, spinner.hash)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_read_and_say_what_is_wrong() {
        assert_eq!(ranges("1-100,205"), Ok(vec![1..=100, 205..=205]));
        for bad in ["", "0", "5-1", "a", "1-", "-3", "1,,2"] {
            assert!(ranges(bad).is_err(), "{bad}");
        }
    }
}
