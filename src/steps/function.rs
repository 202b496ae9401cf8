//! `function`: the user's JavaScript, one call a record. It sees params and a few ids, and returns an object; it is pure, so
//! it may be run again.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Number, Value};

use super::log::message;
use super::names::Names;
use super::{Built, StepKind};
use crate::engine::{Answer, Call, Done, Effect, Reply, Scope, StepError, Task};
use crate::model::credential::check_name;
use crate::model::document::{Fields, Node, Placed, Spot};
use crate::model::literal::Literal;
use crate::model::params::Params;
use crate::model::payload::{ErrorInfo, Summary, ToolInvoked, ToolKind, ToolOutcome};
use crate::model::reason::Reason;
use crate::model::spinner::Spinner;
use crate::model::time::{Clock, Millis, duration};
use crate::outside::script::{Fault, Limits, Place, Request, Sandbox, Spec};

pub(super) const KIND: StepKind = StepKind {
    name: "function",
    about: "runs JavaScript; what `main` returns goes to `output`",
    outcome_key: "function_completed",
    example: "script = '''\nfunction main(params, context) {\n  return { row: context.recordId };\n}\n'''\n",
    build,
};

/// The key whose file becomes a part of the published version.
const SCRIPT_FILE: &str = "script_file";

struct Function {
    sandbox: Sandbox,
    origin: Arc<Origin>,
    clock: Arc<dyn Clock>,
    /// Told apart from other steps of the record by this.
    here: usize,
    /// The credentials that it may ask for.
    vault: Vec<String>,
    /// Whether it may look at what earlier steps came to. Most scripts do not, and are not given it.
    looks_back: bool,
}

/// Where a script's text stands, for places in it.
enum Origin {
    /// In the spinner's own file.
    Inline(Literal),
    /// In a file of its own.
    File(String),
}

/// The files that the steps of a spinner read, as the steps name them.
#[must_use]
pub fn files(spinner: &Spinner) -> Vec<Placed<String>> {
    let functions = spinner.steps.iter().filter(|step| step.kind.value == KIND.name);
    let named = |settings: &Placed<Node>| {
        let Node::Table(entries) = &settings.value else { return None };
        let (_, value) = entries.iter().find(|(key, _)| key.value == SCRIPT_FILE)?;
        let Node::Text(name) = &value.value else { return None };
        Some(Placed { value: name.clone(), spot: value.spot })
    };
    functions.filter_map(|step| named(&step.settings)).collect()
}

