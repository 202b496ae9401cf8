//! Channels: ways out to a person, whoever provides them. A message goes in, what came of it comes out.
//! Deliberately absent: templates, tries, and who wants to send.

use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::model::address::{Country, Mailbox, Phone};
use crate::model::connection::Connection;
use crate::model::secrets::Secrets;
use crate::model::time::{Clock, Timestamp};
use crate::outside::http::{Client, Fault, Request, Response, Rules, Web};
use crate::outside::mail::{Bcc, Login, Mail, Patience, Security, Server, Smtp};
use crate::outside::meta::{self, Content};
use crate::outside::outbox::{Outbox, Put};
use crate::outside::sending::{Accepted, Refused, Why};
use crate::outside::twilio::{self, Speech};

mod letter;

/// The folder of the outbox, beside the database.
pub const OUTBOX: &str = "outbox";

/// Who writes when nobody said who: nothing is sent from there.
const NOBODY: &str = "outbox@localhost";

/// Connections to a mail server at once, where the settings do not say.
const CONNECTIONS: usize = 4;

/// A message.
#[derive(Debug, Clone)]
pub enum Message {
    /// A mail.
    Mail(Box<Mail>),
    /// A text message.
    Sms {
        /// To whom.
        to: Phone,
        /// What it says.
        text: String,
    },
    /// A call.
    Voice {
        /// To whom.
        to: Phone,
        /// What is said.
        speech: Speech,
    },
    /// A WhatsApp message.
    WhatsApp {
        /// To whom.
        to: Phone,
        /// What it says.
        content: Content,
    },
}

/// A way out.
#[derive(Clone)]
pub struct Channel {
    name: String,
    provider: Provider,
}

#[derive(Clone)]
enum Provider {
    Outbox { outbox: Outbox, from: Option<String> },
    Smtp { smtp: Smtp, login: Option<(String, String)> },
    Twilio { client: Client, base_url: String, sid: String, token: String, from: String },
    Meta { client: Client, base_url: String, phone_number_id: String, token: String },
}

impl Channel {
    /// The channel that the settings describe. Nothing is opened yet.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn of(connection: &Connection, web: &Web, workspace: &Path) -> Result<Channel, String> {
        let told = |key: &str| connection.text(key).unwrap_or_default().to_owned();
        let secret = |key: &str| connection.credential(key).unwrap_or_default().to_owned();
        let client = || web.client(Rules { allow_private: connection.allow_private, redirects: 0, ..Rules::default() });
        let (base_url, from) = (told("base_url"), told("from"));
        let provider = match connection.provider.name {
            "smtp" => smtp(connection, web)?,
            "twilio" => {
                let (sid, token) = (told("account_sid"), secret("auth_token"));
                Provider::Twilio { client: client(), base_url, sid, token, from }
            }
            "meta" => {
                let (phone_number_id, token) = (told("phone_number_id"), secret("access_token"));
                Provider::Meta { client: client(), base_url, phone_number_id, token }
            }
            _ => {
                let from = connection.text("from").map(str::to_owned);
                Provider::Outbox { outbox: Outbox::new(workspace.join(OUTBOX)), from }
            }
        };
        Ok(Channel { name: connection.name.clone(), provider })
    }

    /// Hands in a message without waiting for anything. `then` is called once, on another thread: it must be quick.
    pub fn send(
        &self,
        message: Message,
        key: &str,
        secrets: &Secrets,
        clock: &Arc<dyn Clock>,
        then: impl FnOnce(Result<Accepted, Refused>) + Send + 'static,
    ) {
        match (&self.provider, message) {
            (Provider::Outbox { outbox, from }, message) => {
                let letter = letter::letter(&message, key, &self.name, from.as_deref(), clock.now());
                match letter {
                    Ok((id, letter)) => outbox.put(letter, move |put| then(written(put, id))),
                    Err(why) => then(Err(Refused::unsent(Why::Permanent, why))),
                }
            }
            (Provider::Smtp { smtp, login }, Message::Mail(mail)) => {
                let login = login.as_ref().map(|login| opened(login, secrets)).transpose();
                match (login, mail.compose(Bcc::Hidden)) {
                    (Ok(login), Ok(mail)) => smtp.send(login, mail, then),
                    (Err(refused), _) => then(Err(refused)),
                    (_, Err(why)) => then(Err(Refused::unsent(Why::Permanent, why))),
                }
            }
            (Provider::Twilio { client, from, .. }, Message::Sms { to, text }) => {
                let request = self.twilio(secrets).map(|account| account.message(from, &to, &text, key));
                post(client, request, clock, twilio::read, then);
            }
            (Provider::Twilio { client, from, .. }, Message::Voice { to, speech }) => {
                let request = self.twilio(secrets).map(|account| account.call(from, &to, &speech, key));
                post(client, request, clock, twilio::read, then);
            }
            (Provider::Meta { client, .. }, Message::WhatsApp { to, content }) => {
                let request = self.meta(secrets).map(|account| account.message(&to, &content, key));
                post(client, request, clock, meta::read, then);
            }
            (Provider::Smtp { .. } | Provider::Twilio { .. } | Provider::Meta { .. }, _) => {
                then(Err(Refused::unsent(Why::Permanent, format!("channel `{}` is for other messages", self.name))));
            }
        }
    }

    /// Finds out whether messages would be taken, sending none. `then` is called once, on another thread.
    pub fn check(
        &self,
        secrets: &Secrets,
        clock: &Arc<dyn Clock>,
        then: impl FnOnce(Result<String, Refused>) + Send + 'static,
    ) {
        match &self.provider {
            Provider::Outbox { outbox, .. } => {
                let checked = outbox.check().map(|()| "the folder can be written".to_owned());
                then(checked.map_err(|why| Refused::unsent(Why::Unreachable, why)));
            }
            Provider::Smtp { smtp, login } => match login.as_ref().map(|login| opened(login, secrets)).transpose() {
                Ok(login) => smtp.check(login, then),
                Err(refused) => then(Err(refused)),
            },
            Provider::Twilio { client, .. } => {
                post(client, self.twilio(secrets).map(|account| account.look()), clock, twilio::seen, then);
            }
            Provider::Meta { client, .. } => {
                post(client, self.meta(secrets).map(|account| account.look()), clock, meta::seen, then);
            }
        }
    }

    fn twilio(&self, secrets: &Secrets) -> Result<twilio::Account, Refused> {
        let Provider::Twilio { base_url, sid, token, .. } = &self.provider else { return Err(unlike()) };
        Ok(twilio::Account { base_url: base_url.clone(), sid: sid.clone(), token: secret(secrets, token)? })
    }

    fn meta(&self, secrets: &Secrets) -> Result<meta::Account, Refused> {
        let Provider::Meta { base_url, phone_number_id, token, .. } = &self.provider else { return Err(unlike()) };
        let (base_url, phone_number_id) = (base_url.clone(), phone_number_id.clone());
        Ok(meta::Account { base_url, phone_number_id, token: secret(secrets, token)? })
    }
}

