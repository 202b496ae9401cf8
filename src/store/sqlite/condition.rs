//! A user's condition over a table's columns: read only, this table only, and no number beside bare text.

use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::rows::quoted;
use super::{Invocation, SqliteStore};
use crate::model::document::nearest;
use crate::model::table::Table;
use crate::model::time::Timestamp;
use crate::model::tokens::{Token, compared_with_numbers, scan};
use crate::store::{Error, Result};

/// Runs `read` with the condition as SQL that can stand in any WHERE, once it is shown to be harmless.
pub(super) fn guarded<T>(
    store: &SqliteStore,
    table: &Table,
    text: &str,
    read: impl FnOnce(&str) -> Result<T>,
) -> Result<T> {
    check_text(table, text)?;
    check_access(store, table, text)?;
    read(&format!("({text})")).map_err(|error| blamed(table, error))
}

/// The error as the condition's, where that is at fault.
pub(super) fn blamed(table: &Table, error: Error) -> Error {
    if let Error::Sqlite(error) = &error
        && is_of_the_condition(error)
    {
        return Error::Condition(explain(table, error));
    }
    error
}

/// Whether the condition is at fault for what went wrong while rows were read: SQLite answers a bad JSON path, a number
/// that is too large or an unusable `MATCH` only then. A disk, a lock or a damaged file is another matter.
fn is_of_the_condition(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{ApiMisuse, TooBig, TypeMismatch, Unknown};
    error.sqlite_error_code().is_some_and(|code| [ApiMisuse, TooBig, TypeMismatch, Unknown].contains(&code))
}

/// Whether a condition would be taken for a table of these columns, which need not be there yet.
///
/// # Errors
/// [`Error::Condition`] when it would not.
pub fn check_condition(name: &str, columns: &[String], text: &str) -> Result<()> {
    let invocation = Invocation { verb: String::new(), at: Timestamp(0), workspace: None };
    let store = SqliteStore::in_memory(invocation)?;
    let definition: String = columns.iter().map(|column| format!(", {} TEXT", quoted(column))).collect();
    store.db.execute_batch(&format!("CREATE TABLE {} (cx_row INTEGER PRIMARY KEY{definition})", quoted(name)))?;
    let table = Table {
        name: name.to_owned(),
        project: String::new(),
        columns: columns.to_vec(),
        metadata: None,
        rows: 0,
        next_row: 1,
        sha256: None,
        updated_at: Timestamp(0),
    };
    guarded(&store, &table, text, |_| Ok(()))
}

