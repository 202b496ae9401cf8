//! Progress on stderr while somebody looks; nothing at all where nobody does.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressState, ProgressStyle};

use super::stream::{Bars, Terminal};
use super::text;
use crate::model::report::grouped;

/// A bar, or nothing: [`Terminal::bars`] decided. It is gone from the screen when it is finished or dropped, an error
/// on the way included. A clone is the same bar.
#[derive(Clone)]
pub struct Bar {
    bar: Option<ProgressBar>,
    counts: Arc<Counts>,
}

/// Read when the bar is drawn, so that telling them costs nothing at 200,000 records a second.
#[derive(Default)]
struct Counts {
    completed: AtomicU64,
    failed: AtomicU64,
}

/// Redrawn so often even when nothing happens, so that a rate that falls is seen to fall.
const TICK: Duration = Duration::from_millis(250);

/// What stands beside the bar takes about so many cells.
const BESIDE: usize = 64;

impl Bar {
    /// Of bytes that are read; without a total, how many there were and how fast they come.
    #[must_use]
    pub fn bytes(terminal: &Terminal, label: &str, total: Option<u64>) -> Bar {
        let template = |cells: usize| match total {
            Some(_) => {
                format!("{{prefix}}  ▕{{bar:{cells}}}▏  {{bytes}}/{{total_bytes}} · {{bytes_per_sec}} · ETA {{eta}}")
            }
            None => "{prefix}  {spinner}  {bytes} · {bytes_per_sec}".to_owned(),
        };
        Bar::new(terminal, label, total, template)
    }

    /// Of rows or records: how many, how fast, how they ended, how long still.
    #[must_use]
    pub fn rows(terminal: &Terminal, label: &str, total: u64) -> Bar {
        let template = |cells: usize| {
            format!("{{prefix}}  ▕{{bar:{cells}}}▏  {{human_pos}}/{{human_len}} · {{rate}}{{counts}} · ETA {{eta}}")
        };
        Bar::new(terminal, label, Some(total), template)
    }

    fn new(terminal: &Terminal, label: &str, total: Option<u64>, template: impl Fn(usize) -> String) -> Bar {
        let counts = Arc::new(Counts::default());
        let Bars::Drawn(width) = terminal.bars() else {
            return Bar { bar: None, counts };
        };
        let label = text::line(label, width / 5);
        let cells = width.saturating_sub(BESIDE + text::width(&label)).clamp(8, 40);
        // No colour in the template: indicatif would ask the environment about it.
        let style = ProgressStyle::with_template(&template(cells)).unwrap_or_else(|_| ProgressStyle::default_bar());
        let told = Arc::clone(&counts);
        let style = style
            .progress_chars("█▉▊▋▌▍▎▏ ")
            .with_key("rate", rate)
            .with_key("counts", move |_: &ProgressState, out: &mut dyn Write| told.write(out));
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr())
            .with_style(style)
            .with_prefix(label)
            .with_finish(ProgressFinish::AndClear);
        bar.enable_steady_tick(TICK);
        Bar { bar: Some(bar), counts }
    }

    /// So much is done in all.
    pub fn at(&self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        }
    }

    /// So many records ended well, and so many failed.
    pub fn counts(&self, completed: u64, failed: u64) {
        self.counts.completed.store(completed, Ordering::Relaxed);
        self.counts.failed.store(failed, Ordering::Relaxed);
    }

    /// Prints something with the bar out of the way: a warning in the middle of a bar would be a mess of both.
    pub fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Takes the bar off the screen.
    pub fn finish(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Counts {
    /// With the marks of the journey, because 80 cells have no room for the words. Nothing until something ended.
    fn write(&self, out: &mut dyn Write) {
        let (completed, failed) = (self.completed.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed));
        if completed + failed > 0 {
            // A failure to write would show as a gap in the bar and nowhere else.
            let _ = write!(out, " · ✓ {} ✗ {}", grouped(completed), grouped(failed));
        }
    }
}

/// Whole numbers with separators: the third decimal of a rate is noise.
fn rate(state: &ProgressState, out: &mut dyn Write) {
    let per_second = state.per_sec();
    let _ = if per_second < 10.0 {
        write!(out, "{per_second:.1}/s")
    } else {
        write!(out, "{}/s", grouped(per_second.min(1e15) as u64))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_wait_for_something_to_end() {
        let (counts, mut told) = (Counts::default(), String::new());
        counts.write(&mut told);
        assert_eq!(told, "");
        counts.completed.store(9_998, Ordering::Relaxed);
        counts.failed.store(2, Ordering::Relaxed);
        counts.write(&mut told);
        assert_eq!(told, " · ✓ 9,998 ✗ 2");
    }

    #[test]
    fn without_a_bar_everything_is_silent_and_asides_still_happen() {
        let bar = Bar { bar: None, counts: Arc::default() };
        bar.at(3);
        bar.counts(1, 2);
        assert_eq!(bar.aside(|| 7), 7);
        bar.finish();
    }
}
