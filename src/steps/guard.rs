//! What keeps a template from eating the machine, and text from being compared with numbers. MiniJinja lets nobody stand
//! between its operators, so filters are written around their operands before compiling: they weigh what goes in, and so
//! nothing can double more often than the limit allows, by whatever loop, macro or chain of `set`.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::LazyLock;

use minijinja::value::{Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior, Value};

use super::pieces::{operand_end, pieces};
use crate::model::tokens::{Token, scan_template};

/// The longest text that a template may make, or hold on the way, in bytes.
pub(super) const LONGEST: usize = 1 << 20;

/// All bytes that one rendering may handle, so that many long texts do not add up to a stall.
const WORK: usize = 64 << 20;

/// What is said about a text that is too long.
pub(super) const TOO_LONG: &str = "the text is longer than 1 MiB";
/// What is said about a rendering that handles too much.
pub(super) const TOO_MUCH: &str = "the template handles more than 64 MiB of text";
/// What is said about text beside a number.
pub(super) const MIXED: &str = "text is compared with a number";

/// Filters as the crate has them, for those that are looked at first.
static PLAIN: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut plain = Environment::new();
    plain.set_undefined_behavior(UndefinedBehavior::Strict);
    plain.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    plain
});

/// What one rendering has used, and the left sides of its comparisons.
#[derive(Default)]
struct Used {
    bytes: usize,
    left: HashMap<u32, Value>,
}

/// Puts the guards into an environment.
pub(super) fn install(env: &mut Environment<'static>) {
    env.set_formatter(|out, state, value| {
        keep(state, value)?;
        minijinja::escape_formatter(out, state, value)
    });
    for name in ["debug", "namespace"] {
        env.add_function(name, move || -> Result<Value, Error> {
            Err(Error::new(ErrorKind::UnknownFunction, format!("{name} is unknown")))
        });
    }
    env.add_filter("_kept", |state: &mut State, value: Value| keep(state, &value).map(|()| value));
    env.add_filter("_factor", |value: Value| {
        let many = [ValueKind::String, ValueKind::Seq, ValueKind::Iterable, ValueKind::Bytes];
        if many.contains(&value.kind()) {
            return Err(Error::new(ErrorKind::InvalidOperation, "only numbers are multiplied"));
        }
        Ok(value)
    });
    env.add_filter("_left", |state: &mut State, value: Value, place: u32| {
        keep(state, &value)?;
        state.get_or_insert_extension(Used::default()).left.insert(place, value.clone());
        Ok::<_, Error>(value)
    });
    env.add_filter("_right", |state: &mut State, value: Value, place: u32| {
        keep(state, &value)?;
        let left = state.get_or_insert_extension(Used::default()).left.remove(&place);
        left.map_or(Ok(()), |left| same_kind(&left, &value))?;
        Ok::<_, Error>(value)
    });
    for (names, holds) in TESTS {
        for name in *names {
            env.add_test(*name, move |state: &mut State, left: Value, right: Value| {
                keep(state, &left)?;
                keep(state, &right)?;
                same_kind(&left, &right)?;
                PLAIN.empty_state().perform_test(holds, &[left, right])
            });
        }
    }
    for (name, grows) in GROWING {
        env.add_filter(*name, move |state: &mut State, value: Value, rest: Rest<Value>| {
            for argument in rest.iter() {
                keep(state, argument)?;
            }
            keep(state, &value)?;
            spend(state, grows(&value, &rest).unwrap_or(usize::MAX))?;
            let mut all = vec![value];
            all.extend(rest.0);
            PLAIN.empty_state().apply_filter(name, &all)
        });
    }
}

/// Makes an environment write each value between two signs, with all that could mean something in a URL percent-encoded.
pub(super) fn encode(env: &mut Environment<'static>) {
    env.set_formatter(|out, state, value| {
        keep(state, value)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        out.write_char(VALUE_BEGIN)?;
        percent(&text, out)?;
        out.write_char(VALUE_END).map_err(Error::from)
    });
}

/// Stands before a value in a text that was written with [`encode`]; nothing in a URL can be this.
pub(super) const VALUE_BEGIN: char = '\u{2}';
/// Stands after it.
pub(super) const VALUE_END: char = '\u{3}';

/// Writes a text so that it means itself in every place of a URL or a form (RFC 3986 §2.3).
pub(super) fn percent(text: &str, out: &mut (impl Write + ?Sized)) -> fmt::Result {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.write_char(char::from(byte))?,
            _ => write!(out, "%{byte:02X}")?,
        }
    }
    Ok(())
}

/// The tests that compare, each under all its names.
const TESTS: &[(&[&str], &str)] = &[
    (&["eq", "equalto", "=="], "eq"),
    (&["ne", "!="], "ne"),
    (&["lt", "lessthan", "<"], "lt"),
    (&["le", "<="], "le"),
    (&["gt", "greaterthan", ">"], "gt"),
    (&["ge", ">="], "ge"),
    (&["in"], "in"),
];

