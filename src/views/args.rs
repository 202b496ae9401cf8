//! What a view takes: plain data, which whoever reads the command line turns into its own terms.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::model::id::{Cursor, JobId, RecordId};
use crate::model::settings::Settings;
use crate::model::time::Timestamp;

/// One argument of a view.
#[derive(Debug, Clone, Copy)]
pub struct Arg {
    /// Its name; of a flag, what follows `--`.
    pub name: &'static str,
    /// What it is for, in a line.
    pub help: &'static str,
    /// What stands for its value in a usage line; empty for a switch.
    pub value_name: &'static str,
    /// How it is given.
    pub place: Place,
    /// What its value is.
    pub kind: Kind,
}

/// How an argument is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// By position, and it must be there.
    Required,
    /// By position, and it may be left out.
    Optional,
    /// As `--name VALUE`.
    Flag,
    /// As `--name VALUE`, as often as wanted.
    Repeated,
    /// As `--name`, without a value.
    Switch,
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A job's number.
    Job,
    /// A record: `3/17`.
    Record,
    /// A whole number, not below this.
    Count(u64),
    /// A place in the log; 0 is its beginning.
    Cursor,
    /// Any text.
    Text,
    /// Names separated by commas.
    Names,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// Nothing: a switch is there or not.
    Nothing,
}

/// A value that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A job.
    Job(JobId),
    /// A record.
    Record(RecordId),
    /// A number.
    Count(u64),
    /// A place in the log.
    Cursor(Cursor),
    /// A text or word.
    Text(String),
    /// Names, or what was given repeatedly.
    Texts(Vec<String>),
    /// A switch that is there.
    On,
}

impl Kind {
    /// Reads a value.
    ///
    /// # Errors
    /// A sentence fragment that says what is wrong with the text.
    pub fn read(self, text: &str) -> Result<Value, String> {
        let number = |text: &str| match text.parse::<u64>() {
            Ok(number) if i64::try_from(number).is_ok() => Ok(number),
            Ok(_) => Err(format!("`{text}` is too large")),
            Err(_) => Err(format!("`{text}` is not a whole number")),
        };
        match self {
            Kind::Job => text.parse().map(Value::Job),
            Kind::Record => text.parse().map(Value::Record),
            Kind::Cursor => number(text).map(|cursor| Value::Cursor(Cursor(cursor))),
            Kind::Count(least) => match number(text)? {
                count if count < least => Err(format!("`{text}` is below {least}")),
                count => Ok(Value::Count(count)),
            },
            Kind::Text => Ok(Value::Text(text.to_owned())),
            Kind::Names => {
                let names = text.split(',').map(|name| name.trim().to_owned());
                Ok(Value::Texts(names.filter(|name| !name.is_empty()).collect()))
            }
            Kind::Word(words) if words().contains(&text) => Ok(Value::Text(text.to_owned())),
            Kind::Word(words) => Err(format!("`{text}` is not one of {}", words().join(", "))),
            Kind::Nothing => Ok(Value::On),
        }
    }
}

/// What a report is wanted for. People are shown a part that they can take in; programs get all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A terminal.
    Table,
    /// One JSON document.
    Json,
    /// A line of JSON each.
    Ndjson,
    /// A line of CSV each.
    Csv,
}

/// What a report is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Nothing: it is about the program itself.
    Nowhere,
    /// The workspace as it is at one moment.
    Moment,
    /// The workspace as it comes to be.
    Present,
}

/// What a view was asked.
#[derive(Debug, Clone)]
pub struct Args {
    values: BTreeMap<&'static str, Value>,
    /// What the report is for.
    pub form: Form,
    /// The present.
    pub now: Timestamp,
    /// Where the reader's clock is.
    pub zone: TimeZone,
    /// The project whose things are wanted; those of all when none was named.
    pub project: Option<String>,
    /// What the workspace may use.
    pub settings: Settings,
}

impl Args {
    /// Nothing was asked yet.
    #[must_use]
    pub fn new(form: Form, now: Timestamp, zone: TimeZone) -> Args {
        Args { values: BTreeMap::new(), form, now, zone, project: None, settings: Settings::default() }
    }

