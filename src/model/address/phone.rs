//! Phone numbers, as people write them and as E.164 has them.

use std::fmt;

use rlibphonenumber::enums::{NumberLengthType, Region};
use rlibphonenumber::{PHONE_NUMBER_UTIL, ParseError, PhoneNumberFormat, ValidationError};

/// The longest text that is looked at.
const LONGEST: usize = 40;

/// The digits of the longest number.
const DIGITS: usize = 15;

/// The country that a number without a country code belongs to, by its two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country(Region);

impl Country {
    /// The country of two letters, as ISO 3166 has them: `DE`.
    #[must_use]
    pub fn named(letters: &str) -> Option<Country> {
        let upper = letters.to_ascii_uppercase();
        let region: Region = upper.parse().ok()?;
        PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| Country(region))
    }
}

/// A phone number in E.164: `+`, the country code, the number, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone(String);

/// Why a text is no phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneFault {
    /// There is nothing.
    #[error("the phone number is empty")]
    Empty,
    /// Something stands in it that no number has.
    #[error("a phone number has no {0:?}")]
    Sign(char),
    /// It could be a number of any country.
    #[error("the phone number has no country code: write it as `+49…`, or set `default_country` of the channel")]
    NoCountry,
    /// No country has that code.
    #[error("no country has the code that the phone number begins with")]
    UnknownCountry,
    /// It has too few digits for its country.
    #[error("the phone number is too short")]
    TooShort,
    /// It has too many digits for its country.
    #[error("the phone number is too long")]
    TooLong,
    /// It is written in a way that no number is.
    #[error("that is not a phone number")]
    Garbage,
}

impl Phone {
    /// Reads a number: `+49 170 …`, `0049170…`, or as people of `home` write it among themselves. Only its length is
    /// checked, not whether that range is given out: countries open ranges faster than programs are updated.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &str, home: Option<Country>) -> Result<Phone, PhoneFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PhoneFault::Empty);
        }
        let other = |c: &char| !(c.is_ascii_digit() || matches!(c, '+' | ' ' | '\u{a0}' | '(' | ')' | '-' | '.' | '/'));
        if let Some(sign) = text.chars().find(other) {
            return Err(PhoneFault::Sign(sign));
        }
        if text.len() > LONGEST {
            return Err(PhoneFault::TooLong);
        }
        match (read(text, home), text.strip_prefix("00")) {
            // Some countries dial something else than 00 to get out, and people still write it.
            (Err(fault), Some(rest)) => read(&format!("+{rest}"), home).map_err(|_| fault),
            (read, _) => read,
        }
    }

    /// The number, as E.164 has it.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }
}

