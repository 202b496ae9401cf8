//! Just enough of a scanner to look at a condition before it is run: SQL's and the templates' are alike in this.

/// A piece of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'t> {
    /// A bare word.
    Word(&'t str),
    /// What stands between quotes, and the quote.
    Quoted(char, &'t str),
    /// A number.
    Number(&'t str),
    /// A comparison.
    Compare(&'t str),
    /// Any other sign.
    Sign(char),
}

impl Token<'_> {
    /// How many bytes it takes.
    #[must_use]
    pub fn length(&self) -> usize {
        match self {
            Token::Word(text) | Token::Number(text) | Token::Compare(text) => text.len(),
            Token::Quoted(quote, text) => text.len() + 2 * quote.len_utf8(),
            Token::Sign(sign) => sign.len_utf8(),
        }
    }

    /// Whether a template's operand can end with it; then a sign after it stands between two operands.
    #[must_use]
    pub fn ends_operand(&self) -> bool {
        const BETWEEN: [&str; 10] = ["and", "or", "not", "in", "is", "if", "else", "elif", "for", "set"];
        match self {
            Token::Word(word) => !BETWEEN.contains(word),
            // `1e+5` is one number in two pieces.
            Token::Number(digits) => !digits.ends_with(['e', 'E']),
            Token::Quoted(..) => true,
            Token::Compare(_) => false,
            Token::Sign(sign) => matches!(sign, ')' | ']' | '}'),
        }
    }
}

/// Takes an SQL condition apart; each piece with the byte where it begins. A doubled quote stands for itself.
///
/// # Errors
/// The byte of a quote that is never closed.
pub fn scan(text: &str) -> Result<Vec<(usize, Token<'_>)>, usize> {
    scan_with(text, closing)
}

/// Takes a template's expression apart, where a backslash takes a quote's meaning.
///
/// # Errors
/// The byte of a quote that is never closed.
pub fn scan_template(text: &str) -> Result<Vec<(usize, Token<'_>)>, usize> {
    scan_with(text, |rest, quote| {
        let mut escaped = false;
        let closes = |(at, c): (usize, char)| {
            let closes = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            closes.then_some(at)
        };
        rest.char_indices().skip(1).find_map(closes)
    })
}

fn scan_with(text: &str, closing: fn(&str, char) -> Option<usize>) -> Result<Vec<(usize, Token<'_>)>, usize> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (length, token) = if c.is_whitespace() {
            (c.len_utf8(), None)
        } else if matches!(c, '\'' | '"' | '`') {
            let end = closing(rest, c).ok_or(at)?;
            (end + 1, Some(Token::Quoted(c, &rest[1..end])))
        } else if c.is_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (end, Some(Token::Word(&rest[..end])))
        } else if c.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '.' && c != '_').unwrap_or(rest.len());
            (end, Some(Token::Number(&rest[..end])))
        } else if let Some(sign) =
            ["<=", ">=", "<>", "!=", "==", "<", ">", "="].into_iter().find(|s| rest.starts_with(s))
        {
            (sign.len(), Some(Token::Compare(&rest[..sign.len()])))
        } else {
            (c.len_utf8(), Some(Token::Sign(c)))
        };
        tokens.extend(token.map(|token| (at, token)));
        at += length;
    }
    Ok(tokens)
}

/// Where a quoted piece ends; a doubled quote stands for itself.
fn closing(rest: &str, quote: char) -> Option<usize> {
    let mut from = 1;
    loop {
        let end = from + rest[from..].find(quote)?;
        if !rest[end + 1..].starts_with(quote) {
            return Some(end);
        }
        from = end + 2;
    }
}

/// The fields that a condition compares with a number although they are text, each with the byte where it does.
/// `field` tells which field, if any, the tokens end with, and how many of them it takes.
pub fn compared_with_numbers<'t, F>(tokens: &[(usize, Token<'t>)], field: F) -> Vec<(usize, String)>
where
    F: Fn(&[(usize, Token<'t>)]) -> Option<(String, usize)>,
{
    let mut found = Vec::new();
    for (place, (_, token)) in tokens.iter().enumerate() {
        let mut after = &tokens[place + 1..];
        let operator = match token {
            Token::Compare(_) => true,
            Token::Word(word) => ["between", "in", "is"].iter().any(|operator| word.eq_ignore_ascii_case(operator)),
            Token::Quoted(..) | Token::Number(_) | Token::Sign(_) => false,
        };
        if !operator {
            continue;
        }
        let negated =
            matches!(tokens[..place].last(), Some((_, Token::Word(word))) if word.eq_ignore_ascii_case("not"));
        let before = &tokens[..place - usize::from(negated)];
        if matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("is"))
            && matches!(after.first(), Some((_, Token::Word(word))) if word.eq_ignore_ascii_case("not"))
        {
            after = &after[1..];
        }
        if begins_with_number(after) {
            found.extend(field(before).map(|(name, width)| (before[before.len() - width].0, name)));
        } else if let (Token::Compare(_), Some((_, Token::Number(_)))) = (token, before.last()) {
            // The field is on the right: find how far it reaches.
            let reach =
                (1..=after.len().min(8)).rev().find_map(|n| field(&after[..n]).filter(|(_, width)| *width == n));
            found.extend(reach.map(|(name, _)| (after[0].0, name)));
        }
    }
    found
}

fn begins_with_number(tokens: &[(usize, Token<'_>)]) -> bool {
    match tokens {
        [(_, Token::Sign('-' | '+' | '(' | '[')), rest @ ..] => begins_with_number(rest),
        [(_, Token::Number(_)), ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<String> {
        let tokens = scan(text).unwrap();
        let field = |tokens: &[(usize, Token<'_>)]| match tokens.last() {
            Some((_, Token::Word("amount") | Token::Quoted('"', "amount"))) => Some(("amount".to_owned(), 1)),
            _ => None,
        };
        compared_with_numbers(&tokens, field).into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn a_field_beside_a_number_is_seen() {
        for text in [
            "amount > 100",
            "\"amount\"<=-3",
            "5 = amount",
            "a = 'x' and amount != 0",
            "amount between 1 and 2",
            "amount not in (1, 2)",
            "amount is not 5",
            "amount in [1, 2]",
        ] {
            assert_eq!(fields(text), ["amount"], "{text}");
        }
    }

    #[test]
    fn other_comparisons_are_left_alone() {
        for text in [
            "num(amount) > 100",
            "amount = '100'",
            "amount > other",
            "country = 'DE'",
            "'amount > 100' = x",
            "amount in ('1')",
        ] {
            assert!(fields(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_backslash_hides_a_quote_in_templates_only() {
        assert_eq!(scan_template(r"'it\'s' ~ a").unwrap().len(), 3);
        assert_eq!(scan_template("'a''b'").unwrap().len(), 2);
        assert!(scan(r"'it\'s'").is_err());
    }

    #[test]
    fn an_open_quote_is_named() {
        assert_eq!(scan("a = 'x"), Err(4));
        assert!(scan("a = 'it''s'").is_ok());
    }
}
