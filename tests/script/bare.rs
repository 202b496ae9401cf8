//! An ordinary engine that is kept over all records, as one would first write it: what the attempts can do where nobody
//! stops them.

use std::cell::RefCell;
use std::rc::Rc;

use rquickjs::{Context, Function, Runtime};

pub(crate) struct Bare {
    context: Context,
    said: Rc<RefCell<String>>,
}

impl Bare {
    pub(crate) fn new() -> Bare {
        let runtime = Runtime::new().unwrap();
        runtime.set_memory_limit(32 << 20);
        runtime.set_max_stack_size(256 << 10);
        let context = Context::full(&runtime).unwrap();
        let said = Rc::<RefCell<String>>::default();
        context.with(|ctx| {
            let heard = Rc::clone(&said);
            let say = Function::new(ctx.clone(), move |text: String| heard.borrow_mut().push_str(&text)).unwrap();
            ctx.globals().set("say", say).unwrap();
            let setup = "globalThis.console = {}; for (const k of ['log', 'warn', 'error']) console[k] = (...a) => say(a.join(' '));
                globalThis.enter = (factory, line) => { const context = { log: (...a) => say(a.join(' ')), vault: () => { throw new Error('no'); } };
                    return JSON.stringify(factory()(JSON.parse(line), context)) };";
            let mut options = rquickjs::context::EvalOptions::default();
            options.strict = false;
            ctx.eval_with_options::<(), _>(setup, options).unwrap();
        });
        Bare { context, said }
    }

    /// Calls a sloppy script's `main` once for each params; what it returned as JSON, and all that was said meanwhile.
    pub(crate) fn run(&self, script: &str, calls: &[&str]) -> Vec<(Option<String>, String)> {
        self.context.with(|ctx| {
            let mut options = rquickjs::context::EvalOptions::default();
            options.strict = false;
            let text = format!("(function () {{ {script}\nreturn main; }})");
            let Ok(factory) = ctx.eval_with_options::<Function<'_>, _>(text, options) else { return Vec::new() };
            let call = |line: &&str| {
                self.said.borrow_mut().clear();
                let enter: Function<'_> = ctx.globals().get("enter").ok()?;
                let result = enter.call::<_, String>((factory.clone(), *line)).ok();
                drop(ctx.catch());
                // As many as a record is likely to leave, then the next one has its turn.
                for _ in 0..50 {
                    ctx.execute_pending_job();
                }
                Some((result, self.said.borrow().clone()))
            };
            calls.iter().map(|line| call(line).unwrap_or_default()).collect()
        })
    }
}
