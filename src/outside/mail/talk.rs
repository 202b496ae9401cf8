//! A talk with a mail server (RFC 5321), in steps, because it matters where it breaks off: until the dot that ends a message
//! was written, the server cannot have taken it; after it, only its answer says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::time::timeout;

use super::{Composed, Patience, Security, Server};
use crate::outside::http::{self, Sent};
use crate::outside::sending::{Accepted, Refused, Why};

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// What a connection needs.
pub(super) struct Line {
    pub(super) server: Arc<Server>,
    pub(super) tls: Option<TlsParameters>,
    pub(super) own: ClientId,
    pub(super) login: Option<Credentials>,
}

/// A connection that is let in.
pub(super) struct Talk {
    connection: AsyncSmtpConnection,
    host: String,
    patience: Patience,
}

/// A no, and whether the connection can be used after it.
pub(super) struct No {
    pub(super) refused: Refused,
    pub(super) after: After,
}

/// After what a talk broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// The server answered, and listens.
    Answer,
    /// It is gone, or talks in a way that nobody understands.
    Silence,
}

impl Talk {
    /// Connects, protects the way, and says who we are.
    pub(super) async fn begin(line: &Line) -> Result<Talk, Refused> {
        let host = format!("{}:{}", line.server.host, line.server.port);
        let Ok(begun) = timeout(line.server.patience.begin, begin(line, &host)).await else {
            let what = format!(
                "the mail server {host} did not let us in within {} s",
                line.server.patience.begin.as_secs_f64()
            );
            return Err(Refused::unsent(Why::Unreachable, what));
        };
        Ok(Talk { connection: begun?, host, patience: line.server.patience })
    }

    /// From whom, to whom, and whether the message may come. One recipient that is refused refuses all: half of a message
    /// cannot be told from all of it.
    pub(super) async fn offer(&mut self, mail: &Composed) -> Result<(), No> {
        let parameters = self.parameters(mail)?;
        let from = Mail::new(mail.envelope.from().cloned(), parameters).to_string();
        self.say(from, "the sender").await?;
        for to in mail.envelope.to() {
            self.say(Rcpt::new(to.clone(), Vec::new()).to_string(), &format!("the recipient `{to}`")).await?;
        }
        self.say(Data.to_string(), "the message").await
    }

    /// The message, and what the server says to it.
    pub(super) async fn hand_over(&mut self, mail: &Composed) -> Result<Accepted, No> {
        // Set when all of it is written and the dot comes next.
        let ends = AtomicBool::new(false);
        let end = std::iter::from_fn(|| {
            ends.store(true, Ordering::Relaxed);
            None::<&[u8]>
        });
        let body = std::iter::once(mail.bytes.as_slice()).chain(end);
        let answered = timeout(self.patience.take, self.connection.message_iter(body)).await;
        let (what, timed_out) = match answered {
            Ok(Ok(response)) => {
                let words: Vec<_> = response.message().collect();
                return Ok(Accepted { id: mail.id.clone(), words: Some(words.join(" ")) });
            }
            Ok(Err(error)) if error.status().is_some() => return Err(self.refusal(&error, "the message")),
            Ok(Err(error)) => (cause(&error), error.is_timeout()),
            Err(_) => (format!("no answer within {} s", self.patience.take.as_secs_f64()), true),
        };
        let after = After::Silence;
        if !ends.load(Ordering::Relaxed) {
            let what = format!("the mail server {} broke off before it had all of the message: {what}", self.host);
            return Err(No { refused: Refused::unsent(Why::Later, what), after });
        }
        let what =
            format!("the mail server {} had all of the message and did not say what became of it: {what}", self.host);
        let why = if timed_out { Why::Timeout } else { Why::Later };
        Err(No { refused: Refused { what, words: None, why, sent: Sent::Maybe }, after })
    }

    /// Forgets what was offered. Whether the connection can be used again.
    pub(super) async fn forget(&mut self) -> bool {
        matches!(timeout(GOODBYE, self.connection.command(Rset)).await, Ok(Ok(_)))
    }

    /// Leaves a server that was only tried. What was found there.
    pub(super) async fn part(mut self) -> Result<String, Refused> {
        self.say(Noop.to_string(), "`NOOP`").await.map_err(|no| no.refused)?;
        let _ = timeout(GOODBYE, self.connection.command(Quit)).await;
        let way = if self.connection.is_encrypted() { "protected by TLS" } else { "not protected" };
        Ok(format!("{} at {}, {way}", self.connection.server_info().name(), self.host))
    }

