//! One request with all its hops, under one deadline.

use std::sync::Weak;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue, LOCATION};
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::body::{Body, Rejected};
use super::target::{Way, check, label, read};
use super::web::{Inner, Kind};
use super::{Fault, FaultKind, Request, Response, Rules, Sent, follow};
use crate::model::time::Millis;

/// The most bytes of an answer's headers together.
const LARGEST_HEAD: usize = 64 << 10;

/// Headers that the client alone sets, because they say how a message is cut from the next one.
pub const FRAMING: [&str; 8] =
    ["connection", "content-length", "expect", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

/// Whoever wants to see an answer's body as it comes.
pub(super) type Each<'e> = &'e mut (dyn FnMut(&[u8]) + Send);

/// Sends a request and follows where it leads.
pub(super) async fn exchange(
    web: &Weak<Inner>,
    rules: &Rules,
    request: Request,
    each: Each<'_>,
) -> Result<Response, Fault> {
    let deadline = Instant::now() + span(rules.total);
    let mut seen = false;
    let answer = timeout_at(deadline, walk(web, rules, request, each, &mut seen)).await;
    answer
        .unwrap_or_else(|_| {
            let what = format!("there was no whole answer in {}", rules.total);
            Err(Fault::new(FaultKind::Timeout, what, Sent::Maybe))
        })
        // Whoever answers has seen the request, and may have done what it asks, whatever comes then.
        .map_err(|fault| if seen { Fault { sent: Sent::Maybe, ..fault } } else { fault })
}

fn span(time: Millis) -> Duration {
    Duration::from_millis(time.0)
}

async fn walk(
    web: &Weak<Inner>,
    rules: &Rules,
    mut request: Request,
    each: Each<'_>,
    seen: &mut bool,
) -> Result<Response, Fault> {
    let mut url = read(&request.url)?;
    let mut hops = 0;
    loop {
        let answer = hop(web, rules, &url, &request).await?;
        *seen = true;
        let status = answer.status().as_u16();
        let next = match answer.headers().get(LOCATION) {
            Some(location) if rules.redirects > 0 => follow::next(&url, status, &text(location))?,
            Some(_) | None => None,
        };
        let Some(next) = next else {
            let answer = take(answer, rules, &url, each).await?;
            return Ok(Response { redirected: hops > 0, ..answer });
        };
        if hops == rules.redirects {
            return Err(Fault::refused(format!("{} redirects further after {hops} redirects", label(&url))));
        }
        hops += 1;
        request = follow::carried(request, &url, &next, status)?;
        url = next;
    }
}

/// Asks once, until the head of the answer is there.
async fn hop(web: &Weak<Inner>, rules: &Rules, url: &Url, request: &Request) -> Result<reqwest::Response, Fault> {
    let client = {
        let web = web.upgrade().ok_or_else(|| Fault::invalid("this process is about to end"))?;
        let proxy = web.proxies.way(url).map(str::to_owned);
        if !rules.allow_private {
            check(url, if proxy.is_some() { Way::Proxied } else { Way::Direct })?;
        }
        web.kept(&Kind { allow_private: rules.allow_private, connect: rules.connect, proxy })?
    };
    let mut asked = client.request(request.method.clone(), url.clone()).headers(headers(request)?);
    if let Some(body) = &request.body {
        asked = asked.body(body.clone());
    }
    let answer = timeout(span(rules.first_byte), asked.send()).await.map_err(|_| {
        let what = format!("{} did not begin to answer in {}", label(url), rules.first_byte);
        Fault::new(FaultKind::Timeout, what, Sent::Maybe)
    })?;
    answer.map_err(|error| Fault::of(&error, &label(url)))
}

fn headers(request: &Request) -> Result<HeaderMap, Fault> {
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 4);
    for (name, value) in &request.headers {
        let wrong = |what: &str| Fault::invalid(format!("the header `{}` {what}", name.escape_debug()));
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("has no name that a header may have"))?;
        if FRAMING.contains(&key.as_str()) {
            return Err(wrong("is set by the client itself"));
        }
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| wrong("holds a line break or another character that no header may hold"))?;
        headers.append(key, value);
    }
    if !headers.contains_key(ACCEPT_ENCODING) {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(headers)
}

/// A header's value, byte for byte as the standard's own character set has it where it is not UTF-8.
fn text(value: &HeaderValue) -> String {
    let bytes = value.as_bytes();
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned)
}

/// Takes the answer itself.
async fn take(mut answer: reqwest::Response, rules: &Rules, url: &Url, each: Each<'_>) -> Result<Response, Fault> {
    let label = label(url);
    let fault = |kind, what: String| Fault::new(kind, what, Sent::Maybe);
    let status = answer.status().as_u16();
    let fields = answer.headers().iter();
    let headers: Vec<_> = fields.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    if headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum::<usize>() > LARGEST_HEAD {
        return Err(fault(FaultKind::TooLarge, format!("the headers of {label} are larger than {LARGEST_HEAD} bytes")));
    }
    let encoding = answer.headers().get(CONTENT_ENCODING).map(text);
    let Some(mut body) = Body::new(encoding.as_deref(), rules.largest) else {
        let encoding = encoding.unwrap_or_default();
        let what = format!("the answer of {label} is packed as `{}`, which was not asked for", encoding.escape_debug());
        return Err(fault(FaultKind::Broken, what));
    };
    let rejected = |why| match why {
        Rejected::TooLarge => {
            fault(FaultKind::TooLarge, format!("the answer of {label} is larger than {} bytes", rules.largest))
        }
        Rejected::Damaged => fault(FaultKind::Broken, format!("the answer of {label} is not packed as it says")),
    };
    if encoding.is_none() && answer.content_length().is_some_and(|length| length > rules.largest as u64) {
        return Err(rejected(Rejected::TooLarge));
    }
    let (mut seen, mut came) = (0, 0);
    while let Some(piece) = answer.chunk().await.map_err(|error| Fault::of(&error, &label))? {
        came += piece.len();
        body.take(&piece).map_err(rejected)?;
        if (200..300).contains(&status) && body.bytes().len() > seen {
            each(&body.bytes()[seen..]);
            seen = body.bytes().len();
        }
    }
    let body = body.finish(came == 0).map_err(rejected)?;
    if (200..300).contains(&status) && body.len() > seen {
        each(&body[seen..]);
    }
    Ok(Response { status, headers, body, url: url.to_string(), redirected: false })
}
