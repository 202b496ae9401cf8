//! Numbers that must not be mixed up, and the public ids that are derived from them (EVENTS §4).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text.parse::<u32>() {
                    Ok(0) => Err("numbers start at 1".to_owned()),
                    Ok(n) => Ok($name(u64::from(n))),
                    Err(_) => Err(format!("`{text}` is not a number")),
                }
            }
        }
    };
}

number!(/** A job, counted from 1 in the workspace. */ JobId);
number!(/** A source row, counted from 1 in import order, for ever. */ RowId);
number!(/** One invocation that wrote. */ RequestId);
number!(/** One process that executed records. */ SessionId);

/// The global place of an event: strictly increasing over the whole log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub u64);

/// One row's execution inside a job: `3/17` is row 17 in job 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId {
    /// The job.
    pub job: JobId,
    /// The source row.
    pub row: RowId,
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.job, self.row)
    }
}

impl FromStr for RecordId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (job, row) =
            text.split_once('/').ok_or_else(|| format!("`{text}` is not a record; write job/row, such as `3/17`"))?;
        Ok(RecordId { job: job.parse()?, row: row.parse()? })
    }
}

/// Who this workspace is: 64 random bits, drawn when its file is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkspaceId(pub u64);

impl WorkspaceId {
    /// `evt_…`, `job_…`, `rec_…`, `sess_…`, `req_…`: the workspace and the number, never stored.
    #[must_use]
    pub fn public(self, kind: &str, number: u64) -> String {
        format!("{kind}_{}{}", crockford(self.0, 13), crockford(number, 1))
    }
}

impl WorkspaceId {
    /// `rec_…`: the workspace, the job, and seven digits of the row.
    #[must_use]
    pub fn record(self, record: RecordId) -> String {
        format!("{}{}", self.public("rec", record.job.0), crockford(record.row.0, 7))
    }
}

impl fmt::Display for WorkspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crockford(self.0, 13))
    }
}

impl FromStr for WorkspaceId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digit = |c: char| ALPHABET.iter().position(|&d| char::from(d) == c.to_ascii_uppercase());
        let value = text.chars().try_fold(0_u64, |value, c| {
            let digit = u64::try_from(digit(c)?).ok()?;
            value.checked_mul(32)?.checked_add(digit)
        });
        value
            .filter(|_| !text.is_empty())
            .map(WorkspaceId)
            .ok_or_else(|| format!("`{text}` is not 1 to 13 digits of Crockford base32 (0-9 A-Z without I L O U)"))
    }
}

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Crockford base32, padded with zeros to `width`.
fn crockford(mut value: u64, width: usize) -> String {
    let mut digits = Vec::new();
    while value > 0 || digits.len() < width {
        digits.push(char::from(ALPHABET[(value % 32) as usize]));
        value /= 32;
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back() {
        let id: RecordId = "3/17".parse().unwrap();
        assert_eq!(id, RecordId { job: JobId(3), row: RowId(17) });
        assert_eq!(id.to_string(), "3/17");
        for bad in ["3", "3/", "/3", "3/0", "0/3", "a/3", "3/4/5", "99999999999/1"] {
            assert!(bad.parse::<RecordId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_workspace_reads_back() {
        for value in [0, 1, 31, 32, u64::MAX] {
            assert_eq!(WorkspaceId(value).to_string().parse(), Ok(WorkspaceId(value)));
        }
        assert!("ZZZZZZZZZZZZZZ".parse::<WorkspaceId>().is_err());
        assert!("U".parse::<WorkspaceId>().is_err());
        assert_eq!(WorkspaceId(1).public("req", 33), "req_000000000000111");
        assert_eq!(WorkspaceId(1).record("3/33".parse().unwrap()), "rec_000000000000130000011");
    }
}
