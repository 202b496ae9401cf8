//! What is told of a request and its answer: in the journey, in `tool.invoked`, and when nothing is sent.

use serde_json::{Map, Value};

use super::super::log::message;
use crate::model::payload::{Level, Message, Summary, ToolInvoked, ToolKind, ToolOutcome};
use crate::model::reason::Reason;
use crate::model::time::Millis;
use crate::outside::http::{Fault, FaultKind, Request, Response};

/// The most headers that are kept.
const HEADERS: usize = 50;

/// The longest value of one, in bytes.
const LONGEST: usize = 1 << 10;

/// Headers that are for nobody else.
const PRIVATE: [&str; 8] = [
    "authorization",
    "cookie",
    "proxy-authenticate",
    "proxy-authorization",
    "set-cookie",
    "set-cookie2",
    "www-authenticate",
    "x-api-key",
];

/// The headers of an answer, as they are kept: none that is private, none too long, not too many. Those with one name
/// are one.
pub(super) fn headers(response: &Response) -> Value {
    let mut kept: Map<String, Value> = Map::new();
    for (name, value) in &response.headers {
        if PRIVATE.contains(&name.as_str()) {
            continue;
        }
        let has_room = kept.len() < HEADERS;
        match kept.get_mut(name) {
            Some(Value::String(known)) => {
                *known = cut(&format!("{known}, {value}"));
            }
            Some(_) => {}
            None if has_room => drop(kept.insert(name.clone(), cut(value).into())),
            None => {}
        }
    }
    Value::Object(kept)
}

fn cut(text: &str) -> String {
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text[..end.unwrap_or(0)].to_owned()
}

/// What was sent, in few words: where to, and how much.
pub(super) fn given(request: &Request) -> Summary {
    let (place, query) = request.url.split_once(['?', '#']).map_or((request.url.as_str(), None), |(p, q)| (p, Some(q)));
    // Whoever puts a password there means it to be seen by nobody else.
    let place = match (place.find("://"), place.find('@')) {
        (Some(scheme), Some(at)) if !place[scheme + 3..at].contains('/') => {
            format!("{}{}", &place[..scheme + 3], &place[at + 1..])
        }
        (_, _) => place.to_owned(),
    };
    let mut fields = Map::new();
    fields.insert("method".to_owned(), request.method.as_str().into());
    fields.insert("url".to_owned(), place.into());
    fields.extend(query.map(|query| ("query".to_owned(), query.into())));
    let body = request.body.as_deref().map(|body| String::from_utf8_lossy(body).into_owned());
    fields.extend(body.map(|body| ("body".to_owned(), body.into())));
    Summary::of(&fields, |key| key == "query" || key == "body")
}

/// What came of it.
pub(super) fn invoked(
    given: Summary,
    answer: &Result<Response, Fault>,
    is_success: bool,
    duration_ms: Millis,
) -> ToolInvoked {
    let (tool_outcome, policy_reason_code) = match answer {
        Ok(_) if is_success => (ToolOutcome::Succeeded, None),
        Ok(_) => (ToolOutcome::Failed, None),
        Err(fault) => match fault.kind {
            FaultKind::Refused => (ToolOutcome::PolicyDenied, Some(Reason::PolicyDenied)),
            FaultKind::Timeout => (ToolOutcome::Timeout, None),
            FaultKind::Connect | FaultKind::Tls | FaultKind::Broken | FaultKind::TooLarge | FaultKind::Invalid => {
                (ToolOutcome::Failed, None)
            }
        },
    };
    let tool_output_summary = answer.as_ref().map(given_back).unwrap_or_default();
    ToolInvoked {
        tool_kind: ToolKind::Api,
        tool_outcome,
        tool_input_summary: given,
        tool_output_summary,
        policy_reason_code,
        duration_ms,
    }
}

fn given_back(response: &Response) -> Summary {
    let mut fields = Map::new();
    fields.insert("status".to_owned(), response.status.into());
    let kind = response.header("content-type").map(|kind| ("type".to_owned(), kind.into()));
    fields.extend(kind);
    fields.insert("bytes".to_owned(), response.body.len().into());
    Summary::of(&fields, |_| false)
}

/// A request as it would be sent, line by line.
pub(in crate::steps) fn shown(request: &Request) -> Vec<Message> {
    let mut lines = vec![format!("{} {}", request.method, request.url)];
    lines.extend(request.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    if let Some(body) = request.body.as_deref().filter(|body| !body.is_empty()) {
        lines.push(String::from_utf8_lossy(body).into_owned());
    }
    lines.into_iter().map(|line| message(Level::Info, line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::http::Method;

    #[test]
    fn little_is_told_of_a_request() {
        let url = "https://ann:hunter22@a.test/v1/x?token=hunter22#hunter22";
        let request =
            Request::new(Method::POST, url).body("text/plain", "hunter22").header("Authorization", "hunter22");
        let told = given(&request).told();
        assert!(!told.to_string().contains("hunter22"), "{told}");
        assert!(told.to_string().contains("https://a.test/v1/x"), "{told}");
        assert_eq!(told["stats"]["fields_redacted"], 2);
    }

    #[test]
    fn headers_are_kept_within_bounds() {
        let mut all = vec![("set-cookie".to_owned(), "s=1".to_owned()), ("a".to_owned(), "1".to_owned())];
        all.push(("a".to_owned(), "2".to_owned()));
        all.push(("long".to_owned(), "é".repeat(5_000)));
        all.extend((0..200).map(|n| (format!("x-{n}"), "v".to_owned())));
        let url = String::new();
        let response = Response { status: 200, headers: all, body: Vec::new(), url, redirected: false };
        let kept = headers(&response);
        assert_eq!((kept["a"].as_str(), kept.get("set-cookie")), (Some("1, 2"), None));
        assert_eq!((kept["long"].as_str().map(str::len), kept.as_object().map(Map::len)), (Some(1_024), Some(50)));
    }
}
