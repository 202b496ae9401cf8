//! User JavaScript, from the outside: the library's sandbox over the real program as its child.
//!
//! The three lists beside this file are attempts: to leave something for the next record, to harm the machine, to get out.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::path::PathBuf;
use std::sync::Arc;

use cxgear::model::params::Params;
use cxgear::model::reason::Reason;
use cxgear::outside::script::{Answer, Limits, Request, Sandbox, Spec};
use serde_json::{Value, json};

mod bare;
mod escapes;
mod hostile;
mod leaks;
mod life;
mod places;

/// Limits that end a hostile script soon.
const TIGHT: Limits = Limits { timeout_ms: 200, memory: 32 << 20 };

fn spec(script: &str, limits: Limits) -> Spec {
    Spec::new(PathBuf::from(env!("CARGO_BIN_EXE_cxgear")), script.to_owned(), limits)
}

fn sandbox(script: &str) -> Sandbox {
    Sandbox::new(spec(script, Limits::default()))
}

fn params(values: Value) -> Params {
    let Value::Object(map) = values else { panic!("params are an object") };
    let (names, values): (Vec<String>, Vec<Value>) = map.into_iter().unzip();
    Params::new(Arc::from(names), values)
}

fn request(params: &Params) -> Request<'_> {
    let (vault, output) = (None, None);
    Request { params, ids: ("3/17", 3, "default", "CXGEAR"), now: 1_774_447_200_000, chance: 7, vault, output }
}

fn ask(sandbox: &Sandbox, values: Value) -> Answer {
    sandbox.call(&request(&params(values)))
}

/// One attempt of a list.
struct Attempt {
    name: String,
    /// What stands outside of `main`.
    top: String,
    body: String,
    /// What is asked in the second record.
    look: String,
}

/// Reads a list; what is before the first name, and headings, are for people.
fn attempts(list: &str) -> Vec<Attempt> {
    let mut found: Vec<Attempt> = Vec::new();
    for line in list.lines().filter(|line| !line.starts_with("== ")) {
        if let Some(name) = line.strip_prefix("# ") {
            let name = name.to_owned();
            found.push(Attempt { name, top: String::new(), body: String::new(), look: String::new() });
            continue;
        }
        let Some(attempt) = found.last_mut() else { continue };
        let (part, text) = match (line.strip_prefix("^ "), line.strip_prefix("-> ")) {
            (Some(top), _) => (&mut attempt.top, top),
            (None, Some(look)) => (&mut attempt.look, look),
            (None, None) => (&mut attempt.body, line),
        };
        part.push_str(text);
        part.push('\n');
    }
    found
}

#[test]
fn main_sees_params_and_context() {
    let script = "async function main(params, context) {
        await null;
        context.log('amount', params.amount, { a: [1] });
        console.warn('careful'); console.error(new TypeError('no')); console.debug(undefined, null);
        const { recordId, jobId, projectId, organizationId } = context;
        return { recordId, jobId, projectId, organizationId, kinds: params.kinds.map(x => typeof x),
            now: new Date().toISOString(), same: Date.now() === new Date().getTime(), zone: new Date().getTimezoneOffset() };
    }";
    let answer = ask(&sandbox(script), json!({ "amount": 12.5, "kinds": [1, "1", true, null, "é😀\u{0}"] }));
    let said: Vec<_> = answer.said.iter().map(|(level, text)| format!("{} {text}", level.name())).collect();
    assert_eq!(said, ["info amount 12.5 {\"a\":[1]}", "warn careful", "error TypeError: no", "debug undefined null"]);
    let wanted = json!({ "recordId": "3/17", "jobId": 3, "projectId": "default", "organizationId": "CXGEAR",
        "kinds": ["number", "string", "boolean", "object", "string"], "now": "2026-03-25T14:00:00.000Z", "same": true,
        "zone": 0 });
    assert_eq!(Value::Object(answer.result.unwrap()), wanted);
}

#[test]
fn text_comes_back_as_it_went() {
    let text = "é😀\u{0}\u{1b}[31m\u{2028}\"\\\n{{ x }}' -- </script>";
    let answer = ask(
        &sandbox("function main({ text }) { return { text, [text]: 1, __proto__: null }; }"),
        json!({ "text": text }),
    );
    assert_eq!(Value::Object(answer.result.unwrap()), json!({ "text": text, text: 1 }));
    let answer = ask(&sandbox("function main() { return { a: '😀x'.slice(1), b: '\\\\ud83d' }; }"), json!({}));
    assert_eq!(Value::Object(answer.result.unwrap()), json!({ "a": "\u{fffd}x", "b": "\\ud83d" }));
}

