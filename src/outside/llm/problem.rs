//! Why there is no answer: the reason, the provider's own words, and whether another try helps.

use serde_json::Value;

use crate::model::reason::Reason;
use crate::model::time::{Millis, Timestamp};
use crate::outside::http::{Fault, FaultKind, Response, retry_after};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The word for it.
    pub reason: Reason,
    /// What happened.
    pub what: String,
    /// What the provider said, word for word. Whoever keeps it scrubs it before he shortens it.
    pub provider: Option<String>,
    /// Whether another try helps.
    pub help: Help,
}

/// Whether another try helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Help {
    /// It will fail in the same way.
    No,
    /// It may.
    Again,
    /// It does, once the provider was left alone: for so long, if it says how long.
    Rest(Option<Millis>),
    /// It does, once the provider can be reached.
    Reach,
}

impl Problem {
    /// One that no answer of the provider's is the cause of.
    pub(super) fn new(reason: Reason, what: impl Into<String>, help: Help) -> Problem {
        Problem { reason, what: what.into(), provider: None, help }
    }

    /// An answer that is not what the provider publishes.
    pub(super) fn garbled(what: impl Into<String>, body: &str) -> Problem {
        let problem = Problem::new(Reason::ResponseInvalid, what, Help::Again);
        Problem { provider: Some(body.to_owned()).filter(|body| !body.is_empty()), ..problem }
    }

    /// An error that comes in place of an answer, in a stream that has begun well.
    pub(super) fn told(error: &Value) -> Problem {
        let kind = error.get("type").or_else(|| error.get("code")).and_then(Value::as_str).unwrap_or_default();
        let (reason, help) = match kind {
            "overloaded_error" | "rate_limit_error" | "rate_limit_exceeded" => (Reason::RateLimited, Help::Rest(None)),
            "authentication_error" | "permission_error" => (Reason::Unauthorized, Help::No),
            "invalid_request_error" | "not_found_error" | "billing_error" => (Reason::RequestRefused, Help::No),
            _ => (Reason::ServerError, Help::Again),
        };
        let problem = Problem::new(reason, "the provider broke off its answer", help);
        Problem { provider: Some(message(error)), ..problem }
    }

    /// A request that came to no answer.
    pub(super) fn unanswered(fault: Fault) -> Problem {
        let (reason, help) = match fault.kind {
            FaultKind::Refused => (Reason::PolicyDenied, Help::No),
            FaultKind::Connect => (Reason::ConnectFailed, Help::Reach),
            FaultKind::Tls => (Reason::TlsFailed, Help::No),
            FaultKind::Timeout => (Reason::Timeout, Help::Again),
            FaultKind::Broken => (Reason::ConnectionLost, Help::Again),
            FaultKind::TooLarge => (Reason::LimitExceeded, Help::No),
            FaultKind::Invalid => (Reason::RequestInvalid, Help::No),
        };
        Problem::new(reason, fault.what, help)
    }

    /// An answer that says what is wrong: any status but a 2xx.
    pub(super) fn refused(response: &Response, now: Timestamp) -> Problem {
        let body = String::from_utf8_lossy(&response.body);
        let parsed: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
        let error = parsed.get("error").unwrap_or(&parsed);
        let provider = if error.is_null() { body.trim().to_owned() } else { message(error) };
        let code = error.get("code").and_then(Value::as_str).unwrap_or_default();
        let status = response.status;
        let (reason, what, help) = match status {
            401 | 403 => (Reason::Unauthorized, "the credential is not accepted", Help::No),
            404 => {
                (Reason::RequestRefused, "there is no such model, or nothing of the kind at this `base_url`", Help::No)
            }
            // It will not pass until somebody pays.
            429 if code == "insufficient_quota" => (Reason::RateLimited, "the account has nothing left", Help::No),
            429 | 503 | 529 => {
                (Reason::RateLimited, "the provider has too much to do", Help::Rest(rest(response, now)))
            }
            408 | 409 | 425 | 500..=u16::MAX => (Reason::ServerError, "the provider failed", Help::Again),
            300..=399 => (Reason::RequestRefused, "the provider is somewhere else than `base_url` says", Help::No),
            _ if is_filtered(error) => (Reason::AnswerRefused, "the provider does not answer this", Help::No),
            _ => (Reason::RequestRefused, "the provider does not take the request", Help::No),
        };
        let problem = Problem::new(reason, format!("{what} (HTTP {status})"), help);
        Problem { provider: Some(provider).filter(|words| !words.is_empty()), ..problem }
    }
}

