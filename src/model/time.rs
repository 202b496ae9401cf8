//! Points and spans of time. A clock is a trait here and never a call: whoever needs the time is given it.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Milliseconds from `earlier` to here; never negative, because clocks are set back (EVENTS §8, E3).
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Millis {
        Millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// This point moved by `offset` milliseconds.
    #[must_use]
    pub fn plus(self, offset: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(offset))
    }

    fn instant(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// Short and in the zone of the reader, for a terminal: `2026-03-25 14:31:15`.
    #[must_use]
    pub fn local(self, zone: &jiff::tz::TimeZone) -> String {
        self.instant().to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// RFC 3339 in UTC with milliseconds, the form of all data (SPEC §2).
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.instant())
    }
}

/// A span in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

/// The largest unit that keeps it readable: `0 ms`, `4.2 s`, `3 min 5 s`, `2 h 4 min`.
impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0;
        match ms {
            0..1_000 => write!(f, "{ms} ms"),
            1_000..60_000 => write!(f, "{}.{} s", ms / 1_000, ms % 1_000 / 100),
            60_000..3_600_000 => write!(f, "{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
            3_600_000..86_400_000 => write!(f, "{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
            86_400_000.. => write!(f, "{} d {} h", ms / 86_400_000, ms % 86_400_000 / 3_600_000),
        }
    }
}

/// A calendar month, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// Its first moment.
    pub first: Timestamp,
    /// The first moment of the month after it.
    pub next: Timestamp,
}

impl Month {
    /// The month of a moment.
    #[must_use]
    pub fn of(at: Timestamp) -> Month {
        let first = at.instant().to_zoned(jiff::tz::TimeZone::UTC).date().first_of_month();
        let begin = |day: jiff::civil::Date| {
            day.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|day| Timestamp(day.timestamp().as_millisecond()))
        };
        let next = first.checked_add(jiff::Span::new().months(1)).ok().and_then(begin);
        // At the end of the calendar the last month has no end.
        Month { first: begin(first).unwrap_or(Timestamp(i64::MIN)), next: next.unwrap_or(Timestamp(i64::MAX)) }
    }
}

/// Who says what time it is.
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;
    /// How long it has been since some moment, by a watch that nobody sets: it measures what runs. A clock that has none
    /// is its own.
    fn ticks(&self) -> Millis {
        self.now().since(Timestamp(0))
    }
    /// Takes over what the clock of the machine says, if that is later. Whether it leapt: a clock is slewed by less.
    fn catch_up(&self) -> bool {
        false
    }
}

/// More than a clock is ever slewed between two looks.
const LEAP: Millis = Millis(5_000);

/// A clock that stands still, for runs whose every byte must be the same (`SOURCE_DATE_EPOCH`).
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// A clock that never goes back, whatever the one behind it does, and goes no faster than time does until it is told to
/// catch up: so what is measured between two moments of it is how long something took.
pub struct Steady<'c> {
    clock: &'c dyn Clock,
    /// What it says when the watch begins.
    offset: AtomicI64,
    last: AtomicI64,
}

impl<'c> Steady<'c> {
    /// Not before `floor`.
    #[must_use]
    pub fn from(clock: &'c dyn Clock, floor: Timestamp) -> Steady<'c> {
        let now = clock.now().max(floor).0;
        let offset = now - clock.ticks().0.cast_signed();
        Steady { clock, offset: AtomicI64::new(offset), last: AtomicI64::new(now) }
    }
}

impl Clock for Steady<'_> {
    fn now(&self) -> Timestamp {
        let now = self.offset.load(Ordering::Relaxed).saturating_add(self.clock.ticks().0.cast_signed());
        Timestamp(self.last.fetch_max(now, Ordering::Relaxed).max(now))
    }

    fn ticks(&self) -> Millis {
        self.clock.ticks()
    }

    fn catch_up(&self) -> bool {
        let ahead = self.clock.now().since(self.now());
        self.offset.fetch_add(ahead.0.cast_signed(), Ordering::Relaxed);
        ahead > LEAP
    }
}

