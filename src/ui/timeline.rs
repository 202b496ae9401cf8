//! The journey of a record: one beat a line, its share of the time as a bar where it lies in the whole, notes below it.

use super::layout::GAP;
use super::stream::Canvas;
use super::text;
use crate::model::report::{Beat, Note, Timeline, Tone};
use crate::model::time::Millis;

/// Left of everything.
const MARGIN: usize = 2;

/// What name and outcome must have left of a line. With less the bar goes, and then the duration: the name must stay.
const LABEL: usize = 24;

/// Notes stand under the name as long as that leaves them so many cells to be read in.
const NOTE_ROOM: usize = 36;

/// The timeline in lines no wider than the canvas.
pub(super) fn lines(timeline: &Timeline, canvas: &Canvas<'_>) -> Vec<String> {
    if timeline.beats.is_empty() {
        return vec![format!("{}{}", text::spaces(MARGIN), canvas.paint.dim("no steps yet"))];
    }
    let grid = Grid::of(timeline, canvas);
    let mut lines = Vec::new();
    for (at, beat) in timeline.beats.iter().enumerate() {
        let mark = mark(beat, &timeline.beats[at + 1..]);
        lines.push(grid.beat(beat, mark));
        lines.extend(beat.notes.iter().flat_map(|note| grid.note(note)));
    }
    lines
}

/// How a beat ended, for those who see no colour. A failure that a later beat tried again is not the end of it.
fn mark(beat: &Beat, later: &[Beat]) -> char {
    let again = || later.iter().any(|next| next.name == beat.name && next.attempt > beat.attempt);
    match beat.tone {
        Tone::Bad | Tone::Warn if again() => '⟳',
        Tone::Good => '✓',
        Tone::Bad => '✗',
        Tone::Warn => '!',
        Tone::Busy => '…',
        Tone::Quiet => '↷',
        Tone::Plain => '·',
    }
}

/// Where the columns of a timeline are.
struct Grid<'c> {
    canvas: &'c Canvas<'c>,
    total: Millis,
    offset: usize,
    /// No column when there is no room for it, or nothing to show in it.
    duration: usize,
    bar: usize,
}

