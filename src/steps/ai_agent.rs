//! `ai_agent`: asks a language model one thing about a row, and takes only an answer of the shape that was asked for. A
//! wrong one is sent back once, with what is wrong with it. Asking changes nothing outside, so it may be asked again.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::names::Names;
use super::template::Template;
use super::{Built, StepKind};
use crate::engine::{Answer, Call, Effect, Gate, Reply, Scope, StepError, Task};
use crate::model::document::Fields;
use crate::model::payload::Level;
use crate::model::time::Clock;
use crate::outside::llm::{Asking, Line, Manner, Provider, Question};

use answer::{Round, failure};
use integration::Integration;
use mode::Mode;

mod answer;
mod heard;
mod integration;
mod mode;
#[cfg(test)]
mod tests;

pub(super) const KIND: StepKind = StepKind {
    name: "ai_agent",
    about: "asks a language model; its answer is text, fields, a label or a list",
    outcome_key: "ai_completed",
    example: "task = \"Write one friendly sentence about row {{ record.row }}.\"\n",
    build,
};

/// What all questions of a step share.
struct Agent {
    line: Arc<Line>,
    manner: Arc<Manner>,
    mode: Mode,
    provider: Provider,
    /// The name in the vault of what opens the door.
    api_key: Option<String>,
    clock: Arc<dyn Clock>,
}

struct AiAgent {
    agent: Arc<Agent>,
    task: Template,
    gate: Gate,
}

fn build(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Built> {
    let integration = Integration::read(fields, names);
    let mode = Mode::read(fields);
    let settings = mode::settings(fields);
    let task = fields.required_text("task").and_then(|task| Template::compile(&task, names, fields.complaints));
    let model = settings.model.clone();
    let (integration, mode, task) = (integration?, mode?, task?);
    let Some(model) = model.or_else(|| integration.model()) else {
        let what = format!("{} has no `model`, nor has {}", fields.owner, integration.title());
        fields.complaints.error(fields.spot, what, Some("add `model = \"…\"`".to_owned()));
        return None;
    };
    let timeout = settings.timeout;
    let manner = settings.manner(model, mode.shape());
    let clock = Arc::clone(&names.tools.clock);
    let (gate, provider, api_key) = (integration.gate(), integration.provider, integration.api_key());
    let line = Arc::new(Line::new(integration.endpoint(timeout), &names.tools.web, Arc::clone(&clock)));
    let agent = Arc::new(Agent { line, manner: Arc::new(manner), mode, provider, api_key, clock });
    Some(Built::elsewhere(AiAgent { agent, task, gate }))
}

impl AiAgent {
    fn question(&self, scope: &Arc<Scope>) -> Result<Question, StepError> {
        let task = self.task.render(scope)?;
        if task.trim().is_empty() {
            return Err(failure::empty_task());
        }
        Ok(Question { manner: Arc::clone(&self.agent.manner), task, wrong: None })
    }
}

impl Agent {
    /// What opens the door, looked up as late as can be.
    fn secret(&self, scope: &Scope) -> Result<Option<Zeroizing<String>>, StepError> {
        let Some(name) = &self.api_key else { return Ok(None) };
        let value = scope.job.secrets.value(name).ok_or_else(|| failure::no_secret(name))?;
        Ok(Some(Zeroizing::new(value.to_owned())))
    }
}

impl Call for AiAgent {
    fn effect(&self) -> Effect {
        Effect::Idempotent
    }

    fn gate(&self) -> Option<Gate> {
        Some(self.gate.clone())
    }

    fn rehearse(&self, task: &Task) -> Answer {
        let question = match self.question(&task.scope) {
            Ok(question) => question,
            Err(error) => return Answer::of(Err(error)),
        };
        let result = answer::imagined(&self.agent, &question);
        let said = match self.agent.provider {
            Provider::Mock => {
                let lines = [
                    question.manner.system().map(|system| format!("system: {system}")),
                    Some(format!("user: {}", question.task)),
                ];
                lines.into_iter().flatten().map(|line| super::log::message(Level::Info, line)).collect()
            }
            Provider::OpenAi | Provider::Anthropic => {
                // The name stands for the value, as it does in all that is written.
                let secret = self.agent.api_key.as_ref().map(|name| Zeroizing::new(format!("[secret:{name}]")));
                let asking = Asking { question, secret, key: task.key.clone(), hear: None };
                super::api_call::shown(&self.agent.line.rendered(&asking))
            }
        };
        Answer { said, ..Answer::of(result) }
    }

    fn begin(&self, task: Task, reply: Reply) {
        let asked = self.question(&task.scope).and_then(|question| {
            self.agent.secret(&task.scope)?;
            Ok(question)
        });
        match asked {
            Ok(question) => Round::new(Arc::clone(&self.agent), task, reply).ask(question),
            Err(error) => reply.send(Answer::of(Err(error))),
        }
    }
}
