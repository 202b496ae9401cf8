//! Secrets in the open, and scrubbing: whatever is written goes through here first, so that no value of the vault is in
//! it in any form that a header, a URL, a body or a log gives it (SPEC §5).
//!
//! A text is searched as it is and as what it says: with its JSON, HTML and percent escapes undone and its base64
//! decoded, one inside the other to a depth of two. So no list of spellings can be incomplete, and a value that was
//! escaped in part is found too. Deliberately absent: where secrets come from.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::credential::SHORTEST_VALUE;
use view::View;

#[cfg(test)]
mod tests;
mod view;

/// So deep are encodings looked through: base64 in a query string, JSON in a JSON string.
const DEPTH: u8 = 2;

/// What stands where a label would itself hold a value. Shorter than any value, so that scrubbing comes to an end.
const MASK: &str = "***";

/// So many bytes are looked at before values are compared.
const PREFIX: usize = 4;

/// So much of a value's beginning is found where a text was cut within it. What is shorter may be a word that merely
/// begins like one.
const PIECE: usize = 12;

/// A text that is shorter was not cut at its end, unless it says so: all that is cut is allowed to be longer.
const CUT_FROM: usize = 200;

/// What stands where a text was cut.
const CUTS: [&[u8]; 2] = ["…".as_bytes(), b"..."];

/// Named values. Cheap to clone; wiped from memory when the last clone is dropped.
#[derive(Clone, Default)]
pub struct Secrets(Arc<Inner>);

#[derive(Default)]
struct Inner {
    values: Vec<(String, Zeroizing<String>)>,
    /// What is looked for, in the order of its bytes.
    needles: Vec<Needle>,
    /// The pairs of bytes that a needle begins with, a bit each.
    begins: Vec<u64>,
}

/// A value, or what is left of it without the space around it, or one of its lines.
struct Needle {
    value: usize,
    part: Range<usize>,
}

/// A value that was found: where, and which.
struct Found {
    place: Range<usize>,
    value: usize,
}

impl Secrets {
    /// Takes names with their values. A value that is too short to be told from other text can be asked for, and is not
    /// scrubbed; the vault keeps none.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = (String, Zeroizing<String>)>) -> Secrets {
        let values: Vec<_> = values.into_iter().collect();
        let mut needles = Vec::new();
        for (value, (_, text)) in values.iter().enumerate() {
            // Whoever sends a value may trim it: headers do.
            let begin = text.len() - text.trim_start().len();
            let trimmed = begin..begin + text.trim().len();
            let whole = 0..text.len();
            needles.extend((trimmed != whole).then_some(Needle { value, part: trimmed }));
            needles.extend(lines(text, value));
            needles.push(Needle { value, part: whole });
        }
        needles.retain(|needle| needle.part.len() >= SHORTEST_VALUE);
        let mut inner = Inner { values, needles: Vec::new(), begins: vec![0; 1 << 10] };
        needles.sort_by(|a, b| inner.bytes(a).cmp(inner.bytes(b)));
        for needle in &needles {
            let pair = pair(inner.bytes(needle));
            inner.begins[pair >> 6] |= 1 << (pair & 63);
        }
        inner.needles = needles;
        Secrets(Arc::new(inner))
    }

    /// What stands for the values where none may be known: each is its label, and nothing is scrubbed.
    #[must_use]
    pub fn labels<'n>(names: impl IntoIterator<Item = &'n str>) -> Secrets {
        let values = names.into_iter().map(|name| (name.to_owned(), Zeroizing::new(format!("[secret:{name}]"))));
        Secrets(Arc::new(Inner { values: values.collect(), ..Inner::default() }))
    }

    /// The value of a name, without regard to case. Asked for as late as can be.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.0.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.values.iter().map(|(name, _)| name.as_str())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.values.is_empty()
    }

    /// How long the longest value is, in bytes.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.0.values.iter().map(|(_, value)| value.len()).max().unwrap_or(0)
    }

    /// The name of a secret whose value is in a text, in any form.
    #[must_use]
    pub fn found_in(&self, text: &str) -> Option<&str> {
        let found = self.0.search(text);
        found.first().map(|found| self.0.values[found.value].0.as_str())
    }

    /// The names of all secrets whose value is in a text, in any form; each once.
    #[must_use]
    pub fn all_in(&self, text: &str) -> Vec<&str> {
        let mut names = Vec::new();
        for found in self.0.search(text) {
            let name = self.0.values[found.value].0.as_str();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The text with every value, in every form, as `[secret:name]`. Where values overlap or hold one another, the longest
    /// gives its name to all of it. What comes out holds none: scrubbed again, it is the same.
    #[must_use]
    pub fn scrub<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(mut clean) = self.0.replace(text, |name| format!("[secret:{name}]").into()) else {
            return Cow::Borrowed(text);
        };
        // What a label and its neighbours make together may be a value too, such as `secret`.
        while let Some(cleaner) = self.0.replace(&clean, |_| MASK.into()) {
            clean = cleaner;
        }
        Cow::Owned(clean)
    }

    /// Scrubs every text in a value, keys included. A number that is a secret becomes a text.
    pub fn scrub_value(&self, value: &mut Value) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => {
                if let Cow::Owned(clean) = self.scrub(&number.to_string()) {
                    *value = Value::String(clean);
                }
            }
            Value::String(text) => {
                if let Cow::Owned(clean) = self.scrub(text) {
                    *text = clean;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.scrub_value(item)),
            Value::Object(object) => self.scrub_object(object),
        }
    }

    /// The same for an object.
    pub fn scrub_object(&self, object: &mut Map<String, Value>) {
        if self.is_empty() {
            return;
        }
        let pairs = std::mem::take(object).into_iter();
        object.extend(pairs.map(|(key, mut value)| {
            self.scrub_value(&mut value);
            (self.scrub(&key).into_owned(), value)
        }));
    }
}

