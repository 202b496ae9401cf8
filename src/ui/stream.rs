//! Every decision about the two streams, taken once: who is a terminal, who gets colour, how wide, which zone.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::AutoStream;
use jiff::tz::TimeZone;

use super::paint::Paint;

/// What `--color` said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// Colour for a terminal that has it, unless the environment says otherwise.
    #[default]
    Auto,
    /// Colour, whatever the environment and the stream are.
    Always,
    /// No colour.
    Never,
}

/// What was asked for, by flags and by the environment. `ui` reads no environment itself: the caller hands over the raw
/// facts, and what they mean is decided here.
#[derive(Debug, Clone)]
pub struct Wish {
    /// `--color`; when not `Auto` it wins over every variable.
    pub color: ColorChoice,
    /// `-q`: no bars and no talk, except warnings and errors.
    pub quiet: bool,
    /// How many `-v`.
    pub verbose: u8,
    /// The zone in which people are told the time.
    pub zone: TimeZone,
    /// `NO_COLOR` is set to something (no-color.org: an empty value is not set).
    pub no_color: bool,
    /// `CLICOLOR_FORCE` is set to something other than `0`; weaker than `NO_COLOR`.
    pub clicolor_force: bool,
    /// `TERM`; `dumb` means neither colour nor bars, and so does its absence, except on Windows.
    pub term: Option<String>,
    /// `COLUMNS`, when it is a number.
    pub columns: Option<u16>,
}

/// What the operating system says of the streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// stdout is a terminal.
    pub out_terminal: bool,
    /// stderr is a terminal.
    pub err_terminal: bool,
    /// How wide the terminal at stdout is.
    pub columns: Option<u16>,
    /// How wide the terminal at stderr is.
    pub err_columns: Option<u16>,
}

/// The two streams, decided.
#[derive(Debug, Clone)]
pub struct Terminal {
    out_terminal: bool,
    out_paint: Paint,
    err_paint: Paint,
    bars: Bars,
    width: usize,
    quiet: bool,
    verbose: u8,
    zone: TimeZone,
}

/// Whether progress is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bars {
    /// On a terminal of so many cells: stderr is a capable one, and nobody asked for quiet.
    Drawn(usize),
    /// Not at all.
    None,
}

/// How wide a table is where nobody looks (a pipe, a file): fixed, so that the bytes are the same on every machine, and
/// wide, because `grep` wants whole values. It is a bound for flexible columns and not a padding.
const PIPE: usize = 200;

/// Narrower than this nothing can be laid out; the terminal may wrap then.
const NARROWEST: usize = 20;

/// The buffered stdout that [`Terminal::out`] gives. Escape sequences pass as they are; on a Windows console that does
/// not know them, colours become console calls.
pub type Out = BufWriter<AutoStream<io::Stdout>>;

impl Terminal {
    /// Asks the operating system about the streams, and decides.
    #[must_use]
    pub fn new(wish: Wish) -> Terminal {
        let out_terminal = io::stdout().is_terminal();
        // Of a stream that is no terminal, this is `None`.
        let columns = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0);
        let err_columns = terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| width.0);
        Terminal::with(wish, Facts { out_terminal, err_terminal: io::stderr().is_terminal(), columns, err_columns })
    }

    /// Decides without asking anyone: for tests, and for a caller that renders into a file.
    #[must_use]
    pub fn with(wish: Wish, facts: Facts) -> Terminal {
        let capable = wish.term.as_deref().map_or(cfg!(windows), |term| term != "dumb");
        Terminal {
            out_terminal: facts.out_terminal,
            out_paint: paint(&wish, facts.out_terminal && capable),
            err_paint: paint(&wish, facts.err_terminal && capable),
            bars: if facts.err_terminal && capable && !wish.quiet {
                Bars::Drawn(facts.err_columns.map_or(80, usize::from))
            } else {
                Bars::None
            },
            width: width(wish.columns, facts),
            quiet: wish.quiet,
            verbose: wish.verbose,
            zone: wish.zone,
        }
    }

    /// stdout, buffered. Data goes here, and [`super::show`] flushes it.
    #[must_use]
    pub fn out(&self) -> Out {
        BufWriter::with_capacity(1 << 16, AutoStream::new(io::stdout(), self.out_paint.stream()))
    }

    /// stderr, for talk.
    #[must_use]
    pub fn err(&self) -> AutoStream<io::Stderr> {
        AutoStream::new(io::stderr(), self.err_paint.stream())
    }

    /// How many cells wide a line on stdout may be.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether stdout is a terminal, which a question to a person needs to know.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.out_terminal
    }

    /// Whether progress is drawn. Where it is not, one line at the end says what there is to say (SPEC §2).
    #[must_use]
    pub fn bars(&self) -> Bars {
        self.bars
    }

    /// Whether plain talk is not wanted.
    #[must_use]
    pub fn quiet(&self) -> bool {
        self.quiet
    }

    /// How many `-v`.
    #[must_use]
    pub fn verbose(&self) -> u8 {
        self.verbose
    }

    /// The zone in which people are told the time.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// What drawing on stdout depends on.
    pub(super) fn canvas(&self) -> Canvas<'_> {
        let bidi = if self.out_terminal { Bidi::Isolate } else { Bidi::AsIs };
        Canvas { width: self.width, paint: self.out_paint, bidi, zone: &self.zone }
    }

    /// How talk on stderr is coloured.
    pub(super) fn talk(&self) -> Paint {
        self.err_paint
    }
}

