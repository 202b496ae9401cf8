//! The only reader of the environment. What the variables mean is decided by whoever gets them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use crate::model::id::WorkspaceId;
use crate::model::time::{Clock, FixedClock, Millis, Timestamp};

use super::failure::Failure;
use crate::outside::http::Proxies;

/// The time of the machine, and a watch that nobody sets.
struct SystemClock(Instant);

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn ticks(&self) -> Millis {
        Millis(u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

fn text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The clock: fixed by `SOURCE_DATE_EPOCH` (seconds), for output that is the same to the byte.
///
/// # Errors
/// When the variable is not a number of seconds.
pub(super) fn clock() -> Result<Arc<dyn Clock>, Failure> {
    let Some(seconds) = text("SOURCE_DATE_EPOCH") else { return Ok(Arc::new(SystemClock(Instant::now()))) };
    let fixed = seconds.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1_000));
    match fixed {
        Some(at) => Ok(Arc::new(FixedClock(Timestamp(at)))),
        None => Err(Failure::request(format!("`SOURCE_DATE_EPOCH` is `{seconds}`, not a number of seconds"))),
    }
}

/// The id of a workspace that is about to be made: `CXGEAR_WORKSPACE_ID`.
///
/// # Errors
/// When the variable is not an id.
pub(super) fn workspace() -> Result<Option<WorkspaceId>, Failure> {
    let Some(id) = text("CXGEAR_WORKSPACE_ID") else { return Ok(None) };
    id.parse().map(Some).map_err(|why| Failure::request(format!("`CXGEAR_WORKSPACE_ID`: {why}")))
}

/// The database: the flag, else `CXGEAR_DB`, else `cxgear.db` here.
pub(super) fn database(flag: Option<PathBuf>) -> PathBuf {
    flag.or_else(|| text("CXGEAR_DB").map(PathBuf::from)).unwrap_or_else(|| PathBuf::from("cxgear.db"))
}

/// The project: the flag, else `CXGEAR_PROJECT`.
pub(super) fn project(flag: Option<String>) -> Option<String> {
    flag.or_else(|| text("CXGEAR_PROJECT"))
}

/// A secret, such as a key: wiped from memory when it was used.
///
/// # Errors
/// When it is not UTF-8.
pub(super) fn secret(name: &str) -> Result<Option<Zeroizing<String>>, Failure> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(Zeroizing::new(text)).filter(|text| !text.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::request(format!("`{name}` is not UTF-8"))),
    }
}

/// A file that a variable names.
pub(super) fn path(name: &str) -> Option<PathBuf> {
    text(name).map(PathBuf::from)
}

/// The proxies, in the spelling that other tools read. `HTTP_PROXY` is left out where a web server made the environment,
/// because a visitor can set it there (CVE-2016-5385).
pub(super) fn proxies() -> Proxies {
    let either = |lower: &str, upper: &str| text(lower).or_else(|| text(upper));
    let all = either("all_proxy", "ALL_PROXY");
    let http = text("http_proxy").or_else(|| text("HTTP_PROXY").filter(|_| text("REQUEST_METHOD").is_none()));
    Proxies {
        http: http.or_else(|| all.clone()),
        https: either("https_proxy", "HTTPS_PROXY").or(all),
        no_proxy: either("no_proxy", "NO_PROXY"),
    }
}

/// The zone in which people are told the time; UTC with a fixed clock, because a zone is the machine's too.
pub(super) fn zone() -> jiff::tz::TimeZone {
    if text("SOURCE_DATE_EPOCH").is_some() { jiff::tz::TimeZone::UTC } else { jiff::tz::TimeZone::system() }
}

/// Whether this process is the child of a sandbox.
pub(super) fn is_sandbox() -> bool {
    let mut args = std::env::args_os().skip(1);
    args.next().is_some_and(|word| word == crate::outside::script::SUBCOMMAND) && args.next().is_none()
}

/// Where this program is.
pub(super) fn program() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

/// What the environment says of colour and width.
pub(super) struct Look {
    pub(super) no_color: bool,
    pub(super) clicolor_force: bool,
    pub(super) term: Option<String>,
    pub(super) columns: Option<u16>,
}

pub(super) fn look() -> Look {
    Look {
        no_color: text("NO_COLOR").is_some(),
        clicolor_force: text("CLICOLOR_FORCE").is_some_and(|value| value != "0"),
        term: text("TERM"),
        columns: text("COLUMNS").and_then(|columns| columns.parse().ok()),
    }
}
