//! Steps whose work is done elsewhere: begun without waiting, answering when they are done.

use std::borrow::Cow;
use std::sync::Arc;

use super::step::{Done, Effect, Scope, StepError};
use crate::model::payload::{ErrorInfo, Message, StoredFile, ToolInvoked};
use crate::model::reason::Reason;
use crate::model::secrets::Secrets;

/// A step whose work is done elsewhere: it is begun, and answers when it is done.
pub trait Call: Send + Sync {
    /// What it does to the world. The intent of anything but a pure one is durable before it is begun.
    fn effect(&self) -> Effect;

    /// What it passes on its way out; a pure one passes none.
    fn gate(&self) -> Option<Gate> {
        None
    }

    /// What it would do, shown in what it says, and results that stand for what it would come to; nothing is done. A pure
    /// one is never asked: it can be done instead.
    fn rehearse(&self, task: &Task) -> Answer {
        let _ = task;
        Answer::of(Ok(Done::default()))
    }

    /// Begins it, without waiting for anything. Its answer goes through `reply`, from any thread.
    fn begin(&self, task: Task, reply: Reply);
}

/// What is to be done elsewhere.
#[derive(Debug, Clone)]
pub struct Task {
    /// What the step can see.
    pub scope: Arc<Scope>,
    /// Which try of the step it is, from 1.
    pub attempt: u32,
    /// The same on every try, after a crash, and in every retry (SPEC §5); empty for a pure one.
    pub key: String,
}

/// What calls pass on their way out: all that name the same one wait for each other there.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// An integration's or a channel's name, with its kind of thing before it; or the step's own.
    pub name: String,
    /// Starts a second.
    pub rate: Option<f64>,
    /// Calls under way at once.
    pub concurrency: Option<u32>,
}

/// What came of it.
#[derive(Debug)]
pub struct Answer {
    /// The answer's pieces as they were heard, where the log keeps them.
    pub heard: Vec<String>,
    /// What it said, in order.
    pub said: Vec<Message>,
    /// The tools it used.
    pub tools: Vec<ToolInvoked>,
    /// The files it made.
    pub files: Vec<StoredFile>,
    /// What it came to.
    pub result: Result<Done, StepError>,
}

impl Answer {
    /// A result, and nothing to say about it.
    #[must_use]
    pub const fn of(result: Result<Done, StepError>) -> Answer {
        Answer { heard: Vec::new(), said: Vec::new(), tools: Vec::new(), files: Vec::new(), result }
    }
}

/// The way back of an answer. One that is dropped without an answer says so, so that nobody waits for it for ever.
pub struct Reply {
    way: Option<Box<dyn FnOnce(Answer) + Send>>,
}

impl Reply {
    /// A reply that hands its answer to `way`.
    #[must_use]
    pub fn to(way: impl FnOnce(Answer) + Send + 'static) -> Reply {
        Reply { way: Some(Box::new(way)) }
    }

    /// Hands in the answer.
    pub fn send(mut self, answer: Answer) {
        if let Some(way) = self.way.take() {
            way(answer);
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        let Some(way) = self.way.take() else { return };
        let message = "the step ended without an answer".to_owned();
        let error = ErrorInfo { kind: "interruption".to_owned(), code: Reason::StepFailed, field: None, message };
        way(Answer::of(Err(StepError::new(Reason::StepFailed, vec![error]))));
    }
}

impl Answer {
    /// Puts the names of secrets where their values are.
    pub(super) fn scrub(&mut self, secrets: &Secrets) {
        if secrets.is_empty() {
            return;
        }
        let clean = |text: &mut String| {
            if let Cow::Owned(cleaner) = secrets.scrub(text) {
                *text = cleaner;
            }
        };
        self.heard.iter_mut().for_each(clean);
        self.said.iter_mut().for_each(|message| clean(&mut message.text));
        self.files.iter_mut().for_each(|file| clean(&mut file.file_name));
        for tool in &mut self.tools {
            for summary in [&mut tool.tool_input_summary, &mut tool.tool_output_summary] {
                summary.preview.iter_mut().for_each(clean);
                for highlight in &mut summary.highlights {
                    clean(&mut highlight.key);
                    secrets.scrub_value(&mut highlight.value);
                }
            }
        }
        match &mut self.result {
            Ok(done) => {
                secrets.scrub_object(&mut done.outcomes);
                secrets.scrub_object(&mut done.internal);
            }
            Err(error) => {
                error.errors.iter_mut().for_each(|error| clean(&mut error.message));
                error.provider.iter_mut().for_each(clean);
            }
        }
    }
}
