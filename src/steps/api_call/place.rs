//! Where a request goes. What a cell holds stays in its place there: it makes no other host, no further segment of a path
//! and no further parameter.

use std::sync::Arc;

use super::base::Base;
use super::text::{Pairs, compile, only_expression};
use crate::engine::{Scope, StepError};
use crate::model::document::{Complaints, Placed};
use crate::model::payload::ErrorInfo;
use crate::model::reason::Reason;
use crate::model::tokens::{Token, scan_template};
use crate::outside::http::origin;
use crate::steps::guard::{VALUE_BEGIN, VALUE_END};
use crate::steps::names::{Names, within};
use crate::steps::pieces::pieces;
use crate::steps::template::Template;

/// Where a request goes.
pub(super) struct Place {
    url: Url,
    /// Stands before the path: an integration's URL.
    base: String,
    /// Where it must stay.
    origin: Option<String>,
    query: Option<Pairs>,
}

enum Url {
    /// The same for every row.
    Fixed(String),
    /// One expression that is the whole URL.
    Whole(Template),
    /// A text with values in it.
    Filled(Template),
}

/// The tags that a URL may have. Others keep text aside, which would be encoded twice.
const TAGS: [&str; 9] = ["if", "elif", "else", "endif", "for", "endfor", "set", "raw", "endraw"];

impl Place {
    pub(super) fn read(
        text: &Placed<String>,
        query: Option<Pairs>,
        base: &Base,
        names: &Names<'_>,
        complaints: &mut Complaints,
    ) -> Option<Place> {
        let url = if !text.value.contains('{') {
            Url::Fixed(text.value.clone())
        } else if only_expression(&text.value).is_some() {
            Url::Whole(compile(text, names, complaints)?)
        } else {
            check_tags(text, complaints)?;
            Url::Filled(compile(text, names, complaints)?.encoding())
        };
        let mut place = Place { url, base: String::new(), origin: base.origin.clone(), query };
        if !matches!(place.url, Url::Whole(_)) {
            place.base = check_begin(text, base, complaints)?;
        }
        Some(place)
    }

    /// The URL for one record.
    pub(super) fn render(&self, scope: &Arc<Scope>) -> Result<String, StepError> {
        let path = match &self.url {
            Url::Fixed(text) => text.clone(),
            Url::Whole(template) => template.render(scope)?.trim().to_owned(),
            Url::Filled(template) => {
                settle(&template.render(scope)?).map_err(|what| error(Reason::RequestInvalid, what))?
            }
        };
        let mut url = format!("{}{path}", self.base);
        if let Url::Whole(_) = self.url {
            let found = origin(&url, true).map_err(|fault| error(Reason::RequestInvalid, fault.what))?;
            if self.origin.as_ref().is_some_and(|wanted| *wanted != found) {
                let what = format!("`url` leads to `{found}`, and the integration of this step is for another place");
                return Err(error(Reason::PolicyDenied, what));
            }
        }
        if let Some(query) = &self.query {
            let at = url.find('#').unwrap_or(url.len());
            let sign = if url[..at].contains('?') { "&" } else { "?" };
            url.insert_str(at, &format!("{sign}{}", query.render(scope)?));
        }
        Ok(url)
    }
}

fn error(code: Reason, message: String) -> StepError {
    let info = ErrorInfo { kind: "validation".to_owned(), code, field: Some("url".to_owned()), message };
    StepError::new(code, vec![info])
}

fn check_tags(text: &Placed<String>, complaints: &mut Complaints) -> Option<()> {
    let mut fine = Some(());
    for (at, inside) in pieces(&text.value) {
        let is_tag = text.value[..at].trim_end_matches(['-', '+']).ends_with("{%");
        let tokens = scan_template(inside).unwrap_or_default();
        let Some((_, Token::Word(word))) = tokens.first().filter(|_| is_tag) else { continue };
        let keeps = *word == "set" && !tokens.iter().any(|(_, token)| *token == Token::Sign('='));
        if keeps || !TAGS.contains(word) {
            let what = format!("a URL has no `{word}` that keeps text aside");
            complaints.error(within(text, at), what, Some("build the value in a `function` step above".to_owned()));
            fine = None;
        }
    }
    fine
}

