//! `records 3`: the records of a job, one line each, in row order.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::args::{Args, JOB, Kind, LIMIT, OFFSET, WHERE, flag};
use super::cells::{fields, words};
use super::paged::{Paged, more};
use super::{Answer, Error, View, history};
use crate::model::document::{list, nearest};
use crate::model::fold::verdict;
use crate::model::id::RowId;
use crate::model::journey::Journey;
use crate::model::params::Params;
use crate::model::payload::{ErrorInfo, StepName};
use crate::model::report::{Cell, Column, List, Report, counted};
use crate::model::status::{RecordStatus, Verdict};
use crate::model::time::{Millis, Timestamp};
use crate::store::{self, Job, Read, Record, RecordAsk, RowAsk};

pub(super) const VIEW: View = View {
    name: "records",
    about: "The records of a job",
    examples: "cxgear records 3\ncxgear records 3 --status failed\n\
               cxgear records 3 --disposition \"call first\" --format csv\ncxgear records 3 --where \"country = 'DE'\"",
    args: &[
        JOB,
        flag("status", "STATUS", Kind::Word(statuses), "Only records that stand so"),
        flag("disposition", "TEXT", Kind::Text, "Only records with this disposition"),
        WHERE,
        LIMIT,
        OFFSET,
    ],
    report,
};

/// What a table shows unless asked for more.
const USUAL: u64 = 50;

/// So many dispositions are told to someone who asked for none of them.
const TOLD: usize = 10;

fn statuses() -> Vec<&'static str> {
    RecordStatus::ALL.iter().map(|status| status.name()).collect()
}

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let job = history::job(read, args.job("job").unwrap_or_default())?;
    let (limit, offset) = (args.limit(USUAL), args.count("offset").unwrap_or(0));
    let ask = RecordAsk {
        status: args.text("status").and_then(RecordStatus::named),
        disposition: args.text("disposition").map(str::to_owned),
        open: false,
        condition: args.text("where").map(str::to_owned),
        offset: 0,
    };
    if ask.condition.is_some() {
        in_table(read, &job)?;
    }
    let pruned = history::pruned(&job);
    let note = if args.is_data() { None } else { more(limit, offset, count(read, &job, &ask)?) };
    let note =
        [note, pruned.clone().filter(|_| !args.is_data())].into_iter().flatten().reduce(|more, why| more + "\n" + &why);
    let empty = empty(read, &job, &ask, offset)?;
    let columns = columns(read, &job)?;
    let (steps, is_data, zone): (Arc<[_]>, _, _) = (job.steps.clone().into(), args.is_data(), args.zone.clone());
    let records = {
        Paged::begin(limit, move |wanted, last: Option<&Record>| {
            let after = last.map_or(RowId(0), |last| last.id.row);
            // The offset is for the first page; from there on the last row says where to go on.
            let offset = if last.is_some() { 0 } else { offset };
            read.records(&job, &RecordAsk { offset, ..ask.clone() }, after, wanted)
        })?
    };
    let rows = Box::new(records.map(move |record| {
        let told = Told::of(read, &steps, record?, pruned.is_some())?;
        if is_data {
            return Ok(told.data().into_iter().map(|(_, cell)| cell).collect());
        }
        Ok(KEYS.into_iter().map(|_| Cell::Null).chain(told.people(&zone)).collect())
    }));
    Ok(Report::List(List { columns, rows, empty, note, page: None }))
}

/// A condition looks at the rows of the table, so they must be there. Numbers of rows are never used twice and no row
/// goes alone, so the first one speaks for all.
fn in_table(read: &dyn Read, job: &Job) -> Result<(), Error> {
    let table = &job.table;
    let gone = match (read.table(table)?, read.selection(job.id, RowId(0), 1)?.first()) {
        (None, _) => "dropped",
        (Some(_), None) => return Ok(()),
        (Some(_), Some(rows)) => {
            let range = (*rows.start(), *rows.start());
            let ask = RowAsk { table, columns: &[], range, condition: None, offset: 0, limit: 1 };
            if !read.rows(&ask)?.is_empty() {
                return Ok(());
            }
            "replaced"
        }
    };
    let id = job.id;
    Err(Error::Usage {
        what: format!("table `{table}` was {gone} since job {id} ran, so `--where` cannot look at its rows"),
        hint: Some(format!(
            "`--status` and `--disposition` need no table; `cxgear export {id} --columns metadata` has what entered the run"
        )),
    })
}

