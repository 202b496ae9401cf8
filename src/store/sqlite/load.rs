//! Import into a real SQLite table under its own name: one transaction, undone when dropped.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Statement, ToSql};
use serde_json::json;

use super::append::Appender;
use super::new_file::NewFile;
use super::rows::quoted;
use super::select::select;
use super::write::{facts, not_before, open_job, table};
use super::{Side, SqliteStore, condition, project, write_ahead};
use crate::model::event::Event;
use crate::model::id::RequestId;
use crate::model::plan::Usage;
use crate::model::segment::Segment;
use crate::model::table::Table;
use crate::store::{Error, Fate, Load, LoadFacts, LoadMode, LoadPlan, Result, Terms};

/// An import under way.
pub(super) struct SqliteLoad<'s> {
    // The statements borrow the connection through a pointer of their own, so they are dropped first.
    insert: Option<Statement<'s>>,
    key: Option<(Statement<'s>, Vec<usize>)>,
    db: &'s Connection,
    fault: &'s mut Option<super::Fault>,
    request: RequestId,
    known: &'s mut Option<RequestId>,
    new_file: &'s mut Option<NewFile>,
    before: Option<Table>,
    plan: LoadPlan,
    terms: &'s Terms,
    /// The number of the next row.
    next: u64,
    rows: u64,
    duplicates: u64,
    done: bool,
}

/// A cell that was checked to be UTF-8 by whoever read it.
struct Cell<'a>(&'a [u8]);

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.0)))
    }
}

