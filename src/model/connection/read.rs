//! Reading the sections of integrations and channels, every mistake with its place.

use std::collections::BTreeMap;

use super::{Connection, Holds, Key, Need, Object, PROVIDERS, Provider, Setting};
use crate::model::credential::check_name;
use crate::model::document::{Complaints, Fields, Node, Placed, Spot, list, nearest};
use crate::model::fingerprint;
use crate::model::spinner::rate_of;

/// What makes a text the name of a credential.
const VAULT: &str = "vault:";

/// A longer name cannot be read in a table.
const LONGEST_NAME: usize = 64;

/// Reads `[integrations]` or `[channels]`.
pub(in crate::model) fn section(object: Object, node: Placed<Node>, complaints: &mut Complaints) -> Vec<Connection> {
    let mut fields = Fields::of(node, format!("`[{}]`", object.table()), complaints);
    let all = fields.rest();
    fields.finish();
    let mut found: Vec<Connection> = Vec::new();
    for (name, node) in all {
        let spot = name.spot;
        if let Some(twin) = found.iter().find(|other| other.name.eq_ignore_ascii_case(&name.value)) {
            let what = format!("`{}` and `{}` are the same name but for case", twin.name, name.value);
            complaints.error(spot, what, Some("rename one of them".to_owned()));
        }
        found.extend(one(object, name, node, complaints));
    }
    found
}

fn one(object: Object, name: Placed<String>, node: Placed<Node>, complaints: &mut Complaints) -> Option<Connection> {
    let owner = format!("`[{}.{}]`", object.table(), name.value);
    if let Err(why) = name_fits(&name.value) {
        complaints.error(name.spot, format!("`{}` cannot be the name of a thing: {why}", name.value), None);
    }
    let sha256 = fingerprint::of_text(&node.value.canonical().to_string());
    // A section's own place is its header; what is missing is missing there.
    let node = Placed { value: node.value, spot: name.spot };
    let mut fields = Fields::of(node, owner, complaints);
    let kind = kind(object, &mut fields);
    let named = fields.text("provider");
    let rate = fields
        .text("rate")
        .and_then(|rate| rate_of(&rate.value).map_err(|why| fields.complaints.error(rate.spot, why, None)).ok());
    let concurrency = concurrency(&mut fields);
    let allow_private = fields.bool("allow_private").is_some_and(|truth| truth.value);
    // Without its provider nothing can be said of the other keys.
    let Some(provider) = kind.and_then(|kind| provider(object, kind, named.as_ref(), &mut fields)) else {
        fields.rest();
        return None;
    };
    let values: BTreeMap<_, _> =
        provider.keys.iter().filter_map(|key| Some((key.name, setting(key, &mut fields)?))).collect();
    of_another(object, provider, named.is_some(), &mut fields);
    let spot = fields.spot;
    fields.finish();
    let (name, kind) = (name.value, provider.kind);
    let connection = Connection { object, name, kind, provider, rate, concurrency, allow_private, sha256, values };
    together(&connection, spot, complaints);
    Some(connection)
}

fn name_fits(name: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match name {
        "" => Err("it is empty".to_owned()),
        name if !name.chars().all(fits) => Err("it may hold letters, digits, `_` and `-`".to_owned()),
        name if name.len() > LONGEST_NAME => Err(format!("it is longer than {LONGEST_NAME} characters")),
        _ => Ok(()),
    }
}

fn kind(object: Object, fields: &mut Fields<'_>) -> Option<&'static str> {
    let mut kinds: Vec<&str> = PROVIDERS.iter().filter(|p| p.object == object).map(|p| p.kind).collect();
    kinds.dedup();
    if !fields.has("kind") {
        let what = format!("{} has no `kind`", fields.owner);
        fields.complaints.error(fields.spot, what, Some(format!("add `kind = \"…\"`; kinds: {}", list(kinds))));
        return None;
    }
    let kind = fields.text("kind")?;
    let known = kinds.iter().find(|known| **known == kind.value).copied();
    if known.is_none() {
        let hint = match nearest(&kind.value, kinds.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("kinds: {}", list(kinds)),
        };
        let what = format!("there is no kind `{}` of {}", kind.value, object.name());
        fields.complaints.error(kind.spot, what, Some(hint));
    }
    known
}

fn provider(
    object: Object,
    kind: &str,
    named: Option<&Placed<String>>,
    fields: &mut Fields<'_>,
) -> Option<&'static Provider> {
    let all = || PROVIDERS.iter().filter(move |provider| (provider.object, provider.kind) == (object, kind));
    let Some(named) = named else {
        // One that is there and no text was told.
        return all().next();
    };
    let known = all().find(|provider| provider.name == named.value);
    if known.is_none() {
        let names = || all().map(|provider| provider.name);
        let hint = match nearest(&named.value, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("providers of `{kind}`: {}", list(names())),
        };
        let what = format!("there is no provider `{}` of kind `{kind}`", named.value);
        fields.complaints.error(named.spot, what, Some(hint));
    }
    known
}

fn concurrency(fields: &mut Fields<'_>) -> Option<u32> {
    let given = fields.integer("concurrency")?;
    let count = u32::try_from(given.value).ok().filter(|count| *count > 0);
    if count.is_none() {
        fields.complaints.error(given.spot, "`concurrency` must be at least 1", None);
    }
    count
}

