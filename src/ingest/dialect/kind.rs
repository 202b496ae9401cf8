//! What a cell looks like. Only to compare dialects and to tell a header from data: a cell is never anything but text.

/// What a cell looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Empty,
    Number,
    Date,
    Email,
    Url,
    Text,
}

impl Kind {
    pub(super) fn of(cell: &[u8]) -> Kind {
        let cell = cell.trim_ascii();
        match cell {
            [] => Kind::Empty,
            _ if is_number(cell) => Kind::Number,
            _ if is_date(cell) => Kind::Date,
            _ if is_email(cell) => Kind::Email,
            _ if is_url(cell) => Kind::Url,
            _ => Kind::Text,
        }
    }

    /// Of a form that no header has.
    pub(super) fn is_typed(self) -> bool {
        match self {
            Kind::Number | Kind::Date | Kind::Email | Kind::Url => true,
            Kind::Empty | Kind::Text => false,
        }
    }
}

/// Digits with a sign, separators, a currency or a percent sign about them.
fn is_number(cell: &[u8]) -> bool {
    let cell = strip_unit(cell);
    let cell = cell.strip_prefix(b"-").or_else(|| cell.strip_prefix(b"+")).unwrap_or(cell);
    let cell = strip_unit(cell);
    let mantissa = match cell.iter().position(|byte| byte.eq_ignore_ascii_case(&b'e')) {
        Some(e) if is_exponent(&cell[e + 1..]) => &cell[..e],
        Some(_) => return false,
        None => cell,
    };
    let mut before = b' ';
    for byte in mantissa {
        let separator = matches!(byte, b',' | b'.' | b' ' | b'\'');
        let doubled = separator && !before.is_ascii_digit() && before != b' ';
        if doubled || !(separator || byte.is_ascii_digit()) {
            return false;
        }
        before = *byte;
    }
    mantissa.iter().any(u8::is_ascii_digit)
}

fn is_exponent(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

fn strip_unit(cell: &[u8]) -> &[u8] {
    const UNITS: [&[u8]; 5] = [b"$", b"%", "€".as_bytes(), "£".as_bytes(), "¥".as_bytes()];
    let cell = UNITS.iter().find_map(|unit| cell.strip_prefix(*unit)).unwrap_or(cell);
    UNITS.iter().find_map(|unit| cell.strip_suffix(*unit)).unwrap_or(cell).trim_ascii()
}

/// `2026-11-20`, `20/11/2026 13:05`, `13:05:00`, `2026-11-20T13:05:00.5Z`.
fn is_date(cell: &[u8]) -> bool {
    let lawful = |byte: &u8| byte.is_ascii_digit() || b"-/.: TZ+".contains(byte);
    let digits = cell.iter().filter(|byte| byte.is_ascii_digit()).count();
    let joints = cell.iter().filter(|byte| b"-/.:".contains(byte)).count();
    let begins = cell.first().is_some_and(u8::is_ascii_digit);
    begins && digits >= 3 && joints >= 1 && cell.len() <= 35 && cell.iter().all(lawful)
}

fn is_email(cell: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'@', cell) else { return false };
    let plain = |part: &[u8]| part.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(byte));
    let (user, host) = (&cell[..at], &cell[at + 1..]);
    !user.is_empty() && plain(user) && plain(host) && memchr::memchr(b'.', host).is_some_and(|dot| dot > 0)
}

fn is_url(cell: &[u8]) -> bool {
    let known = [&b"http://"[..], b"https://", b"ftp://", b"www."];
    known.iter().any(|start| cell.starts_with(start)) && !cell.contains(&b' ')
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn forms() {
        let numbers = ["7", "-1.5", "+49 170 1234567", "1,234.50", "$ 12", "12 %", "1e-9", "€5", "-$3", "1'000"];
        let dates = ["2026-11-20", "20/11/2026 13:05", "13:05:00", "2026-11-20T13:05:00.5Z", "170-123"];
        let texts = ["a", "1a", "12;13", "e5", "-", "$", "1,,2", "a@b", "7590-VHVEG", "http", "true"];
        for (kind, cells) in [(Kind::Number, &numbers[..]), (Kind::Date, &dates), (Kind::Text, &texts)] {
            for cell in cells {
                assert_eq!(Kind::of(cell.as_bytes()), kind, "{cell}");
            }
        }
        assert_eq!(Kind::of(b" "), Kind::Empty);
        assert_eq!(Kind::of(b"ada.l@example.org"), Kind::Email);
        assert_eq!(Kind::of(b"https://example.org/?a=1,2"), Kind::Url);
    }
}
