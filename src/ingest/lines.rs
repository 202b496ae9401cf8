//! Physical lines: LF, CRLF and CR each end one.

/// How many line ends begin in `text`. A CRLF that is cut between two texts counts in the first only when the caller
/// says of the second that it comes `after_cr`.
pub(super) fn ends(text: &[u8], after_cr: bool) -> u64 {
    let mut previous_cr = if after_cr { Some(usize::MAX) } else { None };
    let mut count = 0;
    for at in memchr::memchr2_iter(b'\n', b'\r', text) {
        let completes_crlf = text[at] == b'\n' && previous_cr.is_some_and(|cr| cr.wrapping_add(1) == at);
        count += u64::from(!completes_crlf);
        previous_cr = (text[at] == b'\r').then_some(at);
    }
    count
}

/// Length of the line that `text` begins with, its end included; `None` when the end is not in `text`. A CR at the very
/// end of `text` may be half of a CRLF, which only `complete` text can tell.
pub(super) fn first(text: &[u8], complete: bool) -> Option<usize> {
    let end = memchr::memchr2(b'\n', b'\r', text)?;
    match (text[end], text.get(end + 1)) {
        (b'\r', Some(b'\n')) => Some(end + 2),
        (b'\r', None) if !complete => None,
        _ => Some(end + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{ends, first};

    #[test]
    fn each_kind_of_end_is_one_line() {
        assert_eq!(ends(b"a\nb\r\nc\rd", false), 3);
        assert_eq!(ends(b"\r\r\n\n", false), 3);
        assert_eq!(ends(b"\nx", true), 0);
        assert_eq!(ends(b"x\nx", true), 1);
    }

    #[test]
    fn a_line_ends_once_it_is_known_to() {
        assert_eq!(first(b"a\r\nb", false), Some(3));
        assert_eq!(first(b"a\r", false), None);
        assert_eq!(first(b"a\r", true), Some(2));
        assert_eq!(first(b"abc", true), None);
    }
}
