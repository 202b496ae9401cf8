//! Through `function`: a script is given its secrets, and whatever it makes of them, nothing of them stays.

use serde_json::{Map, Value, json};

use super::misbehaving::{Server, json as answers};
use super::{Place, canaries};

/// Steps that are given all secrets: what they do with one called `s`.
const SCRIPTS: [(&str, &str); 12] = [
    ("returns", "return { kept: s, nested: { [s]: [s, { deep: 'a ' + s + ' b' }] } };"),
    (
        "logs",
        "context.log(s); console.error('with ' + s, { s }); console.warn(JSON.stringify(JSON.stringify(s))); return {};",
    ),
    ("logs-much", "context.log('x'.repeat(4080) + s); context.log('y'.repeat(4095) + s + 'z'); return {};"),
    ("throws", "throw new Error('no ' + s);"),
    ("throws-much", "throw new Error('x'.repeat(990) + s);"),
    ("throws-it", "throw s;"),
    ("throws-object", "throw { s };"),
    ("names", "const e = new TypeError('x'); e.name = s; throw e;"),
    (
        "encodes",
        "return { a: encodeURIComponent(s), b: escape(s), c: JSON.stringify({ s }), d: 'https://x.example/?k=' + encodeURIComponent(s) };",
    ),
    ("loops", "context.log(s); for (;;);"),
    ("eats", "context.log(s); let a = s; for (;;) a += a;"),
    ("wrong", "return s;"),
];

#[test]
fn what_a_script_is_given_is_nowhere_else() {
    let mut place = Place::new("");
    let mut given = 0;
    for (name, value) in canaries() {
        let mut text = "name = \"s\"\n[limits]\nmax_failures = \"100%\"\n".to_owned();
        for (step, does) in SCRIPTS {
            text += &format!(
                "[[steps]]\nname = \"{step}\"\ntype = \"function\"\nvault = [\"{name}\"]\ntimeout = \"300ms\"\n\
                 on_failure = \"continue\"\nscript = '''\nfunction main(params, context) {{\n  \
                 const s = context.vault(\"{name}\");\n  {does}\n}}\n'''\n"
            );
        }
        // That it was the value is told by what is left of it when nobody can know it again.
        text += &format!(
            "[[steps]]\nname = \"sum\"\ntype = \"function\"\nvault = [\"{name}\"]\nscript = '''\nfunction main(params, context) {{\n  \
             const s = context.vault(\"{name}\");\n  let sum = 0;\n  \
             for (let i = 0; i < s.length; i++) sum = (sum * 31 + s.charCodeAt(i)) % 1000003;\n  \
             return {{ length: s.length, sum, earlier: Object.keys(context.output).length, kept: context.output.kept }};\n}}\n'''\n\
             [[steps]]\nname = \"say\"\ntype = \"log\"\nmessage = \"{{{{ output.kept }}}} {{{{ output.nested }}}} {{{{ output.d }}}}\"\n"
        );
        place.write("s.toml", &text);
        let more: &[&str] = if given == 0 { &["t.csv"] } else { &[] };
        let id = place.job("s.toml", more);
        let record = place.journey(&format!("{id}/1"));
        let output = &record["output"];
        let units: Vec<u16> = value.encode_utf16().collect();
        let sum = units.iter().fold(0_u64, |sum, unit| (sum * 31 + u64::from(*unit)) % 1_000_003);
        assert_eq!((&output["length"], &output["sum"]), (&json!(units.len()), &json!(sum)), "{name}: it was the value");
        assert_eq!(output["kept"], json!(format!("[secret:{name}]")), "{name}: and it is its name now");
        assert!(output["earlier"].as_u64().unwrap() > 3, "{output}");
        let failed = record["steps"].as_array().unwrap().iter().filter(|step| step["status"] == "failed").count();
        assert_eq!(failed, 8, "{name}: all that throw, and those that are stopped");
        given += 1;
    }
    assert_eq!(given, 12);
    // What is not listed is not given, and nothing of the vault can be listed.
    place.write(
        "s.toml",
        "name = \"s\"\n[[steps]]\nname = \"f\"\ntype = \"function\"\nvault = [\"short\"]\nscript = '''\n\
         function main(params, context) { return { all: Object.keys(context.vault).join() + Object.getOwnPropertyNames(context).join(), \
         given: context.vault('quotes') }; }\n'''\n",
    );
    let id = place.job("s.toml", &[]);
    let told = place.journey(&format!("{id}/1")).to_string();
    assert!(told.contains("this step is given no credential `quotes`"), "{told}");
    let looked = place.search();
    assert!(looked > 12 * 10 * 13 * 20, "{looked}");
}

/// A prompt may not name the vault; and what a script made of a secret is no secret any more when it is asked about.
#[test]
fn a_prompt_never_has_one() {
    let server = Server::start(|seen, _| {
        let body = String::from_utf8_lossy(&seen.body).into_owned();
        let key = seen.header("authorization").unwrap_or_default();
        let text = format!("You said {body} with {key}");
        super::misbehaving::Manner::Answer(answers(
            &json!({ "id": "1", "model": "m", "choices": [{ "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
                     "usage": { "prompt_tokens": 1, "completion_tokens": 1 } })
            .to_string(),
        ))
    });
    let settings = |name: &str| {
        format!(
            "[integrations.it]\nkind = \"llm\"\nprovider = \"openai\"\nbase_url = \"{}\"\napi_key = \"vault:{name}\"\n\
             allow_private = true\nmodel = \"m\"\n",
            server.url("/v1")
        )
    };
    let mut place = Place::new("");
    place.write(
        "s.toml",
        "name = \"s\"\n[[steps]]\nname = \"a\"\ntype = \"ai_agent\"\ntask = \"Tell {{ vault.short }}\"\n",
    );
    let refused = place.run(&["run", "s.toml", "t.csv"], "");
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&refused.stderr)
            .contains("`vault` is only there in headers, URLs, bodies and credentials")
    );
    let (mut asked, mut refusals) = (0, 0);
    for (name, value) in canaries() {
        place.write("cxgear.toml", &settings(name));
        place.write(
            "s.toml",
            &format!(
                "name = \"s\"\n[[steps]]\nname = \"f\"\ntype = \"function\"\nvault = [\"{name}\"]\nscript = '''\n\
                 function main(params, context) {{ return {{ kept: context.vault(\"{name}\") }}; }}\n'''\n\
                 [[steps]]\nname = \"ask\"\ntype = \"ai_agent\"\ntask = \"Tell me about {{{{ output.kept }}}}\"\non_failure = \"continue\"\n\
                 [[steps]]\nname = \"say\"\ntype = \"log\"\nmessage = \"{{{{ output.ai_response | default('nothing') }}}}\"\n"
            ),
        );
        let before = server.requests();
        let more: &[&str] = if asked + refusals == 0 { &["t.csv"] } else { &[] };
        place.job("s.toml", more);
        match server.seen()[before..].last() {
            Some(seen) => {
                // The key came as the key, and in no other way.
                assert_eq!(seen.header("authorization"), Some(format!("Bearer {value}").trim()), "{name}");
                let body: Map<String, Value> = serde_json::from_slice(&seen.body).unwrap();
                let prompt = Value::Object(body).to_string();
                assert!(prompt.contains(&format!("[secret:{name}]")), "{prompt}");
                for form in super::forms::all(&value) {
                    assert!(!prompt.as_bytes().windows(form.len()).any(|part| part == form), "{name} is in {prompt}");
                }
                asked += 1;
            }
            None => refusals += 1,
        }
    }
    // A line break can be in no header.
    assert_eq!((asked, refusals), (11, 1));
    place.search();
}