fn read(text: &str, home: Option<Country>) -> Result<Phone, PhoneFault> {
    if home.is_none() && !text.starts_with(['+', '(']) {
        return Err(PhoneFault::NoCountry);
    }
    let number = PHONE_NUMBER_UTIL.parse(text, home.map(|country| country.0)).map_err(|error| match error {
        ParseError::InvalidCountryCode if text.contains('+') => PhoneFault::UnknownCountry,
        ParseError::InvalidCountryCode => PhoneFault::NoCountry,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => PhoneFault::TooShort,
        ParseError::TooLongNsn => PhoneFault::TooLong,
        ParseError::NotANumber(_) => PhoneFault::Garbage,
    })?;
    match PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number) {
        Ok(NumberLengthType::IsPossible) => {
            let phone = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned();
            // E.164 ends there; some countries are said to have more.
            if phone.len() > "+".len() + DIGITS { Err(PhoneFault::TooLong) } else { Ok(Phone(phone)) }
        }
        Ok(NumberLengthType::IsPossibleLocalOnly) | Err(ValidationError::TooShort) => Err(PhoneFault::TooShort),
        Err(ValidationError::TooLong) => Err(PhoneFault::TooLong),
        Err(ValidationError::InvalidCountryCode) => Err(PhoneFault::UnknownCountry),
        Err(ValidationError::InvalidLength) => Err(PhoneFault::Garbage),
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn german(text: &str) -> Result<String, PhoneFault> {
        Phone::parse(text, Country::named("de")).map(|phone| phone.0)
    }

    #[test]
    fn people_write_the_same_number_in_many_ways() {
        for text in [
            "+49 170 1234567",
            "+491701234567",
            "0049 170 1234567",
            "0170 1234567",
            "0170/123 45 67",
            "(0170) 1234-567",
            "+49 (0)170 1234567",
            "+49.170.1234567",
            " +49\u{a0}170\u{a0}1234567 ",
        ] {
            assert_eq!(german(text).as_deref(), Ok("+491701234567"), "{text}");
        }
    }

    #[test]
    fn each_country_has_its_own_ways() {
        for (home, text, wanted) in [
            ("DE", "+1 (205) 555-0141", "+12055550141"),
            ("US", "(205) 555-0141", "+12055550141"),
            ("US", "011 49 170 1234567", "+491701234567"),
            ("US", "0049 170 1234567", "+491701234567"),
            ("AU", "0011 49 170 1234567", "+491701234567"),
            ("IT", "06 1234 5678", "+390612345678"),
            ("HU", "06 20 123 4567", "+36201234567"),
            ("RU", "8 912 345-67-89", "+79123456789"),
            ("GB", "07700 900143", "+447700900143"),
            ("FR", "06 12 34 56 78", "+33612345678"),
        ] {
            let read = Phone::parse(text, Country::named(home)).map(|phone| phone.0);
            assert_eq!(read.as_deref(), Ok(wanted), "{home} {text}");
        }
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (text, fault) in [
            ("", PhoneFault::Empty),
            (" ", PhoneFault::Empty),
            ("0800 CALLME", PhoneFault::Sign('C')),
            ("0170 1234567, 0171 1234567", PhoneFault::Sign(',')),
            ("+491701234567\r\nTo: +1", PhoneFault::Sign('\r')),
            ("+49 170 1234567 x5", PhoneFault::Sign('x')),
            ("+999 1234567", PhoneFault::UnknownCountry),
            ("+49 1", PhoneFault::TooShort),
            ("110", PhoneFault::TooShort),
            ("+49 170 1234567 1234567 12", PhoneFault::TooLong),
            ("0170 1234567 0171 1234567 0172 1234567 00", PhoneFault::TooLong),
            ("+-", PhoneFault::Garbage),
        ] {
            assert_eq!(german(text), Err(fault), "{text:?}");
        }
        assert_eq!(Phone::parse("0170 1234567", None), Err(PhoneFault::NoCountry));
        assert_eq!(Phone::parse("0049 170 1234567", None).unwrap().e164(), "+491701234567");
    }

    #[test]
    fn a_country_has_two_letters() {
        assert!(Country::named("DE").is_some() && Country::named("us").is_some());
        for letters in ["", "D", "DEU", "ZZ", "49", "Germany", "ÄÄ"] {
            assert_eq!(Country::named(letters), None, "{letters}");
        }
    }

    proptest! {
        /// Whatever a cell holds: it is no number, or one that is its own E.164 form.
        #[test]
        fn a_number_is_read_once_and_for_all(text in "[0-9+() ./\\-\u{a0}]{0,45}|\\PC{0,30}|\\+[1-9][0-9]{5,17}") {
            for home in [None, Country::named("DE"), Country::named("US"), Country::named("AR")] {
                if let Ok(phone) = Phone::parse(&text, home) {
                    let digits = phone.0.strip_prefix('+').unwrap();
                    prop_assert!(digits.bytes().all(|b| b.is_ascii_digit()) && (6..=15).contains(&digits.len()), "{phone}");
                    prop_assert_eq!(Phone::parse(&phone.0, None).map(|again| again.0), Ok(phone.0.clone()));
                }
            }
        }
    }
}
