//! What else is stored: tables with every cell, spinners, sessions, and jobs that the log does not know (F4).

use std::collections::{BTreeMap, BTreeSet};

use super::{PAGE, Run};
use crate::model::check::{Imported, PrunedJob, Published, TableCheck, Things, key};
use crate::model::connection::ConnectionFold;
use crate::model::credential::CredentialFold;
use crate::model::fingerprint::{self, Rows};
use crate::model::id::{JobId, RowId, SessionId};
use crate::model::project::DEFAULT;
use crate::model::report::{counted, grouped};
use crate::model::spinner::Spinner;
use crate::store::{self, Job, SpinnerVersion};

const NO_STATE: &str = "it has events, and no state";
const NO_EVENTS: &str = "it has a state, and no events";

impl Run<'_> {
    /// After the last segment, of the whole file: everything that no job has.
    pub(super) fn things(&mut self, known: &BTreeSet<JobId>) -> store::Result<()> {
        self.head(None, "ws")?;
        self.sessions()?;
        let mut things = std::mem::take(&mut self.check.things);
        self.other_jobs(known, std::mem::take(&mut things.pruned))?;
        self.projects(&things)?;
        self.tables(&things)?;
        self.credentials()?;
        self.connections()?;
        self.spinners(things)
        // Whatever else gets a state beside the log is compared here.
    }

    fn credentials(&mut self) -> store::Result<()> {
        let mut folds = self.check.credentials().clone();
        let stored = self.read.credentials()?;
        let (any, vault) = (!stored.is_empty(), self.read.vault()?.is_some());
        for credential in stored {
            let object = format!("credential {}", credential.name);
            match folds.remove(&credential.name) {
                None => self.note("F4", &object, NO_EVENTS),
                Some(CredentialFold { status, created_at, updated_at }) => {
                    let told = (status, created_at, updated_at);
                    let same = told == (Some(credential.status), credential.created_at, credential.updated_at);
                    self.hold(same, &object, "its state is not what its events come to");
                }
            }
        }
        for name in folds.into_keys() {
            self.note("F4", &format!("credential {name}"), NO_STATE);
        }
        let what = if any { "there is nothing to open it with" } else { "there is nothing in it" };
        self.hold(any == vault, "vault", what);
        Ok(())
    }

    fn connections(&mut self) -> store::Result<()> {
        let mut folds = self.check.connections().clone();
        for standing in self.read.connections()? {
            let object = format!("{} {}", standing.object.name(), standing.name);
            match folds.remove(&(standing.object, standing.name.clone())) {
                None => self.note("F4", &object, NO_EVENTS),
                Some(fold) => {
                    let same = fold == ConnectionFold::of(&standing);
                    self.hold(same, &object, "its state is not what its events come to");
                }
            }
        }
        for (object, name) in folds.into_keys() {
            self.note("F4", &format!("{} {name}", object.name()), NO_STATE);
        }
        Ok(())
    }

    fn projects(&mut self, things: &Things) -> store::Result<()> {
        let stored = self.read.projects()?;
        for project in stored.iter().filter(|project| project.name != DEFAULT) {
            let told = (project.name.clone(), project.kind.name().to_owned(), project.created_at);
            let same = things.projects.get(&key(&project.name)) == Some(&told);
            self.hold(same, &format!("project {}", project.name), "it is not what its events come to");
        }
        for (name, (told, ..)) in &things.projects {
            let there = stored.iter().any(|project| key(&project.name) == *name);
            self.hold(there, &format!("project {told}"), NO_STATE);
        }
        Ok(())
    }

    /// Jobs without events: those that were pruned, and those that the log does not know.
    fn other_jobs(&mut self, known: &BTreeSet<JobId>, mut told: BTreeMap<JobId, PrunedJob>) -> store::Result<()> {
        let mut tombstones = self.check.tombstones();
        let mut before = None;
        loop {
            let page = self.read.jobs(before, PAGE)?;
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            for job in page.iter().filter(|job| !known.contains(&job.id)) {
                let object = format!("job {}", job.id);
                match told.remove(&job.id) {
                    None => self.note("F4", &object, NO_EVENTS),
                    Some(told) => self.pruned(&object, job, &told, tombstones.remove(&job.id).unwrap_or(0))?,
                }
            }
        }
        for id in told.keys() {
            let what =
                if known.contains(id) { "it was pruned, and has events" } else { "it was pruned, and has no state" };
            self.note("F4", &format!("job {id}"), what);
        }
        for id in tombstones.keys() {
            self.note("F4", &format!("job {id}"), "it has tombstones, and was never pruned");
        }
        Ok(())
    }

    /// What stays of a pruned job is what it was then.
    fn pruned(&mut self, object: &str, job: &Job, told: &PrunedJob, behind: u64) -> store::Result<()> {
        self.pruned += 1;
        self.hold(job.pruned_at == Some(told.at), object, "it was pruned, and does not say so, or not when");
        let (head, _) = self.read.head(Some(job.id))?;
        let same = behind == told.events && head == told.events;
        let what = format!(
            "its tombstones stand for {}, its stream had {}",
            counted(behind, "event"),
            grouped(told.events.max(head))
        );
        self.hold(same, object, &what);
        let same = store::receipts(self.read, job)? == told.receipts_sha256;
        self.hold(same, object, "what was kept of it when it was pruned was changed since");
        Ok(())
    }

    fn sessions(&mut self) -> store::Result<()> {
        let mut told = self.check.sessions();
        let mut after = SessionId(0);
        loop {
            let page = self.read.sessions(after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            for session in page {
                let object = format!("session {}", session.id);
                match told.remove(&session.id) {
                    None => self.note("F4", &object, NO_EVENTS),
                    Some((job, fold)) => {
                        let same = (Some(session.job), Some(session.status)) == (job, fold.status);
                        self.hold(same, &object, "its state is not what its events come to");
                    }
                }
            }
        }
        for id in told.keys() {
            self.note("F4", &format!("session {id}"), NO_STATE);
        }
        Ok(())
    }

    fn tables(&mut self, things: &Things) -> store::Result<()> {
        let stored = self.read.tables()?;
        for table in &stored {
            let object = format!("table {}", table.name);
            match things.tables.get(&key(&table.name)) {
                None => self.note("F4", &object, NO_EVENTS),
                Some(check) => {
                    self.hold(*table == check.table, &object, "its state is not what its events come to");
                    self.cells(&object, check)?;
                }
            }
        }
        for (name, check) in &things.tables {
            let there = stored.iter().any(|table| key(&table.name) == *name);
            self.hold(there, &format!("table {}", check.table.name), NO_STATE);
        }
        let retired = self.read.retired()?;
        let same = retired.len() == things.retired.len()
            && retired.iter().all(|(name, next)| things.retired.get(&key(name)) == Some(next));
        self.hold(same, "ws", "the numbers that dropped tables have used are not those of the log");
        Ok(())
    }

    /// The rows of each import, hashed again. They stand in the order of their numbers, without a gap.
    fn cells(&mut self, object: &str, check: &TableCheck) -> store::Result<()> {
        // Each import has the columns in the order of its own file.
        let columns = &check.table.columns;
        let places = |names: &[String]| -> Vec<Option<usize>> {
            names.iter().map(|name| columns.iter().position(|column| column == name)).collect()
        };
        let mut imports = check.imports.iter().map(|import| (import, places(&import.columns)));
        let mut open: Option<Open<'_>> = None;
        let mut wrong = Wrong::default();
        let mut next = imports.next();
        let mut row = |id: RowId, cells: store::Cells<'_, '_>| {
            let held: Vec<&[u8]> = cells.collect();
            while open.as_ref().is_none_or(|open| open.left == 0) {
                wrong.extend(open.take().and_then(Open::wrong));
                let Some((import, places)) = next.take() else { break };
                open = Some(Open::of(import, places));
                next = imports.next();
            }
            match &mut open {
                Some(open) if open.has(id) => {
                    wrong.extend(open.skip_to(id));
                    open.take(&held);
                }
                Some(_) | None => wrong.push(format!("row {id} is not one that an import made")),
            }
        };
        match self.read.cells(&check.table.name, columns, &mut row) {
            Ok(()) => {}
            Err(error) => wrong.push(format!("its rows cannot be read: {error}")),
        }
        wrong.extend(open.take().and_then(Open::wrong));
        while let Some((import, places)) = next {
            wrong.extend(Open::of(import, places).wrong());
            next = imports.next();
        }
        let Wrong { told, more } = wrong;
        for what in &told {
            self.note("F4", object, what);
        }
        self.hold(more == 0, object, &format!("and {more} more like these"));
        Ok(())
    }

    fn spinners(&mut self, mut things: Things) -> store::Result<()> {
        for version in self.read.spinners(None)? {
            let object = format!("spinner {}@{}", version.name, version.version);
            match things.spinners.remove(&(key(&version.name), version.version)) {
                None => self.note("F4", &object, NO_EVENTS),
                Some(told) => self.hold(is_as_published(&version, &told), &object, "it is not what was published"),
            }
        }
        for told in things.spinners.values() {
            self.note("F4", &format!("spinner {}@{}", told.name, told.version), NO_STATE);
        }
        Ok(())
    }
}

