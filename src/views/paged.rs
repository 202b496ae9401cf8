//! Long lists, a page at a time: what is held does not grow with what is read, and nothing holds the file back.

use std::collections::VecDeque;

use crate::model::report::grouped;
use crate::store;

/// How many are asked for at once.
pub(super) const PAGE: u64 = 500;

/// Items as they are read. The first page is read at once, so that a question that cannot be answered is known before
/// anything is shown.
pub(super) struct Paged<T, F> {
    fetch: F,
    held: VecDeque<T>,
    left: u64,
    ended: bool,
}

impl<T, F: FnMut(u64, Option<&T>) -> store::Result<Vec<T>>> Paged<T, F> {
    /// Up to `limit` items. `fetch` is given how many to read and the last item before them.
    pub(super) fn begin(limit: u64, mut fetch: F) -> store::Result<Paged<T, F>> {
        let first = fetch(limit.min(PAGE), None)?;
        let ended = (first.len() as u64) < limit.min(PAGE);
        Ok(Paged { fetch, held: first.into(), left: limit, ended })
    }
}

impl<T, F: FnMut(u64, Option<&T>) -> store::Result<Vec<T>>> Iterator for Paged<T, F> {
    type Item = store::Result<T>;

    fn next(&mut self) -> Option<store::Result<T>> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        // Read on while the last one is still here: it says where to go on.
        if self.held.len() == 1 && !self.ended && self.left > 0 {
            let wanted = self.left.min(PAGE);
            match (self.fetch)(wanted, self.held.front()) {
                Ok(more) => {
                    self.ended = (more.len() as u64) < wanted;
                    self.held.extend(more);
                }
                Err(error) => {
                    (self.left, self.ended) = (0, true);
                    return Some(Err(error));
                }
            }
        }
        self.held.pop_front().map(Ok)
    }
}

/// `20 of 1,000; --limit N shows more`, when there are more.
pub(super) fn more(shown: u64, offset: u64, total: u64) -> Option<String> {
    let after = total.saturating_sub(offset);
    if after <= shown {
        return None;
    }
    let from = if offset > 0 { format!(" from {}", grouped(offset + 1)) } else { String::new() };
    Some(format!("{}{from} of {}; `--limit N` shows more", grouped(shown), grouped(total)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_a_gap() {
        for (total, limit) in [(0, 9), (1, 1), (499, 900), (500, 900), (501, 900), (1_700, u64::MAX), (1_700, 1_000)] {
            let mut most = 0;
            let fetch = |wanted: u64, last: Option<&u64>| {
                most = most.max(wanted);
                let first = last.map_or(0, |last| last + 1);
                Ok((first..total.min(first + wanted)).collect())
            };
            let all: Vec<u64> = Paged::begin(limit, fetch).unwrap().collect::<store::Result<_>>().unwrap();
            assert_eq!(all, (0..total.min(limit)).collect::<Vec<_>>(), "{total} {limit}");
            assert!(most <= PAGE);
        }
    }

    #[test]
    fn a_fault_ends_the_list() {
        let fetch = |wanted: u64, last: Option<&u64>| match last {
            None => Ok((0..wanted).collect()),
            Some(_) => Err(store::Error::Injected("gone")),
        };
        let mut paged = Paged::begin(900, fetch).unwrap();
        assert_eq!(paged.by_ref().take_while(Result::is_ok).count(), 499);
        assert!(paged.next().is_none());
    }

    #[test]
    fn what_is_left_is_told() {
        assert_eq!(more(50, 0, 10_000).as_deref(), Some("50 of 10,000; `--limit N` shows more"));
        assert_eq!(more(50, 100, 10_000).as_deref(), Some("50 from 101 of 10,000; `--limit N` shows more"));
        assert_eq!(more(50, 0, 50), None);
        assert_eq!(more(50, 9_990, 10_000), None);
    }
}
