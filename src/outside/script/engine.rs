//! One engine over many records: frozen before the script is put in, so that nothing is left of one record for the next.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use rquickjs::{Array, Context, Ctx, Function, Persistent, Runtime, Value};

use super::answer::{Fault, Place};
use super::program::Program;
use super::thrown::{self, After};
use super::{LONGEST_LOG, LONGEST_RESULT, Limits, MOST_MESSAGES, STACK, clock};
use crate::model::reason::Reason;
use crate::model::time::Millis;

const PRELUDE: &str = include_str!("prelude.js");

/// Garbage beyond this is collected. Set before each record: the engine raises it after a collection, and then the garbage
/// of one record would be the lack of memory of the next.
const GARBAGE: usize = 2 << 20;

/// The objects that a new engine is known to have, at the least.
const FROZEN: u32 = 600;

/// A promise that nothing will settle any more. What goes wrong inside of the engine's own jobs is told to nobody.
const UNSETTLED: &str = "`main` waits for something that never comes (or memory ran out in a promise)";

type Kept = Persistent<Function<'static>>;

/// A frozen engine with a script in it.
pub(super) struct Engine {
    factory: Kept,
    run: Kept,
    load: Kept,
    describe: Kept,
    meter: Rc<Meter>,
    memory: String,
    context: Context,
    runtime: Runtime,
}

/// What a record came to, and whether the engine may be used for the next.
pub(super) struct Ended {
    /// The JSON of an object.
    pub(super) result: Result<String, Fault>,
    /// The messages as JSON, without the brackets around them.
    pub(super) log: String,
    pub(super) after: After,
}

impl Engine {
    /// A new engine. The failures are the machine's or this program's, never the script's.
    pub(super) fn new(program: &Program, limits: &Limits) -> rquickjs::Result<Engine> {
        let runtime = Runtime::new()?;
        let memory = usize::try_from(limits.memory).unwrap_or(usize::MAX);
        runtime.set_memory_limit(memory);
        runtime.set_max_stack_size(STACK);
        let meter = Rc::new(Meter::new(Duration::from_millis(limits.timeout_ms)));
        let context = Context::full(&runtime)?;
        let kept = |ctx: &Ctx<'_>| -> rquickjs::Result<[Kept; 4]> {
            let mut options = rquickjs::context::EvalOptions::default();
            options.filename = Some("cxgear".to_owned());
            let prelude: Function<'_> = ctx.eval_with_options(PRELUDE, options)?;
            let said = Rc::clone(&meter);
            let log = Function::new(ctx.clone(), move |line: String, length: f64| said.log(&line, length))?;
            let made: Array<'_> = prelude.call((log,))?;
            if made.get::<u32>(3)? < FROZEN {
                return Err(rquickjs::Error::Unknown);
            }
            let all = [program.factory(ctx)?, made.get(0)?, made.get(1)?, made.get(2)?];
            Ok(all.map(|function: Function<'_>| Persistent::save(ctx, function)))
        };
        let [factory, run, load, describe] = context.with(|ctx| kept(&ctx))?;
        let polled = Rc::clone(&meter);
        runtime.set_interrupt_handler(Some(Box::new(move || polled.poll())));
        let memory = format!("{} MB", limits.memory >> 20);
        Ok(Engine { factory, run, load, describe, meter, memory, context, runtime })
    }

    /// Runs the script's own top level once, to see that it can be and that there is a `main`.
    pub(super) fn load(&mut self, program: &Program) -> Result<(), Fault> {
        let load = self.load.clone();
        let ended = self.call(program, |ctx, factory| load.restore(ctx)?.call((factory,)));
        match ended.result {
            Ok(found) if found == "true" => Ok(()),
            Ok(_) => Err(Fault::new(Reason::StepFailed, "the script has no function `main`")),
            Err(mut fault) => {
                fault.what = format!("before `main` is called: {}", fault.what);
                Err(fault)
            }
        }
    }

    /// Calls `main` for one record; the line is its request.
    pub(super) fn record(&mut self, program: &Program, line: &str) -> Ended {
        let run = self.run.clone();
        self.call(program, |ctx, factory| run.restore(ctx)?.call((factory, line)))
    }

    fn call(
        &mut self,
        program: &Program,
        begin: impl for<'js> FnOnce(&Ctx<'js>, Function<'js>) -> rquickjs::Result<Value<'js>>,
    ) -> Ended {
        self.runtime.set_gc_threshold(GARBAGE);
        self.meter.begin();
        let (result, after) = self.context.with(|ctx| {
            let begun = self.factory.clone().restore(&ctx).and_then(|factory| begin(&ctx, factory));
            let judged = match begun.and_then(|value| self.settle(&ctx, value)) {
                Ok(None) => return (None, After::Spoiled),
                Ok(Some(text)) => (self.measured(text), After::Sound),
                Err(error) => {
                    let (fault, after) = self.failed(&ctx, &error, &|place| program.placed(place));
                    (Err(fault), after)
                }
            };
            // What it left to be done is done here, so that nothing of it is left for the next record.
            self.drain(&ctx);
            (Some(judged.0), judged.1)
        });
        let log = self.meter.taken();
        match (self.meter.exceeded(), result) {
            (Some((fault, after)), _) => Ended { result: Err(fault), log, after },
            (None, Some(result)) => Ended { result, log, after },
            (None, None) => Ended { result: Err(Fault::new(Reason::StepFailed, UNSETTLED)), log, after },
        }
    }

    /// Waits for a promise; its jobs run here, because nothing comes from outside.
    fn settle<'js>(&self, ctx: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Option<String>> {
        let value = match value.try_into_promise() {
            Err(value) => value,
            Ok(promise) => {
                self.drain(ctx);
                match promise.result::<Value<'js>>() {
                    None => return Ok(None),
                    Some(settled) => settled?,
                }
            }
        };
        if let Some(truth) = value.as_bool() {
            return Ok(Some(truth.to_string()));
        }
        value.get::<String>().map(Some)
    }

    fn drain(&self, ctx: &Ctx<'_>) {
        while !self.meter.fired.get() && ctx.execute_pending_job() {}
    }

    /// A result, if it is not too long.
    fn measured(&self, text: String) -> Result<String, Fault> {
        if text.len() <= LONGEST_RESULT {
            return Ok(text);
        }
        let (is, allowed) = (text.len() >> 10, LONGEST_RESULT >> 10);
        let what = format!("what `main` returned is {is} KB of JSON, and {allowed} KB are allowed");
        Err(Fault::new(Reason::LimitExceeded, what))
    }

    fn failed(&self, ctx: &Ctx<'_>, error: &rquickjs::Error, placed: &dyn Fn(Place) -> Place) -> (Fault, After) {
        let engine = |error: &rquickjs::Error| {
            (Fault::new(Reason::StepFailed, format!("the engine failed: {error}")), After::Spoiled)
        };
        if !error.is_exception() {
            return engine(error);
        }
        let caught = ctx.catch();
        match self.describe.clone().restore(ctx) {
            Ok(describe) => thrown::fault(caught, &describe, &self.memory, placed),
            Err(error) => engine(&error),
        }
    }
}

