//! Templates and conditions: compiled once with all complaints, rendered strictly. A cell is data and never a template.

use std::io::{self, Write};
use std::sync::{Arc, LazyLock};

use minijinja::{Environment, UndefinedBehavior, Value};

use super::guard;
use super::names::{Names, Vault, within};
use super::pieces::pieces;
use super::scope::{Root, WithVault};
use crate::engine::{Condition, Scope, StepError};
use crate::model::document::{Complaints, Placed, Spot};
use crate::model::payload::ErrorInfo;
use crate::model::reason::Reason;
use crate::model::tokens::{Token, scan_template};

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
    guard::install(&mut base);
    base
});

/// A text with places for values.
pub(super) struct Template {
    env: Environment<'static>,
    source: String,
    vault: Vault,
}

const ONLY: &str = "template";

impl Template {
    /// Compiles a template, complaining about syntax and names.
    pub(super) fn compile(text: &Placed<String>, names: &Names<'_>, complaints: &mut Complaints) -> Option<Template> {
        Template::compiled(text, names, Vault::Shut, complaints)
    }

    /// Compiles one that may name `vault`: a header, a URL, a body or a credential field, and nothing else (SPEC §4).
    pub(super) fn compile_with_vault(
        text: &Placed<String>,
        names: &Names<'_>,
        complaints: &mut Complaints,
    ) -> Option<Template> {
        names.check_vault(text, &pieces(&text.value), complaints);
        Template::compiled(text, names, Vault::Open, complaints)
    }

    fn compiled(
        text: &Placed<String>,
        names: &Names<'_>,
        vault: Vault,
        complaints: &mut Complaints,
    ) -> Option<Template> {
        check_words(text, complaints);
        names.check_numbers(text, &pieces(&text.value), complaints);
        let mut env = BASE.clone();
        if let Err(error) = env.add_template_owned(ONLY, text.value.clone()) {
            complaints.error(spot(text, &error), explain(&error, &text.value), None);
            return None;
        }
        let used = env.get_template(ONLY).ok()?.undeclared_variables(true);
        names.check(text, used.into_iter().collect(), vault, complaints);
        let source = guard::guarded(&text.value, &|name| names.is_number(name))
            .map_err(|at| unreadable(text, at, complaints))
            .ok()?;
        if env.add_template_owned(ONLY, source.clone()).is_err() {
            unreadable(text, 0, complaints);
            return None;
        }
        Some(Template { env, source, vault })
    }

    /// The same, for HTML: values are escaped, so that a cell is text there and nothing else.
    pub(super) fn html(mut self) -> Template {
        self.env.remove_template(ONLY);
        self.env.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
        // What was compiled before is compiled again; were it not, nothing would be rendered.
        let _ = self.env.add_template_owned(ONLY, self.source.clone());
        self
    }

    /// The same, for a URL: what [`guard::encode`] does to each value.
    pub(super) fn encoding(mut self) -> Template {
        guard::encode(&mut self.env);
        self
    }

    /// The text for one record.
    pub(super) fn render(&self, scope: &Arc<Scope>) -> Result<String, StepError> {
        let scope = Arc::clone(scope);
        self.fill(match self.vault {
            Vault::Open => Value::from_object(WithVault(scope)),
            Vault::Shut => Value::from_object(Root(scope)),
        })
    }

    fn fill(&self, root: Value) -> Result<String, StepError> {
        let mut page = Page(Vec::new());
        let template = self.env.get_template(ONLY);
        let rendered = template.and_then(|template| template.render_captured_to(root, &mut page).map(drop));
        rendered.map_err(|error| failure(&error, &self.source))?;
        Ok(String::from_utf8_lossy(&page.0).into_owned())
    }
}

/// What a template writes on; it holds no more than a text may be long.
struct Page(Vec<u8>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > guard::LONGEST {
            return Err(io::Error::other(guard::TOO_LONG));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
        names.check_numbers(text, &[(0, &text.value)], complaints);
        check_filters(text, 0, &text.value, complaints);
        match BASE.compile_expression_owned(text.value.clone()) {
            Ok(expression) => {
                let used = expression.undeclared_variables(true).into_iter().collect();
                names.check(text, used, Vault::Shut, complaints);
                let source = guard::guarded_expression(&text.value, &mut 0, &|name| names.is_number(name));
                let source = source.map_err(|at| unreadable(text, at, complaints)).ok()?;
                let Ok(expression) = BASE.compile_expression_owned(source.clone()) else {
                    unreadable(text, 0, complaints);
                    return None;
                };
                Some(Expression { expression, source })
            }
            Err(error) => {
                complaints.error(spot(text, &error), explain(&error, &text.value), None);
                None
            }
        }
    }
}

impl Expression {
    fn eval(&self, scope: &Arc<Scope>) -> Result<Value, StepError> {
        let root = Value::from_object(Root(Arc::clone(scope)));
        let value = self.expression.eval(root).map_err(|error| failure(&error, &self.source))?;
        if value.is_undefined() { Err(undefined(&self.source)) } else { Ok(value) }
    }

