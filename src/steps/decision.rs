//! `decision`: the first branch that is true, else the default.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::names::Names;
use super::template::Expression;
use super::{Built, StepKind};
use crate::engine::{Condition, Done, Scope, Step, StepError, Work};
use crate::model::document::{Fields, Node, Placed};
use crate::model::payload::Message;
use crate::model::spinner::Target;

pub(super) const KIND: StepKind = StepKind {
    name: "decision",
    about: "goes to the first branch that is true, else to `default`",
    outcome_key: "branched",
    example: "branches = [ { label = \"first\", when = \"record.row == 1\", goto = \"end\" } ]\ndefault = \"end\"\n",
    build,
};

struct Branch {
    label: String,
    when: Expression,
    target: Target,
}

struct Decision {
    branches: Vec<Branch>,
    default: Target,
}

fn build(fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Built> {
    let branches = fields.array("branches");
    let default = fields.required_text("default");
    let Some(branches) = branches.filter(|branches| !branches.value.is_empty()) else {
        let what = format!("{} has no `branches`", fields.owner);
        let hint = "add `branches = [ { label = \"…\", when = \"…\", goto = \"…\" } ]`".to_owned();
        fields.complaints.error(fields.spot, what, Some(hint));
        return None;
    };
    let built: Vec<_> = branches.value.into_iter().map(|node| branch(node, fields, names)).collect();
    let default = names.targets().find(&default?, fields.complaints)?;
    let branches: Vec<Branch> = built.into_iter().collect::<Option<_>>()?;
    let exits = branches.iter().map(|branch| branch.target).chain([default]).collect();
    Some(Built { step: Work::Here(Box::new(Decision { branches, default })), exits: Some(exits) })
}

fn branch(node: Placed<Node>, fields: &mut Fields<'_>, names: &Names<'_>) -> Option<Branch> {
    let owner = format!("a branch of {}", fields.owner);
    let mut own = Fields::of(node, owner, fields.complaints);
    let label = own.required_text("label");
    let when = own.required_text("when");
    let goto = own.required_text("goto");
    let when = when.and_then(|when| Expression::compile(&when, names, own.complaints));
    let target = goto.and_then(|goto| names.targets().find(&goto, own.complaints));
    own.finish();
    Some(Branch { label: label?.value, when: when?, target: target? })
}

impl Step for Decision {
    fn run(&self, scope: &Arc<Scope>, _: &mut Vec<Message>) -> Result<Done, StepError> {
        let mut taken = ("default", self.default);
        for branch in &self.branches {
            if branch.when.holds(scope)? {
                taken = (&branch.label, branch.target);
                break;
            }
        }
        let (label, target) = taken;
        let internal = Map::from_iter([("branch".to_owned(), Value::from(label))]);
        Ok(Done { internal, goto: Some(target), ..Done::default() })
    }
}
