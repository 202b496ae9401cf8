//! Mail: a message in the form that servers and mail programs read (RFC 5322), and its way to a server.
//! Deliberately absent: templates, and what is done when a server refuses.

mod pool;
mod smtp;
mod talk;

pub use smtp::{Login, Patience, Security, Server, Smtp};

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as Part, Mailbox as Box, Message, MessageBuilder, MultiPart, SinglePart};
use sha2::{Digest as _, Sha256};

use crate::model::address::Mailbox;
use crate::model::time::Timestamp;

/// The longest subject: more is no subject.
const LONGEST_SUBJECT: usize = 900;

/// The most bytes of a message: what servers take at most.
const LARGEST: usize = 35 << 20;

/// A message.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Who writes.
    pub from: Mailbox,
    /// To whom.
    pub to: Vec<Mailbox>,
    /// Who reads it too.
    pub cc: Vec<Mailbox>,
    /// Who reads it unseen by the others.
    pub bcc: Vec<Mailbox>,
    /// Who is answered.
    pub reply_to: Option<Mailbox>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: Option<String>,
    /// The same as HTML.
    pub html: Option<String>,
    /// What is attached.
    pub attachments: Vec<Attachment>,
    /// The key of the call that sends it: the message's id is made of it, so it is the same on every try.
    pub key: String,
    /// When it is sent.
    pub at: Timestamp,
}

/// A file of a message.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// What it is called.
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// A message as it goes over the wire.
#[derive(Debug, Clone)]
pub struct Composed {
    /// Its `Message-ID`, without the angle brackets.
    pub id: String,
    /// Header and body.
    pub bytes: Vec<u8>,
    envelope: lettre::address::Envelope,
}

/// Who is named in `Bcc`: nobody on the way, and all in the file that a person keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bcc {
    /// Left out.
    Hidden,
    /// Told.
    Shown,
}

impl Mail {
    /// What this message is called everywhere.
    #[must_use]
    pub fn id(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
        format!("{}@{}", self.key.chars().map(plain).collect::<String>(), self.from.domain)
    }

    /// Puts it together.
    ///
    /// # Errors
    /// What is wrong with it, as a fragment.
    pub fn compose(&self, bcc: Bcc) -> Result<Composed, String> {
        let subject = one_line(&self.subject);
        if subject.len() > LONGEST_SUBJECT {
            return Err(format!("the subject has {} bytes, and may have {LONGEST_SUBJECT}", subject.len()));
        }
        let id = self.id();
        let at = Duration::from_millis(u64::try_from(self.at.0).unwrap_or(0));
        let mut head = Message::builder().message_id(Some(format!("<{id}>"))).date(UNIX_EPOCH + at);
        head = head.from(boxed(&self.from)?).subject(subject);
        for (add, boxes) in [
            (MessageBuilder::to as fn(MessageBuilder, Box) -> MessageBuilder, &self.to),
            (MessageBuilder::cc, &self.cc),
            (MessageBuilder::bcc, &self.bcc),
        ] {
            for mailbox in boxes {
                head = add(head, boxed(mailbox)?);
            }
        }
        if let Some(mailbox) = &self.reply_to {
            head = head.reply_to(boxed(mailbox)?);
        }
        // Nobody's absence note answers a machine (RFC 3834).
        let machine = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        head = head.raw_header(machine);
        if bcc == Bcc::Shown {
            head = head.keep_bcc();
        }
        let message = self.fill(head)?;
        let bytes = message.formatted();
        if bytes.len() > LARGEST {
            return Err(format!("the message has {} MB, and may have {}", bytes.len() >> 20, LARGEST >> 20));
        }
        Ok(Composed { id, bytes, envelope: message.envelope().clone() })
    }

    /// The body: a text, or HTML with its text, and files around both.
    fn fill(&self, head: MessageBuilder) -> Result<Message, String> {
        let failed = |error: lettre::error::Error| format!("the message cannot be put together: {error}");
        let plain = |text: &String| SinglePart::plain(lines(text));
        let html = |html: &String| SinglePart::html(lines(html));
        let both = match (&self.text, &self.html) {
            (Some(text), Some(page)) => {
                let both = MultiPart::alternative().boundary(self.boundary("alternative"));
                Body::Many(both.singlepart(plain(text)).singlepart(html(page)))
            }
            (None, Some(page)) => Body::One(html(page)),
            (text, None) => Body::One(plain(text.as_ref().unwrap_or(&String::new()))),
        };
        if self.attachments.is_empty() {
            return match both {
                Body::One(part) => head.singlepart(part).map_err(failed),
                Body::Many(parts) => head.multipart(parts).map_err(failed),
            };
        }
        let around = MultiPart::mixed().boundary(self.boundary("mixed"));
        let mut all = match both {
            Body::One(part) => around.singlepart(part),
            Body::Many(parts) => around.multipart(parts),
        };
        for file in &self.attachments {
            let kind = ContentType::parse(&file.kind).map_err(|_| format!("`{}` is no media type", file.kind))?;
            all = all.singlepart(Part::new(one_line(&file.name)).body(file.content.clone(), kind));
        }
        head.multipart(all).map_err(failed)
    }

    /// What stands between the parts: made of all that is in them, so that nothing in them can hold it.
    fn boundary(&self, what: &str) -> String {
        let mut hash = Sha256::new();
        let texts = [Some(what), Some(&self.key), self.text.as_deref(), self.html.as_deref()];
        for part in texts.into_iter().flatten() {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        for file in &self.attachments {
            hash.update((file.content.len() as u64).to_le_bytes());
            hash.update(&file.content);
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

enum Body {
    One(SinglePart),
    Many(MultiPart),
}

fn boxed(mailbox: &Mailbox) -> Result<Box, String> {
    let wrong = |error| format!("`{}` is no mail address: {error}", mailbox.address());
    let address = Address::new(&mailbox.local, &mailbox.domain).map_err(wrong)?;
    Ok(Box::new(mailbox.name.clone(), address))
}

/// A text that stays in its line: what would end it becomes a space.
fn one_line(text: &str) -> String {
    let ends = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    text.trim().chars().map(ends).collect()
}

/// A text in lines. A lone carriage return is a line's end to some servers and none to others, which is how messages are
/// smuggled into messages; other signs have no business in a mail.
fn lines(text: &str) -> String {
    let plain = |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c };
    text.replace("\r\n", "\n").replace('\r', "\n").chars().map(plain).collect()
}

#[cfg(test)]
mod tests;
