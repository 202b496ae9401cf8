//! `events`: the log itself, in its public form (EVENTS §5).

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use super::args::{Arg, Args, Form, Kind, Place, flag};
use super::detail::detail;
use super::log::{Log, Wanted};
use super::{Answer, Error, View, history};
use crate::model::document::{list, nearest};
use crate::model::event::EventType;
use crate::model::id::{Cursor, JobId, WorkspaceId};
use crate::model::public::PublicEvent;
use crate::model::report::{Cell, Column, List, PageEnd, Report};
use crate::store::{self, Job, Read, Scope};

pub(super) const VIEW: View = View {
    name: "events",
    about: "The event log, in order",
    examples: "cxgear events --job 3\ncxgear events --record 3/17\ncxgear events --type 'job.*' --type record.failed\n\
               cxgear events --after 4711 --limit 100 --format json\ncxgear events --format ndjson > log.ndjson",
    args: &[
        flag("job", "JOB", Kind::Job, "Only this job's stream"),
        flag("record", "JOB/ROW", Kind::Record, "Only this record, such as 3/17"),
        Arg {
            name: "type",
            help: "Only events of this type; `record.*` is all of a record's",
            value_name: "TYPE",
            place: Place::Repeated,
            kind: Kind::Text,
        },
        flag("after", "CURSOR", Kind::Cursor, "Only events after this place in the log"),
        flag("limit", "N", Kind::Count(1), "At most so many [default: 100 in tables and json, all in ndjson and csv]"),
        Arg {
            name: "reveal",
            help: "Show what clients supplied, such as params; it is left out otherwise",
            value_name: "",
            place: Place::Switch,
            kind: Kind::Nothing,
        },
    ],
    report,
};

/// How many events a page has unless asked for more.
const USUAL: u64 = 100;

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let scope = scope(read, args)?;
    let after = args.cursor("after").unwrap_or_default();
    let usual = match args.form {
        Form::Table | Form::Json => USUAL,
        Form::Ndjson | Form::Csv => u64::MAX,
    };
    let page = Rc::new(RefCell::new(PageEnd::default()));
    let rows = Page {
        log: Log::new(read, scope, after, wanted(args.texts("type"))?),
        left: args.count("limit").unwrap_or(usual),
        last: after,
        end: Rc::clone(&page),
        workspace: read.workspace()?,
        reveal: args.is_on("reveal"),
        is_data: args.is_data(),
    };
    let rows = Box::new(rows.map(|row| Ok(row?)));
    let empty = "no events".to_owned();
    Ok(Report::List(List { columns: columns(), rows, empty, note: None, page: Some(page) }))
}

fn scope(read: &dyn Read, args: &Args) -> Result<Scope, Error> {
    match (args.job("job"), args.record("record")) {
        (None, None) => Ok(Scope::All),
        (Some(job), None) => stream(&history::job(read, job)?).map(Scope::Job),
        (Some(job), Some(record)) if job != record.job => Err(Error::Usage {
            what: format!("record {record} is not of job {job}"),
            hint: Some("leave out `--job`".to_owned()),
        }),
        (_, Some(record)) => stream(&history::job_of(read, record)?).map(|_| Scope::Record(record)),
    }
}

/// The job, when its stream is there still.
fn stream(job: &Job) -> Result<JobId, Error> {
    history::whole(job, &format!("`cxgear job {}` shows what it came to", job.id)).map(|()| job.id)
}

/// The types that the patterns mean; nothing for all of them.
fn wanted(patterns: &[String]) -> Result<Option<Wanted>, Error> {
    let mut kinds = HashSet::new();
    for pattern in patterns {
        let fits = |kind: &&EventType| match pattern.strip_suffix('*') {
            Some(prefix) => kind.name().starts_with(prefix),
            None => kind.name() == pattern,
        };
        if !EventType::ALL.iter().any(|kind| fits(&kind)) {
            return Err(unknown(pattern));
        }
        kinds.extend(EventType::ALL.iter().filter(fits));
    }
    Ok((!patterns.is_empty()).then(|| Wanted::new(kinds)))
}

