//! The scope as templates see it: names are looked up when they are used, so a wide row costs nothing.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Serde, Value};
use serde_json::{Value as Json, json};

use crate::engine::Scope;

/// Everything in scope, reserved names first.
#[derive(Debug)]
pub(super) struct Root(pub(super) Arc<Scope>);

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let scope = &self.0;
        Some(match key.as_str()? {
            "params" => Value::from_object(Part::Params(Arc::clone(scope))),
            "output" => Value::from_object(Part::Output(Arc::clone(scope))),
            "steps" => Value::from_object(Part::Steps(Arc::clone(scope))),
            "record" => plain(&json!({
                "id": scope.record.to_string(), "row": scope.record.row.0, "attempt": scope.attempt,
            })),
            "job" => plain(&json!({
                "id": scope.record.job.0, "spinner": scope.job.spinner, "version": scope.job.version,
            })),
            "project" => plain(&json!({ "name": scope.job.project, "type": scope.job.project_type })),
            "vault" => return None,
            name => return scope.params.get(name).map(value),
        })
    }
}

/// The same, with the vault.
#[derive(Debug)]
pub(super) struct WithVault(pub(super) Arc<Scope>);

impl Object for WithVault {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let scope = Arc::clone(&self.0);
        if key.as_str() == Some("vault") {
            return Some(Value::from_object(Part::Vault(scope)));
        }
        Arc::new(Root(scope)).get_value(key)
    }
}

/// One of the maps in scope.
#[derive(Debug)]
enum Part {
    Params(Arc<Scope>),
    Output(Arc<Scope>),
    Steps(Arc<Scope>),
    /// One step's own `output`.
    Step(Arc<Scope>, usize),
    /// The vault: asked by name, and never told as a whole.
    Vault(Arc<Scope>),
}

impl Object for Part {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        match self.as_ref() {
            Part::Params(scope) => scope.params.get(key).map(value),
            Part::Output(scope) => scope.output(key).map(value),
            Part::Steps(scope) => {
                let name = |place: usize| scope.job.steps.get(place).map(String::as_str);
                let at = scope.steps.iter().rposition(|step| name(step.place) == Some(key))?;
                Some(Value::from_object(Part::Step(Arc::clone(scope), at)))
            }
            Part::Step(scope, at) if key == "output" => {
                let step = scope.steps.get(*at)?;
                let all = step.internal.iter().chain(&step.outcomes);
                Some(plain(&Json::Object(all.map(|(key, value)| (key.clone(), value.clone())).collect())))
            }
            Part::Step(..) => None,
            Part::Vault(scope) => scope.job.secrets.value(key).map(Value::from),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let names = |names: Vec<String>| Enumerator::Values(names.into_iter().map(Value::from).collect());
        match self.as_ref() {
            Part::Params(scope) => names(scope.params.iter().map(|(name, _)| name.to_owned()).collect()),
            Part::Output(scope) => {
                let steps = scope.steps.iter().flat_map(|step| step.internal.keys().chain(step.outcomes.keys()));
                let mut keys: Vec<String> = Vec::new();
                for key in steps {
                    if !keys.contains(key) {
                        keys.push(key.clone());
                    }
                }
                names(keys)
            }
            Part::Steps(scope) => {
                names(scope.steps.iter().filter_map(|step| scope.job.steps.get(step.place).cloned()).collect())
            }
            Part::Step(..) => Enumerator::Str(&["output"]),
            Part::Vault(_) => Enumerator::NonEnumerable,
        }
    }
}

fn plain(json: &Json) -> Value {
    Value::from(Serde(json))
}

fn value(json: &Json) -> Value {
    match json {
        Json::String(text) => Value::from(text.as_str()),
        Json::Bool(truth) => Value::from(*truth),
        Json::Null => Value::from(()),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::from(whole),
            None => Value::from(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::Array(_) | Json::Object(_) => plain(json),
    }
}
