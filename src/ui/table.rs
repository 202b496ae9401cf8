//! Tables: a bold header, two spaces between columns, no lines. `layout` says how wide columns are, `comfy_table` lays
//! the cells out in them.
//!
//! Colour is put on after that. What `comfy_table` colours goes through crossterm, which reads `NO_COLOR` by itself and
//! whose switch against that is not re-exported: `--color always` could not win. With its feature `custom_styling` cells
//! could bring their colour along, but every byte is then parsed for escapes, and a table takes three times as long.

use std::borrow::Cow;
use std::io::Write;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, Row};

use super::Error;
use super::face::{Face, Side, Times};
use super::layout::{GAP, Layout, Need};
use super::paint::Paint;
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
pub(super) fn remark(remark: &str, canvas: &Canvas<'_>, out: &mut dyn Write) -> Result<(), Error> {
    for line in text::lines(remark).iter().flat_map(|line| text::wrap(line, canvas.width)) {
        writeln!(out, "{}", canvas.paint.dim(&line))?;
    }
    Ok(())
}

/// A table while it is written.
pub(super) struct Table<'c> {
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
    pub(super) fn new(columns: &'c [Column], canvas: &'c Canvas<'c>) -> Self {
        let columns: Vec<_> = columns.iter().enumerate().filter(|(_, column)| column.shown != Shown::Data).collect();
        let title = |column: &Column| text::width(&text::line(&column.title, canvas.width));
        let needs = columns.iter().map(|(_, column)| (title(column).max(column.least), column.width));
        let needs = needs.map(|(title, width)| Need { full: title, short: title, width }).collect();
        let sides = vec![Side::Either; columns.len()];
        Table { columns, canvas, needs, sides, layout: None }
    }

    fn is_empty(&self) -> bool {
        self.layout.is_none()
    }

    /// Writes the next rows; the first ones bring the header with them.
    pub(super) fn chunk(&mut self, rows: &[Vec<Cell>], out: &mut dyn Write) -> Result<(), Error> {
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
        let titles = self.titles();
        let mut grid = Grid::new(&layout.widths, &self.sides, self.canvas);
        if first {
            grid.row(&titles, |paint, _, text| paint.bold(text));
        }
        for row in &drawn {
            grid.row(row.iter().map(|cell| cell.face(layout.times)), Paint::tone);
        }
        grid.write(out)?;
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

    fn titles(&self) -> Vec<Face> {
        let face = |column: &Column| Face {
            text: text::line(&column.title, self.canvas.width),
            tone: Tone::Plain,
            side: Side::Left,
        };
        self.columns.iter().map(|(_, column)| face(column)).collect()
    }

    /// Says which columns there was no room for: nothing is left out in silence.
    pub(super) fn missing(&self) -> Option<String> {
        let shown = self.layout.as_ref()?.widths.len();
        let hidden = self.columns.get(shown..).filter(|hidden| !hidden.is_empty())?;
        let names: Vec<String> = hidden.iter().take(5).map(|(_, column)| text::line(&column.title, 30)).collect();
        let more = hidden.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!("no room for: {}{more}; a wider terminal or --format json shows them", names.join(", ")))
    }
}

/// Lines while `comfy_table` lays them out. It is told every width and no width of a terminal, so it has nothing to
/// decide, nothing to wrap and nothing to ask the operating system for.
struct Grid<'f> {
    /// The width of each column, the gap on its right, and where it leans.
    columns: Vec<(usize, usize, Side)>,
    canvas: &'f Canvas<'f>,
    table: comfy_table::Table,
    lines: Vec<Line<'f>>,
}

/// What is known of a line before it is laid out.
struct Line<'f> {
    /// How many blanks it will end with beyond its last text.
    blank: usize,
    /// Its texts from the left, when they are to be coloured.
    texts: Vec<(Cow<'f, str>, Tone)>,
    style: Style,
}

type Style = fn(Paint, Tone, &str) -> String;

