//! Rows that are run anew although something was sent for them before: told before it happens (SPEC §4, `--failed-in`).

use super::context::Context;
use super::drive;
use super::failure::Failure;
use super::select::known_job;
use crate::engine::Effect;
use crate::model::event::Event;
use crate::model::id::{Cursor, JobId, RecordId, RowId};
use crate::model::report::counted;
use crate::model::segment::Entry;
use crate::store::{Error, Read as _, Scope, Selection, SqliteStore};

/// Warns when records of `earlier` in the selection have done what must not be done twice, or may have.
pub(super) fn warn(
    context: &Context,
    store: &SqliteStore,
    earlier: JobId,
    selection: &Selection,
) -> Result<(), Failure> {
    let job = known_job(Some(store), earlier)?;
    let stages = drive::frozen(context, store, &job)?.pipeline.stages;
    let once: Vec<_> = stages.iter().map(|stage| stage.work.effect() == Effect::Once).collect();
    if !once.contains(&true) {
        return Ok(());
    }
    let named = |name: &str| stages.iter().zip(&once).any(|(stage, once)| *once && stage.name == name);
    let mut sent = 0;
    for row in selection.ranges.iter().cloned().flatten() {
        let mut entries = Vec::new();
        let record = RecordId { job: earlier, row: RowId(row) };
        for segment in store.segments(Scope::Record(record), Cursor(0), u64::MAX)? {
            entries.extend(segment.entries().map_err(Error::from)?);
        }
        sent += u64::from(has_sent(&entries, &once, named));
    }
    if sent > 0 {
        let text = format!("{} of job {earlier} sent something already, or may have", counted(sent, "record"));
        let hint = format!("`cxgear retry {earlier} --failed` goes on where they failed and sends nothing twice");
        context.warn(&format!("{text}; they are run from the first step and send it again"), &[hint]);
    }
    Ok(())
}

fn has_sent(entries: &[Entry], once: &[bool], named: impl Fn(&str) -> bool) -> bool {
    let mut open = 0;
    entries.iter().any(|entry| {
        let acts = once.get(open).copied().unwrap_or(false);
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other type says that something was sent")]
        match &entry.event {
            Event::RecordQueued(queued) => {
                queued.carried.iter().flat_map(|carried| &carried.steps).any(|step| named(&step.name))
            }
            Event::StepStarted(started) => {
                open = started.step_index as usize;
                false
            }
            Event::StepCompleted(_) => acts,
            Event::StepFailed(failed) => acts && failed.reason_code.is_unsafe(),
            _ => false,
        }
    })
}