impl<'s> SqliteLoad<'s> {
    pub(super) fn begin(store: &'s mut SqliteStore, plan: &LoadPlan) -> Result<SqliteLoad<'s>> {
        let request = store.request();
        let SqliteStore { db, fault, request: known, new_file, terms, .. } = store;
        // Ended by hand, because the guard type cannot be kept beside the connection it borrows.
        db.execute_batch("BEGIN IMMEDIATE")?;
        let db: &'s Connection = db;
        let begun = begin(db, request, plan, terms);
        match begun {
            Ok((request, before, next)) => {
                let (insert, key) = match statements(db, plan) {
                    Ok(statements) => statements,
                    Err(error) => return Err(undo(db, error)),
                };
                Ok(SqliteLoad {
                    insert: Some(insert),
                    key,
                    db,
                    fault,
                    request,
                    known,
                    new_file,
                    before,
                    plan: plan.clone(),
                    terms,
                    next,
                    rows: 0,
                    duplicates: 0,
                    done: false,
                })
            }
            Err(error) => Err(undo(db, error)),
        }
    }

    /// Whether the row's key was there already. Rows without any key are no one's double.
    fn is_duplicate(&mut self, cells: &[&[u8]]) -> Result<bool> {
        let Some((insert, places)) = &mut self.key else { return Ok(false) };
        let key: Vec<_> = places.iter().filter_map(|&place| cells.get(place)).map(|cell| Cell(cell)).collect();
        if key.iter().all(|cell| cell.0.is_empty()) {
            return Ok(false);
        }
        Ok(insert.execute(rusqlite::params_from_iter(key))? == 0)
    }
}

fn undo(db: &Connection, error: Error) -> Error {
    drop(db.execute_batch("ROLLBACK"));
    error
}

/// Checks the plan against what is there and makes the table; the request, the table before, the first row's number.
fn begin(
    db: &Connection,
    request: super::Request,
    plan: &LoadPlan,
    terms: &Terms,
) -> Result<(RequestId, Option<Table>, u64)> {
    let request = request.number(db)?;
    let before = table(db, &plan.table)?;
    if let Some(table) = &before {
        project::refuse_other(table, terms.project.as_deref())?;
    }
    match (&before, plan.mode) {
        (Some(table), LoadMode::Replace) => {
            if let Some(job) = open_job(db, &table.name)? {
                return Err(Error::TableInUse { table: table.name.clone(), job, verb: "replaced" });
            }
            db.execute_batch(&format!("DROP TABLE {}", quoted(&table.name)))?;
            create(db, plan)?;
        }
        (Some(_), LoadMode::Append | LoadMode::New) => {}
        (None, _) => create(db, plan)?,
    }
    let next = match &before {
        Some(table) => table.next_row,
        None => retired(db, &plan.table)?,
    };
    Ok((request, before, next))
}

/// The first number of a new table: after the last of one that was dropped under this name.
fn retired(db: &Connection, name: &str) -> Result<u64> {
    let sql = "SELECT next_row FROM cx_retired WHERE name = ?1";
    let next: Option<i64> = db.query_row(sql, [name], |row| row.get(0)).optional()?;
    Ok(next.unwrap_or(1).cast_unsigned())
}

fn create(db: &Connection, plan: &LoadPlan) -> Result<()> {
    let columns: String = plan.columns.iter().map(|name| format!(", {} TEXT NOT NULL", quoted(name))).collect();
    db.execute_batch(&format!("CREATE TABLE {} (cx_row INTEGER PRIMARY KEY{columns}) STRICT", quoted(&plan.table)))?;
    Ok(())
}

type Statements<'s> = (Statement<'s>, Option<(Statement<'s>, Vec<usize>)>);

/// The insert of a row, and that of its key into a scratch table that may spill to disk, so memory stays flat.
fn statements<'s>(db: &'s Connection, plan: &LoadPlan) -> Result<Statements<'s>> {
    let names: String = plan.columns.iter().map(|name| format!(", {}", quoted(name))).collect();
    let marks = ", ?".repeat(plan.columns.len());
    let insert = db.prepare(&format!("INSERT INTO {} (cx_row{names}) VALUES (?{marks})", quoted(&plan.table)))?;
    if plan.unique.is_empty() {
        return Ok((insert, None));
    }
    let keys: Vec<_> = plan.unique.iter().map(|name| quoted(name)).collect();
    let keys = keys.join(", ");
    let marks = vec!["?"; plan.unique.len()].join(", ");
    db.execute_batch(&format!(
        "DROP TABLE IF EXISTS temp.cx_key;
         CREATE TEMP TABLE cx_key ({keys}, PRIMARY KEY ({keys})) WITHOUT ROWID;
         INSERT OR IGNORE INTO temp.cx_key SELECT {keys} FROM main.{}",
        quoted(&plan.table)
    ))?;
    let key = db.prepare(&format!("INSERT OR IGNORE INTO temp.cx_key VALUES ({marks})"))?;
    let place = |name: &String| plan.columns.iter().position(|column| column == name);
    Ok((insert, Some((key, plan.unique.iter().filter_map(place).collect()))))
}

impl Load for SqliteLoad<'_> {
    fn row(&mut self, cells: &mut dyn Iterator<Item = &[u8]>) -> Result<Fate> {
        if self.key.is_some() {
            let held: Vec<&[u8]> = cells.collect();
            if self.is_duplicate(&held)? {
                self.duplicates += 1;
                return Ok(Fate::Duplicate);
            }
            return self.insert(&mut held.into_iter());
        }
        self.insert(cells)
    }

    fn finish(mut self: Box<Self>, facts: &LoadFacts) -> Result<Table> {
        self.insert = None;
        self.key = None;
        let table = self.describe(facts)?;
        self.make_room(&table)?;
        if let Some(fault) = self.fault {
            fault(Side::Before)?;
        }
        self.db.execute_batch("COMMIT")?;
        self.done = true;
        *self.known = Some(self.request);
        *self.new_file = None;
        // It is in, whatever comes of this; who opens the file next tries again.
        drop(write_ahead(self.db));
        if let Some(fault) = self.fault {
            fault(Side::After)?;
        }
        Ok(table)
    }
}

