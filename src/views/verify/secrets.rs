//! P4: no value of the vault is in what is stored. What is found is told by the credential's name, never by its value.

use super::Run;
use crate::model::check::Breach;
use crate::model::secrets::Secrets;
use crate::model::segment::StoredSegment;
use crate::store;

impl Run<'_> {
    /// The events of a segment. Searched as a whole first: in most there is nothing.
    pub(super) fn hidden(&mut self, segment: &StoredSegment) {
        let names = self.secrets.all_in(&segment.events);
        if names.is_empty() {
            return;
        }
        let object = match (segment.job, segment.record()) {
            (_, Some(record)) => format!("record {record}"),
            (Some(job), None) => format!("job {job}"),
            (None, None) => "ws".to_owned(),
        };
        let entries = segment.entries().unwrap_or_default();
        for name in names {
            let mut payload = Vec::new();
            let place = entries.iter().find(|entry| {
                payload.clear();
                // What was stored can be written again.
                let written = entry.event.write_payload(&mut payload).is_ok();
                written && self.secrets.all_in(&String::from_utf8_lossy(&payload)).contains(&name)
            });
            let cursor = place.map_or(segment.cursor, |entry| entry.cursor);
            self.found.push(Breach { rule: "P4", cursor, object: object.clone(), what: told(name) });
        }
    }

    /// Everything that is kept beside the log.
    pub(super) fn hidden_beside(&mut self) -> store::Result<()> {
        let secrets: &Secrets = self.secrets;
        if secrets.is_empty() {
            return Ok(());
        }
        let mut found: Vec<(String, String)> = Vec::new();
        self.read.texts(&mut |table, text| {
            for name in secrets.all_in(text) {
                let what = (table.to_owned(), told(name));
                // Once a table and credential, however often.
                if !found.contains(&what) {
                    found.push(what);
                }
            }
        })?;
        for (table, what) in found {
            self.note("P4", &table, &what);
        }
        Ok(())
    }
}

fn told(name: &str) -> String {
    format!("the value of credential `{name}` is in it")
}
