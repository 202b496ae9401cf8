//! A spinner as its file says it (SPEC §4): parsed, every value with its place; what the steps mean is not known here.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::document::{self, Complaint, Complaints, Fields, Node, Placed, Spot, list, nearest};
use super::time::{self, Millis};

/// A spinner file that was read.
#[derive(Debug, Clone)]
pub struct Spinner {
    /// Its name.
    pub name: String,
    /// The type of project it is for.
    pub project_type: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Declared types of metadata fields; all others are text.
    pub params: Vec<(Placed<String>, ParamRule)>,
    /// What it may not pass.
    pub limits: Limits,
    /// Its steps.
    pub steps: Vec<StepDef>,
    /// SHA-256 of the canonical definition, in hex.
    pub hash: String,
}

/// What a metadata field must be.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamRule {
    /// Its type.
    pub kind: ParamKind,
    /// Whether an empty cell fails the record.
    pub required: bool,
    /// What an empty cell stands for.
    pub default: Option<Value>,
}

/// The type of a metadata field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// As it is.
    Text,
    /// Any finite number.
    Number,
    /// A whole number.
    Integer,
    /// A truth.
    Boolean,
    /// A calendar day, `2026-03-25`.
    Date,
}

impl ParamKind {
    const NAMES: [(&'static str, ParamKind); 5] = [
        ("text", ParamKind::Text),
        ("number", ParamKind::Number),
        ("integer", ParamKind::Integer),
        ("boolean", ParamKind::Boolean),
        ("date", ParamKind::Date),
    ];

    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        ParamKind::NAMES.iter().find(|(_, kind)| *kind == self).map_or("text", |(name, _)| name)
    }
}

/// What a run may not pass.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Records in flight that wait on the outside world.
    pub concurrency: Option<u32>,
    /// Starts of outside calls a second.
    pub rate: Option<f64>,
    /// How long one record may run.
    pub record_timeout: Option<Millis>,
    /// How long the job may run.
    pub job_timeout: Option<Millis>,
    /// More failed records than this end the job.
    pub max_failures: Option<MaxFailures>,
}

/// More failures than this end the job.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxFailures {
    /// So many records.
    Count(u64),
    /// This share of `total`, in percent.
    Percent(f64),
}

impl MaxFailures {
    /// How many of `total` records may fail.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a count of rows"
    )]
    pub fn of(self, total: u64) -> u64 {
        match self {
            MaxFailures::Count(count) => count,
            MaxFailures::Percent(percent) => (total as f64 * percent / 100.0).floor() as u64,
        }
    }
}

impl std::str::FromStr for MaxFailures {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let percent = |share: &str| share.trim().parse::<f64>().ok().filter(|p| (0.0..=100.0).contains(p));
        match text.strip_suffix('%') {
            Some(share) => percent(share).map(MaxFailures::Percent),
            None => text.parse().ok().map(MaxFailures::Count),
        }
        .ok_or_else(|| format!("`{text}` is neither a count, such as `100`, nor a share, such as `5%`"))
    }
}

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
    names: Vec<String>,
    here: usize,
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

impl Spinner {
    /// Reads a spinner file. Complaints may be warnings only; then the spinner is there too.
    ///
    /// # Errors
    /// All that is wrong with it, each with its place.
    pub fn parse(text: &str) -> Result<(Spinner, Complaints), Complaints> {
        let tree = document::parse(text).map_err(|complaint: Complaint| Complaints(vec![complaint]))?;
        let digest = Sha256::digest(tree.value.canonical().to_string());
        let mut complaints = Complaints::default();
        let mut fields = Fields::of(tree, "the spinner", &mut complaints);
        let name = fields.required_text("name");
        let project_type = fields.text("project_type");
        let description = fields.text("description").map(|d| d.value);
        let params = fields.take("params");
        let limits = fields.take("limits");
        let steps = fields.array("steps");
        fields.finish();
        if let Some(name) = &name {
            check_name(name, "a spinner's name", &mut complaints);
        }
        let project_type = project_type.and_then(|kind| known_project_type(kind, &mut complaints));
        let params = params.map(|node| read_params(node, &mut complaints)).unwrap_or_default();
        let limits = limits.map(|node| read_limits(node, &mut complaints)).unwrap_or_default();
        if steps.as_ref().is_none_or(|steps| steps.value.is_empty()) {
            let hint = Some("add a `[[steps]]` table with `name` and `type`".to_owned());
            complaints.error(Spot { line: 1, column: 1 }, "the spinner has no steps", hint);
        }
        let steps = read_steps(steps.map(|s| s.value).unwrap_or_default(), &mut complaints);
        if complaints.forbid() {
            return Err(complaints);
        }
        let name = name.map(|n| n.value).unwrap_or_default();
        let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok((Spinner { name, project_type, description, params, limits, steps, hash }, complaints))
    }

