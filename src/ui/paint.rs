//! Colours, from the sixteen that the reader's own theme defines. A word always says the same as the colour.

use anstyle::{AnsiColor, Style};

use crate::model::report::Tone;

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// With SGR sequences.
    Ansi,
    /// As it is.
    Plain,
}

impl Paint {
    /// How the stream is to treat what is written: never strip, because CSV is byte-exact and may hold an escape.
    pub(super) fn stream(self) -> anstream::ColorChoice {
        match self {
            Paint::Ansi => anstream::ColorChoice::Always,
            Paint::Plain => anstream::ColorChoice::AlwaysAnsi,
        }
    }

    /// In the colour of a tone.
    pub(super) fn tone(self, tone: Tone, text: &str) -> String {
        self.with(style(tone), text)
    }

    /// A tone that must be seen first, such as the word `error`.
    pub(super) fn loud(self, tone: Tone, text: &str) -> String {
        self.with(style(tone).bold(), text)
    }

    /// What stands out.
    pub(super) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    /// What stands back.
    pub(super) fn dim(self, text: &str) -> String {
        self.tone(Tone::Quiet, text)
    }

    fn with(self, style: Style, text: &str) -> String {
        match self {
            Paint::Ansi if !text.is_empty() && !style.is_plain() => format!("{style}{text}{style:#}"),
            Paint::Ansi | Paint::Plain => text.to_owned(),
        }
    }
}

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Warn => AnsiColor::Yellow.on_default(),
        Tone::Bad => AnsiColor::Red.on_default(),
        Tone::Busy => AnsiColor::Cyan.on_default(),
        Tone::Quiet => Style::new().dimmed(),
        Tone::Plain => Style::new(),
    }
}