impl<'f> Grid<'f> {
    fn new(widths: &[usize], sides: &[Side], canvas: &'f Canvas<'f>) -> Self {
        // A column has at least one cell there. One that needs none takes it out of its gap.
        let gap = |at: usize| if at + 1 < widths.len() { GAP - usize::from(widths[at] == 0) } else { 0 };
        let columns = widths.iter().zip(sides).enumerate();
        let columns = columns.map(|(at, (&width, &side))| (width.max(1), gap(at), side)).collect();
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).force_no_tty();
        Grid { columns, canvas, table, lines: Vec::new() }
    }

    /// Adds a line of the faces that there are columns for.
    fn row(&mut self, faces: impl IntoIterator<Item = &'f Face>, style: Style) {
        let mut row = Row::new();
        let mut line = Line { blank: 0, texts: Vec::new(), style };
        for (face, &(width, gap, side)) in faces.into_iter().zip(&self.columns) {
            let text = match text::cut(&face.text, width) {
                Cow::Borrowed(text) => text::isolate(text, self.canvas.bidi),
                Cow::Owned(text) => Cow::Owned(text::isolate(&text, self.canvas.bidi).into_owned()),
            };
            let blank = match side {
                _ if text.is_empty() => line.blank + width,
                Side::Right => 0,
                Side::Left | Side::Either => width.saturating_sub(text::width(&text)),
            };
            line.blank = blank + gap;
            row.add_cell(comfy_table::Cell::new_owned(text.clone().into_owned()));
            if self.canvas.paint == Paint::Ansi {
                line.texts.push((text, face.tone));
            }
        }
        // Should the two ever disagree on a width, a value is cut and the line still fits.
        row.max_height(1);
        self.table.add_row(row);
        self.lines.push(line);
    }

    fn write(mut self, out: &mut dyn Write) -> Result<(), Error> {
        let cells = |cells: usize| u16::try_from(cells).unwrap_or(u16::MAX);
        for (column, &(width, gap, side)) in self.table.column_iter_mut().zip(&self.columns) {
            column.set_padding((0, cells(gap)));
            column.set_constraint(ColumnConstraint::Absolute(comfy_table::Width::Fixed(cells(width + gap))));
            column.set_cell_alignment(if side == Side::Right { CellAlignment::Right } else { CellAlignment::Left });
        }
        for (laid, line) in self.table.lines().zip(&self.lines) {
            // Nothing invisible ends a line, but what belongs to a value stays: `grep -x` may look for it.
            let end = laid.trim_end_matches(' ').len().max(laid.len().saturating_sub(line.blank));
            line.write(&laid[..end], self.canvas.paint, out)?;
        }
        Ok(())
    }
}

impl Line<'_> {
    /// Puts its colours on what was `laid` out.
    fn write(&self, laid: &str, paint: Paint, out: &mut dyn Write) -> Result<(), Error> {
        let mut rest = laid;
        // Only blanks come before a text, so the first place it is found at is its own. A text of nothing but blanks may
        // be found too early, which moves a colour that nobody sees.
        for (text, tone) in &self.texts {
            if let Some((before, after)) = rest.split_once(text.as_ref()) {
                write!(out, "{before}{}", (self.style)(paint, *tone, text))?;
                rest = after;
            }
        }
        writeln!(out, "{rest}")?;
        Ok(())
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
    fn a_column_without_a_cell_and_the_blanks_of_a_value_stay() {
        let columns = || vec![Column::new("id", "ID"), Column::new("", ""), Column::new("name", "NAME")];
        let rows = || vec![vec![Cell::Number(1), Cell::Null, Cell::text("a  ")], vec![Cell::Number(2)]];
        let expected = "ID    NAME\n 1    a  \n 2\n";
        assert_eq!(drawn(sample::list(columns(), rows()), &sample::canvas(80)), expected);
        let coloured = drawn(sample::list(columns(), rows()), &sample::screen(80));
        assert_eq!(coloured, "\u{1b}[1mID\u{1b}[0m    \u{1b}[1mNAME\u{1b}[0m\n 1    a  \n 2\n");
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
