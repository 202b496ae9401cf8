//! `verify`: the log read from end to end, every invariant of EVENTS §8 that has a subject, and the states beside it.

use std::collections::HashMap;

use super::Error;
use super::history;
use crate::model::check::{Breach, Check, Ended};
use crate::model::id::{Cursor, JobId};
use crate::model::segment::{StoredSegment, digest};
use crate::store::{self, Read, Scope};

mod jobs;
mod seals;
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
    records: u64,
    seal: Option<String>,
}

/// Segments read at once.
const PAGE: u64 = 2_000;

/// Reads the whole log, or one job's stream. `expect` is a seal that was kept elsewhere; it must be one of the log's.
///
/// # Errors
/// When the store cannot be read, or there is no such job. A broken rule is not an error here.
pub fn verify(read: &dyn Read, job: Option<JobId>, expect: Option<&str>) -> Result<Verified, Error> {
    if let Some(job) = job {
        history::job(read, job)?;
    }
    let mut run = Run { read, check: Check::of(job), records: HashMap::new(), found: Vec::new() };
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
        for problem in read.integrity()? {
            run.note("SQLITE", "file", &problem);
        }
    }
    let mut breaches = std::mem::take(&mut run.check.breaches);
    breaches.append(&mut run.found);
    let (jobs, records) = (jobs.len() as u64, run.records.values().sum());
    Ok(Verified { breaches, events: run.check.events, jobs, records, seal: seals.map(|seals| seals.chain.last()) })
}

/// A check under way, with the states that are compared with it.
struct Run<'r> {
    read: &'r dyn Read,
    check: Check,
    /// Records that the log has, by job.
    records: HashMap<JobId, u64>,
    found: Vec<Breach>,
}

impl Run<'_> {
    /// Reads all segments; whether the expected seal was met.
    fn log(&mut self, scope: Scope, mut seals: Option<&mut Seals<'_>>, expect: Option<&str>) -> store::Result<bool> {
        let mut after = Cursor(0);
        let mut met = expect.is_none();
        loop {
            let page = self.read.segments(scope, after, PAGE)?;
            let Some(last) = page.last() else { return Ok(met) };
            after = last.last();
            for segment in &page {
                if let Some(seals) = &mut seals {
                    let made = seals.segment(digest(segment, &segment.events), segment.last(), &mut self.found)?;
                    met |= made && expect == Some(seals.chain.last().as_str());
                }
                self.segment(segment)?;
            }
        }
    }

    fn segment(&mut self, segment: &StoredSegment) -> store::Result<()> {
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
