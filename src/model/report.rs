//! What a view hands to whoever shows it: values that know what they mean, never how they look.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use serde_json::Value;

use super::id::{Cursor, JobId, RecordId};
use super::time::{Millis, Timestamp};

/// What goes wrong while rows are still being read.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Rows as they are read: a million are never held.
pub type Rows<'a> = Box<dyn Iterator<Item = Result<Vec<Cell>, Fault>> + 'a>;

/// The one shape behind `table`, `json`, `ndjson` and `csv`.
pub enum Report<'a> {
    /// Many alike: an array in JSON, a line each in NDJSON and CSV.
    List(List<'a>),
    /// One thing: an object in JSON, blocks in a terminal.
    Single(Single<'a>),
    /// Many alike, of which more may come while it is looked at.
    Live(Live<'a>),
}

/// Many alike, of which more may come while it is looked at.
pub struct Live<'a> {
    /// One for each cell of a row.
    pub columns: Vec<Column>,
    /// Asked again and again: what is new since it was last asked. It never waits; whoever asks does.
    pub rounds: Box<dyn FnMut() -> Result<Round, Fault> + 'a>,
    /// What comes to an end one day, and the showing with it.
    pub of: Option<Followed>,
}

/// What has come to be since the round before it.
pub struct Round {
    /// The rows, a screenful or so at most.
    pub rows: Vec<Vec<Cell>>,
    /// What to do then.
    pub then: Then,
}

/// What to do after a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Ask again at once.
    Again,
    /// Ask again in a while: this is all that there is for now.
    Wait,
    /// Stop: what was followed has ended, and all of it was shown.
    Over,
    /// Stop: as many were shown as were wanted.
    Enough,
}

/// What is followed to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// A job.
    Job(JobId),
    /// A record.
    Record(RecordId),
}

/// Many alike.
pub struct List<'a> {
    /// One for each cell of a row.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Rows<'a>,
    /// What a terminal shows in place of an empty table: what is missing and what to type.
    pub empty: String,
    /// A line below the table, such as how many more there are.
    pub note: Option<String>,
    /// Set for a page of the log: filled in by `rows` as it ends (EVENTS §5, reading).
    pub page: Option<Rc<RefCell<PageEnd>>>,
}

/// Where a page of the log ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageEnd {
    /// Whether more events follow.
    pub has_more: bool,
    /// What to give as `--after` for the next page.
    pub next_cursor: Option<Cursor>,
}

/// One thing.
pub struct Single<'a> {
    /// Its JSON object, in the promised order of keys.
    pub object: Vec<(&'static str, Cell)>,
    /// How a terminal tells it.
    pub blocks: Vec<Block<'a>>,
    /// Its CSV lines, where they are not simply the object flattened.
    pub lines: Option<List<'a>>,
}

/// A part of a single thing as a terminal tells it.
pub enum Block<'a> {
    /// The headline: what it is, and how it stands.
    Title(Vec<Cell>),
    /// Names with their values.
    Pairs {
        /// A heading; may be empty.
        title: &'static str,
        /// The names and values.
        pairs: Vec<(String, Cell)>,
    },
    /// A small table.
    Table {
        /// A heading; may be empty.
        title: &'static str,
        /// The table.
        list: List<'a>,
    },
    /// A timeline, one beat a line with its notes below.
    Timeline(Timeline),
    /// A text exactly as it is, never wrapped nor moved: it is there to be copied.
    Verbatim {
        /// A heading; may be empty.
        title: &'static str,
        /// The text; may have many lines.
        text: String,
    },
    /// What to type next, as a command.
    Next(String),
}

/// The steps of one record over its time.
pub struct Timeline {
    /// From the first to the last moment.
    pub total: Millis,
    /// In order.
    pub beats: Vec<Beat>,
}

/// One moment of a timeline.
pub struct Beat {
    /// Time since the timeline began.
    pub offset: Millis,
    /// How long it took, where it has a length.
    pub duration: Option<Millis>,
    /// What it is, such as a step's name.
    pub name: String,
    /// How it ended, such as an outcome key.
    pub outcome: String,
    /// The try, told when it is not the first.
    pub attempt: u32,
    /// How it stands.
    pub tone: Tone,
    /// Messages, console lines and errors.
    pub notes: Vec<Note>,
}

/// A line of text that was said along the way.
pub struct Note {
    /// How it stands.
    pub tone: Tone,
    /// The text; may have many lines.
    pub text: String,
}