/// Who writes mail through a channel, and who is answered.
///
/// # Errors
/// When the settings name no address.
pub fn writers(connection: &Connection) -> Result<(Mailbox, Option<Mailbox>), String> {
    let read = |key: &str, text: &str| {
        Mailbox::parse(text).map_err(|fault| format!("`{key}` of {} is `{text}`: {fault}", connection.title()))
    };
    let from = read("from", connection.text("from").unwrap_or(NOBODY))?;
    let answered = connection.text("reply_to").map(|text| read("reply_to", text)).transpose()?;
    Ok((from, answered))
}

/// The country of numbers that have no country code.
///
/// # Errors
/// When there is no such country.
pub fn home(connection: &Connection) -> Result<Option<Country>, String> {
    let Some(letters) = connection.text("default_country") else { return Ok(None) };
    let country = Country::named(letters).ok_or_else(|| {
        format!("`default_country` of {} is `{letters}`, and no country has these two letters", connection.title())
    });
    country.map(Some)
}

fn smtp(connection: &Connection, web: &Web) -> Result<Provider, String> {
    let (from, _) = writers(connection)?;
    let security = connection.text("security").and_then(Security::named).unwrap_or(Security::StartTls);
    let port = connection.integer("port").and_then(|port| u16::try_from(port).ok()).unwrap_or(security.port());
    let server = Server {
        host: connection.text("host").unwrap_or_default().to_owned(),
        port,
        security,
        allow_private: connection.allow_private,
        connections: connection.concurrency.and_then(|most| usize::try_from(most).ok()).unwrap_or(CONNECTIONS),
        own: from.domain,
        patience: Patience::default(),
    };
    let login = connection.text("username").zip(connection.credential("password"));
    let login = login.map(|(username, password)| (username.to_owned(), password.to_owned()));
    Ok(Provider::Smtp { smtp: Smtp::new(server, web.clone()), login })
}

/// Reads an answer that came at a time.
type Read<T> = fn(Result<Response, Fault>, Timestamp) -> Result<T, Refused>;

fn post<T: Send + 'static>(
    client: &Client,
    request: Result<Request, Refused>,
    clock: &Arc<dyn Clock>,
    read: Read<T>,
    then: impl FnOnce(Result<T, Refused>) + Send + 'static,
) {
    let clock = Arc::clone(clock);
    match request {
        Ok(request) => client.send(request, move |answer| then(read(answer, clock.now()))),
        Err(refused) => then(Err(refused)),
    }
}

fn written(put: Result<Put, String>, id: String) -> Result<Accepted, Refused> {
    match put {
        Ok(Put::New(name)) => Ok(Accepted { id, words: Some(format!("{OUTBOX}/{name}")) }),
        Ok(Put::There(name)) => {
            Ok(Accepted { id, words: Some(format!("{OUTBOX}/{name} was there, and is not written again")) })
        }
        Err(why) => Err(Refused::unsent(Why::Later, why)),
    }
}

fn opened((username, password): &(String, String), secrets: &Secrets) -> Result<Login, Refused> {
    Ok(Login { username: username.clone(), password: secret(secrets, password)? })
}

fn secret(secrets: &Secrets, name: &str) -> Result<Zeroizing<String>, Refused> {
    let value = secrets.value(name).map(|value| Zeroizing::new(value.to_owned()));
    value.ok_or_else(|| Refused::unsent(Why::Permanent, format!("the vault has no `{name}`")))
}

fn unlike() -> Refused {
    Refused::unsent(Why::Permanent, "the channel is another one")
}