/// What stands before the text: nothing, or the integration's URL. The host must be written out.
fn check_begin(text: &Placed<String>, base: &Base, complaints: &mut Complaints) -> Option<String> {
    let literal = &text.value[..text.value.find('{').unwrap_or(text.value.len())];
    if literal.chars().any(|c| c.is_control() || c.is_whitespace()) {
        complaints.error(
            text.spot,
            "`url` has a space or line break in it",
            Some("write `%20` for a space".to_owned()),
        );
        return None;
    }
    let lower = literal.to_ascii_lowercase();
    let absolute = lower.contains("://") && !lower.starts_with('/');
    if !absolute {
        let Some(url) = &base.url else {
            let hint = "begin it with `https://`, make it one `{{ … }}` that is the whole URL, or name an `integration` \
                        that has a `base_url`";
            complaints.error(text.spot, "`url` is no whole URL", Some(hint.to_owned()));
            return None;
        };
        let between = if literal.is_empty() || literal.starts_with(['/', '?', '#']) { "" } else { "/" };
        return Some(format!("{}{between}", url.trim_end_matches('/')));
    }
    let host = lower.find("://").map_or(0, |at| at + 3);
    let end = lower[host..].find(['/', '?', '#']);
    if end.is_none() && literal.len() < text.value.len() {
        let hint = "write the host out, or make `url` one `{{ … }}` that is the whole URL".to_owned();
        complaints.error(within(text, literal.len()), "a value cannot be a part of the host", Some(hint));
        return None;
    }
    let begin = &literal[..end.map_or(literal.len(), |end| host + end)];
    match origin(begin, base.allow_private) {
        Ok(found) if base.origin.as_ref().is_none_or(|wanted| *wanted == found) => Some(String::new()),
        Ok(found) => {
            let what = format!("`url` leads to `{found}`, and the integration is for `{}`", base.origin.as_deref()?);
            complaints.error(text.spot, what, Some("leave out the host, or the integration".to_owned()));
            None
        }
        Err(fault) => {
            let hint = fault.what.contains("allow_private").then(|| "name an `integration` that has it".to_owned());
            complaints.error(text.spot, format!("`url`: {}", fault.what), hint);
            None
        }
    }
}

/// A URL with its values in their places, or why one cannot be there. Values are encoded, so that every sign that means
/// something is the writer's own.
fn settle(marked: &str) -> Result<String, String> {
    let begin = marked.find("://").map_or(0, |at| at + 3);
    let end = marked.find(['?', '#']).unwrap_or(marked.len());
    let mut rest = marked.get(begin..end).unwrap_or_default();
    while !rest.is_empty() {
        let length = rest.find('/').unwrap_or(rest.len());
        let segment = &rest[..length];
        let has_value = segment.contains(VALUE_BEGIN);
        match plain(segment).to_ascii_lowercase().replace("%2e", ".").as_str() {
            "" if has_value => return Err("a value in the path of `url` is empty".to_owned()),
            dots @ ("." | "..") if has_value => return Err(format!("a value in the path of `url` is `{dots}`")),
            _ => {}
        }
        rest = rest.get(length + 1..).unwrap_or_default();
    }
    Ok(plain(marked))
}

fn plain(marked: &str) -> String {
    marked.replace([VALUE_BEGIN, VALUE_END], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> String {
        text.replace('<', &VALUE_BEGIN.to_string()).replace('>', &VALUE_END.to_string())
    }

    #[test]
    fn values_stay_in_their_segment() {
        for (text, wanted) in [
            ("https://a.test/<x>/y", "https://a.test/x/y"),
            ("/v1/x<>/y", "/v1/x/y"),
            ("/v1//y/", "/v1//y/"),
            ("/v1/<a>.<b>?q=<>&r=<..>", "/v1/a.b?q=&r=.."),
            ("/v1/../<x>", "/v1/../x"),
            ("/#<>", "/#"),
        ] {
            assert_eq!(settle(&marked(text)).as_deref(), Ok(wanted), "{text}");
        }
        for text in
            ["/v1/<>", "/v1/<>/y", "/<><>?q", "/v1/<..>", "/v1/.<.>/y", "/<.>", "/%2e<.>", "https://a.test/<%2E%2e>"]
        {
            assert!(settle(&marked(text)).is_err(), "{text}");
        }
    }
}
