//! `verify`: the log read from end to end, every invariant of EVENTS §8 that has a subject, and the states beside it.

use std::collections::HashMap;

use serde_json::json;

use super::Error;
use super::history;
use crate::model::check::{Breach, Chain, Check, Ended, JobCheck, RecordCheck};
use crate::model::credential::CredentialFold;
use crate::model::id::{Cursor, JobId, RecordId};
use crate::model::report::{Block, Cell, Column, List, Report, Single, Tone, counted, grouped};
use crate::model::segment::StoredSegment;
use crate::model::spinner::{Spinner, Target};
use crate::store::{Read, RecordAsk, Scope, Seal};

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
    let scope = job.map_or(Scope::All, Scope::Job);
    let mut run = Run { read, check: Check::of(job), records: HashMap::new(), found: Vec::new() };
    let mut chain = job.is_none().then(|| Seals { read, chain: Chain::default(), next: Vec::new(), after: Cursor(0) });
    let mut after = Cursor(0);
    let mut expected = expect.is_none();
    loop {
        let page = read.segments(scope, after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = Cursor(last.cursor.0 + u64::from(last.n) - 1);
        for segment in &page {
            if let Some(seals) = &mut chain {
                let made = seals.segment(segment, &mut run.found)?;
                expected |= made && expect == Some(seals.chain.last().as_str());
            }
            run.segment(segment)?;
        }
    }
    if let Some(seals) = &mut chain {
        seals.end(&mut run.found)?;
    }
    if !expected {
        run.note("E7", "log", "the expected seal is not one of this log: the file was forged, or is another");
    }
    if job.is_none() {
        for problem in read.integrity()? {
            run.note("SQLITE", "file", &problem);
        }
    }
    run.end(job, chain.map(|seals| seals.chain.last()))
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
    fn segment(&mut self, segment: &StoredSegment) -> Result<(), Error> {
        // A job's first segment is its own.
        if let (Some(job), None, 1) = (segment.job, segment.row, segment.seq) {
            self.check.lead(job, ways(self.read, job)?);
        }
        for Ended::Record(id, check) in self.check.segment(segment) {
            self.compare(id, &check)?;
        }
        Ok(())
    }

    fn note(&mut self, rule: &'static str, object: &str, what: &str) {
        self.found.push(Breach { rule, cursor: Cursor(0), object: object.to_owned(), what: what.to_owned() });
    }

    /// F4: the row of a record is what its events come to.
    fn compare(&mut self, id: RecordId, check: &RecordCheck) -> Result<(), Error> {
        *self.records.entry(id.job).or_default() += 1;
        let object = format!("record {id}");
        let Some(row) = self.read.record(id)? else {
            self.note("F4", &object, "it has events, and no state");
            return Ok(());
        };
        let fold = &check.fold;
        let same = Some(row.status) == fold.status
            && (row.attempt, row.claim, row.partial) == (fold.attempt, fold.claim, fold.partial)
            && (row.started_at, row.ended_at) == (fold.started_at, fold.ended_at)
            && (row.failed_step, row.reason) == (fold.failed_step, fold.reason)
            && row.disposition == fold.disposition;
        if !same {
            self.note("F4", &object, "its state is not what its events come to");
        }
        Ok(())
    }

    /// F4 and E6: the row of a job is what its events come to, and it has no records besides those of the log.
    fn compare_job(&mut self, id: JobId, check: &JobCheck) -> Result<(), Error> {
        let object = format!("job {id}");
        let Some(job) = self.read.job(id)? else {
            self.note("F4", &object, "it has events, and no state");
            return Ok(());
        };
        let fold = &check.fold;
        let same = Some(job.status) == fold.status
            && job.counts == check.counts
            && (job.started_at, job.ended_at, job.reason) == (fold.started_at, fold.ended_at, fold.reason)
            && (job.ran, job.since) == (fold.ran, fold.since);
        if !same {
            self.note("F4", &object, "its state is not what its events come to");
        }
        let rows = self.read.count_records(&job, &RecordAsk::default())?;
        let records = self.records.get(&id).copied().unwrap_or(0);
        if rows != records {
            self.note("F4", &object, &format!("{} stored, {} in the log", counted(rows, "record"), grouped(records)));
        }
        self.head(Some(id), &object)
    }

    /// F4: credentials are what their events come to, both ways, and there is a vault exactly while there are any.
    fn compare_credentials(&mut self) -> Result<(), Error> {
        let mut folds = self.check.credentials().clone();
        let stored = self.read.credentials()?;
        let (any, vault) = (!stored.is_empty(), self.read.vault()?.is_some());
        for credential in stored {
            let object = format!("credential {}", credential.name);
            match folds.remove(&credential.name) {
                None => self.note("F4", &object, "it has a state, and no events"),
                Some(CredentialFold { status, created_at, updated_at }) => {
                    let same = (status, created_at, updated_at)
                        == (Some(credential.status), credential.created_at, credential.updated_at);
                    if !same {
                        self.note("F4", &object, "its state is not what its events come to");
                    }
                }
            }
        }
        for name in folds.into_keys() {
            self.note("F4", &format!("credential {name}"), "it has events, and no state");
        }
        if any != vault {
            self.note("F4", "vault", if any { "there is nothing to open it with" } else { "there is nothing in it" });
        }
        Ok(())
    }

    fn head(&mut self, stream: Option<JobId>, object: &str) -> Result<(), Error> {
        let (stored, seen) = (self.read.head(stream)?, self.check.head(stream));
        if stored != seen {
            self.note("E6", object, &format!("its last number is {stored}, in the log {seen}"));
        }
        Ok(())
    }

    fn end(mut self, only: Option<JobId>, seal: Option<String>) -> Result<Verified, Error> {
        let (open, jobs) = (self.check.open(), self.check.jobs());
        for (id, check) in &open {
            self.compare(*id, check)?;
        }
        for (id, check) in &jobs {
            self.compare_job(*id, check)?;
        }
        if only.is_none() {
            self.head(None, "ws")?;
            self.compare_credentials()?;
            let mut before = None;
            // A job that the log does not know at all.
            while let Some(job) = self.read.jobs(before, 1)?.pop() {
                if jobs.binary_search_by_key(&job.id, |(id, _)| *id).is_err() {
                    self.note("F4", &format!("job {}", job.id), "it has a state, and no events");
                }
                before = Some(job.id);
            }
        }
        let mut breaches = std::mem::take(&mut self.check.breaches);
        breaches.append(&mut self.found);
        let records = self.records.values().sum();
        Ok(Verified { breaches, events: self.check.events, jobs: jobs.len() as u64, records, seal })
    }
}

