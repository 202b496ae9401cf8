//! `Retry-After`: when the other side wants to be asked again (RFC 9110 §10.2.3).

use jiff::fmt::rfc2822;

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

fn read(text: &str) -> Option<Timestamp> {
    let parsed = rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
    Some(Timestamp(parsed.as_millisecond()))
}
