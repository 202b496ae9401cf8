//! Through `api_call`: header, path, query, form, JSON and body out; body, header, status line and redirect back.

use serde_json::Value;

use super::misbehaving::{Manner, Seen, Server, answer};
use super::{Place, canaries};

/// What a request said, decoded as far as whoever asks wants it; for the echo.
fn said(seen: &Seen) -> Vec<String> {
    let body = String::from_utf8_lossy(&seen.body).into_owned();
    let path = decoded(&seen.path.replace('+', " "));
    let mut all = vec![seen.path.clone(), path];
    all.extend(
        seen.headers.iter().filter(|(name, _)| name.starts_with("x-") || name == "authorization").map(|h| h.1.clone()),
    );
    if let Ok(json) = serde_json::from_str::<Value>(&body) {
        all.extend(json.get("secret").and_then(Value::as_str).map(str::to_owned));
    }
    all.push(decoded(&body.replace('+', " ")));
    all.push(body);
    all.retain(|text| !text.is_empty());
    all
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A header as a server may answer with it: without what would end it.
fn header(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

/// Answers with all that was said, where the path says: in the body, in headers, in an error, in the status line, or in
/// the place that it leads to.
fn echo(port: u16, seen: &Seen) -> Manner {
    let all = said(seen);
    let told = all.join("\n");
    let json = serde_json::to_string(&serde_json::json!({ "said": all, "all": told })).unwrap();
    let packed = base64(told.as_bytes());
    let headers: Vec<_> = all.iter().map(|text| ("X-Said", header(text))).collect();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let way = seen.path.split('/').nth(1).unwrap_or_default().to_owned();
    Manner::Answer(match way.as_str() {
        "body" => answer("200 OK", &[("Content-Type", "application/json")], json.as_bytes()),
        "header" => answer("200 OK", &headers, b"{\"said\":[],\"all\":\"\"}"),
        "error" => answer("422 Unprocessable Content", &[("Content-Type", "application/json")], json.as_bytes()),
        "plain" => answer("500 Internal Server Error", &headers, told.as_bytes()),
        "packed" => answer("400 Bad Request", &[], packed.as_bytes()),
        "status" => answer(&format!("418 {}", header(&told)), &[], b"no"),
        "broken" => {
            answer("200 OK", &[("Content-Type", "application/json")], format!("{{\"said\": \"{told}").as_bytes())
        }
        // To itself, with the secret in the query; and there is nothing there.
        "redirect" => {
            let query: String = told.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let query = &query[..query.len().min(30_000)];
            answer("302 Found", &[("Location", &format!("http://127.0.0.1:{port}/status/back?{query}"))], b"")
        }
        // To where nothing may be asked.
        _ => answer("302 Found", &[("Location", &format!("ftp://127.0.0.1/{}", header(&told)))], b""),
    })
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let word = group.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        (0..=group.len()).map(|at| char::from(DIGITS[(word >> (18 - 6 * at) & 63) as usize])).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

const ECHOES: [&str; 9] = ["body", "header", "error", "plain", "packed", "status", "broken", "redirect", "elsewhere"];

/// The ways out, each with the lines of a step.
const WAYS: [(&str, &str); 7] = [
    ("header", "headers = { X-Secret = \"{{ vault.NAME }}\" }"),
    ("bearer", "headers = { Authorization = \"Bearer {{ vault.NAME }}\" }"),
    ("path", "url = \"/ECHO/path/{{ vault.NAME }}\""),
    ("query", "query = { secret = \"{{ vault['NAME'] }}\" }"),
    ("form", "form = { secret = \"{{ vault.NAME }}\", more = \"x\" }"),
    ("json", "json = { secret = \"{{ vault.NAME }}\", more = [\"{{ n }}\"] }"),
    ("raw", "body = \"secret={{ vault.NAME }}\""),
];

/// What the server got, if it is this secret to the byte; a header may have been trimmed.
fn arrived(seen: &Seen, way: &str, value: &str) -> bool {
    let body = String::from_utf8_lossy(&seen.body);
    let after = |text: &str, mark: &str| text.split_once(mark).map(|(_, after)| after.to_owned());
    let found = match way {
        "header" => return seen.header("x-secret") == Some(value.trim()),
        "bearer" => return seen.header("authorization").is_some_and(|held| held == format!("Bearer {value}").trim()),
        "path" => after(&seen.path, "/path/").map(|path| decoded(&path)),
        "query" => after(&seen.path, "?secret=").map(|query| decoded(&query.replace('+', " "))),
        "form" => after(&body, "secret=").and_then(|form| Some(decoded(&form.split_once('&')?.0.replace('+', " ")))),
        "json" => serde_json::from_str::<Value>(&body).ok().and_then(|json| Some(json["secret"].as_str()?.to_owned())),
        _ => after(&body, "secret="),
    };
    found.as_deref() == Some(value)
}

#[test]
fn what_a_service_is_given_is_nowhere_else() {
    // It has to know its own port before it is there.
    let port = std::sync::Arc::new(std::sync::OnceLock::new());
    let known = std::sync::Arc::clone(&port);
    let server = Server::start(move |seen, _| echo(*known.get().unwrap(), seen));
    port.set(server.port).unwrap();
    let settings =
        format!("[integrations.crm]\nkind = 'http'\nbase_url = '{}'\nallow_private = true\n", server.url(""));
    let mut place = Place::new(&settings);
    let (mut arrivals, mut refusals) = (0, 0);
    for (name, value) in canaries() {
        let mut text = "name = \"s\"\n[limits]\nmax_failures = \"100%\"\n".to_owned();
        for (way, line) in WAYS {
            for echo in ECHOES {
                let line = line.replace("NAME", name).replace("ECHO", echo);
                let url = if way == "path" { String::new() } else { format!("url = \"/{echo}/{way}\"\n") };
                text += &format!(
                    "[[steps]]\nname = \"{way}-{echo}\"\ntype = \"api_call\"\nintegration = \"crm\"\nmethod = \"PUT\"\n\
                     {url}{line}\nsave = {{ all = \"body.all\", said = \"body.said\" }}\non_failure = \"continue\"\n\
                     retry = {{ attempts = 1 }}\n"
                );
            }
        }
        // What was saved is at hand for the steps below; it must be clean by then.
        text += "[[steps]]\nname = \"last\"\ntype = \"log\"\nmessage = \"{{ output.all }} {{ output.said }}\"\n\
                 [[steps]]\nname = \"tag\"\ntype = \"tag\"\ndisposition = \"{{ output.all[:60] }}\"\n";
        place.write("s.toml", &text);
        let before = server.requests();
        let more: &[&str] = if before == 0 { &["t.csv"] } else { &[] };
        let id = place.job("s.toml", more);
        let seen = &server.seen()[before..];
        for (way, _) in WAYS {
            let first = seen.iter().filter(|seen| !seen.path.starts_with("/status/back"));
            let count = first.filter(|seen| arrived(seen, way, &value)).count();
            if matches!(way, "header" | "bearer") && value.contains('\n') {
                // No header can hold it; that is told, and nothing is sent.
                assert_eq!(count, 0, "{name} by {way}");
                refusals += 1;
            } else {
                assert_eq!(
                    count,
                    ECHOES.len(),
                    "{name} by {way}: {:?}",
                    seen.iter().map(|s| &s.path).collect::<Vec<_>>()
                );
                arrivals += count;
            }
        }
        let journey = place.journey(&format!("{id}/1")).to_string();
        assert!(journey.contains(&format!("[secret:{name}]")), "{journey}");
    }
    assert_eq!((arrivals, refusals), ((12 * 7 - 2) * 9, 2));
    let looked = place.search();
    assert!(looked > 12 * 10 * 12 * 20, "{looked}");
}
