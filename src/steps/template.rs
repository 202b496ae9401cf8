//! Templates and conditions: compiled once with all complaints, rendered strictly. A cell is data and never a template.

use std::sync::{Arc, LazyLock};

use minijinja::{Environment, UndefinedBehavior, Value};

use super::names::{Names, within};
use super::scope::Root;
use crate::engine::{Condition, Scope, StepError};
use crate::model::document::{Complaints, Placed, Spot};
use crate::model::payload::ErrorInfo;
use crate::model::reason::Reason;
use crate::model::tokens::{Token, scan};

/// Instructions that one rendering may take: far above any real message, far below a noticeable time.
const FUEL: u64 = 100_000;

/// What all templates share. `include` and `import` find nothing, because nothing is ever loaded by name.
static BASE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut base = Environment::new();
    base.set_undefined_behavior(UndefinedBehavior::Strict);
    base.set_fuel(Some(FUEL));
    base.set_syntax(minijinja::syntax::SyntaxConfig::builder().keep_trailing_newline(true).build().unwrap_or_default());
    base.set_recursion_limit(64);
    base.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    base.add_function("debug", || -> Result<Value, minijinja::Error> {
        Err(minijinja::Error::new(minijinja::ErrorKind::UnknownFunction, "debug is unknown"))
    });
    base
});

/// A text with places for values.
pub(super) struct Template {
    env: Environment<'static>,
    source: String,
}

const ONLY: &str = "template";

impl Template {
    /// Compiles a template, complaining about syntax and names.
    pub(super) fn compile(text: &Placed<String>, names: &Names<'_>, complaints: &mut Complaints) -> Option<Template> {
        check_words(text, complaints);
        let mut env = BASE.clone();
        if let Err(error) = env.add_template_owned(ONLY, text.value.clone()) {
            complaints.error(spot(text, &error), explain(&error, &text.value), None);
            return None;
        }
        let used = env.get_template(ONLY).ok()?.undeclared_variables(true);
        names.check(text, used.into_iter().collect(), complaints);
        Some(Template { env, source: text.value.clone() })
    }

    /// The text for one record.
    pub(super) fn render(&self, scope: &Arc<Scope>) -> Result<String, StepError> {
        let root = Value::from_object(Root(Arc::clone(scope)));
        let rendered = self.env.get_template(ONLY).and_then(|template| template.render(root));
        rendered.map_err(|error| failure(&error, &self.source))
    }
}

/// A condition or value.
pub(super) struct Expression {
    expression: minijinja::Expression<'static, 'static>,
    source: String,
}

impl Expression {
    /// Compiles an expression, complaining about syntax, names, and text that is compared with numbers.
    pub(super) fn compile(text: &Placed<String>, names: &Names<'_>, complaints: &mut Complaints) -> Option<Expression> {
        names.check_numbers(text, complaints);
        check_filters(text, 0, &text.value, complaints);
        match BASE.compile_expression_owned(text.value.clone()) {
            Ok(expression) => {
                names.check(text, expression.undeclared_variables(true).into_iter().collect(), complaints);
                Some(Expression { expression, source: text.value.clone() })
            }
            Err(error) => {
                complaints.error(spot(text, &error), explain(&error, &text.value), None);
                None
            }
        }
    }
}

impl Condition for Expression {
    fn holds(&self, scope: &Arc<Scope>) -> Result<bool, StepError> {
        let root = Value::from_object(Root(Arc::clone(scope)));
        let value = self.expression.eval(root).map_err(|error| failure(&error, &self.source))?;
        if value.is_undefined() {
            return Err(undefined(&self.source));
        }
        Ok(value.is_true())
    }
}

/// Complains about what would only be found when a row is rendered: other templates, and filters that are not there.
fn check_words(text: &Placed<String>, complaints: &mut Complaints) {
    const OTHERS: [&str; 5] = ["include", "import", "from", "extends", "block"];
    for (at, _) in text.value.match_indices("{%") {
        let inside = text.value[at + 2..].trim_start_matches(['-', '+']).trim_start();
        let word = inside.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        if OTHERS.contains(&word) {
            let hint = Some("a template stands alone; write its text here".to_owned());
            complaints.error(within(text, at), format!("there is no `{word}` in templates"), hint);
        }
    }
    for (open, close) in [("{{", "}}"), ("{%", "%}")] {
        for (at, _) in text.value.match_indices(open) {
            let inside = &text.value[at + 2..];
            let inside = inside.find(close).map_or(inside, |end| &inside[..end]);
            check_filters(text, at + 2, inside, complaints);
        }
    }
}

/// Complains about `| name` where no filter has that name.
fn check_filters(text: &Placed<String>, begin: usize, expression: &str, complaints: &mut Complaints) {
    let Ok(tokens) = scan(expression) else { return };
    for pair in tokens.windows(2) {
        let [(_, Token::Sign('|')), (at, Token::Word(name))] = pair else { continue };
        let tried = BASE.empty_state().apply_filter(name, &[Value::UNDEFINED]);
        if tried.is_err_and(|error| error.kind() == minijinja::ErrorKind::UnknownFilter) {
            complaints.error(within(text, begin + at), format!("there is no filter `{name}`"), None);
        }
    }
}

fn spot(text: &Placed<String>, error: &minijinja::Error) -> Spot {
    match error.range() {
        Some(range) => within(text, range.start),
        None => text.spot,
    }
}

/// What went wrong, with the piece of the source where it did: strict errors do not name the variable themselves.
fn explain(error: &minijinja::Error, source: &str) -> String {
    if error.kind() == minijinja::ErrorKind::OutOfFuel {
        return "the template takes too many steps".to_owned();
    }
    let kind = error.kind().to_string();
    let what = error.detail().map_or(kind.clone(), |detail| format!("{kind}: {detail}"));
    let piece = error.range().and_then(|range| source.get(range)).map(str::trim).filter(|piece| !piece.is_empty());
    match piece {
        Some(piece) if error.kind() == minijinja::ErrorKind::UndefinedError => {
            format!("`{piece}` is not there")
        }
        Some(piece) => format!("{what} in `{piece}`"),
        None => what,
    }
}

fn failure(error: &minijinja::Error, source: &str) -> StepError {
    let spent = error.kind() == minijinja::ErrorKind::OutOfFuel;
    let reason = if spent { Reason::LimitExceeded } else { Reason::RenderFailed };
    step_error(reason, explain(error, source))
}

fn undefined(source: &str) -> StepError {
    step_error(Reason::RenderFailed, format!("`{source}` has no value for this row"))
}

fn step_error(code: Reason, message: String) -> StepError {
    StepError { reason: code, errors: vec![ErrorInfo { kind: "template".to_owned(), code, field: None, message }] }
}
