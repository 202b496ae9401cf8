//! The way to a provider: a request there, an answer back, and again in another dialect where the first is refused.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use zeroize::Zeroizing;

use super::dialect::Dialect;
use super::sse::Events;
use super::{Help, Problem, Provider, Question, Said, Stop, anthropic, mock, openai};
use crate::model::reason::Reason;
use crate::model::time::{Clock, Millis};
use crate::outside::http::{Client, Method, Request, Response, Rules, Web};

/// Where a provider is, and how long it may take.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Which protocol it speaks.
    pub provider: Provider,
    /// Where it is.
    pub base_url: String,
    /// Whether it may be on a private address.
    pub allow_private: bool,
    /// How long one answer may take.
    pub timeout: Millis,
}

/// Hears an answer while it is being said.
pub type Hear = Box<dyn FnMut(&str) + Send>;

/// One question on its way.
pub struct Asking {
    /// What is asked.
    pub question: Question,
    /// What opens the door.
    pub secret: Option<Zeroizing<String>>,
    /// The same on every try.
    pub key: String,
    /// Who hears the answer while it is being said; without anyone it is not asked for in pieces.
    pub hear: Option<Hear>,
}

/// A way to a provider. What it learns of the provider's dialect holds for all that is asked over it.
pub struct Line {
    endpoint: Endpoint,
    client: Client,
    clock: Arc<dyn Clock>,
    dialect: AtomicU8,
}

/// Who is told in the end.
type Then = Box<dyn FnOnce(Result<Said, Problem>) + Send>;

/// The shortest time in which a connection may be given up, and the longest.
const CONNECT: (u64, u64) = (1, 10_000);

impl Line {
    /// A way that nothing was sent over yet.
    #[must_use]
    pub fn new(endpoint: Endpoint, web: &Web, clock: Arc<dyn Clock>) -> Line {
        let Endpoint { provider, base_url, allow_private, timeout } = &endpoint;
        let connect = Millis((timeout.0 / 2).clamp(CONNECT.0, CONNECT.1));
        let rules =
            Rules { allow_private: *allow_private, connect, first_byte: *timeout, total: *timeout, ..Rules::default() };
        let dialect = AtomicU8::new(Dialect::likely(*provider, base_url).code());
        Line { client: web.client(rules), clock, dialect, endpoint }
    }

    /// Asks without waiting. `then` is told once: at once by the mock, else on the thread of the sockets.
    pub fn ask(self: &Arc<Self>, asking: Asking, then: impl FnOnce(Result<Said, Problem>) + Send + 'static) {
        if self.endpoint.provider == Provider::Mock {
            let said = mock::answer(&asking.question);
            if let Some(mut hear) = asking.hear {
                said.text.split_inclusive(' ').for_each(&mut hear);
            }
            return then(Ok(said));
        }
        self.send(asking, self.dialect(), Vec::new(), Box::new(then));
    }

    /// What the mock would say in its place.
    #[must_use]
    pub fn imagined(question: &Question) -> Said {
        mock::answer(question)
    }

    /// The request that a question becomes.
    #[must_use]
    pub fn rendered(&self, asking: &Asking) -> Request {
        self.request(asking, self.dialect())
    }

    fn dialect(&self) -> Dialect {
        Dialect::coded(self.dialect.load(Ordering::Relaxed))
    }

    fn url(&self) -> String {
        let base = self.endpoint.base_url.trim_end_matches('/');
        match self.endpoint.provider {
            Provider::Mock => "mock".to_owned(),
            Provider::OpenAi => format!("{base}{}", openai::PATH),
            Provider::Anthropic => format!("{}{}", base.strip_suffix("/v1").unwrap_or(base), anthropic::PATH),
        }
    }

    fn body(&self, question: &Question, dialect: Dialect, streams: bool) -> Value {
        match self.endpoint.provider {
            Provider::Mock | Provider::OpenAi => openai::body(question, dialect, streams),
            Provider::Anthropic => anthropic::body(question, dialect, streams),
        }
    }

    /// The request. Its key says which question it is: one that is put differently is another one.
    pub(super) fn request(&self, asking: &Asking, dialect: Dialect) -> Request {
        let streams = asking.hear.is_some();
        let body = self.body(&asking.question, dialect, streams).to_string();
        let likely = Dialect::likely(self.endpoint.provider, &self.endpoint.base_url);
        let mut key = asking.key.clone();
        if dialect != likely {
            key += &format!("-{}", dialect.code());
        }
        if asking.question.wrong.is_some() {
            key += "-again";
        }
        let accept = if streams { "text/event-stream" } else { "application/json" };
        let request = Request::new(Method::POST, self.url())
            .header("accept", accept)
            .header("idempotency-key", key)
            .body("application/json", body);
        // What a row says goes to nobody but the host that was named.
        let request = Request { private_body: true, ..request };
        let secret = asking.secret.as_ref().map(|secret| secret.as_str());
        match (self.endpoint.provider, secret) {
            (Provider::Anthropic, secret) => {
                let request = request.header("anthropic-version", anthropic::VERSION);
                secret.into_iter().fold(request, |request, secret| request.private_header("x-api-key", secret))
            }
            (Provider::OpenAi | Provider::Mock, Some(secret)) => {
                request.private_header("authorization", format!("Bearer {secret}"))
            }
            (Provider::OpenAi | Provider::Mock, None) => request,
        }
    }

