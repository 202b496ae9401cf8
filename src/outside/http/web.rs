//! All sockets of this process: a runtime on a thread of its own, and the connections that are kept.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use super::exchange::exchange;
use super::resolve::{Known, Resolver};
use super::{Fault, Request, Response, Rules};
use crate::model::time::Millis;

/// Proxies and what is not reached through them, as the environment says it.
#[derive(Clone, Default)]
pub struct Proxies {
    /// For `http` URLs.
    pub http: Option<String>,
    /// For `https` URLs.
    pub https: Option<String>,
    /// Hosts that are reached directly.
    pub no_proxy: Option<String>,
}

/// All sockets of this process. Its thread starts with the first request, and ends with the last clone. Cheap to clone.
#[derive(Clone)]
pub struct Web(Arc<Inner>);

/// What all clients of a [`Web`] share.
pub(super) struct Inner {
    pub(super) proxies: Proxies,
    roots: Option<PathBuf>,
    runtime: OnceLock<Result<Running, Fault>>,
    tls: OnceLock<Result<rustls::ClientConfig, Fault>>,
    kept: Mutex<HashMap<Kind, reqwest::Client>>,
    known: Arc<Known>,
}

/// What connections must have in common to be kept together.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) allow_private: bool,
    pub(super) connect: Millis,
    pub(super) proxy: Option<String>,
}

/// The thread; it ends when `_until` is dropped.
struct Running {
    handle: Handle,
    _until: oneshot::Sender<()>,
}

/// Connections that nobody used for so long are closed. Many servers close theirs after five seconds, and a request that is
/// written at that moment is one of which nobody can tell whether it was seen.
const IDLE: Duration = Duration::from_secs(4);

impl Web {
    /// Nothing is opened yet. `roots` is a PEM file of certificates that are trusted besides the usual ones.
    #[must_use]
    pub fn new(proxies: Proxies, roots: Option<PathBuf>) -> Web {
        let (runtime, tls, kept, known) = (OnceLock::new(), OnceLock::new(), Mutex::default(), Arc::default());
        Web(Arc::new(Inner { proxies, roots, runtime, tls, kept, known }))
    }

    /// A client with rules of its own; connections are shared where that makes no difference.
    #[must_use]
    pub fn client(&self, rules: Rules) -> Client {
        Client { web: self.clone(), rules: Arc::new(rules) }
    }

    /// Runs something else that needs sockets. It must not block.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> Result<(), Fault> {
        self.0.handle().map(|handle| drop(handle.spawn(work)))
    }

    /// Runs what blocks for a moment, such as writing a file, on a thread beside that of the sockets.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn aside(&self, work: impl FnOnce() + Send + 'static) -> Result<(), Fault> {
        self.0.handle().map(|handle| drop(handle.spawn_blocking(work)))
    }

    /// The certificates that are trusted besides the usual ones.
    ///
    /// # Errors
    /// When their file cannot be read.
    pub fn extra_roots(&self) -> Result<Vec<CertificateDer<'static>>, Fault> {
        self.0.extra_roots()
    }
}

/// Nothing of the environment: no proxy, the usual certificates.
impl Default for Web {
    fn default() -> Web {
        Web::new(Proxies::default(), None)
    }
}

/// Sends requests under rules. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    web: Web,
    rules: Arc<Rules>,
}

impl Client {
    /// Sends a request without waiting for anything. `then` is called once, on the thread of the sockets: it must be quick.
    pub fn send(&self, request: Request, then: impl FnOnce(Result<Response, Fault>) + Send + 'static) {
        self.stream(request, |_| {}, then);
    }

    /// The same, and `each` sees the body of a 2xx answer piece by piece, unpacked, as it comes.
    pub fn stream(
        &self,
        request: Request,
        mut each: impl FnMut(&[u8]) + Send + 'static,
        then: impl FnOnce(Result<Response, Fault>) + Send + 'static,
    ) {
        // The work holds no clone of `Web`: what was sent must not keep alive the thread that it runs on.
        let (web, rules) = (Arc::downgrade(&self.web.0), Arc::clone(&self.rules));
        match self.web.0.handle() {
            Ok(handle) => {
                handle.spawn(async move { then(exchange(&web, &rules, request, &mut each).await) });
            }
            Err(fault) => then(Err(fault)),
        }
    }
}

impl Inner {
    fn handle(&self) -> Result<&Handle, Fault> {
        self.runtime.get_or_init(start).as_ref().map(|running| &running.handle).map_err(Clone::clone)
    }

    /// The connections of a kind.
    pub(super) fn kept(&self, kind: &Kind) -> Result<reqwest::Client, Fault> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = kept.get(kind) {
            return Ok(client.clone());
        }
        let client = self.connector(kind)?;
        kept.insert(kind.clone(), client.clone());
        Ok(client)
    }

    fn connector(&self, kind: &Kind) -> Result<reqwest::Client, Fault> {
        let tls = self.tls.get_or_init(|| self.trust()).clone()?;
        // Through a proxy only the proxy is looked up, and it may be anywhere.
        let allow_private = kind.allow_private || kind.proxy.is_some();
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .http1_only()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .user_agent(concat!("cxgear/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_millis(kind.connect.0))
            .pool_idle_timeout(IDLE)
            .dns_resolver(Resolver { allow_private, known: Arc::clone(&self.known) });
        if let Some(proxy) = &kind.proxy {
            // What is wrong with it may be its password.
            let proxy = reqwest::Proxy::all(proxy);
            builder = builder.proxy(proxy.map_err(|_| Fault::invalid("the proxy of the environment is no URL"))?);
        }
        builder.build().map_err(|error| Fault::of(&error, "the internet"))
    }

    fn extra_roots(&self) -> Result<Vec<CertificateDer<'static>>, Fault> {
        let Some(path) = &self.roots else { return Ok(Vec::new()) };
        let wrong = |why: String| Fault::invalid(format!("the certificates of `{}`: {why}", path.display()));
        let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        match found {
            Ok(found) if found.is_empty() => Err(wrong("it holds none".to_owned())),
            Ok(found) => Ok(found),
            Err(error) => Err(wrong(error.to_string())),
        }
    }

    fn trust(&self) -> Result<rustls::ClientConfig, Fault> {
        let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for root in self.extra_roots()? {
            roots.add(root).map_err(|error| Fault::invalid(format!("a certificate that is to be trusted: {error}")))?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| Fault::invalid(error.to_string()))?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }
}

/// Starts the thread. Names are looked up on a few more, which end when there is nothing to do.
fn start() -> Result<Running, Fault> {
    let failed = |error: std::io::Error| Fault::invalid(format!("there can be no thread for sockets: {error}"));
    let runtime = Builder::new_current_thread().enable_io().enable_time().max_blocking_threads(16).build();
    let runtime = runtime.map_err(failed)?;
    let handle = runtime.handle().clone();
    let (until, ended) = oneshot::channel::<()>();
    let work = move || {
        let _ = runtime.block_on(ended);
        // A name that is being looked up would hold the end back.
        runtime.shutdown_background();
    };
    std::thread::Builder::new().name("cxgear-web".to_owned()).spawn(work).map_err(failed)?;
    Ok(Running { handle, _until: until })
}
