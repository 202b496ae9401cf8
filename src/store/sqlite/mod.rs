//! One SQLite file: opening it, its version, and the one place where anything is committed.
//! Deliberately absent: any knowledge of what a step does or how a state is shown.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use new_file::NewFile;
use waiting::wait;

use super::{Error, Result, Terms};
use crate::model::connection::Connection as Connected;
use crate::model::event::EventType;
use crate::model::id::{RequestId, WorkspaceId};
use crate::model::project::{DEFAULT, ProjectType};
use crate::model::time::Timestamp;

mod append;
mod backup;
mod condition;
mod connection;
mod frozen;
mod load;
mod new_file;
mod project;
mod prune;
mod read;
mod refused;
mod rows;
mod schema;
mod select;
#[cfg(test)]
mod tests;
mod texts;
mod vault;
mod waiting;
mod write;

pub use backup::{Copied, Overwrite};
pub use condition::check_condition;
pub(super) use refused::refused;
pub use waiting::on_long_wait;

/// `cxgr`, in the header of the file.
const APPLICATION_ID: i64 = 0x6378_6772;

/// Every version of the file, oldest first; the count of those applied is `user_version`.
const SCHEMAS: [&str; 1] = [include_str!("sql/0001.sql")];

/// What a caller is going to do with the file.
#[derive(Debug, Clone)]
pub enum Access {
    /// Look, at what is there at each moment.
    Read,
    /// Look, at one moment: what is asked first and what is asked last agree, whatever is written meanwhile.
    Snapshot,
    /// Change what is there.
    Write(Invocation),
    /// Change what is there, or make it.
    Create(Invocation),
}

/// The invocation that writes: it becomes one request of the log.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The command's verb.
    pub verb: String,
    /// When it began.
    pub at: Timestamp,
    /// The id of a new workspace; random when not given.
    pub workspace: Option<WorkspaceId>,
}

/// Called on both sides of every commit: how tests break a write anywhere.
pub type Fault = Box<dyn FnMut(Side) -> Result<()> + Send>;

/// A side of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// All is written, nothing is durable.
    Before,
    /// It is durable, the caller has not heard.
    After,
}

/// A workspace in a SQLite file.
pub struct SqliteStore {
    db: Connection,
    path: Option<PathBuf>,
    invocation: Option<Invocation>,
    request: Option<RequestId>,
    fault: Option<Fault>,
    gate: condition::Gate,
    new_file: Option<NewFile>,
    /// What this invocation wants of all that it writes.
    pub terms: Terms,
}

