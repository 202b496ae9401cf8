//! What it means for a step when a service does not answer, or answers with an error: the one table of SPEC §5 that says
//! what is tried again, what is not, and of what nobody can tell whether it was done.

use crate::engine::{Again, Effect, StepError, Strain};
use crate::model::payload::ErrorInfo;
use crate::model::reason::Reason;
use crate::model::time::{Millis, Timestamp};
use crate::outside::http::{Fault, FaultKind, Response, Sent, retry_after};

/// So much of what a service says is kept, in bytes.
const LONGEST: usize = 2 << 10;

/// There was no answer.
pub(super) fn no_answer(fault: Fault, effect: Effect) -> StepError {
    let (reason, helps) = match fault.kind {
        FaultKind::Refused => (Reason::PolicyDenied, false),
        FaultKind::Connect => (Reason::ConnectFailed, true),
        FaultKind::Tls => (Reason::TlsFailed, false),
        FaultKind::Timeout => (Reason::Timeout, true),
        FaultKind::Broken => (Reason::ConnectionLost, true),
        FaultKind::TooLarge => (Reason::LimitExceeded, false),
        FaultKind::Invalid => (Reason::RequestInvalid, false),
    };
    let again = match fault.sent {
        Sent::Maybe if effect == Effect::Once => Again::Unknown,
        Sent::Maybe | Sent::No if helps => Again::After(Millis(0)),
        Sent::Maybe | Sent::No => Again::No,
    };
    let strain = if fault.kind == FaultKind::Connect { Strain::Unreachable } else { Strain::None };
    StepError { strain, ..error("network", reason, again, fault.what) }
}

/// The answer has a status that is none of success.
pub(super) fn bad_status(response: &Response, effect: Effect, now: Timestamp) -> StepError {
    let asked = response.header("retry-after").and_then(|text| retry_after(text, response.header("date"), now));
    let soon = Again::After(asked.unwrap_or_default());
    let again = match (response.status, effect) {
        // Whoever redirected it may have done it.
        (_, Effect::Once) if response.redirected => Again::Unknown,
        // It says itself that it has done nothing.
        (425 | 429, _) => soon,
        (503, Effect::Once) if asked.is_some() => soon,
        (408 | 500..=599, Effect::Once) => Again::Unknown,
        (408 | 500..=599, Effect::Pure | Effect::Idempotent) => soon,
        (_, _) => Again::No,
    };
    let strain = match response.status {
        429 => Strain::Busy(asked),
        503 if asked.is_some() => Strain::Busy(asked),
        401 | 403 => Strain::Refused,
        _ => Strain::None,
    };
    let what = format!("{} answered {}", response.host(), response.told());
    StepError { strain, provider: said(response), ..error("provider", Reason::HttpStatus, again, what) }
}

/// The status is one of success, and the rest is not what was asked for. Once is once: it may have been done.
pub(super) fn bad_answer(response: &Response, effect: Effect, what: String) -> StepError {
    let again = if effect == Effect::Once { Again::Unknown } else { Again::No };
    StepError { provider: said(response), ..error("provider", Reason::ResponseInvalid, again, what) }
}

/// Of what nobody can tell whether it was done, that is the reason, whatever happened.
fn error(kind: &str, reason: Reason, again: Again, what: String) -> StepError {
    let (reason, message) = match again {
        Again::Unknown => {
            (Reason::OutcomeUnknown, format!("{what}; it was sent, and nobody can tell whether it was done"))
        }
        Again::No | Again::After(_) | Again::Later => (reason, what),
    };
    let info = ErrorInfo { kind: kind.to_owned(), code: reason, field: None, message };
    StepError { again, ..StepError::new(reason, vec![info]) }
}