impl Inner {
    fn bytes(&self, needle: &Needle) -> &[u8] {
        &self.values[needle.value].1.as_bytes()[needle.part.clone()]
    }

    /// Every value in a text, in every form, as ranges of the text that may overlap.
    fn search(&self, text: &str) -> Vec<Found> {
        let mut found = Vec::new();
        if !self.needles.is_empty() && text.len() >= SHORTEST_VALUE {
            self.look(&View::of(text), DEPTH, text.len() >= CUT_FROM, &mut found);
        }
        found
    }

    /// Every value in a reading of a text, which may have been cut at its end.
    fn look(&self, view: &View<'_>, depth: u8, may_be_cut: bool, found: &mut Vec<Found>) {
        let bytes = view.bytes();
        for at in 0..bytes.len().saturating_sub(SHORTEST_VALUE - 1) {
            let rest = &bytes[at..];
            let pair = pair(rest);
            if self.begins[pair >> 6] & (1 << (pair & 63)) == 0 {
                continue;
            }
            if let Some((needle, length)) = self.longest(rest).or_else(|| self.cut(rest, may_be_cut)) {
                found.push(Found { place: view.source(at..at + length), value: needle.value });
            }
        }
        if depth > 0 {
            for below in view.below() {
                self.look(&below, depth - 1, may_be_cut, found);
            }
        }
    }

    /// The needles that begin like a text.
    fn likely(&self, text: &[u8]) -> &[Needle] {
        let begin = &text[..PREFIX];
        let begins = |needle: &Needle| self.bytes(needle)[..PREFIX].cmp(begin);
        let first = self.needles.partition_point(|needle| begins(needle).is_lt());
        let end = self.needles.partition_point(|needle| begins(needle).is_le());
        &self.needles[first..end]
    }

    /// The longest needle that a text begins with, and its length.
    fn longest(&self, text: &[u8]) -> Option<(&Needle, usize)> {
        let whole = self.likely(text).iter().filter(|needle| text.starts_with(self.bytes(needle)));
        whole.map(|needle| (needle, needle.part.len())).max_by_key(|(_, length)| *length)
    }

    /// The needle whose beginning a text begins with and that was cut off there, and how much of it is left.
    fn cut(&self, text: &[u8], at_its_end: bool) -> Option<(&Needle, usize)> {
        let common = |needle: &Needle| text.iter().zip(self.bytes(needle)).take_while(|(a, b)| a == b).count();
        let cut = |length: usize| {
            let after = &text[length..];
            // An escape that was cut is no more than this; and a run of base64 ends with a NUL.
            let broken = after.len() < 6 && after.first().is_some_and(|byte| matches!(byte, b'\\' | b'%' | b'&'));
            let ends = after.is_empty() || after[0] == 0 || broken;
            (ends && at_its_end) || CUTS.iter().any(|cut| after.starts_with(cut))
        };
        let pieces = self.likely(text).iter().map(|needle| (needle, common(needle)));
        pieces.filter(|(_, length)| *length >= PIECE && cut(*length)).max_by_key(|(_, length)| *length)
    }

    /// The text with what was found replaced by a label; nothing when nothing was found.
    fn replace<'n>(&'n self, text: &str, label: impl Fn(&'n str) -> Cow<'n, str>) -> Option<String> {
        let mut found = self.search(text);
        if found.is_empty() {
            return None;
        }
        found.sort_unstable_by_key(|found| (found.place.start, found.place.end));
        let mut clean = String::with_capacity(text.len());
        let mut done = 0;
        let mut rest = found.into_iter().peekable();
        while let Some(mut group) = rest.next() {
            while let Some(next) = rest.next_if(|next| next.place.start < group.place.end) {
                group.place.end = group.place.end.max(next.place.end);
                if self.values[next.value].1.len() > self.values[group.value].1.len() {
                    group.value = next.value;
                }
            }
            clean.push_str(&text[done..begin(text, group.place.start)]);
            clean.push_str(&label(&self.values[group.value].0));
            done = end(text, group.place.end);
        }
        clean.push_str(&text[done..]);
        Some(clean)
    }
}

/// The lines of a value that has some: whoever cannot hold a line break puts something else in its place. The frame of a
/// PEM file is no secret.
fn lines(text: &str, value: usize) -> impl Iterator<Item = Needle> {
    let parts = text.split('\n').map(str::trim).filter(move |line| line.len() < text.trim().len());
    let parts = parts.filter(|line| line.len() >= PIECE && !line.starts_with("-----"));
    parts.map(move |line| {
        let begin = line.as_ptr() as usize - text.as_ptr() as usize;
        Needle { value, part: begin..begin + line.len() }
    })
}

/// The first two bytes as a number.
fn pair(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

/// Where the character begins that `at` is in. What is found begins and ends with characters; a slip here must not panic.
fn begin(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Where the character ends that `at` is in.
fn end(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) && at < text.len() {
        at += 1;
    }
    at
}

/// Names only.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
