//! `email`: sends a mail: text, HTML or both, with files.

use std::sync::Arc;

use super::names::Names;
use super::send::{self, check_fixed, filled, invalid, no_address};
use super::template::Template;
use super::{Built, StepKind};
use crate::engine::{Scope, StepError, Task};
use crate::model::address::Mailbox;
use crate::model::document::{Fields, Node, Placed};
use crate::model::payload::StoredFile;
use crate::model::reason::Reason;
use crate::model::time::Timestamp;
use crate::outside::channel::{self, Message};
use crate::outside::mail::Mail;
use files::Files;

mod files;

pub(super) const KIND: StepKind = StepKind {
    name: "email",
    about: "sends a mail; without a channel, to the outbox",
    outcome_key: "email_sent",
    example: "to = \"ada@example.com\"\nsubject = \"Row {{ record.row }}\"\ntext = \"Hello\"\n",
    build,
};

/// The most that one message goes to: a list of more is a mailing, one record for each.
const MOST: usize = 50;

struct Email {
    from: Mailbox,
    answered: Option<Mailbox>,
    to: Vec<Template>,
    cc: Vec<Template>,
    bcc: Vec<Template>,
    reply_to: Option<Template>,
    subject: Template,
    text: Option<Template>,
    html: Option<Template>,
    files: Files,
}

fn build(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Built> {
    let way = send::way(KIND.name, fields, names);
    let [to, cc, bcc] = ["to", "cc", "bcc"].map(|key| addresses(key, fields, names));
    let reply_to = one("reply_to", fields, names);
    let subject = send::required("subject", fields, names);
    let (text, html) = (send::optional("text", fields, names), send::optional("html", fields, names));
    let files = Files::read(fields, names);
    if matches!((&text, &html), (Some(None), Some(None))) {
        let what = format!("{} has neither `text` nor `html`", fields.owner);
        fields.complaints.error(fields.spot, what, Some("add `text = \"…\"`".to_owned()));
        return None;
    }
    let way = way?;
    let writers = channel::writers(&way.0).map_err(|why| fields.complaints.error(fields.spot, why, None));
    let (from, answered) = writers.ok()?;
    let (to, cc, bcc, html) = (to?, cc?, bcc?, html?.map(Template::html));
    if to.is_empty() {
        let what = format!("{} has no `to`", fields.owner);
        fields.complaints.error(fields.spot, what, Some("add `to = \"{{ email }}\"`".to_owned()));
        return None;
    }
    let email =
        Email { from, answered, to, cc, bcc, reply_to: reply_to?, subject: subject?, text: text?, html, files: files? };
    Some(send::built(email, way, names))
}

/// One address or a list of them.
fn addresses(key: &'static str, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Vec<Template>> {
    let Some(node) = fields.take(key) else { return Some(Vec::new()) };
    let spot = node.spot;
    let items = match node.value {
        Node::Array(items) => items,
        Node::Text(_) => vec![node],
        Node::Integer(_) | Node::Float(_) | Node::Bool(_) | Node::Date(_) | Node::Table(_) => Vec::new(),
    };
    if items.is_empty() || items.len() > MOST {
        let what = format!("`{key}` of {} must be an address or a list of 1 to {MOST}", fields.owner);
        fields.complaints.error(spot, what, None);
        return None;
    }
    // All are read, so that all complaints are told.
    let read: Vec<_> = items.into_iter().map(|item| address(key, item, fields, names)).collect();
    read.into_iter().collect()
}

fn address(key: &str, item: Placed<Node>, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Template> {
    let Node::Text(value) = item.value else {
        let what = format!("`{key}` of {} holds what is no text", fields.owner);
        fields.complaints.error(item.spot, what, None);
        return None;
    };
    let text = Placed { value, spot: item.spot };
    check_fixed(&text, fields.complaints, |text| Mailbox::parse(text).map(drop).map_err(|fault| fault.to_string()))?;
    Template::compile(&text, names, fields.complaints)
}

/// An address that may be left out.
fn one(key: &'static str, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Option<Template>> {
    let Some(text) = fields.text(key) else { return Some(None) };
    let item = Placed { value: Node::Text(text.value), spot: text.spot };
    address(key, item, fields, names).map(Some)
}

fn mailbox(field: &str, template: &Template, scope: &Arc<Scope>) -> Result<Mailbox, StepError> {
    let text = template.render(scope)?;
    Mailbox::parse(&text).map_err(|fault| no_address(field, &text, &fault))
}

fn mailboxes(field: &str, templates: &[Template], scope: &Arc<Scope>) -> Result<Vec<Mailbox>, StepError> {
    templates.iter().map(|template| mailbox(field, template, scope)).collect()
}

impl send::Write for Email {
    fn write(&self, task: &Task, at: Timestamp) -> Result<Message, StepError> {
        let scope = &task.scope;
        let reply_to = match &self.reply_to {
            Some(template) => Some(mailbox("reply_to", template, scope)?),
            None => self.answered.clone(),
        };
        let render = |template: &Option<Template>| template.as_ref().map(|template| template.render(scope)).transpose();
        let (text, html) = (render(&self.text)?, render(&self.html)?);
        if [&text, &html].into_iter().flatten().all(|text| text.trim().is_empty()) {
            return Err(invalid(Reason::RequestInvalid, "text", "the mail is empty for this row".to_owned()));
        }
        Ok(Message::Mail(Box::new(Mail {
            from: self.from.clone(),
            to: mailboxes("to", &self.to, scope)?,
            cc: mailboxes("cc", &self.cc, scope)?,
            bcc: mailboxes("bcc", &self.bcc, scope)?,
            reply_to,
            subject: filled("subject", self.subject.render(scope)?)?,
            text,
            html,
            attachments: self.files.named(scope)?,
            key: task.key.clone(),
            at,
        })))
    }

    fn pack(&self, message: &mut Message, _: &Task) -> Result<Vec<StoredFile>, StepError> {
        let Message::Mail(mail) = message else { return Ok(Vec::new()) };
        self.files.pack(&mut mail.attachments)
    }

    fn packs(&self) -> bool {
        !self.files.is_empty()
    }
}
