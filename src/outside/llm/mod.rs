//! Language models: what is asked in one value, what was said in another, and how a provider is told and understood.
//! All but [`Line`] is pure. Deliberately absent: prompts of its own making, records, what an answer is used for.

use std::sync::Arc;

pub use line::{Asking, Endpoint, Hear, Line};
pub use problem::{Help, Problem};
pub use shape::{Field, Shape};

mod anthropic;
mod dialect;
mod line;
mod mock;
mod openai;
mod problem;
mod shape;
mod sse;
#[cfg(test)]
mod tests;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Nobody: words made from what was asked, always the same, without any I/O.
    Mock,
    /// Chat completions as OpenAI publishes them, by whoever speaks them.
    OpenAi,
    /// Messages as Anthropic publishes them.
    Anthropic,
}

impl Provider {
    /// All of them, as settings name them, each with where it is when nothing else is said.
    pub const ALL: [(&'static str, Provider, &'static str); 3] = [
        ("mock", Provider::Mock, ""),
        ("openai", Provider::OpenAi, "https://api.openai.com/v1"),
        ("anthropic", Provider::Anthropic, "https://api.anthropic.com"),
    ];

    /// The provider of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Provider> {
        Provider::ALL.into_iter().find(|(known, ..)| *known == name).map(|(_, provider, _)| provider)
    }

    /// Where it is when nothing else is said.
    #[must_use]
    pub fn usual_base(self) -> &'static str {
        Provider::ALL.into_iter().find(|(_, provider, _)| *provider == self).map_or("", |(_, _, base)| base)
    }
}

/// What all questions of a step have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Manner {
    /// The model, as its provider names it.
    pub model: String,
    /// Who the model is to be; never made of a row.
    pub role: Option<String>,
    /// How freely it may choose its words; nothing leaves it to the provider.
    pub temperature: Option<f64>,
    /// The longest answer; nothing leaves it to the provider.
    pub max_tokens: Option<u32>,
    /// What the answer must be, besides text.
    pub shape: Option<Shape>,
}

impl Manner {
    /// The system's part: the role, and what the answer must be.
    #[must_use]
    pub fn system(&self) -> Option<String> {
        match (&self.role, &self.shape) {
            (None, None) => None,
            (Some(role), None) => Some(role.clone()),
            (None, Some(shape)) => Some(shape.instruction()),
            (Some(role), Some(shape)) => Some(format!("{role}\n\n{}", shape.instruction())),
        }
    }
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What it has in common with others.
    pub manner: Arc<Manner>,
    /// What is to be done.
    pub task: String,
    /// What was said before, and is not what was asked for.
    pub wrong: Option<Wrong>,
}

/// An answer that is sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The answer.
    pub answer: String,
    /// What is wrong with it.
    pub why: String,
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    User,
    Assistant,
}

impl Speaker {
    const fn name(self) -> &'static str {
        match self {
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
        }
    }
}

impl Question {
    /// What was said so far, without the system's part.
    fn turns(&self) -> Vec<(Speaker, String)> {
        let mut turns = vec![(Speaker::User, self.task.clone())];
        if let Some(Wrong { answer, why }) = &self.wrong {
            // No provider takes an empty turn.
            let answer = if answer.trim().is_empty() { "(nothing)".to_owned() } else { answer.clone() };
            let again =
                format!("That is not what was asked for: {why}. Answer again, with that mended and nothing else.");
            turns.extend([(Speaker::Assistant, answer), (Speaker::User, again)]);
        }
        turns
    }
}

/// What was said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// The words.
    pub text: String,
    /// How much was read, as the provider counts; nothing when it does not say.
    pub input_tokens: Option<u64>,
    /// How much was written.
    pub output_tokens: Option<u64>,
    /// Which model it was, as it says itself.
    pub model: Option<String>,
    /// Why it ends there.
    pub stop: Stop,
}

/// Why an answer ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Stop {
    /// It is whole.
    #[default]
    Done,
    /// It is as long as it may be.
    Length,
    /// The model, or a filter before or behind it, will not answer; its words, if it has any.
    Refused(String),
}