/// What a record has used: its time, and what it said.
struct Meter {
    limit: Duration,
    /// What the thread had computed when the engine first asked.
    since: Cell<Option<Duration>>,
    fired: Cell<bool>,
    log: RefCell<String>,
    messages: Cell<usize>,
    length: Cell<f64>,
}

impl Meter {
    fn new(limit: Duration) -> Meter {
        let (since, fired, log) = (Cell::new(None), Cell::new(false), RefCell::default());
        Meter { limit, since, fired, log, messages: Cell::new(0), length: Cell::new(0.0) }
    }

    fn begin(&self) {
        self.since.set(None);
        self.fired.set(false);
        self.log.borrow_mut().clear();
        self.messages.set(0);
        self.length.set(0.0);
    }

    /// Asked by the engine every few thousand instructions; most records end before that, and cost no look at the clock.
    fn poll(&self) -> bool {
        let now = clock::of_thread();
        let since = self.since.get().unwrap_or(now);
        self.since.set(Some(since));
        let late = now.saturating_sub(since) > self.limit;
        self.fired.set(self.fired.get() || late);
        self.fired.get()
    }

    /// Keeps a message while there is room.
    fn log(&self, line: &str, length: f64) {
        self.messages.set(self.messages.get() + 1);
        self.length.set(self.length.get() + length);
        if self.overflowed().is_none() {
            let mut log = self.log.borrow_mut();
            if !log.is_empty() {
                log.push(',');
            }
            log.push_str(line);
        }
    }

    /// The limit that was passed. An interrupt is told by its flag and not by what was thrown: interrupted work of a promise
    /// only looks as if it never ended.
    fn exceeded(&self) -> Option<(Fault, After)> {
        if self.fired.get() {
            let allowed = Millis(u64::try_from(self.limit.as_millis()).unwrap_or(u64::MAX));
            let what = format!("the script computed longer than {allowed}, its `timeout`");
            return Some((Fault::new(Reason::Timeout, what), After::Spoiled));
        }
        self.overflowed().map(|what| (Fault::new(Reason::LimitExceeded, what), After::Sound))
    }

    fn overflowed(&self) -> Option<String> {
        if self.length.get() > LONGEST_LOG {
            return Some(format!("the script logged more than {} KB", LONGEST_LOG / 1_024.0));
        }
        (self.messages.get() > MOST_MESSAGES).then(|| format!("the script logged more than {MOST_MESSAGES} messages"))
    }

    fn taken(&self) -> String {
        std::mem::take(&mut self.log.borrow_mut())
    }
}
