//! Where the characters of a TOML string stand in its file. A value is given with the place where it begins; with its quotes,
//! escapes and folded lines, that says little about where its fortieth character is.

use std::iter::Peekable;
use std::str::Chars;

use super::document::Spot;

/// A string as its file has it.
#[derive(Debug, Clone)]
pub struct Literal {
    /// From its first quote on; what follows the string is never looked at.
    raw: String,
    begin: Spot,
}

impl Literal {
    /// The string that begins at `begin` of a file.
    #[must_use]
    pub fn at(file: &str, begin: Spot) -> Literal {
        let line = file.split_inclusive('\n').take(begin.line.saturating_sub(1)).map(str::len).sum::<usize>();
        let rest = &file[line..];
        let column = rest.char_indices().nth(begin.column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
        Literal { raw: rest[column..].to_owned(), begin }
    }

    /// Where the character at a line and column of the value stands in the file.
    #[must_use]
    pub fn spot(&self, within: Spot) -> Option<Spot> {
        let mut here = Spot { line: 1, column: 1 };
        let mut last = None;
        for (c, spot) in Walk::over(&self.raw, self.begin)? {
            if here >= within {
                return Some(spot);
            }
            here = if c == '\n' {
                Spot { line: here.line + 1, column: 1 }
            } else {
                Spot { line: here.line, column: here.column + 1 }
            };
            last = Some(spot);
        }
        // What ends too early is told at its end.
        last.map(|spot| Spot { line: spot.line, column: spot.column + 1 })
    }
}

/// The characters of a string, each with its place in the file.
struct Walk<'t> {
    rest: Peekable<Chars<'t>>,
    here: Spot,
    quote: char,
    /// Quotes that end it.
    quotes: usize,
}

impl<'t> Walk<'t> {
    fn over(raw: &'t str, begin: Spot) -> Option<Walk<'t>> {
        let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let quotes = if raw.chars().take(3).all(|c| c == quote) && raw.chars().count() > 3 { 3 } else { 1 };
        let mut walk = Walk { rest: raw.chars().peekable(), here: begin, quote, quotes };
        for _ in 0..quotes {
            walk.step();
        }
        // A line that begins with the quotes is no line of the value.
        if quotes == 3 {
            if walk.rest.peek() == Some(&'\r') {
                walk.step();
            }
            if walk.rest.peek() == Some(&'\n') {
                walk.step();
            }
        }
        Some(walk)
    }

    fn step(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        self.here = if c == '\n' {
            Spot { line: self.here.line + 1, column: 1 }
        } else {
            Spot { line: self.here.line, column: self.here.column + 1 }
        };
        Some(c)
    }

    fn ends_here(&self) -> bool {
        let mut ahead = self.rest.clone();
        (0..self.quotes).all(|_| ahead.next() == Some(self.quote))
            // Of four quotes the first is a part of the text.
            && (self.quotes == 1 || ahead.next() != Some(self.quote))
    }

    /// What an escape stands for; nothing for a line that is folded.
    fn escape(&mut self) -> Option<char> {
        let digits = match self.step()? {
            'n' => return Some('\n'),
            't' => return Some('\t'),
            'r' => return Some('\r'),
            'b' => return Some('\u{8}'),
            'f' => return Some('\u{c}'),
            'e' => return Some('\u{1b}'),
            'x' => 2,
            'u' => 4,
            'U' => 8,
            c @ ('"' | '\\') => return Some(c),
            _ => {
                while self.rest.peek().is_some_and(|c| c.is_ascii_whitespace()) {
                    self.step();
                }
                return None;
            }
        };
        let code = (0..digits).filter_map(|_| self.step()?.to_digit(16)).fold(0, |code, digit| code * 16 + digit);
        Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

impl Iterator for Walk<'_> {
    type Item = (char, Spot);

    fn next(&mut self) -> Option<(char, Spot)> {
        loop {
            if self.ends_here() {
                return None;
            }
            let spot = self.here;
            let c = self.step()?;
            if c != '\\' || self.quote == '\'' {
                return Some((c, spot));
            }
            if let Some(c) = self.escape() {
                return Some((c, spot));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::{Node, parse};
    use super::*;

    /// Of a file with one string under `s`, where its `@` is by this, and where it is in the file.
    fn both(file: &str) -> (Option<Spot>, Spot) {
        let tree = parse(file).unwrap().value;
        let Node::Table(entries) = tree else { panic!("{file}") };
        let (_, node) = entries.into_iter().find(|(key, _)| key.value == "s").unwrap();
        let Node::Text(value) = node.value else { panic!("{file}") };
        let within = Spot::of(&value, value.find('@').unwrap());
        (Literal::at(file, node.spot).spot(within), Spot::of(file, file.find('@').unwrap()))
    }

    #[test]
    fn the_place_of_a_character_is_exact() {
        for file in [
            "s = 'ab@'",
            "s = \"ab@\"",
            "a = 1\n  s   = 'é😀 @'",
            "s = '''\nab@'''",
            "s = '''ab@'''",
            "s = '''\r\nab\r\n  @'''",
            "s = '''a\n\n  @\n'''\nb = 1",
            "s = '''''@'''",
            "s = \"\"\"\na\\n\\tb @\"\"\"",
            "s = \"a\\\"\\u00e9\\U0001F600 @\"",
            "s = \"\"\"a \\\n\n    b\\\n @\"\"\"",
            "s = \"\"\"a\"\"b\" @\"\"\"",
            "x = [1]\n[t]\ny = 'z'\n[u]\nv = 1\n\n",
        ] {
            if !file.contains('@') {
                continue;
            }
            let (found, is) = both(file);
            assert_eq!(found, Some(is), "{file}");
        }
    }

    #[test]
    fn what_is_beyond_the_string_is_told_at_its_end() {
        let spot = |file: &str, line, column| {
            Literal::at(file, Spot { line: 1, column: 5 }).spot(Spot { line, column }).map(|spot| spot.to_string())
        };
        assert_eq!(spot("s = 'abc' # more", 1, 4).as_deref(), Some("1:9"));
        assert_eq!(spot("s = 'abc' # more", 7, 1).as_deref(), Some("1:9"));
        // Of four quotes the first is a character of the value.
        assert_eq!(spot("s = '''a''''", 1, 2).as_deref(), Some("1:9"));
        assert_eq!(spot("s = '''a'''' # x", 1, 9).as_deref(), Some("1:10"));
        assert_eq!(spot("s = ''", 1, 1), None);
        assert_eq!(spot("s = 7", 1, 1), None);
    }
}