fn count(read: &dyn Read, job: &Job, ask: &RecordAsk) -> store::Result<u64> {
    if ask.status.is_none() && ask.disposition.is_none() && ask.condition.is_none() {
        return Ok(job.counts.total - job.counts.not_started);
    }
    read.count_records(job, ask)
}

fn empty(read: &dyn Read, job: &Job, ask: &RecordAsk, offset: u64) -> store::Result<String> {
    let id = job.id;
    if job.counts.total == job.counts.not_started {
        return Ok(format!("no record of job {id} has started yet: `cxgear resume {id}` runs it"));
    }
    if let Some(told) = ask.disposition.as_deref().map(|wanted| unknown(read, job, wanted)).transpose()?.flatten() {
        return Ok(told);
    }
    if offset > 0 {
        return Ok(format!("no more than {} of job {id} match", counted(offset, "record")));
    }
    Ok(match ask.status {
        Some(status) if ask.disposition.is_none() && ask.condition.is_none() => {
            format!("no record of job {id} is {status}")
        }
        Some(_) | None => format!("no record of job {id} matches"),
    })
}

/// A disposition that no record has, with the one that was likely meant.
fn unknown(read: &dyn Read, job: &Job, wanted: &str) -> store::Result<Option<String>> {
    if read.count_records(job, &RecordAsk { disposition: Some(wanted.to_owned()), ..RecordAsk::default() })? > 0 {
        return Ok(None);
    }
    let tally = read.tally(job.id)?;
    let known = || tally.iter().filter(|tally| tally.what == "disposition").map(|tally| tally.key.as_str());
    let hint = match nearest(wanted, known()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None if known().next().is_none() => String::new(),
        None => format!("; it has {}{}", list(known().take(TOLD)), if known().count() > TOLD { ", …" } else { "" }),
    };
    Ok(Some(format!("no record of job {} has the disposition `{wanted}`{hint}", job.id)))
}

/// One record, and what its log says beyond its state.
pub(super) struct Told {
    pub(super) record: Record,
    pub(super) journey: Journey,
    /// Whether the log says nothing any more: then what it said is unknown, and not none.
    pub(super) pruned: bool,
}

impl Told {
    pub(super) fn of(read: &dyn Read, steps: &Arc<[StepName]>, record: Record, pruned: bool) -> store::Result<Told> {
        Ok(Told { journey: history::replay(read, Arc::clone(steps), record.id)?, record, pruned })
    }

    pub(super) fn result(&self) -> Option<Verdict> {
        verdict(self.record.status, self.record.partial)
    }

    pub(super) fn duration(&self) -> Option<Millis> {
        Some(self.record.ended_at?.since(self.record.started_at?))
    }

    pub(super) fn failed_step(&self) -> Option<&str> {
        self.record.failed_step.and_then(|index| self.journey.step_name(index))
    }

    /// What went wrong; nothing where a later try went well.
    pub(super) fn errors(&self) -> &[ErrorInfo] {
        if self.result() == Some(Verdict::Success) { &[] } else { &self.journey.fold.errors }
    }

    /// What programs are told (SPEC §6).
    pub(super) fn data(&self) -> Vec<(&'static str, Cell)> {
        let record = &self.record;
        let said = |value: Value| if self.pruned { Cell::Null } else { Cell::Json(value) };
        vec![
            ("id", Cell::text(record.id.to_string())),
            ("job", Cell::Number(record.id.job.0)),
            ("row", Cell::Number(record.id.row.0)),
            ("status", Cell::Status(record.status.name(), record.status.tone())),
            ("result", Cell::maybe(self.result(), |result| Cell::Status(result.name(), result.tone()))),
            ("metadata", said(self.journey.params.as_ref().map(fields).unwrap_or_default().into())),
            ("outcomes", said(self.journey.outcomes.clone().into())),
            ("attempt", Cell::Number(record.attempt.into())),
            ("failed_step", Cell::maybe(self.failed_step(), Cell::text)),
            ("errors", said(json!(self.errors()))),
            ("started_at", Cell::maybe(record.started_at, Cell::Time)),
            ("ended_at", Cell::maybe(record.ended_at, Cell::Time)),
            ("duration_ms", Cell::maybe(self.duration(), Cell::Span)),
        ]
    }

