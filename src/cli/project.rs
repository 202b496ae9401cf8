//! `project new` and `project delete`, and the project that a command is about.

use super::args::project::{Project as Verb, ProjectKind};
use super::context::Context;
use super::failure::Failure;
use crate::model::project::{DEFAULT, Project, ProjectType, check_name};
use crate::model::report::pasted;
use crate::model::table::Table;
use crate::store::{self, SqliteStore, Write as _};
use crate::views;

/// `cxgear project …`, but for its views.
pub(super) fn project(context: &Context, verb: &Verb) -> Result<u8, Failure> {
    match verb {
        Verb::New { name, kind } => {
            check_name(name).map_err(|why| Failure::request(format!("`{name}` cannot be a project's name: {why}")))?;
            let kind = match kind {
                ProjectKind::Outreach => ProjectType::Outreach,
                ProjectKind::CallAnalyzer => ProjectType::CallAnalyzer,
            };
            let mut store = context.creator()?;
            let made = store.create_project(context.now(), name, kind)?;
            context.say(&format!(
                "project `{}` ({}) is made; `--project {}` uses it",
                made.name,
                made.kind,
                pasted(name)
            ));
        }
        Verb::Delete { name } => {
            let mut store = context.writer()?;
            let found = views::project::find(&store, name)?;
            store.delete_project(context.now(), &found.name)?;
            context.say(&format!("project `{}` is deleted", found.name));
        }
    }
    Ok(0)
}

/// The project that was asked for, which must be there; nothing when none was.
pub(super) fn wanted(context: &Context, there: Option<&SqliteStore>) -> Result<Option<Project>, Failure> {
    let Some(name) = context.project() else { return Ok(None) };
    let found = match there {
        Some(store) => views::project::find(store, name),
        // A database that is about to be made has the default project and no other.
        None if name.eq_ignore_ascii_case(DEFAULT) => Ok(first(context)),
        None => Err(views::Error::NoSuch { what: "project", name: name.to_owned(), near: None, hint: None }),
    };
    match found {
        Ok(project) => Ok(Some(project)),
        Err(error @ views::Error::NoSuch { .. }) => {
            Err(Failure::from(error).hint(format!("`cxgear project new {}` makes it", pasted(name))))
        }
        Err(error) => Err(error.into()),
    }
}

fn first(context: &Context) -> Project {
    Project { name: DEFAULT.to_owned(), kind: ProjectType::default(), created_at: context.now() }
}

/// Refuses a table of another project than the one that was asked for.
pub(super) fn refuse_other(wanted: Option<&Project>, table: &Table) -> Result<(), Failure> {
    match wanted.filter(|wanted| !wanted.name.eq_ignore_ascii_case(&table.project)) {
        None => Ok(()),
        Some(_) => Err(store::Error::OtherProject { table: table.name.clone(), project: table.project.clone() }.into()),
    }
}

/// The project that something belongs to: that of this name, else the one that was asked for, else the default one.
pub(super) fn of(
    context: &Context,
    there: Option<&SqliteStore>,
    owner: Option<&str>,
    wanted: Option<Project>,
) -> Result<Project, Failure> {
    let Some(store) = there else { return Ok(wanted.unwrap_or_else(|| first(context))) };
    match (owner, wanted) {
        (None, Some(wanted)) => Ok(wanted),
        (owner, _) => Ok(views::project::find(store, owner.unwrap_or(DEFAULT))?),
    }
}
