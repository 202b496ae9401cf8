//! Cells that try to be more than a value: in a URL, a header, a form, JSON.

use serde_json::Value;

use crate::misbehaving::{Manner, Seen, Server, json};
use crate::place::Place;

/// A cell as CSV has it.
fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Runs a step with these lines over rows of one cell each; what the server saw, and the errors by row.
fn sent(lines: &str, cells: &[&str]) -> (Vec<Seen>, Vec<Option<String>>) {
    let server = Server::start(|_, _| Manner::Answer(json("{}")));
    let csv: String = cells.iter().map(|text| format!("{},x\n", cell(text))).collect();
    let place = Place::new(&format!("c,x\n{csv}"), &server.url("/v1"));
    place.step(&format!("integration = \"api\"\n{lines}"));
    let (code, told) = place.run(&[]);
    assert!(code <= 1, "{told}");
    let errors = (1..=cells.len()).map(|row| {
        let tries = place.tries(&format!("1/{row}"));
        tries[0]["errors"][0]["message"].as_str().map(str::to_owned)
    });
    (server.seen(), errors.collect())
}

const HOSTILE: [&str; 16] = [
    "a/b",
    "../../admin",
    "a?admin=1",
    "a&admin=1",
    "a#b",
    "a b+c",
    "@evil.test",
    "//evil.test/",
    "\\\\evil.test",
    "%2e%2e%2fadmin",
    ";jsessionid=1",
    "a\r\nX-Evil: 1",
    "a\u{7}b",
    "{{ 7 * 7 }}",
    "\u{202e}grün",
    "http://evil.test/",
];

#[test]
fn a_cell_in_a_path_is_one_segment() {
    let (seen, errors) = sent("url = \"/{{ c }}/end?q={{ c }}\"", &HOSTILE);
    assert_eq!((seen.len(), errors.iter().flatten().count()), (HOSTILE.len(), 0), "{errors:?}");
    for seen in seen {
        let (path, query) = seen.path.split_once('?').unwrap();
        let parts: Vec<_> = path.split('/').collect();
        assert!(matches!(parts.as_slice(), ["", "v1", _, "end"]), "{}", seen.path);
        assert_eq!(query.strip_prefix("q="), Some(parts[2]), "the same in both places");
        assert!(parts[2].bytes().all(|b| b.is_ascii_alphanumeric() || b"%-._~".contains(&b)), "{}", seen.path);
        assert_eq!(seen.headers.iter().filter(|(name, _)| name == "x-evil").count(), 0);
    }
    // What would lead out of its place is refused, whatever surrounds it.
    let (seen, errors) = sent("url = \"/{{ c }}/end\"", &["", ".", "..", " "]);
    assert_eq!(seen.len(), 1, "a space is a value");
    let told = errors.iter().flatten().filter(|error| error.starts_with("a value in the path of `url` is"));
    assert_eq!(told.count(), 3, "{errors:?}");
}

#[test]
fn a_cell_in_a_query_is_one_parameter() {
    let (seen, _) = sent("url = \"/\"\nquery = { q = \"{{ c }}\", \"a&b\" = [\"1\", 2] }", &HOSTILE);
    assert_eq!(seen.len(), HOSTILE.len());
    for seen in seen {
        let (_, query) = seen.path.split_once('?').unwrap();
        let parts: Vec<_> = query.split('&').collect();
        assert!(matches!(parts.as_slice(), [q, "a%26b=1", "a%26b=2"] if q.starts_with("q=")), "{}", seen.path);
    }
}

#[test]
fn a_cell_in_a_form_is_one_field() {
    let (seen, _) = sent("url = \"/\"\nform = { q = \"{{ c }}\", z = \"1\" }", &HOSTILE);
    assert_eq!(seen.len(), HOSTILE.len());
    for seen in seen {
        let body = String::from_utf8(seen.body.clone()).unwrap();
        let parts: Vec<_> = body.split('&').collect();
        assert!(matches!(parts.as_slice(), [q, "z=1"] if q.starts_with("q=") && q.is_ascii()), "{body}");
        assert_eq!(seen.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(seen.method, "POST");
    }
}

#[test]
fn a_cell_in_json_is_one_value() {
    let cells = [HOSTILE.as_slice(), &["\", \"admin\": true, \"x\": \"", "}]}", "null", "1e9"]].concat();
    let (seen, _) =
        sent("url = \"/\"\njson = { a = \"{{ c }}\", b = [\"x{{ c }}\"], n = \"{{ record.row }}\", d = true }", &cells);
    assert_eq!(seen.len(), cells.len());
    let mut found: Vec<String> = Vec::new();
    for seen in seen {
        let body: Value = serde_json::from_slice(&seen.body).unwrap();
        let keys: Vec<_> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["a", "b", "n", "d"]);
        let a = body["a"].as_str().unwrap();
        assert_eq!(body["b"][0].as_str().unwrap(), format!("x{a}"));
        assert!(body["n"].is_u64() && body["d"] == true, "a value keeps its type: {body}");
        found.push(a.to_owned());
    }
    found.sort();
    let mut cells = cells;
    cells.sort_unstable();
    assert_eq!(found, cells);
}

