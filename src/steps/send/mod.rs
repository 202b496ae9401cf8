//! What the steps that send share: a message is written from the row, its addresses are checked, it goes through a channel,
//! and what came of it is told. Sent once is sent: nothing here tries again.

use std::sync::Arc;

use serde_json::Map;

use super::Built;
use super::log::message;
use super::names::Names;
use super::template::Template;
use crate::engine::{Answer, Call, Done, Effect, Gate, Reply, Scope, StepError, Task};
use crate::model::address::{Country, Phone};
use crate::model::connection::{Connection, Object};
use crate::model::document::{Complaints, Fields, Placed};
use crate::model::payload::{ErrorInfo, Level, StoredFile};
use crate::model::reason::Reason;
use crate::model::secrets::Secrets;
use crate::model::time::{Clock, Timestamp};
use crate::outside::channel::{self, Channel, Message};
use crate::outside::sending::{Accepted, Refused};

mod told;

/// What a step has to say for one record.
pub(super) trait Write: Send + Sync + 'static {
    /// Writes it. Nothing is changed by that, so it may be done only to look at it.
    fn write(&self, task: &Task, at: Timestamp) -> Result<Message, StepError>;

    /// What must be done before it goes, away from the run loop; it may take its time.
    fn pack(&self, message: &mut Message, task: &Task) -> Result<Vec<StoredFile>, StepError> {
        let _ = (message, task);
        Ok(Vec::new())
    }

    /// Whether there is something to pack.
    fn packs(&self) -> bool {
        false
    }
}

/// A step that sends.
struct Sending<W> {
    write: Arc<W>,
    channel: Channel,
    name: String,
    gate: Gate,
    clock: Arc<dyn Clock>,
}