    fn send(self: &Arc<Self>, asking: Asking, dialect: Dialect, tried: Vec<u8>, then: Then) {
        let request = self.request(&asking, dialect);
        let Asking { question, secret, key, hear } = asking;
        let streams = hear.is_some();
        let hearing = Arc::new(Mutex::new(Hearing { events: Events::default(), gathered: Gathered::default(), hear }));
        let ended = Arc::clone(&hearing);
        let event = match self.endpoint.provider {
            Provider::Mock | Provider::OpenAi => openai::event,
            Provider::Anthropic => anthropic::event,
        };
        let each = move |piece: &[u8]| {
            if streams {
                hearing.lock().unwrap_or_else(PoisonError::into_inner).take(piece, event);
            }
        };
        let line = Arc::clone(self);
        self.client.stream(request, each, move |answer| {
            let hearing = std::mem::take(&mut *ended.lock().unwrap_or_else(PoisonError::into_inner));
            let response = match answer {
                Ok(response) => response,
                // One that said its end, or what went wrong, before it broke has said all there is.
                Err(_) if hearing.gathered.has_ended() => return then(hearing.gathered.finish()),
                Err(fault) => return then(Err(Problem::unanswered(fault))),
            };
            if (200..300).contains(&response.status) {
                return then(line.read(&response, hearing.gathered));
            }
            let shaped = question.manner.shape.is_some();
            let words = String::from_utf8_lossy(&response.body);
            let mended = dialect.mended(line.endpoint.provider, shaped, response.status, &words);
            match mended.filter(|mended| !tried.contains(&mended.code())) {
                Some(mended) => {
                    line.dialect.store(mended.code(), Ordering::Relaxed);
                    let tried = tried.into_iter().chain([dialect.code()]).collect();
                    let asking = Asking { question, secret, key, hear: hearing.hear };
                    line.send(asking, mended, tried, then);
                }
                None => then(Err(Problem::refused(&response, line.clock.now()))),
            }
        });
    }

    /// Reads an answer: a stream, or whole where a server does not stream.
    fn read(&self, response: &Response, gathered: Gathered) -> Result<Said, Problem> {
        let kind = response.header("content-type").unwrap_or_default();
        if kind.trim_start().to_ascii_lowercase().starts_with("text/event-stream") {
            return gathered.finish();
        }
        let Ok(text) = std::str::from_utf8(&response.body) else {
            return Err(Problem::garbled("the answer is no text", ""));
        };
        match self.endpoint.provider {
            Provider::Mock | Provider::OpenAi => openai::read(text),
            Provider::Anthropic => anthropic::read(text),
        }
    }
}

/// An answer while it is being said.
#[derive(Default)]
struct Hearing {
    events: Events,
    gathered: Gathered,
    hear: Option<Hear>,
}

impl Hearing {
    fn take(&mut self, piece: &[u8], event: fn(&mut Gathered, &str) -> Option<String>) {
        let Hearing { events, gathered, hear } = self;
        events.take(piece, |data| {
            if gathered.problem.is_none()
                && let Some(words) = event(gathered, data)
                && let Some(hear) = hear
            {
                hear(&words);
            }
        });
    }
}

/// What was said of an answer so far.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) said: Said,
    /// What it says in place of an answer.
    pub(super) refusal: String,
    /// Its end was said too.
    pub(super) whole: bool,
    /// What broke it off.
    pub(super) problem: Option<Problem>,
}

impl Gathered {
    /// Nothing that follows counts.
    pub(super) fn fail(&mut self, problem: Problem) {
        self.problem.get_or_insert(problem);
    }

    fn has_ended(&self) -> bool {
        self.whole || self.problem.is_some()
    }

    /// The answer, if it is one.
    pub(super) fn finish(self) -> Result<Said, Problem> {
        let Gathered { mut said, refusal, whole, problem } = self;
        if let Some(problem) = problem {
            return Err(problem);
        }
        if !whole {
            let what = "the stream ended before the answer was whole";
            return Err(Problem::new(Reason::ConnectionLost, what, Help::Again));
        }
        if !refusal.is_empty() {
            said.stop = Stop::Refused(refusal);
        }
        Ok(said)
    }
}
