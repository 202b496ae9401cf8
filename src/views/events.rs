//! `events`: the log itself, in its public form (EVENTS §5), or in the words of another system (EVENTS §6).

use super::args::{Arg, Args, FOLLOW, Form, Kind, Place, TYPES, flag, switch};
use super::{Answer, Error, View, history};
use crate::model::id::JobId;
use crate::model::public::foreign;
use crate::model::report::{Followed, List, Live, Report};
use crate::store::{Job, Read, Scope};
use feed::Feed;
use follow::Follow;
use page::Page;
use wanted::Wanted;

mod feed;
mod follow;
mod page;
mod types;
pub(super) mod wanted;

pub(super) const VIEW: View = View {
    name: "events",
    about: "The event log, in order",
    examples: "cxgear events --job 3\ncxgear events --record 3/17\ncxgear events --type 'job.*' --type record.failed\n\
               cxgear events --after 4711 --limit 100 --format json\ncxgear events --format ndjson > log.ndjson\n\
               cxgear events --follow --job 3\ncxgear events --as task_run --format ndjson\ncxgear events --types",
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
        flag(
            "limit",
            "N",
            Kind::Count(1),
            "At most so many [default: 100 in tables and json, all in ndjson, csv and --follow]",
        ),
        FOLLOW,
        flag(
            "as",
            "SYSTEM",
            Kind::Word(systems),
            "Tell it under the names of another system; what has none is left out",
        ),
        TYPES,
        switch("reveal", "Show what clients supplied, such as params; it is left out otherwise"),
    ],
    report,
};

/// How many events a page has unless asked for more.
const USUAL: u64 = 100;

fn systems() -> Vec<&'static str> {
    foreign::Form::ALL.map(foreign::Form::name).to_vec()
}

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let form = args.text("as").and_then(foreign::Form::named);
    let wanted = Wanted::of(args.texts("type"), form)?;
    if args.is_on(TYPES.name) {
        return types::report(args, &wanted);
    }
    let follows = args.is_on(FOLLOW.name);
    if follows && args.form == Form::Json {
        return Err(Error::Usage {
            what: "`--follow` has no end, so it cannot be one JSON document".to_owned(),
            hint: Some("`--format ndjson` writes an event a line, as they come".to_owned()),
        });
    }
    let (scope, of) = scope(read, args)?;
    let feed = Feed::new(read, scope, args, wanted, form)?;
    if follows {
        let columns = feed.wide_columns();
        let mut follow = Follow::new(read, feed, of, args.count("limit"));
        return Ok(Report::Live(Live { columns, rounds: Box::new(move || Ok(follow.round()?)), of }));
    }
    let usual = match args.form {
        Form::Table | Form::Json => USUAL,
        Form::Ndjson | Form::Csv => u64::MAX,
    };
    let columns = feed.columns();
    let page = Page::new(feed, args.cursor("after").unwrap_or_default(), args.count("limit").unwrap_or(usual));
    let end = Some(page.end());
    let rows = Box::new(page.map(|row| Ok(row?)));
    Ok(Report::List(List { columns, rows, empty: "no events".to_owned(), note: None, page: end }))
}

/// The job, when its stream is there still.
fn stream(job: &Job) -> Result<JobId, Error> {
    history::whole(job, &format!("`cxgear job {}` shows what it came to", job.id)).map(|()| job.id)
}

/// Which part of the log, and what in it comes to an end.
fn scope(read: &dyn Read, args: &Args) -> Result<(Scope, Option<Followed>), Error> {
    match (args.job("job"), args.record("record")) {
        (None, None) => Ok((Scope::All, None)),
        (Some(job), None) => {
            let job = stream(&history::job(read, job)?)?;
            Ok((Scope::Job(job), Some(Followed::Job(job))))
        }
        (Some(job), Some(record)) if job != record.job => Err(Error::Usage {
            what: format!("record {record} is not of job {job}"),
            hint: Some("leave out `--job`".to_owned()),
        }),
        (_, Some(record)) => {
            stream(&history::job_of(read, record)?)?;
            Ok((Scope::Record(record), Some(Followed::Record(record))))
        }
    }
}
