//! Which names a template may use, and what to say about those that it may not (SPEC §4).

use std::cell::RefCell;

use super::Tools;
use crate::model::document::{Complaints, Placed, Spot, list, nearest};
use crate::model::project::ProjectType;
use crate::model::report::pasted;
use crate::model::spinner::{ParamKind, Spinner, Target, Targets};
use crate::model::tokens::{Token, compared_with_numbers, scan_template};

/// What is known about the table that a spinner will run over; nothing, when it is checked by itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// The table's name, its metadata fields, and all its columns.
    pub table: Option<(&'a str, &'a [String], &'a [String])>,
    /// The project that it will run in, by name and type.
    pub project: Option<(&'a str, ProjectType)>,
    /// The names of what is in the vault; nothing, when it does not matter.
    pub credentials: Option<&'a [String]>,
}

/// Names that always mean the same, whatever the table's columns are called.
const RESERVED: [&str; 7] = ["params", "output", "steps", "record", "job", "project", "vault"];

/// Functions that templates have.
const FUNCTIONS: [&str; 4] = ["range", "dict", "namespace", "loop"];

/// The names that one step may use.
pub(super) struct Names<'a> {
    spinner: &'a Spinner,
    known: &'a Known<'a>,
    /// What a step may need from outside.
    pub(super) tools: &'a Tools,
    here: usize,
    /// The credentials that the step was found to use.
    needs: RefCell<Vec<String>>,
}

/// Whether a text may hold what is in the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vault {
    /// It is a header, a URL, a body or a credential field (SPEC §4).
    Open,
    /// It is anything else.
    Shut,
}

