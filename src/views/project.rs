//! `project show NAME`: one project and what belongs to it; and what all views say of projects.

use super::args::{Arg, Args, Kind, Place};
use super::{Answer, Error, View};
use crate::model::document::{list, nearest};
use crate::model::project::Project;
use crate::model::report::{Block, Cell, Column, Report, Single, pasted};
use crate::store::{self, Few, Holdings, Read};

pub(super) const VIEW: View = View {
    name: "project show",
    about: "One project, and what belongs to it",
    examples: "cxgear project show default\ncxgear project show default --format json",
    args: &[Arg { name: "name", help: "The project", value_name: "NAME", place: Place::Required, kind: Kind::Text }],
    report,
};

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let project = find(read, args.text("name").unwrap_or_default())?;
    let holdings = read.holdings(&project.name)?;
    Ok(Report::Single(Single { object: data(&project, &holdings), blocks: blocks(&project, &holdings), lines: None }))
}

/// The project of that name.
///
/// # Errors
/// When the store cannot be read, or there is none; then with the one that was likely meant.
pub fn find(read: &dyn Read, name: &str) -> Result<Project, Error> {
    if let Some(project) = read.project(name)? {
        return Ok(project);
    }
    let projects = read.projects()?;
    let names = || projects.iter().map(|project| project.name.as_str());
    let near = nearest(name, names()).map(str::to_owned);
    let hint = near.is_none().then(|| format!("projects: {}", list(names())));
    Err(Error::NoSuch { what: "project", name: name.to_owned(), near, hint })
}

/// What programs are told of a project.
pub(super) fn data(project: &Project, holdings: &Holdings) -> Vec<(&'static str, Cell)> {
    vec![
        ("name", Cell::text(project.name.as_str())),
        ("type", Cell::text(project.kind.name())),
        ("tables", Cell::Count(holdings.tables.count)),
        ("spinners", Cell::Count(holdings.spinners.count)),
        ("jobs", Cell::Count(holdings.jobs.count)),
        ("created_at", Cell::Time(project.created_at)),
    ]
}

fn blocks(project: &Project, holdings: &Holdings) -> Vec<Block<'static>> {
    let told = |few: &Few| Cell::text(if few.count == 0 { "none".to_owned() } else { few.names() });
    let pairs = vec![
        ("tables".to_owned(), told(&holdings.tables)),
        ("spinners".to_owned(), told(&holdings.spinners)),
        ("jobs".to_owned(), told(&holdings.jobs)),
        ("created".to_owned(), Cell::Time(project.created_at)),
    ];
    let name = pasted(&project.name);
    let next = match (holdings.tables.first.first(), holdings.jobs.count) {
        (None, _) => format!("cxgear import FILE.csv --project {name}"),
        (Some(table), 0) => format!("cxgear run SPINNER --table {}", pasted(table)),
        (Some(_), _) => format!("cxgear jobs --project {name}"),
    };
    let title = vec![Cell::text(format!("project {}", project.name)), Cell::text(project.kind.name())];
    vec![Block::Title(title), Block::Pairs { title: "", pairs }, Block::Next(next)]
}

/// Whose things a list shows, and whether it says whose they are.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    only: Option<String>,
    /// Where there is one project, or one was asked for, a column of it would say nothing.
    told: bool,
}

impl Shown {
    pub(super) fn of(read: &dyn Read, args: &Args) -> store::Result<Shown> {
        let only = args.project.clone();
        Ok(Shown { told: only.is_none() && read.projects()?.len() > 1, only })
    }

    /// Whether a thing of this project is shown.
    pub(super) fn has(&self, project: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.eq_ignore_ascii_case(project))
    }

    /// What is said where nothing is shown.
    pub(super) fn empty(&self, nothing: &str, otherwise: &str) -> String {
        self.only.as_ref().map_or_else(|| otherwise.to_owned(), |only| format!("project `{only}` has {nothing}"))
    }

    /// The column, for programs always.
    pub(super) fn column(&self) -> Column {
        let column = Column::new("project", "PROJECT").flexible();
        if self.told { column } else { column.data_only() }
    }

    /// The column and its cell for people alone, where they are told.
    pub(super) fn people<T>(&self, told: T) -> Option<T> {
        self.told.then_some(told)
    }
}