impl SqliteLoad<'_> {
    fn insert(&mut self, cells: &mut dyn Iterator<Item = &[u8]>) -> Result<Fate> {
        let Some(insert) = &mut self.insert else { return Ok(Fate::Stored) };
        insert.raw_bind_parameter(1, self.next.cast_signed())?;
        let mut place = 1;
        for cell in cells {
            place += 1;
            insert.raw_bind_parameter(place, Cell(cell))?;
        }
        insert.raw_execute()?;
        self.next += 1;
        self.rows += 1;
        Ok(Fate::Stored)
    }

    /// Whether the job that is to follow may be made; asked before anything is durable.
    fn make_room(&self, table: &Table) -> Result<()> {
        let Some(next) = self.terms.next.as_ref().filter(|_| !self.terms.plan.is_unlimited()) else { return Ok(()) };
        let condition = next.selector.condition.as_ref().map_or_else(|| "true".to_owned(), |text| format!("({text})"));
        let selected = select(self.db, table, &next.selector, &condition);
        let records = selected.map_err(|error| condition::blamed(table, error))?.total;
        if records == 0 {
            return Ok(());
        }
        let needs = Usage { spinners: next.spinners, jobs: 1, records };
        project::admit(self.db, &self.terms.plan, self.plan.at, needs)
    }

    /// Writes down what the table is now, and the events that say so.
    fn describe(&self, load: &LoadFacts) -> Result<Table> {
        let plan = &self.plan;
        let at = not_before(self.db, plan.at)?;
        let kept = self.before.as_ref().filter(|_| plan.mode != LoadMode::Replace);
        let whole = kept.is_none_or(|before| before.rows == 0);
        let after = Table {
            name: self.before.as_ref().map_or_else(|| plan.table.clone(), |before| before.name.clone()),
            project: match &self.before {
                Some(before) => before.project.clone(),
                None => project::of_new(self.db, self.terms.project.as_deref())?,
            },
            columns: kept.map_or_else(|| plan.columns.clone(), |before| before.columns.clone()),
            metadata: self
                .before
                .as_ref()
                .and_then(|before| before.metadata.clone())
                .filter(|fields| kept.is_some() || fields.iter().all(|field| plan.columns.contains(field))),
            rows: kept.map_or(0, |before| before.rows) + self.rows,
            next_row: self.next,
            sha256: whole.then(|| load.sha256.clone()),
            updated_at: at,
        };
        self.db.execute(
            "INSERT INTO cx_table (name, columns, metadata, rows, next_row, sha256, updated_at, project) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET columns = ?2, metadata = ?3, rows = ?4, \
             next_row = ?5, sha256 = ?6, updated_at = ?7",
            (
                &after.name,
                serde_json::to_string(&after.columns)?,
                after.metadata.as_ref().map(serde_json::to_string).transpose()?,
                after.rows.cast_signed(),
                after.next_row.cast_signed(),
                &after.sha256,
                at.0,
                &after.project,
            ),
        )?;
        let mut events = Vec::new();
        if self.before.is_none() {
            events.push(Event::TableCreated(facts(json!({ "name": after.name, "project": after.project }))));
        }
        let mode = match plan.mode {
            LoadMode::New => "new",
            LoadMode::Append => "append",
            LoadMode::Replace => "replace",
        };
        let mut said = facts(json!({
            "name": after.name, "mode": mode, "file": load.file, "dialect": load.dialect, "rows": self.rows,
            "first_row": self.next - self.rows, "duplicates": self.duplicates, "rejected": load.rejected,
            "columns": plan.columns, "unique": plan.unique, "sha256": load.sha256,
        }));
        // Of a file with doubles, that of the rows which are in the table is another.
        said.0.extend(load.entered.clone().map(|entered| ("entered_sha256".to_owned(), entered.into())));
        events.push(Event::TableImported(said));
        let mut appender = Appender::new(self.db, self.request)?;
        appender.push(&Segment::workspace(at, events)?)?;
        appender.finish()?;
        Ok(after)
    }
}

impl Drop for SqliteLoad<'_> {
    fn drop(&mut self) {
        self.insert = None;
        self.key = None;
        if !self.done {
            drop(self.db.execute_batch("ROLLBACK"));
        }
    }
}