fn unknown(pattern: &str) -> Error {
    let objects = || {
        let mut objects: Vec<_> = EventType::ALL.iter().filter_map(|kind| kind.name().split('.').next()).collect();
        objects.dedup();
        objects
    };
    let object = pattern.split(['.', '*']).next().unwrap_or_default();
    let all_of = || nearest(object, objects()).map(|object| format!("{object}.*"));
    let one = || nearest(pattern, EventType::ALL.iter().map(|kind| kind.name())).map(str::to_owned);
    // An object without an action means all that happens to it.
    let near = match pattern.split_once('.') {
        Some((_, action)) if !action.is_empty() && !action.ends_with('*') => one(),
        Some(_) | None => all_of().or_else(one),
    };
    let hint = near.is_none().then(|| format!("types are `object.action`, of {}", list(objects())));
    Error::NoSuch { what: "event type", name: pattern.to_owned(), near, hint }
}

/// One page of the log, which notes where it ended.
struct Page<'a> {
    log: Log<'a>,
    left: u64,
    last: Cursor,
    end: Rc<RefCell<PageEnd>>,
    workspace: WorkspaceId,
    reveal: bool,
    is_data: bool,
}

impl Iterator for Page<'_> {
    type Item = store::Result<Vec<Cell>>;

    fn next(&mut self) -> Option<store::Result<Vec<Cell>>> {
        let event = match self.log.next() {
            Some(Ok(event)) => event,
            Some(Err(error)) => return Some(Err(error)),
            // All was looked through, so the next page begins where the log ends now.
            None => return self.close(false, self.log.seen),
        };
        if self.left == 0 {
            return self.close(true, self.last);
        }
        self.left -= 1;
        self.last = event.cursor;
        Some(self.row(event))
    }
}

impl Page<'_> {
    fn close(&mut self, has_more: bool, next: Cursor) -> Option<store::Result<Vec<Cell>>> {
        let next_cursor = Some(next).filter(|cursor| cursor.0 > 0);
        *self.end.borrow_mut() = PageEnd { has_more, next_cursor };
        None
    }

    fn row(&mut self, mut event: PublicEvent) -> store::Result<Vec<Cell>> {
        if !self.reveal {
            event.redact();
        }
        let mut row = Vec::with_capacity(14);
        if self.is_data {
            let request = self.log.request(event.cursor)?;
            row.extend([
                Cell::Number(event.seq),
                Cell::text(event.kind.name()),
                Cell::Time(event.at),
                Cell::Json(event.payload()),
                Cell::Number(event.cursor.0),
                Cell::maybe(event.job, |job| Cell::Number(job.0)),
                Cell::maybe(event.record, |record| Cell::text(record.to_string())),
                Cell::maybe(request, |request| Cell::text(self.workspace.public("req", request.0))),
            ]);
            return Ok(row);
        }
        row.resize(8, Cell::Null);
        row.extend([
            Cell::Number(event.cursor.0),
            Cell::Number(event.seq),
            Cell::Time(event.at),
            match (event.record, event.job) {
                (Some(record), _) => Cell::text(record.to_string()),
                (None, job) => Cell::maybe(job, |job| Cell::text(job.to_string())),
            },
            Cell::text(event.kind.name()),
            Cell::text(detail(&event)),
        ]);
        Ok(row)
    }
}

fn columns() -> Vec<Column> {
    let programs = ["seq", "type", "timestamp", "payload", "cursor", "job", "record", "request_id"];
    let people = [
        Column::new("cursor", "CURSOR"),
        Column::new("seq", "SEQ"),
        Column::new("timestamp", "TIME"),
        Column::new("record", "RECORD"),
        Column::new("type", "TYPE"),
        Column::new("detail", "DETAIL").flexible(),
    ];
    let programs = programs.into_iter().map(|key| Column::new(key, key).data_only());
    programs.chain(people.into_iter().map(Column::table_only)).collect()
}
