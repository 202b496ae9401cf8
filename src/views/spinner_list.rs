//! `spinner list`: the published spinners, each with its latest version.

use super::args::Args;
use super::project::Shown;
use super::{Answer, View};
use crate::model::report::{Cell, Column, List, Report};
use crate::model::spinner::Spinner;
use crate::store::{self, Read, SpinnerVersion};

pub(super) const VIEW: View = View {
    name: "spinner list",
    about: "Published spinners, each with its latest version",
    examples: "cxgear spinner list\ncxgear spinner list --format json",
    args: &[],
    report,
};

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let shown = Shown::of(read, args)?;
    let rows = Box::new(rows(read, &shown)?.into_iter().map(Ok));
    let empty = shown.empty(
        "no spinners",
        "no spinner is published yet: `cxgear spinner new NAME` writes one, `cxgear spinner publish FILE.toml` \
         publishes it",
    );
    Ok(Report::List(List { columns: columns(&shown), rows, empty, note: None, page: None }))
}

pub(super) fn rows(read: &dyn Read, shown: &Shown) -> store::Result<Vec<Vec<Cell>>> {
    Ok(latest(read)?.iter().filter(|version| shown.has(&version.project)).map(row).collect())
}

/// The latest version of every spinner.
fn latest(read: &dyn Read) -> store::Result<Vec<SpinnerVersion>> {
    let mut latest: Vec<SpinnerVersion> = Vec::new();
    for version in read.spinners(None)? {
        match latest.last_mut().filter(|last| last.name == version.name) {
            Some(last) => *last = version,
            None => latest.push(version),
        }
    }
    Ok(latest)
}

pub(super) fn columns(shown: &Shown) -> Vec<Column> {
    vec![
        Column::new("name", "NAME").flexible(),
        Column::new("version", "VERSION"),
        Column::new("steps", "STEPS"),
        Column::new("description", "DESCRIPTION").flexible(),
        Column::new("hash", "HASH").data_only(),
        Column::new("published_at", "PUBLISHED"),
        shown.column(),
    ]
}

fn row(version: &SpinnerVersion) -> Vec<Cell> {
    // What was published could be read then; a newer program still shows the rest when it no longer can.
    let spinner = Spinner::parse(&version.definition).ok().map(|(spinner, _)| spinner);
    vec![
        Cell::text(version.name.as_str()),
        Cell::Number(version.version.into()),
        Cell::maybe(spinner.as_ref(), |spinner| Cell::Count(spinner.steps.len() as u64)),
        Cell::maybe(spinner.and_then(|spinner| spinner.description), Cell::Text),
        Cell::text(version.hash.as_str()),
        Cell::Time(version.published_at),
        Cell::text(version.project.as_str()),
    ]
}