/// What can be seen without SQLite: that it stays inside its brackets and does not compare text with numbers.
fn check_text(table: &Table, text: &str) -> Result<()> {
    let refuse = |why: String| Err(Error::Condition(why));
    let tokens = match scan(text) {
        Ok(tokens) if !tokens.is_empty() => tokens,
        Ok(_) => return refuse("the condition is empty".to_owned()),
        Err(at) => return refuse(format!("the quote at character {} is never closed", at + 1)),
    };
    let mut depth = 0_i32;
    for pair in tokens.windows(2) {
        let comment = matches!(pair, [(a, Token::Sign('-')), (b, Token::Sign('-'))] if a + 1 == *b)
            || matches!(pair, [(a, Token::Sign('/')), (b, Token::Sign('*'))] if a + 1 == *b);
        if comment {
            return refuse("a condition holds no comments".to_owned());
        }
    }
    for (_, token) in &tokens {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth -= 1,
            Token::Sign(';') => return refuse("a condition is one expression, without `;`".to_owned()),
            Token::Sign('?' | ':' | '@' | '$') => return refuse("a condition has no parameters".to_owned()),
            Token::Sign(_) | Token::Word(_) | Token::Quoted(..) | Token::Number(_) | Token::Compare(_) => {}
        }
        if depth < 0 {
            return refuse("a bracket is closed that was not opened".to_owned());
        }
    }
    let field = |tokens: &[(usize, Token<'_>)]| column_at_end(table, tokens);
    match compared_with_numbers(&tokens, field).first() {
        None => Ok(()),
        Some((_, column)) => {
            let column =
                if column.chars().all(|c| c.is_alphanumeric() || c == '_') { column.clone() } else { quoted(column) };
            refuse(format!(
                "`{column}` is text, so comparing it with a number compares letters ('9' > '100'); \
                 write `num({column})` for its number, or put the number in quotes"
            ))
        }
    }
}

/// The column whose text the tokens end with, and how many of them it takes: bare, quoted, in brackets, or as a function
/// of text gives it back.
fn column_at_end(table: &Table, tokens: &[(usize, Token<'_>)]) -> Option<(String, usize)> {
    let column = |name: &str| table.columns.iter().find(|column| column.eq_ignore_ascii_case(name)).cloned();
    let (rest, last) = tokens.split_last().map(|((_, last), rest)| (rest, last))?;
    match last {
        Token::Word(name) | Token::Quoted('"' | '`', name) => column(name).map(|name| (name, 1)),
        Token::Sign(']') => match rest {
            [.., (_, Token::Sign('[')), (_, Token::Word(name))] => column(name).map(|name| (name, 3)),
            _ => None,
        },
        Token::Sign(')') => {
            let open = opening(rest)?;
            let inside = &rest[open + 1..];
            let called = match rest[..open].last() {
                Some((_, Token::Word(name))) if TEXTS.iter().any(|text| name.eq_ignore_ascii_case(text)) => 1,
                // Any other function makes what it makes; these words are not functions.
                Some((_, Token::Word(name))) if !["and", "or", "not", "in"].contains(&name.to_lowercase().as_str()) => {
                    return None;
                }
                Some(_) | None => 0,
            };
            let first =
                if called == 1 { inside.split(|(_, token)| *token == Token::Sign(',')).next()? } else { inside };
            let (name, width) = column_at_end(table, first)?;
            (width == first.len()).then_some((name, tokens.len() - open + called))
        }
        Token::Quoted(..) | Token::Number(_) | Token::Compare(_) | Token::Sign(_) => None,
    }
}

/// Functions that give text for text.
const TEXTS: [&str; 10] =
    ["lower", "upper", "trim", "ltrim", "rtrim", "substr", "substring", "replace", "coalesce", "ifnull"];

/// Where the bracket is opened that is closed just after the tokens.
fn opening(tokens: &[(usize, Token<'_>)]) -> Option<usize> {
    let mut depth = 1_usize;
    tokens.iter().enumerate().rev().find_map(|(at, (_, token))| {
        match token {
            Token::Sign(')') => depth += 1,
            Token::Sign('(') => depth -= 1,
            Token::Sign(_) | Token::Word(_) | Token::Quoted(..) | Token::Number(_) | Token::Compare(_) => {}
        }
        (depth == 0).then_some(at)
    })
}

/// Functions that reach out of the table, or make as much as they are told to.
const DENIED: [&str; 10] = [
    "load_extension",
    "randomblob",
    "zeroblob",
    "printf",
    "format",
    "replicate",
    "readfile",
    "writefile",
    "edit",
    "fts3_tokenizer",
];

/// The table that the statement being prepared may read, while a user's condition is looked at; else all is allowed.
pub(super) type Gate = Arc<Mutex<Option<String>>>;

/// Puts the gate in SQLite's way. It is asked when a statement is prepared, never while one runs.
pub(super) fn install(db: &mut Connection) -> rusqlite::Result<Gate> {
    let gate = Gate::default();
    let asked = Arc::clone(&gate);
    db.authorizer(Some(move |context: AuthContext<'_>| {
        let Ok(only) = asked.lock() else { return Authorization::Deny };
        let Some(only) = only.as_ref() else { return Authorization::Allow };
        let harmless = if let AuthAction::Read { table_name, .. } = context.action {
            table_name.eq_ignore_ascii_case(only)
        } else if let AuthAction::Function { function_name } = context.action {
            !DENIED.iter().any(|denied| function_name.eq_ignore_ascii_case(denied))
        } else {
            context.action == AuthAction::Select
        };
        if harmless { Authorization::Allow } else { Authorization::Deny }
    }))?;
    Ok(gate)
}

/// What SQLite sees: which tables and functions it would use.
fn check_access(store: &SqliteStore, table: &Table, text: &str) -> Result<()> {
    let shut = |only: Option<String>| {
        if let Ok(mut gate) = store.gate.lock() {
            *gate = only;
        }
    };
    shut(Some(table.name.clone()));
    let sql = format!("SELECT cx_row FROM {} WHERE ({text})", quoted(&table.name));
    let prepared = store.db.prepare(&sql).map(drop);
    shut(None);
    prepared.map_err(|error| Error::Condition(explain(table, &error)))
}

/// SQLite's words, with the column that was likely meant.
fn explain(table: &Table, error: &rusqlite::Error) -> String {
    let (rusqlite::Error::SqliteFailure(_, Some(said)) | rusqlite::Error::SqlInputError { msg: said, .. }) = error
    else {
        return error.to_string();
    };
    let Some(missing) = said.strip_prefix("no such column: ") else {
        let denied = said.contains("prohibited") || said.contains("not authorized");
        return if denied && said.contains("function") {
            format!("a condition uses no such function ({said})")
        } else if denied {
            format!("a condition reads the columns of `{}` only ({said})", table.name)
        } else {
            said.clone()
        };
    };
    let missing = missing.split(" - ").next().unwrap_or(missing).trim_matches('"');
    match nearest(missing, table.columns.iter().map(String::as_str)) {
        Some(near) => format!("table `{}` has no column `{missing}`; did you mean `{near}`?", table.name),
        None => format!("table `{}` has no column `{missing}`", table.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> String {
        let columns = ["age", "name", "note"].map(str::to_owned);
        match check_condition("people", &columns, text) {
            Err(Error::Condition(why)) => why,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn text_beside_a_number_is_refused_in_every_dress() {
        for text in ["(age) > 5", "[age] > 5", "age is 5", "age is not 5", "lower(age) > 5", "5 < (age)", "((age)) = 1"]
        {
            assert!(why(text).contains("write `num(age)`"), "{text}: {}", why(text));
        }
        let columns = ["age", "name", "note"].map(str::to_owned);
        for text in ["num(age) > 5", "length(age) > 5", "age is not null", "(age = '5')", "substr(age, 1, 2) = '12'"] {
            assert!(check_condition("people", &columns, text).is_ok(), "{text}");
        }
    }

    #[test]
    fn parameters_are_refused_outside_of_quotes() {
        for text in ["age = ?", "age = ?1", "age = :a", "age = @a", "age = $a"] {
            assert_eq!(why(text), "a condition has no parameters");
        }
        assert!(check_condition("people", &["age".to_owned()], "age = 'a@b.c?:$'").is_ok());
    }

    #[test]
    fn functions_that_make_what_they_are_told_are_refused() {
        for text in
            ["randomblob(1000000000) is null", "zeroblob(9) is null", "printf('%9999s', age) = ''", "format('a') = ''"]
        {
            assert!(why(text).contains("no such function"), "{text}: {}", why(text));
        }
    }

    #[test]
    fn what_goes_wrong_row_by_row_is_the_conditions_fault() {
        let store =
            SqliteStore::in_memory(Invocation { verb: String::new(), at: Timestamp(0), workspace: None }).unwrap();
        store
            .db
            .execute_batch("CREATE TABLE t (cx_row INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (1, '{}')")
            .unwrap();
        let table = Table {
            name: "t".to_owned(),
            project: String::new(),
            columns: vec!["a".to_owned()],
            metadata: None,
            rows: 1,
            next_row: 2,
            sha256: None,
            updated_at: Timestamp(0),
        };
        for text in ["json_extract(a, 'no path') = '1'", "a match 'x'"] {
            let read = |condition: &str| {
                let sql = format!("SELECT count(*) FROM t WHERE {condition}");
                Ok(store.db.query_row(&sql, [], |row| row.get::<_, i64>(0))?)
            };
            let outcome = guarded(&store, &table, text, read);
            assert!(matches!(outcome, Err(Error::Condition(_))), "{text}: {outcome:?}");
        }
    }
}