    fn people(&self, zone: &TimeZone) -> Vec<Cell> {
        let record = &self.record;
        vec![
            Cell::text(record.id.to_string()),
            Cell::text(self.journey.params.as_ref().map(contact).unwrap_or_default()),
            Cell::text(self.outcome()),
            Cell::Status(record.status.name(), record.status.tone()),
            Cell::maybe(record.ended_at, |at| Cell::Text(short(at, zone))),
            Cell::maybe(self.duration(), Cell::Span),
        ]
    }

    /// What came of it in a line: what went wrong, else its disposition, else whatever it produced.
    fn outcome(&self) -> String {
        if let (RecordStatus::Failed, Some(error)) = (self.record.status, self.errors().first()) {
            return wrong(self.record.id.row, error);
        }
        if let (RecordStatus::Failed, true, Some(reason)) = (self.record.status, self.pruned, self.record.reason) {
            return reason.name().to_owned();
        }
        if let Some(disposition) = &self.record.disposition {
            return disposition.clone();
        }
        let each = self.journey.outcomes.iter().filter_map(|(key, value)| Some(format!("{key}: {}", words(value)?)));
        each.collect::<Vec<_>>().join(" · ")
    }
}

/// What went wrong, the reason first: there may be room for no more. Which row it is stands at the beginning of the line.
fn wrong(row: RowId, error: &ErrorInfo) -> String {
    let message = error.message.strip_prefix(&format!("row {row}, ")).unwrap_or(&error.message);
    let named = ["column `", "step `"].iter().find_map(|what| message.strip_prefix(what)?.split_once("`: "));
    match named {
        Some((name, why)) => format!("{}: {name}: {why}", error.code.name()),
        None => format!("{}: {message}", error.code.name()),
    }
}

/// `03-25 14:31`: the year and the seconds would take their room from the outcome.
fn short(at: Timestamp, zone: &TimeZone) -> String {
    let full = at.local(zone);
    // A year outside of 0000..=9999 has another length; then all of it is told.
    full.get(5..16).filter(|_| full.len() == 19).map_or(full.clone(), str::to_owned)
}

/// Who it is, as far as the metadata says.
pub(super) fn contact(params: &Params) -> String {
    params.iter().filter_map(|(_, value)| words(value)).collect::<Vec<_>>().join(" · ")
}

const KEYS: [&str; 13] = [
    "id",
    "job",
    "row",
    "status",
    "result",
    "metadata",
    "outcomes",
    "attempt",
    "failed_step",
    "errors",
    "started_at",
    "ended_at",
    "duration_ms",
];

/// Outcomes are flattened to the keys that the job's ended records have, the commonest first.
fn columns(read: &dyn Read, job: &Job) -> store::Result<Vec<Column>> {
    let tally = read.tally(job.id)?;
    let outcomes: Vec<_> = tally.into_iter().filter(|tally| tally.what == "outcome").map(|tally| tally.key).collect();
    let programs = KEYS.into_iter().map(|key| {
        let column = Column::new(key, key).data_only();
        match key {
            // Of a pruned job nobody knows them: no column says that they were empty.
            "metadata" | "outcomes" if job.pruned_at.is_some() => column.flattened(Vec::new()),
            "metadata" => column.flattened(job.fields.clone()),
            "outcomes" => column.flattened(outcomes.clone()),
            _ => column,
        }
    });
    let people = [
        Column::new("id", "RECORD"),
        Column::new("contact", "CONTACT").flexible(),
        Column::new("outcome", "OUTCOME").flexible(),
        Column::new("status", "STATUS"),
        Column::new("ended_at", "FINISHED"),
        Column::new("duration_ms", "TOOK"),
    ];
    Ok(programs.chain(people.into_iter().map(Column::table_only)).collect())
}
