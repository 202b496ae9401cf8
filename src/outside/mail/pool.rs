//! Connections to one server: as many at once as it may have, kept for a while for the next message.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use lettre::transport::smtp::client::TlsParameters;
use tokio::sync::Semaphore;

use super::Composed;
use super::talk::{After, Line, Talk};
use crate::outside::sending::{Accepted, Refused, Why};

/// A connection that nobody used for so long is not used again: servers close theirs without a word.
const IDLE: Duration = Duration::from_secs(20);

/// Connections to one server.
pub(super) struct Pool {
    seats: Semaphore,
    kept: Mutex<Vec<(Talk, Instant)>>,
    /// What all connections trust, made once.
    pub(super) tls: OnceLock<Result<TlsParameters, String>>,
}

impl Pool {
    pub(super) fn new(connections: usize) -> Pool {
        Pool { seats: Semaphore::new(connections.max(1)), kept: Mutex::default(), tls: OnceLock::new() }
    }

    pub(super) async fn send(&self, line: &Line, mail: &Composed) -> Result<Accepted, Refused> {
        let Ok(_seat) = self.seats.acquire().await else {
            return Err(Refused::unsent(Why::Unreachable, "the mail server's connections are closed"));
        };
        if let Some(mut talk) = self.kept() {
            match talk.offer(mail).await {
                // The server left while nobody looked. Nothing was handed over, so another connection may try.
                Err(gone) if gone.after == After::Silence => {}
                offered => return self.hand_over(talk, offered.map_err(|no| (no.refused, no.after)), mail).await,
            }
        }
        let mut talk = Talk::begin(line).await?;
        let offered = talk.offer(mail).await;
        self.hand_over(talk, offered.map_err(|no| (no.refused, no.after)), mail).await
    }

    /// The message itself, when the server wants it.
    async fn hand_over(
        &self,
        mut talk: Talk,
        offered: Result<(), (Refused, After)>,
        mail: &Composed,
    ) -> Result<Accepted, Refused> {
        if let Err((refused, after)) = offered {
            if after == After::Answer && talk.forget().await {
                self.keep(talk);
            }
            return Err(refused);
        }
        let handed = talk.hand_over(mail).await;
        match &handed {
            Ok(_) => self.keep(talk),
            Err(no) if no.after == After::Answer => self.keep(talk),
            Err(_) => {}
        }
        handed.map_err(|no| no.refused)
    }

    fn kept(&self) -> Option<Talk> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, since)| since.elapsed() < IDLE);
        kept.pop().map(|(talk, _)| talk)
    }

    fn keep(&self, talk: Talk) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push((talk, Instant::now()));
    }
}
