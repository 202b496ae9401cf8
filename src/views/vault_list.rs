//! `vault list`: what is in the vault, and nothing of what it is. Needs no key.

use super::args::Args;
use super::{Answer, Error, View};
use crate::model::credential::Credential;
use crate::model::document::{list, nearest};
use crate::model::report::{Cell, Column, List, Report};
use crate::store::Read;

pub(super) const VIEW: View = View {
    name: "vault list",
    about: "The secrets by name; values are never shown",
    examples: "cxgear vault list\ncxgear vault list --format json",
    args: &[],
    report,
};

fn report<'a>(read: &'a dyn Read, _: &Args) -> Answer<'a> {
    let columns = vec![
        Column::new("name", "NAME").flexible(),
        Column::new("status", "STATUS"),
        Column::new("created_at", "CREATED").data_only(),
        Column::new("updated_at", "UPDATED"),
    ];
    let rows = Box::new(read.credentials()?.into_iter().map(|credential| Ok(row(&credential))));
    let empty = "the vault is empty: `cxgear vault set NAME` keeps a secret".to_owned();
    Ok(Report::List(List { columns, rows, empty, note: None, page: None }))
}

fn row(credential: &Credential) -> Vec<Cell> {
    vec![
        Cell::text(credential.name.as_str()),
        Cell::Status(credential.status.name(), credential.status.tone()),
        Cell::Time(credential.created_at),
        Cell::Time(credential.updated_at),
    ]
}

/// The credential of that name.
///
/// # Errors
/// When the store cannot be read, or there is none; then with the one that was likely meant.
pub fn find(read: &dyn Read, name: &str) -> Result<Credential, Error> {
    let credentials = read.credentials()?;
    if let Some(found) = credentials.iter().find(|credential| credential.name.eq_ignore_ascii_case(name)) {
        return Ok(found.clone());
    }
    let names = || credentials.iter().map(|credential| credential.name.as_str());
    let near = nearest(name, names()).map(str::to_owned);
    let hint = near.is_none().then(|| format!("credentials: {}", list(names())));
    Err(Error::NoSuch { what: "credential", name: name.to_owned(), near, hint })
}
