//! What the events of the workspace's stream come to: its tables with the cells of each import, its spinners.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Breach, Entry};
use crate::model::event::Event;
use crate::model::id::{JobId, RowId};
use crate::model::payload::Facts;
use crate::model::table::Table;
use crate::model::time::Timestamp;

/// The things of a workspace as its log has them. Names are told apart as the database does: without regard to case.
#[derive(Debug, Default)]
pub struct Things {
    /// Tables by name.
    pub tables: BTreeMap<String, TableCheck>,
    /// Where the numbers of dropped tables' rows ended.
    pub retired: BTreeMap<String, RowId>,
    /// Projects but for the one that is always there: their names, types, and when they were made.
    pub projects: BTreeMap<String, (String, String, Timestamp)>,
    /// The projects of the spinners.
    owners: BTreeMap<String, String>,
    /// Spinners by name and version.
    pub spinners: BTreeMap<(String, u32), Published>,
    /// Jobs whose events were removed.
    pub pruned: BTreeMap<JobId, PrunedJob>,
}

/// A table as its events have it.
#[derive(Debug)]
pub struct TableCheck {
    /// What stands beside the log.
    pub table: Table,
    /// Where its rows came from, in the order of their numbers.
    pub imports: Vec<Imported>,
}

/// `table.imported`, as far as it can be held against the cells.
#[derive(Debug, Deserialize)]
pub struct Imported {
    name: String,
    mode: String,
    /// The number of its first row.
    pub first_row: u64,
    /// How many rows entered.
    pub rows: u64,
    /// The columns in the order of the file.
    pub columns: Vec<String>,
    /// Those that made a row a double.
    pub unique: Vec<String>,
    /// Of the cells of the file.
    sha256: String,
    entered_sha256: Option<String>,
}

impl Imported {
    /// SHA-256 of the cells that entered.
    #[must_use]
    pub fn cells(&self) -> &str {
        self.entered_sha256.as_ref().unwrap_or(&self.sha256)
    }
}

/// `spinner.published`.
#[derive(Debug, Deserialize)]
pub struct Published {
    /// The spinner.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the canonical definition.
    pub hash: String,
    /// SHA-256 of its text.
    pub text_sha256: String,
    /// When.
    #[serde(skip)]
    pub at: Timestamp,
    /// Whose the spinner is.
    #[serde(skip)]
    pub project: String,
}

/// `job.pruned`.
#[derive(Debug, Deserialize)]
pub struct PrunedJob {
    job: JobId,
    /// How many events it had.
    pub events: u64,
    /// SHA-256 of what stays.
    pub receipts_sha256: String,
    /// When.
    #[serde(skip)]
    pub at: Timestamp,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Owned {
    name: String,
    project: String,
}

#[derive(Deserialize)]
struct Typed {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Configured {
    name: String,
    metadata_fields: Option<Vec<String>>,
}

/// A name as its key.
#[must_use]
pub fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

impl Things {
    /// Takes in an event of the workspace's stream.
    pub(super) fn event(&mut self, entry: &Entry, breaches: &mut Vec<Breach>) {
        let told = self.told(entry);
        if let Err((object, what)) = told {
            breaches.push(Breach { rule: "F4", cursor: entry.cursor, object, what });
        }
    }

    fn told(&mut self, entry: &Entry) -> Result<(), (String, String)> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "of these alone something is kept beside the log")]
        match &entry.event {
            Event::TableCreated(facts) => self.created(read(facts)?, entry.at),
            Event::TableImported(facts) => self.imported(read(facts)?, entry.at),
            Event::TableMetadataConfigured(facts) => {
                let Configured { name, metadata_fields } = read(facts)?;
                let table = &mut self.table(&name)?.table;
                (table.metadata, table.updated_at) = (metadata_fields, entry.at);
                Ok(())
            }
            Event::TableDeleted(facts) => {
                let Named { name } = read(facts)?;
                let next = self.table(&name)?.table.next_row;
                self.tables.remove(&key(&name));
                self.retired.insert(key(&name), RowId(next));
                Ok(())
            }
            Event::ProjectCreated(facts) => {
                let Typed { name, kind } = read(facts)?;
                self.projects.insert(key(&name), (name, kind, entry.at));
                Ok(())
            }
            Event::ProjectDeleted(facts) => {
                let Named { name } = read(facts)?;
                self.projects.remove(&key(&name));
                Ok(())
            }
            Event::SpinnerCreated(facts) => {
                let Owned { name, project } = read(facts)?;
                self.owners.insert(key(&name), project);
                Ok(())
            }
            Event::SpinnerPublished(facts) => {
                let mut published: Published = read(facts)?;
                published.at = entry.at;
                published.project = self.owners.get(&key(&published.name)).cloned().unwrap_or_default();
                self.spinners.insert((key(&published.name), published.version), published);
                Ok(())
            }
            Event::JobPruned(facts) => {
                let mut pruned: PrunedJob = read(facts)?;
                pruned.at = entry.at;
                self.pruned.insert(pruned.job, pruned);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn table(&mut self, name: &str) -> Result<&mut TableCheck, (String, String)> {
        let missing = || (format!("table {name}"), "it is not there at this point of the log".to_owned());
        self.tables.get_mut(&key(name)).ok_or_else(missing)
    }

    fn created(&mut self, Owned { name, project }: Owned, at: Timestamp) -> Result<(), (String, String)> {
        let next_row = self.retired.get(&key(&name)).map_or(1, |row| row.0);
        let own = key(&name);
        let (columns, metadata, sha256) = (Vec::new(), None, None);
        let table = Table { name, project, columns, metadata, rows: 0, next_row, sha256, updated_at: at };
        self.tables.insert(own, TableCheck { table, imports: Vec::new() });
        Ok(())
    }

    fn imported(&mut self, import: Imported, at: Timestamp) -> Result<(), (String, String)> {
        let TableCheck { table, imports } = self.table(&import.name)?;
        if import.first_row != table.next_row {
            let what = format!("its rows begin at {}, and should at {}", import.first_row, table.next_row);
            return Err((format!("table {}", import.name), what));
        }
        if import.mode == "replace" {
            imports.clear();
            table.rows = 0;
            let fits = |fields: &Vec<String>| fields.iter().all(|field| import.columns.contains(field));
            table.metadata = table.metadata.take().filter(fits);
        }
        if import.mode == "replace" || table.columns.is_empty() {
            table.columns.clone_from(&import.columns);
        }
        table.sha256 = (table.rows == 0).then(|| import.sha256.clone());
        table.rows = table.rows.saturating_add(import.rows);
        table.next_row = table.next_row.saturating_add(import.rows);
        table.updated_at = at;
        imports.push(import);
        Ok(())
    }
}

/// What an event says, or that it does not say it.
fn read<T: DeserializeOwned>(facts: &Facts) -> Result<T, (String, String)> {
    T::deserialize(&serde_json::Value::Object(facts.0.clone())).map_err(|error| {
        ("ws".to_owned(), format!("an event of the catalogue that does not say what it should: {error}"))
    })
}