impl SqliteStore {
    pub(super) fn open(path: &Path, access: Access) -> Result<SqliteStore> {
        let (flags, invocation) = match access {
            Access::Read => (OpenFlags::SQLITE_OPEN_READ_ONLY, None),
            Access::Snapshot => {
                let store = SqliteStore::open(path, Access::Read)?;
                // A transaction reads from the moment of its first question.
                store.db.execute_batch("BEGIN; SELECT one FROM cx_workspace")?;
                return Ok(store);
            }
            Access::Write(invocation) => (OpenFlags::SQLITE_OPEN_READ_WRITE, Some(invocation)),
            Access::Create(invocation) => {
                (OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE, Some(invocation))
            }
        };
        if path.is_dir() {
            return Err(Error::NotOurs { path: path.to_owned() });
        }
        let creates = flags.contains(OpenFlags::SQLITE_OPEN_CREATE);
        let turn = (invocation.is_some() && !new_file::has_begun(path)).then(|| new_file::turn(path));
        if turn.is_some() && !creates {
            // Whatever else is wrong with it is said by who reads it.
            let nothing = || Error::NoDatabase { path: path.to_owned() };
            SqliteStore::existing(path)?.ok_or_else(nothing)?;
        }
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags);
        if !creates && opened.is_err() && !path.exists() {
            return Err(Error::NoDatabase { path: path.to_owned() });
        }
        let new_file = turn.map(|turn| NewFile::of(path, turn));
        let opened = opened.map_err(Error::from);
        match (opened.and_then(|db| SqliteStore::set_up(db, Some(path.to_owned()), invocation.clone())), new_file) {
            (Ok(mut store), new_file) => {
                store.new_file = new_file.filter(|_| new_file::is_blank(&store.db) == Ok(true));
                Ok(store)
            }
            (Err(error), Some(new_file)) => {
                new_file.abandon();
                Err(error)
            }
            (Err(Error::Sqlite(error)), None) if invocation.is_none() && frozen::is_read_only(&error) => {
                SqliteStore::set_up(frozen::open(path, flags, error)?, Some(path.to_owned()), None)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// To look, if there is a database in which anything is. One that another process has only begun is none, and what is
    /// seen of it may be gone at the next look.
    pub(super) fn existing(path: &Path) -> Result<Option<SqliteStore>> {
        for tries in 0.. {
            let looked = SqliteStore::open(path, Access::Read).and_then(|store| match new_file::is_blank(&store.db)? {
                true => Ok(None),
                false => Ok(Some(store)),
            });
            match looked {
                Err(Error::NoDatabase { .. }) => return Ok(None),
                Err(Error::Sqlite(error)) if frozen::is_read_only(&error) && tries < 10 => drop(wait(tries)),
                looked => return looked,
            }
        }
        Ok(None)
    }

    /// A workspace that lives as long as this process, for tests.
    ///
    /// # Errors
    /// When SQLite cannot be used.
    pub fn in_memory(invocation: Invocation) -> Result<SqliteStore> {
        SqliteStore::set_up(Connection::open_in_memory()?, None, Some(invocation))
    }

    /// A workspace in a file without a name that is gone when this is dropped; memory stays flat, unlike in memory.
    ///
    /// # Errors
    /// When SQLite cannot be used.
    pub fn scratch(invocation: Invocation) -> Result<SqliteStore> {
        SqliteStore::set_up(Connection::open("")?, None, Some(invocation))
    }

    /// Calls `fault` on both sides of every commit from now on.
    pub fn break_with(&mut self, fault: Fault) {
        self.fault = Some(fault);
    }

    fn set_up(mut db: Connection, path: Option<PathBuf>, invocation: Option<Invocation>) -> Result<SqliteStore> {
        db.busy_handler(Some(wait))?;
        db.set_prepared_statement_cache_capacity(64);
        let not_ours = |path: &Option<PathBuf>| Error::NotOurs { path: path.clone().unwrap_or_default() };
        let version = version(&db).map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => not_ours(&path),
            Some(_) | None => Error::Sqlite(error),
        })?;
        match version {
            Version::Empty => {}
            Version::Foreign => return Err(not_ours(&path)),
            Version::Ours(version) => {
                let known = i64::try_from(SCHEMAS.len()).unwrap_or(i64::MAX);
                if version > known {
                    return Err(Error::Newer { path: path.unwrap_or_default(), version, known });
                }
            }
        }
        // Without this SQLite prepares anew whatever has a bound LIMIT, each time it is bound: most of what a page costs.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.execute_batch("PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA cache_size = -16000;")?;
        add_functions(&db)?;
        let gate = condition::install(&mut db)?;
        let (request, fault, new_file, terms) = (None, None, None, Terms::default());
        let mut store = SqliteStore { db, path, invocation, request, fault, gate, new_file, terms };
        if store.invocation.is_some() {
            store.db.execute_batch(
                "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 8000;",
            )?;
            // A new file stays out of WAL until its first commit of its own, because WAL writes every page twice: that is
            // a third of the time of a first import, and there is no other process yet that could be kept waiting.
            if let Version::Ours(_) = version {
                write_ahead(&store.db)?;
            }
            store.migrate()?;
        } else if let Version::Empty = version {
            return Err(Error::NoDatabase { path: store.path.clone().unwrap_or_default() });
        }
        Ok(store)
    }

    /// Brings the file to the newest version, each step in a transaction of its own.
    fn migrate(&mut self) -> Result<()> {
        let Some(invocation) = self.invocation.clone() else { return Ok(()) };
        if user_version(&self.db)? == SCHEMAS.len() {
            return Ok(());
        }
        self.commit(|db| {
            // Another process may have done it while this one waited for its turn.
            for (at, sql) in SCHEMAS.iter().enumerate().skip(user_version(db)?) {
                db.execute_batch(sql)?;
                if at == 0 {
                    found(db, &invocation)?;
                }
            }
            db.pragma_update(None, "application_id", APPLICATION_ID)?;
            db.pragma_update(None, "user_version", i64::try_from(SCHEMAS.len()).unwrap_or(0))?;
            name_event_types(db)
        })
    }

