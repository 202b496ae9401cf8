//! Tables: a bold header, two spaces between columns, no lines. Columns are laid out by `layout`.
//!
//! There is no table crate below this on purpose. What is left once text is cut and isolated here is padding, and
//! `comfy_table` colours through crossterm, which reads `NO_COLOR` by itself: `--color always` could not win.

use std::io::Write;

use super::Error;
use super::face::{Face, Side, Times};
use super::layout::{GAP, Layout, Need};
use super::stream::Canvas;
use super::text;
use crate::model::report::{Cell, Column, Fault, List, Rows, Shown, Tone};

/// So many rows decide how wide the columns are before any is written. Later ones are cut to that, fixed columns
/// excepted: those widen from there on.
const HELD: usize = 1_000;

/// Writes `list`, or what it says when it is empty.
pub(super) fn list(list: List<'_>, canvas: &Canvas<'_>, out: &mut dyn Write) -> Result<(), Error> {
    let List { columns, mut rows, empty, note, page } = list;
    let mut table = Table::new(&columns, canvas);
    let mut fault = None;
    loop {
        let (held, ended) = take(&mut rows, &mut fault);
        table.chunk(&held, out)?;
        if ended {
            break;
        }
    }
    if let Some(fault) = fault {
        return Err(Error::Fault(fault));
    }
    let next = page.and_then(|page| page.borrow().next_cursor.filter(|_| page.borrow().has_more));
    let more = next.map(|cursor| format!("more follow: --after {}", cursor.0));
    let empty = Some(empty).filter(|_| table.is_empty());
    for text in [empty, table.missing(), note, more].into_iter().flatten().filter(|text| !text.is_empty()) {
        remark(&text, canvas, out)?;
    }
    Ok(())
}

/// Up to `HELD` rows, and whether there are no more of them.
fn take(rows: &mut Rows<'_>, fault: &mut Option<Fault>) -> (Vec<Vec<Cell>>, bool) {
    let mut held = Vec::new();
    while held.len() < HELD {
        match rows.next() {
            Some(Ok(row)) => held.push(row),
            Some(Err(error)) => {
                *fault = Some(error);
                return (held, true);
            }
            None => return (held, true),
        }
    }
    (held, false)
}

/// A dim line about the table, wrapped.
fn remark(remark: &str, canvas: &Canvas<'_>, out: &mut dyn Write) -> Result<(), Error> {
    for line in text::lines(remark).iter().flat_map(|line| text::wrap(line, canvas.width)) {
        writeln!(out, "{}", canvas.paint.dim(&line))?;
    }
    Ok(())
}

/// A table while it is written.
struct Table<'c> {
    /// Shown columns, each with its place in a row.
    columns: Vec<(usize, &'c Column)>,
    canvas: &'c Canvas<'c>,
    needs: Vec<Need>,
    sides: Vec<Side>,
    /// Set with the first rows.
    layout: Option<Layout>,
}

/// One cell, in both forms where it has two.
struct Drawn {
    full: Face,
    short: Option<Face>,
}

impl Drawn {
    fn face(&self, times: Times) -> &Face {
        match times {
            Times::Full => &self.full,
            Times::Short => self.short.as_ref().unwrap_or(&self.full),
        }
    }
}

impl<'c> Table<'c> {
    fn new(columns: &'c [Column], canvas: &'c Canvas<'c>) -> Self {
        let columns: Vec<_> = columns.iter().enumerate().filter(|(_, column)| column.shown != Shown::Data).collect();
        let title = |column: &Column| text::width(&text::line(&column.title, canvas.width));
        let needs = columns.iter().map(|(_, column)| (title(column), column.width));
        let needs = needs.map(|(title, width)| Need { full: title, short: title, width }).collect();
        let sides = vec![Side::Either; columns.len()];
        Table { columns, canvas, needs, sides, layout: None }
    }

    fn is_empty(&self) -> bool {
        self.layout.is_none()
    }