/// A column of a list.
#[derive(Debug, Clone)]
pub struct Column {
    /// The JSON key and CSV header: a promise.
    pub key: Cow<'static, str>,
    /// The table's header.
    pub title: Cow<'static, str>,
    /// Where it is shown.
    pub shown: Shown,
    /// Who gives way when the terminal is narrow.
    pub width: Width,
    /// So many cells from the first row on, because wider values are expected to come.
    pub least: usize,
    /// For a JSON object: the keys that CSV flattens it to, as `key.name`.
    pub flatten: Option<Vec<String>>,
}

/// Where a column is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In tables and in data.
    Both,
    /// In tables only.
    Table,
    /// In data only.
    Data,
}

/// Who gives way when the terminal is narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Never cut.
    Fixed,
    /// Cut with `…` when there is no room.
    Flexible,
}

impl Column {
    /// Shown everywhere, never cut.
    #[must_use]
    pub fn new(key: impl Into<Cow<'static, str>>, title: impl Into<Cow<'static, str>>) -> Column {
        Column {
            key: key.into(),
            title: title.into(),
            shown: Shown::Both,
            width: Width::Fixed,
            least: 0,
            flatten: None,
        }
    }

    /// Cut when there is no room.
    #[must_use]
    pub fn flexible(mut self) -> Column {
        self.width = Width::Flexible;
        self
    }

    /// So many cells from the first row on.
    #[must_use]
    pub fn at_least(mut self, cells: usize) -> Column {
        self.least = cells;
        self
    }

    /// For people only.
    #[must_use]
    pub fn table_only(mut self) -> Column {
        self.shown = Shown::Table;
        self
    }

    /// For programs only.
    #[must_use]
    pub fn data_only(mut self) -> Column {
        self.shown = Shown::Data;
        self
    }

    /// A JSON object that CSV flattens to one column for each of `keys`.
    #[must_use]
    pub fn flattened(mut self, keys: Vec<String>) -> Column {
        self.flatten = Some(keys);
        self
    }
}

/// A value that knows what it means.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing: `null` in JSON, empty elsewhere.
    Null,
    /// Any text.
    Text(String),
    /// A number that names something: shown without separators.
    Number(u64),
    /// A number of things: `9,998` in a table.
    Count(u64),
    /// A measured rate or share.
    Real(f64),
    /// A truth.
    Bool(bool),
    /// A point in time.
    Time(Timestamp),
    /// A span; a whole number of milliseconds in data.
    Span(Millis),
    /// A state: a word with a tone.
    Status(&'static str, Tone),
    /// How much of how much is done.
    Progress {
        /// Done so far.
        done: u64,
        /// Of so many.
        total: u64,
    },
    /// Anything with a structure of its own.
    Json(Value),
}

impl Cell {
    /// A cell of the value, or of nothing.
    pub fn maybe<T>(value: Option<T>, cell: impl FnOnce(T) -> Cell) -> Cell {
        value.map_or(Cell::Null, cell)
    }

    /// Text.
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }
}

/// What a colour would say; a reader without colour loses nothing, because a word says it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Worth a look.
    Warn,
    /// Gone wrong.
    Bad,
    /// Under way.
    Busy,
    /// Not yet, or no longer, of interest.
    Quiet,
    /// Nothing to say by colour.
    Plain,
}

/// `1,234`
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2 rows`
#[must_use]
pub fn counted(n: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// `512 bytes`, `1.2 MB`: the largest unit that keeps it readable.
#[must_use]
pub fn sized(bytes: u64) -> String {
    let units = [("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000)];
    match units.iter().rev().find(|(_, size)| bytes >= *size) {
        None => counted(bytes, "byte"),
        Some((unit, size)) => format!("{}.{} {unit}", grouped(bytes / size), bytes % size * 10 / size),
    }
}

/// A word of a command that is told to be typed: quoted where a shell would take it apart.
#[must_use]
pub fn pasted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ',' | ':' | '@' | '%' | '+');
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        assert_eq!(pasted("contacts"), "contacts");
        assert_eq!(pasted("my list"), "'my list'");
        assert_eq!(pasted("it's; rm -rf"), r"'it'\''s; rm -rf'");
        assert_eq!(pasted("$(x)"), "'$(x)'");
        assert_eq!(pasted(""), "''");
    }

    #[test]
    fn sizes_have_a_unit() {
        let sizes = [0, 1, 999, 1_000, 1_999, 1_250_000, 3_000_000_000].map(sized);
        assert_eq!(sizes, ["0 bytes", "1 byte", "999 bytes", "1.0 kB", "1.9 kB", "1.2 MB", "3.0 GB"]);
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!((counted(1, "row"), counted(2_000, "row")), ("1 row".to_owned(), "2,000 rows".to_owned()));
    }
}