    /// The names of the steps as the step at `here` may be sent to them.
    #[must_use]
    pub fn targets(&self, here: usize) -> Targets {
        Targets { names: self.steps.iter().map(|step| step.name.value.clone()).collect(), here }
    }
}

fn check_name(name: &Placed<String>, what: &str, complaints: &mut Complaints) {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.value.is_empty() || !name.value.chars().all(fits) {
        let what = format!("`{}` cannot be {what}", name.value);
        complaints.error(name.spot, what, Some("use letters, digits, `_` and `-`".to_owned()));
    }
}

fn known_project_type(kind: Placed<String>, complaints: &mut Complaints) -> Option<String> {
    const TYPES: [&str; 2] = ["outreach", "call_analyzer"];
    if TYPES.contains(&kind.value.as_str()) {
        return Some(kind.value);
    }
    let hint =
        nearest(&kind.value, TYPES).map_or_else(|| format!("use {}", list(TYPES)), |n| format!("did you mean `{n}`?"));
    complaints.error(kind.spot, format!("there is no project type `{}`", kind.value), Some(hint));
    None
}

fn read_params(node: Placed<Node>, complaints: &mut Complaints) -> Vec<(Placed<String>, ParamRule)> {
    let mut fields = Fields::of(node, "`[params]`", complaints);
    let entries = fields.rest();
    let mut rules = Vec::with_capacity(entries.len());
    for (name, node) in entries {
        let rule = match node.value {
            Node::Text(kind) => param_kind(&Placed { value: kind, spot: node.spot }, complaints)
                .map(|kind| ParamRule { kind, required: false, default: None }),
            Node::Table(_) => read_param(&name.value, node, complaints),
            Node::Integer(_) | Node::Float(_) | Node::Bool(_) | Node::Date(_) | Node::Array(_) => {
                let what = format!("param `{}` must be a type or a table", name.value);
                complaints.error(
                    node.spot,
                    what,
                    Some("such as `\"number\"` or `{ type = \"number\", default = 0 }`".to_owned()),
                );
                None
            }
        };
        rules.extend(rule.map(|rule| (name, rule)));
    }
    rules
}

fn param_kind(kind: &Placed<String>, complaints: &mut Complaints) -> Option<ParamKind> {
    let names = || ParamKind::NAMES.iter().map(|(name, _)| *name);
    let found = ParamKind::NAMES.iter().find(|(name, _)| *name == kind.value).map(|(_, kind)| *kind);
    if found.is_none() {
        let hint = nearest(&kind.value, names())
            .map_or_else(|| format!("types: {}", list(names())), |near| format!("did you mean `{near}`?"));
        complaints.error(kind.spot, format!("there is no type `{}`", kind.value), Some(hint));
    }
    found
}

fn read_param(name: &str, node: Placed<Node>, complaints: &mut Complaints) -> Option<ParamRule> {
    let spot = node.spot;
    let mut fields = Fields::of(node, format!("param `{name}`"), complaints);
    let kind = fields.text("type");
    let required = fields.bool("required").is_some_and(|r| r.value);
    let default = fields.take("default");
    fields.finish();
    let kind = match kind {
        Some(kind) => param_kind(&kind, complaints)?,
        None => ParamKind::Text,
    };
    if required && default.is_some() {
        complaints.error(
            spot,
            format!("param `{name}` is required and has a default"),
            Some("keep one of the two".to_owned()),
        );
    }
    let default = match default {
        None => None,
        Some(node) => Some(default_value(name, kind, &node, complaints)?),
    };
    Some(ParamRule { kind, required, default })
}

fn default_value(name: &str, kind: ParamKind, node: &Placed<Node>, complaints: &mut Complaints) -> Option<Value> {
    let fits = match (&node.value, kind) {
        (Node::Text(_), ParamKind::Text) | (Node::Bool(_), ParamKind::Boolean) => true,
        (Node::Text(text) | Node::Date(text), ParamKind::Date) => text.parse::<jiff::civil::Date>().is_ok(),
        (Node::Integer(_), ParamKind::Integer | ParamKind::Number) => true,
        (Node::Float(n), ParamKind::Number) => n.is_finite(),
        (_, _) => false,
    };
    if !fits {
        complaints.error(node.spot, format!("the default of `{name}` is not of type {}", kind.name()), None);
        return None;
    }
    Some(node.value.canonical())
}