    /// The value for one record, of whatever type it is.
    pub(super) fn value(&self, scope: &Arc<Scope>) -> Result<serde_json::Value, StepError> {
        let value = self.eval(scope)?;
        let json = serde_json::to_value(value);
        json.map_err(|_| step_error(Reason::RenderFailed, format!("`{}` is no value", guard::plain(&self.source))))
    }
}

impl Condition for Expression {
    fn holds(&self, scope: &Arc<Scope>) -> Result<bool, StepError> {
        Ok(self.eval(scope)?.is_true())
    }
}

/// Complains about what would only be found when a row is rendered: other templates, and filters that are not there.
fn check_words(text: &Placed<String>, complaints: &mut Complaints) {
    const OTHERS: [&str; 5] = ["include", "import", "from", "extends", "block"];
    for (at, inside) in pieces(&text.value) {
        let tag = text.value[..at].trim_end_matches(['-', '+']).ends_with("{%");
        let word = inside.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        if tag && OTHERS.contains(&word) {
            let hint = Some("a template stands alone; write its text here".to_owned());
            complaints.error(within(text, at), format!("there is no `{word}` in templates"), hint);
        }
        check_filters(text, at, inside, complaints);
    }
}

/// Complains about `| name` where no filter has that name.
fn check_filters(text: &Placed<String>, begin: usize, expression: &str, complaints: &mut Complaints) {
    let Ok(tokens) = scan_template(expression) else { return };
    for pair in tokens.windows(2) {
        if let [(at, Token::Word("namespace")), (_, Token::Sign('('))] = pair {
            let hint = Some("a value that a loop builds up is not kept".to_owned());
            complaints.error(within(text, begin + at), "there is no function `namespace`".to_owned(), hint);
        }
        let [(_, Token::Sign('|')), (at, Token::Word(name))] = pair else { continue };
        let tried = BASE.empty_state().apply_filter(name, &[Value::UNDEFINED]);
        if tried.is_err_and(|error| error.kind() == minijinja::ErrorKind::UnknownFilter) {
            complaints.error(within(text, begin + at), format!("there is no filter `{name}`"), None);
        }
    }
}

/// Complains about an expression that MiniJinja reads and the guards cannot be written into.
fn unreadable(text: &Placed<String>, at: usize, complaints: &mut Complaints) {
    complaints.error(within(text, at), "this is written in a way that cannot be checked".to_owned(), None);
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
    if let Some(limit) = limit(error) {
        return limit.to_owned();
    }
    let kind = error.kind().to_string();
    let what = error.detail().map_or(kind.clone(), |detail| format!("{kind}: {detail}"));
    let piece = error.range().and_then(|range| source.get(range)).map(|piece| guard::plain(piece.trim()));
    let piece = piece.filter(|piece| !piece.is_empty());
    if error.detail() == Some(guard::MIXED) {
        let place = piece.map(|piece| format!(" in `{piece}`")).unwrap_or_default();
        return format!("{}{place}: declare the field in `[params]`, or write `| float` after it", guard::MIXED);
    }
    match piece {
        Some(piece) if error.kind() == minijinja::ErrorKind::UndefinedError => {
            format!("`{piece}` is not there")
        }
        Some(piece) => format!("{what} in `{piece}`"),
        None => what,
    }
}

/// The limit that was passed, if it was one of ours.
fn limit(error: &minijinja::Error) -> Option<&'static str> {
    let ours = [guard::TOO_LONG, guard::TOO_MUCH].into_iter().find(|limit| error.detail() == Some(limit));
    ours.or((error.kind() == minijinja::ErrorKind::WriteFailure).then_some(guard::TOO_LONG))
}

fn failure(error: &minijinja::Error, source: &str) -> StepError {
    let spent = error.kind() == minijinja::ErrorKind::OutOfFuel || limit(error).is_some();
    let reason = if spent { Reason::LimitExceeded } else { Reason::RenderFailed };
    step_error(reason, explain(error, source))
}

fn undefined(source: &str) -> StepError {
    step_error(Reason::RenderFailed, format!("`{}` has no value for this row", guard::plain(source)))
}

