//! The least that a run of three pure steps can do when every event is kept: read the row, render, write the same segment, record and seal as
//! cxgear does (EVENTS §4), a thousand records a commit. No state machine, no checks, no progress, no lock.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};
use minijinja::{Environment, UndefinedBehavior, context};
use rusqlite::{Connection, params};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

const MESSAGE: &str = "Hello {{ name }} ({{ account_id }})";
const HIGH: &str = "amount_due > 500";
const COMMIT: i64 = 1_000;
/// The most events that a record has: queued, started, three steps started and completed, a message, a decision, completed.
const EVENTS: i64 = 11;

const SCHEMA: &str = "
CREATE TABLE bare_segment(cursor INTEGER PRIMARY KEY, job INTEGER, row INTEGER, seq INTEGER NOT NULL, n INTEGER NOT NULL,
    at INTEGER NOT NULL, events TEXT NOT NULL) STRICT;
CREATE INDEX bare_segment_of ON bare_segment(job, row);
CREATE TABLE bare_record(job INTEGER NOT NULL, row INTEGER NOT NULL, status INTEGER NOT NULL, result INTEGER, attempt INTEGER NOT NULL,
    claim INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER, disposition TEXT, PRIMARY KEY(job, row)) STRICT, WITHOUT ROWID;
CREATE TABLE bare_seal(upto_cursor INTEGER PRIMARY KEY, request INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;";

/// What a row brings along.
#[derive(Serialize)]
struct Params {
    name: String,
    phone: String,
    account_id: String,
    amount_due: f64,
}

/// Runs `spinners/welcome.toml`, by hand, over the table `contacts`.
pub(crate) fn go(db: &Path) -> Result<()> {
    let spinner = include_str!("../../spinners/welcome.toml");
    ensure!(spinner.contains(MESSAGE) && spinner.contains(HIGH), "spinners/welcome.toml says something else by now");
    let mut db = Connection::open(db)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.execute_batch(SCHEMA)?;
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    let message = env.template_from_str(MESSAGE)?;
    let high = env.compile_expression(HIGH)?;
    let (mut last, mut seal) = (0_i64, [0_u8; 32]);
    loop {
        let rows = read(&db, last)?;
        let Some((newest, _)) = rows.last() else { break };
        let batch = db.transaction()?;
        let mut chain = Sha256::new_with_prefix(seal);
        let mut segment = batch.prepare_cached("INSERT INTO bare_segment VALUES (?, 1, ?, ?, ?, ?, ?)")?;
        let mut record = batch.prepare_cached("INSERT INTO bare_record VALUES (1, ?, 4, 1, 1, 1, ?, ?, ?)")?;
        for (row, params) in &rows {
            let scope = context! { name => params.name.as_str(), phone => params.phone.as_str(), account_id => params.account_id.as_str(), amount_due => params.amount_due };
            let text = message.render(&scope)?;
            let priority = high.eval(&scope)?.is_true();
            let (events, disposition) = events(params, &text, priority)?;
            let (at, cursor) = (now()?, row * EVENTS);
            segment.execute(params![cursor, row, cursor, EVENTS, at, events])?;
            record.execute(params![row, at, at, disposition])?;
            chain.update(Sha256::digest(&events));
        }
        seal = chain.finalize().into();
        last = *newest;
        batch.execute("INSERT INTO bare_seal VALUES (?, 1, ?)", params![last * EVENTS + EVENTS - 1, &seal[..]])?;
        drop((segment, record));
        batch.commit()?;
    }
    db.close().map_err(|(_, e)| e.into())
}

fn read(db: &Connection, after: i64) -> Result<Vec<(i64, Params)>> {
    let sql =
        "SELECT cx_row, name, phone, account_id, amount_due FROM contacts WHERE cx_row > ? ORDER BY cx_row LIMIT ?";
    let mut select = db.prepare_cached(sql)?;
    let rows = select.query_map(params![after, COMMIT], |row| {
        let amount = row.get_ref(4)?.as_str()?;
        let params = Params {
            name: row.get(1)?,
            phone: row.get(2)?,
            account_id: row.get(3)?,
            amount_due: if amount.is_empty() { 0.0 } else { amount.parse().unwrap_or(f64::NAN) },
        };
        Ok((row.get(0)?, params))
    })?;
    rows.collect::<rusqlite::Result<_>>().context("contacts")
}

/// The segment's text, and where the record ended. The way down the default branch is a jump, and says so in an event.
fn events(params: &Params, text: &str, priority: bool) -> Result<(String, &'static str)> {
    let (branch, jump, disposition, tags) = match priority {
        true => ("high", "", "call first", r#"["welcome","high balance"]"#),
        false => ("default", r#",[29,0,{"next_step":"done"}]"#, "contacted", r#"["welcome"]"#),
    };
    let index = if priority { 2 } else { 3 };
    let mut out = Vec::with_capacity(640);
    out.extend_from_slice(br#"[[20,0,{"params":"#);
    serde_json::to_writer(&mut out, params)?;
    out.extend_from_slice(br#"}],[21],[40,0,{"step":0}],[42,0,{"text":"#);
    serde_json::to_writer(&mut out, text)?;
    let rest = format!(
        r#"}}],[44],[40,0,{{"step":1}}],[44,0,{{"internal":{{"branch":"{branch}"}}}}]{jump},[40,0,{{"step":{index}}}],[44,0,{{"outcomes":{{"disposition":"{disposition}","tags":{tags}}}}}],[33]]"#
    );
    out.extend_from_slice(rest.as_bytes());
    Ok((String::from_utf8(out)?, disposition))
}

fn now() -> Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?)
}
