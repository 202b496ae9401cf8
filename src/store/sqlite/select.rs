//! Which rows a selector means: read in order and kept as ranges, so that a whole table is one of them.

use rusqlite::{Connection, ToSql, named_params};

use super::read::{capped, number};
use super::rows::quoted;
use crate::model::reason::Reason;
use crate::model::status::RecordStatus;
use crate::model::table::Table;
use crate::store::{Left, Result, Selection, Selector};

/// The rows; `condition` is the selector's own, shown to be harmless.
pub(super) fn select(db: &Connection, table: &Table, selector: &Selector, condition: &str) -> Result<Selection> {
    if *selector == Selector::default()
        && let Some(whole) = whole(db, table)?
    {
        return Ok(whole);
    }
    let name = quoted(&table.name);
    let mut sql = format!("SELECT cx_row FROM {name} t WHERE {condition}");
    if selector.rows.is_some() {
        sql += &format!(
            " AND cx_row IN (SELECT r.cx_row FROM json_each(:ranges) e \
             JOIN {name} r ON r.cx_row BETWEEN e.value ->> 0 AND e.value ->> 1)"
        );
    }
    if selector.failed_in.is_some() {
        sql += " AND cx_row IN (SELECT row FROM cx_record WHERE job = :job AND status = :failed)";
    }
    // A row of an open job is taken even before it starts; of an ended one only when it did (SPEC §4, `--new`).
    if selector.new_for.is_some() {
        sql += " AND cx_row NOT IN (SELECT r.row FROM cx_job j JOIN cx_record r ON r.job = j.id \
                WHERE j.spinner = :spinner AND j.tbl = :table AND r.claim > 0) \
                AND NOT EXISTS (SELECT 1 FROM cx_job j \
                WHERE j.spinner = :spinner AND j.tbl = :table AND j.ended_at IS NULL AND ";
        sql += &selected_by("j.id", "cx_row");
        sql += ")";
    }
    sql += " ORDER BY cx_row LIMIT :limit";
    let ranges: Vec<_> = selector.rows.iter().flatten().map(|r| (capped(*r.start()), capped(*r.end()))).collect();
    let all = named_params! {
        ":ranges": serde_json::to_string(&ranges)?,
        ":job": selector.failed_in.map(|job| capped(job.0)),
        ":failed": RecordStatus::Failed.code(),
        ":spinner": selector.new_for,
        ":table": table.name,
        ":limit": capped(selector.limit.unwrap_or(u64::MAX)),
    };
    gather(db, &sql, all)
}

/// Whether a job has selected a row: one look into the key, however scattered the ranges are.
fn selected_by(job: &str, row: &str) -> String {
    format!(
        "coalesce((SELECT s.last FROM cx_selection s WHERE s.job = {job} AND s.first <= {row} \
         ORDER BY s.first DESC LIMIT 1) >= {row}, false)"
    )
}

/// Records of a job that started and did not complete, and that no other job has retried or is about to.
pub(super) fn left(db: &Connection, left: &Left) -> Result<Selection> {
    let mut sql = "SELECT r.row FROM cx_record r WHERE r.job = :job \
        AND (r.status = :failed OR (r.status = :canceled AND r.claim > 0 AND NOT :only_failed)) \
        AND (:row IS NULL OR r.row = :row) AND (:reason IS NULL OR r.reason = :reason) \
        AND (:step IS NULL OR r.failed_step = :step) \
        AND (coalesce(r.reason, '') IN (:unsafe, :unknown)) = :doubtful"
        .to_owned();
    // As with `--new`: a row of an open job is taken even before it starts, of an ended one only when it did.
    sql += " AND NOT EXISTS (SELECT 1 FROM cx_job j JOIN cx_record x ON x.job = j.id AND x.row = r.row \
            WHERE j.retry_of = :job AND x.claim > 0) \
            AND NOT EXISTS (SELECT 1 FROM cx_job j WHERE j.retry_of = :job AND j.ended_at IS NULL AND ";
    sql += &selected_by("j.id", "r.row");
    sql += ") ORDER BY r.row";
    let all = named_params! {
        ":job": capped(left.job.0),
        ":failed": RecordStatus::Failed.code(),
        ":canceled": RecordStatus::Canceled.code(),
        ":only_failed": left.failed,
        ":row": left.row.map(|row| capped(row.0)),
        ":reason": left.reason.map(Reason::name),
        ":step": left.step,
        ":unsafe": Reason::InterruptedUnsafe.name(),
        ":unknown": Reason::OutcomeUnknown.name(),
        ":doubtful": left.doubtful,
    };
    gather(db, &sql, all)
}

/// The rows that a sentence answers, as ranges. Each clause names its own values, so only those that it has are given.
fn gather(db: &Connection, sql: &str, all: &[(&str, &dyn ToSql)]) -> Result<Selection> {
    let mut statement = db.prepare(sql)?;
    let mut given = Vec::with_capacity(all.len());
    for (name, value) in all {
        if statement.parameter_index(name)?.is_some() {
            given.push((*name, *value));
        }
    }
    let mut found = statement.query(given.as_slice())?;
    let mut selection = Selection::default();
    while let Some(row) = found.next()? {
        let id = row.get::<_, i64>(0)?.cast_unsigned();
        selection.total += 1;
        match selection.ranges.last_mut() {
            Some(range) if range.end() + 1 == id => *range = *range.start()..=id,
            Some(_) | None => selection.ranges.push(id..=id),
        }
    }
    Ok(selection)
}

/// All rows as one range, where their numbers have no gaps; it costs nothing however long the table is.
fn whole(db: &Connection, table: &Table) -> Result<Option<Selection>> {
    if table.rows == 0 {
        return Ok(Some(Selection::default()));
    }
    let name = quoted(&table.name);
    let first = number(db, &format!("SELECT min(cx_row) FROM {name}"), &[])?;
    let last = number(db, &format!("SELECT max(cx_row) FROM {name}"), &[])?;
    let gapless = last - first + 1 == table.rows;
    Ok(gapless.then(|| Selection { ranges: vec![first..=last], total: table.rows }))
}
