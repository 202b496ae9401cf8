//! The composition: the only floor that sees all of them. Arguments in, exit code out.
//! Deliberately absent: any rule of what a job, a table or a step is.

use std::process::ExitCode;

use clap::FromArgMatches as _;

use args::{Cli, Verb};
use context::Context;
use failure::{Failure, Kind};

use crate::store::Writing;

mod args;
mod backup;
mod cancel;
mod complaints;
mod connection;
mod context;
mod drive;
mod env;
mod export;
mod failure;
mod feed;
mod files;
mod follow;
mod generate;
mod heard;
mod import;
mod part;
mod project;
mod prune;
mod rejects;
mod retry;
mod run;
mod select;
mod sent;
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
    if env::is_sandbox() {
        return sandbox();
    }
    let matches = match views::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            // Help and version are answers, not errors; a closed pipe has seen enough of either.
            drop(error.print());
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let Ok(global) = args::Global::from_arg_matches(&matches) else { return ExitCode::from(2) };
    signals::survive_file_size_limit();
    let terminal = context::terminal(&global);
    let verb = views::path(&matches);
    let done = Context::new(&global, terminal.clone(), verb).and_then(|context| {
        tell_long_waits(&context);
        dispatch(&context, &matches)
    });
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            let (what, causes) = failure.told(terminal.verbose() > 0);
            if failure.kind == Kind::Interrupted {
                crate::ui::failure::warning(&terminal, &what, &failure.hints);
            } else {
                crate::ui::failure::error(&terminal, &what, &causes, &failure.hints);
            }
            ExitCode::from(failure.code())
        }
    }
}

/// The child of a sandbox: its parent hears of a failure by its end.
fn sandbox() -> ExitCode {
    let mut input = std::io::BufReader::with_capacity(64 << 10, std::io::stdin().lock());
    match crate::outside::script::serve(&mut input, &mut std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(3),
    }
}

fn dispatch(context: &Context, matches: &clap::ArgMatches) -> Result<u8, Failure> {
    if let Some(code) = views::dispatch(context, matches)? {
        return Ok(code);
    }
    let cli = Cli::from_arg_matches(matches).map_err(|error| Failure::request(error.to_string()))?;
    if matches!(cli.verb, Verb::Import(_) | Verb::Run(_) | Verb::Resume(_) | Verb::Retry(_)) {
        signals::leaves(context, "nothing was written")?;
    }
    // Ctrl-C at a question ends it, and not the process on the spot: that would leave a terminal that shows nothing of what
    // is typed, and an empty database.
    if let Verb::Vault(_) = cli.verb {
        drop(signals::asks(context)?);
    }
    match cli.verb {
        Verb::Import(args) => import::import(context, &args),
        Verb::Table(verb) => table::table(context, &verb),
        Verb::Spinner(verb) => spinner::spinner(context, &verb),
        Verb::Project(verb) => project::project(context, &verb),
        Verb::Vault(verb) => vault::vault(context, &verb),
        Verb::Integration(verb) => connection::integration_verb(context, &verb),
        Verb::Channel(verb) => connection::channel_verb(context, &verb),
        Verb::Run(args) => run::run(context, &args),
        Verb::Resume(args) => drive::resume(context, args.job, &args.key),
        Verb::Cancel { job } => cancel::cancel(context, job),
        Verb::Retry(args) => retry::retry(context, &args),
        Verb::Export(args) => export::export(context, &args),
        Verb::Verify { job, expect, key } => views::verify(context, job, expect.as_deref(), &key),
        Verb::Backup(args) => backup::backup(context, &args),
        Verb::Prune(args) => prune::prune(context, &args),
        Verb::Completions { shell } => generate::completions(context, shell),
        Verb::Man => generate::man(context),
    }
}

/// Whoever waits for another process to finish writing is told so after two seconds, and for whom (EVENTS §4).
fn tell_long_waits(context: &Context) {
    let (terminal, database) = (context.terminal.clone(), context.database().to_owned());
    crate::store::on_long_wait(move || {
        let who = match crate::store::writing(&database) {
            None => "another process".to_owned(),
            Some(Writing { pid, command, stopped }) => {
                let command = command.map_or_else(String::new, |command| format!(" (`{command}`)"));
                let state = if stopped { ", which is stopped," } else { "" };
                format!("process {pid}{command}{state}")
            }
        };
        crate::ui::failure::say(&terminal, &format!("waiting for {who} to finish writing to the database"));
    });
}
