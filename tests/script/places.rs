//! Errors say where, to the character.

use serde_json::json;

use super::{ask, sandbox};

/// The text, with `@` where the error is to be.
fn marked(text: &str) -> (String, usize, usize) {
    let at = text.find('@').unwrap();
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before[before.rfind('\n').map_or(0, |newline| newline + 1)..].chars().count() + 1;
    (text.replacen('@', "", 1), line, column)
}

#[test]
fn what_is_thrown_has_its_place() {
    for text in [
        "function main(p) { return @x.y; }",
        "function main(p) {\n  const a = 1;\n  return @x.y.z;\n}",
        "function main(p) {\n  const a = 'é😀'; return @x.y;\n}",
        "const e = 'ü'; function main(p) { return @x; }",
        "function main(p) {\n  @p.a.b;\n}",
        "async function main(p) {\n  await null;\n  throw new @Error('late');\n}",
        "function help(p) {\n  return @p.q.r;\n}\nfunction main(p) { return help(p); }",
        "function main(p) {\r\n  let a;\r\n  return @x;\r\n}",
        "/* ü */ function main(p) { JSON@.parse('{'); }",
        "class A { #b; static c(o) { return @o.#b; } }\nfunction main() { A.c({}); }",
    ] {
        let (script, line, column) = marked(text);
        let fault = ask(&sandbox(&script), json!({})).result.unwrap_err();
        let place = fault.place.map(|place| (place.line, place.column));
        assert_eq!(place, Some((line, column)), "{script}\n{}", fault.what);
    }
}

#[test]
fn what_cannot_be_read_has_its_place() {
    for text in [
        "function main(p) {\n  return @];\n}",
        "let é = '😀'; @) function main() {}",
        "function main(p) {\n  let a = 1;\n  let a @= 2;\n}",
        "function main() {}\n@}); let kept = 0; (function () {",
        "function main() {}\nimport @'fs';",
        "function main() { return await @1; }",
    ] {
        let (script, line, column) = marked(text);
        let fault = sandbox(&script).check().unwrap_err();
        assert!(fault.what.starts_with("SyntaxError: "), "{script}\n{}", fault.what);
        let place = fault.place.map(|place| (place.line, place.column));
        assert_eq!(place, Some((line, column)), "{script}\n{}", fault.what);
    }
}

#[test]
fn a_script_is_refused_before_any_record_needs_it() {
    for (script, told) in [
        ("function other() {}", "the script has no function `main`"),
        ("const main = 7;", "the script has no function `main`"),
        ("let x = nowhere; function main() {}", "before `main` is called: ReferenceError: nowhere is not defined"),
        ("throw 'no'; function main() {}", "before `main` is called: the script threw no"),
        (
            "for (;;); function main() {}",
            "before `main` is called: the script computed longer than 1.0 s, its `timeout`",
        ),
        (
            "new Array(1e9) + ''; function main() {}",
            "before `main` is called: the script computed longer than 1.0 s, its `timeout`",
        ),
        ("", "the script has no function `main`"),
        ("a\u{0}b", "the script holds a NUL character"),
        ("#!/usr/bin/env node\nfunction main() {}", "SyntaxError"),
    ] {
        let sandbox = sandbox(script);
        let fault = sandbox.check().unwrap_err();
        assert!(fault.what.starts_with(told), "{script}: {}", fault.what);
        // Whoever does not check hears the same for each record.
        for _ in 0..2 {
            assert_eq!(ask(&sandbox, json!({})).result.unwrap_err(), fault, "{script}");
        }
    }
    assert_eq!(sandbox("const main = p => ({ p });").check(), Ok(()));
}