/// Whether an error is that of a filter for contents.
fn is_filtered(error: &Value) -> bool {
    let word = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
    [word("code"), word("type")].iter().any(|word| word.contains("content_filter") || word.contains("content_policy"))
}

/// The words of an error; all of it where it has none.
fn message(error: &Value) -> String {
    let words = ["message", "detail", "error"].iter().find_map(|key| error.get(key)?.as_str());
    words.or(error.as_str()).map_or_else(|| error.to_string(), str::to_owned)
}

/// How long it wants to be left alone: in milliseconds where it says so, else as the standard has it.
fn rest(response: &Response, now: Timestamp) -> Option<Millis> {
    let exact = response.header("retry-after-ms").and_then(|text| text.trim().parse::<f64>().ok());
    if let Some(ms) = exact.filter(|ms| ms.is_finite()) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is held between 0 and a day")]
        return Some(Millis(ms.ceil().clamp(0.0, 86_400_000.0) as u64));
    }
    retry_after(response.header("retry-after")?, response.header("date"), now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, headers: &[(&str, &str)], body: &str) -> Problem {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let response =
            Response { status, headers, body: body.as_bytes().to_vec(), url: String::new(), redirected: false };
        Problem::refused(&response, Timestamp(0))
    }

    #[test]
    fn each_status_has_its_reason_and_says_whether_to_try_again() {
        for (status, reason, help) in [
            (400, Reason::RequestRefused, Help::No),
            (401, Reason::Unauthorized, Help::No),
            (402, Reason::RequestRefused, Help::No),
            (403, Reason::Unauthorized, Help::No),
            (404, Reason::RequestRefused, Help::No),
            (408, Reason::ServerError, Help::Again),
            (422, Reason::RequestRefused, Help::No),
            (429, Reason::RateLimited, Help::Rest(None)),
            (500, Reason::ServerError, Help::Again),
            (502, Reason::ServerError, Help::Again),
            (503, Reason::RateLimited, Help::Rest(None)),
            (529, Reason::RateLimited, Help::Rest(None)),
            (302, Reason::RequestRefused, Help::No),
        ] {
            let problem = refused(status, &[], "");
            assert_eq!((problem.reason, problem.help, problem.provider), (reason, help, None), "{status}");
        }
    }

    #[test]
    fn a_provider_speaks_for_itself_in_any_shape_of_error() {
        for (body, words) in [
            ("{\"error\": {\"message\": \"No such model\", \"type\": \"x\"}}", "No such model"),
            (
                "{\"type\": \"error\", \"error\": {\"type\": \"overloaded_error\", \"message\": \"Overloaded\"}}",
                "Overloaded",
            ),
            ("{\"error\": \"model 'x' not found\"}", "model 'x' not found"),
            ("{\"detail\": \"Not Found\"}", "Not Found"),
            ("{\"object\": \"error\", \"message\": \"too long\"}", "too long"),
            ("{\"detail\": [{\"loc\": 1}]}", "{\"detail\":[{\"loc\":1}]}"),
            ("<html>Bad gateway</html>\n", "<html>Bad gateway</html>"),
        ] {
            assert_eq!(refused(500, &[], body).provider.as_deref(), Some(words));
        }
        let filtered = refused(400, &[], "{\"error\": {\"code\": \"content_filter\", \"message\": \"no\"}}");
        assert_eq!(filtered.reason, Reason::AnswerRefused);
        let empty = refused(429, &[], "{\"error\": {\"code\": \"insufficient_quota\", \"message\": \"pay\"}}");
        assert_eq!(empty.help, Help::No);
    }

    #[test]
    fn it_rests_as_long_as_it_was_told() {
        let rest = |headers: &[(&str, &str)]| refused(429, headers, "").help;
        assert_eq!(rest(&[("retry-after", "2")]), Help::Rest(Some(Millis(2_000))));
        assert_eq!(rest(&[("retry-after-ms", "1500.2"), ("retry-after", "9")]), Help::Rest(Some(Millis(1_501))));
        assert_eq!(rest(&[("retry-after-ms", "-5")]), Help::Rest(Some(Millis(0))));
        assert_eq!(rest(&[("retry-after-ms", "1e300")]), Help::Rest(Some(Millis(86_400_000))));
        assert_eq!(rest(&[("retry-after-ms", "NaN")]), Help::Rest(None));
        assert_eq!(rest(&[("retry-after", "soon")]), Help::Rest(None));
    }
}
