//! A mail server as a channel: how it is reached, who we are to it, and the connections that are kept to it.

use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use zeroize::Zeroizing;

use super::Composed;
use super::pool::Pool;
use super::talk::{Line, Talk};
use crate::outside::http::Web;
use crate::outside::sending::{Accepted, Refused, Why};

/// How a mail server is reached.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its name, which its certificate must hold.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way to it is protected.
    pub security: Security,
    /// Whether an unprotected way may lead further than this machine.
    pub allow_private: bool,
    /// Connections at once.
    pub connections: usize,
    /// What we call ourselves: the domain that the messages come from.
    pub own: String,
    /// How long is waited for it.
    pub patience: Patience,
}

/// How long is waited for a server (RFC 5321 §4.5.3.2, but for a person who waits).
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until we are let in: name, connection, TLS, login.
    pub begin: Duration,
    /// For an answer.
    pub answer: Duration,
    /// For the message itself and the answer to it: servers look into it before they answer, and who leaves earlier does
    /// not know what became of it.
    pub take: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        let seconds = Duration::from_secs;
        Patience { begin: seconds(30), answer: seconds(60), take: seconds(300) }
    }
}

/// How the way to a server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// In the open first, and protected before anything is said (RFC 3207). One that does not offer it is refused.
    StartTls,
    /// From the first byte (RFC 8314).
    Tls,
    /// Not at all.
    None,
}

impl Security {
    /// The one of that name.
    #[must_use]
    pub fn named(text: &str) -> Option<Security> {
        match text {
            "starttls" => Some(Security::StartTls),
            "tls" => Some(Security::Tls),
            "none" => Some(Security::None),
            _ => None,
        }
    }

    /// The port that is used for it.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Security::StartTls => 587,
            Security::Tls => 465,
            Security::None => 25,
        }
    }
}

/// Who we are to a server.
#[derive(Clone)]
pub struct Login {
    /// The name.
    pub username: String,
    /// The password.
    pub password: Zeroizing<String>,
}

/// A mail server. Connections are kept between messages. Cheap to clone.
#[derive(Clone)]
pub struct Smtp {
    web: Web,
    server: Arc<Server>,
    pool: Arc<Pool>,
}

impl Smtp {
    /// Nothing is opened yet.
    #[must_use]
    pub fn new(server: Server, web: Web) -> Smtp {
        let pool = Pool::new(server.connections);
        Smtp { web, server: Arc::new(server), pool: Arc::new(pool) }
    }

    /// Sends a message without waiting for anything. `then` is called once, on the thread of the sockets.
    pub fn send(
        &self,
        login: Option<Login>,
        mail: Composed,
        then: impl FnOnce(Result<Accepted, Refused>) + Send + 'static,
    ) {
        let (line, pool) = (self.line(login), Arc::clone(&self.pool));
        self.work(line, then, |line| async move { pool.send(&line, &mail).await });
    }

    /// Goes to the server as if there were a message, up to where it would be handed over: name, connection, TLS, login.
    pub fn check(&self, login: Option<Login>, then: impl FnOnce(Result<String, Refused>) + Send + 'static) {
        let line = self.line(login);
        self.work(line, then, |line| async move { Talk::begin(&line).await?.part().await });
    }

    fn work<T: Send + 'static, F: Future<Output = Result<T, Refused>> + Send + 'static>(
        &self,
        line: Result<Line, Refused>,
        then: impl FnOnce(Result<T, Refused>) + Send + 'static,
        work: impl FnOnce(Line) -> F,
    ) {
        match line {
            Err(refused) => then(Err(refused)),
            Ok(line) => {
                let work = work(line);
                // Without a thread for sockets `then` is dropped, and whoever waits hears of it.
                let _ = self.web.spawn(async move { then(work.await) });
            }
        }
    }

    /// What a connection needs.
    fn line(&self, login: Option<Login>) -> Result<Line, Refused> {
        let tls = match self.server.security {
            Security::None => None,
            Security::StartTls | Security::Tls => Some(self.tls()?),
        };
        let own = ClientId::Domain(self.server.own.clone());
        let login = login.map(|login| Credentials::new(login.username, login.password.to_string()));
        Ok(Line { server: Arc::clone(&self.server), tls, own, login })
    }

    fn tls(&self) -> Result<TlsParameters, Refused> {
        let made = self.pool.tls.get_or_init(|| {
            let mut builder =
                TlsParameters::builder(self.server.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
            for root in self.web.extra_roots().map_err(|fault| fault.what)? {
                let root = Certificate::from_der(root.to_vec()).map_err(|error| error.to_string())?;
                builder = builder.add_root_certificate(root);
            }
            builder.build().map_err(|error| error.to_string())
        });
        made.clone().map_err(|why| Refused::unsent(Why::Permanent, why))
    }
}