/// Where each step of the job's spinner leads; nothing when its version cannot be read, which is told elsewhere.
fn ways(read: &dyn Read, job: JobId) -> Result<Vec<Target>, Error> {
    let Some(job) = read.job(job)? else { return Ok(Vec::new()) };
    let version = read.spinner(&job.spinner, Some(job.version))?;
    let Some(Ok((spinner, _))) = version.map(|version| Spinner::parse(&version.definition)) else {
        return Ok(Vec::new());
    };
    let count = spinner.steps.len();
    let below = |place: usize| if place + 1 < count { Target::Step(place + 1) } else { Target::End };
    Ok(spinner.steps.iter().enumerate().map(|(place, step)| step.next.unwrap_or(below(place))).collect())
}

/// The stored seals, beside the chain that is made again.
struct Seals<'r> {
    read: &'r dyn Read,
    chain: Chain,
    /// Read ahead, last first.
    next: Vec<Seal>,
    after: Cursor,
}

impl Seals<'_> {
    fn next(&mut self) -> Result<Option<Seal>, Error> {
        if self.next.is_empty() {
            self.next = self.read.seals(self.after, PAGE)?;
            self.next.reverse();
        }
        if let Some(seal) = self.next.last() {
            self.after = seal.upto;
        }
        Ok(self.next.last().copied())
    }

    /// The next segment; whether a seal stands at its end.
    fn segment(&mut self, segment: &StoredSegment, found: &mut Vec<Breach>) -> Result<bool, Error> {
        self.chain.add(segment);
        let end = Cursor(segment.cursor.0 + u64::from(segment.n) - 1);
        let Some(seal) = self.next()?.filter(|seal| seal.upto <= end) else { return Ok(false) };
        self.next.pop();
        if seal.upto < end {
            found.push(self.chain.wrong(seal.upto, "a seal stands where no commit ends"));
        }
        found.extend(self.chain.seal(seal.upto, seal.hash));
        Ok(true)
    }

    /// After the last segment nothing may be left, on either side.
    fn end(&mut self, found: &mut Vec<Breach>) -> Result<(), Error> {
        while let Some(seal) = self.next()? {
            self.next.pop();
            found.extend(self.chain.seal(seal.upto, seal.hash));
        }
        let sealed = self.chain.is_closed();
        if !sealed {
            found.push(self.chain.wrong(self.after, "events stand after the last seal"));
        }
        Ok(())
    }
}