impl<'a> Names<'a> {
    pub(super) fn new(spinner: &'a Spinner, known: &'a Known<'a>, tools: &'a Tools, here: usize) -> Names<'a> {
        Names { spinner, known, tools, here, needs: RefCell::default() }
    }

    /// The step uses a credential. Who names it is told, when the vault does not have it.
    pub(super) fn need(&self, credential: &str, by: &str, spot: Spot, complaints: &mut Complaints) {
        let mut needs = self.needs.borrow_mut();
        if needs.iter().any(|other| other.eq_ignore_ascii_case(credential)) {
            return;
        }
        needs.push(credential.to_owned());
        let Some(there) = self.known.credentials else { return };
        if there.iter().any(|other| other.eq_ignore_ascii_case(credential)) {
            return;
        }
        let what = format!("{by} needs the credential `{credential}`, which is not in the vault");
        let hint = match nearest(credential, there.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`cxgear vault set {credential}` keeps it"),
        };
        complaints.error(spot, what, Some(hint));
    }

    /// The credentials that the step was found to use.
    pub(super) fn needs(self) -> Vec<String> {
        self.needs.into_inner()
    }

    /// The spinner that the step belongs to, and its place there.
    pub(super) fn spinner(&self) -> &'a Spinner {
        self.spinner
    }

    pub(super) fn here(&self) -> usize {
        self.here
    }

    /// The step below, or the end.
    pub(super) fn below(&self) -> Target {
        if self.here + 1 < self.spinner.steps.len() { Target::Step(self.here + 1) } else { Target::End }
    }

    /// The steps it may be sent to.
    pub(super) fn targets(&self) -> Targets {
        self.spinner.targets(self.here)
    }

    /// Complains about every name in `used` (dotted paths, as the templates give them) that is not in scope.
    pub(super) fn check(&self, text: &Placed<String>, used: Vec<String>, vault: Vault, complaints: &mut Complaints) {
        let mut used = used;
        used.sort();
        for path in used {
            let mut parts = path.split('.');
            let first = parts.next().unwrap_or_default();
            let spot = place(text, &path);
            match first {
                "params" => {
                    if let Some(name) = parts.next() {
                        self.check_field(name, spot, complaints);
                    }
                }
                "steps" => self.check_step(parts.next(), spot, complaints),
                "vault" if vault == Vault::Open => {}
                "vault" => {
                    let what = "`vault` is only there in headers, URLs, bodies and credentials".to_owned();
                    complaints.error(spot, what, None);
                }
                name if RESERVED.contains(&name) || FUNCTIONS.contains(&name) => {}
                name => self.check_field(name, spot, complaints),
            }
        }
        for (name, key) in quoted(&text.value, "params[") {
            self.check_field(key, place(text, name), complaints);
        }
        for (name, key) in quoted(&text.value, "steps[") {
            self.check_step(Some(key), place(text, name), complaints);
        }
    }

    /// Takes note of every `vault.NAME`, and complains where a credential is named in a way that only a row could tell.
    pub(super) fn check_vault(&self, text: &Placed<String>, pieces: &[(usize, &str)], complaints: &mut Complaints) {
        for (begin, piece) in pieces {
            let Ok(tokens) = scan_template(piece) else { continue };
            for (at, name) in vaulted(&tokens) {
                let spot = within(text, begin + at);
                match name {
                    Some(name) => self.need(name, "this template", spot, complaints),
                    None => {
                        let hint = "write `vault.NAME`, or `vault[\"NAME\"]` for a name with a `-` or `.`".to_owned();
                        complaints.error(spot, "`vault` is only there with a name after it", Some(hint));
                    }
                }
            }
        }
    }

    fn check_field(&self, name: &str, spot: Spot, complaints: &mut Complaints) {
        let Some((table, fields, columns)) = self.known.table else { return };
        if fields.iter().any(|field| field == name) {
            return;
        }
        if columns.iter().any(|column| column == name) {
            let what =
                format!("column `{name}` of table `{table}` is not a metadata field, so it does not enter the run");
            complaints.error(spot, what, Some(add(table, name)));
            return;
        }
        let hint = match nearest(name, fields.iter().map(String::as_str).chain(RESERVED)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("metadata fields of `{table}`: {}", list(fields.iter().map(String::as_str))),
        };
        complaints.error(spot, format!("there is no field `{name}`"), Some(hint));
    }

    fn check_step(&self, name: Option<&str>, spot: Spot, complaints: &mut Complaints) {
        let Some(name) = name else { return };
        let earlier = || self.spinner.steps[..self.here].iter().map(|step| step.name.value.as_str());
        // `steps["a-b"]` is reached by its quoted name, which the templates do not list.
        if earlier().any(|step| step == name) {
            return;
        }
        if self.spinner.steps.iter().any(|step| step.name.value == name) {
            let hint = Some("only the output of steps above is there".to_owned());
            return complaints.error(spot, format!("step `{name}` is not above this one"), hint);
        }
        let hint = match nearest(name, earlier()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("earlier steps: {}", list(earlier())),
        };
        complaints.error(spot, format!("there is no earlier step `{name}`"), Some(hint));
    }

    /// Whether a name is a field that is declared as a number, and means nothing else.
    pub(super) fn is_number(&self, name: &str) -> bool {
        let number = |kind| matches!(kind, ParamKind::Number | ParamKind::Integer);
        !RESERVED.contains(&name) && self.spinner.params.iter().any(|(n, rule)| n.value == name && number(rule.kind))
    }

    /// Complains about text fields that are compared with numbers.
    pub(super) fn check_numbers(&self, text: &Placed<String>, pieces: &[(usize, &str)], complaints: &mut Complaints) {
        let typed =
            |name: &str| self.spinner.params.iter().any(|(n, rule)| n.value == name && rule.kind != ParamKind::Text);
        let field = |tokens: &[(usize, Token<'_>)]| {
            let (name, width) = field_at_end(tokens)?;
            let ours = self.known.table.is_none_or(|(_, fields, _)| fields.iter().any(|field| field == name));
            (ours && !typed(name)).then(|| (name.to_owned(), width))
        };
        for (begin, piece) in pieces {
            let Ok(tokens) = scan_template(piece) else { continue };
            for (at, name) in compared_with_numbers(&tokens, field) {
                let what = format!("`{name}` is text, and is compared with a number");
                let hint = format!("declare it: `[params]` with `{name} = \"number\"`");
                complaints.error(within(text, begin + at), what, Some(hint));
            }
        }
    }
}

/// Every use of `vault`: where, and the name that follows it.
fn vaulted<'t>(tokens: &[(usize, Token<'t>)]) -> Vec<(usize, Option<&'t str>)> {
    let mut found = Vec::new();
    for (place, (at, token)) in tokens.iter().enumerate() {
        let own = place.checked_sub(1).is_none_or(|before| tokens[before].1 != Token::Sign('.'));
        if *token != Token::Word("vault") || !own {
            continue;
        }
        let after: Vec<_> = tokens[place + 1..].iter().take(3).map(|(_, token)| *token).collect();
        found.push(match after.as_slice() {
            [Token::Sign('.'), Token::Word(name), ..] => (*at, Some(*name)),
            [Token::Sign('['), Token::Quoted('\'' | '"', name), Token::Sign(']')] if !name.contains('\\') => {
                (*at, Some(*name))
            }
            _ => (*at, None),
        });
    }
    found
}