impl<'c> Grid<'c> {
    fn of(timeline: &Timeline, canvas: &'c Canvas<'c>) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| text::width(&text)).max().unwrap_or(0);
        let beats = &timeline.beats;
        let durations = widest(&mut beats.iter().filter_map(|beat| beat.duration).map(|span| span.to_string()));
        let mut grid = Grid {
            canvas,
            total: timeline.total,
            offset: widest(&mut beats.iter().map(offset)).min(canvas.width / 2),
            duration: durations,
            // A clock that stands still has no shares to show.
            bar: if durations > 0 && timeline.total > Millis(0) { (canvas.width * 3 / 20).min(30) } else { 0 },
        };
        if grid.label_room() < LABEL {
            grid.bar = 0;
        }
        if grid.label_room() < LABEL {
            grid.duration = 0;
        }
        grid
    }

    /// What is left for name and outcome.
    fn label_room(&self) -> usize {
        self.canvas.width.saturating_sub(self.mark_at() + 2)
    }

    /// Where marks stand.
    fn mark_at(&self) -> usize {
        let column = |cells: usize| if cells > 0 { cells + GAP } else { 0 };
        MARGIN + column(self.offset) + column(self.duration) + column(self.bar)
    }

    fn beat(&self, beat: &Beat, mark: char) -> String {
        let paint = self.canvas.paint;
        let right = |text: &str, cells: usize| {
            let text = text::cut(text, cells);
            format!("{}{text}", text::spaces(cells - text::width(&text)))
        };
        let mut line = text::spaces(MARGIN);
        line.push_str(&paint.dim(&right(&offset(beat), self.offset)));
        if self.duration > 0 {
            let duration = beat.duration.map(|span| span.to_string()).unwrap_or_default();
            line.push_str(&text::spaces(GAP));
            line.push_str(&right(&duration, self.duration));
        }
        if self.bar > 0 {
            line.push_str(&text::spaces(GAP));
            line.push_str(&paint.tone(beat.tone, &bar(beat, self.total, self.bar)));
        }
        line.push_str(&text::spaces(GAP));
        line.push_str(&paint.tone(beat.tone, &mark.to_string()));
        line.push(' ');
        line.push_str(&self.label(beat, self.label_room()));
        line
    }

    /// `name · outcome · attempt 2` in at most `room` cells. What gives way first is the longer of name and outcome.
    fn label(&self, beat: &Beat, room: usize) -> String {
        let Canvas { paint, bidi, .. } = *self.canvas;
        let attempt = if beat.attempt > 1 { format!(" · attempt {}", beat.attempt) } else { String::new() };
        let attempt = if text::width(&attempt) * 2 > room { String::new() } else { attempt };
        let room = room - text::width(&attempt);
        let (name, outcome) = (text::line(&beat.name, room), text::line(&beat.outcome, room));
        let beside = room.saturating_sub(3 + text::width(&name).min(room / 2));
        let outcome = text::cut(&outcome, beside);
        let taken = if outcome.is_empty() { 0 } else { 3 + text::width(&outcome) };
        let name = text::cut(&name, room - taken);
        let mut label = paint.bold(&text::isolate(&name, bidi));
        if !outcome.is_empty() {
            label.push_str(&paint.dim(" · "));
            // What went well needs no second colour beside its mark.
            let tone = if beat.tone == Tone::Good { Tone::Plain } else { beat.tone };
            label.push_str(&paint.tone(tone, &text::isolate(&outcome, bidi)));
        }
        label.push_str(&paint.dim(&attempt));
        label
    }

    /// A note behind its gutter, every line of it.
    fn note(&self, note: &Note) -> Vec<String> {
        let Canvas { width, paint, bidi, .. } = *self.canvas;
        let at = if self.mark_at() + 2 + NOTE_ROOM <= width { self.mark_at() } else { MARGIN };
        let gutter = format!("{}{}", text::spaces(at), paint.dim("│"));
        let lines = text::lines(&told(note));
        let wrapped = lines.iter().flat_map(|line| text::wrap(line, width - at - 2));
        let draw = |line: String| match line.as_str() {
            "" => gutter.clone(),
            line => format!("{gutter} {}", paint.tone(note.tone, &text::isolate(line, bidi))),
        };
        wrapped.map(draw).collect()
    }
}

/// The text with the word that its colour stands for, unless it says so itself.
fn told(note: &Note) -> String {
    let word = match note.tone {
        Tone::Bad => "error: ",
        Tone::Warn => "warning: ",
        Tone::Good | Tone::Busy | Tone::Quiet | Tone::Plain => "",
    };
    if note.text.starts_with(word) { note.text.clone() } else { format!("{word}{}", note.text) }
}

fn offset(beat: &Beat) -> String {
    format!("+{}", beat.offset)
}

