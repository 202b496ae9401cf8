//! The composition: the only floor that sees all of them. Arguments in, exit code out.
//! Deliberately absent: any rule of what a job, a table or a step is.

use std::process::ExitCode;

use clap::FromArgMatches as _;

use args::{Cli, Verb};
use context::Context;
use failure::Failure;

mod args;
mod cancel;
mod complaints;
mod context;
mod drive;
mod env;
mod export;
mod failure;
mod generate;
mod import;
mod project;
mod rejects;
mod retry;
mod run;
mod select;
mod settings;
mod signals;
mod spinner;
mod table;
mod target;
mod vault;
mod views;

/// The whole program.
#[must_use]
pub fn main() -> ExitCode {
    let matches = match views::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            // Help and version are answers, not errors; a closed pipe has seen enough of either.
            drop(error.print());
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let Ok(global) = args::Global::from_arg_matches(&matches) else { return ExitCode::from(2) };
    let terminal = context::terminal(&global);
    let verb = views::path(&matches);
    let done = Context::new(&global, terminal.clone(), verb).and_then(|context| {
        tell_long_waits();
        dispatch(&context, &matches)
    });
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            let (what, causes) = failure.told(terminal.verbose() > 0);
            crate::ui::failure::error(&terminal, &what, &causes, &failure.hints);
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(context: &Context, matches: &clap::ArgMatches) -> Result<u8, Failure> {
    if let Some(code) = views::dispatch(context, matches)? {
        return Ok(code);
    }
    let cli = Cli::from_arg_matches(matches).map_err(|error| Failure::request(error.to_string()))?;
    match cli.verb {
        Verb::Import(args) => import::import(context, &args),
        Verb::Table(verb) => table::table(context, &verb),
        Verb::Spinner(verb) => spinner::spinner(context, &verb),
        Verb::Project(verb) => project::project(context, &verb),
        Verb::Vault(verb) => vault::vault(context, &verb),
        Verb::Run(args) => run::run(context, &args),
        Verb::Resume(args) => drive::resume(context, args.job),
        Verb::Cancel { job } => cancel::cancel(context, job),
        Verb::Retry(args) => retry::retry(context, &args),
        Verb::Export(args) => export::export(context, &args),
        Verb::Verify { job, expect } => views::verify(context, job, expect.as_deref()),
        Verb::Completions { shell } => generate::completions(context, shell),
        Verb::Man => generate::man(context),
    }
}

/// Whoever waits for another process to finish writing is told so after two seconds.
fn tell_long_waits() {
    crate::store::on_long_wait(|| {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "waiting for another process to finish writing to the database");
    });
}