/// Reads `500ms`, `20s`, `10m`, `6h`, `1d`.
///
/// # Errors
/// A sentence fragment that says what is wrong with the text.
pub fn duration(text: &str) -> Result<Millis, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit = match text[digits..].trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "" => return Err(format!("`{text}` has no unit; write `{text}s` or `{text}m`")),
        unit => return Err(format!("`{unit}` is not a unit of time; use ms, s, m, h or d")),
    };
    let count: u64 = text[..digits].parse().map_err(|_| format!("`{text}` does not begin with a whole number"))?;
    count.checked_mul(unit).map(Millis).ok_or_else(|| format!("`{text}` is too long"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_form_has_milliseconds_and_a_z() {
        assert_eq!(Timestamp(1_774_449_075_000).to_string(), "2026-03-25T14:31:15.000Z");
        assert_eq!(Timestamp(1).to_string(), "1970-01-01T00:00:00.001Z");
    }

    #[test]
    fn spans_never_go_back() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), Millis(0));
        assert_eq!(Millis(61_500).to_string(), "1 min 1 s");
    }

    #[test]
    fn months_meet_without_a_gap() {
        let at = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let march = Month { first: at("2026-03-01T00:00:00Z"), next: at("2026-04-01T00:00:00Z") };
        for moment in ["2026-03-01T00:00:00Z", "2026-03-25T14:00:00Z", "2026-03-31T23:59:59.999Z"] {
            assert_eq!(Month::of(at(moment)), march);
        }
        assert_eq!(Month::of(march.next).first, march.next);
        assert_eq!(Month::of(at("2024-02-29T12:00:00Z")).next, at("2024-03-01T00:00:00Z"));
        assert_eq!(Month::of(at("2026-12-31T12:00:00Z")).next, at("2027-01-01T00:00:00Z"));
        assert_eq!(Month::of(at("1969-12-31T23:59:59Z")).next, Timestamp(0));
        assert_eq!(Month::of(at("9999-12-30T00:00:00Z")).next, Timestamp(i64::MAX));
    }

    #[test]
    fn a_steady_clock_never_goes_back() {
        let steady = Steady::from(&FixedClock(Timestamp(5)), Timestamp(9));
        assert_eq!(steady.now(), Timestamp(9));
        assert_eq!(Steady::from(&FixedClock(Timestamp(9)), Timestamp(5)).now(), Timestamp(9));
    }

    /// A clock that can be set, and its watch.
    struct Set(AtomicI64, AtomicI64);

    impl Clock for Set {
        fn now(&self) -> Timestamp {
            Timestamp(self.0.load(Ordering::Relaxed))
        }

        fn ticks(&self) -> Millis {
            Millis(self.1.load(Ordering::Relaxed).cast_unsigned())
        }
    }

    #[test]
    fn a_steady_clock_goes_as_time_does() {
        let clock = Set(AtomicI64::new(1_000), AtomicI64::new(70));
        let steady = Steady::from(&clock, Timestamp(0));
        let set = |now: i64, ticks: i64| {
            clock.0.store(now, Ordering::Relaxed);
            clock.1.store(ticks, Ordering::Relaxed);
        };
        set(9_000, 75);
        assert_eq!(steady.now(), Timestamp(1_005), "set forward, and nothing has happened since");
        assert_eq!((steady.catch_up(), steady.now()), (true, Timestamp(9_000)));
        set(500, 80);
        assert_eq!((steady.catch_up(), steady.now()), (false, Timestamp(9_005)), "set back, and time goes on");
    }

    #[test]
    fn durations_name_what_is_wrong() {
        assert_eq!(duration("10m"), Ok(Millis(600_000)));
        assert!(duration("10").unwrap_err().contains("no unit"));
        assert!(duration("10x").unwrap_err().contains("`x`"));
        assert!(duration("m").unwrap_err().contains("whole number"));
        assert!(duration("99999999999999999999d").is_err());
    }
}