/// The share of a beat in `cells` cells, at the place where it lies. An eighth of a cell is the least, so that nothing
/// that took time is invisible; a moment without a length is a dot.
fn bar(beat: &Beat, total: Millis, cells: usize) -> String {
    let share = |span: Millis, of: usize| {
        let exact = u128::from(span.0) * of as u128 + u128::from(total.0 / 2);
        usize::try_from(exact / u128::from(total.0.max(1))).map_or(of, |share| share.min(of))
    };
    let drawn = match beat.duration {
        None => "·".to_owned(),
        Some(duration) => {
            let eighths = share(duration, cells * 8).max(1);
            let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
            format!("{}{part}", "█".repeat(eighths / 8))
        }
    };
    let length = text::width(&drawn);
    // Blocks fill from the left only: a start is rounded to a cell, and the end wins where the two disagree.
    let start = share(beat.offset, cells).min(cells - length);
    format!("{}{drawn}{}", text::spaces(start), text::spaces(cells - length - start))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use proptest::prelude::*;

    fn beat(offset: u64, duration: Option<u64>, name: &str, outcome: &str, tone: Tone) -> Beat {
        let (name, outcome) = (name.to_owned(), outcome.to_owned());
        Beat { offset: Millis(offset), duration: duration.map(Millis), name, outcome, attempt: 1, tone, notes: vec![] }
    }

    fn note(tone: Tone, text: &str) -> Note {
        Note { tone, text: text.to_owned() }
    }

    fn journey() -> Timeline {
        let mut beats = vec![
            beat(0, Some(3), "start", "logged", Tone::Good),
            beat(16, Some(340), "call", "connect_error", Tone::Bad),
            beat(356, None, "call", "retry in 500 ms", Tone::Busy),
            beat(860, Some(1_210), "call", "api_completed", Tone::Good),
            beat(2_070, Some(0), "try-sms", "skipped", Tone::Quiet),
            beat(2_070, Some(2_400), "approval-by-the-manager-of-the-region", "waiting for a person", Tone::Busy),
            beat(4_470, Some(90), "done", "INTERRUPTED_UNSAFE", Tone::Bad),
        ];
        beats[0].notes = vec![
            note(Tone::Plain, "Hello דנה כהן, this message is long enough for the right margin of 80 columns"),
            note(Tone::Quiet, "你好世界，这是一个很长的消息，它没有空格，因此必须在单元格处断开"),
        ];
        beats[1].notes = vec![note(Tone::Bad, "connect to crm.example:443 failed:\u{1b}[2J\n\n  at line 3")];
        beats[3].attempt = 2;
        beats[6].notes = vec![note(Tone::Warn, "it may have been sent")];
        Timeline { total: Millis(4_560), beats }
    }

    fn drawn(timeline: &Timeline, canvas: &Canvas<'_>) -> String {
        lines(timeline, canvas).iter().map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn a_journey_in_80_columns() {
        let expected = "
    +0 ms    3 ms  ▏             ✓ start · logged
                                 │ Hello דנה כהן, this message is long enough
                                 │ for the right margin of 80 columns
                                 │ 你好世界，这是一个很长的消息，它没有空格，因
                                 │ 此必须在单元格处断开
   +16 ms  340 ms  ▉             ⟳ call · connect_error
                                 │ error: connect to crm.example:443
                                 │ failed:\\x1b[2J
                                 │
                                 │   at line 3
  +356 ms           ·            … call · retry in 500 ms
  +860 ms   1.2 s    ███▏        ✓ call · api_completed · attempt 2
   +2.0 s    0 ms       ▏        ↷ try-sms · skipped
   +2.0 s   2.4 s       ██████▍  … approval-by-the-manag… · waiting for a person
   +4.4 s   90 ms             ▎  ✗ done · INTERRUPTED_UNSAFE
                                 │ warning: it may have been sent
";
        assert_eq!(format!("\n{}", drawn(&journey(), &sample::canvas(80))), expected);
    }

    #[test]
    fn a_journey_in_200_columns() {
        let expected = "
    +0 ms    3 ms  ▏                               ✓ start · logged
                                                   │ Hello דנה כהן, this message is long enough for the right margin of 80 columns
                                                   │ 你好世界，这是一个很长的消息，它没有空格，因此必须在单元格处断开
   +16 ms  340 ms  ██▎                             ⟳ call · connect_error
                                                   │ error: connect to crm.example:443 failed:\\x1b[2J
                                                   │
                                                   │   at line 3
  +356 ms            ·                             … call · retry in 500 ms
  +860 ms   1.2 s        ████████                  ✓ call · api_completed · attempt 2
   +2.0 s    0 ms                ▏                 ↷ try-sms · skipped
   +2.0 s   2.4 s                ███████████████▊  … approval-by-the-manager-of-the-region · waiting for a person
   +4.4 s   90 ms                               ▋  ✗ done · INTERRUPTED_UNSAFE
                                                   │ warning: it may have been sent
";
        assert_eq!(format!("\n{}", drawn(&journey(), &sample::canvas(200))), expected);
    }

    #[test]
    fn a_narrow_terminal_keeps_the_names() {
        let expected = "
    +0 ms  ✓ start · logged
  │ Hello דנה כהן, this message is long
  │ enough for the right margin of 80
  │ columns
  │ 你好世界，这是一个很长的消息，它没有
  │ 空格，因此必须在单元格处断开
   +16 ms  ⟳ call · connect_error
  │ error: connect to crm.example:443
  │ failed:\\x1b[2J
  │
  │   at line 3
  +356 ms  … call · retry in 500 ms
  +860 ms  ✓ call · api_com… · attempt 2
   +2.0 s  ↷ try-sms · skipped
   +2.0 s  … approval-by-… · waiting fo…
   +4.4 s  ✗ done · INTERRUPTED_UNSAFE
  │ warning: it may have been sent
";
        assert_eq!(format!("\n{}", drawn(&journey(), &sample::canvas(40))), expected);
    }

    #[test]
    fn colour_says_nothing_that_a_mark_or_a_word_does_not() {
        let coloured = drawn(&journey(), &Canvas { bidi: super::super::stream::Bidi::AsIs, ..sample::screen(80) });
        assert!(coloured.contains("\u{1b}[31merror: connect to"), "{coloured}");
        let bare: String = coloured.lines().map(|line| sample::bare(line) + "\n").collect();
        assert_eq!(bare, drawn(&journey(), &sample::canvas(80)));
    }

    #[test]
    fn a_clock_that_stands_still_has_no_bars() {
        let still = Timeline { total: Millis(0), beats: vec![beat(0, Some(0), "start", "logged", Tone::Good)] };
        assert_eq!(drawn(&still, &sample::canvas(80)), "  +0 ms  0 ms  ✓ start · logged\n");
        let none = Timeline { total: Millis(0), beats: vec![] };
        assert_eq!(drawn(&none, &sample::canvas(80)), "  no steps yet\n");
    }

    #[test]
    fn bars_lie_where_the_time_was_spent() {
        let bar = |offset, duration| bar(&beat(offset, duration, "", "", Tone::Good), Millis(100), 10);
        assert_eq!(bar(0, Some(100)), "██████████");
        assert_eq!(bar(0, Some(0)), "▏         ");
        assert_eq!(bar(50, Some(25)), "     ██▌  ");
        assert_eq!(bar(99, Some(1)), "         ▏");
        assert_eq!(bar(50, None), "     ·    ");
        // A log whose clock was set back must not break the picture.
        assert_eq!(bar(900, Some(u64::MAX)), "██████████");
    }

    /// Offset, duration, name, outcome, attempt, tone, and notes with their tone.
    type Parts = ((u64, Option<u64>), (String, String), u32, Tone, Vec<(Tone, String)>);

    fn parts() -> impl Strategy<Value = Parts> {
        let tones = [Tone::Good, Tone::Warn, Tone::Bad, Tone::Busy, Tone::Quiet, Tone::Plain];
        let tone = || prop::sample::select(tones.to_vec());
        let time = || prop_oneof![0_u64..5_000, any::<u64>()];
        let notes = prop::collection::vec((tone(), sample::strange()), 0..3);
        ((time(), prop::option::of(time())), (sample::strange(), sample::strange()), any::<u32>(), tone(), notes)
    }

    fn built(((offset, duration), (name, outcome), attempt, tone, notes): &Parts) -> Beat {
        let notes = notes.iter().map(|(tone, text)| note(*tone, text)).collect();
        Beat { attempt: *attempt, notes, ..beat(*offset, *duration, name, outcome, *tone) }
    }

    proptest! {
        #[test]
        fn a_timeline_fits_and_nothing_in_it_acts(
            total in prop_oneof![0_u64..5_000, any::<u64>()],
            parts in prop::collection::vec(parts(), 0..5),
            width in 20_usize..200,
        ) {
            let timeline = Timeline { total: Millis(total), beats: parts.iter().map(built).collect() };
            sample::checked(&drawn(&timeline, &sample::canvas(width)), width)?;
            sample::checked(&drawn(&timeline, &sample::screen(width)), width)?;
        }
    }
}
