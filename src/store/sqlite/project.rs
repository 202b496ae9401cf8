//! Projects: made, deleted while they hold nothing, and asked whose something is.

use rusqlite::{Connection, OptionalExtension as _, ToSql};
use serde_json::json;

use super::read::number;
use super::write::{facts, not_before};
use crate::model::event::Event;
use crate::model::plan::{Plan, Usage};
use crate::model::project::{DEFAULT, Project, ProjectType};
use crate::model::segment::Segment;
use crate::model::table::Table;
use crate::model::time::{Month, Timestamp};
use crate::store::{Error, Few, Holdings, Result};

/// So many of a kind are named.
const FEW: u64 = 3;

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Project> {
    let word: String = row.get(1)?;
    let kind = ProjectType::named(&word).ok_or_else(|| super::rows::odd(1, format!("`{word}` is no project type")))?;
    Ok(Project { name: row.get(0)?, kind, created_at: Timestamp(row.get(2)?) })
}

/// One project, by its name without regard to case.
pub(super) fn project(db: &Connection, name: &str) -> Result<Option<Project>> {
    let sql = "SELECT name, type, created_at FROM cx_project WHERE name = ?1";
    Ok(db.prepare_cached(sql)?.query_row([name], read).optional()?)
}

/// All of them: the default one first, then by name.
pub(super) fn projects(db: &Connection) -> Result<Vec<Project>> {
    let sql = "SELECT name, type, created_at FROM cx_project ORDER BY name <> ?1, name";
    let found = db.prepare_cached(sql)?.query_map([DEFAULT], read)?.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// The project that something new belongs to.
pub(super) fn of_new(db: &Connection, wanted: Option<&str>) -> Result<String> {
    let name = wanted.unwrap_or(DEFAULT);
    project(db, name)?.map(|project| project.name).ok_or_else(|| Error::NoProject(name.to_owned()))
}

/// Refuses a table of another project than the wanted one.
pub(super) fn refuse_other(table: &Table, wanted: Option<&str>) -> Result<()> {
    match wanted.filter(|wanted| !wanted.eq_ignore_ascii_case(&table.project)) {
        None => Ok(()),
        Some(_) => Err(Error::OtherProject { table: table.name.clone(), project: table.project.clone() }),
    }
}

/// What belongs to a project.
pub(super) fn holdings(db: &Connection, name: &str) -> Result<Holdings> {
    let few = |from: &str, key: &str, order: &str| -> Result<Few> {
        let count = number(db, &format!("SELECT count(DISTINCT {key}) FROM {from} WHERE project = ?1"), &[&name])?;
        let sql = format!("SELECT DISTINCT {key} FROM {from} WHERE project = ?1 ORDER BY {order} LIMIT ?2");
        let values: [&dyn ToSql; 2] = [&name, &FEW.cast_signed()];
        let mut statement = db.prepare_cached(&sql)?;
        let first = statement.query_map(values, |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(Few { count, first })
    };
    Ok(Holdings {
        tables: few("cx_table", "name", "name")?,
        spinners: few("cx_spinner", "name", "name")?,
        jobs: few("cx_job", "CAST(id AS TEXT)", "id DESC")?,
    })
}

pub(super) fn create(db: &Connection, at: Timestamp, name: &str, kind: ProjectType) -> Result<(Project, Vec<Segment>)> {
    if let Some(there) = project(db, name)? {
        return Err(Error::ProjectTaken(there.name));
    }
    let at = not_before(db, at)?;
    let sql = "INSERT INTO cx_project (name, type, created_at) VALUES (?1, ?2, ?3)";
    db.prepare_cached(sql)?.execute((name, kind.name(), at.0))?;
    let event = Event::ProjectCreated(facts(json!({ "name": name, "type": kind.name() })));
    let made = Project { name: name.to_owned(), kind, created_at: at };
    Ok((made, vec![Segment::workspace(at, vec![event])?]))
}

pub(super) fn delete(db: &Connection, at: Timestamp, name: &str) -> Result<((), Vec<Segment>)> {
    let project = project(db, name)?.ok_or_else(|| Error::NoProject(name.to_owned()))?;
    if project.name.eq_ignore_ascii_case(DEFAULT) {
        return Err(Error::DefaultProject);
    }
    let holdings = holdings(db, &project.name)?;
    if !holdings.is_empty() {
        return Err(Error::ProjectInUse { project: project.name, holdings: Box::new(holdings) });
    }
    db.prepare_cached("DELETE FROM cx_project WHERE name = ?1")?.execute([&project.name])?;
    let event = Event::ProjectDeleted(facts(json!({ "name": project.name, "type": project.kind.name() })));
    Ok(((), vec![Segment::workspace(at, vec![event])?]))
}

/// What was used by the plan's meters, in the month of `at` (SPEC §7).
pub(super) fn usage(db: &Connection, at: Timestamp) -> Result<Usage> {
    let Month { first, next } = Month::of(at);
    let spinners = number(db, "SELECT count(DISTINCT name) FROM cx_spinner", &[])?;
    let month: [&dyn ToSql; 2] = [&first.0, &next.0];
    let jobs = "FROM cx_job WHERE created_at >= ?1 AND created_at < ?2";
    // An open job may still start all of its rows; an ended one gives back those that it never did.
    let records = "sum(CASE WHEN ended_at IS NULL THEN total \
                   ELSE queued + running + waiting + sleeping + completed + failed + canceled END)";
    Ok(Usage {
        spinners,
        jobs: number(db, &format!("SELECT count(*) {jobs}"), &month)?,
        records: number(db, &format!("SELECT {records} {jobs}"), &month)?,
    })
}

/// Whether the plan has room. Asked inside the transaction that takes it, so that two processes cannot both pass.
pub(super) fn admit(db: &Connection, plan: &Plan, at: Timestamp, needs: Usage) -> Result<()> {
    if plan.is_unlimited() {
        return Ok(());
    }
    plan.admit(usage(db, at)?, needs, at).map_err(|excess| Error::PlanLimit(Box::new(excess)))
}

#[cfg(test)]
mod tests;
