//! A spinner as its file says it (SPEC §4): parsed, every value with its place; what the steps mean is not known here.

use super::document::{self, Complaint, Complaints, Fields, Node, Placed, Spot, list, nearest};
use super::fingerprint;
use super::project::ProjectType;

mod files;
mod limits;
mod params;
mod retry;
mod steps;

pub use files::{StepFile, with_files};
pub use limits::{Limits, MaxFailures, rate_of};
pub use params::{ParamKind, ParamRule};
pub use retry::{Backoff, Retry};
pub use steps::{OnFailure, StepDef, Target, Targets};

/// A spinner file that was read.
#[derive(Debug, Clone)]
pub struct Spinner {
    /// Its name.
    pub name: String,
    /// The type of project it is for.
    pub project_type: Option<Placed<String>>,
    /// What it is for.
    pub description: Option<String>,
    /// Declared types of metadata fields; all others are text.
    pub params: Vec<(Placed<String>, ParamRule)>,
    /// What it may not pass.
    pub limits: Limits,
    /// How often a whole record is tried.
    pub record_retry: Option<Retry>,
    /// Its steps.
    pub steps: Vec<StepDef>,
    /// The files that they read.
    pub files: Vec<StepFile>,
    /// Its text, for places inside of a value.
    pub text: String,
    /// SHA-256 of the canonical definition, in hex.
    pub hash: String,
    /// Whether nothing in it forbids a run so far.
    pub sound: bool,
}

impl Spinner {
    /// Reads a spinner file. Its complaints may forbid the run; the spinner is there all the same, so that its steps can
    /// be looked at too and everything is told at once.
    ///
    /// # Errors
    /// What keeps it from being read at all: it is not TOML, or it has no steps.
    pub fn parse(text: &str) -> Result<(Spinner, Complaints), Complaints> {
        let tree = document::parse(text).map_err(|complaint: Complaint| Complaints(vec![complaint]))?;
        let hash = canonical(&tree);
        let mut complaints = Complaints::default();
        let mut fields = Fields::of(tree, "the spinner", &mut complaints);
        let name = fields.required_text("name");
        let project_type = fields.text("project_type");
        let description = fields.text("description").map(|d| d.value);
        let params = fields.take("params");
        let limits = fields.take("limits");
        let record_retry = fields.take("record_retry");
        let steps = fields.array("steps");
        let files = fields.take("files");
        fields.finish();
        if let Some(name) = &name {
            check_name(name, "a spinner's name", &mut complaints);
        }
        let project_type = project_type.and_then(|kind| known_project_type(kind, &mut complaints));
        let params = params.map(|node| params::read(node, &mut complaints)).unwrap_or_default();
        let limits = limits.map(|node| limits::read(node, &mut complaints)).unwrap_or_default();
        let record_retry = record_retry.and_then(|node| Retry::read(node, "`[record_retry]`", &mut complaints));
        let files = files.map(|node| files::read(node, &mut complaints)).unwrap_or_default();
        if steps.as_ref().is_none_or(|steps| steps.value.is_empty()) {
            let hint = Some("add a `[[steps]]` table with `name` and `type`".to_owned());
            complaints.error(Spot { line: 1, column: 1 }, "the spinner has no steps", hint);
        }
        let steps = steps::read(steps.map(|s| s.value).unwrap_or_default(), &mut complaints);
        if steps.is_empty() {
            return Err(complaints);
        }
        let sound = !complaints.forbid();
        let name = name.map(|n| n.value).unwrap_or_default();
        let text = text.to_owned();
        let read =
            Spinner { name, project_type, description, params, limits, record_retry, steps, files, text, hash, sound };
        Ok((read, complaints))
    }

    /// The hash that [`Spinner::parse`] would give it; nothing for what is not TOML.
    #[must_use]
    pub fn hash_of(text: &str) -> Option<String> {
        document::parse(text).ok().map(|tree| canonical(&tree))
    }

    /// The names of the steps as the step at `here` may be sent to them.
    #[must_use]
    pub fn targets(&self, here: usize) -> Targets {
        Targets { names: self.steps.iter().map(|step| step.name.value.clone()).collect(), here }
    }
}

fn canonical(tree: &Placed<Node>) -> String {
    fingerprint::of_text(&tree.value.canonical().to_string())
}

fn check_name(name: &Placed<String>, what: &str, complaints: &mut Complaints) {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.value.is_empty() || !name.value.chars().all(fits) {
        let what = format!("`{}` cannot be {what}", name.value);
        complaints.error(name.spot, what, Some("use letters, digits, `_` and `-`".to_owned()));
    }
}

fn known_project_type(kind: Placed<String>, complaints: &mut Complaints) -> Option<Placed<String>> {
    let types = || ProjectType::ALL.into_iter().map(ProjectType::name);
    if ProjectType::named(&kind.value).is_some() {
        return Some(kind);
    }
    let hint = nearest(&kind.value, types())
        .map_or_else(|| format!("use {}", list(types())), |near| format!("did you mean `{near}`?"));
    complaints.error(kind.spot, format!("there is no project type `{}`", kind.value), Some(hint));
    None
}