#[test]
fn a_cell_in_a_header_is_one_line() {
    let (seen, errors) = sent("url = \"/\"\nheaders = { X-A = \"<{{ c }}>\" }", &HOSTILE);
    assert_eq!(seen.len(), HOSTILE.len() - 2);
    let refused: Vec<_> = errors.iter().flatten().collect();
    assert!(
        matches!(refused.as_slice(), [one, two] if one.contains("`X-A` would hold a line break") && two.contains("the control character")),
        "{refused:?}"
    );
    assert!(seen.iter().all(|seen| seen.header("x-a").is_some() && seen.header("x-evil").is_none()));
}

#[test]
fn a_cell_that_is_the_whole_url_stays_with_the_integration() {
    let server = Server::start(|_, _| Manner::Answer(json("{}")));
    let (good, bad) = (server.url("/v1/x?y=1"), server.url("").replace("127.0.0.1", "localhost"));
    let other = [bad.as_str(), "http://evil.test/", "file:///etc/passwd", "/v1/x", "", "http://user@evil.test/"];
    let csv: String = [good.as_str()].iter().chain(&other).map(|text| format!("{},x\n", cell(text))).collect();
    let place = Place::new(&format!("c,x\n{csv}"), &server.url("/v1"));
    place.step("integration = \"api\"\nurl = \"{{ c }}\"");
    assert_eq!(place.run(&[]).0, 1);
    let seen: Vec<_> = server.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(seen, ["/v1/x?y=1"]);
    for row in 2..=7 {
        let code = place.tries(&format!("1/{row}"))[0]["errors"][0]["code"].clone();
        assert!(code == "POLICY_DENIED" || code == "REQUEST_INVALID", "{row}: {code}");
    }
    // Without an integration an inner address is refused, also when it is spelled oddly.
    place.write("t.csv", "c,x\nhttp://0x7f.1/,x\nhttp://[::ffff:127.0.0.1]/,x\nhttp://localhost:1/,x\n");
    place.step("url = \"{{ c }}\"");
    let output = place.cxgear(&["run", "s.toml", "t.csv", "--replace", "-q"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    for row in place.view(&["records", "2"]).as_array().unwrap() {
        assert_eq!(row["errors"][0]["code"], "POLICY_DENIED", "{row}");
    }
}

#[test]
fn what_cannot_be_sent_is_found_without_running() {
    let place = Place::new("c\nx\n", "http://127.0.0.1:1/v1");
    let mut refused = 0;
    for (lines, told) in [
        ("url = \"/x\"", "`url` is no whole URL"),
        ("url = \"https://{{ c }}.example/\"", "a value cannot be a part of the host"),
        ("url = \"https://api.example{{ c }}\"", "a value cannot be a part of the host"),
        ("url = \"{{ c }}.example/x\"", "`url` is no whole URL"),
        ("url = \"ftp://a.example/\"", "`ftp` URLs are not opened"),
        ("url = \"http://127.1/{{ c }}\"", "is loopback: only what has"),
        (
            "url = \"https://a.example/{% set x %}{{ c }}{% endset %}{{ x }}\"",
            "a URL has no `set` that keeps text aside",
        ),
        ("url = \"https://a.example/ b\"", "`url` has a space or line break in it"),
        ("url = \"https://other.example/\"\nintegration = \"api\"", "the integration is for `http://127.0.0.1:1`"),
        ("url = \"/x\"\nintegration = \"ipa\"", "there is no integration `ipa`"),
        ("integration = \"api\"", "has no `url`"),
        ("url = \"https://a.example\"\nmethod = \"post\"", "did you mean `POST`?"),
        ("url = \"https://a.example\"\nmethod = \"CONNECT\"", "there is no method `CONNECT`"),
        ("url = \"https://a.example\"\nheaders = { Idempotency-key = \"x\" }", "is set by this step"),
        ("url = \"https://a.example\"\nheaders = { Content-Length = 5 }", "is set by the client itself"),
        ("url = \"https://a.example\"\nheaders = { \"a b\" = \"x\" }", "has a name that no header may have"),
        ("url = \"https://a.example\"\njson = {}\nform = {}", "more than one of `json`, `form` and `body`"),
        ("url = \"https://a.example\"\njson = { a = \"{{ nope }}\" }", "there is no field `nope`"),
        ("url = \"https://a.example\"\nquery = { a = { b = 1 } }", "must be one value"),
        ("url = \"https://a.example\"\nsave = { id = \"data.id\" }", "`data.id` is no path into an answer"),
        ("url = \"https://a.example\"\nsuccess = [2000]", "`success` holds statuses"),
        (
            "url = \"https://a.example\"\ntimeout = \"1s\"\nconnect_timeout = \"2s\"",
            "is not shorter than its `timeout`",
        ),
        ("url = \"https://a.example\"\nmax_size = \"8\"", "has no unit"),
        ("url = \"https://a.example\"\nverify = false", "has no key `verify`"),
    ] {
        place.step(lines);
        let output = place.cxgear(&["run", "s.toml", "t.csv", "--dry-run"]);
        let all = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{lines}: {all}");
        assert!(all.contains(told), "{lines}: {all}");
        refused += 1;
    }
    assert_eq!(refused, 24);
}
