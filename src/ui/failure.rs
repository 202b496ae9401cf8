//! Talk on stderr: an error with what, why and how to mend it; a warning; a plain line. The only place that prints them.

use std::io::Write;

use super::paint::Paint;
use super::stream::Terminal;
use super::text;
use crate::model::report::Tone;

/// Prints `error: what`, the causes below it and `hint: …` for each way to mend it. Not silenced by quiet.
pub fn error(terminal: &Terminal, what: &str, causes: &[String], hints: &[String]) {
    print(terminal, &told(terminal.talk(), "error", Tone::Bad, what, causes, hints));
}

/// Prints `warning: text` and its hints. Not silenced by quiet: it is about the data.
pub fn warning(terminal: &Terminal, text: &str, hints: &[String]) {
    print(terminal, &told(terminal.talk(), "warning", Tone::Warn, text, &[], hints));
}

/// Prints a plain line, unless quiet was asked for.
pub fn say(terminal: &Terminal, text: &str) {
    if !terminal.quiet() {
        let lines = text::lines(text).join("\n");
        print(terminal, &format!("{lines}\n"));
    }
}

/// Lines are not wrapped here: commands and paths in them are there to be copied, and a terminal wraps by itself.
fn told(paint: Paint, word: &str, tone: Tone, what: &str, causes: &[String], hints: &[String]) -> String {
    let mut told = labelled(&paint.loud(tone, &format!("{word}:")), what);
    for line in causes.iter().flat_map(|cause| text::lines(cause)) {
        told.push_str(&format!("  {line}\n"));
    }
    for hint in hints {
        told.push_str(&labelled(&paint.loud(Tone::Busy, "hint:"), hint));
    }
    told
}

/// `label first line`, with further lines indented below it.
fn labelled(label: &str, message: &str) -> String {
    let mut lines = text::lines(message).into_iter();
    let mut told = format!("{label} {}\n", lines.next().unwrap_or_default());
    for line in lines {
        told.push_str(&format!("  {line}\n"));
    }
    told
}

/// In one write, so that lines of two processes do not mix. Who cannot even be told so has closed stderr; there is
/// nobody left to tell.
fn print(terminal: &Terminal, text: &str) {
    let _ = terminal.err().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_why_and_how_to_mend() {
        let causes = ["4 fields, the header has 5".to_owned()];
        let hints = ["--ragged pad fills short rows\nand stops on long ones".to_owned()];
        let told = told(Paint::Plain, "error", Tone::Bad, "`a.csv` line 3 is\u{1b}[31m short", &causes, &hints);
        assert_eq!(
            told,
            "error: `a.csv` line 3 is\\x1b[31m short\n  4 fields, the header has 5\n\
             hint: --ragged pad fills short rows\n  and stops on long ones\n"
        );
    }

    #[test]
    fn the_word_is_loud() {
        let told = told(Paint::Ansi, "warning", Tone::Warn, "no header", &[], &[]);
        assert_eq!(told, "\u{1b}[1m\u{1b}[33mwarning:\u{1b}[0m no header\n");
    }
}
