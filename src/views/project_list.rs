//! `project list`: the projects, and how much belongs to each.

use super::args::Args;
use super::project::data;
use super::{Answer, View};
use crate::model::project::Project;
use crate::model::report::{Cell, Column, List, Report};
use crate::store::{self, Read};

pub(super) const VIEW: View = View {
    name: "project list",
    about: "The projects, and how much belongs to each",
    examples: "cxgear project list\ncxgear project list --format json",
    args: &[],
    report,
};

fn report<'a>(read: &'a dyn Read, _: &Args) -> Answer<'a> {
    let columns = vec![
        Column::new("name", "NAME").flexible(),
        Column::new("type", "TYPE"),
        Column::new("tables", "TABLES"),
        Column::new("spinners", "SPINNERS"),
        Column::new("jobs", "JOBS"),
        Column::new("created_at", "CREATED"),
    ];
    // Projects are few, whatever they hold.
    let row = |project: Project| -> store::Result<Vec<Cell>> {
        let holdings = read.holdings(&project.name)?;
        Ok(data(&project, &holdings).into_iter().map(|(_, cell)| cell).collect())
    };
    let rows = read.projects()?.into_iter().map(row).collect::<store::Result<Vec<_>>>()?;
    let rows = Box::new(rows.into_iter().map(Ok));
    // The default project is always there.
    Ok(Report::List(List { columns, rows, empty: String::new(), note: None, page: None }))
}
