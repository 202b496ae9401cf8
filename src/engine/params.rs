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
        ParamKind::Integer => text.parse::<i64>().map(Value::from).or_else(|_| wrong("a whole number")),
        ParamKind::Number => match number(text) {
            Some(number) => Ok(Value::Number(number)),
            None => wrong("a number"),
        },
        ParamKind::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Value::Bool(true)),
            "false" | "no" | "0" => Ok(Value::Bool(false)),
            _ => wrong("true or false (or yes, no, 1, 0)"),
        },
        ParamKind::Date => match text.parse::<jiff::civil::Date>() {
            Ok(date) => Ok(Value::String(date.to_string())),
            Err(_) => wrong("a date such as 2026-03-25"),
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
    fn words_are_not_numbers() {
        for text in ["inf", "NaN", "infinity", "1e999", "0x10", "1,000", ""] {
            assert_eq!(number(text), None, "{text}");
        }
        for text in ["1", "-1.5", "+3", ".5", "1e3"] {
            assert!(number(text).is_some(), "{text}");
        }
    }
}
