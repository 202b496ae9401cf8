//! A script that was read: it stands by itself, so nothing of it is outside of the function that is put around it.

use rquickjs::{Context, Ctx, Runtime};

use super::answer::{Fault, Place};
use super::{Limits, STACK, thrown};
use crate::model::reason::Reason;

/// What stands before the text when it is only read. It ends the evaluation before anything of the text runs.
const UNREAD: &str = "throw 0;";

/// What stands around the text when it is used. Each record has a function, and so variables, of its own.
const BEFORE: &str = "(function(){'use strict';";
const AFTER: &str = "\nreturn typeof main==='function'?main:undefined;})";

/// The name under which the engine knows the text, in stacks.
pub(super) const NAME: &str = "script";

/// A script whose text is whole.
#[derive(Debug)]
pub(super) struct Program {
    text: String,
}

impl Program {
    /// Reads a text, in an engine that is thrown away.
    ///
    /// It must be whole by itself: one like `}); let kept = 0; (function () {` would close the function around it, and
    /// have variables that outlive a record. The text is a script here and there, never a module, so both read it alike.
    /// What it declares is made in the engine before `throw`, and is thrown away with it.
    pub(super) fn read(text: String, limits: &Limits) -> Result<Program, Fault> {
        let program = Program { text };
        let broken =
            |error: rquickjs::Error| Fault::new(Reason::StepFailed, format!("the engine does not start: {error}"));
        let runtime = Runtime::new().map_err(broken)?;
        runtime.set_memory_limit(usize::try_from(limits.memory).unwrap_or(usize::MAX));
        runtime.set_max_stack_size(STACK);
        let context = Context::full(&runtime).map_err(broken)?;
        context.with(|ctx| match eval(&ctx, format!("{UNREAD}{}", program.text)) {
            Err(rquickjs::Error::Exception) => {
                let caught = ctx.catch();
                if caught.as_int() == Some(0) {
                    return Ok(());
                }
                Err(thrown::syntax(&caught, &|place| program.place(place, UNREAD.len())))
            }
            Err(rquickjs::Error::InvalidString(_)) => {
                Err(Fault::new(Reason::StepFailed, "the script holds a NUL character"))
            }
            Err(other) => Err(broken(other)),
            Ok(_) => Err(Fault::new(Reason::StepFailed, "the script could not be read")),
        })?;
        Ok(program)
    }

    /// The function that makes `main`, anew for each record.
    pub(super) fn factory<'js>(&self, ctx: &Ctx<'js>) -> rquickjs::Result<rquickjs::Function<'js>> {
        eval(ctx, format!("{BEFORE}{}{AFTER}", self.text))?.try_into_function().map_err(|_| rquickjs::Error::Exception)
    }

    /// Where a place in a stack is in the text.
    pub(super) fn placed(&self, raw: Place) -> Place {
        self.place(raw, BEFORE.len())
    }

    /// The engine counts columns in bytes, and on the first line from the beginning of what stands before the text.
    fn place(&self, raw: Place, before: usize) -> Place {
        let bytes = raw.column.saturating_sub(1).saturating_sub(if raw.line == 1 { before } else { 0 });
        let line = self.text.split('\n').nth(raw.line.saturating_sub(1)).unwrap_or_default();
        let column = line.char_indices().take_while(|(at, _)| *at < bytes).count() + 1;
        Place { line: raw.line, column }
    }
}

fn eval<'js>(ctx: &Ctx<'js>, text: String) -> rquickjs::Result<rquickjs::Value<'js>> {
    let mut options = rquickjs::context::EvalOptions::default();
    options.filename = Some(NAME.to_owned());
    ctx.eval_with_options(text, options)
}
