//! `Retry-After`: when the other side wants to be asked again (RFC 9110 §10.2.3).

use jiff::civil::DateTime;

use crate::model::time::{Millis, Timestamp};

/// Nobody is waited for longer than this.
const LONGEST: u64 = 24 * 60 * 60 * 1_000;

/// How long to rest, as `Retry-After` says it: a number of seconds, or a date, which is held against the answer's own `Date`
/// where there is one, because clocks differ. What is past or negative is no rest, what is beyond a day is a day, and what
/// is neither number nor date is nothing.
#[must_use]
pub fn retry_after(text: &str, date: Option<&str>, now: Timestamp) -> Option<Millis> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        if text.starts_with('-') {
            return Some(Millis(0));
        }
        // Too long for a number is too long to wait.
        let seconds = digits.parse::<u64>().unwrap_or(u64::MAX);
        return Some(Millis(seconds.saturating_mul(1_000).min(LONGEST)));
    }
    let until = read(text)?;
    let now = date.and_then(read).unwrap_or(now);
    Some(Millis(until.since(now).0.min(LONGEST)))
}

/// The three ways of writing a date that a recipient must read (RFC 9110 §5.6.7), without the day of the week before them.
const DATES: [&str; 3] = ["%d %b %Y %H:%M:%S GMT", "%d-%b-%y %H:%M:%S GMT", "%b %e %H:%M:%S %Y"];

fn read(text: &str) -> Option<Timestamp> {
    let (_, text) = text.trim().split_once(' ')?;
    let read = DATES.iter().find_map(|way| DateTime::strptime(way, text.trim_start()).ok())?;
    let since = read.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    Some(Timestamp(i64::try_from(since.as_millis()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_is_read_and_kept_within_reason() {
        let now = read("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let rest = |text: &str| retry_after(text, None, now).map(|rest| rest.0);
        for (text, wanted) in [
            ("0", Some(0)),
            ("120", Some(120_000)),
            (" 7 ", Some(7_000)),
            ("-5", Some(0)),
            ("86401", Some(LONGEST)),
            ("99999999999999999999999999", Some(LONGEST)),
            ("-99999999999999999999999999", Some(0)),
            ("Sun, 06 Nov 1994 08:49:40 GMT", Some(3_000)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(LONGEST)),
            ("Sunday, 06-Nov-94 08:49:40 GMT", Some(3_000)),
            ("Sun Nov  6 08:49:40 1994", Some(3_000)),
            ("Mon, 32 Nov 1994 08:49:40 GMT", None),
            ("", None),
            ("-", None),
            ("soon", None),
            ("1.5", None),
            ("12s", None),
            ("\u{661}", None),
            ("99 Nov 1994", None),
        ] {
            assert_eq!(rest(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn the_clock_of_the_one_who_answers_counts() {
        let dates = ("Sun, 06 Nov 1994 08:49:40 GMT", Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(retry_after(dates.0, dates.1, Timestamp(1_800_000_000_000)), Some(Millis(3_000)));
        assert_eq!(retry_after(dates.0, Some("no date"), Timestamp(784_111_779_000)), Some(Millis(1_000)));
    }
}