/// All that drawing depends on, so that it is a function of its arguments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Canvas<'a> {
    /// No line is wider than this many cells.
    pub(super) width: usize,
    /// Whether there is colour.
    pub(super) paint: Paint,
    /// What to do with right-to-left text.
    pub(super) bidi: Bidi,
    /// The zone of the reader.
    pub(super) zone: &'a TimeZone,
}

impl Canvas<'_> {
    /// The same with a margin of `cells` on the left.
    pub(super) fn inset(self, cells: usize) -> Self {
        Canvas { width: self.width.saturating_sub(cells).max(NARROWEST / 2), ..self }
    }
}

/// What happens to text that reads from right to left. A terminal that knows bidi would let it pull its neighbours
/// along, so there it is isolated (UAX #9, FSI … PDI). In a pipe the value stays as it is: two marks that nobody sees
/// would make `grep -x` and `diff` fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bidi {
    /// Wrapped in FSI and PDI.
    Isolate,
    /// Left alone.
    AsIs,
}

/// What happens to characters that a terminal would act on, in a form that is otherwise byte-exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Controls {
    /// Spelled out: somebody looks at them, and no cell may write to the terminal (SPEC §2).
    Spelled,
    /// Left alone, because they are data.
    AsIs,
}

/// Where a report can go. The terminal is decided about once, but a report may go into a file while stdout is one.
pub trait Target: Write {
    /// Whether a terminal shows it as it is written.
    fn is_screen(&self, terminal: &Terminal) -> bool;
}

impl Target for Out {
    fn is_screen(&self, terminal: &Terminal) -> bool {
        terminal.is_terminal()
    }
}

impl Target for BufWriter<File> {
    fn is_screen(&self, _: &Terminal) -> bool {
        // `--output /dev/tty`
        self.get_ref().is_terminal()
    }
}

/// The flag, then `NO_COLOR`, then `CLICOLOR_FORCE`, then the stream: the order of bixense.com/clicolors.
fn paint(wish: &Wish, capable: bool) -> Paint {
    let colour = match wish.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => !wish.no_color && (wish.clicolor_force || capable),
    };
    if colour { Paint::Ansi } else { Paint::Plain }
}

/// `COLUMNS` first, as git and ls have it: who sets it means it.
fn width(columns: Option<u16>, facts: Facts) -> usize {
    let asked = columns.filter(|&columns| columns > 0);
    let known = asked.or(facts.columns.filter(|_| facts.out_terminal)).map(usize::from);
    let otherwise = if facts.out_terminal { 80 } else { PIPE };
    known.unwrap_or(otherwise).max(NARROWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish() -> Wish {
        Wish {
            color: ColorChoice::Auto,
            quiet: false,
            verbose: 0,
            zone: TimeZone::UTC,
            no_color: false,
            clicolor_force: false,
            term: Some("xterm-256color".to_owned()),
            columns: None,
        }
    }

    const SCREEN: Facts = Facts { out_terminal: true, err_terminal: true, columns: Some(120), err_columns: Some(90) };
    const PIPED: Facts = Facts { out_terminal: false, columns: None, ..SCREEN };

    fn colours(wish: Wish, facts: Facts) -> (bool, bool) {
        let terminal = Terminal::with(wish, facts);
        (terminal.out_paint == Paint::Ansi, terminal.err_paint == Paint::Ansi)
    }

    #[test]
    fn a_pipe_changes_colour_and_width_only() {
        assert_eq!(colours(wish(), SCREEN), (true, true));
        assert_eq!(colours(wish(), PIPED), (false, true));
        assert_eq!(Terminal::with(wish(), SCREEN).width(), 120);
        assert_eq!(Terminal::with(wish(), PIPED).width(), 200);
    }

    #[test]
    fn flag_beats_no_color_beats_force_beats_stream() {
        let always = Wish { color: ColorChoice::Always, no_color: true, term: Some("dumb".to_owned()), ..wish() };
        assert_eq!(colours(always, PIPED), (true, true));
        let never = Wish { color: ColorChoice::Never, clicolor_force: true, ..wish() };
        assert_eq!(colours(never, SCREEN), (false, false));
        assert_eq!(colours(Wish { no_color: true, clicolor_force: true, ..wish() }, SCREEN), (false, false));
        assert_eq!(colours(Wish { clicolor_force: true, ..wish() }, PIPED), (true, true));
        assert_eq!(colours(Wish { term: Some("dumb".to_owned()), ..wish() }, SCREEN), (false, false));
    }

    #[test]
    fn columns_wins_and_nonsense_does_not() {
        assert_eq!(Terminal::with(Wish { columns: Some(72), ..wish() }, SCREEN).width(), 72);
        assert_eq!(Terminal::with(Wish { columns: Some(72), ..wish() }, PIPED).width(), 72);
        assert_eq!(Terminal::with(Wish { columns: Some(0), ..wish() }, SCREEN).width(), 120);
        assert_eq!(Terminal::with(Wish { columns: Some(3), ..wish() }, SCREEN).width(), NARROWEST);
        assert_eq!(Terminal::with(wish(), Facts { columns: None, ..SCREEN }).width(), 80);
    }

    #[test]
    fn bars_need_a_capable_stderr_and_no_quiet() {
        let dumb = Wish { term: Some("dumb".to_owned()), ..wish() };
        assert_eq!(Terminal::with(wish(), PIPED).bars(), Bars::Drawn(90));
        assert_eq!(Terminal::with(Wish { quiet: true, ..wish() }, SCREEN).bars(), Bars::None);
        assert_eq!(Terminal::with(dumb, SCREEN).bars(), Bars::None);
        assert_eq!(Terminal::with(wish(), Facts { err_terminal: false, ..SCREEN }).bars(), Bars::None);
    }
}