    /// Adds a value; one that is given repeatedly is added to those before it.
    pub fn give(&mut self, name: &'static str, value: Value) {
        match (self.values.get_mut(name), value) {
            (Some(Value::Texts(texts)), Value::Text(text)) => texts.push(text),
            (Some(Value::Texts(texts)), Value::Texts(more)) => texts.extend(more),
            (_, value) => {
                self.values.insert(name, value);
            }
        }
    }

    /// Adds the value of an argument as it was typed.
    ///
    /// # Errors
    /// A sentence fragment that says what is wrong with the text.
    pub fn read(&mut self, arg: &Arg, text: &str) -> Result<(), String> {
        let value = match (arg.place, arg.kind.read(text)?) {
            (Place::Repeated, Value::Text(text)) => Value::Texts(vec![text]),
            (_, value) => value,
        };
        self.give(arg.name, value);
        Ok(())
    }

    /// Whether a program reads it.
    #[must_use]
    pub fn is_data(&self) -> bool {
        self.form != Form::Table
    }

    /// What the report is to be read from.
    #[must_use]
    pub fn source(&self) -> Source {
        match (self.is_on(TYPES.name), self.is_on(FOLLOW.name)) {
            (true, _) => Source::Nowhere,
            (false, true) => Source::Present,
            (false, false) => Source::Moment,
        }
    }

    pub(super) fn job(&self, name: &str) -> Option<JobId> {
        if let Some(Value::Job(job)) = self.values.get(name) { Some(*job) } else { None }
    }

    pub(super) fn record(&self, name: &str) -> Option<RecordId> {
        if let Some(Value::Record(record)) = self.values.get(name) { Some(*record) } else { None }
    }

    pub(super) fn count(&self, name: &str) -> Option<u64> {
        if let Some(Value::Count(count)) = self.values.get(name) { Some(*count) } else { None }
    }

    pub(super) fn cursor(&self, name: &str) -> Option<Cursor> {
        if let Some(Value::Cursor(cursor)) = self.values.get(name) { Some(*cursor) } else { None }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        if let Some(Value::Text(text)) = self.values.get(name) { Some(text) } else { None }
    }

    pub(super) fn texts(&self, name: &str) -> &[String] {
        if let Some(Value::Texts(texts)) = self.values.get(name) { texts } else { &[] }
    }

    pub(super) fn is_on(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// How many rows are wanted: what was asked, else `usual` for people and all for programs.
    pub(super) fn limit(&self, usual: u64) -> u64 {
        self.count("limit").unwrap_or(if self.is_data() { u64::MAX } else { usual })
    }
}

/// `--name VALUE`.
pub(super) const fn flag(name: &'static str, value_name: &'static str, kind: Kind, help: &'static str) -> Arg {
    Arg { name, help, value_name, place: Place::Flag, kind }
}

pub(super) const fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg { name, help, value_name: "", place: Place::Switch, kind: Kind::Nothing }
}

/// `--follow`, of what goes on while it is looked at.
pub(super) const FOLLOW: Arg =
    switch("follow", "Go on with what comes, until the job or record has ended; without one, until stopped");

/// `--types`, which needs no workspace.
pub(super) const TYPES: Arg = switch("types", "List the types there are, and what they are called with `--as`");

/// `--limit`, of every list.
pub(super) const LIMIT: Arg =
    flag("limit", "N", Kind::Count(1), "Show at most so many [default: a screenful in tables, all in data]");

/// `--offset`, of lists that are long.
pub(super) const OFFSET: Arg = flag("offset", "N", Kind::Count(0), "Pass over so many");

/// `--where`, of lists over a table's rows.
pub(super) const WHERE: Arg =
    flag("where", "CONDITION", Kind::Text, "Only rows where this SQL condition over the table's columns holds");

/// A job, by position.
pub(super) const JOB: Arg =
    Arg { name: "job", help: "The job", value_name: "JOB", place: Place::Required, kind: Kind::Job };

/// A record, by position.
pub(super) const RECORD: Arg = Arg {
    name: "record",
    help: "The record: job/row, such as 3/17",
    value_name: "JOB/ROW",
    place: Place::Required,
    kind: Kind::Record,
};
