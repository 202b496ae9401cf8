//! What a script threw, in words. Whatever it is, it is data: a script can throw anything.

use rquickjs::{Function, Value};

use super::answer::{Fault, Place};
use super::program::NAME;
use crate::model::reason::Reason;

/// A thrown value as the prelude describes it: whether it is an error, its text, its stack.
type Described = (bool, String, String);

/// How a failure leaves the engine.
pub(super) enum After {
    /// As it was.
    Sound,
    /// Not to be trusted with the next record.
    Spoiled,
}

/// Why `main` gave no result. `describe` is the prelude's; its own failure is no more than one of the script.
pub(super) fn fault<'js>(
    caught: Value<'js>,
    describe: &Function<'js>,
    memory: &str,
    placed: &dyn Fn(Place) -> Place,
) -> (Fault, After) {
    // What the engine throws when there is no memory left for an error.
    if caught.is_null() || caught.type_of() == rquickjs::Type::Uninitialized {
        let what = format!("the script ran out of memory ({memory}), or threw `null`");
        return (Fault::new(Reason::LimitExceeded, what), After::Spoiled);
    }
    let after = if caught.is_undefined() { After::Spoiled } else { After::Sound };
    let described = describe.call::<_, String>((caught,)).ok().and_then(|text| serde_json::from_str(&text).ok());
    let Some((is_error, text, stack)): Option<Described> = described else {
        return (Fault::new(Reason::StepFailed, "the script threw something that cannot be described"), After::Spoiled);
    };
    let place = places(&stack).next().map(placed);
    if is_error && text == "InternalError: out of memory" {
        let fault =
            Fault { reason: Reason::LimitExceeded, what: format!("the script ran out of memory ({memory})"), place };
        return (fault, After::Spoiled);
    }
    if is_error && text.contains("call stack size exceeded") {
        return (
            Fault { reason: Reason::LimitExceeded, what: format!("its calls go too deep: {text}"), place },
            After::Spoiled,
        );
    }
    let what = if is_error { text } else { format!("the script threw {text}") };
    (Fault { reason: Reason::StepFailed, what: cut(what), place }, after)
}

/// What is wrong with a text that cannot be read.
pub(super) fn syntax(caught: &Value<'_>, placed: &dyn Fn(Place) -> Place) -> Fault {
    let Some(error) = caught.as_exception() else {
        return Fault::new(Reason::LimitExceeded, "the script is too large to be read");
    };
    let name: String = error.as_object().get("name").unwrap_or_default();
    let text = match error.message() {
        Some(message) if !message.is_empty() => format!("{name}: {message}"),
        Some(_) | None => name,
    };
    let place = error.stack().and_then(|stack| places(&stack).next()).map(placed);
    Fault { reason: Reason::StepFailed, what: cut(text), place }
}

/// The places in a stack that are in the script; others are the prelude's or the engine's own.
fn places(stack: &str) -> impl Iterator<Item = Place> {
    stack.lines().filter_map(|line| {
        let at = line.trim_end().strip_suffix(')').unwrap_or(line.trim_end());
        let (rest, column) = at.rsplit_once(':')?;
        let (file, line) = rest.rsplit_once(':')?;
        let file = file.rsplit(['(', ' ']).next()?;
        (file == NAME).then_some(Place { line: line.parse().ok()?, column: column.parse().ok()? })
    })
}

/// The longest text of an error that leaves the child. It is cut to what may be kept where secrets are known.
const LONGEST: usize = 256 << 10;

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_the_script_are_found_in_a_stack() {
        let stack =
            "    at map (native)\n    at f:3:1 (script:4:10)\n    at script:9:2\n    at run (eval_script:1:1)\n";
        let found: Vec<_> = places(stack).map(|place| (place.line, place.column)).collect();
        assert_eq!(found, [(4, 10), (9, 2)]);
        assert_eq!(places("script:1").count() + places("").count() + places("(script:a:b)").count(), 0);
    }
}
