//! Cells that try to be more than text, through every kind of step: none is rendered, run, obeyed by a terminal, or read by
//! another program as anything but what it is. Templates that try to eat the machine stop at a limit, and the record alone
//! fails. Nothing outside of the workspace can be read.
#![expect(clippy::unwrap_used, reason = "a test may: it fails there, and says where")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use misbehaving::{Manner, Server, json as answers};

#[expect(dead_code, reason = "other tests need more of it")]
mod misbehaving;

/// What a cell may try. Each leaves a mark where it succeeds: `49`, a file `pwned`, a table that is gone, a colour.
const CELLS: [&str; 34] = [
    "{{ 7 * 7 }}",
    "{{ vault.crm_token }}",
    "{{ params }}{{ job.id }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{% raw %}{{ 7 * 7 }}{% endraw %}",
    "{# hidden #}seen",
    "${7*7} #{7*7} <%= 7*7 %> ${{7*7}}",
    "'; DROP TABLE t; --",
    "1); DELETE FROM cx_segment; --",
    "\" OR \"\"=\"",
    "x' || load_extension('pwned') || '",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "| touch pwned",
    "&& touch pwned &",
    "-rf pwned",
    "--db /dev/null",
    "${IFS}touch${IFS}pwned",
    "<script>fetch('/pwned')</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>",
    "&lt;b&gt; &#60;script&#62;",
    "javascript:alert(1)",
    "\u{1b}[2J\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;pwned\u{7}\u{1b}]52;c;cHduZWQ=\u{7}",
    "\u{9b}31mred\u{9d}0;pwned\u{9c}",
    "over\rwritten\u{8}\u{8}\u{7f}",
    "\u{202e}txt.exe\u{2066}",
    "a\r\nBcc: pwned@example.com\r\n\r\nbody",
    "=cmd|' /C calc'!A0",
    "'); context.log('pwned'); ('",
    "__proto__",
    "%00%0d%0aX-Evil: 1",
];

/// Every kind of step, each with the cell wherever a cell may be; what came of one is used by the next.
const SPINNER: &str = r#"name = "s"
[limits]
max_failures = "100%"
[[steps]]
name = "log"
type = "log"
message = "<{{ c }}>"
[[steps]]
name = "script"
type = "function"
script = '''
function main(params, context) {
  context.log("<" + params.c + ">");
  return { seen: params.c, [params.c === "__proto__" ? "x" : params.c]: 1 };
}
'''
[[steps]]
name = "again"
type = "log"
message = "<{{ output.seen }}>"
[[steps]]
name = "ask"
type = "ai_agent"
task = "Say {{ output.seen }}"
[[steps]]
name = "call"
type = "api_call"
integration = "api"
method = "PUT"
url = "/{{ c | length }}"
query = { q = "{{ c }}" }
json = { text = "{{ c }}", list = ["{{ output.seen }}"] }
save = { back = "body.text" }
[[steps]]
name = "twice"
type = "log"
message = "<{{ output.back }}>"
[[steps]]
name = "route"
type = "decision"
branches = [ { label = "same", when = "output.back == c and steps.script.output.seen == c", goto = "mail" } ]
default = "end"
[[steps]]
name = "mail"
type = "email"
to = "ada@example.com"
subject = "{{ c }}"
text = "{{ c }}"
html = "<p>{{ c }}</p>"
on_failure = "continue"
[[steps]]
name = "text"
type = "sms"
to = "+12055550100"
text = "{{ c }}"
on_failure = "continue"
[[steps]]
name = "voice"
type = "voice"
to = "+12055550100"
say = "{{ c }}"
on_failure = "continue"
[[steps]]
name = "chat"
type = "whatsapp"
to = "+12055550100"
text = "{{ c }}"
on_failure = "continue"
[[steps]]
name = "tag"
type = "tag"
disposition = "{{ c }}"
tags = ["{{ output.back }}"]
"#;

struct Place(tempfile::TempDir);