    async fn say(&mut self, command: String, what: &str) -> Result<(), No> {
        match timeout(self.patience.answer, self.connection.command(command)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.refusal(&error, what)),
            Err(_) => {
                let told = format!(
                    "the mail server {} did not answer within {} s to {what}",
                    self.host,
                    self.patience.answer.as_secs_f64()
                );
                Err(No { refused: Refused::unsent(Why::Later, told), after: After::Silence })
            }
        }
    }

    /// What a server did not take. Nothing was sent.
    fn refusal(&self, error: &Error, what: &str) -> No {
        let Some((code, words)) = answer(error) else {
            let what = format!("the mail server {} broke off at {what}: {}", self.host, cause(error));
            return No { refused: Refused::unsent(Why::Later, what), after: After::Silence };
        };
        let told = format!("the mail server {} refused {what}: {words}", self.host);
        let one = what.starts_with("the recipient");
        let why = match code {
            // One mailbox may be full or closed for a while: that says nothing about the others.
            450..=452 if one => Why::Later,
            400..=499 => Why::Busy(None),
            _ => Why::Permanent,
        };
        // It says goodbye with that.
        let after = if code == 421 { After::Silence } else { After::Answer };
        No { refused: Refused::unsent(why, told).saying(words), after }
    }

    fn parameters(&self, mail: &Composed) -> Result<Vec<MailParameter>, No> {
        let info = self.connection.server_info();
        let mut parameters = Vec::new();
        let mut named = mail.envelope.to().iter().chain(mail.envelope.from());
        if named.any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            if !info.supports_feature(Extension::SmtpUtfEight) {
                let what =
                    format!("the mail server {} takes no address with letters beyond ASCII before the `@`", self.host);
                return Err(No { refused: Refused::unsent(Why::Permanent, what), after: After::Answer });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !mail.bytes.is_ascii() {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(parameters)
    }
}

async fn begin(line: &Line, host: &str) -> Result<AsyncSmtpConnection, Refused> {
    let server = &line.server;
    let addresses = http::addresses(&server.host, server.port, true).await?;
    let open = server.security == Security::None && !server.allow_private;
    if let Some(far) = addresses.iter().find(|address| open && !address.ip().is_loopback()) {
        let what = format!(
            "the mail server {host} is not on this machine ({}), and `security = \"none\"` would show everything on the way",
            far.ip()
        );
        return Err(Refused::unsent(Why::Policy, what));
    }
    let first = line.tls.clone().filter(|_| server.security == Security::Tls);
    let connected =
        AsyncSmtpConnection::connect_tokio1(addresses.as_slice(), Some(server.patience.begin), &line.own, first, None)
            .await;
    let mut connection = connected.map_err(|error| closed(&error, host, "no connection to"))?;
    if let Some(tls) = line.tls.clone().filter(|_| server.security == Security::StartTls) {
        if !connection.can_starttls() {
            connection.abort().await;
            let what = format!("the mail server {host} does not offer STARTTLS, and nothing is sent over an open line");
            return Err(Refused::unsent(Why::Unreachable, what));
        }
        let protected = connection.starttls(tls, &line.own).await;
        protected.map_err(|error| closed(&error, host, "no protected connection to"))?;
    }
    if let Some(login) = &line.login {
        let known = connection.auth(&[Mechanism::Plain, Mechanism::Login], login).await;
        if let Err(error) = known {
            connection.abort().await;
            let refused = closed(&error, host, "no login at");
            let unknown = refused.why == Why::Unreachable && refused.words.is_some();
            return Err(if unknown { Refused { why: Why::Unauthorized, ..refused } } else { refused });
        }
    }
    Ok(connection)
}

/// Why we were not let in. No message would be, so it is told as one that cannot be reached.
fn closed(error: &Error, host: &str, what: &str) -> Refused {
    match answer(error) {
        Some((code, words)) => {
            let why = match code {
                454 => Why::Unreachable,
                400..=499 => Why::Busy(None),
                // Another password, or a look into the browser, is wanted (RFC 4954).
                534 => Why::Person,
                _ => Why::Unreachable,
            };
            Refused::unsent(why, format!("{what} the mail server {host}: {words}")).saying(words)
        }
        None => Refused::unsent(Why::Unreachable, format!("{what} the mail server {host}: {}", cause(error))),
    }
}

/// What went wrong, without the library's name for the kind of it.
fn cause(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// The code and the words of a server that said no: `550 5.1.1 no such user`.
fn answer(error: &Error) -> Option<(u16, String)> {
    let code = error.status()?;
    let words = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let number = u16::from(code);
    Some((number, format!("{number} {}", words.trim()).trim_end().to_owned()))
}
