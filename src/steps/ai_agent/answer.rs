//! A question on its way: asked, answered, sent back once when the answer is wrong, and told to the engine.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};

use super::Agent;
use super::heard::Heard;
use crate::engine::{Answer, Done, Reply, StepError, Task};
use crate::model::payload::{Summary, ToolInvoked, ToolKind, ToolOutcome};
use crate::model::reason::Reason;
use crate::model::time::Millis;
use crate::outside::llm::{Asking, Hear, Line, Problem, Question, Said, Stop, Wrong};

pub(super) mod failure;

/// One try at a step: a question and, when its answer is wrong, a second one.
pub(super) struct Round {
    agent: Arc<Agent>,
    task: Task,
    reply: Reply,
    heard: Arc<Mutex<Heard>>,
    /// Since when the question is on its way.
    since: Millis,
    began: Millis,
    tools: Vec<ToolInvoked>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

impl Round {
    pub(super) fn new(agent: Arc<Agent>, task: Task, reply: Reply) -> Round {
        let heard = Arc::new(Mutex::new(Heard::new(&task.scope)));
        let now = agent.clock.ticks();
        let (since, began, tools) = (now, now, Vec::new());
        Round { agent, task, reply, heard, since, began, tools, input_tokens: None, output_tokens: None }
    }

    /// Asks, and takes it from there.
    pub(super) fn ask(mut self, question: Question) {
        let secret = match self.agent.secret(&self.task.scope) {
            Ok(secret) => secret,
            Err(error) => return self.end(Err(error)),
        };
        self.since = self.agent.clock.ticks();
        let hear = self.task.scope.job.live.is_wanted().then(|| {
            let heard = Arc::clone(&self.heard);
            Box::new(move |piece: &str| lock(&heard).take(piece)) as Hear
        });
        let asking = Asking { question: question.clone(), secret, key: self.task.key.clone(), hear };
        let line = Arc::clone(&self.agent.line);
        line.ask(asking, move |answer| self.answered(question, answer));
    }

    fn answered(mut self, question: Question, answer: Result<Said, Problem>) {
        let took = Millis(self.agent.clock.ticks().0.saturating_sub(self.since.0));
        let outcomes = match &answer {
            Ok(said) if said.stop == Stop::Done => Some(self.agent.mode.outcomes(&said.text)),
            Ok(_) | Err(_) => None,
        };
        self.tools.push(invoked(&self.agent, &question, &answer, matches!(outcomes, Some(Ok(_))), took));
        let scope = Arc::clone(&self.task.scope);
        let said = match answer {
            Ok(said) => said,
            Err(problem) => return self.end(Err(failure::of(problem, &scope))),
        };
        self.input_tokens = sum(self.input_tokens, said.input_tokens);
        self.output_tokens = sum(self.output_tokens, said.output_tokens);
        match outcomes {
            Some(Ok(outcomes)) => {
                let internal = self.internal(&question, said);
                self.end(Ok(Done { outcomes, internal, ..Done::default() }));
            }
            // What is wrong is told once; a model that does not understand it then will not.
            Some(Err(why)) if question.wrong.is_none() => {
                let wrong = Some(Wrong { answer: said.text, why });
                self.ask(Question { wrong, ..question });
            }
            Some(Err(why)) => self.end(Err(failure::wrong(&why, &said.text, &scope))),
            None => self.end(Err(failure::stopped(said, question.manner.max_tokens, &scope))),
        }
    }

    /// What the journey tells of an answer.
    fn internal(&self, question: &Question, said: Said) -> Map<String, Value> {
        let latency = self.agent.clock.ticks().0.saturating_sub(self.began.0);
        let model = said.model.map_or_else(|| question.manner.model.clone(), |model| failure::shortened(&model, MODEL));
        let mut internal = Map::from_iter([("model".to_owned(), Value::from(model))]);
        internal.extend(self.input_tokens.map(|n| ("input_tokens".to_owned(), n.into())));
        internal.extend(self.output_tokens.map(|n| ("output_tokens".to_owned(), n.into())));
        internal.insert("latency_ms".to_owned(), latency.into());
        internal.insert("repaired".to_owned(), question.wrong.is_some().into());
        internal
    }

    fn end(self, result: Result<Done, StepError>) {
        let heard = lock(&self.heard).end();
        self.reply.send(Answer { heard, tools: self.tools, ..Answer::of(result) });
    }
}

/// A model's own name is no longer than this.
const MODEL: usize = 200;

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is known of both counts.
fn sum(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    }
}

/// What the mock would answer in the provider's place, so that the steps below can be rehearsed too.
pub(super) fn imagined(agent: &Agent, question: &Question) -> Result<Done, StepError> {
    let said = Line::imagined(question);
    let outcomes = agent.mode.outcomes(&said.text).unwrap_or_default();
    let internal = [("model", json!("mock")), ("repaired", json!(false))];
    let internal = internal.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Ok(Done { outcomes, internal, ..Done::default() })
}

/// What the log tells of a call: which model, how much, how long. The words of the task and of the answer are the client's.
fn invoked(
    agent: &Agent,
    question: &Question,
    answer: &Result<Said, Problem>,
    fits: bool,
    took: Millis,
) -> ToolInvoked {
    let manner = &question.manner;
    let mut given = object([("model", json!(manner.model)), ("mode", json!(agent.mode.name()))]);
    given.extend(manner.temperature.map(|number| ("temperature".to_owned(), number.into())));
    given.extend(manner.max_tokens.map(|number| ("max_tokens".to_owned(), number.into())));
    given.extend(manner.role.as_ref().map(|role| ("role".to_owned(), role.as_str().into())));
    given.insert("task".to_owned(), question.task.as_str().into());
    given.extend(question.wrong.as_ref().map(|wrong| ("wrong".to_owned(), wrong.why.as_str().into())));
    let (tool_outcome, gave) = match answer {
        Ok(said) => {
            let outcome = if fits { ToolOutcome::Succeeded } else { ToolOutcome::Failed };
            (outcome, Summary::of(&told(manner.model.as_str(), said), |key| key == "answer"))
        }
        Err(problem) => (failure::outcome(problem.reason), Summary::default()),
    };
    ToolInvoked {
        tool_kind: ToolKind::Ai,
        tool_outcome,
        tool_input_summary: Summary::of(&given, |key| key == "task"),
        tool_output_summary: gave,
        policy_reason_code: (tool_outcome == ToolOutcome::PolicyDenied).then_some(Reason::PolicyDenied),
        duration_ms: took,
    }
}

/// What a model said, by the keys that its usage is summed by.
fn told(model: &str, said: &Said) -> Map<String, Value> {
    let [name, input, output] = crate::model::usage::Usage::KEYS;
    let mut told = object([(name, json!(model))]);
    told.extend(said.input_tokens.map(|n| (input.to_owned(), n.into())));
    told.extend(said.output_tokens.map(|n| (output.to_owned(), n.into())));
    let stop = match said.stop {
        Stop::Done => "done",
        Stop::Length => "length",
        Stop::Refused(_) => "refused",
    };
    told.insert("stop".to_owned(), stop.into());
    told.insert("answer".to_owned(), said.text.as_str().into());
    told
}

fn object<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
