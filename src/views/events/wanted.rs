//! Which types were asked for, by patterns over the names that are shown.

use std::collections::HashSet;

use crate::model::document::{list, nearest};
use crate::model::event::EventType;
use crate::model::public::foreign::{COUNTERPARTS, Counterpart, Form};
use crate::model::segment::StoredSegment;
use crate::views::Error;

/// Only some types, or all of them when there are no patterns.
pub(in crate::views) struct Wanted {
    patterns: Vec<String>,
    kinds: HashSet<EventType>,
    /// How a stored event of such a type begins: a segment without any of these need not be read.
    marks: Vec<String>,
}

impl Wanted {
    /// What the patterns mean; with a form, they may be of its names too.
    pub(super) fn of(patterns: &[String], form: Option<Form>) -> Result<Wanted, Error> {
        let theirs = || COUNTERPARTS.iter().filter(|row| Some(row.form) == form);
        let mut kinds = HashSet::new();
        for pattern in patterns {
            let own = EventType::ALL.iter().filter(|kind| fits(pattern, kind.name())).copied();
            let found: HashSet<_> =
                own.chain(theirs().filter(|row| fits(pattern, row.name)).map(|row| row.ours)).collect();
            if found.is_empty() {
                let names = EventType::ALL.iter().map(|kind| kind.name());
                return Err(unknown(pattern, &names.chain(theirs().map(|row| row.name)).collect::<Vec<_>>()));
            }
            kinds.extend(found);
        }
        let marks = kinds.iter().flat_map(|kind| [format!("[{},", kind.code()), format!("[{}]", kind.code())]);
        Ok(Wanted { patterns: patterns.to_vec(), marks: marks.collect(), kinds })
    }

    pub(in crate::views) fn is_all(&self) -> bool {
        self.patterns.is_empty()
    }

    pub(in crate::views) fn kind(&self, kind: EventType) -> bool {
        self.is_all() || self.kinds.contains(&kind)
    }

    pub(in crate::views) fn may_be_in(&self, segment: &StoredSegment) -> bool {
        self.is_all() || self.marks.iter().any(|mark| segment.events.contains(mark))
    }

    /// Of a type that has several counterparts, perhaps only one was meant.
    pub(super) fn counterpart(&self, row: &Counterpart) -> bool {
        let fits = |pattern: &String| fits(pattern, row.name) || fits(pattern, row.ours.name());
        self.is_all() || self.patterns.iter().any(fits)
    }
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    }
}

fn unknown(pattern: &str, names: &[&str]) -> Error {
    let no_such = |near, hint| Error::NoSuch { what: "event type", name: pattern.to_owned(), near, hint };
    if let Some(row) = COUNTERPARTS.iter().find(|row| fits(pattern, row.name)) {
        return no_such(None, Some(format!("it is a name there with `--as {}`", row.form.name())));
    }
    let mut objects: Vec<_> = names.iter().filter_map(|name| name.split('.').next()).collect();
    objects.dedup();
    let object = pattern.split(['.', '*']).next().unwrap_or_default();
    let all_of = || nearest(object, objects.iter().copied()).map(|object| format!("{object}.*"));
    let one = || nearest(pattern, names.iter().copied()).map(str::to_owned);
    // An object without an action means all that happens to it.
    let near = match pattern.split_once('.') {
        Some((_, action)) if !action.is_empty() && !action.ends_with('*') => one(),
        Some(_) | None => all_of().or_else(one),
    };
    let hint = near.is_none().then(|| format!("types are `object.action`, of {}", list(objects)));
    no_such(near, hint)
}
