//! Why a model did not answer, in the words of the engine.

use crate::engine::{Again, Scope, StepError, Strain};
use crate::model::payload::{ErrorInfo, ToolOutcome};
use crate::model::reason::Reason;
use crate::model::time::Millis;
use crate::outside::llm::{Help, Problem, Said, Stop};

/// So much of a provider's words is kept, in bytes.
const WORDS: usize = 2_048;

/// What the engine does about a problem.
pub(in super::super) fn of(problem: Problem, scope: &Scope) -> StepError {
    let Problem { reason, what, provider, help } = problem;
    let (again, strain) = match help {
        Help::No => (Again::No, Strain::None),
        Help::Again => (Again::After(Millis(0)), Strain::None),
        Help::Rest(rest) => (Again::After(rest.unwrap_or_default()), Strain::Busy(rest)),
        Help::Reach => (Again::After(Millis(0)), Strain::Unreachable),
    };
    let kind = if provider.is_some() { "provider" } else { "network" };
    let provider = provider.map(|words| words_of(&words, scope));
    StepError { provider, again, strain, ..error(kind, reason, what) }
}

/// An answer that is wrong the second time too.
pub(super) fn wrong(why: &str, text: &str, scope: &Scope) -> StepError {
    let what = format!("the model did not answer what was asked for, twice: {why}");
    let provider = Some(words_of(text, scope)).filter(|words| !words.is_empty());
    StepError { provider, ..error("answer", Reason::ResponseInvalid, what) }
}

/// An answer that stops before it is one.
pub(super) fn stopped(said: Said, most: Option<u32>, scope: &Scope) -> StepError {
    let (reason, what, words) = match said.stop {
        Stop::Refused(words) if words.is_empty() => {
            (Reason::AnswerRefused, "the model, or a filter, refused to answer".to_owned(), said.text)
        }
        Stop::Refused(words) => (Reason::AnswerRefused, "the model refused to answer".to_owned(), words),
        Stop::Length | Stop::Done => {
            let limit =
                most.map_or_else(|| "the model's own limit".to_owned(), |most| format!("`max_tokens = {most}`"));
            let what = format!("the answer was cut at {limit}, so its end is missing; raise `max_tokens`");
            (Reason::AnswerCut, what, said.text)
        }
    };
    let provider = Some(words_of(&words, scope)).filter(|words| !words.is_empty());
    StepError { provider, ..error("answer", reason, what) }
}

/// A task of which nothing is left for this row.
pub(in super::super) fn empty_task() -> StepError {
    error("template", Reason::RenderFailed, "the task is empty for this row".to_owned())
}

/// The vault does not have what opens the door.
pub(in super::super) fn no_secret(name: &str) -> StepError {
    error("credential", Reason::Unauthorized, format!("the vault has no `{name}`, or it is not open"))
}

/// What came of a call that was not answered.
pub(super) fn outcome(reason: Reason) -> ToolOutcome {
    if reason == Reason::Timeout {
        ToolOutcome::Timeout
    } else if reason == Reason::PolicyDenied {
        ToolOutcome::PolicyDenied
    } else {
        ToolOutcome::Failed
    }
}

fn error(kind: &str, reason: Reason, message: String) -> StepError {
    StepError::new(reason, vec![ErrorInfo { kind: kind.to_owned(), code: reason, field: None, message }])
}

/// A provider's words as they may be kept. Scrubbed first: a secret that is cut in two would be found no more.
fn words_of(words: &str, scope: &Scope) -> String {
    shortened(&scope.job.secrets.scrub(words), WORDS)
}

/// The beginning of a text, in bytes, between two characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text[..end].to_owned()
}
