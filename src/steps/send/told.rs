//! What is told of a message: whole in a rehearsal, few words in the log, and why it was not sent.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::engine::{Again, StepError, Strain};
use crate::model::payload::{ErrorInfo, Summary, ToolInvoked, ToolKind, ToolOutcome};
use crate::model::reason::Reason;
use crate::model::secrets::Secrets;
use crate::model::time::Millis;
use crate::outside::channel::Message;
use crate::outside::http::Sent;
use crate::outside::meta::Content;
use crate::outside::sending::{Accepted, Refused, Why};
use crate::outside::twilio::Speech;

/// The fields of a message, in the order in which a person reads them.
fn fields(message: &Message) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    let mut add = |name, value: String| fields.push((name, value));
    match message {
        Message::Mail(mail) => {
            add("from", mail.from.to_string());
            for (name, boxes) in [("to", &mail.to), ("cc", &mail.cc), ("bcc", &mail.bcc)] {
                for mailbox in boxes {
                    add(name, mailbox.to_string());
                }
            }
            mail.reply_to.iter().for_each(|mailbox| add("reply_to", mailbox.to_string()));
            add("subject", mail.subject.clone());
            mail.attachments.iter().for_each(|file| add("attachment", file.name.clone()));
            mail.text.iter().for_each(|text| add("text", text.clone()));
            mail.html.iter().for_each(|html| add("html", html.clone()));
        }
        Message::Sms { to, text } => {
            add("to", to.to_string());
            add("text", text.clone());
        }
        Message::Voice { to, speech } => {
            add("to", to.to_string());
            match speech {
                Speech::Say { text, .. } => add("say", text.clone()),
                Speech::Url(url) => add("twiml_url", url.clone()),
            }
        }
        Message::WhatsApp { to, content } => {
            add("to", to.to_string());
            match content {
                Content::Text(text) => add("text", text.clone()),
                Content::Template { name, language, parameters } => {
                    add("template", name.clone());
                    add("language", language.clone());
                    parameters.iter().for_each(|text| add("parameter", text.clone()));
                }
            }
        }
    }
    fields
}

/// All of a message, as a rehearsal shows it.
pub(super) fn whole(message: &Message, channel: &str) -> String {
    let mut told = format!("would send through channel `{channel}`");
    for (name, value) in fields(message) {
        let _ = write!(told, "\n{name}: {}", value.trim_end());
    }
    told
}

/// What the log keeps of a message: who gets it and what it says stand in the row and in the outbox, and nowhere else.
pub(super) fn summary(message: &Message, channel: &str) -> Summary {
    let mut all = Map::from_iter([("channel".to_owned(), Value::from(channel))]);
    for (name, value) in fields(message) {
        match all.get_mut(name) {
            Some(Value::String(more)) => {
                more.push_str(", ");
                more.push_str(&value);
            }
            _ => drop(all.insert(name.to_owned(), value.into())),
        }
    }
    Summary::of(&all, |name| !matches!(name, "channel" | "template" | "language"))
}

pub(super) fn invoked(given: Summary, came: &Result<Accepted, Refused>, took: Millis) -> ToolInvoked {
    let (tool_outcome, given_back) = match came {
        Ok(accepted) => {
            (ToolOutcome::Succeeded, [("message_id", Some(&accepted.id)), ("answer", accepted.words.as_ref())])
        }
        Err(refused) => {
            let outcome = match refused.why {
                Why::Timeout => ToolOutcome::Timeout,
                Why::Policy => ToolOutcome::PolicyDenied,
                Why::Permanent | Why::Later | Why::Busy(_) | Why::Unreachable | Why::Unauthorized | Why::Person => {
                    ToolOutcome::Failed
                }
            };
            (outcome, [("error", Some(&refused.what)), ("answer", refused.words.as_ref())])
        }
    };
    let back = given_back.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.as_str().into())));
    ToolInvoked {
        tool_kind: ToolKind::Send,
        tool_outcome,
        tool_input_summary: given,
        tool_output_summary: Summary::of(&back.collect(), |_| false),
        policy_reason_code: (tool_outcome == ToolOutcome::PolicyDenied).then_some(Reason::PolicyDenied),
        duration_ms: took,
    }
}

/// So much of what a provider says is kept, in bytes.
const LONGEST: usize = 2 << 10;