fn build(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Built> {
    let script = script(fields, names);
    let usual = Limits::default();
    let time = |text: &str| duration(text).map(|ms| ms.0);
    let timeout_ms = limit(fields, "timeout", time, (10, 600_000), "10ms and 10m", usual.timeout_ms);
    let memory = limit(fields, "memory", size, (8 << 20, 2 << 30), "8MB and 2GB", usual.memory);
    let vault = vault(fields, names);
    let (text, spot, origin) = script?;
    let looks_back = text.contains("output");
    let limits = Limits { timeout_ms: timeout_ms?, memory: memory? };
    let Some(program) = names.tools.program.clone() else {
        let what = "a script needs a process of its own, and this program does not know where it is itself".to_owned();
        fields.complaints.error(spot, what, None);
        return None;
    };
    let sandbox = Sandbox::new(Spec::new(program, text, limits));
    if names.tools.try_scripts
        && let Err(fault) = sandbox.check()
    {
        let (spot, what) = refused(&Fault { what: cut(fault.what.clone()), ..fault.clone() }, &origin, spot);
        fields.complaints.error(spot, what, hint(&fault));
        return None;
    }
    let clock = Arc::clone(&names.tools.clock);
    let origin = Arc::new(origin);
    Some(Built::elsewhere(Function { sandbox, origin, clock, here: names.here(), vault, looks_back }))
}

/// The credentials that the script may ask for: those that are listed, and no others.
fn vault(fields: &mut Fields<'_>, names: &Names<'_>) -> Vec<String> {
    let listed = fields.texts("vault").map(|listed| listed.value).unwrap_or_default();
    let owner = fields.owner.clone();
    for name in &listed {
        match check_name(&name.value) {
            Ok(()) => names.need(&name.value, &owner, name.spot, fields.complaints),
            Err(why) => {
                let what = format!("`vault` of {owner} holds what cannot be a credential's name: {why}");
                fields.complaints.error(name.spot, what, None);
            }
        }
    }
    listed.into_iter().map(|name| name.value).collect()
}

/// The text of the script, the place that is told when no better one is known, and where it stands.
fn script(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<(String, Spot, Origin)> {
    match (fields.text("script"), fields.text(SCRIPT_FILE)) {
        (Some(script), None) => {
            let literal = Literal::at(&names.spinner().text, script.spot);
            Some((script.value, script.spot, Origin::Inline(literal)))
        }
        (None, Some(name)) => match names.spinner().files.iter().find(|file| file.name == name.value) {
            Some(file) => match &file.text {
                Ok(text) => Some((text.clone(), name.spot, Origin::File(name.value))),
                Err(why) => {
                    fields.complaints.error(name.spot, why.clone(), None);
                    None
                }
            },
            None => {
                let what = format!("`{}` is not among the files of this version", name.value);
                fields.complaints.error(name.spot, what, Some("publish the spinner from its file".to_owned()));
                None
            }
        },
        (Some(_), Some(name)) => {
            let what = format!("{} has both `script` and `{SCRIPT_FILE}`", fields.owner);
            fields.complaints.error(name.spot, what, Some("remove one of them".to_owned()));
            None
        }
        (None, None) => {
            // One that is there and no text was told.
            let what = format!("{} has neither `script` nor `{SCRIPT_FILE}`", fields.owner);
            let hint = "add `script = '''…'''`, or `script_file = \"FILE.js\"` beside this file".to_owned();
            fields.complaints.error(fields.spot, what, Some(hint));
            None
        }
    }
}

/// A limit that the step may set, between bounds.
pub(super) fn limit(
    fields: &mut Fields<'_>,
    key: &'static str,
    read: impl Fn(&str) -> Result<u64, String>,
    (least, most): (u64, u64),
    bounds: &str,
    usual: u64,
) -> Option<u64> {
    let Some(text) = fields.text(key) else { return Some(usual) };
    let value = read(&text.value).and_then(|value| match value {
        value if (least..=most).contains(&value) => Ok(value),
        _ => Err(format!("`{key}` is `{}`, and must be between {bounds}", text.value)),
    });
    value.map_err(|what| fields.complaints.error(text.spot, what, None)).ok()
}

/// Reads `64MB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit = match text[digits..].trim() {
        "MB" => 20,
        "GB" => 30,
        "" => return Err(format!("`{text}` has no unit; write `{text}MB`")),
        unit => return Err(format!("`{unit}` is not a unit of size; use MB or GB")),
    };
    let count: u64 = text[..digits].parse().map_err(|_| format!("`{text}` does not begin with a whole number"))?;
    count.checked_shl(unit).filter(|size| size >> unit == count).ok_or_else(|| format!("`{text}` is too much"))
}

/// What is wrong with a script before it has run, and where in the spinner.
fn refused(fault: &Fault, origin: &Origin, begin: Spot) -> (Spot, String) {
    match (origin, fault.place.map(spot)) {
        (Origin::Inline(literal), Some(within)) => (literal.spot(within).unwrap_or(begin), fault.what.clone()),
        (Origin::File(name), Some(within)) => (begin, format!("{name}:{within}: {}", fault.what)),
        (Origin::File(name), None) => (begin, format!("{name}: {}", fault.what)),
        (Origin::Inline(_), None) => (begin, fault.what.clone()),
    }
}

fn hint(fault: &Fault) -> Option<String> {
    fault.what.ends_with("no function `main`").then(|| "add `function main(params, context) { return {}; }`".to_owned())
}

fn spot(place: Place) -> Spot {
    Spot { line: place.line, column: place.column }
}

impl Origin {
    fn failure(&self, fault: Fault, scope: &Scope) -> StepError {
        let job = &scope.job;
        let place = fault.place.map(spot).and_then(|within| match self {
            // A version is what ran, whatever its file is called and says today.
            Origin::Inline(literal) if job.version > 0 => {
                literal.spot(within).map(|spot| format!("{}@{}:{spot}", job.spinner, job.version))
            }
            Origin::Inline(literal) => literal.spot(within).map(|spot| format!("{}:{spot}", job.spinner)),
            Origin::File(name) => Some(format!("{name}:{within}")),
        });
        let message = match place {
            Some(place) => format!("{place}: {}", fault.what),
            None => fault.what,
        };
        failure(fault.reason, None, message)
    }
}

/// The longest text of an error, in characters.
const LONGEST: usize = 1_000;

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

fn failure(reason: Reason, field: Option<String>, message: String) -> StepError {
    let kind = "script".to_owned();
    StepError::new(reason, vec![ErrorInfo { kind, code: reason, field, message }])
}

/// Whether JavaScript would round a whole number.
fn is_rounded(number: &Number) -> bool {
    const EXACT: u64 = 1 << 53;
    number.as_u64().or(number.as_i64().map(i64::unsigned_abs)).is_some_and(|whole| whole > EXACT)
}

