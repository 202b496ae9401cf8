//! Which types of the catalogue this version never writes: they are in the contract, and come with what needs them.
//! `tests/floors.rs` holds the list against the source, in both directions.

use super::EventType;

/// Names, and all of an object's with a star.
const UNWRITTEN: &[&str] = &[
    "record.waiting",
    "record.signal_applied",
    "record.input_received",
    "record.sleeping",
    "storage.deleted",
    "project.updated",
    "row.*",
    "spinner.updated",
    "spinner.deleted",
    "session.idle",
    "integration.terminated",
    "channel.terminated",
    "channel.inbound_received",
    "channel.call_state_changed",
    "agent.*",
    "destination.*",
];

impl EventType {
    /// Whether this version ever writes it.
    #[must_use]
    pub fn is_written(self) -> bool {
        !UNWRITTEN.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => self.name().starts_with(prefix),
            None => self.name() == *pattern,
        })
    }
}
