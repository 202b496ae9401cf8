//! `sms`: sends a text message.

use super::names::Names;
use super::send::{self, To, filled};
use super::template::Template;
use super::{Built, StepKind};
use crate::engine::{StepError, Task};
use crate::model::document::Fields;
use crate::model::time::Timestamp;
use crate::outside::channel::Message;

pub(super) const KIND: StepKind = StepKind {
    name: "sms",
    about: "sends a text message; without a channel, to the outbox",
    outcome_key: "sms_sent",
    example: "to = \"+12055550141\"\ntext = \"Row {{ record.row }}\"\n",
    build,
};

struct Sms {
    to: To,
    text: Template,
}

fn build(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Built> {
    let way = send::way(KIND.name, fields, names);
    let to = To::read(fields, names, way.as_ref().map(|(connection, _)| connection));
    let text = send::required("text", fields, names);
    Some(send::built(Sms { to: to?, text: text? }, way?, names))
}

impl send::Write for Sms {
    fn write(&self, task: &Task, _: Timestamp) -> Result<Message, StepError> {
        let to = self.to.phone(&task.scope)?;
        Ok(Message::Sms { to, text: filled("text", self.text.render(&task.scope)?)? })
    }
}