/// The channel of a step of that kind, with its settings.
pub(super) fn way(kind: &str, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<(Connection, Channel)> {
    let connection = names.connection(fields, Object::Channel, kind)?;
    let channel = Channel::of(&connection, &names.tools.web, &names.tools.workspace);
    let channel = channel.map_err(|why| fields.complaints.error(fields.spot, why, None)).ok()?;
    Some((connection, channel))
}

pub(super) fn built(write: impl Write, (connection, channel): (Connection, Channel), names: &Names<'_>) -> Built {
    let gate = Gate { name: connection.title(), rate: connection.rate, concurrency: connection.concurrency };
    let (name, clock) = (connection.name, Arc::clone(&names.tools.clock));
    Built::elsewhere(Sending { write: Arc::new(write), channel, name, gate, clock })
}

/// A template that must be there.
pub(super) fn required(key: &'static str, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Template> {
    let text = fields.required_text(key)?;
    Template::compile(&text, names, fields.complaints)
}

/// A template that may be left out. Nothing inside of something is a complaint that was made.
pub(super) fn optional(key: &'static str, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Option<Template>> {
    match fields.text(key) {
        None => Some(None),
        Some(text) => Template::compile(&text, names, fields.complaints).map(Some),
    }
}

/// A number to send to.
pub(super) struct To {
    number: Template,
    home: Option<Country>,
}

impl To {
    /// Reads `to`. One that is the same for all rows is checked here.
    pub(super) fn read(fields: &mut Fields<'_>, names: &Names<'_>, connection: Option<&Connection>) -> Option<To> {
        let text = fields.required_text("to")?;
        let number = Template::compile(&text, names, fields.complaints)?;
        let home = channel::home(connection?).map_err(|why| fields.complaints.error(text.spot, why, None)).ok()?;
        check_fixed(&text, fields.complaints, |text| {
            Phone::parse(text, home).map(drop).map_err(|fault| fault.to_string())
        })?;
        Some(To { number, home })
    }

    pub(super) fn phone(&self, scope: &Arc<Scope>) -> Result<Phone, StepError> {
        let text = self.number.render(scope)?;
        Phone::parse(&text, self.home).map_err(|fault| no_address("to", &text, &fault))
    }
}

/// Complains about an address that no row can change.
pub(super) fn check_fixed(
    text: &Placed<String>,
    complaints: &mut Complaints,
    check: impl FnOnce(&str) -> Result<(), String>,
) -> Option<()> {
    if text.value.contains("{{") || text.value.contains("{%") {
        return Some(());
    }
    check(&text.value).map_err(|why| complaints.error(text.spot, format!("`{}`: {why}", text.value), None)).ok()
}

/// An address of a row that is none.
pub(super) fn no_address(field: &str, text: &str, why: &dyn std::fmt::Display) -> StepError {
    let short: String = text.chars().take(80).collect();
    invalid(Reason::AddressInvalid, field, format!("`{}`: {why}", short.escape_debug()))
}

/// A message that cannot be sent as it is.
pub(super) fn invalid(code: Reason, field: &str, message: String) -> StepError {
    let (kind, field) = ("validation".to_owned(), Some(field.to_owned()));
    StepError::new(code, vec![ErrorInfo { kind, code, field, message }])
}

/// A text with something in it.
pub(super) fn filled(field: &str, text: String) -> Result<String, StepError> {
    if text.trim().is_empty() {
        return Err(invalid(Reason::RequestInvalid, field, format!("`{field}` is empty for this row")));
    }
    Ok(text)
}

impl<W: Write> Call for Sending<W> {
    fn effect(&self) -> Effect {
        Effect::Once
    }

    fn gate(&self) -> Option<Gate> {
        Some(self.gate.clone())
    }

    fn rehearse(&self, task: &Task) -> Answer {
        let written = self.write.write(task, self.clock.now());
        let said = written.iter().map(|written| message(Level::Info, told::whole(written, &self.name))).collect();
        let result = written.map(|_| done("(dry run)", &self.name));
        Answer { said, ..Answer::of(result) }
    }

    fn begin(&self, task: Task, reply: Reply) {
        let now = self.clock.now();
        let written = match self.write.write(&task, now) {
            Ok(written) => written,
            Err(error) => return reply.send(Answer::of(Err(error))),
        };
        let parcel = Parcel {
            channel: self.channel.clone(),
            name: self.name.clone(),
            clock: Arc::clone(&self.clock),
            begun: now,
            secrets: task.scope.job.secrets.clone(),
            task,
        };
        if !self.write.packs() {
            return parcel.send(written, Vec::new(), reply);
        }
        let write = Arc::clone(&self.write);
        // Files are read there. Without a thread the reply is dropped, and says so.
        let _ = std::thread::Builder::new().name("cxgear-pack".to_owned()).spawn(move || {
            let mut written = written;
            match write.pack(&mut written, &parcel.task) {
                Ok(files) => parcel.send(written, files, reply),
                Err(error) => reply.send(Answer::of(Err(error))),
            }
        });
    }
}

/// A message on its way.
struct Parcel {
    channel: Channel,
    name: String,
    clock: Arc<dyn Clock>,
    begun: Timestamp,
    secrets: Secrets,
    task: Task,
}

impl Parcel {
    fn send(self, written: Message, files: Vec<StoredFile>, reply: Reply) {
        let Parcel { channel, name, clock, begun, secrets, task } = self;
        let given = told::summary(&written, &name);
        let (watch, key) = (Arc::clone(&clock), task.key);
        let hide = secrets.clone();
        channel.send(written, &key, &secrets, &clock, move |came| {
            let came = came.map_err(|refused| told::bounded(refused, &hide));
            let tools = vec![told::invoked(given, &came, watch.now().since(begun))];
            let said = said(&came, &name);
            reply.send(Answer { files, tools, said, ..Answer::of(result(came, &name)) });
        });
    }
}

fn said(came: &Result<Accepted, Refused>, channel: &str) -> Vec<crate::model::payload::Message> {
    let words = came.iter().filter_map(|accepted| accepted.words.as_ref());
    words.map(|words| message(Level::Info, format!("channel `{channel}`: {words}"))).collect()
}

fn result(came: Result<Accepted, Refused>, channel: &str) -> Result<Done, StepError> {
    match came {
        Ok(accepted) => Ok(done(&accepted.id, channel)),
        Err(refused) => Err(told::error(refused)),
    }
}

fn done(id: &str, channel: &str) -> Done {
    let outcomes = Map::from_iter([("message_id".to_owned(), id.into()), ("channel".to_owned(), channel.into())]);
    Done { outcomes, ..Done::default() }
}
