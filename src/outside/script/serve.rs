//! The child: reads a script and then requests, a line each, and answers every line with one.

use std::io::{self, BufRead, Write};
use std::time::Duration;

use super::answer::{Fault, Hello, Setup};
use super::clock;
use super::engine::{Ended, Engine};
use super::program::Program;
use super::thrown::After;
use super::watchdog::Watchdog;
use crate::model::reason::Reason;

/// Serves until the input ends. Each answer is on its way before the next request is looked at, so that after a death the
/// first request without an answer is the one that was being worked on.
///
/// # Errors
/// When the parent cannot be read from or written to, or no engine can be made.
pub fn serve(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    let setup: Setup = serde_json::from_str(&line)?;
    let mut watchdog = Watchdog::start(Duration::from_millis(setup.limits.timeout_ms))?;
    clock::close_doors();
    let limits = setup.limits;
    let (program, mut engine) = match watchdog.over(|| prepared(setup)) {
        Ok(ready) => {
            hello(output, &Hello::Ready)?;
            ready
        }
        Err(fault) => return hello(output, &Hello::Refused(fault)),
    };
    let mut answer = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let ended = watchdog.over(|| engine.record(&program, &line));
        write(&ended, &mut answer);
        output.write_all(answer.as_bytes())?;
        output.flush()?;
        if let After::Spoiled = ended.after {
            engine = Engine::new(&program, &limits).map_err(io::Error::other)?;
        }
    }
}

/// The script, read and tried.
fn prepared(setup: Setup) -> Result<(Program, Engine), Fault> {
    if setup.version != env!("CARGO_PKG_VERSION") {
        let what = format!("the sandbox is of version {}, and not {}", env!("CARGO_PKG_VERSION"), setup.version);
        return Err(Fault::new(Reason::StepFailed, what));
    }
    let new = |program: &Program| {
        let failed = |error| Fault::new(Reason::StepFailed, format!("the engine does not start: {error}"));
        Engine::new(program, &setup.limits).map_err(failed)
    };
    let program = Program::read(setup.script, &setup.limits)?;
    new(&program)?.load(&program)?;
    // What was tried may have left something behind; records begin with an engine of their own.
    let engine = new(&program)?;
    Ok((program, engine))
}

fn hello(output: &mut dyn Write, hello: &Hello) -> io::Result<()> {
    let mut line = serde_json::to_vec(hello)?;
    line.push(b'\n');
    output.write_all(&line)?;
    output.flush()
}

/// The answer's line; the parts that come from the engine are JSON already.
fn write(ended: &Ended, answer: &mut String) {
    answer.clear();
    answer.push('{');
    if !ended.log.is_empty() {
        answer.push_str("\"log\":[");
        answer.push_str(&ended.log);
        answer.push_str("],");
    }
    match &ended.result {
        Ok(result) => {
            answer.push_str("\"ok\":");
            answer.push_str(result);
        }
        Err(fault) => {
            answer.push_str("\"no\":");
            answer.push_str(&serde_json::to_string(fault).unwrap_or_default());
        }
    }
    answer.push_str("}\n");
    if answer.contains("\\ud") {
        *answer = mended(answer);
    }
}

/// Halves of characters that are two units of a JavaScript string, alone: they are no text, so each becomes U+FFFD, as
/// wherever JavaScript meets the world. The engine writes whole ones as they are, so all that is escaped is a half.
fn mended(json: &str) -> String {
    let mut mended = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        let half = escape.as_bytes().get(1..4).is_some_and(|start| start.starts_with(b"ud") && start[2] >= b'8');
        let length = if half { 6 } else { 2 };
        mended.push_str(before);
        mended.push_str(if half { "\\ufffd" } else { &escape[..2] });
        rest = &escape[length..];
    }
    mended.push_str(rest);
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_characters_are_mended_and_nothing_else() {
        assert_eq!(
            mended(r#"{"a":"\ud83d","b":"\\ud83d \n\udc00x\u001f"}"#),
            r#"{"a":"\ufffd","b":"\\ud83d \n\ufffdx\u001f"}"#
        );
        assert_eq!(mended(r#"{"a":"\\\ud83d"}"#), r#"{"a":"\\\ufffd"}"#);
    }
}
