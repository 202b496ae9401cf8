//! Views as commands: each adds itself to the command tree from the registry, and its arguments become its own.

use clap::{Arg as ClapArg, ArgAction, ArgMatches, Command, CommandFactory as _};

use super::args::Cli;
use super::args::vault::KeyFile;
use super::context::Context;
use super::failure::Failure;
use super::follow::follow;
use super::project;
use crate::model::document::{list, nearest};
use crate::model::id::{JobId, RowId};
use crate::model::journey::Journey;
use crate::model::report::{Block, Cell, Column, List, Report, Single};
use crate::model::segment::StoredSegment;
use crate::store::{Job, Read};
use crate::ui;
use crate::views::{self, Arg, Args, Form, Kind, Place, Source, Value, View};

/// The whole command tree.
pub(super) fn command() -> Command {
    let mut command = Cli::command();
    for view in views::ALL {
        let (group, name) = view.name.split_once(' ').map_or((None, view.name), |(group, name)| (Some(group), name));
        let own = build(view, name);
        command = match group {
            None => command.subcommand(own),
            Some(group) => command.mut_subcommand(group, |group| group.subcommand(own)),
        };
    }
    ordered(command)
}

/// The order of SPEC §2, so that help reads like the work: load, choose, run, look.
fn ordered(mut command: Command) -> Command {
    const ORDER: [&str; 24] = [
        "import",
        "table",
        "spinner",
        "run",
        "resume",
        "cancel",
        "retry",
        "status",
        "jobs",
        "job",
        "records",
        "record",
        "journey",
        "events",
        "export",
        "verify",
        "backup",
        "prune",
        "project",
        "vault",
        "integration",
        "channel",
        "completions",
        "man",
    ];
    for (place, name) in ORDER.into_iter().enumerate() {
        command = command.mut_subcommand(name, |sub| sub.display_order(place));
    }
    command
}

fn build(view: &'static View, name: &'static str) -> Command {
    let examples: String = view.examples.lines().map(|line| format!("\n  {}", line.trim())).collect();
    let command = Command::new(name).about(view.about).after_help(format!("Examples:{examples}"));
    command.args(view.args.iter().map(argument))
}

fn argument(arg: &'static Arg) -> ClapArg {
    let kind = arg.kind;
    // Texts are checked by the view's own reader and handed on as they were typed.
    let check = move |text: &str| kind.read(text).map(|_| text.to_owned());
    let own = ClapArg::new(arg.name).help(arg.help);
    match arg.place {
        Place::Switch => own.long(arg.name).action(ArgAction::SetTrue),
        Place::Required => own.value_name(arg.value_name).required(true).value_parser(check),
        Place::Optional => own.value_name(arg.value_name).value_parser(check),
        Place::Flag | Place::Repeated => {
            let action = if arg.place == Place::Repeated { ArgAction::Append } else { ArgAction::Set };
            let own = own.long(arg.name).value_name(arg.value_name).action(action);
            match arg.kind {
                Kind::Word(words) => own.value_parser(clap::builder::PossibleValuesParser::new(words())),
                Kind::Job | Kind::Record | Kind::Count(_) | Kind::Cursor | Kind::Text | Kind::Names | Kind::Nothing => {
                    own.value_parser(check)
                }
            }
        }
    }
}

/// The command that was given, in words: `table show`.
pub(super) fn path(matches: &ArgMatches) -> String {
    let mut words = Vec::new();
    let mut at = matches;
    while let Some((name, below)) = at.subcommand() {
        words.push(name);
        at = below;
    }
    words.join(" ")
}

/// Shows a view, when it is one that was asked for.
pub(super) fn dispatch(context: &Context, matches: &ArgMatches) -> Result<Option<u8>, Failure> {
    let Some(view) = views::named(&path(matches)) else { return Ok(None) };
    let mut own = matches;
    while let Some((_, below)) = own.subcommand() {
        own = below;
    }
    let mut args = blank(context);
    for arg in view.args {
        if arg.place == Place::Switch {
            if own.get_flag(arg.name) {
                args.give(arg.name, Value::On);
            }
            continue;
        }
        for text in own.get_many::<String>(arg.name).into_iter().flatten() {
            args.read(arg, text).map_err(Failure::request)?;
        }
    }
    let store = match args.source() {
        Source::Nowhere => context.scratch()?,
        Source::Moment => context.snapshot()?,
        Source::Present => context.reader()?,
    };
    args.settings = context.look_at_settings();
    // Whoever looks for a project may not know yet how it is called.
    if !view.name.starts_with("project ") {
        args.project = project::wanted(context, Some(&store))?.map(|project| project.name);
    }
    match (view.report)(&store, &args)? {
        Report::Live(live) => follow(context, &store, live).map(Some),
        report @ (Report::List(_) | Report::Single(_)) => context.show(report).map(|()| Some(0)),
    }
}