/// What a check came to, as a report.
#[must_use]
pub fn report(verified: &Verified) -> Report<'static> {
    let Verified { breaches, events, jobs, records, seal } = verified;
    let (word, tone) = if breaches.is_empty() { ("whole", Tone::Good) } else { ("broken", Tone::Bad) };
    let told = breaches.iter().map(
        |breach| json!({ "rule": breach.rule, "cursor": place(breach), "object": breach.object, "what": breach.what }),
    );
    let object = vec![
        ("status", Cell::Status(word, tone)),
        ("events", Cell::Count(*events)),
        ("jobs", Cell::Count(*jobs)),
        ("records", Cell::Count(*records)),
        ("seal", Cell::maybe(seal.as_deref(), Cell::text)),
        ("breaches", Cell::Json(told.collect())),
    ];
    let title = vec![
        Cell::text("verify"),
        Cell::Status(word, tone),
        Cell::text(counted(*events, "event")),
        Cell::text(counted(*records, "record")),
        Cell::text(counted(*jobs, "job")),
    ];
    let mut blocks = vec![Block::Title(title)];
    if !breaches.is_empty() {
        blocks.push(Block::Table { title: "Broken rules", list: listed(breaches) });
    }
    if let Some(seal) = seal {
        blocks.push(Block::Pairs { title: "", pairs: vec![("last seal".to_owned(), Cell::text(seal))] });
    }
    Report::Single(Single { object, blocks, lines: Some(listed(breaches)) })
}

/// Where in the log; a state that is wrong has no place there.
fn place(breach: &Breach) -> Option<Cursor> {
    Some(breach.cursor).filter(|cursor| cursor.0 > 0)
}

fn listed(breaches: &[Breach]) -> List<'static> {
    let row = |breach: &Breach| {
        let cursor = Cell::maybe(place(breach), |cursor| Cell::Number(cursor.0));
        vec![Cell::text(breach.rule), cursor, Cell::text(&breach.object), Cell::text(&breach.what)]
    };
    let rows: Vec<_> = breaches.iter().map(row).collect();
    List {
        columns: vec![
            Column::new("rule", "RULE"),
            Column::new("cursor", "CURSOR"),
            Column::new("object", "OBJECT"),
            Column::new("what", "WHAT").flexible(),
        ],
        rows: Box::new(rows.into_iter().map(Ok)),
        empty: "no rule is broken".to_owned(),
        note: None,
        page: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breach_without_a_place_has_none() {
        let breach = |cursor| Breach { rule: "F4", cursor: Cursor(cursor), object: "job 1".into(), what: "x".into() };
        let verified = Verified { breaches: vec![breach(0), breach(7)], events: 9, jobs: 1, records: 0, seal: None };
        let Report::Single(single) = report(&verified) else { panic!("it is a single") };
        let Some((_, Cell::Json(told))) = single.object.last() else { panic!("it tells the breaches") };
        assert_eq!((&told[0]["cursor"], &told[1]["cursor"]), (&json!(null), &json!(7)));
        let cursors: Vec<_> = listed(&verified.breaches).rows.map(|row| row.unwrap().swap_remove(1)).collect();
        assert_eq!(cursors, [Cell::Null, Cell::Number(7)]);
    }
}