/// So many wrong rows of a table are told one by one.
const TOLD: usize = 20;

/// What is wrong with a table: the first few in words, of the others how many.
#[derive(Default)]
struct Wrong {
    told: Vec<String>,
    more: u64,
}

impl Wrong {
    fn push(&mut self, what: String) {
        if self.told.len() < TOLD {
            self.told.push(what);
        } else {
            self.more += 1;
        }
    }

    fn extend(&mut self, what: Option<String>) {
        if let Some(what) = what {
            self.push(what);
        }
    }
}

/// Whether a version is the one that its event is about: its text to the byte, and what the text means.
fn is_as_published(version: &SpinnerVersion, told: &Published) -> bool {
    (&version.name, &version.project) == (&told.name, &told.project)
        && (&version.hash, version.published_at) == (&told.hash, told.at)
        && fingerprint::of_text(&version.definition) == told.text_sha256
        && Spinner::hash_of(&version.definition).as_ref() == Some(&told.hash)
}

/// An import whose rows are being read.
struct Open<'i> {
    import: &'i Imported,
    /// Where in a row the columns of its file are.
    places: Vec<Option<usize>>,
    print: Rows,
    /// The number of its next row, and how many are still to come.
    row: u64,
    left: u64,
    /// Whether some of its rows are known to be gone.
    gone: bool,
}