/// How a column becomes a metadata field.
fn add(table: &str, column: &str) -> String {
    format!("`cxgear table metadata {} --add {}`", pasted(table), pasted(column))
}

/// The field that the tokens end with: `name`, `params.name` or `params["name"]`.
fn field_at_end<'t>(tokens: &[(usize, Token<'t>)]) -> Option<(&'t str, usize)> {
    let kinds: Vec<_> = tokens.iter().rev().take(4).map(|(_, token)| *token).collect();
    match kinds.as_slice() {
        [Token::Sign(')'), ..] => {
            // A bracket around nothing but the field.
            let (open, width) = (1..tokens.len()).rev().find_map(|at| {
                let (name, width) = field_at_end(&tokens[..at])?;
                Some((name, width)).filter(|_| at + 1 == tokens.len())
            })?;
            let begin = tokens.len().checked_sub(width + 2)?;
            let called = begin.checked_sub(1).is_some_and(|at| tokens[at].1.ends_operand());
            (tokens[begin].1 == Token::Sign('(') && !called).then_some((open, width + 2))
        }
        [Token::Sign(']'), Token::Quoted(_, name), Token::Sign('['), Token::Word("params"), ..] => Some((name, 4)),
        [Token::Word(name), Token::Sign('.'), Token::Word("params"), ..] => Some((name, 3)),
        [Token::Word(_), Token::Sign('.'), ..] => None,
        [Token::Word(name), ..] if !RESERVED.contains(name) => Some((name, 1)),
        _ => None,
    }
}

/// Every `params["name"]` or `steps["name"]`, as `before` says: the whole of it, and the name.
fn quoted<'t>(text: &'t str, before: &str) -> Vec<(&'t str, &'t str)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(before) {
        let own = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | '.'));
        let inside = &text[at + before.len()..];
        let inside = inside.trim_start();
        let begin = text.len() - inside.len();
        let Some(quote) = inside.chars().next().filter(|c| own && matches!(c, '"' | '\'')) else { continue };
        if let Some(end) = inside[1..].find(quote) {
            found.push((&text[at..begin + end + 2], &inside[1..=end]));
        }
    }
    found
}

/// Where a piece of a TOML string stands in the file; exact for strings without escapes.
pub(super) fn within(text: &Placed<String>, byte: usize) -> Spot {
    let inner = Spot::of(&text.value, byte);
    if inner.line == 1 && !text.value.contains('\n') {
        Spot { line: text.spot.line, column: text.spot.column + inner.column }
    } else {
        // A string of many lines begins on the line after its quotes.
        Spot { line: text.spot.line + inner.line, column: inner.column }
    }
}

fn place(text: &Placed<String>, needle: &str) -> Spot {
    let word = |at: usize| {
        let before = text.value[..at].chars().next_back();
        let after = text.value[at + needle.len()..].chars().next();
        [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric() && c != '_')
    };
    let found = text.value.match_indices(needle).map(|(at, _)| at).find(|at| word(*at));
    within(text, found.or_else(|| text.value.find(needle)).unwrap_or(0))
}

/// Checks what `[params]` and `project_type` say against what is known.
pub(super) fn check_params(spinner: &Spinner, known: &Known<'_>, complaints: &mut Complaints) {
    let nowhere = Spot { line: 1, column: 1 };
    if let (Some(wanted), Some((name, is))) = (&spinner.project_type, known.project)
        && wanted.value != is.name()
    {
        let what = format!("the spinner is for {} projects, and project `{name}` is {is}", wanted.value);
        let hint = format!(
            "it needs a project of that type: `cxgear project new NAME --type {}` makes one, and `--project NAME` puts \
             new tables and spinners there",
            wanted.value
        );
        complaints.error(wanted.spot, what, Some(hint));
    }
    let Some((table, fields, columns)) = known.table else { return };
    for (name, _) in &spinner.params {
        if fields.contains(&name.value) {
            continue;
        }
        if columns.contains(&name.value) {
            let what = format!("`[params]` declares `{}`, which is not a metadata field of `{table}`", name.value);
            complaints.error(name.spot, what, Some(add(table, &name.value)));
        } else {
            let hint =
                nearest(&name.value, fields.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
            complaints.error(
                name.spot,
                format!("`[params]` declares `{}`, which `{table}` does not have", name.value),
                hint,
            );
        }
    }
    for field in fields.iter().filter(|field| RESERVED.contains(&field.as_str())) {
        let what = format!("the field `{field}` has a reserved name");
        complaints.warning(nowhere, what, Some(format!("reach it as `params[\"{field}\"]`")));
    }
}
