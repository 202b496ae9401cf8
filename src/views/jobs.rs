//! `jobs`: one line each, the latest first.

use super::args::{Args, Form, Kind, LIMIT, flag};
use super::paged::{PAGE, Paged, more};
use super::project::Shown;
use super::standing::Standing;
use super::{Answer, View};
use crate::model::report::{Cell, Column, Fault, List, Report};
use crate::model::status::{JobStatus, Verdict};
use crate::store::{self, Job, Read};

pub(super) const VIEW: View = View {
    name: "jobs",
    about: "Jobs, the latest first",
    examples: "cxgear jobs\ncxgear jobs --status stalled\ncxgear jobs --format json",
    args: &[
        LIMIT,
        flag(
            "status",
            "STATUS",
            Kind::Word(statuses),
            "Only jobs of this status, or of this result: success, partial, failure",
        ),
    ],
    report,
};

/// What a table shows unless asked for more.
const USUAL: u64 = 20;

fn statuses() -> Vec<&'static str> {
    let results = [Verdict::Success, Verdict::Partial, Verdict::Failure].map(Verdict::name);
    JobStatus::ALL.iter().map(|status| status.name()).chain(results).collect()
}

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let (now, limit, form) = (args.now, args.limit(USUAL), args.form);
    let shown = Shown::of(read, args)?;
    let wanted = args.text("status").map(str::to_owned);
    let empty = match &wanted {
        Some(status) => format!("no job has the status or result `{status}`"),
        None => shown.empty("no jobs", "no jobs yet: `cxgear run SPINNER --table TABLE` makes one"),
    };
    let columns = columns(&shown);
    let fits = {
        let shown = shown.clone();
        move |standing: &Standing| {
            let meant = wanted.as_deref().is_none_or(|wanted| is(standing, wanted, form));
            meant && shown.has(&standing.job.project)
        }
    };
    let note = if args.is_data() { None } else { more(limit, 0, count(read, &fits)?) };
    let rows = standings(read)?.filter(move |standing| standing.as_ref().is_ok_and(&fits) || standing.is_err());
    let rows = rows.take(usize::try_from(limit).unwrap_or(usize::MAX));
    let rows = Box::new(rows.map(move |standing| Ok::<_, Fault>(row(&standing?, now, &shown))));
    Ok(Report::List(List { columns, rows, empty, note, page: None }))
}

/// Every job, the latest first.
pub(super) fn standings<'a>(read: &'a dyn Read) -> store::Result<impl Iterator<Item = store::Result<Standing>> + 'a> {
    let jobs =
        Paged::begin(u64::MAX, |wanted, last: Option<&Job>| read.jobs(last.map(|job| job.id), wanted.min(PAGE)))?;
    Ok(jobs.map(move |job| Standing::of(read, job?)))
}

/// Whether a job has this status or result. People may mean the word that their table shows, which programs never see.
fn is(standing: &Standing, word: &str, form: Form) -> bool {
    standing.status.name() == word
        || standing.result().is_some_and(|result| result.name() == word)
        || (form == Form::Table && standing.word().0 == word)
}

fn count(read: &dyn Read, fits: impl Fn(&Standing) -> bool) -> store::Result<u64> {
    let mut count = 0;
    for standing in standings(read)? {
        count += u64::from(fits(&standing?));
    }
    Ok(count)
}

/// What programs are told of a job (SPEC §6).
pub(super) fn data(standing: &Standing, now: crate::model::time::Timestamp) -> Vec<(&'static str, Cell)> {
    let (job, counts) = (&standing.job, &standing.job.counts);
    vec![
        ("id", Cell::Number(job.id.0)),
        ("spinner", Cell::text(job.spinner.as_str())),
        ("version", Cell::Number(job.version.into())),
        ("table", Cell::text(job.table.as_str())),
        ("status", Cell::Status(standing.status.name(), standing.status.tone())),
        ("result", Cell::maybe(standing.result(), |result| Cell::Status(result.name(), result.tone()))),
        ("total", Cell::Count(counts.total)),
        ("not_started", Cell::Count(counts.not_started)),
        ("completed", Cell::Count(counts.completed)),
        ("failed", Cell::Count(counts.failed)),
        ("waiting", Cell::Count(counts.waiting)),
        ("canceled", Cell::Count(counts.canceled)),
        ("started_at", Cell::maybe(job.started_at, Cell::Time)),
        ("ended_at", Cell::maybe(job.ended_at, Cell::Time)),
        ("duration_ms", Cell::maybe(standing.duration(now), Cell::Span)),
        ("project", Cell::text(job.project.as_str())),
    ]
}

/// The keys of [`data`].
const KEYS: [&str; 16] = [
    "id",
    "spinner",
    "version",
    "table",
    "status",
    "result",
    "total",
    "not_started",
    "completed",
    "failed",
    "waiting",
    "canceled",
    "started_at",
    "ended_at",
    "duration_ms",
    "project",
];

/// Programs are promised the order of [`KEYS`]. Where a table has no room its last columns go, so how a job stands
/// comes early.
pub(super) fn columns(shown: &Shown) -> Vec<Column> {
    let mut people = vec![
        Column::new("id", "ID"),
        Column::new("spinner", "SPINNER").flexible(),
        Column::new("status", "STATUS"),
        Column::new("progress", "PROGRESS"),
        Column::new("failed", "FAIL"),
        Column::new("waiting", "WAIT"),
        Column::new("table", "TABLE").flexible(),
    ];
    people.extend(shown.people(Column::new("project", "PROJECT").flexible()));
    people.extend([Column::new("started_at", "STARTED"), Column::new("duration_ms", "TOOK")]);
    let programs = KEYS.into_iter().map(|key| Column::new(key, key).data_only());
    programs.chain(people.into_iter().map(Column::table_only)).collect()
}

pub(super) fn row(standing: &Standing, now: crate::model::time::Timestamp, shown: &Shown) -> Vec<Cell> {
    let (job, counts) = (&standing.job, &standing.job.counts);
    let (word, tone) = standing.word();
    let mut people = vec![
        Cell::Number(job.id.0),
        Cell::text(standing.spinner()),
        Cell::Status(word, tone),
        standing.progress(),
        Cell::Count(counts.failed),
        Cell::Count(counts.waiting),
        Cell::text(job.table.as_str()),
    ];
    people.extend(shown.people(Cell::text(job.project.as_str())));
    people.extend([Cell::maybe(job.started_at, Cell::Time), Cell::maybe(standing.duration(now), Cell::Span)]);
    data(standing, now).into_iter().map(|(_, cell)| cell).chain(people).collect()
}