impl<'i> Open<'i> {
    fn of(import: &'i Imported, places: Vec<Option<usize>>) -> Open<'i> {
        let mut print = Rows::default();
        print.row(import.columns.iter().map(String::as_bytes));
        print.row(import.unique.iter().map(String::as_bytes));
        Open { import, places, print, row: import.first_row, left: import.rows, gone: false }
    }

    /// Whether a row that is still to come has this number.
    fn has(&self, id: RowId) -> bool {
        id.0.checked_sub(self.row).is_some_and(|ahead| ahead < self.left)
    }

    /// Goes on with this row; those between are gone.
    fn skip_to(&mut self, id: RowId) -> Option<String> {
        let (first, gone) = (self.row, id.0 - self.row);
        (self.row, self.left) = (id.0, self.left - gone);
        self.gone |= gone > 0;
        (gone > 0).then(|| missing(first, gone))
    }

    fn take(&mut self, cells: &[&[u8]]) {
        let cell = |place: &Option<usize>| place.and_then(|place| cells.get(place)).copied().unwrap_or_default();
        self.print.row(self.places.iter().map(cell));
        self.row = self.row.saturating_add(1);
        self.left -= 1;
    }

    /// What is wrong with it, now that all its rows should have come.
    fn wrong(self) -> Option<String> {
        let Open { import, print, row, left, gone, .. } = self;
        if left > 0 {
            return Some(missing(row, left));
        }
        let last = import.first_row.saturating_add(import.rows).saturating_sub(1);
        let other = !gone && print.finish() != import.cells();
        other.then(|| {
            format!("the cells of the rows {}-{last} of one import are not those that were imported", import.first_row)
        })
    }
}

fn missing(first: u64, rows: u64) -> String {
    match rows {
        1 => format!("row {first} is gone"),
        _ => format!("the rows {first}-{} are gone: {}", first.saturating_add(rows - 1), counted(rows, "row")),
    }
}