    /// The one place where anything becomes durable, but for an import.
    fn commit<T>(&mut self, write: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = write(&transaction)?;
        if let Some(fault) = &mut self.fault {
            fault(Side::Before)?;
        }
        transaction.commit()?;
        if let Some(fault) = &mut self.fault {
            fault(Side::After)?;
        }
        Ok(done)
    }

    /// This invocation's request; its row is written with its first commit.
    fn request(&self) -> Request {
        match (self.request, &self.invocation) {
            (Some(id), _) => Request::Known(id),
            (None, Some(invocation)) => Request::New(invocation.clone(), self.terms.connections.clone()),
            (None, None) => Request::New(Invocation { verb: "?".to_owned(), at: Timestamp(0), workspace: None }, None),
        }
    }
}

/// From now on readers never wait for the writer. Whoever is in the middle of a first import keeps the file as it is, and
/// SQLite does not wait here; then all goes on without, and who opens the file next tries again.
fn write_ahead(db: &Connection) -> Result<()> {
    match db.execute_batch("PRAGMA journal_mode = WAL") {
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(()),
        done => Ok(done?),
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        if let Some(file) = self.new_file.take() {
            file.remove(&self.db);
        }
    }
}

/// A request that has its number, or gets it with the commit.
enum Request {
    Known(RequestId),
    /// With what is set up, if that is known: a change is written down together with the first commit.
    New(Invocation, Option<Arc<[Connected]>>),
}

impl Request {
    fn number(&self, db: &Connection) -> Result<RequestId> {
        match self {
            Request::Known(id) => Ok(*id),
            Request::New(invocation, connections) => {
                db.prepare_cached("INSERT INTO cx_request (at, verb) VALUES (?1, ?2)")?
                    .execute((invocation.at.0, &invocation.verb))?;
                let number = RequestId(u64::try_from(db.last_insert_rowid()).unwrap_or(0));
                if let Some(wanted) = connections {
                    connection::configure(db, number, invocation.at, wanted)?;
                }
                Ok(number)
            }
        }
    }
}

enum Version {
    Empty,
    Foreign,
    Ours(i64),
}

fn version(db: &Connection) -> rusqlite::Result<Version> {
    // At one moment: another process may be making the file.
    let db = db.unchecked_transaction()?;
    let application: i64 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let objects: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(match (application, objects) {
        (APPLICATION_ID, _) => Version::Ours(version),
        (_, 0) => Version::Empty,
        (_, _) => Version::Foreign,
    })
}

fn user_version(db: &Connection) -> Result<usize> {
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(0))
}

/// A new workspace: who it is, and the project that is there from the start.
fn found(db: &Connection, invocation: &Invocation) -> Result<()> {
    let random = || db.query_row("SELECT random()", [], |row| row.get::<_, i64>(0));
    let id = match invocation.workspace {
        Some(WorkspaceId(id)) => id.cast_signed(),
        None => random()?,
    };
    db.execute("INSERT INTO cx_workspace (one, id, created_at) VALUES (1, ?1, ?2)", (id, invocation.at.0))?;
    let first = "INSERT INTO cx_project (name, type, created_at) VALUES (?1, ?2, ?3)";
    db.execute(first, (DEFAULT, ProjectType::default().name(), invocation.at.0))?;
    Ok(())
}

/// The names behind the stored numbers, so that any SQLite tool can read the log.
fn name_event_types(db: &Connection) -> Result<()> {
    let mut insert = db.prepare("INSERT OR REPLACE INTO cx_event_type (code, name) VALUES (?1, ?2)")?;
    for kind in EventType::ALL {
        insert.execute((kind.code(), kind.name()))?;
    }
    Ok(())
}

/// `num(column)`: the number that a cell says, or null.
fn add_functions(db: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    db.create_scalar_function("num", 1, flags, |context| {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
        Ok(match context.get_raw(0) {
            rusqlite::types::ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(number),
            rusqlite::types::ValueRef::Real(real) => Some(real),
            #[expect(clippy::cast_precision_loss, reason = "numbers of a condition")]
            rusqlite::types::ValueRef::Integer(integer) => Some(integer as f64),
            rusqlite::types::ValueRef::Null | rusqlite::types::ValueRef::Blob(_) => None,
        })
    })?;
    prune::add_function(db)
}