/// Whole numbers that JavaScript would round: nothing is changed in silence.
fn rounded(params: &Params) -> Option<StepError> {
    let inexact = |value: &Value| matches!(value, Value::Number(number) if is_rounded(number));
    let (name, value) = params.iter().find(|(_, value)| inexact(value))?;
    let message = format!("`{name}` is {value}, which JavaScript cannot hold exactly; leave it text in `[params]`");
    Some(failure(Reason::InvalidParams, Some(name.to_owned()), message))
}

/// What earlier steps came to, with numbers that JavaScript would round as text.
fn earlier(scope: &Scope) -> Map<String, Value> {
    let all = scope.steps.iter().flat_map(|step| step.internal.iter().chain(&step.outcomes));
    all.map(|(key, value)| (key.clone(), exact(value.clone()))).collect()
}

fn exact(value: Value) -> Value {
    match value {
        Value::Number(number) if is_rounded(&number) => Value::String(number.to_string()),
        Value::Array(items) => items.into_iter().map(exact).collect(),
        Value::Object(map) => Value::Object(map.into_iter().map(|(key, value)| (key, exact(value))).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// The same for a record and a step, whenever it is run.
fn chance(scope: &Scope, here: usize) -> u32 {
    let mut mixed = (scope.record.job.0 << 40) ^ (scope.record.row.0 << 8) ^ here as u64;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or(0)
}

/// What was given and what came of it, as numbers: both are in the log already.
fn invoked(params: &Params, result: &Result<Map<String, Value>, Fault>, duration_ms: Millis) -> ToolInvoked {
    let (tool_outcome, output) = match result {
        Ok(outcomes) => (ToolOutcome::Succeeded, Summary::counted(outcomes.len(), outcomes)),
        Err(fault) if fault.reason == Reason::Timeout => (ToolOutcome::Timeout, Summary::default()),
        Err(_) => (ToolOutcome::Failed, Summary::default()),
    };
    ToolInvoked {
        tool_kind: ToolKind::Function,
        tool_outcome,
        tool_input_summary: Summary::counted(params.iter().count(), params),
        tool_output_summary: output,
        policy_reason_code: None,
        duration_ms,
    }
}

impl Call for Function {
    fn effect(&self) -> Effect {
        Effect::Pure
    }

    fn begin(&self, Task { scope, .. }: Task, reply: Reply) {
        if let Some(error) = rounded(&scope.params) {
            return reply.send(Answer::of(Err(error)));
        }
        let (record, job) = (scope.record.to_string(), &scope.job);
        if let Some(name) = self.vault.iter().find(|name| job.secrets.value(name).is_none()) {
            let missing = failure(Reason::StepFailed, None, format!("the vault has no `{name}`"));
            return reply.send(Answer::of(Err(missing)));
        }
        let given = self.vault.iter().filter_map(|name| Some((name.as_str(), job.secrets.value(name)?)));
        let pending = self.sandbox.submit(&Request {
            params: &scope.params,
            ids: (&record, scope.record.job.0, &job.project, &job.workspace),
            now: self.clock.now().0,
            chance: chance(&scope, self.here),
            vault: (!self.vault.is_empty()).then(|| given.collect()),
            output: self.looks_back.then(|| earlier(&scope)),
        });
        let (origin, clock) = (Arc::clone(&self.origin), Arc::clone(&self.clock));
        let began = clock.ticks();
        pending.then(move |answer| {
            let took = Millis(clock.ticks().0.saturating_sub(began.0));
            // Before it is cut: half of a secret would not be found.
            let clean = |text: String| match scope.job.secrets.scrub(&text) {
                Cow::Owned(clean) => clean,
                Cow::Borrowed(_) => text,
            };
            let said = answer.said.into_iter().map(|(level, text)| message(level, clean(text))).collect();
            let tool = invoked(&scope.params, &answer.result, took);
            let result = match answer.result {
                Ok(outcomes) => Ok(Done { outcomes, ..Done::default() }),
                Err(fault) => {
                    let what = cut(clean(fault.what));
                    Err(origin.failure(Fault { what, ..fault }, &scope))
                }
            };
            reply.send(Answer { said, tools: vec![tool], ..Answer::of(result) });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_name_what_is_wrong() {
        assert_eq!(size("64MB"), Ok(64 << 20));
        assert_eq!(size("1 GB"), Ok(1 << 30));
        for (text, told) in
            [("64", "no unit"), ("64kB", "`kB`"), ("MB", "whole number"), ("99999999999999GB", "too much")]
        {
            assert!(size(text).unwrap_err().contains(told), "{text}");
        }
    }
}