/// The same with as much of the provider's words as is kept. Cut after they were scrubbed: of a secret that is cut in two,
/// neither half is found.
pub(super) fn bounded(refused: Refused, secrets: &Secrets) -> Refused {
    let cut = |text: String| {
        let clean = secrets.scrub(&text);
        let end = (0..=LONGEST.min(clean.len())).rev().find(|end| clean.is_char_boundary(*end)).unwrap_or(0);
        clean[..end].trim().to_owned()
    };
    let words = refused.words.map(cut).filter(|words| !words.is_empty());
    Refused { what: cut(refused.what), words, ..refused }
}

/// Why it was not sent, or that nobody can tell.
pub(super) fn error(refused: Refused) -> StepError {
    let Refused { mut what, words, why, sent } = refused;
    let (reason, again) = match (sent, why) {
        (Sent::Maybe, _) => {
            what.push_str("; it may have been sent, and is not sent again");
            (Reason::OutcomeUnknown, Again::Unknown)
        }
        (Sent::No, Why::Permanent | Why::Person) => (Reason::MessageRefused, Again::No),
        (Sent::No, Why::Unauthorized) => (Reason::Unauthorized, Again::No),
        (Sent::No, Why::Policy) => (Reason::PolicyDenied, Again::No),
        (Sent::No, Why::Later) => (Reason::MessageRefused, Again::After(Millis(0))),
        (Sent::No, Why::Busy(rest)) => (Reason::MessageRefused, Again::After(rest.unwrap_or_default())),
        (Sent::No, Why::Unreachable) => (Reason::ConnectFailed, Again::After(Millis(0))),
        (Sent::No, Why::Timeout) => (Reason::Timeout, Again::After(Millis(0))),
    };
    let strain = match why {
        Why::Busy(rest) => Strain::Busy(rest),
        // No other message would get through either.
        Why::Unreachable | Why::Unauthorized | Why::Person => Strain::Unreachable,
        Why::Permanent | Why::Later | Why::Timeout | Why::Policy => Strain::None,
    };
    let info = ErrorInfo { kind: "provider".to_owned(), code: reason, field: None, message: what };
    StepError { provider: words, again, strain, ..StepError::new(reason, vec![info]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_cut_in_two() {
        let secrets = Secrets::new([("token".to_owned(), "s3cret-token".to_owned().into())]);
        let words = format!("{}s3cret-token{}", "é".repeat(LONGEST / 2 - 3), "x".repeat(9_000));
        let refused = Refused::unsent(Why::Later, words.clone()).saying(words);
        let Refused { what, words, .. } = bounded(refused, &secrets);
        assert_eq!(Some(&what), words.as_ref());
        assert!(what.len() <= LONGEST && what.ends_with("é[secre") && !what.contains("s3"), "{}", what.len());
        assert_eq!(bounded(Refused::unsent(Why::Later, "").saying(" "), &secrets).words, None);
    }

    #[test]
    fn only_what_cannot_have_been_sent_is_tried_again() {
        use Again::{After, No, Unknown};
        let busy = Why::Busy(Some(Millis(7_000)));
        for (why, sent, again, reason) in [
            (Why::Permanent, Sent::No, No, Reason::MessageRefused),
            (Why::Policy, Sent::No, No, Reason::PolicyDenied),
            (Why::Person, Sent::No, No, Reason::MessageRefused),
            (Why::Unauthorized, Sent::No, No, Reason::Unauthorized),
            (Why::Later, Sent::No, After(Millis(0)), Reason::MessageRefused),
            (busy, Sent::No, After(Millis(7_000)), Reason::MessageRefused),
            (Why::Unreachable, Sent::No, After(Millis(0)), Reason::ConnectFailed),
            (Why::Timeout, Sent::No, After(Millis(0)), Reason::Timeout),
            (Why::Timeout, Sent::Maybe, Unknown, Reason::OutcomeUnknown),
            (Why::Later, Sent::Maybe, Unknown, Reason::OutcomeUnknown),
            (Why::Permanent, Sent::Maybe, Unknown, Reason::OutcomeUnknown),
            (busy, Sent::Maybe, Unknown, Reason::OutcomeUnknown),
        ] {
            let error = error(Refused { what: "no".to_owned(), words: Some("550 no".to_owned()), why, sent });
            assert_eq!((error.again, error.reason), (again, reason), "{why:?} {sent:?}");
            assert_eq!(error.provider.as_deref(), Some("550 no"));
        }
    }
}
