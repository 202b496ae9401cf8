//! `[[steps]]`: what every kind of step has, and where it can be sent.

use super::check_name;
use crate::model::document::{Complaints, Fields, Node, Placed, list, nearest};

/// One step as the file says it.
#[derive(Debug, Clone)]
pub struct StepDef {
    /// Its name.
    pub name: Placed<String>,
    /// Its kind.
    pub kind: Placed<String>,
    /// Skipped when this is false.
    pub when: Option<Placed<String>>,
    /// Where to go on; the step below by default.
    pub next: Option<Target>,
    /// What a failure does.
    pub on_failure: OnFailure,
    /// All other keys, for its kind to read.
    pub settings: Placed<Node>,
}

/// Where to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// At the step of this place.
    Step(usize),
    /// At the end.
    End,
}

/// What a failed step does to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// Ends it.
    Fail,
    /// Nothing.
    Continue,
    /// Sends it on elsewhere.
    Goto(Target),
}

/// The names that steps can be sent to, for `next`, `goto` and `default`.
#[derive(Debug, Clone)]
pub struct Targets {
    pub(super) names: Vec<String>,
    pub(super) here: usize,
}

impl Targets {
    /// What `name` means to the step that asks; a complaint when there is no such step further down.
    pub fn find(&self, name: &Placed<String>, complaints: &mut Complaints) -> Option<Target> {
        if name.value == "end" {
            return Some(Target::End);
        }
        match self.names.iter().position(|n| *n == name.value) {
            Some(place) if place > self.here => Some(Target::Step(place)),
            Some(_) => {
                let what = format!("`{}` is not below this step; a spinner only goes forward", name.value);
                complaints.error(name.spot, what, Some("name a later step, or \"end\"".to_owned()));
                None
            }
            None => {
                let later = || self.names.iter().skip(self.here + 1).map(String::as_str).chain(["end"]);
                let hint = match nearest(&name.value, later()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("later steps: {}", list(later())),
                };
                complaints.error(name.spot, format!("there is no step `{}`", name.value), Some(hint));
                None
            }
        }
    }

    /// The same names, asked by another step.
    #[must_use]
    pub fn at(&self, here: usize) -> Targets {
        Targets { names: self.names.clone(), here }
    }
}

/// Reads the steps in order.
pub(super) fn read(nodes: Vec<Placed<Node>>, complaints: &mut Complaints) -> Vec<StepDef> {
    let names: Vec<_> = nodes.iter().map(|node| name_of(&node.value)).collect();
    let targets = Targets { names: names.iter().map(|n| n.clone().unwrap_or_default()).collect(), here: 0 };
    let mut steps = Vec::with_capacity(nodes.len());
    for (place, node) in nodes.into_iter().enumerate() {
        if let Some(name) = &names[place]
            && names[..place].iter().any(|other| other.as_ref() == Some(name))
        {
            complaints.error(
                node.spot,
                format!("there are two steps `{name}`"),
                Some("give each its own name".to_owned()),
            );
        }
        steps.push(read_step(node, &targets.at(place), complaints));
    }
    steps
}

fn name_of(node: &Node) -> Option<String> {
    let Node::Table(entries) = node else { return None };
    entries.iter().find(|(key, _)| key.value == "name").and_then(|(_, value)| match &value.value {
        Node::Text(text) => Some(text.clone()),
        Node::Integer(_) | Node::Float(_) | Node::Bool(_) | Node::Date(_) | Node::Array(_) | Node::Table(_) => None,
    })
}

fn read_step(node: Placed<Node>, targets: &Targets, complaints: &mut Complaints) -> StepDef {
    let spot = node.spot;
    let owner = name_of(&node.value).map_or_else(|| "a step".to_owned(), |name| format!("step `{name}`"));
    let mut fields = Fields::of(node, owner, complaints);
    let name = fields.required_text("name");
    let kind = fields.required_text("type");
    let when = fields.text("when");
    let next = fields.text("next");
    let on_failure = fields.text("on_failure");
    let rest = fields.rest();
    // What is missing was told; the step keeps its place, so that the others keep theirs.
    let nothing = || Placed { value: String::new(), spot };
    let named = name.is_some();
    let (name, kind) = (name.unwrap_or_else(nothing), kind.unwrap_or_else(nothing));
    if named {
        check_name(&name, "a step's name", complaints);
    }
    if name.value == "end" {
        complaints.error(name.spot, "`end` is reserved for the end of the spinner", None);
    }
    let next = next.and_then(|next| targets.find(&next, complaints));
    let on_failure = on_failure.map_or(OnFailure::Fail, |text| read_on_failure(&text, targets, complaints));
    StepDef { name, kind, when, next, on_failure, settings: Placed { value: Node::Table(rest), spot } }
}

fn read_on_failure(text: &Placed<String>, targets: &Targets, complaints: &mut Complaints) -> OnFailure {
    match (text.value.as_str(), text.value.strip_prefix("goto:")) {
        ("fail", _) => OnFailure::Fail,
        ("continue", _) => OnFailure::Continue,
        (_, Some(name)) => targets
            .find(&Placed { value: name.to_owned(), spot: text.spot }, complaints)
            .map_or(OnFailure::Fail, OnFailure::Goto),
        (other, None) => {
            let hint = Some("use \"fail\", \"continue\" or \"goto:NAME\"".to_owned());
            complaints.error(text.spot, format!("`{other}` is not a way to handle a failure"), hint);
            OnFailure::Fail
        }
    }
}
