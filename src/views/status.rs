//! `status`: what is going on, at a glance, and what to type next.

use serde_json::{Map, Value, json};

use super::args::Args;
use super::cells::object;
use super::project::Shown;
use super::standing::Standing;
use super::{Answer, View, jobs, spinner_list, table_list};
use crate::model::plan::{Meter, Plan, Usage};
use crate::model::report::{Block, Cell, Column, List, Report, Single, counted, grouped};
use crate::model::status::JobStatus;
use crate::store::{self, Read};

pub(super) const VIEW: View = View {
    name: "status",
    about: "What is going on, at a glance, and what to type next",
    examples: "cxgear status\ncxgear status --format json",
    args: &[],
    report,
};

/// So many jobs are told, of those that are open and of those that ended.
const OPEN: usize = 10;
const ENDED: usize = 5;

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let shown = Shown::of(read, args)?;
    let overview = Overview::of(read, &shown)?;
    let (tables, spinners) = (table_list::rows(read, &shown)?, spinner_list::rows(read, &shown)?);
    let next = overview.next(tables.is_empty(), spinners.is_empty());
    let jobs = |jobs: &[Standing]| jobs.iter().map(|job| jobs::row(job, args.now, &shown)).collect::<Vec<_>>();
    let parts = [
        ("Open jobs", "open", jobs::columns(&shown), jobs(&overview.open)),
        ("Latest jobs", "ended", jobs::columns(&shown), jobs(&overview.ended)),
        ("Tables", "tables", table_list::columns(&shown), tables),
        ("Spinners", "spinners", spinner_list::columns(&shown), spinners),
    ];
    let used = read.usage(args.now)?;
    let mut object = vec![("jobs", Cell::Json(overview.counts.clone().into()))];
    object.push(("waiting", Cell::Count(overview.waiting)));
    object.extend(parts.iter().map(|(_, key, columns, rows)| (*key, list(columns, rows))));
    object.push(("plan", Cell::Json(meters(&args.settings.plan, used))));
    object.push(("next", Cell::text(next.as_str())));
    let mut blocks = vec![Block::Title(overview.title())];
    let pairs = told_meters(&args.settings.plan, used);
    if !pairs.is_empty() {
        blocks.push(Block::Pairs { title: "", pairs });
    }
    blocks.extend(parts.into_iter().filter(|(.., rows)| !rows.is_empty()).map(|(title, _, columns, rows)| {
        let rows = Box::new(rows.into_iter().map(Ok));
        Block::Table { title, list: List { columns, rows, empty: String::new(), note: None, page: None } }
    }));
    blocks.push(Block::Next(next));
    Ok(Report::Single(Single { object, blocks, lines: None }))
}

/// The meters beside their limits, for programs.
fn meters(plan: &Plan, used: Usage) -> Value {
    let each = Meter::ALL
        .map(|meter| (meter.name().to_owned(), json!({ "used": used.of(meter), "limit": plan.limit(meter) })));
    let name = (!plan.is_unlimited()).then(|| plan.name());
    Value::Object([("name".to_owned(), json!(name))].into_iter().chain(each).collect())
}

/// `records  480/500 this month (trial)`, of those that have a limit.
fn told_meters(plan: &Plan, used: Usage) -> Vec<(String, Cell)> {
    let limited = Meter::ALL.into_iter().filter_map(|meter| Some((meter, plan.limit(meter)?)));
    let told = limited.map(|(meter, limit)| {
        let month = if meter.is_monthly() { " this month" } else { "" };
        let text = format!("{}/{}{month} ({})", grouped(used.of(meter)), grouped(limit), plan.name());
        (meter.name().to_owned(), Cell::text(text))
    });
    told.collect()
}

fn list(columns: &[Column], rows: &[Vec<Cell>]) -> Cell {
    Cell::Json(rows.iter().map(|row| object(columns, row)).collect())
}

/// All jobs in one look: how many stand where, and the latest few.
#[derive(Default)]
struct Overview {
    counts: Map<String, Value>,
    /// Records that wait for a person.
    waiting: u64,
    open: Vec<Standing>,
    ended: Vec<Standing>,
}

impl Overview {
    fn of(read: &dyn Read, shown: &Shown) -> store::Result<Overview> {
        let mut overview = Overview::default();
        for status in JobStatus::ALL {
            overview.counts.insert(status.name().to_owned(), 0.into());
        }
        for standing in jobs::standings(read)? {
            let standing = standing?;
            if !shown.has(&standing.job.project) {
                continue;
            }
            if let Some(count) = overview.counts.get_mut(standing.status.name()) {
                *count = (count.as_u64().unwrap_or(0) + 1).into();
            }
            let (list, most) = if standing.status.is_terminal() {
                (&mut overview.ended, ENDED)
            } else {
                overview.waiting += standing.job.counts.waiting;
                (&mut overview.open, OPEN)
            };
            if list.len() < most {
                list.push(standing);
            }
        }
        Ok(overview)
    }

    fn title(&self) -> Vec<Cell> {
        let mut title = vec![Cell::text("status")];
        for status in JobStatus::ALL.iter().filter(|status| !status.is_terminal()) {
            let count = self.counts.get(status.name()).and_then(Value::as_u64).unwrap_or(0);
            if count > 0 {
                title.push(Cell::text(format!("{} {status}", counted(count, "job"))));
            }
        }
        if title.len() == 1 {
            title.push(Cell::text("nothing is running"));
        }
        if self.waiting > 0 {
            title.push(Cell::text(format!("{} waiting for a person", counted(self.waiting, "record"))));
        }
        title
    }

    /// What most needs doing: a job that is left lying, else what went wrong last, else the next thing to make.
    fn next(&self, no_tables: bool, no_spinners: bool) -> String {
        let left = self.open.iter().find(|job| job.status == JobStatus::Stalled).or(self.open.first());
        let wrong = self.ended.first().filter(|job| job.job.counts.failed > 0);
        match left.or(wrong).or(self.ended.first()) {
            Some(standing) => match standing.status {
                JobStatus::Running | JobStatus::Canceling => format!("cxgear job {}", standing.job.id),
                JobStatus::Created
                | JobStatus::Queued
                | JobStatus::Waiting
                | JobStatus::Stalled
                | JobStatus::Canceled
                | JobStatus::Completed
                | JobStatus::Failed => standing.next(),
            },
            None if no_tables => "cxgear import FILE.csv".to_owned(),
            None if no_spinners => "cxgear spinner new hello".to_owned(),
            None => "cxgear run SPINNER".to_owned(),
        }
    }
}