impl Place {
    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path().join(name).parent().unwrap()).unwrap();
        fs::write(self.path().join(name), text).unwrap();
    }

    fn cxgear(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cxgear"));
        command.env_clear().env("PATH", "/usr/bin:/bin").args(args).current_dir(self.path());
        command.stdin(Stdio::null()).output().unwrap()
    }

    fn view(&self, args: &[&str]) -> Value {
        let output = self.cxgear(&[args, &["--format", "json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{args:?}: {}", said(&output)))
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn csv(cells: &[&str]) -> String {
    let quoted = cells.iter().map(|cell| format!("\"{}\"\n", cell.replace('"', "\"\"")));
    std::iter::once("c\n".to_owned()).chain(quoted).collect()
}

/// The first sign that a terminal would obey.
fn obeyed(bytes: &[u8]) -> Option<char> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.chars().find(|&c| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                && !matches!(c, '\u{2068}' | '\u{2069}')
    })
}

#[test]
fn a_cell_is_a_text_and_nothing_else() {
    let server = Server::start(|seen, _| {
        let body: Value = serde_json::from_slice(&seen.body).unwrap();
        Manner::Answer(answers(&json!({ "text": body["text"] }).to_string()))
    });
    let place = Place(tempfile::tempdir().unwrap());
    place.write("t.csv", &csv(&CELLS));
    place.write("s.toml", SPINNER);
    let base = server.url("");
    place.write(
        "cxgear.toml",
        &format!("[integrations.api]\nkind = 'http'\nbase_url = '{base}'\nallow_private = true\n"),
    );
    let dry = place.cxgear(&["run", "s.toml", "t.csv", "--dry-run"]);
    assert!(matches!(dry.status.code(), Some(0 | 1)), "{}", said(&dry));
    assert_eq!(obeyed(&dry.stdout), None);
    let run = place.cxgear(&["-v", "run", "s.toml", "t.csv"]);
    assert!(matches!(run.status.code(), Some(0 | 1)), "{}", said(&run));
    let mut kept = 0;
    for (row, cell) in (1..).zip(CELLS) {
        let record = format!("1/{row}");
        let journey = place.view(&["journey", &record]);
        let step = |name: &str| {
            let steps = journey["steps"].as_array().unwrap();
            steps
                .iter()
                .find(|step| step["name"] == name)
                .unwrap_or_else(|| panic!("{cell}: no {name} in {journey}"))
                .clone()
        };
        for name in ["log", "script", "again", "twice"] {
            assert_eq!(step(name)["messages"][0]["text"], format!("<{cell}>"), "{name}");
            kept += 1;
        }
        assert_eq!((&step("script")["output"]["seen"], &step("call")["output"]["back"]), (&json!(cell), &json!(cell)));
        let outcomes = place.view(&["record", &record])["outcomes"].clone();
        assert_eq!((&outcomes["disposition"], &outcomes["tags"]), (&json!(cell), &json!([cell])));
        kept += 4;
    }
    assert_eq!(kept, CELLS.len() * 8);
    // What the service got is what the cell is.
    let bodies: Vec<Value> = server.seen().iter().map(|seen| serde_json::from_slice(&seen.body).unwrap()).collect();
    let mut got: Vec<_> = bodies.iter().map(|body| body["text"].as_str().unwrap()).collect();
    let mut wanted = CELLS.to_vec();
    got.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(got, wanted);
    assert!(server.seen().iter().all(|seen| seen.header("x-evil").is_none()));
    // No terminal is told anything, whatever is looked at.
    let mut looked = 0;
    for args in [
        &["table", "show", "t"][..],
        &["records", "1"],
        &["job", "1"],
        &["jobs"],
        &["status"],
        &["events", "--reveal"],
        &["events", "--reveal", "--format", "ndjson"],
        &["records", "1", "--format", "json"],
    ] {
        let output = place.cxgear(args);
        assert!(output.status.success(), "{args:?}: {}", said(&output));
        for bytes in [&output.stdout, &output.stderr] {
            assert_eq!(obeyed(bytes), None, "{args:?}");
            looked += 1;
        }
    }
    for row in 1..=CELLS.len() {
        for view in ["journey", "record"] {
            let output = place.cxgear(&["-v", view, &format!("1/{row}")]);
            assert_eq!((output.status.code(), obeyed(&output.stdout)), (Some(0), None), "{view} {row}");
            looked += 1;
        }
    }
    assert_eq!(looked, 16 + 2 * CELLS.len());
    assert_eq!((obeyed(&run.stdout), obeyed(&run.stderr)), (None, None));
    letters(&place);
    // Nothing was run, nothing is gone.
    assert!(!place.path().join("pwned").exists());
    assert_eq!(place.view(&["table", "show", "t"]).as_array().unwrap().len(), CELLS.len());
    let verified = place.cxgear(&["verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// Each message is one, and to nobody else.
fn letters(place: &Place) {
    let mut mails = 0;
    let mut folders = vec![place.path().join("outbox")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            let (head, _) = text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n")).unwrap_or((&text, ""));
            let names = |wanted: &str| head.lines().filter(|line| line.to_lowercase().starts_with(wanted)).count();
            assert_eq!((names("bcc:"), names("x-evil:")), (0, 0), "{}: {head}", path.display());
            // Where a program reads HTML, a cell is text.
            let html = text.split("Content-Type: text/html").nth(1).unwrap_or_default();
            for tag in ["<script>", "<img src", "<svg"] {
                assert!(!html.contains(tag), "{text}");
            }
            mails += usize::from(path.extension().is_some_and(|end| end == "eml"));
        }
    }
    // A subject of several lines is none, and a sign that ends lines is told instead of sent.
    assert!(mails >= CELLS.len() - 6, "{mails}");
}

/// Templates of the spinner itself, which whoever wrote it may have got wrong, or meant so.
#[test]
fn a_bomb_ends_its_record_and_nothing_else() {
    let place = Place(tempfile::tempdir().unwrap());
    place.write("t.csv", "c\nx\n{{ 7 * 7 }}\n");
    let nested = |open: &str, inside: &str, close: &str, times: usize| {
        format!("{}{inside}{}", open.repeat(times), close.repeat(times))
    };
    let bombs = [
        "{% for i in range(10**9) %}x{% endfor %}".to_owned(),
        "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}".to_owned(),
        "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}".to_owned(),
        "{% macro m(n) %}{% if n > 0 %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}".to_owned(),
        format!("{{% set a = 'xxxxxxxx' %}}{}{{{{ a }}}}", "{% set a = a ~ a %}".repeat(60)),
        format!("{{% set a = [c] %}}{}{{{{ a }}}}", "{% set a = [a, a] %}".repeat(60)),
        "{{ 'x' * 10**9 }}".to_owned(),
        "{{ c | indent(10**9) }}".to_owned(),
        "{{ '%999999999d' | format(1) }}".to_owned(),
        "{{ range(10**9) | join(c) }}".to_owned(),
        "{{ range(10**9) | list | length }}".to_owned(),
        "{{ 9**9**9**9 }}".to_owned(),
        format!("{{{{ {} }}}}", nested("[", "1", "]", 60))
            + "{% for i in range(99999) %}{{ c | upper | lower | upper }}{% endfor %}",
    ];
    let mut text = "name = \"s\"\n[limits]\nmax_failures = \"100%\"\n".to_owned();
    for (at, bomb) in bombs.iter().enumerate() {
        let bomb = bomb.replace('\\', "\\\\").replace('"', "\\\"");
        text +=
            &format!("[[steps]]\nname = \"b{at}\"\ntype = \"log\"\nmessage = \"{bomb}\"\non_failure = \"continue\"\n");
    }
    text += "[[steps]]\nname = \"after\"\ntype = \"log\"\nmessage = \"{{ c }}\"\n";
    place.write("s.toml", &text);
    let run = place.cxgear(&["run", "s.toml", "t.csv"]);
    assert!(run.status.success(), "{}", said(&run));
    let mut stopped = 0;
    for (row, cell) in [(1, "x"), (2, "{{ 7 * 7 }}")] {
        let journey = place.view(&["journey", &format!("1/{row}")]);
        let steps = journey["steps"].as_array().unwrap();
        for step in &steps[..bombs.len()] {
            let code = step["errors"][0]["code"].as_str().unwrap_or_else(|| panic!("{step}"));
            assert!(matches!(code, "LIMIT_EXCEEDED" | "RENDER_FAILED"), "{step}");
            stopped += 1;
        }
        assert_eq!(steps[bombs.len()]["messages"][0]["text"], cell);
    }
    assert_eq!(stopped, 2 * bombs.len());
}

/// Scripts and attachments come from the workspace, whatever a name or a link says.
#[cfg(unix)]
#[test]
fn nothing_outside_of_the_workspace_is_read() {
    use std::os::unix::fs::symlink;
    let outer = tempfile::tempdir().unwrap();
    let secret = outer.path().join("secret.js");
    fs::write(&secret, "function main() { return { a: 'out-of-the-workspace' }; }").unwrap();
    let home = outer.path().join("home");
    fs::create_dir_all(home.join("files")).unwrap();
    let place = Place(tempfile::TempDir::new_in(&home).unwrap());
    for (link, to) in [
        ("link.js", secret.as_path()),
        ("files/link.js", secret.as_path()),
        ("up", outer.path()),
        ("files/up", outer.path()),
    ] {
        place.write("files/own.txt", "own");
        symlink(to, place.path().join(link)).unwrap();
    }
    symlink("../cxgear.db", place.path().join("files/db.txt")).unwrap();
    let absolute = secret.display().to_string();
    let names = [
        "../../secret.js",
        "link.js",
        "up/secret.js",
        &absolute,
        "/etc/hostname",
        "/dev/zero",
        "/proc/self/environ",
        "files/../../../secret.js",
    ];
    let mut refused = 0;
    place.write(
        "t.csv",
        &csv(&[
            "../../secret.js",
            "link.js",
            "up/secret.js",
            "../../../secret.js",
            &absolute,
            "/etc/hostname",
            "db.txt",
            "../cxgear.db",
            "../t.csv",
            ".",
            "",
            "own.txt",
        ]),
    );
    place.cxgear(&["import", "t.csv"]);
    for name in names {
        for step in [
            format!("type = \"function\"\nscript_file = \"{name}\"\n"),
            format!(
                "type = \"email\"\nto = \"a@example.com\"\nsubject = \"s\"\ntext = \"t\"\nattachments = [\"{name}\"]\n"
            ),
        ] {
            place.write("s.toml", &format!("name = \"s\"\n[[steps]]\nname = \"a\"\n{step}"));
            let run = place.cxgear(&["run", "s.toml", "--table", "t", "--limit", "1"]);
            let told = String::from_utf8_lossy(&run.stdout).into_owned() + &said(&run);
            // Either nothing runs, or the record fails; and a name that only a record has is found wanting then.
            assert!(matches!(run.status.code(), Some(1 | 2)), "{name}: {told}");
            assert!(!told.contains("out-of-the-workspace"), "{told}");
            refused += 1;
        }
    }
    assert_eq!(refused, 2 * names.len());
    place.write(
        "s.toml",
        "name = \"s\"\n[[steps]]\nname = \"a\"\ntype = \"email\"\nto = \"a@example.com\"\nsubject = \"s\"\ntext = \"t\"\nattachments = [\"files/{{ c }}\"]\n",
    );
    let run = place.cxgear(&["run", "s.toml", "--table", "t", "--format", "json"]);
    let job: Value = serde_json::from_slice(&run.stdout).unwrap_or_else(|_| panic!("{}", said(&run)));
    assert_eq!((&job["completed"], &job["failed"]), (&json!(1), &json!(11)), "only its own file: {}", said(&run));
    let mut read = Vec::new();
    let mut folders = vec![place.path().join("outbox"), place.path().join("storage")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else {
                read.push(String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())
            }
        }
    }
    assert!(!read.is_empty() && !read.iter().any(|text| text.contains("out-of-the-workspace")));
}
