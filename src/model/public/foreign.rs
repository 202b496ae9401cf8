//! The log in the words of two other event systems (EVENTS §6): one table, by which events are told and which is itself
//! printed. What has no row in it has no counterpart there, and is left out.

use serde_json::{Map, Value};

use super::super::event::EventType;
use super::super::id::{RequestId, WorkspaceId};
use super::PublicEvent;

mod run;
mod table;
mod task_run;

pub use table::{COUNTERPARTS, PRODUCT};
pub use task_run::KEYS;

/// Whose words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `task_run.completed`, as it is delivered: an object with its summary.
    TaskRun,
    /// `run.worker.succeeded`, as it is streamed: a payload that may be redacted.
    Run,
}

impl Form {
    /// Both.
    pub const ALL: [Form; 2] = [Form::TaskRun, Form::Run];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Form::TaskRun => "task_run",
            Form::Run => "run",
        }
    }

    /// The form of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| form.name() == name)
    }
}

/// How near a counterpart comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// It means the same: `=`.
    Same,
    /// It is the nearest that there is here, and not quite the same: `~`.
    Near,
    /// There is nothing here that it could honestly mean: `∅`.
    None,
}

impl Sense {
    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Sense::Same => "same",
            Sense::Near => "near",
            Sense::None => "none",
        }
    }

    /// Its sign.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Sense::Same => "=",
            Sense::Near => "~",
            Sense::None => "∅",
        }
    }
}

/// One of their names, and the event of ours that it stands for.
pub struct Counterpart {
    /// Whose name.
    pub form: Form,
    /// The name.
    pub name: &'static str,
    /// The event of ours.
    pub ours: EventType,
    /// How near it comes.
    pub sense: Sense,
    /// Which of our events, and what is not the same; empty where there is nothing to say.
    pub note: &'static str,
    /// Whether it stands for this very event.
    fits: fn(&Map<String, Value>) -> bool,
    /// What it says: their payload or their resource.
    tell: fn(&Retold<'_>) -> Map<String, Value>,
}

/// A thing that the product behind those systems tells of outside of runs.
pub struct Product {
    /// Where it belongs.
    pub area: &'static str,
    /// What it is called there.
    pub name: &'static str,
    /// The events of ours; none where it has no meaning here.
    pub ours: &'static [EventType],
    /// What it is here, or why it is nothing.
    pub note: &'static str,
}

impl Product {
    /// How near it comes.
    #[must_use]
    pub fn sense(&self) -> Sense {
        if self.ours.is_empty() { Sense::None } else { Sense::Near }
    }
}

/// What stands outside of an event and is told with it.
#[derive(Debug, Clone, Copy)]
pub struct Around {
    /// The workspace, for ids.
    pub workspace: WorkspaceId,
    /// The request that wrote the event.
    pub request: Option<RequestId>,
}

impl Around {
    /// `req_…`
    #[must_use]
    pub fn request_id(&self) -> Value {
        self.request.map_or(Value::Null, |request| self.workspace.public("req", request.0).into())
    }
}

/// An event of ours that is being told under another name.
struct Retold<'e> {
    name: &'static str,
    event: &'e PublicEvent,
    around: Around,
}

impl Retold<'_> {
    /// What our event says under a key; `null` where it says nothing.
    fn said(&self, key: &str) -> Value {
        self.event.value.get(key).cloned().unwrap_or_default()
    }
}

/// The counterpart of an event, where it has one.
#[must_use]
pub fn counterpart(form: Form, event: &PublicEvent) -> Option<&'static Counterpart> {
    let mut rows = COUNTERPARTS.iter();
    rows.find(|row| row.form == form && row.ours == event.kind && (row.fits)(&event.value))
}

impl Counterpart {
    /// The event with their payload in place of ours, private keys included: for [`Form::Run`]. It is redacted after
    /// that, so that a private key is one under both names.
    #[must_use]
    pub fn streamed(&self, mut event: PublicEvent, around: Around) -> PublicEvent {
        event.value = (self.tell)(&Retold { name: self.name, event: &event, around });
        event
    }

    /// What is delivered, in the order of [`KEYS`]: for [`Form::TaskRun`]. It has no private keys.
    #[must_use]
    pub fn delivered(&self, event: &PublicEvent, around: Around) -> [Value; KEYS.len()] {
        let retold = Retold { name: self.name, event, around };
        task_run::envelope(&retold, (self.tell)(&retold))
    }
}

/// Those of `pairs` that say something.
fn some<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    let said = pairs.into_iter().filter(|(_, value)| !value.is_null());
    said.map(|(key, value)| (key.to_owned(), value)).collect()
}

/// All of `pairs`, `null` included.
fn all<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
