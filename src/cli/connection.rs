//! `channel test` and `integration test`: each is tried for real, and stands in the log as it was found.

use std::sync::mpsc::channel;

use super::args::connection::{Channel as ChannelVerb, Integration as IntegrationVerb, Tested};
use super::context::Context;
use super::failure::Failure;
use super::vault;
use crate::model::address::{Mailbox, Phone};
use crate::model::connection::{Connection, Object};
use crate::model::document::{list, nearest};
use crate::model::reason::Reason;
use crate::model::report::{Block, Cell, Report, Single};
use crate::model::settings::Settings;
use crate::outside::channel::{Channel, Message, home, writers};
use crate::outside::mail::Mail;
use crate::outside::meta::Content;
use crate::outside::sending::{Accepted, Refused, Why};
use crate::outside::service;
use crate::outside::twilio::Speech;
use crate::store::{Moved, SqliteStore, Trial, Write as _};

/// What a test message says.
const TEST: &str = "This is a test of cxgear. Nothing has to be done.";

/// The most characters of what a provider says that are kept.
const LONGEST: usize = 500;

/// `cxgear channel …`, but for its view.
pub(super) fn channel_verb(context: &Context, verb: &ChannelVerb) -> Result<u8, Failure> {
    let ChannelVerb::Test { test, to } = verb;
    let connection = find(&context.settings()?, Object::Channel, &test.name, to.as_deref())?;
    let wrong = |why: String| Failure::request(why).hint("cxgear.toml holds its settings");
    let out = Channel::of(&connection, &context.web(), &context.workspace()).map_err(wrong)?;
    // Its mistakes are those of the request, so they come before anything is tried.
    let key = format!("test-{}-{}", connection.name, context.now().0);
    let message = to.as_deref().map(|to| message(&connection, to, &key, context)).transpose()?;
    let opened = vault::open_connection(context, context.existing()?.as_ref(), &connection, &test.key)?;
    let mut store = begin(context, &connection)?;
    let secrets = &opened.secrets;
    let checked = wait(|then| out.check(secrets, &context.clock, then));
    let (found, id) = match (checked, message) {
        (Ok(found), Some(message)) => match wait(|then| out.send(message, &key, secrets, &context.clock, then)) {
            Ok(Accepted { id, words }) => (Ok(words.unwrap_or(found)), Some(id)),
            Err(refused) => (Err(refused), None),
        },
        (checked, _) => (checked, None),
    };
    end(context, &mut store, &connection, found, id, &opened)
}

/// `cxgear integration …`, but for its view.
pub(super) fn integration_verb(context: &Context, verb: &IntegrationVerb) -> Result<u8, Failure> {
    let IntegrationVerb::Test { test: Tested { name, key } } = verb;
    let connection = find(&context.settings()?, Object::Integration, name, None)?;
    let opened = vault::open_connection(context, context.existing()?.as_ref(), &connection, key)?;
    let mut store = begin(context, &connection)?;
    let found = wait(|then| service::check(&connection, &context.web(), &opened.secrets, &context.clock, then));
    end(context, &mut store, &connection, found, None, &opened)
}

/// The one of that name, set up or offline.
fn find(settings: &Settings, object: Object, name: &str, to: Option<&str>) -> Result<Connection, Failure> {
    if let Some(found) = settings.find(object, name) {
        return Ok(found.clone());
    }
    let kind = match object {
        Object::Integration => "llm",
        // One outbox takes all kinds.
        Object::Channel if to.is_none_or(|to| to.contains('@')) => "email",
        Object::Channel => "sms",
    };
    let offline = Connection::offline(object, kind).filter(|offline| offline.name == name);
    offline.ok_or_else(|| {
        let names =
            || settings.connections.iter().filter(|known| known.object == object).map(|known| known.name.as_str());
        let hint = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names().next().is_some() => format!("there are {}", list(names())),
            None => format!("`[{}.{name}]` in cxgear.toml sets one up", object.table()),
        };
        Failure::request(format!("there is no {} `{name}`", object.name())).hint(hint)
    })
}

/// A message to somebody who expects it.
fn message(connection: &Connection, to: &str, key: &str, context: &Context) -> Result<Message, Failure> {
    let wrong = |why: String| Failure::request(format!("`--to {to}`: {why}"));
    if connection.kind == "email" {
        let to = Mailbox::parse(to).map_err(|fault| wrong(fault.to_string()))?;
        let (from, reply_to) = writers(connection).map_err(Failure::request)?;
        return Ok(Message::Mail(Box::new(Mail {
            from,
            to: vec![to],
            cc: Vec::new(),
            bcc: Vec::new(),
            reply_to,
            subject: "A test of cxgear".to_owned(),
            text: Some(format!("{TEST}\n")),
            html: None,
            attachments: Vec::new(),
            key: key.to_owned(),
            at: context.now(),
        })));
    }
    let home = home(connection).map_err(Failure::request)?;
    let to = Phone::parse(to, home).map_err(|fault| wrong(fault.to_string()))?;
    Ok(match connection.kind {
        "voice" => Message::Voice { to, speech: Speech::Say { text: TEST.to_owned(), language: None, voice: None } },
        "whatsapp" => {
            // The template that every new account has: a text reaches only who wrote within a day.
            let (name, language) = ("hello_world".to_owned(), "en_US".to_owned());
            Message::WhatsApp { to, content: Content::Template { name, language, parameters: Vec::new() } }
        }
        _ => Message::Sms { to, text: TEST.to_owned() },
    })
}

