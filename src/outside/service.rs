//! Integrations, tried without asking them for anything: whether they are there and let us in.
//! Deliberately absent: what steps ask of them.

use std::sync::Arc;

use serde_json::Value;

use crate::model::connection::Connection;
use crate::model::secrets::Secrets;
use crate::model::time::Clock;
use crate::outside::http::{Method, Request, Response, Rules, Web};
use crate::outside::sending::{Refused, Why, refusal};

/// The version of Anthropic's API that is spoken.
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// Tries an integration. `then` is called once, on another thread or this one, with what was found.
pub fn check(
    connection: &Connection,
    web: &Web,
    secrets: &Secrets,
    clock: &Arc<dyn Clock>,
    then: impl FnOnce(Result<String, Refused>) + Send + 'static,
) {
    let asked = match connection.provider.name {
        "mock" => return then(Ok("it is a part of cxgear".to_owned())),
        "anthropic" => anthropic(connection, secrets),
        "openai" => openai(connection, secrets),
        _ => http(connection, secrets),
    };
    let request = match asked {
        Ok(request) => request.header("accept", "application/json"),
        Err(refused) => return then(Err(refused)),
    };
    let client = web.client(Rules { allow_private: connection.allow_private, ..Rules::default() });
    let (read, clock) = (if connection.kind == "llm" { models } else { there }, Arc::clone(clock));
    client.send(request, move |answer| {
        let found = answer.map_err(Refused::from).and_then(|response| match response.status {
            // Each says in its own way that we are not let in.
            401 | 403 => Err(Refused { why: Why::Unauthorized, ..refused(&response, clock.as_ref()) }),
            402 => Err(refused(&response, clock.as_ref())),
            _ => read(&response).ok_or_else(|| refused(&response, clock.as_ref())),
        });
        then(found);
    });
}

fn openai(connection: &Connection, secrets: &Secrets) -> Result<Request, Refused> {
    let request = Request::new(Method::GET, at(connection, "/models"));
    Ok(match secret(connection, "api_key", secrets)? {
        Some(key) => request.header("authorization", format!("Bearer {key}")),
        None => request,
    })
}

fn anthropic(connection: &Connection, secrets: &Secrets) -> Result<Request, Refused> {
    let request = Request::new(Method::GET, at(connection, "/v1/models"));
    let request = request.header("anthropic-version", ANTHROPIC_VERSION);
    Ok(match secret(connection, "api_key", secrets)? {
        Some(key) => request.private_header("x-api-key", key),
        None => request,
    })
}

fn http(connection: &Connection, secrets: &Secrets) -> Result<Request, Refused> {
    let request = Request::new(Method::GET, at(connection, ""));
    Ok(match secret(connection, "authorization", secrets)? {
        Some(value) => request.header("authorization", value),
        None => request,
    })
}

fn at(connection: &Connection, path: &str) -> String {
    let base = connection.text("base_url").unwrap_or_default();
    if path.is_empty() { base.to_owned() } else { format!("{}{path}", base.trim_end_matches('/')) }
}

fn secret<'s>(connection: &Connection, key: &str, secrets: &'s Secrets) -> Result<Option<&'s str>, Refused> {
    let Some(name) = connection.credential(key) else { return Ok(None) };
    let value = secrets.value(name);
    value.map(Some).ok_or_else(|| Refused::unsent(Why::Permanent, format!("the vault has no `{name}`")))
}

/// A list of models; anything else is no language model.
fn models(response: &Response) -> Option<String> {
    let body: Value = serde_json::from_slice(&response.body).ok()?;
    let all = body["data"].as_array().filter(|_| (200..300).contains(&response.status))?;
    let names: Vec<_> = all.iter().filter_map(|model| model["id"].as_str()).take(3).collect();
    let more = if all.len() > names.len() { " and more" } else { "" };
    Some(format!("it has {} models: {}{more}", all.len(), names.join(", ")))
}

/// A service need not have anything at its base: that it answers is enough, unless it says that it is broken.
fn there(response: &Response) -> Option<String> {
    (response.status < 500).then(|| format!("it answers {}", response.told()))
}

fn refused(response: &Response, clock: &dyn Clock) -> Refused {
    let words = String::from_utf8_lossy(&response.body).trim().to_owned();
    refusal(&response.host(), response, (!words.is_empty()).then_some(words), clock.now())
}
