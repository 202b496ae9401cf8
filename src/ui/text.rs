//! Strange text made safe and measured: what a terminal would obey is spelled out, width is counted in cells.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::stream::Bidi;

/// Where text was cut.
pub(super) const CUT: char = '…';

/// How many cells wide `text` is.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// One line of at most `limit` cells: line ends become `⏎`, tabs a space, controls are spelled out. It never looks
/// further into `text` than it must, because a cell may hold 100 MB.
pub(super) fn line(text: &str, limit: usize) -> String {
    // No cluster that people write has more than a dozen characters; whoever stacks more is cut earlier.
    let end = text.char_indices().nth(limit.saturating_mul(12).saturating_add(12)).map(|(at, _)| at);
    let mut clean = String::new();
    let mut chars = text[..end.unwrap_or(text.len())].chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => clean.push('⏎'),
            '\t' => clean.push(' '),
            c => push(&mut clean, c),
        }
    }
    if end.is_some() {
        clean.push(CUT);
    }
    cut(&clean, limit).into_owned()
}

/// The lines of `text`, as many as it has: tabs widen to stops of four, controls are spelled out.
pub(super) fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, lines.last_mut()) {
            ('\r', _) if chars.peek() == Some(&'\n') => {}
            ('\n' | '\r' | '\u{2028}' | '\u{2029}', _) => lines.push(String::new()),
            ('\t', Some(last)) => last.extend(std::iter::repeat_n(' ', 4 - last.chars().count() % 4)),
            (c, Some(last)) => push(last, c),
            (_, None) => {}
        }
    }
    // A text that ends its last line has no line more.
    if lines.len() > 1 && lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// The lines of `text` as they are: only what a terminal would act on is spelled out, tabs excepted.
pub(super) fn verbatim(text: &str) -> Vec<String> {
    let clean = |line: &str| {
        let mut clean = String::with_capacity(line.len());
        line.chars().for_each(|c| if c == '\t' { clean.push(c) } else { push(&mut clean, c) });
        clean
    };
    text.lines().map(clean).collect()
}

/// Appends `c`, spelled out when a terminal would act on it or show nothing for it: C0, DEL, C1 (ECMA-48), the marks
/// that reorder what follows (UAX #9: embeddings, overrides, isolates), and all other invisible format characters, with
/// which a cell could pretend to be another. Joiners are left: emoji and many scripts are not right without them.
fn push(clean: &mut String, c: char) {
    // Writing to a `String` cannot fail.
    let _ = match c {
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => write!(clean, "\\x{:02x}", u32::from(c)),
        c if is_invisible(c) => write!(clean, "\\u{{{:x}}}", u32::from(c)),
        c => {
            clean.push(c);
            Ok(())
        }
    };
}

/// Characters of class Cf that show as nothing (Unicode: `Default_Ignorable_Code_Point`, and the annotation marks),
/// joiners excepted.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
}

/// Clean text in at most `limit` cells, with `…` where some is missing.
pub(super) fn cut(clean: &str, limit: usize) -> Cow<'_, str> {
    // No character is wider than it has bytes.
    if clean.len() <= limit || width(clean) <= limit {
        return Cow::Borrowed(clean);
    }
    if limit == 0 {
        return Cow::Borrowed("");
    }
    let mut end = 0;
    let mut used = 0;
    for cluster in clusters(clean) {
        used += width(cluster);
        if used > limit - 1 {
            break;
        }
        end += cluster.len();
    }
    Cow::Owned(format!("{}{CUT}", &clean[..end]))
}

/// Clean text broken at spaces into lines of at most `limit` cells, words only where they are longer than a line. Lines
/// after the first keep the indent of the first, so that code and stack traces stay readable.
pub(super) fn wrap(clean: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(2);
    if width(clean) <= limit {
        return vec![clean.to_owned()];
    }
    let indent: String = clean.chars().take_while(|&c| c == ' ').take(limit / 3).collect();
    let mut folds = Folds { limit, done: Vec::new(), line: String::new(), used: 0, indent };
    for word in clean.split_inclusive(' ') {
        folds.word(word);
    }
    folds.end();
    if folds.done.is_empty() {
        // Nothing but spaces is a line still.
        folds.done.push(String::new());
    }
    folds.done
}

/// Lines as they fill.
struct Folds {
    limit: usize,
    done: Vec<String>,
    line: String,
    used: usize,
    indent: String,
}

impl Folds {
    fn word(&mut self, word: &str) {
        let bare = width(word.trim_end_matches(' '));
        if self.used + bare > self.limit && self.used > self.indent.len() {
            self.end();
        }
        if self.used + bare > self.limit {
            // Cells of clusters add up to at least the cells of the whole: joining only ever narrows.
            for cluster in clusters(word) {
                self.cluster(cluster);
            }
        } else {
            self.line.push_str(word);
            self.used += width(word);
        }
    }

    fn cluster(&mut self, cluster: &str) {
        let cells = width(cluster);
        if self.used + cells > self.limit {
            self.end();
        }
        self.line.push_str(cluster);
        self.used += cells;
    }

    fn end(&mut self) {
        let line = std::mem::replace(&mut self.line, self.indent.clone());
        self.used = self.indent.len();
        let line = line.trim_end_matches(' ');
        if !line.is_empty() {
            self.done.push(line.to_owned());
        }
    }
}