    /// Writes the next rows; the first ones bring the header with them.
    fn chunk(&mut self, rows: &[Vec<Cell>], out: &mut dyn Write) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let drawn: Vec<Vec<Drawn>> = rows.iter().map(|row| self.draw(row)).collect();
        for row in &drawn {
            self.measure(row);
        }
        let first = self.layout.is_none();
        // Once a header is out, the columns below it are those that it names, even if they must be cut for it.
        let shown = self.layout.as_ref().map_or(self.needs.len(), |layout| layout.widths.len());
        let fitted = Layout::fit(&self.needs[..shown], self.canvas.width);
        let before = self.layout.take().filter(|before| fitted.widths.len() < before.widths.len());
        let layout = before.unwrap_or(fitted);
        if first {
            self.header(&layout, out)?;
        }
        for row in &drawn {
            let faces = row.iter().map(|cell| cell.face(layout.times));
            self.line(&layout, faces, |face| self.canvas.paint.tone(face.tone, &self.isolate(face)), out)?;
        }
        self.layout = Some(layout);
        Ok(())
    }

    fn draw(&self, row: &[Cell]) -> Vec<Drawn> {
        let Canvas { width, zone, .. } = *self.canvas;
        let draw = |cell: &Cell| Drawn {
            full: Face::of(cell, Times::Full, zone, width),
            short: Times::matter(cell).then(|| Face::of(cell, Times::Short, zone, width)),
        };
        self.columns.iter().map(|(at, _)| draw(row.get(*at).unwrap_or(&Cell::Null))).collect()
    }

    /// A column leans right when nothing in it leans left.
    fn measure(&mut self, row: &[Drawn]) {
        for ((cell, need), side) in row.iter().zip(&mut self.needs).zip(&mut self.sides) {
            need.full = need.full.max(text::width(&cell.full.text));
            need.short = need.short.max(text::width(&cell.face(Times::Short).text));
            *side = match (*side, cell.full.side) {
                (Side::Left, _) | (_, Side::Left) => Side::Left,
                (Side::Right, _) | (_, Side::Right) => Side::Right,
                (Side::Either, Side::Either) => Side::Either,
            };
        }
    }

    fn header(&self, layout: &Layout, out: &mut dyn Write) -> Result<(), Error> {
        let face = |column: &Column| Face {
            text: text::line(&column.title, self.canvas.width),
            tone: Tone::Plain,
            side: Side::Left,
        };
        let titles: Vec<Face> = self.columns.iter().map(|(_, column)| face(column)).collect();
        self.line(layout, titles.iter(), |face| self.canvas.paint.bold(&self.isolate(face)), out)
    }

    fn isolate(&self, face: &Face) -> String {
        text::isolate(&face.text, self.canvas.bidi).into_owned()
    }

    /// One line. The last column is not padded: nothing invisible at the end of a line.
    fn line<'f>(
        &self,
        layout: &Layout,
        faces: impl Iterator<Item = &'f Face>,
        paint: impl Fn(&Face) -> String,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let mut line = String::new();
        // Spaces that are owed, and paid when something follows them.
        let mut owed = 0;
        for (at, (face, &width)) in faces.zip(&layout.widths).enumerate() {
            let face = Face { text: text::cut(&face.text, width).into_owned(), ..*face };
            let blank = width - text::width(&face.text);
            let (before, after) = if self.sides[at] == Side::Right { (blank, 0) } else { (0, blank) };
            owed += before;
            if !face.text.is_empty() {
                line.push_str(&text::spaces(owed));
                line.push_str(&paint(&face));
                owed = 0;
            }
            owed += after + GAP;
        }
        writeln!(out, "{line}")?;
        Ok(())
    }

    /// Says which columns there was no room for: nothing is left out in silence.
    fn missing(&self) -> Option<String> {
        let shown = self.layout.as_ref()?.widths.len();
        let hidden = self.columns.get(shown..).filter(|hidden| !hidden.is_empty())?;
        let names: Vec<String> = hidden.iter().take(5).map(|(_, column)| text::line(&column.title, 30)).collect();
        let more = hidden.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!("no room for: {}{more}; a wider terminal or --format json shows them", names.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::model::id::Cursor;
    use crate::model::report::PageEnd;
    use crate::model::time::{Millis, Timestamp};
    use proptest::prelude::*;

    fn drawn(report: List<'_>, canvas: &Canvas<'_>) -> String {
        let mut out = Vec::new();
        list(report, canvas, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn jobs() -> List<'static> {
        let columns = vec![
            Column::new("id", "ID"),
            Column::new("spinner", "SPINNER").flexible(),
            Column::new("progress", "PROGRESS"),
            Column::new("status", "STATUS"),
            Column::new("started_at", "STARTED"),
            Column::new("duration_ms", "TOOK"),
            Column::new("secret", "SECRET").data_only(),
        ];
        let row = |id: u64, spinner: &str, done, status| {
            let progress = Cell::Progress { done, total: 10_000 };
            let started = Cell::Time(Timestamp(1_774_449_075_000));
            vec![Cell::Number(id), Cell::text(spinner), progress, status, started, Cell::Span(Millis(id * 1_500))]
        };
        let rows = vec![
            row(9, "welcome@2", 9_998, Cell::Status("partial", Tone::Warn)),
            row(10, "欢迎-a-very-long-name-of-a-spinner@1\u{1b}[2J\n", 7, Cell::Status("running", Tone::Busy)),
        ];
        sample::list(columns, rows)
    }

    #[test]
    fn a_table_in_80_columns() {
        let expected = "\
ID  SPINNER                       PROGRESS  STATUS   STARTED                TOOK
 9  welcome@2                 9,998/10,000  partial  2026-03-25 14:31:15  13.5 s
10  欢迎-a-very-long-name-o…      7/10,000  running  2026-03-25 14:31:15  15.0 s
";
        assert_eq!(drawn(jobs(), &sample::canvas(80)), expected);
    }

    #[test]
    fn a_table_in_50_columns_says_what_is_missing() {
        let expected = "\
ID  SPINNER         PROGRESS  STATUS   STARTED
 9  welcome@2   9,998/10,000  partial  03-25 14:31
10  欢迎-a-ve…      7/10,000  running  03-25 14:31
no room for: TOOK; a wider terminal or --format
json shows them
";
        assert_eq!(drawn(jobs(), &sample::canvas(50)), expected);
    }

    #[test]
    fn colour_says_nothing_that_a_word_does_not() {
        let coloured = drawn(jobs(), &sample::screen(80));
        assert!(coloured.contains("\u{1b}[33mpartial\u{1b}[0m"), "{coloured}");
        let bare: String = coloured.lines().map(|line| sample::bare(line) + "\n").collect();
        assert_eq!(bare, drawn(jobs(), &sample::canvas(80)));
    }

    #[test]
    fn nothing_to_show_is_said_and_so_is_more() {
        assert_eq!(drawn(sample::list(vec![Column::new("id", "ID")], vec![]), &sample::canvas(80)), "nothing here\n");
        let mut report = sample::list(vec![Column::new("id", "ID")], vec![vec![Cell::Null], vec![]]);
        report.note = Some("2 of 12".to_owned());
        let page = PageEnd { has_more: true, next_cursor: Some(Cursor(7)) };
        report.page = Some(std::rc::Rc::new(std::cell::RefCell::new(page)));
        assert_eq!(drawn(report, &sample::canvas(80)), "ID\n\n\n2 of 12\nmore follow: --after 7\n");
    }

    #[test]
    fn later_rows_widen_what_may_not_be_cut_and_keep_their_columns() {
        let row =
            |at: u64| vec![Cell::text(format!("n{}", "x".repeat((at / HELD as u64) as usize * 20))), Cell::Count(at)];
        let report = || {
            let rows = (0..HELD as u64 * 4).map(row).collect();
            sample::list(vec![Column::new("name", "NAME"), Column::new("at", "AT")], rows)
        };
        let wide = drawn(report(), &sample::canvas(80));
        assert!(wide.contains(&format!("n{}  3,999", "x".repeat(60))));
        let narrow = drawn(report(), &sample::canvas(40));
        assert!(narrow.lines().last().unwrap().ends_with("  3,999"), "{:?}", narrow.lines().last());
        sample::checked(&narrow, 40).unwrap();
    }

    proptest! {
        #[test]
        fn a_table_fits_and_nothing_in_it_acts((columns, rows) in sample::table(), width in 20_usize..200) {
            for canvas in [sample::canvas(width), sample::screen(width)] {
                let drawn = drawn(sample::list(columns.clone(), rows.clone()), &canvas);
                sample::checked(&drawn, width)?;
            }
        }
    }
}
