//! A row's cells become params: typed where the spinner says so, text everywhere else, never guessed.

use std::sync::Arc;

use serde_json::{Number, Value};

use crate::model::id::RowId;
use crate::model::params::Params;
use crate::model::payload::ErrorInfo;
use crate::model::reason::Reason;
use crate::model::spinner::{ParamKind, ParamRule};

/// How the rows of one job become params.
pub struct Projection {
    names: Arc<[String]>,
    rules: Vec<Option<ParamRule>>,
}

impl Projection {
    /// The metadata fields, each with the rule that is declared for it.
    #[must_use]
    pub fn new(fields: &[String], rules: &[(String, ParamRule)]) -> Projection {
        let rule = |name: &String| rules.iter().find(|(n, _)| n == name).map(|(_, rule)| rule.clone());
        Projection { names: fields.into(), rules: fields.iter().map(rule).collect() }
    }

    /// The params of a row, and what does not fit. A cell that does not fit stays the text it is.
    #[must_use]
    pub fn project(&self, row: RowId, cells: Vec<String>) -> (Params, Vec<ErrorInfo>) {
        let mut errors = Vec::new();
        let mut values = Vec::with_capacity(cells.len());
        for ((name, rule), cell) in self.names.iter().zip(&self.rules).zip(cells) {
            values.push(match rule.as_ref().map(|rule| typed(rule, &cell)) {
                None => Value::String(cell),
                Some(Ok(value)) => value,
                Some(Err(why)) => {
                    errors.push(ErrorInfo {
                        kind: "validation".to_owned(),
                        code: Reason::InvalidParams,
                        field: Some(name.clone()),
                        message: format!("row {row}, column `{name}`: {why}"),
                    });
                    Value::String(cell)
                }
            });
        }
        (Params::new(Arc::clone(&self.names), values), errors)
    }
}

fn typed(rule: &ParamRule, cell: &str) -> Result<Value, String> {
    let text = cell.trim();
    if text.is_empty() && (rule.kind != ParamKind::Text || cell.is_empty()) {
        return match &rule.default {
            Some(default) => Ok(default.clone()),
            None if rule.required => Err("the cell is empty, and it is required".to_owned()),
            None if rule.kind == ParamKind::Text => Ok(Value::String(cell.to_owned())),
            None => Ok(Value::Null),
        };
    }
    let wrong = |what: &str| Err(format!("`{}` is not {what}", shortened(cell)));
    match rule.kind {
        ParamKind::Text => Ok(Value::String(cell.to_owned())),
        ParamKind::Integer => match text.parse::<i64>() {
            Ok(whole) => Ok(Value::from(whole)),
            Err(_) if is_whole(text) => too_long(cell),
            Err(_) => wrong("a whole number"),
        },
        ParamKind::Number => match number(text) {
            Some(number) if number.is_f64() && !survives(text) => too_long(cell),
            Some(number) => Ok(Value::Number(number)),
            None => wrong("a number"),
        },
        ParamKind::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Value::Bool(true)),
            "false" | "no" | "0" => Ok(Value::Bool(false)),
            _ => wrong("true or false (or yes, no, 1, 0)"),
        },
        ParamKind::Date => match text.parse::<jiff::civil::Date>() {
            // What is read is also how it is written: no `20240203`, no time behind it.
            Ok(date) if date.to_string() == text => Ok(Value::String(text.to_owned())),
            Ok(_) | Err(_) => wrong("a date such as 2026-03-25"),
        },
    }
}

/// A whole number stays whole, so that it shows as it was written.
fn number(text: &str) -> Option<Number> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    let begins = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.');
    if !text.starts_with(begins) || text.contains(['i', 'n', 'I', 'N']) {
        return None;
    }
    text.parse().ok().and_then(Number::from_f64)
}

fn too_long(cell: &str) -> Result<Value, String> {
    Err(format!("`{}` has more digits than a number keeps; declare it text", shortened(cell)))
}

fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Whether all digits of a number are still there once it is kept in 64 bits.
fn survives(text: &str) -> bool {
    let written = digits(text);
    // Fifteen digits always survive; of more, those that the shortest way to write the number still has.
    written.len() <= 15 || text.parse::<f64>().is_ok_and(|kept| digits(&format!("{kept:e}")) == written)
}

/// The digits that count: none of the exponent, no zeros around them.
fn digits(text: &str) -> String {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

/// A cell in a message: its beginning is enough.
fn shortened(cell: &str) -> String {
    match cell.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(kind: ParamKind) -> ParamRule {
        ParamRule { kind, required: false, default: None }
    }

    #[test]
    fn cells_are_typed_only_where_declared() {
        let rules = vec![("n".to_owned(), rule(ParamKind::Number)), ("d".to_owned(), rule(ParamKind::Date))];
        let fields = ["id".to_owned(), "n".to_owned(), "d".to_owned()];
        let cells = ["007", "12.50", "2026-02-30"].map(str::to_owned).to_vec();
        let (params, errors) = Projection::new(&fields, &rules).project(RowId(9), cells);
        assert_eq!(params.get("id"), Some(&Value::from("007")));
        assert_eq!(params.get("n"), Some(&Value::from(12.5)));
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].message, "row 9, column `d`: `2026-02-30` is not a date such as 2026-03-25");
    }

    #[test]
    fn empty_cells_follow_the_rule() {
        let required = ParamRule { required: true, ..rule(ParamKind::Text) };
        assert!(typed(&required, "").is_err());
        assert_eq!(typed(&required, " "), Ok(Value::from(" ")));
        assert_eq!(typed(&rule(ParamKind::Number), ""), Ok(Value::Null));
        let default = ParamRule { default: Some(Value::from(0)), ..rule(ParamKind::Number) };
        assert_eq!(typed(&default, " "), Ok(Value::from(0)));
    }

    #[test]
    fn only_what_a_number_keeps_is_taken() {
        for text in ["12345678901234567890", "0.1234567890123456789", "9007199254740993.5"] {
            let why = typed(&rule(ParamKind::Number), text).unwrap_err();
            assert_eq!(why, format!("`{text}` has more digits than a number keeps; declare it text"));
        }
        for text in ["9223372036854775807", "0.1", "1.50", "1e300", "100000000000000000000", "0.30000000000000004"] {
            assert!(typed(&rule(ParamKind::Number), text).is_ok(), "{text}");
        }
        let why = typed(&rule(ParamKind::Integer), "9223372036854775808").unwrap_err();
        assert!(why.ends_with("declare it text"), "{why}");
        assert!(typed(&rule(ParamKind::Integer), "1.5").unwrap_err().ends_with("is not a whole number"));
    }

    #[test]
    fn a_date_is_written_in_one_way() {
        assert_eq!(typed(&rule(ParamKind::Date), " 2024-02-03 "), Ok(Value::from("2024-02-03")));
        for text in ["20240203", "2024-2-3", "2024-02-03T10:00", "2024-W05-6"] {
            assert!(typed(&rule(ParamKind::Date), text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_are_not_numbers() {
        for text in ["inf", "NaN", "infinity", "1e999", "0x10", "1,000", ""] {
            assert_eq!(number(text), None, "{text}");
        }
        for text in ["1", "-1.5", "+3", ".5", "1e3"] {
            assert!(number(text).is_some(), "{text}");
        }
    }
}