type Growth = fn(&Value, &[Value]) -> Option<usize>;

/// Filters whose result can be far longer than what goes in, each with how long it can get; nothing, when too long.
const GROWING: &[(&str, Growth)] = &[
    ("format", |value, _| {
        let pattern = value.as_str().unwrap_or_default();
        let wide = pattern.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 3);
        (!wide && !pattern.contains('*')).then(|| pattern.matches('%').count().saturating_mul(1000))
    }),
    ("indent", |value, rest| {
        let lines = value.as_str().map_or(1, |text| text.matches('\n').count() + 1);
        lines.checked_mul(largest(rest)).filter(|size| *size <= LONGEST)
    }),
    ("tojson", |_, rest| Some(largest(rest)).filter(|indent| *indent <= 16)),
    ("batch", |_, rest| Some(largest(rest)).filter(|size| *size <= 10_000)),
    ("slice", |_, rest| Some(largest(rest)).filter(|size| *size <= 10_000)),
    ("replace", |value, rest| {
        let (value, from) = (value.to_string(), rest.first()?.to_string());
        let size = value.matches(&from).count().checked_mul(rest.get(1)?.to_string().len())?;
        Some(size).filter(|size| *size <= LONGEST)
    }),
    ("join", |value, rest| {
        let between = rest.first().map_or(0, |text| text.to_string().len());
        let many = value.as_str().map_or_else(|| value.len(), |text| Some(text.len())).unwrap_or(LONGEST);
        many.checked_mul(between).filter(|size| *size <= LONGEST)
    }),
    ("chain", |_, _| Some(0)),
    ("zip", |_, _| Some(0)),
    ("default", |_, _| Some(0)),
    ("d", |_, _| Some(0)),
];

/// The largest number among arguments, named ones too.
fn largest(arguments: &[Value]) -> usize {
    let number = |value: &Value| usize::try_from(value.clone()).unwrap_or(0);
    let inside = |value: &Value| match value.try_iter() {
        Ok(keys) if value.kind() == ValueKind::Map => {
            keys.filter_map(|key| value.get_item(&key).ok()).map(|v| number(&v)).max().unwrap_or(0)
        }
        Ok(_) | Err(_) => number(value),
    };
    arguments.iter().map(inside).max().unwrap_or(0)
}

/// Refuses a value that is too long, and counts it.
fn keep(state: &mut State, value: &Value) -> Result<(), Error> {
    if [ValueKind::Undefined, ValueKind::None, ValueKind::Bool, ValueKind::Number].contains(&value.kind()) {
        return Ok(());
    }
    let size = value.as_str().map_or_else(|| shown(value), str::len);
    if size > LONGEST {
        return Err(Error::new(ErrorKind::InvalidOperation, TOO_LONG));
    }
    spend(state, size)
}

fn spend(state: &mut State, bytes: usize) -> Result<(), Error> {
    if bytes == usize::MAX {
        return Err(Error::new(ErrorKind::InvalidOperation, TOO_LONG));
    }
    let used = state.get_or_insert_extension(Used::default());
    used.bytes = used.bytes.saturating_add(bytes);
    if used.bytes > WORK { Err(Error::new(ErrorKind::InvalidOperation, TOO_MUCH)) } else { Ok(()) }
}

/// How long a value is when it is shown, looked at no further than the limit.
fn shown(value: &Value) -> usize {
    struct Scale(usize);
    impl Write for Scale {
        fn write_str(&mut self, piece: &str) -> fmt::Result {
            self.0 = self.0.saturating_add(piece.len());
            if self.0 > LONGEST { Err(fmt::Error) } else { Ok(()) }
        }
    }
    let mut scale = Scale(0);
    match write!(scale, "{value}") {
        Ok(()) => scale.0,
        Err(fmt::Error) => LONGEST + 1,
    }
}

/// Text is never compared with a number: it would compare letters, or be false for every row.
fn same_kind(left: &Value, right: &Value) -> Result<(), Error> {
    let side = |value: &Value| {
        let kind = value.kind();
        (kind == ValueKind::String || kind == ValueKind::Number).then_some(kind == ValueKind::String)
    };
    let Some(left) = side(left) else { return Ok(()) };
    let mixed = match (side(right), right.kind()) {
        (Some(right), _) => left != right,
        (None, ValueKind::Seq | ValueKind::Iterable) => {
            let sides: Vec<_> = right.try_iter().map(|items| items.map(|v| side(&v)).collect()).unwrap_or_default();
            !sides.is_empty() && sides.iter().all(|item| *item == Some(!left))
        }
        (None, _) => false,
    };
    if mixed { Err(Error::new(ErrorKind::InvalidOperation, MIXED)) } else { Ok(()) }
}

/// Whether a field is declared as a number: beside a number it needs no guard, and most conditions are just that.
pub(super) type IsNumber<'n> = &'n dyn Fn(&str) -> bool;

