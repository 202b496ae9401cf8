//! What is asked of a person, or read from standard input, without a trace on the screen.

use std::io::{self, IsTerminal as _, Read as _};

use zeroize::Zeroizing;

use crate::cli::failure::{Failure, Kind};
use crate::model::credential::LONGEST_VALUE;

/// Whether somebody sits there who could answer.
pub(super) fn somebody() -> bool {
    io::stdin().is_terminal() || io::stderr().is_terminal()
}

/// Asks on the terminal; what is typed is not shown.
pub(super) fn hidden(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    match rpassword::prompt_password(prompt) {
        Ok(typed) => Ok(Zeroizing::new(typed)),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            Err(Failure { kind: Kind::Interrupted, ..Failure::request("interrupted; nothing was changed") })
        }
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Failure::request("nothing was typed")),
        Err(error) => Err(Failure::world(anyhow::Error::new(error).context("cannot ask on this terminal"))),
    }
}

/// A value: asked for, or read from standard input when that is no terminal. One line end after it is no part of it.
pub(super) fn value(name: &str) -> Result<Zeroizing<String>, Failure> {
    if io::stdin().is_terminal() {
        return hidden(&format!("value of `{name}` (not shown): "));
    }
    // One more than fits, and a line end: what is longer is refused by whoever checks it.
    let most = LONGEST_VALUE + 3;
    read(io::stdin().lock(), most).map_err(|error| {
        if error.kind() == io::ErrorKind::InvalidData {
            return Failure::request(format!("the value of `{name}` is not UTF-8"));
        }
        Failure::world(anyhow::Error::new(error).context("cannot read standard input"))
    })
}

/// Reads a secret text, up to so many bytes.
///
/// # Errors
/// `InvalidData` when it is not UTF-8, and whatever the reader says.
pub(super) fn read(reader: impl io::Read, most: usize) -> io::Result<Zeroizing<String>> {
    // Long enough from the start: growing would leave parts of it behind in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(most + 1));
    reader.take(most as u64).read_to_end(&mut bytes)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| io::ErrorKind::InvalidData)?;
    let line = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    Ok(Zeroizing::new(line.unwrap_or(text).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_is_no_part_of_a_value() {
        let cases =
            [("ab", "ab"), ("ab\n", "ab"), ("ab\r\n", "ab"), ("ab\n\n", "ab\n"), ("a\nb\r", "a\nb\r"), ("\n", "")];
        for (given, value) in cases {
            assert_eq!(read(given.as_bytes(), 99).unwrap().as_str(), value);
        }
        assert_eq!(read(&b"\xff\xfe"[..], 9).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(read(&b"abcdef"[..], 4).unwrap().as_str(), "abcd");
    }
}
