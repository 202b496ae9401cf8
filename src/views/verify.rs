//! `verify`: the log read from end to end, every invariant of EVENTS §8 that has a subject, and the states beside it.

use std::collections::{HashMap, VecDeque};

use super::Error;
use super::history;
use crate::model::check::{Breach, Check, Ended};
use crate::model::id::{Cursor, JobId};
use crate::model::secrets::Secrets;
use crate::model::segment::{StoredSegment, Tombstone, digest};
use crate::model::spinner::{Spinner, Target};
use crate::store::{self, Read, Scope};

mod jobs;
mod seals;
mod secrets;
mod things;
mod told;

use seals::Seals;
pub use told::report;

/// What a check came to.
#[derive(Debug)]
pub struct Verified {
    /// The rules that are broken, in the order they were found.
    pub breaches: Vec<Breach>,
    events: u64,
    jobs: u64,
    pruned: u64,
    records: u64,
    seal: Option<String>,
    /// Values of the vault that were looked for.
    secrets: Option<u64>,
}

/// Segments read at once.
const PAGE: u64 = 2_000;

/// Reads the whole log, or one job's stream. `expect` is a seal that was kept elsewhere; it must be one of the log's.
///
/// # Errors
/// When the store cannot be read, or there is no such job. A broken rule is not an error here.
pub fn verify(read: &dyn Read, job: Option<JobId>, expect: Option<&str>) -> Result<Verified, Error> {
    verify_with(read, job, expect, None)
}

/// The same, and no value of an open vault is in anything that is stored.
///
/// # Errors
/// The same.
pub fn verify_with(
    read: &dyn Read,
    job: Option<JobId>,
    expect: Option<&str>,
    secrets: Option<&Secrets>,
) -> Result<Verified, Error> {
    if let Some(job) = job {
        history::whole(&history::job(read, job)?, "`cxgear verify` checks what is left of it")?;
    }
    let none = Secrets::default();
    let (check, records, looked_for) = (Check::of(job), HashMap::new(), secrets.map(|all| all.names().count() as u64));
    let mut run = Run { read, secrets: secrets.unwrap_or(&none), check, records, pruned: 0, found: Vec::new() };
    let mut seals = job.is_none().then(|| Seals::of(read)).transpose()?;
    let met = run.log(job.map_or(Scope::All, Scope::Job), seals.as_mut(), expect)?;
    if let Some(seals) = &mut seals {
        seals.end(&mut run.found)?;
    }
    if !met {
        run.note("E7", "log", "the expected seal is not one of this log: the file was forged, or is another");
    }
    let jobs = run.jobs()?;
    if job.is_none() {
        run.things(&jobs)?;
        run.hidden_beside()?;
        for problem in read.integrity()? {
            run.note("SQLITE", "file", &problem);
        }
    }
    let mut breaches = std::mem::take(&mut run.check.breaches);
    breaches.append(&mut run.found);
    let (events, jobs, pruned) = (run.check.events, jobs.len() as u64, run.pruned);
    let (records, seal) = (run.records.values().sum(), seals.map(|seals| seals.chain.last()));
    Ok(Verified { breaches, events, jobs, pruned, records, seal, secrets: looked_for })
}

/// A check under way, with the states that are compared with it.
struct Run<'r> {
    read: &'r dyn Read,
    /// What must not be found.
    secrets: &'r Secrets,
    check: Check,
    /// Records that the log has, by job.
    records: HashMap<JobId, u64>,
    /// Jobs of which only receipts are left.
    pruned: u64,
    found: Vec<Breach>,
}

impl Run<'_> {
    /// Reads all segments, and the tombstones between them; whether the expected seal was met.
    fn log(&mut self, scope: Scope, mut seals: Option<&mut Seals<'_>>, expect: Option<&str>) -> store::Result<bool> {
        let mut graves = Graves { read: self.read, next: VecDeque::new(), after: Cursor(0), all: scope == Scope::All };
        let mut met = expect.is_none();
        let mut seal = |digest, last, found: &mut Vec<Breach>| -> store::Result<()> {
            let Some(seals) = &mut seals else { return Ok(()) };
            let made = seals.segment(digest, last, found)?;
            met |= made && expect == Some(seals.chain.last().as_str());
            Ok(())
        };
        let mut after = Cursor(0);
        loop {
            let page = self.read.segments(scope, after, PAGE)?;
            // After the last segment there may be more tombstones.
            let places = page.iter().map(Some).chain(page.is_empty().then_some(None));
            for segment in places {
                let until = segment.map_or(Cursor(u64::MAX), |segment| segment.cursor);
                while let Some(tombstone) = graves.before(until)? {
                    seal(tombstone.hash, tombstone.last(), &mut self.found)?;
                    self.check.tombstone(&tombstone);
                }
                let Some(segment) = segment else { return Ok(met) };
                seal(digest(segment, &segment.events), segment.last(), &mut self.found)?;
                self.segment(segment)?;
                after = segment.last();
            }
        }
    }

    fn segment(&mut self, segment: &StoredSegment) -> store::Result<()> {
        // A job's first segment is its own.
        if let (Some(job), None, 1) = (segment.job, segment.row, segment.seq) {
            self.check.lead(job, ways(self.read, job)?);
        }
        self.hidden(segment);
        for Ended::Record(id, check) in self.check.segment(segment) {
            self.compare(id, &check)?;
        }
        Ok(())
    }

    fn note(&mut self, rule: &'static str, object: &str, what: &str) {
        self.found.push(Breach { rule, cursor: Cursor(0), object: object.to_owned(), what: what.to_owned() });
    }

    /// F4 of one thing: `same` or not.
    fn hold(&mut self, same: bool, object: &str, what: &str) {
        if !same {
            self.note("F4", object, what);
        }
    }
}

/// The tombstones in the order of the log, read ahead.
struct Graves<'r> {
    read: &'r dyn Read,
    next: VecDeque<Tombstone>,
    after: Cursor,
    /// Of one job there are none.
    all: bool,
}

impl Graves<'_> {
    /// The next one, if it stands before this place.
    fn before(&mut self, until: Cursor) -> store::Result<Option<Tombstone>> {
        if self.all && self.next.is_empty() {
            self.next.extend(self.read.tombstones(self.after, PAGE)?);
            match self.next.back() {
                Some(last) => self.after = last.cursor,
                None => self.all = false,
            }
        }
        let first = self.next.front().is_some_and(|next| next.cursor < until);
        Ok(first.then(|| self.next.pop_front()).flatten())
    }
}

/// Where each step of the job's spinner leads; nothing when its version cannot be read, which is told elsewhere.
fn ways(read: &dyn Read, job: JobId) -> store::Result<Vec<Target>> {
    let Some(job) = read.job(job)? else { return Ok(Vec::new()) };
    let version = read.spinner(&job.spinner, Some(job.version))?;
    let Some(Ok((spinner, _))) = version.map(|version| Spinner::parse(&version.definition)) else {
        return Ok(Vec::new());
    };
    let count = spinner.steps.len();
    let below = |place: usize| if place + 1 < count { Target::Step(place + 1) } else { Target::End };
    Ok(spinner.steps.iter().enumerate().map(|(place, step)| step.next.unwrap_or(below(place))).collect())
}