fn step_error(code: Reason, message: String) -> StepError {
    StepError::new(code, vec![ErrorInfo { kind: "template".to_owned(), code, field: None, message }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String, (Reason, String)> {
        let source = guard::guarded(text, &|name| name == "cap").unwrap();
        let mut env = BASE.clone();
        env.add_template_owned(ONLY, source.clone()).unwrap_or_else(|error| panic!("{source}: {error}"));
        let big = "x".repeat(300_000);
        let root = minijinja::context! { name => "Ada", age => "9", cap => 100, amount => 2.5, big => big };
        let failed = |error: StepError| (error.reason, error.errors[0].message.clone());
        Template { env, source, vault: Vault::Shut }.fill(root).map_err(failed)
    }

    #[test]
    fn guards_change_nothing_that_is_harmless() {
        for (text, wanted) in [
            ("Hello {{ name }}{# {{ x }} #}", "Hello Ada"),
            ("{{ 'it\\'s ' ~ name|upper ~ '!' }}", "it's ADA!"),
            ("{{ -amount * (cap + 1) - 2 ** 3 }}", "-260.5"),
            ("{% for x in [1, 2, 3] if x > 1 %}{{ x }},{% endfor %}", "2,3,"),
            ("{% set a = name ~ '1' %}{{ a == 'Ada1' }} {{ 'v' ~ 1 == 'v1' }}", "True True"),
            ("{{ 'y' if cap > 100 or 5 > cap else 'x' }}", "x"),
            ("{{ 'x' if cap >= 100 and age is not none else 'y' }}", "x"),
            ("{{ '%.2f'|format(amount) }} {{ age|int > 5 }} {{ name not in ['Eve'] }}", "2.50 True True"),
            ("{% raw %}{{ a ~ b }}{% endraw %}{{ {'a': 1}['a'] + 1 }}", "{{ a ~ b }}2"),
            ("{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m(name) }}{{ nope|default('') }}", "<Ada>"),
            ("{{ [1, 2]|join('-') }} {{ name|replace('a', 'o') }} {{ age is eq('9') }}", "1-2 Ado True"),
        ] {
            assert_eq!(filled(text), Ok(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn nothing_grows_past_the_limit() {
        let often = |start: &str, tag: &str| format!("{{% set a = {start} %}}{}{{{{ a }}}}", tag.repeat(60));
        for text in [
            "{% for i in range(9999) %}{{ big }}{% endfor %}",
            &often("name", "{% set a = a ~ a %}"),
            &often("name", "{% set a = a + a %}"),
            &often("[name]", "{% set a = [a, a] %}"),
            &often("name", "{% set a %}{{ a }}{{ a }}{% endset %}"),
            "{{ '%1000000000s'|format(name) }}",
            "{{ name|indent(1000000000) }}",
            "{{ big|replace('x', big) }}",
            "{{ range(9999)|join(big) }}",
            "{{ [name]|batch(1000000000, 0) }}",
            "{{ name|slice(1000000000) }}",
        ] {
            let (reason, why) = filled(text).unwrap_err();
            assert_eq!(reason, Reason::LimitExceeded, "{text}: {why}");
        }
        for text in ["{{ [1] * 10**8 }}", "{{ name * 10**8 }}", "{{ 10**8 * name }}"] {
            let why = filled(text).unwrap_err().1;
            assert!(why.contains("only numbers are multiplied"), "{text}: {why}");
        }
        // The crate's own limit on calls within calls may come first.
        for text in [
            "{% macro m(s, n) %}{% if n %}{{ m(s ~ s, n - 1) }}{% endif %}{% endmacro %}{{ m(name, 50) }}",
            "{% macro m(s, n) %}{% if n %}{{ m(s ~ s, n - 1) }}{% endif %}{% endmacro %}{{ m(big, 5) }}",
            "{% for s in [name] recursive %}{{ loop([s ~ s]) }}{% endfor %}",
            "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% else %}a{% endif %}{% endmacro %}{{ m(20) }}",
        ] {
            assert!(filled(text).is_err(), "{text}");
        }
        assert!(filled("{% set ns = namespace(s=name) %}").is_err());
    }

    #[test]
    fn a_value_is_text_in_html() {
        let cell = "<script>alert(\"x\")</script> & 'y' {{ name }}";
        for (text, wanted) in [
            (
                "<b>{{ name }}</b>",
                "<b>&lt;script&gt;alert(&quot;x&quot;)&lt;&#x2f;script&gt; &amp; &#x27;y&#x27; {{ name }}</b>",
            ),
            (
                "{{ name|upper ~ '<' }}",
                "&lt;SCRIPT&gt;ALERT(&quot;X&quot;)&lt;&#x2f;SCRIPT&gt; &amp; &#x27;Y&#x27; {{ NAME }}&lt;",
            ),
            ("{% set a %}<i>{{ 1 < 2 }}</i>{% endset %}{{ a }}", "<i>True</i>"),
            ("{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{{ m('<') }}", "<i>&lt;</i>"),
            ("{{ '<hr>'|safe }}", "<hr>"),
        ] {
            let source = guard::guarded(text, &|_| false).unwrap();
            let mut env = BASE.clone();
            env.add_template_owned(ONLY, source.clone()).unwrap();
            let template = Template { env, source, vault: Vault::Shut }.html();
            let filled =
                template.fill(minijinja::context! { name => cell }).map_err(|error| error.errors[0].message.clone());
            assert_eq!(filled.as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn text_is_not_compared_with_a_number() {
        for text in [
            "{{ (age) > 100 }}",
            "{{ age|trim > 5 }}",
            "{{ age > cap }}",
            "{{ age in [9, 10] }}",
            "{{ age not in [9, 10] }}",
            "{{ age is gt(5) }}",
            "{{ age == 9 }}",
            "{{ 5 < age }}",
            "{% if age > 100 %}{% endif %}",
            "{{ 'x' if age > 5 }}",
            "{% set a = age %}{{ a > 5 }}",
        ] {
            let (reason, why) = filled(text).unwrap_err();
            assert_eq!(reason, Reason::RenderFailed, "{text}: {why}");
            assert!(why.contains("[params]") && !why.contains("|_"), "{text}: {why}");
        }
    }
}