/// What a reader takes for one character: a base with all that joins it. Enough of UAX #29 to cut between them:
/// combining marks, joined emoji, skin tones and flags stay whole.
fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut chars = rest.char_indices();
        let (_, mut before) = chars.next()?;
        let mut flag = is_flag(before);
        let end = chars.find_map(|(at, c)| {
            let joiner = before == '\u{200d}' || ('\u{1f3fb}'..='\u{1f3ff}').contains(&c);
            // Letters may stand beside a joiner too; only what takes no cell of its own has joined.
            let joined = joiner && width(&rest[..at + c.len_utf8()]) == width(&rest[..at]);
            let joins = joined || c.width() == Some(0) || (flag && is_flag(c));
            flag = false;
            before = c;
            (!joins).then_some(at)
        });
        let (cluster, tail) = rest.split_at(end.unwrap_or(rest.len()));
        rest = tail;
        Some(cluster)
    })
}

/// Half of a flag.
fn is_flag(c: char) -> bool {
    ('\u{1f1e6}'..='\u{1f1ff}').contains(&c)
}

/// Clean text that cannot reorder what stands beside it.
pub(super) fn isolate(clean: &str, bidi: Bidi) -> Cow<'_, str> {
    match bidi {
        Bidi::Isolate if clean.chars().any(is_rtl) => Cow::Owned(format!("\u{2068}{clean}\u{2069}")),
        Bidi::Isolate | Bidi::AsIs => Cow::Borrowed(clean),
    }
}

/// Whether `c` belongs to a script that is written from right to left (the blocks of UAX #9 with class R or AL).
fn is_rtl(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// `count` spaces.
pub(super) fn spaces(count: usize) -> String {
    " ".repeat(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(line("a\u{1b}[2Jb\u{7}\u{9b}\u{7f}", 80), "a\\x1b[2Jb\\x07\\x9b\\x7f");
        assert_eq!(line("a\r\nb\rc\td\u{2028}e", 80), "a⏎b⏎c d⏎e");
        assert_eq!(line("x\u{202e}y\u{2066}", 80), "x\\u{202e}y\\u{2066}");
        assert_eq!(line("a\u{200b}b\u{feff}c\u{ad}", 80), "a\\u{200b}b\\u{feff}c\\u{ad}");
        assert_eq!(line("می\u{200c}خواهم", 80), "می\u{200c}خواهم");
        assert_eq!(line("👨\u{200d}👩\u{200d}👧", 80), "👨\u{200d}👩\u{200d}👧");
    }

    #[test]
    fn cutting_counts_cells_and_keeps_clusters() {
        assert_eq!(line("hello", 5), "hello");
        assert_eq!(line("hello!", 5), "hell…");
        assert_eq!(line("你好世界", 5), "你好…");
        assert_eq!(line("你好世界", 4), "你…");
        assert_eq!(line("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(line("🇩🇪🇫🇷", 3), "🇩🇪…");
        assert_eq!(line("👍🏽👍🏽", 3), "👍🏽…");
        assert_eq!(line("a", 0), "");
        assert_eq!(line(&"x".repeat(100_000), 3), "xx…");
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(lines("a\r\nb\rc\n"), ["a", "b", "c"]);
        assert_eq!(lines("a\n\nb"), ["a", "", "b"]);
        assert_eq!(lines("\tx"), ["    x"]);
        assert_eq!(lines(""), [""]);
    }

    #[test]
    fn words_wrap_and_long_words_break() {
        assert_eq!(wrap("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(wrap("    at frame one two", 14), ["    at frame", "    one two"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("     ", 3), [""]);
        assert_eq!(wrap("a 你好世界 b", 5), ["a", "你好", "世界", "b"]);
    }

    #[test]
    fn only_right_to_left_text_is_isolated() {
        assert_eq!(isolate("שלום", Bidi::Isolate), "\u{2068}שלום\u{2069}");
        assert_eq!(isolate("שלום", Bidi::AsIs), "שלום");
        assert_eq!(isolate("hello", Bidi::Isolate), "hello");
    }

    proptest! {
        #[test]
        fn a_line_fits_and_is_clean(text in "\\PC*|(?s:.{0,60})", limit in 0_usize..40) {
            let shown = line(&text, limit);
            prop_assert!(width(&shown) <= limit, "{shown:?} is {} wide", width(&shown));
            prop_assert!(!shown.chars().any(|c| c.is_control() || is_invisible(c)));
        }

        #[test]
        fn wrapping_fits_and_loses_only_spaces(text in "(?s:.{0,80})|[ a-z👍🏽✌\u{fe0f}\u{200d}لا🇩🇪]{0,60}", limit in 2_usize..40) {
            for clean in lines(&text) {
                let folds = wrap(&clean, limit);
                for fold in &folds {
                    prop_assert!(width(fold) <= limit, "{fold:?} is {} wide", width(fold));
                    prop_assert!(!fold.chars().any(char::is_control));
                }
                let letters = |text: &str| text.replace(' ', "");
                prop_assert_eq!(letters(&folds.concat()), letters(&clean));
            }
        }
    }
}
