//! SHA-256 over what is stored, in one form for whoever writes it and whoever checks it.

use std::ops::RangeInclusive;

use sha2::{Digest as _, Sha256};

/// The bytes as small hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Of a text, byte by byte.
#[must_use]
pub fn of_text(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// Appends cells, each with its length, so that no two rows look alike.
pub fn frame<'c>(cells: impl Iterator<Item = &'c [u8]>, out: &mut Vec<u8>) {
    for cell in cells {
        let length = u32::try_from(cell.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(cell);
    }
}

/// Of rows of cells; for a table the names of its columns come first, then those that make a row a double.
#[derive(Default)]
pub struct Rows {
    pending: Vec<u8>,
    hash: Sha256,
}

/// Cells are hashed in portions of about this many bytes.
const PORTION: usize = 1 << 16;

impl Rows {
    /// Adds a row.
    pub fn row<'c>(&mut self, cells: impl Iterator<Item = &'c [u8]>) {
        frame(cells, &mut self.pending);
        if self.pending.len() >= PORTION {
            self.hash.update(&self.pending);
            self.pending.clear();
        }
    }

    /// What all of them come to, in hex.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.hash.update(&self.pending);
        hex(&self.hash.finalize())
    }
}

/// Of the ranges of a selection, in their order.
#[derive(Default)]
pub struct Ranges(Sha256);

impl Ranges {
    /// Adds a range.
    pub fn range(&mut self, range: &RangeInclusive<u64>) {
        self.0.update(format!("{}-{},", range.start(), range.end()));
    }

    /// What all of them come to, in hex.
    #[must_use]
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// How often each of many keys was counted, whatever the order, in a few bytes however many keys there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted(u128);

impl Counted {
    /// Counts a key `n` times more.
    pub fn count(&mut self, key: &str, n: u64) {
        let digest = Sha256::digest(key);
        let mut head = [0; 16];
        head.copy_from_slice(&digest[..16]);
        // Odd, so that no multiple of it but none at all is nothing.
        let weight = u128::from_le_bytes(head) | 1;
        self.0 = self.0.wrapping_add(weight.wrapping_mul(n.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart_by_their_cells() {
        let of = |rows: &[&[&str]]| {
            let mut print = Rows::default();
            for row in rows {
                print.row(row.iter().map(|cell| cell.as_bytes()));
            }
            print.finish()
        };
        assert_eq!(of(&[&["a", "b"]]), of(&[&["a"], &["b"]]), "columns come first, so rows need no end of their own");
        assert_ne!(of(&[&["a", "b"]]), of(&[&["ab", ""]]));
        assert_ne!(of(&[&["a", "b"]]), of(&[&["b", "a"]]));
        let large = "x".repeat(PORTION);
        assert_ne!(of(&[&[&large], &["a"]]), of(&[&[&large], &["b"]]));
    }

    #[test]
    fn counts_do_not_know_an_order() {
        let of = |counts: &[(&str, u64)]| {
            let mut counted = Counted::default();
            counts.iter().for_each(|(key, n)| counted.count(key, *n));
            counted
        };
        assert_eq!(of(&[("a", 1), ("b", 2), ("a", 1)]), of(&[("b", 2), ("a", 2)]));
        assert_ne!(of(&[("a", 1), ("b", 2)]), of(&[("a", 2), ("b", 1)]));
        assert_ne!(of(&[("a", 1)]), of(&[]));
    }
}
