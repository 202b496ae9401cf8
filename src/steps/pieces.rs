//! Where the expressions and tags of a template are, and how far an operand reaches.

use crate::model::tokens::Token;

/// The insides of every `{{ }}` and `{% %}`, each with the byte where it begins; not of comments and `raw`.
pub(super) fn pieces(template: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut at, mut raw) = (0, false);
    while let Some(open) = template[at..].find('{').map(|open| at + open) {
        let rest = &template[open + 1..];
        let (close, comment) = match rest.chars().next() {
            Some('{') => ("}}", false),
            Some('%') => ("%}", false),
            Some('#') => ("#}", true),
            Some(_) | None => {
                at = open + 1;
                continue;
            }
        };
        let begin = open + 2;
        let length = if comment { template[begin..].find(close) } else { closing(&template[begin..], close) };
        let inside = &template[begin..length.map_or(template.len(), |length| begin + length)];
        let skip = inside.len() - inside.trim_start_matches(['-', '+']).len().min(inside.len());
        let skip = skip.min(1);
        let word = inside[skip..].trim_matches(|c: char| c.is_whitespace() || c == '-' || c == '+');
        if raw {
            if close == "%}" && word == "endraw" {
                raw = false;
                at = begin + inside.len();
            } else {
                at = open + 1;
            }
            continue;
        }
        if close == "%}" && word == "raw" {
            raw = true;
        } else if !comment {
            found.push((begin + skip, &inside[skip..]));
        }
        at = (begin + inside.len() + 2).min(template.len());
    }
    found
}

/// Where a piece ends: at its sign outside of quotes and, for `}}`, of braces.
fn closing(text: &str, close: &str) -> Option<usize> {
    let (mut quote, mut escaped, mut depth) = (None, false, 0_usize);
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if depth == 0 && text[at..].starts_with(close) => return Some(at),
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == '{' => depth += 1,
            None if c == '}' => depth = depth.saturating_sub(1),
            None => {}
        }
    }
    None
}

/// The last token of the operand that begins at `place`: signs, a value, and what hangs on it.
pub(super) fn operand_end(tokens: &[(usize, Token<'_>)], place: usize) -> Option<usize> {
    let mut at = place;
    while matches!(tokens.get(at)?.1, Token::Sign('-' | '+')) {
        at += 1;
    }
    let mut last = match tokens.get(at)?.1 {
        Token::Sign('(' | '[' | '{') => bracket_end(tokens, at)?,
        Token::Word(_) | Token::Number(_) | Token::Quoted(..) => at,
        Token::Sign(_) | Token::Compare(_) => return None,
    };
    loop {
        last = match tokens.get(last + 1).map(|(_, token)| token) {
            Some(Token::Sign('.' | '|')) => last + 2,
            Some(Token::Sign('(' | '[')) => bracket_end(tokens, last + 1)?,
            Some(Token::Sign(_) | Token::Word(_) | Token::Number(_) | Token::Quoted(..) | Token::Compare(_)) | None => {
                return (last < tokens.len()).then_some(last);
            }
        };
    }
}

/// Where the bracket at `place` is closed.
fn bracket_end(tokens: &[(usize, Token<'_>)], place: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, (_, token)) in tokens.iter().enumerate().skip(place) {
        match token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth = depth.checked_sub(1)?,
            Token::Sign(_) | Token::Word(_) | Token::Number(_) | Token::Quoted(..) | Token::Compare(_) => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_found() {
        let text = "a {{- b -}} {# {{ no }} #}{% if '%}' == c %}{% raw %}{{ no }}{% endraw %}{{ {'a': {}} }}";
        let found: Vec<_> = pieces(text).into_iter().map(|(_, piece)| piece.trim()).collect();
        assert_eq!(found, ["b -", "if '%}' == c", "{'a': {}}"]);
    }
}
