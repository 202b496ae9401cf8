//! The kinds of steps, one file each, and how a spinner's steps are built and checked.
//! Deliberately absent: the store, printing, the environment.

use std::collections::HashSet;

use crate::engine::{Call, Condition, Effect, Pipeline, Stage, Step, Work};
use crate::model::document::{Complaints, Fields, list, nearest};
use crate::model::payload::StepName;
use crate::model::spinner::{Retry, Spinner, StepDef, Target};

mod ai_agent;
mod api_call;
mod connections;
mod decision;
mod email;
mod function;
mod guard;
mod log;
mod names;
mod pieces;
mod scope;
mod send;
mod sms;
mod tag;
mod template;
mod tools;
mod unbegun;
mod verdict;
mod voice;
mod whatsapp;

pub use function::files;
pub use names::Known;
pub use tools::Tools;
pub use unbegun::unbegun;

use names::Names;

/// A kind of step: what it is called, what it is for, how its TOML becomes a step.
pub struct StepKind {
    /// Its name in `type = "…"`.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// What kind of result it has when nothing else is said.
    pub outcome_key: &'static str,
    /// A step of it, for a new spinner's file.
    pub example: &'static str,
    build: fn(&mut Fields<'_>, &Names<'_>) -> Option<Built>,
}

/// A step that was built, and where it can lead.
struct Built {
    step: Work,
    /// Nothing: on to `next`. Else only there.
    exits: Option<Vec<Target>>,
}

impl Built {
    fn elsewhere(call: impl Call + 'static) -> Built {
        Built { step: Work::Elsewhere(Box::new(call)), exits: None }
    }

    fn plain(step: impl Step + 'static) -> Built {
        Built { step: Work::Here(Box::new(step)), exits: None }
    }
}

/// Every kind there is.
pub const ALL: &[StepKind] = &[
    log::KIND,
    tag::KIND,
    decision::KIND,
    function::KIND,
    api_call::KIND,
    ai_agent::KIND,
    email::KIND,
    sms::KIND,
    whatsapp::KIND,
    voice::KIND,
];

/// Builds the steps of a spinner, complaining about all that is wrong with them.
///
/// # Errors
/// All complaints, when one of them forbids the run.
pub fn build(spinner: &Spinner, known: &Known<'_>, tools: &Tools) -> Result<(Pipeline, Complaints), Complaints> {
    let mut complaints = Complaints::default();
    names::check_params(spinner, known, &mut complaints);
    let mut stages = Vec::with_capacity(spinner.steps.len());
    let mut exits = Vec::with_capacity(spinner.steps.len());
    for (here, step) in spinner.steps.iter().enumerate() {
        let names = Names::new(spinner, known, tools, here);
        let built = build_step(step, &names, &mut complaints);
        exits.push(built.as_ref().map(|(_, exits)| exits.clone()));
        stages.extend(built.map(|(stage, _)| Stage { credentials: names.needs(), ..stage }));
    }
    if spinner.sound {
        unreachable_steps(spinner, &exits, &mut complaints);
    }
    if complaints.forbid() {
        return Err(complaints);
    }
    let params = spinner.params.iter().map(|(name, rule)| (name.value.clone(), rule.clone())).collect();
    let (record_timeout, record_retry) = (spinner.limits.record_timeout, spinner.record_retry);
    Ok((Pipeline { stages, params, record_timeout, record_retry }, complaints))
}

/// The steps as the log names them.
#[must_use]
pub fn named(pipeline: &Pipeline) -> Vec<StepName> {
    let name = |stage: &Stage| StepName {
        name: stage.name.clone(),
        kind: stage.kind.to_owned(),
        outcome_key: stage.outcome_key.to_owned(),
    };
    pipeline.stages.iter().map(name).collect()
}

fn build_step(step: &StepDef, names: &Names<'_>, complaints: &mut Complaints) -> Option<(Stage, Vec<Target>)> {
    let when = step.when.as_ref().map(|when| template::Expression::compile(when, names, complaints));
    if step.kind.value.is_empty() {
        return None;
    }
    let kinds = || ALL.iter().map(|kind| kind.name);
    let Some(kind) = ALL.iter().find(|kind| kind.name == step.kind.value) else {
        let hint = match nearest(&step.kind.value, kinds()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("types: {}", list(kinds())),
        };
        complaints.error(step.kind.spot, format!("there is no step type `{}`", step.kind.value), Some(hint));
        return None;
    };
    let mut fields = Fields::of(step.settings.clone(), format!("step `{}`", step.name.value), complaints);
    let built = (kind.build)(&mut fields, names);
    // A step that could not be built may be one that is tried again.
    let acts = built.as_ref().is_none_or(|built| built.step.effect() != Effect::Pure);
    let retry = if acts { fields.take("retry") } else { None };
    fields.finish();
    let owner = format!("`retry` of step `{}`", step.name.value);
    let retry = retry.map_or(Some(Retry::USUAL), |node| Retry::read(node, &owner, complaints));
    let Built { step: runs, exits } = built?;
    if let (Some(_), Some(_)) = (&exits, step.next) {
        let what = format!("step `{}` goes where it decides, so `next` has no meaning", step.name.value);
        complaints.error(step.name.spot, what, Some("remove `next`".to_owned()));
    }
    let below = names.below();
    let next = step.next.unwrap_or(below);
    let mut leads = exits.unwrap_or_else(|| vec![next]);
    // A step that is skipped or fails softly goes on to `next`, whatever it would have decided.
    if step.when.is_some() || step.on_failure == crate::model::spinner::OnFailure::Continue {
        leads.push(next);
    }
    if let crate::model::spinner::OnFailure::Goto(target) = step.on_failure {
        leads.push(target);
    }
    let when = match when {
        None => None,
        Some(expression) => Some(Box::new(expression?) as Box<dyn Condition>),
    };
    let stage = Stage {
        name: step.name.value.clone(),
        kind: kind.name,
        outcome_key: kind.outcome_key,
        when,
        work: runs,
        retry: if acts { retry } else { None },
        next,
        on_failure: step.on_failure,
        credentials: Vec::new(),
    };
    Some((stage, leads))
}

/// Steps that no way leads to. Told only when every step could be built, else the ways are not known.
fn unreachable_steps(spinner: &Spinner, exits: &[Option<Vec<Target>>], complaints: &mut Complaints) {
    let Some(exits) = exits.iter().cloned().collect::<Option<Vec<_>>>() else { return };
    let mut reached = HashSet::from([0]);
    for (here, leads) in exits.iter().enumerate() {
        if reached.contains(&here) {
            reached.extend(leads.iter().filter_map(|target| match target {
                Target::Step(place) => Some(*place),
                Target::End => None,
            }));
        }
    }
    for (place, step) in spinner.steps.iter().enumerate() {
        if !reached.contains(&place) {
            let what = format!("no step leads to `{}`", step.name.value);
            let hint = Some("name it in a `goto`, `default` or `next`, or remove it".to_owned());
            complaints.error(step.name.spot, what, hint);
        }
    }
}