fn blank(context: &Context) -> Args {
    let form = match context.format() {
        ui::Format::Table => Form::Table,
        ui::Format::Json => Form::Json,
        ui::Format::Ndjson => Form::Ndjson,
        ui::Format::Csv => Form::Csv,
    };
    Args::new(form, context.now(), context.zone.clone())
}

/// Shows a view with values of our own.
pub(super) fn show(context: &Context, store: &dyn Read, name: &str, values: &[(&str, &str)]) -> Result<(), Failure> {
    let Some(view) = views::named(name) else { return Ok(()) };
    let mut args = blank(context);
    for (name, text) in values {
        if let Some(arg) = view.args.iter().find(|arg| arg.name == *name) {
            args.read(arg, text).map_err(Failure::request)?;
        }
    }
    context.show((view.report)(store, &args)?)
}

/// Shows the journeys of a dry run: one below the other for people, a list for programs.
pub(super) fn rehearsal(context: &Context, job: &Job, shown: &[StoredSegment]) -> Result<(), Failure> {
    let mut singles = Vec::with_capacity(shown.len());
    for segment in shown {
        let mut journey = Journey::new(job.steps.clone());
        for entry in segment.entries().map_err(crate::store::Error::from)? {
            journey.apply(&entry).map_err(crate::store::Error::from)?;
        }
        singles.extend(segment.record().map(|id| imagined(views::journey::single(job, id, &journey), job, id.row)));
    }
    if context.format() == ui::Format::Table {
        for single in singles {
            context.show(Report::Single(single))?;
            context.blank_line()?;
        }
        return Ok(());
    }
    let columns = singles
        .first()
        .map_or_else(Vec::new, |single| single.object.iter().map(|(key, _)| Column::new(*key, *key)).collect());
    let rows = singles.into_iter().map(|single| Ok(single.object.into_iter().map(|(_, cell)| cell).collect()));
    context.show(Report::List(List { columns, rows: Box::new(rows), empty: String::new(), note: None, page: None }))
}

/// `cxgear verify`: 3 when a rule is broken.
pub(super) fn verify(
    context: &Context,
    job: Option<JobId>,
    expect: Option<&str>,
    key: &KeyFile,
) -> Result<u8, Failure> {
    if let Some(seal) = expect.filter(|seal| seal.len() != 64 || !seal.chars().all(|c| c.is_ascii_hexdigit())) {
        let hint = "it is the 64 digits that `cxgear verify` prints as the last seal";
        return Err(Failure::request(format!("`{seal}` is not a seal")).hint(hint));
    }
    let store = context.snapshot()?;
    let secrets = super::vault::open_unasked(context, &store, key)?;
    let verified = views::verify::verify_with(&store, job, expect, secrets.as_ref())?;
    context.show(views::verify::report(&verified))?;
    Ok(if verified.breaches.is_empty() { 0 } else { 3 })
}

/// A journey that nobody made: it has a row, and no record and no version yet.
fn imagined(mut single: Single<'static>, job: &Job, row: RowId) -> Single<'static> {
    single.blocks.retain(|block| !matches!(block, Block::Next(_)));
    let draft = format!("{}@0", job.spinner);
    for block in &mut single.blocks {
        let Block::Title(cells) = block else { continue };
        if let Some(first) = cells.first_mut() {
            *first = Cell::text(format!("row {row}"));
        }
        for cell in cells.iter_mut().filter(|cell| **cell == Cell::text(draft.as_str())) {
            *cell = Cell::text(format!("{} (draft)", job.spinner));
        }
    }
    if let Some(id) = single.object.first_mut() {
        *id = ("row", Cell::Number(row.0));
    }
    single
}

/// A status by its word, or the one that was likely meant.
pub(super) fn status_of(word: &str) -> Result<crate::model::status::RecordStatus, Failure> {
    use crate::model::status::RecordStatus;
    RecordStatus::named(word).ok_or_else(|| {
        let names = || RecordStatus::ALL.iter().map(|status| status.name());
        let hint = match nearest(word, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("statuses: {}", list(names())),
        };
        Failure::request(format!("there is no status `{word}`")).hint(hint)
    })
}