/// What comes back from another thread.
fn wait<T: Send + 'static>(begin: impl FnOnce(Box<dyn FnOnce(Result<T, Refused>) + Send>)) -> Result<T, Refused> {
    let (say, hear) = channel();
    begin(Box::new(move |came| drop(say.send(came))));
    hear.recv().unwrap_or_else(|_| Err(Refused::unsent(Why::Unreachable, "there is no thread for sockets")))
}

/// What was not set up is not in the log: it is always there.
fn is_set_up(connection: &Connection) -> bool {
    !connection.sha256.is_empty()
}

/// Says in the log that it is being tried; where one that was not set up is tried, nothing is said.
fn begin(context: &Context, connection: &Connection) -> Result<Option<SqliteStore>, Failure> {
    if !is_set_up(connection) {
        return Ok(None);
    }
    let mut store = context.creator()?;
    let Connection { object, name, .. } = connection;
    let moved = Moved { object: *object, name, to: Trial::Begins, reason: None, message: None };
    store.move_connection(context.now(), &moved)?;
    Ok(Some(store))
}

fn end(
    context: &Context,
    store: &mut Option<SqliteStore>,
    connection: &Connection,
    found: Result<String, Refused>,
    id: Option<String>,
    opened: &vault::Opened,
) -> Result<u8, Failure> {
    let (to, reason, message) = match found {
        Ok(words) => (Trial::Works, None, words),
        Err(refused) => {
            let to = if refused.why == Why::Person { Trial::Waits } else { Trial::Fails };
            (to, Some(reason(&refused)), refused.what)
        }
    };
    // Cut after it was scrubbed: of a secret that is cut in two, neither half is found.
    let message: String = opened.secrets.scrub(&message).chars().take(LONGEST).collect();
    if let Some(store) = store {
        let Connection { object, name, .. } = connection;
        let moved = Moved { object: *object, name, to, reason, message: Some(&message) };
        store.move_connection(context.now(), &moved)?;
        if to == Trial::Works || reason == Some(Reason::Unauthorized) {
            opened.judge_connection(context, store, connection, to == Trial::Works)?;
        }
    }
    context.show(Report::Single(single(connection, to, reason, &message, id)))?;
    Ok(u8::from(to != Trial::Works))
}

fn reason(refused: &Refused) -> Reason {
    match refused.why {
        Why::Unauthorized => Reason::Unauthorized,
        Why::Unreachable => Reason::ConnectFailed,
        Why::Timeout => Reason::Timeout,
        Why::Policy => Reason::PolicyDenied,
        Why::Permanent | Why::Later | Why::Busy(_) | Why::Person => Reason::MessageRefused,
    }
}

/// How it stands then.
const fn status(trial: Trial) -> &'static str {
    match trial {
        Trial::Begins => "connecting",
        Trial::Works => "connected",
        Trial::Fails => "invalid",
        Trial::Waits => "interaction_required",
    }
}

fn single(
    connection: &Connection,
    trial: Trial,
    reason: Option<Reason>,
    message: &str,
    id: Option<String>,
) -> Single<'static> {
    let (kind, provider) = (connection.kind, connection.provider.name);
    let object = vec![
        ("name", Cell::text(connection.name.as_str())),
        ("kind", Cell::text(kind)),
        ("provider", Cell::text(provider)),
        ("status", Cell::text(status(trial))),
        ("reason_code", Cell::maybe(reason, |reason| Cell::text(reason.name()))),
        ("message", Cell::text(message)),
        ("message_id", Cell::maybe(id.clone(), Cell::text)),
    ];
    let title = [format!("{} {}", connection.object.name(), connection.name), status(trial).to_owned()];
    let title = title.into_iter().chain([kind.to_owned(), provider.to_owned()]).map(Cell::text).collect();
    let mut pairs = vec![("found".to_owned(), Cell::text(message))];
    pairs.extend(id.map(|id| ("message id".to_owned(), Cell::text(id))));
    let blocks = vec![Block::Title(title), Block::Pairs { title: "", pairs }];
    Single { object, blocks, lines: None }
}