/// What a service says, word for word, as far as it is kept.
pub(super) fn said(response: &Response) -> Option<String> {
    let text = String::from_utf8_lossy(&response.body[..response.body.len().min(LONGEST)]);
    let text = text.trim_end_matches('\u{fffd}').trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, retry: Option<&str>) -> Response {
        let headers = retry.map(|text| ("retry-after".to_owned(), text.to_owned())).into_iter().collect();
        Response {
            status,
            headers,
            body: b"no".to_vec(),
            url: "https://a.test/x?token=hunter22".to_owned(),
            redirected: false,
        }
    }

    #[test]
    fn what_is_tried_again() {
        use Again::{After, No, Unknown};
        let after = |ms| After(Millis(ms));
        for (status, retry, idempotent, once) in [
            (400, None, No, No),
            (401, None, No, No),
            (404, Some("1"), No, No),
            (408, None, after(0), Unknown),
            (409, None, No, No),
            (410, None, No, No),
            (422, None, No, No),
            (425, None, after(0), after(0)),
            (429, None, after(0), after(0)),
            (429, Some("7"), after(7_000), after(7_000)),
            (500, None, after(0), Unknown),
            (500, Some("7"), after(7_000), Unknown),
            (502, None, after(0), Unknown),
            (503, None, after(0), Unknown),
            (503, Some("7"), after(7_000), after(7_000)),
            (504, None, after(0), Unknown),
            (302, None, No, No),
        ] {
            let of = |effect| bad_status(&answered(status, retry), effect, Timestamp(0));
            assert_eq!(
                (of(Effect::Idempotent).again, of(Effect::Once).again),
                (idempotent, once),
                "{status} {retry:?}"
            );
            let reason = if once == Unknown { Reason::OutcomeUnknown } else { Reason::HttpStatus };
            assert_eq!((of(Effect::Once).reason, of(Effect::Idempotent).reason), (reason, Reason::HttpStatus));
        }
        let sent_on = Response { redirected: true, ..answered(404, None) };
        assert_eq!(bad_status(&sent_on, Effect::Once, Timestamp(0)).again, Unknown);
        assert_eq!(bad_status(&sent_on, Effect::Idempotent, Timestamp(0)).again, No);
        let error = bad_status(&answered(404, None), Effect::Once, Timestamp(0));
        assert_eq!(error.errors[0].message, "`https://a.test` answered 404 Not Found");
        assert_eq!(error.provider.as_deref(), Some("no"));
    }

    #[test]
    fn who_is_busy_or_away_is_told() {
        let strain = |status, retry| bad_status(&answered(status, retry), Effect::Idempotent, Timestamp(0)).strain;
        assert_eq!(strain(429, None), Strain::Busy(None));
        assert_eq!(strain(429, Some("2")), Strain::Busy(Some(Millis(2_000))));
        assert_eq!(strain(503, Some("2")), Strain::Busy(Some(Millis(2_000))));
        assert_eq!((strain(503, None), strain(500, Some("2"))), (Strain::None, Strain::None));
        assert_eq!((strain(401, None), strain(403, None)), (Strain::Refused, Strain::Refused));
    }

    #[test]
    fn what_never_left_may_be_sent_again() {
        let of = |kind, sent, effect| no_answer(Fault { kind, what: String::new(), sent }, effect);
        for (kind, reason, helps) in [
            (FaultKind::Refused, Reason::PolicyDenied, false),
            (FaultKind::Connect, Reason::ConnectFailed, true),
            (FaultKind::Tls, Reason::TlsFailed, false),
            (FaultKind::Timeout, Reason::Timeout, true),
            (FaultKind::Broken, Reason::ConnectionLost, true),
            (FaultKind::TooLarge, Reason::LimitExceeded, false),
            (FaultKind::Invalid, Reason::RequestInvalid, false),
        ] {
            let again = if helps { Again::After(Millis(0)) } else { Again::No };
            for (sent, effect) in
                [(Sent::No, Effect::Once), (Sent::No, Effect::Idempotent), (Sent::Maybe, Effect::Idempotent)]
            {
                let error = of(kind, sent, effect);
                assert_eq!((error.again, error.reason), (again, reason), "{kind:?} {sent:?} {effect:?}");
            }
            let error = of(kind, Sent::Maybe, Effect::Once);
            assert_eq!((error.again, error.reason), (Again::Unknown, Reason::OutcomeUnknown), "{kind:?}");
        }
        assert_eq!(of(FaultKind::Connect, Sent::No, Effect::Once).strain, Strain::Unreachable);
    }

    #[test]
    fn what_is_said_is_cut() {
        let long = Response { body: "é".repeat(3_000).into_bytes(), ..answered(500, None) };
        let said = said(&long).unwrap();
        assert!(said.len() <= LONGEST && said.chars().all(|c| c == 'é'), "{}", said.len());
    }
}