fn read_limits(node: Placed<Node>, complaints: &mut Complaints) -> Limits {
    let mut fields = Fields::of(node, "`[limits]`", complaints);
    let concurrency = fields.integer("concurrency");
    let rate = fields.text("rate");
    let record_timeout = fields.text("record_timeout");
    let job_timeout = fields.text("job_timeout");
    let max_failures = fields.take("max_failures");
    fields.finish();
    let mut span = |text: Option<Placed<String>>| {
        let text = text?;
        time::duration(&text.value).map_err(|why| complaints.error(text.spot, why, None)).ok()
    };
    let (record_timeout, job_timeout) = (span(record_timeout), span(job_timeout));
    let concurrency = concurrency.and_then(|n| match u32::try_from(n.value) {
        Ok(count) if count > 0 => Some(count),
        Ok(_) | Err(_) => {
            complaints.error(n.spot, "`concurrency` must be at least 1", None);
            None
        }
    });
    let rate = rate.and_then(|r| rate_of(&r.value).map_err(|why| complaints.error(r.spot, why, None)).ok());
    let max_failures = max_failures.and_then(|node| {
        let text = match &node.value {
            Node::Text(text) => text.clone(),
            Node::Integer(n) => n.to_string(),
            Node::Float(_) | Node::Bool(_) | Node::Date(_) | Node::Array(_) | Node::Table(_) => String::new(),
        };
        text.parse().map_err(|why: String| complaints.error(node.spot, why, None)).ok()
    });
    Limits { concurrency, rate, record_timeout, job_timeout, max_failures }
}

/// Reads `80/s`, `100/m`, `1000/h` as starts a second.
///
/// # Errors
/// A fragment that says what is wrong.
pub fn rate_of(text: &str) -> Result<f64, String> {
    let bad = || format!("`{text}` is not a rate; write `80/s`, `100/m` or `1000/h`");
    let (count, unit) = text.split_once('/').ok_or_else(bad)?;
    let seconds = match unit.trim() {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        _ => return Err(bad()),
    };
    let count: f64 = count.trim().parse().map_err(|_| bad())?;
    if count.is_finite() && count > 0.0 { Ok(count / seconds) } else { Err(bad()) }
}

fn read_steps(nodes: Vec<Placed<Node>>, complaints: &mut Complaints) -> Vec<StepDef> {
    let names: Vec<_> = nodes.iter().map(|node| name_of(&node.value)).collect();
    let targets = Targets { names: names.iter().map(|n| n.clone().unwrap_or_default()).collect(), here: 0 };
    let mut steps = Vec::with_capacity(nodes.len());
    for (place, node) in nodes.into_iter().enumerate() {
        if let Some(name) = &names[place] {
            if names[..place].iter().any(|other| other.as_ref() == Some(name)) {
                complaints.error(
                    node.spot,
                    format!("there are two steps `{name}`"),
                    Some("give each its own name".to_owned()),
                );
            }
        }
        steps.extend(read_step(node, &targets.at(place), complaints));
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

fn read_step(node: Placed<Node>, targets: &Targets, complaints: &mut Complaints) -> Option<StepDef> {
    let spot = node.spot;
    let owner = name_of(&node.value).map_or_else(|| "a step".to_owned(), |name| format!("step `{name}`"));
    let mut fields = Fields::of(node, owner, complaints);
    let name = fields.required_text("name");
    let kind = fields.required_text("type");
    let when = fields.text("when");
    let next = fields.text("next");
    let on_failure = fields.text("on_failure");
    let rest = fields.rest();
    let name = name?;
    check_name(&name, "a step's name", complaints);
    if name.value == "end" {
        complaints.error(name.spot, "`end` is reserved for the end of the spinner", None);
    }
    let next = next.and_then(|next| targets.find(&next, complaints));
    let on_failure = on_failure.map_or(OnFailure::Fail, |text| read_on_failure(&text, targets, complaints));
    Some(StepDef { name, kind: kind?, when, next, on_failure, settings: Placed { value: Node::Table(rest), spot } })
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
