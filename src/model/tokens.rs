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

/// Takes a condition apart; each piece with the byte where it begins.
///
/// # Errors
/// The byte of a quote that is never closed.
pub fn scan(text: &str) -> Result<Vec<(usize, Token<'_>)>, usize> {
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
        let after = &tokens[place + 1..];
        let operator = match token {
            Token::Compare(_) => true,
            Token::Word(word) => word.eq_ignore_ascii_case("between") || word.eq_ignore_ascii_case("in"),
            Token::Quoted(..) | Token::Number(_) | Token::Sign(_) => false,
        };
        if !operator {
            continue;
        }
        let negated =
            matches!(tokens[..place].last(), Some((_, Token::Word(word))) if word.eq_ignore_ascii_case("not"));
        let before = &tokens[..place - usize::from(negated)];
        if begins_with_number(after) {
            found.extend(field(before).map(|(name, width)| (before[before.len() - width].0, name)));
        } else if let (Token::Compare(_), Some((_, Token::Number(_)))) = (token, before.last()) {
            // The field is on the right: find how far it reaches.
            let reach =
                (1..=after.len().min(4)).rev().find_map(|n| field(&after[..n]).filter(|(_, width)| *width == n));
            found.extend(reach.map(|(name, _)| (after[0].0, name)));
        }
    }
    found
}

fn begins_with_number(tokens: &[(usize, Token<'_>)]) -> bool {
    match tokens {
        [(_, Token::Sign('-' | '+' | '(')), rest @ ..] => begins_with_number(rest),
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
    fn an_open_quote_is_named() {
        assert_eq!(scan("a = 'x"), Err(4));
        assert!(scan("a = 'it''s'").is_ok());
    }
}