/// What stands under a key of the provider.
fn setting(key: &'static Key, fields: &mut Fields<'_>) -> Option<Setting> {
    if key.need == Need::Required && !fields.has(key.name) {
        let what = format!("{} has no `{}`", fields.owner, key.name);
        let value = match key.holds {
            Holds::Secret => format!("\"{VAULT}NAME\""),
            Holds::Url => "\"https://…\"".to_owned(),
            Holds::Integer(least, _) => least.to_string(),
            Holds::Truth => "true".to_owned(),
            Holds::Text | Holds::Word(_) => "\"…\"".to_owned(),
        };
        fields.complaints.error(fields.spot, what, Some(format!("add `{} = {value}`", key.name)));
    }
    match key.holds {
        Holds::Truth => fields.bool(key.name).map(|truth| Setting::Truth(truth.value)),
        Holds::Integer(least, most) => {
            let number = fields.integer(key.name)?;
            if !(least..=most).contains(&number.value) {
                let what = format!("`{}` of {} must be between {least} and {most}", key.name, fields.owner);
                fields.complaints.error(number.spot, what, None);
            }
            Some(Setting::Integer(number.value))
        }
        Holds::Secret => secret(key.name, fields),
        Holds::Text | Holds::Word(_) | Holds::Url => {
            let text = fields.text(key.name)?;
            if let Err((what, hint)) = text_fits(key, &text.value) {
                fields.complaints.error(text.spot, format!("`{}` of {} {what}", key.name, fields.owner), hint);
            }
            Some(Setting::Text(text.value))
        }
    }
}

/// The name behind `vault:NAME`. A secret in plain text is refused, and is not repeated.
fn secret(key: &'static str, fields: &mut Fields<'_>) -> Option<Setting> {
    let text = fields.text(key)?;
    let Some(name) = text.value.strip_prefix(VAULT) else {
        let what = format!("`{key}` of {} is a secret, and this file is no place for one", fields.owner);
        let hint = format!("`cxgear vault set NAME` keeps it; write `{key} = \"{VAULT}NAME\"` here");
        fields.complaints.error(text.spot, what, Some(hint));
        return None;
    };
    if let Err(why) = check_name(name) {
        let what = format!("`{key}` of {} does not name a credential: {why}", fields.owner);
        fields.complaints.error(text.spot, what, Some(format!("write `{key} = \"{VAULT}NAME\"`")));
        return None;
    }
    Some(Setting::Credential(name.to_owned()))
}

fn text_fits(key: &Key, text: &str) -> Result<(), (String, Option<String>)> {
    if text.trim().is_empty() {
        return Err(("is empty".to_owned(), None));
    }
    if text.chars().any(char::is_control) {
        return Err(("holds a control character".to_owned(), None));
    }
    if text.starts_with(VAULT) {
        return Err(("is not a secret, and is not looked up in the vault".to_owned(), None));
    }
    match key.holds {
        Holds::Word(words) if !words.contains(&text) => {
            let hint = match nearest(text, words.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it may be {}", list(words.iter().copied())),
            };
            Err((format!("is `{text}`, and there is no such word for it"), Some(hint)))
        }
        Holds::Url => url_fits(text).map_err(|(what, hint)| (what.to_owned(), Some(hint.to_owned()))),
        Holds::Text | Holds::Word(_) | Holds::Integer(..) | Holds::Truth | Holds::Secret => Ok(()),
    }
}

fn url_fits(text: &str) -> Result<(), (&'static str, &'static str)> {
    let after = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = after.map(|after| after.split(['/', '?', '#']).next().unwrap_or_default());
    match host {
        None | Some("") => {
            Err(("is not the address of a service", "it begins with `https://` or `http://` and a host"))
        }
        Some(host) if host.contains('@') => {
            Err(("holds a user or a password", "keep it with `cxgear vault set NAME`, and take it out of the address"))
        }
        Some(_) if text.contains(['?', '#']) => {
            Err(("has a query or a fragment, and paths are put behind it", "write only what comes before it"))
        }
        Some(_) if text.contains(char::is_whitespace) => Err(("holds a space", "write it as `%20`")),
        Some(_) => Ok(()),
    }
}

/// A key that only another provider knows: most likely the provider was forgotten.
fn of_another(object: Object, provider: &Provider, named: bool, fields: &mut Fields<'_>) {
    if named {
        return;
    }
    let others = PROVIDERS.iter().filter(|other| (other.object, other.kind) == (object, provider.kind));
    let other = others.filter(|other| other.name != provider.name).find_map(|other| {
        let key = other.keys.iter().find(|key| fields.has(key.name))?;
        Some((other.name, key.name))
    });
    if let Some((other, key)) = other {
        let what = format!("{} has no `provider`, so it is `{}`, which has no `{key}`", fields.owner, provider.name);
        fields.complaints.error(fields.spot, what, Some(format!("add `provider = \"{other}\"`")));
        fields.rest();
    }
}

/// What only together makes sense.
fn together(connection: &Connection, spot: Spot, complaints: &mut Complaints) {
    if connection.provider.name != "smtp" {
        return;
    }
    let owner = format!("`[{}.{}]`", connection.object.table(), connection.name);
    let (username, password) = (connection.text("username"), connection.credential("password"));
    match (username, password) {
        (Some(_), None) => {
            let hint = format!("add `password = \"{VAULT}NAME\"`");
            complaints.error(spot, format!("{owner} has a `username` and no `password`"), Some(hint));
        }
        (None, Some(_)) => {
            let hint = "add `username = \"…\"`".to_owned();
            complaints.error(spot, format!("{owner} has a `password` and no `username`"), Some(hint));
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
    let near = connection.text("host").is_some_and(|host| {
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    });
    if connection.text("security") == Some("none") && !near && !connection.allow_private {
        let what = format!("{owner} would send mail in plain text over the network");
        let hint = "use `security = \"starttls\"` or \"tls\"; `allow_private = true` allows it in your own network";
        complaints.error(spot, what, Some(hint.to_owned()));
    }
}
