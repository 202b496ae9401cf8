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
    read(&format!("({text})"))
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
            Token::Sign(_) | Token::Word(_) | Token::Quoted(..) | Token::Number(_) | Token::Compare(_) => {}
        }
        if depth < 0 {
            return refuse("a bracket is closed that was not opened".to_owned());
        }
    }
    let field = |tokens: &[(usize, Token<'_>)]| match tokens.last()?.1 {
        Token::Word(name) | Token::Quoted('"' | '`', name) => {
            table.columns.iter().find(|column| column.eq_ignore_ascii_case(name)).map(|column| (column.clone(), 1))
        }
        Token::Quoted(..) | Token::Number(_) | Token::Compare(_) | Token::Sign(_) => None,
    };
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
            !function_name.eq_ignore_ascii_case("load_extension")
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
        return if denied {
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