/// A template with the guards written into it.
///
/// # Errors
/// The byte where a piece cannot be read.
pub(super) fn guarded(template: &str, is_number: IsNumber<'_>) -> Result<String, usize> {
    let (mut out, mut done, mut count) = (String::new(), 0, 0);
    for (begin, inside) in pieces(template) {
        out.push_str(&template[done..begin]);
        out.push_str(&guarded_expression(inside, &mut count, is_number).map_err(|at| begin + at)?);
        done = begin + inside.len();
    }
    out.push_str(&template[done..]);
    Ok(out)
}

/// One expression, or the inside of one tag, with the guards; comparisons are numbered on from `count`.
pub(super) fn guarded_expression(text: &str, count: &mut u32, is_number: IsNumber<'_>) -> Result<String, usize> {
    let tokens = scan_template(text)?;
    let end = |place: usize| tokens[place].0 + tokens[place].1.length();
    let mut inserts: Vec<(usize, String)> = Vec::new();
    let mut concatenated = Vec::new();
    let mut heading = matches!(tokens.first(), Some((_, Token::Word("for"))));
    for (place, (at, token)) in tokens.iter().enumerate() {
        let negated = *token == Token::Word("in") && place > 0 && tokens[place - 1].1 == Token::Word("not");
        let before = place - usize::from(negated);
        let Some(left) = before.checked_sub(1).filter(|left| tokens[*left].1.ends_operand()) else { continue };
        let beside = |place: usize, c: char| matches!(tokens.get(place), Some((_, Token::Sign(s))) if *s == c);
        let power = *token == Token::Sign('*')
            && (beside(place + 1, '*') && tokens[place + 1].0 == at + 1 || beside(place - 1, '*'));
        let right = operand_end(&tokens, place + 1).map(end);
        match token {
            Token::Sign('|') => inserts.push((end(left), "|_kept".to_owned())),
            Token::Sign('*') if !power => {
                inserts.push((end(left), "|_factor".to_owned()));
                inserts.extend(right.map(|at| (at, "|_factor".to_owned())));
            }
            Token::Sign('~' | '+') => {
                inserts.push((end(left), "|_kept".to_owned()));
                inserts.extend(right.map(|at| (at, "|_kept".to_owned())));
                if *token == Token::Sign('~') {
                    concatenated.extend([Some(end(left)), right].into_iter().flatten());
                }
            }
            Token::Word("in") if heading => heading = false,
            Token::Compare(_) if are_numbers(&tokens, place, is_number) => {}
            Token::Compare("==" | "!=" | "<" | "<=" | ">" | ">=") | Token::Word("in") => {
                let joined = concatenated.contains(&end(left))
                    || operand_end(&tokens, place + 1).is_some_and(|last| beside(last + 1, '~'));
                let (one, other) = if joined {
                    ("|_kept".to_owned(), "|_kept".to_owned())
                } else {
                    *count += 1;
                    (format!("|_left({count})"), format!("|_right({count})"))
                };
                inserts.push((end(left), one));
                inserts.extend(right.map(|at| (at, other)));
            }
            Token::Word(_) | Token::Quoted(..) | Token::Number(_) | Token::Compare(_) | Token::Sign(_) => {}
        }
    }
    // Stable: at one place, what closes an operator on the left comes before what opens the next.
    inserts.sort_by_key(|(at, _)| *at);
    let (mut out, mut done) = (String::new(), 0);
    for (at, insert) in inserts {
        out.push_str(&text[done..at]);
        out.push_str(&insert);
        done = at;
    }
    out.push_str(&text[done..]);
    Ok(out)
}

/// Whether a comparison has a declared number on one side and a number as it is written on the other.
fn are_numbers(tokens: &[(usize, Token<'_>)], place: usize, is_number: IsNumber<'_>) -> bool {
    let (Some((_, left)), Some((_, right))) = (tokens.get(place - 1), tokens.get(place + 1)) else { return false };
    let alone = |at: Option<usize>| {
        let beside = at.and_then(|at| tokens.get(at)).map(|(_, token)| *token);
        matches!(beside, None | Some(Token::Word("and" | "or" | "not" | "if" | "elif" | "else")))
    };
    let field = |token: &Token<'_>| matches!(token, Token::Word(name) if is_number(name));
    let number = |token: &Token<'_>| matches!(token, Token::Number(_));
    let fits = (field(left) && number(right)) || (number(left) && field(right));
    fits && alone(place.checked_sub(2)) && alone(Some(place + 2))
}

/// A piece of a guarded source as its writer knows it.
pub(super) fn plain(piece: &str) -> String {
    let mut parts = piece.split("|_");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = ["kept", "factor", "left", "right"].into_iter().find_map(|name| part.strip_prefix(name));
        match name {
            Some(rest) => match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
                Some((number, rest)) if number.chars().all(|c| c.is_ascii_digit()) => out.push_str(rest),
                Some(_) | None => out.push_str(rest),
            },
            None => {
                out.push_str("|_");
                out.push_str(part);
            }
        }
    }
    out
}