/// What ordinary scripts do, in an engine where everything is frozen.
#[test]
fn ordinary_scripts_are_not_in_the_way() {
    let script = "class Problem extends Error { constructor(m) { super(m); this.name = 'Problem'; this.code = 7; } }
    class Stack extends Array { push(...x) { return super.push(...x); } }
    function Point(x) { this.x = x; } Point.prototype.toString = function () { return `p${this.x}`; };
    async function main(params) {
        const own = { constructor: 'Acme' }; own.toString = () => 'own'; own.valueOf = () => 3;
        const list = new Stack(); list.push(3, 1, 2); list.sort(); list.size = list.length;
        let caught; try { throw new Problem('no'); } catch (e) { e.message += '!'; caught = `${e.name} ${e.message} ${e.code}`; }
        const m = new Map([['a', 1]]); m.label = 'x';
        const [, user] = /(\\w+)@/.exec(params.mail);
        const parts = await Promise.all([1, Promise.resolve(2), (async () => 3)()]);
        const { a, ...rest } = { a: 1, b: 2, c: 3 };
        const bytes = Uint8Array.from(params.mail, c => c.charCodeAt(0));
        return { own: `${own}`, list: [...list], size: list.size, caught, label: m.label, user, parts, rest, point: String(new Point(4)),
            sum: bytes.reduce((x, y) => x + y, 0), day: new Date('2026-03-25').getUTCDay(), tagged: String.raw`\\n`, sorted: ['b', 'a'].toSorted(),
            grouped: Object.groupBy([1, 2, 3], x => x % 2 ? 'odd' : 'even'), is: (() => 0) instanceof Function, big: String(2n ** 70n) };
    }";
    let wanted = json!({ "own": "own", "list": [1, 2, 3], "size": 3, "caught": "Problem no! 7", "label": "x", "user": "mia",
        "parts": [1, 2, 3], "rest": { "b": 2, "c": 3 }, "point": "p4", "sum": 970, "day": 3, "tagged": "\\n", "sorted": ["a", "b"],
        "grouped": { "odd": [1, 3], "even": [2] }, "is": true, "big": "1180591620717411303424" });
    let answer = ask(&sandbox(script), json!({ "mail": "mia@ex.org" }));
    assert_eq!(Value::Object(answer.result.unwrap()), wanted);
}

/// A record that is run again comes to the same; another one has other numbers.
#[test]
fn chance_belongs_to_the_record() {
    let sandbox = sandbox("function main() { return { a: [Math.random(), Math.random(), Math.random()] }; }");
    let none = params(json!({}));
    let with = |chance| sandbox.call(&Request { chance, ..request(&none) }).result.unwrap();
    let (first, other, again) = (with(1), with(2), with(1));
    assert_eq!(first, again);
    assert_ne!(first, other);
    let all: Vec<f64> = first["a"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    assert!(all.iter().all(|n| (0.0..1.0).contains(n)) && all[0] != all[1] && all[1] != all[2], "{all:?}");
}

#[test]
fn what_main_returns_must_be_an_object() {
    for (returned, told) in [
        ("", "nothing"),
        ("null", "`null`"),
        ("[1]", "a list"),
        ("7", "a number"),
        ("'text'", "a string"),
        ("() => 0", "a function"),
        ("{ toJSON: () => 1 }", "one that does not become a JSON object"),
    ] {
        for kind in ["", "async "] {
            let answer = ask(&sandbox(&format!("{kind}function main() {{ return {returned}; }}")), json!({}));
            let fault = answer.result.unwrap_err();
            assert_eq!(fault.reason, Reason::StepFailed);
            assert!(fault.what.ends_with(&format!("and returned {told}")), "{}", fault.what);
        }
    }
}

#[test]
fn only_what_is_given_comes_out_of_the_vault() {
    let script = "function main(p, context) { return { a: context.vault(p.label), o: context.output?.a ?? null }; }";
    let sandbox = sandbox(script);
    let given = |label: Value| {
        let params = params(json!({ "label": label }));
        let vault = Some([("crm_token", "s3cret-\"é\n"), ("__proto__", "proto")].into());
        let output = json!({ "a": 3 }).as_object().cloned();
        sandbox.call(&Request { vault, output, ..request(&params) })
    };
    assert_eq!(Value::Object(given(json!("crm_token")).result.unwrap()), json!({ "a": "s3cret-\"é\n", "o": 3 }));
    assert_eq!(Value::Object(given(json!("__proto__")).result.unwrap())["a"], "proto");
    let mut refused = 0;
    for label in [json!("other"), json!("toString"), json!("constructor"), json!(""), json!(null), json!(["crm_token"])]
    {
        let fault = given(label.clone()).result.unwrap_err();
        let told = if label.is_string() { "this step is given no credential" } else { "takes the name" };
        assert!(fault.what.contains(told) && !fault.what.contains("s3cret"), "{}", fault.what);
        refused += 1;
    }
    assert_eq!(refused, 6);
    // What one record was given is nothing to the next.
    let fault = ask(&sandbox, json!({ "label": "crm_token" })).result.unwrap_err();
    assert!(fault.what.contains("`vault = [\"crm_token\"]`"), "{}", fault.what);
}
